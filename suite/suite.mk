# SPDX-License-Identifier: Apache-2.0
# The program `assay` (host and image), the probe, and the catalogue compiled into them.
# SUITE_CC=gcc SUITE_STATIC= builds with the host's libraries, for quick work.

include suite/render/render.mk

SUITE_CC := build/toolchain/bin/musl-gcc
SUITE_STATIC := -static -s -Wl,--gc-sections -Wl,--build-id=none
HOST_CC := gcc
SUITE_FLAGS := -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wformat=2 -Wvla -Wwrite-strings -Werror -I. -Isuite/core \
	-ffile-prefix-map=$(CURDIR)=. -ffunction-sections -fdata-sections \
	-DASSAY_VERSION='"$(or $(VERSION),0.1.0)"'

CATALOGUE := $(addprefix suite/requirements/,config.tsv linux.tsv lifecycle.tsv caller.tsv)
CATALOGUE_LISTS := suite/requirements/untested.tsv suite/requirements/proven.tsv

# tests.c names the tables; the order of the files says nothing.
SUITE_SOURCES := suite/main.c suite/probe/names.c suite/probe/netlink.c init/journal.c init/listing.c \
	$(sort $(RENDER_SRCS) $(wildcard suite/core/*.c suite/tests/*.c suite/trust/*.c))
SUITE_HEADERS := $(sort $(wildcard suite/*.h suite/*/*.h init/*.h))
SUITE_OBJECTS := $(SUITE_SOURCES:%.c=build/suite/%.o) build/suite/catalogue.o
PROBE_SOURCES := $(sort $(wildcard suite/probe/*.c))

build/gen/compile-catalogue: suite/requirements/compile.c suite/core/sha256.c suite/core/sha256.h
	@mkdir -p $(@D)
	$(HOST_CC) $(SUITE_FLAGS) -o $@ $(filter %.c,$^)

build/gen/catalogue.c: build/gen/compile-catalogue $(CATALOGUE_LISTS) $(CATALOGUE)
	build/gen/compile-catalogue $(CATALOGUE_LISTS) $(CATALOGUE) >$@.part
	@mv $@.part $@

build/suite/catalogue.o: build/gen/catalogue.c $(SUITE_HEADERS) $(filter build/%,$(SUITE_CC))
	@mkdir -p $(@D)
	$(SUITE_CC) $(SUITE_FLAGS) -c -o $@ $<

build/suite/%.o: %.c $(SUITE_HEADERS) suite/suite.mk $(filter build/%,$(SUITE_CC))
	@mkdir -p $(@D)
	$(SUITE_CC) $(SUITE_FLAGS) -c -o $@ $<

# Tests and catalogue must fit together, or there is no program.
build/assay: $(SUITE_OBJECTS) build/probe
	$(SUITE_CC) $(SUITE_STATIC) -o $@.part $(SUITE_OBJECTS) -lcgroup -ljansson
	$@.part selfcheck
	@mv $@.part $@

build/probe: $(PROBE_SOURCES) $(SUITE_HEADERS) suite/suite.mk $(filter build/%,$(SUITE_CC))
	@mkdir -p $(@D)
	$(SUITE_CC) $(SUITE_FLAGS) -Os -static -s -Wl,--gc-sections -Wl,--build-id=none -o $@ $(PROBE_SOURCES)
