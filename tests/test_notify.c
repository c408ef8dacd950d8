/*
 * test_notify.c - members are told of what is in the log: each once, signed, and only of
 * what concerns them.
 *
 * Covers gateway/notify_event.c, gateway/notify_set.c, gateway/notify_send.c,
 * gateway/notify_worker.c, gateway/secret_file.c and gateway/hand.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "gateway/notify_event.h"
#include "gateway/notify_send.h"
#include "gateway/notify_worker.h"
#include "keys/file.h"
#include "tests/provider.h"
#include "tests/temporary.h"

#define SECRET "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="

static struct temporary *place;
static struct fault fault;
static struct config config;
static struct notify_set *set;
static struct notify_source source;
static struct provider provider;

#define must(err)                                                                        \
	do {                                                                             \
		if ((err) != ERR_OK)                                                     \
			fail_msg("%s", fault.text);                                      \
	} while (0)

static int start(void **unused)
{
	(void)unused;
	place = temporary_new();
	fault = (struct fault){ 0 };
	config_init(&config);
	source = (struct notify_source){ .ledger = place->ledger,
					 .now_s = (int64_t)time(NULL),
					 .origin = "ledger.test/93" };
	return outbox_open(place->folder, &source.outbox, &fault) != ERR_OK;
}

static int stop(void **unused)
{
	(void)unused;
	notify_set_unref(set);
	set = NULL;
	outbox_close(source.outbox);
	temporary_free(place);
	return 0;
}

static struct config_notify *endpoint_add(const char *name, const char *member,
					  unsigned port)
{
	struct config_notify *notify = &config.notify[config.notify_count++];
	char path[TEMPORARY_PATH];

	(void)snprintf(notify->name, sizeof notify->name, "%s", name);
	(void)snprintf(notify->member, sizeof notify->member, "%s", member);
	(void)snprintf(notify->url, sizeof notify->url, "http://127.0.0.1:%u/told", port);
	temporary_path(place, "secret", path);
	assert_true(strlen(path) <= CONFIG_FILE_CHARS);
	memcpy(notify->secret_file, path, strlen(path) + 1);
	must(file_write(path, slice_of_text(SECRET "\n"), 0600, &fault));
	return notify;
}

static const struct notify_desk *desk(size_t i)
{
	if (!set)
		must(notify_set_load(&config, &set, &fault));
	return notify_set_desk(set, i);
}

static void derive(size_t i)
{
	bool more;

	source.size = temporary_size(place);
	must(notify_derive(&source, desk(i), &more, &fault));
	assert_false(more);
}

static uint64_t batch(const char *ref, int months_ago)
{
	struct asked asked;
	uint64_t position;

	asked_batch_init(&asked, &(struct asked_batch){ .ref = ref,
							.source = "salary",
							.months_ago = months_ago,
							.seed = 1,
							.first = 0,
							.count = 3 });
	must(temporary_submit(place, &asked));
	position = asked.submission.position;
	asked_clear(&asked);
	return position;
}

static uint64_t waiting(void)
{
	struct outbox_counts counts;

	must(outbox_count(source.outbox, &counts, &fault));
	return counts.messages[OUTBOX_WAITING];
}

static struct outbox_message message_read(int64_t id, char ret_text[1024])
{
	struct outbox_message message;
	struct buffer body;

	buffer_init(&body, OUTBOX_BODY_BYTES_MAX);
	must(outbox_message(source.outbox, id, &message, &body, &fault));
	(void)snprintf(ret_text, 1024, "%s", buffer_text(&body));
	buffer_release(&body);
	return message;
}

/* ---- what is told, and to whom ---- */

static void a_batch_is_told_to_its_company_and_officers_once(void **unused)
{
	struct outbox_message message;
	char text[1024], wanted[128];
	uint64_t position;

	(void)unused;
	endpoint_add("own", TEMPORARY_EMPLOYER, 9);
	endpoint_add("other", TEMPORARY_OTHER, 9);
	endpoint_add("officer", "operator", 9);
	for (size_t i = 0; i < 3; i++)
		derive(i);
	assert_int_equal(waiting(), 0);
	position = batch("B-1", 0);
	for (size_t turn = 0; turn < 2; turn++)
		for (size_t i = 0; i < 3; i++)
			derive(i);
	assert_int_equal(waiting(), 2);
	message = message_read(1, text);
	assert_string_equal(message.endpoint, "own");
	assert_int_equal(strncmp(message.wire, "msg_", 4), 0);
	(void)snprintf(wanted, sizeof wanted, "\"position\":%llu,",
		       (unsigned long long)position);
	assert_non_null(strstr(text, "{\"type\":\"batch.recorded\","));
	assert_non_null(strstr(text, wanted));
	assert_non_null(strstr(text, "\"company\":\"" TEMPORARY_EMPLOYER "\""));
	assert_non_null(strstr(text, "\"amount_cents\":150,"));
	/* The same thing has the same id, to whomever it is told. */
	assert_string_equal(message_read(2, text).wire, message.wire);
	assert_string_equal(message_read(2, text).endpoint, "officer");
}

/* Derived again from the start, as after a crash, nothing is told twice. */
static void what_was_derived_is_known(void **unused)
{
	(void)unused;
	endpoint_add("own", TEMPORARY_EMPLOYER, 9);
	derive(0);
	(void)batch("B-1", 0);
	derive(0);
	must(outbox_endpoint_move(source.outbox, "own", 0, &fault));
	derive(0);
	assert_int_equal(waiting(), 1);
}

static void what_is_not_signed_yet_waits(void **unused)
{
	bool more;

	(void)unused;
	endpoint_add("own", TEMPORARY_EMPLOYER, 9);
	derive(0);
	source.size = temporary_size(place);
	(void)batch("B-1", 0);
	must(notify_derive(&source, desk(0), &more, &fault));
	assert_int_equal(waiting(), 0);
	derive(0);
	assert_int_equal(waiting(), 1);
}

static void events_are_chosen(void **unused)
{
	struct config_notify *notify = endpoint_add("own", TEMPORARY_EMPLOYER, 9);

	(void)unused;
	(void)snprintf(notify->events, sizeof notify->events,
		       "transfer.missing, payment.made");
	derive(0);
	(void)batch("B-1", 0);
	derive(0);
	assert_int_equal(waiting(), 0);
}

static void a_transfer_is_told_to_be_missing_once(void **unused)
{
	char text[1024];

	(void)unused;
	endpoint_add("own", TEMPORARY_EMPLOYER, 9);
	endpoint_add("other", TEMPORARY_OTHER, 9);
	(void)batch("B-1", 0);
	source.size = temporary_size(place);
	must(notify_missing(&source, desk(0), &fault));
	assert_int_equal(waiting(), 0);
	source.now_s += 70 * INT64_C(86400);
	for (size_t i = 0; i < 4; i++)
		must(notify_missing(&source, desk(i % 2), &fault));
	assert_int_equal(waiting(), 1);
	(void)message_read(1, text);
	assert_non_null(strstr(text, "\"type\":\"transfer.missing\""));
	assert_non_null(strstr(text, "\"payer\":\"" TEMPORARY_EMPLOYER "\""));
	assert_non_null(strstr(text, "\"due_on\":\""));
}

static void a_settlement_is_told_to_its_payer(void **unused)
{
	struct asked asked;
	char text[1024];

	(void)unused;
	endpoint_add("own", TEMPORARY_EMPLOYER, 9);
	derive(0);
	asked_init(&asked, "treasurer",
		   "'kind':'settlement','ref':'S-1','date':'%s','payer':'%s','amount':50",
		   temporary_today(), TEMPORARY_EMPLOYER);
	must(temporary_submit(place, &asked));
	asked_clear(&asked);
	derive(0);
	assert_int_equal(waiting(), 1);
	(void)message_read(1, text);
	assert_non_null(strstr(text, "\"type\":\"transfer.settled\""));
	assert_non_null(strstr(text, "\"amount_cents\":50,"));
}

static void a_proposal_waits_for_seats_alone(void **unused)
{
	struct asked asked;
	char text[1024];

	(void)unused;
	endpoint_add("own", TEMPORARY_EMPLOYER, 9);
	endpoint_add("board", "siege-1", 9);
	derive(0);
	derive(1);
	asked_init(&asked, "operator",
		   "'kind':'proposal','ref':'P-1','subject':'transfer','fund':'emploi',"
		   "'to':'general','amount':100,'expires_on':'%s-28'",
		   temporary_month(-1));
	must(temporary_submit(place, &asked));
	asked_clear(&asked);
	derive(0);
	derive(1);
	assert_int_equal(waiting(), 1);
	assert_string_equal(message_read(1, text).endpoint, "board");
	assert_non_null(strstr(text, "\"type\":\"decision.to_sign\""));
}

/* ---- sending ---- */

static void send_now(unsigned wanted_delivered)
{
	static const atomic_bool stopping;
	struct notify_sender sender = { .outbox = source.outbox,
					.now_s = source.now_s,
					.stopping = &stopping };
	struct outbox_counts counts;
	bool more;

	must(notify_send(&sender, desk(0), &more, &fault));
	assert_false(more);
	must(outbox_count(source.outbox, &counts, &fault));
	assert_int_equal(counts.messages[OUTBOX_DELIVERED], wanted_delivered);
}

static void told_begin(const char *const *answers)
{
	provider = (struct provider){ .count = 0 };
	for (; *answers; answers++)
		provider.answer[provider.count++] = *answers;
	provider_start(&provider);
	endpoint_add("own", TEMPORARY_EMPLOYER, provider.port);
	derive(0);
	(void)batch("B-1", 0);
	derive(0);
}

static const char *header(size_t i, const char *name, char value[256])
{
	const char *at = strstr(provider.request[i], name);

	assert_non_null(at);
	assert_int_equal(sscanf(at + strlen(name), ": %255[^\r]", value), 1);
	return value;
}

static void a_failure_is_sent_again_by_the_same_id(void **unused)
{
	char first[256], second[256], signature[256];

	(void)unused;
	told_begin(ANSWERS(ANSWER("500 Trouble", "Content-Length: 0\r\n", ""),
			   ANSWER("200 OK", "Content-Length: 0\r\n", "")));
	send_now(0);
	send_now(0); /* it is not due */
	source.now_s += 5;
	send_now(1);
	provider_stop(&provider);
	assert_int_equal(provider.asked, 2);
	assert_string_equal(header(0, "webhook-id", first),
			    header(1, "webhook-id", second));
	assert_int_equal(strncmp(header(1, "webhook-signature", signature), "v1,", 3), 0);
	assert_int_not_equal(strcmp(header(0, "webhook-timestamp", first),
				    header(1, "webhook-timestamp", second)),
			     0);
}

static void gone_disables_until_it_is_enabled(void **unused)
{
	struct outbox_endpoint endpoint;

	(void)unused;
	told_begin(ANSWERS(ANSWER("410 Gone", "Content-Length: 0\r\n", ""),
			   ANSWER("204 None", "", "")));
	send_now(0);
	must(outbox_endpoint_find(source.outbox, "own", &endpoint, &fault));
	assert_true(endpoint.is_disabled);
	source.now_s += 100000;
	send_now(0);
	assert_int_equal(waiting(), 1);
	must(outbox_endpoint_enable(source.outbox, "own", &fault));
	send_now(1);
	provider_stop(&provider);
	assert_int_equal(provider.asked, 2);
}

/* ---- the threads ---- */

static void the_worker_tells_and_stops(void **unused)
{
	struct notify_worker_options options = { .dir = place->dir, .purge_days = 30 };
	struct notify_worker *worker = NULL;
	struct outbox_counts counts = { .messages = { 0 } };
	struct ledger_pool *readers = NULL;

	(void)unused;
	provider = (struct provider){
		.count = 1, .answer = { ANSWER("200 OK", "Content-Length: 0\r\n", "") }
	};
	provider_start(&provider);
	endpoint_add("own", TEMPORARY_EMPLOYER, provider.port);
	must(ledger_pool_new(place->dir, LEDGER_READ, &readers, &fault));
	options.readers = readers;
	/* It is told from the beginning, as who was there before. */
	outbox_close(source.outbox);
	must(outbox_open(place->dir, &source.outbox, &fault));
	must(outbox_endpoint(source.outbox, "own", 0, &(struct outbox_endpoint){ 0 },
			     &fault));
	(void)batch("B-1", 0);
	(void)desk(0);
	must(notify_worker_start(&options, notify_set_ref(set), &worker, &fault));
	notify_worker_reload(worker, notify_set_ref(set));
	for (int i = 0; i < 400 && counts.messages[OUTBOX_DELIVERED] == 0; i++) {
		(void)usleep(50000);
		notify_worker_counts(worker, &counts);
	}
	notify_worker_stop(worker);
	ledger_pool_free(readers);
	provider_stop(&provider);
	assert_int_equal(counts.messages[OUTBOX_DELIVERED], 1);
	assert_int_equal(provider.asked, 1);
}

/* ---- the configuration ---- */

static void what_is_off_is_named(void **unused)
{
	static const struct {
		size_t offset;
		const char *value, *sentence;
	} cases[] = {
		{ offsetof(struct config_notify, member), "", "'member' is missing" },
		{ offsetof(struct config_notify, url), "", "'url' is missing" },
		{ offsetof(struct config_notify, url), "http://example.org/x", "http" },
		{ offsetof(struct config_notify, secret_file), "", "'secret_file' is" },
		{ offsetof(struct config_notify, events), "batch", "'events' are of" },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct config_notify *notify;
		struct notify_set *made = NULL;

		config.notify_count = 0;
		notify = endpoint_add("own", TEMPORARY_EMPLOYER, 9);
		(void)snprintf((char *)notify + cases[i].offset, 64, "%s",
			       cases[i].value);
		assert_int_equal(notify_set_load(&config, &made, &fault), ERR_USAGE);
		if (!strstr(fault.text, cases[i].sentence) ||
		    !strstr(fault.text, "[notify own]"))
			fail_msg("'%s' lacks '%s'", fault.text, cases[i].sentence);
	}
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_batch_is_told_to_its_company_and_officers_once),
		CASE(what_was_derived_is_known),
		CASE(what_is_not_signed_yet_waits),
		CASE(events_are_chosen),
		CASE(a_transfer_is_told_to_be_missing_once),
		CASE(a_settlement_is_told_to_its_payer),
		CASE(a_proposal_waits_for_seats_alone),
		CASE(a_failure_is_sent_again_by_the_same_id),
		CASE(gone_disables_until_it_is_enabled),
		CASE(the_worker_tells_and_stops),
		CASE(what_is_off_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
