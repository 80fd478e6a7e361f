/* The Market's counts on the wire: what a body becomes, and which SKUs and types may stand beside
 * each other. The words of every refusal are in tests/contract/test_market_counts.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../support/expect.h"
#include "../../support/json_case.h"
#include "base/hash.h"
#include "base/limits.h"
#include "wire/market_counts.h"

#define NOW_MS INT64_C(1758100000000) /* 2025-09-17T09:06:40Z */

static const struct market_counts_rules rules = {.now_ms = NOW_MS, .future_tolerance_ms = 60000};

struct world {
    struct json_case json;
    struct arena arena;
    struct error_list errors;
    struct market_counts counts;
};

static int setup(void **state)
{
    struct world *world = test_calloc(1, sizeof(*world));
    json_case_init(&world->json);
    arena_init(&world->arena);
    error_list_init(&world->errors);
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    struct world *world = *state;
    json_case_deinit(&world->json);
    arena_deinit(&world->arena);
    error_list_deinit(&world->errors);
    test_free(world);
    return 0;
}

static bool decode(struct world *world, const char *text)
{
    error_list_clear(&world->errors);
    return market_counts_decode(json_case_root(&world->json, text), &rules, &world->arena,
                                &world->counts, &world->errors);
}

static void a_body_becomes_counts_and_distinct_skus(void **state)
{
    struct world *world = *state;
    assert_true(decode(world, "{\"items\":["
                              "{\"sku\":\"A\",\"type\":\"FIT\",\"count\":5},"
                              "{\"sku\":\" B\",\"type\":\"DEFECT\",\"count\":0,"
                              "\"updatedAt\":\"2001-01-01T00:00:00Z\"},"
                              "{\"sku\":\"A\",\"type\":\"DEFECT\",\"count\":2000000000,"
                              "\"updatedAt\":\"2025-09-17T09:07:40Z\"}]}"));
    const struct market_counts *counts = &world->counts;
    assert_int_equal(counts->items_count, 3);
    assert_int_equal(counts->items[0].type, STOCK_FIT);
    assert_int_equal(counts->items[0].count, 5);
    assert_true(counts->items[0].updated_at_ms == NOW_MS);
    EXPECT_TEXT(counts->items[1].key.sku, "B");
    assert_true(counts->items[1].key.hash == bytes_hash(BYTES("B")));
    assert_true(counts->items[1].updated_at_ms == INT64_C(978307200000));
    assert_true(counts->items[2].updated_at_ms == NOW_MS + 60000);
    assert_int_equal(counts->keys_count, 2);
    EXPECT_TEXT(counts->keys[0].sku, "A");
    EXPECT_TEXT(counts->keys[1].sku, "B");
}

/* Every pair of types of one SKU: they go together unless they say the same number. */
static void types_of_one_sku_stand_beside_each_other(void **state)
{
    struct world *world = *state;
    static const char *const types[] = {"FIT",    "AVAILABLE", "QUARANTINE",
                                        "DEFECT", "EXPIRED",   "UTILIZATION"};
    for (size_t i = 0; i < ROWS_COUNT_OF(types); i++) {
        for (size_t j = 0; j < ROWS_COUNT_OF(types); j++) {
            struct buffer body;
            buffer_init(&body);
            buffer_append_format(&body,
                                 "{\"items\":[{\"sku\":\"A\",\"type\":\"%s\",\"count\":1},"
                                 "{\"sku\":\"A\",\"type\":\"%s\",\"count\":1}]}",
                                 types[i], types[j]);
            const bool together = i != j && i + j != 1;
            EXPECT(buffer_text(&body), decode(world, buffer_text(&body)) == together);
            assert_int_equal(world->errors.count, together ? 0 : 1);
            buffer_deinit(&body);
        }
    }
}

static void the_future_begins_after_the_tolerance(void **state)
{
    struct world *world = *state;
    assert_false(decode(world, "{\"items\":[{\"sku\":\"A\",\"type\":\"FIT\",\"count\":5,"
                               "\"updatedAt\":\"2025-09-17T09:07:40.001Z\"}]}"));
    EXPECT_ERROR(&world->errors, "Stock for 'A' should not be in the future");
}

static void the_most_counts_of_one_body(void **state)
{
    struct world *world = *state;
    struct buffer body;
    buffer_init(&body);
    buffer_append_text(&body, "{\"items\":[");
    for (int i = 0; i < PUT_SKUS_MAX; i++)
        buffer_append_format(&body, "%s{\"sku\":\"%d\",\"type\":\"%s\",\"count\":1}",
                             i == 0 ? "" : ",", i / 2, i % 2 == 0 ? "FIT" : "DEFECT");
    buffer_append_text(&body, "]}");
    assert_true(decode(world, buffer_text(&body)));
    assert_int_equal(world->counts.items_count, PUT_SKUS_MAX);
    assert_int_equal(world->counts.keys_count, PUT_SKUS_MAX / 2);
    buffer_deinit(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_body_becomes_counts_and_distinct_skus, setup, teardown),
        cmocka_unit_test_setup_teardown(types_of_one_sku_stand_beside_each_other, setup, teardown),
        cmocka_unit_test_setup_teardown(the_future_begins_after_the_tolerance, setup, teardown),
        cmocka_unit_test_setup_teardown(the_most_counts_of_one_body, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
