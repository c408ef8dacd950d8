#!/bin/bash
# A seat that loses its key: the four others give it a new one, and go on.
#
# What the old key signed before stays good; what it signs from then on counts no more,
# even in the hands of somebody who finds it.
# shellcheck source=tests/stories/story.sh
. "$(dirname "$0")/story.sh"

money() {
	company lilas 000001016
	posts PAYE lilas "$LAST_MONTH" "M1 9.00 41.00 emploi" "M2 9.00 41.00 emploi"
	transfers VIR lilas 100.00 PAYE
}
somebody() { seeker amina; }

play() {
	local vkey
	in_any_order money somebody
	support aide amina 60.00
	votes aide 5=for

	# Seat 5 has lost its key. The others vote for a new one.
	vkey=$(arrondi-keys generate --name siege-5 --out "$HOME_OF_PLAY/siege-5.new.pem")
	proposes vote "\"subject\":\"structure\",\"act\":{\"kind\":\"key\",\"member\":\"siege-5\",\"vkey\":\"$vkey\"}"
	votes vote 1=for 2=for 3=for 4=for
	decides vote granted
	not_recorded "this is not what proposal" operator \
		"\"kind\":\"key\",\"member\":\"siege-4\",\"vkey\":\"$vkey\",\"proposal\":${AT[vote]}"
	record key operator "\"kind\":\"key\",\"member\":\"siege-5\",\"vkey\":\"$vkey\",\"proposal\":${AT[vote]}"

	# The ballot of before counts; with two more the aid is granted.
	votes aide 1=for 2=for
	decides aide granted
	stands committed:emploi:free 60.00 fund:emploi:free 40.00

	# The old key is found by somebody, who tries it.
	support autre amina 10.00
	must arrondi-ledger ballot "$LEDGER" "${AT[autre]}" --seat siege-5 --vote for
	cp "$OUT" "$HOME_OF_PLAY/forged.txt"
	arrondi-keys sign --key "$HOME_OF_PLAY/siege-5.pem" "$HOME_OF_PLAY/forged.txt" >"$HOME_OF_PLAY/forged.note"
	must_not "key" arrondi-ledger vote "$LEDGER" "$HOME_OF_PLAY/forged.note"
	KEY_OF_SEAT=$HOME_OF_PLAY/siege-5.new.pem
	votes autre 5=for
	KEY_OF_SEAT=
	votes autre 1=for 2=for
	decides autre granted
	stands committed:emploi:free 70.00 fund:emploi:free 30.00
}

tell play
