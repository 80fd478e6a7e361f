/* getStocks: its body, its answer as it is written, and as a client reads it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "../../support/body_case.h"
#include "../../support/chance.h"
#include "../../support/expect.h"
#include "base/date.h"
#include "base/hash.h"
#include "wire/get_stocks.h"

static bool decode(struct body_case *body, const char *text, struct get_stocks *request)
{
    const struct json_value root = body_case_root(body, bytes_from_text(text));
    return get_stocks_decode(root, &body->arena, request, &body->errors);
}

static void body_without_anything_asks_for_everything(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "{}",
        ("{\"stocksWarehouseId\":null,\"hasStocks\":null,\"withTurnover\":null,\"archived\":null,"
         "\"offerIds\":null}"),
        "{\"stocksOnWarehouse\":7,\"OfferIds\":[],\"x\":{\"offerIds\":[1]}}",
        "{\"offerIds\":[1],\"offerIds\":null}",
    };
    struct body_case body;
    body_case_init(&body);
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        struct get_stocks request;
        EXPECT(rows[i], decode(&body, rows[i], &request));
        EXPECT(rows[i], request.warehouse_id == 0 && !request.has_stocks_given);
        EXPECT(rows[i], !request.with_turnover && !request.archived);
        EXPECT(rows[i], !request.listed && request.offers_count == 0);
    }
    body_case_deinit(&body);
}

static void every_member_is_read(void **state)
{
    (void)state;
    struct body_case body;
    body_case_init(&body);
    struct get_stocks request;
    assert_true(decode(&body,
                       "{\"stocksWarehouseId\":9223372036854775807,\"hasStocks\":false,"
                       "\"withTurnover\":true,\"archived\":true,\"offerIds\":[\" B \",\"A\"]}",
                       &request));
    assert_true(request.warehouse_id == INT64_MAX);
    assert_true(request.has_stocks_given);
    assert_false(request.has_stocks);
    assert_true(request.with_turnover);
    assert_true(request.archived);
    assert_true(request.listed);
    assert_int_equal(request.offers_count, 2);
    EXPECT_TEXT(request.offers[0].sku, "B");
    EXPECT_TEXT(request.offers[1].sku, "A");
    assert_true(request.offers[0].hash == bytes_hash(BYTES("B")));
    body_case_deinit(&body);
}

static void wrong_bodies_are_refused_with_these_words(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"[]", "Illegal input at '$'"},
        {"null", "Illegal input at '$'"},
        {"5", "Illegal input at '$'"},
        {"{\"stocksWarehouseId\":0}",
         "stocksWarehouseId must be greater than or equal to 1 (rejected value: 0)"},
        {"{\"stocksWarehouseId\":-5}",
         "stocksWarehouseId must be greater than or equal to 1 (rejected value: -5)"},
        {"{\"stocksWarehouseId\":9223372036854775808}",
         "stocksWarehouseId must be less than or equal to 9223372036854775807 (rejected value: "
         "9223372036854775808)"},
        {"{\"stocksWarehouseId\":\"1\"}", "Illegal input at 'stocksWarehouseId'"},
        {"{\"stocksWarehouseId\":1.5}", "Illegal input at 'stocksWarehouseId'"},
        {"{\"stocksWarehouseId\":[1]}", "Illegal input at 'stocksWarehouseId'"},
        {"{\"hasStocks\":true}", "hasStocks must be used together with stocksWarehouseId"},
        {"{\"hasStocks\":false}", "hasStocks must be used together with stocksWarehouseId"},
        {"{\"stocksWarehouseId\":1,\"hasStocks\":1}", "Illegal input at 'hasStocks'"},
        {"{\"withTurnover\":\"yes\"}", "Illegal input at 'withTurnover'"},
        {"{\"archived\":0}", "Illegal input at 'archived'"},
        {"{\"offerIds\":{}}", "Illegal input at 'offerIds'"},
        {"{\"offerIds\":\"A\"}", "Illegal input at 'offerIds'"},
        {"{\"offerIds\":[]}", "offerIds size must be between 1 and 500 (rejected size: 0)"},
        {"{\"offerIds\":[\"A\",null]}",
         "offerIds elements must be not null (rejected value: null)"},
        {"{\"offerIds\":[\"A\",5]}", "Illegal input at 'offerIds[1]'"},
        {"{\"offerIds\":[\"A\",\" \"]}",
         "offerIds[1] size must be between 1 and 255 (rejected value: )"},
        {"{\"offerIds\":[\"A\",\"B\",\" A\"]}",
         "offerIds elements must be unique (rejected value: A)"},
    };
    struct body_case body;
    body_case_init(&body);
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        struct get_stocks request;
        EXPECT(rows[i][0], !decode(&body, rows[i][0], &request));
        EXPECT_ERROR(&body.errors, rows[i][1]);
    }
    body_case_deinit(&body);
}

static void five_hundred_offers_are_taken_and_no_more(void **state)
{
    (void)state;
    struct body_case body;
    body_case_init(&body);
    for (int count = 500; count <= 501; count++) {
        struct buffer text;
        buffer_init(&text);
        buffer_append_text(&text, "{\"offerIds\":[");
        for (int i = 0; i < count; i++)
            buffer_append_format(&text, "%s\"%d\"", i == 0 ? "" : ",", i);
        buffer_append_text(&text, "]}");
        struct get_stocks request;
        assert_int_equal(decode(&body, buffer_text(&text), &request), count == 500);
        EXPECT_ERROR(&body.errors,
                     count == 500 ? NULL
                                  : "offerIds size must be between 1 and 500 (rejected size: 501)");
        buffer_deinit(&text);
    }
    body_case_deinit(&body);
}

/* An answer with one warehouse; none where there is nothing in it. */
static void encode(struct buffer *answer, const struct stock_view *views, uint32_t views_count,
                   const struct get_stocks_paging *paging)
{
    buffer_clear(answer);
    get_stocks_encode_begin(answer, paging);
    if (views_count > 0)
        get_stocks_encode_warehouse(answer, 501);
    struct date_day day = {.number = 0};
    for (uint32_t i = 0; i < views_count; i++)
        get_stocks_encode_offer(answer, &(struct get_stocks_offer){.view = &views[i]}, &day);
    get_stocks_encode_end(answer);
}

static void answer_has_these_bytes(void **state)
{
    (void)state;
    const struct stock_view views[] = {
        {.sku = BYTES("A\"1"),
         .available = 18,
         .reserved = 2,
         .updated_at_ms = INT64_C(1700516562000)},
        {.sku = BYTES("B"), .updated_at_ms = 1},
    };
    struct get_stocks_paging paging = {{NULL, 0}, {NULL, 0}};
    struct buffer answer;
    buffer_init(&answer);
    encode(&answer, views, 2, &paging);
    EXPECT_TEXT(buffer_bytes(&answer),
                "{\"status\":\"OK\",\"result\":{\"paging\":{},\"warehouses\":[{\"warehouseId\":501,"
                "\"offers\":[{\"offerId\":\"A\\\"1\",\"stocks\":[{\"type\":\"FIT\",\"count\":20},"
                "{\"type\":\"FREEZE\",\"count\":2},{\"type\":\"AVAILABLE\",\"count\":18}],"
                "\"updatedAt\":\"2023-11-20T21:42:42Z\"},{\"offerId\":\"B\",\"stocks\":[{\"type\":"
                "\"FIT\",\"count\":0},{\"type\":\"FREEZE\",\"count\":0},{\"type\":\"AVAILABLE\","
                "\"count\":0}],\"updatedAt\":\"1970-01-01T00:00:00.001Z\"}]}]}}");
    static const char *const pagings[] = {
        "\"paging\":{\"nextPageToken\":\"n\"}", "\"paging\":{\"prevPageToken\":\"p\"}",
        "\"paging\":{\"nextPageToken\":\"n\",\"prevPageToken\":\"p\"}"};
    for (int i = 0; i < 3; i++) {
        char expected[256];
        (void)snprintf(expected, sizeof(expected),
                       "{\"status\":\"OK\",\"result\":{%s,\"warehouses\":[]}}", pagings[i]);
        paging.next_token = i != 1 ? BYTES("n") : BYTES("");
        paging.prev_token = i != 0 ? BYTES("p") : BYTES("");
        encode(&answer, NULL, 0, &paging);
        EXPECT_TEXT(buffer_bytes(&answer), expected);
    }
    buffer_deinit(&answer);
}

static void reading_undoes_writing(void **state)
{
    (void)state;
    struct chance chance = chance_begin(__func__);
    struct body_case body;
    body_case_init(&body);
    static const struct bytes skus[] = {BYTES_INIT("A"), BYTES_INIT("\xD0\x96\"\\"),
                                        BYTES_INIT("a\tb"), BYTES_INIT("\xF0\x9F\x98\x80")};
    struct buffer text;
    buffer_init(&text);
    for (int round = 0; round < 500; round++) {
        struct stock_view views[50];
        const uint32_t count = (uint32_t)chance_below(&chance, 51);
        for (uint32_t i = 0; i < count; i++) {
            views[i] = (struct stock_view){
                .sku = skus[chance_below(&chance, 4)],
                .available = chance_between(&chance, 0, STOCK_COUNT_MAX),
                .reserved = chance_between(&chance, 0, CELL_UNITS_MAX),
                .updated_at_ms = chance_between(&chance, DATE_MS_MIN, DATE_MS_MAX),
            };
        }
        const struct get_stocks_paging paging = {
            chance_one_in(&chance, 2) ? BYTES("next") : BYTES(""), BYTES("prev")};
        encode(&text, views, count, &paging);
        const struct json_value root = body_case_root(&body, buffer_bytes(&text));
        struct get_stocks_answer answer;
        assert_true(get_stocks_decode_answer(root, &body.arena, &answer));
        EXPECT_BYTES(answer.next_token, paging.next_token);
        assert_int_equal(answer.views_count, count);
        for (uint32_t i = 0; i < count; i++) {
            EXPECT_BYTES(answer.views[i].sku, views[i].sku);
            assert_true(answer.views[i].available == views[i].available);
            assert_true(answer.views[i].reserved == views[i].reserved);
            assert_true(answer.views[i].updated_at_ms == views[i].updated_at_ms);
        }
    }
    buffer_deinit(&text);
    body_case_deinit(&body);
}

/* No member can be longer; the buffer's own check tells when the room was too small. */
static void longest_offer_has_room(void **state)
{
    (void)state;
    uint8_t sku[SKU_BYTES_MAX];
    memset(sku, 1, sizeof(sku)); /* Six bytes each, more than a SKU can have. */
    const struct stock_details details = {
        .unfit = {INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX},
        .turnover_tenths = INT64_MAX,
    };
    const struct stock_view view = {
        .sku = {sku, sizeof(sku)},
        .available = INT64_MIN + 1,
        .reserved = -1,
        .updated_at_ms = DATE_MS_MAX,
        .details = &details,
    };
    struct buffer answer;
    buffer_init(&answer);
    struct date_day day = {.number = 0};
    get_stocks_encode_offer(&answer, &(struct get_stocks_offer){&view, true, false}, &day);
    assert_true(answer.size > JSON_STRING_BYTES_MAX(sizeof(sku)));
    buffer_deinit(&answer);
}

static void answers_of_other_servers_are_read(void **state)
{
    (void)state;
    struct body_case body;
    body_case_init(&body);
    struct get_stocks_answer answer;
    const struct json_value root = body_case_root(
        &body, BYTES("{\"result\":{\"warehouses\":[{\"offers\":[{\"stocks\":[{\"count\":5,\"type\":"
                     "\"AVAILABLE\"},{\"type\":\"DEFECT\",\"count\":9}],\"offerId\":\"A\","
                     "\"updatedAt\":\"2023-11-21T00:42:42+03:00\",\"turnoverSummary\":{}}]},"
                     "{\"offers\":[]},{\"warehouseId\":7,\"offers\":[{\"offerId\":\"B\",\"stocks\":"
                     "[]}]}],\"paging\":{}},\"more\":1}"));
    assert_true(get_stocks_decode_answer(root, &body.arena, &answer));
    assert_int_equal(answer.views_count, 2);
    EXPECT_TEXT(answer.views[0].sku, "A");
    assert_int_equal(answer.views[0].available, 5);
    assert_true(answer.views[0].updated_at_ms == INT64_C(1700516562000));
    EXPECT_TEXT(answer.views[1].sku, "B");
    assert_int_equal(answer.views[1].updated_at_ms, 0);
    assert_int_equal(answer.next_token.size, 0);
    body_case_deinit(&body);
}

static void what_is_no_answer_is_refused(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "[]",
        "null",
        "{}",
        "{\"status\":\"OK\"}",
        "{\"status\":\"ERROR\",\"errors\":[]}",
        "{\"result\":[]}",
        "{\"result\":{}}",
        "{\"result\":{\"warehouses\":{}}}",
        "{\"result\":{\"warehouses\":[1]}}",
        "{\"result\":{\"warehouses\":[{}]}}",
        "{\"result\":{\"warehouses\":[{\"offers\":{}}]}}",
        "{\"result\":{\"warehouses\":[{\"offers\":[1]}]}}",
        "{\"result\":{\"warehouses\":[{\"offers\":[{}]}]}}",
        "{\"result\":{\"warehouses\":[{\"offers\":[{\"offerId\":\"A\"}]}]}}",
        "{\"result\":{\"warehouses\":[{\"offers\":[{\"offerId\":5,\"stocks\":[]}]}]}}",
        "{\"result\":{\"warehouses\":[{\"offers\":[{\"offerId\":\"A\",\"stocks\":[1]}]}]}}",
        ("{\"result\":{\"warehouses\":[{\"offers\":[{\"offerId\":\"A\",\"stocks\":[{\"type\":"
         "\"FIT\"}]}]}]}}"),
        ("{\"result\":{\"warehouses\":[{\"offers\":[{\"offerId\":\"A\",\"stocks\":[{\"type\":"
         "\"FIT\",\"count\":\"5\"}]}]}]}}"),
        ("{\"result\":{\"warehouses\":[{\"offers\":[{\"offerId\":\"A\",\"stocks\":[],"
         "\"updatedAt\":\"yesterday\"}]}]}}"),
    };
    struct body_case body;
    body_case_init(&body);
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        struct get_stocks_answer answer;
        const struct json_value root = body_case_root(&body, bytes_from_text(rows[i]));
        EXPECT(rows[i], !get_stocks_decode_answer(root, &body.arena, &answer));
    }
    body_case_deinit(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(body_without_anything_asks_for_everything),
        cmocka_unit_test(every_member_is_read),
        cmocka_unit_test(wrong_bodies_are_refused_with_these_words),
        cmocka_unit_test(five_hundred_offers_are_taken_and_no_more),
        cmocka_unit_test(answer_has_these_bytes),
        cmocka_unit_test(reading_undoes_writing),
        cmocka_unit_test(longest_offer_has_room),
        cmocka_unit_test(answers_of_other_servers_are_read),
        cmocka_unit_test(what_is_no_answer_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
