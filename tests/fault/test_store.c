/* The local store while its Nth allocation fails: a command is refused with VERDICT_NO_ROOM and
 * changes nothing, an operation that blocks says ERR_MEMORY or ERR_FULL; the same again does it,
 * and after another opening all is there. */
#include "store_fault.h"

#include "allocation.h"
#include "store/store_local_internal.h"

/* One command of the table, or a call of another kind: both give OK, ERR_FULL or ERR_MEMORY. */
struct row {
    const char *name;
    enum err (*act)(struct fault_world *world);
    bool in_steps; /* What failed may have done a part; the same again does the rest. */
};

static enum err submit(struct fault_world *world, struct store_command *command)
{
    command->arena = &world->arena;
    command->cause = fault_cause;
    const bool complete = store_submit(world->store, command);
    if (command->verdict == VERDICT_NO_ROOM) {
        assert_true(complete);
        return ERR_FULL;
    }
    world->verdict = command->verdict;
    return OK;
}

/* Enough new SKUs that cells, slots and text chunks all have to grow. */
static enum err put_many(struct fault_world *world)
{
    struct store_command command = {
        .kind = STORE_PUT,
        .shelf_id = SHELF,
        .put = {.items = world->many, .items_count = MANY, .unknown_policy = STORE_UNKNOWN_CREATE},
    };
    const enum err error = submit(world, &command);
    assert_true(error != OK || command.put.applied_count == MANY);
    return error;
}

static enum err put_on_a_new_shelf(struct fault_world *world)
{
    struct store_command command = {
        .kind = STORE_PUT,
        .shelf_id = 99,
        .put = {.items = world->many, .items_count = 2, .unknown_policy = STORE_UNKNOWN_CREATE},
    };
    return submit(world, &command);
}

static enum err put_unknown(struct fault_world *world, enum store_unknown policy,
                            enum verdict expected)
{
    const struct stock_write items[] = {write_of("a", 1000, MOMENT + 9),
                                        write_of("strange", 1, MOMENT)};
    struct store_command command = {
        .kind = STORE_PUT,
        .shelf_id = SHELF,
        .put = {.items = items, .items_count = 2, .unknown_policy = policy},
    };
    const enum err error = submit(world, &command);
    assert_true(error != OK || command.verdict == expected);
    return error;
}

static enum err put_ignoring(struct fault_world *world)
{
    return put_unknown(world, STORE_UNKNOWN_IGNORE, VERDICT_OK);
}

static enum err put_rejecting(struct fault_world *world)
{
    return put_unknown(world, STORE_UNKNOWN_REJECT, VERDICT_UNKNOWN_SKU);
}

static enum err mark(struct fault_world *world)
{
    const struct stock_key keys[] = {key_of("a"), key_of("new"), key_of("b")};
    struct store_command command = {
        .kind = STORE_MARK,
        .shelf_id = SHELF,
        .mark = {.keys = keys, .keys_count = 3, .set = STOCK_HIDDEN, .create_unknown = true},
    };
    return submit(world, &command);
}

static enum err count_on(struct fault_world *world, int64_t shelf_id)
{
    const struct stock_count items[] = {
        {key_of("a"), STOCK_FIT, 50, MOMENT + 5},
        {key_of("fresh"), STOCK_DEFECT, 3, MOMENT + 5},
        {key_of("fresh"), STOCK_EXPIRED, 4, MOMENT + 5},
        {key_of("other"), STOCK_AVAILABLE, 9, MOMENT + 5},
    };
    struct store_command command = {
        .kind = STORE_COUNT, .shelf_id = shelf_id, .count = {.items = items, .items_count = 4}};
    return submit(world, &command);
}

static enum err count(struct fault_world *world)
{
    return count_on(world, SHELF);
}

static enum err count_at_the_market(struct fault_world *world)
{
    return count_on(world, MARKET_SHELF);
}

/* Details of cells have to grow, too. */
static enum err count_many_on(struct fault_world *world, int64_t shelf_id)
{
    static struct stock_count items[MANY];
    for (int i = 0; i < MANY; i++)
        items[i] = (struct stock_count){world->many[i].key, STOCK_DEFECT, i + 1, MOMENT + 5};
    struct store_command command = {
        .kind = STORE_COUNT, .shelf_id = shelf_id, .count = {.items = items, .items_count = MANY}};
    return submit(world, &command);
}

static enum err count_many(struct fault_world *world)
{
    return count_many_on(world, SHELF);
}

static enum err count_many_at_the_market(struct fault_world *world)
{
    return count_many_on(world, MARKET_SHELF);
}

static enum err mark_many(struct fault_world *world)
{
    static struct stock_key keys[MANY];
    for (int i = 0; i < MANY; i++)
        keys[i] = world->many[i].key;
    struct store_command command = {
        .kind = STORE_MARK,
        .shelf_id = SHELF,
        .mark = {.keys = keys, .keys_count = MANY, .set = STOCK_PLACED, .create_unknown = true},
    };
    return submit(world, &command);
}

static enum err order(struct fault_world *world, enum order_action action, const char *id)
{
    const struct stock_order_item items[] = {{key_of("a"), 2}, {key_of("b"), 1}};
    struct store_command command = {
        .kind = STORE_ORDER,
        .shelf_id = SHELF,
        .order = {.action = action,
                  .campaign_id = 10,
                  .id = bytes_from_text(id),
                  .now_ms = MOMENT,
                  .expires_at_ms = MOMENT + 1000,
                  .items = items,
                  .items_count = action == ORDER_RESERVE ? 2 : 0},
    };
    return submit(world, &command);
}

static enum err reserve(struct fault_world *world)
{
    return order(world, ORDER_RESERVE, "fresh");
}

/* The book's table and its heap of what expires have to grow. */
static enum err reserve_often(struct fault_world *world)
{
    static const char ids[] = "0123456789abcdefghi";
    enum err error = OK;
    for (size_t i = 0; i + 1 < sizeof(ids) && error == OK; i++) {
        const struct stock_order_item item = {key_of("b"), 1};
        struct store_command command = {
            .kind = STORE_ORDER,
            .shelf_id = SHELF,
            .order = {.action = ORDER_RESERVE,
                      .campaign_id = 11,
                      .id = {(const uint8_t *)&ids[i], 1},
                      .now_ms = MOMENT,
                      .expires_at_ms = MOMENT + 1000,
                      .items = &item,
                      .items_count = 1},
        };
        error = submit(world, &command);
    }
    return error;
}

static enum err reserve_too_much(struct fault_world *world)
{
    const struct stock_order_item items[] = {{key_of("a"), 1}, {key_of("b"), 100000}};
    struct store_command command = {
        .kind = STORE_ORDER,
        .shelf_id = SHELF,
        .order = {.action = ORDER_RESERVE,
                  .campaign_id = 10,
                  .id = BYTES("large"),
                  .now_ms = MOMENT,
                  .items = items,
                  .items_count = 2},
    };
    const enum err error = submit(world, &command);
    assert_true(error != OK || command.verdict == VERDICT_SHORTAGE);
    assert_true(error != OK || command.order.shortages[0].requested == 100000);
    return error;
}

static enum err read_order(struct fault_world *world)
{
    return order(world, ORDER_READ, "open");
}

static enum err pack(struct fault_world *world)
{
    return order(world, ORDER_PACK, "open");
}

static enum err ship(struct fault_world *world)
{
    return order(world, ORDER_SHIP, "open");
}

static enum err cancel(struct fault_world *world)
{
    return order(world, ORDER_CANCEL, "open");
}

static enum err page(struct fault_world *world)
{
    struct store_command command = {
        .kind = STORE_PAGE,
        .shelf_id = MARKET_SHELF,
        .page = {.limit = 3, .turnover_at_ms = MOMENT, .filter = {.never_updated = true}},
    };
    const enum err error = submit(world, &command);
    assert_true(error != OK || (command.views_count == 3 && command.page.next.size > 0));
    return error;
}

static enum err list(struct fault_world *world)
{
    const struct stock_key keys[] = {key_of("a"), key_of("none"), key_of("b")};
    struct store_command command = {
        .kind = STORE_LIST,
        .shelf_id = MARKET_SHELF,
        .list = {.keys = keys, .keys_count = 3, .turnover_at_ms = MOMENT},
    };
    const enum err error = submit(world, &command);
    assert_true(error != OK || command.views_count == 2);
    return error;
}

static enum err add_document(struct fault_world *world)
{
    return store_add_document(world->store, BYTES("name"), BYTES("content"));
}

static enum err copy_shelf(struct fault_world *world)
{
    return store_copy_shelf(world->store, MARKET_SHELF, 55, STORE_TIES_LEAST);
}

static enum err copy_marks(struct fault_world *world)
{
    return store_copy_marks(world->store, SHELF, 56);
}

static enum err expire(struct fault_world *world)
{
    os_sim_set_now(world->sim, MOMENT + 100000);
    return store_local_expire_due(world->store);
}

/* One after the other: the second one replaces the first. */
static enum err checkpoint(struct fault_world *world)
{
    const enum err error = store_local_checkpoint(world->store);
    return error == OK ? store_local_checkpoint(world->store) : error;
}

static enum err totals(struct fault_world *world)
{
    struct shelf_totals sums;
    const enum err error = store_totals(world->store, SHELF, 0, &sums);
    assert_true(error != OK || sums.orders_count == 1);
    return error;
}

/* Out of the journal. */
static enum err history(struct fault_world *world)
{
    struct store_history page = {.shelf_id = SHELF,
                                 .key = key_of("a"),
                                 .until_ms = INT64_MAX,
                                 .limit = 2,
                                 .arena = &world->arena};
    const enum err error = store_history(world->store, &page);
    assert_true(error != OK || (page.events_count == 2 && page.next.size > 0));
    return error;
}

/* Out of a file that was kept before: a look at the whole of it. */
static bool take_kept(void *context, const struct journal_record *record)
{
    int *count = context;
    *count += record->payload.size > 0;
    return true;
}

static enum err kept_history(struct fault_world *world)
{
    int count = 0;
    struct journal_look look = {
        .context = &count, .take = take_kept, .seq = UINT64_MAX / 2, .bytes_left = 1 << 20};
    const struct history_wanted wanted = {.key = SHELF, .item = 0};
    enum err error = OK;
    if (history_figures(local_of(world->store)->history).files_count == 0)
        error = store_local_checkpoint(world->store);
    if (error == OK)
        error = history_look_back(local_of(world->store)->history, &wanted, &look);
    if (error != ERR_NOT_FOUND)
        return error;
    const uint64_t lost = history_figures(local_of(world->store)->history).lost_records;
    assert_true((lost > 0) == (count == 0)); /* Which is told; the journal still has it all. */
    return OK;
}

static const struct row rows[] = {
    {"put of many new SKUs", put_many, false},
    {"put on a new shelf", put_on_a_new_shelf, false},
    {"put, unknown SKUs ignored", put_ignoring, false},
    {"put, unknown SKUs rejected", put_rejecting, false},
    {"mark", mark, false},
    {"count", count, false},
    {"count at the Market", count_at_the_market, false},
    {"count of many SKUs", count_many, false},
    {"count of many SKUs at the Market", count_many_at_the_market, false},
    {"mark of many SKUs", mark_many, false},
    {"reserve", reserve, false},
    {"reserve often", reserve_often, true},
    {"reserve too much", reserve_too_much, false},
    {"read an order", read_order, false},
    {"pack", pack, false},
    {"ship", ship, false},
    {"cancel", cancel, false},
    {"page with turnover", page, false},
    {"list with turnover", list, false},
    {"add a document", add_document, false},
    {"copy a shelf", copy_shelf, true},
    {"copy marks", copy_marks, true},
    {"expire", expire, true},
    {"checkpoint", checkpoint, false},
    {"totals", totals, false},
    {"history", history, false},
    {"history that was kept", kept_history, false},
};

/* What a row begins from and comes to, as text. */
struct expected {
    const struct row *row;
    struct buffer before;
    struct buffer after;
};

/* The same again without a fault, and after another opening: all is there. */
static void expect_done(struct fault_world *world, const struct expected *expected, bool reopened)
{
    struct buffer now;
    buffer_init(&now);
    fault_world_show(world, &now);
    EXPECT_BYTES(buffer_bytes(&now), buffer_bytes(&expected->after));
    if (reopened) {
        fault_world_reopen(world);
        fault_world_show(world, &now);
        EXPECT_BYTES(buffer_bytes(&now), buffer_bytes(&expected->after));
    }
    buffer_deinit(&now);
}

static bool run_row(const void *context, uint64_t number)
{
    const struct expected *expected = context;
    const struct row *row = expected->row;
    struct buffer now;
    struct fault_world world;
    buffer_init(&now);
    fault_world_begin(&world);

    allocation_fail_at(number);
    const enum err error = row->act(&world);
    const bool reached = allocation_end();

    EXPECT(row->name, reached || error == OK);
    EXPECT(row->name, error == OK || error == ERR_FULL || error == ERR_MEMORY);
    if (error != OK) {
        fault_world_show(&world, &now);
        if (!row->in_steps)
            EXPECT_BYTES(buffer_bytes(&now), buffer_bytes(&expected->before));
        assert_int_equal(row->act(&world), OK);
    }
    expect_done(&world, expected, number == 0 || !reached);
    fault_world_end(&world);
    buffer_deinit(&now);
    return reached;
}

static void sweep_row(const struct row *row)
{
    struct expected expected = {.row = row};
    struct fault_world world;
    buffer_init(&expected.before);
    buffer_init(&expected.after);
    fault_world_begin(&world);
    fault_world_show(&world, &expected.before);
    assert_int_equal(row->act(&world), OK);
    fault_world_show(&world, &expected.after);
    fault_world_end(&world);
    allocation_sweep(row->name, run_row, &expected);
    buffer_deinit(&expected.before);
    buffer_deinit(&expected.after);
}

static void command_without_memory_changes_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++)
        sweep_row(&rows[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(command_without_memory_changes_nothing),
    };
    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
