#!/usr/bin/env bash
# t-57-consent.sh - the register of consents (ledger/cmd_consent.c, and
# gateway/batch_input.c's column `consentement`): filled by what payroll posts, asked for
# each row, changed by the operator, listed for who has to show it.
# The rig gives the variables that this script seems to use unset.
# shellcheck disable=SC2154
. "$(dirname "$0")/harness.sh"
. tests/foundation_rig.sh

check "a foundation is made" make_foundation
start_gateway "$LEDGER" || exit 1

TODAY=$(TZ=$PARIS date +%F)
YESTERDAY=$(TZ=$PARIS date -d yesterday +%F)

post() { # reference row... : the status; the answer is in $BODY
	local reference=$1
	shift
	printf '%s\n' 'matricule;arrondi;don;consentement' "$@" >"$WORK/rows"
	api POST "/v1/batches?$(batch_query "$reference")" "$EMPLOYER" "$WORK/rows" text/csv
}

consent() { arrondi-ledger consent "$LEDGER" --member "$COMPANY" "$@" 2>&1; }

# ---- filled by what is posted ----

post PAYE-1 'M1;0,10;1,00;' 'M2;0,20;;'
answered "a first batch is taken" 201
same "its donors' consents are registered" 2 "$(consent --export | grep -c ',in force,')"
consent --donor M1 >"$WORK/out"
check "with terms, day and amounts" grep -q ",in force,$TERMS,$TODAY,,,1.00,1.00," "$WORK/out"
same "the register names nobody" 0 "$(consent --export | grep -c 'M[12]')"
same "who has none is said to have none" 1 "$(consent --donor M9 >/dev/null; echo $?)"

# ---- withdrawn ----

check "a consent is withdrawn" consent --donor M1 --withdraw "$YESTERDAY"
post PAYE-2 'M1;0,10;1,00;' 'M3;0,30;;'
answered "a row after the withdrawal is refused" 422 'has withdrawn the consent'
check "by its line" grep -q '"line":2' "$BODY"
same "with all of its batch" 0 "$(consent --donor M3 >/dev/null; echo $((! $?)))"
post PAYE-3 "M1;0,10;1,00;$TODAY" 'M3;0,30;;'
answered "a new consent is stated by its day" 409 'claimed this already'
arrondi-ledger consent "$LEDGER" --export --member "$COMPANY" --donor M1 >"$WORK/history"
same "what it replaced is kept" 2 "$(grep -c ',replaced,' "$WORK/history")"
check "the withdrawal with it" grep -q ",replaced,$TERMS,$TODAY,,$YESTERDAY," "$WORK/history"
post PAYE-4 "M4;0,10;;2099-01-01"
answered "a consent of after the collection is none" 422 'is a day after the collection'

# ---- the operator's word ----

check "a consent on paper is registered" consent --donor M5 --terms "$TERMS" --from "$YESTERDAY" \
	--until "$YESTERDAY" --extra 2.00 --receipt yes --fund emploi
post PAYE-5 'M5;0,10;;'
answered "and ends on its last day" 422 'consent has ended'
check "another one gives other terms" consent --donor M6 --terms 2020-01 --from 2020-01-01
post PAYE-6 'M6;0,10;;'
answered "which do not cover these" 422 'has consented to other terms'
post PAYE-7 "M6;0,10;;$TODAY"
answered "before the donor has agreed to these, too" 201
same "a word that is none is refused" 2 "$(consent --donor M6 --receipt perhaps >/dev/null; echo $?)"
check "a donor with a new number keeps its consent" \
	arrondi-ledger donor "$LEDGER" --member "$COMPANY" --rename M6 M600
consent --donor M600 >"$WORK/out"
check "as the register shows" grep -q ",in force,$TERMS,$TODAY," "$WORK/out"

# ---- forgotten ----

post PAYE-8 'M8;0,10;;'
answered "a donor gives" 201
check "and is forgotten" arrondi-ledger forget "$LEDGER" --member "$COMPANY" --donor M8
same "its consent names nobody any more" 1 "$(consent --donor M8 >/dev/null; echo $?)"
post PAYE-9 'M8;0,20;;'
answered "it is not taken for a new one" 422 'has asked to be forgotten'

# ---- outside of the log ----

stop_gateway
check "the ledger agrees with itself" arrondi-ledger check "$LEDGER"
check "it is exported" arrondi-ledger export "$LEDGER" "$WORK/export"
check "and verified" arrondi-verify "$WORK/export" --vkey "$(<"$WORK/log.vkey")"
