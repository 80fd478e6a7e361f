/* Listing orders of the store on PostgreSQL: one statement, which gives a row for each item of each
 * order. One order more than is wanted is asked for, and says that there are more. */
#include "base/hash.h"
#include "store/store_pg_internal.h"

enum {
    COLUMN_ID,
    COLUMN_STATE,
    COLUMN_CREATED_MS,
    COLUMN_CHANGED_MS,
    COLUMN_EXPIRES_MS,
    COLUMN_SKU,
    COLUMN_UNITS,
};

/* Rows from `row` on that are of the order which that one is of. */
static uint32_t rows_of_order(const struct pg_result *result, uint32_t row)
{
    const struct bytes id = pg_result_bytes(result, row, COLUMN_ID);
    uint32_t count = 1;
    while (row + count < pg_result_rows(result) &&
           bytes_equal(pg_result_bytes(result, row + count, COLUMN_ID), id))
        count++;
    return count;
}

/* Takes the order of some rows. ERR_MEMORY; ERR_IO: it is none of ours. */
static enum err take_order(struct store_orders *orders, const struct pg_result *result,
                           uint32_t row, uint32_t rows_count)
{
    const int64_t state = pg_result_int8(result, row, COLUMN_STATE);
    struct bytes id = pg_result_bytes(result, row, COLUMN_ID);
    if (state < 0 || state >= ORDER_STATES_COUNT || rows_count > ORDER_ITEMS_MAX)
        return ERR_IO;
    struct stock_order_item *items = arena_allocate(orders->arena, rows_count * sizeof(*items));
    if (items == NULL || !pg_keep_bytes(orders->arena, &id))
        return ERR_MEMORY;
    for (uint32_t i = 0; i < rows_count; i++) {
        struct bytes sku = pg_result_bytes(result, row + i, COLUMN_SKU);
        if (!pg_keep_bytes(orders->arena, &sku))
            return ERR_MEMORY;
        items[i] = (struct stock_order_item){{sku, bytes_hash(sku)},
                                             pg_result_int8(result, row + i, COLUMN_UNITS)};
    }
    orders->orders[orders->orders_count++] = (struct order_view){
        .campaign_id = orders->campaign_id,
        .id = id,
        .state = (enum order_state)state,
        .created_at_ms = pg_result_int8(result, row, COLUMN_CREATED_MS),
        .changed_at_ms = pg_result_int8(result, row, COLUMN_CHANGED_MS),
        .expires_at_ms = pg_result_int8(result, row, COLUMN_EXPIRES_MS),
        .items = items,
        .items_count = rows_count,
    };
    return OK;
}

static enum err take_orders(struct store_orders *orders, const struct pg_result *result)
{
    uint32_t row = 0;
    while (row < pg_result_rows(result) && orders->orders_count < orders->limit) {
        const uint32_t rows_count = rows_of_order(result, row);
        const enum err error = take_order(orders, result, row, rows_count);
        if (error != OK)
            return error;
        row += rows_count;
    }
    orders->more = row < pg_result_rows(result);
    if (orders->more) {
        const struct order_view *last = &orders->orders[orders->orders_count - 1];
        orders->last_ms = last->created_at_ms;
        orders->last_id = last->id;
    }
    return OK;
}

enum err pg_orders(struct store *store, struct store_orders *orders)
{
    struct store_pg *pg = pg_of(store);
    struct pg_request request = {.statement = PG_ORDER_LIST};
    struct pg_result *result = NULL;
    ASSERT(orders->limit >= 1 && orders->limit <= STORE_ORDERS_MAX);
    orders->orders_count = 0;
    orders->more = false;
    orders->orders = arena_allocate(orders->arena, orders->limit * sizeof(*orders->orders));
    struct pg_writer writer = pg_write_begin(&request, orders->arena);
    pg_write_int8(&writer, orders->shelf_id);
    pg_write_int8(&writer, orders->campaign_id);
    pg_write_int4(&writer, (int32_t)orders->states);
    pg_write_int8(&writer, orders->before_ms);
    pg_write_bytes(&writer, orders->before_id);
    pg_write_int4(&writer, (int32_t)orders->limit + 1);
    if (orders->orders == NULL || writer.failed)
        return ERR_MEMORY;
    enum err error = ERR_IO;
    if (pg_pool_call(pg->pool, &request, &result) == PG_DONE)
        error = take_orders(orders, result);
    pg_result_free(result);
    return error;
}
