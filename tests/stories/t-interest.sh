#!/bin/bash
# A seat with an interest, a ballot that is replaced, a proposal that is withdrawn.
# shellcheck source=tests/stories/story.sh
. "$(dirname "$0")/story.sh"

money() { gives DON lilas 500.00 emploi; transfers VIR lilas 500.00 DON; }
people() { seeker amina; seeker bilal; }

play() {
	company lilas 000001016
	in_any_order money people
	support aide amina 120.00
	votes aide 1=for 2=for 3=against
	# It was its cousin: what siege-1 has voted does not count any more.
	recuses interet 1 amina
	must arrondi-ledger ballot "$LEDGER" "${AT[aide]}" --seat siege-1 --vote for
	cp "$OUT" "$HOME_OF_PLAY/late.txt"
	arrondi-keys sign --key "$HOME_OF_PLAY/siege-1.pem" "$HOME_OF_PLAY/late.txt" >"$HOME_OF_PLAY/late.note"
	must_not "recused" arrondi-ledger vote "$LEDGER" "$HOME_OF_PLAY/late.note"
	must_not "undecided" arrondi-ledger decide "$LEDGER" "${AT[aide]}"
	# siege-3 has heard more, and votes anew.
	votes aide 3=for 4=against
	must_not "undecided" arrondi-ledger decide "$LEDGER" "${AT[aide]}"
	votes aide 5=for
	decides aide granted
	if ! grep -q '"for":3' "$OUT" || ! grep -q '"recused":1' "$OUT"; then
		stop_play "three for, one recused" "$OUT"
	fi
	stands fund:emploi:free 380.00

	support autre bilal 50.00
	votes autre 1=for 2=for
	must_not "withdrawn" arrondi-ledger decide "$LEDGER" "${AT[autre]}" --withdraw --by siege-2
	decides autre withdrawn --withdraw --by siege-1
	must_not "is decided" arrondi-ledger vote "$LEDGER" "$HOME_OF_PLAY/ballot.note"
	stands fund:emploi:free 380.00 committed:emploi:free 120.00
}

tell play
