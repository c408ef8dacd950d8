/*
 * intake_scan.h - what is looked at before jansson sees a draft; for intake.c alone.
 */
#ifndef ARRONDI_LEDGER_INTAKE_SCAN_H
#define ARRONDI_LEDGER_INTAKE_SCAN_H

#include "keys/fault.h"
#include "keys/slice.h"

/* ERR_OK when the bytes hold nothing that intake.h excludes, except for members that
 * stand twice; whether they are JSON at all is not asked. ERR_INVALID, ERR_TOO_BIG. */
MUST_USE enum err intake_scan(struct slice bytes, struct fault *fault);

#endif
