/* One run of the simulator: everything that happens follows from its seed. Prints what it counted
 * and the hash of its trace, or what is wrong. README.md says how to read it.
 *
 *     sim SEED [verbose] */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/log.h"
#include "trace.h"
#include "world.h"

/* With segments as large as they are, reading them takes the time. */
enum { LARGE_SEGMENT = 16 * 1024 * 1024 };
static const bool is_large = JOURNAL_SEGMENT_BYTES >= LARGE_SEGMENT;

/* From one opening to the end of the process, or of the machine. */
static void run_life(struct world *world, uint32_t steps_count)
{
    struct step step;
    world_open(world);
    faults_plan(&world->faults, 1 + (uint32_t)chance_below(world->chance, 120));
    for (uint32_t i = 0; i < steps_count && !world->dead && !os_sim_is_off(world->sim); i++) {
        if (!world->faults.disk_limited &&
            chance_below(world->chance, 2500) < world->faults.full_percent) {
            trace("the disk is full");
            world->counts.full_disks++;
            faults_fill_disk(&world->faults);
        } else if (world->faults.disk_limited && chance_one_in(world->chance, 12)) {
            trace("the disk has room");
            faults_free_disk(&world->faults);
        }
        workload_next(&world->workload, world->os->now_ms(world->os), &step);
        world_run(world, &step);
    }
    world_end(world, (enum ending)chance_below(world->chance, 3));
}

static void run(uint64_t seed)
{
    static struct world world;
    struct chance chance = {seed};
    world_init(&world, chance_u64(&chance), &chance);
    uint32_t left = is_large ? 300 : 1200;
    while (left > 0) {
        const uint32_t longest = chance_one_in(&chance, 3) ? 8 : is_large ? 120 : 150;
        uint32_t steps = (uint32_t)chance_below(&chance, longest + 1);
        steps = steps < left ? steps : left;
        run_life(&world, steps);
        left -= steps < 4 ? (left < 4 ? left : 4) : steps;
    }
    faults_free_disk(&world.faults);
    world.faults.cut_percent = 0;
    world.faults.fail_percent = 0;
    world_open(&world);
    world_end(&world, ENDING_CLOSE);
    const struct world_counts *counts = &world.counts;
    printf("OK seed=%" PRIu64 " hash=%016" PRIx64 " commands=%" PRIu64 " openings=%" PRIu64
           " restarts=%" PRIu64 " power_cuts=%" PRIu64 " failures=%" PRIu64 " full_disks=%" PRIu64
           " flips=%" PRIu64 " refusals=%" PRIu64 " losses=%" PRIu64 " checkpoints=%" PRIu64
           " abandoned=%" PRIu64 " backups=%" PRIu64 " histories=%" PRIu64 "\n",
           seed, trace_hash(), counts->commands, counts->openings, counts->restarts,
           counts->power_cuts, counts->failures, counts->full_disks, counts->flips,
           counts->refusals, counts->losses, counts->checkpoints, counts->abandoned,
           counts->backups, counts->histories);
    world_deinit(&world);
}

int main(int arguments_count, char **arguments)
{
    if (arguments_count < 2 || arguments_count > 3) {
        (void)fprintf(stderr, "usage: sim SEED [verbose]\n");
        return 2;
    }
    const uint64_t seed = strtoull(arguments[1], NULL, 10);
    const bool verbose = arguments_count == 3 && strcmp(arguments[2], "verbose") == 0;
    trace_begin(seed, verbose);
    log_set_level(verbose ? LOG_INFO : LOG_ERROR);
    run(seed);
    return 0;
}
