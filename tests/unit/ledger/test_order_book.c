/* The book of orders: which states follow which, what that does to the shelf, who expires first,
 * and when an order is forgotten. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "../../support/chance.h"
#include "../../support/expect.h"
#include "base/hash.h"
#include "ledger/order_book.h"

enum { CAMPAIGN = 10, STOCK = 1000000 };

struct world {
    struct shelf *shelf;
    struct order_book *book;
};

static int begin(void **state)
{
    static struct world world;
    world.shelf = shelf_create(false);
    for (uint32_t i = 0; i < 10; i++) {
        const uint8_t letter = (uint8_t)('A' + i);
        const struct bytes sku = {&letter, 1};
        const struct stock_key key = {sku, bytes_hash(sku)};
        if (shelf_reserve(world.shelf, 1, 1) != OK)
            return -1;
        shelf_set_available(world.shelf, shelf_add(world.shelf, &key), STOCK, 1);
    }
    world.book = order_book_create(world.shelf);
    *state = &world;
    return world.book == NULL ? -1 : 0;
}

static int end(void **state)
{
    struct world *world = *state;
    order_book_destroy(world->book);
    shelf_destroy(world->shelf);
    return 0;
}

/* Adds an order of three units of cell 0 and one of cell 1. */
static struct order *add(struct world *world, int64_t campaign_id, const char *id, int64_t now_ms,
                         int64_t expires_at_ms)
{
    static const struct order_line lines[] = {{0, 3}, {1, 1}};
    assert_int_equal(order_book_reserve(world->book), OK);
    struct order *order = order_create(campaign_id, bytes_from_text(id), lines, 2);
    assert_non_null(order);
    order_book_add(world->book, order, now_ms, expires_at_ms);
    return order;
}

static struct order *find(const struct world *world, int64_t campaign_id, const char *id)
{
    return order_book_find(world->book, campaign_id, bytes_from_text(id));
}

static void orders_are_known_by_campaign_and_text(void **state)
{
    struct world *world = *state;
    assert_null(find(world, CAMPAIGN, "x"));
    struct order *first = add(world, CAMPAIGN, "x", 5, 0);
    struct order *second = add(world, CAMPAIGN + 1, "x", 6, 100);
    struct order *third = add(world, CAMPAIGN, "X", 7, 0);
    assert_ptr_equal(find(world, CAMPAIGN, "x"), first);
    assert_ptr_equal(find(world, CAMPAIGN + 1, "x"), second);
    assert_ptr_equal(find(world, CAMPAIGN, "X"), third);
    assert_null(find(world, CAMPAIGN + 2, "x"));
    assert_null(find(world, CAMPAIGN, "xx"));
    EXPECT_TEXT(second->id, "x");
    assert_int_equal(second->created_at_ms, 6);
    assert_int_equal(second->changed_at_ms, 6);
    assert_int_equal(second->expires_at_ms, 100);
    assert_int_equal(second->state, ORDER_RESERVED);
    assert_int_equal(order_book_open_count(world->book, CAMPAIGN), 2);
    assert_int_equal(order_book_open_count(world->book, CAMPAIGN + 1), 1);
    assert_int_equal(order_book_open_count(world->book, 77), 0);
    assert_int_equal(order_book_open_count(world->book, 0), 3);
    assert_int_equal(shelf_sums(world->shelf).reserved, 12);
}

static void every_change_of_state_does_what_the_life_cycle_says(void **state)
{
    struct world *world = *state;
    /* What becomes of 4 units: 'h' held, 'b' back on sale, 'g' gone, '-' not allowed. */
    static const char *const fates[ORDER_STATES_COUNT] = {
        [ORDER_RESERVED] = "-hgbb",  [ORDER_PACKED] = "--gg-",  [ORDER_SHIPPED] = "-----",
        [ORDER_CANCELLED] = "-----", [ORDER_EXPIRED] = "-----",
    };
    int number = 0;
    int64_t available = 10 * STOCK;
    for (int from = 0; from < ORDER_STATES_COUNT; from++) {
        for (int to = 0; to < ORDER_STATES_COUNT; to++) {
            const char fate = fates[from][to];
            assert_int_equal(order_may_become((enum order_state)from, (enum order_state)to),
                             fate != '-');
            if (fate == '-')
                continue;
            char id[16];
            (void)snprintf(id, sizeof(id), "%d", number++);
            struct order *order = add(world, CAMPAIGN, id, 1, 50);
            if (from == ORDER_PACKED)
                order_book_change(world->book, order, ORDER_PACKED, 2);
            order_book_change(world->book, order, (enum order_state)to, 3);
            available -= fate == 'b' ? 0 : 4;
            assert_int_equal(shelf_sums(world->shelf).available, available);
            assert_int_equal(shelf_sums(world->shelf).reserved, fate == 'h' ? 4 : 0);
            assert_int_equal(order_book_open_count(world->book, 0), fate == 'h');
            assert_int_equal(order->state, to);
            assert_int_equal(order->changed_at_ms, 3);
            assert_null(order_book_first_to_expire(world->book)); /* A packed one does not. */
            if (fate == 'h')
                order_book_change(world->book, order, ORDER_SHIPPED, 4);
        }
    }
    assert_int_equal(number, 6);
}

static void lines_are_compared_in_any_order(void **state)
{
    struct world *world = *state;
    static const struct {
        struct order_line lines[3];
        uint32_t count;
        bool same;
    } rows[] = {
        {{{0, 3}, {1, 1}}, 2, true},
        {{{1, 1}, {0, 3}}, 2, true},
        {{{0, 3}, {1, 2}}, 2, false},
        {{{0, 3}, {2, 1}}, 2, false},
        {{{0, 3}}, 1, false},
        {{{0, 3}, {1, 1}, {2, 1}}, 3, false},
        {{{0, 1}, {1, 3}}, 2, false},
        {{{0, 3}, {0, 3}}, 2, false},
        {{{0, 3}, {CELL_NONE, 1}}, 2, false},
    };
    const struct order *order = add(world, CAMPAIGN, "x", 1, 0);
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++)
        assert_int_equal(order_has_lines(order, rows[i].lines, rows[i].count), rows[i].same);
    assert_true(order_lines_are_distinct(rows[5].lines, 3));
    assert_false(order_lines_are_distinct(rows[7].lines, 2));
}

/* Adds and ends orders at random, and often the one that expires first, which is always the one
 * that a search finds. */
static void first_to_expire_is_always_the_first(void **state)
{
    enum { ORDERS = 300 };
    struct world *world = *state;
    struct chance chance = chance_begin(__func__);
    struct order *orders[ORDERS] = {NULL};
    for (int step = 0; step < 20000; step++) {
        size_t first = ORDERS;
        for (size_t i = 0; i < ORDERS; i++) {
            if (orders[i] != NULL && orders[i]->expires_at_ms != 0 &&
                (first == ORDERS || orders[i]->expires_at_ms < orders[first]->expires_at_ms))
                first = i;
        }
        const struct order *found = order_book_first_to_expire(world->book);
        assert_true(first == ORDERS ? found == NULL
                                    : found->expires_at_ms == orders[first]->expires_at_ms);
        size_t index = (size_t)chance_below(&chance, ORDERS);
        if (first < ORDERS && chance_one_in(&chance, 4))
            index = first;
        if (orders[index] == NULL) {
            char id[16];
            (void)snprintf(id, sizeof(id), "%d", step);
            orders[index] = add(world, CAMPAIGN, id, 1, chance_between(&chance, 0, 5000));
        } else {
            const bool ends = chance_one_in(&chance, 2);
            order_book_change(world->book, orders[index], ends ? ORDER_CANCELLED : ORDER_PACKED, 2);
            if (!ends)
                order_book_change(world->book, orders[index], ORDER_SHIPPED, 2);
            orders[index] = NULL;
        }
    }
}

static void finished_order_is_forgotten_thirty_days_later_by_the_next_one(void **state)
{
    struct world *world = *state;
    order_book_change(world->book, add(world, CAMPAIGN, "shipped", 1, 0), ORDER_SHIPPED, 1000);
    order_book_change(world->book, add(world, CAMPAIGN, "cancelled", 1, 0), ORDER_CANCELLED, 2000);
    (void)add(world, CAMPAIGN, "open", 1, 0);
    order_book_change(world->book, add(world, CAMPAIGN, "packed", 1, 0), ORDER_PACKED, 1000);
    (void)add(world, CAMPAIGN, "early", ORDERS_KEPT_MS + 999, 0);
    assert_non_null(find(world, CAMPAIGN, "shipped"));
    (void)add(world, CAMPAIGN, "late", ORDERS_KEPT_MS + 1000, 0);
    assert_null(find(world, CAMPAIGN, "shipped"));
    assert_non_null(find(world, CAMPAIGN, "cancelled"));
    (void)add(world, CAMPAIGN, "shipped", 100 * ORDERS_KEPT_MS, 0); /* The name is free again. */
    assert_null(find(world, CAMPAIGN, "cancelled"));
    assert_non_null(find(world, CAMPAIGN, "open")); /* What holds units is never forgotten. */
    assert_non_null(find(world, CAMPAIGN, "packed"));
    assert_int_equal(order_book_count(world->book), 5);
}

static void finished_orders_beyond_the_limit_go_first_come_first(void **state)
{
    struct world *world = *state;
    char id[16];
    for (int i = 0; i < ORDERS_FINISHED_MAX + 2; i++) {
        (void)snprintf(id, sizeof(id), "%d", i);
        order_book_change(world->book, add(world, CAMPAIGN, id, 1, 0), ORDER_CANCELLED, 1);
    }
    (void)add(world, CAMPAIGN, "last", 1, 0);
    assert_null(find(world, CAMPAIGN, "0"));
    assert_null(find(world, CAMPAIGN, "1"));
    assert_non_null(find(world, CAMPAIGN, "2"));
    assert_int_equal(order_book_count(world->book), ORDERS_FINISHED_MAX + 1);
}

static void too_many_open_orders_find_no_room(void **state)
{
    struct world *world = *state;
    static const struct order_line line = {5, 1};
    char id[16];
    for (int i = 0; i < ORDERS_OPEN_MAX; i++) {
        (void)snprintf(id, sizeof(id), "%d", i);
        assert_int_equal(order_book_reserve(world->book), OK);
        struct order *order = order_create(CAMPAIGN, bytes_from_text(id), &line, 1);
        assert_non_null(order);
        order_book_add(world->book, order, 1, i + 1);
    }
    assert_int_equal(order_book_reserve(world->book), ERR_FULL);
    assert_int_equal(shelf_reservable(world->shelf, 5), STOCK - ORDERS_OPEN_MAX);
    order_book_change(world->book, find(world, CAMPAIGN, "7"), ORDER_PACKED, 2);
    assert_int_equal(order_book_reserve(world->book), ERR_FULL); /* It still holds its unit. */
    order_book_change(world->book, find(world, CAMPAIGN, "7"), ORDER_SHIPPED, 2);
    assert_int_equal(order_book_reserve(world->book), OK);
    assert_int_equal(order_book_open_count(world->book, 0), ORDERS_OPEN_MAX - 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(orders_are_known_by_campaign_and_text),
        TEST(every_change_of_state_does_what_the_life_cycle_says),
        TEST(lines_are_compared_in_any_order),
        TEST(first_to_expire_is_always_the_first),
        TEST(finished_order_is_forgotten_thirty_days_later_by_the_next_one),
        TEST(finished_orders_beyond_the_limit_go_first_come_first),
        TEST(too_many_open_orders_find_no_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
