#!/usr/bin/env bash
# t-53-payroll.sh - what a year of payroll brings: sites, several payslips, new numbers, a
# file posted twice, a company that leaves. ledger/cmd_donor.c and the batches' claims,
# from outside.
. "$(dirname "$0")/harness.sh"
. tests/foundation_rig.sh

write() { printf '%s\n' "${@:2}" >"$WORK/$1"; } # file line...
check "a foundation is made" make_foundation
printf '%s\n' "$EMPLOYER" >"$WORK/token"
chmod 600 "$WORK/token"
vkey=$(<"$WORK/log.vkey")
start_gateway "$LEDGER" || exit 1

post() { # reference [options...] file
	local reference=$1 status
	shift
	arrondi-post --url "$URL" --token-file "$WORK/token" --vkey "$vkey" --state "$WORK/state" \
		--source salary --step 1.00 --terms "$TERMS" --period "$MONTH" --collected-on "$TODAY" \
		--reference "$reference" "$@" >"$WORK/said" 2>&1
	status=$?
	cat "$WORK/said"
	return $status
}
told() { # sentence regex
	check "$1" grep -qE -- "$2" "$WORK/said"
}
record() { # by json
	printf '%s\n' "$2" >"$WORK/entry.json"
	arrondi-ledger record "$LEDGER" "$WORK/entry.json" --by "$1"
}
renumber() { # old new
	arrondi-ledger donor "$LEDGER" --member "$COMPANY" --rename "$1" "$2"
}
totals() { sed -n 's/^total: //p' "$WORK/said"; }

# ---- two sites ----

write atelier.csv 'matricule;arrondi' 'M0001;0,10' 'M0002;0,20'
write chantier.csv 'matricule;arrondi' 'M0003;0,30'
write both.csv 'matricule;arrondi' 'M0002;0,05' 'M0004;0,06'
write both-slips.csv 'matricule;bulletin;arrondi' 'M0002;CHANTIER;0,05' 'M0004;;0,06'
check "one site posts the month" post A-1 --site atelier "$WORK/atelier.csv"
check "another site posts the same month" post C-1 --site chantier "$WORK/chantier.csv"
arrondi-ledger show "$LEDGER" "$(sed -n 's/.* at position //p' "$WORK/said")" >"$WORK/entry"
same "and its entry says which" chantier "$(json_value site "$WORK/entry")"
refuse "who works at both has one claim a month" 1 "line 2: " post C-2 --site chantier "$WORK/both.csv"
told "and it is said what to do for a second payslip" "give the payslip's number"
check "with a payslip of its own the second site counts" post C-2 --site chantier "$WORK/both-slips.csv"
same "whole" "0.11 EUR" "$(totals)"

# ---- two payslips ----

write slips.csv 'matricule;bulletin;arrondi' 'M0010;1;0,11' 'M0010;2;0,12'
write slips-again.csv 'matricule;bulletin;arrondi' 'M0010;2;0,12'
write no-slips.csv 'matricule;arrondi' 'M0011;0,11' 'M0011;0,12'
check "two payslips of one person are two rows" post S-1 "$WORK/slips.csv"
same "and both count" "0.23 EUR" "$(totals)"
refuse "one of them is not claimed again" 1 "line 2: " post S-2 "$WORK/slips-again.csv"
refuse "without numbers one is claimed twice" 1 "line 3: " post S-2 "$WORK/no-slips.csv"

# ---- the same file, posted twice ----

write twice.csv 'matricule;arrondi' 'M0020;0,20' 'M0021;0,21'
write turned.csv 'matricule;arrondi' 'M0021;0,21' 'M0020;0,20'
check "a file is posted" post T-1 "$WORK/twice.csv"
check "the same file under the same reference is recognised" post T-1 "$WORK/twice.csv"
told "as recorded before" "^T-1 was recorded before"
check "in another order, too" post T-1 "$WORK/turned.csv"
told "which is the same batch" "^T-1 was recorded before"
refuse "the same rows under another reference are refused" 1 "line 3: " post T-2 "$WORK/twice.csv"

# ---- a new number ----

write old.csv 'matricule;arrondi' 'M0030;0,30'
write new.csv 'matricule;arrondi' 'P30;0,30'
write mixed.csv 'matricule;bulletin;arrondi' 'M0030;2;0,31' 'P30;2;0,32'
write later.csv 'matricule;bulletin;arrondi' 'P30;2;0,33'
write stranger.csv 'matricule;arrondi' 'P31;0,31'
check "a donor has given" post N-1 "$WORK/old.csv"
check "its number changes" renumber M0030 P30
refuse "the month is not claimed again under the new number" 1 "line 2: " post N-2 "$WORK/new.csv"
check "the file under the old number is still recognised" post N-1 "$WORK/old.csv"
told "as recorded before" "^N-1 was recorded before"
refuse "both numbers in one file are one person" 1 "line 3 claims what line 2 does" post N-2 "$WORK/mixed.csv"
check "the new number gives on" post N-2 "$WORK/later.csv"
check "another donor comes" post N-3 "$WORK/stranger.csv"
refuse "whose number is taken" 1 "the new reference is a donor's" renumber M0030 P31
refuse "a number that gave nothing cannot change" 1 "the old reference is no donor's" renumber M0999 P999
refuse "nor a number with a blank" 1 "without a blank" renumber M0030 "P 30"
refuse "nor that of somebody who is no employer" 1 "is not an employer" \
	arrondi-ledger donor "$LEDGER" --member treasurer --rename M0030 P77
refuse "what is to be done must be said" 2 "--rename OLD NEW" arrondi-ledger donor "$LEDGER" --member "$COMPANY" M0030 P77

# ---- a company leaves with a debt, and with a credit ----

write last.csv 'matricule;arrondi' 'B1;0,40'
printf '%s\n' "$OTHER" >"$WORK/token"

check "another company posts its last month" post B-1 --state "$WORK/state-2" "$WORK/last.csv"
position=$(sed -n 's/.* at position //p' "$WORK/said")
check "and leaves" arrondi-ledger member "$LEDGER" retire --id "$OTHER_COMPANY"
write after.csv 'matricule;arrondi' 'B2;0,41'
refuse "its token opens nothing more" 1 "(401)" post B-2 --state "$WORK/state-2" "$WORK/after.csv"
refuse "nor does a new one come" 1 "not an active member" arrondi-ledger token "$LEDGER" issue --member "$OTHER_COMPANY"
refuse "a gift is not owed by it either" 1 "not an active member" record operator \
	"{\"kind\":\"gift\",\"date\":\"$TODAY\",\"payer\":\"$OTHER_COMPANY\",\"giver\":\"company\",\"fund\":\"emploi\",\"amount\":5}"
check "what it owed can still arrive, and more" record treasurer \
	"{\"kind\":\"settlement\",\"date\":\"$TODAY\",\"payer\":\"$OTHER_COMPANY\",\"amount\":100,\"settles\":$position}"
arrondi-report statement "$LEDGER" --member "$OTHER_COMPANY" >"$WORK/said" 2>&1
told "its statement shows the credit that stays" "0,60"
check "what is derived from the log stands" arrondi-ledger check "$LEDGER"
arrondi-ledger export "$LEDGER" "$WORK/export" >/dev/null
check "and an auditor finds no claim twice" arrondi-verify "$WORK/export" --vkey "$vkey"
stop_gateway
