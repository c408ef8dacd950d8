/*
 * clerk.c - see clerk.h.
 */
#include "tests/clerk.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/note.h"
#include "tests/caller.h"
#include "tests/trial.h"

#define BODY_BYTES   8192
#define TARGET_BYTES 256
#define ROWS_MAX     24
#define CLOSED_US    1000 /* until a closed gateway is looked at again */
#define BUSY_US      5000 /* a test does not wait for the five seconds that are asked */

enum errand {
	ERRAND_GIFT,
	ERRAND_SETTLEMENT,
	ERRAND_JSON,
	ERRAND_CSV,
	ERRAND_CORRECTION
};

/* One request, as often as it takes. */
struct letter {
	enum errand errand;
	char target[TARGET_BYTES], body[BODY_BYTES];
	size_t n;
	const char *token, *type;
	char expected[96]; /* what the entry must hold */
	char ref[40];
};

struct clerk {
	struct desk *desk;
	const struct house_member *company;
	unsigned number, letters, donors;
	unsigned rows;  /* of the last batch */
	uint64_t batch; /* its position; 0: none yet */
	unsigned first_donor;
	char today[DATE_TEXT_BYTES], month[MONTH_TEXT_BYTES];
	struct chance chance;
	struct caller caller;
	struct buffer note;
	struct letter letter;
};

/* ---- what is written ---- */

static void put(struct letter *letter, const char *format, ...) PRINTF_LIKE(2, 3);
static void put(struct letter *letter, const char *format, ...)
{
	size_t room = sizeof letter->body - letter->n;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(letter->body + letter->n, room, format, args);
	va_end(args);
	if (n < 0 || (size_t)n >= room)
		trial_fail("a body is too long");
	letter->n += (size_t)n;
}

static void gift_write(struct clerk *clerk, struct letter *letter)
{
	unsigned amount = 1 + chance_below(&clerk->chance, 90000);

	snprintf(letter->target, TARGET_BYTES, "/v1/gifts");
	put(letter,
	    "{\"ref\":\"%s\",\"date\":\"%s\",\"payer\":\"%s\",\"giver\":\"company\","
	    "\"fund\":\"%s\",\"amount\":%u}",
	    letter->ref, clerk->today, clerk->company->id,
	    amount % 2 ? "emploi" : "projets", amount);
	snprintf(letter->expected, sizeof letter->expected, "\"amount\":%u,", amount);
}

static void settlement_write(struct clerk *clerk, struct letter *letter)
{
	unsigned amount = 1 + chance_below(&clerk->chance, 100000);

	letter->token = clerk->desk->house->treasurer.token;
	snprintf(letter->target, TARGET_BYTES, "/v1/settlements");
	put(letter, "{\"ref\":\"%s\",\"date\":\"%s\",\"payer\":\"%s\",\"amount\":%u}",
	    letter->ref, clerk->today, clerk->company->id, amount);
	snprintf(letter->expected, sizeof letter->expected, "\"amount\":%u,", amount);
}

static void rows_write_csv(struct clerk *clerk, struct letter *letter, unsigned rows)
{
	letter->type = "text/csv";
	put(letter, "matricule;arrondi;fonds\n");
	for (unsigned i = 0; i < rows; i++)
		put(letter, "M%u-%u;0,%02u;%s\n", clerk->number, clerk->first_donor + i,
		    1 + chance_below(&clerk->chance, 99), i % 3 ? "emploi" : "projets");
}

static void batch_query(struct clerk *clerk, struct letter *letter, const char *path)
{
	snprintf(letter->target, TARGET_BYTES,
		 "%s?source=salary&period=%s&collected_on=%s&reference=%s"
		 "&step_cents=%d&terms=%s%s",
		 path, clerk->month, clerk->today, letter->ref, FOUNDATION_STEP_CENTS,
		 FOUNDATION_TERMS,
		 letter->errand == ERRAND_CORRECTION ? "&reason=amount" : "");
}

static void json_write_batch(struct clerk *clerk, struct letter *letter)
{
	snprintf(letter->target, TARGET_BYTES, "/v1/batches");
	put(letter,
	    "{\"source\":\"salary\",\"period\":\"%s\",\"collected_on\":\"%s\","
	    "\"reference\":\"%s\",\"step_cents\":%d,\"terms\":\"%s\",\"rows\":[",
	    clerk->month, clerk->today, letter->ref, FOUNDATION_STEP_CENTS,
	    FOUNDATION_TERMS);
	for (unsigned i = 0; i < clerk->rows; i++)
		put(letter, "%s{\"donor\":\"M%u-%u\",\"roundup_cents\":%u}", i ? "," : "",
		    clerk->number, clerk->first_donor + i,
		    1 + chance_below(&clerk->chance, 99));
	put(letter, "]}");
}

static void batch_write(struct clerk *clerk, struct letter *letter)
{
	clerk->first_donor = clerk->donors;
	clerk->rows = 1 + chance_below(&clerk->chance, ROWS_MAX);
	clerk->donors += clerk->rows;
	snprintf(letter->expected, sizeof letter->expected, "\"count\":%u,", clerk->rows);
	if (letter->errand == ERRAND_JSON) {
		json_write_batch(clerk, letter);
		return;
	}
	batch_query(clerk, letter, "/v1/batches");
	rows_write_csv(clerk, letter, clerk->rows);
}

/* The batch as it should have been: other cents, and perhaps fewer rows. */
static void correction_write(struct clerk *clerk, struct letter *letter)
{
	unsigned rows = 1 + chance_below(&clerk->chance, clerk->rows);
	char path[64];

	snprintf(path, sizeof path, "/v1/batches/%" PRIu64 "/correction", clerk->batch);
	batch_query(clerk, letter, path);
	rows_write_csv(clerk, letter, rows);
	snprintf(letter->expected, sizeof letter->expected, "\"count\":%u,", rows);
}

static enum errand errand_choose(struct clerk *clerk)
{
	unsigned choice = chance_below(&clerk->chance, 100);

	if (choice < 45)
		return ERRAND_GIFT;
	if (choice < 60)
		return ERRAND_SETTLEMENT;
	if (choice < 75)
		return ERRAND_JSON;
	return choice < 90 || !clerk->batch ? ERRAND_CSV : ERRAND_CORRECTION;
}

static void letter_write(struct clerk *clerk)
{
	struct letter *letter = &clerk->letter;

	letter->errand = errand_choose(clerk);
	letter->n = 0;
	letter->token = clerk->company->token;
	letter->type = "application/json";
	snprintf(letter->ref, sizeof letter->ref, "K%u-%u", clerk->number,
		 clerk->letters++);
	switch (letter->errand) {
	case ERRAND_GIFT:
		gift_write(clerk, letter);
		return;
	case ERRAND_SETTLEMENT:
		settlement_write(clerk, letter);
		return;
	case ERRAND_JSON:
	case ERRAND_CSV:
		batch_write(clerk, letter);
		return;
	case ERRAND_CORRECTION:
		correction_write(clerk, letter);
		return;
	}
	abort();
}

/* ---- what is answered ---- */

static void answer_take(struct clerk *clerk, unsigned status)
{
	struct letter *letter = &clerk->letter;
	struct desk *desk = clerk->desk;
	char own_ref[64];
	struct slice entry;
	uint64_t position;

	buffer_clear(&clerk->note);
	snprintf(own_ref, sizeof own_ref, "\"ref\":\"%s\"", letter->ref);
	if (!caller_number(&clerk->caller, "position", &position) ||
	    !caller_entry(&clerk->caller, &entry) ||
	    !caller_text(&clerk->caller, "checkpoint", &clerk->note))
		trial_fail("an answer lacks something: %.300s", clerk->caller.body);
	if (!memmem(entry.p, entry.n, own_ref, strlen(own_ref)) ||
	    !memmem(entry.p, entry.n, letter->expected, strlen(letter->expected)))
		trial_fail("an answer is of another request than %s %s: %.*s",
			   letter->ref, letter->expected, (int)entry.n,
			   (const char *)entry.p);
	witness_tell(desk->witness, position, entry);
	witness_show(desk->witness, buffer_slice(&clerk->note));
	if (letter->errand == ERRAND_JSON || letter->errand == ERRAND_CSV)
		clerk->batch = position;
	atomic_fetch_add(&desk->answered, 1);
	if (clerk->number % 2)
		atomic_fetch_add(&desk->answered_newcomers, 1);
	if (status == 200)
		atomic_fetch_add(&desk->repeated, 1);
}

/* A clear "not now": with a sentence, and for how long, and without our inside. */
static void busy_check(const struct clerk *clerk)
{
	if (!strcasestr(clerk->caller.answer, "\r\nRetry-After: ") ||
	    !strstr(clerk->caller.body, "\"title\":\"") ||
	    strstr(clerk->caller.body, "locked"))
		trial_fail("a 503 is not clear: %.600s", clerk->caller.answer);
}

static unsigned gate_choose(struct clerk *clerk)
{
	unsigned first = chance_below(&clerk->chance, clerk->desk->gates);

	for (unsigned i = 0; i < clerk->desk->gates; i++) {
		unsigned gate = (first + i) % clerk->desk->gates;
		unsigned port = atomic_load(&clerk->desk->port[gate]);

		if (port)
			return port;
	}
	return 0;
}

/* Once. false: to be sent again. */
static bool letter_send(struct clerk *clerk)
{
	const struct letter *letter = &clerk->letter;
	const struct call call = { .target = letter->target,
				   .token = letter->token,
				   .type = letter->type,
				   .body = letter->body };
	unsigned port = gate_choose(clerk);
	unsigned status = port ? caller_ask(&clerk->caller, port, &call) : 0;

	if (clerk->number % 2 && atomic_load(&clerk->desk->newcomers))
		caller_close(&clerk->caller);
	if (status == 200 || status == 201) {
		answer_take(clerk, status);
		return true;
	}
	if (status == 503 || status == 429) {
		busy_check(clerk);
		atomic_fetch_add(&clerk->desk->busy, 1);
		trial_sleep_us(BUSY_US);
		return false;
	}
	if (status)
		trial_fail("%s %s is answered %u: %.600s", letter->target, letter->ref,
			   status, clerk->caller.body);
	atomic_fetch_add(&clerk->desk->retried, port != 0);
	trial_sleep_us(CLOSED_US);
	return false;
}

static void *clerk_run(void *ctx)
{
	struct clerk *clerk = ctx;
	struct desk *desk = clerk->desk;

	while (!atomic_load(&desk->is_closing)) {
		letter_write(clerk);
		while (!letter_send(clerk))
			continue;
	}
	caller_release(&clerk->caller);
	buffer_release(&clerk->note);
	free(clerk);
	return NULL;
}

void desk_open(struct desk *desk, const struct house *house, struct witness *witness,
	       unsigned gates, unsigned clerks)
{
	struct date today = foundation_today();

	*desk = (struct desk){
		.house = house, .witness = witness, .gates = gates, .clerks = clerks
	};
	desk->thread = calloc(clerks, sizeof *desk->thread);
	for (unsigned i = 0; i < clerks; i++) {
		struct clerk *clerk = calloc(1, sizeof *clerk);

		if (!desk->thread || !clerk)
			trial_fail("out of memory");
		clerk->desk = desk;
		clerk->number = i;
		clerk->company = &house->company[i];
		clerk->chance = chance_of(1000 + i);
		date_format(today, clerk->today);
		month_format(month_of_date(today), clerk->month);
		caller_init(&clerk->caller);
		buffer_init(&clerk->note, NOTE_BYTES_MAX);
		if (pthread_create(&desk->thread[i], NULL, clerk_run, clerk))
			trial_fail("a thread cannot be started");
	}
}

void desk_close(struct desk *desk)
{
	atomic_store(&desk->is_closing, true);
	for (unsigned i = 0; i < desk->clerks; i++)
		if (pthread_join(desk->thread[i], NULL))
			abort();
	free(desk->thread);
}
