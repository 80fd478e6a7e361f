/* Bodies of updateStocks that are refused, each with its words (CONTRACT §0.5, §1). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/body_case.h"
#include "../../support/expect.h"
#include "wire/put_stocks.h"

/* 2025-09-17T09:06:40Z */
#define NOW_MS INT64_C(1758100000000)

static const struct put_stocks_rules edition_2025 = {
    .now_ms = NOW_MS,
    .future_tolerance_ms = 60000,
    .past_tolerance_ms = -1,
    .warehouse_id = 501,
};

static const struct put_stocks_rules edition_2026 = {
    .now_ms = NOW_MS,
    .future_tolerance_ms = 60000,
    .past_tolerance_ms = PAST_TOLERANCE_MS,
    .warehouse_id = 501,
};

struct decoding {
    struct body_case body;
    struct put_stocks request;
};

static bool decode(struct decoding *decoding, struct bytes body,
                   const struct put_stocks_rules *rules)
{
    const struct json_value root = body_case_root(&decoding->body, body);
    return put_stocks_decode(root, rules, &decoding->body.arena, &decoding->request,
                             &decoding->body.errors);
}

/* The body is refused with one message, and the count of SKUs is known in any case. */
static void refused(struct decoding *decoding, const char *body, uint32_t skus_count,
                    const char *message)
{
    EXPECT(body, !decode(decoding, bytes_from_text(body), &edition_2025));
    EXPECT_ERROR(&decoding->body.errors, message);
    EXPECT(body, decoding->request.skus_count == skus_count);
}

static void bodies_without_a_list_of_skus_are_refused(void **state)
{
    (void)state;
    static const char missing[] = "skus size must be between 1 and 2000 (rejected size: 0)";
    static const char *const rows[][2] = {
        {"{}", missing},
        {"{\"skuItems\":[{\"sku\":\"A\"}]}", missing},
        {"{\"skus\":null}", missing},
        {"{\"skus\":[]}", missing},
        {"{\"SKUS\":[1]}", missing},
        {"{\"skus\":[{}],\"skus\":[]}", missing},
        {"{\"skus\":{}}", "Illegal input at 'skus'"},
        {"{\"skus\":\"A\"}", "Illegal input at 'skus'"},
        {"{\"skus\":1}", "Illegal input at 'skus'"},
        {"{\"skus\":true}", "Illegal input at 'skus'"},
        {"[]", "Illegal input at '$'"},
        {"null", "Illegal input at '$'"},
        {"\"skus\"", "Illegal input at '$'"},
        {"[{\"skus\":[]}]", "Illegal input at '$'"},
    };
    struct decoding decoding;
    body_case_init(&decoding.body);
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++)
        refused(&decoding, rows[i][0], 0, rows[i][1]);
    body_case_deinit(&decoding.body);
}

/* Elements of `skus` that are refused. Each stands behind a good one, so its index is 1. */
static const char *const element_rows[][2] = {
    {"null", "skus elements must be not null (rejected value: null)"},
    {"1", "Illegal input at 'skus[1]'"},
    {"\"A\"", "Illegal input at 'skus[1]'"},
    {"[]", "Illegal input at 'skus[1]'"},
    {"{\"items\":[{\"count\":1}]}", "skus[1].sku must not be null (rejected value: null)"},
    {"{\"sku\":null,\"items\":[{\"count\":1}]}",
     "skus[1].sku must not be null (rejected value: null)"},
    {"{\"sku\":7,\"items\":[{\"count\":1}]}", "Illegal input at 'skus[1].sku'"},
    {"{\"sku\":[],\"items\":[{\"count\":1}]}", "Illegal input at 'skus[1].sku'"},
    {"{\"sku\":\"\",\"items\":[{\"count\":1}]}",
     "skus[1].sku size must be between 1 and 255 (rejected value: )"},
    {"{\"sku\":\" \\t \",\"items\":[{\"count\":1}]}",
     "skus[1].sku size must be between 1 and 255 (rejected value: )"},
    {"{\"sku\":\"a\\nb\",\"items\":[{\"count\":1}]}",
     "skus[1].sku must match ^(?=.*\\S.*)[^\\x00-\\x08\\x0A-\\x1f\\x7f]{1,255}$ "
     "(rejected value: a\nb)"},
    {"{\"sku\":\"a\\u007f\",\"items\":[{\"count\":1}]}",
     "skus[1].sku must match ^(?=.*\\S.*)[^\\x00-\\x08\\x0A-\\x1f\\x7f]{1,255}$ "
     "(rejected value: a\x7F)"},
    {"{\"sku\":\"B\"}", "skus[1].items size must be between 1 and 1 (rejected size: 0)"},
    {"{\"sku\":\"B\",\"items\":null}",
     "skus[1].items size must be between 1 and 1 (rejected size: 0)"},
    {"{\"sku\":\"B\",\"items\":[]}",
     "skus[1].items size must be between 1 and 1 (rejected size: 0)"},
    {"{\"sku\":\"B\",\"items\":[{\"count\":1},{\"count\":1}]}",
     "skus[1].items size must be between 1 and 1 (rejected size: 2)"},
    {"{\"sku\":\"B\",\"items\":{}}", "Illegal input at 'skus[1].items'"},
    {"{\"sku\":\"B\",\"items\":5}", "Illegal input at 'skus[1].items'"},
    {"{\"sku\":\"B\",\"items\":[null]}",
     "skus[1].items elements must be not null (rejected value: null)"},
    {"{\"sku\":\"B\",\"items\":[5]}", "Illegal input at 'skus[1].items[0]'"},
    {"{\"sku\":\"B\",\"items\":[[]]}", "Illegal input at 'skus[1].items[0]'"},
};

static void bad_elements_are_refused_with_their_place(void **state)
{
    (void)state;
    struct decoding decoding;
    body_case_init(&decoding.body);
    for (size_t i = 0; i < ROWS_COUNT_OF(element_rows); i++) {
        char body[512];
        (void)snprintf(body, sizeof(body),
                       "{\"skus\":[{\"sku\":\"A\",\"items\":[{\"count\":1}]},%s]}",
                       element_rows[i][0]);
        refused(&decoding, body, 2, element_rows[i][1]);
    }
    body_case_deinit(&decoding.body);
}

/* Values of `count` that are refused, with the words behind the field's name. */
static const struct {
    const char *count;
    bool illegal;
    const char *problem;
} count_rows[] = {
    {"null", false, "must not be null (rejected value: null)"},
    {"-1", false, "must be greater than or equal to 0 (rejected value: -1)"},
    {"-1.0", false, "must be greater than or equal to 0 (rejected value: -1)"},
    {"2000000001", false, "must be less than or equal to 2000000000 (rejected value: 2000000001)"},
    {"1e10", false, "must be less than or equal to 2000000000 (rejected value: 10000000000)"},
    {"9223372036854775807", false,
     "must be less than or equal to 2000000000 (rejected value: 9223372036854775807)"},
    {"9223372036854775808", false,
     "must be less than or equal to 2000000000 (rejected value: 9223372036854775808)"},
    {"18446744073709551615", false,
     "must be less than or equal to 2000000000 (rejected value: 18446744073709551615)"},
    {"18446744073709551616", false,
     "must be less than or equal to 2000000000 (rejected value: 18446744073709551616)"},
    {"-9223372036854775808", false,
     "must be greater than or equal to 0 (rejected value: -9223372036854775808)"},
    {"-99999999999999999999", false,
     "must be greater than or equal to 0 (rejected value: -100000000000000000000)"},
    {"1e39", false,
     "must be less than or equal to 2000000000 (rejected value: "
     "999999999999999939709166371603178586112)"},
    {"1e300", false, "must be less than or equal to 2000000000 (rejected value: 1e+300)"},
    {"1e999", false, "must be less than or equal to 2000000000 (rejected value: 1e+308)"},
    {"-1e999", false, "must be greater than or equal to 0 (rejected value: -1e+308)"},
    {"5.5", true, NULL},
    {"-0.5", true, NULL},
    {"1e-5", true, NULL},
    {"\"5\"", true, NULL},
    {"true", true, NULL},
    {"[5]", true, NULL},
    {"{}", true, NULL},
};

static void bad_counts_are_refused(void **state)
{
    (void)state;
    struct decoding decoding;
    body_case_init(&decoding.body);
    for (size_t i = 0; i < ROWS_COUNT_OF(count_rows); i++) {
        char body[256];
        char message[256] = "Illegal input at 'skus[0].items[0].count'";
        (void)snprintf(body, sizeof(body),
                       "{\"skus\":[{\"sku\":\"A\",\"items\":[{\"count\":%s}]}]}",
                       count_rows[i].count);
        if (!count_rows[i].illegal)
            (void)snprintf(message, sizeof(message), "skus[0].items[0].count %s",
                           count_rows[i].problem);
        refused(&decoding, body, 1, message);
    }
    refused(&decoding, "{\"skus\":[{\"sku\":\"A\",\"items\":[{}]}]}", 1,
            "skus[0].items[0].count must not be null (rejected value: null)");
    body_case_deinit(&decoding.body);
}

static void bad_moments_are_refused(void **state)
{
    (void)state;
    static const char *const rows[] = {"\"\"",
                                       "\"2022-12-29\"",
                                       "\"2022-12-29T18:02:01\"",
                                       "\"2022-02-30T18:02:01Z\"",
                                       "\"yesterday\"",
                                       "1672336921",
                                       "true",
                                       "[]",
                                       "{}"};
    struct decoding decoding;
    body_case_init(&decoding.body);
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        char body[256];
        (void)snprintf(body, sizeof(body),
                       "{\"skus\":[{\"sku\":\"A\",\"items\":[{\"count\":1,\"updatedAt\":%s}]}]}",
                       rows[i]);
        refused(&decoding, body, 1, "Illegal input at 'skus[0].items[0].updatedAt'");
    }
    body_case_deinit(&decoding.body);
}

static void bad_moment_is_refused_wherever_it_stands(void **state)
{
    (void)state;
    static const char *const dates[] = {"2022-12-29T18:02:01Z", "2022-12-29T18:02:0xZ"};
    struct decoding decoding;
    body_case_init(&decoding.body);
    for (unsigned bad = 0; bad < 16; bad++) { /* Bit i: the date of SKU i is a bad one. */
        struct buffer body;
        buffer_init(&body);
        buffer_append_text(&body, "{\"skus\":[");
        uint32_t bad_count = 0;
        for (unsigned i = 0; i < 4; i++) {
            const bool is_bad = (bad >> i & 1) != 0;
            bad_count += is_bad;
            buffer_append_format(&body,
                                 "%s{\"sku\":\"%u\",\"items\":[{\"count\":1,\"updatedAt\":"
                                 "\"%s\"}]}",
                                 i == 0 ? "" : ",", i, dates[is_bad]);
        }
        buffer_append_text(&body, "]}");
        EXPECT(buffer_text(&body),
               decode(&decoding, buffer_bytes(&body), &edition_2025) == (bad == 0));
        EXPECT(buffer_text(&body), decoding.body.errors.count == bad_count);
        buffer_deinit(&body);
    }
    body_case_deinit(&decoding.body);
}

static void moment_is_bounded_to_the_millisecond(void **state)
{
    (void)state;
    static const char future[] = "Stock for 'A' should not be in the future";
    static const char past[] = "Stock for 'A' should not be older than a day";
    static const struct {
        const char *date;
        const char *message_2025;
        const char *message_2026;
    } rows[] = {
        {"2025-09-17T09:06:40Z", NULL, NULL},
        {"2025-09-17T09:07:40Z", NULL, NULL},
        {"2025-09-17T09:07:40.001Z", future, future},
        {"2025-09-17T12:07:40.001+03:00", future, future},
        {"9999-12-31T23:59:59.999Z", future, future},
        {"2025-09-16T09:06:40Z", NULL, NULL},
        {"2025-09-16T09:06:39.999Z", NULL, past},
        {"2022-12-29T18:02:01Z", NULL, past},
        {"0000-01-01T00:00:00Z", NULL, past},
    };
    struct decoding decoding;
    body_case_init(&decoding.body);
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        char body[256];
        (void)snprintf(
            body, sizeof(body),
            "{\"skus\":[{\"sku\":\"A\",\"items\":[{\"count\":1,\"updatedAt\":\"%s\"}]}]}",
            rows[i].date);
        const struct bytes text = bytes_from_text(body);
        EXPECT(body, decode(&decoding, text, &edition_2025) == (rows[i].message_2025 == NULL));
        EXPECT_ERROR(&decoding.body.errors, rows[i].message_2025);
        EXPECT(body, decode(&decoding, text, &edition_2026) == (rows[i].message_2026 == NULL));
        EXPECT_ERROR(&decoding.body.errors, rows[i].message_2026);
    }
    body_case_deinit(&decoding.body);
}

static void the_same_sku_twice_is_refused(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"A", "A"}, {"A", " A "}, {"\\tA", "A\\n"}, {"A", "\\u0041"}, {"\\u0416", "\xD0\x96"}};
    struct decoding decoding;
    body_case_init(&decoding.body);
    for (size_t i = 0; i < ROWS_COUNT_OF(pairs); i++) {
        char body[256];
        (void)snprintf(body, sizeof(body),
                       "{\"skus\":[{\"sku\":\"%s\",\"items\":[{\"count\":1}]},"
                       "{\"sku\":\"B\",\"items\":[{\"count\":1}]},"
                       "{\"sku\":\"%s\",\"items\":[{\"count\":1}]}]}",
                       pairs[i][0], pairs[i][1]);
        refused(&decoding, body, 3,
                i < 4 ? "Duplicate shop-sku 'A' for warehouse '501'"
                      : "Duplicate shop-sku '\xD0\x96' for warehouse '501'");
    }
    body_case_deinit(&decoding.body);
}

/* A body with `count` times the same element. */
static void many_skus(struct buffer *body, int count, const char *element)
{
    buffer_clear(body);
    buffer_append_text(body, "{\"skus\":[");
    for (int i = 0; i < count; i++)
        buffer_append_format(body, "%s%s", i == 0 ? "" : ",", element);
    buffer_append_text(body, "]}");
}

static void more_than_two_thousand_skus_are_refused_whatever_they_are(void **state)
{
    (void)state;
    struct decoding decoding;
    body_case_init(&decoding.body);
    struct buffer body;
    buffer_init(&body);
    many_skus(&body, 2001, "null");
    assert_false(decode(&decoding, buffer_bytes(&body), &edition_2025));
    EXPECT_ERROR(&decoding.body.errors,
                 "skus size must be between 1 and 2000 (rejected size: 2001)");
    assert_int_equal(decoding.request.skus_count, 2001);
    buffer_deinit(&body);
    body_case_deinit(&decoding.body);
}

static void errors_come_in_document_order_up_to_twenty(void **state)
{
    (void)state;
    struct decoding decoding;
    body_case_init(&decoding.body);
    assert_false(decode(&decoding,
                        BYTES("{\"skus\":[{\"sku\":1,\"items\":[]},{\"sku\":\"A\",\"items\":[{"
                              "\"count\":-1,\"updatedAt\":5}]},null]}"),
                        &edition_2025));
    static const char *const messages[] = {
        "Illegal input at 'skus[0].sku'",
        "skus[0].items size must be between 1 and 1 (rejected size: 0)",
        "skus[1].items[0].count must be greater than or equal to 0 (rejected value: -1)",
        "Illegal input at 'skus[1].items[0].updatedAt'",
        "skus elements must be not null (rejected value: null)",
    };
    assert_int_equal(decoding.body.errors.count, ROWS_COUNT_OF(messages));
    for (uint32_t i = 0; i < decoding.body.errors.count; i++)
        EXPECT_TEXT(error_at(&decoding.body.errors, i), messages[i]);

    struct buffer body;
    buffer_init(&body);
    many_skus(&body, 2000, "7");
    assert_false(decode(&decoding, buffer_bytes(&body), &edition_2025));
    assert_int_equal(decoding.body.errors.count, ERRORS_PER_REPLY_MAX);
    EXPECT_TEXT(error_at(&decoding.body.errors, 19), "Illegal input at 'skus[19]'");
    assert_int_equal(decoding.request.skus_count, 2000);
    buffer_deinit(&body);
    body_case_deinit(&decoding.body);
}

static void long_sku_is_echoed_in_part(void **state)
{
    (void)state;
    struct decoding decoding;
    body_case_init(&decoding.body);
    struct buffer body;
    buffer_init(&body);
    buffer_append_text(&body, "{\"skus\":[{\"sku\":\"");
    for (int i = 0; i < 256; i++)
        buffer_append_text(&body, "\xE2\x82\xAC");
    buffer_append_text(&body, "\",\"items\":[{\"count\":1}]}]}");
    assert_false(decode(&decoding, buffer_bytes(&body), &edition_2025));
    assert_int_equal(decoding.body.errors.count, 1);
    const struct bytes message = error_at(&decoding.body.errors, 0);
    assert_true(bytes_starts_with(
        message,
        BYTES("skus[0].sku size must be between 1 and 255 (rejected value: \xE2\x82\xAC")));
    assert_true(bytes_are_utf8(message));
    assert_int_equal(bytes_count_code_points(message), 61 + 100);
    buffer_deinit(&body);
    body_case_deinit(&decoding.body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies_without_a_list_of_skus_are_refused),
        cmocka_unit_test(bad_elements_are_refused_with_their_place),
        cmocka_unit_test(bad_counts_are_refused),
        cmocka_unit_test(bad_moments_are_refused),
        cmocka_unit_test(bad_moment_is_refused_wherever_it_stands),
        cmocka_unit_test(moment_is_bounded_to_the_millisecond),
        cmocka_unit_test(the_same_sku_twice_is_refused),
        cmocka_unit_test(more_than_two_thousand_skus_are_refused_whatever_they_are),
        cmocka_unit_test(errors_come_in_document_order_up_to_twenty),
        cmocka_unit_test(long_sku_is_echoed_in_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
