/*
 * standard_hook.h - a provider that tells in our own schema (gateway/hook_standard.c),
 * and what it delivers, for who tries the inbox.
 */
#ifndef ARRONDI_TESTS_STANDARD_HOOK_H
#define ARRONDI_TESTS_STANDARD_HOOK_H

#include "gateway/hook_set.h"

#define STANDARD_HOOK          "any"
#define STANDARD_HOOK_PROVIDER "provider:any"
#define STANDARD_HOOK_BYTES    512

/* Whose deliveries only hint at what is to be fetched, from a machine that never answers:
 * "id=tr_NAME". */
#define STANDARD_HOOK_DEAF "deaf"

/* The two endpoints, whose gifts go to emploi; their file of secrets is written into the
 * folder. The caller unrefs. Fails the test where it cannot. */
struct hook_set *standard_hook_load(const char *folder);

/* A movement of today. Other values of `again` make other bytes of the same. */
void standard_hook_body(const char *type, const char *id, const char *parent, int amount,
			int again, char ret_body[STANDARD_HOOK_BYTES]);

#endif
