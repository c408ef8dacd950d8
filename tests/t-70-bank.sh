#!/usr/bin/env bash
# t-70-bank.sh - payees outside the log (gateway/cmd_beneficiary.c, gateway/command.c),
# and how the import of bank files is asked for (gateway/cmd_bank.c); what it does
# (gateway/bank_import.c, gateway/bank_known.c) is told by stories/t-bank-file.sh. So are
# orders (gateway/cmd_bank_orders.c, gateway/bank_order.c) by stories/t-payment-file.sh.
. "$(dirname "$0")/harness.sh"

PAYEES=$WORK/payees
printf 'a passphrase of the treasurer\n' >"$WORK/passphrase"
chmod 600 "$WORK/passphrase"

payees() { # verb [payee], standard input
	arrondi-gateway beneficiary "$PAYEES" "$@" --passphrase-file "$WORK/passphrase"
}
add() { # line...
	printf '%s\n' "$@" | payees add
}

# ---- payees ----

refuse "a list that is not there is trouble" 2 "does not exist" payees list
check "payees are added from standard input" add 'FR76 3000 6000 0112 3456 7890 189;Mme Élodie Œuvrard' \
	'BE68539007547034;Vélo & Co;BNAGBEBB'
same "and told by digest and masked account" 2 \
	"$(grep -cE '^[0-9a-f]{64}  (FR76|BE68)( [*0-9]{1,4})+$' "$WORK/.out")"
first=$(sed -n 1p "$WORK/.out" | cut -c 1-64)
same "the file is its owner's alone" 600 "$(stat -c %a "$PAYEES")"
check "and holds neither name nor account" \
	sh -c "! grep -aqE 'Élodie|Vélo|30006000011234567890|539007547034' '$PAYEES'"
check "who is known keeps the digest" add 'FR7630006000011234567890189;Mme Élodie Œuvrard'
same "and is told so" "$first  FR76 **** **** **** **** **** 189  (known already)" "$(cat "$WORK/.out")"
check "all are listed" payees list
cp "$WORK/.out" "$WORK/listed"
check "by the first letter and no more of the name" grep -qxE '[0-9a-f]{64}  FR76.* 189  M\*\*\*' "$WORK/listed"
check "with their banks" grep -qxE '[0-9a-f]{64}  BE68.*  V\*\*\*  BNAGBEBB' "$WORK/listed"
refuse "an account that is mistyped is refused with its line" 1 \
	"line 2: the IBAN's check digits are wrong" add 'DE89370400440532013000;A' 'DE89370400440532013001;B'
check "what was before it stays" payees list
same "so there are three" 3 "$(wc -l <"$WORK/.out")"
refuse "a line of another shape is refused" 1 "a payee is IBAN;NAME" add 'DE89370400440532013000'
check "a payee is removed" payees remove "$first"
refuse "once" 1 "no such payee" payees remove "$first"
refuse "a digest is 64 digits" 2 "64 hexadecimal digits" payees remove 12
printf 'another passphrase\n' >"$WORK/other"
chmod 600 "$WORK/other"
refuse "another passphrase opens nothing" 1 "does not open with this passphrase" \
	arrondi-gateway beneficiary "$PAYEES" list --passphrase-file "$WORK/other"
chmod 644 "$PAYEES"
refuse "nor is a file taken that others can read" 1 "payees" payees list
refuse "a verb is asked for" 2 "usage: arrondi-gateway beneficiary" \
	arrondi-gateway beneficiary "$PAYEES" --passphrase-file "$WORK/passphrase"
refuse "and a passphrase" 2 "usage: arrondi-gateway beneficiary" arrondi-gateway beneficiary "$PAYEES" list
check "the help names it" sh -c 'arrondi-gateway --help | grep -q "beneficiary FILE add"'

# ---- bank files ----

refuse "a folder that is no ledger is trouble" 2 "error" arrondi-gateway bank "$WORK/none" import x.xml
refuse "a verb is asked for" 2 "usage: arrondi-gateway bank DIR import FILE" arrondi-gateway bank "$WORK" x.xml
refuse "another verb is none" 2 "usage: arrondi-gateway bank" arrondi-gateway bank "$WORK" export x.xml
refuse "nor another option" 2 "unrecognized option" arrondi-gateway bank "$WORK" import x.xml --force
refuse "an order wants a file to write" 2 "usage: arrondi-gateway bank" \
	arrondi-gateway bank "$WORK" orders --payees "$PAYEES" --passphrase-file "$WORK/passphrase"
refuse "and the payees" 2 "usage: arrondi-gateway bank" \
	arrondi-gateway bank "$WORK" orders --out "$WORK/x" --passphrase-file "$WORK/passphrase"
