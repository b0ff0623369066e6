# SPDX-License-Identifier: Apache-2.0
# Toolchain and libraries, busybox, and the initramfs that rootfs/manifest lists.

TOOLCHAIN_INPUTS := scripts/build-toolchain scripts/cache.sh scripts/fetch rootfs/sources.lock rootfs/musl-gcc \
	rootfs/musl-gcc.specs rootfs/fts/fts.c rootfs/fts/fts.h images/epoch
ROOTFS_FILES := $(shell sed -n 's/^file [^ ]* \([^ ]*\) .*/\1/p' rootfs/manifest)
# What decides the image, digested in /etc/assay-release. Not the commit: the same bytes have the same name.
RELEASE_INPUTS := build/assay build/probe build/init build/busybox build/apparmor.policy \
	build/selinux.policy rootfs/sources.lock images/epoch \
	kernel-config/final-unified_x86_64.config kernel-config/final-legacy_x86_64.config

.PHONY: toolchain
toolchain: build/toolchain/bin/musl-gcc

# Of the files that one call makes, `inputs` stands for all: it is written last.
build/toolchain/inputs: $(TOOLCHAIN_INPUTS)
	scripts/build-toolchain build/toolchain
	@touch build/toolchain/inputs build/toolchain/bin/*
build/toolchain/bin/musl-gcc build/toolchain/bin/gen_init_cpio: build/toolchain/inputs ;

build/busybox: build/toolchain/inputs rootfs/busybox.config scripts/build-busybox
	scripts/build-busybox build/toolchain build/parts/busybox
	@cp build/parts/busybox/busybox $@

# What init gives the kernel. Nothing of this machine may be asked: neither its kernel, nor its settings.
build/apparmor.policy: rootfs/lsm/apparmor.conf rootfs/lsm/apparmor.features
	PATH=$$PATH:/usr/sbin:/sbin apparmor_parser --config-file=/dev/null --policy-features=rootfs/lsm/apparmor.features \
		--kernel-features=rootfs/lsm/apparmor.features --jobs=1 --skip-kernel-load --skip-cache --stdout $< >$@
build/selinux.policy: rootfs/lsm/selinux.conf
	checkpolicy -M -c 33 -U allow -o $@ $< >/dev/null

build/assay-release: $(RELEASE_INPUTS) scripts/mkrelease
	scripts/mkrelease $(VERSION) $(RELEASE_INPUTS) >$@

build/initramfs.cpio: rootfs/manifest $(ROOTFS_FILES) build/toolchain/bin/gen_init_cpio
	build/toolchain/bin/gen_init_cpio -t $$(cat images/epoch) rootfs/manifest >$@.part
	@mv $@.part $@

# The kernel decompresses both by itself; zstd is quick to start, xz is small. One thread: the bytes depend on it.
build/initramfs.cpio.zst: build/initramfs.cpio
	zstd -q -f -19 -T1 -o $@ $<
build/initramfs.cpio.xz: build/initramfs.cpio
	xz -T1 -9 --check=crc32 -c $< >$@
