/* Rows that a reader has made and nobody has taken yet; and the one text of a cell, which is cut
 * where no SKU or count could be so long. */
#ifndef SHEET_ROW_LIST_H
#define SHEET_ROW_LIST_H

#include "base/buffer.h"
#include "sheet/row.h"

struct row_list {
    struct buffer text;
    struct buffer rows;
    size_t taken;
};

void row_list_init(struct row_list *list);
void row_list_deinit(struct row_list *list);

/* Copies a row to the end. A failure is in row_list_failed(). */
void row_list_add(struct row_list *list, const struct row *row);
bool row_list_failed(const struct row_list *list);

/* Gives the next row; false: there is none, and what was taken is forgotten. Lends until the next
 * add, or that. */
MUST_USE bool row_list_next(struct row_list *list, struct row *row);

/* Longer than any SKU: what is cut there is still too long for one. */
enum { CELL_BYTES_MAX = 1200 };

/* Appends to the text that begins at `start`, as far as CELL_BYTES_MAX. `more` is UTF-8. */
void cell_append(struct buffer *text, size_t start, struct bytes more);

#endif
