/*
 * proof_int.h - the lines that both forms of proof are made of; private to them.
 */
#ifndef ARRONDI_LEDGER_PROOF_INT_H
#define ARRONDI_LEDGER_PROOF_INT_H

#include <stdbool.h>

#include "ledger/proof.h"

/* Each take_ moves *rest behind what it read and returns true, or returns false
 * where something else stands there; only proof_member_take() then promises that
 * *rest has not moved. */

/* Up to the next line feed, which is not part of the line. */
bool proof_line_take(struct slice *rest, struct slice *ret_line);

/* "name value", with a value of at least one byte. */
bool proof_member_take(struct slice *rest, const char *name, struct slice *ret_value);

/* The same with a canonical decimal. */
bool proof_number_take(struct slice *rest, const char *name, uint64_t *ret_number);

/* Hash lines and the empty line behind them. */
bool proof_path_take(struct slice *rest, struct merkle_proof *ret_path);

/* Writes what proof_path_take() reads. */
void proof_path_put(const struct merkle_proof *path, struct buffer *out);

/* ERR_INVALID past 63 hashes, the format's most. */
MUST_USE enum err proof_path_check(const struct merkle_proof *path, struct fault *fault);

#endif
