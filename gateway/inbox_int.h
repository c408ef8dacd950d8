/*
 * inbox_int.h - what the files of the inbox share; private to inbox*.c.
 *
 * Every statement stands in one table, of inbox.c.
 */
#ifndef ARRONDI_GATEWAY_INBOX_INT_H
#define ARRONDI_GATEWAY_INBOX_INT_H

#include "gateway/box.h"
#include "gateway/inbox.h"

enum inbox_stmt {
	INBOX_BEGIN,
	INBOX_COMMIT,
	INBOX_ROLLBACK,
	INBOX_DELIVERY_ADD,
	INBOX_DELIVERY_AGAIN,
	INBOX_DELIVERY_READ,
	INBOX_DELIVERY_LIST,
	INBOX_DELIVERY_LIST_OPEN,
	INBOX_DELIVERY_SET,
	INBOX_DELIVERY_REPLAY,
	INBOX_DELIVERY_PURGE,
	INBOX_DELIVERY_COUNT,
	INBOX_DELIVERY_OPEN,
	INBOX_MOVEMENT_PUT,
	INBOX_WANTED_PUT,
	INBOX_MOVEMENT_LIST,
	INBOX_MOVEMENT_LIST_OPEN,
	INBOX_MOVEMENT_READ,
	INBOX_MOVEMENT_SET,
	INBOX_MOVEMENT_BOOK,
	INBOX_MOVEMENT_FIND,
	INBOX_MOVEMENT_SUM,
	INBOX_MOVEMENT_BETWEEN,
	INBOX_MOVEMENT_WAKE,
	INBOX_MOVEMENT_WAKE_CHILDREN,
	INBOX_MOVEMENT_REPLAY,
	INBOX_MOVEMENT_COUNT,
	INBOX_MOVEMENT_OPEN,
	INBOX_STMT__COUNT
};

/* An inbox is a box, whose statements are those above. */
static inline struct box *box_of(struct inbox *inbox)
{
	return (struct box *)inbox;
}

static inline struct query query_of(struct inbox *inbox, enum inbox_stmt stmt)
{
	return box_query(box_of(inbox), stmt);
}

#endif
