#!/bin/bash
# torture.sh - every torture program, one after the other, each in its share of the time.
#
#   TORTURE_S=120 TORTURE_SEED=n BIN=programs B=build tests/torture.sh [NAME...]
#
# Runs each tests/torture_*.c that was built and each tests/torture-*.sh. TORTURE_S is
# the time of all of them; each is given its share and the seed, which replays a run as
# far as the timing of threads and processes allows. What each did is told in a line;
# the status is 1 if one of them failed.
set -u
cd "$(dirname "$0")/.." || exit 2
B=${B:-build}
case $B in /*) ;; *) B=$PWD/$B ;; esac
BIN=${BIN:-$B/bin}
case $BIN in /*) ;; *) BIN=$PWD/$BIN ;; esac
export B BIN
export TORTURE_SEED=${TORTURE_SEED:-$((RANDOM * 32768 + RANDOM))}
total=${TORTURE_S:-120}

programs=()
for source in tests/torture_*.c tests/torture-*.sh; do
	[ -e "$source" ] || continue
	name=$(basename "$source")
	name=${name%.*}
	[ $# = 0 ] || [[ " $* " == *" ${name#torture?} "* ]] || continue
	case $source in
	*.sh) programs+=("$source") ;;
	*) programs+=("$B/tests/$name") ;;
	esac
done
[ ${#programs[@]} -gt 0 ] || { echo "torture: there is nothing of that name"; exit 2; }
TORTURE_S=$(((total + ${#programs[@]} - 1) / ${#programs[@]}))
export TORTURE_S

echo "torture: TORTURE_SEED=$TORTURE_SEED, $TORTURE_S s for each of ${#programs[@]}"
failed=0
for program in "${programs[@]}"; do
	"$program" || failed=$((failed + 1))
done
echo "torture: ${#programs[@]} programs, $failed failed (TORTURE_SEED=$TORTURE_SEED)"
[ "$failed" = 0 ]
