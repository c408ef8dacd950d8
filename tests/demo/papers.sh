# shellcheck shell=bash
# papers.sh - what the demo's year leaves for the board, the donors, the accountant and
# everybody: the board pack, two tax receipts, the FEC, the open data. Read by
# tests/demo.sh, whose words it uses.
#
# The year is that in which the first month was collected.

PAPERS_YEAR=${MONTH_1%-*}
PAPERS_COMPANY=employer:000004044 # the bakery, whose first month has arrived

# The identities come apart from what was given, and only of who wants a receipt.
papers_for_donors() {
	step "Des reçus fiscaux : les identités à part, dans un coffre chiffré"
	printf '%s\n' 'reference;name;street;postcode;city;country' \
		'M0024;Noor Exemple;1 rue de la Démonstration;93000;Bobigny;' \
		'company;Boulangerie du Canal;2 quai de la Démonstration;93500;Pantin;' >"$DEMO/.identities.csv"
	shown "arrondi-ledger identities ledger import identites.csv --member $PAPERS_COMPANY"
	expect_done arrondi-ledger identities "$LEDGER" import "$DEMO/.identities.csv" --member "$PAPERS_COMPANY"
	rm "$DEMO/.identities.csv"
	! grep -raq 'Noor Exemple' "$LEDGER" || fail "un nom se lit dans le dossier du grand livre"
	shown "arrondi-ledger receipts ledger issue --year $PAPERS_YEAR --signatory 'La trésorière'"
	expect_done arrondi-ledger receipts "$LEDGER" issue --year "$PAPERS_YEAR" --signatory 'La trésorière'
	sed 's/^/   /' "$OUT"
	expect_done arrondi-ledger receipts "$LEDGER" list --year "$PAPERS_YEAR"
	PERSON=$(awk '$2 == "11580" { print $1; exit }' "$OUT")
	FIRM=$(awk '$2 == "16216" { print $1; exit }' "$OUT")
	[ -n "$PERSON" ] && [ -n "$FIRM" ] || fail "il manque un reçu de particulier ou d'entreprise" "$OUT"
	# Whoever issues again numbers nobody twice.
	cp "$OUT" "$DEMO/.receipts"
	arrondi-ledger receipts "$LEDGER" issue --year "$PAPERS_YEAR" --signatory 'La trésorière' >"$OUT" 2>&1 || true
	expect_done arrondi-ledger receipts "$LEDGER" list --year "$PAPERS_YEAR"
	cmp -s "$OUT" "$DEMO/.receipts" || fail "un second passage a émis d'autres reçus" "$OUT"
	expect_done arrondi-report receipts "$LEDGER" --year "$PAPERS_YEAR" --out "$DEMO/recus"
}

receipt_file() { # number
	printf '%s/recus/recu-%s-%06d.json' "$DEMO" "$PAPERS_YEAR" "$1"
}

# Against the export, which has no name in it.
papers_are_proved() {
	local number
	step "Les reçus se prouvent contre l'export"
	for number in "$PERSON" "$FIRM"; do
		shown "arrondi-report check recus/$(basename "$(receipt_file "$number")") export"
		expect_done arrondi-report check "$(receipt_file "$number")" "$DEMO/export"
		lines <"$OUT"
	done
	sed 's/"amount":[0-9]*/"amount":999999/' "$(receipt_file "$PERSON")" >"$DEMO/.altered.json"
	! cmp -s "$(receipt_file "$PERSON")" "$DEMO/.altered.json" || fail "le reçu n'a pas été changé"
	! arrondi-report check "$DEMO/.altered.json" "$DEMO/export" >"$OUT" 2>&1 ||
		fail "un montant changé n'a pas été vu" "$OUT"
	say "Un montant changé dans le reçu : refusé."
	rm "$DEMO/.altered.json"
}

papers_for_the_board_and_everybody() {
	local grants
	step "Le dossier du conseil, le FEC, les données ouvertes"
	shown "arrondi-report board-pack export --format pdf --out dossier.pdf"
	expect_done arrondi-report board-pack "$DEMO/export" --format pdf --out "$DEMO/dossier.pdf"
	shown "arrondi-report audit-pack export --seed demo --format pdf --out audit.pdf"
	expect_done arrondi-report audit-pack "$DEMO/export" --seed demo --format pdf --out "$DEMO/audit.pdf"
	expect_done arrondi-report audit-pack "$DEMO/export" --seed demo --format json --out "$DEMO/.audit.json"
	arrondi-report audit-pack "$DEMO/ledger" --seed demo --format json | cmp -s - "$DEMO/.audit.json" ||
		fail "le dossier d'audit n'est pas le même du grand livre et de l'export"
	rm "$DEMO/.audit.json"
	say "Le dossier d'audit : audit.pdf, le même du grand livre et de l'export, octet pour octet."
	mkdir -p "$DEMO/fec"
	shown "arrondi-report fec export --year $PAPERS_YEAR --out fec"
	expect_done arrondi-report fec "$DEMO/export" --year "$PAPERS_YEAR" --out "$DEMO/fec"
	expect_done arrondi-report fec-check "$DEMO"/fec/*FEC*.txt
	say "Le FEC : $(basename "$DEMO"/fec/*FEC*.txt), sans anomalie."
	expect_done arrondi-report open-data "$DEMO/export" --out "$DEMO/aides.360giving.json"
	expect_done arrondi-report open-data "$DEMO/export" --format datapackage --out "$DEMO/datapackage.json"
	grants=$(grep -c '"id":"360G-' "$DEMO/aides.360giving.json")
	must_equal "les aides publiées" 4 "$grants"
	! grep -q 'job-seeker' "$DEMO/aides.360giving.json" || fail "une personne se reconnaît dans les données ouvertes"
	say "Les données ouvertes : $grants aides, aucune personne nommée."
}
