/* What the auditor keeps, what it concludes from answers and commits, and what it asks of a store
 * that was opened again. */
#include "auditor.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "inner_limits.h"
#include "trace.h"

/* Deeds that are kept behind the last restart, and how many more may gather before the base moves.
 * */
enum { DEEDS_KEPT = 256, DEEDS_SPARE = 256 };

/* Bytes that gather at most without a word about the batch: its header and one record's. */
enum { BATCH_SLACK_BYTES = 64 };

void auditor_init(struct auditor *auditor)
{
    *auditor = (struct auditor){.told = 0};
    arena_init(&auditor->memory);
    model_init(&auditor->base, &auditor->memory);
    model_init(&auditor->now, &auditor->memory);
}

void auditor_deinit(struct auditor *auditor)
{
    model_deinit(&auditor->base);
    model_deinit(&auditor->now);
    arena_deinit(&auditor->memory);
    free(auditor->deeds);
    free(auditor->names);
}

uint64_t auditor_last_number(const struct auditor *auditor)
{
    return auditor->base_number + auditor->deeds_count;
}

/* More than a record of the deed can take. */
static uint64_t record_bytes(const struct deed *deed)
{
    uint64_t bytes = 128 + deed->id.size + deed->name.size + deed->content.size;
    for (uint32_t i = 0; i < deed->items_count; i++)
        bytes += 48 + deed->items[i].sku.size;
    return bytes;
}

struct outcome auditor_do(struct auditor *auditor, const struct deed *deed)
{
    const struct outcome outcome = model_do(&auditor->now, deed, auditor_last_number(auditor) + 1);
    if (!outcome.changed)
        return outcome;
    if (auditor->deeds_count == auditor->deeds_max) {
        auditor->deeds_max = auditor->deeds_max * 2 + 64;
        auditor->deeds = realloc(auditor->deeds, auditor->deeds_max * sizeof(struct deed));
        ASSERT(auditor->deeds != NULL);
    }
    auditor->deeds[auditor->deeds_count++] = *deed;
    auditor->gathered_bytes += record_bytes(deed);
    return outcome;
}

static void remember_order(struct auditor *auditor, const struct deed *deed)
{
    for (uint32_t i = 0; i < auditor->names_count; i++) {
        const struct order_name *name = &auditor->names[i];
        if (name->shelf_id == deed->shelf_id && name->campaign_id == deed->campaign_id &&
            bytes_equal(name->id, deed->id))
            return;
    }
    if (auditor->names_count == auditor->names_max) {
        auditor->names_max = auditor->names_max * 2 + 64;
        auditor->names = realloc(auditor->names, auditor->names_max * sizeof(struct order_name));
        ASSERT(auditor->names != NULL);
    }
    auditor->names[auditor->names_count++] =
        (struct order_name){deed->shelf_id, deed->campaign_id, deed->id};
}

/* Whether the store may say that it has no room for this. */
static bool may_refuse(const struct auditor *auditor, const struct deed *deed)
{
    return auditor->room_is_scarce ||
           auditor->gathered_bytes + record_bytes(deed) + BATCH_SLACK_BYTES >
               (uint64_t)JOURNAL_BATCH_BYTES_MAX;
}

/* Number of the last record that a shelf shows. */
static uint64_t seen_on(const struct auditor *auditor, int64_t shelf_id)
{
    const struct model_shelf *shelf = model_shelf_find(&auditor->now, shelf_id);
    return shelf == NULL ? 0 : shelf->last_number;
}

/* What the completion of a command promises (store.h). A SKU that is not there, a position that
 * never was, and no room promise nothing. */
static uint64_t promised(const struct auditor *auditor, const struct store_command *command)
{
    switch (command->verdict) {
    case VERDICT_UNKNOWN_SKU:
    case VERDICT_BAD_POSITION:
    case VERDICT_NO_ROOM:
    case VERDICT_LIMIT:
        return 0;
    case VERDICT_OK:
    case VERDICT_BELOW_RESERVED:
    case VERDICT_SHORTAGE:
    case VERDICT_ORDER_EXISTS:
    case VERDICT_ORDER_UNKNOWN:
    case VERDICT_ORDER_STATE:
        break;
    }
    return seen_on(auditor, command->shelf_id);
}

static void judge(struct auditor *auditor, const struct store_command *command,
                  const struct deed *deed, bool is_deed)
{
    if (is_deed && deed->kind == DEED_ORDER)
        remember_order(auditor, deed);
    if (command->verdict == VERDICT_NO_ROOM) {
        const bool only_reads = !is_deed || deed->action == ORDER_READ;
        if (!only_reads && may_refuse(auditor, deed))
            return;
    }
    struct outcome outcome = {.verdict = VERDICT_OK};
    if (is_deed)
        outcome = auditor_do(auditor, deed);
    auditor_check_results(auditor, command, &outcome);
}

uint64_t auditor_submitted(struct auditor *auditor, const struct store_command *command,
                           bool complete)
{
    struct deed deed;
    const bool is_deed = auditor_deed_of(auditor, command, &deed);
    judge(auditor, command, &deed, is_deed);
    const uint64_t number = promised(auditor, command);
    if (complete && number > auditor->committed)
        trace_fail("it is complete, and tells of record %" PRIu64 "; committed are %" PRIu64,
                   number, auditor->committed);
    if (!complete && number <= auditor->committed)
        trace_fail("it is not complete, though record %" PRIu64 " is committed", number);
    if (complete)
        auditor_completed(auditor, number);
    return number;
}

void auditor_completed(struct auditor *auditor, uint64_t number)
{
    if (number > auditor->committed)
        trace_fail("an answer tells of record %" PRIu64 "; committed are %" PRIu64, number,
                   auditor->committed);
    if (number > auditor->told)
        auditor->told = number;
}

void auditor_committed(struct auditor *auditor)
{
    auditor->committed = auditor_last_number(auditor);
    auditor->gathered_bytes = 0;
}

void auditor_document(struct auditor *auditor, struct bytes name, struct bytes content,
                      enum err error)
{
    const struct deed deed = {.kind = DEED_DOCUMENT, .name = name, .content = content};
    if (error == ERR_FULL && may_refuse(auditor, &deed))
        return;
    if (error != OK && error != ERR_IO)
        trace_fail("a document is refused: %s", err_text(error));
    (void)auditor_do(auditor, &deed);
    if (error != OK)
        return;
    auditor_committed(auditor);
    auditor_completed(auditor, auditor_last_number(auditor));
}

void auditor_totals(struct auditor *auditor, int64_t shelf_id, int64_t campaign_id,
                    const struct shelf_totals *totals)
{
    const struct shelf_totals wanted =
        model_totals(model_shelf_find(&auditor->now, shelf_id), campaign_id);
    if (wanted.cells_count != totals->cells_count || wanted.available != totals->available ||
        wanted.reserved != totals->reserved || wanted.unfit != totals->unfit ||
        wanted.orders_count != totals->orders_count)
        trace_fail("totals of shelf %" PRId64 ": %" PRIu64 " cells, %" PRIu64 " + %" PRIu64
                   " units, %" PRIu64 " unfit, %" PRIu32 " orders; they should be %" PRIu64
                   ", %" PRIu64 " + %" PRIu64 ", %" PRIu64 ", %" PRIu32,
                   shelf_id, totals->cells_count, totals->available, totals->reserved,
                   totals->unfit, totals->orders_count, wanted.cells_count, wanted.available,
                   wanted.reserved, wanted.unfit, wanted.orders_count);
}

void auditor_metrics(const struct auditor *auditor, const struct store_metrics *metrics)
{
    uint64_t cells_count = 0;
    for (uint32_t i = 0; i < auditor->now.shelves_count; i++)
        cells_count += auditor->now.shelves[i].cells_count;
    if (metrics->cells_count != cells_count)
        trace_fail("%" PRIu64 " cells are counted, and there are %" PRIu64, metrics->cells_count,
                   cells_count);
    if (!metrics->ready_for_writes && !auditor->room_is_scarce)
        trace_fail("it is not ready for writes");
}

void auditor_allow_loss(struct auditor *auditor, uint64_t number)
{
    ASSERT(number >= auditor->base_number);
    if (number < auditor->told)
        auditor->told = number;
}

/* The state after so many records. */
static void state_after(const struct auditor *auditor, uint64_t number, struct model *state)
{
    model_copy(state, &auditor->base);
    for (uint64_t i = auditor->base_number; i < number; i++)
        (void)model_do(state, &auditor->deeds[i - auditor->base_number], i + 1);
}

/* Moves the base forward, so that a restart need not begin with the first deed of all. */
static void move_base(struct auditor *auditor)
{
    if (auditor->deeds_count < DEEDS_KEPT + DEEDS_SPARE)
        return;
    const uint32_t gone = auditor->deeds_count - DEEDS_KEPT;
    for (uint32_t i = 0; i < gone; i++)
        (void)model_do(&auditor->base, &auditor->deeds[i], ++auditor->base_number);
    auditor->deeds_count -= gone;
    memmove(auditor->deeds, auditor->deeds + gone, auditor->deeds_count * sizeof(struct deed));
}

/* Another number of records that would explain what is there; -1: none would. */
static int64_t explained_by(const struct auditor *auditor, const struct model *seen, int64_t now_ms)
{
    char text[sizeof(auditor->text)];
    for (uint64_t number = auditor->base_number; number <= auditor_last_number(auditor); number++) {
        struct model state;
        state_after(auditor, number, &state);
        const bool differs = model_differs(&state, seen, now_ms, text, sizeof(text));
        model_deinit(&state);
        if (!differs)
            return (int64_t)number;
    }
    return -1;
}

/* Reads everything and compares it with the state after that record. */
static void compare(struct auditor *auditor, struct store *store, const struct model *documents,
                    int64_t now_ms, const struct model *wanted, uint64_t number)
{
    struct model seen;
    model_init(&seen, &auditor->memory);
    auditor_read_all(auditor, store, now_ms, &seen);
    for (uint32_t i = 0; i < documents->documents_count; i++)
        model_document_add(&seen, documents->documents[i].name, documents->documents[i].content);
    if (model_differs(wanted, &seen, now_ms, auditor->text, sizeof(auditor->text)))
        trace_fail("not as after record %" PRIu64 ": %s (as after %" PRId64 ")", number,
                   auditor->text, explained_by(auditor, &seen, now_ms));
    if (model_is_broken(&seen, auditor->text, sizeof(auditor->text)))
        trace_fail("%s", auditor->text);
    model_deinit(&seen);
}

void auditor_copy_opened(struct auditor *auditor, struct store *store,
                         const struct model *documents, int64_t now_ms, struct copy_bounds bounds)
{
    struct model state;
    if (bounds.number < bounds.told || bounds.number > auditor_last_number(auditor))
        trace_fail("a copy ends in record %" PRIu64 "; %" PRIu64 " were told of, %" PRIu64
                   " were made",
                   bounds.number, bounds.told, auditor_last_number(auditor));
    state_after(auditor, bounds.number, &state);
    compare(auditor, store, documents, now_ms, &state, bounds.number);
    model_deinit(&state);
}

void auditor_reopened(struct auditor *auditor, struct store *store, const struct model *documents,
                      int64_t now_ms, uint64_t disk_number)
{
    if (disk_number < auditor->told)
        trace_fail("records up to %" PRIu64 " were told of, and the disk ends in %" PRIu64,
                   auditor->told, disk_number);
    if (disk_number > auditor_last_number(auditor))
        trace_fail("the disk ends in record %" PRIu64 ", and there were %" PRIu64, disk_number,
                   auditor_last_number(auditor));
    auditor->deeds_count = (uint32_t)(disk_number - auditor->base_number);
    struct model state;
    state_after(auditor, disk_number, &state);
    model_deinit(&auditor->now);
    auditor->now = state;
    auditor->told = disk_number; /* Readers see it from now on. */
    auditor_committed(auditor);
    compare(auditor, store, documents, now_ms, &auditor->now, disk_number);
    move_base(auditor);
    auditor->restarts_count++;
}
