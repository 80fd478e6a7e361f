/* POST /stocks both ways: what is written is read again, and what breaks a rule is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/body_case.h"
#include "../../support/expect.h"
#include "base/hash.h"
#include "base/limits.h"
#include "wire/push_stocks.h"

#define NOW_MS INT64_C(1758100000000) /* 2025-09-17T09:06:40Z */

struct decoding {
    struct body_case body;
    struct push_stocks request;
    struct push_stocks_answer answer;
    struct push_stocks_rules rules;
};

static bool decode(struct decoding *decoding, const char *text)
{
    const struct json_value root = body_case_root(&decoding->body, bytes_from_text(text));
    return push_stocks_decode(root, &decoding->body.arena, &decoding->request,
                              &decoding->body.errors);
}

static bool decode_answer(struct decoding *decoding, struct bytes text)
{
    const struct json_value root = body_case_root(&decoding->body, text);
    return push_stocks_answer_decode(root, &decoding->rules, &decoding->body.arena,
                                     &decoding->answer, &decoding->body.errors);
}

static void request_is_written_as_in_the_contract(void **state)
{
    (void)state;
    struct buffer body;
    buffer_init(&body);
    push_stocks_encode_begin(&body, 1669219);
    push_stocks_encode_sku(&body, BYTES("A-1"));
    push_stocks_encode_sku(&body, BYTES("a\"b\t"));
    push_stocks_encode_end(&body);
    EXPECT_TEXT(buffer_bytes(&body), "{\"warehouseId\":1669219,\"skus\":[\"A-1\",\"a\\\"b\\t\"]}");
    struct decoding decoding;
    body_case_init(&decoding.body);
    assert_true(decode(&decoding, buffer_text(&body)));
    assert_int_equal(decoding.request.warehouse_id, 1669219);
    assert_int_equal(decoding.request.keys_count, 2);
    EXPECT_TEXT(decoding.request.keys[0].sku, "A-1");
    EXPECT_TEXT(decoding.request.keys[1].sku, "a\"b"); /* Trimmed. */
    assert_true(decoding.request.keys[0].hash == bytes_hash(BYTES("A-1")));
    body_case_deinit(&decoding.body);
    buffer_deinit(&body);
}

static const struct {
    const char *text;
    const char *error; /* NULL: it is taken, with the one SKU A and the warehouse 501. */
} request_rows[] = {
    {"{\"warehouseId\":501,\"skus\":[\"A\"]}", NULL},
    {"{\"warehouseId\":501.0,\"skus\":[\" A \"]}", NULL},
    {"{\"warehouseId\":5.01e2,\"skus\":[\"A\",\"A\",\"A \"],\"x\":1}", NULL},
    {"{\"skus\":7,\"warehouseId\":\"\",\"warehouseId\":501,\"skus\":[\"A\"]}", NULL},
    {"{\"warehouseId\":0.5,\"skus\":[\"A\"]}", "Illegal input at 'warehouseId'"},
    {"{\"warehouseId\":\"501\",\"skus\":[\"A\"]}", "Illegal input at 'warehouseId'"},
    {"{\"warehouseId\":0,\"skus\":[\"A\"]}",
     "warehouseId must be greater than or equal to 1 (rejected value: 0)"},
    {"{\"skus\":[\"A\"]}", "warehouseId must not be null (rejected value: null)"},
    {"{\"warehouseId\":501}", "skus size must be between 1 and 1000 (rejected size: 0)"},
    {"{\"warehouseId\":501,\"skus\":[]}",
     "skus size must be between 1 and 1000 (rejected size: 0)"},
    {"{\"warehouseId\":501,\"skus\":\"A\"}", "Illegal input at 'skus'"},
    {"{\"warehouseId\":501,\"skus\":[1]}", "Illegal input at 'skus[0]'"},
    {"{\"warehouseId\":501,\"skus\":[\"A\",null]}",
     "skus[1] must not be null (rejected value: null)"},
    {"{\"warehouseId\":501,\"skus\":[\" \"]}",
     "skus[0] size must be between 1 and 255 (rejected value: )"},
    {"[]", "Illegal input at '$'"},
};

static void requests_are_checked(void **state)
{
    (void)state;
    struct decoding decoding;
    body_case_init(&decoding.body);
    for (size_t i = 0; i < ROWS_COUNT_OF(request_rows); i++) {
        const char *text = request_rows[i].text;
        EXPECT(text, decode(&decoding, text) == (request_rows[i].error == NULL));
        EXPECT_ERROR(&decoding.body.errors, request_rows[i].error);
        if (request_rows[i].error != NULL)
            continue;
        EXPECT(text, decoding.request.warehouse_id == 501 && decoding.request.keys_count == 1);
        EXPECT_TEXT(decoding.request.keys[0].sku, "A");
    }
    body_case_deinit(&decoding.body);
}

static void request_holds_1000_skus_and_no_more(void **state)
{
    (void)state;
    struct decoding decoding;
    body_case_init(&decoding.body);
    for (int over = 0; over < 2; over++) {
        struct buffer body;
        buffer_init(&body);
        push_stocks_encode_begin(&body, 1);
        for (int i = 0; i < PUSH_SKUS_MAX + over; i++) {
            char sku[16];
            (void)snprintf(sku, sizeof(sku), "sku-%d", i);
            push_stocks_encode_sku(&body, bytes_from_text(sku));
        }
        push_stocks_encode_end(&body);
        assert_true(decode(&decoding, buffer_text(&body)) == (over == 0));
        EXPECT_ERROR(&decoding.body.errors,
                     over == 0 ? NULL
                               : "skus size must be between 1 and 1000 (rejected size: 1001)");
        buffer_deinit(&body);
    }
    body_case_deinit(&decoding.body);
}

/* A Market that asked warehouse 501 for A, B and C. */
static const struct stock_key *asked_keys(void)
{
    static struct stock_key keys[3];
    keys[0] = (struct stock_key){BYTES("A"), bytes_hash(BYTES("A"))};
    keys[1] = (struct stock_key){BYTES("B"), bytes_hash(BYTES("B"))};
    keys[2] = (struct stock_key){BYTES("C"), bytes_hash(BYTES("C"))};
    return keys;
}

static void decoding_init(struct decoding *decoding)
{
    body_case_init(&decoding->body);
    decoding->rules = (struct push_stocks_rules){
        .asked = asked_keys(),
        .asked_count = 3,
        .warehouse_id = 501,
        .now_ms = NOW_MS,
        .future_tolerance_ms = 60000,
        .past_tolerance_ms = -1,
    };
}

static void answer_is_written_and_read_again(void **state)
{
    (void)state;
    struct buffer body;
    buffer_init(&body);
    push_stocks_answer_begin(&body);
    push_stocks_answer_item(&body, 501, BYTES("B"), 18, INT64_C(1511214162000));
    push_stocks_answer_item(&body, 501, BYTES("A"), 0, NOW_MS);
    push_stocks_answer_end(&body);
    EXPECT_TEXT(buffer_bytes(&body),
                "{\"skus\":[{\"sku\":\"B\",\"warehouseId\":501,\"items\":[{\"type\":\"FIT\","
                "\"count\":18,\"updatedAt\":\"2017-11-20T21:42:42Z\"}]},"
                "{\"sku\":\"A\",\"warehouseId\":501,\"items\":[{\"type\":\"FIT\","
                "\"count\":0,\"updatedAt\":\"2025-09-17T09:06:40Z\"}]}]}");
    struct decoding decoding;
    decoding_init(&decoding);
    assert_true(decode_answer(&decoding, buffer_bytes(&body)));
    assert_int_equal(decoding.answer.items_count, 2);
    assert_int_equal(decoding.answer.dropped_count, 0);
    const struct stock_write *items = decoding.answer.items;
    assert_ptr_equal(items[0].key.sku.data, decoding.rules.asked[1].sku.data);
    assert_int_equal(items[0].count, 18);
    assert_true(items[0].updated_at_ms == INT64_C(1511214162000));
    EXPECT_TEXT(items[1].key.sku, "A");
    assert_int_equal(items[1].count, 0);
    body_case_deinit(&decoding.body);
    buffer_deinit(&body);
}

/* An element with one field replaced; `%s` of the row is the element's or the item's members. */
#define ELEMENT(sku, warehouse, items)                                                             \
    "{\"sku\":" sku ",\"warehouseId\":" warehouse ",\"items\":" items "}"
#define ITEM(type, count, date) "[{\"type\":" type ",\"count\":" count ",\"updatedAt\":" date "}]"
#define DATE                    "\"2025-09-17T12:06:40+03:00\""
#define GOOD_ITEM               ITEM("\"FIT\"", "5", DATE)
#define ANSWER(elements)        "{\"skus\":[" elements "]}"
#define WITH_ITEM(item)         ANSWER(ELEMENT("\"A\"", "501", item))

static const struct {
    const char *text;
    uint32_t items_count;
    uint32_t dropped_count;
    const char *error;
} answer_rows[] = {
    {ANSWER(""), 0, 0, NULL}, /* What is left out keeps its value. */
    {WITH_ITEM(GOOD_ITEM), 1, 0, NULL},
    {ANSWER(ELEMENT("\" A \"", "501.0", GOOD_ITEM)), 1, 0, NULL},
    {WITH_ITEM(ITEM("\"FIT\"", "2000000000", "\"1970-01-01T00:00:00Z\"")), 1, 0, NULL},
    {WITH_ITEM(ITEM("\"FIT\"", "5", "\"2025-09-17T09:07:40Z\"")), 1, 0, NULL},
    {WITH_ITEM(ITEM("\"FIT\"", "5", "\"2025-09-17T09:07:40.001Z\"")), 0, 1, NULL},
    {ANSWER(ELEMENT("\"A\"", "501", ITEM("\"FIT\"", "5", "\"2099-09-17T09:07:40Z\"")) "," ELEMENT(
         "\"B\"", "501", GOOD_ITEM)),
     1, 1, NULL},
    {ANSWER(ELEMENT("\"D\"", "501", GOOD_ITEM)), 0, 0,
     "skus holds a SKU that was not asked for (rejected value: D)"},
    {ANSWER(ELEMENT("\"a\"", "501", GOOD_ITEM)), 0, 0,
     "skus holds a SKU that was not asked for (rejected value: a)"},
    {ANSWER(ELEMENT("\"A\"", "501", GOOD_ITEM) "," ELEMENT("\"A\"", "501", GOOD_ITEM)), 0, 0,
     "skus holds a SKU twice (rejected value: A)"},
    {ANSWER(ELEMENT("\"A\"", "502", GOOD_ITEM)), 0, 0,
     "skus[0].warehouseId is not the one that was asked for"},
    {ANSWER(ELEMENT("\"A\"", "\"501\"", GOOD_ITEM)), 0, 0,
     "Illegal input at 'skus[0].warehouseId'"},
    {ANSWER("{\"sku\":\"A\",\"items\":" GOOD_ITEM "}"), 0, 0,
     "skus[0].warehouseId must not be null (rejected value: null)"},
    {WITH_ITEM("[]"), 0, 0, "skus[0].items size must be between 1 and 1 (rejected size: 0)"},
    {WITH_ITEM("null"), 0, 0, "skus[0].items size must be between 1 and 1 (rejected size: 0)"},
    {WITH_ITEM("[{},{}]"), 0, 0, "skus[0].items size must be between 1 and 1 (rejected size: 2)"},
    {WITH_ITEM("[null]"), 0, 0, "Illegal input at 'skus[0].items[0]'"},
    {WITH_ITEM(ITEM("\"ACTUAL\"", "5", DATE)), 0, 0, "skus[0].items[0].type must be FIT"},
    {WITH_ITEM(ITEM("null", "5", DATE)), 0, 0, "Illegal input at 'skus[0].items[0].type'"},
    {WITH_ITEM(ITEM("\"FIT\"", "-1", DATE)), 0, 0,
     "skus[0].items[0].count must be greater than or equal to 0 (rejected value: -1)"},
    {WITH_ITEM(ITEM("\"FIT\"", "2000000001", DATE)), 0, 0,
     "skus[0].items[0].count must be less than or equal to 2000000000 (rejected value: "
     "2000000001)"},
    {WITH_ITEM(ITEM("\"FIT\"", "1.5", DATE)), 0, 0, "Illegal input at 'skus[0].items[0].count'"},
    {WITH_ITEM(ITEM("\"FIT\"", "5", "null")), 0, 0,
     "Illegal input at 'skus[0].items[0].updatedAt'"},
    {WITH_ITEM(ITEM("\"FIT\"", "5", "\"2025-09-17T09:06:40\"")), 0, 0,
     "Illegal input at 'skus[0].items[0].updatedAt'"},
    {ANSWER("null"), 0, 0, "Illegal input at 'skus[0]'"},
    {"{\"skus\":{}}", 0, 0, "Illegal input at 'skus'"},
    {"{}", 0, 0, "Illegal input at 'skus'"},
    {"[]", 0, 0, "Illegal input at '$'"},
};

static void answers_are_checked_as_a_whole(void **state)
{
    (void)state;
    struct decoding decoding;
    decoding_init(&decoding);
    for (size_t i = 0; i < ROWS_COUNT_OF(answer_rows); i++) {
        const char *text = answer_rows[i].text;
        EXPECT(text,
               decode_answer(&decoding, bytes_from_text(text)) == (answer_rows[i].error == NULL));
        EXPECT_ERROR(&decoding.body.errors, answer_rows[i].error);
        if (answer_rows[i].error != NULL)
            continue;
        EXPECT(text, decoding.answer.items_count == answer_rows[i].items_count);
        EXPECT(text, decoding.answer.dropped_count == answer_rows[i].dropped_count);
    }
    body_case_deinit(&decoding.body);
}

/* C30, edition 2026. */
static void number_older_than_a_day_is_dropped_where_that_is_a_rule(void **state)
{
    (void)state;
    struct decoding decoding;
    decoding_init(&decoding);
    decoding.rules.past_tolerance_ms = PAST_TOLERANCE_MS;
    const struct bytes old = BYTES(WITH_ITEM(ITEM("\"FIT\"", "5", "\"2025-09-16T09:06:39.999Z\"")));
    assert_true(decode_answer(&decoding, old));
    assert_int_equal(decoding.answer.items_count, 0);
    assert_int_equal(decoding.answer.dropped_count, 1);
    const struct bytes fresh = BYTES(WITH_ITEM(ITEM("\"FIT\"", "5", "\"2025-09-16T09:06:40Z\"")));
    assert_true(decode_answer(&decoding, fresh));
    assert_int_equal(decoding.answer.items_count, 1);
    body_case_deinit(&decoding.body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(request_is_written_as_in_the_contract),
        cmocka_unit_test(requests_are_checked),
        cmocka_unit_test(request_holds_1000_skus_and_no_more),
        cmocka_unit_test(answer_is_written_and_read_again),
        cmocka_unit_test(answers_are_checked_as_a_whole),
        cmocka_unit_test(number_older_than_a_day_is_dropped_where_that_is_a_rule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
