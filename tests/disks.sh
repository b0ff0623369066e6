# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The disks of the appliance tests: source it. A case's directory holds payload.img, results.img and
# `disks`, the arguments for tests/vm that attach them.

TEST_RUNTIME=${TEST_RUNTIME:-crun}

# What all cases start from: the payload of the real runtime and an empty results disk.
prepare_disks() {
	[ -s build/test/real.img ] || {
		scripts/runtime "$TEST_RUNTIME" build/test/real.new >/dev/null &&
			mv build/test/real.new build/test/real.img
	} || return 1
	[ -s build/test/fresh.img ] || scripts/mkresults build/test/fresh.img 16 40
}

# make_payload DIR SUBJECT...
make_payload() {
	into=$1 kind=$2
	shift 2
	payload=$into/payload.img
	: >"$into/disks"
	case $kind in
	real) cp build/test/real.img "$payload" ;;
	fake) tests/payloads/wrap build/test/real.img build/test/bin/fake "$payload" "$@" ;;
	bad) build/test/bin/mkbad "$1" build/test/bin/fake "$payload" ;;
	random) head -c 16384 build/assay >"$payload" ;;
	two)
		cp build/test/real.img "$payload"
		cp build/test/real.img "$into/payload2.img"
		echo "-p $into/payload2.img" >>"$into/disks" ;;
	none) return ;;
	esac
	[ $(($(wc -c <"$payload") % 512)) = 0 ] || { echo "$payload: not whole sectors" >&2; return 1; }
	echo "-p $payload" >>"$into/disks"
}

# partition DISK NUMBER: first byte and bytes
partition() {
	PATH=$PATH:/usr/sbin:/sbin sgdisk -i "$2" "$1" | awk '
		/^First sector:/ { first = $3 }
		/^Partition size:/ { size = $3 }
		END { print first * 512, size * 512 }'
}

# make_results DIR KIND
make_results() {
	disk=$1/results.img how=''
	case $2 in
	none) return ;;
	small)
		truncate -s 48M "$disk"
		PATH=$PATH:/usr/sbin:/sbin sgdisk --clear --new=1:1M:+512K --change-name=1:ASSAY-JOURNAL \
			--new=2:4M:0 --change-name=2:ASSAY-REPORT "$disk" >/dev/null ;;
	journal-only)
		truncate -s 16M "$disk"
		PATH=$PATH:/usr/sbin:/sbin sgdisk --clear --new=1:1M:0 --change-name=1:ASSAY-JOURNAL \
			"$disk" >/dev/null ;;
	reference) cp --sparse=always build/test/appliance/reference/results.img "$disk" ;;
	*) cp --sparse=always build/test/fresh.img "$disk" ;;
	esac
	case $2 in
	readonly) how=,readonly=on ;;
	foreign)
		# shellcheck disable=SC2046
		set -- "$@" $(partition "$disk" 1)
		printf 'somebody else keeps things here' |
			dd of="$disk" bs=1 seek="$3" conv=notrunc status=none ;;
	two)
		cp --sparse=always "$disk" "$1/results2.img"
		echo "-r $1/results2.img" >>"$1/disks" ;;
	esac
	echo "-r $disk$how" >>"$1/disks"
}
