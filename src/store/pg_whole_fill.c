/* Filling a database: rows in pieces of one statement each, and some pieces in one transaction, so
 * that a commit costs little. */

#include "ledger/shelf_state.h"
#include "store/pg_whole_internal.h"

enum {
    PIECE_CELLS = 2000,
    CHUNK_CELLS = 64000, /* That are sorted at a time. */
    PIECE_DAYS = 8000,
    PIECE_ORDERS = 1000,
    PIECE_ITEMS = 4000,
    COMMIT_ROWS = 50000,
};

/* Rows of one kind that gather: the texts of a row as keys, and its numbers. */
struct cell_row {
    struct stock_key key;
    int64_t numbers[10]; /* In the order of the statement's columns. */
};
struct day_row {
    struct stock_key key;
    int64_t numbers[3];
};
struct order_row {
    struct stock_key id;
    int64_t campaign_id;
    int64_t numbers[4];
};
struct item_row {
    struct stock_key id;
    struct stock_key sku;
    int64_t campaign_id;
    int64_t place;
    int64_t units;
};

/* An array of one number of each row. */
static void write_numbers(struct pg_writer *writer, const int64_t *first, size_t stride,
                          uint32_t count)
{
    uint8_t *at = pg_write_int8s(writer, count);
    for (uint32_t i = 0; i < count && at != NULL; i++)
        at = pg_put_int8(at, *(const int64_t *)(const void *)((const char *)first + i * stride));
}

static enum err begin_rows(struct pg_whole *whole)
{
    if (whole->in_transaction)
        return OK;
    const enum err error = pg_whole_script(whole, "BEGIN", "begin");
    whole->in_transaction = error == OK;
    whole->rows_in_transaction = 0;
    return error;
}

static enum err commit(struct pg_whole *whole)
{
    if (!whole->in_transaction)
        return OK;
    whole->in_transaction = false;
    return pg_whole_script(whole, "COMMIT", "commit");
}

static enum err add_rows(struct pg_whole *whole, enum pg_moving statement,
                         const struct pg_writer *values, uint32_t count)
{
    enum err error = begin_rows(whole);
    if (error == OK)
        error = pg_whole_run(whole, statement, values, NULL);
    whole->rows_in_transaction += count;
    if (error == OK && whole->rows_in_transaction >= COMMIT_ROWS)
        error = commit(whole);
    return error;
}

/* Values of rows of the shelf that is being filled. */
static struct pg_writer rows_begin(struct pg_whole *whole, struct pg_request *request)
{
    arena_reset(&whole->arena);
    struct pg_writer writer = pg_write_begin(request, &whole->arena);
    pg_write_int8(&writer, whole->shelf_last);
    return writer;
}

enum err pg_whole_add_document(struct pg_whole *whole, struct bytes name, struct bytes content)
{
    struct pg_request request;
    int64_t send_key = 0;
    arena_reset(&whole->arena);
    whole->os->random(whole->os, &send_key, sizeof(send_key));
    struct pg_writer writer = pg_write_begin(&request, &whole->arena);
    pg_write_int8(&writer, whole->document_last + 1);
    pg_write_int8(&writer, send_key);
    pg_write_bytes(&writer, name);
    pg_write_bytes(&writer, content);
    const enum err error = add_rows(whole, PG_MOVING_ADD_DOCUMENT, &writer, 1);
    whole->document_last += error == OK;
    return error;
}

/* --- Cells and their days. --- */

struct chunk {
    struct stock_key keys[CHUNK_CELLS];
    struct arena memory; /* For sorting. */
};

static void fill_cell(struct cell_row *row, const struct cell_state *state)
{
    const int64_t history_ms =
        state->history == NULL ? STOCK_NEVER_UPDATED : state->history->changed_at_ms;
    *row = (struct cell_row){
        .key = {state->sku, 0},
        .numbers = {state->available, state->reserved, state->updated_at_ms, state->marks,
                    state->written, state->unfit[0], state->unfit[1], state->unfit[2],
                    state->unfit[3], history_ms},
    };
}

static enum err add_cells(struct pg_whole *whole, const struct cell_row *rows, uint32_t count)
{
    struct pg_request request;
    struct pg_writer writer = rows_begin(whole, &request);
    pg_write_skus(&writer, &rows->key, sizeof(*rows), count, NULL);
    for (size_t i = 0; i < sizeof(rows->numbers) / sizeof(rows->numbers[0]); i++)
        write_numbers(&writer, &rows->numbers[i], sizeof(*rows), count);
    return add_rows(whole, PG_MOVING_ADD_CELLS, &writer, count);
}

static enum err add_days(struct pg_whole *whole, const struct day_row *rows, uint32_t count)
{
    struct pg_request request;
    if (count == 0)
        return OK;
    struct pg_writer writer = rows_begin(whole, &request);
    pg_write_skus(&writer, &rows->key, sizeof(*rows), count, NULL);
    for (size_t i = 0; i < sizeof(rows->numbers) / sizeof(rows->numbers[0]); i++)
        write_numbers(&writer, &rows->numbers[i], sizeof(*rows), count);
    return add_rows(whole, PG_MOVING_ADD_DAYS, &writer, count);
}

static uint32_t fill_days(struct day_row *rows, const struct cell_state *state)
{
    uint32_t count = 0;
    for (int i = 0; i < TURNOVER_DAYS_COUNT; i++) {
        const struct turnover_day *day = &state->history->days[i];
        if (day->unit_ms == 0 && day->sold == 0)
            continue;
        rows[count++] = (struct day_row){
            .key = {state->sku, 0},
            .numbers = {turnover_day_number(state->history, i), (int64_t)day->unit_ms,
                        (int64_t)day->sold},
        };
    }
    return count;
}

/* Cells from `start` on, in the order of their SKUs: neighbours come into the same pages of the
 * index, which are written once then, and stand together when they are read. */
static enum err add_chunk(struct pg_whole *whole, const struct shelf *shelf, uint32_t start,
                          struct chunk *chunk, struct cell_row *rows)
{
    const uint32_t left = shelf_cells_count(shelf) - start;
    const uint32_t chunk_count = left < CHUNK_CELLS ? left : (uint32_t)CHUNK_CELLS;
    for (uint32_t i = 0; i < chunk_count; i++)
        chunk->keys[i] = (struct stock_key){shelf_view(shelf, start + i).sku, 0};
    arena_reset(&chunk->memory);
    const uint32_t *order =
        pg_sort_keys(&chunk->memory, chunk->keys, sizeof(chunk->keys[0]), chunk_count);
    if (order == NULL)
        return pg_whole_say(whole, ERR_MEMORY, "out of memory");
    enum err error = OK;
    for (uint32_t done = 0; done < chunk_count && error == OK; done += PIECE_CELLS) {
        const uint32_t rest = chunk_count - done;
        const uint32_t count = rest < PIECE_CELLS ? rest : (uint32_t)PIECE_CELLS;
        for (uint32_t i = 0; i < count; i++) {
            struct cell_state state;
            shelf_cell_state(shelf, start + order[done + i], &state);
            fill_cell(&rows[i], &state);
        }
        error = add_cells(whole, rows, count);
        if (error == OK)
            error = pg_whole_tell(whole, count);
    }
    return error;
}

static enum err add_all_cells(struct pg_whole *whole, const struct shelf *shelf,
                              struct cell_row *rows)
{
    struct arena memory;
    arena_init(&memory);
    struct chunk *chunk = arena_allocate(&memory, sizeof(*chunk));
    enum err error = chunk == NULL ? pg_whole_say(whole, ERR_MEMORY, "out of memory") : OK;
    if (error == OK)
        arena_init(&chunk->memory);
    for (uint32_t start = 0; start < shelf_cells_count(shelf) && error == OK; start += CHUNK_CELLS)
        error = add_chunk(whole, shelf, start, chunk, rows);
    if (chunk != NULL)
        arena_deinit(&chunk->memory);
    arena_deinit(&memory);
    return error;
}

static enum err add_all_days(struct pg_whole *whole, const struct shelf *shelf,
                             struct day_row *rows)
{
    uint32_t count = 0;
    enum err error = OK;
    for (uint32_t i = 0; i < shelf_cells_count(shelf) && error == OK; i++) {
        struct cell_state state;
        shelf_cell_state(shelf, i, &state);
        if (state.history == NULL)
            continue;
        if (count > PIECE_DAYS - TURNOVER_DAYS_COUNT) {
            error = add_days(whole, rows, count);
            count = 0;
        }
        count += fill_days(rows + count, &state);
    }
    return error == OK ? add_days(whole, rows, count) : error;
}

/* --- Orders and their items. --- */

static enum err add_orders(struct pg_whole *whole, const struct order_row *rows, uint32_t count)
{
    struct pg_request request;
    if (count == 0)
        return OK;
    struct pg_writer writer = rows_begin(whole, &request);
    write_numbers(&writer, &rows->campaign_id, sizeof(*rows), count);
    pg_write_skus(&writer, &rows->id, sizeof(*rows), count, NULL);
    for (size_t i = 0; i < sizeof(rows->numbers) / sizeof(rows->numbers[0]); i++)
        write_numbers(&writer, &rows->numbers[i], sizeof(*rows), count);
    return add_rows(whole, PG_MOVING_ADD_ORDERS, &writer, count);
}

static enum err add_items(struct pg_whole *whole, const struct item_row *rows, uint32_t count)
{
    struct pg_request request;
    if (count == 0)
        return OK;
    struct pg_writer writer = rows_begin(whole, &request);
    write_numbers(&writer, &rows->campaign_id, sizeof(*rows), count);
    pg_write_skus(&writer, &rows->id, sizeof(*rows), count, NULL);
    write_numbers(&writer, &rows->place, sizeof(*rows), count);
    pg_write_skus(&writer, &rows->sku, sizeof(*rows), count, NULL);
    write_numbers(&writer, &rows->units, sizeof(*rows), count);
    return add_rows(whole, PG_MOVING_ADD_ITEMS, &writer, count);
}

static enum err add_all_orders(struct pg_whole *whole, const struct order_book *book,
                               struct order_row *rows)
{
    uint32_t count = 0;
    enum err error = OK;
    for (const struct order *order = order_book_first(book); order != NULL && error == OK;
         order = order_book_next(book, order)) {
        rows[count++] = (struct order_row){
            .id = {order->id, 0},
            .campaign_id = order->campaign_id,
            .numbers = {(int64_t)order->state, order->created_at_ms, order->changed_at_ms,
                        order->expires_at_ms},
        };
        if (count < PIECE_ORDERS)
            continue;
        error = add_orders(whole, rows, count);
        count = 0;
    }
    return error == OK ? add_orders(whole, rows, count) : error;
}

static uint32_t fill_items(struct item_row *rows, const struct shelf *shelf,
                           const struct order *order)
{
    for (uint32_t i = 0; i < order->lines_count; i++) {
        rows[i] = (struct item_row){
            .id = {order->id, 0},
            .sku = {shelf_view(shelf, order->lines[i].cell).sku, 0},
            .campaign_id = order->campaign_id,
            .place = i,
            .units = order->lines[i].count,
        };
    }
    return order->lines_count;
}

static enum err add_all_items(struct pg_whole *whole, const struct store_shelf *shelf,
                              struct item_row *rows)
{
    uint32_t count = 0;
    enum err error = OK;
    for (const struct order *order = order_book_first(shelf->orders); order != NULL && error == OK;
         order = order_book_next(shelf->orders, order)) {
        if (count > PIECE_ITEMS - ORDER_ITEMS_MAX) {
            error = add_items(whole, rows, count);
            count = 0;
        }
        count += fill_items(rows + count, shelf->shelf, order);
    }
    return error == OK ? add_items(whole, rows, count) : error;
}

static enum err add_shelf_row(struct pg_whole *whole)
{
    struct pg_request request;
    struct pg_writer writer = rows_begin(whole, &request);
    return add_rows(whole, PG_MOVING_ADD_SHELF, &writer, 1);
}

/* Rows gather in memory that one kind after the other uses. */
union piece {
    struct cell_row cells[PIECE_CELLS];
    struct day_row days[PIECE_DAYS];
    struct order_row orders[PIECE_ORDERS];
    struct item_row items[PIECE_ITEMS];
};

enum err pg_whole_add_shelf(struct pg_whole *whole, const struct store_shelf *shelf)
{
    struct arena memory;
    arena_init(&memory);
    union piece *piece = arena_allocate(&memory, sizeof(*piece));
    enum err error = piece == NULL ? pg_whole_say(whole, ERR_MEMORY, "out of memory") : OK;
    whole->shelf_last = shelf->id;
    if (error == OK)
        error = add_shelf_row(whole);
    if (error == OK)
        error = add_all_cells(whole, shelf->shelf, piece->cells);
    if (error == OK && shelf_is_market(shelf->id))
        error = add_all_days(whole, shelf->shelf, piece->days);
    if (error == OK)
        error = add_all_orders(whole, shelf->orders, piece->orders);
    if (error == OK)
        error = add_all_items(whole, shelf, piece->items);
    arena_deinit(&memory);
    return error;
}

enum err pg_whole_seal(struct pg_whole *whole)
{
    struct pg_request request;
    arena_reset(&whole->arena);
    struct pg_writer writer = pg_write_begin(&request, &whole->arena);
    pg_write_int8(&writer, whole->document_last);
    const enum err error = add_rows(whole, PG_MOVING_SET_LAST, &writer, 1);
    return error == OK ? commit(whole) : error;
}
