/*
 * cmd_publish.c - a report that was published, in the log by its digest.
 */
#include <getopt.h>
#include <inttypes.h>

#include "keys/cli.h"
#include "keys/encoding.h"
#include "keys/hash.h"
#include "ledger/cmd.h"
#include "ledger/published.h"

static enum err publish_draft(const char *file, struct draft *draft, struct fault *fault)
{
	char hex[HASH_HEX_CHARS + 1], root[HASH_HEX_CHARS + 1];
	struct published published;
	struct buffer bytes;
	struct hash digest;
	enum err err;

	buffer_init(&bytes, PUBLISHED_BYTES_MAX);
	err = cli_read_file(file, PUBLISHED_BYTES_MAX, &bytes, fault);
	if (!err)
		err = published_read(buffer_slice(&bytes), &published, fault);
	if (!err)
		err = draft_init(draft, "report", NULL, fault);
	if (!err) {
		digest = hash_bytes(bytes.p, bytes.n);
		hex_encode(digest.b, sizeof digest.b, hex);
		hex_encode(published.root.b, sizeof published.root.b, root);
		(void)json_add_cstring(draft->doc, draft->json, "name", published.name);
		(void)json_add_cstring(draft->doc, draft->json, "digest", hex);
		(void)json_add_cstring(draft->doc, draft->json, "root", root);
		(void)json_add_integer(draft->doc, draft->json, "size",
				       (int64_t)published.size);
	}
	buffer_release(&bytes);
	return err;
}

int cmd_publish(int argc, char **argv)
{
	const char *by;
	struct ledger *ledger;
	struct draft draft;
	struct fault fault;
	int status;

	if (!cmd_file_words(argc, argv, "publish", &by, &status))
		return status;
	if (publish_draft(argv[optind + 1], &draft, &fault))
		return cli_fail(CMD_PROGRAM, &fault);
	ledger = cmd_open(argv[optind], LEDGER_WRITE, &status);
	if (ledger)
		status = cmd_submit(ledger, by, &draft);
	ledger_close(ledger);
	draft_release(&draft);
	return status;
}
