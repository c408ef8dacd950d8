/*
 * banned.h - functions that nobody here may call; force-included everywhere.
 *
 * Each of them either cannot be told how long its destination is, hides an
 * error in its result, or shares a static buffer between threads. The system
 * headers that declare them come first, because poison is lexical.
 */
#ifndef ARRONDI_KEYS_BANNED_H
#define ARRONDI_KEYS_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* With _FORTIFY_SOURCE these are macros of glibc's under clang, which refuses to
 * poison a macro. */
#undef sprintf
#undef vsprintf

#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf gets strtok
#pragma GCC poison atoi atol atoll atof strtod gmtime localtime ctime asctime

#endif
