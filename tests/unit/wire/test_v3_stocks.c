/* The stock methods of v3: a body that names many warehouses comes out in parts, each error has its
 * words, and the answer has one warehouse. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "../../support/body_case.h"
#include "../../support/chance.h"
#include "../../support/expect.h"
#include "base/hash.h"
#include "base/limits.h"
#include "wire/get_stocks.h"
#include "wire/v3_stocks.h"

/* 2025-09-17T09:06:40Z */
#define NOW_MS INT64_C(1758100000000)

static const struct put_stocks_rules rules = {
    .now_ms = NOW_MS,
    .future_tolerance_ms = 60000,
    .past_tolerance_ms = PAST_TOLERANCE_MS,
};

static bool decode(struct body_case *body, struct bytes text, struct v3_stocks_put *request)
{
    const struct json_value root = body_case_root(body, text);
    return v3_stocks_decode_put(root, &rules, &body->arena, request, &body->errors);
}

static void body_comes_out_by_warehouse_in_the_documents_order(void **state)
{
    (void)state;
    struct body_case body;
    body_case_init(&body);
    struct v3_stocks_put request;
    assert_true(decode(
        &body,
        BYTES("{\"skuItems\":[{\"sku\":\"B\",\"partnerWarehouseId\":9,\"count\":1},"
              "{\"sku\":\" A \",\"partnerWarehouseId\":2,\"count\":2000000000,"
              "\"updatedAt\":\"2025-09-17T09:06:00Z\"},"
              "{\"sku\":\"A\",\"partnerWarehouseId\":9,\"count\":0,\"x\":{}},"
              "{\"count\":3,\"updatedAt\":null,\"partnerWarehouseId\":9,\"sku\":\"\\u0416\"}]}"),
        &request));
    assert_int_equal(request.parts_count, 2);
    assert_int_equal(request.parts[0].warehouse_id, 9);
    assert_int_equal(request.parts[0].items_count, 3);
    EXPECT_TEXT(request.parts[0].items[0].key.sku, "B");
    EXPECT_TEXT(request.parts[0].items[1].key.sku, "A");
    EXPECT_TEXT(request.parts[0].items[2].key.sku, "\xD0\x96");
    assert_int_equal(request.parts[0].items[2].count, 3);
    assert_true(request.parts[0].items[0].updated_at_ms == NOW_MS);
    assert_int_equal(request.parts[1].warehouse_id, 2);
    assert_int_equal(request.parts[1].items_count, 1);
    EXPECT_TEXT(request.parts[1].items[0].key.sku, "A");
    assert_true(request.parts[1].items[0].key.hash == bytes_hash(BYTES("A")));
    assert_int_equal(request.parts[1].items[0].count, 2000000000);
    assert_true(request.parts[1].items[0].updated_at_ms == NOW_MS - 40000);
    body_case_deinit(&body);
}

static void decoded_skus_outlive_the_document(void **state)
{
    (void)state;
    struct body_case body;
    body_case_init(&body);
    struct v3_stocks_put request;
    assert_true(decode(
        &body, BYTES("{\"skuItems\":[{\"sku\":\"ABC\",\"partnerWarehouseId\":1,\"count\":1}]}"),
        &request));
    struct json_value other = json_case_root(&body.json, "[\"zzzzzzzzzzzzzzzzzzzzzzzzzzzzzz\"]");
    assert_int_equal(json_type(other), JSON_ARRAY);
    EXPECT_TEXT(request.parts[0].items[0].key.sku, "ABC");
    body_case_deinit(&body);
}

#define ITEM(members) "{\"skuItems\":[{" members "}]}"
#define REST          ",\"partnerWarehouseId\":1,\"count\":1"

static void wrong_bodies_are_refused_with_these_words(void **state)
{
    (void)state;
    static const char missing[] = "skuItems size must be between 1 and 2000 (rejected size: 0)";
    static const char *const rows[][2] = {
        {"[]", "Illegal input at '$'"},
        {"{}", missing},
        {"{\"skus\":[{\"sku\":\"A\",\"items\":[{\"count\":5}]}]}", missing},
        {"{\"skuItems\":null}", missing},
        {"{\"skuItems\":[]}", missing},
        {"{\"skuItems\":{}}", "Illegal input at 'skuItems'"},
        {"{\"skuItems\":[null]}", "skuItems elements must be not null (rejected value: null)"},
        {"{\"skuItems\":[5]}", "Illegal input at 'skuItems[0]'"},
        {ITEM("\"partnerWarehouseId\":1,\"count\":1"),
         "skuItems[0].sku must not be null (rejected value: null)"},
        {ITEM("\"sku\":\" \"" REST),
         "skuItems[0].sku size must be between 1 and 255 (rejected value: )"},
        {ITEM("\"sku\":7" REST), "Illegal input at 'skuItems[0].sku'"},
        {ITEM("\"sku\":\"A\",\"count\":1"),
         "skuItems[0].partnerWarehouseId must not be null (rejected value: null)"},
        {ITEM("\"sku\":\"A\",\"partnerWarehouseId\":0,\"count\":1"),
         "skuItems[0].partnerWarehouseId must be greater than or equal to 1 (rejected value: 0)"},
        {ITEM("\"sku\":\"A\",\"partnerWarehouseId\":\"1\",\"count\":1"),
         "Illegal input at 'skuItems[0].partnerWarehouseId'"},
        {ITEM("\"sku\":\"A\",\"partnerWarehouseId\":1"),
         "skuItems[0].count must not be null (rejected value: null)"},
        {ITEM("\"sku\":\"A\",\"partnerWarehouseId\":1,\"count\":-1"),
         "skuItems[0].count must be greater than or equal to 0 (rejected value: -1)"},
        {ITEM("\"sku\":\"A\",\"partnerWarehouseId\":1,\"count\":2000000001"),
         "skuItems[0].count must be less than or equal to 2000000000 (rejected value: "
         "2000000001)"},
        {ITEM("\"sku\":\"A\",\"partnerWarehouseId\":1,\"items\":[{\"count\":5}]"),
         "skuItems[0].count must not be null (rejected value: null)"},
        {ITEM("\"sku\":\"A\",\"updatedAt\":\"yesterday\"" REST),
         "Illegal input at 'skuItems[0].updatedAt'"},
        {ITEM("\"sku\":\"A\",\"updatedAt\":\"2025-09-17T09:08:00Z\"" REST),
         "Stock for 'A' should not be in the future"},
        {ITEM("\"sku\":\"A\",\"updatedAt\":\"2025-09-16T09:06:39Z\"" REST),
         "Stock for 'A' should not be older than a day"},
        {"{\"skuItems\":[{\"sku\":\"A\"" REST "},{\"sku\":\" A\"" REST "}]}",
         "Duplicate shop-sku 'A' for warehouse '1'"},
    };
    struct body_case body;
    body_case_init(&body);
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        struct v3_stocks_put request;
        EXPECT(rows[i][0], !decode(&body, bytes_from_text(rows[i][0]), &request));
        EXPECT_ERROR(&body.errors, rows[i][1]);
    }
    body_case_deinit(&body);
}

static void errors_come_in_the_documents_order_up_to_twenty(void **state)
{
    (void)state;
    struct body_case body;
    body_case_init(&body);
    struct v3_stocks_put request;
    struct buffer text;
    buffer_init(&text);
    buffer_append_text(&text, "{\"skuItems\":[");
    for (int i = 0; i < 25; i++)
        buffer_append_format(&text, "%s{\"sku\":\"A\",\"partnerWarehouseId\":%d,\"count\":-1}",
                             i == 0 ? "" : ",", 100 - i);
    buffer_append_text(&text, "]}");
    assert_false(decode(&body, buffer_bytes(&text), &request));
    assert_int_equal(body.errors.count, ERRORS_PER_REPLY_MAX);
    EXPECT_TEXT(error_at(&body.errors, 0),
                "skuItems[0].count must be greater than or equal to 0 (rejected value: -1)");
    EXPECT_TEXT(error_at(&body.errors, 19),
                "skuItems[19].count must be greater than or equal to 0 (rejected value: -1)");
    buffer_deinit(&text);
    body_case_deinit(&body);
}

static void same_sku_in_two_warehouses_is_no_duplicate(void **state)
{
    (void)state;
    struct body_case body;
    body_case_init(&body);
    struct v3_stocks_put request;
    assert_true(
        decode(&body,
               BYTES("{\"skuItems\":[{\"sku\":\"A\",\"partnerWarehouseId\":1,\"count\":1},"
                     "{\"sku\":\"A\",\"partnerWarehouseId\":256,\"count\":2},"
                     "{\"sku\":\"A\",\"partnerWarehouseId\":72057594037927936,\"count\":3}]}"),
               &request));
    assert_int_equal(request.parts_count, 3);
    body_case_deinit(&body);
}

/* Whatever the mixture, each pair arrives once, in its warehouse, in the document's order. */
static void two_thousand_items_in_any_mixture_are_parted(void **state)
{
    (void)state;
    struct chance chance = chance_begin("two_thousand_items_in_any_mixture_are_parted");
    struct body_case body;
    struct buffer text;
    body_case_init(&body);
    buffer_init(&text);
    static int64_t warehouses[PUT_SKUS_MAX];
    const uint64_t kinds = 1 + chance_below(&chance, PUT_SKUS_MAX);
    buffer_append_text(&text, "{\"skuItems\":[");
    for (int i = 0; i < PUT_SKUS_MAX; i++) {
        warehouses[i] = 1 + (int64_t)chance_below(&chance, kinds);
        buffer_append_format(&text, "%s{\"sku\":\"S%d\",\"partnerWarehouseId\":%d,\"count\":%d}",
                             i == 0 ? "" : ",", i, (int)warehouses[i], i);
    }
    buffer_append_text(&text, "]}");
    struct v3_stocks_put request;
    assert_true(decode(&body, buffer_bytes(&text), &request));
    uint32_t items_count = 0;
    int64_t first_before = -1;
    for (uint32_t part = 0; part < request.parts_count; part++) {
        int64_t before = -1;
        assert_true(request.parts[part].items[0].count > first_before);
        first_before = request.parts[part].items[0].count;
        for (uint32_t i = 0; i < request.parts[part].items_count; i++, items_count++) {
            const int64_t index = request.parts[part].items[i].count;
            assert_true(index > before);
            before = index;
            assert_true(warehouses[index] == request.parts[part].warehouse_id);
        }
    }
    assert_int_equal(items_count, PUT_SKUS_MAX);
    buffer_deinit(&text);
    body_case_deinit(&body);
}

static bool decode_get(struct body_case *body, const char *text, struct v3_stocks_get *request)
{
    const struct json_value root = body_case_root(body, bytes_from_text(text));
    return v3_stocks_decode_get(root, &body->arena, request, &body->errors);
}

static void question_needs_a_warehouse(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"[]", "Illegal input at '$'"},
        {"{}", "partnerWarehouseId must not be null (rejected value: null)"},
        {"{\"stocksWarehouseId\":1}", "partnerWarehouseId must not be null (rejected value: null)"},
        {"{\"partnerWarehouseId\":-1}",
         "partnerWarehouseId must be greater than or equal to 1 (rejected value: -1)"},
        {"{\"partnerWarehouseId\":1,\"archived\":1}", "Illegal input at 'archived'"},
        {"{\"partnerWarehouseId\":1,\"offerIds\":[]}",
         "offerIds size must be between 1 and 500 (rejected size: 0)"},
        {"{\"partnerWarehouseId\":1,\"offerIds\":[\"A\",\" A\"]}",
         "offerIds elements must be unique (rejected value: A)"},
    };
    struct body_case body;
    body_case_init(&body);
    struct v3_stocks_get request;
    assert_true(decode_get(&body,
                           "{\"partnerWarehouseId\":7,\"archived\":null,\"offerIds\":null,"
                           "\"hasStocks\":5}",
                           &request));
    assert_true(request.warehouse_id == 7 && !request.archived && !request.listed);
    assert_true(decode_get(
        &body, "{\"partnerWarehouseId\":7,\"archived\":true,\"offerIds\":[\"B\"]}", &request));
    assert_true(request.archived && request.listed);
    assert_int_equal(request.offers_count, 1);
    EXPECT_TEXT(request.offers[0].sku, "B");
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        EXPECT(rows[i][0], !decode_get(&body, rows[i][0], &request));
        EXPECT_ERROR(&body.errors, rows[i][1]);
    }
    body_case_deinit(&body);
}

static void answer_has_one_warehouse(void **state)
{
    (void)state;
    const struct stock_view view = {
        .sku = BYTES("A"), .available = 3, .reserved = 2, .updated_at_ms = NOW_MS};
    struct buffer body;
    buffer_init(&body);
    v3_stocks_encode_begin(&body, 7, BYTES("t"));
    get_stocks_encode_offer(&body, &(struct get_stocks_offer){.view = &view},
                            &(struct date_day){.number = 0});
    get_stocks_encode_offer(&body, &(struct get_stocks_offer){.view = &view},
                            &(struct date_day){.number = 0});
    v3_stocks_encode_end(&body);
#define OFFER                                                                                      \
    "{\"offerId\":\"A\",\"stocks\":[{\"type\":\"FIT\",\"count\":5},{\"type\":\"FREEZE\","          \
    "\"count\":2},{\"type\":\"AVAILABLE\",\"count\":3}],\"updatedAt\":\"2025-09-17T09:06:40Z\"}"
    EXPECT_TEXT(buffer_bytes(&body),
                "{\"status\":\"OK\",\"result\":{\"partnerWarehouseId\":7,"
                "\"paging\":{\"nextPageToken\":\"t\"},\"offers\":[" OFFER "," OFFER "]}}");
    buffer_clear(&body);
    v3_stocks_encode_begin(&body, 7, (struct bytes){NULL, 0});
    v3_stocks_encode_end(&body);
    EXPECT_TEXT(buffer_bytes(&body), "{\"status\":\"OK\",\"result\":{\"partnerWarehouseId\":7,"
                                     "\"paging\":{},\"offers\":[]}}");
    buffer_deinit(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(body_comes_out_by_warehouse_in_the_documents_order),
        cmocka_unit_test(decoded_skus_outlive_the_document),
        cmocka_unit_test(wrong_bodies_are_refused_with_these_words),
        cmocka_unit_test(errors_come_in_the_documents_order_up_to_twenty),
        cmocka_unit_test(same_sku_in_two_warehouses_is_no_duplicate),
        cmocka_unit_test(two_thousand_items_in_any_mixture_are_parted),
        cmocka_unit_test(question_needs_a_warehouse),
        cmocka_unit_test(answer_has_one_warehouse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
