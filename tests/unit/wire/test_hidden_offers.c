/* Hidden offers: the bodies, the query's SKUs, the answer; and the walk over lists of offers, which
 * these bodies show best. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../support/body_case.h"
#include "../../support/expect.h"
#include "base/hash.h"
#include "base/limits.h"
#include "wire/hidden_offers.h"

static bool decode(struct body_case *body, const char *text, enum offer_repeats repeats,
                   struct sku_list *list)
{
    const struct json_value root = body_case_root(body, bytes_from_text(text));
    return hidden_offers_decode(root, repeats, &body->arena, list, &body->errors);
}

static void body_gives_trimmed_skus_in_order(void **state)
{
    (void)state;
    struct body_case body;
    struct sku_list list;
    body_case_init(&body);
    assert_true(decode(&body,
                       "{\"hiddenOffers\":[{\"offerId\":\" B\\t\"},{\"offerId\":\"a,b\"},"
                       "{\"offerId\":\"b\"}],\"x\":1}",
                       OFFER_REPEATS_TOLD, &list));
    assert_int_equal(list.keys_count, 3);
    assert_int_equal(list.elements_count, 3);
    EXPECT_TEXT(list.keys[0].sku, "B");
    EXPECT_TEXT(list.keys[1].sku, "a,b");
    EXPECT_TEXT(list.keys[2].sku, "b");
    assert_true(list.keys[0].hash == bytes_hash(BYTES("B")));
    body_case_deinit(&body);
}

static void members_of_older_times_are_ignored(void **state)
{
    (void)state;
    struct body_case body;
    struct sku_list list;
    body_case_init(&body);
    assert_true(decode(&body,
                       "{\"hiddenOffers\":[{\"feedId\":-1,\"offerId\":\"A\",\"ttlInHours\":\"x\","
                       "\"comment\":null,\"priority\":{},\"marketSku\":[1]}]}",
                       OFFER_REPEATS_TOLD, &list));
    assert_int_equal(list.keys_count, 1);
    body_case_deinit(&body);
}

static void wrong_bodies_are_refused_with_these_words(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"[]", "Illegal input at '$'"},
        {"{}", "hiddenOffers size must be between 1 and 500 (rejected size: 0)"},
        {"{\"hiddenOffers\":null}",
         "hiddenOffers size must be between 1 and 500 (rejected size: 0)"},
        {"{\"hiddenOffers\":[]}", "hiddenOffers size must be between 1 and 500 (rejected size: 0)"},
        {"{\"hiddenOffers\":{}}", "Illegal input at 'hiddenOffers'"},
        {"{\"hiddenOffers\":[null]}",
         "hiddenOffers elements must be not null (rejected value: null)"},
        {"{\"hiddenOffers\":[\"A\"]}", "Illegal input at 'hiddenOffers[0]'"},
        {"{\"hiddenOffers\":[{\"offerId\":\"A\"},{}]}",
         "hiddenOffers[1].offerId must not be null (rejected value: null)"},
        {"{\"hiddenOffers\":[{\"offerId\":null}]}",
         "hiddenOffers[0].offerId must not be null (rejected value: null)"},
        {"{\"hiddenOffers\":[{\"offerId\":7}]}", "Illegal input at 'hiddenOffers[0].offerId'"},
        {"{\"hiddenOffers\":[{\"offerId\":\" \"}]}",
         "hiddenOffers[0].offerId size must be between 1 and 255 (rejected value: )"},
        {"{\"hiddenOffers\":[{\"offerId\":\"a\\nb\"}]}",
         "hiddenOffers[0].offerId must match "
         "^(?=.*\\S.*)[^\\x00-\\x08\\x0A-\\x1f\\x7f]{1,255}$ (rejected value: a\nb)"},
    };
    struct body_case body;
    struct sku_list list;
    body_case_init(&body);
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        EXPECT(rows[i][0], !decode(&body, rows[i][0], OFFER_REPEATS_TOLD, &list));
        EXPECT_ERROR(&body.errors, rows[i][1]);
    }
    body_case_deinit(&body);
}

#define OFFER(id) "{\"offerId\":\"" id "\"}"

static void sku_that_comes_again_is_told_once_with_all_positions(void **state)
{
    (void)state;
    struct body_case body;
    struct sku_list list;
    body_case_init(&body);
    assert_false(decode(&body,
                        "{\"hiddenOffers\":[" OFFER("A") "," OFFER("B") "," OFFER(
                            " A ") ",7," OFFER("B") "," OFFER("A") "]}",
                        OFFER_REPEATS_TOLD, &list));
    assert_int_equal(body.errors.count, 3);
    EXPECT_TEXT(error_at(&body.errors, 0), "Duplicate offerId='A' at positions '0, 2, 5'");
    EXPECT_TEXT(error_at(&body.errors, 1), "Illegal input at 'hiddenOffers[3]'");
    EXPECT_TEXT(error_at(&body.errors, 2), "Duplicate offerId='B' at positions '1, 4'");
    assert_int_equal(list.elements_count, 6);
    body_case_deinit(&body);
}

static void sku_that_comes_again_is_taken_once_where_that_is_tolerated(void **state)
{
    (void)state;
    struct body_case body;
    struct sku_list list;
    body_case_init(&body);
    assert_true(decode(&body, "{\"hiddenOffers\":[" OFFER("A") "," OFFER("B") "," OFFER(" A") "]}",
                       OFFER_REPEATS_TOLERATED, &list));
    assert_int_equal(list.keys_count, 2);
    assert_int_equal(list.elements_count, 3);
    body_case_deinit(&body);
}

/* A body with so many offers; each has its own SKU, or all have the same. */
static void fill(struct buffer *text, int count, bool same)
{
    buffer_clear(text);
    buffer_append_text(text, "{\"hiddenOffers\":[");
    for (int i = 0; i < count; i++)
        buffer_append_format(text, "%s{\"offerId\":\"S%d\"}", i == 0 ? "" : ",", same ? 0 : i);
    buffer_append_text(text, "]}");
}

static void five_hundred_are_taken_and_no_more(void **state)
{
    (void)state;
    struct body_case body;
    struct sku_list list;
    struct buffer text;
    body_case_init(&body);
    buffer_init(&text);
    fill(&text, 500, false);
    assert_true(decode(&body, buffer_text(&text), OFFER_REPEATS_TOLD, &list));
    assert_int_equal(list.keys_count, 500);
    fill(&text, 501, false);
    assert_false(decode(&body, buffer_text(&text), OFFER_REPEATS_TOLD, &list));
    EXPECT_ERROR(&body.errors, "hiddenOffers size must be between 1 and 500 (rejected size: 501)");
    assert_int_equal(list.elements_count, 501); /* What it costs. */
    buffer_deinit(&text);
    body_case_deinit(&body);
}

static void very_many_positions_are_cut(void **state)
{
    (void)state;
    struct body_case body;
    struct sku_list list;
    struct buffer text;
    body_case_init(&body);
    buffer_init(&text);
    fill(&text, 500, true);
    assert_false(decode(&body, buffer_text(&text), OFFER_REPEATS_TOLD, &list));
    assert_int_equal(body.errors.count, 1);
    const struct bytes message = error_at(&body.errors, 0);
    assert_true(
        bytes_starts_with(message, BYTES("Duplicate offerId='S0' at positions '0, 1, 2, ")));
    assert_true(message.size < 1200);
    EXPECT_TEXT(((struct bytes){message.data + message.size - 6, 6}), ", ...'");
    buffer_deinit(&text);
    body_case_deinit(&body);
}

static bool decode_ids(struct body_case *body, const struct bytes *texts, size_t count,
                       struct sku_list *list)
{
    (void)body_case_root(body, BYTES("{}")); /* Empties arena and errors. */
    return hidden_offers_decode_ids(texts, count, &body->arena, list, &body->errors);
}

static void query_keeps_the_rules_of_skus_and_no_comma_splits(void **state)
{
    (void)state;
    static const struct bytes good[] = {BYTES_INIT(" A "), BYTES_INIT("B,C"), BYTES_INIT("\"")};
    static const struct {
        struct bytes texts[2];
        size_t count;
        const char *problem;
    } rows[] = {
        {{BYTES_INIT("")}, 1, "offer_id[0] size must be between 1 and 255 (rejected value: )"},
        {{BYTES_INIT("A"), BYTES_INIT("A ")},
         2,
         "offer_id elements must be unique (rejected value: A)"},
        {{BYTES_INIT("A"), BYTES_INIT("\xFF")}, 2, "Illegal input at 'offer_id[1]'"},
        {{BYTES_INIT("A")}, 0, "offer_id size must be between 1 and 500 (rejected size: 0)"},
    };
    struct body_case body;
    struct sku_list list;
    body_case_init(&body);
    assert_true(decode_ids(&body, good, 3, &list));
    assert_int_equal(list.keys_count, 3);
    EXPECT_TEXT(list.keys[0].sku, "A");
    EXPECT_TEXT(list.keys[1].sku, "B,C");
    assert_true(list.keys[1].hash == bytes_hash(BYTES("B,C")));
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        EXPECT(rows[i].problem, !decode_ids(&body, rows[i].texts, rows[i].count, &list));
        EXPECT_ERROR(&body.errors, rows[i].problem);
    }
    body_case_deinit(&body);
}

static void query_has_five_hundred_skus_at_most(void **state)
{
    (void)state;
    static char digits[501][4];
    struct bytes texts[501];
    struct body_case body;
    struct sku_list list;
    body_case_init(&body);
    for (int i = 0; i < 501; i++) {
        struct buffer text = {(uint8_t *)digits[i], 0, sizeof(digits[i]), false};
        buffer_append_int64(&text, i);
        texts[i] = buffer_bytes(&text);
    }
    assert_true(decode_ids(&body, texts, 500, &list));
    assert_int_equal(list.keys_count, 500);
    assert_false(decode_ids(&body, texts, 501, &list));
    EXPECT_ERROR(&body.errors, "offer_id size must be between 1 and 500 (rejected size: 501)");
    body_case_deinit(&body);
}

static void answer_has_these_bytes(void **state)
{
    (void)state;
    struct buffer answer;
    buffer_init(&answer);
    hidden_offers_encode_begin(&answer, BYTES(""), BYTES(""));
    hidden_offers_encode_end(&answer);
    EXPECT_TEXT(buffer_bytes(&answer),
                "{\"status\":\"OK\",\"result\":{\"paging\":{},\"hiddenOffers\":[]}}");
    buffer_clear(&answer);
    hidden_offers_encode_begin(&answer, BYTES("n"), BYTES("p"));
    hidden_offers_encode_offer(&answer, BYTES("A\"1"));
    hidden_offers_encode_offer(&answer, BYTES("B"));
    hidden_offers_encode_end(&answer);
    EXPECT_TEXT(buffer_bytes(&answer),
                "{\"status\":\"OK\",\"result\":{\"paging\":{\"nextPageToken\":\"n\","
                "\"prevPageToken\":\"p\"},\"hiddenOffers\":[{\"offerId\":\"A\\\"1\"},"
                "{\"offerId\":\"B\"}]}}");
    buffer_deinit(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(body_gives_trimmed_skus_in_order),
        cmocka_unit_test(members_of_older_times_are_ignored),
        cmocka_unit_test(wrong_bodies_are_refused_with_these_words),
        cmocka_unit_test(sku_that_comes_again_is_told_once_with_all_positions),
        cmocka_unit_test(sku_that_comes_again_is_taken_once_where_that_is_tolerated),
        cmocka_unit_test(five_hundred_are_taken_and_no_more),
        cmocka_unit_test(very_many_positions_are_cut),
        cmocka_unit_test(query_keeps_the_rules_of_skus_and_no_comma_splits),
        cmocka_unit_test(query_has_five_hundred_skus_at_most),
        cmocka_unit_test(answer_has_these_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
