#!/bin/bash
# Payments leave in a file for the bank, each in one file for ever; one comes back, and its
# payee is not paid again before a seat has confirmed the account (gateway/bank_order.c,
# gateway/cmd_bank_orders.c).
# shellcheck source=tests/stories/story.sh
. "$(dirname "$0")/story.sh"

IBAN=FR7630006000011234567890189
AMINA=FR1420041010050500013M02606
VELO=BE68539007547034
SCHEMA=../shared/schemas/pain.001.001.09.xsd

rf() { # label
	local digits
	digits=$(printf '%08d' "${AT[$1]}")
	printf 'RF%02dB%s' "$((98 - 10#11${digits}271500 % 97))" "$digits"
}

payee() { # iban name : its digest is in PAYEE
	PAYEE=$(printf '%s;%s\n' "$1" "$2" |
		arrondi-gateway beneficiary "$HOME_OF_PLAY/payees" add --passphrase-file "$HOME_OF_PLAY/passphrase" |
		cut -c 1-64)
	[ ${#PAYEE} = 64 ] || stop_play "a payee is added"
}

helps() { # label beneficiary amount payee
	proposes "$1" "\"subject\":\"support\",\"fund\":\"emploi\",\"beneficiary\":\"${ID[$2]}\",\
\"amount\":$(cents "$3"),\"purpose\":\"mobilite\",\"payee\":\"$4\""
	votes "$1" 1=for 2=for 3=for 4=for
	decides "$1" granted
	record "P$1" treasurer "\"kind\":\"payment\",\"proposal\":${AT[$1]},\"amount\":$(cents "$3"),\"payee\":\"$4\""
}

bank() { # verb...
	arrondi-gateway bank "$LEDGER" "$@"
}
order() { # file
	bank orders --out "$HOME_OF_PLAY/$1" --payees "$HOME_OF_PLAY/payees" \
		--passphrase-file "$HOME_OF_PLAY/passphrase"
}
says() { # text
	grep -qF -- "$1" "$OUT" || stop_play "it says '$1'" "$OUT"
	ok "it says: $1"
}

camt() { # file opening closing amount side reference [reason]
	{
		printf '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt>'
		printf '<Acct><Id><IBAN>%s</IBAN></Id></Acct>' "$IBAN"
		printf '<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">%s</Amt>' "$2"
		printf '<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>%s</Dt></Dt></Bal>' "$TODAY"
		printf '<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">%s</Amt>' "$3"
		printf '<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>%s</Dt></Dt></Bal>' "$TODAY"
		printf '<Ntry><Amt Ccy="EUR">%s</Amt><CdtDbtInd>%s</CdtDbtInd><Sts>BOOK</Sts>' "$4" "$5"
		printf '<BookgDt><Dt>%s</Dt></BookgDt><NtryDtls><TxDtls><Refs><EndToEndId>%s</EndToEndId></Refs>' "$TODAY" "$6"
		[ -z "${7:-}" ] || printf '<RtrInf><Rsn><Cd>%s</Cd></Rsn></RtrInf>' "$7"
		printf '</TxDtls></NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>'
	} >"$HOME_OF_PLAY/$1"
}

people() {
	seeker amina
	seeker karim
}
money() { gives DON lilas 900.00 emploi; }

play() {
	local payee_of_amina
	company lilas 000001016
	in_any_order people money
	printf 'a passphrase of the treasurer\n' >"$HOME_OF_PLAY/passphrase"
	chmod 600 "$HOME_OF_PLAY/passphrase"
	carries_out COMPTE "\"kind\":\"account\",\"id\":\"courant\",\"iban\":\"$IBAN\",\"label\":\"Compte courant\",\"status\":\"active\""
	camt un.xml 0 900.00 900.00 CRDT "$(rf DON)"
	must bank import "$HOME_OF_PLAY/un.xml"
	payee "$AMINA" 'Mme Amina Éloïse'
	payee_of_amina=$PAYEE
	helps amina-aide amina 120.00 "$payee_of_amina"
	payee "$VELO" "L'Œuvre du vélo"
	helps karim-aide karim 80.00 "$PAYEE"
	helps inconnu amina 10.00 "$(digest "nobody's")"

	must order un.pain
	says "payment ${AT[Pamina-aide]}, 120.00: to FR14 **** **** **** **** **** 606"
	says "payment ${AT[Pinconnu]}, 10.00: left: its payee is not in the file of payees"
	says "2 payments, 200.00: file '$HOME_OF_PLAY/un.pain', order at position"
	position=$(sed -n 's/.*order at position //p' "$OUT")
	must arrondi-ledger show "$LEDGER" "$position"
	says "\"digest\":\"$(sha256sum "$HOME_OF_PLAY/un.pain" | cut -d ' ' -f 1)\""
	same "the file is its owner's alone" 600 "$(stat -c %a "$HOME_OF_PLAY/un.pain")"
	check "its identifier is the payment" grep -qF "<EndToEndId>$(rf Pamina-aide)</EndToEndId>" "$HOME_OF_PLAY/un.pain"
	check "its names are SEPA's" grep -qF "<Nm>L'OEuvre du velo</Nm>" "$HOME_OF_PLAY/un.pain"
	if command -v xmllint >/dev/null && [ -e "$SCHEMA" ]; then
		check "the schema takes it" xmllint --noout --schema "$SCHEMA" "$HOME_OF_PLAY/un.pain"
	else
		echo "# skipped: xmllint or $SCHEMA is not there"
	fi
	must order deux.pain
	says "nothing is due that can be paid: no file was written"
	check "nor is there one" test ! -e "$HOME_OF_PLAY/deux.pain"

	# Carried out, and one of them sent back.
	camt deux.xml 900.00 780.00 120.00 DBIT "$(rf Pamina-aide)"
	must bank import "$HOME_OF_PLAY/deux.xml"
	says "carries out payment ${AT[Pamina-aide]}"
	camt trois.xml 780.00 900.00 120.00 CRDT "$(rf Pamina-aide)" AC04
	must bank import "$HOME_OF_PLAY/trois.xml"
	says "returns payment ${AT[Pamina-aide]}"
	not_recorded "a payment to this payee came back" treasurer "\"kind\":\"payment\",\"proposal\":${AT[amina-aide]},\
\"amount\":12000,\"payee\":\"$payee_of_amina\""

	# What is in the way of a file, and who has no business with it.
	helps encore karim 5.00 "$PAYEE"
	touch "$HOME_OF_PLAY/trois.pain"
	must_not "exists" order trois.pain
	rm "$HOME_OF_PLAY/trois.pain"
	touch "$HOME_OF_PLAY/trois.pain.unordered"
	must_not "is left of an order that was interrupted" order trois.pain
	rm "$HOME_OF_PLAY/trois.pain.unordered"
	must_not "may not" bank orders --out "$HOME_OF_PLAY/x" --payees "$HOME_OF_PLAY/payees" \
		--passphrase-file "$HOME_OF_PLAY/passphrase" --by "${ID[lilas]}"
	check "what was refused leaves no file" test ! -e "$HOME_OF_PLAY/x" -a ! -e "$HOME_OF_PLAY/x.unordered"
	must order trois.pain
	says "1 payments, 5.00"
	stands account:courant 900.00
}

tell play
