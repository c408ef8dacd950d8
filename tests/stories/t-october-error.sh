#!/bin/bash
# A payroll of last month in which an error is found after the 20th, when it was paid.
#
# M2 gave 5.00 and not 50.00: 45.00 too much were transferred. They are the company's
# credit and pay its next payroll; the match follows its formula.
# shellcheck source=tests/stories/story.sh
. "$(dirname "$0")/story.sh"

october() { posts PAYE lilas "$BEFORE_MONTH" "M1 2.00 8.00 emploi" "M2 5.00 45.00 emploi"; }
others() { company canal 000004044; posts AUTRE canal "$BEFORE_MONTH" "M1 3.00"; }

play() {
	company lilas 000001016 --match-percent 50 --match-cap-month 10000
	in_any_order october others
	stands receivable:lilas 90.00 pledged:emploi:free 90.00
	transfers VIR lilas 90.00 PAYE
	stands bank 90.00 fund:emploi:free 90.00 receivable:lilas 0.00

	# 45.00 less of rows, and 22.50 less of match, leave the fund again.
	corrects FIX lilas PAYE amount "M1 2.00 8.00 emploi" "M2 5.00 0.00 emploi"
	stands fund:emploi:free 22.50 credit:lilas 67.50 receivable:lilas 0.00 bank 90.00

	# The next month: 40.00 and 20.00 of match are paid from it; 7.50 are left.
	posts NOV lilas "$LAST_MONTH" "M1 0.00 40.00 emploi"
	stands fund:emploi:free 82.50 credit:lilas 7.50 receivable:lilas 0.00 bank 90.00
	reads "Rectification" statement --member "${ID[lilas]}"
}

tell play
