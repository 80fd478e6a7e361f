/* Orders on the wire: what a body becomes, which ids a path can carry, and the answers' bytes. The
 * words of every refusal are in tests/contract/test_orders.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/expect.h"
#include "../../support/json_case.h"
#include "base/hash.h"
#include "base/limits.h"
#include "wire/order.h"

#define NOW_MS INT64_C(1758100000000) /* 2025-09-17T09:06:40Z */

struct world {
    struct json_case json;
    struct arena arena;
    struct error_list errors;
    struct order_request request;
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
    return order_request_decode(json_case_root(&world->json, text), &world->arena, &world->request,
                                &world->errors);
}

static void a_body_becomes_a_request(void **state)
{
    struct world *world = *state;
    assert_true(decode(world, "{\"items\":[{\"count\":2,\"sku\":\" A \"},{\"sku\":\"B\",\"count\":"
                              "2000000000,\"color\":1}],\"orderId\":\" o 1 \",\"warehouseId\":7,"
                              "\"expiresAt\":\"2025-09-17T12:06:40+03:00\",\"more\":null}"));
    const struct order_request *request = &world->request;
    EXPECT_TEXT(request->id, "o 1");
    assert_int_equal(request->items_count, 2);
    EXPECT_TEXT(request->items[0].key.sku, "A");
    assert_true(request->items[0].key.hash == bytes_hash(BYTES("A")));
    assert_int_equal(request->items[0].count, 2);
    assert_int_equal(request->items[1].count, 2000000000);
    assert_true(request->expires && request->expires_at_ms == NOW_MS);
    assert_int_equal(request->warehouse_id, 7);
}

static void what_is_optional_may_be_null(void **state)
{
    struct world *world = *state;
    assert_true(decode(world, "{\"orderId\":\"o\",\"items\":[{\"sku\":\"A\",\"count\":1}],"
                              "\"expiresAt\":null,\"warehouseId\":null}"));
    assert_false(world->request.expires);
    assert_int_equal(world->request.warehouse_id, 0);
}

static void of_a_key_that_comes_twice_the_last_counts(void **state)
{
    struct world *world = *state;
    assert_true(decode(world, "{\"orderId\":\"\",\"orderId\":\"o\",\"items\":[{\"sku\":\"A\","
                              "\"count\":0,\"count\":3}]}"));
    EXPECT_TEXT(world->request.id, "o");
    assert_int_equal(world->request.items[0].count, 3);
}

static void ids_can_be_one_segment_of_a_path(void **state)
{
    (void)state;
    static uint8_t longest[ORDER_ID_BYTES_MAX + 1];
    memset(longest, 'x', sizeof(longest));
    assert_true(order_id_is_valid((struct bytes){longest, ORDER_ID_BYTES_MAX}));
    assert_false(order_id_is_valid((struct bytes){longest, ORDER_ID_BYTES_MAX + 1}));
    static const char *const good[] = {"a", "...", ".a", "a b", "%2F", "\xd1\x8f"};
    static const char *const bad[] = {"", ".", "..", "/", "a/b", "a\tb", "a\x7f", "\n"};
    for (size_t i = 0; i < ROWS_COUNT_OF(good); i++)
        EXPECT(good[i], order_id_is_valid(bytes_from_text(good[i])));
    for (size_t i = 0; i < ROWS_COUNT_OF(bad); i++)
        EXPECT(bad[i], !order_id_is_valid(bytes_from_text(bad[i])));
    assert_false(order_id_is_valid(BYTES("a\0b")));
}

static void an_order_is_written_whole(void **state)
{
    (void)state;
    const struct stock_order_item items[] = {
        {{BYTES_INIT("A \"1\""), 0}, 2},
        {{BYTES_INIT("B"), 0}, 1},
    };
    struct order_document order = {
        .id = BYTES_INIT("o/\\"),
        .campaign_id = 11,
        .warehouse_id = 501,
        .state = ORDER_RESERVED,
        .items = items,
        .items_count = 2,
        .created_at_ms = NOW_MS,
        .changed_at_ms = NOW_MS + 1,
        .expires_at_ms = NOW_MS + 60000,
    };
    struct buffer body;
    buffer_init(&body);
    order_encode(&body, &order);
    EXPECT_TEXT(buffer_bytes(&body),
                "{\"status\":\"OK\",\"result\":{\"order\":{\"orderId\":\"o/\\\\\","
                "\"campaignId\":11,\"warehouseId\":501,\"state\":\"RESERVED\",\"items\":["
                "{\"sku\":\"A \\\"1\\\"\",\"count\":2},{\"sku\":\"B\",\"count\":1}],"
                "\"createdAt\":\"2025-09-17T09:06:40Z\","
                "\"updatedAt\":\"2025-09-17T09:06:40.001Z\","
                "\"expiresAt\":\"2025-09-17T09:07:40Z\"}}}");
    static const char *const names[ORDER_STATES_COUNT] = {"RESERVED", "PACKED", "SHIPPED",
                                                          "CANCELLED", "EXPIRED"};
    order.expires_at_ms = 0;
    for (int i = 0; i < ORDER_STATES_COUNT; i++) {
        order.state = (enum order_state)i;
        assert_string_equal(order_state_name(order.state), names[i]);
        buffer_clear(&body);
        order_encode(&body, &order);
        EXPECT(names[i], strstr(buffer_text(&body), names[i]) != NULL);
        EXPECT(names[i], strstr(buffer_text(&body), "expiresAt") == NULL);
    }
    buffer_deinit(&body);
}

static void shortages_are_a_refusal_with_a_result(void **state)
{
    (void)state;
    struct buffer body;
    buffer_init(&body);
    order_shortages_encode_begin(&body, "Too \"much\"");
    order_shortages_encode_item(&body, BYTES("A]["), 5, 2);
    order_shortages_encode_item(&body, BYTES("B"), 1, 0);
    order_shortages_encode_end(&body);
    EXPECT_TEXT(buffer_bytes(&body),
                "{\"status\":\"ERROR\",\"errors\":[{\"code\":\"NOT_ENOUGH_STOCK\",\"message\":"
                "\"Too \\\"much\\\"\"}],\"result\":{\"shortages\":["
                "{\"sku\":\"A][\",\"requested\":5,\"available\":2},"
                "{\"sku\":\"B\",\"requested\":1,\"available\":0}]}}");
    buffer_deinit(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_body_becomes_a_request, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_optional_may_be_null, setup, teardown),
        cmocka_unit_test_setup_teardown(of_a_key_that_comes_twice_the_last_counts, setup, teardown),
        cmocka_unit_test(ids_can_be_one_segment_of_a_path),
        cmocka_unit_test(an_order_is_written_whole),
        cmocka_unit_test(shortages_are_a_refusal_with_a_result),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
