/* Bodies of updateStocks that are taken, and what is made of them; encoding and decoding undo each
 * other. What is refused is in test_put_stocks_errors.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/body_case.h"
#include "../../support/chance.h"
#include "../../support/expect.h"
#include "base/date.h"
#include "base/hash.h"
#include "wire/put_stocks.h"

#define NOW_MS INT64_C(1758100000000)

static const struct put_stocks_rules rules = {
    .now_ms = NOW_MS,
    .future_tolerance_ms = 60000,
    .past_tolerance_ms = -1,
    .warehouse_id = 501,
};

struct decoding {
    struct body_case body;
    struct put_stocks request;
};

static bool decode(struct decoding *decoding, struct bytes body)
{
    const struct json_value root = body_case_root(&decoding->body, body);
    return put_stocks_decode(root, &rules, &decoding->body.arena, &decoding->request,
                             &decoding->body.errors);
}

static void body_of_the_contract_is_taken(void **state)
{
    (void)state;
    struct decoding decoding;
    body_case_init(&decoding.body);
    assert_true(decode(&decoding, BYTES("{\"skus\":[{\"sku\":\"A-1\",\"items\":[{\"count\":18,"
                                        "\"updatedAt\":\"2022-12-29T18:02:01Z\"}]}]}")));
    assert_int_equal(decoding.request.items_count, 1);
    assert_int_equal(decoding.request.skus_count, 1);
    const struct stock_write *item = &decoding.request.items[0];
    EXPECT_TEXT(item->key.sku, "A-1");
    assert_true(item->key.hash == bytes_hash(BYTES("A-1")));
    assert_int_equal(item->count, 18);
    assert_true(item->updated_at_ms == INT64_C(1672336921000));
    body_case_deinit(&decoding.body);
}

/* Bodies with one SKU `A`, and what is made of it. */
static const struct {
    const char *body;
    int64_t count;
    int64_t updated_at_ms;
} taken_rows[] = {
    {"{\"skus\":[{\"sku\":\"A\",\"items\":[{\"count\":5}]}]}", 5, NOW_MS},
    {"{\"skus\":[{\"sku\":\"A\",\"items\":[{\"count\":0}]}]}", 0, NOW_MS},
    {"{\"skus\":[{\"sku\":\"A\",\"items\":[{\"count\":-0}]}]}", 0, NOW_MS},
    {"{\"skus\":[{\"sku\":\"A\",\"items\":[{\"count\":2000000000}]}]}", 2000000000, NOW_MS},
    /* C11: without a fraction. */
    {"{\"skus\":[{\"sku\":\"A\",\"items\":[{\"count\":5.0}]}]}", 5, NOW_MS},
    {"{\"skus\":[{\"sku\":\"A\",\"items\":[{\"count\":-0.0}]}]}", 0, NOW_MS},
    /* C12: null is absent; ms are kept. */
    {"{\"skus\":[{\"sku\":\"A\",\"items\":[{\"count\":5,\"updatedAt\":null}]}]}", 5, NOW_MS},
    {"{\"skus\":[{\"sku\":\"A\",\"items\":[{\"count\":5,\"updatedAt\":"
     "\"2022-12-29T21:02:01.123+03:00\"}]}]}",
     5, INT64_C(1672336921123)},
    /* Trimmed. */
    {"{\"skus\":[{\"sku\":\" \\t\\nA\\r\\f \",\"items\":[{\"count\":5}]}]}", 5, NOW_MS},
    {"{\"skus\":[{\"sku\":\"\\u0041\",\"items\":[{\"count\":5}]}]}", 5, NOW_MS},
    /* What older clients send, and what nobody knows, is ignored. */
    {"{\"skus\":[{\"sku\":\"A\",\"warehouseId\":1,\"items\":[{\"type\":\"FIT\",\"count\":5}]}]}", 5,
     NOW_MS},
    {"{\"x\":{\"skus\":[]},\"skus\":[{\"y\":[1],\"sku\":\"A\",\"items\":[{\"z\":{},\"count\":5}]}],"
     "\"Skus\":3}",
     5, NOW_MS},
    /* C55: the last of equal names counts, a wrong one before it does not matter. */
    {"{\"skus\":[],\"skus\":[{\"sku\":\"A\",\"items\":[{\"count\":5}]}]}", 5, NOW_MS},
    {"{\"skus\":[{\"sku\":7,\"sku\":\"A\",\"items\":0,\"items\":[{\"count\":\"x\",\"count\":5}]}]}",
     5, NOW_MS},
    {"{\"skus\":[{\"sku\":\"A\",\"items\":[{\"count\":5,\"updatedAt\":\"no\",\"updatedAt\":"
     "null}]}]}",
     5, NOW_MS},
    {"\xEF\xBB\xBF{\"skus\":[{\"sku\":\"A\",\"items\":[{\"count\":5}]}]}", 5, NOW_MS},
    /* As long as the documented element, and another. */
    {"{\"skus\":[{\"sku\":\"A\",\"items\":[{\"count\":5,\"updatedat\":\"no\"}]}]}", 5, NOW_MS},
    {"{\"skus\":[{\"sku\":\"A\",\"items\":[{\"count\":5}],\"type\":\"FIT\"}]}", 5, NOW_MS},
    {"{\"skus\":[{\"type\":\"FIT\",\"sku\":\"A\",\"items\":[{\"count\":5}]}]}", 5, NOW_MS},
    {"{\"skus\":[{\"items\":[{\"count\":5}],\"sku\":\"A\"}]}", 5, NOW_MS},
    {"{\"skus\":[{\"sku\":\"B\",\"sku\":\"A\",\"items\":[{\"count\":5}]}]}", 5, NOW_MS},
    {"{\"skus\":[{\"sku\":\"A\",\"items\":[{\"count\":4,\"count\":5}]}]}", 5, NOW_MS},
};

static void these_bodies_are_taken(void **state)
{
    (void)state;
    struct decoding decoding;
    body_case_init(&decoding.body);
    for (size_t i = 0; i < ROWS_COUNT_OF(taken_rows); i++) {
        const char *body = taken_rows[i].body;
        EXPECT(body, decode(&decoding, bytes_from_text(body)));
        EXPECT(body, decoding.request.items_count == 1 && decoding.request.skus_count == 1);
        EXPECT_TEXT(decoding.request.items[0].key.sku, "A");
        EXPECT(body, decoding.request.items[0].count == taken_rows[i].count);
        EXPECT(body, decoding.request.items[0].updated_at_ms == taken_rows[i].updated_at_ms);
        EXPECT(body, decoding.body.errors.count == 0);
    }
    body_case_deinit(&decoding.body);
}

static void items_keep_the_order_of_the_document(void **state)
{
    (void)state;
    struct decoding decoding;
    body_case_init(&decoding.body);
    assert_true(decode(&decoding, BYTES("{\"skus\":["
                                        "{\"sku\":\"557722\",\"items\":[{\"count\":1}]},"
                                        "{\"items\":[{\"count\":2}],\"sku\":\"0557722\"},"
                                        "{\"sku\":\"a\\tb\",\"items\":[{\"count\":3}]},"
                                        "{\"sku\":\"A\\tB\",\"items\":[{\"count\":4}]}]}")));
    assert_int_equal(decoding.request.items_count, 4);
    static const char *const skus[] = {"557722", "0557722", "a\tb", "A\tB"};
    for (uint32_t i = 0; i < 4; i++) {
        EXPECT_TEXT(decoding.request.items[i].key.sku, skus[i]);
        assert_int_equal(decoding.request.items[i].count, i + 1);
    }
    body_case_deinit(&decoding.body);
}

/* A SKU of 1…255 code points that needs no trimming. */
static struct bytes some_sku(struct chance *chance, uint8_t data[SKU_BYTES_MAX])
{
    static const char *const points[] = {"a",
                                         "Z",
                                         "0",
                                         "-",
                                         "\"",
                                         "\\",
                                         "/",
                                         "\t",
                                         " ",
                                         "\xC2\x85",
                                         "\xD0\x96",
                                         "\xE2\x82\xAC",
                                         "\xF0\x9F\x98\x80",
                                         "\xC2\xA0",
                                         "\xEF\xBF\xBF"};
    size_t size = 0;
    const uint64_t count = 1 + chance_below(chance, chance_one_in(chance, 8) ? 255 : 12);
    for (uint64_t i = 0; i < count; i++) {
        const struct bytes point =
            bytes_from_text(points[chance_below(chance, ROWS_COUNT_OF(points))]);
        memcpy(data + size, point.data, point.size);
        size += point.size;
    }
    const struct bytes sku = bytes_trim((struct bytes){data, size});
    return sku.size > 0 ? sku : BYTES("x");
}

enum { ITEMS_MAX = 200 };

/* Fills `items` with distinct SKUs and returns how many. */
static uint32_t some_items(struct chance *chance, struct arena *arena, struct stock_write *items)
{
    const uint32_t wanted = (uint32_t)chance_between(chance, 1, ITEMS_MAX);
    uint32_t count = 0;
    while (count < wanted) {
        uint8_t *data = arena_allocate(arena, SKU_BYTES_MAX);
        assert_non_null(data);
        struct stock_write *item = &items[count];
        item->key.sku = some_sku(chance, data);
        item->count = chance_between(chance, 0, STOCK_COUNT_MAX) >> chance_below(chance, 31);
        item->updated_at_ms = chance_one_in(chance, 2)
                                  ? chance_between(chance, DATE_MS_MIN, NOW_MS)
                                  : chance_between(chance, NOW_MS - 1000, NOW_MS + 60000);
        if (count > 0 && chance_one_in(chance, 2)) /* As sellers send it: one moment for all. */
            item->updated_at_ms = items[count - 1].updated_at_ms;
        bool known = false;
        for (uint32_t i = 0; i < count && !known; i++)
            known = bytes_equal(items[i].key.sku, item->key.sku);
        count += !known;
    }
    return count;
}

static void decoding_undoes_encoding(void **state)
{
    (void)state;
    struct chance chance = chance_begin(__func__);
    struct decoding decoding;
    body_case_init(&decoding.body);
    struct arena arena;
    arena_init(&arena);
    struct buffer body;
    buffer_init(&body);
    for (int round = 0; round < 300; round++) {
        struct stock_write items[ITEMS_MAX];
        arena_reset(&arena);
        const uint32_t count = some_items(&chance, &arena, items);
        buffer_clear(&body);
        put_stocks_encode_begin(&body);
        for (uint32_t i = 0; i < count; i++)
            put_stocks_encode_item(&body, items[i].key.sku, items[i].count, items[i].updated_at_ms);
        put_stocks_encode_end(&body);
        assert_true(decode(&decoding, buffer_bytes(&body)));
        assert_int_equal(decoding.request.items_count, count);
        for (uint32_t i = 0; i < count; i++) {
            const struct stock_write *decoded = &decoding.request.items[i];
            EXPECT_BYTES(decoded->key.sku, items[i].key.sku);
            assert_true(decoded->key.hash == bytes_hash(items[i].key.sku));
            assert_true(decoded->count == items[i].count);
            assert_true(decoded->updated_at_ms == items[i].updated_at_ms);
        }
    }
    buffer_deinit(&body);
    arena_deinit(&arena);
    body_case_deinit(&decoding.body);
}

static void encoded_body_has_these_bytes(void **state)
{
    (void)state;
    struct buffer body;
    buffer_init(&body);
    put_stocks_encode_begin(&body);
    put_stocks_encode_item(&body, BYTES("A}"), 5, 0);
    put_stocks_encode_item(&body, BYTES("\"B\""), STOCK_COUNT_MAX, 1);
    put_stocks_encode_end(&body);
    EXPECT_TEXT(buffer_bytes(&body),
                "{\"skus\":[{\"sku\":\"A}\",\"items\":[{\"count\":5,\"updatedAt\":"
                "\"1970-01-01T00:00:00Z\"}]},{\"sku\":\"\\\"B\\\"\",\"items\":[{\"count\":"
                "2000000000,\"updatedAt\":\"1970-01-01T00:00:00.001Z\"}]}]}");
    buffer_deinit(&body);
}

/* An element as documented, and the same with a member that nobody knows: it is read another way.
 */
static bool decode_element(struct decoding *decoding, const char *const parts[3], bool documented)
{
    char body[512];
    (void)snprintf(body, sizeof(body), "{\"skus\":[{\"sku\":%s,\"items\":[{\"count\":%s%s%s}]%s}]}",
                   parts[0], parts[1], parts[2][0] == '\0' ? "" : ",\"updatedAt\":", parts[2],
                   documented ? "" : ",\"x\":[]");
    return decode(decoding, bytes_from_text(body));
}

static void expect_same(const struct decoding *left, const struct decoding *right)
{
    assert_int_equal(left->body.errors.count, right->body.errors.count);
    EXPECT_BYTES(buffer_bytes(&left->body.errors.text), buffer_bytes(&right->body.errors.text));
    assert_int_equal(left->request.items_count, right->request.items_count);
    if (left->request.items_count == 0)
        return;
    const struct stock_write *one = &left->request.items[0];
    const struct stock_write *other = &right->request.items[0];
    EXPECT_BYTES(one->key.sku, other->key.sku);
    assert_true(one->key.hash == other->key.hash && one->count == other->count);
    assert_true(one->updated_at_ms == other->updated_at_ms);
}

static void documented_elements_are_read_as_any_others(void **state)
{
    (void)state;
    static const char *const skus[] = {"\"A\"",
                                       "\"\"",
                                       "\" \"",
                                       "\"A-0123456789\"",
                                       "\" A\"",
                                       "\"A B-012345678\"",
                                       "\"A\\u0001\"",
                                       "\"\x7F\"",
                                       "\"\xD0\x96\"",
                                       "null",
                                       "7"};
    static const char *const counts[] = {"5",    "0",          "-1",         "5.5", "\"5\"",
                                         "null", "2000000000", "2000000001", "1e3", "[]"};
    static const char *const dates[] = {"",
                                        "\"2022-12-29T18:02:01Z\"",
                                        "\"2099-12-29T18:02:01Z\"",
                                        "\"2022-12-29\"",
                                        "\"\"",
                                        "null",
                                        "5"};
    struct decoding documented;
    struct decoding other;
    body_case_init(&documented.body);
    body_case_init(&other.body);
    for (size_t i = 0; i < ROWS_COUNT_OF(skus) * ROWS_COUNT_OF(counts) * ROWS_COUNT_OF(dates);
         i++) {
        const char *const parts[3] = {skus[i % ROWS_COUNT_OF(skus)],
                                      counts[i / ROWS_COUNT_OF(skus) % ROWS_COUNT_OF(counts)],
                                      dates[i / ROWS_COUNT_OF(skus) / ROWS_COUNT_OF(counts)]};
        const bool taken = decode_element(&documented, parts, true);
        assert_int_equal(taken, decode_element(&other, parts, false));
        expect_same(&documented, &other);
    }
    body_case_deinit(&documented.body);
    body_case_deinit(&other.body);
}

static void two_thousand_skus_are_taken(void **state)
{
    (void)state;
    struct decoding decoding;
    body_case_init(&decoding.body);
    struct buffer body;
    buffer_init(&body);
    put_stocks_encode_begin(&body);
    for (int i = 0; i < PUT_SKUS_MAX; i++) {
        char sku[16];
        const int length = snprintf(sku, sizeof(sku), "S%d", i);
        put_stocks_encode_item(&body, (struct bytes){(uint8_t *)sku, (size_t)length}, i, NOW_MS);
    }
    put_stocks_encode_end(&body);
    assert_true(decode(&decoding, buffer_bytes(&body)));
    assert_int_equal(decoding.request.items_count, PUT_SKUS_MAX);
    assert_int_equal(decoding.request.skus_count, PUT_SKUS_MAX);
    assert_int_equal(decoding.request.items[1999].count, 1999);
    buffer_deinit(&body);
    body_case_deinit(&decoding.body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(body_of_the_contract_is_taken),
        cmocka_unit_test(these_bodies_are_taken),
        cmocka_unit_test(items_keep_the_order_of_the_document),
        cmocka_unit_test(decoding_undoes_encoding),
        cmocka_unit_test(encoded_body_has_these_bytes),
        cmocka_unit_test(documented_elements_are_read_as_any_others),
        cmocka_unit_test(two_thousand_skus_are_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
