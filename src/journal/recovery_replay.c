/* Handing what was read to whoever applies it: parts as they stand in a slot, records of many
 * frames in one batch. */
#include <inttypes.h>
#include <stdlib.h>

#include "journal/recovery.h"

/* So many records are handed on at once: enough to share out among threads. */
enum { BATCH_RECORDS_MAX = 32768 };

struct replayer {
    const struct journal_replay *replay;
    struct journal_recovery *report;
    const struct checkpoint_file *newest;
    bool parts_ended;
    uint64_t seq_covered;   /* Records up to here are in the checkpoint. */
    uint64_t segment_first; /* Index of the first that is needed. */
    uint64_t bytes_total;   /* Of the checkpoint, and of the segments that are needed. */
    struct journal_record *records;
    size_t count;
};

/* Says where the record is that could not be taken. */
static enum err refuse_record(struct replayer *replayer, const struct slot *slot, uint64_t seq,
                              enum err error)
{
    size_t frame = 0;
    while (frame + 1 < slot->count && slot->frames[frame + 1].seq_first <= seq)
        frame++;
    return refusal(replayer->report->problem, error,
                   "segment %016" PRIx64 " at byte %" PRIu64 ": record %" PRIu64 ": %s",
                   slot->number, slot->offsets[frame], seq, err_text(error));
}

/* Hands on what gathered. */
static enum err flush(struct replayer *replayer, const struct slot *slot)
{
    if (replayer->count == 0)
        return OK;
    struct journal_records records = {replayer->records, replayer->count, 0};
    replayer->count = 0;
    const enum err error = replayer->replay->take_records(replayer->replay->context, &records);
    if (error != OK) {
        ASSERT(records.failed < records.count);
        replayer->report->records_count += records.failed;
        return refuse_record(replayer, slot, records.items[records.failed].seq, error);
    }
    replayer->report->records_count += records.count;
    return OK;
}

static enum err take_frame(struct replayer *replayer, const struct slot *slot,
                           const struct frame *frame)
{
    struct cursor cursor = cursor_begin(frame->payload);
    for (uint32_t i = 0; i < frame->records_count; i++) {
        const struct bytes payload = cursor_bytes(&cursor, cursor_u32(&cursor));
        const uint64_t seq = frame->seq_first + i;
        enum err error = OK;
        if (cursor.failed || replayer->count == BATCH_RECORDS_MAX)
            error = flush(replayer, slot);
        if (error != OK)
            return error;
        if (cursor.failed)
            return refuse_record(replayer, slot, seq, ERR_CORRUPT);
        if (seq > replayer->seq_covered)
            replayer->records[replayer->count++] = (struct journal_record){seq, payload};
    }
    return OK;
}

static enum err take_frames(struct replayer *replayer, const struct slot *slot)
{
    enum err error = OK;
    for (size_t i = 0; i < slot->count && error == OK; i++)
        error = take_frame(replayer, slot, &slot->frames[i]);
    return error == OK ? flush(replayer, slot) : error;
}

static enum err take_parts(struct replayer *replayer, const struct slot *slot)
{
    struct checkpoint_parts parts = {slot->parts, slot->count, 0};
    const enum err error = replayer->replay->take_parts(replayer->replay->context, &parts);
    if (error == OK)
        return OK;
    ASSERT(parts.failed < parts.count);
    const struct checkpoint_part *part = &slot->parts[parts.failed];
    return refusal(
        replayer->report->problem, error,
        "checkpoint %016" PRIx64 " at byte %" PRIu64 ": part %" PRIu32 " of %" PRId64 ": %s",
        slot->number, slot->offsets[parts.failed], part->kind, part->key, err_text(error));
}

/* Before the first record, or when there is none. */
static enum err end_parts(struct replayer *replayer)
{
    if (replayer->newest == NULL || replayer->parts_ended)
        return OK;
    replayer->parts_ended = true;
    const enum err error = replayer->replay->end_parts(replayer->replay->context);
    if (error == OK)
        return OK;
    return refusal(replayer->report->problem, error,
                   "checkpoint %016" PRIx64 " does not hold together: %s", replayer->newest->number,
                   err_text(error));
}

/* The slot was taken. */
static void tell(const struct replayer *replayer, const struct slot *slot)
{
    const struct journal_replay *replay = replayer->replay;
    uint64_t bytes_done = slot->end;
    if (replay->tell == NULL)
        return;
    if (slot->kind == SLOT_FRAMES)
        bytes_done += replayer->report->checkpoint_bytes +
                      (slot->number - replayer->segment_first) * (uint64_t)JOURNAL_SEGMENT_BYTES;
    replay->tell(replay->progress_context, bytes_done, replayer->bytes_total);
}

static enum err take(void *context, const struct slot *slot)
{
    struct replayer *replayer = context;
    enum err error = OK;
    if (slot->kind == SLOT_PARTS) {
        error = take_parts(replayer, slot);
    } else {
        error = end_parts(replayer);
        if (error == OK)
            error = take_frames(replayer, slot);
    }
    if (error == OK)
        tell(replayer, slot);
    return error;
}

static void measure(struct replayer *replayer, const struct data_folder *folder)
{
    if (folder->newest != NULL)
        replayer->bytes_total = folder->newest->end.file_bytes;
    if (folder->first_needed < folder->segments_count)
        replayer->segment_first = folder->segments[folder->first_needed].index;
    for (size_t i = folder->first_needed; i < folder->segments_count; i++)
        replayer->bytes_total += folder->segments[i].headed ? (uint64_t)JOURNAL_SEGMENT_BYTES : 0;
}

enum err recovery_replay(struct recovery *recovery, struct data_folder *folder,
                         const struct journal_replay *replay, struct journal_recovery *report)
{
    struct replayer replayer = {
        .replay = replay,
        .report = report,
        .newest = folder->newest,
        .seq_covered = folder->newest == NULL ? 0 : folder->newest->end.header.seq,
        .records = calloc(BATCH_RECORDS_MAX, sizeof(struct journal_record)),
    };
    if (replayer.records == NULL)
        return refusal(report->problem, ERR_MEMORY, "out of memory for reading");
    measure(&replayer, folder);
    enum err error = recovery_read(recovery, folder, take, &replayer, replay->read_ahead, report);
    if (error == OK)
        error = end_parts(&replayer);
    free(replayer.records);
    return error;
}
