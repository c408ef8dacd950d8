#!/usr/bin/env bash
# t-56-deliveries.sh - what payment providers post: verified on its bytes, stored, answered.
#
# Covers gateway/api_hook.c and gateway/cmd_inbox.c.
# The rig gives the variables that this script seems to use unset.
# shellcheck disable=SC2154
. "$(dirname "$0")/harness.sh"
. tests/foundation_rig.sh

if ! command -v openssl >/dev/null; then
	echo "# no openssl command on this machine: nothing can be signed"
	exit 0
fi

FIRST=whsec_the_first_secret_of_this_test
SECOND=whsec_the_second_secret_of_this_test
PATH_SECRET=a-path-that-nobody-guesses

secret() { # name text
	printf '%s\n' "$2" >"$WORK/$1"
	chmod 600 "$WORK/$1"
}

configure() {
	cat >"$WORK/gateway.conf" <<-EOF
		[gateway]
		address_field = X-Real-IP
		[hook shop]
		provider = stripe
		member = provider:stripe
		fund = general
		secret_file = $WORK/secrets
		[hook debit]
		provider = gocardless
		member = provider:gocardless
		fund = general
		secret_file = $WORK/secrets
		[hook hints]
		provider = mollie-classic
		member = provider:mollie
		fund = general
		path_secret_file = $WORK/path
		token_file = $WORK/path
		api = http://127.0.0.1:9
	EOF
}

hmac() { # secret text
	printf '%s' "$2" | openssl dgst -sha256 -hmac "$1" | sed 's/.* //'
}

# STATUS of what is posted; nothing but a status is to be said.
post() { # path body [header...]
	local path=$1 body=$2 header args=()
	shift 2
	for header in "$@"; do
		args+=(-H "$header")
	done
	printf '%s' "$body" >"$WORK/.sent"
	STATUS=$(curl -sS --max-time 20 -o "$BODY" -w '%{http_code}' -X POST "${args[@]}" \
		--data-binary "@$WORK/.sent" "$URL$path")
}

stripe() { # body [secret [seconds ago]]
	local t=$(($(date +%s) - ${3:-0}))
	post /hooks/shop "$1" "Stripe-Signature: t=$t,v1=$(hmac "${2:-$FIRST}" "$t.$1")"
}

# How many lines of the inbox's files have that text.
stored() { # text
	cat "$LEDGER/inbox.db" "$LEDGER/inbox.db-wal" 2>/dev/null | grep -acF -- "$1"
}

check "a foundation is made" make_foundation
secret secrets "$FIRST"
secret path "$PATH_SECRET"
configure
start_gateway "$LEDGER" --config "$WORK/gateway.conf" || exit 1

stripe '{"id":"evt_1","object":"event","type":"balance.available","created":1,"data":{"object":{}},"note":"first-mark"}'
same "a signed delivery is taken" 200 "$STATUS"
same "nothing is said beside the status" 0 "$(wc -c <"$BODY")"
same "the inbox is its owner's alone" 600 "$(stat -c %a "$LEDGER/inbox.db")"

stripe '{"id":"evt_2","note":"second-mark"}' another_secret
same "another secret's signature is refused" 400 "$STATUS"
stripe '{"id":"evt_3"}' "$FIRST" 301
same "a signature of six minutes ago is refused" 400 "$STATUS"
post /hooks/shop '{"id":"evt_4"}'
same "a delivery without a signature is refused" 400 "$STATUS"
post /hooks/debit '{"events":[]}' "Webhook-Signature: $(hmac "$SECOND" '{"events":[]}')"
same "GoCardless is told 498" 498 "$STATUS"
post /hooks/debit '{"events":[]}' "Webhook-Signature: $(hmac "$FIRST" '{"events":[]}')"
same "and 204 where it has signed" 204 "$STATUS"
post /hooks/debit '{"events":[]}' "Webhook-Signature: $(hmac "$FIRST" '{"events":[]}')" \
	"Webhook-Signature: $(hmac "$FIRST" '{"events":[]}')"
same "two lines of a signature are refused" 498 "$STATUS"
post "/hooks/hints/$PATH_SECRET" id=tr_7
same "a hint is taken by its path" 200 "$STATUS"
post /hooks/hints id=tr_7
same "and not without it" 400 "$STATUS"
post /hooks/nobody '{}'
same "a hook that is not configured is not there" 404 "$STATUS"
api GET /hooks/shop ''
same "a hook is only posted to" 405 "$STATUS"
post /hooks/shop "$(head -c 600000 /dev/zero | tr '\0' x)"
same "a body past the limit is refused" 413 "$STATUS"

# What waits is counted now and then, and needs no token.
metrics_say() { # line
	for _ in $(seq 200); do
		api GET /metrics ''
		grep -qx "$1" "$BODY" && return 0
		sleep 0.05
	done
	return 1
}
check "a hint that is not fetched yet is counted" metrics_say 'arrondi_inbox_waiting{what="movements"} 1'
check "no delivery waits to be read" metrics_say 'arrondi_inbox_waiting{what="deliveries"} 0'
check "it is as old as its delivery" metrics_say 'arrondi_inbox_oldest_seconds [1-9][0-9]*'

# A provider's address and what it sends stay out of the log.
if grep -qE 'first-mark|evt_1|whsec_|the-path|nobody-guesses' "$WORK/gateway.log"; then
	not_ok "no secret and no delivery is in the log"
else
	ok "no secret and no delivery is in the log"
fi

# ---- secrets are rotated without a restart ----

secret secrets "$SECOND"
printf '%s\n' "$FIRST" >>"$WORK/secrets"
kill -HUP "$GATEWAY_PID"
for _ in $(seq 100); do
	grep -q 'event=reloaded' "$WORK/gateway.log" && break
	sleep 0.05
done
stripe '{"id":"evt_5"}' "$SECOND"
same "after SIGHUP the new secret is good" 200 "$STATUS"
stripe '{"id":"evt_6"}' "$FIRST"
same "and the one that it replaces, as long as it stands there" 200 "$STATUS"
chmod 644 "$WORK/secrets"
kill -HUP "$GATEWAY_PID"
for _ in $(seq 100); do
	grep -q 'event=not-reloaded' "$WORK/gateway.log" && break
	sleep 0.05
done
stripe '{"id":"evt_7"}' "$SECOND"
same "files that are off change nothing" 200 "$STATUS"
chmod 600 "$WORK/secrets"

# ---- nothing that was acknowledged is lost ----

for i in $(seq 20); do
	stripe '{"id":"evt_kill","note":"kill-mark-'"$i"'-end"}' "$SECOND"
	[ "$STATUS" = 200 ] || not_ok "delivery $i is taken" "status $STATUS"
done
stop_gateway KILL
start_gateway "$LEDGER" --config "$WORK/gateway.conf" || exit 1
stripe '{"id":"evt_8","note":"after-mark"}' "$SECOND"
same "after a kill the inbox is taken up again" 200 "$STATUS"
stop_gateway
for i in $(seq 20); do
	[ "$(stored "kill-mark-$i-end")" -ge 1 ] || not_ok "delivery $i is there after a kill"
done
ok "what was acknowledged is there after a kill"
same "what was refused was not stored" 0 "$(stored second-mark)"

# ---- what waits, and why ----

inbox() { # words...
	"$BIN/arrondi-gateway" inbox "$LEDGER" "$@"
}

inbox list >"$WORK/list"
hint=$(sed -n 's/^\(M[0-9]*\) .*hints donation tr_7 .*wanted.*/\1/p' "$WORK/list")
check "a hint waits for what it hints at" test -n "$hint"
check "the list ends with what there is" grep -qE '^movements: 1 wanted, 0 ready, 0 booked, 0 parked$' "$WORK/list"
check "a movement is shown with its key" grep -q "^key fetch mollie-classic donation" <(inbox show "$hint")
check "a person parks it" inbox park "$hint"
check "and sees why it is" grep -qE "^$hint .*parked: parked by hand$" <(inbox list parked)
check "and has it looked at again" inbox replay "$hint"
inbox show D1 >"$WORK/one"
check "a delivery is shown without its body" grep -qE "^D1 .* shop (done|parked)" "$WORK/one"
same "which holds what a provider says of a donor" 0 "$(grep -c first-mark "$WORK/one")"
check "as asked" grep -q first-mark <(inbox show D1 --body)
refuse "a number that is not there is said" 1 'no movement of that number' inbox show M999
refuse "words that mean nothing are usage" 2 'usage: arrondi-gateway inbox' inbox forget D1
refuse "a folder without an inbox is said" 1 'there is no inbox' \
	"$BIN/arrondi-gateway" inbox "$WORK" list
