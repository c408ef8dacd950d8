#!/bin/bash
# Runs test programs and black-box scripts, counts their cases, and says so.
#
#   tests/run.sh TEST...      B=build-folder JOBS=at-once TIMEOUT_S=per-test
#
# Two kinds of test are known by their names: t-*.sh prints "ok - sentence" or
# "not ok - sentence"; anything else is a cmocka program. The last line is
# "N passed, N failed" and the status is 1 if anything failed or nothing ran.
#
# What must never become false: silence is not success. A case that was
# announced and never reported, a program that died or timed out, a script that
# checked nothing: each counts as a failure, unless it says "skipped: " and why.
set -u

TIMEOUT_S=${TIMEOUT_S:-300}
JOBS=${JOBS:-2}
export B=${B:-build}
# Absolute, because scripts may change folder.
case $B in /*) ;; *) B=$PWD/$B ;; esac
export BIN=${BIN:-$B/bin}
export TIMEOUT_S

# Leaks are failures; a race is reported where it happens, and stops the program.
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:strict_string_checks=1}
# Absolute, because scripts may change folder.
export LSAN_OPTIONS=${LSAN_OPTIONS:-suppressions=$PWD/tests/lsan.supp:print_suppressions=0}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
export TSAN_OPTIONS=${TSAN_OPTIONS:-halt_on_error=1:second_deadlock_stack=1}

# The sum of the numbers that follow a cmocka mark at the beginning of a line.
sum_of() { # mark file
	awk -v mark="$1" 'index($0, mark) == 1 {
		rest = substr($0, length(mark) + 1)
		if (rest ~ /^ *[0-9]+ test\(s\)/) n += rest
	} END { print n + 0 }' "$2"
}

# A program's verdict: "passed failed".
count_cmocka() { # log
	local announced passed failed skipped lost
	announced=$(sum_of '[==========] Running ' "$1")
	passed=$(sum_of '[  PASSED  ] ' "$1")
	failed=$(sum_of '[  FAILED  ] ' "$1")
	skipped=$(sum_of '[  SKIPPED ] ' "$1")
	lost=$((announced - passed - failed - skipped))
	if [ "$lost" -gt 0 ]; then
		echo "$lost announced, never reported" >>"$1"
		failed=$((failed + lost))
	fi
	echo "$passed $failed"
}

count_script() { # log
	echo "$(grep -c '^ok - ' "$1") $(grep -c '^not ok - ' "$1")"
}

# A ThreadSanitizer of gcc 12 cannot live with a widely randomised address
# space; where the system allows it, its programs get a fixed one.
fixed_addresses() {
	case $B in
	*san-thread*) setarch "$(uname -m)" -R true 2>/dev/null && echo "setarch $(uname -m) -R" ;;
	esac
}

run_one() { # test, folder of the logs
	local test=$1 name log status passed failed
	name=$(basename "$test")
	log=$2/$name.log
	case $name in
	t-*.sh)
		timeout -k 10 "$TIMEOUT_S" bash "$test" </dev/null >"$log" 2>&1
		status=$?
		read -r passed failed < <(count_script "$log")
		;;
	*)
		# Words, or none: no quotes.
		# shellcheck disable=SC2046
		timeout -k 10 "$TIMEOUT_S" $(fixed_addresses) "$test" </dev/null >"$log" 2>&1
		status=$?
		read -r passed failed < <(count_cmocka "$log")
		;;
	esac

	if [ "$status" = 124 ] || [ "$status" = 137 ]; then
		echo "stopped after $TIMEOUT_S s, or killed" >>"$log"
	fi
	if [ "$failed" = 0 ] && [ "$status" != 0 ]; then
		echo "ended with status $status although nothing was reported as failed" >>"$log"
		failed=1
	fi
	# A script may say that it cannot run here, and why; that is told, and no success.
	if [ "$failed" = 0 ] && [ "$passed" = 0 ] && ! grep -q '^skipped: .' "$log"; then
		echo "reported nothing" >>"$log"
		failed=1
	fi
	echo "$passed $failed" >"$2/$name.count"

	# One test's report at a time. What passed is told in a line; V=1 tells all.
	exec 9>"$2/lock"
	flock 9
	echo "== $name: $passed passed, $failed failed"
	if [ "$failed" != 0 ] || [ -n "${V:-}" ]; then
		sed 's/^/   /' "$log"
	else
		sed -n 's/^skipped: /   &/p' "$log"
	fi
}

if [ "${1:-}" = --one ]; then
	run_one "$3" "$2"
	exit 0
fi

logs=$(mktemp -d) || exit 2
trap 'rm -rf "$logs"' EXIT
trap 'exit 130' INT TERM

if [ $# -gt 0 ]; then
	printf '%s\0' "$@" | xargs -0 -n 1 -P "$JOBS" "$0" --one "$logs"
fi

passed=0 failed=0
for test in "$@"; do
	count=$logs/$(basename "$test").count
	if [ -s "$count" ]; then
		read -r p f <"$count"
	else
		echo "== $(basename "$test"): never came to its end"
		p=0 f=1
	fi
	passed=$((passed + p)) failed=$((failed + f))
done

[ $# -gt 0 ] || echo "no test was found"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
