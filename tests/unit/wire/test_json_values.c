/* What a document says once it is taken: numbers, strings, members; and strings written. */
#include <float.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/chance.h"
#include "../../support/expect.h"
#include "../../support/json_case.h"

static void numbers_have_these_types_and_values(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum json_type type;
        bool is_int64;
        int64_t value;
    } rows[] = {
        {"0", JSON_INT64, true, 0},
        {"-0", JSON_INT64, true, 0},
        {"5", JSON_INT64, true, 5},
        {"-5", JSON_INT64, true, -5},
        {"9223372036854775807", JSON_INT64, true, INT64_MAX},
        {"-9223372036854775808", JSON_INT64, true, INT64_MIN},
        {"9223372036854775808", JSON_UINT64, false, 0},
        {"18446744073709551615", JSON_UINT64, false, 0},
        {"18446744073709551616", JSON_DOUBLE, false, 0},
        {"-9223372036854775809", JSON_DOUBLE, false, 0},
        {"5.0", JSON_DOUBLE, true, 5},
        {"-5.0", JSON_DOUBLE, true, -5},
        {"-0.0", JSON_DOUBLE, true, 0},
        {"5e0", JSON_DOUBLE, true, 5},
        {"5e2", JSON_DOUBLE, true, 500},
        {"500e-2", JSON_DOUBLE, true, 5},
        {"1e10", JSON_DOUBLE, true, INT64_C(10000000000)},
        {"5.5", JSON_DOUBLE, false, 0},
        {"0.1", JSON_DOUBLE, false, 0},
        {"1e-400", JSON_DOUBLE, true, 0},
        {"1e19", JSON_DOUBLE, false, 0},
        {"-1e19", JSON_DOUBLE, false, 0},
        {"1e300", JSON_DOUBLE, false, 0},
        {"1e400", JSON_DOUBLE, false, 0},
        {"-1e400", JSON_DOUBLE, false, 0},
        {"123456789012345678901234567890", JSON_DOUBLE, false, 0},
    };
    struct json_case json;
    json_case_init(&json);
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        const struct json_value root = json_case_root(&json, rows[i].text);
        int64_t number = 42;
        EXPECT(rows[i].text, json_type(root) == rows[i].type);
        EXPECT(rows[i].text, json_to_int64(root, &number) == rows[i].is_int64);
        EXPECT(rows[i].text, number == (rows[i].is_int64 ? rows[i].value : 42));
    }
    json_case_deinit(&json);
}

static void large_numbers_keep_their_size_as_floating_point(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double value;
    } rows[] = {
        {"5", 5},
        {"-7", -7},
        {"18446744073709551615", 18446744073709551615.0},
        {"18446744073709551616", 18446744073709551616.0},
        {"-9223372036854775809", -9223372036854775809.0},
        {"100000000000000000000000000000", 1e29},
        {"1e308", 1e308},
        {"2e308", 1e308}, /* The largest that stands for what is larger. */
        {"-1e999", -1e308},
        {"1e-999", 0},
        {"55.76", 55.76},
    };
    struct json_case json;
    json_case_init(&json);
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        const double value = json_to_double(json_case_root(&json, rows[i].text));
        EXPECT(rows[i].text, value >= rows[i].value && value <= rows[i].value);
    }
    json_case_deinit(&json);
}

static void number_of_a_thousand_digits_is_taken(void **state)
{
    (void)state;
    struct json_case json;
    json_case_init(&json);
    struct buffer buffer;
    buffer_init(&buffer);
    buffer_append_text(&buffer, "{\"a\":\"12345678901234567890123 \\\"\",\"b\":-");
    for (int i = 0; i < 1000; i++)
        buffer_append_text(&buffer, "7");
    buffer_append_text(&buffer, ",\"c\":0.");
    for (int i = 0; i < 1000; i++)
        buffer_append_text(&buffer, "1");
    buffer_append_text(&buffer, ",\"d\":[18446744073709551616],\"e\":12345678901234567}");
    assert_int_equal(json_case_parse(&json, buffer_bytes(&buffer)), JSON_OK);
    EXPECT_TEXT(json_string(json_case_member(json.root, "a")), "12345678901234567890123 \"");
    assert_true(json_to_double(json_case_member(json.root, "b")) <= -1e308);
    const double third = json_to_double(json_case_member(json.root, "c"));
    assert_true(third > 0.1111 && third < 0.1112);
    assert_int_equal(json_count(json_case_member(json.root, "d")), 1);
    int64_t number = 0;
    assert_true(json_to_int64(json_case_member(json.root, "e"), &number));
    assert_true(number == INT64_C(12345678901234567));
    buffer_deinit(&buffer);
    json_case_deinit(&json);
}

static void strings_come_unescaped(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        struct bytes value;
    } rows[] = {
        {"\"\"", BYTES_INIT("")},
        {"\"abc\"", BYTES_INIT("abc")},
        {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", BYTES_INIT("\"\\/\b\f\n\r\t")},
        {"\"\\u0041\\u00e9\\u20AC\"", BYTES_INIT("A\xC3\xA9\xE2\x82\xAC")},
        {"\"\\uD83D\\uDE00\"", BYTES_INIT("\xF0\x9F\x98\x80")},
        {"\"a\\u0000b\"", BYTES_INIT("a\0b")},
        {"\"\xD0\x96\"", BYTES_INIT("\xD0\x96")},
        {"\"\\u2028\x7F\"", BYTES_INIT("\xE2\x80\xA8\x7F")},
    };
    struct json_case json;
    json_case_init(&json);
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        const struct json_value root = json_case_root(&json, rows[i].text);
        assert_int_equal(json_type(root), JSON_STRING);
        EXPECT_BYTES(json_string(root), rows[i].value);
    }
    json_case_deinit(&json);
}

static void later_member_of_the_same_name_counts(void **state)
{
    (void)state;
    struct json_case json;
    json_case_init(&json);
    const struct json_value root =
        json_case_root(&json, "{\"a\":1,\"b\":[3,4],\"\\u0061\":2,\"c\":{\"a\":9},\"ab\":7}");
    int64_t number = 0;
    assert_true(json_to_int64(json_case_member(root, "a"), &number));
    assert_int_equal(number, 2);
    assert_int_equal(json_count(json_case_member(root, "b")), 2);
    struct json_value found;
    assert_false(json_find(root, BYTES("A"), &found));
    assert_false(json_find(root, BYTES(""), &found));
    assert_false(json_find(root, BYTES("abc"), &found));
    assert_false(json_find(json_case_root(&json, "{}"), BYTES("a"), &found));
    json_case_deinit(&json);
}

static void walk_visits_every_element_once_and_skips_what_is_inside(void **state)
{
    (void)state;
    struct json_case json;
    json_case_init(&json);
    const struct json_value root = json_case_root(
        &json, "[1,-2.5,18446744073709551615,\"s\",null,true,false,[[1],[2]],{\"a\":{\"b\":1}}]");
    static const enum json_type types[] = {JSON_INT64,  JSON_DOUBLE, JSON_UINT64,
                                           JSON_STRING, JSON_NULL,   JSON_TRUE,
                                           JSON_FALSE,  JSON_ARRAY,  JSON_OBJECT};
    struct json_walk walk = json_walk_begin(root);
    struct json_value element;
    size_t count = 0;
    while (json_next_element(&walk, &element)) {
        assert_true(count < ROWS_COUNT_OF(types));
        assert_int_equal(json_type(element), types[count]);
        count++;
    }
    assert_int_equal(count, ROWS_COUNT_OF(types));
    assert_int_equal(json_count(root), ROWS_COUNT_OF(types));
    assert_false(json_next_element(&walk, &element));
    walk = json_walk_begin(json_case_root(&json, "[]"));
    assert_false(json_next_element(&walk, &element));
    json_case_deinit(&json);
}

static void mark_of_the_byte_order_is_skipped_once(void **state)
{
    (void)state;
    struct json_case json;
    json_case_init(&json);
    assert_int_equal(json_case_parse(&json, BYTES("\xEF\xBB\xBF[1,2]")), JSON_OK);
    assert_int_equal(json_count(json.root), 2);
    assert_int_equal(json_case_parse(&json, BYTES("\"\xEF\xBB\xBF\"")), JSON_OK);
    EXPECT_TEXT(json_string(json.root), "\xEF\xBB\xBF");
    assert_int_not_equal(json_case_parse(&json, BYTES("\xEF\xBB\xBF\xEF\xBB\xBF{}")), JSON_OK);
    json_case_deinit(&json);
}

static void parser_is_as_good_as_new_after_a_refusal(void **state)
{
    (void)state;
    struct json_case json;
    json_case_init(&json);
    for (int round = 0; round < 3; round++) {
        assert_int_equal(json_case_parse(&json, BYTES("{\"a\":[1,2")), JSON_TRUNCATED);
        assert_int_equal(json_case_parse(&json, BYTES("[1e400]")), JSON_OK);
        assert_int_equal(json_case_parse(&json, BYTES("")), JSON_EMPTY);
        assert_int_equal(json_count(json_case_root(&json, "[[1,2],{},3]")), 3);
    }
    json_case_deinit(&json);
    json_parser_destroy(NULL);
}

static void strings_are_written_with_these_escapes(void **state)
{
    (void)state;
    static const struct {
        struct bytes value;
        const char *text;
    } rows[] = {
        {{NULL, 0}, "\"\""},
        {BYTES_INIT(""), "\"\""},
        {BYTES_INIT("abc/"), "\"abc/\""},
        {BYTES_INIT("\"\\\b\f\n\r\t"), "\"\\\"\\\\\\b\\f\\n\\r\\t\""},
        {BYTES_INIT("\0\x01\x1F\x7F"), "\"\\u0000\\u0001\\u001f\x7F\""},
        {BYTES_INIT("\xD0\x96\xE2\x82\xAC\xF0\x9F\x98\x80"),
         "\"\xD0\x96\xE2\x82\xAC\xF0\x9F\x98\x80\""},
        {BYTES_INIT("a\x80z"), "\"a\xEF\xBF\xBDz\""},
        {BYTES_INIT("\xFF\"\n"), "\"\xEF\xBF\xBD\\\"\\n\""},
        {BYTES_INIT("\xED\xA0\x80"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
        {BYTES_INIT("\xE2\x82"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},
    };
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        struct buffer buffer;
        buffer_init(&buffer);
        json_write_string(&buffer, rows[i].value);
        EXPECT_TEXT(buffer_bytes(&buffer), rows[i].text);
        buffer_deinit(&buffer);
    }
}

static void whatever_is_written_is_a_json_string(void **state)
{
    (void)state;
    struct chance chance = chance_begin(__func__);
    struct json_case json;
    json_case_init(&json);
    struct buffer buffer;
    buffer_init(&buffer);
    for (int round = 0; round < 20000; round++) {
        uint8_t data[40];
        const struct bytes value = {data, chance_below(&chance, sizeof(data) + 1)};
        chance_fill(&chance, data, sizeof(data));
        const bool plain = chance_one_in(&chance, 2);
        for (size_t i = 0; i < sizeof(data) && plain; i++)
            data[i] &= 0x7F;
        const uint8_t last = data[0];
        if (chance_one_in(&chance, 4) && value.size > 0) { /* One byte of any kind among letters. */
            memset(data, 'x', sizeof(data));
            data[chance_below(&chance, value.size)] = last;
        }
        buffer_clear(&buffer);
        json_write_string(&buffer, value);
        assert_int_equal(json_case_parse(&json, buffer_bytes(&buffer)), JSON_OK);
        assert_int_equal(json_type(json.root), JSON_STRING);
        if (bytes_are_utf8(value))
            EXPECT_BYTES(json_string(json.root), value);
    }
    buffer_deinit(&buffer);
    json_case_deinit(&json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_have_these_types_and_values),
        cmocka_unit_test(large_numbers_keep_their_size_as_floating_point),
        cmocka_unit_test(number_of_a_thousand_digits_is_taken),
        cmocka_unit_test(strings_come_unescaped),
        cmocka_unit_test(later_member_of_the_same_name_counts),
        cmocka_unit_test(walk_visits_every_element_once_and_skips_what_is_inside),
        cmocka_unit_test(mark_of_the_byte_order_is_skipped_once),
        cmocka_unit_test(parser_is_as_good_as_new_after_a_refusal),
        cmocka_unit_test(strings_are_written_with_these_escapes),
        cmocka_unit_test(whatever_is_written_is_a_json_string),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
