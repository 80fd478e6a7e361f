/* Names by which the operator's listener may be called. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../support/expect.h"
#include "operator/host_name.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static void numbers_and_localhost_are_always_ours(void **state)
{
    (void)state;
    static const char *const good[] = {"127.0.0.1", "127.0.0.1:8081", "10.1.2.3:80",
                                       "[::1]",     "[::1]:8081",     "[fe80::1%eth0]:1",
                                       "localhost", "LocalHost:8081", " localhost\t"};
    static const char *const bad[] = {"evil.example",
                                      "evil.example:8081",
                                      "127.0.0.1.evil.example",
                                      "localhost.evil.example",
                                      "xlocalhost",
                                      "127.0.0.1x",
                                      "localhost:80x",
                                      "[::1",
                                      "[::1].evil.example",
                                      "::1]",
                                      "",
                                      ":8081",
                                      "[]",
                                      "1e2.3.4.5"};
    for (size_t i = 0; i < COUNT_OF(good); i++)
        EXPECT(good[i], host_name_is_ours(bytes_from_text(good[i]), NULL));
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        EXPECT(bad[i], !host_name_is_ours(bytes_from_text(bad[i]), NULL));
}

static void names_of_the_option_are_ours_too(void **state)
{
    (void)state;
    static const char names[] = "stockd.example, metrics,,";
    assert_true(host_name_is_ours(BYTES("stockd.example:8081"), names));
    assert_true(host_name_is_ours(BYTES("STOCKD.example"), names));
    assert_true(host_name_is_ours(BYTES("metrics"), names));
    assert_true(host_name_is_ours(BYTES("localhost"), names));
    assert_false(host_name_is_ours(BYTES("stockd.example.evil.example"), names));
    assert_false(host_name_is_ours(BYTES("stockd"), names));
    assert_false(host_name_is_ours(BYTES(""), names));
    assert_false(host_name_is_ours(BYTES(""), ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_and_localhost_are_always_ours),
        cmocka_unit_test(names_of_the_option_are_ours_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
