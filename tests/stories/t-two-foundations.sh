#!/bin/bash
# A second foundation on the same machine: two ledgers that share nothing.
#
# The same company gives to both, under the same SIREN and the same payslips. Neither
# takes a batch, a ballot or a token for the other's.
# shellcheck source=tests/stories/story.sh
. "$(dirname "$0")/story.sh"

first() { posts PAYE lilas "$LAST_MONTH" "M1 2.00 48.00 emploi"; }
aid() { seeker amina; }

play() {
	local here=$HOME_OF_PLAY ledger=$LEDGER url token

	company lilas 000001016
	in_any_order first aid
	transfers VIR lilas 50.00 PAYE
	support aide amina 20.00
	votes aide 1=for 2=for 3=for
	must arrondi-ledger ballot "$LEDGER" "${AT[aide]}" --seat siege-4 --vote for
	cp "$OUT" "$here/note.txt"
	arrondi-keys sign --key "$here/siege-4.pem" "$here/note.txt" >"$here/note"
	token=$here/lilas.token

	# The other foundation: another origin, other funds' money, the same seats' names.
	found "$here/other" 's|ledger.ftc93.example/2026|ledger.ftc75.example/2026|'
	url=$URL
	company lilas 000001016
	posts PAYE lilas "$LAST_MONTH" "M1 2.00 3.00 emploi"
	stands receivable:lilas 5.00 fund:emploi:free 0.00
	must_not "ballot" arrondi-ledger vote "$LEDGER" "$here/note"
	payroll lilas PAYE-2 "$LAST_MONTH" "$LAST_DAY" "M2 1.00"
	cp "$token" "$HOME_OF_PLAY/lilas.token"
	must_not "token" "${POST[@]}"
	verified

	# And the first has not moved.
	HOME_OF_PLAY=$here LEDGER=$ledger OUT=$here/out
	[ -n "$url" ] || stop_play "the second gateway listened"
	start_gateway "$LEDGER" || exit 1
	decides aide granted
	stands bank 50.00 fund:emploi:free 30.00 committed:emploi:free 20.00 receivable:lilas 0.00
}

tell play
