#!/bin/bash
# bench.sh - what the ledger does on this machine, beside what the machine can do.
#
#   BIN=folder of the programs B=build folder tests/bench.sh
#   BENCH_ROWS=1000000    round-ups; fewer for a trial
#
# Prints one table. Each figure stands beside a yardstick that was measured in the
# same run, on the same folder and the same rows, and only their ratio is judged: by
# the bound in `wanted`, and in brackets by the stricter one that comes later. Data
# is made before a clock starts. Nothing here is a test: a row that misses its bound
# is told, and the status stays 0; it is 2 when something could not be measured.
#
# What must never become false: a yardstick does nothing that makes it slower than
# it has to be, and what is measured does all of its work: every answer is checked,
# every commit is durable.
set -u
export LC_ALL=C TZ=UTC

cd "$(dirname "$0")/.." || exit 2
B=${B:-build}
BIN=${BIN:-$B/bin}
TOOLS=$B/tests

ROWS=${BENCH_ROWS:-1000000}
PER_BATCH=10000
[ "$ROWS" -ge $((20 * PER_BATCH)) ] || PER_BATCH=$(((ROWS + 19) / 20))
BATCHES=$(((ROWS + PER_BATCH - 1) / PER_BATCH))
MONTHS=5
COMPANIES=$(((BATCHES + MONTHS - 1) / MONTHS))
SMALL_ROWS=20
SMALL_BATCHES=$((ROWS / 250 + 64))
GIFTS=$((ROWS / 50 + 64))
SINGLES=$((ROWS / 400 + 100))
DELIVERIES=$((ROWS / 10))
MANY=$((ROWS / 100 + 100)) # batches of 100 rows
ENTRIES=$ROWS
REPEAT=3
READY_TRIES=200

WORK=$(mktemp -d "${TMPDIR:-/tmp}/arrondi-bench.XXXXXX") || exit 2
GATEWAY_PID=
LINES=$WORK/lines

bench_end() {
	local status=$?
	[ -z "$GATEWAY_PID" ] || kill -KILL "$GATEWAY_PID" 2>/dev/null
	rm -rf "$WORK"
	exit "$status"
}
trap bench_end EXIT
trap 'exit 143' TERM INT

fail() {
	echo "bench: $*" >&2
	[ ! -s "$WORK/err" ] || tail -n 5 "$WORK/err" >&2
	exit 2
}

# Tells on a terminal what is under way.
doing() {
	[ ! -t 2 ] || printf '\r\033[K%s' "$*" >&2
}

# A program's output, or the end.
ask() {
	local said
	said=$("$@" 2>"$WORK/err" </dev/null) || fail "failed: $*"
	echo "$said"
}

do_quietly() {
	"$@" >"$WORK/err" 2>&1 </dev/null || fail "failed: $*"
}

field() { # line number
	echo "$1" | awk -v n="$2" '{ print $n }'
}

# n * 10^9 / nanoseconds, as a whole number.
per_s() { # n nanoseconds
	awk -v n="$1" -v t="$2" 'BEGIN { printf "%.0f", n * 1e9 / t }'
}

median() { # numbers...
	printf '%s\n' "$@" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

# A line of the table. The ratio is measured : yardstick. bound is "least" or "most";
# wanted and later are numbers, or "-".
line() { # what measured yardstick unit bound wanted later
	awk -v what="$1" -v m="$2" -v y="$3" -v unit="$4" -v bound="$5" -v wanted="$6" -v later="$7" '
	function shown(v) {
		if (v == "-") return "-"
		if (unit == "ns") return v >= 1e6 ? sprintf("%.2f ms", v / 1e6) : sprintf("%.1f us", v / 1e3)
		if (unit == "KiB") return sprintf("%.1f MiB", v / 1024)
		if (unit == "") return sprintf("%.1f", v)
		if (v >= 1e6) return sprintf("%.2f M%s", v / 1e6, unit)
		return v >= 1e4 ? sprintf("%.0f k%s", v / 1e3, unit) : sprintf("%.0f %s", v, unit)
	}
	function met(ratio, limit) { return bound == "least" ? ratio >= limit : ratio <= limit }
	BEGIN {
		ratio = y == "-" ? m : m / y
		sign = bound == "least" ? ">=" : "<="
		limits = wanted == "-" ? "-" : sign " " (unit == "ns" && y == "-" ? shown(wanted) : wanted)
		if (later != "-") limits = limits " (" sign " " (unit == "KiB" && y == "-" ? shown(later) : later) ")"
		verdict = wanted == "-" ? "" : met(ratio, wanted) ? "met" : "MISSED"
		if (later != "-") verdict = verdict " (" (met(ratio, later) ? "met" : "missed") ")"
		sub(/^ /, "", verdict)
		if (verdict == "") verdict = "-"
		printf "%s|%s|%s|%s|%s|%s\n", what, shown(m), shown(y),
			y == "-" ? "-" : sprintf("%.2f", ratio), limits, verdict
	}' >>"$LINES"
}

table() {
	awk -F'|' '
	{ for (i = 1; i <= NF; i++) { cell[NR, i] = $i; if (length($i) > width[i]) width[i] = length($i) } }
	END { for (r = 1; r <= NR; r++) for (i = 1; i <= 6; i++)
		printf "%-*s%s", width[i], cell[r, i], i < 6 ? " | " : "\n" }' "$LINES"
}

# ---- the gateway ----

start_gateway() { # ledger-folder [more options...]
	local tries=0
	rm -f "$WORK/port"
	"$BIN/arrondi-gateway" "$1" --listen 127.0.0.1:0 --port-file "$WORK/port" "${@:2}" \
		>"$WORK/gateway.log" 2>&1 </dev/null &
	GATEWAY_PID=$!
	until [ -s "$WORK/port" ]; do
		tries=$((tries + 1))
		if [ "$tries" -gt "$READY_TRIES" ] || ! kill -0 "$GATEWAY_PID" 2>/dev/null; then
			fail "the gateway does not start: $(tail -n 3 "$WORK/gateway.log")"
		fi
		sleep 0.05
	done
	PORT=$(<"$WORK/port")
	PORT=${PORT##*:}
}

# GATEWAY_PEAK_KIB is the most memory that it had.
stop_gateway() {
	GATEWAY_PEAK_KIB=$(awk '/^VmHWM:/ { print $2 }' "/proc/$GATEWAY_PID/status")
	kill -TERM "$GATEWAY_PID"
	wait "$GATEWAY_PID" || fail "the gateway ended with $?"
	GATEWAY_PID=
}

# A new ledger, a gateway on it, a load, and the gateway's end; LOADED is what the
# load said. The metrics are in $WORK/metrics.
load() { # name companies arguments-of-bench_load...
	local name=$1 companies=$2
	shift 2
	doing "$name"
	do_quietly "$TOOLS/bench_make" "$WORK/$name" "$companies" "$WORK/tokens"
	sync -f "$WORK"
	start_gateway "$WORK/$name"
	LOADED=$(ask "$TOOLS/bench_load" "$PORT" "$WORK/tokens" "$@") || exit 2
	curl -sS --max-time 10 "http://127.0.0.1:$PORT/metrics" >"$WORK/metrics" || fail "no metrics"
	stop_gateway
}

# ---- the yardsticks ----

insert() { # rows-per-commit [rows-max]
	doing "bare SQLite"
	rm -f "$WORK"/bare.db*
	sync -f "$WORK"
	ask "$TOOLS/bench_yardstick" insert "$WORK/export/rows" "$WORK/bare.db" "$@"
	rm -f "$WORK"/bare.db*
}

insert_rate() { # rows-per-commit [rows-max]
	local said
	said=$(insert "$@") || exit 2
	per_s "$(field "$said" 2)" "$(field "$said" 1)"
}

# ---- what is measured ----

bench_ingest() {
	local n=$((BATCHES * PER_BATCH)) json csv worst peak
	local -a inserts
	load json "$COMPANIES" json 4 "$BATCHES" "$PER_BATCH" "$MONTHS"
	json=$(per_s "$n" "$(field "$LOADED" 1)")
	peak=$GATEWAY_PEAK_KIB
	do_quietly "$BIN/arrondi-ledger" export "$WORK/json" "$WORK/export"
	inserts+=("$(insert_rate "$PER_BATCH")") || exit 2
	load csv "$COMPANIES" csv 4 "$BATCHES" "$PER_BATCH" "$MONTHS"
	csv=$(per_s "$n" "$(field "$LOADED" 1)")
	rm -rf "$WORK/csv"
	inserts+=("$(insert_rate "$PER_BATCH")") || exit 2
	load worst 1 json 4 "$BATCHES" "$PER_BATCH" 1
	worst=$(per_s "$n" "$(field "$LOADED" 1)")
	rm -rf "$WORK/worst"
	inserts+=("$(insert_rate "$PER_BATCH")") || exit 2
	INSERT=$(median "${inserts[@]}")
	line "ingest, JSON, batches of $PER_BATCH : bare SQLite" "$json" "$INSERT" "rows/s" least 0.3 0.5
	line "ingest, CSV, batches of $PER_BATCH : bare SQLite" "$csv" "$INSERT" "rows/s" least 0.3 0.7
	line "the same, JSON, one company and month" "$worst" "$INSERT" "rows/s" least - -
	line "gateway's peak memory meanwhile" "$peak" - KiB most - 65536
}

# What the gateway answers where there is nothing to do: the same connections and the same
# client as of the gifts, which cannot be quicker, however little a commit costs.
bench_floor() {
	local i
	local -a rates
	doing "floor"
	start_gateway "$WORK/gifts"
	for ((i = 0; i < REPEAT; i++)); do
		LOADED=$(ask "$TOOLS/bench_load" "$PORT" "$WORK/tokens" get 64 "$GIFTS" /healthz) || exit 2
		rates+=("$(per_s "$GIFTS" "$(field "$LOADED" 1)")")
	done
	stop_gateway
	FLOOR=$(median "${rates[@]}")
}

bench_small() {
	local small gifts single commits group grouped
	local -a singles
	load small "$((SMALL_BATCHES / 10 + 1))" json 64 "$SMALL_BATCHES" "$SMALL_ROWS" 10
	small=$(per_s $((SMALL_BATCHES * SMALL_ROWS)) "$(field "$LOADED" 1)")
	rm -rf "$WORK/small"
	singles+=("$(insert_rate 1 "$SINGLES")") || exit 2
	load gifts 20 gift 64 "$GIFTS"
	gifts=$(per_s "$GIFTS" "$(field "$LOADED" 1)")
	commits=$(awk '/^arrondi_commit_entries_count/ { print $2 }' "$WORK/metrics")
	singles+=("$(insert_rate 1 "$SINGLES")") || exit 2
	bench_floor
	rm -rf "$WORK/gifts"
	singles+=("$(insert_rate 1 "$SINGLES")") || exit 2
	single=$(median "${singles[@]}")
	group=$(((GIFTS + commits / 2) / commits))
	grouped=$(insert_rate "$group" "$GIFTS") || exit 2
	line "small batches of $SMALL_ROWS rows, 64 connections : bare SQLite" "$small" "$INSERT" "rows/s" least - 0.05
	line "single gifts, 64 connections : one FULL commit each" "$gifts" "$single" "/s" least - 4
	line "  empty requests, 64 connections : one FULL commit each" "$FLOOR" "$single" "/s" least - -
	line "  bare rows, $group in a FULL commit : one FULL commit each" "$grouped" "$single" "/s" least - -
	line "  single gifts : empty requests" "$gifts" "$FLOOR" "/s" least - -
	line "gifts in one durable commit" "$(awk -v g="$GIFTS" -v c="$commits" 'BEGIN { print g / c }')" - "" least - -
}

# What providers tell. The deliveries of the first row are booked meanwhile, by the same
# two processors; of the second row they are all stored before.
bench_hooks() {
	local i said worst=0
	local -a rates singles booked
	doing "hooks"
	do_quietly "$TOOLS/bench_make" "$WORK/hooks" 1 "$WORK/tokens"
	do_quietly "$BIN/arrondi-ledger" member "$WORK/hooks" add --id provider:bench --role provider --name Bench
	echo "bench whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" >"$WORK/hook"
	(umask 077 && cut -d' ' -f2 "$WORK/hook" >"$WORK/hook.secret")
	printf '[hook bench]\nprovider = standard\nmember = provider:bench\nfund = emploi\nsecret_file = %s\n' \
		"$WORK/hook.secret" >"$WORK/hook.conf"
	for ((i = 0; i < REPEAT; i++)); do
		singles+=("$(insert_rate 1 "$SINGLES")") || exit 2
		cp -r "$WORK/hooks" "$WORK/hooks-$i"
		sync -f "$WORK"
		start_gateway "$WORK/hooks-$i" --config "$WORK/hook.conf"
		LOADED=$(ask "$TOOLS/bench_load" "$PORT" "$WORK/hook" hook 64 "$GIFTS") || exit 2
		stop_gateway
		rm -rf "$WORK/hooks-$i"
		rates+=("$(per_s "$GIFTS" "$(field "$LOADED" 1)")")
		said=$(field "$LOADED" 4)
		[ "$said" -le "$worst" ] || worst=$said
	done
	singles+=("$(insert_rate 1 "$SINGLES")") || exit 2
	line "single deliveries, 64 connections : one FULL commit each" "$(median "${rates[@]}")" \
		"$(median "${singles[@]}")" "/s" least 5 -
	line "  99 of 100 are answered within" "$((worst * 1000))" - ns most 50000000 -
	for ((i = 0; i < REPEAT; i++)); do
		said=$(TMPDIR=$WORK ask "$TOOLS/bench_hooks" "$DELIVERIES") || exit 2
		booked+=("$(per_s "$DELIVERIES" "$(field "$said" 1)")")
	done
	line "$DELIVERIES stored deliveries become entries" "$(median "${booked[@]}")" - "/s" least 20000 -
}

root_rate() {
	local said
	said=$(ask "$TOOLS/bench_yardstick" root "$WORK/export/rows") || exit 2
	per_s "$(field "$said" 2)" "$(field "$said" 1)"
}

# The vkey is in the charter, the first entry.
log_vkey() { # ledger-folder
	"$BIN/arrondi-ledger" show "$1" 0 | grep -oE '"log":"[^"]*"' | cut -d'"' -f4
}

verify_ns() { # threads
	field "$(ask "$TOOLS/bench_run" "$REPEAT" "$BIN/arrondi-verify" "$WORK/export" \
		--vkey "$VKEY" --threads "$1")" 1
}

bench_verify() {
	local n=$((BATCHES * PER_BATCH)) one two root
	local -a roots
	VKEY=$(log_vkey "$WORK/json")
	doing "verify"
	roots+=("$(root_rate)") || exit 2
	one=$(verify_ns 1) || exit 2
	roots+=("$(root_rate)") || exit 2
	two=$(verify_ns 2) || exit 2
	roots+=("$(root_rate)") || exit 2
	root=$(median "${roots[@]}")
	line "verify with rows, 1 thread : RFC 6962 root, 1 thread" "$(per_s "$n" "$one")" "$root" "rows/s" least 0.4 0.5
	line "verify with rows, 2 threads : RFC 6962 root, 1 thread" "$(per_s "$n" "$two")" "$root" "rows/s" least 0.4 0.9
}

# Copies a folder and waits for the disk, file by file as an export does.
copy() { # from to
	cp -r "$1" "$2" && find "$2" -exec sync {} +
}

bench_export() {
	local start bytes i
	local -a exports copies
	doing "export"
	bytes=$(du -sb "$WORK/export" | cut -f1)
	for ((i = 0; i < REPEAT; i++)); do
		start=$(date +%s%N)
		do_quietly "$BIN/arrondi-ledger" export "$WORK/json" "$WORK/export-$i"
		exports+=($(($(date +%s%N) - start)))
		start=$(date +%s%N)
		do_quietly copy "$WORK/export" "$WORK/copy-$i"
		copies+=($(($(date +%s%N) - start)))
		rm -rf "$WORK/export-$i" "$WORK/copy-$i"
		sync -f "$WORK"
	done
	line "export : cp and fsync of the same bytes" "$(per_s "$bytes" "$(median "${exports[@]}")")" \
		"$(per_s "$bytes" "$(median "${copies[@]}")")" "B/s" least - 0.3
}

# What a run of each took, as bench_run tells it: SMALL on $WORK/few, GREAT on $WORK/many.
report_both() {
	local both
	both=$(ask "$TOOLS/bench_run" 31 "$BIN/arrondi-report" allocation "$WORK/few" \
		+ "$BIN/arrondi-report" allocation "$WORK/many") || exit 2
	SMALL=$(echo "$both" | head -n 1)
	GREAT=$(echo "$both" | tail -n 1)
}

bench_report() {
	local few=$((MANY / 100)) pdf
	doing "report"
	do_quietly "$TOOLS/bench_make" "$WORK/few" 20 "$WORK/tokens" batches "$few" 100
	do_quietly "$TOOLS/bench_make" "$WORK/many" 20 "$WORK/tokens" batches "$MANY" 100
	report_both
	pdf=$(ask "$TOOLS/bench_run" 15 "$BIN/arrondi-report" allocation "$WORK/many" --format pdf) || exit 2
	rm -rf "$WORK/few" "$WORK/many"
	line "report, CPU, $MANY batches of 100 rows" "$(field "$GREAT" 2)" - ns most 50000000 -
	line "report as PDF, CPU, $MANY batches of 100 rows" "$(field "$pdf" 2)" - ns most 300000000 -
	line "report, CPU, $MANY batches : $few batches" "$(field "$GREAT" 2)" "$(field "$SMALL" 2)" ns most 1.3 1.2
}

# What an accountant's file costs: to be written, apart from the replay that gives its
# entries their postings; and all of it, in memory, at a hundred times the entries.
bench_accounts() {
	local few=$1 what entries ns bytes name both
	ask "$TOOLS/bench_journal" "$WORK/few" 1000000 >"$WORK/written" || exit 2
	while read -r what entries ns bytes; do
		line "$what, writing, CPU" "$(per_s "$entries" "$ns")" - "entries/s" least 300000 -
	done <"$WORK/written"
	for name in journal fec; do
		both=$(ask "$TOOLS/bench_run" 1 "$BIN/arrondi-report" $name "$WORK/few" \
			+ "$BIN/arrondi-report" $name "$WORK/many") || exit 2
		small=$(echo "$both" | head -n 1) great=$(echo "$both" | tail -n 1)
		line "$name with its replay, CPU" "$(per_s "$ENTRIES" "$(field "$great" 2)")" - "entries/s" least - -
		line "$name, peak memory, $ENTRIES entries : $few" "$(field "$great" 3)" "$(field "$small" 3)" KiB most - 2
	done
}

# The same at a hundred times the entries.
bench_scale() {
	local few=$((ENTRIES / 100)) what small great dir
	doing "scale"
	do_quietly "$TOOLS/bench_make" "$WORK/few" 5 "$WORK/tokens" gifts "$few"
	do_quietly "$TOOLS/bench_make" "$WORK/many" 5 "$WORK/tokens" gifts "$ENTRIES"
	report_both
	line "report, CPU, $ENTRIES entries : $few" "$(field "$GREAT" 2)" "$(field "$SMALL" 2)" ns most 1.3 1.2
	line "report, peak memory, $ENTRIES entries : $few" "$(field "$GREAT" 3)" "$(field "$SMALL" 3)" KiB most - 2
	bench_accounts "$few"
	for dir in few many; do
		do_quietly "$BIN/arrondi-ledger" export "$WORK/$dir" "$WORK/$dir.out"
	done
	small=$(ask "$TOOLS/bench_run" 1 "$BIN/arrondi-verify" "$WORK/few.out" --vkey "$(log_vkey "$WORK/few")") || exit 2
	great=$(ask "$TOOLS/bench_run" 1 "$BIN/arrondi-verify" "$WORK/many.out" --vkey "$(log_vkey "$WORK/many")") || exit 2
	line "verify, peak memory, $ENTRIES entries : $few" "$(field "$great" 3)" "$(field "$small" 3)" KiB most - 2
	ask "$TOOLS/bench_scale" "$WORK/few" "$WORK/many" "$(head -n 1 "$WORK/tokens" | cut -d' ' -f1)" \
		>"$WORK/scale" || exit 2
	while read -r what small great; do
		line "${what//_/, }, $ENTRIES entries : $few" "$great" "$small" ns most 1.3 1.3
	done <"$WORK/scale"
}

echo "what|measured|yardstick|ratio|wanted (later)|verdict" >"$LINES"
bench_ingest
bench_small
bench_hooks
bench_verify
bench_export
bench_report
bench_scale
doing
echo "$((BATCHES * PER_BATCH)) round-ups; $(nproc) processors, $(uname -sm); $SECONDS s"
table
