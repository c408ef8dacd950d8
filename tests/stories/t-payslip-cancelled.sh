#!/bin/bash
# A payslip that is cancelled after its round-up was settled.
#
# M2's contract never began: the whole batch is sent again without it. What was paid for
# it is the company's credit. A second correction puts it back.
# shellcheck source=tests/stories/story.sh
. "$(dirname "$0")/story.sh"

pay() { posts PAYE lilas "$LAST_MONTH" "M1 3.20 0.00 emploi" "M2 6.80 10.00 projets"; }
aid() { seeker amina; }

play() {
	company lilas 000001016
	in_any_order pay aid
	transfers VIR lilas 20.00 PAYE
	stands bank 20.00 fund:emploi:free 3.20 fund:projets:free 16.80

	corrects FIX lilas PAYE payslip-cancelled "M1 3.20 0.00 emploi"
	stands fund:projets:free 0.00 fund:emploi:free 3.20 credit:lilas 16.80 bank 20.00

	# It was another one's payslip: the rows as they were, paid from the credit.
	corrects AGAIN lilas PAYE amount "M1 3.20 0.00 emploi" "M2 6.80 10.00 projets"
	stands fund:projets:free 16.80 credit:lilas 0.00 receivable:lilas 0.00
}

tell play
