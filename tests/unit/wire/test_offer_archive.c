/* The archive: lists of SKUs, failures, and the SKUs of a business. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../support/body_case.h"
#include "../../support/expect.h"
#include "wire/offer_archive.h"
#include "wire/offer_list.h"

static const struct stock_key keys[] = {{BYTES_INIT("A\"1"), 0}, {BYTES_INIT("B"), 0}};

static void body_of_ids_alone_is_read(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"{\"offerIds\":[\" A\",\"B\"]}", NULL},
        {"[]", "Illegal input at '$'"},
        {"{}", "offerIds size must be between 1 and 2 (rejected size: 0)"},
        {"{\"offerIds\":null}", "offerIds size must be between 1 and 2 (rejected size: 0)"},
        {"{\"offerIds\":[1,2,3]}", "offerIds size must be between 1 and 2 (rejected size: 3)"},
        {"{\"offerIds\":[1,\"A\"]}", "Illegal input at 'offerIds[0]'"},
        {"{\"offerIds\":[\"A\",\"A \"]}", "offerIds elements must be unique (rejected value: A)"},
    };
    struct body_case body;
    body_case_init(&body);
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        struct sku_list list;
        const struct json_value root = body_case_root(&body, bytes_from_text(rows[i][0]));
        const bool valid = offer_list_decode_body(root, 2, &body.arena, &list, &body.errors);
        EXPECT(rows[i][0], valid == (rows[i][1] == NULL));
        EXPECT_ERROR(&body.errors, rows[i][1]);
        EXPECT(rows[i][0], !valid || (list.keys_count == 2 && list.elements_count == 2));
    }
    body_case_deinit(&body);
}

static void failures_are_listed_and_no_empty_list_is(void **state)
{
    (void)state;
    static const enum archive_failure none[] = {ARCHIVE_NO_FAILURE, ARCHIVE_NO_FAILURE};
    static const enum archive_failure second[] = {ARCHIVE_NO_FAILURE, ARCHIVE_UNKNOWN};
    static const enum archive_failure both[] = {ARCHIVE_HAS_STOCKS, ARCHIVE_UNKNOWN};
    static const struct {
        const enum archive_failure *failures;
        const char *answer;
    } rows[] = {
        {none, "{\"status\":\"OK\",\"result\":{}}"},
        {second, "{\"status\":\"OK\",\"result\":{\"notArchivedOffers\":[{\"offerId\":\"B\","
                 "\"error\":\"UNKNOWN\"}]}}"},
        {both, "{\"status\":\"OK\",\"result\":{\"notArchivedOffers\":[{\"offerId\":\"A\\\"1\","
               "\"error\":\"OFFER_HAS_STOCKS\"},{\"offerId\":\"B\",\"error\":\"UNKNOWN\"}]}}"},
    };
    struct buffer answer;
    buffer_init(&answer);
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        buffer_clear(&answer);
        offer_archive_encode(&answer, keys, rows[i].failures, 2);
        EXPECT_TEXT(buffer_bytes(&answer), rows[i].answer);
    }
    buffer_deinit(&answer);
}

static void failures_without_a_reason_are_skus_alone(void **state)
{
    (void)state;
    struct buffer answer;
    buffer_init(&answer);
    offer_list_encode_failures(&answer, "notDeletedOfferIds", keys, 2);
    EXPECT_TEXT(buffer_bytes(&answer),
                "{\"status\":\"OK\",\"result\":{\"notDeletedOfferIds\":[\"A\\\"1\",\"B\"]}}");
    buffer_clear(&answer);
    offer_list_encode_failures(&answer, "notDeletedOfferIds", keys, 0);
    EXPECT_TEXT(buffer_bytes(&answer), "{\"status\":\"OK\",\"result\":{}}");
    buffer_deinit(&answer);
}

static bool decode_mappings(struct body_case *body, const char *text, size_t max,
                            struct offer_mappings *request)
{
    const struct json_value root = body_case_root(body, bytes_from_text(text));
    return offer_mappings_decode(root, max, &body->arena, request, &body->errors);
}

static void mappings_are_filtered_by_archived_and_by_ids(void **state)
{
    (void)state;
    struct body_case body;
    struct offer_mappings request;
    body_case_init(&body);
    assert_true(decode_mappings(&body, "{}", 200, &request));
    assert_true(!request.listed && !request.archived_given && !request.archived);
    assert_true(
        decode_mappings(&body, "{\"archived\":null,\"offerIds\":null,\"x\":[]}", 200, &request));
    assert_true(!request.listed && !request.archived_given && !request.archived);
    assert_true(decode_mappings(&body, "{\"archived\":false}", 200, &request));
    assert_true(request.archived_given && !request.archived);
    assert_true(decode_mappings(&body, "{\"archived\":true,\"offerIds\":[\"A\"]}", 200, &request));
    assert_true(request.listed && request.archived_given && request.archived);
    assert_int_equal(request.offers.keys_count, 1);
    body_case_deinit(&body);
}

static void wrong_mappings_are_refused_with_these_words(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"7", "Illegal input at '$'"},
        {"{\"archived\":\"true\"}", "Illegal input at 'archived'"},
        {"{\"offerIds\":[]}", "offerIds size must be between 1 and 1 (rejected size: 0)"},
        {"{\"offerIds\":[\"A\",\"B\"]}",
         "offerIds size must be between 1 and 1 (rejected size: 2)"},
        {"{\"offerIds\":[null]}", "offerIds elements must be not null (rejected value: null)"},
    };
    struct body_case body;
    struct offer_mappings request;
    body_case_init(&body);
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        EXPECT(rows[i][0], !decode_mappings(&body, rows[i][0], 1, &request));
        EXPECT_ERROR(&body.errors, rows[i][1]);
    }
    assert_false(decode_mappings(&body, "{\"offerIds\":[7],\"archived\":7}", 1, &request));
    assert_int_equal(body.errors.count, 2);
    body_case_deinit(&body);
}

static void mappings_have_these_bytes(void **state)
{
    (void)state;
    struct buffer answer;
    buffer_init(&answer);
    offer_mappings_encode_begin(&answer, BYTES("n"));
    offer_mappings_encode_offer(&answer, keys[0].sku, true);
    offer_mappings_encode_offer(&answer, keys[1].sku, false);
    offer_mappings_encode_end(&answer);
    EXPECT_TEXT(buffer_bytes(&answer),
                "{\"status\":\"OK\",\"result\":{\"paging\":{\"nextPageToken\":\"n\"},"
                "\"offerMappings\":[{\"offer\":{\"offerId\":\"A\\\"1\",\"archived\":true}},"
                "{\"offer\":{\"offerId\":\"B\",\"archived\":false}}]}}");
    buffer_deinit(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(body_of_ids_alone_is_read),
        cmocka_unit_test(failures_are_listed_and_no_empty_list_is),
        cmocka_unit_test(failures_without_a_reason_are_skus_alone),
        cmocka_unit_test(mappings_are_filtered_by_archived_and_by_ids),
        cmocka_unit_test(wrong_mappings_are_refused_with_these_words),
        cmocka_unit_test(mappings_have_these_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
