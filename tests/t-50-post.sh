#!/usr/bin/env bash
# t-50-post.sh - arrondi-post against a gateway: gateway/post.c, gateway/post_exchange.c,
# gateway/post_http.c and gateway/post_summary.c, from outside.
. "$(dirname "$0")/harness.sh"

dir=$WORK/ledger
company=employer:000001016
period=$(date -d "$(date +%Y-%m-01) -1 day" +%Y-%m)
payday=$(date -d "$(date +%Y-%m-01) -1 day" +%F)
token=$WORK/token
state=$WORK/state

# ---- a foundation with one company ----

cp tests/demo/charter.json "$WORK/charter.json"
for seat in siege-1 siege-2 siege-3 siege-4 siege-5; do
	vkey=$(arrondi-keys generate --name "$seat" --out "$WORK/$seat.pem")
	awk -v seat="\"$seat\"" -v vkey="$vkey" '
		index($0, seat) { here = 1 }
		here && sub(/"vkey": null/, "\"vkey\": \"" vkey "\"") { here = 0 }
		{ print }' "$WORK/charter.json" >"$WORK/.charter"
	mv "$WORK/.charter" "$WORK/charter.json"
done
arrondi-ledger init "$dir" --charter "$WORK/charter.json" >"$WORK/init"
tail -n 1 "$WORK/init" >"$WORK/vkey"
vkey=$(<"$WORK/vkey")
arrondi-ledger member "$dir" add --id $company --role employer --siren 000001016 \
	--name Menuiserie --match-percent 100 --match-cap-month 30000 >"$WORK/member"
sed -n 's/^token (shown once): //p' "$WORK/member" >"$token"
chmod 600 "$token"

write() { printf '%s\n' "${@:2}" >"$WORK/$1"; } # file line...
write good.csv 'matricule;arrondi;don;fonds' 'M0042;0,37;2,00;emploi' 'M0043;0,00;0,00;' 'M0044;0,05;0,00;'
write bad.csv 'matricule;arrondi;don;fonds' 'M0042;1,37;0,00;emploi' 'M0043;0,10;0,00;inconnu' 'M0044;0,05;0,00;'
write fund.csv 'matricule;arrondi;don;fonds' 'M0042;0,37;0,00;inconnu'
write one.csv 'matricule;arrondi' 'M0099;0,01'
write config "url = ARRONDI" "token-file = $token" "vkey = $vkey" "state = $state" \
	'source = salary' 'step = 1.00' 'terms = 2026-09'

# Options last given win, so a case only says what is its own. What was said is kept
# for `told`.
post() { # reference [options...] file
	local reference=$1 status
	shift
	arrondi-post --config "$WORK/config" --url "${POST_URL:-$URL}" --period "$period" \
		--collected-on "$payday" --reference "$reference" "$@" >"$WORK/said" 2>&1
	status=$?
	cat "$WORK/said"
	return $status
}
told() { # sentence regex
	check "$1" grep -qE -- "$2" "$WORK/said"
}
size_of() { sed -n 2p "$1"; } # a checkpoint's
entries() { arrondi-ledger show "$dir" | sed -n 2p; }

# ---- before anything is sent ----

URL=http://127.0.0.1:1
refuse "without options it says what is missing" 2 "--url is missing" arrondi-post "$WORK/good.csv"
refuse "an unknown option is usage" 2 "help" arrondi-post --frobnicate
refuse "http to another machine is usage" 2 "http:// would show the token" \
	post P --url http://ledger.example "$WORK/good.csv"
refuse "a month of 13 is usage" 2 "--period must be" post P --period 2026-13 "$WORK/good.csv"
refuse "a reference in small letters is usage" 2 "--reference must be" post paye "$WORK/good.csv"
refuse "two files are usage" 2 "one file" post P "$WORK/good.csv" "$WORK/bad.csv"
refuse "a missing file is trouble" 2 "does not exist" post P "$WORK/none.csv"
refuse "a missing configuration is trouble" 2 "does not exist" arrondi-post --config "$WORK/none" x.csv
write mistyped 'ulr = https://ledger.example'
refuse "a mistyped option in it is named with its line" 2 "mistyped:1:" \
	arrondi-post --config "$WORK/mistyped" "$WORK/good.csv"
check "--help and --version answer" sh -c "arrondi-post --help | grep -q reference && arrondi-post --version | grep -q 1.0.0"

chmod 640 "$token"
refuse "a token that others can read is refused" 1 "chmod 600" post P "$WORK/good.csv"
chmod 600 "$token"
write rubbish 'not a token'
chmod 600 "$WORK/rubbish"
refuse "a file without a token is refused" 2 "holds no token" post P --token-file "$WORK/rubbish" "$WORK/good.csv"
refuse "without a server, bad rows are named all the same" 1 "line 2: roundup: the round-up is not below" \
	post P --retries 0 "$WORK/bad.csv"
told "and it is said that funds were not checked" "names of funds could not be checked"
refuse "without a server a good file is trouble" 2 "it is never booked twice" \
	post P --retries 1 "$WORK/good.csv"
told "after as many tries as were asked for" "\(2 tries\)"
same "and no state was written" "" "$(cat "$state" 2>/dev/null)"

# ---- a gateway ----

start_gateway "$dir" || exit 1
before=$(entries)
check "a dry run says what would be booked" post PAYE-1 --dry-run "$WORK/good.csv"
told "with the match" '^match: 2.42 EUR$'
same "and records nothing" "$before" "$(entries)"
same "nor is a state written" "" "$(cat "$state" 2>/dev/null)"

check "a good file is recorded" post PAYE-1 "$WORK/good.csv"
out=$(<"$WORK/said")
same "the summary is for a person" "PAYE-1 is recorded at position 2
rows: 2, and 1 of 0 left out
total: 2.42 EUR
  emploi, person: 2.37 EUR
  general, person: 0.05 EUR
match: 2.42 EUR
  emploi: 2.37 EUR
  general: 0.05 EUR" "$(head -n 8 <<<"$out")"
told "with the amount to transfer" '^to transfer: 4.84 EUR$'
told "and its reference" '^reference of the transfer: RF[0-9]{2}B00000002$'
check "no progress bar where there is no terminal" sh -c "! grep -q sending '$WORK/said'"
same "the state is the checkpoint that covers it" 3 "$(size_of "$state")"
check "which arrondi-keys verifies" arrondi-keys verify --vkey "$vkey" "$state"

# script(1) gives it a terminal.
bar() {
	script -qec "arrondi-post --config $WORK/config --url $URL --period $period --collected-on \
		$payday --reference PAYE-1 $WORK/good.csv" /dev/null | tr '\r' '\n' | grep -q '^sending \[#* *\]'
}
if script -qec true /dev/null >/dev/null 2>&1 </dev/null; then
	check "on a terminal there is a progress bar" bar
else
	echo "# no pseudo-terminal on this machine: the progress bar is not tried"
fi
check "the same again is recognised" post PAYE-1 "$WORK/good.csv"
told "as recorded before" '^PAYE-1 was recorded before at position 2$'
told "and the log did not grow" "unchanged since the last checkpoint"
refuse "the same reference for another file is a conflict" 1 "(409)" post PAYE-1 "$WORK/one.csv"
refuse "the same rows under another reference are refused, each of them named" 1 "line 2: " post PAYE-2 "$WORK/good.csv"
told "the other, too" "^line 4: .*claimed this already"
refuse "bad rows are named, unknown funds too" 1 "line 3: fund: is not a fund" post PAYE-3 "$WORK/bad.csv"
told "and the others" "line 2: roundup"
told "and nothing was sent" "nothing was sent"
refuse "where only a fund is wrong, the server names it" 1 "line 2: fund: " post PAYE-3 "$WORK/fund.csv"
refuse "terms that are not in force are refused" 1 "(422)" post PAYE-3 --terms 2020-01 "$WORK/one.csv"
printf 'arrondi_%s\n' "$(printf 'A%.0s' {1..43})" >"$WORK/stranger"
chmod 600 "$WORK/stranger"
refuse "a token of nobody is refused" 1 "(401)" post PAYE-3 --token-file "$WORK/stranger" "$WORK/one.csv"
refuse "another path is no gateway" 1 "(404)" post PAYE-3 --url "$URL/elsewhere" "$WORK/one.csv"
same "nothing of all this was recorded" "size 3" "size $(entries)"

write in.csv 'matricule;arrondi' 'M0050;0,02'
arrondi-ledger record "$dir" <(printf '{"kind":"gift","date":"%s","payer":"%s","giver":"company","fund":"emploi","amount":100}' \
	"$payday" "$company") >/dev/null
from_stdin() { post PAYE-4 - <"$WORK/in.csv"; }
check "a file from standard input, in a log that others have written to" from_stdin
told "which has only grown" "it has only grown since size 3"
same "and the state moved on" 5 "$(size_of "$state")"

# ---- not to be believed ----

cp "$state" "$WORK/state.kept"
impostor=$(arrondi-keys generate --name "${vkey%%+*}" --out "$WORK/impostor.pem")
refuse "a checkpoint that another key of that name signed is refused" 1 "does not stand up" \
	post PAYE-4 --vkey "$impostor" --state "$WORK/fresh" "$WORK/in.csv"
check "and becomes no state" test ! -e "$WORK/fresh"
refuse "an old state under another key is refused before anything is sent" 1 "state file" \
	post PAYE-4 --vkey "$impostor" "$WORK/in.csv"
echo "rubbish" >"$WORK/broken"
refuse "a state that is no checkpoint is refused" 1 "state file" post PAYE-4 --state "$WORK/broken" "$WORK/in.csv"
same "and left as it was" "rubbish" "$(<"$WORK/broken")"

# ---- a lost answer: the gateway comes late ----

port=${URL##*:}
POST_URL=$URL
stop_gateway
post PAYE-5 "$WORK/one.csv" >/dev/null </dev/null &
late=$!
sleep 1
start_gateway "$dir" --listen "127.0.0.1:$port" || exit 1
wait "$late"
same "it tries until the gateway is there" 0 "$?"
told "and says so" "try 2 of 6 in [0-9.]+ s, with the same reference"
told "and it is booked" "^PAYE-5 is recorded"

# The answer was lost: the batch stands, and the state is behind it.
cp "$WORK/state.kept" "$state"
check "who asks again after a lost answer is told" post PAYE-5 "$WORK/one.csv"
told "that it was recorded" "^PAYE-5 was recorded before"
same "and it is booked once" 1 "$(arrondi-ledger show "$dir" 5 | grep -c '"ref":"PAYE-5"')"
same "in a log of the same size" 6 "$(entries)"

# ---- a rewritten log ----

stop_gateway
arrondi-ledger backup "$dir" "$WORK/backup.db" >/dev/null
start_gateway "$dir" || exit 1
POST_URL=
write later.csv 'matricule;arrondi' 'M0200;0,20'
write latest.csv 'matricule;arrondi' 'M0201;0,21'
check "the log goes on" post PAYE-6 "$WORK/later.csv"
check "and on" post PAYE-7 "$WORK/latest.csv"
stop_gateway
# A server that forgot the last months, with the right key and a `head` made to fit.
mkdir -m 700 "$WORK/forged"
cp "$WORK/backup.db" "$WORK/forged/ledger.db"
cp -p "$dir/log.key" "$dir/charter.json" "$WORK/forged/"
arrondi-ledger export "$WORK/forged" "$WORK/forged.export" >/dev/null
arrondi-ledger restore "$WORK/forged" --newest "$WORK/forged.export/checkpoint" >/dev/null
cp "$state" "$WORK/state.kept"
start_gateway "$WORK/forged" || exit 1
write other.csv 'matricule;arrondi' 'M0300;0,30'
refuse "a log that has shrunk is a loud failure" 1 "THE LOG HAS SHRUNK" post PAYE-8 "$WORK/other.csv"
told "that names both checkpoints" "signed with size 8 and root .* now with size 7 and root"
check "the new one is not stored over the old" cmp "$state" "$WORK/state.kept"
same "but kept as evidence" 7 "$(size_of "$state.conflict")"
check "signed by the log's own key" arrondi-keys verify --vkey "$vkey" "$state.conflict"
write more.csv 'matricule;arrondi' 'M0301;0,31'
refuse "one of the same size with other entries, too" 1 "THE LOG WAS REWRITTEN" post PAYE-9 "$WORK/more.csv"
write most.csv 'matricule;arrondi' 'M0302;0,32'
refuse "and one that has grown past it" 1 "THE LOG WAS REWRITTEN" post PAYE-10 "$WORK/most.csv"
told "what the server says it booked is told" "^PAYE-10 is recorded at position 8"
check "and the old checkpoint still stands" cmp "$state" "$WORK/state.kept"
stop_gateway
