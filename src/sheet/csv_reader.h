/* Reads CSV from a stream of bytes, row by row: header first, separator found from it, only the
 * columns that count. Memory is bounded by the size of what is fed at once. */
#ifndef SHEET_CSV_READER_H
#define SHEET_CSV_READER_H

#include "sheet/row.h"

struct csv_reader;

/* `wanted` as for header_init(); kept. A row's position is the line where it begins, from 1.
 * NULL: no memory. */
MUST_USE struct csv_reader *csv_reader_create(const struct row_wanted *wanted);
void csv_reader_destroy(struct csv_reader *reader);

/* Takes the next bytes of the file; all rows of earlier bytes must have been taken. Lends `bytes`
 * for the call only. ERR_INVALID: this cannot be read as CSV, csv_reader_problem() says why; rows
 * before that place can still be taken. ERR_MEMORY. After an error nothing may be fed. */
MUST_USE enum err csv_reader_feed(struct csv_reader *reader, struct bytes bytes);

/* Says that the file ends here. Returns what csv_reader_feed() does. */
MUST_USE enum err csv_reader_finish(struct csv_reader *reader);

/* Gives the next row; false when more bytes are needed. Lends until the next feed or finish. */
MUST_USE bool csv_reader_next(struct csv_reader *reader, struct row *row);

/* Why the file cannot be read, and in *line where. Lives as long as the reader. */
const char *csv_reader_problem(const struct csv_reader *reader, uint64_t *line);

/* Whether the header was read and names what it must. Known after an error or with a row. */
bool csv_reader_has_header(const struct csv_reader *reader);

#endif
