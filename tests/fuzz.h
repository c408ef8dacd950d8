/*
 * fuzz.h - what takes bytes of strangers, one target for each, and what they share.
 *
 * A target is a function of bytes in tests/fuzz_NAME.c. It is built twice: alone with
 * libFuzzer (make fuzz), where the bytes are made up; and all together into
 * test_fuzz_corpus, which gives each the files of tests/fuzz/NAME/ with every make test,
 * so that what was found once stays mended. tests/fuzz/NAME.dict, where there is one,
 * holds words that libFuzzer may put in.
 *
 * The same bytes must do the same in every run: keys are made of fixed seeds, and what
 * has a clock is given a fixed one, where that is possible.
 */
#ifndef ARRONDI_TESTS_FUZZ_H
#define ARRONDI_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/fault.h"
#include "keys/sign.h"
#include "keys/slice.h"
#include "keys/vkey.h"

/* Every target; test_fuzz_corpus finds it out when one is missing. */
#define FUZZ_TARGETS(FUZZ)                                                               \
	FUZZ(answer)                                                                     \
	FUZZ(api)                                                                        \
	FUZZ(ballot)                                                                     \
	FUZZ(batch_csv)                                                                  \
	FUZZ(batch_json)                                                                 \
	FUZZ(books)                                                                      \
	FUZZ(camt)                                                                       \
	FUZZ(cfonb)                                                                      \
	FUZZ(charter)                                                                    \
	FUZZ(checkpoint)                                                                 \
	FUZZ(claims)                                                                     \
	FUZZ(config)                                                                     \
	FUZZ(date)                                                                       \
	FUZZ(donor)                                                                      \
	FUZZ(encoding)                                                                   \
	FUZZ(entry)                                                                      \
	FUZZ(export)                                                                     \
	FUZZ(fec)                                                                        \
	FUZZ(hook_gocardless)                                                            \
	FUZZ(hook_helloasso)                                                             \
	FUZZ(hook_mollie)                                                                \
	FUZZ(hook_paypal)                                                                \
	FUZZ(hook_standard)                                                              \
	FUZZ(hook_stripe)                                                                \
	FUZZ(json)                                                                       \
	FUZZ(keyfile)                                                                    \
	FUZZ(leaf)                                                                       \
	FUZZ(merkle)                                                                     \
	FUZZ(money)                                                                      \
	FUZZ(note)                                                                       \
	FUZZ(ofx)                                                                        \
	FUZZ(options)                                                                    \
	FUZZ(pain)                                                                       \
	FUZZ(payers)                                                                     \
	FUZZ(proof)                                                                      \
	FUZZ(report)                                                                     \
	FUZZ(row)                                                                        \
	FUZZ(target)                                                                     \
	FUZZ(tile)                                                                       \
	FUZZ(vkey)

/* FUZZ_TARGET(NAME) { ... return 0; }, of bytes[0..n-1]. */
#ifdef FUZZ_ALONE
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
#define FUZZ_TARGET(name) int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
#else
#define FUZZ_DECLARE(name) int target_##name(const uint8_t *bytes, size_t n);
FUZZ_TARGETS(FUZZ_DECLARE)
#undef FUZZ_DECLARE
#define FUZZ_TARGET(name) int target_##name(const uint8_t *bytes, size_t n)
#endif

/* A property that must hold whatever the bytes are; ends the program where it does not.
 */
#define FUZZ_MUST(truth) fuzz_must(truth, #truth, __FILE__, __LINE__)
void fuzz_must(bool truth, const char *what, const char *file, int line);

/* A refusal's sentence is one line that moves no cursor and says which it is: what came
 * from outside is not repeated unread. Ends the program where err is not the fault's. */
void fuzz_must_be_said(enum err err, const struct fault *fault);

/* The bytes as a C string, cut at the first NUL; the caller frees. */
char *fuzz_text(const uint8_t *bytes, size_t n);

/* Bytes taken from the front of an input; zeroes at its end. */
struct fuzz_feed {
	struct slice rest;
};
uint8_t fuzz_byte(struct fuzz_feed *feed);
uint64_t fuzz_number(struct fuzz_feed *feed, uint64_t below); /* 0 .. below - 1 */
int64_t fuzz_integer(struct fuzz_feed *feed);                 /* any, eight bytes */
/* Up to the next LF, which is passed over. */
struct slice fuzz_line(struct fuzz_feed *feed);

/* Keys that are the same in every run. They live as long as the program. */
#define FUZZ_KEYS   8
#define FUZZ_ORIGIN "ledger.test/93" /* as the world's */
const struct signing_key *fuzz_key(unsigned i);
/* Of key i under that name. */
struct vkey fuzz_vkey(unsigned i, const char *name, enum vkey_type type);

/* The path of a file of mode 0600 with these bytes; the next call writes it anew. */
const char *fuzz_file(struct slice bytes);

#endif
