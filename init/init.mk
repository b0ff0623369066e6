# SPDX-License-Identifier: Apache-2.0
# PID 1. One compiler call: a dozen small files, and nothing else shares their objects.

INIT_SOURCES := $(addprefix init/,boot.c cgroup.c cmdline.c console.c disks.c journal.c listing.c lsm.c \
	main.c mounts.c payload.c program.c pstore.c record.c report.c supervise.c sys.c tar.c text.c unpack.c verdict.c \
	watchdog.c) suite/core/chain.c suite/core/crc32.c suite/core/sha256.c
INIT_HEADERS := $(sort $(wildcard init/*.h)) suite/core/chain.h suite/core/crc32.h suite/core/event.h \
	suite/core/sha256.h
INIT_CC := build/toolchain/bin/musl-gcc
INIT_FLAGS := -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wformat=2 -Wvla -Wwrite-strings -Werror -I. \
	-ffile-prefix-map=$(CURDIR)=. -ffunction-sections -fdata-sections
INIT_LINK := -static -s -Wl,--gc-sections -Wl,--build-id=none

build/init: $(INIT_SOURCES) $(INIT_HEADERS) init/init.mk $(INIT_CC)
	$(INIT_CC) $(INIT_FLAGS) $(INIT_LINK) -o $@ $(INIT_SOURCES) -ljansson
