/* Frames begin at blocks; what is torn or damaged is looked behind block by block. */
#include "journal/segment_read.h"

#include <string.h>

enum err segment_read_frame(struct pipeline *pipeline, uint64_t journal_id, uint64_t offset,
                            struct frame *frame, size_t *size)
{
    struct bytes bytes;
    *size = 0;
    enum err error = pipeline_reach(pipeline, offset, FRAME_HEADER_BYTES, &bytes);
    if (error != OK)
        return error;
    const size_t wanted = frame_size(bytes);
    if (wanted == 0)
        return OK;
    error = pipeline_reach(pipeline, offset, wanted, &bytes);
    if (error == OK && frame_decode(bytes, journal_id, frame))
        *size = wanted;
    return error;
}

void segment_keep_frame(struct pipeline *pipeline, uint64_t offset, const struct frame *frame,
                        size_t size)
{
    struct slot *slot = pipeline->filling;
    slot->frames[slot->count] = *frame;
    pipeline_keep(pipeline, offset, size);
}

static bool is_all_zeros(struct bytes bytes)
{
    static const uint8_t zeros[JOURNAL_BLOCK_BYTES];
    return memcmp(bytes.data, zeros, bytes.size) == 0;
}

/* The block that `at` is to go on with: what was never written is passed over. */
static enum err pass_over_holes(const struct pipeline *pipeline, uint64_t *at)
{
    const struct window *window = &pipeline->filling->window;
    uint64_t next = 0;
    const enum err error = window->os->next_data(window->os, window->file, *at, &next);
    if (error == OK && next > *at)
        *at = next - next % JOURNAL_BLOCK_BYTES;
    return error;
}

enum err segment_read_rest(struct pipeline *pipeline, uint64_t journal_id, uint64_t offset,
                           struct segment_rest *rest)
{
    *rest = (struct segment_rest){.in_use_end = offset};
    for (uint64_t at = offset; at < JOURNAL_SEGMENT_BYTES; at += JOURNAL_BLOCK_BYTES) {
        struct bytes block = {NULL, 0};
        enum err error = OK;
        if (at == offset || at % WINDOW_READ_BYTES == 0)
            error = pass_over_holes(pipeline, &at);
        if (error == OK)
            error = pipeline_reach(pipeline, at, JOURNAL_BLOCK_BYTES, &block);
        if (error != OK || block.size == 0)
            return error;
        if (block.size > JOURNAL_BLOCK_BYTES)
            block.size = JOURNAL_BLOCK_BYTES;
        if (is_all_zeros(block))
            continue;
        rest->in_use_end = at + block.size;
        struct frame frame;
        size_t size = 0;
        if (at > offset)
            error = segment_read_frame(pipeline, journal_id, at, &frame, &size);
        if (error != OK)
            return error;
        if (size != 0) {
            rest->later_frame = at;
            return OK;
        }
    }
    return OK;
}
