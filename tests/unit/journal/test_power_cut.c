/* A power cut at every call of a scenario, with many fates of what was not synced: what comes back
 * is a prefix of what was appended, with everything that was acknowledged. Then the same for calls
 * that fail and for a process that is killed. JOURNAL_SEEDS in the environment sets how many fates.
 */
#include "cut_world.h"

enum { SEEDS_SMALL = 8, SEEDS_ROLL = 4, SEEDS_KILL = 2 };

/* Frames of one block and of many, one record and several, sizes at the edges of a block. */
static enum err add_small_records(struct world *world)
{
    static const size_t commits[][3] = {
        {1},
        {100, 200, 300},
        {JOURNAL_BLOCK_BYTES - 36},
        {JOURNAL_BLOCK_BYTES - 35},
        {40000},
        {5, 70000, 13000},
        {7},
    };
    enum err error = world_open(world);
    if (error == OK)
        world_check(world, "at the start", 0);
    for (size_t i = 0; i < sizeof(commits) / sizeof(commits[0]) && error == OK; i++) {
        for (size_t k = 0; k < 3 && commits[i][k] > 0 && error == OK; k++)
            error = world_append(world, commits[i][k]);
        if (error == OK)
            error = world_commit(world);
    }
    return error;
}

/* With a first segment that is nearly full. */
static enum err roll_segments(struct world *world)
{
    enum err error = OK;
    for (int i = 0; i < 4 && error == OK; i++) {
        error = world_append(world, 3000);
        if (error == OK)
            error = world_append(world, 3000);
        if (error == OK)
            error = world_commit(world);
    }
    return error;
}

static void prepare_nothing(struct world *world)
{
    if (world->seed % 2 == 0)
        world_limit_to_one_segment(world);
}

static void prepare_nearly_full_segment(struct world *world)
{
    world_open_well(world, "at the start", 0);
    world_fill_segment(world, 2 * (uint64_t)JOURNAL_BLOCK_BYTES);
}

static void power_cut_at_any_call_loses_nothing_acknowledged(void **state)
{
    (void)state;
    uint64_t cuts = 0;
    for (uint64_t seed = 0; seed < seeds_count(SEEDS_SMALL); seed++)
        cuts += cut_everywhere(prepare_nothing, add_small_records, seed);
    print_message("# %llu power cuts\n", (unsigned long long)cuts);
}

static void power_cut_while_segments_roll_loses_nothing_acknowledged(void **state)
{
    (void)state;
    uint64_t cuts = 0;
    for (uint64_t seed = 0; seed < seeds_count(SEEDS_ROLL); seed++)
        cuts += cut_everywhere(prepare_nearly_full_segment, roll_segments, seed);
    print_message("# %llu power cuts\n", (unsigned long long)cuts);
}

/* A call fails, so the process ends; the next one sees what lies in the machine's memory, shows it
 * to readers, and then the power goes. */
static void record_seen_by_a_recovery_survives_a_power_cut(void **state)
{
    (void)state;
    struct world *world = malloc(sizeof(*world));
    assert_non_null(world);
    for (uint64_t seed = 0; seed < seeds_count(SEEDS_KILL); seed++) {
        bool failed = true;
        for (uint64_t call = 0; failed; call += CALLS_STRIDE) {
            world_init(world, seed * 1000003 + call);
            prepare_nothing(world);
            os_sim_fail_at(world->sim, call, seed % 2 == 0 ? ERR_IO : ERR_FULL);
            (void)add_small_records(world);
            failed = os_sim_calls_count(world->sim) > call;
            os_sim_fail_at(world->sim, OS_SIM_NEVER, OK);
            world_close(world);
            os_sim_kill(world->sim);
            world_open_well(world, "restart after failed call", call);
            world_close(world);
            os_sim_reboot(world->sim);
            world_open_well(world, "power cut after failed call", call);
            world_deinit(world);
        }
    }
    free(world);
}

static void failed_call_is_told_and_loses_nothing_acknowledged(void **state)
{
    (void)state;
    struct world *world = malloc(sizeof(*world));
    assert_non_null(world);
    for (uint64_t seed = 0; seed < seeds_count(SEEDS_KILL); seed++) {
        const enum err planned = seed % 2 == 0 ? ERR_IO : ERR_FULL;
        bool failed = true;
        for (uint64_t call = 0; failed; call += CALLS_STRIDE) {
            world_init(world, seed * 1000003 + call);
            os_sim_fail_at(world->sim, call, planned);
            const enum err error = add_small_records(world);
            failed = os_sim_calls_count(world->sim) > call;
            if (error == OK) /* Only the spare failed, or nothing did. */
                assert_int_equal(world->acknowledged, world->appended);
            else
                assert_int_equal(error, planned);
            recover_and_go_on(world, call);
            world_deinit(world);
        }
    }
    free(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(power_cut_at_any_call_loses_nothing_acknowledged),
        cmocka_unit_test(power_cut_while_segments_roll_loses_nothing_acknowledged),
        cmocka_unit_test(record_seen_by_a_recovery_survives_a_power_cut),
        cmocka_unit_test(failed_call_is_told_and_loses_nothing_acknowledged),
    };
    world_prepare();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
