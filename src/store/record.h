/* What the local store writes into its journal (docs/formats.md): records of what was done to one
 * shelf, and documents of other modules. Applying the same records in the same order gives the same
 * shelves. */
#ifndef STORE_RECORD_H
#define STORE_RECORD_H

#include "base/buffer.h"
#include "base/stock.h"
#include "ledger/shelf.h"

enum record_kind {
    RECORD_WRITE = 1,    /* Cells of one shelf were set. */
    RECORD_DOCUMENT = 2, /* A document was kept. */
};

/* Upper bound of a write record with these items. */
size_t record_write_bytes_max(const struct stock_write *items, uint32_t items_count);

/* A write record is begun, gets an entry for each cell that was set, and is ended. */
struct record_writer {
    struct buffer *buffer;
    size_t count_at; /* Where the number of entries stands. */
    uint32_t count;
    uint32_t next_cell;   /* The number that costs least. */
    uint32_t cells_count; /* Cells on the shelf; an entry with this number brings a new one. */
    int64_t time_ms;      /* updatedAt of the entry before. */
};

void record_write_begin(struct record_writer *writer, struct buffer *buffer, int64_t shelf_id,
                        uint32_t cells_count);
void record_write_entry(struct record_writer *writer, uint32_t cell,
                        const struct stock_write *write);
void record_write_end(struct record_writer *writer);

void record_document_encode(struct buffer *buffer, struct bytes name, struct bytes content);

/* Kind of a record; 0 for an empty one. The cursor stands behind it then. */
uint8_t record_kind_decode(struct cursor *cursor);

/* Shelf of a write record, once its kind was read. */
int64_t record_write_shelf_decode(struct cursor *cursor);

/* Applies the rest of a write record. ERR_CORRUPT: not what we wrote; ERR_MEMORY, ERR_FULL. */
MUST_USE enum err record_write_apply(struct cursor *cursor, struct shelf *shelf);

/* Name and content of a document, once its kind was read. */
MUST_USE enum err record_document_decode(struct cursor *cursor, struct bytes *name,
                                         struct bytes *content);

#endif
