# SPDX-License-Identifier: Apache-2.0
# Tests of the project itself. The stages are in tests/stages; each prints TAP, tests/run adds up.

CHECK_STAGES = lint unit formats fakes
TEST_BIN = build/test/bin
TEST_FLAGS = -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wformat=2 -Wvla -Wwrite-strings -Werror -I.
FAKE_SOURCES = tests/runtimes/fake.c tests/runtimes/acts.c tests/runtimes/leak.c \
	tests/runtimes/forge.c suite/core/crc32.c
MKBAD_SOURCES = tests/payloads/mkbad.c suite/core/sha256.c

.PHONY: check

check: $(TEST_BIN)/fake $(TEST_BIN)/mkbad
	tests/run $(CHECK_STAGES)

# Bad runtimes are static: they go into payloads alone.
$(TEST_BIN)/fake: $(FAKE_SOURCES) tests/runtimes/acts.h suite/core/event.h suite/core/crc32.h
	@mkdir -p $(@D)
	$(CC) $(TEST_FLAGS) -static -o $@ $(FAKE_SOURCES)

$(TEST_BIN)/mkbad: $(MKBAD_SOURCES) suite/core/sha256.h
	@mkdir -p $(@D)
	$(CC) $(TEST_FLAGS) -o $@ $(MKBAD_SOURCES)
