#!/usr/bin/env bash
# t-10-keys.sh - arrondi-keys as a board member uses it.
. "$(dirname "$0")/harness.sh"

keys=arrondi-keys
check "a key is made and its vkey printed" \
	sh -c "$keys generate --name siege-1 --out '$WORK/a.pem' >'$WORK/a.vkey'"
same "the key file is for its owner only" 600 "$(stat -c %a "$WORK/a.pem")"
refuse "a key file is never overwritten" 1 "$WORK/a.pem" \
	$keys generate --name siege-1 --out "$WORK/a.pem"
same "show prints the vkey that generate printed" "$(cat "$WORK/a.vkey")" \
	"$($keys show "$WORK/a.pem" | grep -o 'siege-1+.*')"
refuse "a name with a plus is refused" 1 "'+'" $keys generate --name a+b --out "$WORK/x.pem"
refuse "a name with a blank is refused" 1 "name" $keys generate --name "a b" --out "$WORK/x.pem"

printf 'un texte\n' >"$WORK/text"
check "a text is signed" sh -c "$keys sign --key '$WORK/a.pem' '$WORK/text' >'$WORK/note'"
check "and verifies" $keys verify --vkey "$(cat "$WORK/a.vkey")" "$WORK/note"
sed 's/un texte/un texto/' "$WORK/note" >"$WORK/forged"
refuse "a changed text does not verify" 1 "" $keys verify --vkey "$(cat "$WORK/a.vkey")" "$WORK/forged"
$keys generate --name siege-2 --out "$WORK/b.pem" >"$WORK/b.vkey"
refuse "nor does a note that the named key has not signed" 1 "" \
	$keys verify --vkey "$(cat "$WORK/b.vkey")" "$WORK/note"
check "two keys sign one note" \
	sh -c "$keys sign --key '$WORK/a.pem' --key '$WORK/b.pem' '$WORK/text' >'$WORK/both'"
check "and both are found" sh -c "$keys verify --vkey \"\$(cat '$WORK/a.vkey')\" \
	--vkey \"\$(cat '$WORK/b.vkey')\" '$WORK/both' | grep -q siege-2"

printf 'une longue phrase secrete\n' >"$WORK/words"
chmod 600 "$WORK/words"
check "a key is kept under a passphrase" \
	$keys generate --name siege-3 --out "$WORK/c.pem" --passphrase-file "$WORK/words"
check "its file is encrypted" grep -q "ENCRYPTED PRIVATE KEY" "$WORK/c.pem"
check "and signs with the passphrase" \
	$keys sign --key "$WORK/c.pem" --passphrase-file "$WORK/words" "$WORK/text"
printf 'une autre phrase secrete\n' >"$WORK/wrong"
chmod 600 "$WORK/wrong"
refuse "but not with another" 1 "passphrase" \
	$keys sign --key "$WORK/c.pem" --passphrase-file "$WORK/wrong" "$WORK/text"
chmod 644 "$WORK/a.pem"
refuse "a key file that others can read is refused" 1 "chmod" $keys show "$WORK/a.pem"
refuse "a file that is missing is trouble" 2 "$WORK/none" $keys show "$WORK/none"
refuse "a command that does not exist is usage" 2 "help" $keys frobnicate
check "--help and --version answer" sh -c "$keys --help >/dev/null && $keys --version | grep -q 1.0.0"
