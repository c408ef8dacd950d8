/*
 * api_submit.c - to the writer and back.
 *
 * The writer's thread copies the checkpoint, counts, and hands the call back; what is
 * said to the client is composed by a worker, or by the thread that sends it.
 */
#include <time.h>

#include "gateway/api_int.h"
#include "keys/note.h"

static int64_t now_ms(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail with this clock */
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The log's size stands on the second line of a checkpoint; another size than that of
 * the last answer is another commit. Only in the writer's thread. */
static bool is_new_group(struct api *api, struct slice checkpoint)
{
	const uint8_t *line =
		checkpoint.n ? memchr(checkpoint.p, '\n', checkpoint.n) : NULL;
	const uint8_t *end = checkpoint.p + checkpoint.n, *stop;
	size_t n;

	stop = line ? memchr(line + 1, '\n', (size_t)(end - line - 1)) : NULL;
	if (!stop || (size_t)(stop - line - 1) >= sizeof api->signed_size)
		return false;
	line++;
	n = (size_t)(stop - line);
	if (strlen(api->signed_size) == n && memcmp(api->signed_size, line, n) == 0)
		return false;
	memcpy(api->signed_size, line, n);
	api->signed_size[n] = '\0';
	return true;
}

static enum metrics_outcome outcome_of(const struct submission *submission)
{
	if (submission->err)
		return METRICS_REFUSED;
	return submission->repeated || submission->dry_run ? METRICS_REPEATED
							   : METRICS_RECORDED;
}

static void submission_done(void *ctx, struct submission *submission,
			    struct slice checkpoint)
{
	struct api_call *call = ctx;
	struct api *api = call->api;
	enum metrics_outcome outcome = outcome_of(submission);

	atomic_store(&api->writer_spoke_ms, now_ms());
	metrics_answered(&api->metrics, outcome);
	if (outcome == METRICS_RECORDED && is_new_group(api, checkpoint))
		metrics_group(&api->metrics);
	buffer_put_slice(&call->checkpoint, checkpoint);
	call->is_back = true;
	if (call->route->is_brief)
		http_request_finish_by(call->request, call_fill, call);
	else
		work_put(api->work, call, true);
}

enum err call_submit(struct api_call *call, struct fault *fault)
{
	struct api *api = call->api;
	enum err err;

	call->job = (struct sequencer_job){ .submission = &call->submission,
					    .done = submission_done,
					    .ctx = call };
	call->submission.dry_run = call->is_dry_run;
	if (!atomic_load(&api->metrics.waiting))
		atomic_store(&api->writer_spoke_ms, now_ms());
	metrics_waiting(&api->metrics);
	err = sequencer_submit(api->sequencer, &call->job, fault);
	/* After ERR_OK the call is the writer's (1). */
	if (err)
		metrics_answered(&api->metrics, METRICS_REFUSED);
	return err;
}

bool api_writer_is_silent(struct api *api)
{
	return atomic_load(&api->metrics.waiting) > 0 &&
	       now_ms() - atomic_load(&api->writer_spoke_ms) > API_WRITER_SILENT_MS;
}
