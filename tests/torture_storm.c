/*
 * torture_storm.c - deliveries of a payment provider in any order, several times each,
 * some of them tampered with, while the gateway is killed: the balances are those of a
 * clean run in order, to the cent.
 *
 *   TORTURE_S=seconds TORTURE_SEED=n BIN=programs torture_storm
 *
 * So many deliveries as are sent in the time: 50 000 from some two minutes on. What the
 * provider's credit has not paid when the storm is over, its next gift takes: so both
 * runs end with a gift and a payout that leave nothing open.
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/inbox.h"
#include "keys/encoding.h"
#include "keys/file.h"
#include "keys/note.h"
#include "ledger/books_query.h"
#include "tests/caller.h"
#include "tests/gate.h"
#include "tests/trial.h"

#define DEFAULT_S        120
#define CLIENTS          8
#define KILLS            10
#define DELIVERIES_MAX   50000
#define DELIVERIES_PER_S 400
#define AGAIN_MAX        5
#define PROVIDER         "provider:storm"
#define KEY_BYTES        32
#define BODY_BYTES       320
#define BALANCES_BYTES   4096
#define TRIES_MAX        2000
#define REST_US          5000
#define SETTLE_US        (INT64_C(120) * 1000000)

struct told {
	const char *type;
	char id[16], parent[16];
	unsigned amount;
};

struct delivery {
	const struct told *told;
	unsigned again; /* another delivery of the same: other bytes, the same movement */
	bool is_tampered;
};

struct storm {
	struct house house;
	struct gate gate;
	char config[HOUSE_PATH_BYTES];
	uint8_t key[KEY_BYTES];
	atomic_uint port;
	const struct delivery *deliveries;
	size_t count;
	atomic_size_t next;
	atomic_uint retried, refused;
};

/* ---- what is told ---- */

static size_t told_make(struct told *told, size_t most)
{
	size_t n = 0;

#define TELL(what, prefix, of, cents)                                                    \
	do {                                                                             \
		told[n] = (struct told){ .type = what, .amount = cents };                \
		snprintf(told[n].id, sizeof told[n].id, "%s%u", prefix, i);              \
		if (of)                                                                  \
			snprintf(told[n].parent, sizeof told[n].parent, "D%u", i);       \
		n++;                                                                     \
	} while (0)
	for (unsigned i = 0; n + 8 <= most; i++) {
		TELL("donation.received", "D", false, 1000 + 37 * (i % 500));
		TELL("fee.charged", "F", true, 25 + i % 7);
		if (i % 3 == 0)
			TELL("refund.paid", "R", true, 300 + i % 100);
		if (i % 9 == 0)
			TELL("refund.failed", "R", true, 300 + i % 100);
		if (i % 5 == 0)
			TELL("chargeback.received", "C", true, 500);
		if (i % 10 == 0)
			TELL("chargeback.reversed", "C", true, 500);
		if (i % 8 == 7)
			TELL("payout.paid", "P", false, 5000);
		if (i % 16 == 15)
			TELL("payout.failed", "P", false, 5000);
	}
#undef TELL
	return n;
}

/* Each once at least, up to AGAIN_MAX times, a tenth of all tampered with. */
static struct delivery *deliveries_make(const struct told *told, size_t n, size_t most,
					struct chance *chance, size_t *ret_count)
{
	struct delivery *made = calloc(most, sizeof *made);
	size_t count = 0;

	if (!made)
		trial_fail("out of memory");
	for (size_t i = 0; i < n; i++)
		made[count++] = (struct delivery){ .told = &told[i] };
	while (count < most) {
		const struct told *one = &told[chance_below(chance, (unsigned)n)];

		made[count++] = (struct delivery){
			.told = one,
			.again = chance_below(chance, AGAIN_MAX),
			.is_tampered = chance_below(chance, 7) == 0,
		};
	}
	for (size_t i = count; i > 1; i--) {
		size_t j = chance_below(chance, (unsigned)i);
		struct delivery kept = made[i - 1];

		made[i - 1] = made[j];
		made[j] = kept;
	}
	*ret_count = count;
	return made;
}

/* ---- one delivery ---- */

static void body_write(const struct told *told, unsigned again, char body[BODY_BYTES])
{
	char day[DATE_TEXT_BYTES];

	date_format(foundation_today(), day);
	snprintf(body, BODY_BYTES,
		 "{\"type\":\"%s\",\"timestamp\":\"%sT00:00:0%uZ\",\"data\":{\"id\":\"%"
		 "s\","
		 "\"parent\":\"%s\",\"amount\":%u,\"currency\":\"EUR\",\"date\":\"%s\"}}",
		 told->type, day, again % 10, told->id, told->parent, told->amount, day);
}

static void fields_write(const struct storm *storm, const char *body, char *fields,
			 size_t bytes)
{
	char text[BODY_BYTES + 64], base64[HASH_BASE64_CHARS + 1];
	long long now = (long long)time(NULL);
	struct hash mac;
	int n = snprintf(text, sizeof text, "msg_1.%lld.%s", now, body);

	mac = hmac_bytes(storm->key, KEY_BYTES, text, (size_t)n);
	base64_encode(mac.b, HASH_BYTES, base64);
	snprintf(fields, bytes,
		 "webhook-id: msg_1\r\nwebhook-timestamp: %lld\r\n"
		 "webhook-signature: v1,%s\r\n",
		 now, base64);
}

/* Until it is answered for good, as a provider does it. */
static void deliver(struct storm *storm, struct caller *caller,
		    const struct delivery *delivery)
{
	char body[BODY_BYTES], fields[256];
	unsigned expected = delivery->is_tampered ? 400 : 200, status = 0;
	char *date_end;

	body_write(delivery->told, delivery->again, body);
	date_end = body + strlen(body) - strlen("7\"}}");
	for (unsigned i = 0; i < TRIES_MAX; i++) {
		struct call call = { .target = "/hooks/storm",
				     .type = "application/json",
				     .body = body,
				     .fields = fields };

		fields_write(storm, body, fields, sizeof fields);
		if (delivery->is_tampered)
			*date_end ^= 1; /* after it was signed */
		status = caller_ask(caller, atomic_load(&storm->port), &call);
		if (delivery->is_tampered)
			*date_end ^= 1;
		if (status == expected)
			break;
		if (status != 0 && status != 503 && status != 429)
			trial_fail("a delivery is answered %u, not %u", status, expected);
		atomic_fetch_add(&storm->retried, 1);
		trial_sleep_us(REST_US);
	}
	if (status != expected)
		trial_fail("a delivery is never answered; the log is %s",
			   storm->gate.log);
	if (delivery->is_tampered)
		atomic_fetch_add(&storm->refused, 1);
}

static void *client_run(void *ctx)
{
	struct storm *storm = ctx;
	struct caller caller;

	caller_init(&caller);
	for (;;) {
		size_t i = atomic_fetch_add(&storm->next, 1);

		if (i >= storm->count)
			break;
		deliver(storm, &caller, &storm->deliveries[i]);
	}
	caller_release(&caller);
	return NULL;
}

/* ---- a foundation with a provider ---- */

static void provider_make(const struct house *house)
{
	struct submission submission, *group[] = { &submission };
	struct ledger *ledger;
	struct buffer note;
	struct fault fault;

	trial_must(ledger_open(house->dir, LEDGER_WRITE, &ledger, &fault), "the ledger",
		   &fault);
	draft_init(&submission, "operator",
		   "'kind':'member','ref':'M-STORM','id':'" PROVIDER
		   "','role':'provider','name':'Storm','status':'active'");
	buffer_init(&note, NOTE_BYTES_MAX);
	trial_must(ledger_submit(ledger, group, 1, &note, &fault), "a group", &fault);
	trial_must(submission.err, "a provider", &submission.fault);
	buffer_release(&note);
	draft_release(&submission);
	ledger_close(ledger);
}

static void storm_make(struct storm *storm, struct chance *chance)
{
	char secrets[HOUSE_PATH_BYTES], text[512], base64[64];
	struct fault fault;

	house_make(&storm->house, 1);
	provider_make(&storm->house);
	for (size_t i = 0; i < KEY_BYTES; i++)
		storm->key[i] = (uint8_t)chance_next(chance);
	base64_encode(storm->key, KEY_BYTES, base64);
	house_path(&storm->house, "secrets", secrets);
	snprintf(text, sizeof text, "whsec_%s\n", base64);
	trial_must(file_write(secrets, slice_of_text(text), 0600, &fault), "a secret",
		   &fault);
	house_path(&storm->house, "gateway.conf", storm->config);
	snprintf(text, sizeof text,
		 "[hook storm]\nprovider = standard\nmember = " PROVIDER
		 "\nfund = emploi\nsecret_file = %s\n",
		 secrets);
	trial_must(file_write(storm->config, slice_of_text(text), 0600, &fault),
		   "a configuration", &fault);
}

static void storm_open(struct storm *storm)
{
	gate_open(&storm->gate, &storm->house, 0,
		  &(struct gate_options){ .config = storm->config });
	atomic_store(&storm->port, storm->gate.port);
}

/* Until all that was delivered is booked. */
static void storm_settle(struct storm *storm, size_t expected)
{
	int64_t until = trial_now_us() + SETTLE_US;
	struct inbox_counts counts;
	struct inbox *inbox;
	struct fault fault;

	trial_must(inbox_open(storm->house.dir, &inbox, &fault), "the inbox", &fault);
	for (;;) {
		trial_must(inbox_count(inbox, &counts, &fault), "the inbox", &fault);
		if (counts.delivery[INBOX_DELIVERY_PARKED] ||
		    counts.movement[INBOX_MOVEMENT_PARKED])
			trial_fail("something was parked; the log is %s",
				   storm->gate.log);
		if (counts.movement[INBOX_MOVEMENT_BOOKED] == expected)
			break;
		if (trial_now_us() > until)
			trial_fail("%" PRIu64 " of %zu movements are booked",
				   counts.movement[INBOX_MOVEMENT_BOOKED], expected);
		trial_sleep_us(50000);
	}
	inbox_close(inbox);
}

/* ---- balances ---- */

static long long account(struct books *books, const char *name)
{
	return (long long)cents_value(query_balance(books, name));
}

static void balances(const struct storm *storm, char out[BALANCES_BYTES],
		     long long *ret_owed)
{
	struct sub_balance_view *subs;
	struct ledger *ledger;
	struct books *books;
	struct fault fault;
	size_t count, n = 0;

	trial_must(ledger_open(storm->house.dir, LEDGER_READ, &ledger, &fault),
		   "the ledger", &fault);
	trial_must(ledger_books(ledger, &books, &fault), "the books", &fault);
	trial_must(query_sub_balances(books, &subs, &count, &fault), "the balances",
		   &fault);
	n += (size_t)snprintf(out + n, BALANCES_BYTES - n, "entries %" PRIu64 "\n",
			      books_size(books));
	for (size_t i = 0; i < count; i++)
		n += (size_t)snprintf(out + n, BALANCES_BYTES - n, "%s/%s %lld %lld\n",
				      subs[i].fund, subs[i].earmark,
				      (long long)cents_value(subs[i].available),
				      (long long)cents_value(subs[i].pledged));
	n += (size_t)snprintf(
		out + n, BALANCES_BYTES - n, "owed %lld credit %lld transit %lld\n",
		account(books, "receivable/" PROVIDER),
		account(books, "credit/" PROVIDER), account(books, "transit/" PROVIDER));
	*ret_owed = account(books, "receivable/" PROVIDER) +
		    account(books, "credit/" PROVIDER);
	ledger_books_done(ledger);
	ledger_close(ledger);
	free(subs);
}

/* A last gift and a payout, one after the other. */
static void storm_close(struct storm *storm, size_t booked, char out[BALANCES_BYTES])
{
	struct told last = { "donation.received", "LAST", "", 1000000 };
	struct told payout = { "payout.paid", "PLAST", "", 0 };
	struct caller caller;
	long long owed;

	balances(storm, out, &owed);
	payout.amount = (unsigned)(owed + 1000000);
	caller_init(&caller);
	deliver(storm, &caller, &(struct delivery){ .told = &last });
	storm_settle(storm, booked + 1);
	deliver(storm, &caller, &(struct delivery){ .told = &payout });
	storm_settle(storm, booked + 2);
	caller_release(&caller);
	gate_close(&storm->gate);
	balances(storm, out, &owed);
	house_check(&storm->house);
	house_verify(&storm->house, NULL);
}

/* ---- the two runs ---- */

static void clean_run(const struct told *told, size_t n, struct chance *chance,
		      char out[BALANCES_BYTES])
{
	struct storm *storm = calloc(1, sizeof *storm);
	struct caller caller;

	if (!storm)
		trial_fail("out of memory");
	storm_make(storm, chance);
	storm_open(storm);
	caller_init(&caller);
	for (size_t i = 0; i < n; i++)
		deliver(storm, &caller, &(struct delivery){ .told = &told[i] });
	caller_release(&caller);
	storm_settle(storm, n);
	storm_close(storm, n, out);
	free(storm);
}

static void storm_kill(struct storm *storm, struct chance *chance)
{
	for (unsigned i = 0; i < KILLS; i++) {
		size_t at = storm->count * (i + 1) / (KILLS + 1);

		while (atomic_load(&storm->next) < at)
			trial_sleep_us(500);
		trial_sleep_us(chance_below(chance, 20000));
		gate_kill(&storm->gate);
		storm_open(storm);
	}
}

static void storm_run(struct storm *storm, size_t booked, struct chance *chance,
		      char out[BALANCES_BYTES])
{
	pthread_t client[CLIENTS];

	storm_make(storm, chance);
	storm_open(storm);
	for (unsigned i = 0; i < CLIENTS; i++)
		if (pthread_create(&client[i], NULL, client_run, storm))
			trial_fail("a thread cannot be started");
	storm_kill(storm, chance);
	for (unsigned i = 0; i < CLIENTS; i++)
		if (pthread_join(client[i], NULL))
			trial_fail("a thread cannot be joined");
	storm_settle(storm, booked);
	storm_close(storm, booked, out);
}

int main(void)
{
	struct storm *storm = calloc(1, sizeof *storm);
	char clean[BALANCES_BYTES], stormy[BALANCES_BYTES];
	struct chance chance;
	struct delivery *deliveries;
	struct told *told;
	size_t n, count, most;

	trial_begin("storm", DEFAULT_S);
	chance = chance_of(1);
	most = (size_t)(trial_share_us(1) / 1000000) * DELIVERIES_PER_S;
	if (most > DELIVERIES_MAX)
		most = DELIVERIES_MAX;
	told = calloc(most / 3, sizeof *told);
	if (!storm || !told)
		trial_fail("out of memory");
	n = told_make(told, most / 3);
	deliveries = deliveries_make(told, n, most, &chance, &count);
	storm->deliveries = deliveries;
	storm->count = count;
	clean_run(told, n, &chance, clean);
	storm_run(storm, n, &chance, stormy);
	if (strcmp(clean, stormy) != 0)
		trial_fail("the balances differ:\n%s\n%s", clean, stormy);
	trial_end("%zu deliveries of %zu movements in any order, %u refused as tampered "
		  "with, %u kills, %u tries again: the balances of a clean run",
		  count, n, atomic_load(&storm->refused), KILLS,
		  atomic_load(&storm->retried));
}
