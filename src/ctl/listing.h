/* A subcommand whose result is rows: a session and the table that it fills. */
#ifndef CTL_LISTING_H
#define CTL_LISTING_H

#include "ctl/session.h"
#include "ctl/table.h"

struct listing {
    struct session session;
    struct table table;
    int64_t rows;
};

/* Begins, as session_begin() does; `unit` is what rows are called. Ended by listing_end() in any
 * case. Keeps `columns`. */
void listing_begin(struct listing *listing, const struct options *options, enum access_place place,
                   const struct table_column *columns, const char *unit);

/* Ends a row; its cells were added to listing->table. False: the run ends, or as many rows as were
 * wanted (options->rows_max) are there. */
bool listing_end_row(struct listing *listing);

/* Writes what was gathered, so that it is seen now. */
void listing_show(struct listing *listing);

/* Writes the rest, ends, and gives the exit code: of what ended the run, or `found`. */
MUST_USE enum ctl_exit listing_end(struct listing *listing, enum ctl_exit found);

#endif
