/*
 * export.h - a ledger as plain files, for who has no database.
 *
 *   OUT/checkpoint                    the latest signed checkpoint
 *   OUT/tile/<L>/<N>[.p/<W>]          c2sp.org/tlog-tiles
 *   OUT/tile/entries/<N>[.p/<W>]
 *   OUT/rows/<position>               of each batch that has rows
 *
 * ledger_export() (ledger.h) makes it. What stands there is one commit of the
 * ledger, that of the checkpoint, whatever is written meanwhile.
 *
 *  (1) The checkpoint is written last, when all else is on the disk: a folder
 *      without one is an export that was interrupted. One that failed is removed.
 *  (2) Memory does not grow with the ledger: one bundle, tile or batch at a time.
 */
#ifndef ARRONDI_LEDGER_EXPORT_H
#define ARRONDI_LEDGER_EXPORT_H

#include "ledger/ledger.h"

#define EXPORT_CHECKPOINT "checkpoint"
#define EXPORT_ROWS       "rows"

#endif
