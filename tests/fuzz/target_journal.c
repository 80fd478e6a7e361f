/* Bytes of the journal's files, behind their checksums: where one would keep the fuzzer out, the
 * target puts the right one in. */
#include "base/hash.h"
#include "check.h"
#include "fuzz.h"
#include "journal/format.h"

#define JOURNAL_ID UINT64_C(0x72b08ff02012c84e)

enum { HEADER_BYTES = 32 }; /* Of a segment, in front of its checksum. */

static void check_header(struct bytes block)
{
    struct segment_header header;
    const enum err error = segment_header_decode(block, &header);
    ASSERT(error == OK || error == ERR_CORRUPT || error == ERR_UNSUPPORTED);
    if (error != OK)
        return;
    struct buffer again;
    buffer_init(&again);
    segment_header_encode(&again, &header);
    ASSERT(again.size == JOURNAL_BLOCK_BYTES);
    ASSERT(memcmp(again.data, block.data, HEADER_BYTES + CHECKSUM_BYTES) == 0);
    buffer_deinit(&again);
}

/* A block as it is; and one with these first bytes, and their checksum. */
void fuzz_segment(struct bytes input)
{
    check_header(input);
    if (input.size < HEADER_BYTES)
        return;
    const struct bytes head = {input.data, HEADER_BYTES};
    struct buffer block;
    buffer_init(&block);
    buffer_append(&block, head);
    buffer_append_u64(&block, bytes_checksum(head, 0));
    buffer_append_zeros(&block, JOURNAL_BLOCK_BYTES - block.size);
    check_header(buffer_bytes(&block));
    buffer_deinit(&block);
}

/* Walks over the records of a payload as a start does. */
static void check_records(const struct frame *frame)
{
    struct cursor cursor = cursor_begin(frame->payload);
    size_t taken = 0;
    for (uint32_t i = 0; i < frame->records_count && !cursor.failed; i++) {
        const struct bytes record = cursor_bytes(&cursor, cursor_u32(&cursor));
        ASSERT(!cursor.failed || record.size == 0);
        taken += cursor.failed ? 0 : RECORD_HEADER_BYTES + record.size;
    }
    ASSERT(taken <= frame->payload.size);
}

/* A frame that was read is written again, byte for byte. */
static void check_frame(struct bytes bytes)
{
    struct frame frame;
    if (!frame_decode(bytes, JOURNAL_ID, &frame))
        return;
    ASSERT(frame.records_count >= 1);
    ASSERT(frame.payload.size + FRAME_HEADER_BYTES + CHECKSUM_BYTES <= bytes.size);
    check_records(&frame);
    struct frame other;
    ASSERT(!frame_decode(bytes, JOURNAL_ID + 1, &other)); /* Another journal's is none. */
    if (frame.payload.size == 0)
        return;
    struct buffer again;
    buffer_init(&again);
    frame_begin(&again);
    buffer_append(&again, frame.payload);
    frame_end(&again, JOURNAL_ID, frame.seq_first, frame.records_count);
    ASSERT(again.size % JOURNAL_BLOCK_BYTES == 0);
    ASSERT(again.size == FRAME_BYTES(frame.payload.size));
    ASSERT(memcmp(again.data, bytes.data,
                  FRAME_HEADER_BYTES + frame.payload.size + CHECKSUM_BYTES) == 0);
    buffer_deinit(&again);
}

/* Bytes as they are; and mended: with magic, size of the payload, and checksum. */
void fuzz_frame(struct bytes input)
{
    check_frame(input);
    struct cursor cursor = cursor_begin(input);
    const uint32_t records_count = cursor_u32(&cursor);
    const uint64_t seq_first = cursor_u64(&cursor);
    const struct bytes payload = cursor_bytes(&cursor, cursor_left(&cursor));
    if (cursor.failed)
        return;
    struct buffer frame;
    buffer_init(&frame);
    buffer_append_u32(&frame, FRAME_MAGIC);
    buffer_append_u32(&frame, records_count);
    buffer_append_u32(&frame, (uint32_t)payload.size);
    buffer_append_u32(&frame, 0);
    buffer_append_u64(&frame, seq_first);
    buffer_append(&frame, payload);
    buffer_append_u64(&frame, bytes_checksum(buffer_bytes(&frame), JOURNAL_ID));
    struct frame decoded;
    ASSERT(frame_decode(buffer_bytes(&frame), JOURNAL_ID, &decoded) == (records_count > 0));
    check_frame(buffer_bytes(&frame));
    buffer_deinit(&frame);
}
