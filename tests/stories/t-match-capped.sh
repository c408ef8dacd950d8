#!/bin/bash
# A match that is capped in the middle of a month, over two batches.
#
# The company doubles what its people give, up to 3.00 a month. Two sites post 2.00 each:
# the first batch is matched by 2.00, the second by what the cap leaves, 1.00. In the
# other order it is the other site that gets the 2.00; in all nothing changes.
# shellcheck source=tests/stories/story.sh
. "$(dirname "$0")/story.sh"

pantin() { posts PANTIN lilas "$LAST_MONTH" "M1 1.50" "M2 0.50"; }
bondy() { posts BONDY lilas "$LAST_MONTH" "M3 2.00"; }

play() {
	company lilas 000001016 --match-percent 100 --match-cap-month 300
	in_any_order pantin bondy
	stands receivable:lilas 7.00 pledged:general:free 7.00

	# One transfer pays both.
	transfers ALL lilas 7.00
	stands bank 7.00 fund:general:free 7.00 receivable:lilas 0.00

	# Terms that fall from here on: half, at most 1.00. Nothing was promised under them yet
	# but 3.00 was matched: the next batch of that month takes 2.00 back.
	must arrondi-ledger member "$LEDGER" change --id "${ID[lilas]}" --match-percent 50 \
		--match-cap-month 100
	posts LATE lilas "$LAST_MONTH" "M4 0.40"
	stands receivable:lilas 0.00 credit:lilas 1.60 fund:general:free 5.40 bank 7.00
}

tell play
