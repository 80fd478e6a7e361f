/* Rows of one sheet of an XLSX. The sheet is unpacked and parsed piece by piece; the texts that its
 * cells share are in memory, up to 256 MB of them. Text stays text; a number counts as the integer
 * that it is stored as. One thread. */
#ifndef SHEET_XLSX_READER_H
#define SHEET_XLSX_READER_H

#include "base/buffer.h"
#include "sheet/row.h"

struct xlsx_reader;

struct xlsx_settings {
    int fd;              /* A plain file, of which it makes a descriptor of its own; or -1 … */
    struct bytes memory; /* … and this, lent until xlsx_reader_close(). */
    const char *sheet;   /* NULL: the first that is not hidden. */
    uint64_t sheet_bytes_max; /* Unpacked; 0: 8 GB. */
    const struct row_wanted *wanted;
};

/* Opens it, and reads to the end of the header, which is the first row that is not empty.
 * ERR_INVALID, ERR_FULL: *problem says why; ERR_MEMORY. */
MUST_USE enum err xlsx_reader_open(const struct xlsx_settings *settings,
                                   struct xlsx_reader **reader, struct buffer *problem);
void xlsx_reader_close(struct xlsx_reader *reader);

/* Gives the next row, NULL at the end; its position is its number in the sheet. Lends until the
 * next call. ERR_INVALID, ERR_CORRUPT, ERR_FULL: *problem says why; ERR_MEMORY. */
MUST_USE enum err xlsx_reader_next(struct xlsx_reader *reader, const struct row **row,
                                   struct buffer *problem);

/* As people see it. */
const char *xlsx_reader_sheet(const struct xlsx_reader *reader);

/* How much of the sheet was read, unpacked, and how much there is. */
int64_t xlsx_reader_done_bytes(const struct xlsx_reader *reader);
int64_t xlsx_reader_bytes(const struct xlsx_reader *reader);

#endif
