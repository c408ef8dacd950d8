#!/bin/bash
# A company that changes its SIREN with a balance, and whose people stay who they are.
#
# The new one owes what the old one owed, under the same references. Who has withdrawn,
# or asked to be forgotten, is not collected from again under the new name; the others
# need not be asked anew.
# shellcheck source=tests/stories/story.sh
. "$(dirname "$0")/story.sh"

october() { posts PAYE lilas "$BEFORE_MONTH" "M1 1.00" "M2 2.00" "M3 4.00"; }
aid() { seeker amina; }

play() {
	company lilas 000001016
	in_any_order october aid
	transfers VIR lilas 5.00 PAYE
	forgets lilas M2
	must arrondi-ledger consent "$LEDGER" --member "${ID[lilas]}" --donor M3 --withdraw "$BEFORE_DAY"

	company nouveau 000002022 --continues "${ID[lilas]}"
	stands receivable:lilas 0.00 receivable:nouveau 2.00
	transfers RESTE nouveau 2.00 PAYE
	stands receivable:nouveau 0.00 pledged:general:free 0.00 fund:general:free 7.00

	payroll nouveau NOV "$LAST_MONTH" "$LAST_DAY" "M1 1.00" "M2 1.00" "M3 1.00"
	must_not "line 3" "${POST[@]}"
	grep -q 'line 4' "$OUT" || stop_play "the withdrawal holds" "$OUT"
	ok "the withdrawal holds"
	posts NOV2 nouveau "$LAST_MONTH" "M1 1.00" "M4 3.00"
	must arrondi-ledger consent "$LEDGER" --member "${ID[nouveau]}" --donor M1
	grep -q "$BEFORE_DAY" "$OUT" || stop_play "a consent goes on from its day" "$OUT"
	ok "a consent goes on from its day"
	stands receivable:nouveau 4.00
}

tell play
