/* Views of bytes: comparing, trimming, splitting, numbers and UTF-8. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "../../support/chance.h"
#include "../../support/expect.h"
#include "base/bytes.h"

static void text_without_a_view_has_no_bytes(void **state)
{
    (void)state;
    assert_int_equal(bytes_from_text(NULL).size, 0);
    assert_int_equal(bytes_from_text("").size, 0);
    assert_int_equal(bytes_from_text("abc").size, 3);
    assert_int_equal(BYTES("a\0b").size, 3);
    assert_true(bytes_equal(bytes_from_text(NULL), BYTES("")));
}

static void equal_means_every_byte_and_the_size(void **state)
{
    (void)state;
    static const struct {
        struct bytes left;
        struct bytes right;
        bool equal;
    } rows[] = {
        {BYTES_INIT(""), BYTES_INIT(""), true},
        {BYTES_INIT(""), BYTES_INIT("a"), false},
        {BYTES_INIT("a"), BYTES_INIT("a"), true},
        {BYTES_INIT("a"), BYTES_INIT("ab"), false},
        {BYTES_INIT("b"), BYTES_INIT("ab"), false},
        {BYTES_INIT("\x7F"), BYTES_INIT("\x80"), false},
        {BYTES_INIT("a\0b"), BYTES_INIT("a\0c"), false},
        {BYTES_INIT("A"), BYTES_INIT("a"), false},
    };
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        assert_int_equal(bytes_equal(rows[i].left, rows[i].right), rows[i].equal);
        assert_int_equal(bytes_equal(rows[i].right, rows[i].left), rows[i].equal);
    }
}

static void case_is_ignored_for_ascii_letters_alone(void **state)
{
    (void)state;
    assert_true(bytes_equal_ignoring_case(BYTES("Content-TYPE"), BYTES("content-type")));
    assert_true(bytes_equal_ignoring_case(BYTES("[@`{"), BYTES("[@`{")));
    assert_false(bytes_equal_ignoring_case(BYTES("@["), BYTES("`{")));
    assert_false(bytes_equal_ignoring_case(BYTES("a"), BYTES("ab")));
    assert_false(bytes_equal_ignoring_case(BYTES("\xC3\x84"), BYTES("\xC3\xA4")));
    assert_false(bytes_equal(BYTES("A"), BYTES("a")));
}

static void prefix_is_found_at_the_start_only(void **state)
{
    (void)state;
    assert_true(bytes_starts_with(BYTES("/v2/x"), BYTES("/v2/")));
    assert_true(bytes_starts_with(BYTES("/v2/"), BYTES("/v2/")));
    assert_true(bytes_starts_with(BYTES("x"), BYTES("")));
    assert_false(bytes_starts_with(BYTES("/v2"), BYTES("/v2/")));
    assert_false(bytes_starts_with(BYTES("x/v2/"), BYTES("/v2/")));
    assert_false(bytes_starts_with(BYTES(""), BYTES("/")));
}

static void trimming_removes_ascii_white_space_from_both_ends(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"", ""},
        {" ", ""},
        {" \t\n\v\f\r", ""},
        {"a", "a"},
        {"  SKU 123\t ", "SKU 123"},
        {"\t\n\v\f\r a \t\n\v\f\r", "a"},
        {"a\t\tb", "a\t\tb"},
        {"\xC2\xA0 a", "\xC2\xA0 a"}, /* A no-break space is no white space here. */
        {"\x1C"
         "a\b",
         "\x1C"
         "a\b"},
        {"\xE2\x80\x83"
         "a",
         "\xE2\x80\x83"
         "a"},
    };
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++)
        EXPECT_TEXT(bytes_trim(bytes_from_text(rows[i][0])), rows[i][1]);
    EXPECT_BYTES(bytes_trim(BYTES(" \0 ")), BYTES("\0"));
}

static void splitting_takes_the_first_separator(void **state)
{
    (void)state;
    static const char *const rows[][3] = {
        {"", "", ""},    {"a", "a", ""},  {"a,b", "a", "b"},
        {",b", "", "b"}, {"a,", "a", ""}, {"a,b,c", "a", "b,c"},
        {",", "", ""},   {",,", "", ","}, {"a;b", "a;b", ""},
    };
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        struct bytes head;
        const struct bytes rest = bytes_split(bytes_from_text(rows[i][0]), ',', &head);
        EXPECT_TEXT(head, rows[i][1]);
        EXPECT_TEXT(rest, rows[i][2]);
    }
    struct bytes head;
    assert_int_equal(bytes_split((struct bytes){NULL, 0}, ',', &head).size, 0);
    assert_int_equal(head.size, 0);
}

/* Unicode 15, table 3-7, its borders from both sides, and what stands in no row of it. */
static const struct {
    struct bytes bytes;
    size_t valid_bytes;
} utf8_rows[] = {
    {BYTES_INIT(""), 0},
    {BYTES_INIT("\x00"), 1},
    {BYTES_INIT("abc\x7F"), 4},
    {BYTES_INIT("\xC2\x80"), 2},
    {BYTES_INIT("\xDF\xBF"), 2},
    {BYTES_INIT("\xE0\xA0\x80"), 3},
    {BYTES_INIT("\xE1\x80\x80"), 3},
    {BYTES_INIT("\xEC\xBF\xBF"), 3},
    {BYTES_INIT("\xED\x80\x80"), 3},
    {BYTES_INIT("\xED\x9F\xBF"), 3},
    {BYTES_INIT("\xEE\x80\x80"), 3},
    {BYTES_INIT("\xEF\xBF\xBF"), 3},
    {BYTES_INIT("\xF0\x90\x80\x80"), 4},
    {BYTES_INIT("\xF1\x80\x80\x80"), 4},
    {BYTES_INIT("\xF3\xBF\xBF\xBF"), 4},
    {BYTES_INIT("\xF4\x80\x80\x80"), 4},
    {BYTES_INIT("\xF4\x8F\xBF\xBF"), 4},
    /* A continuation without a start. */
    {BYTES_INIT("\x80"), 0},
    {BYTES_INIT("\xBF"), 0},
    {BYTES_INIT("a\xBF"), 1},
    /* Overlong forms. */
    {BYTES_INIT("\xC0\x80"), 0},
    {BYTES_INIT("\xC1\xBF"), 0},
    {BYTES_INIT("\xE0\x80\x80"), 0},
    {BYTES_INIT("\xE0\x9F\xBF"), 0},
    {BYTES_INIT("\xF0\x80\x80\x80"), 0},
    {BYTES_INIT("\xF0\x8F\xBF\xBF"), 0},
    /* Surrogates, and what is past U+10FFFF. */
    {BYTES_INIT("\xED\xA0\x80"), 0},
    {BYTES_INIT("\xED\xBF\xBF"), 0},
    {BYTES_INIT("\xF4\x90\x80\x80"), 0},
    {BYTES_INIT("\xF5\x80\x80\x80"), 0},
    {BYTES_INIT("\xF8\x88\x80\x80\x80"), 0},
    {BYTES_INIT("\xFE"), 0},
    {BYTES_INIT("\xFF"), 0},
    /* Cut, or followed by something that does not continue. */
    {BYTES_INIT("\xC2"), 0},
    {BYTES_INIT("\xE1\x80"), 0},
    {BYTES_INIT("\xF1\x80\x80"), 0},
    {BYTES_INIT("\xC2 "), 0},
    {BYTES_INIT("\xC2\xC2\x80"), 0},
    {BYTES_INIT("\xE1\x80 "), 0},
    {BYTES_INIT("\xE1\x80\xC0"), 0},
    {BYTES_INIT("\xF1\x80\x80\x7F"), 0},
    {BYTES_INIT("\xF1\xC0\x80\x80"), 0},
    {BYTES_INIT("\xD0\x96z\xD0"), 3},
};

static void utf8_is_what_table_3_7_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS_COUNT_OF(utf8_rows); i++) {
        assert_int_equal(bytes_utf8_prefix(utf8_rows[i].bytes), utf8_rows[i].valid_bytes);
        assert_int_equal(bytes_are_utf8(utf8_rows[i].bytes),
                         utf8_rows[i].valid_bytes == utf8_rows[i].bytes.size);
    }
}

/* Writes one code point, well formed. */
static size_t encode_code_point(uint32_t point, uint8_t out[4])
{
    if (point < 0x80) {
        out[0] = (uint8_t)point;
        return 1;
    }
    const size_t size = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    static const uint8_t marks[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = size - 1; i > 0; i--) {
        out[i] = (uint8_t)(0x80 | (point & 0x3F));
        point >>= 6;
    }
    out[0] = (uint8_t)(marks[size] | point);
    return size;
}

static void every_code_point_but_surrogates_is_utf8(void **state)
{
    (void)state;
    for (uint32_t point = 0; point <= 0x10FFFF; point++) {
        uint8_t data[4];
        const struct bytes bytes = {data, encode_code_point(point, data)};
        const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
        assert_int_equal(bytes_are_utf8(bytes), !surrogate);
        assert_int_equal(bytes_count_code_points(bytes), 1);
        for (size_t size = 1; size < bytes.size; size++)
            assert_false(bytes_are_utf8((struct bytes){data, size}));
    }
}

/* A text of ASCII is read eight bytes at a time; what is found has to be found at each place. */
static void prefixes_end_where_the_first_other_byte_stands(void **state)
{
    (void)state;
    for (size_t size = 0; size < 40; size++) {
        for (size_t at = 0; at < size; at++) {
            for (unsigned value = 0; value < 256; value++) {
                uint8_t data[40];
                memset(data, value == 0 ? 0x1F : 0, sizeof(data));
                memset(data, 'x', at);
                data[at] = (uint8_t)value;
                const bool is_plain = value >= 0x20 && value != '"' && value != '\\';
                const size_t plain = is_plain ? at + 1 : at;
                assert_int_equal(bytes_plain_prefix((struct bytes){data, size}), plain);
                memset(data + at + 1, 'x', sizeof(data) - at - 1);
                assert_int_equal(bytes_plain_prefix((struct bytes){data, size}),
                                 is_plain ? size : at);
                assert_int_equal(bytes_utf8_prefix((struct bytes){data, size}),
                                 value < 0x80 ? size : at);
                assert_int_equal(bytes_are_plain_ascii((struct bytes){data, size}),
                                 is_plain && value < 0x80);
                assert_int_equal(bytes_are_visible((struct bytes){data, size}),
                                 value > 0x20 && value < 0x7F);
            }
        }
        assert_int_equal(bytes_plain_prefix((struct bytes){(const uint8_t *)"", 0}), 0);
    }
}

static void clipping_never_cuts_a_code_point(void **state)
{
    (void)state;
    const struct bytes text = BYTES("a\xD0\x96\xE2\x82\xAC\xF0\x9F\x98\x80z");
    static const size_t expected[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11};
    for (size_t i = 0; i < ROWS_COUNT_OF(expected); i++) {
        const struct bytes clipped = bytes_clip(text, i);
        assert_int_equal(clipped.size, expected[i]);
        assert_ptr_equal(clipped.data, text.data);
        assert_true(bytes_are_utf8(clipped));
    }
    assert_int_equal(bytes_count_code_points(text), 5);
    assert_int_equal(bytes_clip(BYTES(""), 0).size, 0);
}

static void whole_numbers_are_read_up_to_the_limits(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t value;
    } rows[] = {
        {"0", 0},
        {"-0", 0},
        {"+7", 7},
        {"007", 7},
        {"-1", -1},
        {"2000000000", 2000000000},
        {"9223372036854775807", INT64_MAX},
        {"+9223372036854775807", INT64_MAX},
        {"-9223372036854775807", -INT64_MAX},
        {"-9223372036854775808", INT64_MIN},
        {"0000000000000000000000000000001", 1},
    };
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        int64_t value = 42;
        EXPECT(rows[i].text, bytes_to_int64(bytes_from_text(rows[i].text), &value));
        EXPECT(rows[i].text, value == rows[i].value);
    }
}

static void anything_but_a_whole_number_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "",
        "+",
        "-",
        " 1",
        "1 ",
        "1.0",
        "1e3",
        "--1",
        "+-1",
        "-+1",
        "0x10",
        "1,000",
        "a",
        "1a",
        "9223372036854775808",
        "+9223372036854775808",
        "-9223372036854775809",
        "18446744073709551616",
        "99999999999999999999999999",
        "\xD9\xA1", /* An Arabic digit. */
        "-9223372036854775810",
    };
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        int64_t value = 42;
        EXPECT(rows[i], !bytes_to_int64(bytes_from_text(rows[i]), &value));
        EXPECT(rows[i], value == 42);
    }
    int64_t value = 42;
    assert_false(bytes_to_int64(BYTES("1\0"), &value));
    assert_false(bytes_to_int64((struct bytes){NULL, 0}, &value));
}

static void random_numbers_come_back_from_their_digits(void **state)
{
    (void)state;
    struct chance chance = chance_begin(__func__);
    for (int round = 0; round < 10000; round++) {
        const int64_t number = (int64_t)(chance_u64(&chance) >> chance_below(&chance, 64)) *
                               (chance_one_in(&chance, 2) ? 1 : -1);
        char text[32];
        const int length = snprintf(text, sizeof(text), "%lld", (long long)number);
        int64_t value = 0;
        EXPECT(text, bytes_to_int64((struct bytes){(uint8_t *)text, (size_t)length}, &value));
        EXPECT(text, value == number);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_without_a_view_has_no_bytes),
        cmocka_unit_test(equal_means_every_byte_and_the_size),
        cmocka_unit_test(case_is_ignored_for_ascii_letters_alone),
        cmocka_unit_test(prefix_is_found_at_the_start_only),
        cmocka_unit_test(trimming_removes_ascii_white_space_from_both_ends),
        cmocka_unit_test(splitting_takes_the_first_separator),
        cmocka_unit_test(utf8_is_what_table_3_7_says),
        cmocka_unit_test(every_code_point_but_surrogates_is_utf8),
        cmocka_unit_test(prefixes_end_where_the_first_other_byte_stands),
        cmocka_unit_test(clipping_never_cuts_a_code_point),
        cmocka_unit_test(whole_numbers_are_read_up_to_the_limits),
        cmocka_unit_test(anything_but_a_whole_number_is_refused_and_changes_nothing),
        cmocka_unit_test(random_numbers_come_back_from_their_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
