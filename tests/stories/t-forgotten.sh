#!/bin/bash
# An employee who leaves, asks to be forgotten, and is posted again.
#
# M2 had two payslips in its last month. What leads from it to its rows is destroyed; the
# rows, the totals and every proof stay. Payroll posts it once more by mistake: the file is
# refused whole, by that line. A correction of the month leaves its rows as they are.
# shellcheck source=tests/stories/story.sh
. "$(dirname "$0")/story.sh"

# Rows with the payslip's number: "matricule bulletin roundup [extra]".
slips() { # label day [options of arrondi-post...] -- row...
	local label=$1 day=$2 row words
	local -a options=()
	shift 2
	while [ "$1" != -- ]; do options+=("$1") && shift; done
	shift
	payroll lilas "$label" "$LAST_MONTH" "$day"
	echo 'matricule;bulletin;arrondi;don;fonds' >"$HOME_OF_PLAY/$label.csv"
	for row in "$@"; do
		read -ra words <<<"$row"
		echo "${words[0]};${words[1]#-};${words[2]};${words[3]:-0.00};emploi"
	done >>"$HOME_OF_PLAY/$label.csv"
	POST+=("${options[@]}")
}

month() {
	slips PAYE "$LAST_DAY" -- "M1 - 1.00" "M2 - 2.00" "M2 B2 0.50" "M3 - 4.00"
	must "${POST[@]}"
	AT[PAYE]=$(posted_at)
}
aid() { seeker amina; }

play() {
	company lilas 000001016
	in_any_order month aid
	transfers VIR lilas 7.50 PAYE
	stands fund:emploi:free 7.50 receivable:lilas 0.00

	forgets lilas M2
	grep -q 'art. L123-22' "$OUT" || stop_play "what is kept is said" "$OUT"
	ok "what is kept, and until when, is said"
	must_not "forgotten already" arrondi-ledger forget "$LEDGER" --member "${ID[lilas]}" --donor M2
	stands fund:emploi:free 7.50
	verified

	# Posted again, in another month and in the same.
	payroll lilas ENCORE "$BEFORE_MONTH" "$BEFORE_DAY" "M1 1.00" "M2 1.00"
	must_not "line 3" "${POST[@]}"
	grep -q 'asked to be forgotten' "$OUT" || stop_play "the reason is said" "$OUT"
	ok "the reason is said"
	posts SANS lilas "$BEFORE_MONTH" "M1 1.00"
	transfers VIR2 lilas 1.00

	# M3 gave 3.00 and not 4.00. M2's two rows are not in the file, and stay.
	slips FIX "$TODAY" --corrects "${AT[PAYE]}" --reason amount -- "M1 - 1.00" "M3 - 3.00"
	must "${POST[@]}"
	AT[FIX]=$(posted_at)
	stands fund:emploi:free 6.50 credit:lilas 1.00
	must arrondi-ledger show "$LEDGER" "${AT[FIX]}"
	grep -q '"count":4,' "$OUT" || stop_play "the corrected batch has four rows" "$OUT"
	ok "the rows of who was forgotten stay as they are"
	# The answer was lost, and payroll sends it again.
	must "${POST[@]}"
	grep -q 'kept as they are: 2 rows of donors who were forgotten: 2.50 EUR' "$OUT" ||
		stop_play "payroll is told what was kept" "$OUT"
	ok "payroll is told what was kept"
	stands fund:emploi:free 6.50 credit:lilas 1.00
	slips FAUX "$TODAY" --corrects "${AT[PAYE]}" --reason amount -- "M1 - 1.00" "M2 - 2.00" "M3 - 3.00"
	must_not "line 3" "${POST[@]}"
}

tell play
