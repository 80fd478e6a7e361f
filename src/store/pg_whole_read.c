/* Reading a database: its shelves, and of each its cells. What rows tell is put into a shelf like
 * that of the local store, which says what cannot be. */
#include <inttypes.h>
#include <string.h>

#include "base/date.h"
#include "ledger/shelf_check.h"
#include "ledger/shelf_state.h"
#include "store/pg_whole_internal.h"

enum {
    PIECE_SHELVES = 1000,
    PIECE_CELLS = 2000,
    PIECE_CELLS_MARKET = 500, /* Each may have 61 days. */
    PIECE_DOCUMENTS = 4,      /* Each may have megabytes. */
};

/* Columns of a cell, and of a day (pg_moving.h). */
enum {
    CELL_SKU,
    CELL_AVAILABLE,
    CELL_RESERVED,
    CELL_UPDATED,
    CELL_MARKS,
    CELL_WRITTEN,
    CELL_UNFIT,
    CELL_HISTORY = CELL_UNFIT + STOCK_UNFIT_COUNT,
};
enum { DAY_SKU, DAY_DAY, DAY_UNIT_MS, DAY_SOLD };

void pg_whole_drop_shelf(struct pg_whole *whole)
{
    order_book_destroy(whole->shelf.orders);
    shelf_destroy(whole->shelf.shelf);
    whole->shelf = (struct store_shelf){0};
}

enum err pg_whole_begin_reading(struct pg_whole *whole, uint64_t *cells_count)
{
    int64_t count = 0;
    pg_whole_drop_shelf(whole);
    pg_result_free(whole->shelves);
    whole->shelves = NULL;
    whole->shelf_last = INT64_MIN;
    whole->rows = (struct pg_whole_rows){0};
    const enum err error = pg_whole_ask(whole, pg_moving_rows[PG_MOVING_COUNT_CELLS].text, &count);
    *cells_count = (uint64_t)count;
    return error;
}

/* --- Documents. --- */

static enum err ask_for_documents(struct pg_whole *whole, int64_t behind, struct pg_result **result)
{
    struct pg_request request;
    arena_reset(&whole->arena);
    struct pg_writer writer = pg_write_begin(&request, &whole->arena);
    pg_write_int8(&writer, behind);
    pg_write_int8(&writer, PIECE_DOCUMENTS);
    return pg_whole_run(whole, PG_MOVING_DOCUMENTS, &writer, result);
}

enum err pg_whole_read_documents(struct pg_whole *whole, void *context,
                                 enum err (*take)(void *context, struct bytes name,
                                                  struct bytes content))
{
    int64_t last = INT64_MIN;
    uint32_t count = PIECE_DOCUMENTS;
    enum err error = OK;
    while (error == OK && count == PIECE_DOCUMENTS) {
        struct pg_result *result = NULL;
        error = ask_for_documents(whole, last, &result);
        if (error != OK)
            return error;
        count = pg_result_rows(result);
        for (uint32_t row = 0; row < count && error == OK; row++) {
            last = pg_result_int8(result, row, 0);
            error = take(context, pg_result_bytes(result, row, 1), pg_result_bytes(result, row, 2));
        }
        pg_result_free(result);
    }
    return error;
}

/* --- Cells. --- */

/* Cells of a piece, and the days of all of them, both in the order of their SKUs. */
struct piece {
    struct pg_result *cells;
    struct pg_result *days; /* NULL: the shelf keeps no history. */
    uint32_t days_at;       /* Row of the next one. */
};

static enum err ask_for_cells(struct pg_whole *whole, struct bytes behind, int64_t limit,
                              struct piece *piece)
{
    struct pg_request request;
    arena_reset(&whole->arena);
    struct pg_writer writer = pg_write_begin(&request, &whole->arena);
    pg_write_int8(&writer, whole->shelf.id);
    pg_write_bytes(&writer, behind);
    pg_write_int8(&writer, limit);
    const enum err error = pg_whole_run(whole, PG_MOVING_CELLS, &writer, &piece->cells);
    const uint32_t count = error == OK ? pg_result_rows(piece->cells) : 0;
    if (error != OK || count == 0 || !shelf_is_market(whole->shelf.id))
        return error;
    struct pg_request days_request;
    writer = pg_write_begin(&days_request, &whole->arena);
    pg_write_int8(&writer, whole->shelf.id);
    pg_write_bytes(&writer, behind);
    pg_write_bytes(&writer, pg_result_bytes(piece->cells, count - 1, CELL_SKU));
    return pg_whole_run(whole, PG_MOVING_DAYS, &writer, &piece->days);
}

static enum err refuse_cell(struct pg_whole *whole, struct bytes sku, const char *words)
{
    return pg_whole_say(whole, ERR_CORRUPT, "shelf %" PRId64 ": the cell of SKU %.*s %s",
                        whole->shelf.id, BYTES_ARG(sku), words);
}

/* The history of a cell: those days that come next and are its own. */
static enum err read_history(struct pg_whole *whole, struct piece *piece, struct bytes sku,
                             int64_t history_ms, struct turnover *turnover)
{
    const uint32_t count = piece->days == NULL ? 0 : pg_result_rows(piece->days);
    turnover_init(turnover);
    if (history_ms < DATE_MS_MIN || history_ms > DATE_MS_MAX)
        return refuse_cell(whole, sku, "has a history up to an impossible moment");
    turnover->changed_at_ms = history_ms;
    for (; piece->days_at < count &&
           bytes_equal(pg_result_bytes(piece->days, piece->days_at, DAY_SKU), sku);
         piece->days_at++) {
        const int64_t unit_ms = pg_result_int8(piece->days, piece->days_at, DAY_UNIT_MS);
        const int64_t sold = pg_result_int8(piece->days, piece->days_at, DAY_SOLD);
        const struct turnover_day day = {(uint64_t)unit_ms, (uint64_t)sold};
        if (unit_ms < 0 || sold < 0 ||
            !turnover_put_day(turnover, pg_result_int8(piece->days, piece->days_at, DAY_DAY), &day))
            return refuse_cell(whole, sku, "has a day in its history that cannot be");
        whole->rows.days++;
    }
    return OK;
}

static enum err read_cell(struct pg_whole *whole, struct piece *piece, uint32_t row)
{
    const struct pg_result *cells = piece->cells;
    struct turnover turnover;
    const char *problem = NULL;
    struct cell_state state = {
        .sku = pg_result_bytes(cells, row, CELL_SKU),
        .available = pg_result_int8(cells, row, CELL_AVAILABLE),
        .reserved = pg_result_int8(cells, row, CELL_RESERVED),
        .updated_at_ms = pg_result_int8(cells, row, CELL_UPDATED),
        .marks = pg_result_int8(cells, row, CELL_MARKS),
        .written = CELL_NOT_ORDERED,
    };
    for (uint32_t i = 0; i < STOCK_UNFIT_COUNT; i++)
        state.unfit[i] = pg_result_int8(cells, row, CELL_UNFIT + i);
    if (!pg_result_is_null(cells, row, CELL_WRITTEN))
        state.written = pg_result_int8(cells, row, CELL_WRITTEN);
    if (state.written == CELL_NOT_ORDERED && !pg_result_is_null(cells, row, CELL_WRITTEN))
        return refuse_cell(whole, state.sku, "remembers an impossible number");
    enum err error = OK;
    if (!pg_result_is_null(cells, row, CELL_HISTORY)) {
        error = read_history(whole, piece, state.sku, pg_result_int8(cells, row, CELL_HISTORY),
                             &turnover);
        state.history = &turnover;
    }
    if (error != OK)
        return error;
    error = shelf_add_state(whole->shelf.shelf, &state, &problem);
    if (error == ERR_CORRUPT)
        return refuse_cell(whole, state.sku, problem);
    whole->rows.cells++;
    return error == OK ? OK : pg_whole_say(whole, error, "%s", err_text(error));
}

/* The SKU that a piece stands behind. */
struct behind {
    struct bytes sku;
    uint8_t memory[SKU_BYTES_MAX];
};

static enum err read_piece(struct pg_whole *whole, int64_t limit, struct behind *behind,
                           uint32_t *count)
{
    struct piece piece = {NULL, NULL, 0};
    enum err error = ask_for_cells(whole, behind->sku, limit, &piece);
    *count = error == OK ? pg_result_rows(piece.cells) : 0;
    for (uint32_t row = 0; row < *count && error == OK; row++)
        error = read_cell(whole, &piece, row);
    if (error == OK && piece.days != NULL && piece.days_at < pg_result_rows(piece.days))
        error = refuse_cell(whole, pg_result_bytes(piece.days, piece.days_at, DAY_SKU),
                            "has days in its history, and is not there or does not say up to when");
    if (error == OK && *count > 0) {
        const struct bytes last = pg_result_bytes(piece.cells, *count - 1, CELL_SKU);
        memcpy(behind->memory, last.data, last.size); /* No cell has a longer one. */
        behind->sku = (struct bytes){behind->memory, last.size};
    }
    pg_result_free(piece.cells);
    pg_result_free(piece.days);
    return error;
}

static enum err read_cells(struct pg_whole *whole)
{
    const int64_t limit =
        shelf_is_market(whole->shelf.id) ? (int64_t)PIECE_CELLS_MARKET : (int64_t)PIECE_CELLS;
    struct behind behind = {.sku = BYTES("")};
    uint32_t count = (uint32_t)limit;
    enum err error = OK;
    while (error == OK && count == limit) {
        error = read_piece(whole, limit, &behind, &count);
        if (error == OK)
            error = pg_whole_tell(whole, count);
    }
    return error;
}

/* --- Shelves. --- */

static enum err list_shelves(struct pg_whole *whole)
{
    struct pg_request request;
    arena_reset(&whole->arena);
    struct pg_writer writer = pg_write_begin(&request, &whole->arena);
    pg_write_int8(&writer, whole->shelf_last);
    pg_write_int8(&writer, PIECE_SHELVES);
    pg_result_free(whole->shelves);
    whole->shelves = NULL;
    whole->shelves_at = 0;
    return pg_whole_run(whole, PG_MOVING_SHELVES, &writer, &whole->shelves);
}

/* Rows of shelves that nobody listed were changed by hand, or by somebody who is no stockd. */
static enum err check_all_were_seen(struct pg_whole *whole)
{
    const struct {
        enum pg_moving count;
        uint64_t seen;
    } tables[] = {
        {PG_MOVING_COUNT_SHELVES, whole->rows.shelves},
        {PG_MOVING_COUNT_CELLS, whole->rows.cells},
        {PG_MOVING_COUNT_DAYS, whole->rows.days},
        {PG_MOVING_COUNT_ORDERS, whole->rows.orders},
        {PG_MOVING_COUNT_ITEMS, whole->rows.items},
    };
    enum err error = OK;
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]) && error == OK; i++) {
        int64_t count = 0;
        const struct pg_statement_row *row = &pg_moving_rows[tables[i].count];
        error = pg_whole_ask(whole, row->text, &count);
        if (error == OK && (uint64_t)count != tables[i].seen)
            error = pg_whole_say(whole, ERR_CORRUPT,
                                 "table %s has %" PRId64 " rows, of which %" PRIu64
                                 " belong to a shelf, a cell or an order that there is",
                                 row->name, count, tables[i].seen);
    }
    return error;
}

static enum err read_shelf(struct pg_whole *whole)
{
    char problem[SHELF_PROBLEM_BYTES] = "";
    struct store_shelf *shelf = &whole->shelf;
    shelf->shelf = shelf_create(shelf_is_market(shelf->id));
    shelf->orders = shelf->shelf == NULL ? NULL : order_book_create(shelf->shelf);
    if (shelf->orders == NULL)
        return pg_whole_say(whole, ERR_MEMORY, "out of memory");
    enum err error = read_cells(whole);
    if (error == OK)
        error = pg_whole_read_orders(whole);
    if (error != OK)
        return error;
    error = shelf_check(shelf->shelf, shelf->orders, problem);
    if (error != OK)
        return pg_whole_say(whole, error, "shelf %" PRId64 ": %s", shelf->id,
                            problem[0] == '\0' ? err_text(error) : problem);
    whole->rows.shelves++;
    return OK;
}

enum err pg_whole_read_shelf(struct pg_whole *whole, struct store_shelf *shelf, bool *found)
{
    enum err error = OK;
    pg_whole_drop_shelf(whole);
    if (whole->shelves == NULL || whole->shelves_at == pg_result_rows(whole->shelves))
        error = list_shelves(whole);
    if (error != OK)
        return error;
    *found = whole->shelves_at < pg_result_rows(whole->shelves);
    if (!*found)
        return check_all_were_seen(whole);
    whole->shelf.id = pg_result_int8(whole->shelves, whole->shelves_at++, 0);
    whole->shelf_last = whole->shelf.id;
    error = read_shelf(whole);
    *shelf = whole->shelf;
    return error;
}
