/* Orders of the store on PostgreSQL: reserve, read, pack, ship, cancel, each one call of a function
 * there, which tells the order as it is then. */
#include "base/hash.h"
#include "store/command.h"
#include "store/store_pg_internal.h"

/* Columns of an order (pg_statement.h). */
enum {
    COLUMN_KIND,
    COLUMN_SKU,
    COLUMN_UNITS,
    COLUMN_AVAILABLE,
    COLUMN_STATE,
    COLUMN_CREATED_MS,
    COLUMN_CHANGED_MS,
    COLUMN_EXPIRES_MS,
};

/* The values of both statements begin with shelf, campaign and id. */
enum { VALUE_ID = 2 };

/* What PG_ORDER takes for an order that is read. */
enum { STATE_OF_ANY = -1 };

/* The verdict of a code. False: an order has no such. */
static bool verdict_of(int64_t code, enum verdict *verdict)
{
    switch (code) {
    case PG_CODE_OK:
        *verdict = VERDICT_OK;
        return true;
    case PG_CODE_SHORTAGE:
        *verdict = VERDICT_SHORTAGE;
        return true;
    case PG_CODE_ORDER_EXISTS:
        *verdict = VERDICT_ORDER_EXISTS;
        return true;
    case PG_CODE_ORDER_UNKNOWN:
        *verdict = VERDICT_ORDER_UNKNOWN;
        return true;
    case PG_CODE_ORDER_STATE:
        *verdict = VERDICT_ORDER_STATE;
        return true;
    default:
        return false;
    }
}

/* All rows but the first are of one kind. */
static bool rows_are(const struct pg_result *result, enum pg_row kind)
{
    const uint32_t rows = pg_result_rows(result);
    bool all = rows > 1 && rows <= ORDER_ITEMS_MAX + 1;
    for (uint32_t row = 1; row < rows && all; row++)
        all = pg_result_int8(result, row, COLUMN_KIND) == (int64_t)kind;
    return all;
}

static enum verdict take_shortages(struct pg_command *pending, const struct pg_result *result)
{
    struct store_command *command = pending->command;
    struct store_order *request = &command->order;
    if (!rows_are(result, PG_ROW_SHORTAGE))
        return pg_command_is_odd(pending);
    const uint32_t count = pg_result_rows(result) - 1;
    request->shortages = arena_allocate(command->arena, count * sizeof(*request->shortages));
    for (uint32_t i = 0; i < count && request->shortages != NULL; i++) {
        struct bytes sku = pg_result_bytes(result, i + 1, COLUMN_SKU);
        if (!pg_keep_bytes(command->arena, &sku))
            return VERDICT_NO_ROOM;
        request->shortages[i] =
            (struct order_shortage){sku, pg_result_int8(result, i + 1, COLUMN_UNITS),
                                    pg_result_int8(result, i + 1, COLUMN_AVAILABLE)};
    }
    request->shortages_count = request->shortages == NULL ? 0 : count;
    return request->shortages == NULL ? VERDICT_NO_ROOM : VERDICT_SHORTAGE;
}

/* The items of an order; NULL: no memory. */
static struct stock_order_item *take_items(struct arena *arena, const struct pg_result *result,
                                           uint32_t count)
{
    struct stock_order_item *items = arena_allocate(arena, count * sizeof(*items));
    for (uint32_t i = 0; i < count && items != NULL; i++) {
        struct bytes sku = pg_result_bytes(result, i + 1, COLUMN_SKU);
        if (!pg_keep_bytes(arena, &sku))
            return NULL;
        items[i] = (struct stock_order_item){{sku, bytes_hash(sku)},
                                             pg_result_int8(result, i + 1, COLUMN_UNITS)};
    }
    return items;
}

/* An order that is known, with the verdict about it. */
static enum verdict take_known(struct pg_command *pending, const struct pg_result *result,
                               enum verdict verdict)
{
    struct store_command *command = pending->command;
    const struct pg_value *id = &pending->request.values[VALUE_ID];
    const int64_t state = pg_result_int8(result, 0, COLUMN_STATE);
    if (!rows_are(result, PG_ROW_ITEM) || state < 0 || state >= ORDER_STATES_COUNT)
        return pg_command_is_odd(pending);
    const uint32_t count = pg_result_rows(result) - 1;
    const struct stock_order_item *items = take_items(command->arena, result, count);
    if (items == NULL)
        return VERDICT_NO_ROOM;
    command->order.order = (struct order_view){
        .campaign_id = command->order.campaign_id,
        .id = {id->data, (size_t)id->bytes},
        .state = (enum order_state)state,
        .created_at_ms = pg_result_int8(result, 0, COLUMN_CREATED_MS),
        .changed_at_ms = pg_result_int8(result, 0, COLUMN_CHANGED_MS),
        .expires_at_ms = pg_result_int8(result, 0, COLUMN_EXPIRES_MS),
        .items = items,
        .items_count = count,
    };
    return verdict;
}

static enum verdict take_order(struct pg_command *pending, const struct pg_result *result)
{
    enum verdict verdict = VERDICT_NO_ROOM;
    if (pg_result_rows(result) == 1 &&
        pg_result_int8(result, 0, COLUMN_KIND) == (int64_t)PG_CODE_CLAIMED) {
        pending->command->order.claim_met = pg_result_int8(result, 0, COLUMN_CREATED_MS);
        return VERDICT_NO_ROOM;
    }
    if (pg_result_rows(result) == 0 ||
        !verdict_of(pg_result_int8(result, 0, COLUMN_KIND), &verdict))
        return pg_command_is_odd(pending);
    if (verdict == VERDICT_ORDER_UNKNOWN)
        return verdict;
    return verdict == VERDICT_SHORTAGE ? take_shortages(pending, result)
                                       : take_known(pending, result, verdict);
}

/* False: no memory. */
static bool write_items(struct pg_command *pending, struct pg_writer *writer)
{
    const struct store_order *request = &pending->command->order;
    const struct stock_key *keys = &request->items[0].key;
    const uint32_t count = request->items_count;
    pending->order = pg_sort_keys(pending->command->arena, keys, sizeof(request->items[0]), count);
    if (pending->order == NULL)
        return false;
    pg_write_skus(writer, keys, sizeof(request->items[0]), count, pending->order);
    uint8_t *at = pg_write_int8s(writer, count);
    for (uint32_t i = 0; i < count && at != NULL; i++)
        at = pg_put_int8(at, request->items[pending->order[i]].count);
    pg_write_places(writer, pending->order, count);
    return true;
}

bool pg_order(struct pg_command *pending, struct pg_writer *writer)
{
    struct store_order *request = &pending->command->order;
    command_check_order(request);
    request->order = (struct order_view){0};
    request->shortages = NULL;
    request->shortages_count = 0;
    request->claim_met = 0;
    pending->take = take_order;
    pg_write_int8(writer, pending->command->shelf_id);
    pg_write_int8(writer, request->campaign_id);
    pg_write_bytes(writer, request->id);
    if (request->action == ORDER_RESERVE) {
        pending->request.statement = PG_RESERVE;
        if (!write_items(pending, writer))
            return false;
        pg_write_int8(writer, request->now_ms);
        pg_write_int8(writer, request->expires_at_ms);
        pg_write_int8(writer, request->claim);
        pg_write_int8(writer, request->claim_key);
        return true;
    }
    if (request->claim != 0) {
        ASSERT(request->action == ORDER_READ);
        pending->request.statement = PG_ORDER_CLAIM;
        pg_write_int8(writer, request->claim);
        pg_write_int8(writer, request->claim_key);
        return true;
    }
    pending->request.statement = PG_ORDER;
    pg_write_int4(writer, request->action == ORDER_READ
                              ? STATE_OF_ANY
                              : (int32_t)command_state_after(request->action));
    pg_write_int8(writer, request->now_ms);
    return true;
}
