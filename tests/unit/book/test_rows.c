/* Rows of a batch: the bytes of docs/formats.md §13, and what is done with others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/hash.h"
#include "base/limits.h"
#include "book/rows.h"

static const struct book_row samples[] = {
    {BYTES_INIT("A-1"), 18, 1},
    {BYTES_INIT("\xD0\x96"), 0, 1},
    {BYTES_INIT("0557722"), STOCK_COUNT_MAX, 0},
};
enum { SAMPLES = sizeof(samples) / sizeof(samples[0]) };

static void write_samples(struct buffer *data)
{
    struct rows_writer writer;
    rows_begin(&writer, data);
    for (int i = 0; i < SAMPLES; i++)
        rows_add(&writer, &samples[i]);
    rows_end(&writer);
    assert_int_equal(writer.count, SAMPLES);
}

static void bytes_are_as_documented(void **state)
{
    (void)state;
    static const uint8_t golden[] = {
        1,                                                                       /* Version. */
        3, 'A',  '-',  '1', 18,  2,                                              /* +1 ms. */
        2, 0xD0, 0x96, 0,   0,                                                   /* The same. */
        7, '0',  '5',  '5', '7', '7', '2', '2', 0x80, 0xA8, 0xD6, 0xB9, 0x07, 1, /* -1 ms. */
    };
    struct buffer data;
    buffer_init(&data);
    write_samples(&data);
    assert_int_equal(data.size, sizeof(golden) + 8);
    assert_memory_equal(data.data, golden, sizeof(golden));
    struct cursor end = cursor_begin((struct bytes){data.data + sizeof(golden), 8});
    assert_true(cursor_u64(&end) == bytes_checksum((struct bytes){golden, sizeof(golden)}, 0));
    buffer_deinit(&data);
}

static void rows_come_back(void **state)
{
    (void)state;
    struct buffer data;
    buffer_init(&data);
    write_samples(&data);
    struct rows_walk walk;
    struct book_row row;
    assert_int_equal(rows_walk_begin(&walk, buffer_bytes(&data)), OK);
    for (int i = 0; i < SAMPLES; i++) {
        assert_true(rows_walk_next(&walk, &row));
        assert_true(bytes_equal(row.sku, samples[i].sku));
        assert_int_equal(row.count, samples[i].count);
        assert_int_equal(row.updated_at_ms, samples[i].updated_at_ms);
    }
    assert_false(rows_walk_next(&walk, &row));
    assert_false(walk.cursor.failed);
    buffer_deinit(&data);
}

static void each_damaged_byte_and_each_cut_is_seen(void **state)
{
    (void)state;
    struct buffer data;
    buffer_init(&data);
    write_samples(&data);
    struct rows_walk walk;
    for (size_t i = 0; i < data.size; i++) {
        data.data[i] ^= 0x10;
        assert_int_equal(rows_walk_begin(&walk, buffer_bytes(&data)), ERR_CORRUPT);
        data.data[i] ^= 0x10;
        assert_int_equal(rows_walk_begin(&walk, (struct bytes){data.data, i}), ERR_CORRUPT);
    }
    buffer_deinit(&data);
}

/* Ends what stands in `data` with its checksum, and reads it. */
static enum err read_sealed(struct buffer *data, struct rows_walk *walk)
{
    buffer_append_u64(data, bytes_checksum(buffer_bytes(data), 0));
    return rows_walk_begin(walk, buffer_bytes(data));
}

static void other_versions_and_bad_rows_are_refused(void **state)
{
    (void)state;
    static const struct bytes bad[] = {
        BYTES_INIT("\x01\x05X"),                                         /* Ends in the SKU. */
        BYTES_INIT("\x01\x01X\x05"),                                     /* Has no moment. */
        BYTES_INIT("\x01\x00\x05\x01"),                                  /* Has no SKU. */
        BYTES_INIT("\x01\x01X\x81\xA8\xD6\xB9\x07\x01"),                 /* Too many units. */
        BYTES_INIT("\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01X\x05"), /* A huge SKU. */
    };
    struct buffer data;
    struct rows_walk walk;
    struct book_row row;
    buffer_init(&data);
    buffer_append_u8(&data, 2);
    assert_int_equal(read_sealed(&data, &walk), ERR_UNSUPPORTED);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        buffer_clear(&data);
        buffer_append(&data, bad[i]);
        assert_int_equal(read_sealed(&data, &walk), OK);
        assert_false(rows_walk_next(&walk, &row));
        assert_true(walk.cursor.failed);
    }
    buffer_deinit(&data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_as_documented),
        cmocka_unit_test(rows_come_back),
        cmocka_unit_test(each_damaged_byte_and_each_cut_is_seen),
        cmocka_unit_test(other_versions_and_bad_rows_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
