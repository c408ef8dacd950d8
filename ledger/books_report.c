/*
 * books_report.c - a report that was published.
 *
 * Its digest alone is here, with the log that it stands on: who holds the report and an
 * export draws it again from just these entries, and compares.
 */
#include "ledger/books_int.h"

enum err apply_report(struct books *books, struct fault *fault)
{
	uint64_t size = entry_position(books->entry, "size");
	struct hash said = entry_hash(books->entry, "root"), root;
	enum err err;

	if (size == 0 || size > books->position)
		return fault_rule(fault, "report",
				  "it stands on %" PRIu64
				  " entries, and there are %" PRIu64,
				  size, books->position);
	err = books->hooks.root_at(books->hooks.ctx, size, &root, fault);
	if (err)
		return err;
	if (!hash_equal(&root, &said))
		return fault_rule(fault, "report",
				  "it stands on another log: the root of its %" PRIu64
				  " entries is not this log's",
				  size);
	return ERR_OK;
}
