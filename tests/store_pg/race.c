/* Several threads of two nodes on one database at the same time, on the same few cells: orders that
 * are repeated from both sides never take more than there is, and of two numbers the newer one
 * stays, whoever came last. No command may fail: whatever waits for another gets its turn. And the
 * history of each cell tells step by step how it became what it is, in that order.
 *
 *     STOCKD_TEST_PG=postgresql://… [TEST_SEED=n] build/tests/store_pg/race [rounds]
 *
 * The database is migrated. Prints the seed and exits with 0, or with 1 and what is wrong. */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "../support/chance.h"
#include "base/hash.h"
#include "os/log.h"
#include "store/command.h"
#include "store/store_pg.h"

#define NOW INT64_C(1767225600000)

enum {
    NODES = 2,
    THREADS = 8,
    ROUNDS = 150,
    SKUS = 12,     /* That orders are about. */
    UNITS = 60,    /* Of each. */
    ORDERS = 300,  /* Names of orders. */
    NUMBERS = 400, /* SKUs that are written all the time. */
    BATCH = 150,   /* At once. */
};

struct world {
    struct store *nodes[NODES];
    int64_t shelf_id;
    int64_t rounds;
    char skus[SKUS][16];
    char numbers[NUMBERS][16];
    char ids[ORDERS][16];
    pthread_mutex_t lock;
    int64_t moment_last;     /* Each write has a moment of its own. */
    int64_t newest[NUMBERS]; /* Of all that were written. */
};

struct member {
    struct world *world;
    struct chance chance;
    struct store *node;
    struct arena arena;
    pthread_t thread;
};

static void fail(const char *what, int64_t number)
{
    (void)fprintf(stderr, "race: %s: %" PRId64 "\n", what, number);
    exit(1);
}

static enum verdict run_command(struct store *store, struct arena *arena,
                                struct store_command *command)
{
    command->arena = arena;
    command->cause = (struct stock_cause){.source = STOCK_SOURCE_API, .at_ms = NOW};
    (void)command_run(store, command);
    if (command->verdict == VERDICT_NO_ROOM)
        fail("a command of this kind was not carried out", command->kind);
    return command->verdict;
}

static struct stock_key key_of(const char *sku)
{
    const struct bytes bytes = bytes_from_text(sku);
    return (struct stock_key){bytes, bytes_hash(bytes)};
}

/* The items of an order follow from its number, so that repeating it asks for the same. */
static uint32_t items_of(const struct world *world, uint32_t number,
                         struct stock_order_item items[3])
{
    const uint32_t count = 1 + number % 3;
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t sku = (number + (count - i) * (1 + number % 5)) % SKUS;
        items[i] = (struct stock_order_item){key_of(world->skus[sku]), 1 + (number + i) % 4};
    }
    return count;
}

static void order_something(struct member *member)
{
    const struct world *world = member->world;
    const uint32_t number = (uint32_t)chance_below(&member->chance, ORDERS);
    struct stock_order_item items[3];
    struct store_command command = {
        .kind = STORE_ORDER,
        .shelf_id = world->shelf_id,
        .order = {.action = chance_one_in(&member->chance, 4) ? ORDER_CANCEL : ORDER_RESERVE,
                  .campaign_id = 1,
                  .id = bytes_from_text(world->ids[number]),
                  .now_ms = NOW,
                  .items = items},
    };
    command.order.items_count = items_of(world, number, items);
    const enum verdict verdict = run_command(member->node, &member->arena, &command);
    if (verdict == VERDICT_ORDER_EXISTS || verdict == VERDICT_ORDER_STATE)
        fail("an order is another than it was", number);
}

/* In any order, with a moment that nobody else has. */
static void write_something(struct member *member)
{
    struct world *world = member->world;
    struct stock_write items[BATCH];
    uint32_t first = (uint32_t)chance_below(&member->chance, NUMBERS);
    const uint32_t step = chance_one_in(&member->chance, 2) ? 7 : NUMBERS - 1;
    pthread_mutex_lock(&world->lock);
    const int64_t moment = ++world->moment_last;
    pthread_mutex_unlock(&world->lock);
    for (uint32_t i = 0; i < BATCH; i++) {
        const uint32_t sku = (first + i * step) % NUMBERS;
        items[i] = (struct stock_write){key_of(world->numbers[sku]), moment % 1000000, moment};
        pthread_mutex_lock(&world->lock);
        if (moment > world->newest[sku])
            world->newest[sku] = moment;
        pthread_mutex_unlock(&world->lock);
    }
    struct store_command command = {
        .kind = STORE_PUT,
        .shelf_id = world->shelf_id,
        .put = {.items = items,
                .items_count = BATCH,
                .unknown_policy = (enum store_unknown)chance_below(&member->chance, 3)},
    };
    (void)run_command(member->node, &member->arena, &command);
}

static void *member_run(void *context)
{
    struct member *member = context;
    for (int64_t i = 0; i < member->world->rounds; i++) {
        arena_reset(&member->arena);
        if (chance_one_in(&member->chance, 3))
            write_something(member);
        else
            order_something(member);
    }
    return NULL;
}

static void put_all(struct world *world, struct arena *arena, const char *skus, size_t sku_bytes,
                    uint32_t count, int64_t units)
{
    struct stock_write items[NUMBERS];
    for (uint32_t i = 0; i < count; i++)
        items[i] = (struct stock_write){key_of(skus + i * sku_bytes), units, NOW};
    struct store_command command = {.kind = STORE_PUT,
                                    .shelf_id = world->shelf_id,
                                    .put = {.items = items, .items_count = count}};
    (void)run_command(world->nodes[0], arena, &command);
}

/* Units that orders hold, by their own words. */
static void sum_orders(struct world *world, struct arena *arena, int64_t held[SKUS])
{
    for (uint32_t number = 0; number < ORDERS; number++) {
        struct stock_order_item items[3];
        struct store_command command = {
            .kind = STORE_ORDER,
            .shelf_id = world->shelf_id,
            .order = {.action = ORDER_READ,
                      .campaign_id = 1,
                      .id = bytes_from_text(world->ids[number]),
                      .now_ms = NOW},
        };
        if (run_command(world->nodes[number % NODES], arena, &command) != VERDICT_OK ||
            command.order.order.state != ORDER_RESERVED)
            continue;
        const uint32_t count = items_of(world, number, items);
        for (uint32_t i = 0; i < count; i++) {
            for (uint32_t sku = 0; sku < SKUS; sku++)
                held[sku] += bytes_equal(bytes_from_text(world->skus[sku]), items[i].key.sku)
                                 ? items[i].count
                                 : 0;
        }
    }
}

static struct stock_view view_of(struct world *world, struct arena *arena, const char *sku)
{
    const struct stock_key key = key_of(sku);
    struct store_command command = {
        .kind = STORE_LIST, .shelf_id = world->shelf_id, .list = {.keys = &key, .keys_count = 1}};
    if (run_command(world->nodes[1], arena, &command) != VERDICT_OK || command.views_count != 1)
        fail("a cell is missing", 0);
    return command.views[0];
}

/* A cell as its history is followed back: what it had behind the event that comes next. */
struct past {
    int64_t available; /* STOCK_NOT_KNOWN in front of a write, which says nothing of it. */
    int64_t reserved;
    int64_t written_ms; /* Of the last write that was met. */
    int64_t count;
};

static void step_back(struct past *past, const struct stock_event *event)
{
    if (event->reserved != past->reserved ||
        (past->available != STOCK_NOT_KNOWN && event->available != past->available))
        fail("an event leaves what the next one did not find", past->count);
    past->count++;
    if (event->kind == STOCK_EVENT_RESERVE) {
        past->available = event->available + event->count;
        past->reserved -= event->count;
    } else if (event->kind == STOCK_EVENT_CANCEL) {
        past->available = event->available - event->count;
        past->reserved += event->count;
    } else {
        if (event->updated_at_ms >= past->written_ms)
            fail("numbers are not told in the order in which they came", past->count);
        past->available = STOCK_NOT_KNOWN;
        past->written_ms = event->updated_at_ms;
    }
}

/* Follows the cell back from what it is. Gives how many events there are. */
static int64_t follow_back(struct world *world, struct arena *arena, const char *sku)
{
    const struct stock_view view = view_of(world, arena, sku);
    struct past past = {view.available, view.reserved, view.updated_at_ms + 1, 0};
    struct store_history history = {.shelf_id = world->shelf_id,
                                    .key = key_of(sku),
                                    .until_ms = INT64_MAX,
                                    .limit = 1 + (uint32_t)(view.available % 50),
                                    .arena = arena};
    do {
        if (store_history(world->nodes[past.count % NODES], &history) != OK)
            fail("a history cannot be told", past.count);
        for (uint32_t i = 0; i < history.events_count; i++)
            step_back(&past, &history.events[i]);
        history.position = history.next;
    } while (history.position.size > 0);
    if (past.reserved != 0 || past.written_ms != NOW)
        fail("the beginning is missing", past.count);
    return past.count;
}

static void check_histories(struct world *world, struct arena *arena)
{
    int64_t count = 0;
    for (uint32_t i = 0; i < SKUS; i++)
        count += follow_back(world, arena, world->skus[i]);
    for (uint32_t i = 0; i < NUMBERS; i += 40)
        count += follow_back(world, arena, world->numbers[i]);
    (void)printf("race: %" PRId64 " events lead to where it ended\n", count);
}

static void check(struct world *world, struct arena *arena)
{
    int64_t held[SKUS] = {0};
    int64_t all = 0;
    sum_orders(world, arena, held);
    for (uint32_t i = 0; i < SKUS; i++) {
        const struct stock_view view = view_of(world, arena, world->skus[i]);
        if (view.reserved != held[i] || view.available != UNITS - held[i])
            fail("units are not what orders hold", i);
        all += held[i];
    }
    for (uint32_t i = 0; i < NUMBERS; i++) {
        if (view_of(world, arena, world->numbers[i]).updated_at_ms != world->newest[i])
            fail("an older number stayed", i);
    }
    (void)printf("race: %" PRId64 " of %d units are held, none twice; %d numbers are the newest\n",
                 all, SKUS * UNITS, NUMBERS);
}

static void make_names(struct world *world)
{
    for (int i = 0; i < SKUS; i++)
        (void)snprintf(world->skus[i], sizeof(world->skus[i]), "s%d", i);
    for (int i = 0; i < NUMBERS; i++) {
        (void)snprintf(world->numbers[i], sizeof(world->numbers[i]), "n%d", i);
        world->newest[i] = NOW;
    }
    for (int i = 0; i < ORDERS; i++)
        (void)snprintf(world->ids[i], sizeof(world->ids[i]), "o%d", i);
}

static enum err take_nothing(void *context, struct bytes name, struct bytes content)
{
    (void)context;
    (void)name;
    (void)content;
    return OK;
}

static void open_node(struct store **node, const char *url)
{
    char problem[STORE_PG_PROBLEM_BYTES];
    const struct store_pg_settings settings = {
        .os = os_real(),
        .url = url,
        .connections_count = 3,
        .deadline_ms = 30000,
        .history_days = 3650,
        .documents = {.take = take_nothing},
    };
    if (store_pg_open(&settings, problem, node) != OK || store_pg_start(*node) != OK) {
        (void)fprintf(stderr, "race: %s\n", problem);
        exit(1);
    }
}

int main(int arguments_count, char **arguments)
{
    static struct world world;
    static struct member members[THREADS];
    const char *url = getenv("STOCKD_TEST_PG");
    if (url == NULL) {
        (void)fprintf(stderr, "race: STOCKD_TEST_PG=postgresql://… is not set\n");
        return 2;
    }
    log_set_level(LOG_ERROR);
    struct chance chance = chance_begin("race");
    struct arena arena;
    arena_init(&arena);
    world.rounds = arguments_count > 1 ? strtoll(arguments[1], NULL, 10) : (int64_t)ROUNDS;
    world.shelf_id = chance_between(&chance, INT64_C(1) << 31, REGISTRY_SHELF_ID_MAX);
    world.moment_last = NOW;
    pthread_mutex_init(&world.lock, NULL);
    make_names(&world);
    for (int i = 0; i < NODES; i++)
        open_node(&world.nodes[i], url);
    put_all(&world, &arena, (const char *)world.skus, sizeof(world.skus[0]), SKUS, UNITS);
    put_all(&world, &arena, (const char *)world.numbers, sizeof(world.numbers[0]), NUMBERS, 0);
    for (int i = 0; i < THREADS; i++) {
        members[i] = (struct member){
            .world = &world, .chance = {chance_u64(&chance)}, .node = world.nodes[i % NODES]};
        arena_init(&members[i].arena);
        if (pthread_create(&members[i].thread, NULL, member_run, &members[i]) != 0)
            fail("no thread", i);
    }
    for (int i = 0; i < THREADS; i++) {
        (void)pthread_join(members[i].thread, NULL);
        arena_deinit(&members[i].arena);
    }
    check(&world, &arena);
    check_histories(&world, &arena);
    for (int i = 0; i < NODES; i++)
        store_close(world.nodes[i]);
    pthread_mutex_destroy(&world.lock);
    arena_deinit(&arena);
    return 0;
}
