/* When an attempt is repeated, after how long, and what the headers of an answer say to it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>

#include "ctl/reply_head.h"
#include "ctl/retry.h"

static void only_passing_troubles_are_repeated(void **state)
{
    (void)state;
    static const struct {
        int64_t status;
        bool again;
    } rows[] = {
        {200, false}, {302, false}, {400, false}, {401, false}, {403, false}, {404, false},
        {408, true},  {415, false}, {420, true},  {423, false}, {429, true},  {500, true},
        {502, true},  {503, true},  {599, true},  {600, false}, {0, false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(retry_status(rows[i].status), rows[i].again);
}

static void wait_doubles_from_half_a_second_to_half_a_minute(void **state)
{
    (void)state;
    static const struct {
        int64_t failures;
        int64_t min_ms;
        int64_t max_ms;
    } rows[] = {
        {1, 500, 1000},   {2, 1000, 2000},   {3, 2000, 4000},   {4, 4000, 8000},
        {5, 8000, 16000}, {6, 15000, 30000}, {7, 15000, 30000}, {1000000, 15000, 30000},
    };
    static const uint32_t randoms[] = {0, 1, 12345, UINT32_MAX};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (size_t k = 0; k < sizeof(randoms) / sizeof(randoms[0]); k++)
            assert_in_range(retry_wait_ms(rows[i].failures, randoms[k]), rows[i].min_ms,
                            rows[i].max_ms);
    }
    assert_int_equal(retry_wait_ms(1, 0), 500);
    assert_int_equal(retry_wait_ms(1, 500), 1000);
}

static void named_wait_is_obeyed_up_to_an_hour(void **state)
{
    (void)state;
    assert_int_equal(retry_wait_named_ms(0, 3, 7), 0);
    assert_int_equal(retry_wait_named_ms(2000, 3, 7), 2000);
    assert_int_equal(retry_wait_named_ms(INT64_MAX, 3, 7), 3600000);
    assert_int_equal(retry_wait_named_ms(-1, 3, 7), retry_wait_ms(3, 7));
}

static struct reply_head head_of(const char *const *lines)
{
    struct reply_head head;
    reply_head_init(&head);
    for (; *lines != NULL; lines++)
        reply_head_take(&head, bytes_from_text(*lines));
    return head;
}

static void headers_are_read_whatever_their_case(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "HTTP/1.1 200 OK\r\n",
        "x-ratelimit-resource-limit: 100000\r\n",
        "X-RateLimit-Resource-Remaining:98000\r\n",
        "X-RATELIMIT-RESOURCE-UNTIL: Thu, 01 Jan 1970 00:01:00 GMT\r\n",
        "Date: Thu, 01 Jan 1970 00:00:10 GMT\r\n",
        "X-Other: 5\r\n",
        "\r\n",
        NULL,
    };
    const struct reply_head head = head_of(lines);
    assert_int_equal(head.limit, 100000);
    assert_int_equal(head.remaining, 98000);
    assert_int_equal(head.until_ms, 60000);
    assert_int_equal(head.date_ms, 10000);
    assert_int_equal(reply_head_retry_ms(&head), -1);
}

static void headers_that_cannot_be_read_are_absent(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "X-RateLimit-Resource-Limit: many",
        "X-RateLimit-Resource-Remaining: -5",
        "X-RateLimit-Resource-Until: soon",
        "Date:",
        "Retry-After: 99999999999999999999",
        "X-RateLimit-Resource-Limit",
        NULL,
    };
    const struct reply_head head = head_of(lines);
    assert_int_equal(head.limit, -1);
    assert_int_equal(head.remaining, -1);
    assert_int_equal(head.until_ms, -1);
    assert_int_equal(head.date_ms, -1);
    assert_int_equal(reply_head_retry_ms(&head), -1);
}

static void new_status_line_begins_anew(void **state)
{
    (void)state;
    static const char *const lines[] = {"HTTP/1.1 100 Continue", "X-RateLimit-Resource-Limit: 1",
                                        "HTTP/1.1 200 OK", NULL};
    assert_int_equal(head_of(lines).limit, -1);
}

static void retry_after_is_a_number_or_a_date(void **state)
{
    (void)state;
    static const char *const number[] = {"Retry-After: 7", NULL};
    static const char *const date[] = {"Date: Thu, 01 Jan 1970 00:00:10 GMT",
                                       "Retry-After: Thu, 01 Jan 1970 00:00:25 GMT", NULL};
    static const char *const past[] = {"Date: Thu, 01 Jan 1970 00:00:10 GMT",
                                       "Retry-After: Thu, 01 Jan 1970 00:00:05 GMT", NULL};
    static const char *const huge[] = {"Retry-After: 9223372036854775807", NULL};
    struct reply_head head = head_of(number);
    assert_int_equal(reply_head_retry_ms(&head), 7000);
    head = head_of(date);
    assert_int_equal(reply_head_retry_ms(&head), 15000);
    head = head_of(past);
    assert_int_equal(reply_head_retry_ms(&head), 0);
    head = head_of(huge);
    assert_int_equal(reply_head_retry_ms(&head), INT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_passing_troubles_are_repeated),
        cmocka_unit_test(wait_doubles_from_half_a_second_to_half_a_minute),
        cmocka_unit_test(named_wait_is_obeyed_up_to_an_hour),
        cmocka_unit_test(headers_are_read_whatever_their_case),
        cmocka_unit_test(headers_that_cannot_be_read_are_absent),
        cmocka_unit_test(new_status_line_begins_anew),
        cmocka_unit_test(retry_after_is_a_number_or_a_date),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
