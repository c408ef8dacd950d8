#!/bin/bash
# What the bank shows, line by line: one transfer for two companies' batches, charges and
# interest, a transfer that nobody can explain for a while, and a payment that comes back.
# shellcheck source=tests/stories/story.sh
. "$(dirname "$0")/story.sh"

lilas_posts() { posts A lilas "$LAST_MONTH" "M1 5.00 45.00 emploi" "M2 5.00 45.00 emploi"; }
canal_posts() { posts B canal "$LAST_MONTH" "M1 5.00 45.00 emploi"; }
people() { seeker amina; }

# One transfer for both batches, what the bank took and gave, and a riddle.
first_statement() {
	states R1 courant 0.00 179.50 150.00 -1.20 30.00 0.70
	stands account:courant 179.50 suspense:courant 179.50 bank 0.00
	not_recorded "less than 15001" treasurer "\"kind\":\"settlement\",\"payer\":\"${ID[lilas]}\",\
\"amount\":15001$(cites R1 1)"
	not_recorded "cite the line" treasurer "\"kind\":\"settlement\",\"payer\":\"${ID[lilas]}\",\
\"amount\":10000,\"date\":\"$TODAY\""
	arrives VIR1 lilas 100.00 R1 1 A
	arrives VIR2 canal 50.00 R1 1 B
	charges FRAIS 1.20 R1 2
	earns INTERETS 0.70 fonctionnement R1 4
	stands suspense:courant 30.00 fund:emploi:free 150.00 fund:fonctionnement:free -0.50 \
		receivable:lilas 0.00 receivable:canal 0.00
}

# It is seen until somebody has said what it was.
the_riddle() {
	reads "pas encore expliqués" receivables
	curl -sS --max-time 20 "$URL/metrics" >"$OUT" || stop_play "the metrics"
	grep -q '^arrondi_bank_unexplained_cents{account="courant",direction="in"} 3000$' "$OUT" &&
		grep -q '^arrondi_bank_unexplained_days{account="courant"} 0$' "$OUT" ||
		stop_play "the metrics tell what is not explained" "$OUT"
	ok "the metrics tell what is not explained, and for how long"
	gives DON canal 30.00 emploi
	arrives VIR3 canal 30.00 R1 3 DON
	stands suspense:courant 0.00 fund:emploi:free 180.00
}

pay_amina() {
	support aide amina 60.00
	votes aide 1=for 2=for 3=for
	decides aide granted
	orders PAI aide amina 60.00
	hands_over FICHIER courant PAI
	not_recorded "a second file would pay it twice" treasurer "\"kind\":\"order\",\"account\":\"courant\",\
\"digest\":\"$(digest encore)\",\"payments\":[{\"payment\":${AT[PAI]}}]"
	not_recorded "it is carried out, or comes back" treasurer "\"kind\":\"reversal\",\"of\":${AT[PAI]},\
\"reason\":\"payee\",\"date\":\"$TODAY\""
	states R2 courant 179.50 179.50 -60.00 60.00
	leaves FAIT PAI R2 1
	comes_back RETOUR PAI R2 2
	stands suspense:courant 0.00 committed:emploi:free 60.00
}

# A seat asks her by telephone, and signs that the account is the right one.
pay_her_again() {
	not_recorded "a seat confirms its account first" treasurer "\"kind\":\"payment\",\"amount\":6000,\
\"proposal\":${AT[aide]},\"payee\":\"$(digest "compte amina")\""
	confirms OUI 2 RETOUR
	orders PAI2 aide amina 60.00
	hands_over FICHIER2 courant PAI2
	states R3 courant 179.50 119.50 -60.00
	leaves FAIT2 PAI2 R3 1
	stands account:courant 119.50 suspense:courant 0.00 bank 0.00 \
		committed:emploi:free 0.00 ordered:emploi:free 0.00 fund:emploi:free 120.00
}

play() {
	company lilas 000001016
	company canal 000004044
	banks_at courant FR7630006000011234567890189
	in_any_order lilas_posts canal_posts people
	first_statement
	the_riddle
	pay_amina
	pay_her_again
	verified
	grep -Eq '^courant +FR7630006000011234567890189 +119\.50 EUR +0\.00 EUR +0\.00 EUR ' "$OUT" ||
		stop_play "the verifier tells what the bank has" "$OUT"
	ok "arrondi-verify comes to the bank's own balance"
}

tell play
