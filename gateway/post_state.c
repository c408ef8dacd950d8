/*
 * post_state.c - the last checkpoint that this company has seen of the log.
 */
#include "gateway/post_state.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "gateway/post_key.h"
#include "keys/encoding.h"
#include "keys/file.h"

#define STATE_MODE 0644 /* nothing in it is secret */

static enum err path_beside(const char *path, const char *suffix,
			    char ret_path[FILE_PATH_BYTES_MAX], struct fault *fault)
{
	int n = snprintf(ret_path, FILE_PATH_BYTES_MAX, "%s%s", path, suffix);

	if (n < 0 || n >= FILE_PATH_BYTES_MAX)
		return fault_set(fault, ERR_TOO_BIG, "the state file's name is too long");
	return ERR_OK;
}

static enum err lock_take(const char *path, int *ret_fd, struct fault *fault)
{
	char lock[FILE_PATH_BYTES_MAX];
	enum err err = path_beside(path, ".lock", lock, fault);
	int fd;

	if (err)
		return err;
	fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return fault_set(fault, ERR_IO, "file '%s' cannot be opened: %s", lock,
				 strerrordesc_np(errno));
	while (flock(fd, LOCK_EX) != 0) {
		if (errno == EINTR)
			continue;
		err = fault_set(fault, ERR_IO, "file '%s' cannot be locked: %s", lock,
				strerrordesc_np(errno));
		close(fd);
		return err;
	}
	*ret_fd = fd;
	return ERR_OK;
}

/* It was verified when it was kept, by the key of then. */
static void key_explain(struct slice note, const struct vkey *log, struct fault *fault)
{
	struct post_key key;
	char why[FAULT_TEXT_BYTES_MAX];

	post_key_look(note, log, &key);
	if (!key.is_other) {
		post_key_explain(note, log, fault);
		return;
	}
	snprintf(why, sizeof why, "%s", fault->text);
	(void)fault_set(fault, fault->err,
			"%.300s. It is signed by %s+%08" PRIx32
			": post once with the --vkey of then while both keys sign, then "
			"with the new one; when that is past, let the auditor hold this "
			"file against the log, and begin a new one",
			why, log->name, key.id);
}

static enum err before_read(struct post_state *state, const struct vkey *log,
			    struct fault *fault)
{
	struct buffer note;
	enum err err;

	buffer_init(&note, NOTE_BYTES_MAX);
	err = file_read(state->path, NOTE_BYTES_MAX, &note, fault);
	if (err == ERR_NOT_FOUND) {
		buffer_release(&note);
		return ERR_OK; /* the first run */
	}
	if (!err) {
		err = checkpoint_open(buffer_slice(&note), log, NULL, 0, NULL,
				      &state->before, fault);
		if (err)
			(void)fault_prefix(fault, "state file '%s'", state->path);
		if (err == ERR_UNKNOWN)
			key_explain(buffer_slice(&note), log, fault);
		else
			state->is_known = true;
	}
	buffer_release(&note);
	return err;
}

enum err post_state_open(const char *path, const struct vkey *log,
			 struct post_state *ret_state, struct fault *fault)
{
	struct post_state state = { .path = path, .lock_fd = -1 };
	enum err err = lock_take(path, &state.lock_fd, fault);

	if (!err)
		err = before_read(&state, log, fault);
	if (err)
		post_state_close(&state);
	else
		*ret_state = state;
	return err;
}

void post_state_close(struct post_state *state)
{
	if (state->lock_fd >= 0)
		close(state->lock_fd);
	state->lock_fd = -1;
}

bool post_state_needs_proof(const struct post_state *state, const struct checkpoint *now)
{
	return state->is_known && state->before.size > 0 &&
	       now->size > state->before.size;
}

static enum err accuse(const struct post_state *state, const struct checkpoint *now,
		       const char *what, struct fault *fault)
{
	char before_root[HASH_BASE64_CHARS + 1], now_root[HASH_BASE64_CHARS + 1];

	base64_encode(state->before.root.b, HASH_BYTES, before_root);
	base64_encode(now->root.b, HASH_BYTES, now_root);
	return fault_set(
		fault, ERR_CORRUPT,
		"THE LOG %s. It was signed with size %" PRIu64
		" and root %s; now with size %" PRIu64
		" and root %s. Both notes are kept: tell the foundation's auditor",
		what, state->before.size, before_root, now->size, now_root);
}

enum err post_state_check(const struct post_state *state, const struct checkpoint *now,
			  const struct merkle_proof *proof, struct fault *fault)
{
	struct merkle_proof none = { .n_hashes = 0 };
	struct merkle_head before, head;

	if (!state->is_known)
		return ERR_OK;
	if (now->size < state->before.size)
		return accuse(state, now, "HAS SHRUNK", fault);
	before = checkpoint_head(&state->before);
	head = checkpoint_head(now);
	if (merkle_verify_consistency(&before, &head, proof ? proof : &none, NULL) !=
	    ERR_OK)
		return accuse(state, now, "WAS REWRITTEN", fault);
	return ERR_OK;
}

enum err post_state_store(const struct post_state *state, struct slice note,
			  struct fault *fault)
{
	return file_write(state->path, note, STATE_MODE, fault);
}

enum err post_state_accuse(const struct post_state *state, struct slice note,
			   struct fault *fault)
{
	char path[FILE_PATH_BYTES_MAX];
	enum err err = path_beside(state->path, ".conflict", path, fault);

	return err ? err : file_write(path, note, STATE_MODE, fault);
}
