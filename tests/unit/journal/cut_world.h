/* A power cut, or the end of the process, at every call of a scenario. JOURNAL_SEEDS in the
 * environment sets how many fates of what was not synced are tried. */
#ifndef TESTS_UNIT_JOURNAL_CUT_WORLD_H
#define TESTS_UNIT_JOURNAL_CUT_WORLD_H

#include "journal_world.h"

enum { RECOVERY_CUTS = 20 };

static inline uint64_t seeds_count(uint64_t usual)
{
    const char *text = getenv("JOURNAL_SEEDS");
    return text == NULL ? (usual + STRIDE - 1) / STRIDE : strtoull(text, NULL, 10);
}

/* A scenario adds records until it is done or something fails. */
typedef enum err scenario(struct world *world);

/* The process is gone; the machine may be too. Recovery is cut as well, then runs whole, twice, and
 * the journal takes more. */
static inline void recover_and_go_on(struct world *world, uint64_t call)
{
    world_close(world);
    os_sim_reboot(world->sim);
    os_sim_cut_power_at(world->sim, world->seed % (RECOVERY_CUTS + 1));
    if (world_open(world) == OK)
        world_check(world, "first recovery after call", call);
    world_close(world);
    os_sim_reboot(world->sim);
    world_open_well(world, "recovery after call", call);
    world_add(world, 5000);
    os_sim_limit_disk(world->sim, UINT64_MAX);
    assert_int_equal(world_checkpoint(world, 3), OK);
    world_add(world, 500);
    assert_int_equal(files_count(world, CHECKPOINTS), 1);
    world_close(world);
    os_sim_reboot(world->sim);
    world_open_well(world, "last recovery after call", call);
    assert_int_equal(world->recovery.torn_bytes, 0);
}

/* Cuts at call 0, 1, 2… of the scenario until it passes clean; returns how many cuts there were. */
static inline uint64_t cut_everywhere(void (*prepare)(struct world *), scenario *run, uint64_t seed)
{
    struct world *world = malloc(sizeof(*world));
    assert_non_null(world);
    bool clean = false;
    uint64_t cuts = 0;
    for (uint64_t call = 0; !clean; call += CALLS_STRIDE) {
        world_init(world, seed * 1000003 + call);
        prepare(world);
        os_sim_cut_power_at(world->sim, call);
        const enum err error = run(world);
        clean = error == OK && !os_sim_is_off(world->sim);
        if (error == OK)
            assert_int_equal(world->acknowledged, world->appended);
        cuts += !clean;
        recover_and_go_on(world, call);
        world_deinit(world);
    }
    free(world);
    return cuts;
}

#endif
