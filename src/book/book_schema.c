/* The tables, as steps: a book has as many behind it as its user_version says, and an update runs
 * the others in one transaction. A step never changes once it was released; a new one is a row at
 * the end. */
#include "book/book_internal.h"

#include <assert.h>
#include <stdio.h>

/* "stck", so that `file` and a careless hand know what it is. */
#define APPLICATION_ID INT64_C(0x7374636B)

/* clang-format off */
static const char *const steps[] = {
    /* 1. A batch is what one request carries. Its rows (book/rows.h) stand apart, so that a change
     * of its state does not write them again. States in the order of sending: book/outbox.h. */
    "CREATE TABLE shop ("
    " id INTEGER PRIMARY KEY,"
    " url TEXT NOT NULL,"
    " campaign INTEGER NOT NULL,"
    " UNIQUE (url, campaign)) STRICT;"
    "CREATE TABLE batch ("
    " id INTEGER PRIMARY KEY,"
    " shop INTEGER NOT NULL,"
    " state INTEGER NOT NULL,"
    " rows INTEGER NOT NULL) STRICT;"
    "CREATE INDEX batch_in_order ON batch (shop, state, id);"
    "CREATE TABLE batch_rows ("
    " batch INTEGER PRIMARY KEY,"
    " data BLOB NOT NULL) STRICT;"
    "PRAGMA application_id = 1937007467;",
    /* 2. The ledger of movements (book/movements.h). A document counts once for a SKU, and nothing
     * is undone twice. */
    "CREATE TABLE movement ("
    " number INTEGER PRIMARY KEY,"
    " sku TEXT NOT NULL,"
    " kind INTEGER NOT NULL,"
    " units INTEGER NOT NULL,"
    " change INTEGER NOT NULL,"
    " balance INTEGER NOT NULL,"
    " at_ms INTEGER NOT NULL,"
    " recorded_ms INTEGER NOT NULL,"
    " note TEXT,"
    " document TEXT,"
    " undoes INTEGER) STRICT;"
    "CREATE INDEX movement_of_sku ON movement (sku, number);"
    "CREATE UNIQUE INDEX movement_once ON movement (document, sku) WHERE document IS NOT NULL;"
    "CREATE UNIQUE INDEX movement_undone ON movement (undoes) WHERE undoes IS NOT NULL;",
    /* 3. Which campaigns share their stock (book/store_groups.h). */
    "CREATE TABLE store_group ("
    " url TEXT NOT NULL,"
    " campaign INTEGER NOT NULL,"
    " group_id INTEGER NOT NULL,"
    " name TEXT,"
    " asked_ms INTEGER NOT NULL,"
    " PRIMARY KEY (url, campaign)) STRICT, WITHOUT ROWID;",
};
/* clang-format on */

enum { STEPS = sizeof(steps) / sizeof(steps[0]) };
static_assert(APPLICATION_ID == 1937007467, "step 1 says the same");

/* Whether there is nothing in the file yet. */
static enum err tables_count(struct book *book, int64_t *count)
{
    return book_number(book, "SELECT count(*) FROM sqlite_schema", count);
}

static enum err version_read(struct book *book, int64_t *version)
{
    int64_t application = 0;
    int64_t tables = 0;
    enum err error = book_number(book, "PRAGMA application_id", &application);
    if (error == OK)
        error = tables_count(book, &tables);
    if (error == OK)
        error = book_number(book, "PRAGMA user_version", version);
    if (error != OK)
        return error;
    if (application != APPLICATION_ID && (application != 0 || tables != 0))
        return book_fail(book, ERR_UNSUPPORTED, "is a database of something else");
    if (*version > STEPS)
        return book_fail(book, ERR_UNSUPPORTED, "was written by a newer stockctl");
    return OK;
}

static enum err steps_run(struct book *book, int64_t version)
{
    for (; version < STEPS; version++) {
        const enum err error =
            book_result(book, sqlite3_exec(book->database, steps[version], NULL, NULL, NULL));
        if (error != OK)
            return error;
    }
    char text[64];
    (void)snprintf(text, sizeof(text), "PRAGMA user_version = %d", STEPS);
    return book_result(book, sqlite3_exec(book->database, text, NULL, NULL, NULL));
}

enum err book_schema_update(struct book *book)
{
    int64_t version = 0;
    enum err error = version_read(book, &version);
    if (error != OK || version == STEPS)
        return error;
    /* Looked at again inside: another process may have been faster. */
    error = book_begin(book, BOOK_SURVIVES_POWER);
    if (error == OK)
        error = version_read(book, &version);
    if (error == OK && version < STEPS)
        error = steps_run(book, version);
    if (error == OK)
        return book_commit(book);
    book_rollback(book);
    return error;
}
