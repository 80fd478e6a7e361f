/* A backup: recovery_read() with a taker that writes what it gets to another folder, byte for byte
 * and at the same places. The files of the source are opened before anything is read, so that a
 * stockd at work can remove none of them. Until the copy is whole, a file in it says that it is
 * not. */
#include "journal/copy.h"

#include "journal/checkpoint_seal.h"
#include "journal/recovery.h"
#include "journal/unfinished.h"

/* So often the files are looked at, when some vanish meanwhile: that takes a checkpoint each time.
 */
enum { LOOKS_MAX = 16 };

static_assert(JOURNAL_SEGMENT_BYTES % APPEND_ALLOCATE_BYTES == 0, "a segment is not made too long");

struct copier {
    struct os *os;
    struct data_folder *from;
    struct data_folder to;
    const struct journal_copy_progress *progress;
    struct journal_recovery *report;
    struct append_file out; /* The file that is being written. */
    bool checkpoint_begun;
    size_t segments_begun; /* Of from->segments; those in front of the first needed one count. */
    size_t segments_end;   /* Behind the last one that has a header. */
    uint64_t bytes_before; /* Of the files before this one. */
    uint64_t bytes_total;
    char path[JOURNAL_PATH_BYTES_MAX];
};

static enum err fail(struct copier *copier, const char *path, enum err error)
{
    return refusal(copier->report->problem, error, "%.180s: %s", path, err_text(error));
}

static enum err begin_file(struct copier *copier, uint64_t offset)
{
    struct os *os = copier->os;
    struct os_file *file = NULL;
    const enum err error = os->open(os, copier->path, OS_OPEN_CREATE, &file);
    append_file_init(&copier->out, os, file, offset);
    return error;
}

static void end_file(struct copier *copier)
{
    copier->os->close(copier->os, copier->out.file);
    append_file_deinit(&copier->out);
    append_file_init(&copier->out, copier->os, NULL, 0);
}

static enum err begin_checkpoint(struct copier *copier)
{
    const struct checkpoint_header *header = &copier->from->newest->end.header;
    copier->checkpoint_begun = true;
    checkpoint_path(copier->to.checkpoints_path, header->number, copier->path);
    const enum err error = begin_file(copier, 0);
    if (error == OK)
        checkpoint_header_encode(&copier->out.buffer, header);
    return error;
}

static enum err end_checkpoint(struct copier *copier)
{
    struct checkpoint_end end = copier->from->newest->end;
    const enum err error = checkpoint_seal(&copier->out, &end);
    copier->bytes_before += end.file_bytes;
    end_file(copier);
    return error;
}

/* Space is claimed in full, as always. */
static enum err begin_segment(struct copier *copier)
{
    const struct segment_file *segment = &copier->from->segments[copier->segments_begun++];
    segment_path(copier->to.segments_path, segment->index, copier->path);
    const enum err error = begin_file(copier, JOURNAL_BLOCK_BYTES);
    return error == OK ? append_file_claim(&copier->out, JOURNAL_SEGMENT_BYTES) : error;
}

static enum err end_segment(struct copier *copier)
{
    struct os *os = copier->os;
    struct append_file *out = &copier->out;
    const struct segment_file *segment = &copier->from->segments[copier->segments_begun - 1];
    const struct segment_header header = {segment->journal_id, segment->index, segment->seq_first};
    enum err error = append_file_write_rest(out);
    segment_header_encode(&out->buffer, &header);
    if (error == OK && out->buffer.failed)
        error = ERR_MEMORY;
    if (error == OK)
        error = os->write(os, out->file, 0, buffer_bytes(&out->buffer));
    if (error == OK)
        error = os->sync(os, out->file);
    copier->bytes_before += JOURNAL_SEGMENT_BYTES;
    end_file(copier);
    return error;
}

/* Ends the file that is being written, if there is one. */
static enum err end_current(struct copier *copier)
{
    if (copier->out.file == NULL)
        return OK;
    return copier->segments_begun > copier->from->first_needed ? end_segment(copier)
                                                               : end_checkpoint(copier);
}

/* Ends the files before it and begins the one that the slot belongs to. */
static enum err reach_file(struct copier *copier, const struct slot *slot)
{
    if (slot->kind == SLOT_PARTS)
        return copier->checkpoint_begun ? OK : begin_checkpoint(copier);
    enum err error = OK;
    while (error == OK &&
           (copier->segments_begun == copier->from->first_needed ||
            copier->from->segments[copier->segments_begun - 1].index != slot->number)) {
        error = end_current(copier);
        if (error == OK)
            error = begin_segment(copier);
    }
    return error;
}

static void tell(const struct copier *copier, uint64_t bytes_done)
{
    if (copier->progress != NULL)
        copier->progress->tell(copier->progress->context, bytes_done, copier->bytes_total);
}

/* Those that a start from the copy would replay. */
static void count_records(struct copier *copier, const struct slot *slot)
{
    const struct checkpoint_file *newest = copier->from->newest;
    const uint64_t covered = newest == NULL ? 0 : newest->end.header.seq;
    for (size_t i = 0; slot->kind == SLOT_FRAMES && i < slot->count; i++) {
        const struct frame *frame = &slot->frames[i];
        const uint64_t end = frame->seq_first + frame->records_count;
        const uint64_t first = frame->seq_first > covered ? frame->seq_first : covered + 1;
        copier->report->records_count += end > first ? end - first : 0;
    }
}

static enum err take(void *context, const struct slot *slot)
{
    struct copier *copier = context;
    enum err error = reach_file(copier, slot);
    if (error == OK) {
        const uint8_t *start = slot->window.data + (slot->start - slot->window.offset);
        buffer_append(&copier->out.buffer,
                      (struct bytes){start, (size_t)(slot->end - slot->start)});
        error = append_file_write(&copier->out);
    }
    if (error != OK)
        return fail(copier, copier->path, error);
    count_records(copier, slot);
    tell(copier, copier->bytes_before + slot->end);
    return OK;
}

/* Ends the last file, and makes those that hold nothing but a header or an end. */
static enum err end_all(struct copier *copier)
{
    enum err error = OK;
    if (copier->from->newest != NULL && !copier->checkpoint_begun)
        error = begin_checkpoint(copier);
    while (error == OK && copier->segments_begun < copier->segments_end) {
        error = end_current(copier);
        if (error == OK)
            error = begin_segment(copier);
    }
    if (error == OK)
        error = end_current(copier);
    return error == OK ? OK : fail(copier, copier->path, error);
}

/* Looks until nothing vanishes on the way. */
static enum err look(struct data_folder *folder, struct os *os, const char *path, char *problem)
{
    enum err error = data_folder_look(folder, os, path, FOLDER_COPY, problem);
    for (int i = 1; i < LOOKS_MAX && (error == ERR_NOT_FOUND || error == ERR_CORRUPT); i++) {
        data_folder_deinit(folder);
        error = data_folder_look(folder, os, path, FOLDER_COPY, problem);
    }
    return error;
}

static enum err copy(struct copier *copier, const char *path)
{
    struct data_folder *from = copier->from;
    struct recovery recovery;
    copier->segments_begun = from->first_needed;
    copier->bytes_total = (copier->segments_end - from->first_needed) * JOURNAL_SEGMENT_BYTES;
    if (from->newest != NULL)
        copier->bytes_total += from->newest->end.file_bytes;
    enum err error = unfinished_begin(&copier->to, path, copier->report->problem);
    if (error == OK)
        error = recovery_read(&recovery, from, take, copier, true, copier->report);
    if (error == OK)
        error = end_all(copier);
    end_file(copier);
    if (error == OK)
        error = unfinished_sync(&copier->to, copier->report->problem);
    if (error == OK)
        error = unfinished_end(copier->os, copier->to.segments_path, copier->report->problem);
    if (error == OK)
        tell(copier, copier->bytes_total);
    return error;
}

enum err journal_copy(struct os *os, const char *from_path, const char *to_path,
                      const struct journal_copy_progress *progress, struct journal_recovery *report)
{
    *report = (struct journal_recovery){.problem = ""};
    struct data_folder from;
    struct copier copier = {.os = os, .from = &from, .progress = progress, .report = report};
    data_folder_init(&copier.to, os, to_path, FOLDER_READ);
    append_file_init(&copier.out, os, NULL, 0);
    enum err error = look(&from, os, from_path, report->problem);
    for (size_t i = 0; error == OK && i < from.segments_count; i++)
        copier.segments_end = from.segments[i].headed ? i + 1 : copier.segments_end;
    if (error == OK && copier.segments_end == 0)
        error = refusal(report->problem, ERR_NOT_FOUND, "%.200s: no journal is in this folder",
                        from_path);
    if (error == OK)
        error = copy(&copier, to_path);
    data_folder_deinit(&from);
    data_folder_deinit(&copier.to);
    return error;
}
