/* Tokens on the wire: what bodies become, and the answers' bytes. The words of every refusal are in
 * tests/contract/test_tokens_api.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../support/expect.h"
#include "../../support/json_case.h"
#include "wire/token_document.h"

static void bodies_become_requests(void **state)
{
    (void)state;
    struct json_case json;
    struct error_list errors;
    struct token_request request;
    json_case_init(&json);
    error_list_init(&errors);
    assert_true(token_request_decode(
        json_case_root(&json, "{\"scopes\":[\"pricing\",\"all-methods\",\"pricing\"],"
                              "\"businessId\":7,\"name\":\"a b\"}"),
        &request, &errors));
    EXPECT_TEXT(request.name, "a b");
    assert_int_equal(request.business_id, 7);
    assert_int_equal(request.scopes, SCOPE_BIT(SCOPE_PRICING) | SCOPE_BIT(SCOPE_ALL_METHODS));
    /* One that is there may have any name. */
    assert_true(token_revocation_decode(
        json_case_root(&json, "{\"businessId\":7,\"name\":\" \\n\"}"), &request, &errors));
    EXPECT_TEXT(request.name, " \n");
    assert_int_equal(errors.count, 0);
    error_list_deinit(&errors);
    json_case_deinit(&json);
}

static void answers_are_written(void **state)
{
    (void)state;
    struct buffer body;
    buffer_init(&body);
    token_list_encode_begin(&body);
    token_list_encode_row(
        &body, &(struct token_row){BYTES("a\"}"), 1, TOKEN_API_KEY,
                                   SCOPE_BIT(SCOPE_PRICING) | SCOPE_BIT(SCOPE_ALL_METHODS), true});
    token_list_encode_row(&body, &(struct token_row){BYTES("b"), 2, TOKEN_OAUTH, 0, false});
    token_list_encode_end(&body);
    EXPECT_TEXT(buffer_bytes(&body),
                "{\"status\":\"OK\",\"result\":{\"tokens\":[{\"name\":\"a\\\"}\",\"businessId\":1,"
                "\"kind\":\"API_KEY\",\"scopes\":[\"all-methods\",\"pricing\"],\"revoked\":true},"
                "{\"name\":\"b\",\"businessId\":2,\"kind\":\"OAUTH\",\"scopes\":[],"
                "\"revoked\":false}]}}");
    const struct token_request request = {BYTES("n"), 3, SCOPE_BIT(SCOPE_PRICING)};
    buffer_clear(&body);
    token_encode_made(&body, &request, BYTES("secret"));
    EXPECT_TEXT(buffer_bytes(&body),
                "{\"status\":\"OK\",\"result\":{\"name\":\"n\",\"businessId\":3,\"scopes\":["
                "\"pricing\"],\"apiKey\":\"secret\"}}");
    buffer_clear(&body);
    token_encode_revoked(&body, &request);
    EXPECT_TEXT(buffer_bytes(&body), "{\"status\":\"OK\",\"result\":{\"name\":\"n\","
                                     "\"businessId\":3,\"revoked\":true}}");
    buffer_deinit(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies_become_requests),
        cmocka_unit_test(answers_are_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
