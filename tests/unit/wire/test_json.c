/* Which texts are JSON, and where the others go wrong: both readers, the fast one and the plain
 * scanner, give the same answer to each row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/expect.h"
#include "../../support/json_case.h"
#include "wire/json_check.h"

enum { DEPTH_MAX = 1024 };

static const struct bytes valid_texts[] = {
    BYTES_INIT("[]"),
    BYTES_INIT("{}"),
    BYTES_INIT(" [ ] "),
    BYTES_INIT("\t\r\n {\n}\r\t "),
    BYTES_INIT("null"),
    BYTES_INIT("true"),
    BYTES_INIT("false"),
    BYTES_INIT("0"),
    BYTES_INIT("-0"),
    BYTES_INIT("-1"),
    BYTES_INIT(" 42 "),
    BYTES_INIT("10"),
    BYTES_INIT("0.0"),
    BYTES_INIT("-0.5"),
    BYTES_INIT("1e0"),
    BYTES_INIT("1E+2"),
    BYTES_INIT("1e-2"),
    BYTES_INIT("0e0"),
    BYTES_INIT("0e+0"),
    BYTES_INIT("123.456e78"),
    BYTES_INIT("1.0000000000000000000000000000000000000000001"),
    BYTES_INIT("9223372036854775807"),
    BYTES_INIT("9223372036854775808"),
    BYTES_INIT("18446744073709551615"),
    BYTES_INIT("18446744073709551616"),
    BYTES_INIT("-9223372036854775808"),
    BYTES_INIT("-9223372036854775809"),
    BYTES_INIT("100000000000000000000000000000000000000"),
    BYTES_INIT("[100000000000000000000000000000000000000, \"\\\"1\", -1]"),
    BYTES_INIT("1e400"),
    BYTES_INIT("-1e400"),
    BYTES_INIT("1e-400"),
    BYTES_INIT("[1e400,1e400]"),
    BYTES_INIT("\"\""),
    BYTES_INIT("\"a\""),
    BYTES_INIT("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""),
    BYTES_INIT("\"\\u0000\\u001f\\u007F\\uFFFF\""),
    BYTES_INIT("\"\\uD83D\\uDE00\""),
    BYTES_INIT("\"\\udbff\\udfff\""),
    BYTES_INIT("\"\\ud800\\udc00\""),
    BYTES_INIT("\"\x7F\""),
    BYTES_INIT("\"\xD0\x96\xE2\x82\xAC\xF0\x9F\x98\x80\""),
    BYTES_INIT("\"\xEF\xBF\xBF\xF4\x8F\xBF\xBF\""),
    BYTES_INIT("\"\xE2\x80\xA8\""),
    BYTES_INIT("[1,2,3]"),
    BYTES_INIT("[ 1 , 2 , 3 ]"),
    BYTES_INIT("[[],[[]],{},{\"a\":[]}]"),
    BYTES_INIT("[null,true,false,0,\"\"]"),
    BYTES_INIT("{\"a\":1}"),
    BYTES_INIT("{ \"a\" : 1 , \"b\" : { } }"),
    BYTES_INIT("{\"a\":1,\"a\":2}"),
    BYTES_INIT("{\"\":0}"),
    BYTES_INIT("{\"\\u0061\":0}"),
    BYTES_INIT("{\"a\\u0000b\":0}"),
    BYTES_INIT("[\"//\",\"/**/\"]"),
    BYTES_INIT("\xEF\xBB\xBF[]"),
    BYTES_INIT("\xEF\xBB\xBF null"),
};

/* Every text that is refused, with the outcome. */
static const struct {
    struct bytes text;
    enum json_outcome outcome;
} invalid_rows[] = {
    {BYTES_INIT(" "), JSON_EMPTY},
    {BYTES_INIT("\t\n\r "), JSON_EMPTY},
    {BYTES_INIT("\xEF\xBB\xBF"), JSON_EMPTY},
    {BYTES_INIT("\xEF\xBB\xBF "), JSON_EMPTY},
    {BYTES_INIT("["), JSON_TRUNCATED},
    {BYTES_INIT("[ "), JSON_TRUNCATED},
    {BYTES_INIT("{"), JSON_TRUNCATED},
    {BYTES_INIT("[["), JSON_TRUNCATED},
    {BYTES_INIT("[[]"), JSON_TRUNCATED},
    {BYTES_INIT("[1"), JSON_TRUNCATED},
    {BYTES_INIT("[1,"), JSON_TRUNCATED},
    {BYTES_INIT("[1, "), JSON_TRUNCATED},
    {BYTES_INIT("{\""), JSON_TRUNCATED},
    {BYTES_INIT("{\"a\""), JSON_TRUNCATED},
    {BYTES_INIT("{\"a\":"), JSON_TRUNCATED},
    {BYTES_INIT("{\"a\":1"), JSON_TRUNCATED},
    {BYTES_INIT("{\"a\":1,"), JSON_TRUNCATED},
    {BYTES_INIT("{\"a\":{\"b\":[1,2]}"), JSON_TRUNCATED},
    {BYTES_INIT("\""), JSON_TRUNCATED},
    {BYTES_INIT("\"a"), JSON_TRUNCATED},
    {BYTES_INIT("\"a\\"), JSON_TRUNCATED},
    {BYTES_INIT("\"a\\\""), JSON_TRUNCATED},
    {BYTES_INIT("\"\\u"), JSON_TRUNCATED},
    {BYTES_INIT("\"\\u12"), JSON_TRUNCATED},
    {BYTES_INIT("\"\\ud800\\"), JSON_TRUNCATED},
    {BYTES_INIT("\"\\ud800\\udc"), JSON_TRUNCATED},
    {BYTES_INIT("t"), JSON_TRUNCATED},
    {BYTES_INIT("nul"), JSON_TRUNCATED},
    {BYTES_INIT("-"), JSON_TRUNCATED},
    {BYTES_INIT("1."), JSON_TRUNCATED},
    {BYTES_INIT("1e"), JSON_TRUNCATED},
    {BYTES_INIT("1e+"), JSON_TRUNCATED},
    {BYTES_INIT("]"), JSON_MALFORMED},
    {BYTES_INIT("}"), JSON_MALFORMED},
    {BYTES_INIT(","), JSON_MALFORMED},
    {BYTES_INIT(":"), JSON_MALFORMED},
    {BYTES_INIT("[]]"), JSON_MALFORMED},
    {BYTES_INIT("[}"), JSON_MALFORMED},
    {BYTES_INIT("{]"), JSON_MALFORMED},
    {BYTES_INIT("[1}"), JSON_MALFORMED},
    {BYTES_INIT("{\"a\":1]"), JSON_MALFORMED},
    {BYTES_INIT("[,]"), JSON_MALFORMED},
    {BYTES_INIT("[1,]"), JSON_MALFORMED},
    {BYTES_INIT("[,1]"), JSON_MALFORMED},
    {BYTES_INIT("[1,,2]"), JSON_MALFORMED},
    {BYTES_INIT("[1 2]"), JSON_MALFORMED},
    {BYTES_INIT("[\"a\" \"b\"]"), JSON_MALFORMED},
    {BYTES_INIT("[\"a\":1]"), JSON_MALFORMED},
    {BYTES_INIT("{,}"), JSON_MALFORMED},
    {BYTES_INIT("{\"a\":1,}"), JSON_MALFORMED},
    {BYTES_INIT("{\"a\"}"), JSON_MALFORMED},
    {BYTES_INIT("{\"a\",1}"), JSON_MALFORMED},
    {BYTES_INIT("{\"a\"::1}"), JSON_MALFORMED},
    {BYTES_INIT("{\"a\":1 \"b\":2}"), JSON_MALFORMED},
    {BYTES_INIT("{\"a\":}"), JSON_MALFORMED},
    {BYTES_INIT("{:1}"), JSON_MALFORMED},
    {BYTES_INIT("{1:1}"), JSON_MALFORMED},
    {BYTES_INIT("{a:1}"), JSON_MALFORMED},
    {BYTES_INIT("{'a':1}"), JSON_MALFORMED},
    {BYTES_INIT("{null:1}"), JSON_MALFORMED},
    {BYTES_INIT("{[]:1}"), JSON_MALFORMED},
    {BYTES_INIT("'a'"), JSON_MALFORMED},
    {BYTES_INIT("a"), JSON_MALFORMED},
    {BYTES_INIT("nan"), JSON_MALFORMED},
    {BYTES_INIT("NaN"), JSON_MALFORMED},
    {BYTES_INIT("Infinity"), JSON_MALFORMED},
    {BYTES_INIT("-Infinity"), JSON_MALFORMED},
    {BYTES_INIT("True"), JSON_MALFORMED},
    {BYTES_INIT("nuLl"), JSON_MALFORMED},
    {BYTES_INIT("truex"), JSON_MALFORMED},
    {BYTES_INIT("[nullnull]"), JSON_MALFORMED},
    {BYTES_INIT("1 2"), JSON_MALFORMED},
    {BYTES_INIT("{}{}"), JSON_MALFORMED},
    {BYTES_INIT("[] x"), JSON_MALFORMED},
    {BYTES_INIT("\"a\"b"), JSON_MALFORMED},
    {BYTES_INIT("[] // no"), JSON_MALFORMED},
    {BYTES_INIT("/* no */ []"), JSON_MALFORMED},
    {BYTES_INIT("# no\n[]"), JSON_MALFORMED},
    {BYTES_INIT("01"), JSON_MALFORMED},
    {BYTES_INIT("-01"), JSON_MALFORMED},
    {BYTES_INIT("00"), JSON_MALFORMED},
    {BYTES_INIT("[00]"), JSON_MALFORMED},
    {BYTES_INIT("+1"), JSON_MALFORMED},
    {BYTES_INIT(".5"), JSON_MALFORMED},
    {BYTES_INIT("[1.]"), JSON_MALFORMED},
    {BYTES_INIT("[1.e5]"), JSON_MALFORMED},
    {BYTES_INIT("[-]"), JSON_MALFORMED},
    {BYTES_INIT("[--1]"), JSON_MALFORMED},
    {BYTES_INIT("[-.5]"), JSON_MALFORMED},
    {BYTES_INIT("[1e]"), JSON_MALFORMED},
    {BYTES_INIT("[1e+]"), JSON_MALFORMED},
    {BYTES_INIT("[1e1.5]"), JSON_MALFORMED},
    {BYTES_INIT("[1E5E5]"), JSON_MALFORMED},
    {BYTES_INIT("[1.2.3]"), JSON_MALFORMED},
    {BYTES_INIT("[0x10]"), JSON_MALFORMED},
    {BYTES_INIT("[1_000]"), JSON_MALFORMED},
    {BYTES_INIT("[1a]"), JSON_MALFORMED},
    {BYTES_INIT("[0123456789012345678901234567890]"), JSON_MALFORMED},
    {BYTES_INIT("[1e400,01]"), JSON_MALFORMED},
    {BYTES_INIT("\"a\nb\""), JSON_MALFORMED},
    {BYTES_INIT("\"a\tb\""), JSON_MALFORMED},
    {BYTES_INIT("\"a\0b\""), JSON_MALFORMED},
    {BYTES_INIT("\"\x1F\""), JSON_MALFORMED},
    {BYTES_INIT("\"\\a\""), JSON_MALFORMED},
    {BYTES_INIT("\"\\'\""), JSON_MALFORMED},
    {BYTES_INIT("\"\\x41\""), JSON_MALFORMED},
    {BYTES_INIT("\"\\0\""), JSON_MALFORMED},
    {BYTES_INIT("\"\\U0041\""), JSON_MALFORMED},
    {BYTES_INIT("\"\\u004\""), JSON_MALFORMED},
    {BYTES_INIT("\"\\u004g\""), JSON_MALFORMED},
    {BYTES_INIT("\"\\u 041\""), JSON_MALFORMED},
    {BYTES_INIT("\"\\ud800\""), JSON_MALFORMED},
    {BYTES_INIT("\"\\udc00\""), JSON_MALFORMED},
    {BYTES_INIT("\"\\udfff\\ud800\""), JSON_MALFORMED},
    {BYTES_INIT("\"\\ud800\\ud800\""), JSON_MALFORMED},
    {BYTES_INIT("\"\\ud800a\""), JSON_MALFORMED},
    {BYTES_INIT("\"\\ud800\\n\""), JSON_MALFORMED},
    {BYTES_INIT("\"\\ud800\\u0041\""), JSON_MALFORMED},
    {BYTES_INIT("\"\\\xD0\x96\""), JSON_MALFORMED},
    {BYTES_INIT("[]\0"), JSON_MALFORMED},
    {BYTES_INIT("\0"), JSON_MALFORMED},
    {BYTES_INIT("\0[]"), JSON_MALFORMED},
    {BYTES_INIT("[\0]"), JSON_MALFORMED},
    {BYTES_INIT("1\0"), JSON_MALFORMED},
    {BYTES_INIT("\f[]"), JSON_MALFORMED},
    {BYTES_INIT("[\v]"), JSON_MALFORMED},
    {BYTES_INIT("\xC2\xA0[]"), JSON_MALFORMED},
    {BYTES_INIT("[]\xE2\x80\xA8"), JSON_MALFORMED},
    {BYTES_INIT("[]\xEF\xBB\xBF"), JSON_MALFORMED},
    {BYTES_INIT("\xEF\xBB\xBF\xEF\xBB\xBF[]"), JSON_MALFORMED},
    {BYTES_INIT("[\x7F]"), JSON_MALFORMED},
    {BYTES_INIT("\xD0\x96"), JSON_MALFORMED},
    {BYTES_INIT("\"\x80\""), JSON_NOT_UTF8},
    {BYTES_INIT("\"\xC0\x80\""), JSON_NOT_UTF8},
    {BYTES_INIT("\"\xED\xA0\x80\""), JSON_NOT_UTF8},
    {BYTES_INIT("\"\xF4\x90\x80\x80\""), JSON_NOT_UTF8},
    {BYTES_INIT("\"\xE2\x82\""), JSON_NOT_UTF8},
    {BYTES_INIT("\"\xFF\""), JSON_NOT_UTF8},
    {BYTES_INIT("\xEF\xBB[]"), JSON_NOT_UTF8},
    {BYTES_INIT("\xFF\xFE[\0]\0"), JSON_NOT_UTF8},
    {BYTES_INIT("[] \xFF"), JSON_NOT_UTF8},
    {BYTES_INIT("\"\xE9\""), JSON_NOT_UTF8},
};

static const char *shown(struct bytes text)
{
    static char label[256];
    (void)snprintf(label, sizeof(label), "%.*s", BYTES_ARG(text));
    return label;
}

/* json_check() comes after the mark was skipped. */
static struct bytes without_mark(struct bytes text)
{
    return bytes_starts_with(text, BYTES("\xEF\xBB\xBF"))
               ? (struct bytes){text.data + 3, text.size - 3}
               : text;
}

static void every_valid_text_is_taken(void **state)
{
    (void)state;
    struct json_case json;
    json_case_init(&json);
    for (size_t i = 0; i < ROWS_COUNT_OF(valid_texts); i++) {
        const struct bytes text = valid_texts[i];
        struct json_failure failure;
        EXPECT(shown(text), json_case_parse(&json, text) == JSON_OK);
        EXPECT(shown(text), json_check(without_mark(text), &failure) == JSON_OK);
    }
    json_case_deinit(&json);
}

static void every_invalid_text_is_refused_for_what_it_is(void **state)
{
    (void)state;
    struct json_case json;
    json_case_init(&json);
    for (size_t i = 0; i < ROWS_COUNT_OF(invalid_rows); i++) {
        const struct bytes text = invalid_rows[i].text;
        EXPECT(shown(text), json_case_parse(&json, text) == invalid_rows[i].outcome);
        EXPECT(shown(text), json.failure.problem != NULL && json.failure.problem[0] != '\0');
        EXPECT(shown(text), json.failure.offset <= text.size);
        if (invalid_rows[i].outcome == JSON_NOT_UTF8)
            continue; /* The scanner is only asked when the bytes are UTF-8. */
        struct json_failure failure;
        EXPECT(shown(text), json_check(without_mark(text), &failure) == invalid_rows[i].outcome);
    }
    assert_int_equal(json_case_parse(&json, BYTES("")), JSON_EMPTY);
    json_case_deinit(&json);
}

static void every_beginning_of_a_document_is_cut_or_empty(void **state)
{
    (void)state;
    struct json_case json;
    json_case_init(&json);
    const struct bytes text =
        BYTES(" {\"skus\":[{\"sku\":\"\\u0416 \\\"A\\\"\",\"items\":[{\"count\":-1.5e+3,"
              "\"x\":true,\"y\":null,\"z\":[[],{}]}]}]}");
    for (size_t size = 0; size < text.size; size++) {
        const enum json_outcome outcome = json_case_parse(&json, (struct bytes){text.data, size});
        assert_int_equal(outcome, size <= 1 ? JSON_EMPTY : JSON_TRUNCATED);
    }
    assert_int_equal(json_case_parse(&json, text), JSON_OK);
    json_case_deinit(&json);
}

static void failures_say_where(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *problem;
        size_t offset;
        size_t line;
        size_t column;
        char byte;
    } rows[] = {
        {"x", "unexpected character", 0, 1, 1, 'x'},
        {"[1,x]", "unexpected character", 3, 1, 4, 'x'},
        {"{\n \"a\": 1,\n \"b\" 2\n}", "unexpected character", 16, 3, 6, '2'},
        {"[\n\n01]", "number with a leading zero", 4, 3, 2, '1'},
        {"[1.x]", "malformed number", 3, 1, 4, 'x'},
        {"[\"\\q\"]", "unknown escape", 3, 1, 4, 'q'},
        {"[\"\\u00g0\"]", "malformed \\u escape", 6, 1, 7, 'g'},
        {"[\"ab\\ud800\"]", "lone surrogate", 4, 1, 5, '\\'},
        {"[\"a\nb\"]", "control character in a string", 3, 1, 4, '\n'},
        {"[]\n]", "text behind the document", 3, 2, 1, ']'},
        {"[1,\n", "unexpected character", 4, 2, 1, '\0'},
    };
    struct json_case json;
    json_case_init(&json);
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        assert_int_not_equal(json_case_parse(&json, bytes_from_text(rows[i].text)), JSON_OK);
        EXPECT_TEXT(bytes_from_text(json.failure.problem), rows[i].problem);
        EXPECT(rows[i].text, json.failure.offset == rows[i].offset);
        EXPECT(rows[i].text, json.failure.line == rows[i].line);
        EXPECT(rows[i].text, json.failure.column == rows[i].column);
        EXPECT(rows[i].text, json.failure.byte == (uint8_t)rows[i].byte);
    }
    assert_int_equal(json_case_parse(&json, BYTES("[\"a\xFF\"]")), JSON_NOT_UTF8);
    assert_int_equal(json.failure.offset, 3);
    assert_int_equal(json.failure.byte, 0xFF);
    json_case_deinit(&json);
}

/* A document of `depth` lists, or of objects, one in the other. */
static struct bytes nested(size_t depth, bool objects, struct buffer *buffer)
{
    buffer_clear(buffer);
    for (size_t i = 0; i < depth; i++)
        buffer_append_text(buffer, !objects ? "[" : i + 1 < depth ? "{\"a\":" : "{");
    for (size_t i = 0; i < depth; i++)
        buffer_append_text(buffer, objects ? "}" : "]");
    return buffer_bytes(buffer);
}

static void depth_is_bounded_not_the_stack(void **state)
{
    (void)state;
    struct json_case json;
    json_case_init(&json);
    struct buffer buffer;
    buffer_init(&buffer);
    for (int objects = 0; objects < 2; objects++) {
        static const size_t depths[] = {1000, 1022, 1023, 1024, 1025, 1026, 400000};
        for (size_t i = 0; i < ROWS_COUNT_OF(depths); i++) { /* Both draw the same line. */
            struct json_failure failure;
            const struct bytes text = nested(depths[i], objects, &buffer);
            const enum json_outcome outcome = json_case_parse(&json, text);
            assert_int_equal(json_check(text, &failure), outcome);
            assert_int_equal(outcome, depths[i] <= DEPTH_MAX ? JSON_OK : JSON_MALFORMED);
            if (outcome != JSON_OK)
                EXPECT_TEXT(bytes_from_text(json.failure.problem), "too deep");
        }
    }
    buffer_deinit(&buffer);
    json_case_deinit(&json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_valid_text_is_taken),
        cmocka_unit_test(every_invalid_text_is_refused_for_what_it_is),
        cmocka_unit_test(every_beginning_of_a_document_is_cut_or_empty),
        cmocka_unit_test(failures_say_where),
        cmocka_unit_test(depth_is_bounded_not_the_stack),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
