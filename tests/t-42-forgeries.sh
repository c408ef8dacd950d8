#!/usr/bin/env bash
# t-42-forgeries.sh - arrondi-verify finds every rule broken that a log can break.
#
# The unit tests of the books and of the verifier forge exports with the log's own
# key. Here they are kept (tests/exhibit.h) and given to the program itself, which
# must end with 1 and name rule and position, each time; and no rule of
# ledger/rules.def may be left over.
. "$(dirname "$0")/harness.sh"

JOBS=2
AT_ONCE=32
kept=$WORK/kept
export WORK TMPDIR=$WORK
mkdir "$kept"

# What somebody who doubts asks first, by the names that the tests give (exhibit_name()).
NAMED=(
	"an allocation above what was received"
	"a decision short of votes"
	"a ballot from another ledger"
	"a ballot of another proposal"
	"a retired seat's key"
	"a seat's former key"
	"a recused seat counted"
	"a duplicated claim across batches"
	"rows that do not match their root"
	"a time gone back"
	"an unknown kind"
	"a non-canonical leaf"
	"a number above 2^53"
	"a history rewritten behind --checkpoint"
)

# ---- the forgers ----

forgers() {
	local test
	for test in tests/test_books_*.c tests/test_audit*.c; do
		test=${test%.c}
		case $test in *_random) ;; *) printf '%s\n' "${B:-build}/$test" ;; esac
	done
}

forge() { # program
	local log
	log=$WORK/${1##*/}.log
	"$1" >"$log" 2>&1 || {
		cat "$log"
		return 1
	}
}
export -f forge

# The folder is told to these alone. They make their own in TMPDIR.
# shellcheck disable=SC2016 # the inner shell expands its own
forge_all() {
	forgers | ARRONDI_FORGERIES=$kept xargs -n 1 -P "$JOBS" bash -c 'forge "$1"' _
}

# ---- arrondi-verify ----

# For each exhibit a line: found, or what went wrong; its folder; its name.
judge() { # exhibit...
	local exhibit status verdict
	local -a arguments
	for exhibit in "$@"; do
		(
			cd "$exhibit" || exit 1
			mapfile -t arguments <arguments
			arrondi-verify "${arguments[@]}" --threads 1 >said 2>complaint
			status=$?
			verdict=found
			head -n 2 said | cmp -s - expected || verdict="says something else"
			[ "$status" = 1 ] || verdict="ends with $status"
			printf '%s\t%s\t%s\n' "$verdict" "$exhibit" "$(cat name 2>/dev/null)" >verdict
		)
	done
}
export -f judge

# shellcheck disable=SC2016 # the inner shell expands its own
verify_all() {
	printf '%s\0' "$kept"/* | xargs -0 -n "$AT_ONCE" -P "$JOBS" bash -c 'judge "$@"' _ &&
		cat "$kept"/*/verdict >"$WORK/verdicts"
}

all_found() {
	local verdict exhibit name
	while IFS=$'\t' read -r verdict exhibit name; do
		[ "$verdict" = found ] && continue
		echo "${exhibit##*/} $name: arrondi-verify $verdict; expected"
		cat "$exhibit/expected"
		tail -n 1 "$exhibit/complaint"
	done <"$WORK/verdicts" >"$WORK/wrong"
	cat "$WORK/wrong"
	[ ! -s "$WORK/wrong" ]
}

# ---- the rules ----

# Those that a log can show broken.
auditable() {
	sed -nE 's/^RULE\((ENTRIES|ROWS|EXPORT), "([^"]+)".*/\2/p' ledger/rules.def | sort
}

# As arrondi-verify itself has named them, where it found what it should.
rules_found() {
	awk -F '\t' '$1 == "found" { print $2 "/said" }' "$WORK/verdicts" |
		xargs sed -nE 's/^rule +(.*)/\1/p' | sort -u
}

every_rule_is_found() {
	auditable >"$WORK/rules"
	rules_found >"$WORK/found"
	[ -s "$WORK/rules" ] || return 1
	comm -23 "$WORK/rules" "$WORK/found" | sed 's/^/no forgery was found by rule /'
	comm -13 "$WORK/rules" "$WORK/found" | sed 's/^/ledger\/rules.def does not have the rule /'
	cmp -s "$WORK/rules" "$WORK/found"
}

named_is_found() { # name
	awk -F '\t' -v name="$1" '$1 == "found" && $3 == name { n++ } END { exit n != 1 }' "$WORK/verdicts"
}

check "the forgers' own auditor finds what they forge" forge_all
check "arrondi-verify looks at each forgery" verify_all
count=$(wc -l <"$WORK/verdicts")
check "none of them is lost: there are hundreds" test "$count" -ge 400 -a "$count" = "$(find "$kept" -mindepth 1 -maxdepth 1 | wc -l)"
check "each ends with 1, and names rule and position" all_found
check "every rule that a log can break was found broken" every_rule_is_found
for name in "${NAMED[@]}"; do
	check "arrondi-verify finds $name" named_is_found "$name"
done
echo "# $count forgeries, $(wc -l <"$WORK/rules") rules"
