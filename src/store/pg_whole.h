/* The store in a database as a whole: read shelf by shelf, or filled where there is nothing yet. No
 * node works on it meanwhile, and none can come: whoever has it takes a lock that each connection
 * of a node shares. One thread, which waits for the database.
 *
 * A database that is being filled carries the version of its schema with a minus, until
 * pg_whole_finish(): no node starts on it, and `stockd migrate` leaves it alone. What is left of
 * one that was never finished is removed when it is begun again. */
#ifndef STORE_PG_WHOLE_H
#define STORE_PG_WHOLE_H

#include "store/store_local.h"

struct pg_whole;

enum { PG_WHOLE_PROBLEM_BYTES = 512 };

enum pg_whole_use { PG_WHOLE_READ, PG_WHOLE_FILL };

/* Connects, takes the lock, and looks at the schema; with PG_WHOLE_FILL that there are no rows, and
 * marks it as unfinished. ERR_INVALID: the URL is wrong; ERR_IO: not reached, or lost; ERR_DENIED:
 * not let in, or a right is missing; ERR_UNSUPPORTED: it is no database of this version's;
 * ERR_BUSY: nodes have it open, or there are rows; ERR_FULL, ERR_MEMORY. `problem` says it in words
 * that follow the database's name. Gives it in *whole; ended by pg_whole_close(). */
MUST_USE enum err pg_whole_open(struct os *os, const char *url, enum pg_whole_use use,
                                struct pg_whole **whole, char problem[PG_WHOLE_PROBLEM_BYTES]);

/* Whether an unfinished copy was removed. */
bool pg_whole_was_cleaned(const struct pg_whole *whole);

/* Who is told of pieces of cells that were read or added, and may say that it is to end: false, and
 * the call that is under way fails with ERR_BUSY. NULL: nobody. */
struct pg_whole_watch {
    void *context;
    bool (*go_on)(void *context, uint64_t cells_count);
};
void pg_whole_set_watch(struct pg_whole *whole, const struct pg_whole_watch *watch);

/* Why the last call failed, in words that follow the database's name. Lent until the next. */
const char *pg_whole_problem(const struct pg_whole *whole);

void pg_whole_close(struct pg_whole *whole);

/* --- Reading. Errors: as above; ERR_CORRUPT: rows that no stockd writes. --- */

/* Begins from the first shelf, once more. Gives the number of cells of all. */
MUST_USE enum err pg_whole_begin_reading(struct pg_whole *whole, uint64_t *cells_count);

/* Hands on all documents, in their order; an error of take() is given back. */
MUST_USE enum err pg_whole_read_documents(struct pg_whole *whole, void *context,
                                          enum err (*take)(void *context, struct bytes name,
                                                           struct bytes content));

/* The next shelf, in the order of their numbers, read and checked as a whole; its cells in the
 * order of their SKUs. Lent until the next call. False in *found: there are no more, and every row
 * of every table was seen. */
MUST_USE enum err pg_whole_read_shelf(struct pg_whole *whole, struct store_shelf *shelf,
                                      bool *found);

/* --- Filling. Errors: as above. --- */

MUST_USE enum err pg_whole_add_document(struct pg_whole *whole, struct bytes name,
                                        struct bytes content);
MUST_USE enum err pg_whole_add_shelf(struct pg_whole *whole, const struct store_shelf *shelf);

/* All was added: it is durable when this returns, and unfinished still; it can be read. */
MUST_USE enum err pg_whole_seal(struct pg_whole *whole);

/* From now on it is a store like any. */
MUST_USE enum err pg_whole_finish(struct pg_whole *whole);

#endif
