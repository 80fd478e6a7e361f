/* Reservations that expire: to the millisecond of the simulated clock, while the store runs and
 * while it is down, on many shelves at once, and when the disk is full. The store's thread sleeps
 * in the machine's own time, so that these wait for it by asking again and again. */
#include "store_calls.h"

#include <sched.h>

#include "os/os.h"
#include "store/store_local_internal.h"

enum { SHELF = 7, PATIENCE_US = 20 * 1000 * 1000 };
#define NOW INT64_C(1700000000000)

struct expiry_world {
    struct store_world *world;
    struct os_sim *sim;
};

static int begin(void **state)
{
    static struct expiry_world expiry;
    void *world = NULL;
    if (store_world_begin(&world) != 0)
        return -1;
    expiry.world = world;
    store_close(expiry.world->store);
    expiry.sim = os_sim_create(1);
    os_sim_set_now(expiry.sim, NOW);
    *state = &expiry;
    return world_open_sim(expiry.world, expiry.sim) == OK ? 0 : -1;
}

static int end(void **state)
{
    struct expiry_world *expiry = *state;
    void *world = expiry->world;
    if (expiry->world->store != NULL)
        store_close(expiry->world->store);
    expiry->world->store = NULL;
    os_sim_destroy(expiry->sim);
    return store_world_end(&world);
}

static void reopen(struct expiry_world *expiry, int64_t now_ms)
{
    store_close(expiry->world->store);
    os_sim_set_now(expiry->sim, now_ms);
    assert_int_equal(world_open_sim(expiry->world, expiry->sim), OK);
}

/* Returns when so many orders of the shelf hold units. False: that takes too long. */
static bool open_orders_become(struct store_world *world, int64_t shelf_id, uint32_t count)
{
    const int64_t until_us = os_real()->uptime_us(os_real()) + PATIENCE_US;
    while (totals_of(world, shelf_id, 0).orders_count != count) {
        if (os_real()->uptime_us(os_real()) > until_us)
            return false;
        (void)sched_yield();
    }
    return true;
}

static void wait_for_open_orders(struct store_world *world, int64_t shelf_id, uint32_t count)
{
    if (!open_orders_become(world, shelf_id, count))
        fail_msg("%u orders hold units", totals_of(world, shelf_id, 0).orders_count);
}

static void reservation_expires_by_itself_and_not_before(void **state)
{
    struct expiry_world *expiry = *state;
    struct store_world *world = expiry->world;
    put_one(world, SHELF, "A", 10, 1);
    assert_int_equal(reserve_one(world, SHELF, "soon", ordered("A", 2), NOW, NOW + 10 * SECOND),
                     VERDICT_OK);
    assert_int_equal(reserve_one(world, SHELF, "later", ordered("A", 3), NOW, NOW + 1 * DAY),
                     VERDICT_OK);
    assert_int_equal(reserve_one(world, SHELF, "packed", ordered("A", 1), NOW, NOW + 1),
                     VERDICT_OK);
    assert_int_equal(reserve_one(world, SHELF, "never", ordered("A", 1), NOW, 0), VERDICT_OK);
    assert_int_equal(order_do(world, SHELF, "packed", ORDER_PACK, NOW), VERDICT_OK);
    os_sim_advance(expiry->sim, 10 * SECOND - 1);
    /* Proof that the thread looked: an order that is due comes, and goes. */
    assert_int_equal(reserve_one(world, SHELF, "due", ordered("A", 1), NOW, NOW + 1), VERDICT_OK);
    wait_for_open_orders(world, SHELF, 4);
    expect_units(world, SHELF, "A", 3, 7);
    assert_int_equal(order_read(world, SHELF, "soon").state, ORDER_RESERVED);
    os_sim_advance(expiry->sim, 1);
    wait_for_open_orders(world, SHELF, 3);
    const struct order_view order = order_read(world, SHELF, "soon");
    assert_int_equal(order.state, ORDER_EXPIRED);
    assert_int_equal(order.changed_at_ms, NOW + 10 * SECOND);
    expect_units(world, SHELF, "A", 5, 5);
    for (int action = ORDER_PACK; action <= ORDER_CANCEL; action++)
        assert_int_equal(
            order_do(world, SHELF, "soon", (enum order_action)action, NOW + 11 * SECOND),
            VERDICT_ORDER_STATE);
    os_sim_advance(expiry->sim, 100 * DAY);
    wait_for_open_orders(world, SHELF, 2); /* Packed and never. */
    expect_units(world, SHELF, "A", 8, 2);
    assert_int_equal(order_read(world, SHELF, "packed").state, ORDER_PACKED);
}

static void reservation_expires_to_the_second_across_a_restart(void **state)
{
    struct expiry_world *expiry = *state;
    struct store_world *world = expiry->world;
    put_one(world, SHELF, "A", 10, 1);
    assert_int_equal(reserve_one(world, SHELF, "x", ordered("A", 4), NOW, NOW + 60 * SECOND),
                     VERDICT_OK);
    reopen(expiry, NOW + 60 * SECOND - 1);
    assert_int_equal(order_read(world, SHELF, "x").state, ORDER_RESERVED);
    expect_units(world, SHELF, "A", 6, 4);
    reopen(expiry, NOW + 60 * SECOND); /* Nobody waits: it is done when the store is open. */
    assert_int_equal(order_read(world, SHELF, "x").state, ORDER_EXPIRED);
    assert_int_equal(order_read(world, SHELF, "x").changed_at_ms, NOW + 60 * SECOND);
    expect_units(world, SHELF, "A", 10, 0);
    reopen(expiry, NOW); /* It was written down: a clock that goes back undoes nothing. */
    assert_int_equal(order_read(world, SHELF, "x").state, ORDER_EXPIRED);
}

static void one_that_was_left_by_the_last_life_expires_in_this_one(void **state)
{
    struct expiry_world *expiry = *state;
    put_one(expiry->world, SHELF, "A", 10, 1);
    assert_int_equal(
        reserve_one(expiry->world, SHELF, "x", ordered("A", 4), NOW, NOW + 60 * SECOND),
        VERDICT_OK);
    reopen(expiry, NOW + SECOND);
    os_sim_advance(expiry->sim, 59 * SECOND);
    wait_for_open_orders(expiry->world, SHELF, 0);
    expect_units(expiry->world, SHELF, "A", 10, 0);
}

static void calendar_that_jumps_is_seen(void **state)
{
    struct expiry_world *expiry = *state;
    put_one(expiry->world, SHELF, "A", 10, 1);
    assert_int_equal(reserve_one(expiry->world, SHELF, "x", ordered("A", 4), NOW, NOW + DAY),
                     VERDICT_OK);
    os_sim_set_now(expiry->sim, NOW + DAY);
    wait_for_open_orders(expiry->world, SHELF, 0);
}

static void one_that_is_due_when_it_comes_goes_at_once(void **state)
{
    struct expiry_world *expiry = *state;
    put_one(expiry->world, SHELF, "A", 10, 1);
    assert_int_equal(reserve_one(expiry->world, SHELF, "x", ordered("A", 4), NOW, NOW - SECOND),
                     VERDICT_OK);
    wait_for_open_orders(expiry->world, SHELF, 0);
    assert_int_equal(order_read(expiry->world, SHELF, "x").state, ORDER_EXPIRED);
}

static void many_expire_on_many_shelves(void **state)
{
    enum { SHELVES = 20, ORDERS = 150 };
    struct expiry_world *expiry = *state;
    char id[16];
    for (int64_t shelf = 1; shelf <= SHELVES; shelf++) {
        put_one(expiry->world, shelf, "A", ORDERS, 1);
        for (int i = 0; i < ORDERS; i++) {
            (void)snprintf(id, sizeof(id), "%d", i);
            const int64_t expires_at_ms = NOW + (shelf % 4 == 0 ? 2 : 1) * SECOND + i;
            assert_int_equal(
                reserve_one(expiry->world, shelf, id, ordered("A", 1), NOW, expires_at_ms),
                VERDICT_OK);
        }
    }
    os_sim_advance(expiry->sim, 1 * SECOND + 99);
    for (int64_t shelf = 1; shelf <= SHELVES; shelf++)
        wait_for_open_orders(expiry->world, shelf, shelf % 4 == 0 ? ORDERS : ORDERS - 100);
    reopen(expiry, NOW + DAY);
    for (int64_t shelf = 1; shelf <= SHELVES; shelf++) {
        assert_int_equal(totals_of(expiry->world, shelf, 0).orders_count, 0);
        expect_units(expiry->world, shelf, "A", ORDERS, 0);
    }
}

/* Whether so many orders are left after a second in which others keep these shelves locked. */
static bool expires_beside_locked(struct expiry_world *expiry, const int64_t locked[2],
                                  uint32_t count_left)
{
    struct store_local *local = local_of(expiry->world->store);
    struct local_shelf *shelves[2];
    for (int i = 0; i < 2; i++) {
        shelves[i] = local_shelf_find(local, locked[i]);
        pthread_mutex_lock(&shelves[i]->lock);
    }
    os_sim_advance(expiry->sim, SECOND);
    const bool expires = open_orders_become(expiry->world, SHELF, count_left);
    for (int i = 0; i < 2; i++)
        pthread_mutex_unlock(&shelves[i]->lock);
    return expires;
}

/* One shelf has no order that expires, the other has one that is due later. They come first and
 * last, so that one or the other would be in front. */
static void shelves_where_nothing_is_due_are_not_touched(void **state)
{
    enum { WITHOUT = 1, LATER = 9 };
    static const int64_t locked[] = {WITHOUT, LATER};
    struct expiry_world *expiry = *state;
    struct store_world *world = expiry->world;
    put_one(world, WITHOUT, "A", 10, 1);
    put_one(world, SHELF, "A", 10, 1);
    put_one(world, LATER, "A", 10, 1);
    assert_int_equal(reserve_one(world, WITHOUT, "x", ordered("A", 1), NOW, 0), VERDICT_OK);
    assert_int_equal(reserve_one(world, SHELF, "x", ordered("A", 1), NOW, NOW + 1 * SECOND),
                     VERDICT_OK);
    assert_int_equal(reserve_one(world, SHELF, "y", ordered("A", 1), NOW, NOW + 2 * SECOND),
                     VERDICT_OK);
    assert_int_equal(reserve_one(world, LATER, "x", ordered("A", 1), NOW, NOW + DAY), VERDICT_OK);
    assert_true(expires_beside_locked(expiry, locked, 1));
    reopen(expiry, NOW + SECOND); /* Now the journal tells of them. */
    assert_true(expires_beside_locked(expiry, locked, 0));
    os_sim_advance(expiry->sim, DAY);
    wait_for_open_orders(world, LATER, 0);
    assert_int_equal(totals_of(world, WITHOUT, 0).orders_count, 1);
}

static void full_disk_delays_it_until_there_is_room(void **state)
{
    struct expiry_world *expiry = *state;
    struct store_world *world = expiry->world;
    uint8_t filler[1 << 20] = {'f'};
    put_one(world, SHELF, "A", 10, 1);
    assert_int_equal(reserve_one(world, SHELF, "x", ordered("A", 4), NOW, NOW + SECOND),
                     VERDICT_OK);
    os_sim_limit_disk(expiry->sim, os_sim_used_bytes(expiry->sim));
    while (store_add_document(world->store, BYTES("d"), (struct bytes){filler, sizeof(filler)}) ==
           OK)
        continue;
    struct store_metrics metrics;
    store_metrics(world->store, &metrics);
    assert_false(metrics.ready_for_writes);
    os_sim_advance(expiry->sim, 10 * SECOND);
    store_close(world->store); /* Neither while it runs, nor at the start: and it starts. */
    assert_int_equal(world_open_sim(world, expiry->sim), OK);
    assert_int_equal(order_read(world, SHELF, "x").state, ORDER_RESERVED);
    os_sim_limit_disk(expiry->sim, UINT64_MAX);
    const int64_t until_us = os_real()->uptime_us(os_real()) + PATIENCE_US;
    while (totals_of(world, SHELF, 0).orders_count != 0 &&
           os_real()->uptime_us(os_real()) < until_us) {
        os_sim_advance(expiry->sim, 1); /* The journal tries again by this clock. */
        (void)sched_yield();
    }
    assert_int_equal(order_read(world, SHELF, "x").state, ORDER_EXPIRED);
    expect_units(world, SHELF, "A", 10, 0);
}

/* Nothing in a closing store waits for an order that expires in a hundred years. */
static void store_closes_at_once_whatever_is_reserved(void **state)
{
    struct expiry_world *expiry = *state;
    put_one(expiry->world, SHELF, "A", 100, 1);
    for (int i = 0; i < 20; i++) {
        char id[16];
        (void)snprintf(id, sizeof(id), "%d", i);
        assert_int_equal(reserve_one(expiry->world, SHELF, id, ordered("A", 1), NOW,
                                     NOW + (i % 2 == 0 ? 36500 * DAY : SECOND)),
                         VERDICT_OK);
        reopen(expiry, NOW);
    }
    assert_int_equal(totals_of(expiry->world, SHELF, 0).orders_count, 20);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(reservation_expires_by_itself_and_not_before),
        TEST(reservation_expires_to_the_second_across_a_restart),
        TEST(one_that_was_left_by_the_last_life_expires_in_this_one),
        TEST(calendar_that_jumps_is_seen),
        TEST(one_that_is_due_when_it_comes_goes_at_once),
        TEST(many_expire_on_many_shelves),
        TEST(shelves_where_nothing_is_due_are_not_touched),
        TEST(full_disk_delays_it_until_there_is_room),
        TEST(store_closes_at_once_whatever_is_reserved),
    };
    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
