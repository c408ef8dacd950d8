#!/usr/bin/env bash
# t-75-receipts.sh - tax receipts from identities to proof, from outside:
# ledger/cmd_identities.c, ledger/identity.c, ledger/cmd_receipts.c, ledger/receipt_issue.c,
# ledger/receipt_plan.c, ledger/receipt_entry.c, ledger/receipt_data.c, ledger/ledger_gifts.c,
# ledger/ledger_receipt.c, ledger/cmd_publish.c, ledger/published.c.
. "$(dirname "$0")/harness.sh"
. tests/foundation_rig.sh

YEAR=${TODAY%%-*}
write() { printf '%s\n' "${@:2}" >"$WORK/$1"; } # file line...
check "a foundation is made" make_foundation
printf '%s\n' "$EMPLOYER" >"$WORK/token"
chmod 600 "$WORK/token"
vkey=$(<"$WORK/log.vkey")
start_gateway "$LEDGER" || exit 1

post() { # reference [options...] file
	local reference=$1
	shift
	arrondi-post --url "$URL" --token-file "$WORK/token" --vkey "$vkey" --state "$WORK/state" \
		--step 1.00 --terms "$TERMS" --period "$MONTH" --collected-on "$TODAY" \
		--reference "$reference" "$@" >"$WORK/said" 2>&1
	set -- $?
	cat "$WORK/said"
	return "$1"
}
record() { # by json
	printf '%s\n' "$2" >"$WORK/entry.json"
	arrondi-ledger record "$LEDGER" "$WORK/entry.json" --by "$1" | sed -n 's/^position //p'
}
arrives() { # payer cents
	record treasurer "{\"kind\":\"settlement\",\"date\":\"$TODAY\",\"payer\":\"$1\",\"amount\":$2}" >/dev/null
}
issue() {
	arrondi-ledger receipts "$LEDGER" issue --year "$YEAR" --signatory "Mme X, trésorière" "$@"
}
issues() { issue "${@:2}" | grep -q "$1"; } # text [options...]
import() { arrondi-ledger identities "$LEDGER" import "$WORK/$1" --member "$COMPANY"; }
listed() { arrondi-ledger receipts "$LEDGER" list; }
entries() { # all of them, as an export has them
	rm -rf "$WORK/look"
	arrondi-ledger export "$LEDGER" "$WORK/look" >/dev/null
	find "$WORK/look/tile/entries" -type f -exec cat {} +
}

# ---- what was given ----

write pay.csv 'matricule;arrondi' 'M0001;0,10' 'M0002;0,20' 'M0003;0,30' 'M0004;0,01'
check "a company posts its pay" post P-1 --source salary "$WORK/pay.csv"
batch=$(sed -n 's/.* at position //p' "$WORK/said")
write bills.csv 'facture;arrondi;donateur' 'F-1;0,40;particulier' 'F-2;0,05;particulier'
check "its clients round up, too" post B-1 --source invoice "$WORK/bills.csv"
gift=$(record operator "{\"kind\":\"gift\",\"date\":\"$TODAY\",\"payer\":\"$COMPANY\",\"giver\":\"person\",\"fund\":\"emploi\",\"amount\":5000}")

# ---- identities ----

HEADER='reference;name;street;postcode;city;country'
write bad.csv "$HEADER" 'M0001;Zoé Lefèvre;1 rue A;93200;Saint-Denis' ';Nobody;2 rue B;93200;Saint-Denis;' \
	'M0003;;3 rue C;93200;Saint-Denis;'
refuse "a file with wrong lines is refused" 1 "3 lines are wrong: nothing was imported" import bad.csv
cp "$WORK/.out" "$WORK/told"
check "a line too short is told" grep -q "^line 2: it has too few fields" "$WORK/told"
check "one without a reference" grep -q "^line 3: the reference is missing" "$WORK/told"
check "one without a name" grep -q "^line 4: the name is empty" "$WORK/told"
write people.csv "$HEADER" 'M0001;Zoé Lefèvre;1 rue A;93200;Saint-Denis;' \
	'M0002 invoice:F-1;"Ben; Ada";2 rue B;93200;Saint-Denis;' "gift:$gift;Ira Sol;5 rue E;93200;Saint-Denis;" \
	'M0004;Paul Peu;4 rue D;93200;Saint-Denis;' 'M0099;Neva Rien;9 rue F;93200;Saint-Denis;'
check "identities are imported" import people.csv
check "again in their place" import people.csv
same "the vault's files are the operator's alone" "600 600" \
	"$(stat -c %a "$LEDGER/vault.db" "$LEDGER/vault.key" | xargs)"
check "no name is anywhere in the folder" sh -c "! grep -raq 'Lef' '$LEDGER'"
refuse "of who is no member none is taken" 1 "is no member" \
	arrondi-ledger identities "$LEDGER" import "$WORK/people.csv" --member siege-1

# ---- issued ----

check "nothing is issued before it has arrived" issues 'no receipt is left'
arrives "$COMPANY" 100000
check "receipts are issued" issue --floor 0.05 --proof-url https://ledger.example/proof
cp "$WORK/.out" "$WORK/issued"
check "four of them" grep -q "^4 receipts issued, numbers 1 to 4, 51.31 EUR" "$WORK/issued"
check "one is below the floor" grep -q "^1 persons gave less than the floor" "$WORK/issued"
check "one has given nothing" grep -q "^1 persons of the vault have nothing" "$WORK/issued"
same "they are listed" "1 11580 $YEAR 0.10|2 11580 $YEAR 0.60|3 11580 $YEAR 50.00|4 16216 $YEAR 0.61" \
	"$(listed | sed 's/ position.*//' | paste -sd '|')"
check "again there is nothing to issue" issues 'no receipt is left' --floor 0.05
check "the floor may fall" issues '^1 receipts issued, numbers 5 to 5, 0.01 EUR'
entries >"$WORK/entries"
check "no entry has a name" sh -c "grep -q 16216 '$WORK/entries' && ! grep -q 'Lef\|Ben' '$WORK/entries'"
check "an export is verified, rows and receipts" sh -c "arrondi-ledger export '$LEDGER' '$WORK/export' &&
	arrondi-verify '$WORK/export' --vkey '$vkey'"
check "and has no vault" sh -c "! find '$WORK/export' -name 'vault*' | grep -q ."
check "what was derived is what the log says" arrondi-ledger check "$LEDGER"

# ---- what is on a receipt ----

write fewer.csv 'matricule;arrondi' 'M0001;0,10' 'M0003;0,30'
refuse "a row on a receipt is not corrected" 1 "stands on a tax receipt" post C-1 --source salary --corrects "$batch" --reason amount "$WORK/fewer.csv"
refuse "a receipt that there is not is not void" 1 "no copy of receipt 77" \
	arrondi-ledger receipts "$LEDGER" void 77 --reason error
check "a receipt is made void" arrondi-ledger receipts "$LEDGER" void 2 --reason error
refuse "once" 1 "is void already" arrondi-ledger receipts "$LEDGER" void 2 --reason amount
check "and issued anew in its place" issue
check "with a number of its own" sh -c "arrondi-ledger receipts '$LEDGER' list | grep -q '^2 .* void by .* replaced by 6$'"
check "all of which verifies" sh -c "rm -rf '$WORK/export'; arrondi-ledger export '$LEDGER' '$WORK/export' &&
	arrondi-verify '$WORK/export' --vkey '$vkey'"
record treasurer "{\"kind\":\"chargeback\",\"date\":\"$TODAY\",\"of\":$gift,\"amount\":5000}" >/dev/null
check "a chargeback is recorded, and its receipt is to be made void" sh -c \
	"arrondi-ledger receipts '$LEDGER' list | grep -q '^to be made void: .* position $gift '"

# ---- the vault ----

cp "$LEDGER/vault.key" "$WORK/right.key"
tr 0-9a-f 1-9a-f0 <"$WORK/right.key" | sed 's/^[^ ]* /arrondi\/vault-key@v1 /' >"$WORK/wrong.key"
chmod 600 "$WORK/wrong.key"
refuse "another key opens nothing" 1 "is not the key of this vault" issue --vault-key "$WORK/wrong.key"
mv "$LEDGER/vault.key" "$WORK/elsewhere.key"
refuse "a key that is not there is asked for" 1 "--vault-key" issue
check "it may be elsewhere" issue --vault-key "$WORK/elsewhere.key"
cp "$WORK/elsewhere.key" "$LEDGER/vault.key"
check "the vault is copied when asked" arrondi-ledger identities "$LEDGER" backup "$WORK/vault.copy"
refuse "not over a file" 1 "exists already" arrondi-ledger identities "$LEDGER" backup "$WORK/vault.copy"
arrondi-ledger backup "$LEDGER" "$WORK/ledger.copy" >/dev/null
check "and not with the ledger's backup" sh -c "! grep -aq vault-person '$WORK/ledger.copy'"
check "a donor is forgotten" arrondi-ledger forget "$LEDGER" --member "$COMPANY" --donor M0001
cp "$WORK/.out" "$WORK/told"
check "with the name" grep -q "name and address" "$WORK/told"
check "and is told what the law keeps, and how long" grep -q "receipts that were issued, sealed, for 6 years" "$WORK/told"
check "a client, too" arrondi-ledger forget "$LEDGER" --member "$COMPANY" --donor "gift:$gift"
check "copies are purged after their years, and not before" sh -c "arrondi-ledger identities '$LEDGER' purge | grep -q '^0 copies'"

# ---- killed ----

{
	echo "$HEADER"
	for n in $(seq 300); do echo "K$n;Name $n;1 rue A;93200;Saint-Denis;"; done
} >"$WORK/many.csv"
{
	echo 'matricule;arrondi'
	for n in $(seq 300); do echo "K$n;0,$((n % 90 + 10))"; done
} >"$WORK/many-pay.csv"
check "many are imported" import many.csv
check "many give" post P-2 --source salary --site deux "$WORK/many-pay.csv"
arrives "$COMPANY" 100000
before=$(listed | grep -c '^[0-9]')
for delay in 0.02 0.05 0.08 0.12; do
	arrondi-ledger receipts "$LEDGER" issue --year "$YEAR" --signatory X >/dev/null 2>&1 &
	pid=$!
	sleep $delay
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
done
check "a run that was killed is begun again" issue
same "each has one receipt, beside the company's" 301 "$(($(listed | grep -c '^[0-9]') - before))"
same "no number is left out or given twice" "$(seq "$(listed | grep -c '^[0-9]')" | md5sum)" \
	"$(listed | grep '^[0-9]' | cut -d' ' -f1 | md5sum)"
check "which an auditor finds right" sh -c "rm -rf '$WORK/export'; arrondi-ledger export '$LEDGER' '$WORK/export' &&
	arrondi-verify '$WORK/export' --vkey '$vkey'"

# ---- published ----

arrondi-report allocation "$LEDGER" --format json --out "$WORK/allocation.json"
check "a report is published" arrondi-ledger publish "$LEDGER" "$WORK/allocation.json"
refuse "what is none is not" 1 "no report's JSON form" arrondi-ledger publish "$LEDGER" "$WORK/people.csv"
sed 's/"size":[0-9]*/"size":3/' "$WORK/allocation.json" >"$WORK/another.json"
refuse "nor one of another log" 1 "another log" arrondi-ledger publish "$LEDGER" "$WORK/another.json"
