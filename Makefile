# SPDX-License-Identifier: Apache-2.0
# The public targets; `make help` lists them. Each folder's own .mk says how its part is built.
# Everything goes to build/, reports to out/. Nothing here asks for a particular directory or user.

VERSION := 0.1.0
FLAGS := $(firstword -$(MAKEFLAGS))

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-print-directory
# `make run SHELL=1` asks for a shell in the appliance, not for another one here.
RESCUE := $(filter 1,$(SHELL))
override SHELL := /bin/sh
$(if $(V),,$(eval .SILENT:))

export LC_ALL := C
export TZ := UTC
export V
SOURCE_DATE_EPOCH := $(shell cat images/epoch)
export SOURCE_DATE_EPOCH

# What a run needs, and what `image` makes besides.
RUN_PARTS := build/kernel/unified/vmlinux build/kernel/legacy/vmlinux build/initramfs.cpio.zst build/assay
IMAGES := build/assay.iso build/assay.img
BOOT_STAGES = host appliance paths certify kill prove reference

.PHONY: help setup fetch suite image run certify reference prove test reproduce bench clean distclean

help: ## this list
	sed -n 's/^\([a-z-]*\):.*## /\1	/p' $(MAKEFILE_LIST) | expand -t 12
	printf '\nFor run (make run RUNTIME=runc ONLY="process/*"):\n'
	printf '  %s\n' 'RUNTIME=  crun, runc, runsc, NAME-VERSION, or the path of a program or payload' \
		'PROFILE=  unified (cgroup v2, default), legacy (cgroup v1), all' \
		'ONLY=     glob of test names (such a report is unofficial)' \
		'JOBS=     tests side by side   OUT=      where the report goes   RESUME=1 go on' \
		'ISO=1     boot the ISO         SHELL=1   a shell at the end      CPUS= MEM= ACCEL=' \
		'' 'For certify: RUNTIME JOBS OUT RESUME ISO CPUS MEM ACCEL as above, and' \
		'KEY=      an SSH key to sign with      VENDOR=   lines for PRODUCT.yaml' \
		'WAIVERS=  known deviations; of all three scripts/certify says more' \
		'For reference: RUNTIMES="crun-1.28 runc-1.5.2" and AGAIN=1, scripts/reference says more' \
		'' 'For prove (make prove AREA=lifecycle):' \
		'AREA=     config, linux, lifecycle, caller   ONLY=  glob of requirements' \
		'BASE=     one runtime of tests/saboteur/bases.tsv   PROFILE= JOBS= OUT= as above' \
		'' 'Everywhere: SOURCES=DIR takes pinned sources from there first, V=1 shows the commands.' \
		'Exit status of run and certify: 0 conformant, 1 not conformant, 2 no valid result; of' \
		'prove: 0 all caught, 1 a sabotage that no test caught or none there, 2 no valid run; of' \
		'reference: 0 nothing changed, 1 something did, 2 no valid run.'

run: ## judge a runtime in the appliance: the report goes to out/NAME
certify: ## both profiles in one report that scripts/verify accepts anywhere: out/certify/NAME
reference: ## certify every known runtime and show what changed against images/reference
prove: ## show that the tests can fail: the kill matrix goes to out/prove
image: $(RUN_PARTS) $(IMAGES) ## kernels, initramfs, ISO and disk image; says whether they are the reference
	scripts/digests || true
suite: build/assay ## only the program `assay`: list, explain, run on this host, render
fetch: ## get the pinned sources; nothing else of the build needs the network
	scripts/fetch $$(sed -n 's/^\([a-z]*\)	.*/\1/p' rootfs/sources.lock)
setup: ## install what is missing on this machine
	scripts/setup build run $(if $(filter check test,$(MAKECMDGOALS)),test) \
		$(if $(filter prove reference,$(MAKECMDGOALS)),subjects)
test: setup $(RUN_PARTS) $(IMAGES) ## all tests of the project; ends with `N passed, N failed`
	tests/run $(CHECK_STAGES) $(BOOT_STAGES)
reproduce: setup ## build all again elsewhere, as another user, and compare (PARTS=...)
	scripts/reproduce $(PARTS)
clean: ## remove build/
	rm -rf build
distclean: clean ## remove build/, out/ and the cache too
	rm -rf out "$${XDG_CACHE_HOME:-$$HOME/.cache}/assay"

include kernel-config/kernel.mk
include rootfs/rootfs.mk
include init/init.mk
include suite/suite.mk
include images/images.mk
include tests/tests.mk

test: $(TEST_BIN)/fake $(TEST_BIN)/mkbad $(TEST_BIN)/record build/saboteur

# Whatever is built, the programs for it are there first.
build/toolchain/inputs build/gen/compile-catalogue build/init build/assay build/probe build/saboteur $(RUN_PARTS) $(IMAGES): | setup
check: | setup ## lint, unit tests and whatever else needs no boot

# make itself ends with 2 when a recipe fails, but a verdict must come out as it is. So the run
# happens while make brings this file up to date: its recipe writes the status, make starts over
# and reads it. With -q, a target that is not up to date is what make says 1 for.
JUDGE := $(firstword $(filter run certify reference prove,$(MAKECMDGOALS)))
ifneq ($(JUDGE),)
ifeq ($(findstring n,$(FLAGS)),)
STATUS := build/.status
include $(STATUS)
ifeq ($(MAKE_RESTARTS),)
.PHONY: always
$(STATUS): always $(RUN_PARTS) $(if $(ISO),build/assay.iso) $(if $(filter prove,$(JUDGE)),build/saboteur)
	status=0; $(if $(RESCUE),SHELL=1) scripts/$(JUDGE) || status=$$?; echo "VERDICT := $$status" >$@
endif
ifeq ($(VERDICT),1)
MAKEFLAGS += -q
endif
endif
endif
run certify reference prove:
	exit $(or $(VERDICT),0)
