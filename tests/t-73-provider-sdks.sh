#!/usr/bin/env bash
# t-73-provider-sdks.sh - what the providers' own software signs is accepted, and what it
# refuses is refused.
#
# Covers gateway/hook_stripe.c, gateway/hook_gocardless.c, gateway/hook_mollie.c and
# gateway/hook_standard.c, beside software that is not ours and not in this repository:
#
#	npm install --prefix FOLDER stripe gocardless-nodejs mollie-api-typescript \
#		standardwebhooks svix
#	PROVIDER_SDKS=FOLDER tests/t-73-provider-sdks.sh
#
# The verdict that is expected is the software's own, on the same bytes; where it takes
# more than it would ever sign (gateway/hook_stripe.c), that is not asked for here.
# shellcheck disable=SC2154
. "$(dirname "$0")/harness.sh"
. tests/foundation_rig.sh

SDKS=${PROVIDER_SDKS:-}
if [ -z "$SDKS" ] || [ ! -d "$SDKS/node_modules" ] || ! command -v node >/dev/null; then
	echo "skipped: PROVIDER_SDKS names no folder with node_modules, or there is no node: nothing is compared"
	exit 0
fi
# Node looks for a package beside whoever asks.
SDKS=$(cd "$SDKS" && pwd)

KEY=MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=
check "a foundation is made" make_foundation
printf 'whsec_the_secret_of_this_test\n' >"$WORK/text"
printf 'whsec_%s\n' "$KEY" >"$WORK/key"
chmod 600 "$WORK/text" "$WORK/key"
: >"$WORK/gateway.conf"
for hook in stripe:text gocardless:text mollie:text standard:key svix:key; do
	cat >>"$WORK/gateway.conf" <<-EOF
		[hook ${hook%:*}]
		provider = ${hook%:*}
		member = provider:any
		fund = general
		secret_file = $WORK/${hook#*:}
	EOF
done
start_gateway "$LEDGER" --config "$WORK/gateway.conf" || exit 1

# A case a folder: hook, verdict, name, body, and head as lines for curl.
cat >"$WORK/sign.cjs" <<'EOF'
const fs = require("fs"), path = require("path"), crypto = require("crypto");
const { createRequire } = require("module");
const [sdks, out, key] = process.argv.slice(2);
const sdk = createRequire(path.join(sdks, "package.json"));
const folder = (name) => path.join(sdks, "node_modules", name);
const text = "whsec_the_secret_of_this_test", other = "whsec_another_secret_of_this_test";
const now = Math.floor(Date.now() / 1000);
let count = 0;
function keep(hook, name, body, head, verdict) {
	const dir = path.join(out, String(++count).padStart(3, "0"));
	fs.mkdirSync(dir, { recursive: true });
	for (const [file, what] of Object.entries({ hook, name, body, verdict: verdict ? "accept" : "refuse" }))
		fs.writeFileSync(path.join(dir, file), what);
	fs.writeFileSync(path.join(dir, "head"), Object.entries(head).map(([n, v]) => `header = "${n}: ${v}"\n`).join(""));
}
const judged = (judge) => { try { judge(); return true; } catch { return false; } };
function installed(name, run) {
	if (!fs.existsSync(folder(name)))
		return console.log(`# ${name} is not installed`);
	console.log(`# ${name} ${JSON.parse(fs.readFileSync(path.join(folder(name), "package.json"))).version}`);
	return run();
}
const bodies = ['{"id":"evt_1","object":"event","type":"x","livemode":true,"created":1,"data":{"object":{}}}',
	'{"id":"evt_2","events":[],"name":"Éloïse \\u00e9 \\"&+%"}', '{"a":1}\n', ' {"resource":"event","id":"event_1"} '];

function stripe() {
	const { default: made, Stripe = made } = sdk("stripe");
	const { webhooks } = new (Stripe || sdk("stripe"))("sk_test_x");
	for (const body of bodies)
		for (const [name, secret, t, sent] of [["as signed", text, now, body], ["another body", text, now, body.replace("1", "2") + " "],
			["another secret", other, now, body], ["old", text, now - 400, body], ["cut", text, now, body.slice(0, -1)]]) {
			const line = webhooks.generateTestHeaderString({ payload: body, secret, timestamp: t });
			keep("stripe", name, sent, { "Stripe-Signature": line },
				judged(() => webhooks.signature.verifyHeader(sent, line, text, 300)));
		}
}
function gocardless() {
	const { verifySignature } = require(path.join(folder("gocardless-nodejs"), "cjs/webhooks.js"));
	for (const body of bodies)
		for (const [name, secret, sent] of [["as signed", text, body], ["another body", text, body + " "], ["another secret", other, body]]) {
			const line = crypto.createHmac("sha256", secret).update(body).digest("hex");
			keep("gocardless", name, sent, { "Webhook-Signature": line }, judged(() => verifySignature(sent, text, line)));
		}
}
async function mollie() {
	const { SignatureValidator } = require(path.join(folder("mollie-api-typescript"), "dist/commonjs/utils/webhooks/signature_validator.js"));
	for (const body of bodies)
		for (const [name, secret, sent] of [["as signed", text, body], ["another body", text, body + " "], ["another secret", other, body]]) {
			const line = await SignatureValidator.createSignature(body, secret);
			for (const value of [line.replace(/^sha256=/, ""), "sha256=" + line.replace(/^sha256=/, ""), "sha256=" + "0".repeat(64)]) {
				let verdict = false;
				try { verdict = await SignatureValidator.validate(sent, text, value); } catch { verdict = false; }
				keep("mollie", name, sent, { "X-Mollie-Signature": value }, verdict);
			}
		}
}
function standard(hook, name, prefix) {
	const { Webhook } = sdk(name);
	const ours = new Webhook("whsec_" + key), theirs = new Webhook("whsec_" + Buffer.from(other).toString("base64"));
	for (const body of bodies)
		for (const [what, signer, t, sent] of [["as signed", ours, now, body], ["another body", ours, now, body + " "],
			["another secret", theirs, now, body], ["old", ours, now - 400, body], ["early", ours, now + 400, body]]) {
			const id = "msg_" + count;
			const head = { [prefix + "-id"]: id, [prefix + "-timestamp"]: t, [prefix + "-signature"]: signer.sign(id, new Date(t * 1000), body) };
			const given = Object.fromEntries(Object.entries(head).map(([n, v]) => [n, String(v)]));
			keep(hook, what, sent, head, judged(() => ours.verify(sent, given)));
		}
}
(async () => {
	installed("stripe", stripe);
	installed("gocardless-nodejs", gocardless);
	await installed("mollie-api-typescript", mollie);
	installed("standardwebhooks", () => standard("standard", "standardwebhooks", "webhook"));
	installed("svix", () => standard("svix", "svix", "svix"));
	console.log(`${count} cases`);
})().catch((e) => { console.error(e); process.exit(1); });
EOF
if ! node "$WORK/sign.cjs" "$SDKS" "$WORK/cases" "$KEY" >"$WORK/signed" 2>&1; then
	not_ok "the providers' software signs"
	show "$WORK/signed"
	exit 1
fi
cat "$WORK/signed"

wrong=0 accepted=0 refused=0
for case in "$WORK"/cases/*/; do
	hook=$(<"$case/hook")
	verdict=$(<"$case/verdict")
	case $verdict:$hook in
	accept:gocardless) expected=204 ;;
	accept:*) expected=200 ;;
	refuse:gocardless) expected=498 ;;
	*) expected=400 ;;
	esac
	status=$(curl -sS --max-time 20 -o /dev/null -w '%{http_code}' -X POST -K "$case/head" \
		--data-binary "@$case/body" "$URL/hooks/$hook")
	case $verdict in accept) accepted=$((accepted + 1)) ;; *) refused=$((refused + 1)) ;; esac
	if [ "$status" != "$expected" ]; then
		wrong=$((wrong + 1))
		echo "# $hook, $(<"$case/name"): $status, not $expected"
	fi
done
same "the gateway says what the providers' software says, $accepted accepted, $refused refused" 0 "$wrong"
check "there were both" test "$accepted" -gt 0 -a "$refused" -gt "$accepted"
