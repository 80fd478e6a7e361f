/* Reading the orders of a shelf out of a database. Orders and items come by two statements, both in
 * the order of campaigns and ids. */
#include <inttypes.h>
#include <string.h>

#include "base/hash.h"
#include "ledger/shelf_state.h"
#include "store/pg_whole_internal.h"

enum { PIECE_ORDERS = 500 }; /* Each may have as many items. */

/* Columns (pg_moving.h). */
enum {
    ORDER_CAMPAIGN,
    ORDER_NAME,
    ORDER_STATE,
    ORDER_CREATED,
    ORDER_CHANGED,
    ORDER_EXPIRES,
};
enum { ITEM_CAMPAIGN, ITEM_NAME, ITEM_SKU, ITEM_UNITS };

/* The order that a piece stands behind. */
struct behind {
    int64_t campaign_id;
    struct bytes id;
    uint8_t memory[ORDER_ID_BYTES_MAX];
};

struct piece {
    struct pg_result *orders;
    struct pg_result *items;
    uint32_t items_at; /* Row of the next one. */
};

static enum err refuse_order(struct pg_whole *whole, struct bytes id, const char *words)
{
    return pg_whole_say(whole, ERR_CORRUPT, "shelf %" PRId64 ": order %.*s %s", whole->shelf.id,
                        BYTES_ARG(id), words);
}

static enum err ask_for_orders(struct pg_whole *whole, const struct behind *behind,
                               struct piece *piece)
{
    struct pg_request request;
    arena_reset(&whole->arena);
    struct pg_writer writer = pg_write_begin(&request, &whole->arena);
    pg_write_int8(&writer, whole->shelf.id);
    pg_write_int8(&writer, behind->campaign_id);
    pg_write_bytes(&writer, behind->id);
    pg_write_int8(&writer, PIECE_ORDERS);
    const enum err error = pg_whole_run(whole, PG_MOVING_ORDERS, &writer, &piece->orders);
    const uint32_t count = error == OK ? pg_result_rows(piece->orders) : 0;
    if (error != OK || count == 0)
        return error;
    struct pg_request items_request;
    writer = pg_write_begin(&items_request, &whole->arena);
    pg_write_int8(&writer, whole->shelf.id);
    pg_write_int8(&writer, behind->campaign_id);
    pg_write_bytes(&writer, behind->id);
    pg_write_int8(&writer, pg_result_int8(piece->orders, count - 1, ORDER_CAMPAIGN));
    pg_write_bytes(&writer, pg_result_bytes(piece->orders, count - 1, ORDER_NAME));
    return pg_whole_run(whole, PG_MOVING_ITEMS, &writer, &piece->items);
}

static bool item_is_of(const struct piece *piece, int64_t campaign_id, struct bytes id)
{
    return piece->items_at < pg_result_rows(piece->items) &&
           pg_result_int8(piece->items, piece->items_at, ITEM_CAMPAIGN) == campaign_id &&
           bytes_equal(pg_result_bytes(piece->items, piece->items_at, ITEM_NAME), id);
}

/* The items that come next and are the order's. */
static enum err read_lines(struct pg_whole *whole, struct piece *piece, uint32_t row,
                           struct order_line lines[ORDER_ITEMS_MAX], uint32_t *count)
{
    const int64_t campaign_id = pg_result_int8(piece->orders, row, ORDER_CAMPAIGN);
    const struct bytes id = pg_result_bytes(piece->orders, row, ORDER_NAME);
    for (*count = 0; item_is_of(piece, campaign_id, id); piece->items_at++) {
        const struct bytes sku = pg_result_bytes(piece->items, piece->items_at, ITEM_SKU);
        const int64_t units = pg_result_int8(piece->items, piece->items_at, ITEM_UNITS);
        const struct stock_key key = {sku, bytes_hash(sku)};
        uint32_t cell = CELL_NONE;
        shelf_find(whole->shelf.shelf, &key, sizeof(key), 1, &cell);
        if (cell == CELL_NONE)
            return refuse_order(whole, id, "has an item that has no cell");
        if (units <= 0 || units > STOCK_COUNT_MAX || *count == ORDER_ITEMS_MAX)
            return refuse_order(whole, id, "has an impossible item, or too many");
        lines[(*count)++] = (struct order_line){cell, (uint32_t)units};
        whole->rows.items++;
    }
    return *count > 0 ? OK : refuse_order(whole, id, "has no items");
}

static enum err read_order(struct pg_whole *whole, struct piece *piece, uint32_t row)
{
    struct order_line lines[ORDER_ITEMS_MAX];
    uint32_t count = 0;
    const char *problem = NULL;
    const struct pg_result *orders = piece->orders;
    const struct bytes id = pg_result_bytes(orders, row, ORDER_NAME);
    if (id.size == 0 || id.size > ORDER_ID_BYTES_MAX)
        return refuse_order(whole, id, "has an id of an impossible size");
    enum err error = read_lines(whole, piece, row, lines, &count);
    if (error != OK)
        return error;
    struct order *order =
        order_create(pg_result_int8(orders, row, ORDER_CAMPAIGN), id, lines, count);
    if (order == NULL)
        return pg_whole_say(whole, ERR_MEMORY, "out of memory");
    order->state = (enum order_state)pg_result_int8(orders, row, ORDER_STATE);
    order->created_at_ms = pg_result_int8(orders, row, ORDER_CREATED);
    order->changed_at_ms = pg_result_int8(orders, row, ORDER_CHANGED);
    order->expires_at_ms = pg_result_int8(orders, row, ORDER_EXPIRES);
    error = order_book_add_state(whole->shelf.orders, order, &problem);
    if (error == OK) {
        whole->rows.orders++;
        return OK;
    }
    order_destroy(order);
    return error == ERR_CORRUPT ? refuse_order(whole, id, problem)
                                : pg_whole_say(whole, error, "%s", err_text(error));
}

static enum err read_piece(struct pg_whole *whole, struct behind *behind, uint32_t *count)
{
    struct piece piece = {NULL, NULL, 0};
    enum err error = ask_for_orders(whole, behind, &piece);
    *count = error == OK ? pg_result_rows(piece.orders) : 0;
    for (uint32_t row = 0; row < *count && error == OK; row++)
        error = read_order(whole, &piece, row);
    if (error == OK && piece.items != NULL && piece.items_at < pg_result_rows(piece.items))
        error = refuse_order(whole, pg_result_bytes(piece.items, piece.items_at, ITEM_NAME),
                             "has items, and is not there itself");
    if (error == OK && *count > 0) {
        const struct bytes last = pg_result_bytes(piece.orders, *count - 1, ORDER_NAME);
        behind->campaign_id = pg_result_int8(piece.orders, *count - 1, ORDER_CAMPAIGN);
        memcpy(behind->memory, last.data, last.size);
        behind->id = (struct bytes){behind->memory, last.size};
    }
    pg_result_free(piece.orders);
    pg_result_free(piece.items);
    return error;
}

enum err pg_whole_read_orders(struct pg_whole *whole)
{
    struct behind behind = {.campaign_id = INT64_MIN, .id = BYTES("")};
    uint32_t count = PIECE_ORDERS;
    enum err error = OK;
    while (error == OK && count == PIECE_ORDERS)
        error = read_piece(whole, &behind, &count);
    if (error != OK)
        return error;
    error = order_book_end_states(whole->shelf.orders);
    return error == OK ? OK : pg_whole_say(whole, error, "%s", err_text(error));
}
