/*
 * allocation_flows.c - the report's first picture: where money came from, through which
 * fund it went, what it was granted for, and to whom.
 *
 * Every flow is a sum of movements of the funds' accounts in the period, so that each
 * fund's node is in balance, and its nodes add up to the tables:
 *
 *	what was there + received + cancelled decisions + given back + overdrawn
 *		= granted + spent + taken back + not yet allocated
 *
 * in each fund, after what the funds gave each other. Between funds only the net is
 * drawn; who gave to whom of several is by the order of the funds.
 */
#include "reports/allocation_int.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define RECEIVERS_SHOWN 8 /* the others are one node */
#define NAME_BYTES      (QUERY_LABEL_BYTES + 64)

/* The columns of the picture. */
enum stage { STAGE_FUND = 1, STAGE_MOVED, STAGE_PURPOSE, STAGE_RECEIVER };

/* What flows between a fund and something, by its name. */
struct stream {
	size_t fund;
	char name[NAME_BYTES];
	struct cents amount;
};

struct streams {
	struct stream *p; /* owned */
	size_t n, room;
	bool failed; /* no memory */
};

/* A fund's money, when all that came and went is added. */
struct balance {
	struct cents came, moved; /* moved: to other funds where below zero */
};

struct flows {
	struct allocation *a;
	struct streams in, out;
	struct streams
		grants;       /* by purpose (fund is the number of the stream in `out`) */
	struct balance *fund; /* owned; one for each */
	bool moves;           /* a fund gave something to another */
	struct table *chart;
};

/* ---- adding up ---- */

static void stream_add(struct flows *f, struct streams *streams, size_t fund,
		       const char *name, struct cents amount)
{
	struct stream *more;

	if (cents_is_zero(amount))
		return;
	for (size_t i = 0; i < streams->n; i++) {
		struct stream *stream = &streams->p[i];

		if (stream->fund != fund || strcmp(stream->name, name) != 0)
			continue;
		stream->amount = allocation_plus(f->a, stream->amount, amount);
		return;
	}
	if (streams->n == streams->room) {
		streams->room = streams->room ? 2 * streams->room : 32;
		more = reallocarray(streams->p, streams->room, sizeof *more);
		streams->failed = streams->failed || !more;
		if (!more)
			return;
		streams->p = more;
	}
	more = &streams->p[streams->n++];
	*more = (struct stream){ .fund = fund, .amount = amount };
	(void)snprintf(more->name, sizeof more->name, "%s", name);
}

/* What comes where it is above zero, what goes where it is below. */
static void either_add(struct flows *f, size_t fund, const char *in, const char *out,
		       struct cents amount)
{
	if (cents_is_negative(amount))
		stream_add(f, &f->out, fund, out, cents_neg(amount));
	else
		stream_add(f, &f->in, fund, in, amount);
}

/* The purpose behind the dot, or the word of the flow itself. */
static const char *purpose_of_flow(const char *flow)
{
	const char *dot = strchr(flow, '.');

	return dot ? dot + 1 : flow;
}

static void move_add(struct flows *f, const struct movement_view *move, size_t fund)
{
	struct allocation *a = f->a;
	struct cents amount = cents_neg(move->within);

	if (flow_is(move->flow, "granted"))
		either_add(f, fund, say(a, MSG_NODE_CANCELLED),
			   purpose_of_flow(move->flow), amount);
	else if (flow_is(move->flow, "cancelled"))
		either_add(f, fund, say(a, MSG_NODE_CANCELLED),
			   say(a, MSG_NODE_CANCELLED), amount);
	else if (flow_is(move->flow, "restituted"))
		either_add(f, fund, say(a, MSG_GIVEN_BACK), say(a, MSG_GIVEN_BACK),
			   amount);
	else if (flow_is(move->flow, "fee") || flow_is(move->flow, "expense"))
		either_add(f, fund, say(a, MSG_SPENT), say(a, MSG_SPENT), amount);
	else if (flow_is_income(move->flow))
		either_add(f, fund, allocation_flow_label(a, move->flow),
			   allocation_flow_label(a, move->flow), amount);
	else
		f->fund[fund].moved = allocation_plus(a, f->fund[fund].moved, amount);
}

/* The fund's balances at both ends of the period: what a source or a rest is of it. */
static void ends_add(struct flows *f, size_t fund)
{
	struct allocation *a = f->a;
	struct cents start = CENTS_ZERO, end = CENTS_ZERO;

	for (size_t i = 0; i < a->sub_count; i++) {
		if (strcmp(a->subs[i].fund, a->funds[fund].id) != 0)
			continue;
		start = allocation_plus(a, start, a->subs[i].available_start);
		end = allocation_plus(a, end, a->subs[i].available);
	}
	either_add(f, fund, say(a, MSG_NODE_START), say(a, MSG_NODE_OVERDRAWN), start);
	either_add(f, fund, say(a, MSG_NODE_OVERDRAWN), say(a, MSG_NODE_NOT_YET),
		   cents_neg(end));
}

static void flows_read(struct flows *f)
{
	struct allocation *a = f->a;

	for (size_t i = 0; i < a->fund.n; i++) {
		size_t fund =
			allocation_fund_number(a, a->fund.p[i].account + strlen("fund/"));

		assert(fund < a->fund_count);
		move_add(f, &a->fund.p[i], fund);
	}
	for (size_t i = 0; i < a->fund_count; i++) {
		ends_add(f, i);
		f->moves = f->moves || !cents_is_zero(f->fund[i].moved);
	}
	for (size_t i = 0; i < f->in.n; i++) {
		struct balance *fund = &f->fund[f->in.p[i].fund];

		fund->came = allocation_plus(a, fund->came, f->in.p[i].amount);
	}
}

/* ---- who got it ---- */

/* Persons are one node; a project is called by its title. */
static void receiver_name(const struct allocation *a,
			  const struct proposal_view *proposal, char name[NAME_BYTES])
{
	char title[QUERY_LABEL_BYTES] = "";

	if (proposal->project[0])
		query_project_title(a->books, proposal->project, title);
	if (strncmp(proposal->beneficiary, "job-seeker:", strlen("job-seeker:")) == 0)
		(void)snprintf(name, NAME_BYTES, "%s", say(a, MSG_NODE_JOB_SEEKERS));
	else if (title[0])
		(void)snprintf(name, NAME_BYTES, "%s", title);
	else
		(void)snprintf(name, NAME_BYTES, "%s", proposal->beneficiary);
}

/* What of a purpose's grants no decision of the period names. */
static struct cents purpose_rest(struct flows *f, const char *purpose)
{
	struct cents rest = CENTS_ZERO;

	for (size_t i = 0; i < f->a->fund.n; i++) {
		const struct movement_view *move = &f->a->fund.p[i];

		if (flow_is(move->flow, "granted") &&
		    strcmp(purpose_of_flow(move->flow), purpose) == 0)
			rest = allocation_plus(f->a, rest, move->within);
	}
	return rest;
}

/* A purpose's number is that of the first stream of its name in `out`. */
static size_t purpose_number(const struct flows *f, const char *purpose)
{
	size_t i = 0;

	while (i < f->out.n && strcmp(f->out.p[i].name, purpose) != 0)
		i++;
	return i;
}

static int stream_cmp(const void *x, const void *y)
{
	const struct stream *s = x, *t = y;
	int order = cents_cmp(t->amount, s->amount);

	return order ? order : strcmp(s->name, t->name);
}

/* The greatest receivers keep their names. */
static void receivers_shorten(struct flows *f)
{
	struct streams sums = { .n = 0 };

	for (size_t i = 0; i < f->grants.n; i++)
		stream_add(f, &sums, 0, f->grants.p[i].name, f->grants.p[i].amount);
	f->grants.failed = f->grants.failed || sums.failed;
	if (sums.n > RECEIVERS_SHOWN + 1 && !sums.failed) {
		qsort(sums.p, sums.n, sizeof *sums.p, stream_cmp);
		for (size_t i = 0; i < f->grants.n; i++) {
			struct stream *grant = &f->grants.p[i];
			size_t rank = 0;

			while (rank < RECEIVERS_SHOWN &&
			       strcmp(sums.p[rank].name, grant->name) != 0)
				rank++;
			if (rank == RECEIVERS_SHOWN)
				(void)snprintf(grant->name, sizeof grant->name, "%s",
					       say(f->a, MSG_NODE_OTHERS));
		}
	}
	free(sums.p);
}

static void receivers_read(struct flows *f)
{
	struct allocation *a = f->a;
	char name[NAME_BYTES];

	for (size_t i = 0; i < a->proposal_count; i++) {
		const struct proposal_view *proposal = &a->proposals[i];
		size_t purpose = purpose_number(f, proposal->purpose);

		if (!allocation_was_granted(a, proposal) || purpose == f->out.n)
			continue;
		receiver_name(a, proposal, name);
		stream_add(f, &f->grants, purpose, name, proposal->amount);
	}
	receivers_shorten(f);
}

/* ---- the picture ---- */

static void put_flow(struct flows *f, int stage, const char *from, const char *to,
		     struct cents amount)
{
	/* Where no fund gave to another, that stage is left out. */
	int drawn = stage > STAGE_FUND && !f->moves ? stage - 1 : stage;

	if (!cents_is_positive(amount))
		return;
	row_begin(f->chart, ROW_NORMAL);
	cell_integer(f->chart, drawn);
	cell_text(f->chart, from);
	cell_text(f->chart, to);
	cell_cents(f->chart, amount);
}

static struct cents least(struct cents x, struct cents y)
{
	return cents_cmp(x, y) < 0 ? x : y;
}

/* What each fund kept; then what those that gave gave to those that got. */
static void put_moves(struct flows *f)
{
	struct allocation *a = f->a;
	size_t to = 0;
	struct cents room = CENTS_ZERO;

	for (size_t i = 0; i < a->fund_count; i++) {
		struct cents gave = f->fund[i].moved;

		if (!cents_is_negative(gave))
			gave = CENTS_ZERO;
		put_flow(f, STAGE_MOVED, a->funds[i].label, a->funds[i].label,
			 allocation_plus(a, f->fund[i].came, gave));
	}
	for (size_t i = 0; i < a->fund_count; i++) {
		struct cents left = cents_neg(f->fund[i].moved);

		while (cents_is_positive(left)) {
			struct cents part;

			while (!cents_is_positive(room) && to < a->fund_count)
				room = f->fund[to++].moved;
			if (!cents_is_positive(room))
				return;
			part = least(left, room);
			put_flow(f, STAGE_MOVED, a->funds[i].label,
				 a->funds[to - 1].label, part);
			left = allocation_minus(a, left, part);
			room = allocation_minus(a, room, part);
		}
	}
}

static bool is_first_of_name(const struct streams *streams, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (strcmp(streams->p[j].name, streams->p[i].name) == 0)
			return false;
	return true;
}

static void put_receivers(struct flows *f)
{
	struct allocation *a = f->a;

	for (size_t i = 0; i < f->out.n; i++) {
		const char *purpose = f->out.p[i].name;
		struct cents rest;

		if (!is_first_of_name(&f->out, i))
			continue;
		rest = purpose_rest(f, purpose);
		for (size_t j = 0; j < f->grants.n; j++) {
			if (f->grants.p[j].fund != i)
				continue;
			put_flow(f, STAGE_RECEIVER, purpose, f->grants.p[j].name,
				 f->grants.p[j].amount);
			rest = allocation_minus(a, rest, f->grants.p[j].amount);
		}
		put_flow(f, STAGE_RECEIVER, purpose, say(a, MSG_NODE_OTHERS), rest);
	}
}

static void put_chart(struct flows *f)
{
	struct allocation *a = f->a;

	f->chart = chart_begin(a->doc, CHART_SANKEY, "flows", say(a, MSG_FLOWS_TABLE),
			       say(a, MSG_FLOWS_ALT));
	allocation_column(a, f->chart, "stage", MSG_FLOWS_STAGE, VALUE_ORDINAL);
	allocation_column(a, f->chart, "from", MSG_FLOWS_FROM, VALUE_TEXT);
	allocation_column(a, f->chart, "to", MSG_FLOWS_TO, VALUE_TEXT);
	allocation_column(a, f->chart, "amount", MSG_AMOUNT, VALUE_CENTS);
	for (size_t i = 0; i < f->in.n; i++)
		put_flow(f, STAGE_FUND, f->in.p[i].name, a->funds[f->in.p[i].fund].label,
			 f->in.p[i].amount);
	if (f->moves)
		put_moves(f);
	for (size_t i = 0; i < f->out.n; i++)
		put_flow(f, STAGE_PURPOSE, a->funds[f->out.p[i].fund].label,
			 f->out.p[i].name, f->out.p[i].amount);
	put_receivers(f);
	document_paragraph(a->doc, say(a, MSG_FLOWS_EXPLAINED));
}

enum err allocation_flows(struct allocation *a, struct fault *fault)
{
	struct flows f = { .a = a };
	enum err err = ERR_OK;

	f.fund = calloc(a->fund_count + 1, sizeof *f.fund);
	if (f.fund) {
		flows_read(&f);
		receivers_read(&f);
	}
	if (!f.fund || f.in.failed || f.out.failed || f.grants.failed)
		err = fault_set(fault, ERR_MEMORY, "out of memory for the flows");
	else
		put_chart(&f);
	free(f.fund);
	free(f.in.p);
	free(f.out.p);
	free(f.grants.p);
	return err;
}
