/* Writes an XLSX of one sheet with two columns: SKUs, which stay text whatever they look like, and
 * counts. The header stays in sight, and what a person adds below is text as well. One thread. */
#ifndef SHEET_XLSX_WRITER_H
#define SHEET_XLSX_WRITER_H

#include "base/buffer.h"

struct xlsx_writer;

struct xlsx_writer_settings {
    const char *folder; /* For a temporary file, see sheet/spool.h. */
    const char *sheet;  /* Its name: no letters that XML or a spreadsheet minds. */
    const char *columns[2];
};

/* Begins with the header. Texts are lent for the call. ERR_IO: *problem says why; ERR_MEMORY. Ended
 * by xlsx_writer_close(). */
MUST_USE enum err xlsx_writer_open(const struct xlsx_writer_settings *settings,
                                   struct xlsx_writer **writer, struct buffer *problem);
void xlsx_writer_close(struct xlsx_writer *writer);

enum { XLSX_NO_COUNT = -1 };

/* Adds a row; XLSX_NO_COUNT leaves its count empty. `sku` is UTF-8 without control characters but
 * TAB. ERR_IO, ERR_FULL: *problem says why; ERR_MEMORY. */
MUST_USE enum err xlsx_writer_add(struct xlsx_writer *writer, struct bytes sku, int64_t count,
                                  struct buffer *problem);

/* Nothing is added any more; appends the whole file. Returns what xlsx_writer_add() does. */
MUST_USE enum err xlsx_writer_finish(struct xlsx_writer *writer, struct buffer *file,
                                     struct buffer *problem);

#endif
