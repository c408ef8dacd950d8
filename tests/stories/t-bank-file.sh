#!/bin/bash
# The bank's files tell a month: transfers that name what they pay and one that names
# nothing, a payment that the bank carries out and sends back, in three formats
# (gateway/bank_import.c, gateway/bank_entry.c, gateway/bank_known.c, gateway/cmd_bank.c).
# shellcheck source=tests/stories/story.sh
. "$(dirname "$0")/story.sh"

IBAN=FR7630006000011234567890189
PAYER=FR1420041010050500013M02606

# The reference of a position: RF, two check digits, B and eight digits.
rf() { # label
	local digits
	digits=$(printf '%08d' "${AT[$1]}")
	printf 'RF%02dB%s' "$((98 - 10#11${digits}271500 % 97))" "$digits"
}

entry() { # amount CRDT|DBIT text [iban [reason]]
	local side=Dbtr reason=
	[ "$2" = CRDT ] || side=Cdtr
	[ -z "${5:-}" ] || reason="<RtrInf><Rsn><Cd>$5</Cd></Rsn></RtrInf>"
	printf '<Ntry><Amt Ccy="EUR">%s</Amt><CdtDbtInd>%s</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>' "$1" "$2"
	printf '<BookgDt><Dt>%s</Dt></BookgDt><NtryDtls><TxDtls>' "$TODAY"
	printf '<RltdPties><%sAcct><Id><IBAN>%s</IBAN></Id></%sAcct></RltdPties>' "$side" "${4:-$PAYER}" "$side"
	printf '<RmtInf><Ustrd>%s</Ustrd></RmtInf>%s</TxDtls></NtryDtls></Ntry>' "$3" "$reason"
}

balance() { # type amount
	printf '<Bal><Tp><CdOrPrtry><Cd>%s</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">%s</Amt>' "$1" "$2"
	printf '<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>%s</Dt></Dt></Bal>' "$TODAY"
}

parts() { # text amount...
	printf '<NtryDtls>'
	while [ $# -gt 1 ]; do
		printf '<TxDtls><Amt Ccy="EUR">%s</Amt><RmtInf><Ustrd>%s</Ustrd></RmtInf></TxDtls>' "$2" "$1"
		shift 2
	done
	printf '</NtryDtls>'
}

camt() { # file opening closing entry...
	local file=$HOME_OF_PLAY/$1
	{
		printf '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>'
		printf '<Stmt><Id>%s</Id><Acct><Id><IBAN>%s</IBAN></Id></Acct>' "$1" "$IBAN"
		balance OPBD "$2"
		balance CLBD "$3"
		shift 3
		printf '%s' "$@"
		printf '</Stmt></BkToCstmrStmt></Document>'
	} >"$file"
}

imports() { # file [options...]
	must arrondi-gateway bank "$LEDGER" import "$HOME_OF_PLAY/$1" "${@:2}"
}

says() { # text
	grep -qF -- "$1" "$OUT" || stop_play "the import says '$1'" "$OUT"
	ok "the import says: $1"
}

amina() { seeker amina; }
dons() {
	gives DON lilas 500.00 emploi
	gives DON2 lilas 70.00 emploi
}

play() {
	company lilas 000001016
	in_any_order amina dons
	camt none 0 0
	must_not "the ledger has no open bank account" arrondi-gateway bank "$LEDGER" import "$HOME_OF_PLAY/none"
	carries_out COMPTE "\"kind\":\"account\",\"id\":\"courant\",\"iban\":\"$IBAN\",\"label\":\"Compte courant\",\"status\":\"active\""

	# A transfer with its reference, one without, and a charge.
	camt novembre.xml 0 538.50 "$(entry 500.00 CRDT "Dons $(rf DON)")" \
		"$(entry 42.00 CRDT 'sans motif')" "$(entry 3.50 DBIT 'FRAIS')"
	imports novembre.xml
	says "settles ${AT[DON]} of ${ID[lilas]}"
	says "left, line 2 of"
	says "unknown-payer: it has no reference"
	says "no-reference: it names no payment of ours"
	says "3 lines: 1 explained now, 0 before, 2 left"
	stands account:courant 538.50 receivable:lilas 70.00 suspense:courant 38.50 fund:emploi:free 500.00

	# Twice is once; and what is known by now is explained.
	imports novembre.xml
	says "(recorded before)"
	says "3 lines: 0 explained now, 1 before, 2 left"
	stands account:courant 538.50 receivable:lilas 70.00
	sed 's/novembre/autre/' "$HOME_OF_PLAY/novembre.xml" >"$HOME_OF_PLAY/autre.xml"
	must_not "the account has 53850" arrondi-gateway bank "$LEDGER" import "$HOME_OF_PLAY/autre.xml"

	# A payment that is carried out, and sent back; a payer known by its account.
	support aide amina 120.00
	votes aide 1=for 2=for 3=for
	decides aide granted
	orders PAI aide amina 120.00
	camt paiement.xml 538.50 488.50 "$(entry 120.00 DBIT "$(rf PAI)" DE89370400440532013000)" \
		"$(entry 70.00 CRDT 'sans motif')"
	printf '# the accounts of payers\n%s %s\n' "$PAYER" "${ID[lilas]}" >"$HOME_OF_PLAY/payers"
	imports paiement.xml --payers "$HOME_OF_PLAY/payers"
	says "carries out payment ${AT[PAI]}"
	says "settles ${AT[DON2]} of ${ID[lilas]}"
	stands account:courant 488.50 receivable:lilas 0.00 committed:emploi:free 0.00 fund:emploi:free 450.00
	camt retour.xml 488.50 608.50 "$(entry 120.00 CRDT "REJET $(rf PAI)" "$IBAN" AC04)"
	imports retour.xml
	says "returns payment ${AT[PAI]}"
	must arrondi-ledger show "$LEDGER" "$(sed -n 's/.*, position \([0-9]*\)$/\1/p' "$OUT")"
	grep -q '"reason":"account-closed"' "$OUT" || stop_play "the reason of the return" "$OUT"
	stands account:courant 608.50 committed:emploi:free 120.00

	# Two other formats of the same account.
	printf '<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR<BANKACCTFROM><BANKID>30006<BRANCHID>00001<ACCTID>12345678901</BANKACCTFROM><BANKTRANLIST><STMTTRN><DTPOSTED>%s<TRNAMT>1,50<MEMO>x</STMTTRN></BANKTRANLIST><LEDGERBAL><BALAMT>610.00<DTASOF>%s</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>' \
		"${TODAY//-/}" "${TODAY//-/}" >"$HOME_OF_PLAY/un.ofx"
	imports un.ofx
	says "opening derived from its closing"
	stands account:courant 610.00
	day=$(date -d "$TODAY" +%d%m%y)
	{
		printf '0130006    00001EUR2 12345678901  %s%50s0000000006100{%16s\n' "$day" '' ''
		printf '0730006    00001EUR2 12345678901  %s%50s0000000006100{%16s\n' "$day" '' ''
	} >"$HOME_OF_PLAY/deux.txt"
	imports deux.txt
	says "0 lines: 0 explained now, 0 before, 0 left"
	stands account:courant 610.00

	# Booked as one, and listed in a notification: each part cites the one line.
	gives DON3 lilas 30.00 emploi
	gives DON4 lilas 20.00 emploi
	camt lot.xml 610.00 665.00 "$(entry 55.00 CRDT 'LOT 1' | sed 's,<NtryDtls>.*</NtryDtls>,<AcctSvcrRef>LOT-1</AcctSvcrRef>,')"
	camt avis.xml 0 0 "$(entry 55.00 CRDT x | sed "s,<NtryDtls>.*</NtryDtls>,<AcctSvcrRef>LOT-1</AcctSvcrRef>\
$(parts "$(rf DON3)" 30.00 "$(rf DON4)" 20.00 'sans motif' 5.00),")"
	sed -i -e 's/camt.053/camt.054/' -e 's/BkToCstmrStmt/BkToCstmrDbtCdtNtfctn/g' -e 's/Stmt>/Ntfctn>/g' \
		-e 's,<Bal>.*</Bal>,,' "$HOME_OF_PLAY/avis.xml"
	must_not "a notification (camt.054.001.08) has no balances" arrondi-gateway bank "$LEDGER" import "$HOME_OF_PLAY/avis.xml"
	imports lot.xml --details "$HOME_OF_PLAY/avis.xml"
	says "30.00 settles ${AT[DON3]} of ${ID[lilas]}"
	says "20.00 settles ${AT[DON4]} of ${ID[lilas]}"
	says "5.00: left, line 1 of"
	stands account:courant 665.00 receivable:lilas 0.00 suspense:courant 45.00
	imports lot.xml
	says "partly: a part of it is explained"
	imports lot.xml --details "$HOME_OF_PLAY/avis.xml"
	says "5.00: left, line 1 of"
	says "1 lines: 0 explained now, 0 before, 1 left"
	stands account:courant 665.00 receivable:lilas 0.00 suspense:courant 45.00

	# What is not to be believed.
	camt faux.xml 665.00 700.00 "$(entry 1.00 CRDT x)"
	must_not "which is not the 700.00 that it closes with" arrondi-gateway bank "$LEDGER" import "$HOME_OF_PLAY/faux.xml"
	sed "s/$IBAN/$PAYER/" "$HOME_OF_PLAY/faux.xml" >"$HOME_OF_PLAY/leur.xml"
	must_not "which is not one of ours" arrondi-gateway bank "$LEDGER" import "$HOME_OF_PLAY/leur.xml"
	stands account:courant 665.00
}

tell play
