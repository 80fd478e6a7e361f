/* The copying gets a machine of its own, which is the simulated one with a detour: before a call
 * that reads, the store may do a step. So everything happens in one thread, and each time in the
 * same order. */
#include "backup.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "inner_limits.h"
#include "journal/copy.h"
#include "trace.h"
#include "world.h"

#define COPY_FOLDER "copy"

enum { STEPS_MAX = 40, NAMES_MAX = 256, PATH_BYTES = 160 };

struct detour {
    struct os os; /* First. */
    struct world *world;
    uint32_t steps_left;
    uint32_t one_in; /* Calls that come with a step. */
};

static struct os *inner(struct os *os)
{
    struct detour *detour = (struct detour *)(void *)os;
    struct world *world = detour->world;
    if (detour->steps_left > 0 && !world->dead && !os_sim_is_off(world->sim) &&
        chance_one_in(world->chance, detour->one_in)) {
        struct step step;
        detour->steps_left--;
        workload_next(&world->workload, world_now_ms(world), &step);
        if (step.kind != STEP_BACKUP)
            world_run(world, &step);
    }
    return world->os;
}

static enum err detour_open(struct os *os, const char *path, enum os_open_mode mode,
                            struct os_file **file)
{
    struct os *machine = inner(os);
    return machine->open(machine, path, mode, file);
}

static enum err detour_read(struct os *os, struct os_file *file, uint64_t offset, void *data,
                            size_t size, size_t *got)
{
    struct os *machine = inner(os);
    return machine->read(machine, file, offset, data, size, got);
}

static enum err detour_size(struct os *os, struct os_file *file, uint64_t *size)
{
    struct os *machine = inner(os);
    return machine->size(machine, file, size);
}

static enum err detour_next_data(struct os *os, struct os_file *file, uint64_t offset,
                                 uint64_t *next)
{
    struct os *machine = inner(os);
    return machine->next_data(machine, file, offset, next);
}

static bool detour_is_at(struct os *os, struct os_file *file, const char *path)
{
    struct os *machine = inner(os);
    return machine->is_at(machine, file, path);
}

static enum err detour_list_folder(struct os *os, const char *path, os_visit_name *visit,
                                   void *context)
{
    struct os *machine = inner(os);
    return machine->list_folder(machine, path, visit, context);
}

static void detour_close(struct os *os, struct os_file *file)
{
    struct os *machine = ((struct detour *)(void *)os)->world->os;
    machine->close(machine, file);
}

static enum err detour_write(struct os *os, struct os_file *file, uint64_t offset,
                             struct bytes bytes)
{
    struct os *machine = ((struct detour *)(void *)os)->world->os;
    return machine->write(machine, file, offset, bytes);
}

static enum err detour_allocate(struct os *os, struct os_file *file, uint64_t size)
{
    struct os *machine = ((struct detour *)(void *)os)->world->os;
    return machine->allocate(machine, file, size);
}

static enum err detour_truncate(struct os *os, struct os_file *file, uint64_t size)
{
    struct os *machine = ((struct detour *)(void *)os)->world->os;
    return machine->truncate(machine, file, size);
}

static enum err detour_sync(struct os *os, struct os_file *file)
{
    struct os *machine = ((struct detour *)(void *)os)->world->os;
    return machine->sync(machine, file);
}

static enum err detour_make_folder(struct os *os, const char *path)
{
    struct os *machine = ((struct detour *)(void *)os)->world->os;
    return machine->make_folder(machine, path);
}

static enum err detour_sync_folder(struct os *os, const char *path)
{
    struct os *machine = ((struct detour *)(void *)os)->world->os;
    return machine->sync_folder(machine, path);
}

static enum err detour_remove(struct os *os, const char *path)
{
    struct os *machine = ((struct detour *)(void *)os)->world->os;
    return machine->remove(machine, path);
}

static int64_t detour_uptime_us(struct os *os)
{
    struct os *machine = ((struct detour *)(void *)os)->world->os;
    return machine->uptime_us(machine);
}

static void detour_pause(struct os *os, int64_t us)
{
    struct os *machine = ((struct detour *)(void *)os)->world->os;
    machine->pause(machine, us);
}

/* A copy has no business with locks, chance or what the machine remembers: these are not there. */
static struct detour detour_of(struct world *world)
{
    return (struct detour){
        .os =
            {
                .open = detour_open,
                .close = detour_close,
                .read = detour_read,
                .write = detour_write,
                .allocate = detour_allocate,
                .truncate = detour_truncate,
                .sync = detour_sync,
                .size = detour_size,
                .next_data = detour_next_data,
                .is_at = detour_is_at,
                .make_folder = detour_make_folder,
                .sync_folder = detour_sync_folder,
                .list_folder = detour_list_folder,
                .remove = detour_remove,
                .uptime_us = detour_uptime_us,
                .pause = detour_pause,
            },
        .world = world,
        .steps_left = INNER_COPY_IS_THREADED ? 0 : STEPS_MAX,
        .one_in = 1 + (uint32_t)chance_below(world->chance, 12),
    };
}

/* Opens the copy like any data folder. */
static void open_copy(struct world *world, uint64_t told)
{
    struct store *store = NULL;
    struct store_opening opening;
    struct model documents;
    struct disk_frame frame;
    model_init(&documents, &world->auditor.memory);
    const struct store_local_settings settings = {
        .os = world->os,
        .folder = COPY_FOLDER,
        .documents = {.context = &documents, .take = world_take_document},
    };
    if (store_local_open(&settings, &opening, &store) != OK)
        trace_fail("a copy cannot be opened: %s", opening.problem);
    const uint64_t number = disk_last_number(world->os, COPY_FOLDER, &frame);
    trace("  the copy ends in record %" PRIu64, number);
    auditor_copy_opened(&world->auditor, store, &documents, world_now_ms(world),
                        (struct copy_bounds){told, number});
    store_close(store);
    model_deinit(&documents);
}

/* Names in a folder, so that they can be removed. */
struct names {
    char text[NAMES_MAX][PATH_BYTES];
    uint32_t count;
    const char *folder;
};

static void take_name(void *context, const char *name)
{
    struct names *names = context;
    ASSERT(names->count < NAMES_MAX);
    (void)snprintf(names->text[names->count++], PATH_BYTES, "%s/%s", names->folder, name);
}

static void remove_files(struct os *os, const char *folder)
{
    static struct names names;
    names.count = 0;
    names.folder = folder;
    if (os->list_folder(os, folder, take_name, &names) != OK)
        return;
    for (uint32_t i = 0; i < names.count; i++)
        (void)os->remove(os, names.text[i]); /* Fails for folders. */
    (void)os->sync_folder(os, folder);
}

static void remove_copy(struct os *os)
{
    remove_files(os, COPY_FOLDER "/journal");
    remove_files(os, COPY_FOLDER "/checkpoints");
    remove_files(os, COPY_FOLDER);
}

void backup_run(struct world *world)
{
    struct journal_recovery report;
    faults_cancel(&world->faults);
    const uint64_t told = world->auditor.told;
    world->counts.backups++;
    if (world->os->make_folder(world->os, COPY_FOLDER) != OK)
        trace_fail("no folder for a copy");
    remove_copy(world->os); /* A power cut may have left one. */
    struct detour detour = detour_of(world);
    const enum err error = journal_copy(&detour.os, DISK_FOLDER, COPY_FOLDER, NULL, &report);
    trace("  backup: %s %s", err_text(error), error == OK ? "" : report.problem);
    if (os_sim_is_off(world->sim))
        return;
    if (error != OK && !(error == ERR_FULL && world->faults.disk_limited) &&
        !faults_did_fail(&world->faults))
        trace_fail("a backup fails: %s", report.problem);
    faults_cancel(&world->faults);
    if (error == OK)
        open_copy(world, told);
    remove_copy(world->os);
}
