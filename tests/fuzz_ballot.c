/*
 * fuzz_ballot.c - ballots and companies' manifests: signed notes whose text must be one
 * text, byte for byte.
 *
 * As a ballot it votes on the open proposal of world_told(); as a manifest it goes with
 * the batch below.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "keys/note.h"
#include "ledger/cmd.h"
#include "tests/fuzz.h"
#include "tests/world_fixed.h"

#define DIGEST "'5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9'"
#define BATCH                                                                            \
	"'ref':'PAYE-1','kind':'batch','company':'" WORLD_COMPANY "','source':'salary'," \
	"'period':'2026-10','date':'2026-10-30','step':100,'terms':'2026-09','count':2," \
	"'zero':1,'received':" DIGEST ",'root':" DIGEST ",'totals':["                    \
	"{'fund':'emploi','giver':'person','amount':237},"                               \
	"{'fund':'general','giver':'person','amount':5}]"

/* A seat of this world has signed the text. */
static void must_be_signed(const struct note *note, unsigned key, const char *name)
{
	struct vkey vkey = fuzz_vkey(key, name, VKEY_ED25519);

	FUZZ_MUST(note_verify(note, &vkey, 1, NULL, NULL) == ERR_OK);
}

static void ballot_check(struct world *world, const struct note *note, struct slice in)
{
	char seat[32], vote[16], members[160], text[BALLOT_TEXT_BYTES_MAX];
	struct ballot_sight seen = { .size = world->leaf_count };
	struct world_trial trial;

	if (!cmd_line_value(note->text, "seat", seat, sizeof seat) ||
	    !cmd_line_value(note->text, "vote", vote, sizeof vote) ||
	    strpbrk(seat, "'\"\\") || strpbrk(vote, "'\"\\"))
		return;
	world_try(world, &trial);
	snprintf(members, sizeof members,
		 "'kind':'ballot','proposal':%" PRIu64 ",'seat':'%s','vote':'%s'",
		 world_told_open(), seat, vote);
	if (world_fuzz(world, "operator", members, "note", in) == ERR_OK) {
		must_be_signed(note, (unsigned)(seat[6] - '0'), seat);
		world_undo(world, &trial);
		world_try(world, &trial);
		/* What it says of the log that was seen may be of any size. */
		FUZZ_MUST(books_ballot_text(world->books, world_told_open(),
					    slice_of_text(seat), slice_of_text(vote),
					    &seen, text, NULL) == ERR_OK);
		FUZZ_MUST(memcmp(note->text.p, text, strcspn(text, "\n") + 1) == 0);
	}
	world_undo(world, &trial);
}

static void recusal_check(struct world *world, const struct note *note, struct slice in)
{
	char seat[32], beneficiary[72], members[200], text[RECUSAL_TEXT_BYTES_MAX];
	struct world_trial trial;

	if (!cmd_line_value(note->text, "seat", seat, sizeof seat) ||
	    !cmd_line_value(note->text, "beneficiary", beneficiary, sizeof beneficiary) ||
	    strpbrk(seat, "'\"\\") || strpbrk(beneficiary, "'\"\\"))
		return;
	world_try(world, &trial);
	snprintf(members, sizeof members,
		 "'kind':'recusal','seat':'%s','beneficiary':'%s'", seat, beneficiary);
	if (world_fuzz(world, "operator", members, "note", in) == ERR_OK) {
		must_be_signed(note, (unsigned)(seat[6] - '0'), seat);
		FUZZ_MUST(books_recusal_text(world->books, slice_of_text(seat),
					     slice_of_text(beneficiary), text,
					     NULL) == ERR_OK);
		FUZZ_MUST(slice_equal_text(note->text, text));
	}
	world_undo(world, &trial);
}

static void manifest_check(struct world *world, const struct note *note, struct slice in)
{
	struct world_trial trial;

	world_try(world, &trial);
	if (world_fuzz(world, WORLD_COMPANY, BATCH, "manifest", in) == ERR_OK)
		must_be_signed(note, WORLD_COMPANY_KEY, WORLD_COMPANY);
	world_undo(world, &trial);
}

FUZZ_TARGET(ballot)
{
	struct world *world = world_told();
	struct slice in = slice_of(bytes, n);
	static struct note note;

	if (note_parse(in, &note, NULL) != ERR_OK || memchr(bytes, 0, n))
		return 0;
	ballot_check(world, &note, in);
	recusal_check(world, &note, in);
	manifest_check(world, &note, in);
	return 0;
}
