#!/usr/bin/env bash
# t-20-ledger.sh - arrondi-ledger: a foundation run from the command line alone.
# The commands of ledger/cmd.c: ledger/cmd_folder.c, ledger/cmd_member.c,
# ledger/cmd_board.c and ledger/cmd_show.c.
. "$(dirname "$0")/harness.sh"
. tests/foundation_rig.sh

ledger=arrondi-ledger
dir=$WORK/led
digest=5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9
seeker=job-seeker:00112233445566778899aabbccddeeff
today=$(TZ=$PARIS date +%F)
yesterday=$(TZ=$PARIS date -d '1 day ago' +%F)
next_month=$(TZ=$PARIS date -d '30 days' +%F)
company=employer:000001016

record() { # by json
	printf '%s\n' "$2" >"$WORK/entry.json"
	$ledger record "$dir" "$WORK/entry.json" --by "$1"
}
position_of() { # what a command printed
	sed -n 's/^position \([0-9]*\).*/\1/p' "$1"
}
vote() { # proposal seat vote
	$ledger ballot "$dir" "$1" --seat "$2" --vote "$3" >"$WORK/ballot.txt" &&
		arrondi-keys sign --key "$WORK/$2.pem" "$WORK/ballot.txt" >"$WORK/ballot.note" &&
		$ledger vote "$dir" "$WORK/ballot.note"
}

check "the seats make their keys" charter_with_keys
refuse "a charter whose seats have no keys is refused" 1 "vkey" \
	$ledger init "$dir" --charter tests/demo/charter.json
check "and leaves nothing behind" test ! -e "$dir/ledger.db"
check "a ledger is made" sh -c "$ledger init '$dir' --charter '$WORK/charter.json' >'$WORK/init'"
tail -n 1 "$WORK/init" >"$WORK/log.vkey"
same "its key is for its owner only" 600 "$(stat -c %a "$dir/log.key")"
refuse "it is not made twice" 1 "" $ledger init "$dir" --charter "$WORK/charter.json"

check "an employer joins, and its token is shown" sh -c "$ledger member '$dir' add --id $company \
	--role employer --siren 000001016 --name Menuiserie --step 100 --match-percent 100 \
	--match-cap-month 30000 | grep -q 'token (shown once): arrondi_'"
refuse "it does not join twice" 1 "a member already" $ledger member "$dir" add --id $company \
	--role employer --siren 000001016 --name Menuiserie
check "its terms change, what is not said is kept" sh -c "$ledger member '$dir' change \
	--id $company --match-percent 50 | grep -q '\"match_cap_month\":30000'"
check "a token is issued for the treasurer" $ledger token "$dir" issue --member treasurer
refuse "but not for a stranger" 1 "not an active member" $ledger token "$dir" issue --member nobody
check "tokens are taken back" sh -c "$ledger token '$dir' revoke --member treasurer | grep -q '^1 '"

gift="{\"kind\":\"gift\",\"date\":\"$yesterday\",\"payer\":\"$company\",\"giver\":\"company\",\"fund\":\"emploi\",\"amount\":150000,\"ref\":\"G-1\"}"
check "a gift is recorded" record operator "$gift"
check "the same again answers as the first time" sh -c "printf '%s' '$gift' >'$WORK/g.json'; \
	$ledger record '$dir' '$WORK/g.json' | grep -q 'recorded before'"
refuse "the same reference with another amount is a conflict" 1 "" \
	record operator "${gift/150000/150001}"
refuse "an unknown member is refused" 1 "'note'" record operator "${gift/\"ref\"/\"note\":1,\"ref\"}"
refuse "a fraction of a cent is refused" 1 "integer cents" record operator "${gift/150000/1500.5}"
later=${gift/$yesterday/$next_month}
later=${later/G-1/G-0}
refuse "a date after today is refused" 1 "date" record operator "$later"
check "its transfer is recorded" record treasurer \
	"{\"kind\":\"settlement\",\"date\":\"$yesterday\",\"payer\":\"$company\",\"amount\":150000}"

check "a job seeker is recorded" record operator "{\"kind\":\"beneficiary\",\"id\":\"$seeker\",\
\"nature\":\"job-seeker\",\"attestation\":{\"digest\":\"$digest\",\"until\":\"$next_month\"}}"
printf '{"subject":"support","fund":"emploi","beneficiary":"%s","amount":12000,"purpose":"mobilite","payee":"%s","expires_on":"%s"}' \
	"$seeker" "$digest" "$next_month" >"$WORK/proposal.json"
check "a support is proposed" sh -c "$ledger propose '$dir' '$WORK/proposal.json' --by siege-1 >'$WORK/proposed'"
n=$(position_of "$WORK/proposed")
check "a seat votes" vote "$n" siege-1 for
refuse "a decision with votes missing is refused" 1 "undecided" $ledger decide "$dir" "$n"
check "a second seat votes" vote "$n" siege-2 for
check "and a third" vote "$n" siege-3 for
$ledger ballot "$dir" "$n" --seat siege-4 --vote for >"$WORK/ballot.txt"
arrondi-keys sign --key "$WORK/siege-5.pem" "$WORK/ballot.txt" >"$WORK/ballot.note"
refuse "a ballot signed by another seat's key is refused" 1 "signature" $ledger vote "$dir" "$WORK/ballot.note"
check "the decision is recorded" sh -c "$ledger decide '$dir' $n | grep -q '\"outcome\":\"granted\"'"
refuse "only once" 1 "decided already" $ledger decide "$dir" "$n"
refuse "more than was granted is not ordered" 1 "payment" record treasurer \
	"{\"kind\":\"payment\",\"proposal\":$n,\"amount\":12001,\"payee\":\"$digest\"}"
record treasurer "{\"kind\":\"payment\",\"proposal\":$n,\"amount\":12000,\"payee\":\"$digest\"}" >"$WORK/payment"
p=$(position_of "$WORK/payment")
check "the payment is ordered and carried out" record treasurer \
	"{\"kind\":\"paid\",\"payment\":$p,\"date\":\"$today\"}"

check "the balances say so" sh -c "$ledger show '$dir' | grep -q 'paid 120.00  available 1380.00'"
check "an entry is shown" sh -c "$ledger show '$dir' 0 | grep -q '\"kind\":\"charter\"'"
refuse "an entry that is not there is refused" 1 "" $ledger show "$dir" 9999
check "a proof is printed" sh -c "$ledger proof '$dir' $p | grep -q 'c2sp.org/tlog-proof@v1'"
check "what is derived agrees with the log" $ledger check "$dir"
check "and can be derived anew" $ledger rebuild "$dir"
check "and agrees again" $ledger check "$dir"

check "the log is exported" $ledger export "$dir" "$WORK/export"
refuse "an export is never overwritten" 1 "" $ledger export "$dir" "$WORK/export"
vkey=$(cat "$WORK/log.vkey")
check "an auditor verifies it" arrondi-verify "$WORK/export" --vkey "$vkey"
refuse "but not under another key" 1 "" arrondi-verify "$WORK/export" \
	--vkey "$(arrondi-keys generate --name ledger.ftc93.example/2026 --out "$WORK/other.pem")"

check "the database is backed up" $ledger backup "$dir" "$WORK/backup.db"
check "the ledger goes on" record operator "${gift/G-1/G-2}"
cp "$WORK/backup.db" "$dir/ledger.db"
rm -f "$dir/ledger.db-wal" "$dir/ledger.db-shm"
refuse "a backup restored over a newer ledger refuses to sign" 1 "" record operator "${gift/G-1/G-3}"
check "but can still be read" $ledger show "$dir" 0
refuse "a folder that is no ledger is trouble" 2 "" $ledger show "$WORK/none"
refuse "a command that does not exist is usage" 2 "help" $ledger frobnicate
check "--help and --version answer" sh -c "$ledger --help >/dev/null && $ledger --version | grep -q 1.0.0"
