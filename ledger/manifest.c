/*
 * manifest.c - the text that a company signs of what it posts.
 */
#include "ledger/manifest.h"

#include <inttypes.h>

static void line_put(const char *name, struct slice value, struct buffer *out)
{
	(void)buffer_printf(out, "%s ", name);
	if (value.n > 0)
		(void)buffer_put_slice(out, value);
	else
		(void)buffer_put_byte(out, '-');
	(void)buffer_put_byte(out, '\n');
}

void manifest_put_head(const struct manifest *manifest, struct buffer *out)
{
	(void)buffer_put_text(out, "arrondi/manifest@v1\n");
	line_put("origin", manifest->origin, out);
	line_put("company", manifest->company, out);
	line_put("ref", manifest->ref, out);
	line_put("date", manifest->date, out);
	line_put("period", manifest->period, out);
	line_put("source", manifest->source, out);
	line_put("site", manifest->site, out);
	(void)buffer_printf(out, "step %" PRId64 "\n", cents_value(manifest->step));
	line_put("terms", manifest->terms, out);
	(void)buffer_printf(out, "count %" PRId64 "\nzero %" PRId64 "\n", manifest->count,
			    manifest->zero);
}

void manifest_put_total(struct slice fund, struct slice giver, struct cents amount,
			struct buffer *out)
{
	(void)buffer_put_text(out, "total ");
	(void)buffer_put_slice(out, fund);
	(void)buffer_put_byte(out, ' ');
	(void)buffer_put_slice(out, giver);
	(void)buffer_printf(out, " %" PRId64 "\n", cents_value(amount));
}

void manifest_put_tail(const struct manifest *manifest, struct buffer *out)
{
	if (manifest->is_correction)
		(void)buffer_printf(out, "corrects %" PRIu64 "\n", manifest->corrects);
	else
		(void)buffer_put_text(out, "corrects -\n");
	line_put("received", manifest->received, out);
}
