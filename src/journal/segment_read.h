/* Frames of one segment, read through a pipeline's slots (docs/formats.md). */
#ifndef JOURNAL_SEGMENT_READ_H
#define JOURNAL_SEGMENT_READ_H

#include "journal/pipeline.h"

/* What stands behind a place in a segment where no frame begins. */
struct segment_rest {
    uint64_t in_use_end;  /* End of the last block that is not all zeros; or the place itself. */
    uint64_t later_frame; /* Offset of the first whole frame in a later block; 0: none. */
};

/* Decodes the frame at `offset`, which lends from the slot that is being filled, and gives the
 * bytes that it takes in *size; 0: no frame stands there. ERR_IO, or what the taker returned. */
MUST_USE enum err segment_read_frame(struct pipeline *pipeline, uint64_t journal_id,
                                     uint64_t offset, struct frame *frame, size_t *size);

/* Puts it into the slot. */
void segment_keep_frame(struct pipeline *pipeline, uint64_t offset, const struct frame *frame,
                        size_t size);

/* Looks at all that stands from `offset` on, up to a segment's size. ERR_IO, or what the taker
 * returned. */
MUST_USE enum err segment_read_rest(struct pipeline *pipeline, uint64_t journal_id, uint64_t offset,
                                    struct segment_rest *rest);

#endif
