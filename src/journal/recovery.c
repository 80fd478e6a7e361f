/* Reading the journal back. Segments are read whole, in order of their index, and every record is
 * handed on in order of its sequence number. Three things can stand where a frame should begin:
 *   a frame with the next number - replayed;
 *   no frame, and no later one in this segment or behind it - the end: whatever stands there is a
 *     torn write that nobody was told of, and is cut off;
 *   no frame, but a later one - corruption of acknowledged records: recovery refuses and says
 *     where. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "journal/journal_internal.h"
#include "os/log.h"

/* The indexes that the folder's file names give. */
struct segment_range {
    uint64_t first;
    uint64_t last;
    uint64_t count;
    bool stranger; /* A name that is not one of ours. */
    char stranger_name[64];
};

struct recovery {
    struct journal *journal;
    journal_replay *replay;
    void *context;
    struct journal_recovery *report;
    struct os_file *file; /* The segment at hand. */
    uint8_t *data;        /* Its content. */
    size_t size;
    size_t in_use; /* Bytes up to the last block that is not all zeros. */
    uint64_t index;
    bool ended; /* A segment was not filled to its end by frames; only spares may follow. */
};

static enum err refuse(struct recovery *recovery, enum err error, const char *format, ...)
    PRINTF(3, 4);

static enum err refuse(struct recovery *recovery, enum err error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(recovery->report->problem, sizeof(recovery->report->problem), format,
                    arguments);
    va_end(arguments);
    return error;
}

static void visit_name(void *context, const char *name)
{
    struct segment_range *range = context;
    char expected[64];
    char *end = NULL;
    const uint64_t index = strtoull(name, &end, 16);
    (void)snprintf(expected, sizeof(expected), "%016" PRIx64 ".journal", index);
    if (index == 0 || strcmp(name, expected) != 0) {
        range->stranger = true;
        (void)snprintf(range->stranger_name, sizeof(range->stranger_name), "%s", name);
        return;
    }
    if (range->count == 0 || index < range->first)
        range->first = index;
    if (index > range->last)
        range->last = index;
    range->count++;
}

/* Bytes up to the end of the last block that is not all zeros. */
static size_t bytes_in_use(struct bytes bytes)
{
    static const uint8_t zeros[JOURNAL_BLOCK_BYTES];
    while (bytes.size > 0) {
        const size_t start = (bytes.size - 1) / JOURNAL_BLOCK_BYTES * JOURNAL_BLOCK_BYTES;
        if (memcmp(bytes.data + start, zeros, bytes.size - start) != 0)
            break;
        bytes.size = start;
    }
    return bytes.size;
}

/* Bytes of the segment from `offset`. */
static struct bytes rest_from(const struct recovery *recovery, size_t offset)
{
    if (offset >= recovery->size)
        return (struct bytes){NULL, 0};
    return (struct bytes){recovery->data + offset, recovery->size - offset};
}

static enum err segment_load(struct recovery *recovery)
{
    struct journal *journal = recovery->journal;
    struct os *os = journal->os;
    char path[JOURNAL_PATH_BYTES_MAX + 32];
    segment_path(journal, recovery->index, path, sizeof(path));
    enum err error = os->open(os, path, OS_OPEN_WRITE, &recovery->file);
    if (error != OK)
        return refuse(recovery, error, "%s: %s", path, err_text(error));
    error = os->read(os, recovery->file, 0, recovery->data, JOURNAL_SEGMENT_BYTES, &recovery->size);
    if (error != OK)
        return refuse(recovery, error, "%s: %s", path, err_text(error));
    recovery->in_use = bytes_in_use((struct bytes){recovery->data, recovery->size});
    return OK;
}

static void segment_unload(struct recovery *recovery)
{
    recovery->journal->os->close(recovery->journal->os, recovery->file);
    recovery->file = NULL;
}

static enum err frame_replay(struct recovery *recovery, const struct frame *frame, size_t offset)
{
    struct cursor cursor = cursor_begin(frame->payload);
    for (uint32_t i = 0; i < frame->records_count; i++) {
        const struct bytes payload = cursor_bytes(&cursor, cursor_u32(&cursor));
        const uint64_t seq = frame->seq_first + i;
        enum err error = cursor.failed ? ERR_CORRUPT : OK;
        if (error == OK)
            error = recovery->replay(recovery->context, seq, payload);
        if (error != OK) {
            return refuse(recovery, error,
                          "segment %016" PRIx64 " at byte %zu: record %" PRIu64 ": %s",
                          recovery->index, offset, seq, err_text(error));
        }
        recovery->report->records_count++;
    }
    recovery->journal->next_seq = frame->seq_first + frame->records_count;
    return OK;
}

/* Replays frames from the first block on; *end is where they end. */
static enum err frames_replay(struct recovery *recovery, size_t *end)
{
    size_t offset = JOURNAL_BLOCK_BYTES;
    struct frame frame;
    while (frame_decode(rest_from(recovery, offset), recovery->journal->journal_id, &frame)) {
        if (frame.seq_first != recovery->journal->next_seq) {
            return refuse(recovery, ERR_CORRUPT,
                          "segment %016" PRIx64 " at byte %zu: record %" PRIu64 " where %" PRIu64
                          " should be",
                          recovery->index, offset, frame.seq_first, recovery->journal->next_seq);
        }
        const enum err error = frame_replay(recovery, &frame, offset);
        if (error != OK)
            return error;
        offset += FRAME_BYTES(frame.payload.size);
    }
    *end = offset;
    return OK;
}

/* Offset of the first whole frame behind `offset`, or 0. */
static size_t find_later_frame(const struct recovery *recovery, size_t offset)
{
    struct frame frame;
    for (size_t at = offset + JOURNAL_BLOCK_BYTES; at < recovery->in_use;
         at += JOURNAL_BLOCK_BYTES) {
        if (frame_decode(rest_from(recovery, at), recovery->journal->journal_id, &frame))
            return at;
    }
    return 0;
}

/* Makes the segment, whose frames end at `end`, the one that is appended to, unless another
 * follows. */
static void segment_adopt(struct recovery *recovery, size_t end)
{
    struct journal *journal = recovery->journal;
    journal->os->close(journal->os, journal->segment);
    journal->segment = recovery->file;
    journal->segment_index = recovery->index;
    journal->segment_used_bytes = end;
    recovery->file = NULL;
    recovery->report->torn_bytes = recovery->in_use > end ? recovery->in_use - end : 0;
}

/* Once all segments were read, so that nothing is changed in a damaged journal: cuts the torn end
 * of the last one, by writing zeros over it so that no disk space is given up, and makes durable
 * what was replayed, for readers are going to see it. A process that was killed may have left it in
 * the machine's memory alone. */
static enum err segment_finish(struct recovery *recovery)
{
    struct journal *journal = recovery->journal;
    struct os *os = journal->os;
    const uint64_t end = journal->segment_used_bytes;
    const uint64_t torn_bytes = recovery->report->torn_bytes;
    enum err error = OK;
    if (torn_bytes > 0) {
        log_line(LOG_WARN,
                 "event=journal_torn segment=%016" PRIx64 " offset=%" PRIu64 " bytes=%" PRIu64,
                 journal->segment_index, end, torn_bytes);
    }
    if (torn_bytes > 0) {
        ASSERT(torn_bytes <= JOURNAL_SEGMENT_BYTES);
        memset(recovery->data, 0, torn_bytes); /* No segment is read any more. */
        error = os->write(os, journal->segment, end, (struct bytes){recovery->data, torn_bytes});
    }
    if (error == OK)
        error = os->sync(os, journal->segment);
    if (error != OK)
        return refuse(recovery, error, "segment %016" PRIx64 ": cannot make its end ready: %s",
                      journal->segment_index, err_text(error));
    return OK;
}

/* A segment without a header of ours: fine when nothing was ever acknowledged from it. */
static enum err headless_segment(struct recovery *recovery, enum err problem)
{
    if (problem == ERR_UNSUPPORTED) {
        return refuse(recovery, problem,
                      "segment %016" PRIx64 " has a newer format than this program knows",
                      recovery->index);
    }
    const bool behind_empty = recovery->in_use <= JOURNAL_BLOCK_BYTES;
    const bool known = recovery->journal->segment != NULL;
    if (!behind_empty && (!known || find_later_frame(recovery, 0) != 0))
        return refuse(recovery, ERR_CORRUPT, "segment %016" PRIx64 ": its header is damaged",
                      recovery->index);
    if (recovery->ended) { /* One spare is made at a time. */
        return refuse(recovery, ERR_CORRUPT,
                      "segment %016" PRIx64 " is empty, and so is the one before it: something "
                      "emptied them",
                      recovery->index);
    }
    recovery->ended = true;
    return OK;
}

/* The segment at hand does not begin where the one before it ended. */
static enum err refuse_gap(struct recovery *recovery, const struct segment_header *header)
{
    const struct journal *journal = recovery->journal;
    if (recovery->report->torn_bytes > 0) {
        return refuse(recovery, ERR_CORRUPT,
                      "segment %016" PRIx64 " is damaged at byte %" PRIu64 ": acknowledged records "
                      "follow in segment %016" PRIx64,
                      journal->segment_index, journal->segment_used_bytes, recovery->index);
    }
    return refuse(recovery, ERR_CORRUPT,
                  "segment %016" PRIx64 " does not continue the one before it (its first "
                  "record is %" PRIu64 ", record %" PRIu64 " is next)",
                  recovery->index, header->seq_first, journal->next_seq);
}

static enum err segment_replay(struct recovery *recovery, bool first)
{
    struct journal *journal = recovery->journal;
    const struct bytes block = {recovery->data, recovery->size < JOURNAL_BLOCK_BYTES
                                                    ? recovery->size
                                                    : JOURNAL_BLOCK_BYTES};
    struct segment_header header;
    const enum err decoded = segment_header_decode(block, &header);
    if (decoded != OK)
        return headless_segment(recovery, decoded);
    if (recovery->size != JOURNAL_SEGMENT_BYTES) {
        return refuse(recovery, ERR_CORRUPT,
                      "segment %016" PRIx64 " is %zu bytes long and should be %" PRId64
                      ": a part of it is missing",
                      recovery->index, recovery->size, JOURNAL_SEGMENT_BYTES);
    }
    if (first) {
        journal->journal_id = header.journal_id;
        journal->next_seq = header.seq_first;
    }
    if (header.index != recovery->index || header.journal_id != journal->journal_id ||
        header.seq_first != journal->next_seq || recovery->ended)
        return refuse_gap(recovery, &header);
    size_t end = 0;
    enum err error = frames_replay(recovery, &end);
    if (error != OK)
        return error;
    const size_t later = find_later_frame(recovery, end);
    if (later != 0) {
        return refuse(recovery, ERR_CORRUPT,
                      "segment %016" PRIx64 " is damaged at byte %zu: acknowledged records follow "
                      "at byte %zu",
                      recovery->index, end, later);
    }
    segment_adopt(recovery, end);
    return OK;
}

/* Removes the files behind the last segment that is used: spares, or what a power cut left of one.
 */
static enum err remove_spares(struct recovery *recovery, uint64_t last)
{
    struct journal *journal = recovery->journal;
    for (uint64_t index = journal->segment_index + 1; index <= last; index++) {
        char path[JOURNAL_PATH_BYTES_MAX + 32];
        segment_path(journal, index, path, sizeof(path));
        const enum err error = journal->os->remove(journal->os, path);
        if (error != OK)
            return refuse(recovery, error, "%s: cannot be removed: %s", path, err_text(error));
    }
    return OK;
}

static enum err segments_replay(struct recovery *recovery, const struct segment_range *range)
{
    for (uint64_t index = range->first; index <= range->last; index++) {
        recovery->index = index;
        enum err error = segment_load(recovery);
        if (error == OK)
            error = segment_replay(recovery, index == range->first);
        if (error != OK)
            return error;
        segment_unload(recovery);
        recovery->report->segments_count++;
    }
    if (recovery->journal->segment == NULL)
        recovery->journal->segment_index = range->first - 1;
    const enum err error = recovery->journal->segment == NULL ? OK : segment_finish(recovery);
    return error != OK ? error : remove_spares(recovery, range->last);
}

enum err recovery_run(struct journal *journal, journal_replay *replay, void *context,
                      struct journal_recovery *report)
{
    struct recovery recovery = {
        .journal = journal, .replay = replay, .context = context, .report = report};
    struct segment_range range = {.count = 0};
    enum err error = journal->os->list_folder(journal->os, journal->folder, visit_name, &range);
    if (error != OK)
        return refuse(&recovery, error, "%s: %s", journal->folder, err_text(error));
    if (range.stranger)
        return refuse(&recovery, ERR_CORRUPT, "%s/%s is not a journal segment; move it away",
                      journal->folder, range.stranger_name);
    if (range.count == 0)
        return OK;
    if (range.first != 1 || range.last - range.first + 1 != range.count) {
        return refuse(&recovery, ERR_CORRUPT,
                      "%s: %" PRIu64 " segments between %016" PRIx64 " and %016" PRIx64
                      ": some are missing",
                      journal->folder, range.count, range.first, range.last);
    }
    recovery.data = malloc(JOURNAL_SEGMENT_BYTES);
    if (recovery.data == NULL)
        return refuse(&recovery, ERR_MEMORY, "out of memory for reading a segment");
    error = segments_replay(&recovery, &range);
    journal->os->close(journal->os, recovery.file);
    free(recovery.data);
    return error;
}
