/* Random commands of every kind on the local store and on the one on PostgreSQL, which have to say
 * the same of all of them (pair.h).
 *
 *     STOCKD_TEST_PG=postgresql://… [TEST_SEED=n] build/tests/store_pg/conformance [steps]
 *
 * The database is migrated and nobody else's. Few SKUs meet often; moments and counts are repeated,
 * equal, older and at their edges; texts sort by their bytes and no other way. Prints the seed and
 * exits with 0, or with 1 and what differs. */
#include "world.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "os/log.h"

enum { STEPS = 2000 };

/* --- Steps. --- */

static void step_put(struct world *world)
{
    const uint32_t shelf = world_shelf(world);
    uint32_t picked[ITEMS_MAX];
    struct stock_write items[ITEMS_MAX];
    const uint32_t count = world_pick(world, SKUS_OFTEN, SKUS, ITEMS_MAX, picked);
    for (uint32_t i = 0; i < count; i++) {
        struct written *written = &world->written[shelf][picked[i]];
        if (!chance_one_in(&world->chance, 3))
            *written =
                (struct written){picked[i] == SKU_EDGE ? world_edge(world) : world_count(world),
                                 world_moment(world)};
        items[i] =
            (struct stock_write){world_key(world, picked[i]), written->count, written->moment};
    }
    struct store_command command = {
        .kind = STORE_PUT,
        .shelf_id = world->shelves[shelf],
        .put = {.items = items,
                .items_count = count,
                .unknown_policy = chance_one_in(&world->chance, 2)
                                      ? STORE_UNKNOWN_CREATE
                                      : (enum store_unknown)chance_below(&world->chance, 3)},
    };
    pair_run(&world->pair, &command);
}

/* As many as there may be, in any order. */
static void step_bulk(struct world *world)
{
    static struct stock_write items[PUT_SKUS_MAX];
    const uint32_t first = (uint32_t)chance_below(&world->chance, BULK_SKUS - PUT_SKUS_MAX + 1);
    const int64_t moment = world_moment(world);
    for (uint32_t i = 0; i < PUT_SKUS_MAX; i++)
        items[i] = (struct stock_write){world_key_of(world->bulk[first + i]), world_count(world),
                                        moment - (chance_one_in(&world->chance, 4) ? DAY : 0)};
    for (uint32_t i = PUT_SKUS_MAX - 1; i > 0; i--) {
        const uint32_t other = (uint32_t)chance_below(&world->chance, i + 1);
        const struct stock_write item = items[i];
        items[i] = items[other];
        items[other] = item;
    }
    struct store_command command = {
        .kind = STORE_PUT,
        .shelf_id = world->shelves[SHELVES],
        .put = {.items = items, .items_count = PUT_SKUS_MAX},
    };
    pair_run(&world->pair, &command);
    uint32_t cells = 0;
    const struct store_page page = {.limit = STORE_PAGE_CELLS_MAX};
    (void)pair_walk(&world->pair, command.shelf_id, page, &cells);
}

static void step_mark(struct world *world)
{
    uint32_t picked[ITEMS_MAX];
    struct stock_key keys[ITEMS_MAX];
    const uint32_t marks = 1 << STOCK_MARKS_COUNT;
    struct store_mark mark = {.keys = keys};
    mark.keys_count = world_pick(world, SKUS_OFTEN, SKUS, ITEMS_MAX, picked);
    mark.set =
        (uint32_t)(chance_below(&world->chance, marks) & chance_below(&world->chance, marks));
    mark.clear = (uint32_t)chance_below(&world->chance, marks) & ~mark.set;
    mark.create_unknown = chance_one_in(&world->chance, 2);
    for (uint32_t i = 0; i < mark.keys_count; i++)
        keys[i] = world_key(world, picked[i]);
    struct store_command command = {
        .kind = STORE_MARK, .shelf_id = world->shelves[world_shelf(world)], .mark = mark};
    pair_run(&world->pair, &command);
}

/* Some types of some SKUs, in any order. */
static void step_count(struct world *world)
{
    static const enum stock_type types[] = {STOCK_FIT,    STOCK_AVAILABLE, STOCK_QUARANTINE,
                                            STOCK_DEFECT, STOCK_EXPIRED,   STOCK_UTILIZATION};
    enum { TYPES = sizeof(types) / sizeof(types[0]) };
    uint32_t picked[2 * ITEMS_MAX];
    struct stock_count items[2 * ITEMS_MAX];
    const uint32_t skus =
        1 + (uint32_t)chance_below(&world->chance,
                                   chance_one_in(&world->chance, 4) ? SKUS : SKUS_OFTEN);
    const uint32_t pairs = skus * TYPES < 2 * ITEMS_MAX ? skus * TYPES : (uint32_t)2 * ITEMS_MAX;
    const uint32_t count = world_pick(world, skus * TYPES, skus * TYPES, pairs, picked);
    const int64_t moment = world_moment(world);
    const bool one_moment = chance_one_in(&world->chance, 2);
    for (uint32_t i = 0; i < count; i++) {
        const enum stock_type type = types[picked[i] % TYPES];
        const int64_t units = type == STOCK_FIT && chance_one_in(&world->chance, 2)
                                  ? chance_between(&world->chance, 0, 4)
                                  : world_count(world);
        items[i] = (struct stock_count){world_key(world, picked[i] / TYPES), type, units,
                                        one_moment ? moment : world_moment(world)};
    }
    struct store_command command = {
        .kind = STORE_COUNT,
        .shelf_id = world->shelves[world_shelf(world)],
        .count = {.ties = (enum store_ties)chance_below(&world->chance, 2),
                  .items = items,
                  .items_count = count},
    };
    pair_run(&world->pair, &command);
}

/* New items, or those of the last order of that name, perhaps with one that is different. */
static void fill_items(struct world *world, struct store_order *order, uint32_t campaign,
                       uint32_t id)
{
    struct stock_order_item *items = world->ordered[campaign][id];
    uint32_t *count = &world->ordered_count[campaign][id];
    if (*count == 0 || chance_one_in(&world->chance, 6)) {
        uint32_t picked[ITEMS_MAX];
        *count = world_pick(world, SKUS_OFTEN, SKUS,
                            chance_one_in(&world->chance, 4) ? ITEMS_MAX : 2, picked);
        for (uint32_t i = 0; i < *count; i++)
            items[i] = (struct stock_order_item){
                world_key(world, picked[i]),
                picked[i] == SKU_EDGE ? world_edge(world) : chance_between(&world->chance, 1, 5)};
    } else if (chance_one_in(&world->chance, 10)) {
        items[0].count =
            chance_one_in(&world->chance, 5) ? STOCK_COUNT_MAX : items[0].count % 5 + 1;
    } else if (*count > 1) { /* Another order of the items is the same order. */
        const struct stock_order_item first = items[0];
        items[0] = items[*count - 1];
        items[*count - 1] = first;
    }
    order->items = items;
    order->items_count = *count;
    if (chance_one_in(&world->chance, 2)) {
        world->expires_ms = world->now + chance_between(&world->chance, 1, 5 * DAY);
        order->expires_at_ms = world->expires_ms;
    }
}

static void step_order(struct world *world)
{
    static const char *const ids[] = {"1", "order", "Order", "日本", "a b", "'"};
    const uint32_t campaign = (uint32_t)chance_below(&world->chance, CAMPAIGNS);
    const uint32_t id =
        (uint32_t)chance_below(&world->chance, chance_one_in(&world->chance, 3) ? IDS : IDS_OFTEN);
    struct store_order order = {
        .action = chance_one_in(&world->chance, 2)
                      ? ORDER_RESERVE
                      : (enum order_action)chance_below(&world->chance, ORDER_CANCEL + 1),
        .campaign_id = campaign + 1,
        .id = bytes_from_text(id < IDS_OFTEN ? ids[id] : world->ids[id]),
        .now_ms = world->now,
    };
    if (order.action == ORDER_RESERVE)
        fill_items(world, &order, campaign, id);
    uint32_t *shelf = &world->ordered_shelf[campaign][id];
    if (chance_one_in(&world->chance, 8))
        *shelf = world_shelf(world);
    struct store_command command = {
        .kind = STORE_ORDER, .shelf_id = world->shelves[*shelf], .order = order};
    pair_run(&world->pair, &command);
}

static int64_t pick_turnover_moment(struct world *world)
{
    if (chance_one_in(&world->chance, 3))
        return 0;
    return world->now +
           (chance_one_in(&world->chance, 3) ? chance_between(&world->chance, -DAY, 70 * DAY) : 0);
}

static void step_list(struct world *world)
{
    uint32_t picked[ITEMS_MAX];
    struct stock_key keys[ITEMS_MAX];
    const uint32_t count = world_pick(world, SKUS_OFTEN, SKUS, ITEMS_MAX, picked);
    for (uint32_t i = 0; i < count; i++)
        keys[i] = world_key(world, picked[i]);
    struct store_command command = {
        .kind = STORE_LIST,
        .shelf_id = chance_one_in(&world->chance, 30) ? 1 : world->shelves[world_shelf(world)],
        .list = {.keys = keys, .keys_count = count, .turnover_at_ms = pick_turnover_moment(world)},
    };
    pair_run(&world->pair, &command);
}

static struct bytes pick_position(struct world *world)
{
    static char text[SKU_BYTES_MAX + 2];
    const char *sku = world->skus[chance_below(&world->chance, SKUS)];
    const char *const behind = chance_one_in(&world->chance, 2) ? "" : "\x01";
    const int size = snprintf(text, sizeof(text), "%s%s", sku, behind);
    if (chance_one_in(&world->chance, 4))
        return (struct bytes){NULL, 0};
    return (struct bytes){(const uint8_t *)text, (size_t)size};
}

static void step_pages(struct world *world)
{
    const int64_t shelf_id = world->shelves[world_shelf(world)];
    const uint32_t marks = 1 << STOCK_MARKS_COUNT;
    struct store_page page = {
        .limit =
            1 + (uint32_t)chance_below(&world->chance, chance_one_in(&world->chance, 2) ? 7 : 60),
        .turnover_at_ms = pick_turnover_moment(world)};
    page.filter.presence = (enum store_presence)chance_below(&world->chance, 3);
    page.filter.marks_mask =
        (uint32_t)(chance_below(&world->chance, marks) & chance_below(&world->chance, marks));
    page.filter.marks_wanted =
        page.filter.marks_mask & (uint32_t)chance_below(&world->chance, marks);
    page.filter.never_updated = chance_one_in(&world->chance, 2);
    uint32_t count = 0;
    const struct stock_view *all = pair_walk(&world->pair, shelf_id, page, &count);
    for (int i = 0; i < 3; i++) {
        page.position = pick_position(world);
        page.backward = chance_one_in(&world->chance, 2);
        pair_page(&world->pair, shelf_id, &page, all, count);
    }
}

static void step_copy(struct world *world)
{
    const uint32_t from = world_shelf(world);
    const uint32_t to = (from + 1 + (uint32_t)chance_below(&world->chance, SHELVES - 1)) % SHELVES;
    pair_copy(&world->pair, world->shelves[from], world->shelves[to],
              chance_one_in(&world->chance, 2), (enum store_ties)chance_below(&world->chance, 2));
}

static void step_totals(struct world *world)
{
    for (uint32_t i = 0; i <= SHELVES; i++)
        pair_totals(&world->pair, world->shelves[i],
                    (int64_t)chance_below(&world->chance, CAMPAIGNS + 1));
}

static void step_orders(struct world *world)
{
    pair_orders(&world->pair, world->shelves[world_shelf(world)],
                1 + (int64_t)chance_below(&world->chance, CAMPAIGNS),
                (uint32_t)chance_below(&world->chance, 1 << ORDER_STATES_COUNT),
                1 + (uint32_t)chance_below(&world->chance, 9));
}

/* Time goes on, a little or for months, or exactly to where something ends; what is due expires. */
static void step_clock(struct world *world)
{
    const uint64_t what = chance_below(&world->chance, 12);
    if (what < 3 && world->expires_ms > world->now)
        world_set_now(world, world->expires_ms);
    else if (what == 3)
        world_set_now(world, world->now + ORDERS_KEPT_MS);
    else
        world_set_now(world,
                      world->now + chance_between(&world->chance, 1, what < 6 ? 70 * DAY : DAY));
    pair_expire(&world->pair);
}

/* Some action on an order of one item. */
static struct store_command order_one(struct world *world, int64_t shelf_id,
                                      enum order_action action, const char *id,
                                      const struct stock_order_item *item)
{
    struct store_command command = {
        .kind = STORE_ORDER,
        .shelf_id = shelf_id,
        .order = {.action = action,
                  .campaign_id = 1,
                  .id = bytes_from_text(id),
                  .now_ms = world->now,
                  .items = item,
                  .items_count = 1},
    };
    pair_run(&world->pair, &command);
    return command;
}

/* A number, or the last one once more. */
static void put_edge(struct world *world, uint32_t shelf)
{
    struct written *written = &world->written[shelf][SKU_EDGE];
    if (chance_one_in(&world->chance, 2)) {
        world_set_now(world, world->now + 1);
        *written = (struct written){world_edge(world), world->now};
    }
    const struct stock_write item = {world_key(world, SKU_EDGE), written->count, written->moment};
    struct store_command command = {.kind = STORE_PUT,
                                    .shelf_id = world->shelves[shelf],
                                    .put = {.items = &item, .items_count = 1}};
    pair_run(&world->pair, &command);
}

/* Less than orders hold, together with a SKU that may be new. */
static void count_edge(struct world *world, uint32_t shelf)
{
    const uint32_t other = SKUS_OFTEN + (uint32_t)chance_below(&world->chance, SKUS - SKUS_OFTEN);
    const struct stock_count items[] = {
        {world_key(world, SKU_EDGE), STOCK_FIT, chance_between(&world->chance, 0, 2), world->now},
        {world_key(world, other), STOCK_AVAILABLE, 1, world->now},
    };
    struct store_command command = {.kind = STORE_COUNT,
                                    .shelf_id = world->shelves[shelf],
                                    .count = {.items = items, .items_count = 2}};
    pair_run(&world->pair, &command);
    pair_totals(&world->pair, world->shelves[shelf], 0);
}

/* As many units as there can be are written, held, and written again. */
static void step_edge(struct world *world)
{
    enum { LATEST = 6 };
    const uint32_t shelf = world_shelf(world);
    const struct stock_order_item item = {world_key(world, SKU_EDGE), world_edge(world)};
    const bool cancels = chance_one_in(&world->chance, 3);
    char id[16];
    if (chance_one_in(&world->chance, 2))
        put_edge(world, shelf);
    if (chance_one_in(&world->chance, 6))
        count_edge(world, shelf);
    world->sales_count += !cancels;
    (void)snprintf(id, sizeof(id), "edge%" PRIu64,
                   world->sales_count - (cancels ? chance_below(&world->chance, LATEST) : 0));
    (void)order_one(world, world->shelves[shelf], cancels ? ORDER_CANCEL : ORDER_RESERVE, id,
                    &item);
}

/* Units leave one of the Market's warehouses, and how fast they do is told. */
static void step_sale(struct world *world)
{
    const uint32_t shelf = MARKET_SHELVES_FIRST + world_shelf(world) % 2;
    const struct stock_order_item item = {
        world_key(world, 4 + (uint32_t)chance_below(&world->chance, 6)),
        chance_between(&world->chance, 1, 3)};
    char id[16];
    (void)snprintf(id, sizeof(id), "sale%" PRIu32, world->sales_count++);
    const struct store_command reserved =
        order_one(world, world->shelves[shelf], ORDER_RESERVE, id, &item);
    if (reserved.verdict == VERDICT_OK && chance_one_in(&world->chance, 2))
        (void)order_one(world, world->shelves[shelf], ORDER_PACK, id, &item);
    if (reserved.verdict == VERDICT_OK)
        (void)order_one(world, world->shelves[shelf], ORDER_SHIP, id, &item);
    struct store_command command = {
        .kind = STORE_LIST,
        .shelf_id = world->shelves[shelf],
        .list = {.keys = &item.key, .keys_count = 1, .turnover_at_ms = world->now},
    };
    pair_run(&world->pair, &command);
}

static void step_document(struct world *world)
{
    static uint8_t content[100000];
    const size_t size = chance_one_in(&world->chance, 3)
                            ? 0
                            : (size_t)chance_below(&world->chance, sizeof(content) + 1);
    chance_fill(&world->chance, content, size);
    pair_add_document(&world->pair, chance_one_in(&world->chance, 2) ? BYTES("one") : BYTES("two"),
                      (struct bytes){size == 0 ? NULL : content, size});
}

/* A SKU of an order, one that meets often, or one of the bulk, that is perhaps nowhere. */
static struct stock_key pick_history(struct world *world, int64_t *shelf_id)
{
    const uint32_t campaign = (uint32_t)chance_below(&world->chance, CAMPAIGNS);
    const uint32_t id = (uint32_t)chance_below(&world->chance, IDS_OFTEN);
    const uint32_t shelf = (uint32_t)chance_below(&world->chance, SHELVES + 1);
    *shelf_id = world->shelves[shelf];
    if (shelf == SHELVES)
        return world_key_of(world->bulk[chance_below(&world->chance, BULK_SKUS)]);
    if (chance_one_in(&world->chance, 2) || world->ordered_count[campaign][id] == 0)
        return world_key(world, (uint32_t)chance_below(&world->chance, SKUS_OFTEN));
    *shelf_id = world->shelves[world->ordered_shelf[campaign][id]];
    return world->ordered[campaign][id][0].key;
}

static void step_history(struct world *world)
{
    struct store_history history = {.until_ms = INT64_MAX};
    for (int i = 0; i < 4; i++) {
        history.key = pick_history(world, &history.shelf_id);
        history.limit = chance_one_in(&world->chance, 3)
                            ? STORE_HISTORY_EVENTS_MAX
                            : 1 + (uint32_t)chance_below(&world->chance, 20);
        if (chance_one_in(&world->chance, 4))
            history.from_ms = world->now - chance_between(&world->chance, 0, 40 * DAY);
        if (chance_one_in(&world->chance, 4))
            history.until_ms = world->now - chance_between(&world->chance, 0, 5 * DAY);
        pair_history(&world->pair, &history);
    }
}

static void step_reopen(struct world *world)
{
    pair_reopen_pg(&world->pair);
    pair_survey(&world->pair, world->shelves, SHELVES + 1);
}

/* --- Running. --- */

static const struct {
    const char *name;
    uint32_t weight; /* Of a thousand. */
    void (*run)(struct world *world);
} steps[] = {
    {"put", 165, step_put},     {"order", 245, step_order},     {"count", 90, step_count},
    {"mark", 65, step_mark},    {"list", 75, step_list},        {"pages", 75, step_pages},
    {"copy", 25, step_copy},    {"totals", 15, step_totals},    {"clock", 40, step_clock},
    {"bulk", 8, step_bulk},     {"document", 9, step_document}, {"reopen", 3, step_reopen},
    {"edge", 45, step_edge},    {"sale", 60, step_sale},        {"search", 25, step_search},
    {"orders", 5, step_orders}, {"history", 50, step_history},
};

static void step_any(struct world *world)
{
    uint64_t left = chance_below(&world->chance, 1000);
    size_t index = 0;
    while (left >= steps[index].weight)
        left -= steps[index++].weight;
    world->pair.doing = steps[index].name;
    steps[index].run(world);
}

static void compare_everything(struct world *world)
{
    world->pair.doing = "everything";
    step_totals(world);
    for (uint32_t i = 0; i < SHELVES; i++)
        pair_orders(&world->pair, world->shelves[i], 1, (1 << ORDER_STATES_COUNT) - 1, 10);
    for (uint32_t i = 0; i <= SHELVES; i++) {
        uint32_t count = 0;
        const struct store_page page = {.limit = STORE_PAGE_CELLS_MAX,
                                        .filter = {.never_updated = true},
                                        .turnover_at_ms = world->now};
        (void)pair_walk(&world->pair, world->shelves[i], page, &count);
    }
}

int main(int arguments_count, char **arguments)
{
    static struct world world;
    const char *url = getenv("STOCKD_TEST_PG");
    const int64_t wanted = arguments_count > 1 ? strtoll(arguments[1], NULL, 10) : (int64_t)STEPS;
    if (url == NULL) {
        (void)fprintf(stderr, "conformance: STOCKD_TEST_PG=postgresql://… is not set\n");
        return 2;
    }
    log_set_level(LOG_ERROR);
    world_begin(&world, url);
    for (int64_t step = 0; step < wanted; step++) {
        world.pair.step = (uint64_t)step;
        step_any(&world);
        if (step % 100 == 99)
            compare_everything(&world);
    }
    compare_everything(&world);
    pair_tell(&world.pair);
    if (world.found_count == 0)
        pair_differ(&world.pair, "no search found anything");
    world_end(&world);
    (void)printf("conformance: %" PRId64 " commands, the same in both stores\n", wanted);
    return 0;
}
