/* The layout of a history file (docs/formats.md §14): the documented bytes, and that nothing but
 * what was encoded is decoded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "journal/history_format.h"

enum { CHECKSUM_SIZE = 8 };

#define JOURNAL_ID UINT64_C(0x72b08ff02012c84e)

static const struct history_header header = {
    .journal_id = JOURNAL_ID,
    .number = 3,
    .seq_first = 5,
    .seq_last = 260,
    .at_first_ms = INT64_C(1704067200000),
    .at_last_ms = -2,
    .index_offset = 4096 + 80,
    .chunks_count = 1,
    .file_bytes = 8192,
};

/* clang-format off */
static const uint8_t header_bytes[] = {
    'S', 'T', 'J', 'H',
    1, 0, 0, 0,                                     /* Version. */
    0x4e, 0xc8, 0x12, 0x20, 0xf0, 0x8f, 0xb0, 0x72, /* Journal id. */
    3, 0, 0, 0, 0, 0, 0, 0,                         /* Number. */
    5, 0, 0, 0, 0, 0, 0, 0,                         /* First record. */
    4, 1, 0, 0, 0, 0, 0, 0,                         /* Last record. */
    0x00, 0xf4, 0x51, 0xc2, 0x8c, 0x01, 0, 0,       /* From. */
    0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, /* To. */
    0x50, 0x10, 0, 0, 0, 0, 0, 0,                   /* Index. */
    1, 0, 0, 0,                                     /* Chunks. */
    0, 0, 0, 0,
    0x00, 0x20, 0, 0, 0, 0, 0, 0,                   /* File size. */
};

/* Records 5 and 260 of shelf -2, which speak of the cells 0 and 9. */
static const uint8_t head_bytes[] = {
    'S', 'T', 'J', 'K',
    2, 0, 0, 0,                                     /* Records. */
    0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, /* Shelf. */
    5, 0, 0, 0, 0, 0, 0, 0,                         /* First. */
    4, 1, 0, 0, 0, 0, 0, 0,                         /* Last. */
    8, 0, 0, 0,                                     /* Filter size. */
    9, 0, 0, 0,                                     /* Payload size. */
    0x00, 0x00, 0x00, 0x40, 0x20, 0x00, 0x00, 0xa0, /* Filter. */
};

static const uint8_t payload_bytes[] = {
    0, 2, 'a', 'b',
    0xff, 0x01, 2, 'c', 'd',                        /* 255 more. */
};
/* clang-format on */

static void header_has_the_documented_bytes(void **state)
{
    (void)state;
    struct history_header decoded;
    struct buffer block;
    buffer_init(&block);
    history_header_encode(&block, &header);
    assert_int_equal(block.size, JOURNAL_BLOCK_BYTES);
    assert_memory_equal(block.data, header_bytes, sizeof(header_bytes));
    struct cursor cursor =
        cursor_begin((struct bytes){block.data + sizeof(header_bytes), CHECKSUM_SIZE});
    assert_true(cursor_u64(&cursor) ==
                bytes_checksum((struct bytes){header_bytes, sizeof(header_bytes)}, 0));
    for (size_t i = sizeof(header_bytes) + CHECKSUM_SIZE; i < JOURNAL_BLOCK_BYTES; i++)
        assert_int_equal(block.data[i], 0);
    assert_int_equal(history_header_decode(buffer_bytes(&block), &decoded), OK);
    struct buffer again;
    buffer_init(&again);
    history_header_encode(&again, &decoded);
    assert_true(bytes_equal(buffer_bytes(&again), buffer_bytes(&block)));
    buffer_deinit(&again);
    for (size_t size = 0; size < sizeof(header_bytes) + CHECKSUM_SIZE; size++)
        assert_int_equal(history_header_decode((struct bytes){block.data, size}, &decoded),
                         ERR_CORRUPT);
    for (size_t i = 0; i < sizeof(header_bytes) + CHECKSUM_SIZE; i++) {
        block.data[i] ^= 0x10;
        assert_int_equal(history_header_decode(buffer_bytes(&block), &decoded),
                         i >= 4 && i < 8 ? ERR_UNSUPPORTED : ERR_CORRUPT);
        block.data[i] ^= 0x10;
    }
    buffer_deinit(&block);
}

static void header_whose_index_stands_outside_is_none(void **state)
{
    (void)state;
    struct history_header bad[] = {header, header, header, header};
    bad[0].index_offset = 4095;
    bad[1].index_offset = 8192 - 32;
    bad[2].chunks_count = UINT32_MAX;
    bad[3].seq_first = 261;
    for (size_t i = 0; i < 4; i++) {
        struct history_header decoded;
        struct buffer block;
        buffer_init(&block);
        history_header_encode(&block, &bad[i]);
        assert_int_equal(history_header_decode(buffer_bytes(&block), &decoded), ERR_CORRUPT);
        buffer_deinit(&block);
    }
}

/* Whether all but what fills up is verified; `salt` is not another file's. */
static bool is_sound(struct bytes bytes, uint64_t salt)
{
    struct history_chunk chunk;
    if (!history_chunk_peek(bytes, &chunk))
        return false;
    const size_t size = history_chunk_head_bytes(&chunk);
    if (size > bytes.size)
        return false;
    return history_chunk_head_is_sound((struct bytes){bytes.data, size}, &chunk, salt) &&
           history_chunk_payload_is_sound((struct bytes){bytes.data + size, bytes.size - size},
                                          &chunk, salt);
}

static void chunk_has_the_documented_bytes(void **state)
{
    (void)state;
    const uint64_t salt = history_salt(&header);
    assert_true(salt == JOURNAL_ID + 3);
    const struct journal_record records[] = {{5, BYTES_INIT("ab")}, {260, BYTES_INIT("cd")}};
    struct buffer payload;
    struct buffer bytes;
    buffer_init(&payload);
    buffer_init(&bytes);
    history_record_encode(&payload, 5, &records[0]);
    history_record_encode(&payload, 5, &records[1]);
    assert_int_equal(payload.size, sizeof(payload_bytes));
    assert_memory_equal(payload.data, payload_bytes, sizeof(payload_bytes));
    uint8_t filter[8] = {0};
    assert_int_equal(history_filter_bytes(2), 8);
    history_filter_add(filter, 8, 0);
    history_filter_add(filter, 8, 9);
    const struct history_chunk chunk = {2, -2, 5, 260, 8, sizeof(payload_bytes)};
    history_chunk_head_encode(&bytes, &chunk, filter, salt);
    assert_int_equal(bytes.size, sizeof(head_bytes) + CHECKSUM_SIZE);
    assert_memory_equal(bytes.data, head_bytes, sizeof(head_bytes));
    history_chunk_payload_encode(&bytes, buffer_bytes(&payload), salt);
    assert_int_equal(bytes.size, sizeof(head_bytes) + CHECKSUM_SIZE + 16 + CHECKSUM_SIZE);
    assert_int_equal(bytes.size,
                     history_chunk_head_bytes(&chunk) + history_chunk_payload_bytes(&chunk));
    assert_true(is_sound(buffer_bytes(&bytes), salt));
    assert_false(is_sound(buffer_bytes(&bytes), salt + 1));
    const size_t covered = bytes.size - 7; /* What stands behind fills up. */
    for (size_t bit = 0; bit < covered * 8; bit++) {
        bytes.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
        assert_false(is_sound(buffer_bytes(&bytes), salt));
        bytes.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    buffer_deinit(&payload);
    buffer_deinit(&bytes);
}

static void records_come_back_and_no_others(void **state)
{
    (void)state;
    const struct history_chunk chunk = {2, -2, 5, 260, 8, sizeof(payload_bytes)};
    struct cursor cursor = cursor_begin((struct bytes){payload_bytes, sizeof(payload_bytes)});
    struct journal_record record = {.seq = 5};
    assert_true(history_record_decode(&cursor, &chunk, &record));
    assert_int_equal(record.seq, 5);
    assert_true(bytes_equal(record.payload, BYTES("ab")));
    assert_true(history_record_decode(&cursor, &chunk, &record));
    assert_int_equal(record.seq, 260);
    assert_true(bytes_equal(record.payload, BYTES("cd")));
    assert_false(history_record_decode(&cursor, &chunk, &record)); /* Nothing is left. */
    static const char *const bad[] = {"\1\5abc", "\xff\xff\x03\x01x", "\x01"};
    for (size_t i = 0; i < 3; i++) {
        cursor = cursor_begin(bytes_from_text(bad[i]));
        record.seq = 5;
        assert_false(history_record_decode(&cursor, &chunk, &record));
    }
}

/* No item is ever missed, and few others are taken for one. */
static void filters_know_their_items(void **state)
{
    (void)state;
    enum { ITEMS = 1000, OTHERS = 100000 };
    const uint32_t size = history_filter_bytes(ITEMS);
    uint8_t *filter = calloc(1, size);
    assert_non_null(filter);
    assert_int_equal(size, 1024);
    assert_int_equal(history_filter_bytes(0), 8);
    assert_int_equal(history_filter_bytes(HISTORY_FILTER_BYTES_MAX), HISTORY_FILTER_BYTES_MAX);
    assert_int_equal(history_filter_bytes(HISTORY_FILTER_BYTES_MAX + 1), 0);
    for (uint32_t i = 0; i < ITEMS; i++)
        history_filter_add(filter, size, i * 37);
    for (uint32_t i = 0; i < ITEMS; i++)
        assert_true(history_filter_has(filter, size, i * 37));
    int taken = 0;
    for (uint32_t i = 0; i < OTHERS; i++)
        taken += i % 37 != 0 && history_filter_has(filter, size, i);
    assert_in_range(taken, 0, OTHERS / 15);
    free(filter);
}

static void index_has_the_documented_bytes(void **state)
{
    (void)state;
    static const uint8_t golden[HISTORY_INDEX_BYTES] = {
        0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 5,    0,    0, 0, 0, 0, 0, 0,
        4,    1,    0,    0,    0,    0,    0,    0,    0x00, 0x10, 0, 0, 0, 0, 0, 0};
    const struct history_index_entry entry = {-2, 5, 260, 4096};
    struct buffer index;
    buffer_init(&index);
    history_index_entry_encode(&index, &entry);
    assert_memory_equal(index.data, golden, sizeof(golden));
    history_index_end(&index, 0, 77);
    assert_int_equal(index.size, history_index_bytes(1));
    assert_true(history_index_is_sound(buffer_bytes(&index), 77));
    assert_false(history_index_is_sound(buffer_bytes(&index), 78));
    assert_false(history_index_is_sound((struct bytes){index.data, index.size - 1}, 77));
    const struct history_index_entry decoded = history_index_entry_decode(buffer_bytes(&index), 0);
    assert_memory_equal(&decoded, &entry, sizeof(entry));
    index.data[9] ^= 1;
    assert_false(history_index_is_sound(buffer_bytes(&index), 77));
    buffer_deinit(&index);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(header_has_the_documented_bytes),
        cmocka_unit_test(header_whose_index_stands_outside_is_none),
        cmocka_unit_test(chunk_has_the_documented_bytes),
        cmocka_unit_test(records_come_back_and_no_others),
        cmocka_unit_test(filters_know_their_items),
        cmocka_unit_test(index_has_the_documented_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
