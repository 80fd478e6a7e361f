/* The store on PostgreSQL, or on a Citus cluster: any number of nodes, each with one of these, over
 * one database, which decides every command in one statement. What they keep of it in memory are
 * hints. The schema is made before, by `stockd migrate` (pg_schema.h).
 *
 * A database that does not answer within the deadline is VERDICT_NO_ROOM: then nobody knows whether
 * the command was carried out, and repeating it is harmless, as it is with every command. */
#ifndef STORE_STORE_PG_H
#define STORE_STORE_PG_H

#include "store/store.h"

struct buffer;

enum { STORE_PG_PROBLEM_BYTES = 512 };

struct store_pg_settings {
    struct os *os;   /* Lent for the store's life. */
    const char *url; /* postgresql://… Lent for the call. */
    uint32_t connections_count;
    int64_t deadline_ms;              /* Of a command, tries and pauses included. */
    int64_t history_days;             /* 0: none is kept. All nodes should say the same. */
    struct store_documents documents; /* The context is lent for the store's life. */
};

/* Connects, looks whether the schema is ours, and takes the documents. ERR_UNSUPPORTED: the schema
 * is another; ERR_IO: no database that we may use; ERR_MEMORY, or what take() gave: `problem` says
 * what to do. Gives the store in *store, ended by store_close(). Blocks. */
MUST_USE enum err store_pg_open(const struct store_pg_settings *settings,
                                char problem[STORE_PG_PROBLEM_BYTES], struct store **store);

/* Releases what expired while no node was there, and starts the thread that goes on with it.
 * ERR_MEMORY: it cannot be started. Once. */
MUST_USE enum err store_pg_start(struct store *store);

/* Releases the reservations that are due by the clock of `os`, without the thread. ERR_IO: not all
 * of them. Blocks. */
MUST_USE enum err store_pg_expire_due(struct store *store);

/* Takes the documents that other nodes added since the last one that this node took or added, for
 * whoever is told ERR_BUSY by store_add_document(). Errors as of store_pg_open(). ERR_NOT_FOUND:
 * they were brought together since, twice, or the database lost what this node knows; only a start
 * can take what there is. One caller at a time. Blocks. */
MUST_USE enum err store_pg_take_documents(struct store *store);

/* Brings documents together, if enough of them came since that was done: asks their owners for the
 * present state, with nothing of theirs held. ERR_BUSY: others add some just now; ERR_IO,
 * ERR_MEMORY, ERR_FULL. Whatever it gives, later will do. One caller at a time. Blocks. */
MUST_USE enum err store_pg_summarize(struct store *store);

/* Whether commands were refused for a document that is not there, and that nobody may ever add: who
 * fenced their shelves is about to, or is no more. Any document opens them, and makes him come too
 * late. Any thread. */
bool store_pg_is_fenced(struct store *store);

/* Writes the figures of the connections for /metrics. `store` is a struct store of this kind: the
 * write() of a struct metric_source. */
void store_pg_write_metrics(void *store, struct buffer *page);

#endif
