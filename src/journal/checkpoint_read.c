/* The end said where the parts end and how many they are; nothing but they may stand there. */
#include "journal/checkpoint_read.h"

#include <inttypes.h>

/* Puts the part at `offset` into the slot; *size is what it takes, 0: no such part is there. */
static enum err read_part(struct pipeline *pipeline, uint64_t salt, uint64_t index, uint64_t offset,
                          size_t *size)
{
    struct bytes bytes;
    *size = 0;
    enum err error = pipeline_reach(pipeline, offset, PART_HEADER_BYTES, &bytes);
    if (error != OK)
        return error;
    const size_t part_size = checkpoint_part_bytes(bytes);
    if (part_size == 0)
        return OK;
    error = pipeline_reach(pipeline, offset, part_size, &bytes);
    if (error != OK)
        return error;
    struct slot *slot = pipeline->filling;
    if (checkpoint_part_decode(bytes, salt, index, &slot->parts[slot->count])) {
        pipeline_keep(pipeline, offset, part_size);
        *size = part_size;
    }
    return OK;
}

static enum err read_parts(struct pipeline *pipeline, const struct checkpoint_end *end,
                           uint64_t *count, uint64_t *offset)
{
    const uint64_t salt = checkpoint_salt(&end->header);
    *offset = JOURNAL_BLOCK_BYTES;
    for (*count = 0; *count < end->parts_count; ++*count) {
        size_t size = 0;
        const enum err error = read_part(pipeline, salt, *count, *offset, &size);
        if (error != OK)
            return error;
        if (size == 0)
            return ERR_CORRUPT;
        *offset += size;
    }
    return *offset == end->parts_end ? pipeline_hand_on(pipeline) : ERR_CORRUPT;
}

enum err checkpoint_read(struct pipeline *pipeline, const struct data_folder *folder,
                         uint64_t *count, char *problem)
{
    const struct checkpoint_file *newest = folder->newest;
    struct os *os = folder->os;
    struct os_file *file = newest->file;
    char path[JOURNAL_PATH_BYTES_MAX];
    checkpoint_path(folder->checkpoints_path, newest->number, path);
    enum err error = file != NULL ? OK : os->open(os, path, OS_OPEN_READ, &file);
    if (error != OK)
        return refusal(problem, error, "%.180s: %s", path, err_text(error));
    pipeline_begin_slot(pipeline, SLOT_PARTS, newest->number, file, JOURNAL_BLOCK_BYTES);
    uint64_t offset = 0;
    error = read_parts(pipeline, &newest->end, count, &offset);
    if (error == ERR_CORRUPT)
        (void)refusal(problem, error, "checkpoint %016" PRIx64 " is damaged at byte %" PRIu64,
                      newest->number, offset);
    else if (error != OK)
        (void)refusal(problem, error, "checkpoint %016" PRIx64 ": %s", newest->number,
                      err_text(error));
    if (newest->file == NULL)
        os->close(os, file);
    return error;
}
