#!/bin/bash
# A customer's credit note: an invoice of last month is taken back, with its round-up.
#
# It was not transferred yet: the company then owes that much less. Another credit note
# comes after the transfer, and makes a credit.
# shellcheck source=tests/stories/story.sh
. "$(dirname "$0")/story.sh"

shop() { invoices FACT canal "$LAST_MONTH" "C1 F-1 0.40 particulier emploi" "C2 F-2 0.65 vendeur" "C3 F-3 1.20"; }
aid() { seeker amina; }

play() {
	company canal 000004044
	in_any_order shop aid
	stands receivable:canal 2.25 pledged:emploi:free 0.40 pledged:general:free 1.85
	credits_invoices AVOIR canal FACT "$LAST_MONTH" "C1 F-1 0.40 particulier emploi" "C2 F-2 0.65 vendeur"
	stands receivable:canal 1.05 pledged:general:free 0.65
	transfers VIR canal 1.05 FACT
	stands bank 1.05 fund:emploi:free 0.40 fund:general:free 0.65

	credits_invoices AVOIR2 canal FACT "$LAST_MONTH" "C2 F-2 0.65 vendeur"
	stands fund:emploi:free 0.00 credit:canal 0.40 bank 1.05
	# The invoice's number may be claimed again, since no batch has it now.
	invoices REPRISE canal "$LAST_MONTH" "C1 F-1 0.50 particulier emploi"
	stands receivable:canal 0.10 credit:canal 0.00 fund:emploi:free 0.40
}

tell play
