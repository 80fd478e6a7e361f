/* Header, parts and end of a checkpoint file: what is encoded is decoded, any flipped bit is seen,
 * and bytes that nobody encoded are none of them. */
#include <stdlib.h>

#include "base/hash.h"
#include "check.h"
#include "fuzz.h"
#include "journal/checkpoint_format.h"

#define JOURNAL_ID UINT64_C(0x72b08ff02012c84e)

enum { END_BYTES = JOURNAL_BLOCK_BYTES };

static void check_raw(struct bytes input)
{
    struct checkpoint_header header;
    struct checkpoint_end end;
    struct checkpoint_part part;
    const enum err error = checkpoint_header_decode(input, &header);
    ASSERT(error == OK || error == ERR_CORRUPT || error == ERR_UNSUPPORTED);
    if (checkpoint_end_decode(input, JOURNAL_ID, &end))
        ASSERT(end.header.journal_id == JOURNAL_ID);
    const size_t part_bytes = checkpoint_part_bytes(input);
    ASSERT(part_bytes == 0 || (part_bytes % PART_ALIGNMENT == 0 && part_bytes <= PART_BYTES_MAX));
    if (checkpoint_part_decode(input, 0, 0, &part))
        ASSERT(part_bytes == PART_BYTES(part.payload.size) && part_bytes <= input.size);
}

/* A copy with one bit turned over, of memory of just its size. */
static struct bytes flipped(struct bytes bytes, uint64_t bit)
{
    uint8_t *copy = malloc(bytes.size);
    ASSERT(copy != NULL);
    memcpy(copy, bytes.data, bytes.size);
    copy[bit / 8 % bytes.size] ^= (uint8_t)(1U << bit % 8);
    return (struct bytes){copy, bytes.size};
}

static void bytes_free(struct bytes bytes)
{
    free((void *)(uintptr_t)bytes.data);
}

static void check_header(const struct checkpoint_header *header, uint64_t bit)
{
    struct buffer block;
    struct checkpoint_header again;
    buffer_init(&block);
    checkpoint_header_encode(&block, header);
    ASSERT(block.size == JOURNAL_BLOCK_BYTES);
    ASSERT(checkpoint_header_decode(buffer_bytes(&block), &again) == OK);
    ASSERT(again.journal_id == header->journal_id && again.number == header->number);
    ASSERT(again.seq == header->seq);
    /* What stands behind the checksum is filling. */
    const struct bytes broken = flipped(buffer_bytes(&block), bit % (UINT64_C(40) * 8));
    ASSERT(checkpoint_header_decode(broken, &again) != OK);
    bytes_free(broken);
    buffer_deinit(&block);
}

static void check_part(const struct checkpoint_part *part, uint64_t index, uint64_t salt,
                       uint64_t bit)
{
    struct buffer bytes;
    struct checkpoint_part again;
    buffer_init(&bytes);
    checkpoint_part_encode(&bytes, salt, index, part);
    ASSERT(bytes.size == PART_BYTES(part->payload.size));
    ASSERT(checkpoint_part_bytes(buffer_bytes(&bytes)) == bytes.size);
    ASSERT(checkpoint_part_decode(buffer_bytes(&bytes), salt, index, &again));
    ASSERT(again.kind == part->kind && again.key == part->key && again.seq == part->seq);
    ASSERT(bytes_equal(again.payload, part->payload));
    ASSERT(!checkpoint_part_decode(buffer_bytes(&bytes), salt + 1, index, &again));
    ASSERT(!checkpoint_part_decode(buffer_bytes(&bytes), salt, index + 1, &again));
    const uint64_t covered_bits = (PART_HEADER_BYTES + part->payload.size + 8) * UINT64_C(8);
    const struct bytes broken = flipped(buffer_bytes(&bytes), bit % covered_bits);
    ASSERT(!checkpoint_part_decode(broken, salt, index, &again));
    bytes_free(broken);
    buffer_deinit(&bytes);
}

static void check_end(const struct checkpoint_end *end, uint64_t bit)
{
    struct buffer block;
    struct checkpoint_end again;
    buffer_init(&block);
    checkpoint_end_encode(&block, end);
    ASSERT(block.size == END_BYTES);
    const uint64_t journal_id = end->header.journal_id;
    ASSERT(checkpoint_end_decode(buffer_bytes(&block), journal_id, &again));
    ASSERT(again.header.number == end->header.number && again.header.seq == end->header.seq);
    ASSERT(again.seq_max == end->seq_max && again.parts_count == end->parts_count);
    ASSERT(again.parts_end == end->parts_end && again.file_bytes == end->file_bytes);
    ASSERT(!checkpoint_end_decode(buffer_bytes(&block), journal_id + 1, &again));
    const struct bytes broken = flipped(buffer_bytes(&block), bit % (UINT64_C(72) * 8));
    ASSERT(!checkpoint_end_decode(broken, journal_id, &again));
    bytes_free(broken);
    buffer_deinit(&block);
}

/* The bytes as they are; and as the members of a header, a part and an end. */
void fuzz_checkpoint(struct bytes input)
{
    check_raw(input);
    struct cursor cursor = cursor_begin(input);
    const uint64_t bit = cursor_u64(&cursor);
    const uint64_t index = cursor_u8(&cursor);
    const struct checkpoint_header header = {cursor_u64(&cursor), cursor_u64(&cursor),
                                             cursor_u64(&cursor)};
    const struct checkpoint_end end = {header, cursor_u64(&cursor), cursor_u32(&cursor),
                                       cursor_u64(&cursor), cursor_u64(&cursor)};
    struct checkpoint_part part = {
        cursor_u32(&cursor), (int64_t)cursor_u64(&cursor), cursor_u64(&cursor), {NULL, 0}};
    part.payload = cursor_bytes(&cursor, cursor_left(&cursor));
    check_header(&header, bit);
    check_part(&part, index, checkpoint_salt(&header), bit);
    check_end(&end, bit);
}
