/*
 * shared_files.h - samples and vectors of third parties, which are not in this tree.
 *
 * They lie beside it, or where ARRONDI_SHARED says. A test that finds none says so and is
 * skipped.
 */
#ifndef ARRONDI_TESTS_SHARED_FILES_H
#define ARRONDI_TESTS_SHARED_FILES_H

#include "keys/slice.h"

/* The bytes of that file, which the caller frees; or the test is skipped. */
struct slice shared_file(const char *name);

#endif
