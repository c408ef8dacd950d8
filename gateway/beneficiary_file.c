/*
 * beneficiary_file.c - who is paid, and where to: names and IBANs, outside the log.
 *
 * What is sealed is text, a line for each payee: SALT IBAN BIC NAME, BIC being "-" where
 * it is not known. The digest is computed when it is read, so that no line can claim
 * another's.
 */
#include "gateway/beneficiary_file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "gateway/sepa_text.h"
#include "keys/buffer.h"
#include "keys/encoding.h"
#include "keys/file.h"
#include "keys/sealed.h"

#define WHAT     "payees"
#define HEADER   "arrondi/payees@v1\n"
#define NO_BIC   "-"
#define SALT_HEX HEX_CHARS(BENEFICIARY_SALT_BYTES)
#define LINE_MAX_                                                                        \
	(SALT_HEX + IBAN_TEXT_BYTES + BIC_TEXT_BYTES + BENEFICIARY_NAME_BYTES_MAX + 4)
#define CONTENTS_BYTES_MAX ((size_t)BENEFICIARIES_MAX * LINE_MAX_ + sizeof HEADER)

/* How long another may take to change the file; deriving the key takes most of it. */
#define LOCK_WAIT_MS 5000
#define LOCK_STEP_MS 50

void beneficiary_file_init(struct beneficiary_file *file)
{
	*file = (struct beneficiary_file){ .list = NULL };
}

void beneficiary_file_release(struct beneficiary_file *file)
{
	if (file->list)
		bytes_wipe(file->list, file->capacity * sizeof *file->list);
	free(file->list);
	beneficiary_file_init(file);
}

/* ---- one payee ---- */

static struct hash payee_digest(const struct beneficiary *one)
{
	char salt[SALT_HEX + 1];
	struct hash_stream stream;

	hex_encode(one->salt, BENEFICIARY_SALT_BYTES, salt);
	hash_begin(&stream);
	hash_add(&stream, salt, SALT_HEX);
	hash_add(&stream, " ", 1);
	hash_add(&stream, one->iban, strlen(one->iban));
	hash_add(&stream, " ", 1);
	hash_add(&stream, one->name, strlen(one->name));
	return hash_end(&stream);
}

/* On one line, and with a letter that the bank can write. */
static enum err check_name(struct slice name, struct fault *fault)
{
	char folded[SEPA_NAME_CHARS_MAX + 1];

	if (name.n == 0 || name.n > BENEFICIARY_NAME_BYTES_MAX)
		return fault_set(fault, ERR_INVALID, "a payee's name has 1 to %d bytes",
				 BENEFICIARY_NAME_BYTES_MAX);
	if (!utf8_valid((const char *)name.p, name.n))
		return fault_set(fault, ERR_INVALID, "the payee's name is not UTF-8");
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] < 0x20 || name.p[i] == 0x7F)
			return fault_set(fault, ERR_INVALID,
					 "the payee's name holds a control character");
	if (name.p[0] == ' ' || name.p[name.n - 1] == ' ')
		return fault_set(fault, ERR_INVALID,
				 "the payee's name has a blank at its end");
	sepa_fold(name, folded, SEPA_NAME_CHARS_MAX);
	if (folded[0] == '\0')
		return fault_set(
			fault, ERR_INVALID,
			"the payee's name has no letter that SEPA carries: write it "
			"in Latin letters");
	return ERR_OK;
}

/* All but salt and digest. */
static enum err one_make(struct slice name, struct slice iban, struct slice bic,
			 struct beneficiary *ret_one, struct fault *fault)
{
	struct beneficiary one = { .bic = "" };
	enum err err = check_name(name, fault);

	if (!err)
		err = iban_parse(iban, one.iban, fault);
	if (err == ERR_NOT_FOUND)
		err = ERR_INVALID; /* outside SEPA, as the fault says */
	if (!err && bic.n > 0 && !bic_valid(bic))
		err = fault_set(fault, ERR_INVALID, "the bank's BIC is none");
	if (err) {
		if (fault)
			fault->err = err;
		return err;
	}
	memcpy(one.name, name.p, name.n);
	if (bic.n > 0)
		memcpy(one.bic, bic.p, bic.n);
	*ret_one = one;
	return ERR_OK;
}

static int payee_cmp(const void *a, const void *b)
{
	const struct beneficiary *left = a, *right = b;

	return memcmp(left->payee.b, right->payee.b, HASH_BYTES);
}

static enum err list_add(struct beneficiary_file *file, const struct beneficiary *one,
			 struct fault *fault)
{
	struct beneficiary *larger;
	size_t capacity = file->capacity ? file->capacity * 2 : 16;

	if (file->count == BENEFICIARIES_MAX)
		return fault_set(fault, ERR_TOO_BIG, "there are more than %d payees",
				 BENEFICIARIES_MAX);
	if (file->count == file->capacity) {
		/* Not realloc(), which would leave names where they were. */
		larger = calloc(capacity, sizeof *larger);
		if (!larger)
			return fault_set(fault, ERR_MEMORY, "out of memory");
		if (file->count > 0) {
			memcpy(larger, file->list, file->count * sizeof *larger);
			bytes_wipe(file->list, file->count * sizeof *larger);
		}
		free(file->list);
		file->list = larger;
		file->capacity = capacity;
	}
	file->list[file->count++] = *one;
	return ERR_OK;
}

const struct beneficiary *beneficiary_find(const struct beneficiary_file *file,
					   const struct hash *payee)
{
	struct beneficiary wanted = { .payee = *payee };

	return file->count ? bsearch(&wanted, file->list, file->count, sizeof wanted,
				     payee_cmp)
			   : NULL;
}

/* ---- the text ---- */

/* Takes what stands before the next such byte off a line. */
static struct slice cut(struct slice *rest, uint8_t byte)
{
	const uint8_t *end = rest->n ? memchr(rest->p, byte, rest->n) : NULL;
	struct slice part = slice_of(rest->p, end ? (size_t)(end - rest->p) : rest->n);

	*rest = end ? slice_of(end + 1, rest->n - part.n - 1)
		    : slice_of(rest->p + rest->n, 0);
	return part;
}

static enum err line_parse(struct slice line, struct beneficiary *ret_one)
{
	struct slice salt = cut(&line, ' '), iban = cut(&line, ' '),
		     bic = cut(&line, ' ');
	struct beneficiary one;

	if (slice_equal_text(bic, NO_BIC))
		bic = slice_of(NULL, 0);
	if (one_make(line, iban, bic, &one, NULL) || !slice_equal_text(iban, one.iban) ||
	    hex_decode((const char *)salt.p, salt.n, one.salt, BENEFICIARY_SALT_BYTES))
		return ERR_CORRUPT;
	one.payee = payee_digest(&one);
	*ret_one = one;
	return ERR_OK;
}

static enum err text_parse(struct slice text, struct beneficiary_file *file,
			   struct fault *fault)
{
	size_t header = sizeof HEADER - 1;
	enum err err = ERR_OK;

	if (text.n < header || memcmp(text.p, HEADER, header) != 0)
		return fault_set(fault, ERR_CORRUPT, "it is no list of payees");
	text = slice_of(text.p + header, text.n - header);
	for (size_t number = 2; text.n > 0 && !err; number++) {
		struct beneficiary one;

		if (line_parse(cut(&text, '\n'), &one))
			return fault_set(fault, ERR_CORRUPT, "line %zu is no payee",
					 number);
		err = list_add(file, &one, fault);
		bytes_wipe(&one, sizeof one);
	}
	if (!err && file->count > 1)
		qsort(file->list, file->count, sizeof *file->list, payee_cmp);
	return err;
}

enum err beneficiary_file_read(struct beneficiary_file *file, const char *path,
			       const char *passphrase, struct fault *fault)
{
	struct buffer text;
	enum err err;

	buffer_init(&text, CONTENTS_BYTES_MAX);
	err = sealed_read(path, WHAT, passphrase, &text, fault);
	if (!err) {
		err = text_parse(buffer_slice(&text), file, fault);
		if (err)
			err = fault_prefix(fault, "file '%s'", path);
	}
	buffer_release_secret(&text);
	return err;
}

static enum err write_all(const struct beneficiary_file *file, const char *path,
			  const char *passphrase, struct fault *fault)
{
	struct buffer text;
	enum err err;

	buffer_init(&text, CONTENTS_BYTES_MAX);
	buffer_reserve(&text, sizeof HEADER + file->count * LINE_MAX_);
	buffer_put_text(&text, HEADER);
	for (size_t i = 0; i < file->count; i++) {
		const struct beneficiary *one = &file->list[i];

		buffer_put_hex(&text, one->salt, BENEFICIARY_SALT_BYTES);
		buffer_printf(&text, " %s %s %s\n", one->iban,
			      one->bic[0] ? one->bic : NO_BIC, one->name);
	}
	err = buffer_check(&text, "the list of payees", fault);
	if (!err)
		err = sealed_write(path, WHAT, buffer_slice(&text), passphrase, fault);
	buffer_release_secret(&text);
	return err;
}

/* ---- changes ---- */

/* The lock is a file of its own, because the other one is replaced. -1: *ret_err. */
static int lock(const char *path, enum err *ret_err, struct fault *fault)
{
	char name[FILE_PATH_BYTES_MAX];
	int fd, waited_ms = 0;

	if (snprintf(name, sizeof name, "%s.lock", path) >= (int)sizeof name) {
		*ret_err = fault_set(fault, ERR_IO, "the path is too long");
		return -1;
	}
	fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) {
		*ret_err =
			fault_set(fault, ERR_IO, "file '%s': %s", name, strerror(errno));
		return -1;
	}
	while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno != EWOULDBLOCK || waited_ms >= LOCK_WAIT_MS) {
			*ret_err =
				fault_set(fault, ERR_BUSY,
					  "file '%s' is being changed by another", path);
			(void)close(fd);
			return -1;
		}
		(void)usleep(LOCK_STEP_MS * 1000);
		waited_ms += LOCK_STEP_MS;
	}
	return fd;
}

static struct beneficiary *find_same(struct beneficiary_file *file,
				     const struct beneficiary *one)
{
	for (size_t i = 0; i < file->count; i++)
		if (strcmp(file->list[i].iban, one->iban) == 0 &&
		    strcmp(file->list[i].name, one->name) == 0)
			return &file->list[i];
	return NULL;
}

/* Under the lock. */
static enum err add(const char *path, const char *passphrase, struct beneficiary *one,
		    bool *ret_new, struct fault *fault)
{
	struct beneficiary_file file;
	struct beneficiary *same;
	enum err err;

	beneficiary_file_init(&file);
	err = beneficiary_file_read(&file, path, passphrase, fault);
	if (err == ERR_NOT_FOUND)
		err = ERR_OK; /* the first one makes it */
	if (err)
		goto out;
	same = find_same(&file, one);
	*ret_new = !same;
	if (same) {
		memcpy(one->salt, same->salt, BENEFICIARY_SALT_BYTES);
		if (one->bic[0] == '\0' || strcmp(one->bic, same->bic) == 0)
			goto out; /* nothing changes */
		memcpy(same->bic, one->bic, BIC_TEXT_BYTES);
	} else {
		err = list_add(&file, one, fault);
	}
	if (!err)
		err = write_all(&file, path, passphrase, fault);
out:
	beneficiary_file_release(&file);
	return err;
}

enum err beneficiary_add(const char *path, const char *passphrase, const char *name,
			 const char *iban, const char *bic, struct hash *ret_payee,
			 bool *ret_new, struct fault *fault)
{
	struct beneficiary one;
	bool new = false;
	int fd;
	enum err err = one_make(slice_of_text(name), slice_of_text(iban),
				slice_of_text(bic ? bic : ""), &one, fault);

	if (err)
		return err;
	if (random_bytes(one.salt, BENEFICIARY_SALT_BYTES))
		return fault_set(fault, ERR_IO, "the machine gives no random bytes");
	fd = lock(path, &err, fault);
	if (fd < 0)
		return err;
	err = add(path, passphrase, &one, &new, fault);
	(void)close(fd);
	if (!err) {
		*ret_payee = payee_digest(&one);
		*ret_new = new;
	}
	bytes_wipe(&one, sizeof one);
	return err;
}

enum err beneficiary_remove(const char *path, const char *passphrase,
			    const struct hash *payee, struct fault *fault)
{
	struct beneficiary_file file;
	const struct beneficiary *one;
	size_t at;
	enum err err = ERR_OK;
	int fd = lock(path, &err, fault);

	if (fd < 0)
		return err;
	beneficiary_file_init(&file);
	err = beneficiary_file_read(&file, path, passphrase, fault);
	if (err)
		goto out;
	one = beneficiary_find(&file, payee);
	if (!one) {
		err = fault_set(fault, ERR_NOT_FOUND, "no such payee is in file '%s'",
				path);
		goto out;
	}
	at = (size_t)(one - file.list);
	memmove(&file.list[at], &file.list[at + 1],
		(file.count - at - 1) * sizeof *file.list);
	file.count--;
	err = write_all(&file, path, passphrase, fault);
out:
	beneficiary_file_release(&file);
	(void)close(fd);
	return err;
}
