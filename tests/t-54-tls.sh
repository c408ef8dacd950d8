#!/usr/bin/env bash
# t-54-tls.sh - arrondi-post over TLS: gateway/post_http.c verifies who answers.
. "$(dirname "$0")/harness.sh"
. tests/foundation_rig.sh

if ! command -v openssl >/dev/null; then
	echo "# no openssl command on this machine: TLS is not tried"
	exit 0
fi

check "a foundation is made" make_foundation
printf '%s\n' "$EMPLOYER" >"$WORK/token"
chmod 600 "$WORK/token"
vkey=$(<"$WORK/log.vkey")
printf '%s\n' 'matricule;arrondi' 'M0042;0,37' >"$WORK/a.csv"
start_gateway "$LEDGER" || exit 1
gateway_port=${URL##*:}

certificate() { # name
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=$1" \
		-addext "subjectAltName=DNS:localhost" -keyout "$WORK/$1.key" -out "$WORK/$1.crt" 2>/dev/null
}

# What a reverse proxy is to the gateway: TLS outside, plain inside. One connection each.
TLS_PID=
TLS_PORT=
tls_stop() {
	[ -z "$TLS_PID" ] || kill "$TLS_PID" 2>/dev/null
	wait "$TLS_PID" 2>/dev/null
	TLS_PID=
}
# Its standard input and output are a connection to the gateway; on it nothing of
# openssl's own may stand, so where it listens is found by trying.
tls_try() { # certificate's name port
	local name=$1 port=$2 tries=0
	exec 7<>"/dev/tcp/127.0.0.1/$gateway_port"
	openssl s_server -quiet -accept "127.0.0.1:$port" -cert "$WORK/$name.crt" -key "$WORK/$name.key" \
		<&7 >&7 2>"$WORK/tls.log" &
	TLS_PID=$!
	exec 7>&-
	until grep -q "^ *[0-9]*: 0100007F:$(printf '%04X' "$port") 00000000:0000 0A" /proc/net/tcp; do
		tries=$((tries + 1))
		if [ "$tries" -gt 200 ] || ! kill -0 "$TLS_PID" 2>/dev/null; then
			return 1
		fi
		sleep 0.05
	done
	# Whoever listens there must be this one, and not who had the port before it.
	kill -0 "$TLS_PID" 2>/dev/null && [ ! -s "$WORK/tls.log" ]
}
tls_start() { # certificate's name
	local attempt
	for attempt in 1 2 3 4 5 6 7 8 9 10; do
		tls_stop
		: >"$WORK/tls.log"
		# Below the ports that the system gives to clients, which may have any of those.
		TLS_PORT=$((20000 + (RANDOM % 12000)))
		tls_try "$1" "$TLS_PORT" && return 0
		grep -q "in use" "$WORK/tls.log" || break
	done
	not_ok "a TLS server starts (attempt $attempt)"
	show "$WORK/tls.log"
	return 1
}
post() { # reference host [options...]
	local reference=$1 host=$2 status
	shift 2
	arrondi-post --url "https://$host:$TLS_PORT" --token-file "$WORK/token" --vkey "$vkey" --state "$WORK/state" \
		--source salary --step 1.00 --terms "$TERMS" --period "$MONTH" --collected-on "$TODAY" --retries 0 \
		--reference "$reference" "$@" "$WORK/a.csv" >"$WORK/said" 2>&1
	status=$?
	cat "$WORK/said"
	return $status
}

check "a certificate is made" certificate ours
check "and that of another" certificate theirs
before=$(ledger_size)

tls_start ours || exit 1
refuse "a certificate that nobody vouches for is refused" 2 "certificate" post P-1 localhost
tls_start ours || exit 1
refuse "another one's than that which is trusted, too" 2 "certificate" post P-1 localhost --ca "$WORK/theirs.crt"
tls_start ours || exit 1
refuse "and one of another name" 2 "subject name" post P-1 127.0.0.1 --ca "$WORK/ours.crt"
tls_start ours || exit 1
refuse "a file of certificates that is not there is trouble" 2 "none.pem" post P-1 localhost --ca "$WORK/none.pem"
same "nothing of all this was recorded" "size $before" "size $(ledger_size)"
tls_start ours || exit 1
check "with the certificate that is trusted the batch is booked" post P-1 localhost --ca "$WORK/ours.crt"
check "and its answer is verified" grep -q "^log: size $((before + 1)), signed by" "$WORK/said"
tls_stop
stop_gateway
