/* A frame begins at a block's start and takes whole blocks, so a block that holds acknowledged
 * records is never written again, and a torn write cannot hurt it. */
#include "journal/format.h"

#include "base/hash.h"

void segment_header_encode(struct buffer *buffer, const struct segment_header *header)
{
    const size_t start = buffer->size;
    buffer_append_u32(buffer, SEGMENT_MAGIC);
    buffer_append_u32(buffer, SEGMENT_VERSION);
    buffer_append_u64(buffer, header->journal_id);
    buffer_append_u64(buffer, header->index);
    buffer_append_u64(buffer, header->seq_first);
    if (buffer->failed)
        return;
    const struct bytes covered = {buffer->data + start, buffer->size - start};
    buffer_append_u64(buffer, bytes_checksum(covered, 0));
    buffer_append_zeros(buffer, JOURNAL_BLOCK_BYTES - (buffer->size - start));
}

enum err segment_header_decode(struct bytes block, struct segment_header *header)
{
    struct cursor cursor = cursor_begin(block);
    const uint32_t magic = cursor_u32(&cursor);
    const uint32_t version = cursor_u32(&cursor);
    header->journal_id = cursor_u64(&cursor);
    header->index = cursor_u64(&cursor);
    header->seq_first = cursor_u64(&cursor);
    const struct bytes covered = {block.data, block.size - cursor_left(&cursor)};
    const uint64_t checksum = cursor_u64(&cursor);
    if (cursor.failed || magic != SEGMENT_MAGIC)
        return ERR_CORRUPT;
    if (version != SEGMENT_VERSION)
        return ERR_UNSUPPORTED;
    return checksum == bytes_checksum(covered, 0) ? OK : ERR_CORRUPT;
}

void frame_begin(struct buffer *buffer)
{
    buffer_append_zeros(buffer, FRAME_HEADER_BYTES);
}

void frame_end(struct buffer *buffer, uint64_t journal_id, uint64_t seq_first,
               uint32_t records_count)
{
    ASSERT(!buffer->failed);
    ASSERT(buffer->size > FRAME_HEADER_BYTES);
    const size_t frame_bytes = buffer->size;
    buffer->size = 0; /* The header goes into the room that frame_begin() made. */
    buffer_append_u32(buffer, FRAME_MAGIC);
    buffer_append_u32(buffer, records_count);
    buffer_append_u32(buffer, (uint32_t)(frame_bytes - FRAME_HEADER_BYTES));
    buffer_append_u32(buffer, 0);
    buffer_append_u64(buffer, seq_first);
    ASSERT(buffer->size == FRAME_HEADER_BYTES);
    buffer->size = frame_bytes;
    buffer_append_u64(buffer, bytes_checksum(buffer_bytes(buffer), journal_id));
    buffer_append_zeros(buffer, FRAME_BYTES(frame_bytes - FRAME_HEADER_BYTES) - buffer->size);
}

/* Returns the payload's size; a failed cursor says that this is no header. */
static uint32_t frame_header_decode(struct cursor *cursor, struct frame *frame)
{
    const uint32_t magic = cursor_u32(cursor);
    frame->records_count = cursor_u32(cursor);
    const uint32_t payload_bytes = cursor_u32(cursor);
    const uint32_t reserved = cursor_u32(cursor);
    frame->seq_first = cursor_u64(cursor);
    if (magic != FRAME_MAGIC || reserved != 0 || frame->records_count == 0 ||
        payload_bytes > JOURNAL_BATCH_BYTES_MAX - FRAME_HEADER_BYTES)
        cursor->failed = true;
    return payload_bytes;
}

size_t frame_peek(struct bytes bytes, struct frame *frame)
{
    struct cursor cursor = cursor_begin(bytes);
    const size_t payload_bytes = frame_header_decode(&cursor, frame);
    frame->payload = (struct bytes){NULL, 0};
    return cursor.failed ? 0 : (size_t)FRAME_BYTES(payload_bytes);
}

size_t frame_size(struct bytes bytes)
{
    struct frame frame;
    return frame_peek(bytes, &frame);
}

bool frame_decode(struct bytes bytes, uint64_t journal_id, struct frame *frame)
{
    struct cursor cursor = cursor_begin(bytes);
    const size_t payload_bytes = frame_header_decode(&cursor, frame);
    frame->payload = cursor_bytes(&cursor, payload_bytes);
    const struct bytes covered = {bytes.data, FRAME_HEADER_BYTES + payload_bytes};
    const uint64_t checksum = cursor_u64(&cursor);
    return !cursor.failed && checksum == bytes_checksum(covered, journal_id);
}
