#!/bin/bash
# A collector posts for two employers and passes on what it has collected by one
# transfer; one of them matches what its employees gave.
#
# What was collected is the collector's to transfer, less its fee; the match is the
# employer's. What is wrong is corrected by who posted it.
# shellcheck source=tests/stories/story.sh
. "$(dirname "$0")/story.sh"

lilas_posts() { posts_for bureau A lilas "$LAST_MONTH" "M1 1.00 1.00 emploi" "M2 3.00 0.00 projets"; }
canal_posts() { posts_for bureau B canal "$LAST_MONTH" "M1 2.00 0.50 emploi"; }

# curl as a member; the answer is in $OUT.
asks() { # member status address [more of curl]
	local status
	status=$(curl -sS --max-time 20 -o "$OUT" -w '%{http_code}' \
		-H "Authorization: Bearer $(<"$HOME_OF_PLAY/$1.token")" "${@:4}" "$URL$3") ||
		stop_play "an answer to $3"
	same "$1 is answered $2 to $3" "$2" "$status"
}

play() {
	collector bureau
	collector autre
	company lilas 000001016 --match-percent 100 --match-cap-month 300 --collector "${ID[bureau]}"
	company canal 000004044 --collector "${ID[bureau]}"
	company seule 000009316
	in_any_order lilas_posts canal_posts
	stands receivable:bureau 7.50 receivable:lilas 3.00 receivable:canal 0.00

	# Nobody posts for a company that does not say so; nor is one guessed.
	post_for autre FAUX lilas "$LAST_MONTH" "M9 1.00"
	must_not "is not the collector of" "${POST[@]}"
	post_for bureau FAUX seule "$LAST_MONTH" "M9 1.00"
	must_not "is not the collector of" "${POST[@]}"
	payroll bureau FAUX "$LAST_MONTH" "$LAST_DAY" "M9 1.00"
	must_not "a collector says for whom it posts" "${POST[@]}"
	post_for bureau FAUX lilas "$LAST_MONTH" "M1 1.00"
	must_not "claimed" "${POST[@]}"

	# M2 gave 2.00 and not 3.00: the batch is corrected by who posted it.
	payroll lilas A2 "$LAST_MONTH" "$TODAY" "M1 1.00 1.00 emploi" "M2 2.00 0.00 projets"
	must_not "is not a batch of this company" "${POST[@]}" --corrects "${AT[A]}" --reason amount
	post_for bureau A2 lilas "$LAST_MONTH" "M1 1.00 1.00 emploi" "M2 2.00 0.00 projets"
	must "${POST[@]}" --corrects "${AT[A]}" --reason amount
	stands receivable:bureau 6.50 receivable:lilas 3.00

	# One transfer for both, of which the collector keeps 0.30.
	asks bureau 201 /v1/remittances -H 'Content-Type: application/json' --data-binary \
		"{\"ref\":\"BORDEREAU-1\",\"date\":\"$TODAY\",\"amount\":650,\"fee\":30,\
\"digest\":\"$(digest detail)\",\"batches\":[$(ascending A B)]}"
	AT[BORDEREAU]=$(sed -n 's/.*"position":\([0-9]*\).*/\1/p' "$OUT")
	grep -q '"transfer_reference":"RF' "$OUT" || stop_play "what to write on the transfer" "$OUT"
	stands receivable:bureau 6.20 fund:fonctionnement:free -0.30
	not_recorded "is in the remittance" "${ID[bureau]}" "\"kind\":\"remittance\",\"date\":\"$TODAY\",\
\"amount\":250,\"digest\":\"$(digest detail)\",\"batches\":[{\"batch\":${AT[B]}}]"
	transfers VIR bureau 6.20 BORDEREAU
	stands receivable:bureau 0.00 receivable:lilas 3.00 bank 6.20
	transfers ABONDEMENT lilas 3.00 A
	stands receivable:lilas 0.00 credit:lilas 0.00 bank 9.20 fund:fonctionnement:free -0.30

	# Each sees its own: the employer what was posted for it, the collector what it posted.
	asks lilas 200 "/v1/entries/${AT[A]}"
	asks canal 403 "/v1/entries/${AT[A]}"
	asks bureau 200 "/rows/${AT[B]}"
	asks autre 403 "/rows/${AT[B]}"
	reads "Bordereau" statement --member "${ID[bureau]}"
	reads "Arrondis sur salaires" statement --member "${ID[lilas]}"
	reads "Dépensé" allocation
}

tell play
