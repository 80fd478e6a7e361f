/* Layout of journal segments (docs/formats.md has the byte tables): encoding and decoding of the
 * segment header and of frames, over bytes in memory. Little-endian. */
#ifndef JOURNAL_FORMAT_H
#define JOURNAL_FORMAT_H

#include "base/buffer.h"
#include "base/limits.h"

#define SEGMENT_MAGIC       UINT32_C(0x474A5453) /* "STJG" */
#define SEGMENT_VERSION     1
#define FRAME_MAGIC         UINT32_C(0x464A5453) /* "STJF" */
#define FRAME_HEADER_BYTES  24
#define CHECKSUM_BYTES      8
#define RECORD_HEADER_BYTES 4

/* Bytes that a frame with this payload takes, padded to whole blocks. */
#define FRAME_BYTES(payload_bytes)                                                                 \
    (((payload_bytes) + FRAME_HEADER_BYTES + CHECKSUM_BYTES + JOURNAL_BLOCK_BYTES - 1) /           \
     JOURNAL_BLOCK_BYTES * JOURNAL_BLOCK_BYTES)

#define FRAME_BYTES_MAX FRAME_BYTES(JOURNAL_BATCH_BYTES_MAX)

static_assert(FRAME_BYTES_MAX * 2 <= JOURNAL_SEGMENT_BYTES - JOURNAL_BLOCK_BYTES,
              "two batches fit in a fresh segment");

struct segment_header {
    uint64_t journal_id; /* Random, the same in all segments of a journal; salts the checksums. */
    uint64_t index;      /* Counts from 1. */
    uint64_t seq_first;  /* Of the first record in the segment. */
};

/* Appends the header, one whole block. */
void segment_header_encode(struct buffer *buffer, const struct segment_header *header);

/* ERR_CORRUPT: no header of ours. ERR_UNSUPPORTED: of another version. */
MUST_USE enum err segment_header_decode(struct bytes block, struct segment_header *header);

/* What one commit wrote: records with consecutive sequence numbers. */
struct frame {
    uint64_t seq_first;
    uint32_t records_count;
    struct bytes payload; /* Records, each a u32 of size and that many bytes. */
};

/* Appends room for a frame's header, before the records are appended. */
void frame_begin(struct buffer *buffer);

/* Completes a frame that began at the buffer's start: header, checksum, padding. */
void frame_end(struct buffer *buffer, uint64_t journal_id, uint64_t seq_first,
               uint32_t records_count);

/* Bytes that the frame beginning with `bytes` takes, or 0: they are no frame's header. */
size_t frame_size(struct bytes bytes);

/* The same, and what the header says of the records; the payload is none. */
size_t frame_peek(struct bytes bytes, struct frame *frame);

/* Decodes the frame at the start of `bytes`; the payload lends from them. False: none. */
MUST_USE bool frame_decode(struct bytes bytes, uint64_t journal_id, struct frame *frame);

#endif
