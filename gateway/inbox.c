/*
 * inbox.c - the inbox's database: its tables, its statements, opening.
 */
#include "gateway/inbox.h"

#include "gateway/inbox_int.h"

/* "ArrI": tells our files from other SQLite files. */
#define INBOX_APPLICATION_ID 1097986633
#define INBOX_VERSION        2

/* What is open. Not by IN: its list would be made anew as a table for each row that an
 * index of it sees, which was a third of what a movement cost. */
#define MOVEMENT_IS_OPEN "state <> 2 AND state <> 3"
#define MOVEMENT_OPEN                                                                    \
	"CREATE INDEX movement_open ON movement (state, id) WHERE " MOVEMENT_IS_OPEN ";"

/* Of a delivery, sha is that of its body, by which it is known again; it goes when the
 * body is purged, for short bodies could be guessed from it. */
static const char schema[] =
	"CREATE TABLE delivery (id INTEGER PRIMARY KEY, endpoint TEXT NOT NULL,"
	" received_at INTEGER NOT NULL, sha BLOB, digest BLOB NOT NULL"
	" CHECK (length(digest) = 32), salt BLOB, body BLOB,"
	" state INTEGER NOT NULL, reason TEXT NOT NULL) STRICT;"
	"CREATE UNIQUE INDEX delivery_sha ON delivery (sha, endpoint)"
	" WHERE sha IS NOT NULL;"
	"CREATE INDEX delivery_open ON delivery (state, id) WHERE state <> 1;"
	"CREATE TABLE movement (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE,"
	" provider TEXT NOT NULL, endpoint TEXT NOT NULL, delivery INTEGER NOT NULL,"
	" state INTEGER NOT NULL, kind TEXT NOT NULL, object TEXT NOT NULL,"
	" parent TEXT NOT NULL, event TEXT NOT NULL, amount INTEGER NOT NULL,"
	" day INTEGER NOT NULL, only_if_booked INTEGER NOT NULL,"
	" cumulative INTEGER NOT NULL, path TEXT NOT NULL, reason TEXT NOT NULL,"
	" tries INTEGER NOT NULL, next_at INTEGER NOT NULL,"
	" position INTEGER NOT NULL) STRICT;" MOVEMENT_OPEN
	"CREATE INDEX movement_object ON movement (object, kind);"
	"CREATE INDEX movement_parent ON movement (parent, kind) WHERE parent <> '';";

static const char upgrade[] = "DROP INDEX movement_open;" MOVEMENT_OPEN;

#define DELIVERY_COLUMNS "id, endpoint, received_at, digest, state, reason"
#define MOVEMENT_COLUMNS                                                                 \
	"movement.id, key, movement.endpoint, movement.delivery, movement.state, kind,"  \
	" object, parent, event, amount, day, only_if_booked, cumulative, path,"         \
	" movement.reason, tries, next_at, position,"                                    \
	" (SELECT digest FROM delivery WHERE delivery.id = movement.delivery)"
#define MOVEMENT_VALUES                                                                  \
	"INSERT INTO movement (key, provider, endpoint, delivery, state, kind, object,"  \
	" parent, event, amount, day, only_if_booked, cumulative, path, reason,"         \
	" next_at, tries, position)"                                                     \
	" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0)"
#define MOVEMENT_TAKES                                                                   \
	" ON CONFLICT (key) DO UPDATE SET endpoint = excluded.endpoint,"                 \
	" delivery = excluded.delivery, state = excluded.state,"                         \
	" parent = excluded.parent, event = excluded.event, amount = excluded.amount,"   \
	" day = excluded.day, only_if_booked = excluded.only_if_booked,"                 \
	" path = excluded.path, reason = excluded.reason, next_at = excluded.next_at,"   \
	" tries = 0"

/* What is open has an index of its own. SQLite only uses it where the statement says that
 * the state is one of those; else it looks through all that was ever done. */
#define DELIVERIES_OF_STATE                                                              \
	"SELECT " DELIVERY_COLUMNS ", CASE WHEN ?1 THEN body"                            \
	" WHEN body IS NULL THEN NULL ELSE x'' END FROM delivery WHERE state = ?2"
#define DELIVERIES_IN_ORDER " AND id > ?3 ORDER BY id LIMIT ?4"
#define MOVEMENTS_OF_STATE  "SELECT " MOVEMENT_COLUMNS " FROM movement WHERE state = ?1"
#define MOVEMENTS_IN_ORDER  " AND next_at <= ?2 AND id > ?3 ORDER BY id LIMIT ?4"

static const char *const texts[INBOX_STMT__COUNT] = {
	[INBOX_BEGIN] = "BEGIN IMMEDIATE",
	[INBOX_COMMIT] = "COMMIT",
	[INBOX_ROLLBACK] = "ROLLBACK",
	[INBOX_DELIVERY_ADD] =
		"INSERT INTO delivery (endpoint, received_at, sha, digest, salt, body,"
		" state, reason) VALUES (?, ?, ?, ?, ?, ?, 0, '')"
		" ON CONFLICT DO NOTHING",
	[INBOX_DELIVERY_AGAIN] = "UPDATE delivery SET state = 0, reason = ''"
				 " WHERE sha = ? AND endpoint = ?",
	[INBOX_DELIVERY_READ] =
		"SELECT " DELIVERY_COLUMNS ", body FROM delivery WHERE id = ?",
	[INBOX_DELIVERY_LIST] = DELIVERIES_OF_STATE DELIVERIES_IN_ORDER,
	[INBOX_DELIVERY_LIST_OPEN] =
		DELIVERIES_OF_STATE " AND state <> 1" DELIVERIES_IN_ORDER,
	[INBOX_DELIVERY_SET] = "UPDATE delivery SET state = ?, reason = ? WHERE id = ?",
	[INBOX_DELIVERY_REPLAY] = "UPDATE delivery SET state = 0, reason = ''"
				  " WHERE id = ? AND body IS NOT NULL",
	[INBOX_DELIVERY_PURGE] =
		"UPDATE delivery SET body = NULL, sha = NULL, salt = NULL"
		" WHERE received_at < ? AND state <> 0 AND body IS NOT NULL",
	[INBOX_DELIVERY_COUNT] =
		"SELECT state, count(*), min(received_at) FROM delivery GROUP BY state",
	/* Of the open ones by their own index, however many are done. */
	[INBOX_DELIVERY_OPEN] =
		"SELECT state, count(*), min(received_at) FROM delivery WHERE state <> 1"
		" GROUP BY state",
	[INBOX_MOVEMENT_PUT] =
		MOVEMENT_VALUES MOVEMENT_TAKES " WHERE movement.state IN (3, 4)",
	[INBOX_WANTED_PUT] = MOVEMENT_VALUES MOVEMENT_TAKES,
	[INBOX_MOVEMENT_LIST] = MOVEMENTS_OF_STATE MOVEMENTS_IN_ORDER,
	[INBOX_MOVEMENT_LIST_OPEN] =
		MOVEMENTS_OF_STATE " AND " MOVEMENT_IS_OPEN MOVEMENTS_IN_ORDER,
	[INBOX_MOVEMENT_READ] = "SELECT " MOVEMENT_COLUMNS " FROM movement WHERE id = ?",
	[INBOX_MOVEMENT_SET] =
		"UPDATE movement SET state = ?, parent = ?, amount = ?, day = ?, path = "
		"?,"
		" reason = ?, tries = ?, next_at = ?, position = ? WHERE id = ?",
	/* It writes nothing that an index of names holds. */
	[INBOX_MOVEMENT_BOOK] = "UPDATE movement SET state = 2, amount = ?, reason = '',"
				" position = ? WHERE id = ?",
	[INBOX_MOVEMENT_FIND] =
		"SELECT " MOVEMENT_COLUMNS " FROM movement WHERE object = ? AND kind = ?"
		" AND provider = ? AND state <> 0 AND (state <> 3 OR path = '')"
		" ORDER BY state <> 2, id LIMIT 1",
	[INBOX_MOVEMENT_SUM] =
		"SELECT coalesce(sum(amount), 0) FROM movement WHERE parent = ?"
		" AND kind = ? AND provider = ? AND state = 2",
	[INBOX_MOVEMENT_BETWEEN] =
		"SELECT " MOVEMENT_COLUMNS " FROM movement WHERE movement.endpoint = ?"
		" AND day BETWEEN ? AND ? AND movement.state <> 0 ORDER BY movement.id",
	/* By the index of the name; "+" keeps it from looking through all that is ready,
	 * which is quadratic in what came at once. */
	[INBOX_MOVEMENT_WAKE] =
		"UPDATE movement SET next_at = 0 WHERE next_at > 0 AND +state = 1"
		" AND object = ?",
	[INBOX_MOVEMENT_WAKE_CHILDREN] =
		"UPDATE movement SET next_at = 0 WHERE next_at > 0 AND +state = 1"
		" AND parent = ? AND parent <> ''",
	[INBOX_MOVEMENT_REPLAY] =
		"UPDATE movement SET state = CASE WHEN path = '' THEN 1 ELSE 0 END,"
		" reason = '', tries = 0, next_at = 0 WHERE id = ? AND state <> 2",
	[INBOX_MOVEMENT_COUNT] = "SELECT state, count(*), 0 FROM movement GROUP BY state",
	[INBOX_MOVEMENT_OPEN] =
		"SELECT movement.state, count(*), min(received_at) FROM movement"
		" JOIN delivery ON delivery.id = movement.delivery"
		" WHERE movement.state <> 2 AND movement.state <> 3"
		" GROUP BY movement.state",
};

static const struct box_plan plan = {
	.noun = "inbox",
	.file = "inbox.db",
	.application_id = INBOX_APPLICATION_ID,
	.version = INBOX_VERSION,
	.schema = schema,
	.upgrade = upgrade,
	.texts = texts,
	.text_count = INBOX_STMT__COUNT,
	.begin = INBOX_BEGIN,
	.commit = INBOX_COMMIT,
	.rollback = INBOX_ROLLBACK,
};

enum err inbox_begin(struct inbox *inbox, struct fault *fault)
{
	return box_begin(box_of(inbox), fault);
}

enum err inbox_commit(struct inbox *inbox, struct fault *fault)
{
	return box_commit(box_of(inbox), fault);
}

void inbox_undo(struct inbox *inbox)
{
	box_undo(box_of(inbox));
}

enum err inbox_open(const char *dir, struct inbox **ret_inbox, struct fault *fault)
{
	struct box *box = NULL;
	enum err err = box_open(&plan, dir, &box, fault);

	if (!err)
		*ret_inbox = (struct inbox *)box;
	return err;
}

enum err inbox_open_existing(const char *dir, struct inbox **ret_inbox,
			     struct fault *fault)
{
	struct box *box = NULL;
	enum err err = box_open_existing(&plan, dir, &box, fault);

	if (!err)
		*ret_inbox = (struct inbox *)box;
	return err;
}

void inbox_close(struct inbox *inbox)
{
	box_close(box_of(inbox));
}
