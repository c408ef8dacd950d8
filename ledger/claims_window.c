/*
 * claims_window.c - see claims_window.h. A bucket's key is SOURCE/COMPANY/YYYY-MM.
 */
#include "ledger/claims_window.h"

#include <assert.h>
#include <stdio.h>

struct bucket {
	char text[CLAIMS_BUCKET_BYTES_MAX];
	size_t n;
};

static struct slice bucket_of(const struct claims_window *window, struct month period,
			      struct bucket *room)
{
	char text[MONTH_TEXT_BYTES];
	int n;

	month_format(period, text);
	n = snprintf(room->text, sizeof room->text, "%.*s/%.*s/%s", (int)window->source.n,
		     (const char *)window->source.p, (int)window->company.n,
		     (const char *)window->company.p, text);
	/* 7 bytes of source, 64 of company, 7 of month. */
	assert(n > 0 && (size_t)n < sizeof room->text);
	return slice_of(room->text, (size_t)n);
}

struct claims_window claims_window_of(const struct entry *batch)
{
	return (struct claims_window){
		.source = entry_text(batch, "source"),
		.company = entry_text(batch, "company"),
		.period = entry_month(batch, "period"),
	};
}

struct claims_window claims_window_of_view(const struct batch_view *batch)
{
	return (struct claims_window){
		.source = slice_of_text(batch->source),
		.company = slice_of_text(batch->company),
		.period = batch->period,
	};
}

enum err claims_window_check(const struct claims_window *window,
			     const struct claims_storage *storage, const struct tag *tags,
			     size_t n, size_t *ret_conflict, struct fault *fault)
{
	int32_t reach =
		slice_equal_text(window->source, "salary") ? 0 : CLAIMS_WINDOW_MONTHS;
	struct bucket room;
	size_t conflict = n;

	for (int32_t distance = -reach; distance <= reach && conflict; distance++) {
		struct month period;

		/* No batch has a month outside the calendar. */
		if (month_add(window->period, distance, &period) != ERR_OK)
			continue;

		/* An earlier conflict than the one known is all that matters. */
		enum err err = claims_check(storage, bucket_of(window, period, &room),
					    tags, conflict, &conflict, fault);

		if (err)
			return err;
	}
	*ret_conflict = conflict;
	return ERR_OK;
}

enum err claims_window_add(const struct claims_window *window,
			   const struct claims_storage *storage, const struct tag *tags,
			   size_t n, bool *ret_first, struct fault *fault)
{
	struct bucket room;
	bool used = false;
	enum err err = claims_window_used(window, storage, &used, fault);

	if (!err)
		err = claims_add(storage, bucket_of(window, window->period, &room), tags,
				 n, fault);
	if (!err)
		*ret_first = !used && n > 0;
	return err;
}

enum err claims_window_remove(const struct claims_window *window,
			      const struct claims_storage *storage,
			      const struct tag *tags, size_t n, struct fault *fault)
{
	struct bucket room;

	return claims_remove(storage, bucket_of(window, window->period, &room), tags, n,
			     fault);
}

enum err claims_window_used(const struct claims_window *window,
			    const struct claims_storage *storage, bool *ret_used,
			    struct fault *fault)
{
	struct claims_runs runs;
	struct bucket room;
	enum err err = storage->runs(
		storage->ctx, bucket_of(window, window->period, &room), &runs, fault);

	if (!err)
		*ret_used = runs.n > 0;
	return err;
}

enum err claims_window_drop(const struct claims_window *window,
			    const struct claims_storage *storage, struct fault *fault)
{
	struct bucket room;

	return claims_drop(storage, bucket_of(window, window->period, &room), fault);
}

void claims_window_bucket(const struct claims_window *window,
			  char ret_text[CLAIMS_BUCKET_BYTES_MAX])
{
	struct bucket room;
	struct slice bucket = bucket_of(window, window->period, &room);

	memcpy(ret_text, bucket.p, bucket.n);
	ret_text[bucket.n] = '\0';
}
