/* What is still to be told to a shop: batches, each as large as one request. A push puts all of
 * them in before it sends the first, and what was acknowledged becomes part of what is known
 * (known.h) by a change of its state. Batches of one shop hold each SKU once, apart from what is
 * known. */
#ifndef BOOK_OUTBOX_H
#define BOOK_OUTBOX_H

#include "book/book.h"
#include "book/cells.h"

/* In the order of sending. On disk. */
enum batch_state {
    BATCH_URGENT = 0, /* Begins with a number that became zero: goes first. */
    BATCH_WAITS = 1,
    BATCH_KNOWN = 2, /* Acknowledged. */
};

/* A batch as it is kept; `data` are its rows (rows.h). */
struct book_batch {
    int64_t id;
    enum batch_state state;
    uint32_t rows_count;
    struct bytes data;
};

/* Adds a batch and gives its number in batch->id. */
MUST_USE enum err outbox_add(struct book *book, int64_t shop, struct book_batch *batch);

/* The shop said yes. */
MUST_USE enum err outbox_acknowledge(struct book *book, int64_t batch_id);

/* Forgets a batch, whatever its state. */
MUST_USE enum err outbox_remove(struct book *book, int64_t batch_id);

/* Appends the numbers of all batches that wait (int64_t) in the order of sending, and adds their
 * rows to *rows_count. */
MUST_USE enum err outbox_list(struct book *book, int64_t shop, struct buffer *ids,
                              int64_t *rows_count);

/* Reads a batch's rows into `data`. ERR_NOT_FOUND: there is no such batch. */
MUST_USE enum err outbox_read(struct book *book, int64_t batch_id, struct buffer *data);

/* Takes what waits into cells: what a shop may have been told stands there as told, and is
 * pending. */
MUST_USE enum err outbox_load(struct book *book, int64_t shop, struct cells *cells);

/* For known.c too: calls `visit` with each batch of the shop from one state to another, in order.
 * What it gets lends for the call. The book must not be changed meanwhile. */
typedef enum err book_visit_batch(void *context, const struct book_batch *batch);
MUST_USE enum err book_batches_visit(struct book *book, int64_t shop,
                                     const enum batch_state states[2], book_visit_batch *visit,
                                     void *context);

/* What a batch does whose rows cannot be read. */
MUST_USE enum err book_fail_rows(struct book *book, enum err error);

#endif
