/* An entry of the query log: both forms, what is cut, what is left out, and that no secret is in
 * it. */
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
#include "wire/request_entry.h"

static const struct request_error example_errors[] = {
    {BYTES_INIT("BAD_REQUEST"), BYTES_INIT("skus[0].sku: \"\n\" is no SKU")},
    {BYTES_INIT("BAD_REQUEST"), BYTES_INIT("")},
};

#define EXAMPLE_ID (UINT64_C(1704067200123) << 20 | 0xABCDE)

static struct request_entry example_entry(void)
{
    return (struct request_entry){.received_at_ms = INT64_C(1704067200123),
                                  .id = EXAMPLE_ID,
                                  .took_us = 812,
                                  .method = BYTES("PUT"),
                                  .path = BYTES("/campaigns/10/offers/stocks"),
                                  .campaign_id = 10,
                                  .business_id = 1,
                                  .token = BYTES("sync"),
                                  .status = 200,
                                  .request_bytes = 512,
                                  .reply_bytes = 15,
                                  .caller = BYTES("shop/1.0")};
}

/* Encodes, decodes, and gives what came back; false: it was not decoded. */
static bool round_trip(struct json_case *json, const struct request_entry *entry,
                       struct request_error errors[ERRORS_PER_REPLY_MAX],
                       struct request_entry *decoded)
{
    struct buffer line;
    buffer_init(&line);
    request_entry_encode(&line, entry);
    assert_false(line.failed);
    assert_true(line.size < REQUEST_LINE_BYTES_MAX);
    assert_null(memchr(line.data, '\n', line.size));
    const enum json_outcome outcome = json_case_parse(json, buffer_bytes(&line));
    buffer_deinit(&line);
    return outcome == JSON_OK && request_entry_decode(json->root, errors, decoded);
}

static void expect_equal(const struct request_entry *left, const struct request_entry *right)
{
    assert_int_equal(left->received_at_ms, right->received_at_ms);
    assert_true(left->id == right->id);
    assert_int_equal(left->took_us, right->took_us);
    EXPECT_BYTES(left->method, right->method);
    EXPECT_BYTES(left->path, right->path);
    assert_int_equal(left->campaign_id, right->campaign_id);
    assert_int_equal(left->business_id, right->business_id);
    EXPECT_BYTES(left->token, right->token);
    assert_int_equal(left->status, right->status);
    assert_int_equal(left->request_bytes, right->request_bytes);
    assert_int_equal(left->reply_bytes, right->reply_bytes);
    EXPECT_BYTES(left->caller, right->caller);
    assert_int_equal(left->errors_count, right->errors_count);
    for (size_t i = 0; i < left->errors_count; i++) {
        EXPECT_BYTES(left->errors[i].code, right->errors[i].code);
        EXPECT_BYTES(left->errors[i].message, right->errors[i].message);
    }
}

/* The example of docs/formats.md. */
static void kept_form_is_the_documented_one(void **state)
{
    (void)state;
    struct buffer line;
    buffer_init(&line);
    struct request_entry entry = example_entry();
    request_entry_encode(&line, &entry);
    EXPECT_TEXT(buffer_bytes(&line),
                "{\"at\":1704067200123,\"id\":\"18cc251f47babcde\",\"us\":812,\"m\":\"PUT\",\"p\":"
                "\"/campaigns/10/offers/"
                "stocks\",\"c\":10,\"b\":1,\"t\":\"sync\",\"s\":200,\"in\":512,\"out\":15,"
                "\"by\":\"shop/1.0\"}");
    static const struct request_error errors[] = {
        {BYTES_INIT("NOT_FOUND"), BYTES_INIT("Resource not found")}};
    entry = (struct request_entry){.received_at_ms = INT64_C(1704067201007),
                                   .took_us = 93,
                                   .method = BYTES("GET"),
                                   .path = BYTES("/campaigns/10/x"),
                                   .business_id = 1,
                                   .token = BYTES("sync"),
                                   .status = 404,
                                   .reply_bytes = 75,
                                   .errors = errors,
                                   .errors_count = 1};
    buffer_clear(&line);
    request_entry_encode(&line, &entry);
    EXPECT_TEXT(buffer_bytes(&line),
                "{\"at\":1704067201007,\"us\":93,\"m\":\"GET\",\"p\":\"/campaigns/10/x\",\"b\":1,"
                "\"t\":\"sync\",\"s\":404,\"in\":0,\"out\":75,\"e\":[[\"NOT_FOUND\",\"Resource not "
                "found\"]]}");
    buffer_deinit(&line);
}

static void shown_form_has_names_that_explain_themselves(void **state)
{
    (void)state;
    struct buffer line;
    buffer_init(&line);
    struct request_entry entry = example_entry();
    entry.errors = example_errors;
    entry.errors_count = 2;
    request_entry_show(&line, &entry);
    EXPECT_TEXT(buffer_bytes(&line),
                "{\"receivedAt\":\"2024-01-01T00:00:00.123Z\",\"id\":\"18cc251f47babcde\","
                "\"tookMicroseconds\":812,\"method\":"
                "\"PUT\",\"path\":\"/campaigns/10/offers/stocks\",\"campaignId\":10,"
                "\"businessId\":1,\"tokenName\":\"sync\",\"status\":200,\"requestBytes\":512,"
                "\"replyBytes\":15,\"caller\":\"shop/1.0\",\"errors\":[{\"code\":\"BAD_REQUEST\","
                "\"message\":\"skus[0].sku: \\\"\\n\\\" is no SKU\"},{\"code\":\"BAD_REQUEST\","
                "\"message\":\"\"}]}");
    buffer_clear(&line);
    entry = (struct request_entry){.method = BYTES("GET"), .path = BYTES("/")};
    request_entry_show(&line, &entry);
    EXPECT_TEXT(buffer_bytes(&line),
                "{\"receivedAt\":\"1970-01-01T00:00:00Z\",\"tookMicroseconds\":0,\"method\":"
                "\"GET\",\"path\":\"/\",\"status\":0,\"requestBytes\":0,\"replyBytes\":0}");
    buffer_deinit(&line);
}

static void entry_comes_back_as_it_was(void **state)
{
    (void)state;
    struct json_case json;
    struct request_error errors[ERRORS_PER_REPLY_MAX];
    struct request_entry decoded;
    json_case_init(&json);
    struct request_entry entry = example_entry();
    assert_true(round_trip(&json, &entry, errors, &decoded));
    expect_equal(&entry, &decoded);
    entry.errors = example_errors;
    entry.errors_count = 2;
    entry.campaign_id = 0;
    entry.token = BYTES("");
    entry.id = 0; /* As in lines that are older than ids. */
    assert_true(round_trip(&json, &entry, errors, &decoded));
    expect_equal(&entry, &decoded);
    json_case_deinit(&json);
}

static void copy_lives_without_what_it_was_made_of(void **state)
{
    (void)state;
    struct arena arena;
    struct json_case json;
    struct request_error errors[ERRORS_PER_REPLY_MAX];
    struct request_entry decoded;
    struct request_entry copy;
    arena_init(&arena);
    json_case_init(&json);
    struct request_entry entry = example_entry();
    entry.errors = example_errors;
    entry.errors_count = 2;
    assert_true(round_trip(&json, &entry, errors, &decoded));
    assert_int_equal(request_entry_copy(&decoded, &arena, &copy), OK);
    json_case_deinit(&json);
    memset(errors, 0x55, sizeof(errors));
    expect_equal(&entry, &copy);
    arena_deinit(&arena);
}

static void long_texts_are_cut_between_characters(void **state)
{
    (void)state;
    char text[8192];
    for (size_t i = 0; i < sizeof(text); i += 2) /* Two bytes a letter. */
        memcpy(text + i, "\xD0\x96", 2);
    const struct bytes one_off = {(const uint8_t *)text + 1, sizeof(text) - 1};
    const struct bytes all = {(const uint8_t *)text, sizeof(text)};
    struct request_entry entry = example_entry();
    entry.method = entry.path = entry.token = entry.caller = all;
    const struct request_error long_errors[] = {
        {BYTES("CODE"), {all.data, 3000}}, {BYTES("CODE"), all}, {BYTES("CODE"), BYTES("late")}};
    entry.errors = long_errors;
    entry.errors_count = 3;
    struct json_case json;
    struct request_error errors[ERRORS_PER_REPLY_MAX];
    struct request_entry decoded;
    json_case_init(&json);
    assert_true(round_trip(&json, &entry, errors, &decoded));
    assert_int_equal(decoded.method.size, REQUEST_METHOD_BYTES_MAX);
    assert_int_equal(decoded.path.size, REQUEST_PATH_BYTES_MAX);
    assert_int_equal(decoded.token.size, REQUEST_TOKEN_NAME_BYTES_MAX);
    assert_int_equal(decoded.caller.size, REQUEST_CALLER_BYTES_MAX);
    assert_int_equal(decoded.errors_count, 2);
    assert_int_equal(decoded.errors[0].message.size, 3000);
    assert_int_equal(decoded.errors[1].message.size, REQUEST_ERRORS_BYTES_MAX - 3000 - 8);
    entry.path = one_off; /* Begins inside a letter. */
    assert_true(round_trip(&json, &entry, errors, &decoded));
    assert_true(bytes_are_utf8(decoded.path));
    json_case_deinit(&json);
}

/* Whatever clients send, a line stays within its limit and is read back. */
static void any_bytes_make_a_line(void **state)
{
    (void)state;
    struct chance chance = chance_begin("any_bytes_make_a_line");
    struct json_case json;
    struct request_error errors[ERRORS_PER_REPLY_MAX];
    struct request_entry decoded;
    uint8_t noise[6000];
    json_case_init(&json);
    for (int round = 0; round < 300; round++) {
        chance_fill(&chance, noise, sizeof(noise));
        if (chance_one_in(&chance, 3))
            memset(noise, 1, sizeof(noise)); /* Six bytes each, as \u0001. */
        struct request_entry entry = example_entry();
        struct request_error noisy[ERRORS_PER_REPLY_MAX];
        for (size_t i = 0; i < ERRORS_PER_REPLY_MAX; i++) {
            noisy[i].code = (struct bytes){noise, chance_below(&chance, 100)};
            noisy[i].message = (struct bytes){noise, chance_below(&chance, sizeof(noise))};
        }
        entry.method = entry.path = entry.token = entry.caller =
            (struct bytes){noise, chance_below(&chance, sizeof(noise))};
        entry.errors = noisy;
        entry.errors_count = chance_below(&chance, ERRORS_PER_REPLY_MAX + 1);
        assert_true(round_trip(&json, &entry, errors, &decoded));
    }
    json_case_deinit(&json);
}

/* One error more than an answer has. */
#define PAIR       "[\"A\",\"B\"]"
#define FIVE_PAIRS PAIR "," PAIR "," PAIR "," PAIR "," PAIR
#define TOO_MANY_ERRORS                                                                            \
    ("{\"at\":1,\"us\":1,\"m\":\"A\",\"p\":\"/\",\"s\":0,\"in\":0,\"out\":0,\"e\":[" FIVE_PAIRS    \
     "," FIVE_PAIRS "," FIVE_PAIRS "," FIVE_PAIRS "," PAIR "]}")

static void what_is_no_entry_is_not_decoded(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "1",
        "[]",
        "{}",
        "{\"from\":1,\"to\":2}",
        "{\"at\":1,\"us\":1,\"m\":\"A\",\"p\":\"/\",\"s\":200,\"in\":0}",
        "{\"at\":\"1\",\"us\":1,\"m\":\"A\",\"p\":\"/\",\"s\":200,\"in\":0,\"out\":0}",
        "{\"at\":1,\"us\":1,\"m\":1,\"p\":\"/\",\"s\":200,\"in\":0,\"out\":0}",
        "{\"at\":1,\"us\":1,\"m\":\"A\",\"p\":\"/\",\"s\":1000,\"in\":0,\"out\":0}",
        "{\"at\":1,\"us\":1,\"m\":\"A\",\"p\":\"/\",\"s\":-1,\"in\":0,\"out\":0}",
        "{\"at\":253402300800000,\"us\":1,\"m\":\"A\",\"p\":\"/\",\"s\":0,\"in\":0,\"out\":0}",
        "{\"at\":1,\"us\":1,\"m\":\"A\",\"p\":\"/\",\"s\":0,\"in\":0,\"out\":0,\"e\":{}}",
        "{\"at\":1,\"us\":1,\"m\":\"A\",\"p\":\"/\",\"s\":0,\"in\":0,\"out\":0,\"e\":[[\"A\"]]}",
        "{\"at\":1,\"us\":1,\"m\":\"A\",\"p\":\"/\",\"s\":0,\"in\":0,\"out\":0,\"e\":[[\"A\",1]]}",
        TOO_MANY_ERRORS,
    };
    struct json_case json;
    struct request_error errors[ERRORS_PER_REPLY_MAX];
    struct request_entry decoded;
    json_case_init(&json);
    for (size_t i = 0; i < ROWS_COUNT_OF(texts); i++)
        EXPECT(texts[i], !request_entry_decode(json_case_root(&json, texts[i]), errors, &decoded));
    const char *later = "{\"new\":[{}],\"at\":1,\"us\":2,\"m\":\"A\",\"p\":\"/\",\"s\":0,\"in\":0,"
                        "\"out\":0,\"e\":[]}";
    assert_true(request_entry_decode(json_case_root(&json, later), errors, &decoded));
    assert_int_equal(decoded.took_us, 2);
    json_case_deinit(&json);
}

static void expect_path(const char *path, const char *const query[], const char *expected)
{
    struct http_exchange exchange;
    uint8_t text[REQUEST_PATH_BYTES_MAX];
    memset(&exchange, 0, sizeof(exchange));
    exchange.path = bytes_from_text(path);
    for (size_t i = 0; query != NULL && query[i] != NULL; i += 2)
        exchange.parameters[exchange.parameters_count++] =
            (struct http_parameter){bytes_from_text(query[i]), bytes_from_text(query[i + 1])};
    EXPECT_TEXT(request_path(&exchange, text, sizeof(text)), expected);
}

static void path_has_the_query_and_no_secret(void **state)
{
    (void)state;
    expect_path("/campaigns/1/offers/stocks.json", NULL, "/campaigns/1/offers/stocks.json");
    expect_path("/a b?\xD0\x96\"", NULL, "/a%20b%3F%D0%96%22");
    expect_path("/a",
                (const char *const[]){"page_token", "abc=", "pageToken", "d&e", "limit", "5", NULL},
                "/a?page_token=abc%3D&pageToken=d%26e&limit=5");
    expect_path("/a",
                (const char *const[]){"auth-token", "S3CRET", "Api-Key", "S3CRET", "oauth_token",
                                      "S3CRET", "ACCESS_TOKEN", "S3CRET", "page_token2", "S3CRET",
                                      "password", "S3CRET", "clientSecret", "S3CRET", NULL},
                "/a?auth-token=***&Api-Key=***&oauth_token=***&ACCESS_TOKEN=***&page_token2=***&"
                "password=***&clientSecret=***");
}

static void long_path_is_cut_where_it_is_full(void **state)
{
    (void)state;
    struct http_exchange exchange;
    uint8_t text[10];
    memset(&exchange, 0, sizeof(exchange));
    exchange.path = BYTES("/123456\"89");
    EXPECT_TEXT(request_path(&exchange, text, sizeof(text)), "/123456%22");
    EXPECT_TEXT(request_path(&exchange, text, 9), "/123456");
    exchange.parameters_count = 1;
    exchange.parameters[0] = (struct http_parameter){BYTES("token"), BYTES("S3CRET")};
    for (size_t size = 1; size <= sizeof(text); size++)
        assert_true(request_path(&exchange, text, size).size <= size);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kept_form_is_the_documented_one),
        cmocka_unit_test(shown_form_has_names_that_explain_themselves),
        cmocka_unit_test(entry_comes_back_as_it_was),
        cmocka_unit_test(copy_lives_without_what_it_was_made_of),
        cmocka_unit_test(long_texts_are_cut_between_characters),
        cmocka_unit_test(any_bytes_make_a_line),
        cmocka_unit_test(what_is_no_entry_is_not_decoded),
        cmocka_unit_test(path_has_the_query_and_no_secret),
        cmocka_unit_test(long_path_is_cut_where_it_is_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
