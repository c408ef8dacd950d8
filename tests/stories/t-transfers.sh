#!/bin/bash
# One transfer for three batches, three transfers for one, and one that the bank undoes.
# shellcheck source=tests/stories/story.sh
. "$(dirname "$0")/story.sh"

three() {
	posts A lilas "$BEFORE_MONTH" "M1 1.00 0.00 emploi"
	posts B lilas "$LAST_MONTH" "M1 2.00 0.00 emploi"
	posts C lilas "$LAST_MONTH" "M2 3.00 0.00 emploi"
}
one() { posts D canal "$LAST_MONTH" "M1 6.00 4.00 emploi" "M2 0.00 2.00 projets"; }

play() {
	company lilas 000001016
	company canal 000004044
	in_any_order three one
	transfers ALL lilas 6.00 C
	stands receivable:lilas 0.00 credit:lilas 0.00

	# 5.00 over 10.00 and 2.00: 4.17 and 0.83; then 5.00 over 5.83 and 1.17: 4.16 and 0.84.
	transfers D1 canal 5.00 D
	stands receivable:canal 7.00 pledged:emploi:free 5.83 pledged:projets:free 1.17
	transfers D2 canal 5.00 D
	stands pledged:emploi:free 1.67 pledged:projets:free 0.33
	transfers D3 canal 2.50
	stands receivable:canal 0.00 credit:canal 0.50 fund:projets:free 2.00

	# The second one was a cheque that bounced: all of it is owed again.
	charges_back IMPAYE D2 5.00
	stands receivable:canal 5.00 credit:canal 0.50 bank 13.50
	transfers D4 canal 4.50
	stands receivable:canal 0.50
	refunds RENDU canal 0.50 bank
	stands credit:canal 0.00 bank 17.50
}

tell play
