/* What auth/token answers: each scope in its other spelling. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../support/expect.h"
#include "wire/auth_token.h"

static void expect_answer(uint32_t scopes, const char *name, const char *text)
{
    struct buffer body;
    buffer_init(&body);
    auth_token_encode(&body, bytes_from_text(name), scopes);
    EXPECT_TEXT(buffer_bytes(&body), text);
    buffer_deinit(&body);
}

static void all_scopes_are_spelled_in_upper_case(void **state)
{
    (void)state;
    expect_answer(SCOPE_BIT(SCOPES_COUNT) - 1, "my token",
                  "{\"status\":\"OK\",\"result\":{\"apiKey\":{\"name\":\"my token\","
                  "\"authScopes\":[\"ALL_METHODS\",\"ALL_METHODS_READ_ONLY\","
                  "\"INVENTORY_AND_ORDER_PROCESSING\",\"INVENTORY_AND_ORDER_PROCESSING_READ_ONLY\","
                  "\"PRICING\",\"PRICING_READ_ONLY\",\"OFFERS_AND_CARDS_MANAGEMENT\","
                  "\"OFFERS_AND_CARDS_MANAGEMENT_READ_ONLY\",\"PROMOTION\",\"PROMOTION_READ_ONLY\","
                  "\"FINANCE_AND_ACCOUNTING\",\"COMMUNICATION\",\"SETTINGS_MANAGEMENT\","
                  "\"SUPPLIES_MANAGEMENT_READ_ONLY\"]}}}");
}

static void name_is_escaped_and_no_scope_is_an_empty_list(void **state)
{
    (void)state;
    expect_answer(0, "a\"b",
                  "{\"status\":\"OK\",\"result\":{\"apiKey\":{\"name\":\"a\\\"b\","
                  "\"authScopes\":[]}}}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_scopes_are_spelled_in_upper_case),
        cmocka_unit_test(name_is_escaped_and_no_scope_is_an_empty_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
