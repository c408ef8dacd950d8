#!/usr/bin/env bash
# t-55-correction.sh - a batch as it should have been: gateway/api_correction.c,
# ledger/claims_change.c and ledger/ledger_claims.c, from outside.
. "$(dirname "$0")/harness.sh"
. tests/foundation_rig.sh

state=$WORK/state
key=$WORK/company.pem
head='matricule;arrondi;don;fonds'

write() { printf '%s\n' "${@:2}" >"$WORK/$1"; } # file line...
write a.csv "$head" 'M1;0,50;1,00;emploi' 'M2;0,50;0,00;projets'
write mended.csv "$head" 'M1;0,50;0,30;emploi' 'M3;0,20;0,00;emploi'
write again.csv "$head" 'M1;0,50;0,40;emploi'
write none.csv "$head"
write m1.csv "$head" 'M1;0,10;0,00;emploi'
write m2.csv "$head" 'M2;0,10;0,00;emploi'
write m3.csv "$head" 'M3;0,20;0,00;projets'
write bad.csv "$head" 'M1;1,50;0,00;emploi' 'M2;0,10;0,00;inconnu'

check "a foundation is made" make_foundation
printf '%s\n' "$EMPLOYER" >"$WORK/token"
printf '%s\n' "$OTHER" >"$WORK/other-token"
chmod 600 "$WORK/token" "$WORK/other-token"
vkey=$(<"$WORK/log.vkey")
start_gateway "$LEDGER" || exit 1

post() { # reference [options...] file
	local reference=$1
	shift
	arrondi-post --url "$URL" --token-file "$WORK/token" --vkey "$vkey" --state "$state" \
		--source salary --step 1.00 --terms "$TERMS" --period "$MONTH" --collected-on "$TODAY" \
		--reference "$reference" "$@" >"$WORK/said" 2>&1
	local status=$?
	cat "$WORK/said"
	return $status
}
told() { # sentence regex
	check "$1" grep -qE -- "$2" "$WORK/said"
}
audit() { # [options...]
	rm -rf "$WORK/export"
	arrondi-ledger export "$LEDGER" "$WORK/export" >/dev/null &&
		arrondi-verify "$WORK/export" --vkey "$vkey" "$@" >"$WORK/said" 2>&1
	local status=$?
	cat "$WORK/said"
	return $status
}

check "a batch is posted" post P-1 "$WORK/a.csv"
batch=$(sed -n 's/.* at position //p' "$WORK/said")
size=$(ledger_size)

# ---- shown, and not sent ----

refuse "a correction has a reason" 2 "given together" post C-1 --corrects "$batch" "$WORK/mended.csv"
refuse "which is one of four" 1 "reason" post C-1 --corrects "$batch" --reason whim "$WORK/mended.csv"
refuse "a batch has none" 2 "given together" post C-1 --reason amount "$WORK/mended.csv"
check "a dry run shows what it would change" \
	post C-1 --corrects "$batch" --reason amount --dry-run "$WORK/mended.csv"
told "per fund and giver" '^  emploi, person: 1\.00 EUR, was 1\.50 EUR: -0\.50 EUR$'
told "where nothing is left of it, too" '^  projets, person: 0\.00 EUR, was 0\.50 EUR: -0\.50 EUR$'
told "of the match" '^  emploi, match: -1\.00 EUR$'
told "and what becomes credit" '^becomes credit: 0\.00 EUR$'
same "and records nothing" "$size" "$(ledger_size)"
refuse "every bad row is named" 1 "line 2: roundup" post C-1 --corrects "$batch" --reason amount "$WORK/bad.csv"
refuse "rows of another period are another batch" 1 "period" \
	post C-1 --corrects "$batch" --reason amount --period "$(date -d "$MONTH-01 -1 day" +%Y-%m)" "$WORK/mended.csv"
refuse "what is no batch cannot be corrected" 1 "not a batch of this company" \
	post C-1 --corrects 1 --reason amount "$WORK/mended.csv"
refuse "nor another company's" 1 "not a batch of this company" \
	post C-1 --corrects "$batch" --reason amount --token-file "$WORK/other-token" "$WORK/mended.csv"
same "and nothing was recorded of all that" "$size" "$(ledger_size)"

# ---- sent ----

check "a correction is recorded" post C-1 --corrects "$batch" --reason amount "$WORK/mended.csv"
told "after it was shown" '^changes:$'
told "and told" '^C-1 is recorded at position [0-9]+$'
told "with what is left to transfer" '^to transfer: 2\.00 EUR$'
correction=$(sed -n 's/.* at position //p' "$WORK/said")
check "the same again is recognised" post C-1 --corrects "$batch" --reason amount "$WORK/mended.csv"
told "as what it is" "C-1 was recorded before at position $correction"
refuse "with other rows it is a conflict" 1 "C-1" post C-1 --corrects "$batch" --reason amount "$WORK/again.csv"
check "its rows stand beside the log" \
	test "$(api GET "/rows/$correction" "$EMPLOYER" >/dev/null 2>&1; grep -c '"tag"' "$BODY")" = 2
refuse "what stays in it is claimed still" 1 "claimed" post P-2 "$WORK/m1.csv"
refuse "and what came into it" 1 "claimed" post P-2 "$WORK/m3.csv"
check "what left it is free again" post P-2 "$WORK/m2.csv"
refuse "and cannot come back" 1 "claimed" post C-2 --corrects "$batch" --reason amount "$WORK/a.csv"
check "a correction is corrected" post C-2 --corrects "$batch" --reason amount "$WORK/again.csv"
check "and the batch emptied" post C-3 --corrects "$batch" --reason payslip-cancelled "$WORK/none.csv"
check "so all of it is free" post P-3 "$WORK/m1.csv"

# ---- settled, then corrected ----

send /v1/settlements "$TREASURER" "{\"ref\":\"S-1\",\"payer\":\"$COMPANY\",\"amount\":40,\"date\":\"$TODAY\"}"
answered "the company pays 20 cents and their match" 201
check "a dry run tells the credit" \
	post C-4 --corrects "$((correction + 1))" --reason no-consent --dry-run "$WORK/none.csv"
told "of what was paid" '^becomes credit: 0\.20 EUR$'
check "it is recorded" post C-4 --corrects "$((correction + 1))" --reason no-consent "$WORK/none.csv"
check "and the next batch uses it" post P-4 "$WORK/m3.csv"
told "so that less is to be transferred" '^to transfer: 0\.20 EUR$'

# ---- signed ----

company_vkey=$(arrondi-keys generate --name "$COMPANY" --out "$key")
check "the operator records the company's key" \
	arrondi-ledger member "$LEDGER" key --id "$COMPANY" --vkey "$company_vkey"
check "a signed correction is recorded" \
	post C-5 --corrects "$batch" --reason amount --key "$key" "$WORK/none.csv"
told "with the company's signature" "^signed by $COMPANY"

# ---- the auditor ----

check "the ledger's projections agree" arrondi-ledger check "$LEDGER"
check "an auditor finds all in order" audit
check "with two threads" audit --threads 2
check "a row of a correction is proved" \
	sh -c "arrondi-ledger proof '$LEDGER' $correction --row \
		$(grep -o '"tag":"[0-9a-f]*"' "$WORK/export/rows/$correction" | head -n 1 | cut -d'"' -f4) >'$WORK/row.proof' &&
		arrondi-verify '$WORK/export' --vkey '$vkey' --proof '$WORK/row.proof'"
for report in allocation receivables journal "statement --member $COMPANY"; do
	# The words are meant to be words.
	# shellcheck disable=SC2086
	set -- $report
	arrondi-report "$1" "$LEDGER" "${@:2}" >"$WORK/from-ledger"
	check "the $1 report is drawn" test -s "$WORK/from-ledger"
done
check "and the statement names the corrections" grep -q "Rectification d'un lot" "$WORK/from-ledger"
rm "$WORK/export/rows/$batch"
check "rows may be withheld of the batch" sh -c "arrondi-verify '$WORK/export' --vkey '$vkey' >'$WORK/said'"
told "which is told" "stand on their totals alone"
sed -i 's/"extra":30/"extra":31/' "$WORK/export/rows/$correction"
refuse "a row of a correction that was changed is found" 1 "rows" \
	arrondi-verify "$WORK/export" --vkey "$vkey"
check "the projections can be rebuilt" arrondi-ledger rebuild "$LEDGER"
stop_gateway
check "and agree again" arrondi-ledger check "$LEDGER"
