/* Commands of the store on PostgreSQL that write cells: put, mark, count. Each is one statement,
 * with the items in the order in which it locks them. */
#include "store/store_pg_internal.h"

/* Values of the statements that this file and others look at again. */
enum { VALUE_SKUS = 1 };

/* The SKU with that number in the command, as it was sent. No bytes: there is none such. */
static struct bytes sku_of_place(const struct pg_command *pending, uint32_t count, int64_t place)
{
    for (uint32_t i = 0; i < count; i++) {
        if (pending->order[i] == place)
            return pg_sku_at(&pending->request.values[VALUE_SKUS], i);
    }
    return (struct bytes){NULL, 0};
}

/* --- Put. --- */

static enum verdict take_put(struct pg_command *pending, const struct pg_result *result)
{
    struct store_put *put = &pending->command->put;
    const int64_t applied = pg_result_rows(result) == 1 ? pg_result_int8(result, 0, 1) : -1;
    if (applied < 0 || applied > put->items_count)
        return pg_command_is_odd(pending);
    put->applied_count = (uint32_t)applied;
    put->stale_count = put->items_count - put->applied_count;
    return VERDICT_OK;
}

static enum verdict take_put_each(struct pg_command *pending, const struct pg_result *result)
{
    struct store_put *put = &pending->command->put;
    if (pg_result_rows(result) != 1)
        return pg_command_is_odd(pending);
    if (pg_result_int8(result, 0, 0) == PG_CODE_UNKNOWN_SKU) {
        put->unknown = sku_of_place(pending, put->items_count, pg_result_int8(result, 0, 1));
        return put->unknown.size > 0 ? VERDICT_UNKNOWN_SKU : pg_command_is_odd(pending);
    }
    put->applied_count = (uint32_t)pg_result_int8(result, 0, 2);
    put->stale_count = (uint32_t)pg_result_int8(result, 0, 3);
    return VERDICT_OK;
}

static void write_numbers(struct pg_writer *writer, const struct store_put *put,
                          const uint32_t *order)
{
    uint8_t *at = pg_write_int8s(writer, put->items_count);
    for (uint32_t i = 0; i < put->items_count && at != NULL; i++)
        at = pg_put_int8(at, put->items[order[i]].count);
    at = pg_write_int8s(writer, put->items_count);
    for (uint32_t i = 0; i < put->items_count && at != NULL; i++)
        at = pg_put_int8(at, put->items[order[i]].updated_at_ms);
}

bool pg_put(struct pg_command *pending, struct pg_writer *writer)
{
    struct store_command *command = pending->command;
    struct pg_request *request = &pending->request;
    struct store_put *put = &command->put;
    ASSERT(put->items_count >= 1 && put->items_count <= PUT_SKUS_MAX);
    put->applied_count = 0;
    put->stale_count = 0;
    const struct stock_key *keys = &put->items[0].key;
    pending->order = pg_sort_keys(command->arena, keys, sizeof(put->items[0]), put->items_count);
    if (pending->order == NULL)
        return false;
    pg_write_int8(writer, command->shelf_id);
    pg_write_skus(writer, keys, sizeof(put->items[0]), put->items_count, pending->order);
    write_numbers(writer, put, pending->order);
    if (put->unknown_policy != STORE_UNKNOWN_CREATE || shelf_is_market(command->shelf_id)) {
        pg_write_places(writer, pending->order, put->items_count);
        pg_write_int4(writer, (int32_t)put->unknown_policy);
        request->statement = PG_PUT_EACH;
        pending->take = take_put_each;
        return true;
    }
    request->statement = PG_PUT;
    pending->take = take_put;
    return true;
}

/* --- Mark. --- */

static enum verdict take_mark(struct pg_command *pending, const struct pg_result *result)
{
    return pg_result_rows(result) == 1 ? VERDICT_OK : pg_command_is_odd(pending);
}

bool pg_mark(struct pg_command *pending, struct pg_writer *writer)
{
    const struct store_command *command = pending->command;
    const struct store_mark *mark = &command->mark;
    ASSERT(mark->keys_count >= 1 && mark->keys_count <= PUT_SKUS_MAX);
    ASSERT((mark->set & mark->clear) == 0);
    pending->order =
        pg_sort_keys(command->arena, mark->keys, sizeof(mark->keys[0]), mark->keys_count);
    if (pending->order == NULL)
        return false;
    pg_write_int8(writer, command->shelf_id);
    pg_write_skus(writer, mark->keys, sizeof(mark->keys[0]), mark->keys_count, pending->order);
    pg_write_int4(writer, (int32_t)mark->set);
    pg_write_int4(writer, (int32_t)mark->clear);
    pg_write_bool(writer, mark->create_unknown);
    pending->request.statement = PG_MARK;
    pending->take = take_mark;
    return true;
}

/* --- Count. --- */

static enum verdict take_count(struct pg_command *pending, const struct pg_result *result)
{
    struct store_count *count = &pending->command->count;
    if (pg_result_rows(result) != 1)
        return pg_command_is_odd(pending);
    if (pg_result_int8(result, 0, 0) != PG_CODE_BELOW_RESERVED)
        return VERDICT_OK;
    count->sku = sku_of_place(pending, count->items_count, pg_result_int8(result, 0, 1));
    count->reserved = pg_result_int8(result, 0, 2);
    return count->sku.size > 0 ? VERDICT_BELOW_RESERVED : pg_command_is_odd(pending);
}

static void write_counts(struct pg_writer *writer, const struct store_count *count,
                         const uint32_t *order)
{
    uint8_t *at = pg_write_int4s(writer, count->items_count);
    for (uint32_t i = 0; i < count->items_count && at != NULL; i++)
        at = pg_put_int4(at, (int32_t)count->items[order[i]].type);
    at = pg_write_int8s(writer, count->items_count);
    for (uint32_t i = 0; i < count->items_count && at != NULL; i++)
        at = pg_put_int8(at, count->items[order[i]].count);
    at = pg_write_int8s(writer, count->items_count);
    for (uint32_t i = 0; i < count->items_count && at != NULL; i++)
        at = pg_put_int8(at, count->items[order[i]].updated_at_ms);
}

bool pg_count(struct pg_command *pending, struct pg_writer *writer)
{
    const struct store_command *command = pending->command;
    const struct store_count *count = &command->count;
    ASSERT(count->items_count >= 1 && count->items_count <= PUT_SKUS_MAX);
    const struct stock_key *keys = &count->items[0].key;
    pending->order =
        pg_sort_keys(command->arena, keys, sizeof(count->items[0]), count->items_count);
    if (pending->order == NULL)
        return false;
    pg_write_int8(writer, command->shelf_id);
    pg_write_skus(writer, keys, sizeof(count->items[0]), count->items_count, pending->order);
    write_counts(writer, count, pending->order);
    pg_write_places(writer, pending->order, count->items_count);
    pg_write_bool(writer, count->ties == STORE_TIES_LEAST);
    pending->request.statement = PG_COUNT;
    pending->take = take_count;
    return true;
}
