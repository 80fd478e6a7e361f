/* The cursor, together with what a buffer writes: the numbers come back, and no read passes the
 * end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/chance.h"
#include "../../support/expect.h"
#include "base/buffer.h"

static void numbers_are_little_endian(void **state)
{
    (void)state;
    struct buffer buffer;
    buffer_init(&buffer);
    buffer_append_u8(&buffer, 0x01);
    buffer_append_u8(&buffer, 0x02);
    buffer_append_u8(&buffer, 0x03);
    buffer_append_u32(&buffer, 0x07060504);
    buffer_append_u64(&buffer, UINT64_C(0x0F0E0D0C0B0A0908));
    EXPECT_BYTES(buffer_bytes(&buffer),
                 BYTES("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0A\x0B\x0C\x0D\x0E\x0F"));
    struct cursor cursor = cursor_begin(buffer_bytes(&buffer));
    assert_int_equal(cursor_left(&cursor), 15);
    assert_int_equal(cursor_u8(&cursor), 0x01);
    assert_int_equal(cursor_u8(&cursor), 0x02);
    assert_int_equal(cursor_u8(&cursor), 0x03);
    assert_int_equal(cursor_u32(&cursor), 0x07060504);
    assert_int_equal(cursor_u64(&cursor), UINT64_C(0x0F0E0D0C0B0A0908));
    assert_int_equal(cursor_left(&cursor), 0);
    assert_false(cursor.failed);
    buffer_deinit(&buffer);
}

static void read_past_the_end_fails_and_so_does_every_later_one(void **state)
{
    (void)state;
    struct cursor cursor = cursor_begin(BYTES("\x01\x02\x03"));
    assert_int_equal(cursor_u32(&cursor), 0);
    assert_true(cursor.failed);
    assert_int_equal(cursor_left(&cursor), 0);
    assert_int_equal(cursor_u8(&cursor), 0);
    assert_int_equal(cursor_u64(&cursor), 0);
    assert_int_equal(cursor_varint(&cursor), 0);
    assert_int_equal(cursor_zigzag(&cursor), 0);
    assert_int_equal(cursor_bytes(&cursor, 1).size, 0);
    assert_true(cursor.failed);
}

static void bytes_are_taken_whole_or_not_at_all(void **state)
{
    (void)state;
    struct cursor cursor = cursor_begin(BYTES("abcdef"));
    EXPECT_TEXT(cursor_bytes(&cursor, 2), "ab");
    EXPECT_TEXT(cursor_bytes(&cursor, 0), "");
    EXPECT_TEXT(cursor_bytes(&cursor, 4), "cdef");
    assert_false(cursor.failed);
    EXPECT_TEXT(cursor_bytes(&cursor, 0), "");
    assert_false(cursor.failed);
    EXPECT_TEXT(cursor_bytes(&cursor, 1), "");
    assert_true(cursor.failed);

    cursor = cursor_begin(BYTES("abc"));
    EXPECT_TEXT(cursor_bytes(&cursor, UINT64_MAX), "");
    assert_true(cursor.failed);
    cursor = cursor_begin((struct bytes){NULL, 0});
    assert_int_equal(cursor_u8(&cursor), 0);
    assert_true(cursor.failed);
}

static void varints_have_these_bytes(void **state)
{
    (void)state;
    static const struct {
        uint64_t value;
        struct bytes bytes;
    } rows[] = {
        {0, BYTES_INIT("\x00")},
        {1, BYTES_INIT("\x01")},
        {127, BYTES_INIT("\x7F")},
        {128, BYTES_INIT("\x80\x01")},
        {300, BYTES_INIT("\xAC\x02")},
        {16383, BYTES_INIT("\xFF\x7F")},
        {16384, BYTES_INIT("\x80\x80\x01")},
        {UINT32_MAX, BYTES_INIT("\xFF\xFF\xFF\xFF\x0F")},
        {INT64_MAX, BYTES_INIT("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F")},
        {UINT64_MAX, BYTES_INIT("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01")},
    };
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        struct buffer buffer;
        buffer_init(&buffer);
        buffer_append_varint(&buffer, rows[i].value);
        EXPECT_BYTES(buffer_bytes(&buffer), rows[i].bytes);
        struct cursor cursor = cursor_begin(rows[i].bytes);
        assert_true(cursor_varint(&cursor) == rows[i].value);
        assert_false(cursor.failed);
        assert_int_equal(cursor_left(&cursor), 0);
        buffer_deinit(&buffer);
    }
}

static void varints_that_are_cut_or_too_large_fail(void **state)
{
    (void)state;
    static const struct bytes rows[] = {
        BYTES_INIT(""),
        BYTES_INIT("\x80"),
        BYTES_INIT("\xFF\xFF"),
        BYTES_INIT("\x80\x80\x80\x80\x80\x80\x80\x80\x80"),
        BYTES_INIT("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x02"), /* Bit 64. */
        BYTES_INIT("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F"),
        BYTES_INIT("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"), /* Eleven bytes. */
        BYTES_INIT("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x81\x00"),
    };
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        struct cursor cursor = cursor_begin(rows[i]);
        assert_true(cursor_varint(&cursor) == 0);
        assert_true(cursor.failed);
        cursor = cursor_begin(rows[i]);
        assert_true(cursor_zigzag(&cursor) == 0);
        assert_true(cursor.failed);
    }
}

static void zigzag_keeps_small_numbers_of_both_signs_short(void **state)
{
    (void)state;
    static const struct {
        int64_t value;
        struct bytes bytes;
    } rows[] = {
        {0, BYTES_INIT("\x00")},
        {-1, BYTES_INIT("\x01")},
        {1, BYTES_INIT("\x02")},
        {-64, BYTES_INIT("\x7F")},
        {64, BYTES_INIT("\x80\x01")},
        {INT64_MAX, BYTES_INIT("\xFE\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01")},
        {INT64_MIN, BYTES_INIT("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01")},
    };
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        struct buffer buffer;
        buffer_init(&buffer);
        buffer_append_zigzag(&buffer, rows[i].value);
        EXPECT_BYTES(buffer_bytes(&buffer), rows[i].bytes);
        struct cursor cursor = cursor_begin(rows[i].bytes);
        assert_true(cursor_zigzag(&cursor) == rows[i].value);
        assert_false(cursor.failed);
        buffer_deinit(&buffer);
    }
}

static void random_numbers_come_back_from_varint_and_zigzag(void **state)
{
    (void)state;
    struct chance chance = chance_begin(__func__);
    enum { NUMBERS_COUNT = 20000 };
    static uint64_t numbers[NUMBERS_COUNT];
    struct buffer buffer;
    buffer_init(&buffer);
    for (size_t i = 0; i < NUMBERS_COUNT; i++) {
        numbers[i] = chance_u64(&chance) >> chance_below(&chance, 64);
        buffer_append_varint(&buffer, numbers[i]);
        buffer_append_zigzag(&buffer, (int64_t)numbers[i]);
        buffer_append_zigzag(&buffer, -(int64_t)(numbers[i] >> 1));
    }
    struct cursor cursor = cursor_begin(buffer_bytes(&buffer));
    for (size_t i = 0; i < NUMBERS_COUNT; i++) {
        assert_true(cursor_varint(&cursor) == numbers[i]);
        assert_true(cursor_zigzag(&cursor) == (int64_t)numbers[i]);
        assert_true(cursor_zigzag(&cursor) == -(int64_t)(numbers[i] >> 1));
    }
    assert_false(cursor.failed);
    assert_int_equal(cursor_left(&cursor), 0);
    buffer_deinit(&buffer);
}

/* Some read; gives the bytes that it asked for, 0 when that is for the data to say. */
static uint64_t read_something(struct chance *chance, struct cursor *cursor)
{
    switch (chance_below(chance, 7)) {
    case 0:
        cursor_u8(cursor);
        return 1;
    case 1:
        (void)cursor_bytes(cursor, 2);
        return 2;
    case 2:
        cursor_u32(cursor);
        return 4;
    case 3:
        cursor_u64(cursor);
        return 8;
    case 4:
        cursor_varint(cursor);
        return 0;
    case 5:
        cursor_zigzag(cursor);
        return 0;
    default: {
        const uint64_t size = chance_u64(chance) >> chance_below(chance, 64);
        const struct bytes taken = cursor_bytes(cursor, size);
        assert_true(taken.size == (cursor->failed ? 0 : size));
        return size;
    }
    }
}

static void random_reads_never_pass_the_end(void **state)
{
    (void)state;
    struct chance chance = chance_begin(__func__);
    for (int round = 0; round < 20000; round++) {
        const size_t size = (size_t)chance_below(&chance, 40);
        uint8_t *data = malloc(size + 1); /* Of its own, so that a sanitizer sees the end. */
        assert_non_null(data);
        data = realloc(data, size > 0 ? size : 1);
        assert_non_null(data);
        chance_fill(&chance, data, size);
        struct cursor cursor = cursor_begin((struct bytes){data, size});
        while (!cursor.failed) {
            const size_t left = cursor_left(&cursor);
            const uint64_t wanted = read_something(&chance, &cursor);
            assert_true(cursor.at <= cursor.end);
            assert_true(cursor.at >= data);
            if (wanted > 0)
                assert_int_equal(cursor.failed, wanted > left);
            if (!cursor.failed && wanted > 0)
                assert_int_equal(cursor_left(&cursor), left - wanted);
        }
        assert_int_equal(cursor_left(&cursor), 0);
        free(data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_little_endian),
        cmocka_unit_test(read_past_the_end_fails_and_so_does_every_later_one),
        cmocka_unit_test(bytes_are_taken_whole_or_not_at_all),
        cmocka_unit_test(varints_have_these_bytes),
        cmocka_unit_test(varints_that_are_cut_or_too_large_fail),
        cmocka_unit_test(zigzag_keeps_small_numbers_of_both_signs_short),
        cmocka_unit_test(random_numbers_come_back_from_varint_and_zigzag),
        cmocka_unit_test(random_reads_never_pass_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
