#!/usr/bin/env bash
# t-58-log-key.sh - the log's key changes beside a gateway that records
# (ledger/ledger_key.c, ledger/cmd_log.c): prepared, voted, activated, the overlap, its end.
# The rig gives the variables that this script seems to use unset.
# shellcheck disable=SC2154
. "$(dirname "$0")/harness.sh"
. tests/foundation_rig.sh

check "a foundation is made" make_foundation
start_gateway "$LEDGER" || exit 1
OLD=$(<"$WORK/log.vkey")

post() { # reference
	printf 'matricule;arrondi\nM1%s;0,10\n' "$1" >"$WORK/rows"
	curl -sS --max-time 20 -o "$WORK/answer" -w '%{http_code}' -H "Authorization: Bearer $EMPLOYER" \
		-H 'Content-Type: text/csv' --data-binary "@$WORK/rows" \
		"$URL/v1/batches?$(batch_query "$1")"
}

checkpoint() { # file
	curl -sS --max-time 20 "$URL/log/checkpoint" >"$1"
}

signatures() { # file
	grep -c '^— ' "$1"
}

export_to() { # folder
	arrondi-ledger export "$LEDGER" "$WORK/$1"
}

# The board votes an act, and it is recorded by the operator on this machine.
vote_act() { # act-members
	local position seat
	printf '{"kind":"proposal","subject":"structure","expires_on":"%s","act":{%s}}' \
		"$NEXT_MONTH" "$1" >"$WORK/proposal.json"
	position=$(arrondi-ledger propose "$LEDGER" "$WORK/proposal.json" | sed -n 's/^position //p')
	for seat in 1 2 3 4; do
		arrondi-ledger ballot "$LEDGER" "$position" --seat "siege-$seat" --vote for >"$WORK/ballot" || return 1
		arrondi-keys sign --key "$WORK/siege-$seat.pem" "$WORK/ballot" >"$WORK/ballot.note" || return 1
		arrondi-ledger vote "$LEDGER" "$WORK/ballot.note" || return 1
	done
	arrondi-ledger decide "$LEDGER" "$position" || return 1
	printf '{%s,"proposal":%s}' "$1" "$position" >"$WORK/act.json"
}

# A company that keeps the last checkpoint.
printf '%s\n' "$EMPLOYER" >"$WORK/token"
chmod 600 "$WORK/token"

company() { # reference vkey state-file
	printf 'matricule;arrondi\nC%s;0,10\n' "$1" >"$WORK/$1.csv"
	arrondi-post --url "$URL" --token-file "$WORK/token" --vkey "$2" --state "$WORK/$3" \
		--source salary --period "$MONTH" --collected-on "$TODAY" --step 1.00 --terms "$TERMS" \
		--reference "$1" "$WORK/$1.csv"
}

check "a company posts" company CO-1 "$OLD" state
check "another that will sleep through it" company CO-2 "$OLD" asleep

# ---- prepared ----

check "with one key there is nothing to do" arrondi-ledger log-key "$LEDGER" activate
check "a new key is made before the vote" arrondi-ledger log-key "$LEDGER" prepare
NEW=$(arrondi-ledger log-key "$LEDGER" prepare 2>"$WORK/.err")
same "asked twice it is the same one" "$NEW" "$(arrondi-ledger log-key "$LEDGER" prepare 2>"$WORK/.err")"
same "its file is for its owner only" 600 "$(stat -c %a "$LEDGER/log.key.new")"
same "it has the log's name" "${OLD%%+*}" "${NEW%%+*}"
refuse "it is not in force before the vote" 1 "is not in force" arrondi-ledger log-key "$LEDGER" activate
checkpoint "$WORK/before"
same "and signs nothing" 1 "$(signatures "$WORK/before")"

check "the board votes it" vote_act "\"kind\":\"amendment\",\"log\":\"$NEW\""
mv "$LEDGER/log.key.new" "$WORK/kept"
refuse "nothing is recorded that could not be signed" 1 "is not the log's new key" \
	arrondi-ledger record "$LEDGER" "$WORK/act.json"
mv "$WORK/kept" "$LEDGER/log.key.new"
post SOME >/dev/null
checkpoint "$WORK/last-old"

# ---- the overlap ----

check "the amendment is recorded by another process than the gateway" \
	arrondi-ledger record "$LEDGER" "$WORK/act.json"
checkpoint "$WORK/first-new"
same "its checkpoint has both signatures" 2 "$(signatures "$WORK/first-new")"
same "the gateway goes on" 201 "$(post FIRST)"
checkpoint "$WORK/by-gateway"
same "and signs with both, not activated yet" 2 "$(signatures "$WORK/by-gateway")"
arrondi-ledger doctor "$LEDGER" >"$WORK/out"
check "the doctor says what is left to do" grep -q 'log-key .* activate' "$WORK/out"
refuse "the overlap cannot end before" 1 "there is no 'log.key.old'" \
	arrondi-ledger log-key "$LEDGER" end --yes

# Killed between the two renamings.
mv "$LEDGER/log.key" "$LEDGER/log.key.old"
same "a folder left half-way goes on" 201 "$(post HALF)"
checkpoint "$WORK/half"
same "with both" 2 "$(signatures "$WORK/half")"
check "a process that opens it does, too" arrondi-ledger allocate "$LEDGER" --month 2026-01
check "the step is done again" arrondi-ledger log-key "$LEDGER" activate
check "and again" arrondi-ledger log-key "$LEDGER" activate
same "the gateway goes on with the files moved" 201 "$(post MOVED)"
checkpoint "$WORK/both"
same "and both sign" 2 "$(signatures "$WORK/both")"
check "the ledger is healthy" arrondi-ledger doctor "$LEDGER"
refuse "no other key is prepared meanwhile" 1 "end its overlap first" \
	arrondi-ledger log-key "$LEDGER" prepare

check "the overlap is exported" export_to overlap
check "it verifies by the new key" arrondi-verify "$WORK/overlap" --vkey "$NEW" \
	--checkpoint "$WORK/before" --checkpoint "$WORK/last-old" --checkpoint "$WORK/first-new" \
	--checkpoint "$WORK/by-gateway" --checkpoint "$WORK/half" --checkpoint "$WORK/both"
arrondi-verify "$WORK/overlap" --vkey "$OLD" --checkpoint "$WORK/before" >"$WORK/out"
same "and by the old one" 0 $?
check "which names the key to take from now on" grep -qF -- "--vkey $NEW" "$WORK/out"
check "a report is drawn from the ledger" arrondi-report allocation "$LEDGER"
check "and from the export" arrondi-report allocation "$WORK/overlap"

# ---- the company, while both sign ----

company CO-3 "$OLD" state >"$WORK/out" 2>&1
same "it goes on with the key that it has" 0 $?
check "and is told which to take, and why" grep -qF -- "From now on: --vkey $NEW" "$WORK/out"
check "as its own key has proved" grep -q 'as entry [0-9]* of the log that your key signs says' "$WORK/out"
check "its state has both signatures" test "$(signatures "$WORK/state")" = 2
company CO-4 "$NEW" state >"$WORK/out" 2>&1
same "then with the new one" 0 $?
check "which is its log's, that has only grown" grep -q 'it has only grown since' "$WORK/out"
company CO-4 "$NEW" state >"$WORK/out" 2>&1
check "and is told nothing, for it has the key in force" bash -c "! grep -q 'log key' '$WORK/out'"
refuse "who changes keys without having seen both is told how" 1 "post once with the --vkey of then" \
	company CO-5 "$NEW" asleep

# ---- its end ----

refuse "the end says first what it means" 1 "cannot be undone" arrondi-ledger log-key "$LEDGER" end
check "the old key is still there" test -f "$LEDGER/log.key.old"
cp -p "$LEDGER/log.key.old" "$WORK/old.key"
check "then the overlap ends" arrondi-ledger log-key "$LEDGER" end --yes
check "the old key is gone" test ! -e "$LEDGER/log.key.old"
same "the gateway notices" 201 "$(post AFTER)"
checkpoint "$WORK/after"
same "one signs" 1 "$(signatures "$WORK/after")"
check "the end is exported" export_to end
check "it verifies by the new key, with all that was kept" arrondi-verify "$WORK/end" --vkey "$NEW" \
	--checkpoint "$WORK/before" --checkpoint "$WORK/both" --checkpoint "$WORK/after"
refuse "and by the old one no more" 1 "take the key in force" \
	arrondi-verify "$WORK/end" --vkey "$OLD"
check "the log agrees with all that is derived" arrondi-ledger check "$LEDGER"

company CO-6 "$NEW" state >"$WORK/out" 2>&1
same "the company with the new key goes on" 0 $?
check "and is told nothing more" bash -c "! grep -q 'log key' '$WORK/out'"
refuse "the one that slept is refused, with the remedy" 1 "The log's key has changed" \
	company CO-7 "$OLD" asleep

# ---- nobody comes back ----

stop_gateway
printf '{"kind":"proposal","subject":"structure","expires_on":"%s","act":{"kind":"amendment","log":"%s"}}' \
	"$NEXT_MONTH" "$OLD" >"$WORK/proposal.json"
refuse "a key that was retired is not taken again" 1 "was one already" \
	arrondi-ledger propose "$LEDGER" "$WORK/proposal.json"
mv "$LEDGER/log.key" "$WORK/new.key"
cp -p "$WORK/old.key" "$LEDGER/log.key"
refuse "nor signs alone" 1 "in force" arrondi-ledger allocate "$LEDGER" --month 2026-02
