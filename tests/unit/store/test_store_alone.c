/* A store without threads: whoever waits commits, and errors come back. */
#include "store_calls.h"

#define NOW (DAY * 20000)

struct alone_world {
    struct store_world *world;
    struct os_sim *sim;
};

static void alone_open(struct alone_world *alone)
{
    if (store_world_open_at(alone->world, os_sim_os(alone->sim), "data") != OK)
        fail_msg("%s", alone->world->opening.problem);
}

static int alone_begin(void **state)
{
    static struct alone_world alone;
    if (store_world_begin(state) != 0)
        return -1;
    alone.world = *state;
    store_close(alone.world->store);
    alone.sim = os_sim_create(1);
    os_sim_set_now(alone.sim, NOW);
    alone_open(&alone);
    store_is_alone = true;
    *state = &alone;
    return 0;
}

static int alone_end(void **state)
{
    struct alone_world *alone = *state;
    store_is_alone = false;
    *state = alone->world;
    const int failed = store_world_end(state);
    os_sim_destroy(alone->sim);
    return failed;
}

/* Ends the process and begins a new one. */
static void reopen(struct alone_world *alone)
{
    store_close(alone->world->store);
    os_sim_kill(alone->sim);
    alone_open(alone);
}

static void what_was_waited_for_is_there_after_a_power_cut(void **state)
{
    struct alone_world *alone = *state;
    struct store_world *world = alone->world;
    put_one(world, 1, "A", 5, 1);
    assert_int_equal(store_add_document(world->store, BYTES("a"), BYTES("1")), OK);
    assert_int_equal(store_copy_shelf(world->store, 1, 2, STORE_TIES_LAST), OK);
    store_close(world->store);
    os_sim_reboot(alone->sim);
    alone_open(alone);
    assert_int_equal(count_of(world, 1, "A"), 5);
    assert_int_equal(count_of(world, 2, "A"), 5);
    assert_string_equal(world->documents, "a=1;");
}

static void nothing_is_committed_behind_the_callers_back(void **state)
{
    struct alone_world *alone = *state;
    struct store_world *world = alone->world;
    put_one(world, 1, "A", 5, 1);
    const struct stock_write item = write_of("A", 6, 2);
    struct completion completion = {
        .command = {.kind = STORE_PUT,
                    .shelf_id = 1,
                    .arena = &world->arena,
                    .put = {.items = &item, .items_count = 1}},
    };
    pthread_mutex_init(&completion.lock, NULL);
    pthread_cond_init(&completion.woken, NULL);
    assert_false(store_submit(world->store, &completion.command));
    store_await(world->store, &completion.command, completion_wake);
    assert_int_equal(completion.wakes_count, 0);
    reopen(alone);
    assert_int_equal(completion.wakes_count, 0);
    assert_int_equal(count_of(world, 1, "A"), 5);

    assert_false(store_submit(world->store, &completion.command));
    store_await(world->store, &completion.command, completion_wake);
    assert_int_equal(store_local_commit(world->store), OK);
    assert_int_equal(completion.wakes_count, 1);
    reopen(alone);
    assert_int_equal(count_of(world, 1, "A"), 6);
}

static void failed_commit_comes_back_to_whoever_waits(void **state)
{
    struct alone_world *alone = *state;
    struct store_world *world = alone->world;
    put_one(world, 1, "A", 5, 1);
    os_sim_fail_at(alone->sim, 0, ERR_IO);
    assert_int_equal(store_add_document(world->store, BYTES("a"), BYTES("1")), ERR_IO);
    reopen(alone);
    os_sim_fail_at(alone->sim, 0, ERR_IO);
    assert_int_equal(store_copy_shelf(world->store, 1, 2, STORE_TIES_LAST), ERR_IO);
    reopen(alone);
    os_sim_fail_at(alone->sim, 0, ERR_IO);
    const struct stock_write item = write_of("A", 6, 2);
    struct store_command command = {.kind = STORE_PUT,
                                    .shelf_id = 1,
                                    .arena = &world->arena,
                                    .put = {.items = &item, .items_count = 1}};
    assert_false(store_submit(world->store, &command));
    assert_int_equal(store_local_commit(world->store), ERR_IO);
    assert_int_equal(store_local_commit(world->store), ERR_IO); /* For good: memory is ahead. */
    reopen(alone);
    const int64_t count = count_of(world, 1, "A"); /* Nobody was told either. */
    assert_true(count == 5 || count == 6);
}

static void reservations_expire_when_they_are_looked_at(void **state)
{
    struct alone_world *alone = *state;
    struct store_world *world = alone->world;
    put_one(world, 1, "A", 5, 1);
    assert_int_equal(reserve_one(world, 1, "x", ordered("A", 2), NOW, NOW + SECOND), VERDICT_OK);
    assert_int_equal(store_local_expire_due(world->store), OK);
    os_sim_advance(alone->sim, SECOND);
    expect_units(world, 1, "A", 3, 2);
    assert_int_equal(store_local_expire_due(world->store), OK);
    expect_units(world, 1, "A", 5, 0);
    reopen(alone);
    expect_units(world, 1, "A", 5, 0);
    assert_int_equal(order_read(world, 1, "x").state, ORDER_EXPIRED);
}

/* The journal's thread may take over at any time. */
static void store_may_be_started_after_it_was_used_without_threads(void **state)
{
    struct alone_world *alone = *state;
    struct store_world *world = alone->world;
    put_one(world, 1, "A", 5, 1);
    assert_int_equal(reserve_one(world, 1, "x", ordered("A", 2), NOW, NOW + SECOND), VERDICT_OK);
    os_sim_advance(alone->sim, SECOND);
    store_is_alone = false;
    assert_int_equal(store_local_start(world->store), OK);
    expect_units(world, 1, "A", 5, 0);
    put_one(world, 1, "A", 7, 2);
    assert_int_equal(count_of(world, 1, "A"), 7);
    assert_int_equal(store_add_document(world->store, BYTES("a"), BYTES("1")), OK);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, alone_begin, alone_end)
    const struct CMUnitTest tests[] = {
        TEST(what_was_waited_for_is_there_after_a_power_cut),
        TEST(nothing_is_committed_behind_the_callers_back),
        TEST(failed_commit_comes_back_to_whoever_waits),
        TEST(reservations_expire_when_they_are_looked_at),
        TEST(store_may_be_started_after_it_was_used_without_threads),
    };
    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
