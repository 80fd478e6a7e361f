/* What the local store writes into its journal (docs/formats.md §4): records of what was done to
 * one shelf, and documents of other modules. Applying the same records in the same order gives the
 * same shelves. */
#ifndef STORE_RECORD_H
#define STORE_RECORD_H

#include "base/buffer.h"
#include "base/stock.h"
#include "ledger/order_book.h"

enum record_kind {
    RECORD_WRITE = 1,    /* Cells of one shelf were set. */
    RECORD_DOCUMENT = 2, /* A document was kept. */
    RECORD_MARK = 3,     /* Marks of cells were set and cleared. */
    RECORD_COUNT = 4,    /* Cells were counted. */
    RECORD_RESERVE = 5,  /* An order came. */
    RECORD_ORDER = 6,    /* An order came into another state. */
    RECORD_CAUSED = 7,   /* One of these but a document, behind why it came about. */
};

/* Why a record about a shelf came about, and what else its history shows: written in front of it.
 * Nothing is where the source is not known. `shelf` is as it was before a record of cells, with no
 * order, and as it is behind one of an order. */
size_t record_cause_bytes_max(const struct stock_cause *cause, uint32_t lines_count);
void record_cause_encode(struct buffer *buffer, const struct stock_cause *cause,
                         const struct shelf *shelf, const struct order *order);

/* Upper bounds of records with these items. */
size_t record_write_bytes_max(const struct stock_write *items, uint32_t items_count);
size_t record_mark_bytes_max(const struct stock_key *keys, uint32_t keys_count);
size_t record_count_bytes_max(const struct stock_count *items, uint32_t items_count);
size_t record_reserve_bytes_max(struct bytes order_id, uint32_t lines_count);
size_t record_order_bytes_max(struct bytes order_id);

/* A record of cells is begun, gets an entry for each of them that changes, in the order in which
 * they do, and is ended. */
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

/* What is set and what is cleared is the same for all entries. */
struct record_marks {
    uint32_t set;
    uint32_t clear;
};
void record_mark_begin(struct record_writer *writer, struct buffer *buffer, int64_t shelf_id,
                       uint32_t cells_count, struct record_marks marks);
void record_mark_entry(struct record_writer *writer, uint32_t cell, const struct stock_key *key);

void record_count_begin(struct record_writer *writer, struct buffer *buffer, int64_t shelf_id,
                        uint32_t cells_count);
void record_count_entry(struct record_writer *writer, uint32_t cell,
                        const struct stock_count *count);

void record_end(struct record_writer *writer);

/* An order as it is in its book, once it was added. */
void record_reserve_encode(struct buffer *buffer, int64_t shelf_id, const struct order *order);

/* An order as it is in its book, once its state changed. */
void record_order_encode(struct buffer *buffer, int64_t shelf_id, const struct order *order);

void record_document_encode(struct buffer *buffer, struct bytes name, struct bytes content);

/* Kind of a record, behind the cause if there is one; 0 for an empty one. The cursor stands behind
 * it then. */
uint8_t record_kind_decode(struct cursor *cursor);

/* Whether this program knows the kind, and it speaks of a shelf. */
bool record_kind_has_shelf(uint8_t kind);

/* Shelf of such a record, once its kind was read. */
int64_t record_shelf_decode(struct cursor *cursor);

/* Applies the rest of it to the shelf and its orders. ERR_CORRUPT: not what we wrote; ERR_MEMORY,
 * ERR_FULL. */
MUST_USE enum err record_apply(uint8_t kind, struct cursor *cursor, struct shelf *shelf,
                               struct order_book *orders);

/* Name and content of a document, once its kind was read. */
MUST_USE enum err record_document_decode(struct cursor *cursor, struct bytes *name,
                                         struct bytes *content);

#endif
