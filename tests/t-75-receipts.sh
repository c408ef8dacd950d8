#!/usr/bin/env bash
# t-75-receipts.sh - tax receipts from identities to proof, from outside:
# ledger/cmd_identities.c, ledger/identity.c, ledger/cmd_receipts.c, ledger/receipt_issue.c,
# ledger/receipt_plan.c, ledger/receipt_entry.c, ledger/receipt_data.c, ledger/ledger_gifts.c,
# ledger/ledger_receipt.c, ledger/cmd_publish.c, ledger/published.c, reports/tax_receipt.c,
# reports/tax_receipt_folder.c, gateway/api_receipt.c, reports/check.c, reports/command_check.c, reports/command_receipts.c.
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
	'M0004;Paul Peu;4 rue D;93200;Saint-Denis;' 'M0099;Neva Rien;9 rue F;93200;Saint-Denis;' \
	'company;SARL Menuiserie;7 rue G;93300;Aubervilliers;'
check "identities are imported" import people.csv
check "again in their place" import people.csv
same "the vault's files are the operator's alone" "600 600" \
	"$(stat -c %a "$LEDGER/vault.db" "$LEDGER/vault.key" | xargs)"
check "no name is anywhere in the folder" sh -c "! grep -raq 'Lefèvre' '$LEDGER'"
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
check "no entry has a name" sh -c "grep -q 16216 '$WORK/entries' && ! grep -q 'Lefèvre\|Ben; Ada' '$WORK/entries'"
check "an export is verified, rows and receipts" sh -c "arrondi-ledger export '$LEDGER' '$WORK/export' &&
	arrondi-verify '$WORK/export' --vkey '$vkey'"
check "and has no vault" sh -c "! find '$WORK/export' -name 'vault*' | grep -q ."
mv "$WORK/export" "$WORK/first"
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
arrondi-ledger export "$LEDGER" "$WORK/published" >/dev/null
for source in "$LEDGER" "$WORK/published"; do
	check "who holds it finds the ledger's figures in it" arrondi-report check "$WORK/allocation.json" "$source"
	cp "$WORK/.out" "$WORK/told"
	check "and that it was published" grep -q "^it was published by the entry at position" "$WORK/told"
done
arrondi-report statement "$WORK/first" --member "$COMPANY" --format json --out "$WORK/statement.json"
check "so of a report that looks at every entry, of a shorter log" arrondi-report check "$WORK/statement.json" "$WORK/published"
arrondi-report statement "$WORK/first" --member "$COMPANY" --lang en --format json --out "$WORK/statement.json"
check "in another language" arrondi-report check "$WORK/statement.json" "$LEDGER"
check "of some days" sh -c "arrondi-report allocation '$LEDGER' --to '$TODAY' --format json --out '$WORK/days.json' &&
	arrondi-report check '$WORK/days.json' '$LEDGER'"
sed '0,/"available":[0-9]/s//&9/' "$WORK/allocation.json" >"$WORK/forged.json"
refuse "figures that are not the ledger's are found" 1 "published figures are not the ledger's: line " \
	arrondi-report check "$WORK/forged.json" "$WORK/published"
refuse "a report of more entries than there are is" 1 "entries here, and not" \
	arrondi-report check "$WORK/allocation.json" "$WORK/first"

# ---- drawn ----

draw() { arrondi-report receipts "$LEDGER" --year "$YEAR" --out "$@"; }
one() { printf '%s/recu-%s-%06d.%s' "$WORK/$1" "$YEAR" "$2" "$3"; } # folder number end
check "receipts are drawn" draw "$WORK/drawn" --format text
same "each with its data and its code, but the void one" "$((3 * ($(listed | grep -vc void) )))" \
	"$(find "$WORK/drawn" -type f | wc -l)"
same "for the owner alone" "700 600" "$(stat -c %a "$WORK/drawn" "$(one drawn 1 txt)" | xargs)"
for mention in "Numéro d’ordre du reçu : 1" "11580\*05" "Zoé Lefèvre" "1 rue A" "93200 Saint-Denis" \
	"\*\*\*0,10.€\*\*\*" "dix centimes" "☒ 200 du CGI" "☒ Numéraire" "☒ Virement" "Arrondi sur salaire" \
	"Mme X, trésorière" "https://ledger.example/proof?receipt=1&digest="; do
	check "with its mention $mention" grep -q "$mention" "$(one drawn 1 txt)"
done
for mention in "16216\*02" "SARL Menuiserie" "7 rue G" "93300 Aubervilliers" "000001016" "☒ 238 bis du CGI" "Abondement"; do
	check "a company's with $mention" grep -q "$mention" "$(one drawn 4 txt)"
done
check "with a QR code" grep -q "▀▀▀▀▀▀▀" "$(one drawn 1 txt)"
check "which says where the proof is" grep -q "<title>https://ledger.example/proof?receipt=1&amp;digest=" "$(one drawn 1 svg)"
check "who replaces another says so" grep -q "annule et remplace le reçu n° 2" "$(one drawn 6 txt)"
check "drawn again" draw "$WORK/again" --format text
check "they are the same bytes" diff -r "$WORK/drawn" "$WORK/again"

# ---- where its code leads (gateway/api_receipt.c) ----

page() { curl -sS --max-time 10 -w '%{http_code} %{content_type}\n' -o "$WORK/proof.html" "$URL/receipts$1"; } # query
code=$(sed -n 's/.*<title>[^?]*\(?receipt=1&amp;digest=[0-9a-f]*\)<.*/\1/p' "$(one drawn 1 svg)" | sed 's/&amp;/\&/')
same "who reads the code gets a page" "200 text/html; charset=utf-8" "$(page "$code")"
check "which says that the receipt is in force" grep -q "et en vigueur" "$WORK/proof.html"
check "in which log, and at which position" grep -q "ledger.ftc93.example/2026" "$WORK/proof.html"
check "and neither name nor amount" sh -c "! grep -qE 'Lefèvre|0,10' '$WORK/proof.html'"
check "without a script or anything from elsewhere" sh -c "! grep -qiE '<script|https?://' '$WORK/proof.html'"
same "its proof is there" "200 text/plain; charset=utf-8" "$(page "/proof$code")"
check "as a tlog-proof" grep -q "^c2sp.org/tlog-proof@v1" "$WORK/proof.html"
same "a number with another's digest is not found" "404 application/problem+json" "$(page "${code/receipt=1/receipt=3}")"
cut -d, -f1 "$WORK/proof.html" >"$WORK/not-its"
same "nor one that nobody has" "404 application/problem+json" "$(page "${code/receipt=1/receipt=999999}")"
same "and the answer is the same" "$(sed 's/"instance":"[^"]*"//' "$WORK/not-its")" \
	"$(cut -d, -f1 "$WORK/proof.html" | sed 's/"instance":"[^"]*"//')"
same "a digest cut short is none" "404 application/problem+json" "$(page "${code%?}")"
for query in "" "?receipt=1" "?receipt=0&digest=00" "?receipt=x&digest=00" "?receipt=1&digest=00&more=1"; do
	same "an address '$query' is refused" "400 application/problem+json" "$(page "$query")"
done

for source in "$LEDGER" "$WORK/published"; do
	check "a receipt is proved" arrondi-report check "$(one drawn 1 json)" "$source"
done
sed 's/"amount":10,/"amount":11,/' "$(one drawn 1 json)" >"$WORK/more.json"
refuse "one with a cent more is none" 1 "says something else" arrondi-report check "$WORK/more.json" "$WORK/published"
arrondi-ledger receipts "$LEDGER" void 1 --reason withdrawn >/dev/null
same "its page is still there" "200 text/html; charset=utf-8" "$(page "$code")"
check "and says that it is void" grep -q "a été annulé" "$WORK/proof.html"
refuse "nor a void one" 1 "is void" arrondi-report check "$(one drawn 1 json)" "$LEDGER"
check "an older export does not know that yet" arrondi-report check "$(one drawn 1 json)" "$WORK/published"
check "what is void is drawn no more" draw "$WORK/drawn" --format text
check "and its file is gone" test ! -e "$(one drawn 1 txt)"
refuse "a vault with another key says so" 1 "is not the key of this vault" draw "$WORK/drawn" --vault-key "$WORK/wrong.key"
refuse "a folder that cannot be made is told" 2 "cannot be made" draw "$WORK/people.csv"
full_disk() ( # a limit of 0 bytes a file; what is said goes through a pipe
	set -o pipefail
	(
		trap '' XFSZ
		ulimit -f 0
		draw "$WORK/full" --format text
	) 2>&1 | cat
)
refuse "a disk that is full is told" 2 "$WORK/full/recu-" full_disk
check "and leaves no half file" sh -c "! find '$WORK/full' -type f | grep -q ."
# Many are drawn by a process for each processor; one of them is killed.
kill_a_part() {
	local pid part= tries=0
	arrondi-report receipts "$LEDGER" --year "$YEAR" --out "$WORK/parts" --format pdf >"$WORK/.parts" 2>&1 &
	pid=$!
	while [ -z "$part" ] && [ $((tries += 1)) -lt 200 ]; do
		part=$(pgrep -o -P $pid)
		sleep 0.02
	done
	[ -z "$part" ] || kill -KILL "$part"
	wait $pid
	part=$?
	cat "$WORK/.parts" >&2
	return $part
}
if [ "$(nproc)" -gt 1 ]; then
	refuse "a part that is killed is missed" 2 "has ended by itself" kill_a_part
fi
check "and all are there when it is begun again" draw "$WORK/parts" --format pdf
same "each with its data and its code" "$((3 * $(listed | grep -vc void)))" "$(find "$WORK/parts" -type f | wc -l)"
refuse "a year is needed" 2 "usage" arrondi-report receipts "$LEDGER" --out "$WORK/drawn"
refuse "neither a receipt nor a report is told" 1 "neither" arrondi-report check "$WORK/people.csv" "$LEDGER"

# ---- as a page ----

check "the form to hand out is a PDF" draw "$WORK/paper"
check "with its mentions" sh -c "pdftotext '$(one paper 5 pdf)' - | grep -q 'Somme en toutes lettres : un centime'"
check "drawn again" draw "$WORK/paper-again"
check "it is the same bytes" diff -r "$WORK/paper" "$WORK/paper-again"
check "a page of HTML, too" draw "$WORK/page" --format html
same "has as many dark squares as the code of its own" \
	"$(grep -o 'M[0-9]* [0-9]*h[0-9]*v4' "$(one page 5 svg)" | sed 's/.*h//; s/v.*//' | awk '{ n += $1 / 4 } END { print n }')" \
	"$(grep -o 'h1v1h-1z' "$(one page 5 html)" | wc -l)"
