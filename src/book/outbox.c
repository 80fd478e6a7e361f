/* The rows of a batch are written once and never again; what changes is a state of a few bytes. */
#include "book/outbox.h"

#include "book/book_internal.h"

static enum err rows_write(struct book *book, const struct book_batch *batch)
{
    sqlite3_stmt *statement = NULL;
    enum err error =
        book_prepare(book, "INSERT INTO batch_rows (batch, data) VALUES (?1, ?2)", &statement);
    if (error == OK)
        error = book_result(book, sqlite3_bind_int64(statement, 1, batch->id));
    if (error == OK)
        error = book_result(book, sqlite3_bind_blob64(statement, 2, batch->data.data,
                                                      batch->data.size, SQLITE_STATIC));
    return error == OK ? book_run(book, statement) : error;
}

enum err outbox_add(struct book *book, int64_t shop, struct book_batch *batch)
{
    sqlite3_stmt *statement = NULL;
    enum err error =
        book_prepare(book, "INSERT INTO batch (shop, state, rows) VALUES (?1, ?2, ?3)", &statement);
    if (error == OK)
        error = book_result(book, sqlite3_bind_int64(statement, 1, shop));
    if (error == OK)
        error = book_result(book, sqlite3_bind_int64(statement, 2, (int64_t)batch->state));
    if (error == OK)
        error = book_result(book, sqlite3_bind_int64(statement, 3, batch->rows_count));
    if (error == OK)
        error = book_run(book, statement);
    if (error != OK)
        return error;
    batch->id = sqlite3_last_insert_rowid(book->database);
    return rows_write(book, batch);
}

/* Runs a statement about one batch. */
static enum err run_for(struct book *book, const char *sql, int64_t batch_id)
{
    sqlite3_stmt *statement = NULL;
    enum err error = book_prepare(book, sql, &statement);
    if (error == OK)
        error = book_result(book, sqlite3_bind_int64(statement, 1, batch_id));
    return error == OK ? book_run(book, statement) : error;
}

enum err outbox_acknowledge(struct book *book, int64_t batch_id)
{
    static_assert(BATCH_KNOWN == 2, "the statement says so");
    return run_for(book, "UPDATE batch SET state = 2 WHERE id = ?1", batch_id);
}

enum err outbox_remove(struct book *book, int64_t batch_id)
{
    const enum err error = run_for(book, "DELETE FROM batch_rows WHERE batch = ?1", batch_id);
    return error == OK ? run_for(book, "DELETE FROM batch WHERE id = ?1", batch_id) : error;
}

enum err outbox_list(struct book *book, int64_t shop, struct buffer *ids, int64_t *rows_count)
{
    sqlite3_stmt *statement = NULL;
    bool has_row = true;
    enum err error = book_prepare(book,
                                  "SELECT id, rows FROM batch WHERE shop = ?1 AND state < 2 "
                                  "ORDER BY state, id",
                                  &statement);
    if (error == OK)
        error = book_result(book, sqlite3_bind_int64(statement, 1, shop));
    while (error == OK && has_row) {
        error = book_next_row(book, statement, &has_row);
        if (error != OK || !has_row)
            break;
        const int64_t id = sqlite3_column_int64(statement, 0);
        buffer_append(ids, (struct bytes){(const uint8_t *)&id, sizeof(id)});
        *rows_count += sqlite3_column_int64(statement, 1);
    }
    return error == OK && ids->failed ? ERR_MEMORY : error;
}

enum err outbox_read(struct book *book, int64_t batch_id, struct buffer *data)
{
    sqlite3_stmt *statement = NULL;
    bool has_row = false;
    enum err error = book_prepare(book, "SELECT data FROM batch_rows WHERE batch = ?1", &statement);
    if (error == OK)
        error = book_result(book, sqlite3_bind_int64(statement, 1, batch_id));
    if (error == OK)
        error = book_next_row(book, statement, &has_row);
    if (error != OK || !has_row)
        return error == OK ? ERR_NOT_FOUND : error;
    buffer_clear(data);
    const void *blob = sqlite3_column_blob(statement, 0);
    buffer_append(data, (struct bytes){blob, (size_t)sqlite3_column_bytes(statement, 0)});
    sqlite3_reset(statement);
    return data->failed ? ERR_MEMORY : OK;
}

enum err book_batches_visit(struct book *book, int64_t shop, const enum batch_state states[2],
                            book_visit_batch *visit, void *context)
{
    sqlite3_stmt *statement = NULL;
    bool has_row = true;
    enum err error =
        book_prepare(book,
                     "SELECT id, state, rows, data FROM batch JOIN batch_rows ON batch = id "
                     "WHERE shop = ?1 AND state BETWEEN ?2 AND ?3 ORDER BY state, id",
                     &statement);
    if (error == OK)
        error = book_result(book, sqlite3_bind_int64(statement, 1, shop));
    for (int i = 0; i < 2 && error == OK; i++)
        error = book_result(book, sqlite3_bind_int64(statement, 2 + i, (int64_t)states[i]));
    while (error == OK && has_row) {
        error = book_next_row(book, statement, &has_row);
        if (error != OK || !has_row)
            break;
        const struct book_batch batch = {
            .id = sqlite3_column_int64(statement, 0),
            .state = (enum batch_state)sqlite3_column_int64(statement, 1),
            .rows_count = (uint32_t)sqlite3_column_int64(statement, 2),
            .data = {sqlite3_column_blob(statement, 3), (size_t)sqlite3_column_bytes(statement, 3)},
        };
        error = batch.data.data == NULL ? book_fail(book, ERR_MEMORY, "needs more memory")
                                        : visit(context, &batch);
        if (error != OK)
            sqlite3_reset(statement);
    }
    return error;
}

enum err book_fail_rows(struct book *book, enum err error)
{
    return book_fail(book, error,
                     error == ERR_UNSUPPORTED ? "was written by a newer stockctl"
                     : error == ERR_CORRUPT ? "is damaged: what it says of a batch is not what was "
                                              "written"
                                            : "needs more memory");
}

struct loading {
    struct book *book;
    struct cells *cells;
};

static enum err load_batch(void *context, const struct book_batch *batch)
{
    const struct loading *loading = context;
    struct rows_walk walk;
    struct book_row row;
    enum err error = rows_walk_begin(&walk, batch->data);
    while (error == OK && rows_walk_next(&walk, &row)) {
        struct cell *cell = NULL;
        error = cells_enter(loading->cells, row.sku, &cell);
        if (error == OK && cell_tell(cell, row.count, row.updated_at_ms))
            cell->is_pending = 1;
    }
    if (error == OK && walk.cursor.failed)
        error = ERR_CORRUPT;
    return error == OK ? OK : book_fail_rows(loading->book, error);
}

enum err outbox_load(struct book *book, int64_t shop, struct cells *cells)
{
    struct loading loading = {book, cells};
    return book_batches_visit(book, shop, (const enum batch_state[]){BATCH_URGENT, BATCH_WAITS},
                              load_batch, &loading);
}
