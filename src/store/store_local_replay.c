/* The members of the crew divide the shelves: each goes through the whole batch and applies what
 * speaks of its own. Shelves know nothing of each other, so the result is the same however many
 * members there are, and so is the first error: the one with the lowest place in the batch. The
 * opening thread takes documents meanwhile, in their order.
 *
 * Each shelf of a checkpoint is as of a record of its own, and records up to that one are passed
 * over; so are documents up to the one that the given ones are as of. */
#include "store/store_local_replay.h"

#include <stdlib.h>

#include "store/part.h"
#include "store/record.h"

enum { RECENT_COUNT = 256 };

/* What a member knows. */
struct share {
    struct local_shelf *recent[RECENT_COUNT]; /* By id; saves the look-up in the table. */
    uint64_t cells_count;                     /* New ones of this batch. */
    size_t failed;                            /* Where in the batch, with its error. */
    enum err error;
};

struct local_replay {
    struct store_local *local;
    struct crew *crew;
    const uint64_t *bytes_max;
    struct share shares[CREW_MEMBERS_MAX];

    /* The batch at hand. */
    const struct checkpoint_parts *parts;
    const struct journal_records *records;

    /* Documents of the checkpoint, as far as they came. */
    struct buffer documents;
    int64_t documents_left; /* Bytes that are still to come; -1: no piece came yet. */
    uint64_t documents_seq;

    uint64_t cells_loaded; /* By the whole checkpoint. */
};

struct local_replay *local_replay_create(struct store_local *local, struct crew *crew,
                                         const uint64_t *bytes_max)
{
    struct local_replay *replay = calloc(1, sizeof(*replay));
    if (replay == NULL)
        return NULL;
    replay->local = local;
    replay->crew = crew;
    replay->bytes_max = bytes_max;
    replay->documents_left = -1;
    buffer_init(&replay->documents);
    return replay;
}

void local_replay_destroy(struct local_replay *replay)
{
    if (replay == NULL)
        return;
    buffer_deinit(&replay->documents);
    free(replay);
}

/* Neighbours go to different members, and numbers that differ high up only do, too. */
static uint32_t mixed(int64_t shelf_id)
{
    return (uint32_t)(((uint64_t)shelf_id * UINT64_C(0x9E3779B97F4A7C15)) >> 40);
}

static bool is_share_of(const struct local_replay *replay, int64_t shelf_id, uint32_t member)
{
    return mixed(shelf_id) / RECENT_COUNT % crew_members_count(replay->crew) == member;
}

/* NULL: no memory. */
static struct local_shelf *share_shelf(struct local_replay *replay, struct share *share,
                                       int64_t shelf_id)
{
    struct local_shelf **recent = &share->recent[mixed(shelf_id) % RECENT_COUNT];
    if (*recent == NULL || (*recent)->id != shelf_id)
        *recent = local_shelf_open(replay->local, shelf_id);
    return *recent;
}

static void share_begin(struct share *share)
{
    share->cells_count = 0;
    share->error = OK;
}

/* The error with the lowest place of all members and of the opening thread itself. */
static enum err first_failure(struct local_replay *replay, size_t own_failed, enum err own_error,
                              size_t *failed)
{
    enum err error = own_error;
    *failed = own_failed;
    for (uint32_t i = 0; i < crew_members_count(replay->crew); i++) {
        const struct share *share = &replay->shares[i];
        metric_add(&replay->local->cells, share->cells_count);
        if (share->error == OK || (error != OK && *failed < share->failed))
            continue;
        error = share->error;
        *failed = share->failed;
    }
    return error;
}

/* --- Parts of a checkpoint. --- */

static enum err shelf_begins(const struct local_replay *replay, struct local_shelf *shelf,
                             const struct checkpoint_part *part)
{
    struct shelf_image_sizes sizes;
    enum err error = part_shelf_decode(part->payload, &sizes);
    if (error == OK && (shelf->seq_last != 0 || part->seq == 0))
        error = ERR_CORRUPT; /* A shelf that came already, or one without a record. */
    if (error == OK)
        error =
            shelf_load_begin(shelf->shelf, shelf->orders, &sizes, *replay->bytes_max, &shelf->load);
    if (error != OK)
        return error;
    shelf->seq_last = part->seq;
    shelf->load_bytes = 0;
    return OK;
}

static enum err entries_come(struct local_shelf *shelf, const struct checkpoint_part *part)
{
    if (shelf->load == NULL || part->seq != shelf->seq_last)
        return ERR_CORRUPT;
    shelf->load_bytes += part->payload.size;
    return shelf_load_entries(shelf->load, part->payload);
}

static enum err shelf_ends(struct local_shelf *shelf, const struct checkpoint_part *part,
                           uint64_t *cells_count)
{
    uint64_t entries_bytes = 0;
    if (shelf->load == NULL || part->seq != shelf->seq_last)
        return ERR_CORRUPT;
    enum err error = part_shelf_end_decode(part->payload, &entries_bytes);
    if (error == OK && entries_bytes != shelf->load_bytes)
        error = ERR_CORRUPT;
    if (error != OK)
        return error;
    struct shelf_load *load = shelf->load;
    shelf->load = NULL;
    error = shelf_load_end(load);
    if (error == OK)
        *cells_count += shelf_cells_count(shelf->shelf);
    return error;
}

static enum err part_take(struct local_replay *replay, struct share *share,
                          const struct checkpoint_part *part)
{
    struct local_shelf *shelf = share_shelf(replay, share, part->key);
    if (shelf == NULL)
        return ERR_MEMORY;
    if (part->kind == PART_SHELF)
        return shelf_begins(replay, shelf, part);
    if (part->kind == PART_ENTRIES)
        return entries_come(shelf, part);
    return shelf_ends(shelf, part, &share->cells_count);
}

static bool part_has_shelf(const struct checkpoint_part *part)
{
    return part->kind >= PART_SHELF && part->kind <= PART_SHELF_END;
}

static void parts_share(void *context, uint32_t member)
{
    struct local_replay *replay = context;
    struct share *share = &replay->shares[member];
    share_begin(share);
    for (size_t i = 0; i < replay->parts->count && share->error == OK; i++) {
        const struct checkpoint_part *part = &replay->parts->items[i];
        if (!part_has_shelf(part) || !is_share_of(replay, part->key, member))
            continue;
        share->failed = i;
        share->error = part_take(replay, share, part);
    }
}

/* All pieces came. */
static enum err take_given(struct local_replay *replay)
{
    const struct store_documents *owner = &replay->local->documents;
    struct cursor cursor = cursor_begin(buffer_bytes(&replay->documents));
    enum err error = OK;
    while (error == OK && cursor_left(&cursor) > 0) {
        struct bytes name;
        struct bytes content;
        error = part_document_decode(&cursor, &name, &content);
        if (error == OK)
            error = owner->take(owner->context, name, content);
    }
    buffer_deinit(&replay->documents);
    return error;
}

/* A piece of the documents: the first one says how long they are by what it leaves to come. */
static enum err take_piece(struct local_replay *replay, const struct checkpoint_part *part)
{
    const int64_t size = (int64_t)part->payload.size;
    const bool first = replay->documents_left < 0;
    const bool next = replay->documents_left > 0 && replay->documents_left == part->key + size &&
                      part->seq == replay->documents_seq;
    if (part->key < 0 || part->key > STORE_GIVEN_BYTES_MAX || (!first && !next))
        return ERR_CORRUPT;
    replay->documents_left = part->key;
    replay->documents_seq = part->seq;
    buffer_append(&replay->documents, part->payload);
    if (replay->documents.failed)
        return ERR_MEMORY;
    return part->key == 0 ? take_given(replay) : OK;
}

static enum err take_parts(void *context, struct checkpoint_parts *parts)
{
    struct local_replay *replay = context;
    replay->parts = parts;
    crew_begin(replay->crew, parts_share, replay);
    enum err error = OK;
    size_t at = 0;
    for (; at < parts->count; at++) {
        const struct checkpoint_part *part = &parts->items[at];
        if (part_has_shelf(part))
            continue;
        error = part->kind == PART_DOCUMENTS ? take_piece(replay, part) : ERR_UNSUPPORTED;
        if (error != OK)
            break;
    }
    crew_end(replay->crew);
    return first_failure(replay, at, error, &parts->failed);
}

/* Every shelf that began has ended, and the documents are there. */
static enum err end_parts(void *context)
{
    struct local_replay *replay = context;
    const struct store_local *local = replay->local;
    if (replay->documents_left != 0)
        return ERR_CORRUPT;
    for (uint32_t i = 0; i < local->shelves_count; i++) {
        if (local->shelves[i]->load != NULL)
            return ERR_CORRUPT;
    }
    replay->cells_loaded = metric_read(&local->cells);
    return OK;
}

/* --- Records. --- */

/* Applies a record of a shelf of this member; others are passed over. */
static enum err record_take(struct local_replay *replay, uint32_t member,
                            const struct journal_record *record)
{
    struct share *share = &replay->shares[member];
    struct cursor cursor = cursor_begin(record->payload);
    const uint8_t kind = record_kind_decode(&cursor);
    if (!record_kind_has_shelf(kind))
        return OK;
    const int64_t shelf_id = record_shelf_decode(&cursor);
    if (!is_share_of(replay, shelf_id, member))
        return OK;
    struct local_shelf *shelf = share_shelf(replay, share, shelf_id);
    if (shelf == NULL)
        return ERR_MEMORY;
    if (record->seq <= shelf->seq_last)
        return OK; /* The checkpoint has it. */
    const uint32_t cells_count = shelf_cells_count(shelf->shelf);
    const enum err error = record_apply(kind, &cursor, shelf->shelf, shelf->orders);
    share->cells_count += shelf_cells_count(shelf->shelf) - cells_count;
    shelf->seq_last = record->seq;
    return error;
}

static void records_share(void *context, uint32_t member)
{
    struct local_replay *replay = context;
    struct share *share = &replay->shares[member];
    share_begin(share);
    for (size_t i = 0; i < replay->records->count && share->error == OK; i++) {
        share->failed = i;
        share->error = record_take(replay, member, &replay->records->items[i]);
    }
}

static enum err take_document(struct local_replay *replay, const struct journal_record *record,
                              struct cursor *cursor)
{
    const struct store_documents *owner = &replay->local->documents;
    struct bytes name;
    struct bytes content;
    const enum err error = record_document_decode(cursor, &name, &content);
    if (error != OK)
        return error;
    if (record->seq <= replay->documents_seq)
        return OK; /* The checkpoint has what it led to. */
    local_documents_note(replay->local, record->seq);
    return owner->take(owner->context, name, content);
}

static enum err take_records(void *context, struct journal_records *records)
{
    struct local_replay *replay = context;
    replay->records = records;
    crew_begin(replay->crew, records_share, replay);
    enum err error = OK;
    size_t at = 0;
    for (; at < records->count && error == OK; at++) {
        struct cursor cursor = cursor_begin(records->items[at].payload);
        const uint8_t kind = record_kind_decode(&cursor);
        if (record_kind_has_shelf(kind))
            continue;
        error = kind == RECORD_DOCUMENT ? take_document(replay, &records->items[at], &cursor)
                                        : ERR_UNSUPPORTED;
        if (error != OK)
            break;
    }
    crew_end(replay->crew);
    return first_failure(replay, at, error, &records->failed);
}

uint64_t local_replay_cells_loaded(const struct local_replay *replay)
{
    return replay->cells_loaded;
}

struct journal_replay local_replay_taker(struct local_replay *replay,
                                         const struct store_progress *progress)
{
    return (struct journal_replay){
        .context = replay,
        .take_parts = take_parts,
        .end_parts = end_parts,
        .take_records = take_records,
        .tell = progress->tell,
        .progress_context = progress->context,
        .read_ahead = crew_has_threads(replay->crew),
    };
}
