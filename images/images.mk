# SPDX-License-Identifier: Apache-2.0
# What boots on its own: a hybrid ISO, and a disk image that keeps the results on itself.

BOOT_INPUTS = build/kernel/unified/bzImage build/kernel/legacy/bzImage build/initramfs.cpio.xz \
	images/grub.cfg images/README.txt images/epoch scripts/mkboot

.PHONY: iso disk

iso: build/assay.iso
disk: build/assay.img

build/assay.iso: $(BOOT_INPUTS) scripts/mkiso
	scripts/mkiso build $@

build/assay.img: $(BOOT_INPUTS) scripts/mkdisk
	scripts/mkdisk build $@

bench: build/busybox $(RUN_PARTS) build/assay.iso ## size and speed as ratios, with their budgets
	scripts/bench
