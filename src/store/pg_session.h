/* One connection to the database for work that may wait for it, such as making the schema: text
 * after text, transactions and locks of the session included. Nothing is prepared, no schema is
 * asked for, nothing is sent again. One thread. */
#ifndef STORE_PG_SESSION_H
#define STORE_PG_SESSION_H

#include "os/os.h"
#include "store/pg_connection.h"

struct pg_session;

/* Connects. A statement may take `deadline_ms`. ERR_INVALID the URL is wrong, ERR_IO,
 * ERR_UNSUPPORTED the database is not one of UTF8, ERR_MEMORY: `problem` says why in one line.
 * Gives the session; ended by pg_session_close(). */
MUST_USE enum err pg_session_open(struct os *os, const char *url, int64_t deadline_ms,
                                  struct pg_session **session, char *problem, size_t problem_bytes);

/* Runs a statement with values in binary, and gives its result in binary, to be freed by
 * pg_result_free(); `result` may be NULL. ERR_IO: it failed, or its outcome is unknown. */
MUST_USE enum err pg_session_run(struct pg_session *session, const char *text,
                                 const struct pg_value *values, uint32_t values_count,
                                 struct pg_result **result);

/* Runs one or more statements without results. ERR_IO likewise. */
MUST_USE enum err pg_session_script(struct pg_session *session, const char *text);

/* Why the last one failed, in one line; and the five letters, or "" where the connection broke.
 * Lent until the next one. */
const char *pg_session_problem(const struct pg_session *session);
const char *pg_session_sqlstate(const struct pg_session *session);

/* What was begun and not committed is undone. NULL is fine. */
void pg_session_close(struct pg_session *session);

#endif
