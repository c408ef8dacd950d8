#!/usr/bin/env bash
# t-72-outbox.sh - members are told what has happened, by one gateway to another one: the
# second takes Standard Webhooks as a provider's and verifies each.
#
# Covers gateway/cmd_outbox.c, gateway/notify_worker.c, gateway/hand.c.
# The rig gives the variables that this script seems to use unset.
# shellcheck disable=SC2154
. "$(dirname "$0")/harness.sh"
. tests/foundation_rig.sh

SECRET=whsec_$(head -c 32 /dev/urandom | base64 -w 0)
WRONG=whsec_$(head -c 32 /dev/urandom | base64 -w 0)

secret() { # name text
	printf '%s\n' "$2" >"$WORK/$1"
	chmod 600 "$WORK/$1"
}

# ---- who hears ----

HEARER_PID=
HEARER_PORT=0
hearer_start() { # its folder holds what it has heard
	local tries=0
	rm -f "$WORK/.hearer"
	"$BIN/arrondi-gateway" "$WORK/hearer" --config "$WORK/hearer.conf" --port-file "$WORK/.hearer" \
		--listen "127.0.0.1:$HEARER_PORT" >>"$WORK/hearer.log" 2>&1 </dev/null &
	HEARER_PID=$!
	until [ -s "$WORK/.hearer" ]; do
		tries=$((tries + 1))
		[ "$tries" -lt 400 ] || return 1
		sleep 0.05
	done
	HEARER_PORT=$(<"$WORK/.hearer")
}
hearer_stop() {
	[ -z "$HEARER_PID" ] || kill "$HEARER_PID" 2>/dev/null
	wait "$HEARER_PID" 2>/dev/null
	HEARER_PID=
}
trap 'hearer_stop; harness_end' EXIT

# Waits until a command says a text.
until_says() { # text command...
	local text=$1 tries=0
	shift
	until "$@" 2>&1 | grep -qF -- "$text"; do
		tries=$((tries + 1))
		[ "$tries" -lt 400 ] || return 1
		sleep 0.05
	done
}

outbox() {
	arrondi-gateway outbox "$LEDGER" "$@"
}

batch() { # reference matricule
	send "/v1/batches?$(batch_query "$1")" "$EMPLOYER" "matricule;arrondi
$2;0,37
" text/csv
	[ "$STATUS" = 201 ]
}

check "a foundation is made" make_foundation
secret secret "$SECRET"
secret wrong "$WRONG"
cat >"$WORK/hearer.conf" <<-END
	[hook told]
	provider = standard
	member = provider:any
	fund = general
	secret_file = $WORK/secret
END
LEDGER_KEPT=$LEDGER
LEDGER=$WORK/hearer
arrondi-ledger init "$LEDGER" --charter "$WORK/charter.json" >/dev/null || exit 1
LEDGER=$LEDGER_KEPT
check "somebody hears" hearer_start

configure() { # secret of the second endpoint
	cat >"$WORK/gateway.conf" <<-END
		[outbox]
		purge_days = 30
		[notify payroll]
		member = $COMPANY
		url = http://127.0.0.1:$HEARER_PORT/hooks/told
		secret_file = $WORK/secret
		[notify board]
		member = siege-1
		url = http://127.0.0.1:$HEARER_PORT/hooks/told
		secret_file = $WORK/$1
		events = decision.to_sign
	END
}
configure secret
start_gateway "$LEDGER" --config "$WORK/gateway.conf" || exit 1
check "who is new is told from here on" until_says "endpoint payroll: told up to position" outbox list
same "and of nothing that was before" 0 "$(outbox list delivered | grep -c '^N')"
same "the outbox is its owner's alone" 600 "$(stat -c %a "$LEDGER/outbox.db")"

check "a batch is recorded" batch B-1 M0001
check "its company is told" until_says "payroll batch.recorded/" outbox list delivered
check "and has verified it" until_says "D1 " arrondi-gateway inbox "$WORK/hearer" show D1
arrondi-gateway inbox "$WORK/hearer" show D1 --body >"$WORK/heard"
check "of its own amount" grep -qF "\"company\":\"$COMPANY\"" "$WORK/heard"
check "in cents" grep -qF '"amount_cents":37' "$WORK/heard"
position=$(sed -n 's/.*"position":\([0-9]*\).*/\1/p' "$WORK/heard" | head -n 1)
api GET "/v1/entries/$position/proof" "$EMPLOYER"
same "whose proof can be asked for" 200 "$STATUS"
metrics() {
	api GET /metrics "$OPERATOR"
	cat "$BODY"
}
check "what waits is measured" until_says 'arrondi_outbox_waiting 0' metrics

# ---- nobody is there ----

hearer_stop
check "another batch is recorded" batch B-2 M0002
check "nobody hears, so it waits" until_says "waiting after 1" outbox list waiting
check "the gateway is killed" stop_gateway KILL
check "the hearer is back" hearer_start
start_gateway "$LEDGER" --config "$WORK/gateway.conf" || exit 1
check "after the kill it is sent on its schedule" until_says "0 waiting, 2 delivered" outbox list
same "and each thing once" 2 "$(outbox list delivered | grep -c '^N')"

# ---- again, and no more ----

check "a message is sent again when that is asked" outbox replay N1
check "by the same id" until_says "N1 " outbox list delivered
refuse "what is not there is not" 1 "no message of that number" outbox show N99
check "an endpoint is disabled by hand" outbox disable payroll
check "a batch is recorded meanwhile" batch B-3 M0003
check "it waits" until_says "1 waiting" outbox list
check "the endpoint is enabled" outbox enable payroll
check "and is told of it" until_says "0 waiting, 3 delivered" outbox list
refuse "an endpoint that was never used is not" 1 "no endpoint of that name" outbox enable nobody

# ---- another secret, without a restart ----

secret secret "$WRONG"
kill -HUP "$GATEWAY_PID"
check "the configuration is read again" until_says event=reloaded cat "$WORK/gateway.log"
check "a batch is signed with the new secret" batch B-4 M0004
check "whom nobody believes" until_says "it answers 400" outbox list waiting
started=$(date +%s)
check "the gateway stops" stop_gateway
check "at once" test "$(($(date +%s) - started))" -lt 15
if grep -qE 'whsec_|0,37' "$WORK/gateway.log"; then
	not_ok "no secret is in the log"
else
	ok "no secret is in the log"
fi
