/* Looking at files: whether a checkpoint is whole, and with which record a segment begins. */
#include "journal/data_folder.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "journal/format.h"

void segment_path(const char *segments_path, uint64_t index, char *path)
{
    const int length =
        snprintf(path, JOURNAL_PATH_BYTES_MAX, "%s/%016" PRIx64 ".journal", segments_path, index);
    ASSERT(length > 0 && length < JOURNAL_PATH_BYTES_MAX);
}

void checkpoint_path(const char *checkpoints_path, uint64_t number, char *path)
{
    const int length = snprintf(path, JOURNAL_PATH_BYTES_MAX, "%s/%016" PRIx64 ".checkpoint",
                                checkpoints_path, number);
    ASSERT(length > 0 && length < JOURNAL_PATH_BYTES_MAX);
}

void unfinished_copy_path(const char *segments_path, char *path)
{
    const int length =
        snprintf(path, JOURNAL_PATH_BYTES_MAX, "%s/" UNFINISHED_COPY_NAME, segments_path);
    ASSERT(length > 0 && length < JOURNAL_PATH_BYTES_MAX);
}

void data_folder_init(struct data_folder *folder, struct os *os, const char *path,
                      enum folder_use use)
{
    ASSERT(strlen(path) < FOLDER_BYTES_MAX);
    *folder = (struct data_folder){.os = os, .use = use};
    (void)snprintf(folder->segments_path, JOURNAL_PATH_BYTES_MAX, "%s/journal", path);
    (void)snprintf(folder->checkpoints_path, JOURNAL_PATH_BYTES_MAX, "%s/checkpoints", path);
}

/* Opens a file to look at. Of one that is to be opened for writing later, makes durable what an
 * earlier process may have left in memory; the last `unsure_bytes` are what it may have left out.
 */
static enum err open_file(struct data_folder *folder, const char *path, uint64_t unsure_bytes,
                          struct os_file **file)
{
    struct os *os = folder->os;
    const bool settle = folder->use == FOLDER_OPEN && unsure_bytes > 0;
    uint64_t size = 0;
    enum err error = os->open(os, path, settle ? OS_OPEN_WRITE : OS_OPEN_READ, file);
    if (error != OK || !settle)
        return error;
    error = os->sync(os, *file);
    if (error == OK)
        error = os->size(os, *file, &size);
    if (error == OK) {
        const uint64_t offset = size > unsure_bytes ? size - unsure_bytes : 0;
        os->drop_cache(os, *file, offset, size - offset);
        return OK;
    }
    os->close(os, *file);
    return error;
}

/* Keeps it where it could vanish. */
static void close_file(struct data_folder *folder, struct os_file *file, struct os_file **kept)
{
    if (folder->use == FOLDER_COPY)
        *kept = file;
    else
        folder->os->close(folder->os, file);
}

static enum err read_block(struct os *os, struct os_file *file, uint64_t offset, uint8_t *block,
                           struct bytes *bytes)
{
    *bytes = (struct bytes){block, 0};
    return os->read(os, file, offset, block, JOURNAL_BLOCK_BYTES, &bytes->size);
}

/* Whether the end says what the header and the file itself say. */
static bool end_fits(const struct checkpoint_end *end, const struct checkpoint_header *header,
                     uint64_t file_bytes)
{
    return end->header.number == header->number && end->header.seq == header->seq &&
           end->file_bytes == file_bytes && end->seq_max >= header->seq &&
           end->parts_end >= JOURNAL_BLOCK_BYTES &&
           end->parts_end <= file_bytes - JOURNAL_BLOCK_BYTES;
}

/* Sets whole and end. */
static enum err look_at_opened(struct os *os, struct os_file *file, struct checkpoint_file *found)
{
    uint8_t block[JOURNAL_BLOCK_BYTES];
    struct bytes bytes;
    struct checkpoint_header header;
    uint64_t file_bytes = 0;
    enum err error = os->size(os, file, &file_bytes);
    if (error == OK)
        error = read_block(os, file, 0, block, &bytes);
    if (error != OK)
        return error;
    error = checkpoint_header_decode(bytes, &header);
    if (error == ERR_UNSUPPORTED)
        return error;
    if (error != OK || header.number != found->number || file_bytes < 2 * JOURNAL_BLOCK_BYTES)
        return OK;
    error = read_block(os, file, file_bytes - JOURNAL_BLOCK_BYTES, block, &bytes);
    if (error != OK)
        return error;
    found->whole = checkpoint_end_decode(bytes, header.journal_id, &found->end) &&
                   end_fits(&found->end, &header, file_bytes);
    return OK;
}

static enum err look_at_checkpoint(struct data_folder *folder, struct checkpoint_file *found,
                                   char *problem)
{
    char path[JOURNAL_PATH_BYTES_MAX];
    struct os_file *file = NULL;
    checkpoint_path(folder->checkpoints_path, found->number, path);
    /* Its end may be what a failed sync left out: all else was synced before that was written. */
    enum err error = open_file(folder, path, JOURNAL_BLOCK_BYTES, &file);
    if (error == OK) {
        error = look_at_opened(folder->os, file, found);
        close_file(folder, file, &found->file);
    }
    if (error == ERR_UNSUPPORTED)
        return refusal(problem, error,
                       "checkpoint %016" PRIx64 " has a newer format than this program knows",
                       found->number);
    if (error != OK)
        return refusal(problem, error, "%.180s: %s", path, err_text(error));
    return OK;
}

/* One of the last two may be what the process before wrote to: the current one and the spare. */
static enum err look_at_segment(struct data_folder *folder, struct segment_file *segment,
                                bool among_last, char *problem)
{
    char path[JOURNAL_PATH_BYTES_MAX];
    uint8_t block[JOURNAL_BLOCK_BYTES];
    struct bytes bytes;
    struct os_file *file = NULL;
    segment_path(folder->segments_path, segment->index, path);
    enum err error = open_file(folder, path, among_last ? JOURNAL_SEGMENT_BYTES : 0, &file);
    if (error == OK) {
        error = read_block(folder->os, file, 0, block, &bytes);
        close_file(folder, file, &segment->file);
    }
    if (error != OK)
        return refusal(problem, error, "%.180s: %s", path, err_text(error));
    struct segment_header header;
    error = segment_header_decode(bytes, &header);
    if (error == ERR_UNSUPPORTED)
        return refusal(problem, error,
                       "segment %016" PRIx64 " has a newer format than this program knows",
                       segment->index);
    if (error == OK && header.index != segment->index)
        return refusal(problem, ERR_CORRUPT,
                       "segment %016" PRIx64 " does not continue the one before it: it was segment "
                       "%016" PRIx64,
                       segment->index, header.index);
    segment->headed = error == OK;
    segment->journal_id = header.journal_id;
    segment->seq_first = header.seq_first;
    return OK;
}

/* Checkpoints come first: what they need is looked for afterwards, so that a stockd that goes on
 * meanwhile can only have removed some of it, which is seen. */
static enum err look_at_checkpoints(struct data_folder *folder, char *problem)
{
    enum err error = data_folder_list_checkpoints(folder, problem);
    for (size_t i = 0; i < folder->checkpoints_count && error == OK; i++)
        error = look_at_checkpoint(folder, &folder->checkpoints[i], problem);
    return error;
}

/* From the last one down: when one has a header, all before it were filled by then. */
static enum err look_at_segments(struct data_folder *folder, char *problem)
{
    enum err error = data_folder_list_segments(folder, problem);
    for (size_t i = folder->segments_count; i > 0 && error == OK; i--)
        error = look_at_segment(folder, &folder->segments[i - 1], i + 2 > folder->segments_count,
                                problem);
    return error;
}

enum err data_folder_look(struct data_folder *folder, struct os *os, const char *path,
                          enum folder_use use, char *problem)
{
    data_folder_init(folder, os, path, use);
    enum err error = look_at_checkpoints(folder, problem);
    if (error == OK)
        error = look_at_segments(folder, problem);
    return error == OK ? data_folder_choose(folder, problem) : error;
}

void data_folder_deinit(struct data_folder *folder)
{
    for (size_t i = 0; i < folder->segments_count; i++)
        folder->os->close(folder->os, folder->segments[i].file);
    for (size_t i = 0; i < folder->checkpoints_count; i++)
        folder->os->close(folder->os, folder->checkpoints[i].file);
    free(folder->segments);
    free(folder->checkpoints);
}

uint64_t data_folder_leftovers(const struct data_folder *folder)
{
    return folder->first_needed + folder->checkpoints_count - (folder->newest != NULL);
}
