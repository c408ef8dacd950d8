#!/bin/bash
# A charter that changes in the middle of the year: a fund, the consent terms, a quorum,
# the treasurer. What was collected before is posted under the terms of before.
# shellcheck source=tests/stories/story.sh
. "$(dirname "$0")/story.sh"

fund() {
	carries_out LOGEMENT "\"kind\":\"amendment\",\"funds\":[{\"id\":\"logement\",\"label\":\"Logement\",\
\"class\":\"courant\"}]"
}
people() { seeker amina; }

play() {
	company lilas 000001016
	payroll lilas EARLY "$LAST_MONTH" "$LAST_DAY" "M1 1.00 0.00 logement"
	must_not "is not a fund of the foundation" "${POST[@]}"
	in_any_order fund people
	posts PAYE lilas "$LAST_MONTH" "M1 1.00 4.00 logement"
	transfers VIR lilas 5.00
	stands fund:logement:free 5.00

	carries_out TERMES "\"kind\":\"amendment\",\"terms\":\"2027-01\""
	# Last month's pay was given under the terms of then; today's may be under either.
	posts TARD lilas "$LAST_MONTH" "M2 2.00"
	TERMS=2027-01
	payroll lilas FAUX "$LAST_MONTH" "$LAST_DAY" "M3 2.00"
	must_not "terms" "${POST[@]}"
	TERMS=2026-09

	# Four votes for a small support from here on.
	carries_out QUORUM "\"kind\":\"amendment\",\"quorum\":{\"present\":4,\"steps\":[{\"votes\":4}],\
\"monthly_ceiling\":{}}"
	gives DON lilas 100.00 emploi
	transfers VIR2 lilas 102.00
	support aide amina 10.00
	votes aide 1=for 2=for 3=for
	must_not "undecided" arrondi-ledger decide "$LEDGER" "${AT[aide]}"
	votes aide 4=for
	decides aide granted

	carries_out TRESOR "\"kind\":\"amendment\",\"treasurer\":\"tresorier-2\""
	not_recorded "not an active member" treasurer "\"kind\":\"payment\",\"proposal\":${AT[aide]},\
\"amount\":1000,\"payee\":\"$(digest "compte amina")\""
	record PAI tresorier-2 "\"kind\":\"payment\",\"proposal\":${AT[aide]},\"amount\":1000,\
\"payee\":\"$(digest "compte amina")\""
	stands ordered:emploi:free 10.00 fund:emploi:free 90.00
}

tell play
