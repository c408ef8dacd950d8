#!/usr/bin/env bash
# t-25-operator.sh - backup, rehearsal, restore and doctor (ledger/cmd_restore.c), beside
# a gateway that posts.
# The rig gives the variables that this script seems to use unset.
# shellcheck disable=SC2154
. "$(dirname "$0")/harness.sh"
. tests/foundation_rig.sh

check "a foundation is made" make_foundation
start_gateway "$LEDGER" || exit 1

post() { # reference
	printf 'matricule;arrondi\nM1%s;0,10\n' "$1" >"$WORK/rows"
	curl -sS --max-time 20 -o "$WORK/answer" -w '%{http_code}' -H "Authorization: Bearer $EMPLOYER" \
		-H 'Content-Type: text/csv' --data-binary "@$WORK/rows" \
		"$URL/v1/batches?$(batch_query "$1")"
}

# ---- while it is in use ----

(for i in 1 2 3 4 5 6 7 8 9; do post "BUSY-$i" >/dev/null; done) &
busy=$!
check "a backup is made while the gateway records" arrondi-ledger backup "$LEDGER" "$WORK/backup.db"
wait "$busy"
same "a backup replaces nothing" 1 "$(arrondi-ledger backup "$LEDGER" "$WORK/backup.db" >/dev/null 2>&1; echo $?)"
check "a ledger in use is healthy" arrondi-ledger doctor "$LEDGER"
post LATER >/dev/null
arrondi-ledger restore --rehearse "$WORK/backup.db" --compare "$LEDGER" >"$WORK/rehearsal" 2>&1
same "the rehearsal succeeds" 0 $?
check "it says how far behind it is" grep -qE "^behind '.*' by [0-9]+ entries, [0-9]+ minutes" "$WORK/rehearsal"
check "and that it is whole" grep -q '^restorable: [0-9]* entries, root ' "$WORK/rehearsal"
head -c 40000 "$WORK/backup.db" >"$WORK/half.db"
same "a backup that was cut is found" 1 \
	"$(arrondi-ledger restore --rehearse "$WORK/half.db" >/dev/null 2>"$WORK/why"; s=$?; [ $s = 0 ] && echo 0 || echo 1)"
check "in a sentence" grep -q '^arrondi-ledger: error: ' "$WORK/why"

# ---- a bad day ----

curl -sS --max-time 20 "$URL/log/checkpoint" >"$WORK/newest"
arrondi-ledger backup "$LEDGER" "$WORK/last.db" >/dev/null
stop_gateway
check "the older backup is restored" arrondi-ledger restore "$WORK/backup.db" "$WORK/older"
check "and can be read" arrondi-ledger check "$WORK/older"
cp "$LEDGER/log.key" "$WORK/older/log.key"
arrondi-ledger allocate "$WORK/older" --month 2026-01 >"$WORK/out" 2>&1
same "it signs nothing" 1 $?
check "and names the remedy" grep -q -- '--newest CHECKPOINT' "$WORK/out"
arrondi-ledger doctor "$WORK/older" >"$WORK/out" 2>&1
same "the doctor finds it" 1 $?
check "and names the remedy, too" grep -q '^head: .*--newest CHECKPOINT' "$WORK/out"
arrondi-ledger restore "$WORK/older" --newest "$WORK/newest" >"$WORK/out" 2>&1
same "what was signed since is missing in it" 1 $?
check "which is said" grep -q 'restore a newer backup' "$WORK/out"

check "the last backup is restored" arrondi-ledger restore "$WORK/last.db" "$WORK/new"
cp "$LEDGER/log.key" "$WORK/new/log.key"
check "it holds all that was signed" arrondi-ledger restore "$WORK/new" --newest "$WORK/newest"
check "it is healthy" arrondi-ledger doctor "$WORK/new"
LEDGER=$WORK/new
start_gateway "$LEDGER" || exit 1
same "and goes on" 201 "$(post AFTER)"
same "with the references of before" 200 "$(post LATER)"
curl -sS --max-time 20 "$URL/log/checkpoint" >"$WORK/after"
stop_gateway
check "it is exported" arrondi-ledger export "$LEDGER" "$WORK/export"
check "and grows out of what was signed before" arrondi-verify "$WORK/export" \
	--vkey "$(<"$WORK/log.vkey")" --checkpoint "$WORK/newest" --checkpoint "$WORK/after"

# ---- rows, ten years on ----

arrondi-ledger retention "$LEDGER" >"$WORK/out"
check "no rows are past the legal retention" grep -q '^0 batches and corrections' "$WORK/out"
arrondi-ledger retention "$LEDGER" --as-of 2199-01-01 >"$WORK/out"
check "in the end all will be (ledger/cmd_retention.c)" grep -qE '^rows [0-9]+: recorded on .*, kept until [0-9]+-12-31, ' "$WORK/out"
same "but nothing is deleted before its day" 2 \
	"$(arrondi-ledger retention "$LEDGER" --as-of 2199-01-01 --delete >/dev/null 2>&1; echo $?)"
arrondi-ledger retention "$LEDGER" --delete >"$WORK/out"
check "and today none is" grep -q '^rows of 0 batches' "$WORK/out"
check "as the ledger confirms" arrondi-ledger check "$LEDGER"
