# SPDX-License-Identifier: Apache-2.0
# The two kernels. vmlinux is for direct boot (PVH), bzImage for the ISO.

KERNEL_PROFILES := unified legacy
KERNEL_INPUTS := scripts/build-kernel scripts/cache.sh scripts/kconfig-check kernel-config/recipe images/epoch \
	rootfs/sources.lock $(filter-out kernel-config/final-%,$(sort $(wildcard kernel-config/*.config)))

.PHONY: kernel kernel-config
kernel: $(KERNEL_PROFILES:%=build/kernel/%/vmlinux)

# Resolves the fragments again, after one was changed.
kernel-config:
	scripts/build-kernel config

build/kernel/%/vmlinux build/kernel/%/bzImage build/kernel/%/config: \
		kernel-config/final-%_x86_64.config $(KERNEL_INPUTS)
	scripts/build-kernel $* build/kernel/$*
