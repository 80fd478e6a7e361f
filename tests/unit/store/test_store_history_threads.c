/* Histories are read while others write and checkpoints keep what they let go: each page follows
 * from the one before, and in the end all is there. */
#include "store_calls.h"

#include <stdatomic.h>

enum { SHELF = 7, WRITES = 500, CHECKPOINTS = 3, PAGE = 100 };

struct race {
    struct store_world *world;
    atomic_bool over;
};

static void *write_all(void *context)
{
    struct race *race = context;
    for (int i = 1; i <= WRITES; i++)
        put_one(race->world, SHELF, "A", i, DAY * 20000 + i);
    atomic_store(&race->over, true);
    return NULL;
}

/* Reads the whole history: each write counts one down. Returns how many there are. */
static int64_t read_all(struct store *store)
{
    struct arena arena;
    arena_init(&arena);
    struct store_history page = {.shelf_id = SHELF,
                                 .key = key_of("A"),
                                 .until_ms = INT64_MAX,
                                 .limit = PAGE,
                                 .arena = &arena};
    int64_t next = INT64_MIN;
    int64_t count = 0;
    do {
        assert_int_equal(store_history(store, &page), OK);
        for (uint32_t i = 0; i < page.events_count; i++) {
            assert_true(next == INT64_MIN || page.events[i].available == next);
            next = page.events[i].available - 1;
            count++;
        }
        page.position = page.next;
    } while (page.next.size > 0);
    assert_int_equal(next, -1); /* Down to the first one, of 0. */
    arena_deinit(&arena);
    return count;
}

static void *read_often(void *context)
{
    struct race *race = context;
    while (!atomic_load(&race->over))
        (void)read_all(race->world->store);
    return NULL;
}

static uint64_t checkpoints_count(struct store *store)
{
    struct store_metrics metrics;
    store_metrics(store, &metrics);
    return metrics.checkpoints.under_way ? 0 : metrics.checkpoints.done_count;
}

static void reading_goes_on_beside_writers_and_checkpoints(void **state)
{
    struct store_world *world = *state;
    struct race race = {.world = world};
    pthread_t writer;
    pthread_t reader;
    world->history_days = 3660;
    world->history_bytes_max = INT64_C(1) << 30;
    world->cause = (struct stock_cause){
        .source = STOCK_SOURCE_API, .at_ms = os_real()->now_ms(os_real()), .by = BYTES("token")};
    store_world_reopen(world);
    put_one(world, SHELF, "A", 0, DAY * 20000); /* So that readers find the cell. */
    assert_int_equal(pthread_create(&writer, NULL, write_all, &race), 0);
    assert_int_equal(pthread_create(&reader, NULL, read_often, &race), 0);
    for (uint64_t i = 1; i <= CHECKPOINTS; i++) {
        assert_int_equal(store_request_checkpoint(world->store), OK);
        while (checkpoints_count(world->store) < i)
            os_real()->pause(os_real(), 1000);
    }
    (void)pthread_join(writer, NULL);
    (void)pthread_join(reader, NULL);
    assert_int_equal(read_all(world->store), WRITES + 1);
    store_world_reopen(world);
    assert_int_equal(read_all(world->store), WRITES + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reading_goes_on_beside_writers_and_checkpoints,
                                        store_world_begin, store_world_end),
    };
    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
