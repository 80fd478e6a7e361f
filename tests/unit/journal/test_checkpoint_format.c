/* The bytes of a checkpoint, one by one: a change of the layout cannot slip in. They follow the
 * tables of docs/formats.md. */
#include "journal/checkpoint_format.h"
#include "journal_world.h"

enum { BLOCK = JOURNAL_BLOCK_BYTES };

/* clang-format off */
static const uint8_t header_bytes[] = {
    'S', 'T', 'J', 'C',                             /* Magic. */
    1, 0, 0, 0,                                     /* Version. */
    0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, /* Journal id. */
    1, 0, 0, 0, 0, 0, 0, 0,                         /* Number of the checkpoint. */
    2, 0, 0, 0, 0, 0, 0, 0,                         /* Records that it covers. */
    0x93, 0x48, 0x0E, 0x2B, 0x35, 0x5E, 0x8A, 0xC3, /* XXH3-64 of the above, seed 0. */
};

static const uint8_t part_bytes[] = {
    'S', 'T', 'J', 'P',                             /* Magic. */
    7, 0, 0, 0,                                     /* Kind. */
    0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, /* Key: -2. */
    1, 0, 0, 0, 0, 0, 0, 0,                         /* As of record 1. */
    0, 0, 0, 0, 0, 0, 0, 0,                         /* The first part. */
    6, 0, 0, 0,                                     /* Bytes of payload. */
    0, 0, 0, 0,                                     /* Reserved. */
    'g', 'o', 'l', 'd', 'e', 'n',
    0xDE, 0xA0, 0x97, 0x6A, 0xAE, 0xB4, 0x08, 0x76, /* XXH3-64, seed journal id + number. */
    0, 0,                                           /* Up to a multiple of 8. */
    'S', 'T', 'J', 'P',                             /* The second part, without a payload. */
    8, 0, 0, 0,
    3, 0, 0, 0, 0, 0, 0, 0,
    2, 0, 0, 0, 0, 0, 0, 0,
    1, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0,
    0, 0, 0, 0,
    0xA1, 0x58, 0x06, 0xB6, 0x5F, 0x34, 0x24, 0xAE,
};

static const uint8_t end_bytes[] = {
    'S', 'T', 'J', 'E',                             /* Magic. */
    0, 0, 0, 0,                                     /* Reserved. */
    0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, /* Journal id. */
    1, 0, 0, 0, 0, 0, 0, 0,                         /* Number of the checkpoint. */
    2, 0, 0, 0, 0, 0, 0, 0,                         /* Records that it covers. */
    2, 0, 0, 0, 0, 0, 0, 0,                         /* The largest number in it. */
    2, 0, 0, 0, 0, 0, 0, 0,                         /* Parts. */
    0x68, 0x10, 0, 0, 0, 0, 0, 0,                   /* Where they end. */
    0, 0x30, 0, 0, 0, 0, 0, 0,                      /* Bytes of the file. */
    0x6C, 0xA1, 0x06, 0x15, 0x3A, 0x48, 0x0D, 0xA8, /* XXH3-64 of the above, seed journal id. */
};
/* clang-format on */

/* The journal id is the first thing that a new journal takes from os->random(). */
static void fixed_random(struct os *os, void *data, size_t size)
{
    (void)os;
    for (size_t i = 0; i < size; i++)
        ((uint8_t *)data)[i] = (uint8_t)(i + 1);
}

static void assert_block(const uint8_t *block, const uint8_t *expected, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (block[i] != expected[i])
            fail_msg("byte %zu is %02x", i, block[i]);
    }
    for (size_t i = size; i < BLOCK; i++)
        assert_int_equal(block[i], 0);
}

static void checkpoint_has_the_documented_bytes(void **state)
{
    (void)state;
    uint8_t *data = NULL;
    size_t size = 0;
    struct checkpoint_writer *writer = NULL;
    struct world *world = malloc(sizeof(*world));
    assert_non_null(world);
    world_init(world, 1);
    world->os->random = fixed_random;
    assert_int_equal(world_open(world), OK);
    world_add(world, 1);
    world_add(world, 1);
    assert_int_equal(journal_checkpoint_begin(world->journal, &writer), OK);
    const struct checkpoint_part first = {7, -2, 1, BYTES_INIT("golden")};
    const struct checkpoint_part second = {8, 3, 2, {NULL, 0}};
    assert_int_equal(checkpoint_append(writer, &first), OK);
    assert_int_equal(checkpoint_append(writer, &second), OK);
    assert_int_equal(checkpoint_finish(writer), OK);
    assert_int_equal(
        os_read_file(world->os, CHECKPOINTS "/0000000000000001.checkpoint", 1000000, &data, &size),
        OK);
    assert_int_equal(size, 3 * BLOCK);
    assert_block(data, header_bytes, sizeof(header_bytes));
    assert_block(data + BLOCK, part_bytes, sizeof(part_bytes));
    assert_block(data + 2 * BLOCK, end_bytes, sizeof(end_bytes));
    free(data);
    world_deinit(world);
    free(world);
}

static void header_decode_takes_what_was_encoded_and_nothing_else(void **state)
{
    (void)state;
    const struct checkpoint_header header = {UINT64_MAX - 1, 77, UINT64_C(1) << 60};
    struct checkpoint_header decoded;
    struct buffer block;
    buffer_init(&block);
    checkpoint_header_encode(&block, &header);
    assert_int_equal(block.size, BLOCK);
    assert_int_equal(checkpoint_header_decode(buffer_bytes(&block), &decoded), OK);
    assert_memory_equal(&decoded, &header, sizeof(header));
    for (size_t size = 0; size < sizeof(header_bytes); size++)
        assert_int_equal(checkpoint_header_decode((struct bytes){block.data, size}, &decoded),
                         ERR_CORRUPT);
    for (size_t i = 0; i < sizeof(header_bytes); i++) {
        block.data[i] ^= 0x40;
        const enum err error = checkpoint_header_decode(buffer_bytes(&block), &decoded);
        assert_int_equal(error, i >= 4 && i < 8 ? ERR_UNSUPPORTED : ERR_CORRUPT);
        block.data[i] ^= 0x40;
    }
    buffer_deinit(&block);
}

static void end_decode_takes_what_was_encoded_and_nothing_else(void **state)
{
    (void)state;
    const struct checkpoint_end end = {{99, 2, 3}, 4, 5, 6, 7};
    struct checkpoint_end decoded;
    struct buffer block;
    buffer_init(&block);
    checkpoint_end_encode(&block, &end);
    assert_int_equal(block.size, BLOCK);
    assert_true(checkpoint_end_decode(buffer_bytes(&block), 99, &decoded));
    assert_memory_equal(&decoded, &end, sizeof(end));
    assert_false(checkpoint_end_decode(buffer_bytes(&block), 98, &decoded)); /* Another journal. */
    for (size_t size = 0; size < sizeof(end_bytes); size++)
        assert_false(checkpoint_end_decode((struct bytes){block.data, size}, 99, &decoded));
    for (size_t bit = 0; bit < sizeof(end_bytes) * 8; bit++) {
        block.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
        assert_false(checkpoint_end_decode(buffer_bytes(&block), 99, &decoded));
        block.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    buffer_deinit(&block);
}

static void part_decode_takes_what_was_encoded_and_nothing_else(void **state)
{
    (void)state;
    const struct checkpoint_part part = {5, INT64_MIN, UINT64_MAX, BYTES_INIT("some payload")};
    const size_t used = PART_HEADER_BYTES + 12 + 8;
    struct checkpoint_part decoded;
    struct buffer buffer;
    buffer_init(&buffer);
    checkpoint_part_encode(&buffer, 99, 1234, &part);
    assert_int_equal(buffer.size, PART_BYTES(12));
    assert_int_equal(checkpoint_part_bytes(buffer_bytes(&buffer)), PART_BYTES(12));
    assert_true(checkpoint_part_decode(buffer_bytes(&buffer), 99, 1234, &decoded));
    assert_int_equal(decoded.kind, part.kind);
    assert_int_equal(decoded.key, part.key);
    assert_int_equal(decoded.seq, part.seq);
    assert_true(bytes_equal(decoded.payload, part.payload));
    assert_false(checkpoint_part_decode(buffer_bytes(&buffer), 98, 1234, &decoded));
    assert_false(checkpoint_part_decode(buffer_bytes(&buffer), 99, 1235, &decoded));
    for (size_t size = 0; size < used; size++) {
        const struct bytes cut = {buffer.data, size};
        assert_false(checkpoint_part_decode(cut, 99, 1234, &decoded));
        assert_int_equal(checkpoint_part_bytes(cut), size < PART_HEADER_BYTES ? 0 : PART_BYTES(12));
    }
    for (size_t bit = 0; bit < used * 8; bit++) {
        buffer.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
        assert_false(checkpoint_part_decode(buffer_bytes(&buffer), 99, 1234, &decoded));
        buffer.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    buffer_deinit(&buffer);
}

static void parts_take_multiples_of_eight(void **state)
{
    (void)state;
    static const size_t rows[][2] = {{0, 48}, {1, 56}, {8, 56}, {9, 64}, {8388608, 8388656}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(PART_BYTES(rows[i][0]), rows[i][1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checkpoint_has_the_documented_bytes),
        cmocka_unit_test(header_decode_takes_what_was_encoded_and_nothing_else),
        cmocka_unit_test(end_decode_takes_what_was_encoded_and_nothing_else),
        cmocka_unit_test(part_decode_takes_what_was_encoded_and_nothing_else),
        cmocka_unit_test(parts_take_multiples_of_eight),
    };
    world_prepare();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
