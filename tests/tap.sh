# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# TAP for the stages: source it, call ok/not_ok/skip, end with tap_plan.

tap_count=0

ok() {
	tap_count=$((tap_count + 1))
	printf 'ok %d - %s\n' "$tap_count" "$1"
}

# not_ok NAME [DETAIL]: the detail may have many lines, each becomes a TAP comment.
not_ok() {
	tap_count=$((tap_count + 1))
	printf 'not ok %d - %s\n' "$tap_count" "$1"
	[ -z "${2:-}" ] || printf '%s\n' "$2" | LC_ALL=C tr -c '\n\t -~' '?' | sed 's/^/# /'
}

# skip NAME REASON: something this machine cannot do. With ASSAY_NO_SKIP set (CI) it is a failure.
skip() {
	tap_count=$((tap_count + 1))
	if [ -n "${ASSAY_NO_SKIP:-}" ]; then
		printf 'not ok %d - %s\n# may not be skipped here: %s\n' "$tap_count" "$1" "$2"
	else
		printf 'ok %d - %s # SKIP %s\n' "$tap_count" "$1" "$2"
	fi
}

# result STATUS NAME [DETAIL]
result() {
	if [ "$1" -eq 0 ]; then ok "$2"; else not_ok "$2" "${3:-}"; fi
}

# bail REASON: nothing that the stage could say would mean anything.
bail() {
	printf 'Bail out! %s\n' "$1"
	exit 1
}

note() {
	printf '%s\n' "$*" | sed 's/^/# /'
}

tap_plan() {
	printf '1..%d\n' "$tap_count"
}
