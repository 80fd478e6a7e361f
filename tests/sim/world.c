/* What the simulator does to the store, and how it tells the auditor. The order of the two matters:
 * a commit is told before the answers that it let go. */
#include "world.h"

#include <inttypes.h>
#include <stdio.h>

#include "backup.h"
#include "base/date.h"
#include "history.h"
#include "trace.h"

/* In the year 2023. */
#define NOW_MS INT64_C(1700000000000)

void world_init(struct world *world, uint64_t seed, struct chance *chance)
{
    *world = (struct world){.chance = chance};
    world->sim = os_sim_create(seed);
    world->os = os_sim_os(world->sim);
    os_sim_set_now(world->sim, NOW_MS);
    auditor_init(&world->auditor);
    workload_init(&world->workload, chance);
    faults_init(&world->faults, chance, world->sim);
    model_init(&world->documents, &world->auditor.memory);
    for (int i = 0; i < SLOTS_MAX; i++)
        arena_init(&world->slots[i].arena);
}

void world_deinit(struct world *world)
{
    for (int i = 0; i < SLOTS_MAX; i++)
        arena_deinit(&world->slots[i].arena);
    model_deinit(&world->documents);
    workload_deinit(&world->workload);
    auditor_deinit(&world->auditor);
    os_sim_destroy(world->sim);
}

int64_t world_now_ms(const struct world *world)
{
    return world->os->now_ms(world->os);
}

/* Tells the auditor of answers that went out. */
static void collect(struct world *world)
{
    for (int i = 0; i < SLOTS_MAX; i++) {
        struct slot *slot = &world->slots[i];
        if (!slot->busy || !slot->woken)
            continue;
        auditor_completed(&world->auditor, slot->number);
        slot->busy = false;
    }
}

/* After a commit that went well nobody waits any longer. */
static void collect_all(struct world *world)
{
    collect(world);
    for (int i = 0; i < SLOTS_MAX; i++) {
        if (world->slots[i].busy)
            trace_fail("all is committed, and somebody waits for record %" PRIu64,
                       world->slots[i].number);
    }
}

/* The disk is free, no call is going to fail, and enough time went by: there has to be room. */
static void settle_room(struct world *world)
{
    struct faults *faults = &world->faults;
    if (!faults->room_in_doubt || faults->disk_limited || world->store == NULL || world->dead)
        return;
    faults_cancel(faults);
    os_sim_advance(world->sim, JOURNAL_ROOM_RETRY_MS + 1);
    world_commit(world);
    if (!world->dead && !os_sim_is_off(world->sim)) {
        faults->room_in_doubt = false;
        world->auditor.room_is_scarce = false;
        trace("there is room again");
    }
}

static void note_error(struct world *world, const char *what, enum err error)
{
    trace("  %s: %s", what, err_text(error));
    if (error != ERR_IO && error != ERR_FULL)
        trace_fail("%s fails: %s", what, err_text(error));
    if (!os_sim_is_off(world->sim) && !faults_did_fail(&world->faults))
        trace_fail("%s fails (%s), and nothing was to fail", what, err_text(error));
    world->dead = true;
}

void world_commit(struct world *world)
{
    const enum err error = store_local_commit(world->store);
    trace("commit: %s", err_text(error));
    if (error != OK) {
        note_error(world, "a commit", error);
        collect(world);
        return;
    }
    auditor_committed(&world->auditor);
    collect_all(world);
}

static void wake(struct store_command *command)
{
    struct slot *slot = (struct slot *)(void *)command;
    if (slot->woken)
        trace_fail("a command is complete twice");
    slot->woken = true;
}

static struct slot *free_slot(struct world *world)
{
    for (int i = 0; i < SLOTS_MAX; i++) {
        if (!world->slots[i].busy)
            return &world->slots[i];
    }
    return NULL;
}

static void run_command(struct world *world, const struct step *step)
{
    struct slot *slot = free_slot(world);
    if (slot == NULL) {
        world_commit(world);
        slot = free_slot(world);
        if (world->dead || slot == NULL)
            return;
    }
    arena_reset(&slot->arena);
    slot->command = step->command;
    slot->command.arena = &slot->arena;
    slot->woken = false;
    slot->command.cause = (struct stock_cause){.source = STOCK_SOURCE_API,
                                               .at_ms = world_now_ms(world),
                                               .by = BYTES("sim"),
                                               .request_id = world->counts.commands + 1};
    const bool complete = store_submit(world->store, &slot->command);
    trace("  verdict %d, %s", (int)slot->command.verdict, complete ? "complete" : "waiting");
    world->counts.commands++;
    slot->number = auditor_submitted(&world->auditor, &slot->command, complete);
    if (slot->command.kind == STORE_PAGE && slot->command.verdict == VERDICT_OK)
        workload_note_page(&world->workload, &slot->command.page);
    slot->busy = !complete;
    if (!complete)
        store_await(world->store, &slot->command, wake);
}

/* "No room" may mean that nothing was done, or that a commit failed for it: then so does the next
 * one. ERR_IO: that is it, and the store is dead. Else all is committed. */
static enum err really_full(struct world *world, enum err error)
{
    if (error != ERR_FULL)
        return error;
    world_commit(world);
    return world->dead ? ERR_IO : ERR_FULL;
}

static void run_document(struct world *world, const struct step *step)
{
    enum err error = store_add_document(world->store, step->name, step->content);
    trace("  document: %s", err_text(error));
    error = really_full(world, error);
    auditor_document(&world->auditor, step->name, step->content, error);
    if (error == ERR_IO && !world->dead)
        note_error(world, "a document", error);
    if (error != OK)
        return;
    model_document_add(&world->documents, step->name, step->content);
    collect_all(world);
}

/* A part of a batch at most is under way before: then a copy finds room in it. */
static void make_batch_room(struct world *world)
{
    if (world->auditor.gathered_bytes > (uint64_t)JOURNAL_BATCH_BYTES_MAX / 8)
        world_commit(world);
}

static void run_copy(struct world *world, const struct step *step)
{
    const struct copying *copying = &step->copying;
    make_batch_room(world);
    if (world->dead)
        return;
    enum err error =
        copying->numbers
            ? store_copy_shelf(world->store, copying->from_id, copying->to_id, copying->ties)
            : store_copy_marks(world->store, copying->from_id, copying->to_id);
    trace("  copied: %s", err_text(error));
    struct disk_frame frame;
    uint64_t disk_number = 0;
    if (error == ERR_FULL) {
        if (store_local_commit(world->store) != OK || os_sim_is_off(world->sim))
            error = ERR_IO;
        else
            disk_number = disk_last_number(world->os, DISK_FOLDER, &frame);
    }
    auditor_copied(&world->auditor, copying, error, disk_number);
    if (error == ERR_IO)
        note_error(world, "a copy", error);
    collect(world);
}

static void run_expiry(struct world *world)
{
    make_batch_room(world);
    if (world->dead)
        return;
    const enum err error = store_local_expire_due(world->store);
    trace("  expired: %s", err_text(error));
    auditor_expired(&world->auditor, world->store, world_now_ms(world), error);
}

/* A checkpoint may fail, and nothing but the checkpoint then. */
static void checkpoint_failed(struct world *world, enum err error)
{
    world->counts.abandoned++;
    /* Of a machine that is off nobody can tell whose the folder is. */
    const bool is_off = error == ERR_DENIED && os_sim_is_off(world->sim);
    if (error != ERR_IO && error != ERR_FULL && !is_off)
        trace_fail("a checkpoint fails: %s", err_text(error));
    if (!os_sim_is_off(world->sim) && !faults_did_fail(&world->faults) &&
        !world->faults.disk_limited)
        trace_fail("a checkpoint fails (%s), and nothing was to fail", err_text(error));
}

/* It is in place: what it replaces is gone. */
static void checkpoint_done(struct world *world)
{
    world->counts.checkpoints++;
    if (os_sim_is_off(world->sim) || faults_did_fail(&world->faults))
        return;
    const uint32_t leftovers = disk_leftovers(world->os, world->checkpoint_number);
    if (leftovers > 0)
        trace_fail("a checkpoint covers record %" PRIu64 ", and %" PRIu32
                   " files are left that nobody needs",
                   world->checkpoint_number, leftovers);
}

static uint64_t commits_count(struct world *world)
{
    struct store_metrics metrics;
    store_metrics(world->store, &metrics);
    return metric_read(&metrics.journal->commits);
}

static void run_checkpoint(struct world *world, const struct step *step)
{
    bool done = false;
    enum err error = OK;
    if (step->checkpointing == CHECKPOINT_STOP) {
        store_local_stop_checkpoints(world->store);
        world->checkpointing = false;
        trace("  given up");
        return;
    }
    const uint64_t commits = commits_count(world);
    const bool planned = faults_plan_checkpoint(&world->faults);
    if (!world->checkpointing)
        world->checkpoint_number = auditor_last_number(&world->auditor);
    if (step->checkpointing == CHECKPOINT_WHOLE) {
        error = store_local_checkpoint(world->store);
        done = error == OK;
    } else {
        error = store_local_checkpoint_step(world->store, &done);
    }
    trace("  piece: %s%s", err_text(error), done ? ", done" : "");
    if (planned && !os_sim_is_off(world->sim) && !faults_did_fail(&world->faults))
        faults_cancel(&world->faults);
    world->checkpointing = error == OK && !done;
    if (error != OK)
        checkpoint_failed(world, error);
    if (done)
        checkpoint_done(world);
    if (error != OK || done || commits_count(world) != commits) /* It committed by itself. */
        world_commit(world);
}

static void run_totals(struct world *world, const struct step *step)
{
    struct shelf_totals totals;
    struct store_metrics metrics;
    if (store_totals(world->store, step->shelf_id, step->campaign_id, &totals) != OK)
        trace_fail("totals are refused");
    store_metrics(world->store, &metrics);
    auditor_totals(&world->auditor, step->shelf_id, step->campaign_id, &totals);
    auditor_metrics(&world->auditor, &metrics);
    if (world->auditor.committed == auditor_last_number(&world->auditor))
        history_audit(world);
    if (chance_one_in(world->chance, 4))
        world_open_twice(world);
}

/* Within the years that moments may have, whatever steps there are. */
static void jump(struct world *world, int64_t ms)
{
    const int64_t to_ms = world_now_ms(world) + ms;
    if (to_ms > DATE_MS_MIN && to_ms < DATE_MS_MAX)
        os_sim_set_now(world->sim, to_ms);
}

void world_run(struct world *world, const struct step *step)
{
    static const char *const names[STEP_KINDS_COUNT] = {
        "put",      "mark", "count",  "reserve", "order",      "page",   "list",    "totals",
        "document", "copy", "expire", "commit",  "checkpoint", "backup", "advance", "jump"};
    trace("%s shelf=%" PRId64 " now=%" PRId64, names[step->kind], step->command.shelf_id,
          world_now_ms(world));
    world->auditor.room_is_scarce = world->faults.room_in_doubt;
    switch (step->kind) {
    case STEP_PUT:
    case STEP_MARK:
    case STEP_COUNT:
    case STEP_RESERVE:
    case STEP_ORDER:
    case STEP_PAGE:
    case STEP_LIST:
        run_command(world, step);
        break;
    case STEP_TOTALS:
        run_totals(world, step);
        break;
    case STEP_DOCUMENT:
        run_document(world, step);
        break;
    case STEP_COPY:
        run_copy(world, step);
        break;
    case STEP_EXPIRE:
        run_expiry(world);
        break;
    case STEP_COMMIT:
        world_commit(world);
        break;
    case STEP_CHECKPOINT:
        run_checkpoint(world, step);
        break;
    case STEP_BACKUP:
        backup_run(world);
        break;
    case STEP_ADVANCE:
        os_sim_advance(world->sim, step->ms);
        break;
    case STEP_JUMP:
        jump(world, step->ms);
        break;
    case STEP_KINDS_COUNT:
        break;
    }
    collect(world);
    if (faults_did_fail(&world->faults))
        world->counts.failures++;
    if (faults_did_fail(&world->faults) || chance_one_in(world->chance, 20))
        settle_room(world);
}

void world_end(struct world *world, enum ending ending)
{
    static const char *const names[] = {"close", "kill", "power cut"};
    faults_cancel(&world->faults);
    if (os_sim_is_off(world->sim))
        ending = os_sim_is_killed(world->sim) ? ENDING_KILL : ENDING_POWER_CUT;
    if (world->dead && ending == ENDING_CLOSE)
        ending = ENDING_KILL;
    if (ending == ENDING_CLOSE && world->store != NULL)
        world_commit(world);
    trace("end: %s", names[ending]);
    if (ending == ENDING_KILL)
        os_sim_kill(world->sim);
    if (ending == ENDING_POWER_CUT) {
        os_sim_reboot(world->sim);
        world->faults.cache_differs = false;
        world->counts.power_cuts++;
    }
    if (world->store != NULL) {
        history_note_loss(world);
        store_close(world->store);
    }
    world->store = NULL;
    world->dead = false;
    world->checkpointing = false;
    for (int i = 0; i < SLOTS_MAX; i++)
        world->slots[i].busy = false;
    world->counts.restarts++;
}
