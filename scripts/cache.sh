# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
# Sourced by the scripts that build a part which rarely changes. They define
#   inputs  prints everything that decides the bytes of the part, as text: its digest is the key
#   make_it builds, in an empty directory of its own, what is to be kept in ./out
# and call `cached OUTDIR`. The cache may be deleted at any time.

umask 022
export LC_ALL=C TZ=UTC
unset MAKEFLAGS MFLAGS MAKELEVEL CFLAGS CPPFLAGS LDFLAGS LIBS CC ARCH CROSS_COMPILE
me=$(basename "$0")
top=$(cd "$(dirname "$0")/.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/assay/build
SOURCE_DATE_EPOCH=$(cat "$top/images/epoch")
export SOURCE_DATE_EPOCH

die() { echo "$me: $*" >&2; exit 1; }

# Lines of `inputs`: the pin of a source, files of the tree, the compiler.
pin() { for name; do grep "^$name	" "$top/rootfs/sources.lock" | cut -f 1-3; done; }
files() { (cd "$top" && sha256sum "$@"); }
tools() { for tool; do $tool --version | head -n 1; done; }

# unpack NAME DIR [MEMBER or option of tar]...: patterns are of the whole name, and * stops at /
unpack()
{
	tarball=$("$top/scripts/fetch" "$1") || exit
	into=$2
	shift 2
	mkdir -p "$into"
	tar -xf "$tarball" -C "$into" --strip-components=1 --no-same-owner --anchored --wildcards \
		--no-wildcards-match-slash "$@"
}

# cached OUTDIR: OUTDIR is replaced by what make_it makes, or made before from the same inputs.
cached()
{
	inputs=$(inputs) || exit
	key=$(printf '%s\n' "$inputs" | sha256sum | cut -d ' ' -f 1)
	mkdir -p "$cache" "$(dirname "$1")"
	exec 9>"$cache/$key.lock"
	flock 9 # two that want the same: the second waits and finds it
	if [ ! -d "$cache/$key" ]; then
		work=$(mktemp -d "$cache/tmp.XXXXXX")
		trap 'rm -rf "$work"' EXIT
		trap 'exit 1' HUP INT TERM
		log=$work/assay.log
		echo "$me: building${what:+ $what} (log: $log)" >&2
		set +e # or `set -e` would not hold in there
		(set -e; cd "$work"; make_it) >"$log" 2>&1 9>&-
		status=$?
		set -e
		[ $status -eq 0 ] || { tail -n 40 "$log" >&2; die "the build failed"; }
		printf '%s\n' "$inputs" >"$work/out/inputs"
		mv "$work/out" "$cache/$key"
	fi
	rm -rf "$1"
	cp -R "$cache/$key" "$1"
}
