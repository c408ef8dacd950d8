/*
 * books_query_receipt.c - see books_query_receipt.h.
 */
#include "ledger/books_query_receipt.h"

#include "ledger/books_int.h"

bool query_receipt(struct books *books, int64_t number, struct receipt_view *ret_receipt)
{
	struct receipt_record receipt;

	if (!receipt_find(books, number, &receipt))
		return false;
	*ret_receipt = (struct receipt_view){
		.number = number,
		.position = receipt.position,
		.amount = receipt.amount,
		.year = receipt.year,
		.voided = receipt.voided,
		.replaced_by = receipt.replaced_by,
	};
	memcpy(ret_receipt->form, receipt.form, sizeof receipt.form);
	memcpy(ret_receipt->digest, receipt.digest, sizeof receipt.digest);
	return true;
}

int64_t query_receipt_count(struct books *books)
{
	return books_get_integer(books, "receipts");
}

struct slice query_body(struct books *books, const char *member)
{
	struct record_reader reader;
	struct key key;

	if (!books_get(books, key_of(&key, "body/%s", member), &reader))
		return slice_of("", 0);
	return record_read_text(&reader);
}

/* ---- what was given ---- */

static const char *const class_names[] = {
	[CLASS_PERSON] = "person",
	[CLASS_COMPANY] = "company",
	[CLASS_SELLER] = "seller",
	[CLASS_MATCH] = "match",
};

static bool given_view_of(struct books *books, uint64_t position, enum line_class class,
			  struct given_view *ret_view)
{
	struct given_record given;

	if (!given_find(books, position, class, &given))
		return false;
	*ret_view = (struct given_view){
		.position = position,
		.year = given_year(books, &given),
		.day = given.day,
		.arrived_on = given.arrived_on,
		.promised = given.promised,
		.arrived = given.arrived,
		.receipted = given.receipted,
		.rows_at = given.rows_at,
		.rows_count = given.rows_count,
	};
	member_now(books, slice_of_text(given.payer), ret_view->payer);
	memcpy(ret_view->flow, given.flow, sizeof given.flow);
	text_copy(ret_view->class, sizeof ret_view->class,
		  slice_of_text(class_names[class]));
	return true;
}

bool query_given_at(struct books *books, uint64_t position, const char *class,
		    struct given_view *ret_given)
{
	for (size_t i = 0; i < sizeof class_names / sizeof *class_names; i++)
		if (strcmp(class_names[i], class) == 0)
			return given_view_of(books, position, (enum line_class)i,
					     ret_given);
	return false;
}

/* Under a prefix that is followed by POSITION/CLASS. */
static enum err given_under(struct books *books, const char *prefix,
			    struct given_view **ret_given, size_t *ret_count,
			    struct fault *fault)
{
	struct given_view *list = NULL;
	size_t count = 0, room = 0;
	struct state_cursor cursor;

	for (state_first(books->state, &cursor, prefix); cursor.found;
	     state_next(books->state, &cursor)) {
		uint64_t position;
		int class;

		if (sscanf(cursor.key + strlen(prefix), "%16" SCNu64 "/%1d", &position,
			   &class) != 2)
			continue;
		if (count == room) {
			struct given_view *more;

			room = room ? 2 * room : 64;
			more = reallocarray(list, room, sizeof *list);
			if (!more) {
				free(list);
				return fault_set(fault, ERR_MEMORY, "out of memory");
			}
			list = more;
		}
		if (given_view_of(books, position, (enum line_class) class, &list[count]))
			count++;
	}
	*ret_given = list;
	*ret_count = count;
	return ERR_OK;
}

enum err query_given(struct books *books, struct given_view **ret_given,
		     size_t *ret_count, struct fault *fault)
{
	return given_under(books, "given/", ret_given, ret_count, fault);
}

enum err query_receipt_doubts(struct books *books, struct given_view **ret_given,
			      size_t *ret_count, struct fault *fault)
{
	return given_under(books, "doubt/", ret_given, ret_count, fault);
}

/* ---- marks ---- */

void receipt_mark(const struct tag *tag, char ret_mark[MARK_HEX_BYTES])
{
	static const char line[] = "arrondi/receipt-mark@v1\n";
	char text[sizeof line - 1 + 2 * TAG_BYTES + 1];
	struct hash hash;

	memcpy(text, line, sizeof line - 1);
	hex_encode(tag->b, TAG_BYTES, text + sizeof line - 1);
	hash = hash_bytes(text, sizeof text - 1);
	hex_encode(hash.b, MARK_BYTES, ret_mark);
}

bool query_receipt_mark(struct books *books, const struct tag *tag)
{
	char mark[MARK_HEX_BYTES];
	struct slice value;
	struct key key;

	receipt_mark(tag, mark);
	return state_get(books->state, key_of(&key, "mark/%s", mark), &value);
}
