/* Checkpoints that the store makes behind its users' backs: while threads write, by itself, with a
 * full disk, and at its end. Built with a thread sanitizer too. */
#include <sched.h>

#include "store_calls.h"

enum {
    THREADS = 4,
    SHELVES = 3,
    ROUNDS = 120,
    ITEMS = 20,
    OWN_SKUS = 400,
    CHECKPOINTS_MIN = 5,
    MANY_CELLS = 60000,
};
#define PATIENCE_US INT64_C(60000000)

/* One thread, and what must be there in the end. */
struct worker {
    struct store_world *world;
    int number;
    pthread_t thread;
    int64_t counts[SHELVES][OWN_SKUS]; /* Available. */
    int open_orders[SHELVES];
    bool failed;
};

static struct stock_write own_write(struct worker *worker, char *sku, size_t bytes, int index,
                                    int64_t count, int round)
{
    (void)snprintf(sku, bytes, "own-%d-%d", worker->number, index);
    return write_of(sku, count, round);
}

static void put_some(struct worker *worker, int shelf, int round)
{
    char skus[ITEMS][32];
    struct stock_write items[ITEMS];
    for (int i = 0; i < ITEMS; i++) {
        const int index = (round * 37 + i) % OWN_SKUS;
        const int64_t count = 1 + round % 50;
        items[i] = own_write(worker, skus[i], sizeof(skus[i]), index, count, round + 1);
        worker->counts[shelf][index] = count;
    }
    worker->failed |=
        put_items(worker->world, shelf + 1, STORE_UNKNOWN_CREATE, items, ITEMS, NULL) != VERDICT_OK;
}

/* Reserves one unit of a SKU that was just written; half of the orders end. */
static void order_one(struct worker *worker, int shelf, int round)
{
    char sku[32];
    char id[32];
    struct arena arena;
    const int index = round * 37 % OWN_SKUS;
    (void)own_write(worker, sku, sizeof(sku), index, 0, 0);
    (void)snprintf(id, sizeof(id), "%d-%d", worker->number, round);
    const struct stock_order_item item = {key_of(sku), 1};
    struct store_order order = {.action = ORDER_RESERVE,
                                .campaign_id = 10,
                                .id = bytes_from_text(id),
                                .now_ms = round + 1,
                                .items = &item,
                                .items_count = 1};
    for (int action = 0; action < 1 + round % 2; action++) {
        arena_init(&arena);
        struct store_command command = {
            .kind = STORE_ORDER, .shelf_id = shelf + 1, .arena = &arena, .order = order};
        worker->failed |= run_command(worker->world->store, &command) != VERDICT_OK;
        arena_deinit(&arena);
        order.action = ORDER_SHIP;
    }
    worker->counts[shelf][index]--;
    worker->open_orders[shelf] += round % 2 == 0;
}

static void *worker_run(void *context)
{
    struct worker *worker = context;
    for (int round = 0; round < ROUNDS; round++) {
        const int shelf = round % SHELVES;
        put_some(worker, shelf, round);
        order_one(worker, shelf, round);
        if (round % 10 == 0)
            worker->failed |= keep_document(worker->world, "d", "1") != OK;
    }
    return NULL;
}

static struct store_checkpoints checkpoints_of(struct store_world *world)
{
    struct store_metrics metrics;
    store_metrics(world->store, &metrics);
    return metrics.checkpoints;
}

/* True once so many were done, or failed. */
static bool wait_for(struct store_world *world, uint64_t done, uint64_t failed)
{
    const int64_t until_us = os_real()->uptime_us(os_real()) + PATIENCE_US;
    struct store_checkpoints checkpoints = checkpoints_of(world);
    while ((checkpoints.done_count < done || checkpoints.failed_count < failed) &&
           os_real()->uptime_us(os_real()) < until_us) {
        (void)sched_yield();
        checkpoints = checkpoints_of(world);
    }
    return checkpoints.done_count >= done && checkpoints.failed_count >= failed;
}

static void expect_all(struct store_world *world, const struct worker *workers)
{
    for (int shelf = 0; shelf < SHELVES; shelf++) {
        uint32_t open_orders = 0;
        for (int number = 0; number < THREADS; number++) {
            open_orders += (uint32_t)workers[number].open_orders[shelf];
            for (int index = 0; index < OWN_SKUS; index++) {
                char sku[32];
                if (workers[number].counts[shelf][index] < 0)
                    continue;
                (void)snprintf(sku, sizeof(sku), "own-%d-%d", number, index);
                assert_int_equal(count_of(world, shelf + 1, sku),
                                 workers[number].counts[shelf][index]);
            }
        }
        assert_int_equal(totals_of(world, shelf + 1, 0).orders_count, open_orders);
    }
    assert_int_equal(strlen(world->documents), THREADS * (ROUNDS / 10) * strlen("d=1;"));
}

static void open_with_threads(struct store_world *world, uint32_t threads_count)
{
    struct store_local_settings settings = settings_of(world, os_real(), world->folder);
    settings.threads_count = threads_count;
    world->documents[0] = '\0';
    if (store_local_open(&settings, &world->opening, &world->store) != OK)
        fail_msg("%s", world->opening.problem);
    assert_int_equal(store_local_start(world->store), OK);
}

static void checkpoints_under_writers_hold_everything(void **state)
{
    struct store_world *world = *state;
    struct worker *workers = calloc(THREADS, sizeof(*workers));
    assert_non_null(workers);
    for (int i = 0; i < THREADS; i++) {
        workers[i].world = world;
        workers[i].number = i;
        memset(workers[i].counts, -1, sizeof(workers[i].counts));
    }
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&workers[i].thread, NULL, worker_run, &workers[i]), 0);
    for (uint64_t made = 1; made <= CHECKPOINTS_MIN; made++) {
        assert_int_equal(store_request_checkpoint(world->store), OK);
        assert_true(wait_for(world, made, 0));
    }
    for (int i = 0; i < THREADS; i++)
        assert_true(pthread_join(workers[i].thread, NULL) == 0 && !workers[i].failed);
    assert_int_equal(store_request_checkpoint(world->store), OK);
    assert_true(wait_for(world, CHECKPOINTS_MIN + 1, 0));
    for (uint32_t threads = 0; threads < 4; threads++) {
        expect_all(world, workers);
        store_close(world->store);
        open_with_threads(world, threads);
        assert_true(world->opening.cells_loaded > 0);
    }
    expect_all(world, workers);
    store_close(world->store);
    world->store = NULL;
    struct store_check check;
    struct store_local_settings settings = settings_of(world, os_real(), world->folder);
    settings.threads_count = 2;
    assert_int_equal(store_local_check(&settings, &check), OK);
    free(workers);
}

static void so_much_journal_makes_one_unasked(void **state)
{
    struct store_world *world = *state;
    store_close(world->store);
    struct store_local_settings settings = settings_of(world, os_real(), world->folder);
    settings.checkpoint_journal_bytes = 1;
    assert_int_equal(store_local_open(&settings, &world->opening, &world->store), OK);
    assert_int_equal(store_local_start(world->store), OK);
    put_one(world, 1, "A", 5, 1);
    assert_true(wait_for(world, 1, 0));
    while (checkpoints_of(world).done_count < 2)
        put_one(world, 1, "A", 5, 2 + (int64_t)checkpoints_of(world).journal_bytes_since);
    store_world_reopen(world);
    assert_int_equal(count_of(world, 1, "A"), 5);
}

static void so_many_documents_make_one_unasked(void **state)
{
    struct store_world *world = *state;
    store_close(world->store);
    struct store_local_settings settings = settings_of(world, os_real(), world->folder);
    settings.checkpoint_journal_bytes = (uint64_t)1 << 40;
    assert_int_equal(store_local_open(&settings, &world->opening, &world->store), OK);
    for (int i = 0; i < CHECKPOINT_DOCUMENTS_MAX; i++) /* Before it has threads, which is quick. */
        assert_int_equal(keep_document(world, "d", "1"), OK);
    store_close(world->store);
    world->documents[0] = '\0';
    assert_int_equal(store_local_open(&settings, &world->opening, &world->store), OK);
    assert_int_equal(store_local_start(world->store), OK);
    assert_true(wait_for(world, 1, 0));
    assert_int_equal(checkpoints_of(world).documents_since, 0);
    store_world_reopen(world);
    assert_int_equal(strlen(world->documents), CHECKPOINT_DOCUMENTS_MAX * strlen("d=1;"));
}

static void full_disk_is_told_and_the_next_one_succeeds(void **state)
{
    struct store_world *world = *state;
    struct os_sim *sim = os_sim_create(1);
    store_close(world->store);
    assert_int_equal(world_open_sim(world, sim), OK);
    put_one(world, 1, "A", 5, 1);
    os_sim_limit_disk(sim, os_sim_used_bytes(sim));
    for (uint64_t failed = 1; failed <= 3; failed++) {
        assert_int_equal(store_request_checkpoint(world->store), OK);
        assert_true(wait_for(world, 0, failed));
    }
    put_one(world, 1, "A", 6, 2);
    os_sim_limit_disk(sim, UINT64_MAX);
    assert_int_equal(store_request_checkpoint(world->store), OK);
    assert_true(wait_for(world, 1, 3));
    store_close(world->store);
    assert_int_equal(world_open_sim(world, sim), OK);
    assert_int_equal(count_of(world, 1, "A"), 6);
    assert_int_equal(world->opening.cells_loaded, 1);
    store_close(world->store);
    world->store = NULL;
    os_sim_destroy(sim);
}

/* A checkpoint that is under way, or just asked for, does not hold up the end. */
static void end_comes_in_the_middle_of_one(void **state)
{
    struct store_world *world = *state;
    enum { PER_WRITE = PUT_SKUS_MAX };
    static char skus[PER_WRITE][16];
    static struct stock_write items[PER_WRITE];
    for (int first = 0; first < MANY_CELLS; first += PER_WRITE) {
        for (int i = 0; i < PER_WRITE; i++) {
            (void)snprintf(skus[i], sizeof(skus[i]), "%d", first + i);
            items[i] = write_of(skus[i], first + i, 1);
        }
        assert_int_equal(put_items(world, 1, STORE_UNKNOWN_CREATE, items, PER_WRITE, NULL),
                         VERDICT_OK);
    }
    for (int i = 0; i < 10; i++) {
        assert_int_equal(store_request_checkpoint(world->store), OK);
        assert_true(checkpoints_of(world).under_way || checkpoints_of(world).done_count > 0);
        for (int turns = 0; turns < i * 200; turns++)
            (void)sched_yield();
        if (i % 2 == 0)
            store_local_stop_checkpoints(world->store);
        store_world_reopen(world);
        assert_int_equal(totals_of(world, 1, 0).cells_count, MANY_CELLS);
        assert_int_equal(count_of(world, 1, "59999"), MANY_CELLS - 1);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, store_world_begin, store_world_end)
    const struct CMUnitTest tests[] = {
        TEST(checkpoints_under_writers_hold_everything),
        TEST(so_much_journal_makes_one_unasked),
        TEST(so_many_documents_make_one_unasked),
        TEST(full_disk_is_told_and_the_next_one_succeeds),
        TEST(end_comes_in_the_middle_of_one),
    };
    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
