#!/usr/bin/env bash
# t-41-torture.sh - a short run of the torture programs that work on whole processes.
# A long one is `make torture`.
. "$(dirname "$0")/harness.sh"

SHORT_S=5

# Each prints one line of what it did, or the seed that replays what went wrong.
torture() { # name sentence [seconds]
	check "$2" env BIN="$BIN" TMPDIR="$WORK" TORTURE_S="${3:-$SHORT_S}" \
		"${B:-build}/tests/torture_$1"
	tail -n 1 "$WORK/.out" | sed 's/^/# /'
}

torture kills "a gateway that is killed again and again loses nothing"
torture writers "two gateways and command lines that are killed write one log"
torture clock "a clock that jumps takes the log nowhere (ledger/cmd_clock.c)"
torture full "a disk that is full and freed again loses nothing"
torture hostile "hostile clients by the thousand keep no honest one out"
torture bits "a changed bit of an export is found"
torture memory "memory that runs short is told, and harms nothing"
torture requests "a gateway whose memory runs short says so, and harms nothing"
torture faults "a disk that fails at any call loses nothing" 8
torture power "a cut of the power loses nothing that was acknowledged" 8
torture disk "a disk that fails under a command leaves the old state or the new one"
torture storm "deliveries in any order, again and again, while the gateway is killed, book what a clean run books"
torture money "a disk, the power or memory that fails while money comes and goes loses and doubles none" 12
torture bank "commands of the bank that are killed, or whose disk fails, order no payment twice" 12
