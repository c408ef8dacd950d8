#!/bin/bash
# A company that leaves with a balance: what it owes is given up, what it has paid too
# much is given back. Its rows stay; its name may not post any more.
# shellcheck source=tests/stories/story.sh
. "$(dirname "$0")/story.sh"

owes() { posts A lilas "$LAST_MONTH" "M1 4.00 0.00 emploi"; }
paid_too_much() {
	posts B canal "$LAST_MONTH" "M1 1.00 0.00 emploi"
	transfers VIR canal 1.50
}

play() {
	company lilas 000001016
	company canal 000004044
	in_any_order owes paid_too_much
	transfers PART lilas 1.00 A
	must arrondi-ledger member "$LEDGER" retire --id "${ID[lilas]}"
	must arrondi-ledger member "$LEDGER" retire --id "${ID[canal]}"
	stands receivable:lilas 3.00 credit:canal 0.50
	payroll lilas LATE "$LAST_MONTH" "$LAST_DAY" "M2 1.00"
	must_not "token is not known" "${POST[@]}"

	writes_off ABANDON lilas A 3.00
	refunds RENDU canal 0.50 bank
	stands receivable:lilas 0.00 credit:canal 0.00 bank 2.00 fund:emploi:free 2.00
	# It pays after all: the write-off is undone, and the money is where it was meant.
	transfers APRES lilas 3.00
	reverses RETOUR ABANDON recovered
	stands receivable:lilas 0.00 credit:lilas 0.00 fund:emploi:free 5.00 bank 5.00
}

tell play
