/* Reading the journal back: the newest checkpoint, then segments in order of their index, and every
 * record is handed on in order of its sequence number. Three things can stand where a frame should
 * begin:
 *   a frame with the next number - handed on;
 *   no frame, and no later one in this segment or behind it - the end: whatever stands there is a
 *     torn write that nobody was told of, and is going to be cut off;
 *   no frame, but a later one - corruption of acknowledged records: recovery refuses and says
 *     where. */
#include "journal/recovery.h"

#include <inttypes.h>

#include "journal/checkpoint_read.h"
#include "journal/segment_read.h"

/* Number of the last record that the checkpoint covers. */
static uint64_t seq_covered(const struct recovery *recovery)
{
    const struct checkpoint_file *newest = recovery->folder->newest;
    return newest == NULL ? 0 : newest->end.header.seq;
}

/* Reads frames from *end on; *end is where they end. */
static enum err read_frames(struct recovery *recovery, struct pipeline *pipeline, uint64_t index,
                            uint64_t *end)
{
    for (;;) {
        struct frame frame;
        size_t size = 0;
        const enum err error =
            segment_read_frame(pipeline, recovery->journal_id, *end, &frame, &size);
        if (error != OK)
            return refusal(recovery->problem, error, "segment %016" PRIx64 ": %s", index,
                           err_text(error));
        if (size == 0)
            return OK;
        if (frame.seq_first != recovery->next_seq)
            return refusal(recovery->problem, ERR_CORRUPT,
                           "segment %016" PRIx64 " at byte %" PRIu64 ": record %" PRIu64
                           " where %" PRIu64 " should be",
                           index, *end, frame.seq_first, recovery->next_seq);
        segment_keep_frame(pipeline, *end, &frame, size);
        recovery->next_seq += frame.records_count;
        if (recovery->next_seq - 1 > seq_covered(recovery))
            recovery->frames_bytes += size;
        *end += size;
    }
}

/* Looks behind the frames. While somebody writes, frames may have come since: where a later one is
 * found, it looks a second time. */
static enum err read_to_the_end(struct recovery *recovery, struct pipeline *pipeline,
                                uint64_t index, struct os_file *file)
{
    uint64_t end = JOURNAL_BLOCK_BYTES;
    uint64_t looked_at = 0;
    for (;;) {
        struct segment_rest rest;
        enum err error = read_frames(recovery, pipeline, index, &end);
        if (error == OK)
            error = pipeline_hand_on(pipeline);
        if (error != OK)
            return error;
        error = segment_read_rest(pipeline, recovery->journal_id, end, &rest);
        if (error != OK)
            return refusal(recovery->problem, error, "segment %016" PRIx64 ": %s", index,
                           err_text(error));
        recovery->last_end = end;
        recovery->torn_bytes = rest.in_use_end - end;
        if (rest.later_frame == 0)
            return OK;
        if (end == looked_at)
            return refusal(recovery->problem, ERR_CORRUPT,
                           "segment %016" PRIx64 " is damaged at byte %" PRIu64
                           ": acknowledged records follow at byte %" PRIu64,
                           index, end, rest.later_frame);
        looked_at = end;
        pipeline_begin_slot(pipeline, SLOT_FRAMES, index, file, end);
    }
}

/* Where a stockd is at work, the spare segment may have been begun since it was looked at; what is
 * in it came later than the copy. */
static bool was_begun_since(const struct recovery *recovery, struct os_file *file)
{
    struct os *os = recovery->folder->os;
    uint8_t block[JOURNAL_BLOCK_BYTES];
    struct bytes bytes = {block, 0};
    struct segment_header header;
    return recovery->folder->use == FOLDER_COPY &&
           os->read(os, file, 0, block, sizeof(block), &bytes.size) == OK &&
           segment_header_decode(bytes, &header) == OK;
}

/* A segment without a header of ours: fine when nothing was ever acknowledged from it. */
static enum err read_headless(struct recovery *recovery, struct pipeline *pipeline,
                              const struct segment_file *segment, struct os_file *file)
{
    struct segment_rest rest;
    const enum err error = segment_read_rest(pipeline, recovery->journal_id, 0, &rest);
    if (error != OK)
        return refusal(recovery->problem, error, "segment %016" PRIx64 ": %s", segment->index,
                       err_text(error));
    const bool behind_empty = rest.in_use_end <= JOURNAL_BLOCK_BYTES;
    const bool known = recovery->last_index != 0;
    if (!behind_empty && (!known || rest.later_frame != 0) && !was_begun_since(recovery, file))
        return refusal(recovery->problem, ERR_CORRUPT,
                       "segment %016" PRIx64 ": its header is damaged", segment->index);
    if (recovery->ended) /* One spare is made at a time. */
        return refusal(recovery->problem, ERR_CORRUPT,
                       "segment %016" PRIx64 " is empty, and so is the one before it: something "
                       "emptied them",
                       segment->index);
    recovery->ended = true;
    return OK;
}

/* The segment at hand does not begin where the one before it ended. */
static enum err refuse_gap(struct recovery *recovery, const struct segment_file *segment)
{
    if (recovery->torn_bytes > 0)
        return refusal(recovery->problem, ERR_CORRUPT,
                       "segment %016" PRIx64 " is damaged at byte %" PRIu64
                       ": acknowledged records follow in segment %016" PRIx64,
                       recovery->last_index, recovery->last_end, segment->index);
    return refusal(recovery->problem, ERR_CORRUPT,
                   "segment %016" PRIx64 " does not continue the one before it (its first "
                   "record is %" PRIu64 ", record %" PRIu64 " is next)",
                   segment->index, segment->seq_first, recovery->next_seq);
}

static enum err read_headed(struct recovery *recovery, struct pipeline *pipeline,
                            const struct segment_file *segment, struct os_file *file)
{
    struct os *os = recovery->folder->os;
    uint64_t size = 0;
    const enum err error = os->size(os, file, &size);
    if (error != OK)
        return refusal(recovery->problem, error, "segment %016" PRIx64 ": %s", segment->index,
                       err_text(error));
    if (size != JOURNAL_SEGMENT_BYTES)
        return refusal(recovery->problem, ERR_CORRUPT,
                       "segment %016" PRIx64 " is %" PRIu64 " bytes long and should be %" PRId64
                       ": a part of it is missing",
                       segment->index, size, JOURNAL_SEGMENT_BYTES);
    if (recovery->last_index == 0) {
        recovery->journal_id = segment->journal_id;
        recovery->next_seq = segment->seq_first;
    }
    if (segment->journal_id != recovery->journal_id || segment->seq_first != recovery->next_seq ||
        recovery->ended)
        return refuse_gap(recovery, segment);
    recovery->last_index = segment->index;
    return read_to_the_end(recovery, pipeline, segment->index, file);
}

static enum err read_segment(struct recovery *recovery, struct pipeline *pipeline,
                             const struct segment_file *segment)
{
    struct data_folder *folder = recovery->folder;
    struct os *os = folder->os;
    struct os_file *file = segment->file;
    char path[JOURNAL_PATH_BYTES_MAX];
    segment_path(folder->segments_path, segment->index, path);
    enum err error = file != NULL ? OK : os->open(os, path, OS_OPEN_READ, &file);
    if (error != OK)
        return refusal(recovery->problem, error, "%.180s: %s", path, err_text(error));
    pipeline_begin_slot(pipeline, SLOT_FRAMES, segment->index, file,
                        segment->headed ? JOURNAL_BLOCK_BYTES : 0);
    error = segment->headed ? read_headed(recovery, pipeline, segment, file)
                            : read_headless(recovery, pipeline, segment, file);
    if (segment->file == NULL)
        os->close(os, file);
    recovery->segments_count++;
    return error;
}

/* The journal was durable up to there when the checkpoint was finished. */
static enum err check_end(struct recovery *recovery, const struct checkpoint_file *newest)
{
    if (newest == NULL || recovery->next_seq > newest->end.seq_max)
        return OK;
    return refusal(recovery->problem, ERR_CORRUPT,
                   "the journal ends with record %" PRIu64 ", and checkpoint %016" PRIx64
                   " was made when it had record %" PRIu64 ": its end is missing",
                   recovery->next_seq - 1, newest->number, newest->end.seq_max);
}

/* On the reader's thread. */
static enum err read_all(struct pipeline *pipeline, void *context)
{
    struct recovery *recovery = context;
    struct data_folder *folder = recovery->folder;
    enum err error = OK;
    if (folder->newest != NULL)
        error = checkpoint_read(pipeline, folder, &recovery->parts_count, recovery->problem);
    for (size_t i = folder->first_needed; i < folder->segments_count && error == OK; i++)
        error = read_segment(recovery, pipeline, &folder->segments[i]);
    return error == OK ? check_end(recovery, folder->newest) : error;
}

/* What is known before anything is handed on. */
static void report_checkpoint(const struct data_folder *folder, struct journal_recovery *report)
{
    const struct checkpoint_file *newest = folder->newest;
    if (newest == NULL)
        return;
    report->checkpoint_number = newest->number;
    report->checkpoint_seq = newest->end.header.seq;
    report->checkpoint_bytes = newest->end.file_bytes;
}

static void report_fill(const struct recovery *recovery, const struct pipeline *pipeline,
                        enum err error, struct journal_recovery *report)
{
    report->segments_count = recovery->segments_count;
    report->torn_bytes = recovery->torn_bytes;
    report->seq_last = recovery->next_seq - 1;
    report->parts_count = recovery->parts_count;
    report->leftovers_count = data_folder_leftovers(recovery->folder);
    if (error != OK && pipeline->take_error == OK)
        (void)refusal(report->problem, error, "%s", recovery->problem);
}

enum err recovery_read(struct recovery *recovery, struct data_folder *folder, pipeline_take *take,
                       void *context, bool read_ahead, struct journal_recovery *report)
{
    *recovery = (struct recovery){.folder = folder, .next_seq = 1};
    struct pipeline pipeline;
    report_checkpoint(folder, report);
    enum err error = pipeline_init(&pipeline, folder->os);
    if (error == OK) {
        pipeline.read = read_all;
        pipeline.read_context = recovery;
        pipeline.take = take;
        pipeline.take_context = context;
        error = pipeline_run(&pipeline, read_ahead);
    } else {
        (void)refusal(recovery->problem, error, "out of memory for reading");
    }
    report_fill(recovery, &pipeline, error, report);
    pipeline_deinit(&pipeline);
    return error;
}
