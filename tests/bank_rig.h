/*
 * bank_rig.h - what must hold of every bank file that was taken, for fuzz targets.
 */
#ifndef ARRONDI_TESTS_BANK_RIG_H
#define ARRONDI_TESTS_BANK_RIG_H

#include "gateway/bank_format.h"

/* Reads the bytes as a file of one format, of any account, at once and in pieces of so
 * many bytes: both say the same, and what is taken keeps what bank_file.h promises. */
void bank_rig_check(const struct bank_format *format, const uint8_t *bytes, size_t n,
		    size_t piece);

#endif
