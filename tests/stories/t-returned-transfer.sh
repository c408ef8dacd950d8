#!/bin/bash
# A transfer that the bank sends back: it is due again, and only a vote changes the payee.
# shellcheck source=tests/stories/story.sh
. "$(dirname "$0")/story.sh"

money() { gives DON lilas 500.00 emploi; transfers VIR lilas 500.00 DON; }
people() { seeker amina; }

play() {
	company lilas 000001016
	in_any_order money people
	support aide amina 120.00
	votes aide 1=for 2=for 3=for
	decides aide granted
	orders PAI aide amina 120.00
	paid FAIT PAI
	stands bank 380.00 committed:emploi:free 0.00
	returned RETOUR PAI
	stands bank 500.00 committed:emploi:free 120.00 fund:emploi:free 380.00
	not_recorded "returned" treasurer "\"kind\":\"returned\",\"payment\":${AT[PAI]},\"reason\":\"other\",\
\"date\":\"$TODAY\""
	not_recorded "payee" treasurer "\"kind\":\"payment\",\"proposal\":${AT[aide]},\"amount\":12000,\
\"payee\":\"$(digest "nouveau compte")\""

	proposes rib "\"subject\":\"payee\",\"grant\":${AT[aide]},\"payee\":\"$(digest "nouveau compte")\""
	votes rib 1=for 2=for 3=for
	decides rib granted
	record PAI2 treasurer "\"kind\":\"payment\",\"proposal\":${AT[aide]},\"amount\":12000,\
\"payee\":\"$(digest "nouveau compte")\""
	paid FAIT2 PAI2
	stands bank 380.00 committed:emploi:free 0.00 ordered:emploi:free 0.00
}

tell play
