#!/bin/bash
# A grantee that gives back what it did not need.
#
# It goes to the sub-balances that it came from: what was drawn last comes back first.
# shellcheck source=tests/stories/story.sh
. "$(dirname "$0")/story.sh"

earmarked() { gives VELO lilas 400.00 projets ',"earmark":"atelier-velo"'; }
free() { gives LIBRE lilas 300.00 projets; }

play() {
	company lilas 000001016
	bearer velo atelier-velo "Atelier vélo solidaire"
	in_any_order earmarked free
	transfers VIR lilas 700.00
	grant aide velo atelier-velo 600.00
	votes aide 1=for 2=for 3=for
	decides aide granted
	orders PAI aide velo 600.00
	not_recorded "restitution" treasurer "\"kind\":\"restitution\",\"grant\":${AT[aide]},\"amount\":1,\
\"date\":\"$TODAY\""
	paid FAIT PAI
	stands bank 100.00 fund:projets:free 100.00 fund:projets:atelier-velo 0.00

	gives_back RENDU aide 250.00
	stands bank 350.00 fund:projets:free 300.00 fund:projets:atelier-velo 50.00
	not_recorded "restitution" treasurer "\"kind\":\"restitution\",\"grant\":${AT[aide]},\"amount\":35001,\
\"date\":\"$TODAY\""
	gives_back RESTE aide 350.00
	stands bank 700.00 fund:projets:atelier-velo 400.00
	reads "Rendu" allocation
}

tell play
