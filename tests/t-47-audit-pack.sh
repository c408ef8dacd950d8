#!/usr/bin/env bash
# t-47-audit-pack.sh - what an auditor draws from an export alone.
. "$(dirname "$0")/harness.sh"
. tests/foundation_rig.sh

report=arrondi-report
pack() { # source [options...]
	$report audit-pack "$@"
}

check "a foundation is made" make_foundation
check "a company gives, and the ledger is exported" make_gift
cp "$WORK/export/checkpoint" "$WORK/then"

for format in text csv json html pdf xlsx; do
	pack "$LEDGER" --seed s --format $format >"$WORK/from-ledger"
	pack "$WORK/export" --seed s --format $format >"$WORK/from-export"
	check "ledger and export give the same $format" cmp "$WORK/from-ledger" "$WORK/from-export"
	check "which is not empty" test -s "$WORK/from-ledger"
done
check "the auditor reads it in French" sh -c "$report audit-pack '$WORK/export' | grep -q 'Séparation des fonctions'"
check "and is told that nothing earlier was given" sh -c "$report audit-pack '$WORK/export' | grep -q -- '--since'"

units() { # seed
	pack "$WORK/export" --seed "$1" --sample 40 --format json | tr -d '\n ' | grep -o '"table":"sample".*"table":"evidence"'
}
units one >"$WORK/one"
units one >"$WORK/again"
units two >"$WORK/two"
check "a sample is drawn" grep -q '"hits"' "$WORK/one"
check "the same seed draws it again" cmp "$WORK/one" "$WORK/again"
refuse "another one draws another" 1 "" cmp "$WORK/one" "$WORK/two"

check "the log goes on" sh -c "printf '{\"kind\":\"income\",\"amount\":1200,\"fund\":\"fonctionnement\",\"nature\":\"interest\",\
\"date\":\"%s\"}' \"\$(TZ=Europe/Paris date +%F)\" >'$WORK/income.json' && arrondi-ledger record '$LEDGER' '$WORK/income.json' --by treasurer"
check "it continues what was signed then" sh -c "$report audit-pack '$LEDGER' --since '$WORK/then' | grep -q 'prolonge le point de contrôle antérieur'"
sed 's/^[A-Za-z0-9+/=]\{44\}$/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=/' "$WORK/then" >"$WORK/forged"
refuse "a forged one is refused" 1 "" pack "$LEDGER" --since "$WORK/forged"
arrondi-ledger export "$LEDGER" "$WORK/later" >/dev/null
refuse "a later one is no earlier one" 1 "give one that is older" pack "$WORK/export" --since "$WORK/later/checkpoint"
refuse "what is not there is refused" 1 "does not exist" pack "$LEDGER" --since "$WORK/none"
refuse "a sample is a number" 2 "no size of a sample" pack "$LEDGER" --sample many
refuse "a year is a year" 2 "not a year" pack "$LEDGER" --year 26
refuse "a sample is the audit pack's" 2 "takes no --sample" $report allocation "$LEDGER" --sample 5
printf x >>"$WORK/export/tile/entries/000.p/$(ls "$WORK/export/tile/entries/000.p")"
refuse "nothing is drawn from an export that was changed" 1 "" pack "$WORK/export"
