/* Never oversold: eight threads race for few units, ship, cancel, pack, and leave orders to expire,
 * while a clock runs. In the end exactly what was there is gone. Built with a thread sanitizer
 * too. */
#include "store_calls.h"

#include <sched.h>
#include <stdatomic.h>

#include "../../support/chance.h"

enum { SHELF = 7, THREADS = 8, SKUS = 3, STOCK = 2500, ORDERS_MAX = 10000, ITEM_MAX = 5 };
#define NOW INT64_C(1700000000000)

static const char *const skus[SKUS] = {"A", "B", "C"};

/* What one thread does, and what it did. */
struct buyer {
    struct store_world world; /* The store, and an arena of its own. */
    struct os_sim *sim;
    struct chance chance;
    int number;
    int orders;
    pthread_t thread;
    int64_t gone[SKUS]; /* Units that left: shipped, or lost after packing. */
    bool failed;
};

static _Atomic bool clock_runs;

static void *run_clock(void *sim)
{
    while (clock_runs) {
        os_sim_advance(sim, 1);
        (void)sched_yield();
    }
    return NULL;
}

static int64_t now_of(const struct buyer *buyer)
{
    struct os *os = os_sim_os(buyer->sim);
    return os->now_ms(os);
}

/* Reserves up to ITEM_MAX units of each of some SKUs; false: short. */
static bool reserve_some(struct buyer *buyer, const char *id, struct stock_order_item *items,
                         uint32_t *items_count, int64_t lives_ms)
{
    *items_count = 0;
    const int only = (int)chance_below(&buyer->chance, SKUS);
    for (int i = 0; i < SKUS; i++) {
        if (i == only || chance_one_in(&buyer->chance, 3))
            items[(*items_count)++] = ordered(skus[i], chance_between(&buyer->chance, 1, ITEM_MAX));
    }
    const int64_t now_ms = now_of(buyer);
    const struct store_command command =
        order_run(&buyer->world, SHELF,
                  (struct store_order){.action = ORDER_RESERVE,
                                       .campaign_id = 10,
                                       .id = bytes_from_text(id),
                                       .now_ms = now_ms,
                                       .expires_at_ms = lives_ms == 0 ? 0 : now_ms + lives_ms,
                                       .items = items,
                                       .items_count = *items_count});
    buyer->failed |= command.verdict != VERDICT_OK && command.verdict != VERDICT_SHORTAGE;
    return command.verdict == VERDICT_OK;
}

static void count_gone(struct buyer *buyer, const struct stock_order_item *items, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        buyer->gone[items[i].key.sku.data[0] - 'A'] += items[i].count;
}

/* What becomes of an order. One that expires may be too late for everything. */
static void end_order(struct buyer *buyer, const char *id, const struct stock_order_item *items,
                      uint32_t count, bool expires)
{
    struct store_world *world = &buyer->world;
    const uint64_t fate = chance_below(&buyer->chance, 8);
    const bool packs = fate == 0 || fate == 1;
    enum verdict verdict = VERDICT_OK;
    if (expires && fate > 4)
        return; /* Left alone. */
    if (packs)
        verdict = order_do(world, SHELF, id, ORDER_PACK, now_of(buyer));
    if (verdict == VERDICT_OK)
        verdict = order_do(world, SHELF, id, fate == 1 || fate > 3 ? ORDER_CANCEL : ORDER_SHIP,
                           now_of(buyer));
    if (verdict == VERDICT_OK && fate < 4)
        count_gone(buyer, items, count);
    buyer->failed |= verdict != VERDICT_OK && !(expires && verdict == VERDICT_ORDER_STATE);
}

static void *buy(void *context)
{
    struct buyer *buyer = context;
    int short_in_a_row = 0;
    while (buyer->orders < ORDERS_MAX && short_in_a_row < 30 && !buyer->failed) {
        struct stock_order_item items[SKUS];
        uint32_t count = 0;
        char id[32];
        (void)snprintf(id, sizeof(id), "%d-%d", buyer->number, buyer->orders++);
        const bool expires = chance_one_in(&buyer->chance, 3);
        const int64_t lives_ms = expires ? chance_between(&buyer->chance, 1, 40) : 0;
        if (reserve_some(buyer, id, items, &count, lives_ms)) {
            short_in_a_row = 0;
            end_order(buyer, id, items, count, expires);
        } else {
            short_in_a_row++;
        }
        struct shelf_totals totals;
        buyer->failed |= store_totals(buyer->world.store, SHELF, 0, &totals) != OK ||
                         totals.available + totals.reserved > SKUS * STOCK;
    }
    return NULL;
}

/* What the threads left is sold one by one, until there is nothing. */
static int64_t sell_the_rest(struct store_world *world, const char *sku)
{
    int64_t sold = 0;
    char id[32];
    for (;;) {
        (void)snprintf(id, sizeof(id), "rest-%s-%d", sku, (int)sold);
        const enum verdict verdict = reserve_one(world, SHELF, id, ordered(sku, 1), NOW, 0);
        if (verdict == VERDICT_SHORTAGE)
            return sold;
        assert_int_equal(verdict, VERDICT_OK);
        assert_int_equal(order_do(world, SHELF, id, ORDER_SHIP, NOW), VERDICT_OK);
        sold++;
    }
}

static void run_buyers(struct buyer *buyers, struct store_world *world, struct os_sim *sim)
{
    struct chance chance = chance_begin(__func__);
    pthread_t clock;
    clock_runs = true;
    assert_int_equal(pthread_create(&clock, NULL, run_clock, sim), 0);
    for (int i = 0; i < THREADS; i++) {
        buyers[i] = (struct buyer){.sim = sim, .chance = {chance_u64(&chance)}, .number = i};
        buyers[i].world.store = world->store;
        arena_init(&buyers[i].world.arena);
        assert_int_equal(pthread_create(&buyers[i].thread, NULL, buy, &buyers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(buyers[i].thread, NULL), 0);
        arena_deinit(&buyers[i].world.arena);
        assert_false(buyers[i].failed);
    }
    while (totals_of(world, SHELF, 0).orders_count > 0) /* The last ones expire. */
        (void)sched_yield();
    clock_runs = false;
    assert_int_equal(pthread_join(clock, NULL), 0);
}

static void exactly_what_is_there_is_sold(void **state)
{
    static struct buyer buyers[THREADS];
    struct store_world *world = *state;
    struct os_sim *sim = os_sim_create(1);
    store_close(world->store);
    os_sim_set_now(sim, NOW);
    assert_int_equal(world_open_sim(world, sim), OK);
    for (int i = 0; i < SKUS; i++)
        put_one(world, SHELF, skus[i], STOCK, 1);
    run_buyers(buyers, world, sim);

    int64_t gone_in_all = 0;
    for (int i = 0; i < SKUS; i++) {
        int64_t gone = 0;
        for (int thread = 0; thread < THREADS; thread++)
            gone += buyers[thread].gone[i];
        gone_in_all += gone;
        expect_units(world, SHELF, skus[i], STOCK - gone, 0);
        assert_int_equal(gone + sell_the_rest(world, skus[i]), STOCK);
    }
    assert_in_range(gone_in_all, STOCK, SKUS * STOCK); /* It was a race at all. */
    store_close(world->store);
    assert_int_equal(world_open_sim(world, sim), OK);
    for (int i = 0; i < SKUS; i++)
        expect_units(world, SHELF, skus[i], 0, 0);
    assert_int_equal(totals_of(world, SHELF, 0).orders_count, 0);
    store_close(world->store);
    world->store = NULL;
    os_sim_destroy(sim);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, store_world_begin, store_world_end)
    const struct CMUnitTest tests[] = {
        TEST(exactly_what_is_there_is_sold),
    };
    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
