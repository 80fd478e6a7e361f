/* Copying a shelf while the disk stands still: a gate in front of every sync, that the test opens
 * and closes. What is in memory already shows how far the copy came. */
#include "store_calls.h"

#include <sched.h>

#include "os/os.h"
#include "store/store_local_internal.h"

enum { FROM = 1, TO = 2, OTHER = 3, PATIENCE_US = 20 * 1000 * 1000 };

/* `lock` guards `closed`. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t opened;
    bool closed;
    enum err (*sync)(struct os *os, struct os_file *file);
} gate = {.lock = PTHREAD_MUTEX_INITIALIZER, .opened = PTHREAD_COND_INITIALIZER};

static enum err gated_sync(struct os *os, struct os_file *file)
{
    pthread_mutex_lock(&gate.lock);
    while (gate.closed)
        pthread_cond_wait(&gate.opened, &gate.lock);
    pthread_mutex_unlock(&gate.lock);
    return gate.sync(os, file);
}

static void set_gate(bool closed)
{
    pthread_mutex_lock(&gate.lock);
    gate.closed = closed;
    pthread_mutex_unlock(&gate.lock);
    pthread_cond_broadcast(&gate.opened);
}

/* A store on a simulated machine, and a thread that copies there. */
struct copy_world {
    struct store_world *world;
    struct os_sim *sim;
    pthread_t thread;
    enum err error;
};

static int begin(void **state)
{
    static struct copy_world copy;
    void *world = NULL;
    if (store_world_begin(&world) != 0)
        return -1;
    copy.world = world;
    store_close(copy.world->store);
    copy.sim = os_sim_create(1);
    gate.sync = os_sim_os(copy.sim)->sync;
    os_sim_os(copy.sim)->sync = gated_sync;
    *state = &copy;
    return world_open_sim(copy.world, copy.sim) == OK ? 0 : -1;
}

static int end(void **state)
{
    struct copy_world *copy = *state;
    void *world = copy->world;
    set_gate(false);
    if (copy->world->store != NULL)
        store_close(copy->world->store);
    copy->world->store = NULL;
    os_sim_destroy(copy->sim);
    return store_world_end(&world);
}

static void *copy_run(void *context)
{
    struct copy_world *copy = context;
    copy->error = store_copy_shelf(copy->world->store, FROM, TO, STORE_TIES_LAST);
    return NULL;
}

/* The copy runs with the gate closed. */
static void copy_begin(struct copy_world *copy)
{
    set_gate(true);
    assert_int_equal(pthread_create(&copy->thread, NULL, copy_run, copy), 0);
}

static void copy_end(struct copy_world *copy)
{
    set_gate(false);
    assert_int_equal(pthread_join(copy->thread, NULL), 0);
    assert_int_equal(copy->error, OK);
    struct store_local *local = local_of(copy->world->store);
    assert_true(journal_is_durable(local->journal, local_shelf_find(local, TO)->seq_last));
}

/* Puts so many SKUs, of so many bytes each, without waiting for the disk. */
static void put_many(struct copy_world *copy, int64_t shelf_id, int count, int sku_bytes)
{
    static char skus[PUT_SKUS_MAX][SKU_BYTES_MAX + 1];
    static struct stock_write items[PUT_SKUS_MAX];
    struct arena arena;
    for (int first = 0; first < count; first += PUT_SKUS_MAX) {
        const int end = count - first < PUT_SKUS_MAX ? count - first : PUT_SKUS_MAX;
        for (int i = 0; i < end; i++) {
            (void)snprintf(skus[i], sizeof(skus[i]), "%0*d", sku_bytes, first + i);
            items[i] = write_of(skus[i], first + i, 1);
        }
        arena_init(&arena);
        struct store_command command = {
            .kind = STORE_PUT,
            .shelf_id = shelf_id,
            .arena = &arena,
            .put = {.items = items, .items_count = (uint32_t)end},
        };
        (void)store_submit(copy->world->store, &command);
        assert_int_equal(command.verdict, VERDICT_OK);
        if (shelf_id == FROM)
            assert_int_equal(
                local_wait_until_durable(local_of(copy->world->store), command.waiter.seq), OK);
        arena_deinit(&arena);
    }
}

static uint64_t copied_count(const struct copy_world *copy)
{
    return totals_of(copy->world, TO, 0).cells_count;
}

/* Fails when that takes too long; the copy can end then, too. */
static void wait_for_copied(struct copy_world *copy, uint64_t count)
{
    const int64_t until_us = os_real()->uptime_us(os_real()) + PATIENCE_US;
    while (copied_count(copy) < count && os_real()->uptime_us(os_real()) < until_us)
        (void)sched_yield();
    if (copied_count(copy) >= count)
        return;
    set_gate(false);
    (void)pthread_join(copy->thread, NULL);
    fail_msg("only %d cells before the disk was waited for", (int)copied_count(copy));
}

static void copy_waits_for_the_disk_once_at_its_end(void **state)
{
    enum { CELLS = 2 * PUT_SKUS_MAX + 3 };
    struct copy_world *copy = *state;
    put_many(copy, FROM, CELLS, 10);
    copy_begin(copy);
    wait_for_copied(copy, CELLS);
    copy_end(copy);
    assert_int_equal(totals_of(copy->world, TO, 0).available,
                     totals_of(copy->world, FROM, 0).available);
}

/* All room but that of some commands is somebody else's, for the whole time. */
static void batch_that_is_full_is_waited_for(void **state)
{
    enum { CELLS = 3 * PUT_SKUS_MAX, OTHERS_BYTES = 1 << 20, LEFT_BYTES = 128 << 10 };
    struct copy_world *copy = *state;
    struct journal *journal = local_of(copy->world->store)->journal;
    put_many(copy, FROM, CELLS, 100);
    assert_int_equal(journal_reserve(journal, LEFT_BYTES), OK);
    int others = 0;
    while (journal_reserve(journal, OTHERS_BYTES) == OK)
        others++;
    int rests = 0;
    while (journal_reserve(journal, OTHERS_BYTES >> 7) == OK)
        rests++;
    journal_release(journal, LEFT_BYTES);

    copy_begin(copy);
    wait_for_copied(copy, 2 * 400); /* There is room for one or two commands more. */
    for (int i = 0; i < 100; i++)
        (void)sched_yield();
    copy_end(copy);
    assert_int_equal(copied_count(copy), CELLS);
    for (int i = 0; i < others; i++)
        journal_release(journal, OTHERS_BYTES);
    for (int i = 0; i < rests; i++)
        journal_release(journal, OTHERS_BYTES >> 7);
}

static void copy_leaves_others_room_while_the_disk_is_slow(void **state)
{
    enum { CELLS = 8 * PUT_SKUS_MAX };
    struct copy_world *copy = *state;
    put_many(copy, FROM, CELLS, SKU_BYTES_MAX);
    copy_begin(copy);
    wait_for_copied(copy, 1600);
    put_many(copy, OTHER, 4 * PUT_SKUS_MAX, SKU_BYTES_MAX);
    const uint64_t bytes = copied_count(copy) * SKU_BYTES_MAX;
    assert_true(bytes <= JOURNAL_BATCH_BYTES_MAX / 4);
    copy_end(copy);
    assert_int_equal(copied_count(copy), CELLS);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(copy_waits_for_the_disk_once_at_its_end),
        TEST(batch_that_is_full_is_waited_for),
        TEST(copy_leaves_others_room_while_the_disk_is_slow),
    };
    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
