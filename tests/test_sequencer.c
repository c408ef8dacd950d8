/*
 * test_sequencer.c - many threads, one writer: everything is answered once.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ledger/sequencer.h"
#include "tests/temporary.h"

#define THREADS          4
#define GIFTS_PER_THREAD 60

static void gift_init(struct asked *asked, unsigned thread, unsigned i)
{
	asked_init(asked, TEMPORARY_EMPLOYER,
		   "'kind':'gift','ref':'T%u-%u','date':'%s','payer':'%s',"
		   "'giver':'company','fund':'emploi','amount':%u",
		   thread, i, temporary_today(), TEMPORARY_EMPLOYER, 100 + i);
}

/* cmocka's assertions are for its own thread: the others count. */
struct asking {
	struct sequencer *sequencer;
	struct asked *asked; /* made before the thread, because cmocka is asked there */
	atomic_uint *positions;
	unsigned n_bad;
};

static void *ask_all(void *ctx)
{
	struct asking *asking = ctx;
	struct buffer note;

	buffer_init(&note, 100000);
	for (unsigned i = 0; i < GIFTS_PER_THREAD; i++) {
		struct submission *submission = &asking->asked[i].submission;
		struct fault fault;

		if (sequencer_ask(asking->sequencer, submission, &note, &fault) !=
			    ERR_OK ||
		    !note.n || !submission->entry.n)
			asking->n_bad++;
		else
			atomic_fetch_add(&asking->positions[submission->position], 1);
	}
	buffer_release(&note);
	return NULL;
}

static void every_thread_gets_its_own_position(void **unused)
{
	struct temporary *t = temporary_new();
	atomic_uint *positions =
		calloc(3 + THREADS * GIFTS_PER_THREAD, sizeof *positions);
	struct asking asking[THREADS] = { 0 };
	pthread_t threads[THREADS];

	(void)unused;
	assert_non_null(positions);
	for (unsigned i = 0; i < THREADS; i++) {
		asking[i].asked = calloc(GIFTS_PER_THREAD, sizeof *asking[i].asked);
		assert_non_null(asking[i].asked);
		for (unsigned j = 0; j < GIFTS_PER_THREAD; j++)
			gift_init(&asking[i].asked[j], i, j);
	}
	struct sequencer *sequencer = NULL;

	assert_int_equal(sequencer_start(t->ledger, &sequencer, &t->fault), ERR_OK);
	t->ledger = NULL;
	for (unsigned i = 0; i < THREADS; i++) {
		asking[i].sequencer = sequencer;
		asking[i].positions = positions;
		assert_int_equal(pthread_create(&threads[i], NULL, ask_all, &asking[i]),
				 0);
	}
	/* Meanwhile others open it, and never see it behind what was signed. */
	for (unsigned i = 0; i < 30; i++) {
		struct ledger *other = NULL;

		assert_int_equal(ledger_open(t->dir, LEDGER_WRITE, &other, &t->fault),
				 ERR_OK);
		ledger_close(other);
	}
	for (unsigned i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_int_equal(asking[i].n_bad, 0);
		for (unsigned j = 0; j < GIFTS_PER_THREAD; j++)
			asked_clear(&asking[i].asked[j]);
		free(asking[i].asked);
	}
	sequencer_stop(sequencer);
	for (unsigned i = 3; i < 3 + THREADS * GIFTS_PER_THREAD; i++)
		assert_int_equal(atomic_load(&positions[i]), 1);
	free(positions);
	temporary_reopen(t);
	assert_int_equal(temporary_size(t), 3 + THREADS * GIFTS_PER_THREAD);
	assert_int_equal(ledger_check(t->ledger, &t->fault), ERR_OK);
	temporary_free(t);
}

/* ---- stopping and bounds ---- */

struct held {
	pthread_mutex_t lock; /* the writer waits for it in done() */
	unsigned n_done;
};

static void held_done(void *ctx, struct submission *submission, struct slice checkpoint)
{
	struct held *held = ctx;

	(void)submission;
	(void)checkpoint;
	(void)pthread_mutex_lock(&held->lock);
	held->n_done++;
	(void)pthread_mutex_unlock(&held->lock);
}

static void a_full_queue_is_busy_and_stopping_answers_the_rest(void **unused)
{
	struct temporary *t = temporary_new();
	struct held held = { .lock = PTHREAD_MUTEX_INITIALIZER };
	/* One group is in the writer's hands, the queue behind it is full. */
	const unsigned most = SEQUENCER_QUEUE_MAX + SEQUENCER_GROUP_MAX + 1;
	struct sequencer_job *jobs = calloc(most, sizeof *jobs);
	struct asked *asked = calloc(most, sizeof *asked);
	struct sequencer *sequencer = NULL;
	unsigned n = 0;

	(void)unused;
	assert_non_null(jobs);
	assert_non_null(asked);
	assert_int_equal(sequencer_start(t->ledger, &sequencer, &t->fault), ERR_OK);
	t->ledger = NULL;
	assert_int_equal(pthread_mutex_lock(&held.lock), 0);
	for (; n < most; n++) {
		asked_init(&asked[n], TEMPORARY_EMPLOYER, "'kind':'gift'"); /* refused */
		jobs[n] = (struct sequencer_job){
			.submission = &asked[n].submission,
			.done = held_done,
			.ctx = &held,
		};
		if (sequencer_submit(sequencer, &jobs[n], &t->fault) != ERR_OK)
			break;
	}
	assert_true(n >= SEQUENCER_QUEUE_MAX && n < most);
	assert_int_equal(t->fault.err, ERR_BUSY);
	asked_clear(&asked[n]);
	assert_int_equal(pthread_mutex_unlock(&held.lock), 0);
	sequencer_stop(sequencer);
	assert_int_equal(held.n_done, n);
	for (unsigned i = 0; i < n; i++) {
		assert_int_equal(asked[i].submission.err, ERR_INVALID);
		asked_clear(&asked[i]);
	}
	free(asked);
	free(jobs);
	temporary_free(t);
}

static void a_refusal_is_the_askers_alone(void **unused)
{
	struct temporary *t = temporary_new();
	struct sequencer *sequencer = NULL;
	struct asked good, bad;
	struct buffer note;

	(void)unused;
	buffer_init(&note, 100000);
	gift_init(&good, 0, 0);
	asked_init(&bad, TEMPORARY_EMPLOYER,
		   "'kind':'gift','ref':'X','date':'%s','payer':'%s','giver':'company',"
		   "'fund':'lune','amount':5",
		   temporary_today(), TEMPORARY_EMPLOYER);
	assert_int_equal(sequencer_start(t->ledger, &sequencer, &t->fault), ERR_OK);
	t->ledger = NULL;
	assert_int_equal(sequencer_ask(sequencer, &bad.submission, &note, &t->fault),
			 ERR_RULE);
	assert_int_equal(t->fault.err, ERR_RULE);
	assert_int_equal(sequencer_ask(sequencer, &good.submission, &note, &t->fault),
			 ERR_OK);
	assert_int_equal(good.submission.position, 3);
	sequencer_stop(sequencer);
	asked_clear(&good);
	asked_clear(&bad);
	buffer_release(&note);
	temporary_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_thread_gets_its_own_position),
		cmocka_unit_test(a_full_queue_is_busy_and_stopping_answers_the_rest),
		cmocka_unit_test(a_refusal_is_the_askers_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
