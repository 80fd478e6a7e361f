/* A whole store written into a new folder: it opens and holds the same; one that was not finished,
 * wherever the power went, is opened by nobody, and one that holds something is left alone. */
#include "store_calls.h"

#include "store/folder_write.h"

#define NOW (DAY * 20000)

enum { CELLS = 60, SHELVES = 3 };

/* Two shelves with cells and an order, one with a mark alone. */
static void fill(struct store_world *world)
{
    for (int cell = 0; cell < CELLS; cell++) {
        char sku[16];
        (void)snprintf(sku, sizeof(sku), "sku-%d", cell);
        put_one(world, 1 + cell % 2, sku, 10 + cell, NOW + cell);
    }
    assert_int_equal(reserve_one(world, 1, "o", ordered("sku-2", 3), NOW, 0), VERDICT_OK);
    assert_int_equal(mark_one(world, 9, "marked", STOCK_ARCHIVED, 0), VERDICT_OK);
}

static void expect_filled(struct store_world *world)
{
    assert_string_equal(world->documents, "d=1;e=2;");
    expect_units(world, 1, "sku-2", 9, 3);
    expect_units(world, 2, "sku-59", 69, 0);
    assert_int_equal(order_read(world, 1, "o").state, ORDER_RESERVED);
    assert_int_equal(totals_of(world, 9, 0).cells_count, 1);
}

/* How far a copy came. */
struct stages {
    bool begun;
    bool sealed;
    bool finished;
};

/* Copies all shelves of a store that was read, until something fails. */
static struct stages copy(struct store *from, struct os *os, const char *folder)
{
    char problem[STORE_PROBLEM_BYTES];
    struct stages stages = {false, false, false};
    struct folder_write *write = NULL;
    struct store_shelf shelf;
    if (folder_write_begin(os, folder, &write, problem) != OK)
        return stages;
    stages.begun = true;
    enum err error = folder_write_document(write, BYTES("d"), BYTES("1"));
    for (uint32_t i = 0; error == OK && store_local_shelf(from, i, &shelf); i++)
        error = folder_write_shelf(write, &shelf);
    if (error == OK)
        error = folder_write_document(write, BYTES("e"), BYTES("2"));
    stages.sealed = error == OK && folder_write_seal(write) == OK;
    folder_write_close(write);
    stages.finished = stages.sealed && folder_write_finish(os, folder, problem) == OK;
    return stages;
}

static enum err read_at(struct store_world *world, struct os *os, const char *folder,
                        bool unfinished, struct store_check *check, struct store **store)
{
    struct store_local_settings settings = settings_of(world, os, folder);
    settings.unfinished = unfinished;
    world->documents[0] = '\0';
    return store_local_read(&settings, check, store);
}

/* What lies in the world's folder. */
static struct store *read_source(struct store_world *world)
{
    struct store_check check;
    struct store *store = NULL;
    fill(world);
    store_close(world->store);
    world->store = NULL;
    if (read_at(world, os_real(), world->folder, false, &check, &store) != OK)
        fail_msg("%s", check.problem);
    return store;
}

static void what_is_written_opens_and_is_the_same(void **state)
{
    struct store_world *world = *state;
    struct store *source = read_source(world);
    struct os_sim *sim = os_sim_create(1);
    struct os *os = os_sim_os(sim);
    struct store_check check;
    struct store *read = NULL;
    os_sim_set_now(sim, NOW);
    assert_true(copy(source, os, "copy").finished);
    store_close(source);
    assert_int_equal(read_at(world, os, "copy", false, &check, &read), OK);
    store_close(read);
    assert_int_equal(check.shelves_count, SHELVES);
    assert_int_equal(check.cells_count, CELLS + 1);
    assert_int_equal(check.orders_open_count, 1);
    assert_int_equal(check.reserved, 3);
    store_is_alone = true;
    for (int again = 0; again < 3; again++) { /* It goes on like any other. */
        if (store_world_open_at(world, os, "copy") != OK)
            fail_msg("%s", world->opening.problem);
        expect_filled(world);
        put_one(world, 2, "more", again + 1, NOW + again);
        assert_int_equal(store_local_commit(world->store), OK);
        assert_int_equal(count_of(world, 2, "more"), again + 1);
        if (again == 1)
            assert_int_equal(store_local_checkpoint(world->store), OK);
        store_close(world->store);
        world->store = NULL;
        (void)snprintf(world->documents, sizeof(world->documents), "d=1;e=2;");
    }
    store_is_alone = false;
    os_sim_destroy(sim);
}

static void expect_refused(struct store_world *world, struct os *os, const char *words)
{
    if (store_world_open_at(world, os, "copy") == OK)
        fail_msg("it was opened");
    assert_non_null(strstr(world->opening.problem, words));
    assert_null(world->store);
}

/* Before its end it can be read by whoever verifies it, and by nobody else. */
static void what_is_not_finished_is_opened_by_nobody(void **state)
{
    struct store_world *world = *state;
    struct store *source = read_source(world);
    struct os_sim *sim = os_sim_create(1);
    struct os *os = os_sim_os(sim);
    char problem[STORE_PROBLEM_BYTES];
    struct folder_write *write = NULL;
    struct store_shelf shelf;
    struct store_check check;
    struct store *read = NULL;
    assert_int_equal(folder_write_begin(os, "copy", &write, problem), OK);
    expect_refused(world, os, "another stockd has the data folder");
    assert_true(store_local_shelf(source, 0, &shelf));
    assert_int_equal(folder_write_shelf(write, &shelf), OK);
    assert_int_equal(folder_write_seal(write), OK);
    folder_write_close(write);
    expect_refused(world, os, "never finished");
    assert_int_equal(read_at(world, os, "copy", false, &check, &read), ERR_CORRUPT);
    assert_int_equal(read_at(world, os, "copy", true, &check, &read), OK);
    assert_int_equal(check.shelves_count, 1);
    store_close(read);
    assert_int_equal(folder_write_begin(os, "copy", &write, problem), ERR_BUSY);
    assert_non_null(strstr(problem, "never finished; remove the folder"));
    assert_int_equal(folder_write_finish(os, "copy", problem), OK);
    assert_int_equal(read_at(world, os, "copy", false, &check, &read), OK);
    store_close(read);
    assert_int_equal(folder_write_begin(os, "copy", &write, problem), ERR_BUSY);
    assert_non_null(strstr(problem, "is not empty"));
    store_close(source);
    os_sim_destroy(sim);
}

/* Gives how many calls it took. */
static uint64_t copy_and_cut(struct store_world *world, struct store *source, uint64_t call)
{
    struct os_sim *sim = os_sim_create(call);
    struct os *os = os_sim_os(sim);
    os_sim_set_now(sim, NOW);
    os_sim_cut_power_at(sim, call);
    const struct stages stages = copy(source, os, "copy");
    const uint64_t calls = os_sim_calls_count(sim);
    os_sim_reboot(sim);
    const enum err error = store_world_open_at(world, os, "copy");
    if (error != OK) {
        assert_false(stages.finished);
        assert_true(stages.begun || call < calls);
    } else if (stages.begun) {
        assert_true(stages.sealed); /* Nobody takes less than all for all. */
        expect_filled(world);
    }
    if (error == OK)
        store_close(world->store);
    world->store = NULL;
    os_sim_destroy(sim);
    return calls;
}

static void power_cut_at_any_call_leaves_all_or_what_is_refused(void **state)
{
    struct store_world *world = *state;
    struct store *source = read_source(world);
    store_is_alone = true;
    const uint64_t calls = copy_and_cut(world, source, OS_SIM_NEVER);
    assert_in_range(calls, 15, 100);
    for (uint64_t call = 0; call < calls; call++)
        (void)copy_and_cut(world, source, call);
    store_is_alone = false;
    store_close(source);
}

/* A disk that is full is told, wherever it is, and what is left is taken for no store. */
static void a_full_disk_is_told(void **state)
{
    struct store_world *world = *state;
    struct store *source = read_source(world);
    uint64_t refused = 0;
    for (uint64_t bytes_max = 0; bytes_max < 160 << 20; bytes_max += 16 << 20) {
        struct os_sim *sim = os_sim_create(1);
        struct os *os = os_sim_os(sim);
        os_sim_set_now(sim, NOW);
        os_sim_limit_disk(sim, bytes_max);
        const struct stages stages = copy(source, os, "copy");
        assert_int_equal(stages.sealed, stages.finished);
        refused += !stages.finished;
        os_sim_limit_disk(sim, UINT64_MAX);
        store_is_alone = true;
        const enum err error = store_world_open_at(world, os, "copy");
        store_is_alone = false;
        assert_int_equal(error == OK, stages.finished);
        if (error == OK)
            store_close(world->store);
        world->store = NULL;
        os_sim_destroy(sim);
    }
    assert_in_range(refused, 4, 9); /* The checkpoint claims 64 MiB, the segment as many. */
    store_close(source);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_written_opens_and_is_the_same, store_world_begin,
                                        store_world_end),
        cmocka_unit_test_setup_teardown(what_is_not_finished_is_opened_by_nobody, store_world_begin,
                                        store_world_end),
        cmocka_unit_test_setup_teardown(power_cut_at_any_call_leaves_all_or_what_is_refused,
                                        store_world_begin, store_world_end),
        cmocka_unit_test_setup_teardown(a_full_disk_is_told, store_world_begin, store_world_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
