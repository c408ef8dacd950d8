#!/usr/bin/env bash
# t-52-manifest.sh - a company signs what it posts: gateway/post_seal.c,
# gateway/api_seal.c and the auditor's words, from outside.
. "$(dirname "$0")/harness.sh"
. tests/foundation_rig.sh

state=$WORK/state
key=$WORK/company.pem

write() { printf '%s\n' "${@:2}" >"$WORK/$1"; } # file line...
write a.csv 'matricule;arrondi;don;fonds' 'M0042;0,37;2,00;emploi' 'M0043;0,00;0,00;' 'M0044;0,05;0,00;'
write b.csv 'matricule;arrondi;don;fonds' 'M0050;0,12;0,00;projets'
write c.csv 'matricule;arrondi;don;fonds' 'M0060;0,13;0,00;emploi'
write d.csv 'matricule;arrondi;don;fonds' 'M0070;0,14;0,00;emploi'

check "a foundation is made" make_foundation
printf '%s\n' "$EMPLOYER" >"$WORK/token"
chmod 600 "$WORK/token"
vkey=$(<"$WORK/log.vkey")
origin=${vkey%%+*}
company_vkey=$(arrondi-keys generate --name "$COMPANY" --out "$key")
start_gateway "$LEDGER" || exit 1

post() { # reference [options...] file
	local reference=$1
	shift
	arrondi-post --url "$URL" --token-file "$WORK/token" --vkey "$vkey" --state "$state" \
		--source salary --step 1.00 --terms "$TERMS" --period "$MONTH" --collected-on "$TODAY" \
		--reference "$reference" "$@" >"$WORK/said" 2>&1
	local status=$?
	cat "$WORK/said"
	return $status
}
told() { # sentence regex
	check "$1" grep -qE -- "$2" "$WORK/said"
}
audit() { # [options...]
	rm -rf "$WORK/export"
	arrondi-ledger export "$LEDGER" "$WORK/export" >/dev/null &&
		arrondi-verify "$WORK/export" --vkey "$vkey" "$@" >"$WORK/said" 2>&1
	local status=$?
	cat "$WORK/said"
	return $status
}

# SHA-256 of salt and file.
digest_of() { # file
	{
		printf '%b' "$(sed 's/../\\x&/g' <<<"$salt")"
		cat "$1"
	} | sha256sum | cut -c1-64
}

# ---- the key ----

refuse "a company whose key nobody knows cannot sign" 1 "has no key" post P-1 --key "$key" "$WORK/a.csv"
check "the operator records its key" arrondi-ledger member "$LEDGER" key --id "$COMPANY" --vkey "$company_vkey"
other_vkey=$(arrondi-keys generate --name somebody --out "$WORK/somebody.pem")
refuse "a key of another name is none of a company" 1 "must have that name" \
	arrondi-ledger member "$LEDGER" key --id "$OTHER_COMPANY" --vkey "$other_vkey"
refuse "a key is asked for" 2 "--vkey" arrondi-ledger member "$LEDGER" key --id "$COMPANY"

# ---- signed by arrondi-post ----

refuse "a key file that is not there is trouble" 2 "none.pem" post P-1 --key "$WORK/none.pem" "$WORK/a.csv"
check "a dry run is signed, too" post P-1 --key "$key" --dry-run "$WORK/a.csv"
check "a signed file is recorded" post P-1 --key "$key" "$WORK/a.csv"
told "and says so, with the salt" "^signed by $COMPANY; salt of the file's digest: [0-9a-f]{64}$"
salt=$(sed -n 's/.*digest: //p' "$WORK/said")
position=$(sed -n 's/.* at position //p' "$WORK/said")
arrondi-ledger show "$LEDGER" "$position" >"$WORK/entry"
digest=$(digest_of "$WORK/a.csv")
same "with salt and file anybody makes the digest of the entry" "$digest" "$(json_value received "$WORK/entry")"
grep -oE '"manifest":"[^"]*"' "$WORK/entry" | sed 's/^"manifest":"//; s/"$//' >"$WORK/escaped"
printf '%b' "$(<"$WORK/escaped")" >"$WORK/note"
check "the note in the entry is the company's" arrondi-keys verify --vkey "$company_vkey" "$WORK/note"
same "and its text is the fixed list of lines" "arrondi/manifest@v1
origin $origin
company $COMPANY
ref P-1
date $TODAY
period $MONTH
source salary
site -
step 100
terms $TERMS
count 2
zero 1
total emploi person 237
total general person 5
corrects -
received $digest" "$(sed '/^$/,$d' "$WORK/note")"
check "the same again is recognised" post P-1 --key "$key" "$WORK/a.csv"
told "with the same salt" "digest: $salt$"
check "without a key a batch is recorded, too" post P-2 "$WORK/b.csv"
check "and is not signed afterwards" post P-2 --key "$key" "$WORK/b.csv"
told "which is said" "signed: no, it was recorded before"

check "an auditor finds all in order" audit
told "and tells what companies signed" "1 of 2 batches signed by the company"
told "from what the operator asserts" "1 of 2 batches asserted, without the company's own signature"
told "and who could not sign" "companies without a key: $OTHER_COMPANY$"
check "and a program is told the same" audit --json
told "signed" '"batches_signed":1,"batches_unsigned":1'
told "without a key" "\"companies_without_key\":\\[\"$OTHER_COMPANY\"\\]"

# ---- by hand, and not to be believed ----

# Signs a text of this script's own making.
manifest() { # key file total-line
	cat >"$WORK/text" <<-END
		arrondi/manifest@v1
		origin $origin
		company $COMPANY
		ref P-3
		date $TODAY
		period $MONTH
		source salary
		site -
		step 100
		terms $TERMS
		count 1
		zero 0
		$3
		corrects -
		received $(digest_of "$2")
	END
	arrondi-keys sign --key "$1" "$WORK/text" >"$WORK/note"
}
sealed() { # file reference manifest-field salt
	STATUS=$(curl -sS --max-time 20 -o "$BODY" -w '%{http_code}' -X POST \
		-H "Authorization: Bearer $EMPLOYER" -H "Content-Type: text/csv" \
		-H "Arrondi-Manifest: $3" -H "Arrondi-Salt: $4" \
		--data-binary "@$1" "$URL/v1/batches?$(batch_query "$2")")
}
note() { base64 -w0 "$WORK/note"; }

manifest "$key" "$WORK/c.csv" 'total emploi person 12'
sealed "$WORK/c.csv" P-3 "$(note)" "$salt"
answered "forged totals are refused" 422 "line 13 of the manifest is 'total emploi person 12'"
manifest "$WORK/somebody.pem" "$WORK/c.csv" 'total emploi person 13'
sealed "$WORK/c.csv" P-3 "$(note)" "$salt"
answered "another's key is refused" 422 "not signed by the key in force"
manifest "$key" "$WORK/c.csv" 'total emploi person 13'
sealed "$WORK/d.csv" P-3 "$(note)" "$salt"
answered "another file than the one that was signed is refused" 422 '"rule":"manifest"'
sealed "$WORK/c.csv" P-3 "$(note)" "$(printf '0%.0s' {1..64})"
answered "another salt, too" 422 "line 15 of the manifest"
sealed "$WORK/c.csv" P-3 "$(note)" 00
answered "half a salt is no salt" 400 "Arrondi-Salt"
sealed "$WORK/c.csv" P-3 "~" "$salt"
answered "what is not base64 is refused" 400 "base64"
sealed "$WORK/c.csv" P-3 "$(printf '\377\n' | base64)" "$salt"
answered "what is no text is refused" 400 "signed note"
sealed "$WORK/c.csv" P-3 "$(note)" "$salt"
answered "what the company did sign is recorded" 201 '"manifest":"arrondi/manifest@v1'
sealed "$WORK/c.csv" P-3 "$(note)" "$salt"
answered "and answered again" 200 '"repeated":true'
STATUS=$(curl -sS -o "$BODY" -w '%{http_code}' -X POST -H "Authorization: Bearer $EMPLOYER" \
	-H "Content-Type: text/csv" -H "Arrondi-Salt: $salt" --data-binary "@$WORK/d.csv" \
	"$URL/v1/batches?$(batch_query P-4)")
answered "a salt without a manifest is refused" 400 "sent together"
api GET /openapi.json ""
answered "the description names the fields" 200 'Arrondi-Manifest'

# ---- another key ----

write passphrase 'un mot de passe assez long'
chmod 600 "$WORK/passphrase"
new_vkey=$(arrondi-keys generate --name "$COMPANY" --out "$WORK/new.pem" --passphrase-file "$WORK/passphrase")
check "the key is replaced" arrondi-ledger member "$LEDGER" key --id "$COMPANY" --vkey "$new_vkey"
refuse "the old one signs nothing more" 1 "not signed by the key in force" post P-5 --key "$key" "$WORK/d.csv"
refuse "the new one asks for its passphrase" 1 "passphrase" post P-5 --key "$WORK/new.pem" "$WORK/d.csv"
check "and signs with it" post P-5 --key "$WORK/new.pem" --passphrase-file "$WORK/passphrase" "$WORK/d.csv"
check "what the old one signed stands" audit
told "as signed" "3 of 4 batches signed by the company"

# ---- rows of a donor who was forgotten ----

signed=(--key "$WORK/new.pem" --passphrase-file "$WORK/passphrase")
donor=$(sed -n '2s/;.*//p' "$WORK/a.csv")
sed 2d "$WORK/a.csv" >"$WORK/a2.csv"
check "a donor is forgotten" arrondi-ledger forget "$LEDGER" --member "$COMPANY" --donor "$donor"
correct() { post P-1-C --corrects "$position" --reason amount "$@" "$WORK/a2.csv"; }
refuse "rows that the company cannot name any more are not signed for" 1 "correct it without a signature" correct "${signed[@]}"
check "without its signature they stay in what is corrected" correct
told "and are told" "^kept as they are: 1 rows of donors who were forgotten"
check "and all verifies" audit
stop_gateway
