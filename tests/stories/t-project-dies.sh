#!/bin/bash
# 10 000 euros promised to a project, of which half comes; then the project dies.
#
# What came waits for the funder's word: a part of it goes, with its written consent, to
# help for job seekers; the rest is given back. What never came is given up.
# shellcheck source=tests/stories/story.sh
. "$(dirname "$0")/story.sh"

money() { transfers VIR lilas 5000.00 PROMESSE; }
others() { gives DON lilas 100.00 projets; }

play() {
	company lilas 000001016
	bearer velo atelier-velo "Atelier vélo solidaire"
	promises PROMESSE lilas 10000.00 projets atelier-velo
	in_any_order money others
	stands fund:projets:atelier-velo 5000.00 receivable:lilas 5100.00 bank 5000.00

	# While the project is open its money stays.
	not_recorded "redirect" treasurer "\"kind\":\"redirect\",\"of\":${AT[PROMESSE]},\"amount\":100,\
\"fund\":\"emploi\",\"consent\":\"$(digest accord)\""
	record closed operator "\"kind\":\"project\",\"id\":\"atelier-velo\",\"title\":\"Atelier vélo solidaire\",\
\"bearer\":\"bearer:velo\",\"status\":\"closed\""
	# No more than has come of it.
	not_recorded "redirect" treasurer "\"kind\":\"redirect\",\"of\":${AT[PROMESSE]},\"amount\":500001,\
\"fund\":\"emploi\",\"consent\":\"$(digest accord)\""
	redirects AUTRE PROMESSE 2000.00 emploi
	stands fund:projets:atelier-velo 3000.00 fund:emploi:free 2000.00 bank 5000.00
	refunds RENDU lilas 3000.00 bank PROMESSE
	stands fund:projets:atelier-velo 0.00 bank 2000.00 receivable:lilas 5100.00
	writes_off ABANDON lilas PROMESSE 5000.00
	stands receivable:lilas 100.00 pledged:projets:atelier-velo 0.00
	reads "Créances abandonnées" allocation
}

tell play
