/* The small pieces of the wire: errors in their envelope, the names of scopes, the exchange. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/expect.h"
#include "../../support/json_case.h"
#include "wire/http.h"
#include "wire/reply.h"
#include "wire/scope.h"

static void success_is_one_word(void **state)
{
    (void)state;
    struct buffer body;
    buffer_init(&body);
    reply_encode_ok(&body);
    EXPECT_TEXT(buffer_bytes(&body), "{\"status\":\"OK\"}");
    buffer_deinit(&body);
}

static void errors_stand_in_the_order_they_were_added(void **state)
{
    (void)state;
    struct error_list errors;
    error_list_init(&errors);
    error_list_add(&errors, "first %d", 1);
    error_list_add(&errors, "%s", "");
    error_list_add_rejected(&errors, "third", BYTES("\"v\"\n"));
    struct buffer body;
    buffer_init(&body);
    reply_encode_errors(&body, "BAD_REQUEST", &errors);
    EXPECT_TEXT(buffer_bytes(&body),
                "{\"status\":\"ERROR\",\"errors\":[{\"code\":\"BAD_REQUEST\",\"message\":\"first "
                "1\"},{\"code\":\"BAD_REQUEST\",\"message\":\"\"},{\"code\":\"BAD_REQUEST\","
                "\"message\":\"third (rejected value: \\\"v\\\"\\n)\"}]}");
    error_list_clear(&errors);
    assert_int_equal(errors.count, 0);
    error_list_add(&errors, "again");
    EXPECT_ERROR(&errors, "again");
    buffer_deinit(&body);
    error_list_deinit(&errors);
}

static void twenty_first_error_is_dropped(void **state)
{
    (void)state;
    struct error_list errors;
    error_list_init(&errors);
    for (int i = 0; i < ERRORS_PER_REPLY_MAX; i++)
        error_list_add(&errors, "%d", i);
    const size_t size = errors.text.size;
    error_list_add(&errors, "one too many");
    error_list_add_rejected(&errors, "one too many", BYTES("x"));
    assert_int_equal(errors.count, ERRORS_PER_REPLY_MAX);
    assert_int_equal(errors.text.size, size);
    EXPECT_TEXT(error_at(&errors, ERRORS_PER_REPLY_MAX - 1), "19");
    error_list_deinit(&errors);
}

static void long_values_are_clipped_between_code_points(void **state)
{
    (void)state;
    struct buffer value;
    buffer_init(&value);
    buffer_append_text(&value, "x");
    for (int i = 0; i < 300; i++)
        buffer_append_text(&value, "\xE2\x82\xAC");
    struct error_list errors;
    error_list_init(&errors);
    error_list_add_rejected(&errors, "p", buffer_bytes(&value));
    assert_true(bytes_are_utf8(error_at(&errors, 0)));
    assert_int_equal(error_at(&errors, 0).size, strlen("p (rejected value: )") + 298);
    error_list_add(&errors, "%5000d", 7);
    assert_true(error_at(&errors, 1).size < 2100);
    struct buffer body;
    buffer_init(&body);
    reply_encode_errors(&body, "X", &errors);
    struct json_case json;
    json_case_init(&json);
    assert_int_equal(json_case_parse(&json, buffer_bytes(&body)), JSON_OK);
    json_case_deinit(&json);
    buffer_deinit(&body);
    buffer_deinit(&value);
    error_list_deinit(&errors);
}

static void lost_message_fails_the_reply(void **state)
{
    (void)state;
    struct error_list errors;
    error_list_init(&errors);
    error_list_add(&errors, "a");
    errors.text.failed = true; /* As after a failed growth. */
    struct buffer body;
    buffer_init(&body);
    reply_encode_errors(&body, "X", &errors);
    assert_true(body.failed);
    buffer_deinit(&body);
    error_list_deinit(&errors);
}

static void scopes_have_the_names_of_the_contract(void **state)
{
    (void)state;
    static const char *const names[SCOPES_COUNT] = {
        "all-methods",
        "all-methods:read-only",
        "inventory-and-order-processing",
        "inventory-and-order-processing:read-only",
        "pricing",
        "pricing:read-only",
        "offers-and-cards-management",
        "offers-and-cards-management:read-only",
        "promotion",
        "promotion:read-only",
        "finance-and-accounting",
        "communication",
        "settings-management",
        "supplies-management:read-only",
    };
    for (int i = 0; i < SCOPES_COUNT; i++) {
        enum scope scope = SCOPE_ALL_METHODS;
        assert_string_equal(scope_name((enum scope)i), names[i]);
        assert_true(scope_from_name(bytes_from_text(names[i]), &scope));
        assert_int_equal(scope, i);
    }
    static const char *const wrong[] = {"",
                                        "all-method",
                                        "all-methods ",
                                        "ALL-METHODS",
                                        "ALL_METHODS",
                                        "all-methods:read-onlyx",
                                        "communication:read-only",
                                        "supplies-management"};
    for (size_t i = 0; i < ROWS_COUNT_OF(wrong); i++) {
        enum scope scope = SCOPE_PRICING;
        EXPECT(wrong[i], !scope_from_name(bytes_from_text(wrong[i]), &scope));
        EXPECT(wrong[i], scope == SCOPE_PRICING);
    }
}

static void first_parameter_of_a_name_counts(void **state)
{
    (void)state;
    struct http_exchange exchange = {
        .parameters = {{BYTES("limit"), BYTES("5")},
                       {BYTES("Limit"), BYTES("6")},
                       {BYTES("limit"), BYTES("7")},
                       {BYTES(""), BYTES("8")}},
        .parameters_count = 4,
    };
    struct bytes value = {NULL, 0};
    assert_true(http_parameter(&exchange, BYTES("limit"), &value));
    EXPECT_TEXT(value, "5");
    assert_true(http_parameter(&exchange, BYTES("Limit"), &value));
    EXPECT_TEXT(value, "6");
    assert_true(http_parameter(&exchange, BYTES(""), &value));
    EXPECT_TEXT(value, "8");
    assert_false(http_parameter(&exchange, BYTES("limi"), &value));
    exchange.parameters_count = 0;
    assert_false(http_parameter(&exchange, BYTES("limit"), &value));
}

static void exchange_that_is_reset_keeps_its_memory_and_nothing_else(void **state)
{
    (void)state;
    struct http_exchange exchange = {.status = 0};
    buffer_init(&exchange.reply);
    arena_init(&exchange.arena);
    http_exchange_reset(&exchange);
    buffer_append_text(&exchange.reply, "reply");
    const uint8_t *memory = exchange.reply.data;
    void *piece = arena_allocate(&exchange.arena, 10);
    assert_non_null(piece);
    exchange.status = 420;
    exchange.allow = "PUT";
    exchange.retry_after_s = 7;
    exchange.rate.present = true;
    exchange.headers[HTTP_API_KEY].count = 2;
    exchange.parameters_count = 3;
    exchange.body_too_large = true;
    http_exchange_reset(&exchange);
    assert_int_equal(exchange.status, 0);
    assert_int_equal(exchange.content_length, -1);
    assert_null(exchange.allow);
    assert_int_equal(exchange.retry_after_s, 0);
    assert_false(exchange.rate.present);
    assert_false(exchange.body_too_large);
    assert_int_equal(exchange.headers[HTTP_API_KEY].count, 0);
    assert_int_equal(exchange.parameters_count, 0);
    assert_string_equal(exchange.content_type, "application/json; charset=utf-8");
    assert_int_equal(exchange.reply.size, 0);
    assert_ptr_equal(exchange.reply.data, memory);
    assert_ptr_equal(arena_allocate(&exchange.arena, 10), piece);
    buffer_deinit(&exchange.reply);
    arena_deinit(&exchange.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(success_is_one_word),
        cmocka_unit_test(errors_stand_in_the_order_they_were_added),
        cmocka_unit_test(twenty_first_error_is_dropped),
        cmocka_unit_test(long_values_are_clipped_between_code_points),
        cmocka_unit_test(lost_message_fails_the_reply),
        cmocka_unit_test(scopes_have_the_names_of_the_contract),
        cmocka_unit_test(first_parameter_of_a_name_counts),
        cmocka_unit_test(exchange_that_is_reset_keeps_its_memory_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
