/* What the local store writes into a checkpoint (docs/formats.md): the documents that were given,
 * and of each shelf its sizes, the entries of its image, and its end. All parts of a shelf come in
 * a row and carry its number as their key. */
#ifndef STORE_PART_H
#define STORE_PART_H

#include "base/buffer.h"
#include "ledger/shelf_image.h"

enum part_kind {
    PART_DOCUMENTS = 1, /* A piece of all documents; key: how many bytes are still to come. */
    PART_SHELF = 2,
    PART_ENTRIES = 3,
    PART_SHELF_END = 4,
};

/* Appends a document to the bytes that PART_DOCUMENTS pieces have together. */
void part_document_encode(struct buffer *buffer, struct bytes name, struct bytes content);

/* Reads the next one, which lends from the cursor's bytes. ERR_CORRUPT. */
MUST_USE enum err part_document_decode(struct cursor *cursor, struct bytes *name,
                                       struct bytes *content);

void part_shelf_encode(struct buffer *buffer, const struct shelf_image_sizes *sizes);
MUST_USE enum err part_shelf_decode(struct bytes payload, struct shelf_image_sizes *sizes);

/* How many bytes of entries came between. */
void part_shelf_end_encode(struct buffer *buffer, uint64_t entries_bytes);
MUST_USE enum err part_shelf_end_decode(struct bytes payload, uint64_t *entries_bytes);

#endif
