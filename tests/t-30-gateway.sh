#!/usr/bin/env bash
# t-30-gateway.sh - the gateway from outside, route by route: gateway/gateway_main.c,
# gateway/api_batch.c, gateway/api_entry.c, gateway/api_ballot.c, gateway/api_list.c,
# gateway/api_books.c, gateway/api_log.c, gateway/api_probe.c.
# The rig gives the variables that this script seems to use unset.
# shellcheck disable=SC2154
. "$(dirname "$0")/harness.sh"
. tests/foundation_rig.sh

# The last answer's member as an integer equals this.
member_is() { # sentence name value
	same "$1" "$3" "$(json_value "$2")"
}

header_is() { # sentence name value
	same "$1" "$3" "$(tr -d '\r' <"$HEADERS" | sed -n "s/^$2: //Ip" | head -n 1)"
}

# ---- the program ----

refuse "a folder that is no ledger does not start" 1 "ledger" \
	arrondi-gateway "$WORK/nothing" --listen 127.0.0.1:0
refuse "no folder at all is a usage error" 2 "ledger folder" arrondi-gateway
check "it says its version" arrondi-gateway --version
check "it says how it is used" arrondi-gateway --help

check "a foundation is made" make_foundation
refuse "an address that is none does not start" 2 "listen" \
	arrondi-gateway "$LEDGER" --listen nowhere
printf '[gateway]\nthreadz = 3\n' >"$WORK/bad.conf"
refuse "a setting that does not exist does not start" 2 "threadz" \
	arrondi-gateway "$LEDGER" --listen 127.0.0.1:0 --config "$WORK/bad.conf"
mv "$LEDGER/log.key" "$WORK/log.key"
check "a ledger whose key is missing does not start" \
	sh -c "! arrondi-gateway '$LEDGER' --listen 127.0.0.1:0"
mv "$WORK/log.key" "$LEDGER/log.key"
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
	cp -r "$LEDGER" "$WORK/readonly"
	chmod 755 "$WORK"
	chmod -R a+rX "$WORK/readonly"
	check "a ledger that cannot be written does not start" sh -c \
		"! setpriv --reuid 65534 --regid 65534 --clear-groups \
		'$BIN/arrondi-gateway' '$WORK/readonly' --listen 127.0.0.1:0"
	rm -rf "$WORK/readonly"
fi

start_gateway "$LEDGER" || exit 1

# ---- what watches over it ----

api GET /healthz ''
answered "it lives" 200 ok
api GET /readyz ''
answered "it is ready" 200 ready
api GET /metrics ''
answered "it counts" 200 arrondi_ledger_entries
api GET /openapi.json ''
answered "it describes itself" 200 '"openapi":"3.1.0"'
api GET /nowhere ''
answered "a path that is none is not found" 404 '"type":"/problems/not-found"'
api POST /healthz ''
answered "a method that is none is not served" 405
header_is "and the ones that are, are told" Allow "GET, HEAD"
api HEAD /log/checkpoint ''
answered "HEAD answers as GET" 200
api GET '/v1/funds?sort=1' "$AUDITOR"
answered "a parameter that is none is refused" 400

# ---- who speaks ----

api GET /v1/funds ''
answered "without a token nothing is said" 401
header_is "but how to send one" WWW-Authenticate Bearer
api GET /v1/funds "arrondi_$(printf 'A%.0s' {1..43})"
answered "a token of nobody's is refused" 401
api GET /v1/funds "$AUDITOR"
answered "an auditor reads the funds" 200 '"id":"emploi"'
send /v1/batches "$AUDITOR" '{}'
answered "an auditor posts no batch" 403

# ---- a batch as JSON ----

batch='{"source":"salary","period":"'$MONTH'","collected_on":"'$TODAY'","reference":"PAYE-1",
"step_cents":100,"terms":"'$TERMS'","rows":[
{"donor":"M0042","roundup_cents":37,"extra_cents":200,"fund":"emploi"},
{"donor":"M0043","roundup_cents":12},
{"donor":"M0044","roundup_cents":0}]}'
before=$(ledger_size)
send '/v1/batches?dry_run=1' "$EMPLOYER" "$batch"
answered "a dry run says what would be" 200 '"dry_run":true'
member_is "with the amount to transfer" amount_to_transfer_cents 498
same "and records nothing" "$before" "$(ledger_size)"
send /v1/batches "$EMPLOYER" "$batch"
answered "a batch is recorded" 201 '"checkpoint":"'
position=$(json_value position)
header_is "at the place that is told" Location "/v1/entries/$position"
member_is "with its rows" count 2
member_is "without those of 0" zero 1
member_is "the sum of its rows" total_cents 249
member_is "and the match" match_cents 249
member_is "to transfer is both" amount_to_transfer_cents 498
answered "the totals by fund and giver" 201 \
	'"totals":[{"fund":"emploi","giver":"person","amount_cents":237},{"fund":"general","giver":"person","amount_cents":12}]'
rf=$(json_value transfer_reference)
check "the transfer has a reference of ISO 11649" grep -qE '^RF[0-9]{2}B[0-9]{8}$' <(echo "$rf")
cp "$BODY" "$WORK/first.json"
send /v1/batches "$EMPLOYER" "$batch"
answered "the same again is answered" 200 '"repeated":true'
member_is "as the first time" position "$position"
send /v1/batches "$EMPLOYER" "${batch/:37/:38}"
answered "the same reference with other rows is a conflict" 409 '"type":"/problems/conflict"'
send /v1/batches "$EMPLOYER" "${batch/PAYE-1/PAYE-2}"
answered "the same claims under another reference are refused" 409 '"rule":"claim"'
answered "with the place of a row" 409 '"pointer":"/rows/'
curl -sS -o "$BODY" -w '%{http_code}' -H "Authorization: Bearer $EMPLOYER" \
	-H 'Content-Type: application/json' -H 'Idempotency-Key: PAYE-9' -d "$batch" \
	"$URL/v1/batches" >"$WORK/.status"
STATUS=$(<"$WORK/.status")
answered "an Idempotency-Key that is not the reference is refused" 400 Idempotency-Key
curl -sS -o "$BODY" -w '%{http_code}' -H "Authorization: Bearer $EMPLOYER" \
	-H 'Content-Type: application/json' -H 'Idempotency-Key: "PAYE-1"' -d "$batch" \
	"$URL/v1/batches" >"$WORK/.status"
STATUS=$(<"$WORK/.status")
answered "one that is, is taken" 200

# ---- a batch as CSV ----

csv=$'matricule;arrondi;don;fonds\nM0001;0,55;5,00;\nM0002;0,08;;projets\n'
send "/v1/batches?$(batch_query CSV-1)" "$OTHER" "$csv" text/csv
answered "a payroll file is recorded" 201
member_is "the sum of its rows in cents" total_cents 563
csv_position=$(json_value position)
bad=$'matricule;arrondi;don;fonds\nM0003;0,55;;\nM0004;1,55;;lune\n1850578006084;0,10;;\n'
before=$(ledger_size)
send "/v1/batches?$(batch_query CSV-2)" "$OTHER" "$bad" text/csv
answered "a file with bad rows is refused" 422 '"error_count":3'
answered "the step is told with its line" 422 '{"line":3,"member":"roundup","reason":"the round-up is not below the rounding step"'
answered "the fund is told with its line" 422 '{"line":3,"member":"fund"'
answered "a NIR is told with its line" 422 '{"line":4,"member":"donor","reason":"is or holds a NIR'
check "but never repeated" sh -c "! grep -q 1850578006084 '$BODY'"
same "and nothing of it is recorded" "$before" "$(ledger_size)"
again=$'matricule;arrondi\nM0009;0,10\nM0002;0,08\n'
send "/v1/batches?$(batch_query CSV-3)" "$OTHER" "$again" text/csv
answered "a claim of an earlier file is refused with its line" 409 '"line":3'
again=$'matricule;arrondi\nM0002;0,08\nM0009;0,10\nM0001;0,08\n'
send "/v1/batches?$(batch_query CSV-4)" "$OTHER" "$again" text/csv
answered "and so is each other one" 409 '"error_count":2'
check "in the order of the file" grep -q '"line":2.*"line":4' "$BODY"
send "/v1/batches?source=salary" "$OTHER" "$csv" text/csv
answered "missing members are told by name" 422 '"member":"period"'
for file in refusee-lignes refusee-net-a-payer; do
	api POST "/v1/batches?$(batch_query "$file" | tr '[:lower:]' '[:lower:]' | sed "s/$file/DEMO-1/")" \
		"$OTHER" "tests/demo/$file.csv" text/csv
	answered "the demo's $file.csv is refused whole" 422 '"errors":['
done
send /v1/batches "$OTHER" "$csv" application/xml
answered "another content type is refused" 415

# ---- entries of each kind ----

gift='{"ref":"G-1","date":"'$TODAY'","payer":"'$COMPANY'","giver":"company","fund":"emploi","amount":150000}'
send /v1/gifts "$OPERATOR" "$gift"
answered "a gift is recorded" 201 '"kind":"gift"'
gift_position=$(json_value position)
send /v1/gifts "$OPERATOR" "$gift"
answered "the same again is answered" 200 '"repeated":true'
send /v1/gifts "$OPERATOR" "${gift/150000/150001}"
answered "the same reference with another amount is a conflict" 409
send /v1/gifts "$OPERATOR" "${gift/\{/\{\"kind\":\"patronage\",}"
answered "another kind than the path's is refused" 400
send /v1/gifts "$OPERATOR" "${gift/\{/\{\"by\":\"treasurer\",}"
answered "who submits is said by the token alone" 400
send /v1/gifts "$SEAT" "$gift"
answered "a seat records no gift" 403
send "/v1/gifts?dry_run=1" "$OPERATOR" "${gift/G-1/G-2}"
answered "a dry run of an entry says what it would be" 200 '"dry_run":true'
send /v1/settlements "$EMPLOYER" '{"ref":"S-0","date":"'$TODAY'","payer":"'$COMPANY'","amount":1}'
answered "a payer does not record its own settlement" 403
send /v1/settlements "$TREASURER" '{"ref":"S-1","date":"'$TODAY'","payer":"'$COMPANY'","amount":498,"settles":'$position'}'
answered "the treasurer does" 201
send /v1/batches "$EMPLOYER" "$batch"
member_is "of a settled batch nothing is left to transfer" amount_to_transfer_cents 0
send /v1/settlements "$TREASURER" '{"ref":"S-2","date":"'$TODAY'","payer":"'$COMPANY'","amount":150100}'
answered "a transfer that is too much is recorded" 201
api GET "/v1/members/$COMPANY/statement" "$EMPLOYER"
member_is "and stands as credit on the statement" credit_cents 100
send '/v1/batches?dry_run=1' "$EMPLOYER" "$(sed 's/PAYE-1/PAYE-3/; s/M004/M014/' <<<"$batch")"
member_is "the next batch's transfer is less by it" amount_to_transfer_cents 200

# ---- a decision ----

seeker=job-seeker:00112233445566778899aabbccddeeff
send /v1/beneficiaries "$OPERATOR" '{"ref":"B-1","id":"'$seeker'","nature":"job-seeker","attestation":{"digest":"'$DIGEST'","until":"'$NEXT_MONTH'"}}'
answered "a job seeker is recorded" 201
send /v1/proposals "$SEAT" '{"ref":"P-1","subject":"support","fund":"emploi","beneficiary":"'$seeker'","amount":12000,"purpose":"mobilite","payee":"'$DIGEST'","expires_on":"'$NEXT_MONTH'"}'
answered "a seat proposes a support" 201
proposal=$(json_value position)
ballot_note() { # seat vote
	arrondi-ledger ballot "$LEDGER" "$proposal" --seat "$1" --vote "$2" >"$WORK/ballot.txt" &&
		arrondi-keys sign --key "$WORK/$1.pem" "$WORK/ballot.txt" >"$WORK/ballot.note"
}
check "a ballot is signed" ballot_note siege-1 for
api POST "/v1/proposals/$proposal/ballots" "$SEAT" "$WORK/ballot.note" text/plain
answered "and recorded from the note alone" 201 '"vote":"for"'
api POST "/v1/proposals/$proposal/ballots" "$SEAT" "$WORK/ballot.note" text/plain
answered "the same note again is answered" 200
api POST "/v1/proposals/$gift_position/ballots" "$SEAT" "$WORK/ballot.note" text/plain
answered "a ballot on another proposal than the address is refused" 400
sed 's/^vote for/vote against/' "$WORK/ballot.note" >"$WORK/forged.note"
api POST "/v1/proposals/$proposal/ballots" "$SEAT" "$WORK/forged.note" text/plain
answered "a ballot whose text was changed is refused" 422
api POST "/v1/proposals/$proposal/decision" "$OPERATOR"
answered "a decision with votes missing is refused" 422 undecided
check "another seat signs" ballot_note siege-2 for
note=$(awk '{ gsub(/"/, "\\\""); printf "%s\\n", $0 }' "$WORK/ballot.note")
send "/v1/proposals/$proposal/ballots" "$OPERATOR" '{"ref":"BALLOT-2","seat":"siege-2","vote":"for","note":"'"$note"'"}'
answered "a ballot as JSON is recorded" 201
check "a third seat signs" ballot_note siege-3 for
api POST "/v1/proposals/$proposal/ballots" "$SEAT" "$WORK/ballot.note" text/plain
answered "and is recorded" 201
api POST "/v1/proposals/$proposal/decision" "$OPERATOR"
answered "the decision is recorded" 201 '"outcome":"granted"'
api POST "/v1/proposals/$proposal/decision" "$OPERATOR"
answered "once" 200 '"repeated":true'
send /v1/payments "$TREASURER" '{"ref":"PAY-1","proposal":'"$proposal"',"amount":12000,"payee":"'$DIGEST'"}'
answered "the payment is ordered" 201
send /v1/payments "$TREASURER" '{"ref":"PAY-2","proposal":'"$proposal"',"amount":1,"payee":"'$DIGEST'"}'
answered "and no cent more" 422

# ---- what can be read ----

api GET "/v1/batches" "$AUDITOR"
answered "an auditor lists every batch" 200 "$COMPANY"
answered "of each company" 200 "$OTHER_COMPANY"
api GET "/v1/batches" "$OTHER"
check "a company lists its own alone" sh -c "! grep -q '$COMPANY' '$BODY'"
api GET "/v1/settlements?limit=1" "$AUDITOR"
next=$(json_value next)
api GET "/v1/settlements?limit=1&after=$next" "$AUDITOR"
answered "a list goes on where it stopped" 200 '"ref":"S-2"'
api GET "/v1/settlements?limit=201" "$AUDITOR"
answered "a page has its bound" 400
for path in members keys policies beneficiaries projects gifts patronages settlements \
	allocations proposals ballots decisions payments paid reversals; do
	api GET "/v1/$path" "$AUDITOR"
	answered "/v1/$path can be listed" 200 '"entries":['
done
api GET "/v1/entries/$position" "$EMPLOYER"
answered "a company reads its entry" 200 '"leaf_hash":"'
api GET "/v1/entries/$position" "$OTHER"
answered "and nobody else's" 403
api GET "/v1/members/$COMPANY/statement" "$OTHER"
answered "nor another's statement" 403
api GET "/v1/members/$OTHER_COMPANY/statement" "$OTHER"
answered "its own names what it owes, with the reference" 200 '"transfer_reference":"RF'
member_is "in one sum" open_cents 563
api GET "/v1/members/nobody/statement" "$AUDITOR"
answered "a member that is none is not found" 404

# ---- the log ----

api GET /log/checkpoint ''
answered "the checkpoint is public" 200
header_is "as text" Content-Type "text/plain; charset=utf-8"
cp "$BODY" "$WORK/checkpoint"
check "it is signed by the log's key" arrondi-keys verify --vkey "$(<"$WORK/log.vkey")" "$WORK/checkpoint"
size=$(sed -n 2p "$WORK/checkpoint")
api GET "/log/tile/0/000.p/$size" ''
answered "hash tiles are public" 200
header_is "and never change" Cache-Control "public, max-age=31536000, immutable"
same "with 32 bytes each hash" $((size * 32)) "$(stat -c %s "$BODY")"
api GET "/log/tile/0/000.p/0$size" ''
answered "a path has one spelling" 404
api GET "/log/tile/0/999" ''
answered "a tile that is not there is not found" 404
api GET "/log/tile/entries/000.p/$size" ''
answered "entry bundles are not public" 401
api GET "/log/tile/entries/000.p/$size" "$EMPLOYER"
answered "nor a company's" 403
api GET "/log/tile/entries/000.p/$size" "$AUDITOR"
answered "an auditor reads them" 200
api GET "/rows/$position" "$EMPLOYER"
answered "a company reads its rows" 200 '"roundup":37'
tag=$(json_value tag)
api GET "/rows/$position" "$OTHER"
answered "not another's" 403
api GET "/rows/$position" "$AUDITOR"
answered "an auditor does" 200
api GET "/rows/$position" "$TREASURER"
answered "the treasurer has no need to" 403
api GET "/v1/entries/$csv_position/proof" "$OTHER"
answered "an entry has its proof" 200 c2sp.org/tlog-proof@v1
api GET "/v1/entries/$position/proof?row=$tag" "$EMPLOYER"
answered "a row has its own" 200 arrondi/row-proof@v1
api GET "/v1/entries/$position/proof?row=$tag" "$OTHER"
answered "which is not shown to others" 403
api GET "/v1/entries/$position/proof?row=00" "$EMPLOYER"
answered "a tag that is none is refused" 400
api GET "/v1/consistency?from=3&to=$size" ''
answered "the log's growth is proved to anybody" 200 '"hashes":["'
api GET "/v1/consistency?from=3&to=$((size + 1))" ''
answered "up to what there is" 404
api GET "/v1/consistency?from=0&to=1" ''
answered "from one entry on" 400

# ---- a command while it runs, and the end ----

check "a command records while the gateway runs" sh -c \
	"arrondi-ledger member '$LEDGER' change --id $COMPANY --match-percent 50"
send /v1/gifts "$OPERATOR" "${gift/G-1/G-3}"
answered "and the gateway goes on behind it" 201
check "no donor, no token and no member is in the log's lines" sh -c \
	"! grep -qE 'M004|$EMPLOYER|employer:' '$WORK/gateway.log'"
check "each line of it is structured" sh -c \
	"! grep -qvE '^time=[0-9TZ:-]+ level=[a-z]+ event=[a-z_]+' '$WORK/gateway.log'"
stop_gateway
same "it ends cleanly when it is told to" 0 "$GATEWAY_STATUS"
check "the ledger agrees with itself" arrondi-ledger check "$LEDGER"
check "it is exported" arrondi-ledger export "$LEDGER" "$WORK/export"
check "and verified" arrondi-verify "$WORK/export" --vkey "$(<"$WORK/log.vkey")" \
	--checkpoint "$WORK/checkpoint"

printf '[gateway]\nentries_public = yes\n' >"$WORK/open.conf"
start_gateway "$LEDGER" --config "$WORK/open.conf" || exit 1
api GET "/log/tile/entries/000.p/$size" ''
answered "a setting opens the entry bundles" 200
api GET "/rows/$position" ''
answered "and never the rows" 401
stop_gateway INT
same "SIGINT ends it as well" 0 "$GATEWAY_STATUS"
