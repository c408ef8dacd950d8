/*
 * camt.c - statements (camt.053) and notifications (camt.054) of ISO 20022, versions 02
 * and 08.
 *
 * The elements that matter stand in one table, each under its parent; what is not in it
 * is passed over with all that it holds. Where a schema allows an element once, a second
 * one is refused: of two amounts nobody knows which the bank meant.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/bank_value.h"
#include "gateway/camt_int.h"
#include "keys/encoding.h"

static const char ISO_20022[] = "urn:iso:std:iso:20022:tech:xsd:";

static const struct camt_version versions[] = {
	{ "camt.053.001.02", "BkToCstmrStmt", "Stmt", true },
	{ "camt.053.001.08", "BkToCstmrStmt", "Stmt", true },
	{ "camt.054.001.02", "BkToCstmrDbtCdtNtfctn", "Ntfctn", false },
	{ "camt.054.001.08", "BkToCstmrDbtCdtNtfctn", "Ntfctn", false },
};

/* ---- values, each put where its row says ---- */

struct node;
typedef enum err take_fn(struct camt *camt, const struct node *node, struct slice text,
			 struct fault *fault);
typedef enum err step_fn(struct camt *camt, struct fault *fault);

enum { MANY = 0, ONCE = 1 };

struct node {
	uint8_t parent;
	uint8_t how_many;
	const char *name;    /* NULL: the version's */
	take_fn *take;       /* its text, or NULL */
	size_t offset, size; /* of what it is put into, in struct camt */
	step_fn *begin, *end;
};

static void *place_of(struct camt *camt, const struct node *node)
{
	return (char *)camt + node->offset;
}

static enum err take_id(struct camt *camt, const struct node *node, struct slice text,
			struct fault *fault)
{
	(void)fault;
	bank_id_copy(text, place_of(camt, node), node->size);
	return ERR_OK;
}

/* Of an element that is a code in one version and holds one in another. */
static enum err take_status(struct camt *camt, const struct node *node, struct slice text,
			    struct fault *fault)
{
	return text.n > 0 ? take_id(camt, node, text, fault) : ERR_OK;
}

static enum err take_amount(struct camt *camt, const struct node *node, struct slice text,
			    struct fault *fault)
{
	struct camt_amount *amount = place_of(camt, node);
	const char *currency = camt->currency;
	bool code = strlen(currency) == 3;

	(void)fault;
	for (size_t i = 0; code && i < 3; i++)
		code = currency[i] >= 'A' && currency[i] <= 'Z';
	*amount = (struct camt_amount){ .given = true };
	if (code)
		memcpy(amount->currency, currency, 4);
	bank_id_copy(text, amount->text, sizeof amount->text);
	return ERR_OK;
}

static enum err take_sign(struct camt *camt, const struct node *node, struct slice text,
			  struct fault *fault)
{
	enum camt_sign *sign = place_of(camt, node);

	if (slice_equal_text(text, "CRDT"))
		*sign = CAMT_CREDIT;
	else if (slice_equal_text(text, "DBIT"))
		*sign = CAMT_DEBIT;
	else
		return fault_set(fault, ERR_INVALID,
				 "a side (CdtDbtInd) is neither CRDT nor DBIT");
	return ERR_OK;
}

static enum err take_flag(struct camt *camt, const struct node *node, struct slice text,
			  struct fault *fault)
{
	bool *flag = place_of(camt, node);

	*flag = slice_equal_text(text, "true") || slice_equal_text(text, "1");
	if (!*flag && !slice_equal_text(text, "false") && !slice_equal_text(text, "0"))
		return fault_set(fault, ERR_INVALID,
				 "an indicator is neither true nor false");
	return ERR_OK;
}

static enum err take_day(struct camt *camt, const struct node *node, struct slice text,
			 struct fault *fault)
{
	struct camt_day *day = place_of(camt, node);

	day->given = true;
	return iso_date_parse(text, &day->date, fault);
}

static enum err take_moment(struct camt *camt, const struct node *node, struct slice text,
			    struct fault *fault)
{
	struct camt_day *day = place_of(camt, node);

	day->given = true;
	return iso_date_time_parse(text, &day->date, fault);
}

/* Some banks write 0 before it, or blanks; one that is no number is no sequence. */
static enum err take_sequence(struct camt *camt, const struct node *node,
			      struct slice text, struct fault *fault)
{
	uint64_t *sequence = place_of(camt, node);

	(void)fault;
	while (text.n > 1 && text.p[0] == '0')
		text = slice_of(text.p + 1, text.n - 1);
	if (decimal_parse((const char *)text.p, text.n, sequence))
		*sequence = 0;
	return ERR_OK;
}

/* Pieces of one text, which a bank may have cut anywhere. What is too much for us is
 * too much for a payer. */
static enum err take_text(struct camt *camt, const struct node *node, struct slice text,
			  struct fault *fault)
{
	(void)node;
	if (camt->text.n > 0)
		buffer_put_byte(&camt->text, ' ');
	if (buffer_put_slice(&camt->text, text) == ERR_MEMORY)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	return ERR_OK;
}

/* ---- the table ---- */

enum {
	CAMT_NONE,
#define GROUP(node, ...) CAMT_##node,
#define PART(node, ...)  CAMT_##node,
#define VALUE(node, ...) CAMT_##node,
#define TEXT(node, ...)  CAMT_##node,
#include "gateway/camt.def"
#undef GROUP
#undef PART
#undef VALUE
#undef TEXT
	CAMT__COUNT
};

static const struct node nodes[] = {
#define GROUP(node, parent, many, name)                                                  \
	[CAMT_##node] = { CAMT_##parent, many, name, NULL, 0, 0, NULL, NULL },
#define PART(node, parent, many, name, begin, end)                                       \
	[CAMT_##node] = { CAMT_##parent, many, name, NULL, 0, 0, begin, end },
#define TEXT(node, parent, many, name, take)                                             \
	[CAMT_##node] = { CAMT_##parent, many, name, take, 0, 0, NULL, NULL },
#define VALUE(node, parent, many, name, take, field)                                     \
	[CAMT_##node] = { CAMT_##parent,                                                 \
			  many,                                                          \
			  name,                                                          \
			  take,                                                          \
			  offsetof(struct camt, field),                                  \
			  sizeof(((struct camt *)0)->field),                             \
			  NULL,                                                          \
			  NULL },
#include "gateway/camt.def"
#undef GROUP
#undef PART
#undef VALUE
#undef TEXT
};

static const char *node_name(const struct camt *camt, uint8_t node)
{
	if (node == CAMT_MESSAGE)
		return camt->version->message;
	return node == CAMT_STATEMENT ? camt->version->statement : nodes[node].name;
}

/* CAMT_NONE: an element that does not matter. */
static uint8_t node_find(const struct camt *camt, uint8_t parent, const char *name)
{
	for (uint8_t node = CAMT_NONE + 1; node < CAMT__COUNT; node++)
		if (nodes[node].parent == parent &&
		    strcmp(node_name(camt, node), name) == 0)
			return node;
	return CAMT_NONE;
}

/* ---- the document ---- */

/* What is told of a stranger's namespace is letters, digits and a few marks. */
static enum err refuse_namespace(const char *space, struct fault *fault)
{
	static const char marks[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789:./_-#";
	size_t n = strlen(space);

	if (n == 0 || n > 100 || strspn(space, marks) != n)
		return fault_set(fault, ERR_INVALID,
				 "the document has no namespace of ISO 20022");
	if (strncmp(space, ISO_20022, sizeof ISO_20022 - 1) == 0)
		space += sizeof ISO_20022 - 1;
	return fault_set(fault, ERR_INVALID,
			 "the document is a '%s': statements are read as camt.053.001.02 "
			 "or .08, notifications as camt.054.001.02 or .08",
			 space);
}

static enum err find_version(struct camt *camt, const char *space, const char *name,
			     struct fault *fault)
{
	for (size_t i = 0; i < sizeof versions / sizeof *versions; i++)
		if (strncmp(space, ISO_20022, sizeof ISO_20022 - 1) == 0 &&
		    strcmp(space + sizeof ISO_20022 - 1, versions[i].name) == 0)
			camt->version = &versions[i];
	if (!camt->version)
		return refuse_namespace(space, fault);
	if (strcmp(name, "Document") != 0)
		return fault_set(fault, ERR_INVALID,
				 "the first element is another one than Document");
	camt->file->format = camt->version->name;
	return ERR_OK;
}

/* What is of another namespace is nobody's we know (SplmtryData). */
static bool is_ours(const struct camt *camt, const char *space)
{
	return strncmp(space, ISO_20022, sizeof ISO_20022 - 1) == 0 &&
	       strcmp(space + sizeof ISO_20022 - 1, camt->version->name) == 0;
}

static enum err node_begin(struct camt *camt, uint8_t node, struct fault *fault)
{
	if (nodes[node].how_many == ONCE && camt->seen[node])
		return fault_set(fault, ERR_INVALID, "%s stands twice",
				 node_name(camt, node));
	camt->seen[node] = true;
	for (uint8_t child = CAMT_NONE + 1; child < CAMT__COUNT; child++)
		if (nodes[child].parent == node)
			camt->seen[child] = false;
	return nodes[node].begin ? nodes[node].begin(camt, fault) : ERR_OK;
}

static enum err on_begin(void *who, const char *space, const char *name,
			 const char **attributes, bool *ret_keep, struct fault *fault)
{
	struct camt *camt = who;
	const char *currency = xml_attribute(attributes, "Ccy");
	uint8_t parent = camt->depth ? camt->node[camt->depth - 1] : CAMT_NONE, node;
	enum err err = ERR_OK;

	if (!camt->version)
		err = find_version(camt, space, name, fault);
	if (err)
		return err;
	node = camt->skipped || !is_ours(camt, space) ? CAMT_NONE
						      : node_find(camt, parent, name);
	if (node == CAMT_NONE) {
		camt->skipped++;
		return ERR_OK;
	}
	assert(camt->depth < LIMIT_XML_DEPTH);
	camt->node[camt->depth++] = node;
	bank_id_copy(slice_of_text(currency ? currency : ""), camt->currency,
		     sizeof camt->currency);
	*ret_keep = nodes[node].take != NULL;
	return node_begin(camt, node, fault);
}

static enum err on_end(void *who, struct slice text, struct fault *fault)
{
	struct camt *camt = who;
	const struct node *node;
	enum err err = ERR_OK;

	if (camt->skipped) {
		camt->skipped--;
		return ERR_OK;
	}
	assert(camt->depth > 0);
	node = &nodes[camt->node[--camt->depth]];
	if (node->take)
		err = node->take(camt, node, bank_trim(text), fault);
	if (!err && node->end)
		err = node->end(camt, fault);
	return err;
}

/* ---- as a format ---- */

static bool camt_knows(struct slice head)
{
	static const uint8_t mark[] = { 0xEF, 0xBB, 0xBF };

	if (head.n >= 2 && ((head.p[0] == 0xFE && head.p[1] == 0xFF) ||
			    (head.p[0] == 0xFF && head.p[1] == 0xFE)))
		return true;
	if (head.n >= sizeof mark && memcmp(head.p, mark, sizeof mark) == 0)
		head = slice_of(head.p + sizeof mark, head.n - sizeof mark);
	head = bank_trim(head);
	return head.n > 0 && head.p[0] == '<' && !memmem(head.p, head.n, "<OFX", 4) &&
	       !memmem(head.p, head.n, "<?OFX", 5);
}

static void camt_free(void *reader)
{
	struct camt *camt = reader;

	xml_reader_free(camt->xml);
	buffer_release(&camt->text);
	free(camt->seen);
	free(camt);
}

static enum err camt_new(struct bank_file *file, void **ret_reader, struct fault *fault)
{
	static const struct xml_events events = { on_begin, on_end };
	struct camt *camt = calloc(1, sizeof *camt);
	enum err err = ERR_MEMORY;

	if (!camt)
		return fault_set(fault, err, "out of memory");
	*ret_reader = camt;
	camt->file = file;
	buffer_init(&camt->text, LIMIT_XML_TEXT_BYTES);
	camt->seen = calloc(CAMT__COUNT, sizeof *camt->seen);
	if (!camt->seen)
		return fault_set(fault, err, "out of memory");
	return xml_reader_new(&events, camt, &camt->xml, fault);
}

static enum err camt_feed(void *reader, struct slice bytes, bool last,
			  struct fault *fault)
{
	struct camt *camt = reader;
	enum err err = xml_reader_feed(camt->xml, bytes, last, fault);

	if (!err && last)
		err = bank_file_has_statement(camt->file, fault);
	return err;
}

const struct bank_format bank_format_camt = {
	.knows = camt_knows,
	.begin = camt_new,
	.feed = camt_feed,
	.end = camt_free,
};
