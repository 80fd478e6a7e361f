/* The bytes of a segment, one by one: a change of the layout cannot slip in. They follow the tables
 * of docs/formats.md. */
#include "journal_world.h"

enum { BLOCK = JOURNAL_BLOCK_BYTES };

/* clang-format off */
static const uint8_t header_bytes[] = {
    'S', 'T', 'J', 'G',                             /* Magic. */
    1, 0, 0, 0,                                     /* Version. */
    0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, /* Journal id. */
    1, 0, 0, 0, 0, 0, 0, 0,                         /* Index of the segment. */
    1, 0, 0, 0, 0, 0, 0, 0,                         /* Number of its first record. */
    0x72, 0x63, 0x92, 0xFA, 0x61, 0x9C, 0x95, 0xC5, /* XXH3-64 of the above, seed 0. */
};

static const uint8_t frame_bytes[] = {
    'S', 'T', 'J', 'F',                             /* Magic. */
    2, 0, 0, 0,                                     /* Records. */
    20, 0, 0, 0,                                    /* Bytes of payload. */
    0, 0, 0, 0,                                     /* Reserved. */
    1, 0, 0, 0, 0, 0, 0, 0,                         /* Number of the first record. */
    6, 0, 0, 0, 'g', 'o', 'l', 'd', 'e', 'n',       /* A record: size and content. */
    6, 0, 0, 0, 'r', 'e', 'c', 'o', 'r', 'd',
    0x57, 0x53, 0x86, 0xF6, 0xAC, 0x94, 0x40, 0x3B, /* XXH3-64 of the above, seed journal id. */
};
/* clang-format on */

/* The journal id is the first thing that a new journal takes from os->random(). */
static void fixed_random(struct os *os, void *data, size_t size)
{
    (void)os;
    for (size_t i = 0; i < size; i++)
        ((uint8_t *)data)[i] = (uint8_t)(i + 1);
}

static void append(struct journal *journal, struct bytes record)
{
    assert_int_equal(journal_reserve(journal, record.size), OK);
    (void)journal_append(journal, record.size, record);
}

static void assert_block(const uint8_t *block, const uint8_t *expected, size_t size)
{
    assert_memory_equal(block, expected, size);
    for (size_t i = size; i < BLOCK; i++)
        assert_int_equal(block[i], 0);
}

static void segment_has_the_documented_bytes(void **state)
{
    (void)state;
    static uint8_t blocks[2 * BLOCK];
    struct world *world = malloc(sizeof(*world));
    assert_non_null(world);
    world_init(world, 1);
    world->os->random = fixed_random;
    assert_int_equal(world_open(world), OK);
    append(world->journal, BYTES("golden"));
    append(world->journal, BYTES("record"));
    assert_int_equal(journal_commit(world->journal), OK);
    world_read(world, 1, 0, blocks, sizeof(blocks));
    assert_block(blocks, header_bytes, sizeof(header_bytes));
    assert_block(blocks + BLOCK, frame_bytes, sizeof(frame_bytes));
    world_deinit(world);
    free(world);
}

static void header_decode_is_the_inverse_of_encode(void **state)
{
    (void)state;
    const struct segment_header header = {UINT64_MAX - 1, 77, UINT64_C(1) << 60};
    struct segment_header decoded;
    struct buffer block;
    buffer_init(&block);
    segment_header_encode(&block, &header);
    assert_int_equal(block.size, BLOCK);
    assert_int_equal(segment_header_decode(buffer_bytes(&block), &decoded), OK);
    assert_memory_equal(&decoded, &header, sizeof(header));
    for (size_t size = 0; size < sizeof(header_bytes); size++)
        assert_int_equal(segment_header_decode((struct bytes){block.data, size}, &decoded),
                         ERR_CORRUPT);
    for (size_t i = 0; i < sizeof(header_bytes); i++) {
        block.data[i] ^= 0x40;
        const enum err error = segment_header_decode(buffer_bytes(&block), &decoded);
        assert_int_equal(error, i >= 4 && i < 8 ? ERR_UNSUPPORTED : ERR_CORRUPT);
        block.data[i] ^= 0x40;
    }
    buffer_deinit(&block);
}

static void frame_decode_takes_what_was_encoded_and_nothing_else(void **state)
{
    (void)state;
    struct frame frame;
    struct buffer buffer;
    buffer_init(&buffer);
    frame_begin(&buffer);
    buffer_append_text(&buffer, "some payload");
    frame_end(&buffer, 99, 1234, 5);
    assert_int_equal(buffer.size, BLOCK);
    assert_true(frame_decode(buffer_bytes(&buffer), 99, &frame));
    assert_int_equal(frame.seq_first, 1234);
    assert_int_equal(frame.records_count, 5);
    assert_int_equal(frame.payload.size, 12);
    assert_memory_equal(frame.payload.data, "some payload", 12);
    assert_false(frame_decode(buffer_bytes(&buffer), 98, &frame)); /* Another journal. */
    const size_t used = FRAME_HEADER_BYTES + 12 + CHECKSUM_BYTES;
    for (size_t size = 0; size < used; size++)
        assert_false(frame_decode((struct bytes){buffer.data, size}, 99, &frame));
    for (size_t bit = 0; bit < used * 8; bit++) {
        buffer.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
        assert_false(frame_decode(buffer_bytes(&buffer), 99, &frame));
        buffer.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    buffer_deinit(&buffer);
}

static void frames_take_whole_blocks(void **state)
{
    (void)state;
    static const struct {
        size_t payload;
        size_t blocks;
    } rows[] = {{1, 1}, {4064, 1}, {4065, 2}, {4096, 2}, {8160, 2}, {8161, 3}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(FRAME_BYTES(rows[i].payload), rows[i].blocks * BLOCK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(segment_has_the_documented_bytes),
        cmocka_unit_test(header_decode_is_the_inverse_of_encode),
        cmocka_unit_test(frame_decode_takes_what_was_encoded_and_nothing_else),
        cmocka_unit_test(frames_take_whole_blocks),
    };
    world_prepare();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
