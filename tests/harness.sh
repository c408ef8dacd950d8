# shellcheck shell=bash
# harness.sh - what the black-box scripts share; each t-*.sh begins by sourcing it:
#
#   . "$(dirname "$0")/harness.sh"
#
# It gives a private folder $WORK that is gone afterwards, the programs' folder
# $BIN (also in front of PATH), checks that print "ok - sentence" or
# "not ok - sentence", and a gateway that is stopped at the end. The script's
# status is 1 if a check failed. Scripts stay in the checkout's root.
set -u

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 2
BIN=${BIN:-${B:-build}/bin}
case $BIN in /*) ;; *) BIN=$PWD/$BIN ;; esac
PATH=$BIN:$PATH
# The same messages and the same days everywhere.
export PATH LC_ALL=C.UTF-8 TZ=UTC

# The civil day that the ledger dates by, also where no zone files are installed.
# shellcheck disable=SC2034
PARIS=CET-1CEST,M3.5.0,M10.5.0/3

GATEWAY_WAIT_S=20
REQUEST_MAX_S=60

WORK=$(mktemp -d "${TMPDIR:-/tmp}/arrondi-test.XXXXXX") || exit 2
FAILURES=0
STATUS=
BODY=$WORK/.body
HEADERS=$WORK/.headers
URL=
GATEWAY_PID=

harness_end() {
	local status=$?
	[ -z "$GATEWAY_PID" ] || stop_gateway
	rm -rf "$WORK"
	[ "$FAILURES" = 0 ] || status=1
	exit "$status"
}
trap harness_end EXIT
trap 'exit 143' TERM INT

ok() { # sentence
	echo "ok - $1"
}

not_ok() { # sentence [why...]
	FAILURES=$((FAILURES + 1))
	echo "not ok - $1"
	shift
	[ $# = 0 ] || printf '#   %s\n' "$@"
}

# The last of what a command wrote, as remarks.
show() { # file
	[ ! -s "$1" ] || tail -n 20 "$1" | sed 's/^/#   /'
}

# ok if the command ends with 0. Its output is kept in $WORK/.out and told only
# on failure. The command may be a function of the script, or `test ...`.
check() { # sentence command...
	local sentence=$1 status
	shift
	"$@" >"$WORK/.out" 2>&1 </dev/null
	status=$?
	if [ "$status" = 0 ]; then
		ok "$sentence"
	else
		not_ok "$sentence" "status $status: $*"
		show "$WORK/.out"
	fi
}

# ok if the command ends with exactly this status (1 refused, 2 usage or I/O)
# and says this text, on either output.
refuse() { # sentence status text command...
	local sentence=$1 expected=$2 text=$3 status
	shift 3
	"$@" >"$WORK/.out" 2>&1 </dev/null
	status=$?
	if [ "$status" != "$expected" ]; then
		not_ok "$sentence" "status $status instead of $expected: $*"
		show "$WORK/.out"
	elif ! grep -qF -- "$text" "$WORK/.out"; then
		not_ok "$sentence" "'$text' is not in the output of: $*"
		show "$WORK/.out"
	else
		ok "$sentence"
	fi
}

# ok if both texts are the same.
same() { # sentence expected actual
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1" "expected: $2" "got:      $3"
	fi
}

# Starts a gateway on a free port and waits until it listens; URL is then its
# address and GATEWAY_PID its process. It logs to $WORK/gateway.log.
start_gateway() { # ledger-folder [arguments...]
	local dir=$1 port_file=$WORK/.port port tries=0
	shift
	[ -z "$GATEWAY_PID" ] || stop_gateway
	rm -f "$port_file"
	"$BIN/arrondi-gateway" "$dir" --listen 127.0.0.1:0 --port-file "$port_file" "$@" \
		>>"$WORK/gateway.log" 2>&1 </dev/null &
	GATEWAY_PID=$!
	until [ -s "$port_file" ]; do
		tries=$((tries + 1))
		if ! kill -0 "$GATEWAY_PID" 2>/dev/null || [ "$tries" -gt $((GATEWAY_WAIT_S * 20)) ]; then
			not_ok "the gateway starts"
			show "$WORK/gateway.log"
			stop_gateway
			return 1
		fi
		sleep 0.05
	done
	port=$(<"$port_file")
	URL=http://127.0.0.1:${port##*:}
}

# Asks it to stop, and waits; GATEWAY_STATUS is what it ended with. A gateway
# that does not listen to reason is killed, which shows in the status (137).
# shellcheck disable=SC2119,SC2120
stop_gateway() { # [signal, TERM by default]
	local tries=0
	GATEWAY_STATUS=
	[ -n "$GATEWAY_PID" ] || return 0
	kill "-${1:-TERM}" "$GATEWAY_PID" 2>/dev/null
	while kill -0 "$GATEWAY_PID" 2>/dev/null; do
		tries=$((tries + 1))
		if [ "$tries" -gt $((GATEWAY_WAIT_S * 20)) ]; then
			kill -KILL "$GATEWAY_PID" 2>/dev/null
			break
		fi
		sleep 0.05
	done
	wait "$GATEWAY_PID" 2>/dev/null
	# For the script that sourced this.
	# shellcheck disable=SC2034
	GATEWAY_STATUS=$?
	GATEWAY_PID=
	URL=
}

# One request. STATUS becomes the HTTP status (000 if there was no answer), the
# file $BODY the body and $HEADERS the head. A token of '' sends none; a body
# file of '' sends none.
api() { # METHOD PATH TOKEN [BODY-FILE] [CONTENT-TYPE]
	local method=$1 path=$2 token=$3 file=${4:-} type=${5:-application/json}
	local -a args=(-sS --max-time "$REQUEST_MAX_S" -o "$BODY" -D "$HEADERS" -w '%{http_code}')
	if [ "$method" = HEAD ]; then
		args+=(--head)
	else
		args+=(-X "$method")
	fi
	[ -z "$token" ] || args+=(-H "Authorization: Bearer $token")
	[ -z "$file" ] || args+=(-H "Content-Type: $type" --data-binary "@$file")
	: >"$BODY"
	: >"$HEADERS"
	STATUS=$(curl "${args[@]}" "$URL$path" 2>"$WORK/.curl")
	[ "$STATUS" != 000 ] || show "$WORK/.curl"
}

# ok if the last api answered with this status and, if given, this text.
answered() { # sentence status [text]
	if [ "$STATUS" != "$2" ]; then
		not_ok "$1" "status $STATUS instead of $2"
		show "$BODY"
	elif [ -n "${3:-}" ] && ! grep -qF -- "$3" "$BODY"; then
		not_ok "$1" "'$3' is not in the answer"
		show "$BODY"
	else
		ok "$1"
	fi
}

# The first member of that name in a JSON text, if a number or a plain string.
json_value() { # name [file, $BODY by default]
	grep -oE "\"$1\"[[:space:]]*:[[:space:]]*(\"[^\"\\\\]*\"|-?[0-9]+|true|false)" "${2:-$BODY}" |
		head -n 1 | sed -E 's/^"[^"]*"[[:space:]]*:[[:space:]]*//; s/^"//; s/"$//'
}
