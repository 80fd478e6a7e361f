/* Layout of checkpoints (docs/formats.md has the byte tables): encoding and decoding of the header,
 * of parts and of the end, over bytes in memory. Little-endian. */
#ifndef JOURNAL_CHECKPOINT_FORMAT_H
#define JOURNAL_CHECKPOINT_FORMAT_H

#include "base/buffer.h"
#include "base/limits.h"
#include "journal/checkpoint.h"

#define CHECKPOINT_MAGIC      UINT32_C(0x434A5453) /* "STJC" */
#define CHECKPOINT_VERSION    1
#define CHECKPOINT_PART_MAGIC UINT32_C(0x504A5453) /* "STJP" */
#define CHECKPOINT_END_MAGIC  UINT32_C(0x454A5453) /* "STJE" */
#define PART_HEADER_BYTES     40
#define PART_ALIGNMENT        8

/* Bytes that a part with this payload takes, its checksum and padding included. */
#define PART_BYTES(payload_bytes)                                                                  \
    (((payload_bytes) + PART_HEADER_BYTES + 8 + PART_ALIGNMENT - 1) / PART_ALIGNMENT *             \
     PART_ALIGNMENT)

#define PART_BYTES_MAX PART_BYTES(CHECKPOINT_PART_BYTES_MAX)

static_assert(PART_HEADER_BYTES % PART_ALIGNMENT == 0, "payloads are aligned");
static_assert(JOURNAL_BLOCK_BYTES % PART_ALIGNMENT == 0, "parts begin behind a block");

struct checkpoint_header {
    uint64_t journal_id;
    uint64_t number; /* That of the file's name. */
    uint64_t seq;    /* Of the last record that it covers. */
};

/* What stands in the last block, and makes the file whole. */
struct checkpoint_end {
    struct checkpoint_header header; /* Once more. */
    uint64_t seq_max;                /* The largest in it. */
    uint64_t parts_count;
    uint64_t parts_end;  /* Offset in the file. */
    uint64_t file_bytes; /* The end included. */
};

/* Appends the header, one whole block. */
void checkpoint_header_encode(struct buffer *buffer, const struct checkpoint_header *header);

/* ERR_CORRUPT: no header of ours. ERR_UNSUPPORTED: of another version. */
MUST_USE enum err checkpoint_header_decode(struct bytes block, struct checkpoint_header *header);

/* Seed of the checksums of parts, so that those of another checkpoint do not pass. */
uint64_t checkpoint_salt(const struct checkpoint_header *header);

/* Appends a part, the one with this index from 0. */
void checkpoint_part_encode(struct buffer *buffer, uint64_t salt, uint64_t index,
                            const struct checkpoint_part *part);

/* Bytes of the part that begins with `bytes`, or 0: they are no part's first PART_HEADER_BYTES. */
size_t checkpoint_part_bytes(struct bytes bytes);

/* Decodes the part at the start of `bytes`; its payload lends from them. False: not this one. */
MUST_USE bool checkpoint_part_decode(struct bytes bytes, uint64_t salt, uint64_t index,
                                     struct checkpoint_part *part);

/* Appends the end, one whole block. */
void checkpoint_end_encode(struct buffer *buffer, const struct checkpoint_end *end);

/* False: no end of ours, or of another journal than the header's. */
MUST_USE bool checkpoint_end_decode(struct bytes block, uint64_t journal_id,
                                    struct checkpoint_end *end);

#endif
