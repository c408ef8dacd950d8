#!/usr/bin/env bash
# t-46-books.sh - whole books from the command line: an opening and journals that two
# seats sign (ledger/cmd_journal.c), a period that is cut off, and what an auditor sees of
# it (ledger/books_query_chart.c).
# The rig gives the variables that this script seems to use unset.
# shellcheck disable=SC2154
. "$(dirname "$0")/harness.sh"
. tests/foundation_rig.sh

check "a foundation is made" make_foundation
YESTERDAY=$(TZ=$PARIS date -d '1 day ago' +%F)
BEFORE=$(TZ=$PARIS date -d '2 days ago' +%F)

sign() { # file seat
	arrondi-ledger journal "$LEDGER" "$1" --seat "$2" >"$WORK/$2.txt" &&
		arrondi-keys sign --key "$WORK/$2.pem" "$WORK/$2.txt" >"$WORK/$2.note"
}
signed() { # file seat seat
	sign "$1" "$2" && sign "$1" "$3" &&
		arrondi-ledger journal "$LEDGER" "$1" --signed "$WORK/$2.note" --signed "$WORK/$3.note"
}

# ---- the opening ----

cat >"$WORK/opening.json" <<-END
	{"kind":"opening","ref":"AN-2026","date":"$BEFORE","label":"Reprise du bilan",
	 "lines":[{"account":"512","amount":5000000},{"account":"2183","amount":300000},
	          {"account":"401","amount":-50000},
	          {"account":"1068","amount":-5250000,"fund":"general"}]}
END
check "what a seat signs of an opening is printed" arrondi-ledger journal "$LEDGER" "$WORK/opening.json" --seat siege-1
cp "$WORK/.out" "$WORK/text"
check "with each of its lines" grep -qx 'line 1068 -5250000 general -' "$WORK/text"
check "the reference, and who submits it" sh -c "grep -qx 'ref AN-2026' '$WORK/text' && grep -qx 'by operator' '$WORK/text'"
refuse "one signature is not enough" 1 "a list of 2 to 16 signature objects" \
	sh -c "arrondi-keys sign --key '$WORK/siege-1.pem' '$WORK/text' >'$WORK/one.note' &&
		arrondi-ledger journal '$LEDGER' '$WORK/opening.json' --signed '$WORK/one.note'"
check "two seats open the books" signed "$WORK/opening.json" siege-1 siege-3
check "the fund has what it had" sh -c "arrondi-ledger show '$LEDGER' | grep -q '^general, earmark -:.* available 52500.00'"

# ---- a journal ----

cat >"$WORK/journal.json" <<-END
	{"kind":"journal","ref":"OD-1","date":"$YESTERDAY","label":"Dotation aux amortissements",
	 "lines":[{"account":"6811","amount":12000},{"account":"28183","amount":-12000}]}
END
check "two seats sign a journal" signed "$WORK/journal.json" siege-2 siege-5
check "the same again is the same entry" sh -c "arrondi-ledger journal '$LEDGER' '$WORK/journal.json' \
	--signed '$WORK/siege-2.note' --signed '$WORK/siege-5.note' | grep -q 'recorded before'"
sed 's/OD-1/OD-2/' "$WORK/journal.json" >"$WORK/second.json"
refuse "their signatures are of no other entry" 1 "is not that of this journal" arrondi-ledger journal "$LEDGER" \
	"$WORK/second.json" --signed "$WORK/siege-2.note" --signed "$WORK/siege-5.note"
grep -v ref "$WORK/journal.json" | sed '1i{"kind":"journal","date":"'"$TODAY"'","label":"x",' >"$WORK/none.json"
refuse "what is signed has a reference" 1 'it has no reference' \
	arrondi-ledger journal "$LEDGER" "$WORK/none.json" --seat siege-1
sed 's/12000/"much"/' "$WORK/journal.json" >"$WORK/bad.json"
refuse "what would be refused for its form is not signed" 1 "member 'lines[0].amount' of a journal" \
	arrondi-ledger journal "$LEDGER" "$WORK/bad.json" --seat siege-1
printf '{"kind":"income","ref":"X","date":"%s","amount":1,"fund":"general","nature":"other"}' "$TODAY" >"$WORK/income.json"
refuse "nor is another kind" 1 "it is not known here" \
	arrondi-ledger journal "$LEDGER" "$WORK/income.json" --seat siege-1
refuse "it is printed or recorded, not both" 2 "usage: arrondi-ledger journal" arrondi-ledger journal "$LEDGER" \
	"$WORK/journal.json" --seat siege-1 --signed "$WORK/one.note"

# ---- a cut-off ----

printf '{"kind":"close","step":"cutoff","day":"%s"}' "$YESTERDAY" >"$WORK/close.json"
check "a period is cut off" arrondi-ledger record "$LEDGER" "$WORK/close.json" --by treasurer
sed "s/\"date\":\"$TODAY\"/\"date\":\"$YESTERDAY\"/" "$WORK/income.json" >"$WORK/late.json"
refuse "nothing is booked in it any more" 1 "date it on that day, the first that is open" \
	arrondi-ledger record "$LEDGER" "$WORK/late.json"
check "but on the first open day" arrondi-ledger record "$LEDGER" "$WORK/income.json"

# ---- who looks at it ----

check "the ledger agrees with its log" arrondi-ledger check "$LEDGER"
check "it is exported" arrondi-ledger export "$LEDGER" "$WORK/export"
check "and verified" arrondi-verify "$WORK/export" --vkey "$(<"$WORK/log.vkey")"
cp "$WORK/.out" "$WORK/said"
check "with the accounts of the books" grep -qE '^28183 +-120\.00 EUR  Amortissements des immobilisations corporelles$' "$WORK/said"
check "and what opened them" grep -qE '^2183 +3000\.00 EUR  Autres immobilisations corporelles$' "$WORK/said"
check "for programs, too" arrondi-verify "$WORK/export" --vkey "$(<"$WORK/log.vkey")" --json
cp "$WORK/.out" "$WORK/said.json"
check "in cents" grep -q '"account":"6811","balance":12000' "$WORK/said.json"
check "the journal's books are whole" arrondi-report journal "$WORK/export" --format hledger
cp "$WORK/.out" "$WORK/hledger"
check "with those accounts" grep -q 'ledger:6811' "$WORK/hledger"
