#!/bin/bash
# demo.sh - two months of a foundation, from its charter to an auditor's verification,
# three stories of what goes wrong in them (tests/demo/stories.sh), the money that
# providers, a collector and the bank tell of by themselves (tests/demo/money.sh), and the
# papers of the year (tests/demo/papers.sh).
#
#   make demo        or: B=build-folder BIN=folder-of-programs tests/demo.sh
#
# It makes B/demo anew and leaves there ledger, export, log.vkey, the allocation report in
# all of its formats, and bank: the bank's files and those for it. It speaks French, as its
# foundation does.
#
# What must never become false: each step is checked where it stands. What should be
# refused and was not, an amount that is not the expected one, a balance that two programs
# see differently: the demo ends there, with status 1.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
B=${B:-build}
case $B in /*) ;; *) B=$PWD/$B ;; esac
BIN=${BIN:-$B/bin}
case $BIN in /*) ;; *) BIN=$PWD/$BIN ;; esac
PATH=$BIN:$PATH
# Days are those of Paris, as the ledger dates its acts.
export PATH LC_ALL=C.UTF-8 TZ=CET-1CEST,M3.5.0,M10.5.0/3
umask 077

DATA=$PWD/tests/demo
DEMO=$B/demo
LEDGER=$DEMO/ledger
GATEWAY_WAIT_S=20
GATEWAY_PID=
URL=
STEP=0
# What is ordered and in no payment file yet: how many, and in cents.
PAYMENTS=0
ORDERED=0

# The days. The files' two months stand for the last two that are over.
TODAY=$(date +%F)
MONTH_2_END=$(date -d "$(date +%Y-%m-01) -1 day" +%F)
MONTH_2=${MONTH_2_END%-*}
MONTH_1_END=$(date -d "$MONTH_2-01 -1 day" +%F)
MONTH_1=${MONTH_1_END%-*}
PAID_1=$MONTH_2-15 # the first month's transfers, in time
# What the treasurer records by hand is of days before the bank's first file, of today.
YESTERDAY=$(date -d yesterday +%F)
PAID_2=$(date +%Y-%m-15)
[[ $PAID_2 < $TODAY ]] || PAID_2=$YESTERDAY
EXPIRY=$(date -d '30 days' +%F)

# ---- telling ----

fail() { # sentence
	echo "ÉCHEC : $1" >&2
	shift
	[ $# = 0 ] || cat "$@" >&2
	exit 1
}

step() { # title
	STEP=$((STEP + 1))
	printf '\n== %s. %s\n' "$STEP" "$1"
}

say() { printf '   %s\n' "$@"; }

# The command as somebody would type it, then the lines of its output that matter.
shown() { printf '   $ %s\n' "$1"; }
lines() { sed 's/^/     /'; }

euros() { # cents
	local cents=$1 sign='' whole
	[ "$cents" -ge 0 ] || sign=- cents=$((-cents))
	whole=$((cents / 100))
	[ "$whole" -lt 1000 ] || whole=$((whole / 1000))' '$(printf %03d $((whole % 1000)))
	printf '%s%s,%02d €' "$sign" "$whole" $((cents % 100))
}

# printf counts bytes; a table is aligned by characters.
left() { printf '%s%*s' "$2" $(($1 - ${#2})) ''; }  # width text
right() { printf '%*s%s' $(($1 - ${#2})) '' "$2"; } # width text

# ---- asking the ledger ----

# The last command's output is in here.
OUT=$DEMO/.out

expect_done() { # command...
	local status=0
	"$@" >"$OUT" 2>&1 </dev/null || status=$?
	[ "$status" = 0 ] || fail "cette commande aurait dû réussir : $*" "$OUT"
}

# It must end with status 1 and name this rule or reason.
expect_refused() { # text command...
	local status=0 text=$1
	shift
	"$@" >"$OUT" 2>&1 </dev/null || status=$?
	[ "$status" = 1 ] || fail "cette commande aurait dû être refusée : $*" "$OUT"
	grep -qF -- "$text" "$OUT" || fail "le refus ne dit pas « $text » : $*" "$OUT"
	say "Refusé : $(sed -n 's/^[a-z-]*: error: //p' "$OUT" | head -n 1)"
}

# What an entry's command printed.
position() { sed -n 's/^position \([0-9][0-9]*\).*/\1/p' "$OUT" | head -n 1; }

draft() { printf '%s\n' "$1" >"$DEMO/.draft.json"; } # json

# POSITION becomes the entry's.
record() { # by json
	draft "$2"
	expect_done arrondi-ledger record "$LEDGER" "$DEMO/.draft.json" --by "$1"
	POSITION=$(position)
}

propose() { # json
	draft "$1"
	expect_done arrondi-ledger propose "$LEDGER" "$DEMO/.draft.json" --by siege-1
	POSITION=$(position)
}

# A seat votes: it reads the text, signs it with its own key, hands the note in.
vote() { # proposal seat vote
	expect_done arrondi-ledger ballot "$LEDGER" "$1" --seat "$2" --vote "$3"
	cp "$OUT" "$DEMO/.ballot.txt"
	arrondi-keys sign --key "$DEMO/keys/$2.pem" "$DEMO/.ballot.txt" >"$DEMO/.ballot.note"
	expect_done arrondi-ledger vote "$LEDGER" "$DEMO/.ballot.note"
}

votes() { # proposal seat=vote...
	local proposal=$1 word
	shift
	for word in "$@"; do
		vote "$proposal" "${word%=*}" "${word#*=}"
	done
	say "Bulletins signés : $*"
}

decide() { # proposal
	expect_done arrondi-ledger decide "$LEDGER" "$1"
	grep -q '"outcome":"granted"' "$OUT" || fail "la décision n'accorde rien" "$OUT"
	say "Décision : accordé."
}

# What stands for a paper that stays at the foundation: the digest of a salt and a text.
digest() { # text
	printf '%s %s' "$(head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n')" "$1" |
		sha256sum | cut -d ' ' -f 1
}

pay() { # proposal amount payee
	record treasurer "{\"kind\":\"payment\",\"proposal\":$1,\"amount\":$2,\"payee\":\"$3\"}"
	PAYMENTS=$((PAYMENTS + 1))
	ORDERED=$((ORDERED + $2))
	say "Virement ordonné, pour le prochain fichier à la banque : $(euros "$2")"
}

# ---- the gateway ----

# shellcheck disable=SC2317
demo_end() {
	local status=$?
	stop_gateway || status=1
	stop_provider
	rm -rf "$DEMO"/.[a-z]*
	exit "$status"
}

start_gateway() { # more options...
	local tries=0
	rm -f "$DEMO/.port"
	arrondi-gateway "$LEDGER" --listen 127.0.0.1:0 --port-file "$DEMO/.port" "$@" \
		2>>"$DEMO/gateway.log" </dev/null &
	GATEWAY_PID=$!
	until [ -s "$DEMO/.port" ]; do
		tries=$((tries + 1))
		if ! kill -0 "$GATEWAY_PID" 2>/dev/null || [ "$tries" -gt $((GATEWAY_WAIT_S * 20)) ]; then
			fail "la passerelle ne démarre pas" "$DEMO/gateway.log"
		fi
		sleep 0.05
	done
	URL=$(<"$DEMO/.port")
	URL=http://127.0.0.1:${URL##*:}
}

stop_gateway() {
	local status=0
	[ -n "$GATEWAY_PID" ] || return 0
	kill "$GATEWAY_PID" 2>/dev/null || true
	wait "$GATEWAY_PID" || status=$?
	GATEWAY_PID=
	return "$status"
}

# ---- posting ----

declare -A EXPECTED NAME STAND REFERENCE DUE

expected() { printf '%s' "${EXPECTED[$1/$2]:-0}"; } # file member

# A file's month, its last day, and a reference for it.
calendar() { # file
	case $(expected "$1" period) in
	2026-09) MONTH=$MONTH_1 DAY=$MONTH_1_END ;;
	*) MONTH=$MONTH_2 DAY=$MONTH_2_END ;;
	esac
	case $(expected "$1" source) in
	salary) REF=PAYE-$MONTH ;;
	*) REF=FACT-$MONTH ;;
	esac
}

post() { # file [more options of arrondi-post...]
	local file=$1 step company
	shift
	calendar "$file"
	company=$(expected "$file" employer)
	step=$(expected "$file" step)
	arrondi-post --url "$URL" --token-file "$DEMO/tokens/${company#*:}" \
		--vkey "$(<"$DEMO/log.vkey")" --state "$DEMO/tokens/${company#*:}.checkpoint" \
		--source "$(expected "$file" source)" --period "$MONTH" --collected-on "$DAY" \
		--step "$((step / 100)).$(printf %02d $((step % 100)))" --terms 2026-09 \
		--reference "$REF" "$@" "$DATA/$file"
}

# A line of the summary: "total: 2.09 EUR" as cents; of a giver, the sum of its lines.
amount_of() { sed -n "s/^$1: \([0-9]*\)\.\([0-9]*\) EUR\$/\1\2/p" "$OUT" | sed 's/^0*\([0-9]\)/\1/'; }
giver_of() {
	awk -v giver="$1:" '$2 == giver { sub(/\./, "", $3); sum += $3 } END { print sum + 0 }' "$OUT"
}

must_equal() { # what expected actual
	[ "$2" = "$3" ] || fail "$1 : attendu $2, obtenu $3" "$OUT"
}

post_and_compare() { # file
	local file=$1 giver company at=$DEMO/.member
	expect_done post "$file"
	sed -n 's/^rows: \([0-9]*\), and \([0-9]*\) of 0 left out$/\1 \2/p' "$OUT" >"$at"
	must_equal "$file, lignes" "$(expected "$file" count) $(expected "$file" zero_rows)" "$(<"$at")"
	must_equal "$file, total" "$(expected "$file" total)" "$(amount_of total)"
	for giver in person company seller; do
		[ -z "${EXPECTED[$file/givers.$giver]:-}" ] ||
			must_equal "$file, $giver" "$(expected "$file" "givers.$giver")" "$(giver_of "$giver")"
	done
	company=$(expected "$file" employer)
	STAND[$file]=$(sed -n 's/.* at position \([0-9]*\)$/\1/p' "$OUT")
	REFERENCE[$file]=$(sed -n 's/^reference of the transfer: //p' "$OUT")
	DUE[$file]=$(amount_of "to transfer")
	printf '   %s %s %3s lignes %s, abondement %s, à virer sous %s\n' \
		"$(left 29 "${NAME[$company]}")" "$REF" "$(cut -d ' ' -f 1 "$at")" \
		"$(right 8 "$(euros "$(amount_of total)")")" \
		"$(right 8 "$(euros "$(amount_of match)")")" "${REFERENCE[$file]}"
}

# Refused whole, with each of the expected lines named and no other.
post_refused() { # file
	local status=0 named
	post "$1" >"$OUT" 2>&1 </dev/null || status=$?
	must_equal "$1, statut" 1 "$status"
	named=$(sed -n 's/^line \([0-9]*\): .*/\1/p' "$OUT" | sort -nu | tr '\n' ' ')
	must_equal "$1, lignes refusées" "$(expected "$1" refused_lines)" "${named% }"
	grep '^line ' "$OUT" | lines
}

# A transfer as the bank's statement shows it, recorded by the treasurer.
settle() { # file amount date reference-of-the-record
	local company
	company=$(expected "$1" employer)
	record treasurer "{\"kind\":\"settlement\",\"ref\":\"$4\",\"payer\":\"$company\",\
\"amount\":$2,\"settles\":${STAND[$1]},\"date\":\"$3\",\"statement\":\"$(digest "relevé du $3")\"}"
	printf '   %s  %s %s  %s\n' "$3" "$(left 29 "${NAME[$company]}")" \
		"$(right 9 "$(euros "$2")")" "${REFERENCE[$1]}"
}

# ---- the play ----

# shellcheck source=tests/demo/stories.sh
. "$DATA/stories.sh"
# shellcheck source=tests/demo/money.sh
. "$DATA/money.sh"
# shellcheck source=tests/demo/papers.sh
. "$DATA/papers.sh"

[ -x "$BIN/arrondi-gateway" ] || fail "les programmes manquent dans $BIN : lancez make"
command -v openssl >/dev/null || fail "il manque openssl, qui joue un prestataire : installez le paquet openssl"
rm -rf "$DEMO"
mkdir -p "$DEMO/keys" "$DEMO/tokens" "$DEMO/bank"
trap demo_end EXIT
trap 'exit 143' TERM INT

while IFS=$'\t' read -r file member value; do
	EXPECTED[$file/$member]=$value
done < <(awk -f "$DATA/flat.awk" "$DATA/expected.json")

echo "Arrondi : deux mois d'une fondation territoriale citoyenne ($MONTH_1 et $MONTH_2)."
say "Les entreprises, leurs salariés et leurs montants sont fictifs. Les projets sont ceux" \
	"qu'un groupe de travail a recensés en décembre 2017 ; les montants que sa liste ne" \
	"donne pas (aides, subventions, mécénat, budgets) sont inventés par la démonstration."

step "Le conseil : cinq sièges, chacun sa clé"
cp "$DATA/charter.json" "$DEMO/charter.json"
for seat in siege-1 siege-2 siege-3 siege-4 siege-5; do
	vkey=$(arrondi-keys generate --name "$seat" --out "$DEMO/keys/$seat.pem")
	awk -v seat="\"$seat\"" -v vkey="$vkey" '
		index($0, seat) { here = 1 }
		here && sub(/"vkey": null/, "\"vkey\": \"" vkey "\"") { here = 0 }
		{ print }' "$DEMO/charter.json" >"$DEMO/.charter"
	mv "$DEMO/.charter" "$DEMO/charter.json"
done
must_equal "droits des clés" 600 "$(stat -c %a "$DEMO/keys/siege-1.pem")"
shown "arrondi-keys generate --name siege-1 --out siege-1.pem      (et ainsi de suite)"
grep -o '"siege-1+[^"]*"' "$DEMO/charter.json" | lines

step "La charte ouvre le grand livre"
say "Fonds, votes requis selon le montant, objets aidés : ce sont les règles du jeu, scellées."
shown "arrondi-ledger init ledger --charter charter.json"
expect_done arrondi-ledger init "$LEDGER" --charter "$DEMO/charter.json"
tail -n 1 "$OUT" >"$DEMO/log.vkey"
lines <"$DEMO/log.vkey"
say "Cette ligne est la clé publique du grand livre : chacun la garde."

step "Cinq entreprises entrent, avec leurs conditions d'abondement"
while IFS=$'\t' read -r id siren name staff rounding percent cap; do
	NAME[$id]=$name
	expect_done arrondi-ledger member "$LEDGER" add --id "$id" --role employer --siren "$siren" \
		--name "$name" --staff "$staff" --step "$rounding" --match-percent "$percent" \
		--match-cap-month "$cap"
	sed -n 's/^token (shown once): //p' "$OUT" >"$DEMO/tokens/$siren"
	[ -s "$DEMO/tokens/$siren" ] || fail "pas de jeton pour $name" "$OUT"
	terms="abonde $percent % jusqu'à $(euros "$cap") par mois"
	[ "$percent" != 0 ] || terms="n'abonde pas"
	printf '   %s %3s salariés, arrondi à %s, %s\n' "$(left 29 "$name")" "$staff" \
		"$(euros "$rounding")" "$terms"
done < <(awk -v want="id siren name staff step match_percent match_cap_month" \
	-f "$DATA/flat.awk" "$DATA/employers.json")
say "Chacune reçoit un jeton, montré une fois."

step "Les projets et leurs porteurs"
while IFS=$'\t' read -r id nature rna siren until; do
	members="\"id\":\"$id\",\"nature\":\"$nature\""
	[ "$rna" = - ] || members+=",\"rna\":\"$rna\""
	[ "$siren" = - ] || members+=",\"siren\":\"$siren\""
	case $until in
	+*y) until=$(date -d "${until//[+y]/} years" +%F) ;;
	-*d) until=$(date -d "${until//[-d]/} days ago" +%F) ;;
	esac
	[ "$until" = - ] ||
		members+=",\"attestation\":{\"digest\":\"$(digest "$id")\",\"until\":\"$until\"}"
	record operator "{\"kind\":\"beneficiary\",$members}"
	[ "$until" = - ] && until="sans attestation" || until="attestation jusqu'au $until"
	printf '   %s %s %s\n' "$(left 25 "$id")" "$(left 11 "$nature")" "$until"
done < <(awk -v want="id nature rna siren attestation_until" -f "$DATA/flat.awk" "$DATA/beneficiaries.json")
projects=0
while IFS=$'\t' read -r id title workstream requested; do
	members="\"id\":\"$id\",\"title\":\"$title\",\"workstream\":\"$workstream\",\"status\":\"open\""
	! grep -q "\"bearer:$id\"" "$DATA/beneficiaries.json" || members+=",\"bearer\":\"bearer:$id\""
	[ "$requested" = - ] || members+=",\"requested\":$requested"
	record operator "{\"kind\":\"project\",$members}"
	projects=$((projects + 1))
done < <(awk -v want="id title workstream requested" -f "$DATA/flat.awk" "$DATA/projects.json")
say "$projects projets inscrits."

step "Les entreprises déposent leurs fichiers de paie et de factures, par HTTP"
start_gateway
shown "arrondi-post --url $URL --source salary --period $MONTH_1 --step 1.00 ... paie.csv"
for file in paie-2026-09-*.csv factures-2026-09-*.csv paie-2026-10-*.csv factures-2026-10-*.csv; do
	for path in "$DATA"/$file; do
		post_and_compare "${path##*/}"
	done
done
say "Chaque total est celui qui était attendu ; chaque réponse porte un point de contrôle" \
	"signé, et prouve que le grand livre n'a fait que grandir."

step "Déposer deux fois ne compte pas deux fois"
expect_done post paie-2026-09-menuiserie-des-lilas.csv
grep -q "was recorded before at position ${STAND[paie-2026-09-menuiserie-des-lilas.csv]}\$" "$OUT" ||
	fail "le second dépôt n'est pas reconnu" "$OUT"
head -n 1 "$OUT" | lines

step "Deux fichiers fautifs sont refusés en entier, chaque ligne fautive nommée"
for file in refusee-net-a-payer.csv refusee-lignes.csv; do
	say "$file"
	post_refused "$file"
done
# The gateway does not rely on its clients: it refuses the same file by itself.
calendar refusee-lignes.csv
printf 'header = "Authorization: Bearer %s"\n' "$(<"$DEMO/tokens/000001016")" >"$DEMO/.curl"
STATUS=$(curl -sS -K "$DEMO/.curl" -o "$OUT" -w '%{http_code}' -H 'Content-Type: text/csv' \
	--data-binary "@$DATA/refusee-lignes.csv" \
	"$URL/v1/batches?source=salary&period=$MONTH&collected_on=$DAY&step_cents=100&terms=2026-09&reference=REFUSE-1")
NAMED=$(grep -o '"line":[0-9]*' "$OUT" | sed 's/.*://' | sort -nu | tr '\n' ' ')
must_equal "lignes que la passerelle refuse" "$(expected refusee-lignes.csv refused_lines)" "${NAMED% }"
say "Envoyé sans passer par arrondi-post, le fichier est refusé de même (HTTP $STATUS)."

step "Les entreprises versent ; la trésorière inscrit ce que dit le relevé de la banque"
short=paie-2026-10-transports-de-l-ourcq.csv
twice=factures-2026-10-boulangerie-du-canal.csv
for file in "${!STAND[@]}"; do
	echo "${STAND[$file]} $file"
done | sort -n >"$DEMO/.order"
while read -r at file; do
	day=$PAID_1 amount=${DUE[$file]}
	[[ $file != *-2026-10-* ]] || day=$PAID_2
	# The clinic pays on payday.
	[[ $file != paie-2026-09-clinique-* ]] || day=$MONTH_1_END
	[ "$file" != "$short" ] || amount=$((amount - 1200))
	settle "$file" "$amount" "$day" "VIR-$at"
	[ "$file" != "$short" ] || say "  ^ il manque 12,00 € : le reste à verser demeure dû."
done <"$DEMO/.order"

step "Une écriture en double, puis sa contre-passation"
settle "$twice" "${DUE[$twice]}" "$PAID_2" "VIR-${STAND[$twice]}-BIS"
say "Ce virement n'a eu lieu qu'une fois. Rien ne s'efface : une écriture annule l'autre."
record treasurer "{\"kind\":\"reversal\",\"of\":$POSITION,\"reason\":\"duplicate\",\"date\":\"$PAID_2\"}"
sed -n 2p "$OUT" | lines

step "Un mécénat de 30 000 € affecté au fonds « projets », versé pour moitié"
patron=employer:000003038
record operator "{\"kind\":\"patronage\",\"ref\":\"MECENAT-1\",\"payer\":\"$patron\",\
\"amount\":3000000,\"fund\":\"projets\",\"earmark\":\"projets\",\"form\":\"cash\",\
\"promise\":\"firm\",\"due_on\":\"$EXPIRY\",\"date\":\"$MONTH_2_END\"}"
promise=$POSITION
record treasurer "{\"kind\":\"settlement\",\"payer\":\"$patron\",\"amount\":1500000,\
\"settles\":$promise,\"date\":\"$PAID_2\",\"statement\":\"$(digest "relevé du $PAID_2")\"}"
say "${NAME[$patron]} : promis $(euros 3000000), reçu $(euros 1500000)."

step "L'argent sans affectation est réparti selon la politique du conseil"
for month in "$MONTH_1" "$MONTH_2"; do
	shown "arrondi-ledger allocate ledger --month $month"
	expect_done arrondi-ledger allocate "$LEDGER" --month "$month"
	split=$(sed -n 2p "$OUT" | sed 's/.*"parts":\[\([^]]*\)\].*/\1/')
	[ -n "$split" ] || fail "rien à répartir pour $month" "$OUT"
	grep -o '"amount":[0-9]*,"fund":"[a-z-]*"' <<<"$split" |
		sed 's/"amount":\([0-9]*\),"fund":"\([a-z-]*\)"/\1 \2/' |
		while read -r amount fund; do
			printf '     %s %s\n' "$(left 16 "$fund")" "$(right 9 "$(euros "$amount")")"
		done
done

step "Ce que les règles refusent"
payee=$(digest "Compte de l'entreprise")
grant() { # project amount payee
	printf '{"subject":"grant","fund":"projets","beneficiary":"bearer:%s","project":"%s",' "$1" "$1"
	printf '"amount":%s,"purpose":"demarrage","payee":"%s","expires_on":"%s"}' "$2" "$3" "$EXPIRY"
}
say "Une subvention à une entreprise :"
draft "$(grant operation-stef 500000 "$payee")"
expect_refused "which the charter does not help" \
	arrondi-ledger propose "$LEDGER" "$DEMO/.draft.json" --by siege-1
say "Une subvention à une association dont l'attestation a pris fin hier :"
draft "$(grant metropop-academie 500000 "$payee")"
expect_refused "attestation" arrondi-ledger propose "$LEDGER" "$DEMO/.draft.json" --by siege-1
say "Une subvention de 6 000 € à Créajeunes, avec trois des quatre voix qu'il faut :"
propose "$(grant creajeunes-clichy 600000 "$(digest "Compte de Créajeunes")")"
votes "$POSITION" siege-1=for siege-2=for siege-3=for
expect_refused "4 for are needed" arrondi-ledger decide "$LEDGER" "$POSITION"
say "La proposition reste ouverte : il manque une voix."

step "Deux coups de pouce à des demandeurs d'emploi"
# Nobody's name: 128 random bits. The amounts are the demo's own.
for support in "12000 mobilite siege-1=for siege-2=for siege-3=for siege-4=abstain" \
	"8000 equipement siege-1=for siege-2=for siege-3=against siege-4=for siege-5=for"; do
	read -r amount purpose ballots <<<"$support"
	seeker=job-seeker:$(head -c 16 /dev/urandom | od -An -v -tx1 | tr -d ' \n')
	payee=$(payee "Personne $purpose")
	record operator "{\"kind\":\"beneficiary\",\"id\":\"$seeker\",\"nature\":\"job-seeker\",\
\"attestation\":{\"digest\":\"$(digest "Attestation")\",\"until\":\"$(date -d '90 days' +%F)\"}}"
	propose "{\"subject\":\"support\",\"fund\":\"emploi\",\"beneficiary\":\"$seeker\",\
\"amount\":$amount,\"purpose\":\"$purpose\",\"payee\":\"$payee\",\"expires_on\":\"$EXPIRY\"}"
	proposal=$POSITION
	say "$(euros "$amount") ($purpose), proposition $proposal :"
	# Words: a seat and its vote each.
	# shellcheck disable=SC2086
	votes "$proposal" $ballots
	decide "$proposal"
	pay "$proposal" "$amount" "$payee"
done

step "Une subvention de 12 000 € au Social Work Lab, une association"
payee=$(payee "Social Work Lab")
propose "$(grant social-work-lab 1200000 "$payee")"
proposal=$POSITION
shown "arrondi-ledger ballot ledger $proposal --seat siege-1 --vote for > bulletin.txt"
shown "arrondi-keys sign --key siege-1.pem bulletin.txt > bulletin.note"
shown "arrondi-ledger vote ledger bulletin.note"
votes "$proposal" siege-1=for siege-2=for siege-3=for siege-4=for siege-5=recused
sed -n '/^seat\|^vote\|^seen/p' "$DEMO/.ballot.txt" | lines
decide "$proposal"
say "Elle sera versée en deux fois :"
pay "$proposal" 800000 "$payee"

story_of_an_error
story_of_tonight
story_of_a_dead_project

money_by_providers
money_by_a_collector
money_that_leaves
money_at_the_bank
money_that_comes_back

step "La passerelle s'arrête ; le grand livre se relit et se recalcule"
stop_gateway || fail "la passerelle ne s'est pas arrêtée proprement" "$DEMO/gateway.log"
shown "arrondi-ledger check ledger"
expect_done arrondi-ledger check "$LEDGER"
lines <"$OUT"

papers_for_donors

step "Le rapport d'affectation"
for format in text csv json html pdf xlsx png; do
	file=$DEMO/allocation.${format/text/txt}
	expect_done arrondi-report allocation "$LEDGER" --format "$format" --out "$file"
done
shown "arrondi-report allocation ledger"
lines <"$DEMO/allocation.txt"

step "L'export pour l'auditeur, qu'il vérifie sans serveur ni base de données"
expect_done arrondi-ledger export "$LEDGER" "$DEMO/export"
shown "arrondi-verify export --vkey \"\$(cat log.vkey)\" --checkpoint (celui que garde une entreprise)"
expect_done arrondi-verify "$DEMO/export" --vkey "$(<"$DEMO/log.vkey")" \
	--checkpoint "$DEMO/tokens/000001016.checkpoint"
lines <"$OUT"
expect_done arrondi-report allocation "$DEMO/export" --format text
cmp -s "$OUT" "$DEMO/allocation.txt" || fail "le rapport tiré de l'export n'est pas le même" "$OUT"
say "Le rapport tiré de l'export est le même, octet pour octet."

step "Un seul bit changé dans une copie de l'export"
rm -rf "$DEMO/.forged"
cp -R "$DEMO/export" "$DEMO/.forged"
victim=$(find "$DEMO/.forged/tile/entries" -type f | sort | tail -n 1)
at=$(($(stat -c %s "$victim") / 2))
byte=$(od -An -v -tu1 -j "$at" -N 1 "$victim" | tr -d ' ')
# The byte is written as its octal escape.
# shellcheck disable=SC2059
printf "\\$(printf %03o $((byte ^ 1)))" | dd of="$victim" bs=1 seek="$at" conv=notrunc status=none
say "Octet $at de ${victim#"$DEMO/.forged/"} : $byte devient $((byte ^ 1))."
status=0
arrondi-verify "$DEMO/.forged" --vkey "$(<"$DEMO/log.vkey")" >"$OUT" 2>&1 || status=$?
must_equal "le statut d'arrondi-verify sur la copie" 1 "$status"
lines <"$OUT"
rm -rf "$DEMO/.forged"

step "Les soldes de l'auditeur sont-ils ceux du rapport ?"
expect_done arrondi-verify "$DEMO/export" --vkey "$(<"$DEMO/log.vkey")" --json
awk -f "$DATA/balances.awk" "$OUT" | sort >"$DEMO/.verified"
awk -f "$DATA/balances.awk" "$DEMO/allocation.json" | sort >"$DEMO/.reported"
[ -s "$DEMO/.verified" ] || fail "l'auditeur ne donne aucun solde" "$OUT"
cmp -s "$DEMO/.verified" "$DEMO/.reported" ||
	fail "l'auditeur et le rapport ne s'accordent pas" "$DEMO/.verified" "$DEMO/.reported"
while read -r fund pledged received _ paid available _; do
	printf '   %s à recevoir %s, reçu %s, payé %s, disponible %s\n' "$(left 14 "$fund")" \
		"$(right 11 "$(euros "$pledged")")" "$(right 11 "$(euros "$received")")" \
		"$(right 10 "$(euros "$paid")")" "$(right 10 "$(euros "$available")")"
done <"$DEMO/.verified"
say "Oui, au centime : deux programmes qui ne partagent ni serveur ni base le disent."
auditor_agrees_with_the_bank

papers_are_proved
papers_for_the_board_and_everybody

shown_path=${DEMO#"$PWD/"}
printf '\nTerminé : %s étapes vérifiées. Il reste dans %s :\n' "$STEP" "$shown_path"
say "ledger                    le grand livre" \
	"export                    ce que reçoit l'auditeur" \
	"log.vkey                  la clé publique du grand livre" \
	"allocation.pdf            le rapport d'affectation ; .html .xlsx .txt .csv .json de même, .png ses graphiques" \
	"dossier.pdf               le dossier du conseil ; audit.pdf celui de l'auditeur" \
	"recus                     les reçus fiscaux, avec ce qui les prouve" \
	"fec                       le fichier des écritures comptables" \
	"aides.360giving.json      les aides, pour tous ; datapackage.json les mêmes, en tableaux" \
	"bank                      les relevés et les ordres de virement" \
	"keys, tokens              les clés des sièges et les jetons des entreprises (inventés)"
say "À vous :  arrondi-verify $shown_path/export --vkey \"\$(cat $shown_path/log.vkey)\""
