#!/bin/bash
# A month of a payment provider: gifts and its fees, refunds of which one fails, a dispute
# that is won, a payout that fails and one that arrives.
#
# The gift is what its giver gave, the fee an expense of the foundation; and what the
# provider owes us is at each step what its own balance says.
# shellcheck source=tests/stories/story.sh
. "$(dirname "$0")/story.sh"

tells() { # label kind json-members
	record "$1" "${ID[stripe]}" "\"kind\":\"$2\",\"date\":\"$TODAY\",\"delivery\":\"$(digest "$1")\",$3"
}
pays_out() { tells "$1" payout "\"payer\":\"${ID[stripe]}\",\"amount\":$(cents "$2")"; }
keeps() { # label amount [of]
	tells "$1" fee "\"payer\":\"${ID[stripe]}\",\"amount\":$(cents "$2")${3:+,\"of\":${AT[$3]}}"
}
gives_through() { # label amount fund
	tells "$1" gift "\"payer\":\"${ID[stripe]}\",\"giver\":\"person\",\"fund\":\"$3\",\"amount\":$(cents "$2")"
}
sends_back() { # label amount of
	tells "$1" refund "\"payer\":\"${ID[stripe]}\",\"amount\":$(cents "$2"),\"through\":\"payer\",\
\"reason\":\"asked\",\"of\":${AT[$3]}"
}
turns_out() { tells "$1" reversal "\"of\":${AT[$2]},\"reason\":\"$3\""; } # label of reason

first() {
	gives_through DON1 50.00 emploi
	keeps FRAIS1 1.00 DON1
}
second() {
	gives_through DON2 80.00 projets
	keeps FRAIS2 1.37 DON2
}

play() {
	provider stripe
	provider mollie
	in_any_order first second
	stands fund:fonctionnement:free -2.37 receivable:stripe 127.63

	# In two parts; the second one does not reach the donor.
	sends_back R1 10.01 DON1
	sends_back R2 9.99 DON1
	not_recorded "more than the" "${ID[stripe]}" "\"kind\":\"refund\",\"date\":\"$TODAY\",\"of\":${AT[DON1]},\
\"payer\":\"${ID[stripe]}\",\"amount\":3001,\"through\":\"payer\",\"reason\":\"asked\""
	stands receivable:stripe 107.63
	turns_out R2-ECHOUE R2 refund-failed
	stands receivable:stripe 117.62 fund:emploi:free 1.00

	# The payout is in transit, and comes back.
	pays_out V1 117.62
	stands receivable:stripe 0.00 transit:stripe 117.62 fund:emploi:free 39.99 fund:projets:free 80.00 bank 0.00
	reads "pas encore en banque" allocation
	turns_out V1-ECHOUE V1 payout-failed
	stands receivable:stripe 117.62 transit:stripe 0.00 fund:emploi:free 1.00 fund:projets:free 1.37
	pays_out V2 117.62
	transfers VIR2 stripe 117.62 V2
	stands transit:stripe 0.00 bank 117.62 fund:emploi:free 39.99

	# A dispute takes the gift back, and 15.00 for itself; it is won, the fee is not.
	tells LITIGE chargeback "\"of\":${AT[DON2]},\"amount\":8000"
	keeps FRAIS-LITIGE 15.00
	stands credit:stripe 95.00 fund:projets:free 0.00 fund:fonctionnement:free -17.37
	reads "Fonds à découvert" receivables
	not_recorded "a provider undoes its own" "${ID[mollie]}" "\"kind\":\"reversal\",\"date\":\"$TODAY\",\
\"of\":${AT[LITIGE]},\"reason\":\"chargeback-won\""
	turns_out GAGNE LITIGE chargeback-won
	stands credit:stripe 15.00 receivable:stripe 0.00 fund:projets:free 80.00

	# What it keeps of the next gift is what it is owed.
	gives_through DON3 40.00 emploi
	stands credit:stripe 0.00 receivable:stripe 25.00 fund:emploi:free 54.99
	pays_out V3 25.00
	transfers VIR3 stripe 25.00 V3
	stands fund:emploi:free 79.99 bank 142.62 transit:stripe 0.00

	# V3 failed after all, and the provider says so before the bank does.
	turns_out V3-ECHOUE V3 payout-failed
	stands transit:stripe -25.00 receivable:stripe 25.00 bank 142.62
	charges_back REPRIS VIR3 25.00
	stands transit:stripe 0.00 bank 117.62
	pays_out V4 25.00
	transfers VIR4 stripe 25.00 V4
	# 170.00 were given, 10.01 went back, 17.37 were kept.
	stands fund:emploi:free 79.99 fund:projets:free 80.00 fund:fonctionnement:free -17.37 bank 142.62
	stands receivable:stripe 0.00 credit:stripe 0.00 pledged:emploi:free 0.00
	reads "Versement annoncé" statement --member "${ID[stripe]}"
	reads "Frais retenus" statement --member "${ID[stripe]}"
	reads "Dépensé" allocation
}

tell play
