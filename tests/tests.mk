# SPDX-License-Identifier: Apache-2.0
# Tests of the project itself. The stages are in tests/stages; each prints TAP, tests/run adds up.

CHECK_STAGES = lint unit formats fakes saboteur proofs trust
TEST_BIN = build/test/bin
TEST_FLAGS = -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wformat=2 -Wvla -Wwrite-strings -Werror -I.
FAKE_SOURCES = tests/runtimes/fake.c tests/runtimes/acts.c tests/runtimes/leak.c \
	tests/runtimes/forge.c tests/runtimes/command.c suite/core/crc32.c
SABOTEUR_SOURCES = $(sort $(wildcard tests/saboteur/*.c)) tests/runtimes/command.c \
	tests/runtimes/leak.c suite/core/path.c suite/probe/names.c suite/probe/netlink.c
MKBAD_SOURCES = tests/payloads/mkbad.c suite/core/sha256.c

.PHONY: check

check: $(TEST_BIN)/fake $(TEST_BIN)/mkbad $(TEST_BIN)/record build/saboteur build/assay
	tests/run $(CHECK_STAGES)

# Bad runtimes are static: they go into payloads alone.
$(TEST_BIN)/fake: $(FAKE_SOURCES) tests/runtimes/acts.h tests/runtimes/command.h suite/core/event.h suite/core/crc32.h
	@mkdir -p $(@D)
	$(CC) $(TEST_FLAGS) -static -o $@ $(FAKE_SOURCES)

$(TEST_BIN)/mkbad: $(MKBAD_SOURCES) suite/core/sha256.h
	@mkdir -p $(@D)
	$(CC) $(TEST_FLAGS) -o $@ $(MKBAD_SOURCES)

# A run on paper, with the suite's own plan: linked from its objects.
$(TEST_BIN)/record: tests/trust/record.c $(SUITE_HEADERS) build/assay
	@mkdir -p $(@D)
	$(SUITE_CC) $(SUITE_FLAGS) -static -s -Wl,--gc-sections -o $@ $< \
		$(filter-out build/suite/suite/main.o,$(SUITE_OBJECTS)) -lcgroup -ljansson

# Goes into payloads and containers alone, as the suite does.
build/saboteur: $(SABOTEUR_SOURCES) tests/saboteur/saboteur.h tests/runtimes/acts.h \
		tests/runtimes/command.h suite/core/path.h suite/probe/names.h suite/probe/netlink.h $(filter build/%,$(SUITE_CC))
	@mkdir -p $(@D)
	$(SUITE_CC) $(SUITE_FLAGS) -static -s -Wl,--gc-sections -Wl,--build-id=none -o $@ \
		$(SABOTEUR_SOURCES) -ljansson
