/* The reason of each way in which an exchange can end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <curl/curl.h>
#include <string.h>

#include "../../support/expect.h"
#include "push/failure.h"

#define JSON "application/json"

static const struct {
    const char *name;
    struct push_reply reply;
    enum push_reason reason;
    enum push_reason refusal_reason; /* Where the token was wrong. */
} rows[] = {
    {"fine", {CURLE_OK, true, 200, JSON}, PUSH_FINE, PUSH_IGNORED_WRONG_TOKEN},
    {"charset",
     {CURLE_OK, true, 200, "Application/JSON; charset=utf-8"},
     PUSH_FINE,
     PUSH_IGNORED_WRONG_TOKEN},
    {"no type", {CURLE_OK, true, 200, NULL}, PUSH_FINE, PUSH_IGNORED_WRONG_TOKEN},
    {"html",
     {CURLE_OK, true, 200, "text/html"},
     PUSH_UNSUPPORTED_MEDIA_TYPE,
     PUSH_IGNORED_WRONG_TOKEN},
    {"not quite",
     {CURLE_OK, true, 200, "application/jsonp"},
     PUSH_UNSUPPORTED_MEDIA_TYPE,
     PUSH_IGNORED_WRONG_TOKEN},
    {"201", {CURLE_OK, true, 201, JSON}, PUSH_HTTP, PUSH_IGNORED_WRONG_TOKEN},
    {"302", {CURLE_OK, true, 302, JSON}, PUSH_HTTP, PUSH_HTTP},
    {"400", {CURLE_OK, true, 400, JSON}, PUSH_HTTP, PUSH_HTTP},
    {"401", {CURLE_OK, true, 401, JSON}, PUSH_HTTP, PUSH_HTTP},
    {"403", {CURLE_OK, true, 403, JSON}, PUSH_HTTP, PUSH_FINE},
    {"403 html", {CURLE_OK, true, 403, "text/html"}, PUSH_HTTP, PUSH_FINE},
    {"500", {CURLE_OK, true, 500, JSON}, PUSH_HTTP, PUSH_HTTP},
    {"refused",
     {CURLE_COULDNT_CONNECT, false, 0, NULL},
     PUSH_CONNECTION_REFUSED,
     PUSH_CONNECTION_REFUSED},
    {"no such host",
     {CURLE_COULDNT_RESOLVE_HOST, false, 0, NULL},
     PUSH_CONNECTION_REFUSED,
     PUSH_CONNECTION_REFUSED},
    {"connecting",
     {CURLE_OPERATION_TIMEDOUT, false, 0, NULL},
     PUSH_CONNECTION_TIMED_OUT,
     PUSH_CONNECTION_TIMED_OUT},
    {"waiting",
     {CURLE_OPERATION_TIMEDOUT, true, 0, NULL},
     PUSH_READ_TIMED_OUT,
     PUSH_READ_TIMED_OUT},
    {"handshake", {CURLE_SSL_CONNECT_ERROR, false, 0, NULL}, PUSH_SSL_ERROR, PUSH_SSL_ERROR},
    {"certificate",
     {CURLE_PEER_FAILED_VERIFICATION, false, 0, NULL},
     PUSH_SSL_ERROR,
     PUSH_SSL_ERROR},
    {"hangs up", {CURLE_GOT_NOTHING, true, 0, NULL}, PUSH_HTTP, PUSH_HTTP},
    {"cut", {CURLE_PARTIAL_FILE, true, 200, JSON}, PUSH_HTTP, PUSH_IGNORED_WRONG_TOKEN},
    {"noise",
     {CURLE_WRITE_ERROR, true, 200, JSON},
     PUSH_CANT_PARSE_RESPONSE,
     PUSH_IGNORED_WRONG_TOKEN},
    {"told noise",
     {CURLE_FILESIZE_EXCEEDED, true, 200, JSON},
     PUSH_CANT_PARSE_RESPONSE,
     PUSH_IGNORED_WRONG_TOKEN},
    {"noisy error", {CURLE_WRITE_ERROR, true, 500, JSON}, PUSH_HTTP, PUSH_HTTP},
    {"no http", {CURLE_UNSUPPORTED_PROTOCOL, false, 0, NULL}, PUSH_HTTP, PUSH_HTTP},
};

static void each_end_has_a_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        EXPECT(rows[i].name, push_reply_judge(&rows[i].reply) == rows[i].reason);
        EXPECT(rows[i].name, push_reply_judge_refusal(&rows[i].reply) == rows[i].refusal_reason);
    }
}

static void reasons_have_the_words_of_the_contract(void **state)
{
    (void)state;
    assert_null(push_reason_text(PUSH_FINE));
    for (int i = PUSH_FINE + 1; i < PUSH_REASONS_COUNT; i++) {
        const enum push_reason reason = (enum push_reason)i;
        const bool invalid = reason >= PUSH_CANT_PARSE_RESPONSE;
        assert_string_equal(push_reason_code(reason),
                            invalid ? "INVALID_RESPONSE" : "CANT_GET_RESPONSE");
        assert_non_null(push_reason_text(reason));
    }
    assert_string_equal(push_reason_text(PUSH_READ_TIMED_OUT), "READ_TIMED_OUT");
    assert_string_equal(push_reason_text(PUSH_INVALID_DATA), "INVALID_DATA");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_end_has_a_reason),
        cmocka_unit_test(reasons_have_the_words_of_the_contract),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
