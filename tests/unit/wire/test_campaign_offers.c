/* Offers of a campaign: the filters, the answer, and what is to be hidden or shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../support/body_case.h"
#include "../../support/expect.h"
#include "base/hash.h"
#include "wire/campaign_offers.h"

static bool decode(struct body_case *body, const char *text, struct campaign_offers *request)
{
    const struct json_value root = body_case_root(body, bytes_from_text(text));
    return campaign_offers_decode(root, &body->arena, request, &body->errors);
}

static void empty_filters_are_none(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "{}",
        "{\"offerIds\":null,\"statuses\":null,\"categoryIds\":null,\"tags\":null}",
        "{\"vendorNames\":null}",
        "{\"statuses\":[],\"categoryIds\":[],\"vendorNames\":[],\"tags\":[],\"x\":{}}",
    };
    struct body_case body;
    struct campaign_offers request;
    body_case_init(&body);
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        EXPECT(rows[i], decode(&body, rows[i], &request));
        EXPECT(rows[i], !request.listed && request.statuses == 0 && !request.catalogue_only);
    }
    assert_true(decode(&body, "{\"offerIds\":[\" A\"],\"statuses\":[],\"tags\":null}", &request));
    assert_true(request.listed);
    assert_int_equal(request.offers.keys_count, 1);
    EXPECT_TEXT(request.offers.keys[0].sku, "A");
    body_case_deinit(&body);
}

static void every_status_is_known_by_its_name(void **state)
{
    (void)state;
    struct body_case body;
    struct campaign_offers request;
    body_case_init(&body);
    assert_true(decode(&body,
                       "{\"statuses\":[\"PUBLISHED\",\"CHECKING\",\"DISABLED_BY_PARTNER\","
                       "\"DISABLED_AUTOMATICALLY\",\"REJECTED_BY_MARKET\",\"CREATING_CARD\","
                       "\"NO_CARD\",\"NO_STOCKS\",\"ARCHIVED\",\"READY_FOR_PUBLICATION\"]}",
                       &request));
    assert_int_equal(request.statuses, (1U << OFFER_STATUSES_COUNT) - 1);
    assert_true(decode(&body, "{\"statuses\":[\"ARCHIVED\",\"ARCHIVED\"]}", &request));
    assert_int_equal(request.statuses, 1U << OFFER_ARCHIVED);
    body_case_deinit(&body);
}

static void filters_of_the_catalogue_are_noticed(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "{\"categoryIds\":[1,9223372036854775807]}",
        "{\"vendorNames\":[\"x\"]}",
        "{\"tags\":[\"\"],\"statuses\":[\"PUBLISHED\"]}",
    };
    struct body_case body;
    struct campaign_offers request;
    body_case_init(&body);
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        EXPECT(rows[i], decode(&body, rows[i], &request));
        EXPECT(rows[i], request.catalogue_only);
    }
    body_case_deinit(&body);
}

#define MIXED "offerIds must not be used together with statuses, categoryIds, vendorNames or tags"

static void wrong_bodies_are_refused_with_these_words(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"[]", "Illegal input at '$'"},
        {"{\"offerIds\":[]}", "offerIds size must be between 1 and 200 (rejected size: 0)"},
        {"{\"offerIds\":{}}", "Illegal input at 'offerIds'"},
        {"{\"offerIds\":[\"A\",\"A\"]}", "offerIds elements must be unique (rejected value: A)"},
        {"{\"statuses\":\"PUBLISHED\"}", "Illegal input at 'statuses'"},
        {"{\"statuses\":[\"PUBLISHED\",\"published\"]}", "Illegal input at 'statuses[1]'"},
        {"{\"statuses\":[1]}", "Illegal input at 'statuses[0]'"},
        {"{\"statuses\":[null]}", "statuses elements must be not null (rejected value: null)"},
        {"{\"categoryIds\":[\"1\"]}", "Illegal input at 'categoryIds[0]'"},
        {"{\"categoryIds\":[0]}",
         "categoryIds[0] must be greater than or equal to 1 (rejected value: 0)"},
        {"{\"categoryIds\":{}}", "Illegal input at 'categoryIds'"},
        {"{\"vendorNames\":[true]}", "Illegal input at 'vendorNames[0]'"},
        {"{\"tags\":[[]]}", "Illegal input at 'tags[0]'"},
        {"{\"offerIds\":[\"A\"],\"statuses\":[\"PUBLISHED\"]}", MIXED},
        {"{\"offerIds\":[\"A\"],\"categoryIds\":[1]}", MIXED},
        {"{\"vendorNames\":[\"v\"],\"offerIds\":[\"A\"]}", MIXED},
        {"{\"offerIds\":[\"A\"],\"tags\":[\"t\"]}", MIXED},
    };
    struct body_case body;
    struct campaign_offers request;
    body_case_init(&body);
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        EXPECT(rows[i][0], !decode(&body, rows[i][0], &request));
        EXPECT_ERROR(&body.errors, rows[i][1]);
    }
    body_case_deinit(&body);
}

static void errors_of_all_members_are_told(void **state)
{
    (void)state;
    struct body_case body;
    struct campaign_offers request;
    body_case_init(&body);
    assert_false(decode(&body, "{\"tags\":7,\"offerIds\":[\" \"],\"statuses\":[\"X\"]}", &request));
    assert_int_equal(body.errors.count, 3);
    body_case_deinit(&body);
}

static void answer_has_these_bytes(void **state)
{
    (void)state;
    struct buffer answer;
    buffer_init(&answer);
    campaign_offers_encode_begin(&answer, BYTES("n"), BYTES(""));
    campaign_offers_encode_offer(&answer, BYTES("A\"1"), OFFER_NO_STOCKS);
    campaign_offers_encode_offer(&answer, BYTES("B"), OFFER_DISABLED_BY_PARTNER);
    campaign_offers_encode_end(&answer);
    EXPECT_TEXT(buffer_bytes(&answer),
                "{\"status\":\"OK\",\"result\":{\"paging\":{\"nextPageToken\":\"n\"},\"offers\":["
                "{\"offerId\":\"A\\\"1\",\"status\":\"NO_STOCKS\"},"
                "{\"offerId\":\"B\",\"status\":\"DISABLED_BY_PARTNER\"}]}}");
    buffer_deinit(&answer);
}

static bool decode_updates(struct body_case *body, const char *text, struct offer_updates *updates)
{
    const struct json_value root = body_case_root(body, bytes_from_text(text));
    return offer_updates_decode(root, &body->arena, updates, &body->errors);
}

static void updates_say_what_is_hidden_and_what_is_shown(void **state)
{
    (void)state;
    struct body_case body;
    struct offer_updates updates;
    body_case_init(&body);
    assert_true(
        decode_updates(&body,
                       "{\"offers\":[{\"offerId\":\" H \",\"available\":false},"
                       "{\"offerId\":\"S\",\"available\":true,\"vat\":\"x\",\"quantum\":[]},"
                       "{\"offerId\":\"N\"},{\"offerId\":\"0\",\"available\":null},"
                       "{\"available\":false,\"offerId\":\"h\",\"available\":false}]}",
                       &updates));
    assert_int_equal(updates.elements_count, 5);
    assert_int_equal(updates.hidden_count, 2);
    EXPECT_TEXT(updates.hidden[0].sku, "H");
    EXPECT_TEXT(updates.hidden[1].sku, "h");
    assert_true(updates.hidden[0].hash == bytes_hash(BYTES("H")));
    assert_int_equal(updates.shown_count, 1);
    EXPECT_TEXT(updates.shown[0].sku, "S");
    body_case_deinit(&body);
}

static void wrong_updates_are_refused_with_these_words(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"null", "Illegal input at '$'"},
        {"{}", "offers size must be between 1 and 500 (rejected size: 0)"},
        {"{\"offers\":[]}", "offers size must be between 1 and 500 (rejected size: 0)"},
        {"{\"offers\":7}", "Illegal input at 'offers'"},
        {"{\"offers\":[null]}", "offers elements must be not null (rejected value: null)"},
        {"{\"offers\":[[]]}", "Illegal input at 'offers[0]'"},
        {"{\"offers\":[{\"available\":true}]}",
         "offers[0].offerId must not be null (rejected value: null)"},
        {"{\"offers\":[{\"offerId\":\"A\",\"available\":\"no\"}]}",
         "Illegal input at 'offers[0].available'"},
        {"{\"offers\":[{\"offerId\":\"A\"},{\"offerId\":\"A\",\"available\":true}]}",
         "offers elements must be unique (rejected value: A)"},
    };
    struct body_case body;
    struct offer_updates updates;
    body_case_init(&body);
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        EXPECT(rows[i][0], !decode_updates(&body, rows[i][0], &updates));
        EXPECT_ERROR(&body.errors, rows[i][1]);
    }
    body_case_deinit(&body);
}

static void both_faults_of_one_element_are_told_in_order(void **state)
{
    (void)state;
    struct body_case body;
    struct offer_updates updates;
    body_case_init(&body);
    assert_false(decode_updates(
        &body, "{\"offers\":[{\"offerId\":7,\"available\":7},{\"offerId\":8}]}", &updates));
    assert_int_equal(body.errors.count, 3);
    EXPECT_TEXT(error_at(&body.errors, 0), "Illegal input at 'offers[0].offerId'");
    EXPECT_TEXT(error_at(&body.errors, 1), "Illegal input at 'offers[0].available'");
    EXPECT_TEXT(error_at(&body.errors, 2), "Illegal input at 'offers[1].offerId'");
    body_case_deinit(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_filters_are_none),
        cmocka_unit_test(every_status_is_known_by_its_name),
        cmocka_unit_test(filters_of_the_catalogue_are_noticed),
        cmocka_unit_test(wrong_bodies_are_refused_with_these_words),
        cmocka_unit_test(errors_of_all_members_are_told),
        cmocka_unit_test(answer_has_these_bytes),
        cmocka_unit_test(updates_say_what_is_hidden_and_what_is_shown),
        cmocka_unit_test(wrong_updates_are_refused_with_these_words),
        cmocka_unit_test(both_faults_of_one_element_are_told_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
