#!/bin/bash
# Runs fuzz targets, one process each, and tells in a line what each has done.
#
#   tests/fuzz.sh NAME...     B=build-folder JOBS=at-once FUZZ_S=seconds-each
#   tests/fuzz.sh --keep NAME...
#
# A run begins with the files of tests/fuzz/NAME/ and what earlier runs have found,
# which stays in B/corpus/NAME. What makes a target fail is left in B/found/. With
# --keep the corpora in the tree are written anew: as few files as reach every edge that
# was reached, none larger than FUZZ_KEEP_BYTES, beside those that a person has named.
# The status is 1 where anything failed.
set -u

B=${B:-build/fuzz}
JOBS=${JOBS:-2}
FUZZ_S=${FUZZ_S:-10}
FUZZ_KEEP_BYTES=${FUZZ_KEEP_BYTES:-4096}
export B JOBS FUZZ_S FUZZ_KEEP_BYTES

# An abort of libcmocka's is one, and a world that is refused says so.
export CMOCKA_TEST_ABORT=1
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:strict_string_checks=1:handle_abort=1}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}

# Nothing that is tried here has to outlive a power cut.
if [ -z "${TMPDIR:-}" ] && [ -w /dev/shm ]; then
	export TMPDIR=/dev/shm
fi

limits=(-timeout=20 -rss_limit_mb=2048 -malloc_limit_mb=1024 -max_len=8192)

# A number of libFuzzer's last words, or of its last line of progress.
number() { # name, log
	case $1 in
	executions) sed -n 's/^stat::number_of_executed_units: *//p' "$2" | tail -n 1 ;;
	*) grep -oE "\b$1: [0-9]+" "$2" | tail -n 1 | grep -oE '[0-9]+$' ;;
	esac
}

fuzz_one() { # name
	local name=$1 corpus=$B/corpus/$1 log=$B/$1.log status options=()
	mkdir -p "$corpus" "$B/found"
	[ ! -e "tests/fuzz/$name.dict" ] || options+=("-dict=tests/fuzz/$name.dict")
	"$B/tests/fuzz_$name" "${limits[@]}" "${options[@]}" -max_total_time="$FUZZ_S" \
		-print_final_stats=1 -artifact_prefix="$B/found/$name-" \
		"$corpus" "tests/fuzz/$name" >"$log" 2>&1 </dev/null
	status=$?
	printf '%-12s %12s executions  cov %6s  features %6s  corpus %5s\n' "$name" \
		"$(number executions "$log")" "$(number cov "$log")" "$(number ft "$log")" \
		"$(find "$corpus" -type f | wc -l)"
	[ "$status" != 0 ] || return 0
	echo "fuzz: $name failed:"
	grep -vE '^#[0-9]+	' "$log" | tail -n 60 | sed 's/^/   /'
	return 1
}

# The least files first, so that those are kept which a person can read.
keep_one() { # name
	local name=$1 corpus=$B/corpus/$1 fresh=$B/kept/$1 file
	rm -rf "$fresh"
	mkdir -p "$fresh" "$corpus"
	"$B/tests/fuzz_$name" "${limits[@]}" -max_len="$FUZZ_KEEP_BYTES" -use_counters=0 \
		-merge=1 "$fresh" \
		"$corpus" "tests/fuzz/$name" >"$B/$name.log" 2>&1 </dev/null || {
		echo "fuzz: $name cannot be merged: see $B/$name.log"
		return 1
	}
	# What a person gave a name stays.
	for file in "tests/fuzz/$name"/*; do
		[[ $(basename "$file") =~ ^[0-9a-f]{40}$ ]] && rm -f "$file"
	done
	cp "$fresh"/* "tests/fuzz/$name/"
	echo "$name: $(find "tests/fuzz/$name" -type f | wc -l) files," \
		"$(cat "tests/fuzz/$name"/* | wc -c) bytes"
}

case ${1:-} in
--one)
	fuzz_one "$2"
	exit
	;;
--keep-one)
	keep_one "$2"
	exit
	;;
--keep)
	shift
	mode=--keep-one
	;;
*)
	mode=--one
	;;
esac

[ $# -gt 0 ] || {
	echo "fuzz: no target has that name" >&2
	exit 1
}
printf '%s\0' "$@" | xargs -0 -n 1 -P "$JOBS" "$0" "$mode" || exit 1
