/* Opening the store, until it is open: through power cuts, failing calls, a full disk and flipped
 * bits. A start that is refused has to have one of these reasons, and must not have changed
 * anything. */
#include <inttypes.h>

#include "history.h"
#include "trace.h"

enum { TRIES_WITH_FAULTS = 6, THREADS_MAX = 4 };

/* Wherever the calendar jumps to. */
#define HISTORY_DAYS INT64_C(8000000)

enum err world_take_document(void *context, struct bytes name, struct bytes content)
{
    struct model *documents = context;
    struct bytes kept[] = {name, content};
    for (int i = 0; i < 2; i++) {
        uint8_t *copy = arena_allocate(documents->memory, kept[i].size + 1);
        ASSERT(copy != NULL);
        memcpy(copy, kept[i].data, kept[i].size);
        kept[i].data = copy;
    }
    model_document_add(documents, kept[0], kept[1]);
    return OK;
}

/* The owner of the documents gives them all, as they came. */
static enum err give_documents(void *context, const struct store_document_sink *sink)
{
    const struct model *documents = context;
    enum err error = OK;
    sink->begin(sink->context);
    for (uint32_t i = 0; i < documents->documents_count && error == OK; i++)
        error = sink->take(sink->context, documents->documents[i].name,
                           documents->documents[i].content);
    return error;
}

/* What a start says of itself is what the disk says. */
static void check_report(struct world *world, const struct store_opening *opening)
{
    struct disk_frame frame;
    if (os_sim_is_off(world->sim))
        return;
    const uint64_t number = disk_last_number(world->os, DISK_FOLDER, &frame);
    const struct journal_recovery *recovery = &opening->recovery;
    if (recovery->seq_last != number)
        trace_fail("the start says that the last record is %" PRIu64 ", the disk %" PRIu64,
                   recovery->seq_last, number);
    trace("  checkpoint of record %" PRIu64 ", %" PRIu64 " records, %" PRIu64 " torn bytes",
          recovery->checkpoint_seq, recovery->records_count, recovery->torn_bytes);
    if (recovery->records_count != number - recovery->checkpoint_seq)
        trace_fail("%" PRIu64 " records are replayed from %" PRIu64 " on", recovery->records_count,
                   recovery->checkpoint_seq);
}

static struct store_local_settings settings_of(struct world *world)
{
    return (struct store_local_settings){
        .os = world->os,
        .folder = DISK_FOLDER,
        .documents = {&world->documents, world_take_document, give_documents},
        .threads_count = world->threads_count,
        .history_days = HISTORY_DAYS,
        .history_bytes_max = INT64_C(1) << 40,
    };
}

static enum err open_once(struct world *world)
{
    struct store_opening opening;
    const struct store_local_settings settings = settings_of(world);
    model_deinit(&world->documents);
    const enum err error = store_local_open(&settings, &opening, &world->store);
    world->counts.openings++;
    trace("open: %s %s", err_text(error), error == OK ? "" : opening.problem);
    if (error != OK)
        world->store = NULL;
    if (error == OK)
        check_report(world, &opening);
    return error;
}

/* A start was refused: for one of the reasons that there may be, which is then done away with. */
static void accept_refusal(struct world *world, enum err error, uint64_t digest_before)
{
    struct faults *faults = &world->faults;
    world->counts.refusals++;
    if (os_sim_is_off(world->sim)) {
        world_end(world, ENDING_POWER_CUT);
        return;
    }
    if (faults_did_fail(faults) && (error == ERR_IO || error == ERR_FULL)) {
        world->counts.failures++;
        world_end(world, chance_one_in(world->chance, 2) ? ENDING_KILL : ENDING_POWER_CUT);
        return;
    }
    if (faults->flip.done && (error == ERR_CORRUPT || error == ERR_UNSUPPORTED)) {
        if (disk_digest(world->sim) != digest_before && !world->faults.cache_differs)
            trace_fail("a start that was refused changed the disk");
        faults_unflip(faults);
        return;
    }
    if (faults->disk_limited && error == ERR_FULL) {
        faults_free_disk(faults);
        return;
    }
    trace_fail("the start is refused (%s), and nothing was to fail", err_text(error));
}

static void audit(struct world *world)
{
    struct faults *faults = &world->faults;
    struct disk_frame frame;
    const uint64_t number = disk_last_number(world->os, DISK_FOLDER, &frame);
    if (faults->flip.done && faults->flip.in_last_frame && number == faults->flip.kept_number) {
        world->counts.losses++;
        auditor_allow_loss(&world->auditor, number);
    }
    faults->flip.done = false;
    auditor_reopened(&world->auditor, world->store, &world->documents, world_now_ms(world), number);
    history_audit(world);
}

/* The same start once more, without faults: it finds and leaves what the one before left. */
static void open_again(struct world *world, uint32_t threads_count)
{
    const uint64_t digest = disk_digest(world->sim);
    world_end(world, (enum ending)chance_below(world->chance, 3));
    world->threads_count = threads_count;
    if (open_once(world) != OK)
        trace_fail("the same start once more is refused");
    world->threads_count = 0;
    if (disk_digest(world->sim) != digest)
        trace_fail("the same start once more leaves another disk");
    audit(world);
}

/* Sometimes threads help; but in which order shelves come into being then is not the seed's to say,
 * so the run goes on without. */
static void check_again(struct world *world)
{
    if (chance_one_in(world->chance, 3))
        open_again(world, 1 + (uint32_t)chance_below(world->chance, THREADS_MAX));
    open_again(world, 0);
}

/* One try, with a fault planned or not. False: it did not come to an open store. */
static bool try_open(struct world *world, bool with_faults)
{
    struct faults *faults = &world->faults;
    if (with_faults)
        faults_plan(faults, 24);
    else
        faults_cancel(faults);
    const uint64_t digest = disk_digest(world->sim);
    const enum err error = open_once(world);
    if (error != OK) {
        accept_refusal(world, error, digest);
        return false;
    }
    faults->room_in_doubt = faults->disk_limited || faults_did_fail(faults);
    if (os_sim_is_off(world->sim)) { /* At the spare segment, which a start can do without. */
        world_end(world, ENDING_POWER_CUT);
        return false;
    }
    faults_cancel(faults);
    world->faults.cache_differs = false;
    return true;
}

/* What `stockd check` does, before a start without faults: it changes nothing, and the start
 * agrees.
 */
static enum err check_folder(struct world *world, struct store_check *check)
{
    const struct store_local_settings settings = settings_of(world);
    const uint64_t digest = disk_digest(world->sim);
    faults_cancel(&world->faults);
    model_deinit(&world->documents);
    const enum err error = store_local_check(&settings, check);
    trace("check: %s %s", err_text(error), error == OK ? "" : check->problem);
    if (disk_digest(world->sim) != digest && !world->faults.cache_differs)
        trace_fail("a check changed the disk");
    if (error != OK && error != ERR_NOT_FOUND && !world->faults.flip.done)
        trace_fail("a check fails, and nothing is wrong");
    return error;
}

static void compare_check(const struct world *world, const struct store_check *check)
{
    struct shelf_totals sums = {.cells_count = 0};
    uint64_t orders_count = 0;
    const struct model *now = &world->auditor.now;
    for (uint32_t i = 0; i < now->shelves_count; i++) {
        const struct shelf_totals totals = model_totals(&now->shelves[i], 0);
        sums.cells_count += totals.cells_count;
        sums.available += totals.available;
        sums.reserved += totals.reserved;
        sums.unfit += totals.unfit;
        sums.orders_count += totals.orders_count;
        orders_count += now->shelves[i].orders_count;
    }
    if (check->cells_count != sums.cells_count || check->available != sums.available ||
        check->reserved != sums.reserved || check->unfit != sums.unfit ||
        check->orders_open_count != sums.orders_count || check->orders_count != orders_count)
        trace_fail("a check counts %" PRIu64 " cells, %" PRIu64 " + %" PRIu64 " units, %" PRIu64
                   " orders; they are %" PRIu64 ", %" PRIu64 " + %" PRIu64 ", %" PRIu64,
                   check->cells_count, check->available, check->reserved, check->orders_count,
                   sums.cells_count, sums.available, sums.reserved, orders_count);
}

/* A start with a look before. */
static void open_checked(struct world *world)
{
    struct store_check check;
    const enum err checked = check_folder(world, &check);
    const bool whole = checked == OK || checked == ERR_NOT_FOUND;
    const bool comparable = checked == OK && !world->faults.cache_differs;
    const bool opened = try_open(world, false);
    if (whole != opened && !world->faults.disk_limited)
        trace_fail("a check says %s, and the start does not", err_text(checked));
    while (!opened && !try_open(world, false))
        continue;
    audit(world);
    if (opened && comparable)
        compare_check(world, &check);
}

static void open_with_faults(struct world *world)
{
    int tries = 0;
    while (!try_open(world, tries < TRIES_WITH_FAULTS))
        tries++;
    audit(world);
}

void world_open(struct world *world)
{
    struct faults *faults = &world->faults;
    faults_flip(faults, world->auditor.base_number);
    if (faults->flip.done) {
        world->counts.flips++;
        trace("flip: bit %" PRIu64 " of %s", faults->flip.bit, faults->flip.path);
    }
    if (chance_one_in(world->chance, 4))
        open_checked(world);
    else
        open_with_faults(world);
    if (!faults->room_in_doubt && chance_one_in(world->chance, 4))
        check_again(world);
}

void world_open_twice(struct world *world)
{
    struct store *store = NULL;
    struct store_opening opening;
    struct model documents;
    model_init(&documents, &world->auditor.memory);
    const struct store_local_settings settings = {
        .os = world->os,
        .folder = DISK_FOLDER,
        .documents = {.context = &documents, .take = world_take_document},
    };
    const uint64_t digest = disk_digest(world->sim);
    const enum err error = store_local_open(&settings, &opening, &store);
    if (error != ERR_BUSY && !os_sim_is_off(world->sim) && !faults_did_fail(&world->faults))
        trace_fail("a second process opens the folder: %s", err_text(error));
    if (disk_digest(world->sim) != digest)
        trace_fail("a second process changed the disk");
    model_deinit(&documents);
}
