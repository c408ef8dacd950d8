/*
 * claims_change.c - see claims_change.h.
 */
#include "ledger/claims_change.h"

#include <stdlib.h>

struct claims_change claims_change_of(const struct tag *tags, size_t n)
{
	return (struct claims_change){ .come = tags, .n_come = n };
}

void claims_change_release(struct claims_change *change)
{
	free(change->owned);
	free(change->row);
	*change = (struct claims_change){ 0 };
}

enum err claims_change_between(const struct tag *old, size_t n_old,
			       const struct tag *tags, size_t n,
			       struct claims_change *ret_change, struct fault *fault)
{
	struct claims_change change = { 0 };
	struct tag *come, *leave;

	change.owned = calloc(n_old + n + 1, sizeof *change.owned);
	change.row = calloc(n + 1, sizeof *change.row);
	if (!change.owned || !change.row) {
		claims_change_release(&change);
		return fault_set(fault, ERR_MEMORY, "out of memory");
	}
	come = change.owned;
	leave = change.owned + n;
	for (size_t i = 0, j = 0; i < n_old || j < n;) {
		int order = i == n_old ? 1 : j == n ? -1 : tag_cmp(&old[i], &tags[j]);

		if (order < 0)
			leave[change.n_leave++] = old[i];
		if (order > 0) {
			change.row[change.n_come] = j;
			come[change.n_come++] = tags[j];
		}
		i += order <= 0;
		j += order >= 0;
	}
	change.come = come;
	change.leave = leave;
	*ret_change = change;
	return ERR_OK;
}

size_t claims_change_row(const struct claims_change *change, size_t come)
{
	return change->row ? change->row[come] : come;
}

enum err claims_change_check(const struct claims_change *change,
			     const struct claims_window *window,
			     const struct claims_storage *storage, size_t *ret_conflict,
			     struct fault *fault)
{
	return claims_window_check(window, storage, change->come, change->n_come,
				   ret_conflict, fault);
}

enum err claims_change_make(const struct claims_change *change,
			    const struct claims_window *window,
			    const struct claims_storage *storage, int *ret_buckets,
			    struct fault *fault)
{
	bool before = false, after = false, first;
	enum err err = claims_window_used(window, storage, &before, fault);

	if (!err)
		err = claims_window_remove(window, storage, change->leave,
					   change->n_leave, fault);
	if (!err)
		err = claims_window_add(window, storage, change->come, change->n_come,
					&first, fault);
	if (!err)
		err = claims_window_used(window, storage, &after, fault);
	if (!err)
		*ret_buckets = (int)after - (int)before;
	return err;
}
