/* Lists of orders of the local store: the newest first, in pages, by state and by campaign, held
 * against a plain list of what was made. */
#include "../../support/chance.h"
#include "store_calls.h"

enum { SHELF = 7, ORDERS = 700, MOMENTS = 40, ALL_STATES = (1 << ORDER_STATES_COUNT) - 1 };
#define NOW INT64_C(1700000000000)

/* An order as it was made. */
struct made {
    char id[16];
    int64_t campaign_id;
    int64_t created_at_ms;
    enum order_state state;
    int64_t units;
};

static void make(struct store_world *world, struct made *made)
{
    const struct stock_order_item item = ordered("A", made->units);
    const struct store_order request = {.action = ORDER_RESERVE,
                                        .campaign_id = made->campaign_id,
                                        .id = bytes_from_text(made->id),
                                        .now_ms = made->created_at_ms,
                                        .items = &item,
                                        .items_count = 1};
    assert_int_equal(order_run(world, SHELF, request).verdict, VERDICT_OK);
    static const enum order_action actions[] = {[ORDER_PACKED] = ORDER_PACK,
                                                [ORDER_SHIPPED] = ORDER_SHIP,
                                                [ORDER_CANCELLED] = ORDER_CANCEL};
    if (made->state == ORDER_RESERVED)
        return;
    const struct store_order change = {.action = actions[made->state],
                                       .campaign_id = made->campaign_id,
                                       .id = bytes_from_text(made->id),
                                       .now_ms = made->created_at_ms + 1};
    assert_int_equal(order_run(world, SHELF, change).verdict, VERDICT_OK);
}

static int compare_made(const void *left, const void *right)
{
    const struct made *one = left;
    const struct made *other = right;
    if (one->created_at_ms != other->created_at_ms)
        return one->created_at_ms > other->created_at_ms ? -1 : 1;
    return -strcmp(one->id, other->id);
}

/* Ids of several lengths, one the beginning of another; many orders of one moment. */
static struct made *make_many(struct store_world *world, struct chance *chance)
{
    struct made *all = calloc(ORDERS, sizeof(*all));
    assert_non_null(all);
    put_one(world, SHELF, "A", 1000000, 1);
    for (int i = 0; i < ORDERS; i++) {
        struct made *made = &all[i];
        (void)snprintf(made->id, sizeof(made->id), "%d", i);
        made->campaign_id = 10 + (int64_t)chance_below(chance, 2);
        made->created_at_ms = NOW + (int64_t)chance_below(chance, MOMENTS);
        made->state = (enum order_state)chance_below(chance, ORDER_CANCELLED + 1);
        made->units = 1 + (int64_t)chance_below(chance, 9);
        make(world, made);
    }
    qsort(all, ORDERS, sizeof(*all), compare_made);
    return all;
}

/* Follows the pages of a list, and holds each order against the next one that fits. */
static void expect_list(struct store_world *world, const struct made *all, int64_t campaign_id,
                        uint32_t states, uint32_t limit)
{
    uint8_t last_id[ORDER_ID_BYTES_MAX];
    struct arena arena;
    arena_init(&arena);
    struct store_orders page = {.shelf_id = SHELF,
                                .campaign_id = campaign_id,
                                .states = states,
                                .before_ms = INT64_MAX,
                                .limit = limit,
                                .arena = &arena};
    int next = 0;
    do {
        arena_reset(&arena);
        assert_int_equal(store_orders(world->store, &page), OK);
        assert_true(page.orders_count == limit || !page.more);
        for (uint32_t i = 0; i < page.orders_count; i++, next++) {
            while (next < ORDERS &&
                   (all[next].campaign_id != campaign_id || (states >> all[next].state & 1) == 0))
                next++;
            assert_true(next < ORDERS);
            const struct order_view *view = &page.orders[i];
            assert_true(bytes_equal(view->id, bytes_from_text(all[next].id)));
            assert_int_equal(view->created_at_ms, all[next].created_at_ms);
            assert_int_equal(view->state, all[next].state);
            assert_int_equal(view->campaign_id, campaign_id);
            assert_int_equal(view->items_count, 1);
            assert_int_equal(view->items[0].count, all[next].units);
        }
        if (!page.more)
            break;
        memcpy(last_id, page.last_id.data, page.last_id.size);
        page.before_ms = page.last_ms;
        page.before_id = (struct bytes){last_id, page.last_id.size};
    } while (true);
    for (; next < ORDERS; next++)
        assert_true(all[next].campaign_id != campaign_id || (states >> all[next].state & 1) == 0);
    arena_deinit(&arena);
}

static void every_order_is_listed_once_and_in_order(void **state)
{
    struct store_world *world = *state;
    struct chance chance = chance_begin("every_order_is_listed_once_and_in_order");
    struct made *all = make_many(world, &chance);
    static const struct {
        uint32_t states;
        uint32_t limit;
    } rows[] = {{ALL_STATES, STORE_ORDERS_MAX},
                {ALL_STATES, 7},
                {1 << ORDER_PACKED, 50},
                {1 << ORDER_SHIPPED | 1 << ORDER_CANCELLED, STORE_ORDERS_MAX},
                {1 << ORDER_EXPIRED, 1},
                {0, 1}};
    for (int again = 0; again < 2; again++) {
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
            expect_list(world, all, 10, rows[i].states, rows[i].limit);
            expect_list(world, all, 11, rows[i].states, rows[i].limit);
        }
        expect_list(world, all, 12, ALL_STATES, 1);
        store_world_reopen(world);
    }
    free(all);
}

static void a_shelf_that_is_not_there_has_no_orders(void **state)
{
    struct store_world *world = *state;
    struct store_orders page = {.shelf_id = SHELF + 1,
                                .campaign_id = 10,
                                .states = ALL_STATES,
                                .before_ms = INT64_MAX,
                                .limit = 1,
                                .arena = &world->arena};
    assert_int_equal(store_orders(world->store, &page), OK);
    assert_int_equal(page.orders_count, 0);
    assert_false(page.more);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, store_world_begin, store_world_end)
    const struct CMUnitTest tests[] = {
        TEST(every_order_is_listed_once_and_in_order),
        TEST(a_shelf_that_is_not_there_has_no_orders),
    };
    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
