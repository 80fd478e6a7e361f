/* Many threads on few shelves, and a store that has no room. Built with a thread sanitizer too. */
#include "store_calls.h"

#include "base/buffer.h"

enum { THREADS = 8, SHELVES = 3, ROUNDS = 60, ITEMS = 20, OWN_SKUS = 100, SHARED_SKUS = 30 };

/* What one thread does and what it must find in the end. */
struct worker {
    struct store_world *world;
    int number;
    pthread_t thread;
    int64_t own[SHELVES][OWN_SKUS]; /* Counts of the SKUs that only this thread writes. */
    bool failed;
};

static void own_sku(char *sku, size_t bytes, int thread, int index)
{
    (void)snprintf(sku, bytes, "own-%d-%d", thread, index);
}

/* Writes that all threads make; the newest moment wins, and it says which count that is. */
static bool put_shared(struct worker *worker, int64_t shelf_id, int round)
{
    char skus[ITEMS][32];
    struct stock_write items[ITEMS];
    const int64_t moment = (int64_t)round * THREADS + worker->number;
    for (int i = 0; i < ITEMS; i++) {
        (void)snprintf(skus[i], sizeof(skus[i]), "shared-%d", (round + i) % SHARED_SKUS);
        items[i] = write_of(skus[i], moment, moment);
    }
    return put_items(worker->world, shelf_id, STORE_UNKNOWN_CREATE, items, ITEMS, NULL) ==
           VERDICT_OK;
}

static bool put_own(struct worker *worker, int shelf, int round)
{
    char skus[ITEMS][32];
    struct stock_write items[ITEMS];
    for (int i = 0; i < ITEMS; i++) {
        const int index = (round * 7 + i) % OWN_SKUS;
        own_sku(skus[i], sizeof(skus[i]), worker->number, index);
        items[i] = write_of(skus[i], round + i, round);
        worker->own[shelf][index] = round + i;
    }
    return put_items(worker->world, shelf, STORE_UNKNOWN_CREATE, items, ITEMS, NULL) == VERDICT_OK;
}

/* Reads a page and some SKUs, in memory of its own. */
static bool read_some(struct worker *worker, int64_t shelf_id)
{
    struct arena arena;
    arena_init(&arena);
    struct store_command page = {.kind = STORE_PAGE,
                                 .shelf_id = shelf_id,
                                 .arena = &arena,
                                 .page = {.limit = 50, .filter.presence = STORE_PRESENT}};
    bool right = run_command(worker->world->store, &page) == VERDICT_OK;
    const struct stock_key key = key_of("shared-1");
    struct store_command list = {.kind = STORE_LIST,
                                 .shelf_id = shelf_id,
                                 .arena = &arena,
                                 .list = {.keys = &key, .keys_count = 1}};
    right = right && run_command(worker->world->store, &list) == VERDICT_OK;
    for (uint32_t i = 0; right && i < list.views_count; i++)
        right = list.views[i].available == list.views[i].updated_at_ms;
    arena_deinit(&arena);
    return right;
}

static void *work(void *context)
{
    struct worker *worker = context;
    for (int round = 0; round < ROUNDS && !worker->failed; round++) {
        const int shelf = (round + worker->number) % SHELVES;
        worker->failed = !put_shared(worker, shelf, round) || !put_own(worker, shelf, round) ||
                         !read_some(worker, shelf);
        if (round % 20 == worker->number &&
            store_add_document(worker->world->store, BYTES("d"), BYTES("x")) != OK)
            worker->failed = true;
    }
    return NULL;
}

/* The count of a shared SKU is the largest moment at which anybody wrote it to that shelf. */
static int64_t shared_expected(int shelf, int index)
{
    int64_t newest = -1;
    for (int round = 0; round < ROUNDS; round++) {
        for (int thread = 0; thread < THREADS; thread++) {
            const int distance = (index - round % SHARED_SKUS + SHARED_SKUS) % SHARED_SKUS;
            const int64_t moment = (int64_t)round * THREADS + thread;
            if ((round + thread) % SHELVES == shelf && distance < ITEMS && moment > newest)
                newest = moment;
        }
    }
    return newest;
}

static void check_all(struct store_world *world, const struct worker *workers)
{
    char sku[32];
    for (int shelf = 0; shelf < SHELVES; shelf++) {
        for (int i = 0; i < SHARED_SKUS; i++) {
            (void)snprintf(sku, sizeof(sku), "shared-%d", i);
            assert_int_equal(count_of(world, shelf, sku), shared_expected(shelf, i));
        }
        for (int thread = 0; thread < THREADS; thread++) {
            for (int i = 0; i < OWN_SKUS; i++) {
                own_sku(sku, sizeof(sku), thread, i);
                assert_int_equal(count_of(world, shelf, sku), workers[thread].own[shelf][i]);
            }
        }
    }
}

static void writes_of_many_threads_are_all_there_after_opening_again(void **state)
{
    static struct worker workers[THREADS];
    struct store_world *world = *state;
    for (int i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){.world = world, .number = i};
        memset(workers[i].own, 0xFF, sizeof(workers[i].own)); /* -1: no such cell. */
        assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
        assert_false(workers[i].failed);
    }
    check_all(world, workers);
    store_world_reopen(world);
    check_all(world, workers);
    assert_int_equal(strlen(world->documents), 3 * THREADS * strlen("d=x;"));
}

/* Adds cells until the store refuses. Returns how many it took. */
static int fill_store(struct store_world *world)
{
    static char skus[PUT_SKUS_MAX][SKU_BYTES_MAX + 1];
    static struct stock_write items[PUT_SKUS_MAX];
    for (int round = 0; round < 100; round++) {
        for (int i = 0; i < PUT_SKUS_MAX; i++) {
            (void)snprintf(skus[i], sizeof(skus[i]), "%04d-%04d-%0*d", round, i, 500, 0);
            items[i] = write_of(skus[i], round, 1);
        }
        struct store_put put;
        const enum verdict verdict =
            put_items(world, 1, STORE_UNKNOWN_CREATE, items, PUT_SKUS_MAX, &put);
        if (verdict == VERDICT_NO_ROOM) {
            assert_int_equal(put.applied_count, 0);
            assert_int_equal(count_of(world, 1, skus[0]), -1);
            assert_int_equal(count_of(world, 1, skus[PUT_SKUS_MAX - 1]), -1);
            return round * PUT_SKUS_MAX;
        }
        assert_int_equal(verdict, VERDICT_OK);
    }
    fail_msg("the disk was never full");
    return 0;
}

static void store_without_room_changes_nothing_and_still_reads(void **state)
{
    struct store_world *world = *state;
    struct os_sim *sim = os_sim_create(1);
    struct store_metrics metrics;
    store_close(world->store);
    world->store = NULL;
    os_sim_limit_disk(sim, (uint64_t)JOURNAL_SEGMENT_BYTES + 65536);
    assert_int_equal(world_open_sim(world, sim), OK);
    put_one(world, 2, "before", 5, 1);
    const int cells = fill_store(world);
    assert_in_range(cells, 10000, 60000);
    const struct stock_write later = write_of("before", 6, 2);
    assert_int_equal(put_items(world, 2, STORE_UNKNOWN_CREATE, &later, 1, NULL), VERDICT_NO_ROOM);
    assert_int_equal(count_of(world, 2, "before"), 5);
    assert_int_equal(store_add_document(world->store, BYTES("d"), BYTES("x")), ERR_FULL);
    assert_int_equal(store_copy_shelf(world->store, 1, 2, STORE_TIES_LAST), ERR_FULL);
    store_metrics(world->store, &metrics);
    assert_false(metrics.ready_for_writes);
    assert_int_equal(metrics.cells_count, cells + 1);
    store_close(world->store);

    os_sim_reboot(sim);
    os_sim_limit_disk(sim, UINT64_MAX);
    assert_int_equal(world_open_sim(world, sim), OK);
    assert_int_equal(count_of(world, 2, "before"), 5);
    put_one(world, 2, "before", 6, 2);
    store_metrics(world->store, &metrics);
    assert_int_equal(metrics.cells_count, cells + 1);
    assert_true(metrics.ready_for_writes);
    store_close(world->store);
    world->store = NULL;
    os_sim_destroy(sim);
}

/* The folder is new, and so is the one in it: a power cut right after the first answer. */
static void new_data_folder_survives_a_power_cut(void **state)
{
    struct store_world *world = *state;
    store_close(world->store);
    for (uint64_t seed = 0; seed < 16; seed++) {
        struct os_sim *sim = os_sim_create(seed);
        assert_int_equal(world_open_sim(world, sim), OK);
        put_one(world, 1, "A", 5, 1);
        store_close(world->store);
        os_sim_reboot(sim);
        assert_int_equal(world_open_sim(world, sim), OK);
        assert_int_equal(count_of(world, 1, "A"), 5);
        store_close(world->store);
        os_sim_destroy(sim);
    }
    world->store = NULL;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, store_world_begin, store_world_end)
    const struct CMUnitTest tests[] = {
        TEST(writes_of_many_threads_are_all_there_after_opening_again),
        TEST(store_without_room_changes_nothing_and_still_reads),
        TEST(new_data_folder_survives_a_power_cut),
    };
    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
