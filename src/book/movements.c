/* A repeated document is found by (document, SKU), which a unique index holds, so that two scripts
 * at once count it once too. */
#include "book/movements.h"

#include <assert.h>

#include "book/book_internal.h"

/* clang-format off */
#define COLUMNS \
    "number, sku, kind, units, change, balance, at_ms, recorded_ms, note, document, undoes"
/* clang-format on */

static enum err bind_text(struct book *book, sqlite3_stmt *statement, int index, struct bytes text)
{
    if (text.size == 0)
        return OK; /* NULL. */
    return book_result(book, sqlite3_bind_text(statement, index, (const char *)text.data,
                                               (int)text.size, SQLITE_TRANSIENT));
}

static struct bytes column_text(sqlite3_stmt *statement, int index)
{
    return (struct bytes){sqlite3_column_text(statement, index),
                          (size_t)sqlite3_column_bytes(statement, index)};
}

static void row_take(sqlite3_stmt *statement, struct movement *movement)
{
    *movement = (struct movement){
        .number = sqlite3_column_int64(statement, 0),
        .sku = column_text(statement, 1),
        .kind = (enum movement_kind)sqlite3_column_int(statement, 2),
        .units = sqlite3_column_int64(statement, 3),
        .change = sqlite3_column_int64(statement, 4),
        .balance = sqlite3_column_int64(statement, 5),
        .at_ms = sqlite3_column_int64(statement, 6),
        .recorded_ms = sqlite3_column_int64(statement, 7),
        .note = column_text(statement, 8),
        .document = column_text(statement, 9),
        .undoes = sqlite3_column_int64(statement, 10),
    };
}

/* Gives the numbers of a statement's only row, and appends its SKU where somebody wants it. */
static enum err row_find(struct book *book, sqlite3_stmt *statement, struct movement *found,
                         struct buffer *sku)
{
    bool has_row = false;
    const enum err error = book_next_row(book, statement, &has_row);
    if (error != OK)
        return error;
    if (!has_row)
        return ERR_NOT_FOUND;
    row_take(statement, found);
    if (sku != NULL)
        buffer_append(sku, found->sku);
    found->sku = found->note = found->document = (struct bytes){NULL, 0};
    sqlite3_reset(statement);
    return sku != NULL && sku->failed ? ERR_MEMORY : OK;
}

enum err movements_last(struct book *book, struct bytes sku, struct movement *found)
{
    sqlite3_stmt *statement = NULL;
    enum err error = book_prepare(book,
                                  "SELECT " COLUMNS " FROM movement WHERE sku = ?1"
                                  " ORDER BY number DESC LIMIT 1",
                                  &statement);
    if (error == OK)
        error = bind_text(book, statement, 1, sku);
    return error == OK ? row_find(book, statement, found, NULL) : error;
}

static enum err find_number(struct book *book, const char *sql, int64_t number,
                            struct movement *found, struct buffer *sku)
{
    sqlite3_stmt *statement = NULL;
    enum err error = book_prepare(book, sql, &statement);
    if (error == OK)
        error = book_result(book, sqlite3_bind_int64(statement, 1, number));
    return error == OK ? row_find(book, statement, found, sku) : error;
}

/* The movement that takes back the one with that number. */
static enum err undo_find(struct book *book, int64_t number, struct movement *found)
{
    return find_number(book, "SELECT " COLUMNS " FROM movement WHERE undoes = ?1", number, found,
                       NULL);
}

static_assert(MOVEMENT_CORRECT == 5, "count_find() has the number in its statement");

/* The first count of its SKU behind the movement with that number that was not taken back. What was
 * counted has the movement in it, whether that was a mistake or not. */
static enum err count_find(struct book *book, int64_t number, struct movement *found)
{
    return find_number(book,
                       "SELECT " COLUMNS " FROM movement AS count WHERE number > ?1 AND kind = 5"
                       " AND sku = (SELECT sku FROM movement WHERE number = ?1)"
                       " AND NOT EXISTS (SELECT 1 FROM movement WHERE undoes = count.number)"
                       " ORDER BY number LIMIT 1",
                       number, found, NULL);
}

static enum err document_find(struct book *book, const struct movement *asked,
                              struct movement *found)
{
    sqlite3_stmt *statement = NULL;
    enum err error = book_prepare(
        book, "SELECT " COLUMNS " FROM movement WHERE document = ?1 AND sku = ?2", &statement);
    if (error == OK)
        error = bind_text(book, statement, 1, asked->document);
    if (error == OK)
        error = bind_text(book, statement, 2, asked->sku);
    return error == OK ? row_find(book, statement, found, NULL) : error;
}

static enum err row_insert(struct book *book, const struct movement *movement)
{
    sqlite3_stmt *statement = NULL;
    enum err error = book_prepare(book,
                                  "INSERT INTO movement (" COLUMNS ") VALUES"
                                  " (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                                  &statement);
    if (error == OK)
        error = bind_text(book, statement, 2, movement->sku);
    const int64_t numbers[][2] = {
        {3, (int64_t)movement->kind}, {4, movement->units}, {5, movement->change},
        {6, movement->balance},       {7, movement->at_ms}, {8, movement->recorded_ms},
    };
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]) && error == OK; i++)
        error = book_result(book, sqlite3_bind_int64(statement, (int)numbers[i][0], numbers[i][1]));
    if (error == OK)
        error = bind_text(book, statement, 9, movement->note);
    if (error == OK)
        error = bind_text(book, statement, 10, movement->document);
    if (error == OK && movement->undoes > 0)
        error = book_result(book, sqlite3_bind_int64(statement, 11, movement->undoes));
    return error == OK ? book_run(book, statement) : error;
}

/* Looks what the movement does to the last balance, and writes it. */
static enum err row_write(struct book *book, struct movement *movement, bool forced,
                          enum movements_outcome *outcome)
{
    struct movement last = {.balance = 0};
    enum err error = movements_last(book, movement->sku, &last);
    if (error != OK && error != ERR_NOT_FOUND)
        return error;
    movement->balance = last.balance;
    switch (movement_apply(movement->kind, movement->units, last.balance, &movement->change)) {
    case MOVEMENT_COUNTS:
        break;
    case MOVEMENT_TOO_MANY:
        *outcome = MOVEMENTS_TOO_MANY;
        return OK;
    case MOVEMENT_BELOW_ZERO:
        if (forced)
            break;
        *outcome = MOVEMENTS_BELOW_ZERO;
        return OK;
    }
    movement->balance += movement->change;
    if (movement->recorded_ms < last.recorded_ms)
        movement->recorded_ms = last.recorded_ms;
    error = row_insert(book, movement);
    movement->number = sqlite3_last_insert_rowid(book->database);
    *outcome = MOVEMENTS_ADDED;
    return error;
}

enum err movements_add(struct book *book, const struct movement *asked, bool forced,
                       struct movement *found, enum movements_outcome *outcome)
{
    struct movement undo;
    enum err error = ERR_NOT_FOUND;
    if (asked->document.size > 0)
        error = document_find(book, asked, found);
    if (error == ERR_NOT_FOUND) {
        *found = *asked;
        return row_write(book, found, forced, outcome);
    }
    if (error != OK)
        return error;
    error = undo_find(book, found->number, &undo);
    if (error != OK && error != ERR_NOT_FOUND)
        return error;
    const bool same = found->kind == asked->kind && found->units == asked->units;
    *outcome = same && error == ERR_NOT_FOUND ? MOVEMENTS_REPEATED : MOVEMENTS_CONFLICT;
    return OK;
}

enum err movements_undo(struct book *book, const struct movement *asked, bool forced,
                        struct buffer *sku, struct movement *found, enum movements_outcome *outcome)
{
    struct movement undone;
    *outcome = MOVEMENTS_NONE;
    enum err error = find_number(book, "SELECT " COLUMNS " FROM movement WHERE number = ?1",
                                 asked->undoes, &undone, sku);
    if (error != OK)
        return error == ERR_NOT_FOUND ? OK : error;
    *found = undone;
    if (undone.kind == MOVEMENT_UNDO) {
        *outcome = MOVEMENTS_IS_AN_UNDO;
        return OK;
    }
    error = undo_find(book, undone.number, found);
    if (error == OK)
        *outcome = MOVEMENTS_UNDONE;
    if (error != ERR_NOT_FOUND)
        return error;
    error = forced ? ERR_NOT_FOUND : count_find(book, undone.number, found);
    if (error == OK)
        *outcome = MOVEMENTS_COUNTED;
    if (error != ERR_NOT_FOUND)
        return error;
    *found = *asked;
    found->sku = buffer_bytes(sku);
    found->kind = MOVEMENT_UNDO;
    found->units = undone.change;
    return row_write(book, found, forced, outcome);
}

enum err movements_last_number(struct book *book, int64_t *number)
{
    return book_number(book, "SELECT max(number) FROM movement", number);
}

static enum err rows_visit(struct book *book, sqlite3_stmt *statement, movements_visit *visit,
                           void *context)
{
    bool has_row = true;
    enum err error = book_next_row(book, statement, &has_row);
    while (error == OK && has_row) {
        struct movement movement;
        row_take(statement, &movement);
        error = visit(context, &movement);
        if (error == OK)
            error = book_next_row(book, statement, &has_row);
        else
            sqlite3_reset(statement);
    }
    return error;
}

enum err movements_of(struct book *book, struct bytes sku, movements_visit *visit, void *context)
{
    sqlite3_stmt *statement = NULL;
    enum err error = book_prepare(
        book, "SELECT " COLUMNS " FROM movement WHERE sku = ?1 ORDER BY number", &statement);
    if (error == OK)
        error = bind_text(book, statement, 1, sku);
    return error == OK ? rows_visit(book, statement, visit, context) : error;
}

enum err movements_balances(struct book *book, movements_visit *visit, void *context)
{
    sqlite3_stmt *statement = NULL;
    const enum err error = book_prepare(
        book,
        "SELECT " COLUMNS " FROM movement"
        " WHERE number IN (SELECT max(number) FROM movement GROUP BY sku) ORDER BY sku",
        &statement);
    return error == OK ? rows_visit(book, statement, visit, context) : error;
}
