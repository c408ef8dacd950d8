/*
 * json_batch.h - a batch sent as JSON.
 *
 *   {"source":"salary","period":"2026-10","collected_on":"2026-10-30",
 *    "reference":"PAYE-2026-10","step_cents":100,"terms":"2026-09",
 *    "rows":[{"donor":"M0042","roundup_cents":37,"extra_cents":200,
 *             "fund":"emploi"}]}
 *
 * `site` is optional. Of a row, `fund`, `extra_cents` and, for pay, `slip` are
 * optional. A row of an invoice has `invoice`, `giver` (person, company, seller)
 * and optionally `client` (or `donor`, which then means the same); a row of a
 * till has `till` and `day`. Members come in any order; any other member, and
 * any member twice, is refused, by its name where that is [A-Za-z_]{1,31}.
 */
#ifndef ARRONDI_GATEWAY_JSON_BATCH_H
#define ARRONDI_GATEWAY_JSON_BATCH_H

#include "gateway/batch_input.h"
#include "keys/fault.h"
#include "keys/slice.h"

/*
 * Reads the body into an input that was init'ed and is otherwise untouched.
 * ERR_INVALID where the body is not JSON (the fault tells line and column, and
 * the list of what is bad may be empty) or where something is listed as bad;
 * ERR_TOO_BIG past BATCH_ROWS_MAX rows; ERR_MEMORY.
 */
MUST_USE enum err json_batch_parse(struct batch_input *input, struct slice body,
				   struct fault *fault);

#endif
