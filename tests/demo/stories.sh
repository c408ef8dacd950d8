# shellcheck shell=bash
# stories.sh - three stories of the demo: what goes wrong in a year, and how it is put
# right without anything being effaced. Read by tests/demo.sh, whose words it uses.
#
# What must never become false: each cent that a story names is asked of the ledger.

# What can be granted out of a fund, in cents.
available() { # fund
	expect_done arrondi-report allocation "$LEDGER" --format json
	awk -f "$DATA/balances.awk" "$OUT" | awk -v fund="$1" '$1 == fund { print $6 }'
}

# A fund stands so many cents higher or lower than before.
changed_by() { # fund before change
	must_equal "disponible du fonds $1" $(($2 + $3)) "$(available "$1")"
	say "Le fonds « $1 » passe de $(euros "$2") à $(euros $(($2 + $3)))."
}

credit_of() { # company
	expect_done arrondi-report statement "$LEDGER" --member "$1" --format json
	sed -n 's/.*"line":"Crédit","amount":\([0-9]*\).*/\1/p' "$OUT"
}

# ---- an error that is found after the 20th ----

story_of_an_error() {
	local company=000001016 emploi general
	local file=paie-2026-10-menuiserie-des-lilas.csv fixed=$DEMO/.fixed.csv
	step "Histoire : une erreur de paie, trouvée après le virement"
	say "M0023 n'a pas donné 1,00 € en plus de son arrondi : la paie l'avait saisi à tort." \
		"La menuiserie avait abondé ce don, et tout viré. Elle renvoie le fichier corrigé :"
	sed 's/^M0023;0,70;1,00;/M0023;0,70;0,00;/' "$DATA/$file" >"$fixed"
	! cmp -s "$fixed" "$DATA/$file" || fail "la correction ne corrige rien"
	emploi=$(available emploi)
	general=$(available general)
	calendar "$file"
	local -a correction=(arrondi-post --url "$URL" --token-file "$DEMO/tokens/$company"
		--vkey "$(<"$DEMO/log.vkey")" --state "$DEMO/tokens/$company.checkpoint"
		--source salary --period "$MONTH" --collected-on "$TODAY" --step 1.00
		--terms 2026-09 --reference "$REF-C1" --corrects "${STAND[$file]}"
		--reason amount "$fixed")
	shown "arrondi-post ... --corrects ${STAND[$file]} --reason amount --dry-run paie-corrigee.csv"
	expect_done "${correction[@]}" --dry-run
	sed -n '/^changes:/,/^becomes credit:/p' "$OUT" | lines
	must_equal "le crédit annoncé" 200 "$(amount_of "becomes credit")"
	expect_done "${correction[@]}"
	# 1.00 of the gift, and of the match, which is counted anew for the month, 0.46.
	changed_by emploi "$emploi" -146
	changed_by general "$general" -54
	must_equal "crédit de la menuiserie" 200 "$(credit_of "employer:$company")"
	say "Les 2,00 € sont le crédit de la menuiserie : ils paieront son prochain dépôt."
}

# ---- tonight ----

tonight() { # seeker amount delegation
	local payee proposal
	payee=$(payee "Personne de ce soir")
	propose "{\"subject\":\"support\",\"fund\":\"emploi\",\"beneficiary\":\"$1\",\
\"amount\":$2,\"purpose\":\"mobilite\",\"payee\":\"$payee\",\"expires_on\":\"$EXPIRY\"}"
	proposal=$POSITION
	votes "$proposal" siege-1=for siege-2=for
	expect_refused "undecided" arrondi-ledger decide "$LEDGER" "$proposal"
	expect_done arrondi-ledger decide "$LEDGER" "$proposal" --delegation "$3"
	GRANT=$proposal
	grep -q '"outcome":"granted"' "$OUT" || fail "la délégation n'accorde rien" "$OUT"
	say "Accordé par délégation."
	pay "$proposal" "$2" "$payee"
}

story_of_tonight() {
	local clinic=employer:000005058 before act vote gift seeker
	step "Histoire : 250 € ce soir, et le conseil n'est pas réuni"
	record operator "{\"kind\":\"gift\",\"ref\":\"DON-1\",\"payer\":\"$clinic\",\"giver\":\"company\",\
\"amount\":50000,\"fund\":\"emploi\",\"date\":\"$MONTH_2_END\"}"
	gift=$POSITION
	record treasurer "{\"kind\":\"settlement\",\"payer\":\"$clinic\",\"amount\":50000,\
\"settles\":$gift,\"date\":\"$PAID_2\",\"statement\":\"$(digest "relevé du $PAID_2")\"}"
	say "${NAME[$clinic]} a donné $(euros 50000) au fonds « emploi »."
	act="\"kind\":\"delegation\",\"fund\":\"emploi\",\"per_act\":30000,\"per_beneficiary\":40000,\
\"per_month\":60000,\"seats\":[\"siege-1\",\"siege-2\"],\"until\":\"$EXPIRY\",\"votes\":2"
	propose "{\"subject\":\"structure\",\"act\":{$act},\"expires_on\":\"$EXPIRY\"}"
	vote=$POSITION
	say "Le conseil délègue deux sièges : 300 € au plus par aide, 600 € par mois."
	votes "$vote" siege-1=for siege-2=for siege-3=for siege-4=for
	decide "$vote"
	record operator "{$act,\"proposal\":$vote}"
	seeker=job-seeker:$(head -c 16 /dev/urandom | od -An -v -tx1 | tr -d ' \n')
	local delegation=$POSITION
	record operator "{\"kind\":\"beneficiary\",\"id\":\"$seeker\",\"nature\":\"job-seeker\",\
\"attestation\":{\"digest\":\"$(digest "Attestation")\",\"until\":\"$(date -d '90 days' +%F)\"}}"
	before=$(available emploi)
	say "Le soir même, deux voix : il en manque une au quorum, et la délégation suffit."
	tonight "$seeker" 25000 "$delegation"
	changed_by emploi "$before" -25000
	expect_done arrondi-report allocation "$LEDGER" --format json
	grep -q "Accordée, non ratifiée" "$OUT" || fail "l'aide n'est pas dite non ratifiée" "$OUT"
	say "Le rapport la dit « accordée, non ratifiée », jusqu'au vote du conseil :"
	propose "{\"subject\":\"ratification\",\"ratifies\":[{\"grant\":$GRANT}],\"expires_on\":\"$EXPIRY\"}"
	vote=$POSITION
	votes "$vote" siege-3=for siege-4=for siege-5=for
	decide "$vote"
	expect_done arrondi-report allocation "$LEDGER" --format json
	! grep -q "Accordée, non ratifiée" "$OUT" || fail "l'aide reste non ratifiée" "$OUT"
	say "Le conseil l'a ratifiée."
}

# ---- a project that dies ----

story_of_a_dead_project() {
	local patron=employer:000002022 emploi projets promise
	local project='"kind":"project","id":"groupement-employeurs","title":"Groupement d'\''employeurs: étude de faisabilité","workstream":"2"'
	step "Histoire : 10 000 € promis à un projet, la moitié arrive, le projet meurt"
	projets=$(available projets)
	emploi=$(available emploi)
	record operator "{\"kind\":\"patronage\",\"ref\":\"MECENAT-2\",\"payer\":\"$patron\",\
\"amount\":1000000,\"fund\":\"projets\",\"earmark\":\"groupement-employeurs\",\"form\":\"cash\",\
\"promise\":\"firm\",\"due_on\":\"$EXPIRY\",\"date\":\"$MONTH_2_END\"}"
	promise=$POSITION
	record treasurer "{\"kind\":\"settlement\",\"payer\":\"$patron\",\"amount\":500000,\
\"settles\":$promise,\"date\":\"$PAID_2\",\"statement\":\"$(digest "relevé du $PAID_2")\"}"
	changed_by projets "$projets" 500000
	draft "{\"kind\":\"redirect\",\"of\":$promise,\"amount\":200000,\"fund\":\"emploi\",\
\"consent\":\"$(digest "Accord du mécène")\"}"
	cp "$DEMO/.draft.json" "$DEMO/.redirect.json"
	say "Tant que le projet vit, son argent lui reste :"
	expect_refused "project" arrondi-ledger record "$LEDGER" "$DEMO/.redirect.json" --by treasurer
	record operator "{$project,\"status\":\"closed\"}"
	say "Le projet est clos. Le mécène consent par écrit à ce que 2 000 € aillent à l'emploi :"
	expect_done arrondi-ledger record "$LEDGER" "$DEMO/.redirect.json" --by treasurer
	changed_by emploi "$emploi" 200000
	record treasurer "{\"kind\":\"refund\",\"payer\":\"$patron\",\"amount\":300000,\"through\":\"bank\",\
\"reason\":\"asked\",\"date\":\"$YESTERDAY\",\"of\":$promise}"
	record treasurer "{\"kind\":\"writeoff\",\"payer\":\"$patron\",\"of\":$promise,\
\"amount\":500000,\"reason\":\"abandoned\"}"
	must_equal "disponible du fonds projets" "$projets" "$(available projets)"
	say "Les 3 000 € qui restent lui sont rendus ; les 5 000 € qui ne sont jamais venus sont" \
		"abandonnés. Le fonds « projets » est où il était : $(euros "$projets")."
}
