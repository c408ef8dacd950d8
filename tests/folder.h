/*
 * folder.h - whole folders of tests: copied, removed.
 *
 * What fails ends the test or the trial by abort().
 */
#ifndef ARRONDI_TESTS_FOLDER_H
#define ARRONDI_TESTS_FOLDER_H

#include <stdbool.h>

/* With all that is in it; where there is none nothing happens. A file is as good. */
void folder_remove(const char *path);

/* The files of a folder that holds no other folder into a new one, modes and all. */
void folder_copy(const char *from, const char *to);

/* A file's bytes, of its owner alone, in the place of what is there. */
void file_bring(const char *from, const char *to);

bool folder_is_there(const char *path); /* or a file */

#endif
