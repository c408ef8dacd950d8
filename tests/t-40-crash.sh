#!/usr/bin/env bash
# t-40-crash.sh - kill -9 under load, again and again: what was acknowledged is there,
# once.
# The rig gives the variables that this script seems to use unset.
# shellcheck disable=SC2154
. "$(dirname "$0")/harness.sh"
. tests/foundation_rig.sh

ROUNDS=10
CLIENTS=4
ROWS=40

check "a foundation is made" make_foundation

# Posts one batch after the other under references of its own, each with claims of its
# own, until nobody answers; notes "reference position" of each that was acknowledged.
client() { # client round
	local i reference answer status
	for ((i = 0; ; i++)); do
		reference=R$2-$1-$i
		{
			echo 'matricule;bulletin;arrondi'
			seq 1 "$ROWS" | sed "s/.*/M&;$reference;0,10/"
		} >"$WORK/rows.$1"
		answer=$(curl -sS --max-time 20 -w '\n%{http_code}' -H "Authorization: Bearer $EMPLOYER" \
			-H 'Content-Type: text/csv' --data-binary "@$WORK/rows.$1" \
			"$URL/v1/batches?$(batch_query "$reference")" 2>/dev/null)
		status=${answer##*$'\n'}
		[ "$status" != 000 ] || return 0
		if [ "$status" = 201 ]; then
			echo "$reference $(sed -E 's/.*"position":([0-9]+).*/\1/;q' <<<"$answer")" \
				>>"$WORK/acknowledged.$1"
		else
			echo "$reference $status" >>"$WORK/unexpected.$1"
			return 1
		fi
	done
}

killed=0
for ((round = 0; round < ROUNDS; round++)); do
	start_gateway "$LEDGER" || exit 1
	pids=()
	for ((c = 0; c < CLIENTS; c++)); do
		client "$c" "$round" &
		pids+=($!)
	done
	# At another moment of what is under way each time.
	sleep "0.$((25 + RANDOM % 50))"
	stop_gateway KILL
	[ "$GATEWAY_STATUS" = 137 ] && killed=$((killed + 1))
	wait "${pids[@]}" 2>/dev/null
done
same "the gateway is killed $ROUNDS times under load" "$ROUNDS" "$killed"
cat "$WORK"/acknowledged.* >"$WORK/acknowledged" 2>/dev/null
count=$(wc -l <"$WORK/acknowledged")
check "batches were acknowledged ($count)" test "$count" -gt "$ROUNDS"
check "no batch was refused" sh -c "! cat '$WORK'/unexpected.* 2>/dev/null | grep ."

start_gateway "$LEDGER" || exit 1
api GET /readyz ''
answered "the gateway is ready again" 200

# Every batch of the ledger: its position and reference.
after=0
: >"$WORK/recorded"
while [ "$after" != null ] && [ -n "$after" ]; do
	api GET "/v1/batches?limit=200&after=$after" "$AUDITOR"
	# The body ends without a line feed, and the next page's first line must not join it.
	{ cat "$BODY"; echo; } | sed 's/{"position":/\n&/g' |
		sed -nE 's/^\{"position":([0-9]+),.*"ref":"([^"]*)".*/\1 \2/p' >>"$WORK/recorded"
	after=$(grep -oE '"next":(null|[0-9]+)' "$BODY" | cut -d: -f2)
done
lost=0
while read -r reference position; do
	grep -qx "$position $reference" "$WORK/recorded" || {
		lost=$((lost + 1))
		echo "# $reference was acknowledged at $position"
	}
done <"$WORK/acknowledged"
same "every acknowledged batch is where it was said to be" 0 "$lost"
same "no reference is there twice" "" "$(cut -d' ' -f2 "$WORK/recorded" | sort | uniq -d)"

# The last one again, as a client would whose answer was lost.
read -r reference position < <(tail -n 1 "$WORK/acknowledged")
{
	echo 'matricule;bulletin;arrondi'
	seq 1 "$ROWS" | sed "s/.*/M&;$reference;0,10/"
} >"$WORK/rows"
api POST "/v1/batches?$(batch_query "$reference")" "$EMPLOYER" "$WORK/rows" text/csv
answered "a batch sent again is answered as the first time" 200 "\"position\":$position,"
api GET "/rows/$position" "$AUDITOR"
same "its rows are all there" "$ROWS" "$(wc -l <"$BODY")"
curl -sS --max-time 20 "$URL/log/checkpoint" >"$WORK/checkpoint"
stop_gateway
same "the gateway ends cleanly" 0 "$GATEWAY_STATUS"

check "the ledger agrees with itself" arrondi-ledger check "$LEDGER"
check "it is exported" arrondi-ledger export "$LEDGER" "$WORK/export"
check "and verified" arrondi-verify "$WORK/export" --vkey "$(<"$WORK/log.vkey")" \
	--checkpoint "$WORK/checkpoint"
