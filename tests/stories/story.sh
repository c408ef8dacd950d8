# shellcheck shell=bash
# story.sh - what the stories share: a foundation, and plain steps to tell a year with.
#
#   . "$(dirname "$0")/story.sh"
#   play() { company lilas 000001016 ...; posts ...; transfers ...; stands bank 12.00; }
#   tell play
#
# A story is a function of plain steps through the real programs. `tell` plays it twice
# on two foundations: as it is written, then with the parts that `in_any_order` names
# in the reverse order. After each of them the ledger is checked, exported and
# verified; and what both leave behind must be the same to the cent.
#
# What must never become false: a step that fails ends the play and fails the story, and
# `stands` compares what an independent reader of the ledger sees (the journal's
# closing balances), not what the command that moved the money has printed.

# shellcheck source=tests/harness.sh
. "$(dirname "${BASH_SOURCE[0]}")/../harness.sh"

# Months of the story are relative to today: facts are told of the last ones.
TZ=$PARIS
TODAY=$(date +%F)
LAST_DAY=$(date -d "$(date +%Y-%m-01) -1 day" +%F)  # of the last month
LAST_MONTH=${LAST_DAY%-*}
BEFORE_DAY=$(date -d "$LAST_MONTH-01 -1 day" +%F)   # of the month before
# Used by the stories.
# shellcheck disable=SC2034
BEFORE_MONTH=${BEFORE_DAY%-*}
EXPIRY=$(date -d "$TODAY 30 days" +%F)
TERMS=2026-09
REVERSED=
HOME_OF_PLAYS=$WORK

declare -A ID AT

# ---- telling ----

# Ends the play: what follows would only fail for the same reason.
stop_play() { # sentence [file]
	not_ok "$1"
	[ $# = 1 ] || show "$2"
	exit 1
}

# A command that must succeed; its output is in $OUT.
must() { # command...
	"$@" >"$OUT" 2>&1 </dev/null || stop_play "this should succeed: $*" "$OUT"
}

# A command that must be refused with status 1 and this text.
must_not() { # text command...
	local text=$1 status=0
	shift
	"$@" >"$OUT" 2>&1 </dev/null || status=$?
	[ "$status" = 1 ] || stop_play "this should be refused: $*" "$OUT"
	grep -qF -- "$text" "$OUT" || stop_play "the refusal does not say '$text': $*" "$OUT"
	ok "refused: $(sed -n 's/^[a-z-]*: error: //p' "$OUT" | head -n 1 | cut -c -100)"
}

# Parts that do not depend on each other: functions of the story.
in_any_order() { # function...
	local part i
	if [ -z "$REVERSED" ]; then
		for part in "$@"; do "$part"; done
	else
		for ((i = $#; i > 0; i--)); do "${!i}"; done
	fi
}

cents() { # 12.34 or -0.05
	local euros=${1//[^0-9.-]/} sign=''
	[[ $euros != -* ]] || sign=- euros=${euros#-}
	[[ $euros == *.[0-9][0-9] ]] || stop_play "an amount in a story has two decimals: '$1'"
	printf '%s%d' "$sign" "$((10#${euros%.*} * 100 + 10#${euros#*.}))"
}

# What stands for a paper that stays at the foundation.
digest() { # text
	printf '%s' "$1" | sha256sum | cut -d ' ' -f 1
}

# ---- the foundation ----

found() { # folder [sed script on the charter]
	local i vkey
	HOME_OF_PLAY=$1
	LEDGER=$1/ledger
	OUT=$1/out
	mkdir -p "$1"
	sed "${2:-}" tests/demo/charter.json >"$1/charter.json"
	for i in 1 2 3 4 5; do
		vkey=$(arrondi-keys generate --name "siege-$i" --out "$1/siege-$i.pem") ||
			stop_play "a seat's key"
		awk -v seat="\"siege-$i\"" -v vkey="$vkey" '
			index($0, seat) { here = 1 }
			here && sub(/"vkey": null/, "\"vkey\": \"" vkey "\"") { here = 0 }
			{ print }' "$1/charter.json" >"$1/charter.next"
		mv "$1/charter.next" "$1/charter.json"
	done
	must arrondi-ledger init "$LEDGER" --charter "$1/charter.json"
	tail -n 1 "$OUT" >"$1/log.vkey"
	chmod 700 "$1"
	start_gateway "$LEDGER" || exit 1
}

company() { # name siren [terms of matching...]
	local name=$1 siren=$2
	shift 2
	ID[$name]=employer:$siren
	must arrondi-ledger member "$LEDGER" add --id "employer:$siren" --role employer \
		--siren "$siren" --name "$name" "$@"
	sed -n 's/^token (shown once): //p' "$OUT" >"$HOME_OF_PLAY/$name.token"
	chmod 600 "$HOME_OF_PLAY/$name.token"
}

provider() { # name
	ID[$1]=provider:$1
	must arrondi-ledger member "$LEDGER" add --id "provider:$1" --role provider --name "$1"
}

collector() { # name
	ID[$1]=collector:$1
	must arrondi-ledger member "$LEDGER" add --id "collector:$1" --role collector --name "$1"
	sed -n 's/^token (shown once): //p' "$OUT" >"$HOME_OF_PLAY/$1.token"
	chmod 600 "$HOME_OF_PLAY/$1.token"
}

# One entry; AT[label] becomes its position.
record() { # label by json-members
	printf '{%s}\n' "$3" >"$HOME_OF_PLAY/draft.json"
	must arrondi-ledger record "$LEDGER" "$HOME_OF_PLAY/draft.json" --by "$2"
	AT[$1]=$(sed -n 's/^position \([0-9][0-9]*\).*/\1/p' "$OUT" | head -n 1)
}

not_recorded() { # text by json-members
	printf '{%s}\n' "$3" >"$HOME_OF_PLAY/draft.json"
	must_not "$1" arrondi-ledger record "$LEDGER" "$HOME_OF_PLAY/draft.json" --by "$2"
}

# ---- payroll ----

# A company's payroll: rows are "matricule roundup [extra [fund]]".
payroll() { # name reference month day row... : leaves the arguments of arrondi-post in POST
	local name=$1 reference=$2 month=$3 day=$4 row words
	shift 4
	echo 'matricule;arrondi;don;fonds' >"$HOME_OF_PLAY/$reference.csv"
	for row in "$@"; do
		read -ra words <<<"$row"
		echo "${words[0]};${words[1]};${words[2]:-0.00};${words[3]:-}"
	done >>"$HOME_OF_PLAY/$reference.csv"
	POST=(arrondi-post --url "$URL" --token-file "$HOME_OF_PLAY/$name.token"
		--vkey "$(<"$HOME_OF_PLAY/log.vkey")" --state "$HOME_OF_PLAY/$name.checkpoint"
		--source salary --period "$month" --collected-on "$day" --step 10.00
		--terms "$TERMS" --reference "$reference" "$HOME_OF_PLAY/$reference.csv")
}

# A company's invoices: rows are "customer invoice roundup [giver [fund]]".
invoices() { # label name month row...
	local label=$1 name=$2 month=$3
	shift 3
	invoice_file "$label" "$name" "$month" "$(date -d "$month-01 1 month -1 day" +%F)" "$@"
	must "${POST[@]}"
	AT[$label]=$(posted_at)
}

invoice_file() { # label name month day row... : leaves the arguments in POST
	local label=$1 name=$2 month=$3 day=$4 row words
	shift 4
	echo 'client;facture;arrondi;donateur;fonds' >"$HOME_OF_PLAY/$label.csv"
	for row in "$@"; do
		read -ra words <<<"$row"
		echo "${words[0]};${words[1]};${words[2]};${words[3]:-particulier};${words[4]:-}"
	done >>"$HOME_OF_PLAY/$label.csv"
	POST=(arrondi-post --url "$URL" --token-file "$HOME_OF_PLAY/$name.token"
		--vkey "$(<"$HOME_OF_PLAY/log.vkey")" --state "$HOME_OF_PLAY/$name.checkpoint"
		--source invoice --period "$month" --collected-on "$day" --step 10.00
		--terms "$TERMS" --reference "$label" "$HOME_OF_PLAY/$label.csv")
}

# A credit note: the month's invoices as they should have been.
credits_invoices() { # label name batch month row...
	local label=$1 name=$2 batch=$3 month=$4
	shift 4
	invoice_file "$label" "$name" "$month" "$TODAY" "$@"
	must "${POST[@]}" --corrects "${AT[$batch]}" --reason credit-note
	AT[$label]=$(posted_at)
}

# The position that arrondi-post has printed.
posted_at() { sed -n 's/.* at position \([0-9]*\)$/\1/p' "$OUT" | tail -n 1; }

posts() { # label name month row... : collected on the last day of the month
	local label=$1 name=$2 month=$3
	shift 3
	payroll "$name" "$label" "$month" "$(date -d "$month-01 1 month -1 day" +%F)" "$@"
	must "${POST[@]}"
	AT[$label]=$(posted_at)
}

# By a collector, in a company's name.
post_for() { # collector reference company month row... : leaves the arguments in POST
	payroll "$1" "$2" "$4" "$(date -d "$4-01 1 month -1 day" +%F)" "${@:5}"
	POST+=(--company "${ID[$3]}")
}

posts_for() { # collector label company month row...
	post_for "$@"
	must "${POST[@]}"
	AT[$2]=$(posted_at)
}

# Batches of a remittance stand in the log's order, whichever was posted first.
ascending() { # label...
	local label
	for label in "$@"; do echo "${AT[$label]}"; done | sort -n |
		sed 's/.*/{"batch":&}/' | paste -sd ,
}

# The whole batch as it should have been.
corrects() { # label name batch reason row...
	local label=$1 name=$2 batch=$3 reason=$4 month
	shift 4
	must arrondi-ledger show "$LEDGER" "${AT[$batch]}"
	month=$(grep -o '"period":"[0-9-]*"' "$OUT" | cut -d '"' -f 4)
	payroll "$name" "$label" "$month" "$TODAY" "$@"
	must "${POST[@]}" --corrects "${AT[$batch]}" --reason "$reason"
	AT[$label]=$(posted_at)
}

forgets() { # company matricule
	must arrondi-ledger forget "$LEDGER" --member "${ID[$1]}" --donor "$2"
}

# ---- money ----

transfers() { # label name amount [label of what its reference names]
	local settles=
	[ $# -lt 4 ] || settles=",\"settles\":${AT[$4]}"
	record "$1" treasurer "\"kind\":\"settlement\",\"payer\":\"${ID[$2]}\",\"amount\":$(cents "$3")$settles,\
\"date\":\"$TODAY\",\"statement\":\"$(digest "relevé $1")\""
}

gives() { # label payer amount fund [more members]
	record "$1" operator "\"kind\":\"gift\",\"payer\":\"${ID[$2]}\",\"giver\":\"person\",\
\"amount\":$(cents "$3"),\"fund\":\"$4\",\"date\":\"$LAST_DAY\"${5:-}"
}

promises() { # label payer amount fund project [due day] : a convention, in cash
	record "$1" operator "\"kind\":\"patronage\",\"payer\":\"${ID[$2]}\",\"form\":\"cash\",\
\"promise\":\"firm\",\"amount\":$(cents "$3"),\"fund\":\"$4\",\"earmark\":\"$5\",\
\"date\":\"$LAST_DAY\",\"due_on\":\"${6:-$TODAY}\""
}

writes_off() { # label payer of amount
	record "$1" treasurer "\"kind\":\"writeoff\",\"payer\":\"${ID[$2]}\",\"of\":${AT[$3]},\
\"amount\":$(cents "$4"),\"reason\":\"abandoned\""
}

# By our bank, or by the payer out of what it owes; without a fifth word its credit.
refunds() { # label payer amount bank|payer [of]
	record "$1" treasurer "\"kind\":\"refund\",\"payer\":\"${ID[$2]}\",\"amount\":$(cents "$3"),\
\"through\":\"$4\",\"reason\":\"asked\",\"date\":\"$TODAY\"${5:+,\"of\":${AT[$5]}}"
}

charges_back() { # label of amount
	record "$1" treasurer "\"kind\":\"chargeback\",\"of\":${AT[$2]},\"amount\":$(cents "$3"),\
\"date\":\"$TODAY\""
}

reverses() { # label of reason
	record "$1" treasurer "\"kind\":\"reversal\",\"of\":${AT[$2]},\"reason\":\"$3\",\"date\":\"$TODAY\""
}

redirects() { # label of amount fund [earmark]
	record "$1" treasurer "\"kind\":\"redirect\",\"of\":${AT[$2]},\"amount\":$(cents "$3"),\
\"fund\":\"$4\",\"consent\":\"$(digest "accord $2")\"${5:+,\"earmark\":\"$5\"}"
}

# ---- the bank ----

# A bank account, as the board has voted it; its IBAN is a made-up one of a French bank.
banks_at() { # account iban
	carries_out "compte:$1" "\"kind\":\"account\",\"id\":\"$1\",\"iban\":\"$2\",\"label\":\"$1\",\
\"status\":\"active\""
}

# A statement of today; amounts that left are below zero.
states() { # label account opening closing amount...
	local label=$1 account=$2 opening=$3 closing=$4 amount lines=
	shift 4
	for amount in "$@"; do
		lines+="${lines:+,}{\"amount\":$(cents "$amount"),\"booked_on\":\"$TODAY\"}"
	done
	record "$label" treasurer "\"kind\":\"statement\",\"account\":\"$account\",\"page\":1,\
\"digest\":\"$(digest "relevé $label")\",\"from\":\"$TODAY\",\"date\":\"$TODAY\",\
\"opening\":$(cents "$opening"),\"closing\":$(cents "$closing"),\"lines\":[$lines]"
}

# What says of a line what it was, behind the members of an entry.
cites() { # statement line
	printf ',"date":"%s","line":{"line":%d,"statement":%d}' "$TODAY" "$2" "${AT[$1]}"
}

arrives() { # label name amount statement line [label of what its reference names]
	record "$1" treasurer "\"kind\":\"settlement\",\"payer\":\"${ID[$2]}\",\"amount\":$(cents "$3")\
${6:+,\"settles\":${AT[$6]}}$(cites "$4" "$5")"
}

charges() { # label amount statement line : by the bank
	record "$1" treasurer "\"kind\":\"expense\",\"amount\":$(cents "$2"),\"class\":\"fonctionnement\",\
\"nature\":\"bank-charges\",\"fund\":\"fonctionnement\"$(cites "$3" "$4")"
}

earns() { # label amount fund statement line : interest
	record "$1" treasurer "\"kind\":\"income\",\"amount\":$(cents "$2"),\"nature\":\"interest\",\
\"fund\":\"$3\"$(cites "$4" "$5")"
}

# A payment file; the bank then shows what it has done with it.
hands_over() { # label account payment...
	local label=$1 account=$2 payment payments=
	shift 2
	for payment in "$@"; do payments+="${payments:+,}{\"payment\":${AT[$payment]}}"; done
	record "$label" treasurer "\"kind\":\"order\",\"account\":\"$account\",\
\"digest\":\"$(digest "virements $label")\",\"payments\":[$payments]"
}

leaves() { # label payment statement line
	record "$1" treasurer "\"kind\":\"paid\",\"payment\":${AT[$2]}$(cites "$3" "$4")"
}

comes_back() { # label payment statement line
	record "$1" treasurer "\"kind\":\"returned\",\"payment\":${AT[$2]},\"reason\":\"account-closed\"\
$(cites "$3" "$4")"
}

confirms() { # label seat returned
	must arrondi-ledger confirm "$LEDGER" "${AT[$3]}" --seat "siege-$2"
	cp "$OUT" "$HOME_OF_PLAY/confirmation.txt"
	arrondi-keys sign --key "$HOME_OF_PLAY/siege-$2.pem" "$HOME_OF_PLAY/confirmation.txt" \
		>"$HOME_OF_PLAY/confirmation.note" || stop_play "a confirmation is signed"
	must arrondi-ledger vote "$LEDGER" "$HOME_OF_PLAY/confirmation.note"
	AT[$1]=$(sed -n 's/^position \([0-9][0-9]*\).*/\1/p' "$OUT" | head -n 1)
}

# ---- the board ----

seeker() { # name [attestation's end]: 128 bits of its name, as random as a test may be
	ID[$1]=job-seeker:$(digest "$1" | cut -c -32)
	record "$1" operator "\"kind\":\"beneficiary\",\"id\":\"${ID[$1]}\",\"nature\":\"job-seeker\",\
\"attestation\":{\"digest\":\"$(digest attestation)\",\"until\":\"${2:-$EXPIRY}\"}"
}

bearer() { # name project title
	ID[$1]=bearer:$1
	record "$1" operator "\"kind\":\"beneficiary\",\"id\":\"bearer:$1\",\"nature\":\"association\",\
\"name\":\"$1\",\"rna\":\"W930000001\",\"attestation\":{\"digest\":\"$(digest attestation)\",\
\"until\":\"$EXPIRY\"}"
	record "$2" operator "\"kind\":\"project\",\"id\":\"$2\",\"title\":\"$3\",\"bearer\":\"bearer:$1\",\
\"status\":\"open\""
}

proposes() { # label json-members
	printf '{%s,"expires_on":"%s"}\n' "$2" "$EXPIRY" >"$HOME_OF_PLAY/draft.json"
	must arrondi-ledger propose "$LEDGER" "$HOME_OF_PLAY/draft.json" --by siege-1
	AT[$1]=$(sed -n 's/^position \([0-9][0-9]*\).*/\1/p' "$OUT" | head -n 1)
}

support() { # label beneficiary amount
	proposes "$1" "\"subject\":\"support\",\"fund\":\"emploi\",\"beneficiary\":\"${ID[$2]}\",\
\"amount\":$(cents "$3"),\"purpose\":\"mobilite\",\"payee\":\"$(digest "compte $2")\""
}

grant() { # label bearer project amount [more members]
	proposes "$1" "\"subject\":\"grant\",\"fund\":\"projets\",\"beneficiary\":\"${ID[$2]}\",\
\"project\":\"$3\",\"amount\":$(cents "$4"),\"purpose\":\"demarrage\",\
\"payee\":\"$(digest "compte $2")\"${5:-}"
}

votes() { # label seat=vote... : seats are numbers
	local label=$1 word note
	shift
	note=$HOME_OF_PLAY/ballot
	for word in "$@"; do
		must arrondi-ledger ballot "$LEDGER" "${AT[$label]}" --seat "siege-${word%=*}" \
			--vote "${word#*=}"
		cp "$OUT" "$note.txt"
		arrondi-keys sign --key "${KEY_OF_SEAT:-$HOME_OF_PLAY/siege-${word%=*}.pem}" \
			"$note.txt" >"$note.note" || stop_play "a ballot is signed"
		must arrondi-ledger vote "$LEDGER" "$note.note"
	done
}

decides() { # label outcome [options of decide...]
	local label=$1 outcome=$2
	shift 2
	must arrondi-ledger decide "$LEDGER" "${AT[$label]}" "$@"
	grep -q "\"outcome\":\"$outcome\"" "$OUT" || stop_play "the outcome should be $outcome" "$OUT"
}

# Structure: voted by all seats, then carried out by an entry of just these members.
carries_out() { # label json-members
	proposes "vote:$1" "\"subject\":\"structure\",\"act\":{$2}"
	votes "vote:$1" 1=for 2=for 3=for 4=for 5=for
	decides "vote:$1" granted
	record "$1" operator "$2,\"proposal\":${AT[vote:$1]}"
}

orders() { # label grant beneficiary amount
	record "$1" treasurer "\"kind\":\"payment\",\"proposal\":${AT[$2]},\"amount\":$(cents "$4"),\
\"payee\":\"$(digest "compte $3")\""
}

paid() { # label payment
	record "$1" treasurer "\"kind\":\"paid\",\"payment\":${AT[$2]},\"date\":\"$TODAY\""
}

returned() { # label payment
	record "$1" treasurer "\"kind\":\"returned\",\"payment\":${AT[$2]},\"reason\":\"wrong-account\",\
\"date\":\"$TODAY\""
}

gives_back() { # label grant amount
	record "$1" treasurer "\"kind\":\"restitution\",\"grant\":${AT[$2]},\"amount\":$(cents "$3"),\
\"date\":\"$TODAY\""
}

meets() { # label grant condition
	record "$1" siege-1 "\"kind\":\"condition\",\"proposal\":${AT[$2]},\"condition\":\"$3\",\
\"evidence\":\"$(digest "preuve $3")\""
}

# Voted by three seats, then carried out.
cancels() { # label grant amount
	proposes "vote:$1" "\"subject\":\"cancellation\",\"grant\":${AT[$2]},\"amount\":$(cents "$3")"
	votes "vote:$1" 1=for 2=for 3=for
	decides "vote:$1" granted
	record "$1" operator "\"kind\":\"cancellation\",\"grant\":${AT[$2]},\"amount\":$(cents "$3"),\
\"proposal\":${AT[vote:$1]}"
}

recuses() { # label seat beneficiary
	must arrondi-ledger recuse "$LEDGER" --seat "siege-$2" --beneficiary "${ID[$3]}"
	cp "$OUT" "$HOME_OF_PLAY/recusal.txt"
	arrondi-keys sign --key "$HOME_OF_PLAY/siege-$2.pem" "$HOME_OF_PLAY/recusal.txt" \
		>"$HOME_OF_PLAY/recusal.note" || stop_play "a recusal is signed"
	must arrondi-ledger vote "$LEDGER" "$HOME_OF_PLAY/recusal.note"
	AT[$1]=$(sed -n 's/^position \([0-9][0-9]*\).*/\1/p' "$OUT" | head -n 1)
}

# What a report says.
reads() { # text report [options...]
	local text=$1
	shift
	must arrondi-report "$1" "$LEDGER" "${@:2}"
	grep -qF -- "$text" "$OUT" || stop_play "the report says '$text': $*" "$OUT"
	ok "the report $1 says: $text"
}

# ---- what stands ----

# The journal's closing balances, one "account cents" a line (tests/journal.awk).
balances() {
	arrondi-report journal "$LEDGER" >"$OUT" 2>&1 </dev/null || stop_play "the journal" "$OUT"
	awk -f tests/journal.awk "$OUT" | sort
}

# A name that the story gave is put in place of its id: receivable:lilas.
account_of() { # account
	local account=$1 name
	for name in "${!ID[@]}"; do
		[[ $account != *:"$name" ]] || account=${account%:"$name"}:${ID[$name]//:/-}
	done
	echo "$account"
}

stands() { # account amount...
	local account expected actual all
	all=$(balances)
	while [ $# -gt 1 ]; do
		account=$(account_of "$1")
		expected=$(cents "$2")
		actual=$(awk -v account="$account" '$1 == account { print $2 }' <<<"$all")
		same "$1 stands at $2" "$expected" "${actual:-0}"
		shift 2
	done
}

# ---- the end ----

# What arrondi-verify says of an export of now is in $OUT.
verified() {
	must arrondi-ledger check "$LEDGER"
	rm -rf "$HOME_OF_PLAY/export"
	must arrondi-ledger export "$LEDGER" "$HOME_OF_PLAY/export"
	must arrondi-verify "$HOME_OF_PLAY/export" --vkey "$(<"$HOME_OF_PLAY/log.vkey")"
	ok "an auditor verifies it offline"
}

# A play is a subshell of its own: it may end at any step, and its failures are counted
# as one here.
# shellcheck disable=SC2030,SC2031
play_once() { # function folder
	(
		trap - EXIT
		trap '[ -z "$GATEWAY_PID" ] || stop_gateway; exit $((FAILURES > 0))' EXIT
		FAILURES=0
		found "$2" "${CHARTER_EDIT:-}"
		"$1"
		verified
		balances >"$2/balances"
	) || FAILURES=$((FAILURES + 1))
}

tell() { # function
	play_once "$1" "$HOME_OF_PLAYS/first"
	echo "# again, its independent parts in the reverse order"
	REVERSED=yes
	play_once "$1" "$HOME_OF_PLAYS/second"
	REVERSED=
	check "the order of independent parts changes no balance" \
		cmp "$HOME_OF_PLAYS/first/balances" "$HOME_OF_PLAYS/second/balances"
}
