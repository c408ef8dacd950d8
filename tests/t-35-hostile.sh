#!/usr/bin/env bash
# t-35-hostile.sh - what a stranger or a broken client may send: a clear 4xx, nothing
# recorded, and the service alive.
# The rig gives the variables that this script seems to use unset.
# shellcheck disable=SC2154
. "$(dirname "$0")/harness.sh"
. tests/foundation_rig.sh

IDLE=1000
SLOW_S=8

check "a foundation is made" make_foundation
printf '[limits]\nread_deadline_s = 3\nbatch_rows_max = 50000\n' >"$WORK/gateway.conf"
start_gateway "$LEDGER" --config "$WORK/gateway.conf" || exit 1
size=$(ledger_size)

# ok if the last answer is one of these statuses, and a problem.
refused() { # sentence status...
	local sentence=$1 status
	shift
	for status in "$@"; do
		if [ "$STATUS" = "$status" ]; then
			if grep -q '"title":' "$BODY"; then
				ok "$sentence"
			else
				not_ok "$sentence" "there is no problem document"
			fi
			return
		fi
	done
	not_ok "$sentence" "status $STATUS instead of $*"
	show "$BODY"
}

gift() { # what stands for amount
	echo '{"ref":"G-1","date":"'"$TODAY"'","payer":"'"$COMPANY"'","giver":"company","fund":"emploi","amount":'"$1"'}'
}
batch() { # rows [reference]
	echo '{"source":"salary","period":"'"$MONTH"'","collected_on":"'"$TODAY"'","reference":"'"${2:-H-1}"'","step_cents":100,"terms":"'"$TERMS"'","rows":'"$1"'}'
}
bytes_of() { # count character
	head -c "$1" /dev/zero | tr '\0' "$2"
}

# ---- entries ----

whole=$(gift 100)
for cut in 1 2 10 40 $((${#whole} - 1)); do
	send /v1/gifts "$OPERATOR" "${whole:0:cut}"
	refused "JSON cut after $cut bytes is refused" 400
done
send /v1/gifts "$OPERATOR" ''
refused "an empty body is refused" 400
for amount in -1 0 100.5 1e2 1e400 -1e400 NaN Infinity null true '"100"' 0100 +1 \
	9007199254740992 100000000001 99999999999999999999999999 '[1]' '{}'; do
	send /v1/gifts "$OPERATOR" "$(gift "$amount")"
	refused "an amount of $amount is refused" 400 422
done
send /v1/gifts "$OPERATOR" "${whole/\{/\{\"amount\":1,}"
refused "a member that comes twice is refused" 400
send /v1/gifts "$OPERATOR" "${whole/\{/\{\"comment\":\"x\",}"
refused "a member that is none is refused" 400
send /v1/gifts "$OPERATOR" "$whole $whole"
refused "two values are refused" 400
send /v1/gifts "$OPERATOR" "[$whole]"
refused "a list is refused" 400
printf '%s' "${whole/company/comp$'\xff\xfe'any}" >"$WORK/utf8"
api POST /v1/gifts "$OPERATOR" "$WORK/utf8"
refused "bytes that are no UTF-8 are refused" 400
send /v1/gifts "$OPERATOR" "${whole/company/\\ud800}"
refused "half a surrogate is refused" 400
send /v1/gifts "$OPERATOR" "${whole/company/a\\u0000b}"
refused "a NUL in a text is refused" 400
printf '\xef\xbb\xbf%s' "$whole" >"$WORK/bom"
api POST /v1/gifts "$OPERATOR" "$WORK/bom"
refused "a byte order mark is refused" 400
bytes_of 100000 '[' >"$WORK/deep"
api POST /v1/gifts "$OPERATOR" "$WORK/deep"
refused "100 000 brackets are refused" 400 413
{ printf '{"ref":"'; bytes_of 200000 A; printf '"}'; } >"$WORK/long"
api POST /v1/gifts "$OPERATOR" "$WORK/long"
refused "a reference of 200 000 letters is refused" 400
{ printf '{"ref":"'; bytes_of 10000000 A; printf '"}'; } >"$WORK/string"
api POST /v1/gifts "$OPERATOR" "$WORK/string"
refused "a text of 10 MB is past the limit" 413
for type in text/html application/x-www-form-urlencoded text/csv 'multipart/form-data; boundary=x' json; do
	api POST /v1/gifts "$OPERATOR" "$WORK/utf8" "$type"
	refused "a body of type $type is refused" 415 400
done
send /v1/proposals/1/ballots "$SEAT" 'not a note' text/plain
refused "a ballot that is no note is refused" 400
send /v1/proposals/99999999999999999999/decision "$SEAT" '{}'
refused "a position past all bounds is refused" 400
send /v1/proposals/1/decision "$SEAT" '{}'
refused "a decision on what is no proposal is refused" 422

# ---- batches ----

send /v1/batches "$EMPLOYER" "$(batch '[]')"
refused "a batch without rows is refused" 422
row='{"donor":"M1","roundup_cents":10}'
send /v1/batches "$EMPLOYER" "$(batch "[$row,$row]")"
refused "a claim twice in a batch is refused" 422
for rows in '[{"donor":"M1","roundup_cents":-1}]' '[{"donor":"M1","roundup_cents":1e400}]' \
	'[{"donor":"M1","roundup_cents":NaN}]' '[{"donor":"M1","roundup_cents":0.5}]' \
	'[{"donor":"M1","roundup_cents":99,"extra_cents":9007199254740993}]' \
	'[{"donor":"M1","roundup_cents":1,"extra_cents":4999999}]' \
	'[{"donor":"M1","roundup_cents":100}]' '[{"donor":"M1","roundup_cents":"10"}]' \
	'[{"donor":"Jeanne","roundup_cents":10}]' '[{"donor":"a@b.fr","roundup_cents":10}]' \
	'[{"donor":"1850578006084","roundup_cents":10}]' '[{"donor":"","roundup_cents":10}]' \
	'[{"roundup_cents":10}]' '[{"donor":"M1"}]' '[[]]' '[null]' '{}' 'null' '7' \
	'[{"donor":"M1","roundup_cents":10,"roundup_cents":11}]' \
	'[{"donor":"M1","roundup_cents":10,"net_pay":200000}]' \
	'[{"donor":"M1","roundup_cents":10,"fund":"../../x"}]'; do
	send /v1/batches "$EMPLOYER" "$(batch "$rows")"
	refused "the rows $rows are refused" 400 422
done
{ printf '{"rows":'; bytes_of 5000000 '['; } >"$WORK/deep"
api POST /v1/batches "$EMPLOYER" "$WORK/deep"
refused "5 000 000 brackets are refused" 400 413
{ printf '{"source":"'; bytes_of 10000000 A; printf '"}'; } >"$WORK/string"
api POST /v1/batches "$EMPLOYER" "$WORK/string"
refused "a text of 10 MB in a batch is refused" 422 400
{ echo 'matricule;arrondi'; bytes_of 10000000 A; } >"$WORK/csv"
api POST "/v1/batches?$(batch_query H-2)" "$EMPLOYER" "$WORK/csv" text/csv
refused "a CSV line of 10 MB is refused" 422 400
head -c 100000 /dev/urandom >"$WORK/noise"
api POST "/v1/batches?$(batch_query H-3)" "$EMPLOYER" "$WORK/noise" text/csv
refused "noise as CSV is refused" 422 400
api POST /v1/batches "$EMPLOYER" "$WORK/noise"
refused "noise as JSON is refused" 400 422
{ echo 'matricule;arrondi'; seq 1 50001 | sed 's/.*/M&;0,10/'; } >"$WORK/rows"
api POST "/v1/batches?$(batch_query H-4)" "$EMPLOYER" "$WORK/rows" text/csv
refused "more rows than a batch may have are refused" 413
{ echo 'matricule;arrondi'; seq 1 100001 | sed 's/.*/M&;0,10/'; } >"$WORK/rows"
api POST "/v1/batches?$(batch_query H-5)" "$EMPLOYER" "$WORK/rows" text/csv
refused "and 100 001 in any case" 413
{ echo 'matricule;arrondi'; seq 1 3000 | sed 's/.*/M&;9,99/'; } >"$WORK/rows"
api POST "/v1/batches?$(batch_query H-6)" "$EMPLOYER" "$WORK/rows" text/csv
refused "3 000 bad rows are refused" 422
same "and 1 000 of them are listed" 1000 "$(grep -o '"line":' "$BODY" | wc -l)"
send "/v1/batches?$(batch_query H-7)&source=till" "$EMPLOYER" $'matricule;arrondi\nM1;0,10\n' text/csv
refused "a parameter that comes twice is refused" 400
send "/v1/batches?$(batch_query H-8)&dry_run=yes" "$EMPLOYER" $'matricule;arrondi\nM1;0,10\n' text/csv
refused "a dry run is 1 and nothing else" 400
send "/v1/batches?source=salary" "$EMPLOYER" "$(batch "[$row]")"
refused "JSON with its members in the address is refused" 400
for period in 2019-01 2199-01; do
	body=$(batch "[$row]")
	send /v1/batches "$EMPLOYER" "${body/$MONTH/$period}"
	refused "a batch of $period is refused" 422
done

# ---- the request itself ----

for path in '/log/tile/%2e%2e/log.key' '/log/../log.key' '/log//checkpoint' \
	'/rows/%00' '/v1/entries/-1' '/v1/entries/1%2F2' '/log/tile/0/x001/../000'; do
	STATUS=$(curl -sS --path-as-is --max-time 20 -o "$BODY" -w '%{http_code}' \
		-H "Authorization: Bearer $OPERATOR" "$URL$path")
	refused "the path $path is refused" 400 404
done
api PUT /v1/gifts "$OPERATOR" "$WORK/utf8"
refused "another method is not served" 405
api GET "/v1/gifts?$(bytes_of 5000 a)=1" "$OPERATOR"
refused "an address of 5 000 letters is refused" 414
STATUS=$(curl -sS --max-time 20 -o "$BODY" -w '%{http_code}' -H "X-Long: $(bytes_of 60000 a)" "$URL/healthz")
answered "a head of 60 000 letters is refused" 431
STATUS=$(curl -sS --max-time 20 -o "$BODY" -w '%{http_code}' -H "Authorization: Bearer $OPERATOR" \
	-H 'Content-Type: application/json' -H 'Content-Encoding: gzip' -d '{}' "$URL/v1/gifts")
refused "a body that is packed is refused" 415

# ---- slow and idle clients ----

port=${URL##*:}
slow() { # sends a byte a second and says how it ended
	local began i
	began=$(date +%s)
	exec 7<>"/dev/tcp/127.0.0.1/$port" || return 1
	printf 'POST /v1/gifts HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n' >&7
	for ((i = 0; i < SLOW_S; i++)); do
		printf ' ' >&7 2>/dev/null || break
		read -r -t 1 -u 7 line && break
	done
	exec 7>&-
	[ $(($(date +%s) - began)) -lt "$SLOW_S" ] && [[ ${line:-} == *408* ]]
}
trap '' PIPE
check "a client of a byte a second is told 408 at the deadline" slow
ulimit -n 4096 2>/dev/null || ulimit -n "$(ulimit -Hn)"
opened=0
for ((i = 0; i < IDLE; i++)); do
	{ exec {fd}<>"/dev/tcp/127.0.0.1/$port"; } 2>/dev/null || break
	opened=$((opened + 1))
	fds[i]=$fd
done
check "$IDLE connections are opened that say nothing" test "$opened" = "$IDLE"
api GET /healthz ''
answered "the service answers beside them" 200
api POST "/v1/gifts?dry_run=1" "$OPERATOR" <(echo "$whole")
answered "and would record" 200
for fd in "${fds[@]}"; do
	exec {fd}>&-
done

# ---- what came of it ----

same "nothing of all this was recorded" "$size" "$(ledger_size)"
check "the gateway has not died" kill -0 "$GATEWAY_PID"
send /v1/gifts "$OPERATOR" "$whole"
answered "what is right is recorded" 201
check "nothing that was sent is in the log's lines" sh -c \
	"! grep -qE 'Jeanne|1850578006084|a@b|AAAA|$OPERATOR' '$WORK/gateway.log'"
stop_gateway
same "it ends cleanly" 0 "$GATEWAY_STATUS"
check "the ledger agrees with itself" arrondi-ledger check "$LEDGER"
