#!/bin/bash
# A quorum that is not met, and 250 euros that are needed tonight.
#
# The board has delegated two of its seats to help at once, within limits. What they
# have granted is shown as not ratified until the board has voted on it.
# shellcheck source=tests/stories/story.sh
. "$(dirname "$0")/story.sh"

money() { gives DON lilas 2000.00 emploi; transfers VIR lilas 2000.00 DON; }
people() { seeker amina; seeker bilal; }

# Decides under the delegation: the two seats have voted.
tonight() { # label beneficiary amount
	support "$1" "$2" "$3"
	votes "$1" 1=for 2=for
}

play() {
	company lilas 000001016
	in_any_order money people
	tonight aide amina 250.00
	must_not "undecided" arrondi-ledger decide "$LEDGER" "${AT[aide]}"

	carries_out deleg "\"kind\":\"delegation\",\"fund\":\"emploi\",\"per_act\":30000,\
\"per_beneficiary\":40000,\"per_month\":60000,\"seats\":[\"siege-1\",\"siege-2\"],\
\"until\":\"$EXPIRY\",\"votes\":2"
	decides aide granted --delegation "${AT[deleg]}"
	orders PAI aide amina 250.00
	paid FAIT PAI
	stands fund:emploi:free 1750.00 bank 1750.00
	reads "Accordée, non ratifiée" allocation --format json

	# Above what one act, one person or the month may get, the board decides.
	tonight deux amina 250.00
	must_not "for this beneficiary" arrondi-ledger decide "$LEDGER" "${AT[deux]}" --delegation "${AT[deleg]}"
	tonight trois bilal 300.00
	decides trois granted --delegation "${AT[deleg]}"
	tonight quatre amina 100.00
	must_not "in this month" arrondi-ledger decide "$LEDGER" "${AT[quatre]}" --delegation "${AT[deleg]}"

	proposes ratif "\"subject\":\"ratification\",\"ratifies\":[{\"grant\":${AT[aide]}},{\"grant\":${AT[trois]}}]"
	votes ratif 3=for 4=for 5=for
	decides ratif granted
	must arrondi-report allocation "$LEDGER" --format json
	! grep -q "Accordée, non ratifiée" "$OUT" || stop_play "they are ratified" "$OUT"
	ok "the board has ratified them"
	stands fund:emploi:free 1450.00 committed:emploi:free 300.00
}

tell play
