/*
 * cmd_consent.c - the register of consents: shown, changed, and listed as the proof that
 * the CNIL asks for (RGPD, article 7 section 1).
 */
#include <getopt.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "keys/cli.h"
#include "keys/encoding.h"
#include "ledger/cmd.h"
#include "ledger/kind.h"

/* ---- as text ---- */

static const char *day_text(struct date day, char room[DATE_TEXT_BYTES])
{
	if (day.day < 0)
		return "";
	date_format(day, room);
	return room;
}

/* One line of CSV: no field of it may hold a separator or a quote. */
static void print_row(struct slice member, const uint8_t key[32], bool is_past,
		      const struct consent *consent)
{
	char hex[2 * 32 + 1], from[DATE_TEXT_BYTES], until[DATE_TEXT_BYTES],
		withdrawn[DATE_TEXT_BYTES], step[CENTS_TEXT_BYTES],
		extra[CENTS_TEXT_BYTES];

	hex_encode(key, 32, hex);
	cents_format(consent->step, '.', step);
	cents_format(consent->extra, '.', extra);
	printf("%.*s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%" PRId64 "\n", (int)member.n,
	       (const char *)member.p, hex, is_past ? "replaced" : "in force",
	       consent->terms, day_text(consent->from, from),
	       day_text(consent->until, until), day_text(consent->withdrawn, withdrawn),
	       step, extra, consent->fund, consent->wants_receipt ? "yes" : "no",
	       consent->recorded_at);
}

static void print_head(void)
{
	puts("company,donor_key,status,terms,from,until,withdrawn,step,extra,fund,"
	     "receipt,"
	     "recorded_at");
}

/* ---- the whole register ---- */

struct listing {
	const char *member;
	bool has_key;
	uint8_t key[32];
	uint64_t count;
};

static enum err list_row(void *ctx, const struct registered *row, struct fault *fault)
{
	struct listing *listing = ctx;

	(void)fault;
	if (listing->member && !slice_equal_text(row->member, listing->member))
		return ERR_OK;
	if (listing->has_key && memcmp(row->key, listing->key, sizeof row->key) != 0)
		return ERR_OK;
	print_row(row->member, row->key, row->is_past, &row->consent);
	listing->count++;
	return ERR_OK;
}

static int list_all(struct ledger *ledger, struct listing *listing)
{
	struct fault fault;

	print_head();
	if (ledger_consent_each(ledger, list_row, listing, &fault) != ERR_OK)
		return cli_fail(CMD_PROGRAM, &fault);
	return cli_finish(CMD_PROGRAM, CLI_DONE);
}

/* ---- one donor ---- */

enum word {
	WORD_TERMS,
	WORD_FROM,
	WORD_UNTIL,
	WORD_WITHDRAW,
	WORD_STEP,
	WORD_EXTRA,
	WORD_FUND,
	WORD_RECEIPT,
	WORD__COUNT
};

static const struct option options[] = {
	{ "terms", required_argument, NULL, WORD_TERMS },
	{ "from", required_argument, NULL, WORD_FROM },
	{ "until", required_argument, NULL, WORD_UNTIL },
	{ "withdraw", required_argument, NULL, WORD_WITHDRAW },
	{ "step", required_argument, NULL, WORD_STEP },
	{ "extra", required_argument, NULL, WORD_EXTRA },
	{ "fund", required_argument, NULL, WORD_FUND },
	{ "receipt", required_argument, NULL, WORD_RECEIPT },
	{ "member", required_argument, NULL, 'm' },
	{ "donor", required_argument, NULL, 'd' },
	{ "export", no_argument, NULL, 'x' },
	{ 0 }
};

static enum err bad_word(enum word word, const char *text, struct fault *fault)
{
	return fault_set(fault, ERR_USAGE, "--%s does not take '%.40s'",
			 options[word].name, text);
}

static enum err set_id(enum word word, const char *text, char *out, struct fault *fault)
{
	if (!text_is_id(slice_of_text(text), 32))
		return bad_word(word, text, fault);
	(void)snprintf(out, CONSENT_ID_BYTES, "%s", text);
	return ERR_OK;
}

static enum err set_word(struct consent *consent, enum word word, const char *text,
			 struct fault *fault)
{
	enum err err = ERR_OK;

	switch (word) {
	case WORD_TERMS:
		return set_id(word, text, consent->terms, fault);
	case WORD_FUND:
		return set_id(word, text, consent->fund, fault);
	case WORD_FROM:
		err = date_parse(text, &consent->from);
		break;
	case WORD_UNTIL:
		err = date_parse(text, &consent->until);
		break;
	case WORD_WITHDRAW:
		err = date_parse(text, &consent->withdrawn);
		break;
	case WORD_STEP:
		err = cents_parse(text, &consent->step);
		break;
	case WORD_EXTRA:
		err = cents_parse(text, &consent->extra);
		break;
	case WORD_RECEIPT:
		consent->wants_receipt = strcmp(text, "yes") == 0;
		if (!consent->wants_receipt && strcmp(text, "no") != 0)
			err = ERR_INVALID;
		break;
	case WORD__COUNT:
		break;
	}
	return err ? bad_word(word, text, fault) : ERR_OK;
}

/* What is said changes what is registered; a first consent needs its terms and day. */
static enum err change(struct ledger *ledger, const char *member, const uint8_t key[32],
		       const char *const words[WORD__COUNT], struct fault *fault)
{
	struct slice company = slice_of_text(member);
	struct consent consent = { .until = CONSENT_NO_DAY,
				   .withdrawn = CONSENT_NO_DAY,
				   .step = CENTS_ZERO };
	enum err err = ledger_consent(ledger, company, key, &consent, fault);

	if (err == ERR_NOT_FOUND && words[WORD_TERMS] && words[WORD_FROM])
		err = ERR_OK;
	else if (err == ERR_NOT_FOUND)
		err = fault_set(fault, ERR_NOT_FOUND,
				"no consent of this donor is registered: a first one has "
				"--terms and --from");
	for (unsigned i = 0; i < WORD__COUNT && !err; i++)
		if (words[i])
			err = set_word(&consent, (enum word)i, words[i], fault);
	consent.recorded_at = time(NULL);
	return err ? err : ledger_consent_set(ledger, company, key, &consent, fault);
}

static int one_donor(struct ledger *ledger, const char *member, const uint8_t key[32],
		     const char *const words[WORD__COUNT])
{
	struct consent consent;
	struct fault fault;
	enum err err = ERR_OK;
	bool changes = false;

	for (unsigned i = 0; i < WORD__COUNT; i++)
		changes = changes || words[i];
	if (changes)
		err = change(ledger, member, key, words, &fault);
	if (!err)
		err = ledger_consent(ledger, slice_of_text(member), key, &consent,
				     &fault);
	if (err)
		return cli_fail(CMD_PROGRAM, &fault);
	print_head();
	print_row(slice_of_text(member), key, false, &consent);
	return cli_finish(CMD_PROGRAM, CLI_DONE);
}

int cmd_consent(int argc, char **argv)
{
	const char *words[WORD__COUNT] = { NULL }, *member = NULL, *donor = NULL;
	struct listing listing = { .member = NULL };
	bool is_export = false, changes = false;
	struct ledger *ledger;
	struct fault fault;
	int option, status;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		changes = changes || option < WORD__COUNT;
		if (option == 'm')
			member = optarg;
		else if (option == 'd')
			donor = optarg;
		else if (option == 'x')
			is_export = true;
		else if (option < WORD__COUNT)
			words[option] = optarg;
		else
			return CLI_TROUBLE;
	}
	if (argc - optind != 1 || (is_export && changes) ||
	    (!is_export && (!member || !donor)) || (donor && !member))
		return cmd_usage("consent");
	/* The company's secret, which tells whose number it is, may have to be made. */
	ledger = cmd_open(argv[optind], changes || donor ? LEDGER_WRITE : LEDGER_READ,
			  &status);
	if (!ledger)
		return status;
	listing.member = member;
	listing.has_key = donor != NULL;
	if (donor && cmd_donor_key(ledger, member, donor, listing.key, &fault) != ERR_OK)
		status = cli_fail(CMD_PROGRAM, &fault);
	else
		status = is_export ? list_all(ledger, &listing)
				   : one_donor(ledger, member, listing.key, words);
	ledger_close(ledger);
	return status;
}
