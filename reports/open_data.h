/*
 * open_data.h - the grants that a foundation publishes, without any person.
 *
 * Two forms of the same grants: a document of public aggregates, which the renderers
 * write (also as a Data Package), and a file of the 360Giving Data Standard, version 1.4
 * (standard.threesixtygiving.org), as JSON or as its flat CSV.
 *
 *  (1) A grant is a support or grant that the board has granted, by the day of the
 *      decision. Its amount is what was granted; what the bank has sent back or was
 *      given back is not disbursed.
 *  (2) Of a job seeker nothing is published but that one was helped: its identifier is
 *      made of the grant, so that two grants to one person cannot be linked. A group
 *      without legal personality has no name either.
 *  (3) An organisation is known by its SIREN (org-id.guide: FR-RCS). Where it has none,
 *      its identifier begins with 360G-, as the standard asks.
 */
#ifndef ARRONDI_REPORTS_OPEN_DATA_H
#define ARRONDI_REPORTS_OPEN_DATA_H

#include "keys/buffer.h"
#include "reports/document.h"
#include "reports/request.h"
#include "reports/source.h"

/* The aggregates. ERR_USAGE where the period ends before it begins; else the errors of
 * the source. */
MUST_USE enum err open_data_report(struct source *source,
				   const struct report_request *request,
				   struct document *doc, struct fault *fault);

/* The grants, in FORMAT_360GIVING or FORMAT_360GIVING_CSV. The prefix is the one that
 * 360Giving has registered for the publisher ([A-Za-z0-9-]{1,32}); without it, the
 * foundation's SIREN stands in its place. ERR_NOT_FOUND where the period has no grant: a
 * file of the standard holds one at least. ERR_USAGE for a prefix or an address (--url)
 * that cannot be one. */
MUST_USE enum err open_data_write(struct source *source,
				  const struct report_request *request,
				  struct buffer *out, struct fault *fault);

#endif
