/*
 * intake_parse.c - a draft as values: made canonical, then read like any entry.
 */
#include "ledger/intake.h"

#include "ledger/json.h"
#include "ledger/json_doc.h"

enum err intake_parse(struct json_doc *doc, struct slice bytes, struct json **ret_value,
		      struct fault *fault)
{
	struct buffer canonical;
	uint8_t *copy;
	enum err err;

	buffer_init(&canonical, INTAKE_BYTES_MAX);
	err = intake_canonical(bytes, &canonical, fault);
	if (err != ERR_OK)
		goto out;
	/* The texts of the values point into this copy, which lives as long as they. */
	copy = json_doc_alloc(doc, canonical.n);
	if (!copy) {
		err = fault_set(fault, json_doc_err(doc), "out of memory");
		goto out;
	}
	memcpy(copy, canonical.p, canonical.n);
	err = json_parse(doc, slice_of(copy, canonical.n), ret_value, fault);
out:
	buffer_release(&canonical);
	return err;
}
