/* The local store while the Nth call that changes the disk fails, each of them with each error: an
 * opening fails with words or goes on, a commit that fails ends the store, and the next opening has
 * what was acknowledged, each command whole. */
#include "store_fault.h"

#include "allocation.h"
#include "journal/copy.h"

#include <inttypes.h>
#include <stdio.h>

static const enum err disk_errors[] = {ERR_IO, ERR_FULL, ERR_DENIED, ERR_MEMORY};

/* Where not everything is tried, one of them. */
static size_t errors_count(void)
{
    return fault_every() == 1 ? ROWS_COUNT_OF(disk_errors) : 1;
}

static enum err submit(struct fault_world *world, struct store_command *command)
{
    command->arena = &world->arena;
    (void)store_submit(world->store, command);
    if (command->verdict == VERDICT_NO_ROOM)
        return ERR_FULL;
    assert_int_equal(command->verdict, VERDICT_OK);
    return store_local_commit(world->store);
}

static enum err put(struct fault_world *world)
{
    struct store_command command = {
        .kind = STORE_PUT,
        .shelf_id = SHELF,
        .put = {.items = world->many, .items_count = MANY},
    };
    return submit(world, &command);
}

static enum err reserve(struct fault_world *world)
{
    const struct stock_order_item item = {key_of("a"), 2};
    struct store_command command = {
        .kind = STORE_ORDER,
        .shelf_id = SHELF,
        .order = {.action = ORDER_RESERVE,
                  .campaign_id = 10,
                  .id = BYTES("fresh"),
                  .now_ms = MOMENT,
                  .items = &item,
                  .items_count = 1},
    };
    return submit(world, &command);
}

static enum err add_document(struct fault_world *world)
{
    return store_add_document(world->store, BYTES("name"), BYTES("content"));
}

static enum err copy(struct fault_world *world)
{
    return store_copy_shelf(world->store, MARKET_SHELF, 55, STORE_TIES_LAST);
}

static enum err expire(struct fault_world *world)
{
    os_sim_set_now(world->sim, MOMENT + 100000);
    const enum err error = store_local_expire_due(world->store);
    return error == OK ? store_local_commit(world->store) : error;
}

static enum err checkpoint(struct fault_world *world)
{
    return store_local_checkpoint(world->store);
}

static const struct step {
    enum err (*act)(struct fault_world *world);
    bool is_whole; /* One record: it is there or not. */
} steps[] = {{put, true},   {checkpoint, true}, {reserve, true}, {add_document, true},
             {copy, false}, {checkpoint, true}, {expire, true}};

enum { STEPS_COUNT = sizeof(steps) / sizeof(steps[0]) };

/* What the store shows before any step, and after each. */
static struct buffer shown[STEPS_COUNT + 1];

static void learn(void)
{
    struct fault_world world;
    fault_world_begin(&world);
    fault_world_show(&world, &shown[0]);
    for (size_t i = 0; i < STEPS_COUNT; i++) {
        assert_int_equal(steps[i].act(&world), OK);
        fault_world_show(&world, &shown[i + 1]);
    }
    fault_world_end(&world);
}

static void forget(void)
{
    for (size_t i = 0; i <= STEPS_COUNT; i++)
        buffer_deinit(&shown[i]);
}

/* The store as a new process finds it. */
static void start_again(struct fault_world *world)
{
    if (world->store != NULL)
        store_close(world->store);
    os_sim_kill(world->sim);
    if (fault_world_open(world) != OK)
        fail_msg("%s", world->opening.problem);
}

static void expect_one_of(struct fault_world *world, const struct buffer *one,
                          const struct buffer *other)
{
    struct buffer now;
    buffer_init(&now);
    fault_world_show(world, &now);
    if (!bytes_equal(buffer_bytes(&now), buffer_bytes(one)))
        EXPECT_BYTES(buffer_bytes(&now), buffer_bytes(other));
    buffer_deinit(&now);
}

/* Fails a call of the steps. False: they made fewer. */
static bool fail_in_steps(uint64_t number, enum err error)
{
    struct fault_world world;
    fault_world_begin(&world);
    os_sim_fail_at(world.sim, number, error);
    size_t done = 0;
    while (done < STEPS_COUNT && steps[done].act(&world) == OK)
        done++;
    const bool reached = os_sim_calls_count(world.sim) > number;
    assert_true(reached || done == STEPS_COUNT);
    os_sim_fail_at(world.sim, OS_SIM_NEVER, OK);

    start_again(&world);
    if (done == STEPS_COUNT || steps[done].is_whole)
        expect_one_of(&world, &shown[done], &shown[done < STEPS_COUNT ? done + 1 : done]);
    while (done < STEPS_COUNT)
        assert_int_equal(steps[done++].act(&world), OK);
    expect_one_of(&world, &shown[STEPS_COUNT], &shown[STEPS_COUNT]);
    fault_world_end(&world);
    return reached;
}

static void failed_call_loses_nothing_acknowledged(void **state)
{
    (void)state;
    learn();
    for (size_t i = 0; i < errors_count(); i++) {
        uint64_t number = 0;
        while (fail_in_steps(number, disk_errors[i]))
            number++;
        print_message("# commands, %s: %" PRIu64 " calls\n", err_text(disk_errors[i]), number);
        assert_true(number > STEPS_COUNT);
    }
    forget();
}

/* Fails a call of a checkpoint, behind one that is whole. The store goes on, and makes another. */
static bool fail_in_checkpoint(uint64_t number, enum err error)
{
    struct fault_world world;
    struct buffer before;
    buffer_init(&before);
    fault_world_begin(&world);
    assert_int_equal(checkpoint(&world), OK);
    assert_int_equal(put(&world), OK);
    fault_world_show(&world, &before);
    os_sim_fail_at(world.sim, number, error);
    const enum err made = checkpoint(&world);
    const bool reached = os_sim_calls_count(world.sim) > number;
    assert_true(reached || made == OK);
    os_sim_fail_at(world.sim, OS_SIM_NEVER, OK);

    expect_one_of(&world, &before, &before);
    assert_int_equal(put(&world), OK);
    assert_int_equal(checkpoint(&world), OK);
    start_again(&world);
    expect_one_of(&world, &before, &before);
    fault_world_end(&world);
    buffer_deinit(&before);
    return reached;
}

static void failed_checkpoint_is_given_up_and_made_anew(void **state)
{
    (void)state;
    for (size_t i = 0; i < errors_count(); i++) {
        uint64_t number = 0;
        while (fail_in_checkpoint(number, disk_errors[i]))
            number++;
        print_message("# checkpoint, %s: %" PRIu64 " calls\n", err_text(disk_errors[i]), number);
        assert_true(number > 0);
    }
}

/* Fails a call of a copy. It is whole, or empty, or whoever opens it refuses it. Another can be
 * made. */
static bool fail_in_copy(uint64_t number, enum err error)
{
    struct fault_world world;
    struct buffer before;
    struct journal_recovery report;
    buffer_init(&before);
    fault_world_begin(&world);
    assert_int_equal(checkpoint(&world), OK);
    assert_int_equal(put(&world), OK);
    fault_world_show(&world, &before);
    store_close(world.store);
    struct os *os = os_sim_os(world.sim);
    assert_int_equal(os->make_folder(os, "first"), OK);
    assert_int_equal(os->make_folder(os, "second"), OK);
    os_sim_fail_at(world.sim, number, error);
    const enum err copied = journal_copy(os, FAULT_FOLDER, "first", NULL, &report);
    const bool reached = os_sim_calls_count(world.sim) > number;
    os_sim_fail_at(world.sim, OS_SIM_NEVER, OK);
    assert_true(copied == OK || (reached && report.problem[0] != '\0'));
    os_sim_kill(world.sim);

    if (fault_world_open_at(&world, "first") == OK) {
        const uint64_t cells = world.opening.cells_loaded + world.opening.recovery.records_count;
        if (cells > 0) /* Only its last sync failed. */
            expect_one_of(&world, &before, &before);
        store_close(world.store);
    }
    if (copied != OK)
        assert_int_equal(journal_copy(os, FAULT_FOLDER, "second", NULL, &report), OK);
    assert_int_equal(fault_world_open_at(&world, copied == OK ? "first" : "second"), OK);
    expect_one_of(&world, &before, &before);
    fault_world_end(&world);
    buffer_deinit(&before);
    return reached;
}

static void failed_copy_is_no_copy(void **state)
{
    (void)state;
    for (size_t i = 0; i < errors_count(); i++) {
        uint64_t number = 0;
        while (fail_in_copy(number, disk_errors[i]))
            number++;
        print_message("# copy, %s: %" PRIu64 " calls\n", err_text(disk_errors[i]), number);
        assert_true(number > 0);
    }
}

enum found { FOUND_NOTHING, FOUND_JOURNAL, FOUND_CHECKPOINT, FOUND_COUNT };
static const char *const found_names[FOUND_COUNT] = {"a new folder", "a journal",
                                                     "a checkpoint and a journal"};

/* Fails a call of an opening. */
static bool fail_in_opening(enum found found, uint64_t number, enum err error)
{
    struct fault_world world;
    struct buffer before;
    buffer_init(&before);
    if (found == FOUND_NOTHING) {
        fault_world_init(&world);
    } else {
        fault_world_begin(&world);
        if (found == FOUND_CHECKPOINT)
            assert_int_equal(checkpoint(&world), OK);
        assert_int_equal(reserve(&world), OK);
        fault_world_show(&world, &before);
        store_close(world.store);
    }
    os_sim_fail_at(world.sim, number, error);
    const enum err opened = fault_world_open(&world);
    const bool reached = os_sim_calls_count(world.sim) > number;
    assert_true(reached || opened == OK);
    if (opened != OK) {
        assert_true(world.opening.problem[0] != '\0');
        assert_null(world.store);
    }
    os_sim_fail_at(world.sim, OS_SIM_NEVER, OK);
    start_again(&world);
    if (found != FOUND_NOTHING)
        expect_one_of(&world, &before, &before);
    assert_int_equal(put(&world), OK);
    fault_world_end(&world);
    buffer_deinit(&before);
    return reached;
}

static void failed_call_of_an_opening_is_told_and_can_be_repeated(void **state)
{
    (void)state;
    for (size_t i = 0; i < errors_count(); i++) {
        for (int found = 0; found < FOUND_COUNT; found++) {
            uint64_t number = 0;
            while (fail_in_opening((enum found)found, number, disk_errors[i]))
                number++;
            print_message("# opening %s, %s: %" PRIu64 " calls\n", found_names[found],
                          err_text(disk_errors[i]), number);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(failed_call_loses_nothing_acknowledged),
        cmocka_unit_test(failed_checkpoint_is_given_up_and_made_anew),
        cmocka_unit_test(failed_copy_is_no_copy),
        cmocka_unit_test(failed_call_of_an_opening_is_told_and_can_be_repeated),
    };
    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
