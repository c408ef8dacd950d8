#!/usr/bin/env bash
# t-60-demo.sh - the demo runs from nothing, and leaves what it says.
. "$(dirname "$0")/harness.sh"

demo=$WORK/demo
out=$WORK/demo.out

check "the demo runs to its end" sh -c "B='$WORK' BIN='$BIN' tests/demo.sh >'$out'"
says() { # sentence text
	check "$1" grep -qF -- "$2" "$out"
}

says "it names the two months that are over" "$(date -d "$(date +%Y-%m-01) -1 day" +%Y-%m)"
says "it says which amounts are its own" "inventés par la démonstration"
same "every payroll and invoice file is posted" "$(find tests/demo -name 'paie-*.csv' -o -name 'factures-*.csv' | wc -l)" \
	"$(grep -c 'lignes .* à virer sous RF[0-9][0-9]B[0-9]*$' "$out")"
says "a second post is recognised" "was recorded before at position"
says "the column that may not be sent is named" "line 1: a column that may not be sent: net a payer"
for line in 3 4 5 6 7 8 9 10; do
	says "the bad line $line is named" "line $line: "
done
says "the gateway refuses the same file by itself" "refusé de même (HTTP 4"
says "a transfer is 12 € short" "il manque 12,00 €"
says "a reversal undoes what was recorded twice" '"kind":"reversal"'
says "half of the patronage is paid" "promis 30 000,00 €, reçu 15 000,00 €"
says "a company is not helped" "is of nature company, which the charter does not help"
says "an attestation that ended is not enough" "ended on"
says "three votes of four decide nothing" "4 for are needed"
says "the auditor verifies" "verified: "
says "a changed bit is found" "not verified"
same "and is found once" 1 "$(grep -c '^     not verified$' "$out")"
says "the report names what is late" "Sommes dues, par payeur et par retard"
says "an error that is found late becomes credit" "Les 2,00 € sont le crédit de la menuiserie"
says "what two seats grant tonight is ratified later" "Le conseil l'a ratifiée."
says "what a dead project leaves goes where its funder consents" "Le fonds « projets » est où il était"
says "what a provider has not signed is refused" "n'a pas signée est refusée (HTTP 400)"
says "providers' movements are booked once, and none waits" "movements: 0 wanted, 0 ready, 12 booked, 0 parked"
says "a collector owes one transfer" "il doit 4,55 € sous RF"
same "the bank is handed two payment files" 2 "$(find "$demo/bank" -name 'virements-*.xml' | wc -l)"
if command -v xmllint >/dev/null && [ -e ../shared/schemas/pain.001.001.09.xsd ]; then
	same "which xmllint takes, by the schema" 2 "$(grep -c 'conforme au schéma' "$out")"
else
	same "and it says that no schema judged them" 2 "$(grep -c 'confronté' "$out")"
fi
says "what the bank shows is explained" "10 lines: 8 explained now, 0 before, 2 left"
says "a payment comes back" "returns payment"
says "and is not made again before a seat has looked" "a payment to this payee came back"
says "the auditor's balances are the report's" "Oui, au centime"
says "and the bank's" "et rien d'inexpliqué"

says "receipts are proved against the export" "is in the log, at position"
says "and one that was changed is refused" "Un montant changé dans le reçu : refusé."
arrondi-report statement "$demo/export" --member employer:000003038 --turnover 480000 --format pdf --out "$demo/releve.pdf"
if command -v zbarimg >/dev/null && command -v pdftoppm >/dev/null; then
	pdftoppm -r 150 -png "$demo/releve.pdf" "$WORK/releve"
	zbarimg -q --raw "$WORK"/releve*.png >"$WORK/code"
	same "a telephone reads what is to be paid" "BCD EUR15000.00" \
		"$(sed -n '1p;8p' "$WORK/code" | tr '\n' ' ' | sed 's/ $//')"
	check "and by which reference" grep -qxE 'RF[0-9]{2}B[0-9]{8}' "$WORK/code"
else
	check "there is a statement with its code" test -s "$demo/releve.pdf"
fi
rm "$demo/releve.pdf"
says "the accounting entries file is in order" "sans anomalie."
says "nobody is named in the open data" "4 aides, aucune personne nommée."

for file in ledger/ledger.db export/checkpoint log.vkey allocation.txt allocation.csv allocation.json \
	allocation.html allocation.pdf allocation.xlsx allocation.png dossier.pdf aides.360giving.json \
	datapackage.json; do
	check "it leaves $file" test -s "$demo/$file"
done
same "and nothing of its own scaffolding" "" "$(find "$demo" -maxdepth 1 -name '.*' ! -path "$demo" -printf '%f ')"
same "keys and tokens are for their owner only" "" \
	"$(find "$demo/keys" "$demo/tokens" -type f -name '*[0-9m]' ! -perm 600 -printf '%p ')"
check "the gateway ended cleanly" sh -c "tail -n 1 '$demo/gateway.log' | grep -q level=info"
same "its log knows no donor" "" "$(grep -o 'M0[0-9]\{3\}' "$demo/gateway.log")"
check "the ledger is sound" arrondi-ledger check "$demo/ledger"
check "the export verifies again" arrondi-verify "$demo/export" --vkey "$(cat "$demo/log.vkey")"

# What follows the rules of the money, and not only of the programs.
available() { awk -v fund="$1" -f tests/demo/balances.awk "$demo/allocation.json" | awk -v fund="$1" '$1 == fund { print $6 }'; }
same "supports took at most 450 € from emploi" yes \
	"$([ "$(awk -f tests/demo/balances.awk "$demo/allocation.json" | awk '$1 == "emploi" { print $5 }')" -le 45000 ] && echo yes)"
same "what is left of the patronage and the round-ups is in projets" 328670 "$(available projets)"

same "no name of a donor or payee leaves its sealed place" "" \
	"$(grep -rlE 'Camille|Personne (mobilite|equipement|de ce soir)' "$demo/ledger/ledger.db" "$demo/export" "$demo/gateway.log")"

check "it runs again over what it left" sh -c "B='$WORK' BIN='$BIN' tests/demo.sh >'$out'"
refuse "without the programs it says so" 1 "lancez make" env B="$WORK" BIN="$WORK/none" tests/demo.sh
