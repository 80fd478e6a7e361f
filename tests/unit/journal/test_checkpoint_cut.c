/* Checkpoints on a machine that fails: a power cut, the end of the process, a failing call or a
 * full disk at every call of a scenario that makes two of them, while records go on and segments
 * are removed. */
#include "cut_world.h"

enum { SEEDS_SMALL = 8, SEEDS_CUT = 1, SEEDS_KILL = 4, PARTS = 24, LARGE_PARTS = 1600 };

/* The first segment is nearly full, so that it is left behind by a roll. */
static void prepare_nearly_full_segment(struct world *world)
{
    world_open_well(world, "at the start", 0);
    world_fill_segment(world, 2 * (uint64_t)JOURNAL_BLOCK_BYTES);
}

/* A checkpoint is there already, the segment behind it is nearly full, and of the one before it a
 * part is still needed. */
static void prepare_older_checkpoint(struct world *world)
{
    prepare_nearly_full_segment(world);
    assert_int_equal(world_checkpoint(world, PARTS), OK);
    world_add(world, 1);
    world_add(world, 2 * JOURNAL_BLOCK_BYTES); /* The second segment. */
    world_add(world, 100);
}

/* A checkpoint and little else, so that many fates can be tried. */
static void prepare_small(struct world *world)
{
    world_open_well(world, "at the start", 0);
    world_add(world, 100);
    assert_int_equal(world_checkpoint(world, PARTS), OK);
    world_add(world, 9000);
}

/* The costly one now and then. */
static void prepare_in_turn(struct world *world, uint64_t seed)
{
    if (seed % 8 == 0)
        prepare_older_checkpoint(world);
    else
        prepare_small(world);
}

static enum err add(struct world *world, size_t size)
{
    const enum err error = world_append(world, size);
    return error == OK ? world_commit(world) : error;
}

/* Makes a checkpoint and adds records before, meanwhile and at its end. */
static enum err checkpoint_while_adding(struct world *world)
{
    struct checkpoint_writer *writer = NULL;
    enum err error = world_append(world, 2000);
    if (error == OK)
        error = journal_checkpoint_begin(world->journal, &writer);
    if (error == OK)
        error = world_append_some(world, writer, 0, PARTS / 2, PARTS);
    if (error == OK)
        error = add(world, 9000);
    if (error == OK)
        error = world_append_some(world, writer, PARTS / 2, PARTS, PARTS);
    if (error == OK)
        error = add(world, 100);
    if (error == OK)
        return checkpoint_finish(writer);
    checkpoint_abandon(writer);
    return error;
}

/* Two checkpoints, and one that is given up between them. */
static enum err write_checkpoints(struct world *world)
{
    struct checkpoint_writer *writer = NULL;
    enum err error = checkpoint_while_adding(world);
    if (error == OK)
        error = add(world, 3000);
    if (error == OK)
        error = journal_checkpoint_begin(world->journal, &writer);
    if (error == OK)
        error = world_append_some(world, writer, 0, PARTS / 2, PARTS);
    checkpoint_abandon(writer);
    if (error == OK)
        error = add(world, 3000);
    if (error == OK)
        error = checkpoint_while_adding(world);
    return error == OK ? add(world, 10) : error;
}

static void power_cut_at_any_call_loses_nothing_acknowledged(void **state)
{
    (void)state;
    uint64_t cuts = 0;
    for (uint64_t seed = 0; seed < seeds_count(SEEDS_SMALL); seed++)
        cuts += cut_everywhere(prepare_small, write_checkpoints, seed);
    for (uint64_t seed = 0; seed < seeds_count(SEEDS_CUT); seed++) {
        cuts += cut_everywhere(prepare_older_checkpoint, write_checkpoints, seed);
        cuts += cut_everywhere(prepare_nearly_full_segment, write_checkpoints, seed);
    }
    print_message("# %llu power cuts\n", (unsigned long long)cuts);
}

/* The next process sees what lies in the machine's memory, removes what it need not keep, and then
 * the power goes. */
static void process_that_ends_at_any_call_leaves_nothing_that_a_power_cut_takes(void **state)
{
    (void)state;
    struct world *world = malloc(sizeof(*world));
    assert_non_null(world);
    for (uint64_t seed = 0; seed < seeds_count(SEEDS_KILL); seed++) {
        bool ended = true;
        for (uint64_t call = 0; ended; call += CALLS_STRIDE) {
            world_init(world, seed * 1000003 + call);
            prepare_in_turn(world, seed);
            os_sim_kill_at(world->sim, call);
            (void)write_checkpoints(world);
            ended = os_sim_is_off(world->sim);
            world_close(world);
            os_sim_kill(world->sim);
            world_open_well(world, "restart after the process ended at call", call);
            world_close(world);
            recover_and_go_on(world, call);
            world_deinit(world);
        }
    }
    free(world);
}

/* The first segment is gone: without a checkpoint there is no start. */
static void prepare_retired(struct world *world)
{
    prepare_nearly_full_segment(world);
    world_add(world, 2 * JOURNAL_BLOCK_BYTES); /* The second segment. */
    assert_int_equal(world_checkpoint(world, 3), OK);
    world_add(world, 100);
}

/* Returns false when the start was not cut any more. */
static bool end_then_cut(struct world *world, uint64_t call, uint64_t later)
{
    os_sim_kill_at(world->sim, call);
    (void)world_checkpoint(world, 3);
    world_close(world);
    os_sim_kill(world->sim);
    os_sim_cut_power_at(world->sim, later);
    (void)world_open(world);
    const bool cut = os_sim_is_off(world->sim);
    world_close(world);
    os_sim_reboot(world->sim);
    world_open_well(world, "a start that was cut, after call", call);
    return cut;
}

/* The process ends when the end of a checkpoint is written, but its name is not yet durable; the
 * start after it is cut as well, while it removes what is left over. */
static void start_that_removes_leftovers_may_be_cut_at_any_call(void **state)
{
    (void)state;
    struct world *world = malloc(sizeof(*world));
    assert_non_null(world);
    world_init(world, 1);
    prepare_retired(world);
    os_sim_cut_power_at(world->sim, OS_SIM_NEVER);
    assert_int_equal(world_checkpoint(world, 3), OK);
    const uint64_t folder_sync =
        os_sim_calls_count(world->sim) - 4; /* Then a removal, two syncs. */
    world_deinit(world);
    for (uint64_t seed = 0; seed < seeds_count(2); seed++) {
        for (uint64_t call = folder_sync - 1; call <= folder_sync; call++) {
            bool cut = true;
            for (uint64_t later = 0; cut; later += CALLS_STRIDE) {
                world_init(world, seed * 1000003 + call * 1009 + later);
                prepare_retired(world);
                cut = end_then_cut(world, call, later);
                world_deinit(world);
            }
        }
    }
    free(world);
}

/* The same when the call fails first: a sync that failed may have left out what is seen now. */
static void failed_call_before_the_process_ends_costs_nothing_acknowledged(void **state)
{
    (void)state;
    struct world *world = malloc(sizeof(*world));
    assert_non_null(world);
    for (uint64_t seed = 0; seed < seeds_count(SEEDS_KILL); seed++) {
        bool failed = true;
        for (uint64_t call = 0; failed; call += CALLS_STRIDE) {
            world_init(world, seed * 1000003 + call);
            prepare_small(world);
            os_sim_fail_at(world->sim, call, ERR_IO);
            os_sim_kill_at(world->sim, call + 1);
            (void)write_checkpoints(world);
            failed = os_sim_calls_count(world->sim) > call;
            os_sim_fail_at(world->sim, OS_SIM_NEVER, OK);
            world_close(world);
            os_sim_kill(world->sim);
            world_open_well(world, "restart after failed call", call);
            world_close(world);
            recover_and_go_on(world, call);
            world_deinit(world);
        }
    }
    free(world);
}

static uint64_t newest_number(struct world *world)
{
    world_open_well(world, "to look", 0);
    return world->recovery.checkpoint_number;
}

/* Whatever call of a checkpoint fails, the journal goes on, what was there before stays for as long
 * as the new one is not whole, and the next one removes all of it. */
static void failed_call_of_a_checkpoint_is_never_fatal(void **state)
{
    (void)state;
    struct world *world = malloc(sizeof(*world));
    assert_non_null(world);
    uint64_t calls = 0;
    uint64_t abandoned = 0;
    for (bool failed = true; failed; calls++) {
        const enum err planned = calls % 2 == 0 ? ERR_IO : ERR_FULL;
        world_init(world, calls);
        prepare_older_checkpoint(world);
        const uint64_t segments = files_count(world, FOLDER);
        os_sim_fail_at(world->sim, calls, planned);
        const enum err error = world_checkpoint(world, PARTS);
        failed = os_sim_calls_count(world->sim) > calls;
        os_sim_fail_at(world->sim, OS_SIM_NEVER, OK);
        if (error != OK) {
            assert_int_equal(error, planned);
            assert_int_equal(files_count(world, FOLDER), segments);
            assert_int_equal(files_count(world, CHECKPOINTS), 1);
            abandoned++;
        }
        world_add(world, 100);
        if (calls % 3 == 0) {
            world_close(world);
            assert_in_range(newest_number(world), error == OK ? 2 : 1, 2);
        }
        world_add(world, 100);
        assert_int_equal(world_checkpoint(world, PARTS), OK);
        assert_int_equal(files_count(world, CHECKPOINTS), 1);
        assert_int_equal(files_count(world, FOLDER), 2);
        world_close(world);
        os_sim_reboot(world->sim);
        world_open_well(world, "after failed call", calls);
        assert_in_range(world->recovery.checkpoint_number, 2, 4);
        world_deinit(world);
    }
    assert_in_range(abandoned, 8, 30);
    assert_in_range(calls - abandoned, 5, 9); /* Removals and their syncs, and the last round. */
    free(world);
}

/* The same for two calls side by side: a file that is given up cannot be removed either. */
static void checkpoint_that_cannot_be_removed_is_seen_as_unfinished(void **state)
{
    (void)state;
    struct world *world = malloc(sizeof(*world));
    assert_non_null(world);
    bool failed = true;
    for (uint64_t call = 0; failed; call += CALLS_STRIDE) {
        world_init(world, call);
        prepare_small(world);
        os_sim_fail_at(world->sim, call, ERR_IO);
        os_sim_kill_at(world->sim, call + 1); /* The removal does not happen. */
        const enum err error = world_checkpoint(world, PARTS);
        failed = os_sim_calls_count(world->sim) > call;
        os_sim_fail_at(world->sim, OS_SIM_NEVER, OK);
        world_close(world);
        os_sim_kill(world->sim);
        world_open_well(world, "with an unfinished checkpoint, call", call);
        assert_in_range(world->recovery.checkpoint_number, error == OK ? 2 : 1, 2);
        assert_int_equal(files_count(world, CHECKPOINTS), 1);
        world_deinit(world);
    }
    free(world);
}

/* Wherever the disk is full: nothing is lost, nothing stays, and with room again it works. */
static void full_disk_ends_a_checkpoint_and_nothing_else(void **state)
{
    struct world *world = malloc(sizeof(*world));
    assert_non_null(world);
    (void)state;
    world_init(world, 1);
    prepare_older_checkpoint(world);
    const uint64_t used = os_sim_used_bytes(world->sim);
    for (uint64_t room = 0; room < 3; room++) { /* Steps of what is claimed ahead. */
        os_sim_limit_disk(world->sim, used + room * (uint64_t)JOURNAL_SEGMENT_BYTES);
        const enum err error = world_checkpoint(world, LARGE_PARTS);
        assert_int_equal(error, room < 2 ? ERR_FULL : OK);
        world_add(world, 100);
        assert_int_equal(files_count(world, CHECKPOINTS), 1);
        if (error != OK)
            assert_int_equal(os_sim_used_bytes(world->sim), used);
    }
    assert_true(os_sim_used_bytes(world->sim) < used + (uint64_t)JOURNAL_SEGMENT_BYTES);
    world_close(world);
    assert_int_equal(newest_number(world), 4);
    assert_int_equal(world->parts_taken, LARGE_PARTS);
    world_deinit(world);
    free(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(power_cut_at_any_call_loses_nothing_acknowledged),
        cmocka_unit_test(process_that_ends_at_any_call_leaves_nothing_that_a_power_cut_takes),
        cmocka_unit_test(start_that_removes_leftovers_may_be_cut_at_any_call),
        cmocka_unit_test(failed_call_before_the_process_ends_costs_nothing_acknowledged),
        cmocka_unit_test(failed_call_of_a_checkpoint_is_never_fatal),
        cmocka_unit_test(checkpoint_that_cannot_be_removed_is_seen_as_unfinished),
        cmocka_unit_test(full_disk_ends_a_checkpoint_and_nothing_else),
    };
    world_prepare();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
