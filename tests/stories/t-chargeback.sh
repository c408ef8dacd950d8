#!/bin/bash
# A gift that its donor takes back through the bank, after the money was granted.
#
# That has happened, and is recorded though the fund goes below zero: it is shown
# everywhere, nothing is decided from it, and the next gifts fill it.
# shellcheck source=tests/stories/story.sh
. "$(dirname "$0")/story.sh"

gift() { gives DON stripe 100.00 emploi; }
aid() { seeker amina; }

play() {
	provider stripe
	in_any_order gift aid
	transfers VIR stripe 100.00 DON
	support aide amina 90.00
	votes aide 1=for 2=for 3=for
	decides aide granted
	stands fund:emploi:free 10.00 committed:emploi:free 90.00 bank 100.00

	charges_back IMPAYE DON 100.00
	stands fund:emploi:free -90.00 credit:stripe 100.00
	reads "Fonds à découvert" receivables
	reads "Fonds à découvert" statement --member "${ID[stripe]}"
	reads "à découvert" allocation
	curl -sS --max-time 20 "$URL/metrics" >"$OUT" || stop_play "the metrics"
	grep -q '^arrondi_fund_overdrawn_cents{fund="emploi",earmark="-"} 9000$' "$OUT" ||
		stop_play "the metrics tell what is overdrawn" "$OUT"
	ok "the metrics tell what is overdrawn"
	not_recorded "overdrawn" siege-1 "\"kind\":\"proposal\",\"subject\":\"support\",\"fund\":\"emploi\",\
\"beneficiary\":\"${ID[amina]}\",\"amount\":1,\"purpose\":\"mobilite\",\
\"payee\":\"$(digest compte)\",\"expires_on\":\"$EXPIRY\""

	# The provider keeps from its next payouts what it had to give back.
	gives DON2 stripe 150.00 emploi
	stands fund:emploi:free 10.00 credit:stripe 0.00 receivable:stripe 50.00
	support encore amina 5.00
	# The dispute is won after all: the provider owes the money again.
	reverses GAGNE IMPAYE chargeback-won
	stands receivable:stripe 150.00 fund:emploi:free 10.00
	transfers VIR2 stripe 150.00
	stands fund:emploi:free 160.00 bank 250.00
}

tell play
