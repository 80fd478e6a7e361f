/* Orders of the local store: all or nothing, repeating, the life cycle of CONTRACT §12, and that
 * all of it is there after opening again. */
#include "store_calls.h"

enum { SHELF = 7 };
#define NOW INT64_C(1700000000000)

static void guide_table_holds(void **state)
{
    /* 0 → 10 (delivery) → 8 (2 ordered) → 18 (supply of 10) → 15 (3 sold elsewhere). */
    struct store_world *world = *state;
    put_one(world, SHELF, "A", 0, 1);
    put_one(world, SHELF, "A", 10, 2);
    assert_int_equal(reserve_one(world, SHELF, "x", ordered("A", 2), 3, 0), VERDICT_OK);
    expect_units(world, SHELF, "A", 8, 2);
    put_one(world, SHELF, "A", 18, 4);
    expect_units(world, SHELF, "A", 18, 2);
    put_one(world, SHELF, "A", 15, 5);
    assert_int_equal(order_do(world, SHELF, "x", ORDER_SHIP, 6), VERDICT_OK);
    for (int again = 0; again < 2; again++) {
        struct stock_view view = {.available = -1};
        expect_units(world, SHELF, "A", 15, 0);
        assert_true(get_one(world, SHELF, "A", &view));
        assert_int_equal(view.updated_at_ms, 5); /* Orders do not touch it. */
        store_world_reopen(world);
    }
}

static void order_reserves_all_of_its_items_or_none(void **state)
{
    struct store_world *world = *state;
    put_one(world, SHELF, "A", 5, 1);
    put_one(world, SHELF, "B", 1, 1);
    const struct stock_order_item items[] = {ordered("A", 5), ordered("B", 2), ordered("C", 3)};
    const struct store_order request = {.action = ORDER_RESERVE,
                                        .campaign_id = 10,
                                        .id = BYTES("x"),
                                        .now_ms = NOW,
                                        .items = items,
                                        .items_count = 3};
    struct store_command command = order_run(world, SHELF, request);
    assert_int_equal(command.verdict, VERDICT_SHORTAGE);
    assert_true(command.waiter.seq > 0); /* What it tells is durable before it is told. */
    assert_int_equal(command.order.shortages_count, 2);
    assert_true(bytes_equal(command.order.shortages[0].sku, BYTES("B")));
    assert_int_equal(command.order.shortages[0].requested, 2);
    assert_int_equal(command.order.shortages[0].available, 1);
    assert_true(bytes_equal(command.order.shortages[1].sku, BYTES("C")));
    assert_int_equal(command.order.shortages[1].available, 0);
    expect_units(world, SHELF, "A", 5, 0);
    assert_int_equal(count_of(world, SHELF, "C"), -1);
    assert_int_equal(order_do(world, SHELF, "x", ORDER_READ, NOW), VERDICT_ORDER_UNKNOWN);

    put_one(world, SHELF, "B", 2, 1);
    put_one(world, SHELF, "C", 4, 1);
    command = order_run(world, SHELF, request);
    assert_int_equal(command.verdict, VERDICT_OK);
    for (int again = 0; again < 2; again++) {
        const struct order_view order = order_read(world, SHELF, "x");
        assert_int_equal(order.campaign_id, 10);
        assert_true(bytes_equal(order.id, BYTES("x")));
        assert_int_equal(order.state, ORDER_RESERVED);
        assert_int_equal(order.created_at_ms, NOW);
        assert_int_equal(order.changed_at_ms, NOW);
        assert_int_equal(order.expires_at_ms, 0);
        assert_int_equal(order.items_count, 3);
        for (uint32_t i = 0; i < 3; i++) { /* In the order in which they were asked for. */
            assert_true(bytes_equal(order.items[i].key.sku, items[i].key.sku));
            assert_int_equal(order.items[i].count, items[i].count);
        }
        expect_units(world, SHELF, "A", 0, 5);
        expect_units(world, SHELF, "B", 0, 2);
        expect_units(world, SHELF, "C", 1, 3);
        store_world_reopen(world);
    }
}

static void repeated_order_answers_the_same_and_changes_nothing(void **state)
{
    struct store_world *world = *state;
    put_one(world, SHELF, "A", 5, 1);
    put_one(world, SHELF, "B", 5, 1);
    const struct stock_order_item items[] = {ordered("A", 3), ordered("B", 1)};
    const struct stock_order_item turned[] = {ordered("B", 1), ordered("A", 3)};
    const struct stock_order_item others[] = {ordered("A", 3), ordered("C", 1)};
    struct store_order request = {.action = ORDER_RESERVE,
                                  .campaign_id = 10,
                                  .id = BYTES("x"),
                                  .now_ms = NOW,
                                  .expires_at_ms = NOW * 100,
                                  .items = items,
                                  .items_count = 2};
    assert_int_equal(order_run(world, SHELF, request).verdict, VERDICT_OK);
    put_one(world, SHELF, "A", 0, 2); /* Short now, and still the same answer. */
    request.items = turned;
    request.now_ms = NOW + 5;
    request.expires_at_ms = NOW * 90;
    for (int again = 0; again < 2; again++) {
        const struct store_command command = order_run(world, SHELF, request);
        assert_int_equal(command.verdict, VERDICT_OK);
        assert_int_equal(command.order.order.created_at_ms, NOW);
        assert_int_equal(command.order.order.expires_at_ms, NOW * 100);
        expect_units(world, SHELF, "A", 0, 3);
        expect_units(world, SHELF, "B", 4, 1);
        store_world_reopen(world);
    }
    assert_int_equal(world->opening.recovery.records_count, 4);
    request.items = others;
    const struct store_command command = order_run(world, SHELF, request);
    assert_int_equal(command.verdict, VERDICT_ORDER_EXISTS);
    assert_true(command.waiter.seq > 0); /* What it tells is durable before it is told. */
    assert_int_equal(command.order.order.items_count, 2);
    request.items = items;
    request.items_count = 1;
    assert_int_equal(order_run(world, SHELF, request).verdict, VERDICT_ORDER_EXISTS);
    request.campaign_id = 11; /* The same text of another campaign is another order. */
    assert_int_equal(order_run(world, SHELF, request).verdict, VERDICT_SHORTAGE);
    assert_int_equal(order_do(world, SHELF, "x", ORDER_SHIP, NOW), VERDICT_OK);
    request.campaign_id = 10;
    request.items_count = 2;
    const struct store_command shipped = order_run(world, SHELF, request);
    assert_int_equal(shipped.verdict, VERDICT_OK);
    assert_int_equal(shipped.order.order.state, ORDER_SHIPPED);
}

/* Which verdict each action gives in each state, and what 4 units of 10 became. */
static void actions_follow_the_life_cycle(void **state)
{
    static const struct {
        enum order_action before[2]; /* ORDER_READ: none. */
        enum order_action action;
        enum verdict verdict;
        enum order_state state_after;
        int64_t available;
        int64_t reserved;
        uint32_t records; /* That the last action wrote. */
    } rows[] = {
        {{ORDER_READ}, ORDER_PACK, VERDICT_OK, ORDER_PACKED, 6, 4, 1},
        {{ORDER_READ}, ORDER_SHIP, VERDICT_OK, ORDER_SHIPPED, 6, 0, 1},
        {{ORDER_READ}, ORDER_CANCEL, VERDICT_OK, ORDER_CANCELLED, 10, 0, 1},
        {{ORDER_PACK}, ORDER_PACK, VERDICT_OK, ORDER_PACKED, 6, 4, 0},
        {{ORDER_PACK}, ORDER_SHIP, VERDICT_OK, ORDER_SHIPPED, 6, 0, 1},
        {{ORDER_PACK}, ORDER_CANCEL, VERDICT_OK, ORDER_CANCELLED, 6, 0, 1},
        {{ORDER_SHIP}, ORDER_PACK, VERDICT_ORDER_STATE, ORDER_SHIPPED, 6, 0, 0},
        {{ORDER_PACK, ORDER_SHIP}, ORDER_SHIP, VERDICT_OK, ORDER_SHIPPED, 6, 0, 0},
        {{ORDER_SHIP}, ORDER_CANCEL, VERDICT_ORDER_STATE, ORDER_SHIPPED, 6, 0, 0},
        {{ORDER_CANCEL}, ORDER_PACK, VERDICT_ORDER_STATE, ORDER_CANCELLED, 10, 0, 0},
        {{ORDER_CANCEL}, ORDER_SHIP, VERDICT_ORDER_STATE, ORDER_CANCELLED, 10, 0, 0},
        {{ORDER_PACK, ORDER_CANCEL}, ORDER_CANCEL, VERDICT_OK, ORDER_CANCELLED, 6, 0, 0},
    };
    struct store_world *world = *state;
    uint64_t records = 0;
    char id[32];
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        (void)snprintf(id, sizeof(id), "o%zu", i);
        put_one(world, SHELF, id, 10, 1); /* The SKU of the same name. */
        assert_int_equal(reserve_one(world, SHELF, id, ordered(id, 4), NOW, 0), VERDICT_OK);
        records += 2;
        for (int before = 0; before < 2; before++) {
            const enum order_action action = rows[i].before[before];
            if (action == ORDER_RESERVE)
                continue;
            assert_int_equal(order_do(world, SHELF, id, action, NOW + 1), VERDICT_OK);
            records += action != ORDER_READ;
        }
        assert_int_equal(order_do(world, SHELF, id, rows[i].action, NOW + 2), rows[i].verdict);
        records += rows[i].records;
    }
    for (int again = 0; again < 2; again++) {
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
            (void)snprintf(id, sizeof(id), "o%zu", i);
            assert_int_equal(order_read(world, SHELF, id).state, rows[i].state_after);
            assert_int_equal(order_read(world, SHELF, id).changed_at_ms, NOW + 1 + rows[i].records);
            expect_units(world, SHELF, id, rows[i].available, rows[i].reserved);
        }
        assert_int_equal(totals_of(world, SHELF, 10).orders_count, 2);
        store_world_reopen(world);
        assert_int_equal(world->opening.recovery.records_count, records);
    }
}

static void order_that_nobody_knows_is_said_to_be_unknown(void **state)
{
    struct store_world *world = *state;
    put_one(world, SHELF, "A", 5, 1);
    assert_int_equal(reserve_one(world, SHELF, "x", ordered("A", 1), NOW, 0), VERDICT_OK);
    for (int action = ORDER_READ; action <= ORDER_CANCEL; action++) {
        assert_int_equal(order_do(world, SHELF, "y", (enum order_action)action, NOW),
                         VERDICT_ORDER_UNKNOWN);
        assert_int_equal(order_do(world, 99, "x", (enum order_action)action, NOW),
                         VERDICT_ORDER_UNKNOWN);
    }
    assert_int_equal(reserve_one(world, 99, "x", ordered("A", 1), NOW, 0), VERDICT_SHORTAGE);
}

static void reservations_of_a_cell_are_bounded(void **state)
{
    struct store_world *world = *state;
    put_one(world, SHELF, "A", STOCK_COUNT_MAX, 1);
    assert_int_equal(reserve_one(world, SHELF, "x", ordered("A", STOCK_COUNT_MAX), NOW, 0),
                     VERDICT_OK);
    put_one(world, SHELF, "A", STOCK_COUNT_MAX, 1);
    const struct stock_order_item one = ordered("A", 1);
    const struct store_command command = order_run(world, SHELF,
                                                   (struct store_order){.action = ORDER_RESERVE,
                                                                        .campaign_id = 10,
                                                                        .id = BYTES("y"),
                                                                        .now_ms = NOW,
                                                                        .items = &one,
                                                                        .items_count = 1});
    assert_int_equal(command.verdict, VERDICT_SHORTAGE);
    assert_int_equal(command.order.shortages[0].available, 0);
}

/* The largest order, with the longest name and the longest SKUs. */
static void largest_order_is_taken_whole(void **state)
{
    static char skus[ORDER_ITEMS_MAX][SKU_BYTES_MAX + 1];
    static struct stock_write writes[ORDER_ITEMS_MAX];
    static struct stock_order_item items[ORDER_ITEMS_MAX];
    static uint8_t id[ORDER_ID_BYTES_MAX];
    struct store_world *world = *state;
    memset(id, 'i', sizeof(id));
    for (int i = 0; i < ORDER_ITEMS_MAX; i++) {
        memset(skus[i], 'x', SKU_BYTES_MAX);
        skus[i][SKU_BYTES_MAX - 4 + snprintf(skus[i] + SKU_BYTES_MAX - 4, 5, "%04d", i)] = '\0';
        writes[i] = write_of(skus[i], STOCK_COUNT_MAX, 1);
        items[ORDER_ITEMS_MAX - 1 - i] = ordered(skus[i], STOCK_COUNT_MAX);
    }
    assert_int_equal(put_items(world, SHELF, STORE_UNKNOWN_CREATE, writes, ORDER_ITEMS_MAX, NULL),
                     VERDICT_OK);
    struct store_order request = {.action = ORDER_RESERVE,
                                  .campaign_id = INT64_MAX,
                                  .id = {id, sizeof(id)},
                                  .now_ms = INT64_C(253402300799999),
                                  .expires_at_ms = INT64_C(253402300799999),
                                  .items = items,
                                  .items_count = ORDER_ITEMS_MAX};
    assert_int_equal(order_run(world, SHELF, request).verdict, VERDICT_OK);
    store_world_reopen(world);
    request.action = ORDER_SHIP;
    const struct store_command command = order_run(world, SHELF, request);
    assert_int_equal(command.verdict, VERDICT_OK);
    assert_int_equal(command.order.order.items_count, ORDER_ITEMS_MAX);
    assert_int_equal(totals_of(world, SHELF, 0).reserved, 0);
}

static void finished_order_is_forgotten_after_opening_again_too(void **state)
{
    struct store_world *world = *state;
    put_one(world, SHELF, "A", 100, 1);
    assert_int_equal(reserve_one(world, SHELF, "x", ordered("A", 1), NOW, 0), VERDICT_OK);
    assert_int_equal(order_do(world, SHELF, "x", ORDER_SHIP, NOW), VERDICT_OK);
    assert_int_equal(reserve_one(world, SHELF, "y", ordered("A", 1), NOW + 30 * DAY, 0),
                     VERDICT_OK);
    assert_int_equal(reserve_one(world, SHELF, "x", ordered("A", 7), NOW + 30 * DAY, 0),
                     VERDICT_OK);
    for (int again = 0; again < 2; again++) {
        assert_int_equal(order_read(world, SHELF, "x").items[0].count, 7);
        expect_units(world, SHELF, "A", 91, 8);
        store_world_reopen(world);
    }
}

static void disk_without_room_refuses_orders_and_still_reads_them(void **state)
{
    struct store_world *world = *state;
    struct os_sim *sim = os_sim_create(1);
    store_close(world->store);
    os_sim_set_now(sim, NOW);
    os_sim_limit_disk(sim, (uint64_t)JOURNAL_SEGMENT_BYTES + 65536);
    assert_int_equal(world_open_sim(world, sim), OK);
    put_one(world, SHELF, "A", 100, 1);
    assert_int_equal(reserve_one(world, SHELF, "x", ordered("A", 1), NOW, 0), VERDICT_OK);
    char id[16];
    enum verdict verdict = VERDICT_OK;
    uint8_t filler[1 << 20] = {'f'};
    while (store_add_document(world->store, BYTES("d"), (struct bytes){filler, sizeof(filler)}) ==
           OK)
        continue;
    for (int i = 0; verdict == VERDICT_OK && i < 10000; i++) {
        (void)snprintf(id, sizeof(id), "n%d", i);
        verdict = order_do(world, SHELF, i % 2 == 0 ? "x" : id, ORDER_SHIP, NOW);
        if (verdict == VERDICT_ORDER_UNKNOWN)
            verdict = reserve_one(world, SHELF, id, ordered("A", 1), NOW, 0);
    }
    assert_int_equal(verdict, VERDICT_NO_ROOM);
    const struct shelf_totals totals = totals_of(world, SHELF, 0);
    assert_int_equal(reserve_one(world, SHELF, "last", ordered("A", 1), NOW, 0), VERDICT_NO_ROOM);
    assert_int_equal(mark_one(world, SHELF, "A", STOCK_HIDDEN, 0), VERDICT_NO_ROOM);
    assert_int_equal(totals_of(world, SHELF, 0).available, totals.available);
    assert_int_equal(totals_of(world, SHELF, 0).orders_count, totals.orders_count);
    assert_int_equal(order_do(world, SHELF, "x", ORDER_READ, NOW), VERDICT_OK);
    store_close(world->store);
    world->store = NULL;
    os_sim_destroy(sim);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, store_world_begin, store_world_end)
    const struct CMUnitTest tests[] = {
        TEST(guide_table_holds),
        TEST(order_reserves_all_of_its_items_or_none),
        TEST(repeated_order_answers_the_same_and_changes_nothing),
        TEST(actions_follow_the_life_cycle),
        TEST(order_that_nobody_knows_is_said_to_be_unknown),
        TEST(reservations_of_a_cell_are_bounded),
        TEST(largest_order_is_taken_whole),
        TEST(finished_order_is_forgotten_after_opening_again_too),
        TEST(disk_without_room_refuses_orders_and_still_reads_them),
    };
    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
