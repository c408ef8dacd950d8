#!/bin/bash
# A grant in two tranches, of which the second waits for a report that never comes.
#
# The first is paid. The second cannot be ordered; the board cancels it, and the money
# is free again where it came from, the money drawn last first.
# shellcheck source=tests/stories/story.sh
. "$(dirname "$0")/story.sh"

earmarked() { gives VELO lilas 400.00 projets ',"earmark":"atelier-velo"'; }
free() { gives LIBRE lilas 300.00 projets; }

play() {
	company lilas 000001016
	bearer velo atelier-velo "Atelier vélo solidaire"
	in_any_order earmarked free
	transfers VIR lilas 700.00
	grant aide velo atelier-velo 600.00 ",\"tranches\":[{\"amount\":35000},{\"amount\":25000,\"condition\":\"bilan\"}]"
	votes aide 1=for 2=for 3=for
	decides aide granted
	stands fund:projets:atelier-velo 0.00 fund:projets:free 100.00
	orders PAI1 aide velo 350.00
	paid FAIT1 PAI1
	not_recorded "condition" treasurer "\"kind\":\"payment\",\"proposal\":${AT[aide]},\"amount\":1,\
\"payee\":\"$(digest "compte velo")\""

	cancels ANNUL aide 250.00
	stands committed:projets:atelier-velo 0.00 committed:projets:free 0.00 bank 350.00 \
		fund:projets:free 300.00 fund:projets:atelier-velo 50.00
	# A condition that is met too late opens nothing.
	meets BILAN aide bilan
	not_recorded "payment" treasurer "\"kind\":\"payment\",\"proposal\":${AT[aide]},\"amount\":1,\
\"payee\":\"$(digest "compte velo")\""
	reads "Annulé" allocation
}

tell play
