#!/usr/bin/env bash
# t-46-accounts.sh - the accountant's files: the FEC and its check, journals in the tools
# that read them (where they are installed), and the accounts as documents.
. "$(dirname "$0")/harness.sh"
. tests/foundation_rig.sh

report=arrondi-report
check "a foundation is made" make_foundation
check "a company gives, and the ledger is exported" make_gift

# ---- the FEC ----

mkdir "$WORK/out"
check "the FEC is drawn into a folder" $report fec "$LEDGER" --out "$WORK/out"
fec=$(echo "$WORK"/out/*)
check "under the name that the law gives it" test -n "$(find "$fec" -regex '.*/[0-9]+FEC20[0-9]+\.txt')"
check "the export gives the same bytes" sh -c "$report fec '$WORK/export' | cmp - '$fec'"
check "and nothing is found in it" $report fec-check "$fec"
check "patronage is credited" env LC_ALL=C grep -qaP '\t7542\t.*\t0,00\t1234,56\t' "$fec"
check "it is ISO 8859-15" sh -c "iconv -f ISO-8859-15 -t UTF-8 '$fec' | grep -q 'Mécénat'"
check "or UTF-8" sh -c "$report fec '$LEDGER' --utf8 | grep -q 'Mécénat'"
check "a description goes with it" sh -c "$report fec '$LEDGER' --format csv | grep -q 'ANC 2018-06, 7542'"
check "an auxiliary journal is called so" sh -c \
	"$report fec '$LEDGER' --auxiliaire --format text | grep -q 'Journal auxiliaire'"
sed 's/1234,56/1234.56/' "$fec" >"$WORK/${fec##*/}"
refuse "a wrong file is refused" 1 "" $report fec-check "$WORK/${fec##*/}"
check "and what is wrong is told" sh -c "$report fec-check '$WORK/${fec##*/}' | grep -q 'amount-point'"
refuse "a file that is not there is trouble" 2 "cannot be read" $report fec-check "$WORK/nothing.txt"
refuse "a year is four digits" 2 "is not a year" $report fec "$LEDGER" --year 26
refuse "a year and days are too much" 2 "not --year beside" $report fec "$LEDGER" --year 2026 --to 2026-01-01
refuse "days that are reversed are told" 2 "exchange" \
	$report fec "$LEDGER" --from 2026-02-01 --to 2026-01-01
refuse "a folder that is not there is trouble" 2 "" $report fec "$LEDGER" --out "$WORK/none/fec.txt"
if [ "$(id -u)" = 0 ] && [ -w /dev/full ]; then
	check "what cannot be written whole is trouble" sh -c \
		"! $report journal '$LEDGER' >/dev/full 2>/dev/null"
fi

# ---- the accounts as documents ----

for name in balance grand-livre journaux fonds-dedies crod cer prefet 222bis; do
	$report $name "$LEDGER" --format json >"$WORK/from-ledger"
	$report $name "$WORK/export" --format json >"$WORK/from-export"
	check "ledger and export give the same $name" cmp "$WORK/from-ledger" "$WORK/from-export"
done
check "a year without entries is drawn" $report balance "$LEDGER" --year 2030
check "an auxiliary balance is called so" sh -c \
	"$report balance '$LEDGER' --auxiliaire | head -1 | grep -q 'Journal auxiliaire'"
refuse "a compte d'emploi is of the books themselves" 2 "takes no --auxiliaire" $report cer "$LEDGER" --auxiliaire

# ---- journals, where the tools are ----

for format in hledger beancount ledger; do
	$report journal "$LEDGER" --format $format >"$WORK/journal.$format"
	$report journal "$WORK/export" --format $format >"$WORK/from-export"
	check "ledger and export give the same $format journal" cmp "$WORK/journal.$format" "$WORK/from-export"
done
wrong() { # format: the journal with an assertion that does not hold
	sed -E '/ balance | = /s/1230\.00( ~ 0)? EUR$/1230.01\1 EUR/' "$WORK/journal.$1" >"$WORK/wrong.$1"
	! cmp -s "$WORK/journal.$1" "$WORK/wrong.$1"
}
if command -v hledger >/dev/null; then
	check "hledger reaches our balances" hledger -f "$WORK/journal.hledger" check --strict
	wrong hledger && refuse "and no others" 1 "" hledger -f "$WORK/wrong.hledger" check
fi
if command -v bean-check >/dev/null; then
	check "beancount reaches our balances" bean-check "$WORK/journal.beancount"
	wrong beancount && refuse "and no others" 1 "" bean-check "$WORK/wrong.beancount"
fi
if command -v ledger >/dev/null; then
	check "ledger reaches our balances" ledger -f "$WORK/journal.ledger" balance
	wrong ledger && refuse "and no others" 1 "" ledger -f "$WORK/wrong.ledger" balance
fi
