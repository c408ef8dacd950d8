# shellcheck shell=bash
# foundation_rig.sh - a ledger for the gateway's black-box scripts; sourced after
# harness.sh. make_foundation gives $LEDGER with the demo's charter, two employers, an
# auditor, a provider, and a token for each who speaks: $OPERATOR, $TREASURER, $SEAT,
# $AUDITOR, $EMPLOYER, $OTHER. The seats' keys are $WORK/siege-N.pem.
# shellcheck disable=SC2034

COMPANY=employer:000001016
OTHER_COMPANY=employer:000004044
TODAY=$(TZ=$PARIS date +%F)
MONTH=${TODAY%-*}
NEXT_MONTH=$(TZ=$PARIS date -d '30 days' +%F)
DIGEST=5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9
TERMS=2026-09
LEDGER=$WORK/ledger

charter_with_keys() { # fills the demo's charter with keys of this run
	local i vkey
	cp tests/demo/charter.json "$WORK/charter.json"
	for i in 1 2 3 4 5; do
		vkey=$(arrondi-keys generate --name "siege-$i" --out "$WORK/siege-$i.pem") || return 1
		awk -v seat="siege-$i" -v vkey="$vkey" '
			index($0, "\"" seat "\"") { here = 1 }
			here && /"vkey": null/ { sub(/null/, "\"" vkey "\""); here = 0 }
			{ print }' "$WORK/charter.json" >"$WORK/charter.next" || return 1
		mv "$WORK/charter.next" "$WORK/charter.json"
	done
}

shown_token() { # of what a command printed
	sed -n 's/^token (shown once): //p'
}

token_of() { # member
	arrondi-ledger token "$LEDGER" issue --member "$1" | shown_token
}

join() { # id role siren [words...]
	local id=$1 role=$2 siren=$3
	shift 3
	arrondi-ledger member "$LEDGER" add --id "$id" --role "$role" --siren "$siren" "$@" | shown_token
}

make_foundation() {
	charter_with_keys || return 1
	arrondi-ledger init "$LEDGER" --charter "$WORK/charter.json" >"$WORK/init" || return 1
	tail -n 1 "$WORK/init" >"$WORK/log.vkey"
	EMPLOYER=$(join "$COMPANY" employer 000001016 --name Menuiserie --step 100 \
		--match-percent 100 --match-cap-month 300)
	OTHER=$(join "$OTHER_COMPANY" employer 000004044 --name Boulangerie --step 100)
	AUDITOR=$(arrondi-ledger member "$LEDGER" add --id auditor-1 --role auditor --name Cabinet | shown_token)
	OPERATOR=$(token_of operator)
	TREASURER=$(token_of treasurer)
	SEAT=$(token_of siege-1)
	[ -n "$EMPLOYER" ] && [ -n "$OTHER" ] && [ -n "$AUDITOR" ] && [ -n "$OPERATOR" ] &&
		[ -n "$TREASURER" ] && [ -n "$SEAT" ]
}

ledger_size() {
	curl -sS --max-time 20 "$URL/log/checkpoint" | sed -n 2p
}

# One request with a body given as a text.
send() { # PATH TOKEN TEXT [CONTENT-TYPE]
	printf '%s' "$3" >"$WORK/.sent"
	api POST "$1" "$2" "$WORK/.sent" "${4:-application/json}"
}

batch_query() { # reference
	echo "source=salary&period=$MONTH&collected_on=$TODAY&reference=$1&step=1.00&terms=$TERMS"
}

# A gift of 1 234.56 of a company, of which 1 230.00 arrive; and the export.
make_gift() {
	printf '{"kind":"gift","date":"%s","payer":"%s","giver":"company","fund":"emploi","amount":123456}' \
		"$TODAY" "$COMPANY" >"$WORK/gift.json"
	printf '{"kind":"settlement","date":"%s","payer":"%s","amount":123000}' \
		"$TODAY" "$COMPANY" >"$WORK/settlement.json"
	arrondi-ledger record "$LEDGER" "$WORK/gift.json" >/dev/null &&
		arrondi-ledger record "$LEDGER" "$WORK/settlement.json" --by treasurer >/dev/null &&
		arrondi-ledger export "$LEDGER" "$WORK/export"
}
