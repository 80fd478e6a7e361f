/* Parts stand one behind the other. The end has a block of its own, so that writing it touches
 * nothing that was synced before. */
#include "journal/checkpoint_format.h"

#include "base/hash.h"

/* Appends the checksum of what stands behind `start`, and zeros up to a whole block. */
static void block_end(struct buffer *buffer, size_t start, uint64_t salt)
{
    if (buffer->failed)
        return;
    const struct bytes covered = {buffer->data + start, buffer->size - start};
    buffer_append_u64(buffer, bytes_checksum(covered, salt));
    buffer_append_zeros(buffer, JOURNAL_BLOCK_BYTES - (buffer->size - start));
}

static void header_fields_encode(struct buffer *buffer, const struct checkpoint_header *header)
{
    buffer_append_u64(buffer, header->journal_id);
    buffer_append_u64(buffer, header->number);
    buffer_append_u64(buffer, header->seq);
}

static void header_fields_decode(struct cursor *cursor, struct checkpoint_header *header)
{
    header->journal_id = cursor_u64(cursor);
    header->number = cursor_u64(cursor);
    header->seq = cursor_u64(cursor);
}

void checkpoint_header_encode(struct buffer *buffer, const struct checkpoint_header *header)
{
    const size_t start = buffer->size;
    buffer_append_u32(buffer, CHECKPOINT_MAGIC);
    buffer_append_u32(buffer, CHECKPOINT_VERSION);
    header_fields_encode(buffer, header);
    block_end(buffer, start, 0);
}

enum err checkpoint_header_decode(struct bytes block, struct checkpoint_header *header)
{
    struct cursor cursor = cursor_begin(block);
    const uint32_t magic = cursor_u32(&cursor);
    const uint32_t version = cursor_u32(&cursor);
    header_fields_decode(&cursor, header);
    const struct bytes covered = {block.data, block.size - cursor_left(&cursor)};
    const uint64_t checksum = cursor_u64(&cursor);
    if (cursor.failed || magic != CHECKPOINT_MAGIC)
        return ERR_CORRUPT;
    if (version != CHECKPOINT_VERSION)
        return ERR_UNSUPPORTED;
    return checksum == bytes_checksum(covered, 0) ? OK : ERR_CORRUPT;
}

uint64_t checkpoint_salt(const struct checkpoint_header *header)
{
    return header->journal_id + header->number;
}

void checkpoint_part_encode(struct buffer *buffer, uint64_t salt, uint64_t index,
                            const struct checkpoint_part *part)
{
    const size_t start = buffer->size;
    ASSERT(start % PART_ALIGNMENT == 0);
    buffer_append_u32(buffer, CHECKPOINT_PART_MAGIC);
    buffer_append_u32(buffer, part->kind);
    buffer_append_u64(buffer, (uint64_t)part->key);
    buffer_append_u64(buffer, part->seq);
    buffer_append_u64(buffer, index);
    buffer_append_u32(buffer, (uint32_t)part->payload.size);
    buffer_append_u32(buffer, 0);
    buffer_append(buffer, part->payload);
    if (buffer->failed)
        return;
    const struct bytes covered = {buffer->data + start, buffer->size - start};
    ASSERT(covered.size == PART_HEADER_BYTES + part->payload.size);
    buffer_append_u64(buffer, bytes_checksum(covered, salt));
    buffer_append_zeros(buffer, PART_BYTES(part->payload.size) - (buffer->size - start));
}

/* Returns the payload's size. */
static size_t part_header_decode(struct cursor *cursor, uint64_t *index,
                                 struct checkpoint_part *part)
{
    const uint32_t magic = cursor_u32(cursor);
    part->kind = cursor_u32(cursor);
    part->key = (int64_t)cursor_u64(cursor);
    part->seq = cursor_u64(cursor);
    *index = cursor_u64(cursor);
    const uint32_t payload_bytes = cursor_u32(cursor);
    const uint32_t reserved = cursor_u32(cursor);
    if (magic != CHECKPOINT_PART_MAGIC || reserved != 0 ||
        payload_bytes > CHECKPOINT_PART_BYTES_MAX)
        cursor->failed = true;
    return payload_bytes;
}

size_t checkpoint_part_bytes(struct bytes bytes)
{
    struct cursor cursor = cursor_begin(bytes);
    struct checkpoint_part part;
    uint64_t index = 0;
    const size_t payload_bytes = part_header_decode(&cursor, &index, &part);
    return cursor.failed ? 0 : PART_BYTES(payload_bytes);
}

bool checkpoint_part_decode(struct bytes bytes, uint64_t salt, uint64_t index,
                            struct checkpoint_part *part)
{
    struct cursor cursor = cursor_begin(bytes);
    uint64_t found = 0;
    const size_t payload_bytes = part_header_decode(&cursor, &found, part);
    part->payload = cursor_bytes(&cursor, payload_bytes);
    const struct bytes covered = {bytes.data, PART_HEADER_BYTES + payload_bytes};
    const uint64_t checksum = cursor_u64(&cursor);
    return !cursor.failed && found == index && checksum == bytes_checksum(covered, salt);
}

void checkpoint_end_encode(struct buffer *buffer, const struct checkpoint_end *end)
{
    const size_t start = buffer->size;
    buffer_append_u32(buffer, CHECKPOINT_END_MAGIC);
    buffer_append_u32(buffer, 0);
    header_fields_encode(buffer, &end->header);
    buffer_append_u64(buffer, end->seq_max);
    buffer_append_u64(buffer, end->parts_count);
    buffer_append_u64(buffer, end->parts_end);
    buffer_append_u64(buffer, end->file_bytes);
    block_end(buffer, start, end->header.journal_id);
}

bool checkpoint_end_decode(struct bytes block, uint64_t journal_id, struct checkpoint_end *end)
{
    struct cursor cursor = cursor_begin(block);
    const uint32_t magic = cursor_u32(&cursor);
    const uint32_t reserved = cursor_u32(&cursor);
    header_fields_decode(&cursor, &end->header);
    end->seq_max = cursor_u64(&cursor);
    end->parts_count = cursor_u64(&cursor);
    end->parts_end = cursor_u64(&cursor);
    end->file_bytes = cursor_u64(&cursor);
    const struct bytes covered = {block.data, block.size - cursor_left(&cursor)};
    const uint64_t checksum = cursor_u64(&cursor);
    return !cursor.failed && magic == CHECKPOINT_END_MAGIC && reserved == 0 &&
           end->header.journal_id == journal_id && checksum == bytes_checksum(covered, journal_id);
}
