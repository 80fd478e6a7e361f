/* What the files of pg_whole.h share. */
#ifndef STORE_PG_WHOLE_INTERNAL_H
#define STORE_PG_WHOLE_INTERNAL_H

#include "store/pg_moving.h"
#include "store/pg_session.h"
#include "store/pg_value.h"
#include "store/pg_whole.h"

/* Rows that were read, or written. */
struct pg_whole_rows {
    uint64_t shelves;
    uint64_t cells;
    uint64_t days;
    uint64_t orders;
    uint64_t items;
};

struct pg_whole {
    struct os *os;
    struct pg_session *session;
    bool cleaned;
    char problem[PG_WHOLE_PROBLEM_BYTES];
    struct pg_whole_watch watch;
    struct arena arena; /* Values of the statement at hand; whoever begins a piece resets it. */

    /* Reading. */
    int64_t shelf_last; /* Number of the last shelf that was listed. */
    struct pg_result *shelves;
    uint32_t shelves_at; /* Row of the next one. */
    struct store_shelf shelf;
    struct pg_whole_rows rows;

    /* Filling. */
    bool in_transaction;
    uint64_t rows_in_transaction;
    int64_t document_last;
};

/* Says what is wrong, and gives `error`. */
enum err pg_whole_say(struct pg_whole *whole, enum err error, const char *format, ...) PRINTF(3, 4);

/* The last statement failed: says so, with what was being done, and gives the error. */
enum err pg_whole_failed(struct pg_whole *whole, const char *doing);

/* Runs statements without values or results. */
MUST_USE enum err pg_whole_script(struct pg_whole *whole, const char *text, const char *doing);

/* Runs one with values. Gives its rows, to be freed by pg_result_free(), or with NULL none. */
MUST_USE enum err pg_whole_run(struct pg_whole *whole, enum pg_moving statement,
                               const struct pg_writer *values, struct pg_result **result);

/* So many cells more were read or added. ERR_BUSY: it is to end. */
MUST_USE enum err pg_whole_tell(struct pg_whole *whole, uint64_t cells_count);

/* Asks for one number. */
MUST_USE enum err pg_whole_ask(struct pg_whole *whole, const char *text, int64_t *number);

/* Frees the shelf that was read. */
void pg_whole_drop_shelf(struct pg_whole *whole);

/* Reads the orders of the shelf at hand, whose cells are there. */
MUST_USE enum err pg_whole_read_orders(struct pg_whole *whole);

#endif
