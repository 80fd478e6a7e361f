/* Reads CSV from a stream of bytes, row by row: header first, separator found from it, only the
 * columns that count. Memory is bounded by the size of what is fed at once. */
#ifndef CTL_CSV_READER_H
#define CTL_CSV_READER_H

#include "base/bytes.h"

struct csv_reader;

/* The columns that count; all others are ignored. */
enum csv_column { CSV_SKU, CSV_COUNT, CSV_UPDATED_AT, CSV_COLUMNS };

/* One row behind the header. */
struct csv_row {
    uint64_t line; /* Where it begins in the file, from 1. */
    /* As they stand in the file, without quotes. No data (NULL): the row ends before it, or the
     * header has no such column. */
    struct bytes fields[CSV_COLUMNS];
};

/* NULL: no memory. */
MUST_USE struct csv_reader *csv_reader_create(void);
void csv_reader_destroy(struct csv_reader *reader);

/* Takes the next bytes of the file; all rows of earlier bytes must have been taken. Lends `bytes`
 * for the call only. ERR_INVALID: this cannot be read as CSV, csv_reader_problem() says why; rows
 * before that place can still be taken. ERR_MEMORY. After an error nothing may be fed. */
MUST_USE enum err csv_reader_feed(struct csv_reader *reader, struct bytes bytes);

/* Says that the file ends here. Returns what csv_reader_feed() does. */
MUST_USE enum err csv_reader_finish(struct csv_reader *reader);

/* Gives the next row; false when more bytes are needed. Lends until the next feed or finish. */
MUST_USE bool csv_reader_next(struct csv_reader *reader, struct csv_row *row);

/* Why the file cannot be read, as a static text, and in *line where. */
const char *csv_reader_problem(const struct csv_reader *reader, uint64_t *line);

/* Whether the header was read and names what it must. Known after an error or with a row. */
bool csv_reader_has_header(const struct csv_reader *reader);

#endif
