#!/bin/bash
# The machine burns. Last night's backup goes on elsewhere, as a new log to which the
# seats consent; what came after the backup is recorded again, and an auditor who holds
# both exports is told what was lost, until nothing is.
# shellcheck source=tests/stories/story.sh
. "$(dirname "$0")/story.sh"

NEW_ORIGIN=ledger.nouvelle.example/2026

october() {
	company lilas 000001016
	posts PAYE lilas "$LAST_MONTH" "M1 9.00 41.00 emploi" "M2 9.00 41.00 emploi"
	transfers VIR lilas 100.00 PAYE
}
somebody() { seeker amina; }

# What came after the backup; told again, it must be the same.
gift_after() { gives don lilas 25.00 emploi ',"ref":"DON-1"'; }
batch_after() { posts PAYE-2 lilas "$BEFORE_MONTH" "M1 3.00" "M2 2.00"; }

consents() { # seat...
	local seat
	for seat in "$@"; do
		must arrondi-ledger succession "$LEDGER" text --reason restored --seat "siege-$seat"
		cp "$OUT" "$HOME_OF_PLAY/consent.txt"
		arrondi-keys sign --key "$HOME_OF_PLAY/siege-$seat.pem" "$HOME_OF_PLAY/consent.txt" \
			>"$HOME_OF_PLAY/consent-$seat.note" || stop_play "a consent is signed"
	done
}

exported() { # folder
	rm -rf "${HOME_OF_PLAY:?}/$1"
	must arrondi-ledger export "$LEDGER" "$HOME_OF_PLAY/$1"
}

compares() { # new-export
	arrondi-verify "$HOME_OF_PLAY/old" "$HOME_OF_PLAY/$1" --vkey "$OLD" >"$OUT" 2>&1
}

play() {
	local OLD
	OLD=$(<"$HOME_OF_PLAY/log.vkey")
	in_any_order october somebody
	support aide amina 60.00
	votes aide 1=for
	must arrondi-ledger backup "$LEDGER" "$HOME_OF_PLAY/backup.db"
	in_any_order gift_after batch_after
	stands receivable:lilas 30.00 fund:emploi:free 100.00
	exported old
	cp "$HOME_OF_PLAY/lilas.checkpoint" "$HOME_OF_PLAY/kept.checkpoint"
	stop_gateway
	rm -r "$LEDGER"

	# On the new machine: the backup, which signs nothing by itself.
	LEDGER=$HOME_OF_PLAY/restored
	must arrondi-ledger restore "$HOME_OF_PLAY/backup.db" "$LEDGER"
	must_not "is missing" arrondi-ledger allocate "$LEDGER" --month "$LAST_MONTH"
	must arrondi-ledger succession "$LEDGER" prepare --origin "$NEW_ORIGIN"
	grep "^$NEW_ORIGIN+" "$OUT" >"$HOME_OF_PLAY/log.vkey"
	consents 1 2 3
	must_not "more than half" arrondi-ledger succession "$LEDGER" record \
		--consent "$HOME_OF_PLAY/consent-1.note" --consent "$HOME_OF_PLAY/consent-2.note"
	must arrondi-ledger succession "$LEDGER" record --consent "$HOME_OF_PLAY/consent-1.note" \
		--consent "$HOME_OF_PLAY/consent-2.note" --consent "$HOME_OF_PLAY/consent-3.note"
	start_gateway "$LEDGER" || exit 1
	stands receivable:lilas 0.00 fund:emploi:free 100.00

	# The auditor holds last night's export against the new one.
	exported new
	compares new
	same "what was lost is a fault" 1 $?
	check "and is named" grep -q '^not continued whole: 2 entries .* (1 batch, 1 gift)$' "$OUT"

	# The company's old key and checkpoint are of the old log; it is told so, and begins anew.
	payroll lilas PAYE-2 "$BEFORE_MONTH" "$BEFORE_DAY" "M1 3.00" "M2 2.00"
	must_not "gone on under another origin" "${POST[@]}"
	rm "$HOME_OF_PLAY/lilas.checkpoint"

	in_any_order gift_after batch_after
	stands receivable:lilas 30.00 fund:emploi:free 100.00
	exported new
	compares new
	same "recorded again, nothing is lost" 0 $?
	check "which is said" grep -qx "verified: $NEW_ORIGIN continues ${OLD%%+*}" "$OUT"

	# The vote of before counts; those that are cast now name the new log.
	votes aide 2=for 3=for
	decides aide granted
	stands committed:emploi:free 60.00 fund:emploi:free 40.00
}

tell play
