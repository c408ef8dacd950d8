#!/usr/bin/env bash
# t-71-reconcile.sh - what a provider lists, beside what is here: the command.
#
# Covers gateway/cmd_reconcile.c, over TLS and with the real worker.
# The rig gives the variables that this script seems to use unset.
# shellcheck disable=SC2154
. "$(dirname "$0")/harness.sh"
. tests/foundation_rig.sh

if ! command -v openssl >/dev/null; then
	echo "# no openssl command on this machine: no provider can be played"
	exit 0
fi

# ---- a provider: files by the path that is asked for ----

API=$WORK/api
PROVIDER_PID=
mkdir -p "$API/v1/charges"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=provider \
	-addext subjectAltName=DNS:localhost -keyout "$WORK/provider.key" -out "$WORK/provider.crt" 2>/dev/null

provider_start() {
	(cd "$API" && exec openssl s_server -WWW -accept 127.0.0.1:0 -cert "$WORK/provider.crt" \
		-key "$WORK/provider.key" >"$WORK/provider.log" 2>&1) &
	PROVIDER_PID=$!
	for _ in $(seq 200); do
		PORT=$(sed -n 's/^ACCEPT .*:\([0-9]*\)$/\1/p' "$WORK/provider.log")
		[ -n "$PORT" ] && return 0
		sleep 0.05
	done
	return 1
}
provider_stop() {
	[ -z "$PROVIDER_PID" ] || kill "$PROVIDER_PID" 2>/dev/null
	wait "$PROVIDER_PID" 2>/dev/null
	PROVIDER_PID=
}
trap 'provider_stop; harness_end' EXIT

NOW=$(date +%s)
# From two weeks before the first day to the last one, as Stripe is asked.
list() { # rows [days before today]
	local first end
	first=$(($(date -u -d "$TODAY" +%s) / 86400 - ${2:-14}))
	end=$(($(date -u -d "$TODAY" +%s) / 86400 + 1))
	printf '{"object":"list","has_more":false,"data":[%s]}' "$1" \
		>"$API/v1/balance_transactions?limit=100&created[gte]=$((first * 86400 - 7200))&created[lt]=$((end * 86400))"
}
row() { # id source amount fee
	printf '{"id":"%s","object":"balance_transaction","reporting_category":"charge","source":"%s","amount":%s,"fee":%s,"currency":"eur","created":%s}' \
		"$1" "$2" "$3" "$4" "$NOW"
}
charge() { # id amount
	printf '{"id":"%s","object":"charge","amount":%s,"currency":"eur","created":%s,"status":"succeeded","captured":true,"balance_transaction":"txn_%s","billing_details":{"name":"Camille Donneuse"}}' \
		"$1" "$2" "$NOW" "${1#ch_}"
}

reconcile() { # words...
	arrondi-gateway reconcile "$LEDGER" --config "$WORK/gateway.conf" "$@"
}
# What a command says, and what it ends with.
status_of() { # words...
	reconcile "$@" >"$WORK/said" 2>&1
	echo $?
}

check "a foundation is made" make_foundation
arrondi-ledger member "$LEDGER" add --id provider:stripe --role provider --name Stripe >"$WORK/.out" 2>&1 ||
	show "$WORK/.out"
printf 'whsec_x_of_this_test\n' >"$WORK/secret"
printf 'rk_the_key_of_this_test\n' >"$WORK/key"
chmod 600 "$WORK/secret" "$WORK/key"
check "a provider answers over TLS" provider_start
configure() { # more lines
	cat >"$WORK/gateway.conf" <<-EOF
		[hook shop]
		provider = stripe
		member = provider:stripe
		fund = general
		secret_file = $WORK/secret
		token_file = $WORK/key
		api = https://localhost:$PORT
		trust_file = $WORK/provider.crt
		$1
	EOF
}
configure ""

list ""
same "nothing here and nothing there is no difference" 0 "$(status_of --from "$TODAY" --to "$TODAY")"
list "$(row txn_1 ch_1 2500 63),$(row txn_2 ch_2 900 0)"
same "what lacks here is a difference" 1 "$(status_of --from "$TODAY" --to "$TODAY")"
check "a line has the movement and its amount" grep -qx "missing-here $TODAY donation ch_1 25.00" "$WORK/said"
check "with what to do" grep -q 'run again with --store' "$WORK/said"
check "and the last line counts" grep -qx "shop (stripe) $TODAY to $TODAY: 3 listed, 0 agree, 3 differences" "$WORK/said"
same "as JSON, too" 1 "$(status_of --from "$TODAY" --to "$TODAY" --format json)"
check "with cents" grep -q '"what":"missing-here","kind":"donation","object":"ch_1","date":"'"$TODAY"'","there":2500,' "$WORK/said"
check "nothing was stored by asking" test ! -e "$LEDGER/inbox.db"

# ---- have it booked ----

charge ch_1 2500 >"$API/v1/charges/ch_1"
charge ch_2 900 >"$API/v1/charges/ch_2"
mkdir -p "$API/v1/balance_transactions"
row txn_1 ch_1 2500 63 >"$API/v1/balance_transactions/txn_1"
row txn_2 ch_2 900 0 >"$API/v1/balance_transactions/txn_2"
same "--store tells that there were differences" 1 "$(status_of --from "$TODAY" --to "$TODAY" --store)"
check "and what it has done" grep -q '3 differences, 3 put into the inbox$' "$WORK/said"
# By itself, of the two weeks up to yesterday.
list "$(row txn_1 ch_1 2500 63)" 28
configure "reconcile_at = 00:00"
start_gateway "$LEDGER" --config "$WORK/gateway.conf" || exit 1
for _ in $(seq 200); do
	grep -q 'event=reconciled' "$WORK/gateway.log" && break
	sleep 0.05
done
check "the service reconciles by itself" grep -qE 'event=reconciled hook=shop listed=0 agree=0 differences=0' "$WORK/gateway.log"
api GET /metrics "$OPERATOR"
check "and its result is in the metrics" grep -qx 'arrondi_reconcile_differences{hook="shop"} 0' "$BODY"
check "with its time" grep -qE '^arrondi_reconcile_timestamp_seconds\{hook="shop"\} [0-9]{10}$' "$BODY"
for _ in $(seq 200); do
	[ "$(status_of --from "$TODAY" --to "$TODAY")" = 0 ] && break
	sleep 0.1
done
same "the worker books it, and all agrees" 0 "$(status_of --from "$TODAY" --to "$TODAY")"
check "as it says" grep -q ': 3 listed, 3 agree, 0 differences$' "$WORK/said"
status_of --from "$TODAY" --to "$TODAY" --store >/dev/null
stop_gateway
check "the ledger is whole" arrondi-ledger check "$LEDGER"
list "$(row txn_1 ch_1 2500 63),$(row txn_2 ch_2 901 0)"
same "another amount is a difference" 1 "$(status_of --from "$TODAY" --to "$TODAY")"
check "with both" grep -q "^amount-differs $TODAY donation ch_2 there 9.01 here 9.00 M" "$WORK/said"
list "$(row txn_1 ch_1 2500 63)"
same "what the provider does not list is one" 1 "$(status_of --from "$TODAY" --to "$TODAY")"
check "with its entry" grep -q "^missing-there $TODAY donation ch_2 9.00 M[0-9]* entry [0-9]*$" "$WORK/said"
if grep -q 'Camille\|rk_the_key' "$WORK/said" "$WORK/gateway.log"; then
	not_ok "neither a donor nor a key is told"
else
	ok "neither a donor nor a key is told"
fi

# ---- trouble is no difference ----

for page in "$API"/v1/balance_transactions\?*; do
	printf '<html>' >"$page"
done
refuse "nonsense is trouble" 2 "hook 'shop': JSON at line 1" reconcile --from "$TODAY" --to "$TODAY"
provider_stop
refuse "a provider that is down is trouble" 2 "hook 'shop'" reconcile --from "$TODAY" --to "$TODAY"
refuse "so are days that are none" 2 'are days, written as' reconcile --from yesterday
refuse "and days the wrong way round" 2 'the first one first' reconcile --from "$TODAY" --to 2020-01-01
refuse "and a hook that is not there" 2 'no hook of that name' reconcile --hook nobody
refuse "and words that mean nothing" 2 'usage: arrondi-gateway reconcile' reconcile --format xml
