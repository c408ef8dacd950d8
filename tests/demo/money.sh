# shellcheck shell=bash
# money.sh - the demo's money that tells of itself: donations through two payment
# providers, a collector's remittance, payment files for the bank, and its statements.
# Read by tests/demo.sh, whose words it uses.
#
# What must never become false: what the providers say that they owe, what the bank says
# that it holds, and what the ledger says of both are the same, to the cent.

ACCOUNT_IBAN=FR7630006000011234567890189
WHSEC=MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw
STRIPE_SECRET=whsec_secret_de_la_demonstration
PROVIDER_PID=
SCHEMA=../shared/schemas/pain.001.001.09.xsd

amount_text() { printf '%d.%02d' $(($1 / 100)) $(($1 % 100)); } # cents, as a bank writes them

# What an account closes with, in the words of tests/journal.awk.
closes_with() { # account cents
	expect_done arrondi-report journal "$LEDGER"
	must_equal "solde de $1" "$2" "$(awk -f tests/journal.awk "$OUT" |
		awk -v account="$1" '$1 == account { sum = $2 } END { print sum + 0 }')"
}

# ---- payees ----

mod97() { # digits
	local rest=0 digits=$1
	while [ -n "$digits" ]; do
		rest=$((10#$rest${digits:0:9} % 97))
		digits=${digits:9}
	done
	echo "$rest"
}

# A made-up French IBAN: bank 99999, branch 00001, with its RIB key and check digits.
iban() { # number of the account, of at most 11 digits
	local bban
	bban=$(printf '9999900001%011d%02d' "$1" $((97 - (89 * 99999 + 15 * 1 + 3 * $1) % 97)))
	printf 'FR%02d%s' $((98 - $(mod97 "${bban}152700"))) "$bban"
}

# Adds somebody to the sealed file of payees; prints the digest that the board votes on.
payee() { # name
	local number
	[ -s "$DEMO/.passphrase" ] || printf 'la phrase de la trésorière\n' >"$DEMO/.passphrase"
	number=$(printf '%s' "$1" | cksum | cut -d ' ' -f 1)
	printf '%s;%s\n' "$(iban "$number")" "$1" >"$DEMO/.payee"
	arrondi-gateway beneficiary "$DEMO/.payees" add --passphrase-file "$DEMO/.passphrase" \
		<"$DEMO/.payee" >"$OUT" 2>&1 || fail "le bénéficiaire n'est pas inscrit" "$OUT"
	cut -c 1-64 "$OUT"
}

# ---- payment providers ----

# A provider's own service, over TLS: it tells of each charge what it has kept.
start_provider() {
	local tries=0
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
		-subj /CN=prestataire -addext subjectAltName=DNS:localhost \
		-keyout "$DEMO/.provider.key" -out "$DEMO/.provider.crt" 2>/dev/null
	mkdir -p "$DEMO/.api/v1/balance_transactions"
	(cd "$DEMO/.api" && exec openssl s_server -WWW -accept 127.0.0.1:0 \
		-cert "$DEMO/.provider.crt" -key "$DEMO/.provider.key") >"$DEMO/.provider" 2>&1 </dev/null &
	PROVIDER_PID=$!
	until grep -q '^ACCEPT .*:[0-9]' "$DEMO/.provider"; do
		tries=$((tries + 1))
		if ! kill -0 "$PROVIDER_PID" 2>/dev/null || [ "$tries" -gt $((GATEWAY_WAIT_S * 20)) ]; then
			fail "le prestataire de la démonstration ne démarre pas" "$DEMO/.provider"
		fi
		sleep 0.05
	done
}

stop_provider() {
	[ -n "$PROVIDER_PID" ] || return 0
	kill "$PROVIDER_PID" 2>/dev/null || true
	wait "$PROVIDER_PID" || true
	PROVIDER_PID=
}

configure_hooks() {
	printf '%s\n' "$STRIPE_SECRET" >"$DEMO/.stripe"
	printf 'rk_cle_restreinte\n' >"$DEMO/.stripe.key"
	printf 'whsec_%s\n' "$WHSEC" >"$DEMO/.collecte"
	cat >"$DEMO/.gateway.conf" <<-EOF
		[hook stripe]
		provider = stripe
		member = provider:stripe
		fund = emploi
		secret_file = $DEMO/.stripe
		token_file = $DEMO/.stripe.key
		api = https://localhost:$(sed -n 's/^ACCEPT .*:\([0-9]*\)$/\1/p' "$DEMO/.provider")
		trust_file = $DEMO/.provider.crt
		[hook collecte]
		provider = standard
		member = provider:collecte93
		fund = general
		secret_file = $DEMO/.collecte
	EOF
}

# Told twice, as providers do; the status is the same.
deliver() { # status path body header...
	local status=$1 path=$2 header args=()
	printf '%s' "$3" >"$DEMO/.sent"
	shift 3
	for header in "$@"; do args+=(-H "$header"); done
	for _ in 1 2; do
		must_equal "réponse à $path" "$status" "$(curl -sS --max-time 20 -o "$OUT" -w '%{http_code}' \
			-X POST "${args[@]}" --data-binary "@$DEMO/.sent" "$URL/hooks/$path")"
	done
}

stripe_event() { # status type object [secret]
	local t body
	t=$(date +%s)
	body="{\"id\":\"evt_$RANDOM$RANDOM\",\"object\":\"event\",\"type\":\"$2\",\"livemode\":true,\"created\":$t,\
\"data\":{\"object\":{$3,\"currency\":\"eur\",\"created\":$t}}}"
	deliver "$1" stripe "$body" "Stripe-Signature: t=$t,v1=$(printf '%s.%s' "$t" "$body" |
		openssl dgst -sha256 -hmac "${4:-$STRIPE_SECRET}" | sed 's/.* //')"
}

stripe_charge() { # name amount fee
	printf '{"id":"txn_%s","object":"balance_transaction","fee":%s,"currency":"eur"}' "$1" "$3" \
		>"$DEMO/.api/v1/balance_transactions/txn_$1"
	stripe_event 200 charge.succeeded "\"id\":\"ch_$1\",\"object\":\"charge\",\"status\":\"succeeded\",\
\"captured\":true,\"amount\":$2,\"balance_transaction\":\"txn_$1\",\
\"billing_details\":{\"name\":\"Camille Donneuse\"}"
}

standard_event() { # type id amount [parent]
	local t id body
	t=$(date +%s)
	id=msg_$RANDOM$RANDOM
	body="{\"type\":\"$1\",\"timestamp\":\"$(date -u +%FT%TZ)\",\"data\":{\"id\":\"$2\",\"parent\":\"${4:-}\",\
\"amount\":$3,\"currency\":\"EUR\",\"date\":\"$TODAY\"}}"
	deliver 200 collecte "$body" "webhook-id: $id" "webhook-timestamp: $t" \
		"webhook-signature: v1,$(printf '%s.%s.%s' "$id" "$t" "$body" | openssl dgst -sha256 -mac HMAC \
			-macopt "hexkey:$(printf '%s' "$WHSEC" | base64 -d | od -An -v -tx1 | tr -d ' \n')" -binary | base64)"
}

# The worker books by itself; what nobody has to wait for is soon there.
inbox_settles() { # booked movements
	local tries=0
	until arrondi-gateway inbox "$LEDGER" list >"$OUT" 2>&1 && grep -qE "^movements: 0 wanted, 0 ready, $1 booked, 0 parked\$" "$OUT"; do
		tries=$((tries + 1))
		[ "$tries" -le $((GATEWAY_WAIT_S * 10)) ] || fail "la boîte de réception n'en est pas à $1 mouvements" "$OUT"
		sleep 0.1
	done
	tail -n 1 "$OUT" | lines
}

money_by_providers() {
	local emploi general fonctionnement
	step "Des dons par deux prestataires, un remboursement et un impayé"
	expect_done arrondi-ledger member "$LEDGER" add --id provider:stripe --role provider --name Stripe
	expect_done arrondi-ledger member "$LEDGER" add --id provider:collecte93 --role provider --name "Collecte 93"
	start_provider
	configure_hooks
	stop_gateway || fail "la passerelle ne s'est pas arrêtée proprement" "$DEMO/gateway.log"
	start_gateway --config "$DEMO/.gateway.conf"
	emploi=$(available emploi)
	general=$(available general)
	fonctionnement=$(available fonctionnement)

	stripe_event 400 charge.succeeded '"id":"ch_faux","status":"succeeded","amount":999900' un_autre_secret
	say "Une annonce de 9 999 € que Stripe n'a pas signée est refusée (HTTP 400)."
	stripe_event 200 refund.created '"id":"re_2","status":"succeeded","amount":2000,"charge":"ch_2"'
	stripe_charge 1 5000 100
	stripe_charge 2 8000 145
	stripe_event 200 payout.paid "\"id\":\"po_1\",\"amount\":10755,\"arrival_date\":$(date +%s)"
	say "Stripe, fonds « emploi » : $(euros 5000) et $(euros 8000), dont $(euros 2000) rendus au donateur" \
		"(annoncés avant leur don : ils l'ont attendu), $(euros 245) de frais, que Stripe dit" \
		"quand on le lui demande ; viré : $(euros 10755)."
	standard_event donation.received D-1 4000
	standard_event donation.received D-2 6000
	standard_event chargeback.received C-1 4000 D-1
	standard_event fee.charged F-1 60
	standard_event fee.charged F-2 90 D-2
	standard_event payout.paid P-1 5850
	say "Collecte 93, fonds « general » : $(euros 4000) et $(euros 6000), dont $(euros 4000) impayés," \
		"$(euros 150) de frais, dont $(euros 60) pour l'impayé ; viré : $(euros 5850)." "Chaque annonce est faite deux fois ; chaque mouvement est inscrit une fois :"
	inbox_settles 12
	changed_by emploi "$emploi" 11000
	changed_by general "$general" 6000
	changed_by fonctionnement "$fonctionnement" -395
	closes_with receivable:provider-stripe 0
	closes_with receivable:provider-collecte93 0
	closes_with transit:provider-stripe 10755
	closes_with transit:provider-collecte93 5850
	say "Les deux virements sont en route : $(euros $((10755 + 5850)))."
	! grep -q Camille "$DEMO/gateway.log" || fail "le journal de la passerelle nomme une donatrice"
}

# ---- a collector ----

# A small company whose payroll a collector keeps; TRANSFER[siren] becomes what to write.
declare -A TRANSFER
post_for_company() { # siren total row...
	local siren=$1 total=$2
	shift 2
	{
		echo 'matricule;arrondi;don;fonds'
		printf '%s\n' "$@"
	} >"$DEMO/.payroll.csv"
	expect_done arrondi-post --url "$URL" --token-file "$DEMO/tokens/paie-groupee" \
		--vkey "$(<"$DEMO/log.vkey")" --state "$DEMO/tokens/paie-groupee.checkpoint" \
		--source salary --period "$MONTH_2" --collected-on "$MONTH_2_END" --step 1.00 --terms 2026-09 \
		--reference "GROUPE-$siren" --company "employer:$siren" "$DEMO/.payroll.csv"
	must_equal "total de $siren" "$total" "$(amount_of total)"
	STAND[$siren]=$(sed -n 's/.* at position \([0-9]*\)$/\1/p' "$OUT")
	TRANSFER[$siren]=$(sed -n 's/^reference of the transfer: //p' "$OUT")
}

money_by_a_collector() {
	local status
	step "Un collecteur dépose pour deux entreprises, et ne vire qu'une fois"
	expect_done arrondi-ledger member "$LEDGER" add --id collector:paie-groupee --role collector --name "Paie groupée"
	sed -n 's/^token (shown once): //p' "$OUT" >"$DEMO/tokens/paie-groupee"
	expect_done arrondi-ledger member "$LEDGER" add --id employer:000006064 --role employer --siren 000006064 \
		--name "Garage du Raincy" --staff 6 --step 100 --match-percent 100 --match-cap-month 5000 \
		--collector collector:paie-groupee
	expect_done arrondi-ledger member "$LEDGER" add --id employer:000007070 --role employer --siren 000007070 \
		--name "Pharmacie de Pantin" --staff 4 --step 100 --collector collector:paie-groupee
	post_for_company 000006064 245 'M1;0,60;1,00;emploi' 'M2;0,85;0,00;emploi'
	post_for_company 000007070 240 'M1;0,40;2,00;emploi'
	printf 'header = "Authorization: Bearer %s"\n' "$(<"$DEMO/tokens/paie-groupee")" >"$DEMO/.curl"
	status=$(curl -sS --max-time 20 -K "$DEMO/.curl" -o "$OUT" -w '%{http_code}' -H 'Content-Type: application/json' \
		--data-binary "{\"ref\":\"BORDEREAU-1\",\"date\":\"$TODAY\",\"amount\":485,\"fee\":30,\
\"digest\":\"$(digest "Bordereau")\",\"batches\":[{\"batch\":${STAND[000006064]}},{\"batch\":${STAND[000007070]}}]}" \
		"$URL/v1/remittances")
	must_equal "réponse au bordereau" 201 "$status"
	TRANSFER[collector]=$(sed -n 's/.*"transfer_reference":"\([A-Z0-9]*\)".*/\1/p' "$OUT")
	closes_with receivable:collector-paie-groupee 455
	closes_with receivable:employer-000006064 245
	say "Garage du Raincy $(euros 245), Pharmacie de Pantin $(euros 240), frais du collecteur $(euros 30) :" \
		"il doit $(euros 455) sous ${TRANSFER[collector]}. L'abondement du garage, $(euros 245), reste à lui."
}

# ---- the bank ----

# What the bank will show: each movement, and their sum.
MOVED=
MOVED_SUM=0
moves() { # cents text [end-to-end id [the other's IBAN [reason of a return]]]
	local cents=$1 side=CRDT other=Dbtr
	MOVED_SUM=$((MOVED_SUM + cents))
	[ "$cents" -ge 0 ] || side=DBIT other=Cdtr cents=$((-cents))
	MOVED+="<Ntry><Amt Ccy=\"EUR\">$(amount_text "$cents")</Amt><CdtDbtInd>$side</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>"
	MOVED+="<BookgDt><Dt>$TODAY</Dt></BookgDt><NtryDtls><TxDtls>"
	[ -z "${3:-}" ] || MOVED+="<Refs><EndToEndId>$3</EndToEndId></Refs>"
	[ -z "${4:-}" ] || MOVED+="<RltdPties><${other}Acct><Id><IBAN>$4</IBAN></Id></${other}Acct></RltdPties>"
	MOVED+="<RmtInf><Ustrd>$2</Ustrd></RmtInf>"
	[ -z "${5:-}" ] || MOVED+="<RtrInf><Rsn><Cd>$5</Cd></Rsn></RtrInf>"
	MOVED+="</TxDtls></NtryDtls></Ntry>"
}

balance() { # type cents
	printf '<Bal><Tp><CdOrPrtry><Cd>%s</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">%s</Amt>' "$1" "$(amount_text "$2")"
	printf '<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>%s</Dt></Dt></Bal>' "$TODAY"
}

# Its statement, from what it held: HELD becomes what it closes with.
HELD=
statement_arrives() { # name "lines: explained now, before, left"
	local closing=$((HELD + MOVED_SUM)) file=$DEMO/bank/$1.xml
	{
		printf '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>%s</Id>' "$1"
		printf '<Acct><Id><IBAN>%s</IBAN></Id></Acct>' "$ACCOUNT_IBAN"
		balance OPBD "$HELD"
		balance CLBD "$closing"
		printf '%s</Stmt></BkToCstmrStmt></Document>\n' "$MOVED"
	} >"$file"
	HELD=$closing MOVED='' MOVED_SUM=0
	shown "arrondi-gateway bank ledger import $1.xml"
	expect_done arrondi-gateway bank "$LEDGER" import "$file"
	lines <"$OUT"
	must_equal "lignes du relevé $1" "$2" "$(tail -n 1 "$OUT")"
	cp "$OUT" "$DEMO/.imported"
	closes_with account:courant "$HELD"
}

# The payments that are due, in a file that no bank has seen before.
payment_file() { # name
	local file=$DEMO/bank/$1.xml
	shown "arrondi-gateway bank ledger orders --out $1.xml --payees payees --passphrase-file phrase"
	expect_done arrondi-gateway bank "$LEDGER" orders --out "$file" --payees "$DEMO/.payees" \
		--passphrase-file "$DEMO/.passphrase"
	lines <"$OUT"
	must_equal "fichier $1" "$PAYMENTS payments, $(amount_text "$ORDERED")" "$(sed -n '$s/: file .*//p' "$OUT")"
	PAYMENTS=0 ORDERED=0
	if ! command -v xmllint >/dev/null; then
		say "(xmllint n'est pas installé : le fichier n'est pas confronté à son schéma.)"
	elif [ ! -e "$SCHEMA" ]; then
		say "(Le schéma $SCHEMA n'est pas là : le fichier n'y est pas confronté.)"
	else
		expect_done xmllint --noout --schema "$SCHEMA" "$file"
		say "xmllint : le fichier est conforme au schéma pain.001.001.09."
	fi
	expect_done arrondi-gateway bank "$LEDGER" orders --out "$DEMO/.again" --payees "$DEMO/.payees" \
		--passphrase-file "$DEMO/.passphrase"
	grep -q 'no file was written' "$OUT" || fail "un virement est dans deux fichiers" "$OUT"
}

# The bank carries out a payment file: "id cents iban" a line, of its payments.
ordered_in() { # name
	{
		tr '\n' ' ' <"$DEMO/bank/$1.xml" | sed 's/<CdtTrfTxInf>/\n/g'
		echo
	} |
		sed -n 's|.*<EndToEndId>\([^<]*\)<.*<InstdAmt Ccy="EUR">\([0-9]*\)\.\([0-9]*\)<.*<CdtrAcct>.*<IBAN>\([^<]*\)<.*|\1 \2\3 \4|p'
}

money_that_leaves() {
	local act vote
	step "Le compte courant, et le fichier des virements à faire"
	act="\"kind\":\"account\",\"id\":\"courant\",\"iban\":\"$ACCOUNT_IBAN\",\"label\":\"Compte courant\",\"status\":\"active\""
	propose "{\"subject\":\"structure\",\"act\":{$act},\"expires_on\":\"$EXPIRY\"}"
	vote=$POSITION
	votes "$vote" siege-1=for siege-2=for siege-3=for siege-4=for
	decide "$vote"
	record operator "{$act,\"proposal\":$vote}"
	expect_done arrondi-report journal "$LEDGER"
	HELD=$(awk -f tests/journal.awk "$OUT" | awk '$1 == "bank" { print $2 }')
	say "Le conseil a voté le compte ; il tient $(euros "$HELD") à ce jour."
	payment_file virements-1
	say "Un virement qui est dans un fichier ne sera jamais dans un second."
}

money_at_the_bank() {
	local count=0 id cents iban statement charge transport short fonctionnement
	step "Le relevé de la banque solde tout"
	fonctionnement=$(available fonctionnement)
	moves 10755 "STRIPE PAYOUT po_1"
	moves 5850 "VIREMENT COLLECTE93"
	moves 455 "BORDEREAU ${TRANSFER[collector]}"
	moves 245 "ABONDEMENT ${TRANSFER[000006064]}"
	moves 1200 "SOLDE OCTOBRE, MERCI"
	while read -r id cents iban; do
		moves "-$cents" VIREMENT "$id" "$iban"
		count=$((count + 1))
	done < <(ordered_in virements-1)
	must_equal "virements du fichier" 4 "$count"
	moves -250 "FRAIS DE TENUE DE COMPTE"
	statement_arrives releve-1 "10 lines: 8 explained now, 0 before, 2 left"
	closes_with transit:provider-stripe 0
	closes_with transit:provider-collecte93 0
	closes_with receivable:collector-paie-groupee 0
	closes_with receivable:employer-000006064 0
	closes_with suspense:courant 950

	say "Deux lignes ne se nomment pas : elles attendent, et la trésorière les explique."
	statement=$(sed -n 's/.*left, line [0-9]* of \([0-9]*\): .*/\1/p' "$DEMO/.imported" | head -n 1)
	transport=$(sed -n 's/.* 12\.00: left, line \([0-9]*\) of .*/\1/p' "$DEMO/.imported")
	charge=$(sed -n 's/.* -2\.50: left, line \([0-9]*\) of .*/\1/p' "$DEMO/.imported")
	short=paie-2026-10-transports-de-l-ourcq.csv
	record treasurer "{\"kind\":\"settlement\",\"payer\":\"$(expected "$short" employer)\",\"amount\":1200,\
\"settles\":${STAND[$short]},\"date\":\"$TODAY\",\"line\":{\"statement\":$statement,\"line\":$transport}}"
	say "Les 12,00 € qui manquaient aux transports sont arrivés."
	record treasurer "{\"kind\":\"expense\",\"amount\":250,\"class\":\"fonctionnement\",\"nature\":\"bank-charges\",\
\"fund\":\"fonctionnement\",\"date\":\"$TODAY\",\"line\":{\"statement\":$statement,\"line\":$charge}}"
	changed_by fonctionnement "$fonctionnement" -250
	closes_with suspense:courant 0
	expect_done arrondi-gateway bank "$LEDGER" import "$DEMO/bank/releve-1.xml"
	must_equal "le même relevé" "10 lines: 0 explained now, 10 before, 0 left" "$(tail -n 1 "$OUT")"
	say "Le même relevé, une seconde fois : rien n'est inscrit deux fois."
	curl -sS --max-time 20 "$URL/metrics" >"$OUT"
	grep -qx 'arrondi_bank_unexplained_lines{account="courant"} 0' "$OUT" || fail "/metrics ne dit pas que tout est expliqué" "$OUT"
}

# ---- a payment that comes back ----

money_that_comes_back() {
	local id cents iban payment proposal payee returned
	step "Un virement revient : il est dû de nouveau, et un siège confirme le compte"
	read -r id cents iban < <(ordered_in virements-1 | awk '$2 == 8000')
	moves "$cents" "REJET DE VIREMENT" "$id" "$iban" AC01
	statement_arrives releve-2 "1 lines: 1 explained now, 0 before, 0 left"
	payment=$(sed -n 's/.* returns payment \([0-9]*\), position .*/\1/p' "$DEMO/.imported")
	returned=$(sed -n 's/.* returns payment [0-9]*, position \([0-9]*\)$/\1/p' "$DEMO/.imported")
	expect_done arrondi-ledger show "$LEDGER" "$payment"
	proposal=$(sed -n 's/.*"proposal":\([0-9]*\).*/\1/p' "$OUT")
	payee=$(sed -n 's/.*"payee":"\([0-9a-f]*\)".*/\1/p' "$OUT")
	draft "{\"kind\":\"payment\",\"proposal\":$proposal,\"amount\":$cents,\"payee\":\"$payee\"}"
	expect_refused "came back" arrondi-ledger record "$LEDGER" "$DEMO/.draft.json" --by treasurer
	shown "arrondi-ledger confirm ledger $returned --seat siege-4 > compte.txt"
	expect_done arrondi-ledger confirm "$LEDGER" "$returned" --seat siege-4
	cp "$OUT" "$DEMO/.confirmation.txt"
	arrondi-keys sign --key "$DEMO/keys/siege-4.pem" "$DEMO/.confirmation.txt" >"$DEMO/.confirmation.note"
	expect_done arrondi-ledger vote "$LEDGER" "$DEMO/.confirmation.note"
	say "Le siège 4 a vu la personne, et signe que le compte est le bon."
	pay "$proposal" "$cents" "$payee"
	payment_file virements-2
	read -r id cents iban < <(ordered_in virements-2)
	moves "-$cents" VIREMENT "$id" "$iban"
	statement_arrives releve-3 "1 lines: 1 explained now, 0 before, 0 left"
	closes_with suspense:courant 0
	say "La banque tient $(euros "$HELD"), et le grand livre aussi."
}

# What the auditor's own run says of the bank, from the last --json in $OUT.
auditor_agrees_with_the_bank() {
	local said
	said=$(grep -o '"account":"courant"[^}]*' "$OUT" | tail -n 1)
	[[ $said == *"\"balance\":$HELD,"* && $said == *'"unexplained_in":0,"unexplained_lines":0,"unexplained_out":0'* ]] ||
		fail "l'auditeur et la banque ne s'accordent pas : $said"
	must_equal "argent sans relevé, d'après l'auditeur" 0 \
		"$(sed -n 's/.*"bank_without_statement":\(-\{0,1\}[0-9]*\).*/\1/p' "$OUT")"
	say "La banque, l'auditeur et le grand livre : $(euros "$HELD"), et rien d'inexpliqué."
}
