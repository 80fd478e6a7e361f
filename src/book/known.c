/* Loading counts how many rows of each batch are the last word on their SKU. Batches in which less
 * than half of a full one lives are sparse. When there are many, they are removed, and the rows
 * that live in them are written as new batches, in one transaction. Such a row is the newest of its
 * SKU, so that it may stand behind all others. */
#include "book/known.h"

#include <stdlib.h>

#include "book/book_internal.h"
#include "book/outbox.h"

enum {
    SPARSE_ROWS = PUT_SKUS_MAX / 2,
    SPARSE_BATCHES_MAX = 64,
    ROWS_AHEAD = 16, /* Looked up together, so that their cache misses overlap. */
};

struct known_batch {
    int64_t id;
    uint32_t living;
};

struct fold {
    struct book *book;
    int64_t shop;
    struct cells *cells;
    struct buffer batches; /* struct known_batch */
    struct buffer
        owners; /* uint32_t for each cell: the index of the batch that its number is of. */
};

static struct known_batch *batch_at(const struct fold *fold, uint32_t index)
{
    return (struct known_batch *)(void *)fold->batches.data + index;
}

static uint32_t batches_count(const struct fold *fold)
{
    return (uint32_t)(fold->batches.size / sizeof(struct known_batch));
}

static uint32_t *owner_of(const struct fold *fold, uint32_t cell)
{
    return (uint32_t *)(void *)fold->owners.data + cell;
}

/* Takes one row of the batch with this index. */
static enum err fold_row(struct fold *fold, uint32_t index, const struct book_row *row)
{
    const uint32_t cells_before = cells_count(fold->cells);
    struct cell *cell = NULL;
    const enum err error = cells_enter(fold->cells, row->sku, &cell);
    if (error != OK)
        return error;
    const bool is_new = cells_count(fold->cells) > cells_before;
    if (is_new)
        buffer_append_u32(&fold->owners, index);
    if (fold->owners.failed)
        return ERR_MEMORY;
    if (!cell_tell(cell, row->count, row->updated_at_ms))
        return OK;
    uint32_t *owner = owner_of(fold, cells_index(fold->cells, cell));
    if (!is_new)
        batch_at(fold, *owner)->living--;
    *owner = index;
    batch_at(fold, index)->living++;
    return OK;
}

static enum err fold_batch(void *context, const struct book_batch *batch)
{
    struct fold *fold = context;
    const uint32_t index = batches_count(fold);
    const struct known_batch known = {batch->id, 0};
    buffer_append(&fold->batches, (struct bytes){(const uint8_t *)&known, sizeof(known)});
    struct rows_walk walk;
    struct book_row rows[ROWS_AHEAD];
    enum err error = fold->batches.failed ? ERR_MEMORY : rows_walk_begin(&walk, batch->data);
    uint32_t count = ROWS_AHEAD;
    while (error == OK && count == ROWS_AHEAD) {
        for (count = 0; count < ROWS_AHEAD && rows_walk_next(&walk, &rows[count]); count++)
            cells_prefetch(fold->cells, rows[count].sku);
        for (uint32_t i = 0; i < count && error == OK; i++)
            error = fold_row(fold, index, &rows[i]);
    }
    if (error == OK && walk.cursor.failed)
        error = ERR_CORRUPT;
    return error == OK ? OK : book_fail_rows(fold->book, error);
}

static bool is_sparse(const struct known_batch *batch)
{
    return batch->living < SPARSE_ROWS;
}

/* Ends the batch that is being gathered, and adds it when there is something in it. */
static enum err gathered_add(struct fold *fold, struct rows_writer *writer)
{
    if (writer->count == 0)
        return OK;
    rows_end(writer);
    struct book_batch batch = {
        .state = BATCH_KNOWN, .rows_count = writer->count, .data = buffer_bytes(writer->data)};
    const enum err error =
        writer->data->failed ? ERR_MEMORY : outbox_add(fold->book, fold->shop, &batch);
    buffer_clear(writer->data);
    rows_begin(writer, writer->data);
    return error;
}

static enum err sparse_gather(struct fold *fold, struct buffer *data)
{
    struct rows_writer writer;
    rows_begin(&writer, data);
    enum err error = OK;
    for (uint32_t i = 0; i < cells_count(fold->cells) && error == OK; i++) {
        const struct cell *cell = cells_at(fold->cells, i);
        if (!is_sparse(batch_at(fold, *owner_of(fold, i))))
            continue;
        const struct book_row row = {cells_sku(fold->cells, cell), cell->told, cell->told_ms};
        rows_add(&writer, &row);
        if (writer.count == PUT_SKUS_MAX)
            error = gathered_add(fold, &writer);
    }
    return error == OK ? gathered_add(fold, &writer) : error;
}

static enum err sparse_replace(struct fold *fold)
{
    enum err error = book_begin(fold->book, BOOK_SURVIVES_KILL);
    if (error != OK)
        return error;
    for (uint32_t i = 0; i < batches_count(fold) && error == OK; i++) {
        if (is_sparse(batch_at(fold, i)))
            error = outbox_remove(fold->book, batch_at(fold, i)->id);
    }
    struct buffer data;
    buffer_init(&data);
    if (error == OK)
        error = sparse_gather(fold, &data);
    buffer_deinit(&data);
    if (error == OK)
        return book_commit(fold->book);
    book_rollback(fold->book);
    return error == ERR_MEMORY ? book_fail_rows(fold->book, error) : error;
}

static uint32_t sparse_count(const struct fold *fold)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < batches_count(fold); i++)
        count += is_sparse(batch_at(fold, i));
    return count;
}

/* Makes room at once for half of the rows, which is what lives at the least as a rule. */
static enum err room_make(struct fold *fold)
{
    sqlite3_stmt *statement = NULL;
    bool has_row = false;
    enum err error = book_prepare(
        fold->book, "SELECT coalesce(sum(rows), 0) FROM batch WHERE shop = ?1 AND state = 2",
        &statement);
    if (error == OK)
        error = book_result(fold->book, sqlite3_bind_int64(statement, 1, fold->shop));
    if (error == OK)
        error = book_next_row(fold->book, statement, &has_row);
    if (error != OK)
        return error;
    const int64_t rows = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    const int64_t room = rows < INT32_MAX ? rows / 2 : 0;
    error = cells_reserve(fold->cells, (uint32_t)room);
    return error == OK ? OK : book_fail_rows(fold->book, ERR_MEMORY);
}

enum err known_load(struct book *book, int64_t shop, struct cells *cells)
{
    ASSERT(cells_count(cells) == 0);
    struct fold fold = {.book = book, .shop = shop, .cells = cells};
    buffer_init(&fold.batches);
    buffer_init(&fold.owners);
    enum err error = room_make(&fold);
    if (error == OK)
        error = book_batches_visit(book, shop, (const enum batch_state[]){BATCH_KNOWN, BATCH_KNOWN},
                                   fold_batch, &fold);
    if (error == OK && sparse_count(&fold) > SPARSE_BATCHES_MAX)
        error = sparse_replace(&fold);
    buffer_deinit(&fold.batches);
    buffer_deinit(&fold.owners);
    return error;
}
