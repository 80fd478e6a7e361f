/* Head and payload of a chunk have checksums of their own, so that a reader to whom the filter says
 * that nothing is there for him need not read the payload. */
#include "journal/history_format.h"

#include "base/hash.h"

enum { CHUNK_ALIGNMENT = 8, CHECKSUM = 8, FILTER_BYTES_MIN = 8, HEADER_BYTES = 80 };

static_assert(HEADER_BYTES + CHECKSUM <= JOURNAL_BLOCK_BYTES, "the header takes one block");
static_assert(HISTORY_CHUNK_HEAD_BYTES == 3 * 8 + 4 * 4, "of a chunk's head");
static_assert(HISTORY_INDEX_BYTES == 4 * 8, "of an entry of the index");
static_assert((HISTORY_FILTER_BYTES_MAX & (HISTORY_FILTER_BYTES_MAX - 1)) == 0, "bits are masked");

uint64_t history_salt(const struct history_header *header)
{
    return header->journal_id + header->number;
}

void history_header_encode(struct buffer *buffer, const struct history_header *header)
{
    const size_t start = buffer->size;
    buffer_append_u32(buffer, HISTORY_MAGIC);
    buffer_append_u32(buffer, HISTORY_VERSION);
    buffer_append_u64(buffer, header->journal_id);
    buffer_append_u64(buffer, header->number);
    buffer_append_u64(buffer, header->seq_first);
    buffer_append_u64(buffer, header->seq_last);
    buffer_append_u64(buffer, (uint64_t)header->at_first_ms);
    buffer_append_u64(buffer, (uint64_t)header->at_last_ms);
    buffer_append_u64(buffer, header->index_offset);
    buffer_append_u32(buffer, header->chunks_count);
    buffer_append_u32(buffer, 0);
    buffer_append_u64(buffer, header->file_bytes);
    if (buffer->failed)
        return;
    const struct bytes covered = {buffer->data + start, buffer->size - start};
    ASSERT(covered.size == HEADER_BYTES);
    buffer_append_u64(buffer, bytes_checksum(covered, 0));
    buffer_append_zeros(buffer, JOURNAL_BLOCK_BYTES - (buffer->size - start));
}

/* Whether the index stands behind the chunks, at the file's end. */
static bool places_fit(const struct history_header *header)
{
    return header->seq_first >= 1 && header->seq_first <= header->seq_last &&
           header->index_offset >= JOURNAL_BLOCK_BYTES &&
           header->index_offset <= header->file_bytes &&
           header->file_bytes - header->index_offset >= history_index_bytes(header->chunks_count);
}

enum err history_header_decode(struct bytes block, struct history_header *header)
{
    struct cursor cursor = cursor_begin(block);
    const uint32_t magic = cursor_u32(&cursor);
    const uint32_t version = cursor_u32(&cursor);
    header->journal_id = cursor_u64(&cursor);
    header->number = cursor_u64(&cursor);
    header->seq_first = cursor_u64(&cursor);
    header->seq_last = cursor_u64(&cursor);
    header->at_first_ms = (int64_t)cursor_u64(&cursor);
    header->at_last_ms = (int64_t)cursor_u64(&cursor);
    header->index_offset = cursor_u64(&cursor);
    header->chunks_count = cursor_u32(&cursor);
    const uint32_t reserved = cursor_u32(&cursor);
    header->file_bytes = cursor_u64(&cursor);
    const struct bytes covered = {block.data, block.size - cursor_left(&cursor)};
    const uint64_t checksum = cursor_u64(&cursor);
    if (cursor.failed || magic != HISTORY_MAGIC)
        return ERR_CORRUPT;
    if (version != HISTORY_VERSION)
        return ERR_UNSUPPORTED;
    return checksum == bytes_checksum(covered, 0) && reserved == 0 && places_fit(header)
               ? OK
               : ERR_CORRUPT;
}

/* --- Chunks. --- */

static size_t aligned(size_t size)
{
    return (size + CHUNK_ALIGNMENT - 1) / CHUNK_ALIGNMENT * CHUNK_ALIGNMENT;
}

void history_chunk_head_encode(struct buffer *buffer, const struct history_chunk *chunk,
                               const uint8_t *filter, uint64_t salt)
{
    const size_t start = buffer->size;
    buffer_append_u32(buffer, HISTORY_CHUNK_MAGIC);
    buffer_append_u32(buffer, chunk->records_count);
    buffer_append_u64(buffer, (uint64_t)chunk->key);
    buffer_append_u64(buffer, chunk->seq_first);
    buffer_append_u64(buffer, chunk->seq_last);
    buffer_append_u32(buffer, chunk->filter_bytes);
    buffer_append_u32(buffer, chunk->payload_bytes);
    buffer_append(buffer, (struct bytes){filter, chunk->filter_bytes});
    if (!buffer->failed)
        buffer_append_u64(
            buffer,
            bytes_checksum((struct bytes){buffer->data + start, buffer->size - start}, salt));
}

void history_chunk_payload_encode(struct buffer *buffer, struct bytes payload, uint64_t salt)
{
    buffer_append(buffer, payload);
    buffer_append_u64(buffer, bytes_checksum(payload, salt));
    buffer_append_zeros(buffer, aligned(payload.size) - payload.size);
}

bool history_chunk_peek(struct bytes bytes, struct history_chunk *chunk)
{
    struct cursor cursor = cursor_begin(bytes);
    const uint32_t magic = cursor_u32(&cursor);
    chunk->records_count = cursor_u32(&cursor);
    chunk->key = (int64_t)cursor_u64(&cursor);
    chunk->seq_first = cursor_u64(&cursor);
    chunk->seq_last = cursor_u64(&cursor);
    chunk->filter_bytes = cursor_u32(&cursor);
    chunk->payload_bytes = cursor_u32(&cursor);
    const bool is_power = (chunk->filter_bytes & (chunk->filter_bytes - 1)) == 0;
    return !cursor.failed && magic == HISTORY_CHUNK_MAGIC && chunk->records_count > 0 &&
           chunk->seq_first >= 1 && chunk->seq_first <= chunk->seq_last && is_power &&
           chunk->filter_bytes % FILTER_BYTES_MIN == 0 &&
           chunk->filter_bytes <= HISTORY_FILTER_BYTES_MAX &&
           chunk->payload_bytes <= 2 * JOURNAL_RECORD_BYTES_MAX;
}

size_t history_chunk_head_bytes(const struct history_chunk *chunk)
{
    return HISTORY_CHUNK_HEAD_BYTES + chunk->filter_bytes + CHECKSUM;
}

size_t history_chunk_payload_bytes(const struct history_chunk *chunk)
{
    return aligned(chunk->payload_bytes) + CHECKSUM;
}

/* Whether behind the first `size` bytes stands their checksum. */
static bool is_sealed(struct bytes bytes, size_t size, uint64_t salt)
{
    if (bytes.size < size + CHECKSUM)
        return false;
    struct cursor cursor = cursor_begin((struct bytes){bytes.data + size, CHECKSUM});
    return cursor_u64(&cursor) == bytes_checksum((struct bytes){bytes.data, size}, salt);
}

bool history_chunk_head_is_sound(struct bytes head, const struct history_chunk *chunk,
                                 uint64_t salt)
{
    return is_sealed(head, HISTORY_CHUNK_HEAD_BYTES + chunk->filter_bytes, salt);
}

bool history_chunk_payload_is_sound(struct bytes payload, const struct history_chunk *chunk,
                                    uint64_t salt)
{
    return is_sealed(payload, chunk->payload_bytes, salt);
}

void history_record_encode(struct buffer *payload, uint64_t seq_before,
                           const struct journal_record *record)
{
    ASSERT(record->seq >= seq_before);
    buffer_append_varint(payload, record->seq - seq_before);
    buffer_append_varint(payload, record->payload.size);
    buffer_append(payload, record->payload);
}

bool history_record_decode(struct cursor *payload, const struct history_chunk *chunk,
                           struct journal_record *record)
{
    const uint64_t more = cursor_varint(payload);
    record->payload = cursor_bytes(payload, cursor_varint(payload));
    if (payload->failed || record->payload.size == 0 || more > chunk->seq_last - record->seq)
        return false;
    record->seq += more;
    return true;
}

/* --- Filters: two bits of eight or more for each item. --- */

uint32_t history_filter_bytes(uint32_t items_count)
{
    uint32_t bytes = FILTER_BYTES_MIN;
    while (bytes < items_count && bytes <= HISTORY_FILTER_BYTES_MAX)
        bytes *= 2;
    return bytes <= HISTORY_FILTER_BYTES_MAX ? bytes : 0;
}

static uint64_t filter_bits(uint32_t item)
{
    const uint64_t mixed = (item + UINT64_C(1)) * UINT64_C(0x9E3779B97F4A7C15);
    return mixed ^ (mixed >> 29);
}

void history_filter_add(uint8_t *filter, uint32_t filter_bytes, uint32_t item)
{
    const uint64_t bits = filter_bits(item);
    const uint32_t one = (uint32_t)bits & (filter_bytes * 8 - 1);
    const uint32_t other = (uint32_t)(bits >> 32) & (filter_bytes * 8 - 1);
    filter[one / 8] = (uint8_t)(filter[one / 8] | 1U << one % 8);
    filter[other / 8] = (uint8_t)(filter[other / 8] | 1U << other % 8);
}

bool history_filter_has(const uint8_t *filter, uint32_t filter_bytes, uint32_t item)
{
    const uint64_t bits = filter_bits(item);
    const uint32_t one = (uint32_t)bits & (filter_bytes * 8 - 1);
    const uint32_t other = (uint32_t)(bits >> 32) & (filter_bytes * 8 - 1);
    return (filter[one / 8] >> one % 8 & 1) != 0 && (filter[other / 8] >> other % 8 & 1) != 0;
}

/* --- The index. --- */

void history_index_entry_encode(struct buffer *buffer, const struct history_index_entry *entry)
{
    buffer_append_u64(buffer, (uint64_t)entry->key);
    buffer_append_u64(buffer, entry->seq_first);
    buffer_append_u64(buffer, entry->seq_last);
    buffer_append_u64(buffer, entry->offset);
}

void history_index_end(struct buffer *buffer, size_t start, uint64_t salt)
{
    if (!buffer->failed)
        buffer_append_u64(
            buffer,
            bytes_checksum((struct bytes){buffer->data + start, buffer->size - start}, salt));
}

size_t history_index_bytes(uint32_t chunks_count)
{
    return (size_t)chunks_count * HISTORY_INDEX_BYTES + CHECKSUM;
}

bool history_index_is_sound(struct bytes index, uint64_t salt)
{
    return index.size >= CHECKSUM && is_sealed(index, index.size - CHECKSUM, salt);
}

struct history_index_entry history_index_entry_decode(struct bytes index, uint32_t at)
{
    struct cursor cursor = cursor_begin(
        (struct bytes){index.data + (size_t)at * HISTORY_INDEX_BYTES, HISTORY_INDEX_BYTES});
    struct history_index_entry entry;
    entry.key = (int64_t)cursor_u64(&cursor);
    entry.seq_first = cursor_u64(&cursor);
    entry.seq_last = cursor_u64(&cursor);
    entry.offset = cursor_u64(&cursor);
    return entry;
}
