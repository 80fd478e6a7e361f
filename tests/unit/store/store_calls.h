/* More commands of store.h as calls that return when the command is complete: marks, counts,
 * orders. Results lie in the world's arena until the next call of any of these. */
#ifndef TESTS_UNIT_STORE_STORE_CALLS_H
#define TESTS_UNIT_STORE_STORE_CALLS_H

#include "store_world.h"

#include "os/os_sim.h"

#define SECOND INT64_C(1000)
#define HOUR   (3600 * SECOND)
#define DAY    (24 * HOUR)

/* A store on a simulated machine, whose clock stands still. */
static inline enum err world_open_sim(struct store_world *world, struct os_sim *sim)
{
    const enum err error = store_world_open_at(world, os_sim_os(sim), "data");
    return error == OK ? store_local_start(world->store) : error;
}

static inline enum verdict mark_one(struct store_world *world, int64_t shelf_id, const char *sku,
                                    uint32_t set, uint32_t clear)
{
    const struct stock_key key = key_of(sku);
    arena_reset(&world->arena);
    struct store_command command = {
        .kind = STORE_MARK,
        .shelf_id = shelf_id,
        .arena = &world->arena,
        .mark =
            {.keys = &key, .keys_count = 1, .set = set, .clear = clear, .create_unknown = set != 0},
        .cause = world->cause,
    };
    return run_command(world->store, &command);
}

/* A cell that is known, and has no number. */
static inline void make_bare(struct store_world *world, int64_t shelf_id, const char *sku)
{
    const struct stock_key key = key_of(sku);
    arena_reset(&world->arena);
    struct store_command command = {
        .kind = STORE_MARK,
        .shelf_id = shelf_id,
        .arena = &world->arena,
        .mark = {.keys = &key, .keys_count = 1, .create_unknown = true},
    };
    assert_int_equal(run_command(world->store, &command), VERDICT_OK);
}

static inline struct stock_count counted(const char *sku, enum stock_type type, int64_t count,
                                         int64_t updated_at_ms)
{
    return (struct stock_count){key_of(sku), type, count, updated_at_ms};
}

static inline struct store_command count_items(struct store_world *world, int64_t shelf_id,
                                               const struct stock_count *items,
                                               uint32_t items_count)
{
    arena_reset(&world->arena);
    struct store_command command = {
        .kind = STORE_COUNT,
        .shelf_id = shelf_id,
        .arena = &world->arena,
        .count = {.items = items, .items_count = items_count},
        .cause = world->cause,
    };
    (void)run_command(world->store, &command);
    return command;
}

static inline void count_one(struct store_world *world, int64_t shelf_id, const char *sku,
                             enum stock_type type, int64_t count, int64_t updated_at_ms)
{
    const struct stock_count item = counted(sku, type, count, updated_at_ms);
    assert_int_equal(count_items(world, shelf_id, &item, 1).verdict, VERDICT_OK);
}

static inline struct store_command order_run(struct store_world *world, int64_t shelf_id,
                                             struct store_order order)
{
    arena_reset(&world->arena);
    struct store_command command = {.kind = STORE_ORDER,
                                    .shelf_id = shelf_id,
                                    .arena = &world->arena,
                                    .order = order,
                                    .cause = world->cause};
    (void)run_command(world->store, &command);
    return command;
}

static inline struct stock_order_item ordered(const char *sku, int64_t count)
{
    return (struct stock_order_item){key_of(sku), count};
}

/* Reserves one SKU for campaign 10. */
static inline enum verdict reserve_one(struct store_world *world, int64_t shelf_id, const char *id,
                                       struct stock_order_item item, int64_t now_ms,
                                       int64_t expires_at_ms)
{
    return order_run(world, shelf_id,
                     (struct store_order){.action = ORDER_RESERVE,
                                          .campaign_id = 10,
                                          .id = bytes_from_text(id),
                                          .now_ms = now_ms,
                                          .expires_at_ms = expires_at_ms,
                                          .items = &item,
                                          .items_count = 1})
        .verdict;
}

/* Another action on an order of campaign 10. */
static inline enum verdict order_do(struct store_world *world, int64_t shelf_id, const char *id,
                                    enum order_action action, int64_t now_ms)
{
    return order_run(world, shelf_id,
                     (struct store_order){.action = action,
                                          .campaign_id = 10,
                                          .id = bytes_from_text(id),
                                          .now_ms = now_ms})
        .verdict;
}

/* What an order of campaign 10 is now; it is known. */
static inline struct order_view order_read(struct store_world *world, int64_t shelf_id,
                                           const char *id)
{
    const struct store_command command = order_run(
        world, shelf_id,
        (struct store_order){
            .action = ORDER_READ, .campaign_id = 10, .id = bytes_from_text(id), .now_ms = 1});
    assert_int_equal(command.verdict, VERDICT_OK);
    return command.order.order;
}

static inline void expect_units(struct store_world *world, int64_t shelf_id, const char *sku,
                                int64_t available, int64_t reserved)
{
    struct stock_view view = {.available = -1};
    assert_true(get_one(world, shelf_id, sku, &view));
    assert_int_equal(view.available, available);
    assert_int_equal(view.reserved, reserved);
}

static inline struct shelf_totals totals_of(struct store_world *world, int64_t shelf_id,
                                            int64_t campaign_id)
{
    struct shelf_totals totals;
    assert_int_equal(store_totals(world->store, shelf_id, campaign_id, &totals), OK);
    return totals;
}

#endif
