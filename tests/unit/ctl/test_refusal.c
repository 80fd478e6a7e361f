/* Error answers: their messages, made harmless, and the rows they speak of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/printable.h"
#include "ctl/refusal.h"

/* SKUs on the lines 2, 3, …, of which some are nasty to find. */
static const char *const skus[] = {"A-1", "O'Brien's 'best' mug", "skus[0]", "Чайник"};

enum { SKUS = sizeof(skus) / sizeof(skus[0]) };

static void batch_make(struct batch *batch)
{
    assert_int_equal(batch_init(batch, SKUS, 100000), OK);
    for (uint64_t i = 0; i < SKUS; i++) {
        const struct leftover leftover = {.sku = bytes_from_text(skus[i]), .count = 1};
        assert_int_equal(batch_add(batch, &leftover, i + 2), OK);
    }
}

/* Reads an answer whose only message is `message`. */
static void read_message(struct refusal *refusal, struct json_parser *parser, const char *message,
                         const struct batch *batch)
{
    struct buffer answer;
    buffer_init(&answer);
    buffer_append_text(&answer, "{\"errors\":[{\"code\":\"BAD_REQUEST\",\"message\":");
    json_write_string(&answer, bytes_from_text(message));
    buffer_append_text(&answer, "}]}");
    const size_t size = answer.size;
    buffer_append_zeros(&answer, JSON_PADDING_BYTES);
    refusal_read(refusal, parser, (struct bytes){answer.data, size}, batch);
    buffer_deinit(&answer);
}

static void messages_are_traced_to_their_lines(void **state)
{
    (void)state;
    static const struct {
        const char *message;
        uint64_t line;
    } rows[] = {
        {"skus[3].items[0].count must be less than 5", 5},
        {"'skus[1].sku' must match x", 3},
        {"Illegal input at 'skus[2].items[0].count'", 4},
        {"skus[4].sku is wrong", 0},
        {"skus[-1].sku is wrong", 0},
        {"skus[x].sku is wrong", 0},
        {"skus[", 0},
        {"skus size must be between 1 and 2000 (rejected size: 0)", 0},
        {"Duplicate shop-sku 'A-1' for warehouse '501'", 2},
        {"Duplicate shop-sku 'O'Brien's 'best' mug' for warehouse '501'", 3},
        {"Stock for 'skus[0]' should not be in the future", 4},
        {"Stock for 'Чайник' should not be older than a day", 5},
        {"Stock for 'unknown' should not be older than a day", 0},
        {"one quote ' alone", 0},
        {"'", 0},
        {"", 0},
    };
    struct batch batch;
    struct refusal refusal;
    struct json_parser *parser = json_parser_create();
    batch_make(&batch);
    refusal_init(&refusal);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        read_message(&refusal, parser, rows[i].message, &batch);
        assert_int_equal(refusal.messages_count, 1);
        assert_int_equal(refusal.messages[0].line, rows[i].line);
        assert_true(bytes_equal(refusal_text(&refusal, 0), bytes_from_text(rows[i].message)));
        read_message(&refusal, parser, rows[i].message, NULL);
        assert_int_equal(refusal.messages[0].line, 0);
    }
    refusal_deinit(&refusal);
    json_parser_destroy(parser);
    batch_deinit(&batch);
}

static void read_text(struct refusal *refusal, struct json_parser *parser, const char *text)
{
    struct buffer answer;
    buffer_init(&answer);
    buffer_append_text(&answer, text);
    const size_t size = answer.size;
    buffer_append_zeros(&answer, JSON_PADDING_BYTES);
    refusal_read(refusal, parser, (struct bytes){answer.data, size}, NULL);
    buffer_deinit(&answer);
}

static void answers_in_any_form_are_survived(void **state)
{
    (void)state;
    static const struct {
        const char *answer;
        uint32_t messages_count;
    } rows[] = {
        {"", 0},
        {"<html>", 0},
        {"[]", 0},
        {"5", 0},
        {"{}", 0},
        {"{\"errors\":5}", 0},
        {"{\"errors\":[]}", 0},
        {"{\"errors\":[5,{},\"x\"]}", 0},
        {"{\"errors\":[{\"message\":7}]}", 1},
        {"{\"errors\":[{\"code\":\"X\"}]}", 1},
        {"{\"errors\":[{\"message\":\"a\"},{\"message\":\"b\"}]}", 2},
    };
    struct refusal refusal;
    struct json_parser *parser = json_parser_create();
    refusal_init(&refusal);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        read_text(&refusal, parser, rows[i].answer);
        assert_int_equal(refusal.messages_count, rows[i].messages_count);
    }
    struct buffer many;
    buffer_init(&many);
    buffer_append_text(&many, "{\"errors\":[");
    for (int i = 0; i < 100; i++)
        buffer_append_text(&many, "{\"message\":\"m\"},");
    buffer_append_text(&many, "{}]}");
    read_text(&refusal, parser, buffer_text(&many));
    assert_int_equal(refusal.messages_count, ERRORS_PER_REPLY_MAX);
    buffer_deinit(&many);
    refusal_deinit(&refusal);
    json_parser_destroy(parser);
}

static void text_from_outside_cannot_steer_the_terminal(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t size_max;
        const char *expected;
    } rows[] = {
        {"plain Чайник", 100, "plain Чайник"},
        {"\x1b[31mred\r\n\x07", 100, "?[31mred???"},
        {"c1 \xC2\x9B"
         "31m",
         100, "c1 ?31m"},
        {"nbsp \xC2\xA0.", 100, "nbsp \xC2\xA0."},
        {"bad \xFF\xD0", 100, "bad ??"},
        {"12345", 5, "12345"},
        {"123456", 5, "12345…"},
        {"ЖЖЖ", 5, "ЖЖ…"},
        {"\xFF\xFF\xFF", 2, "??…"},
        {"", 5, ""},
    };
    struct buffer text;
    buffer_init(&text);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        buffer_clear(&text);
        printable_append(&text, bytes_from_text(rows[i].text), rows[i].size_max);
        assert_string_equal(buffer_text(&text), rows[i].expected);
    }
    buffer_deinit(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_are_traced_to_their_lines),
        cmocka_unit_test(answers_in_any_form_are_survived),
        cmocka_unit_test(text_from_outside_cannot_steer_the_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
