/* The rows of a batch as bytes (docs/formats.md §13): what is left of a request without its names,
 * a fifth of it. The request that is made of them is the same bytes each time. Pure. */
#ifndef BOOK_ROWS_H
#define BOOK_ROWS_H

#include "base/buffer.h"

/* How many units of a SKU there were at a moment. */
struct book_row {
    struct bytes sku; /* Valid (CONTRACT §0.3). */
    int64_t count;    /* 0…STOCK_COUNT_MAX */
    int64_t updated_at_ms;
};

/* Writes: begin, rows, end. A failed growth shows in `data` alone. */
struct rows_writer {
    struct buffer *data;
    size_t start;    /* Where in `data` these rows begin. */
    int64_t last_ms; /* Moments are told as differences, most of them 0. */
    uint32_t count;
};
void rows_begin(struct rows_writer *writer, struct buffer *data);
void rows_add(struct rows_writer *writer, const struct book_row *row);
void rows_end(struct rows_writer *writer);

/* Reads. ERR_CORRUPT: these are not rows, or they were damaged; ERR_UNSUPPORTED: of a form that is
 * not known here. */
struct rows_walk {
    struct cursor cursor;
    int64_t last_ms;
};
MUST_USE enum err rows_walk_begin(struct rows_walk *walk, struct bytes data);

/* Gives the next row, which lends from the data; false at the end. A walk that ended on something
 * that is no row has `cursor.failed` set. */
MUST_USE bool rows_walk_next(struct rows_walk *walk, struct book_row *row);

#endif
