/*
 * receipt_plan.c - whose receipts are to be issued, and on what.
 */
#include <stdlib.h>
#include <string.h>

#include "keys/hash.h"
#include "ledger/receipt_issue_int.h"

struct planning {
	struct ledger_gifts *gifts;
	const struct receipt_order *order;
	struct receipt_jobs *jobs;
	struct receipt_job *job; /* under way */
	/* What void receipts of the year, which nothing replaces yet, stood on. */
	struct books *books;
	struct voided {
		int64_t number;
		bool is_row;
		uint64_t position;
		char mark[MARK_HEX_BYTES];
	} * voided;
	size_t voided_count, voided_room;
	/* Companies' own identities, by member. */
	struct itself {
		char member[QUERY_ID_BYTES];
		struct buffer identity;
	} * itself;
	size_t itself_count;
};

static void job_release(struct receipt_job *job)
{
	buffer_release_secret(&job->identity);
	free(job->company);
	free(job->gifts);
}

void receipt_jobs_release(struct receipt_jobs *jobs)
{
	for (size_t i = 0; i < jobs->count; i++)
		job_release(&jobs->job[i]);
	free(jobs->job);
	json_doc_free(jobs->doc);
	*jobs = (struct receipt_jobs){ 0 };
}

static enum err job_begin(struct planning *planning, struct fault *fault)
{
	struct receipt_jobs *jobs = planning->jobs;

	if (jobs->count == jobs->room) {
		size_t room = jobs->room ? jobs->room * 2 : 64;
		void *more = reallocarray(jobs->job, room, sizeof *jobs->job);

		if (!more)
			return fault_set(fault, ERR_MEMORY, "out of memory");
		jobs->job = more;
		jobs->room = room;
	}
	planning->job = &jobs->job[jobs->count];
	*planning->job = (struct receipt_job){ .amount = CENTS_ZERO };
	buffer_init(&planning->job->identity, VAULT_DATA_BYTES_MAX);
	return ERR_OK;
}

/* ---- void receipts ---- */

static enum err voided_add(struct planning *planning, int64_t number,
			   const struct json *gift, struct fault *fault)
{
	struct voided *voided;
	struct slice mark = item_text(gift, "mark");

	if (planning->voided_count == planning->voided_room) {
		size_t room = planning->voided_room ? planning->voided_room * 2 : 64;
		void *more =
			reallocarray(planning->voided, room, sizeof *planning->voided);

		if (!more)
			return fault_set(fault, ERR_MEMORY, "out of memory");
		planning->voided = more;
		planning->voided_room = room;
	}
	voided = &planning->voided[planning->voided_count++];
	*voided = (struct voided){ .number = number, .is_row = item_has(gift, "mark") };
	if (voided->is_row && mark.n == MARK_HEX_BYTES - 1)
		memcpy(voided->mark, mark.p, mark.n);
	else
		voided->position = (uint64_t)item_integer(gift, "entry");
	return ERR_OK;
}

static enum err void_look(void *ctx, const struct vault_copy *copy, struct fault *fault)
{
	struct planning *planning = ctx;
	struct receipt_view receipt;
	struct json_doc *doc;
	struct json *data;
	enum err err;

	if (!query_receipt(planning->books, copy->number, &receipt) || !receipt.voided ||
	    receipt.replaced_by)
		return ERR_OK;
	doc = json_doc_new();
	err = doc ? json_parse(doc, copy->data, &data, fault)
		  : fault_set(fault, ERR_MEMORY, "out of memory");
	for (const struct json *gift = err ? NULL : json_get(data, "gifts")->first;
	     gift && !err; gift = gift->next)
		err = voided_add(planning, copy->number, gift, fault);
	json_doc_free(doc);
	return err;
}

static int64_t replaced_by_gift(const struct planning *planning,
				const struct receipt_gift *gift)
{
	char mark[MARK_HEX_BYTES];

	if (gift->is_row)
		receipt_mark(&gift->tag, mark);
	for (size_t i = 0; i < planning->voided_count; i++) {
		const struct voided *voided = &planning->voided[i];

		if (voided->is_row == gift->is_row &&
		    (gift->is_row ? strcmp(voided->mark, mark) == 0
				  : voided->position == gift->position))
			return voided->number;
	}
	return 0;
}

/* A void receipt has one in its place, whoever else had a part of it. */
static void voided_forget(struct planning *planning, int64_t number)
{
	size_t kept = 0;

	for (size_t i = 0; i < planning->voided_count; i++)
		if (planning->voided[i].number != number)
			planning->voided[kept++] = planning->voided[i];
	planning->voided_count = kept;
}

/* ---- one receipt ---- */

static enum err gift_take(void *ctx, const struct receipt_gift *found,
			  struct fault *fault)
{
	struct planning *planning = ctx;
	struct receipt_job *job = planning->job;
	struct receipt_gift gift = *found;
	struct cents cap;

	if (gift.people && !receipt_skills_cap(planning->order->year, gift.people, &cap))
		return fault_set(fault, ERR_INVALID,
				 "the social security's ceiling of that year is not "
				 "known to this version: skills cannot be on a receipt");
	if (gift.people)
		gift.amount = cents_min(gift.amount, cap);
	/* The same reference twice in a line. */
	for (size_t i = 0; i < job->count; i++)
		if (job->gifts[i].position == gift.position &&
		    tag_cmp(&job->gifts[i].tag, &gift.tag) == 0)
			return ERR_OK;
	if (job->count == job->room) {
		size_t room = job->room ? job->room * 2 : 16;
		void *more = reallocarray(job->gifts, room, sizeof *job->gifts);

		if (!more)
			return fault_set(fault, ERR_MEMORY, "out of memory");
		job->gifts = more;
		job->room = room;
	}
	if (cents_add(job->amount, gift.amount, &job->amount))
		return fault_set(fault, ERR_TOO_BIG, "a receipt's amount does not fit");
	job->gifts[job->count++] = gift;
	if (!job->replaces)
		job->replaces = replaced_by_gift(planning, &gift);
	return ERR_OK;
}

static int by_day(const void *a, const void *b)
{
	const struct receipt_gift *left = a, *right = b;
	int order = date_cmp(left->day, right->day);

	if (!order && left->position != right->position)
		order = left->position < right->position ? -1 : 1;
	return order ? order : tag_cmp(&left->tag, &right->tag);
}

static void job_end(struct planning *planning)
{
	struct receipt_job *job = planning->job;
	bool is_person = job->company == NULL;

	if (job->count && cents_is_positive(job->amount) &&
	    (!is_person || cents_cmp(job->amount, planning->order->floor) >= 0)) {
		qsort(job->gifts, job->count, sizeof *job->gifts, by_day);
		if (job->replaces)
			voided_forget(planning, job->replaces);
		planning->jobs->count++;
		return;
	}
	if (is_person && job->count)
		planning->jobs->below_floor++;
	else if (is_person)
		planning->jobs->without_gifts++;
	job_release(job);
}

static enum err itself_keep(struct planning *planning, struct slice member,
			    struct slice data, struct fault *fault)
{
	struct itself *itself = reallocarray(planning->itself, planning->itself_count + 1,
					     sizeof *itself);

	if (!itself)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	planning->itself = itself;
	itself += planning->itself_count++;
	*itself = (struct itself){ .member = "" };
	buffer_init(&itself->identity, VAULT_DATA_BYTES_MAX);
	if (member.n < sizeof itself->member)
		memcpy(itself->member, member.p, member.n);
	buffer_put_slice(&itself->identity, data);
	return buffer_check(&itself->identity, "an identity", fault);
}

static void itself_release(struct planning *planning)
{
	for (size_t i = 0; i < planning->itself_count; i++)
		buffer_release_secret(&planning->itself[i].identity);
	free(planning->itself);
}

static enum err person_plan(void *ctx, struct slice member, struct slice data,
			    struct fault *fault)
{
	struct planning *planning = ctx;
	struct identity identity;
	struct slice rest, reference;
	enum err err = identity_read(data, &identity, fault);

	if (!err &&
	    slice_equal_text(identity.field[IDENTITY_REFERENCE], IDENTITY_COMPANY))
		return itself_keep(planning, member, data, fault);
	if (!err)
		err = job_begin(planning, fault);
	if (err)
		return err;
	buffer_put_slice(&planning->job->identity, data);
	err = buffer_check(&planning->job->identity, "an identity", fault);
	rest = identity.field[IDENTITY_REFERENCE];
	while (!err && identity_reference(&rest, &reference))
		err = ledger_gifts_of(planning->gifts, member, reference, gift_take,
				      planning, fault);
	if (err)
		job_release(planning->job);
	else
		job_end(planning);
	return err;
}

static enum err company_plan(struct planning *planning, const struct member_view *member,
			     struct fault *fault)
{
	enum err err = job_begin(planning, fault);

	if (err)
		return err;
	planning->job->company = malloc(sizeof *member);
	if (!planning->job->company)
		err = fault_set(fault, ERR_MEMORY, "out of memory");
	else
		*planning->job->company = *member;
	for (size_t i = 0; i < planning->itself_count && !err; i++)
		if (strcmp(planning->itself[i].member, member->id) == 0)
			buffer_put_slice(&planning->job->identity,
					 buffer_slice(&planning->itself[i].identity));
	if (!err)
		err = buffer_check(&planning->job->identity, "an identity", fault);
	if (!err)
		err = ledger_gifts_of_company(planning->gifts, slice_of_text(member->id),
					      gift_take, planning, fault);
	if (err)
		job_release(planning->job);
	else
		job_end(planning);
	return err;
}

static enum err companies_plan(struct planning *planning, struct fault *fault)
{
	struct member_view *members = NULL;
	size_t count = 0;
	enum err err = query_members(planning->books, &members, &count, fault);

	for (size_t i = 0; i < count && !err; i++)
		if (strcmp(members[i].role, "employer") == 0)
			err = company_plan(planning, &members[i], fault);
	free(members);
	return err;
}

static enum err body_take(struct planning *planning, struct fault *fault)
{
	struct receipt_jobs *jobs = planning->jobs;
	struct charter_view charter;
	enum err err = query_charter(planning->books, &charter, fault);

	if (err)
		return err;
	memcpy(jobs->origin, charter.origin, sizeof jobs->origin);
	jobs->doc = json_doc_new();
	if (jobs->doc)
		jobs->body = receipt_body(planning->books, jobs->doc);
	return jobs->body ? ERR_OK : fault_set(fault, ERR_MEMORY, "out of memory");
}

enum err receipt_jobs_make(struct ledger *ledger, struct vault *vault,
			   const struct receipt_order *order,
			   struct receipt_jobs *ret_jobs, struct fault *fault)
{
	struct receipt_jobs jobs = { 0 };
	struct planning planning = { .order = order, .jobs = &jobs };
	enum err err = ledger_books(ledger, &planning.books, fault);

	if (err)
		return err;
	err = ledger_gifts_open(ledger, planning.books, order->year, &planning.gifts,
				fault);
	if (!err)
		err = body_take(&planning, fault);
	if (!err)
		err = vault_copy_each(vault, order->year, void_look, &planning, fault);
	if (!err)
		err = vault_person_each(vault, person_plan, &planning, fault);
	if (!err)
		err = companies_plan(&planning, fault);
	ledger_gifts_close(planning.gifts);
	ledger_books_done(ledger);
	itself_release(&planning);
	free(planning.voided);
	if (err)
		receipt_jobs_release(&jobs);
	else
		*ret_jobs = jobs;
	return err;
}
