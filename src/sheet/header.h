/* The first row of a table: which of its columns is the SKU, the count, the moment. */
#ifndef SHEET_HEADER_H
#define SHEET_HEADER_H

#include "base/buffer.h"
#include "sheet/row.h"

enum { HEADER_NO_COLUMN = -1 };

struct header {
    struct row_wanted wanted;
    int64_t columns[ROW_COLUMNS];     /* An index from 0, or HEADER_NO_COLUMN. */
    struct buffer names[ROW_COLUMNS]; /* As they stand there. */
    struct buffer problem;
};

/* Keeps the names; NULL: the usual ones. */
void header_init(struct header *header, const struct row_wanted *wanted);
void header_deinit(struct header *header);

/* Takes the name of the column `index`. */
void header_take(struct header *header, int64_t index, struct bytes name);

/* Says that the row ends. False: it cannot be used, header->problem says why. */
MUST_USE bool header_end(struct header *header);

#endif
