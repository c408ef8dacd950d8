#!/usr/bin/env bash
# t-59-succession.sh - a backup goes on as a new log (ledger/books_succession.c,
# ledger/cmd_log.c), and arrondi-verify follows (ledger/audit_continues.c,
# ledger/audit_continues_print.c).
# The rig gives the variables that this script seems to use unset.
# shellcheck disable=SC2154
. "$(dirname "$0")/harness.sh"
. tests/foundation_rig.sh

check "a foundation is made" make_foundation
start_gateway "$LEDGER" || exit 1
OLD=$(<"$WORK/log.vkey")
OLD_ORIGIN=${OLD%%+*}
NEW_ORIGIN=ledger.new.example/2026

post() { # reference donor cents
	printf 'matricule;arrondi\n%s;%s\n' "$2" "$3" >"$WORK/rows"
	curl -sS --max-time 20 -o "$WORK/answer" -w '%{http_code}' -H "Authorization: Bearer $EMPLOYER" \
		-H 'Content-Type: text/csv' --data-binary "@$WORK/rows" \
		"$URL/v1/batches?$(batch_query "$1")"
}

gift() { # reference cents folder
	printf '{"kind":"gift","ref":"%s","date":"%s","payer":"%s","giver":"company","fund":"emploi","amount":%s}' \
		"$1" "$TODAY" "$COMPANY" "$2" >"$WORK/gift.json"
	arrondi-ledger record "$3" "$WORK/gift.json"
}

consent() { # seat reason folder
	arrondi-ledger succession "$3" text --reason "$2" --seat "$1" >"$WORK/$1.text" &&
		arrondi-keys sign --key "$WORK/$1.pem" "$WORK/$1.text" >"$WORK/$1.note"
}

consents() { # folder
	local seat
	for seat in siege-1 siege-2 siege-3; do
		consent "$seat" restored "$1" || return 1
	done
}

record_succession() { # folder [seats...]
	local dir=$1 words=() seat
	shift
	for seat; do words+=(--consent "$WORK/$seat.note"); done
	arrondi-ledger succession "$dir" record "${words[@]}"
}

# ---- the old log, and what the backup has of it ----

same "a batch is posted" 201 "$(post PAYE-1 M1 0,10)"
check "a backup is made" arrondi-ledger backup "$LEDGER" "$WORK/backup.db"
P=$(ledger_size)
same "more comes after the backup" 201 "$(post PAYE-2 M2 0,20)"
check "and more" gift GIFT-1 500 "$LEDGER"
check "and more" gift GIFT-2 700 "$LEDGER"
stop_gateway
check "the old log is exported" arrondi-ledger export "$LEDGER" "$WORK/old"

# ---- restored, it signs nothing ----

check "the backup is restored" arrondi-ledger restore "$WORK/backup.db" "$WORK/new"
cp -p "$LEDGER/log.key" "$WORK/new/log.key"
refuse "it signs nothing, and names both remedies" 1 "succession DIR" gift GIFT-3 1 "$WORK/new"
refuse "the first of which does not serve" 1 "restore a newer backup" \
	arrondi-ledger restore "$WORK/new" --newest "$WORK/old/checkpoint"
check "it has no head" test ! -e "$WORK/new/head"

check "a key is made for the new log" arrondi-ledger succession "$WORK/new" prepare --origin "$NEW_ORIGIN"
NEW=$(arrondi-ledger succession "$WORK/new" prepare --origin "$NEW_ORIGIN" 2>"$WORK/.err")
same "asked twice it is the same one" "$NEW_ORIGIN" "${NEW%%+*}"
check "three seats consent" consents "$WORK/new"
same "the text is short and says all" \
	"arrondi/succession@v1 origin charter checkpoint to log reason seat" \
	"$(awk '{ print $1 }' "$WORK/siege-1.text" | tr '\n' ' ' | sed 's/ $//')"
check "it names the origin before" grep -qx "origin $OLD_ORIGIN" "$WORK/siege-1.text"
check "and as many entries as there are" grep -q "^checkpoint $P " "$WORK/siege-1.text"
refuse "two of five seats are too few" 1 "more than half" record_succession "$WORK/new" siege-1 siege-2
refuse "one who speaks twice is one" 1 "signs twice" \
	record_succession "$WORK/new" siege-1 siege-2 siege-2
cp "$WORK/siege-3.note" "$WORK/kept.note"
check "for another reason" consent siege-3 host "$WORK/new"
refuse "is another text" 1 "is not that of this succession" \
	record_succession "$WORK/new" siege-3 siege-1 siege-2
mv "$WORK/kept.note" "$WORK/siege-3.note"
check "nothing was signed by all that" test ! -e "$WORK/new/head"

# Killed after the commit, before `head`: the folder goes on by itself.
cp -a "$WORK/new" "$WORK/twin"
check "the succession is recorded" record_succession "$WORK/new" siege-1 siege-2 siege-3
check "it may be said again" record_succession "$WORK/new" siege-1 siege-2 siege-3
check "the new key is in its place" cmp -s "$WORK/twin/log.key.new" "$WORK/new/log.key"
check "the old log's signs nothing here" bash -c \
	"arrondi-ledger log-key '$WORK/new' | grep -q '^log.key.old .*signs nothing'"
check "and may be destroyed here" arrondi-ledger log-key "$WORK/new" end --yes
check "it is healthy" arrondi-ledger doctor "$WORK/new"
check "and agrees with what is derived" arrondi-ledger check "$WORK/new"

check "in the twin it is recorded, too" record_succession "$WORK/twin" siege-1 siege-2 siege-3
rm "$WORK/twin/head"
mv "$WORK/twin/log.key" "$WORK/twin/log.key.new"
check "interrupted before head it goes on when it is opened" \
	arrondi-ledger allocate "$WORK/twin" --month 2026-01
rm "$WORK/twin/head"
refuse "but only while the succession is its last entry" 1 "'head' is missing" \
	arrondi-ledger allocate "$WORK/twin" --month 2026-02

# ---- the new log goes on ----

LEDGER=$WORK/new
start_gateway "$LEDGER" || exit 1
same "what both logs have is answered as the first time" 200 "$(post PAYE-1 M1 0,10)"
same "the same claim under another reference is refused across the succession" 409 "$(post PAYE-9 M1 0,10)"
check "as a claim" grep -q claim "$WORK/answer"
same "another is taken" 201 "$(post PAYE-8 M8 0,30)"
same "the checkpoint has the new origin" "$NEW_ORIGIN" "$(curl -sS --max-time 20 "$URL/log/checkpoint" | head -n 1)"
same "and one signature" 1 "$(curl -sS --max-time 20 "$URL/log/checkpoint" | grep -c '^— ')"
stop_gateway
check "it is exported" arrondi-ledger export "$LEDGER" "$WORK/lacking"

# ---- the auditor ----

check "the new log verifies alone" arrondi-verify "$WORK/lacking" --vkey "$NEW"
refuse "not by the old key" 1 "not signed by" arrondi-verify "$WORK/lacking" --vkey "$OLD"
arrondi-verify "$WORK/old" "$WORK/lacking" --vkey "$OLD" --vkey "$NEW" >"$WORK/out" 2>&1
same "three entries of the old log are missing" 1 $?
check "which is said with their kinds" grep -q '^not continued whole: 3 entries .* (1 batch, 2 gift)$' "$WORK/out"
check "and each of them" grep -q "gift .* reference GIFT-1: not in the new log" "$WORK/out"
check "and who consented" grep -qx 'consented  3 seats: siege-1, siege-2, siege-3' "$WORK/out"
check "one of them is recorded again" gift GIFT-1 500 "$LEDGER"
check "another otherwise" gift GIFT-2 701 "$LEDGER"
check "the export" arrondi-ledger export "$LEDGER" "$WORK/some"
arrondi-verify "$WORK/old" "$WORK/some" --vkey "$OLD" >"$WORK/out" 2>&1
same "does not have all yet" 1 $?
check "one is there again" grep -q 'reference GIFT-1: recorded again as entry' "$WORK/out"
check "one with other content" grep -q 'reference GIFT-2: entry [0-9]* of the new log has other content' "$WORK/out"
check "two are missing" grep -q '^not continued whole: 2 entries' "$WORK/out"
arrondi-verify "$WORK/old" "$WORK/some" --vkey "$OLD" --json >"$WORK/out" 2>&1
check "a program is told the same" grep -q '"missing":2,.*"result":"missing"' "$WORK/out"

# What the old log had when it was backed up is continued whole.
mkdir "$WORK/aside"
check "a backup is restored aside" arrondi-ledger restore "$WORK/backup.db" "$WORK/aside/then"
check "as it was then" arrondi-ledger export "$WORK/aside/then" "$WORK/old-then"
arrondi-verify "$WORK/old-then" "$WORK/some" --vkey "$OLD" >"$WORK/out" 2>&1
same "the log of then is continued whole" 0 $?
check "which is said" grep -qx "verified: $NEW_ORIGIN continues $OLD_ORIGIN" "$WORK/out"

refuse "a log does not continue itself" 1 "names the origin" \
	arrondi-verify "$WORK/old" "$WORK/old" --vkey "$OLD"
refuse "nor the old one the new one" 1 "names the origin" \
	arrondi-verify "$WORK/some" "$WORK/old" --vkey "$NEW"
refuse "a wrong key of the new log is found" 1 "not signed by" \
	arrondi-verify "$WORK/old" "$WORK/some" --vkey "$OLD" --vkey "$OLD"
refuse "two exports go without checkpoints" 2 "give those with one export" \
	arrondi-verify "$WORK/old" "$WORK/some" --vkey "$OLD" --checkpoint "$WORK/old/checkpoint"
check "a checkpoint of the old log is one of the new one's history" \
	arrondi-verify "$WORK/some" --vkey "$NEW" --checkpoint "$WORK/old-then/checkpoint"
refuse "but not one of what was lost" 1 "older" \
	arrondi-verify "$WORK/some" --vkey "$NEW" --checkpoint "$WORK/old/checkpoint"
