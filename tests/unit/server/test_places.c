/* Where the listeners are, as browsers say it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../support/expect.h"
#include "call/origins.h"
#include "server/places.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static void places_follow_the_addresses(void **state)
{
    (void)state;
    static const struct {
        struct place_facts facts;
        const char *url;
        const char *origins;
    } rows[] = {
        {{.public_address = "127.0.0.1:8080", .operator_address = "127.0.0.1:8081"},
         "http://127.0.0.1:8080",
         "http://localhost:8081,http://127.0.0.1:8081,http://[::1]:8081,"},
        {{.public_address = "0.0.0.0:8080",
          .public_is_tls = true,
          .operator_address = "[::]:8081",
          .operator_is_tls = true},
         "https://*:8080",
         "https://localhost:8081,https://127.0.0.1:8081,https://[::1]:8081,"},
        {{.public_address = "[::1]:80",
          .operator_address = "10.0.0.1:80",
          .operator_hosts = "a.example, b.example,",
          .cabinet_origins = "https://c.example"},
         "http://[::1]:80",
         "http://10.0.0.1,http://a.example,http://b.example,https://c.example"},
        {{.public_address = "10.0.0.1:443",
          .public_url = "https://api.example/x//",
          .operator_address = "10.0.0.1:443",
          .operator_is_tls = true},
         "https://api.example/x",
         "https://10.0.0.1,"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct places places;
        assert_true(places_find(&places, &rows[i].facts));
        assert_string_equal(places_public_url(&places), rows[i].url);
        assert_string_equal(places_origins(&places), rows[i].origins);
        places_deinit(&places);
    }
}

static void urls_become_parts_of_headers(void **state)
{
    (void)state;
    static const char *const good[] = {"http://a", "https://a.example:8443/x/y", "http://[::1]:80"};
    static const char *const bad[] = {"",           "http://",    "ftp://a",  "http:///a",
                                      "http://a b", "http://a;b", "http://*", "http://a,http://b",
                                      "http://a'b", "http://a\"", "//a",      "http://\xd1\x8f"};
    for (size_t i = 0; i < COUNT_OF(good); i++)
        EXPECT(good[i], places_url_is_valid(good[i]));
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        EXPECT(bad[i], !places_url_is_valid(bad[i]));
    assert_true(places_origins_are_valid("https://a.example, http://b:1"));
    assert_false(places_origins_are_valid(""));
    assert_false(places_origins_are_valid("https://a.example/"));
    assert_false(places_origins_are_valid("https://a.example,,http://b"));
    assert_false(places_origins_are_valid("https://a.example;"));
}

static void an_origin_is_compared_as_a_whole(void **state)
{
    (void)state;
    static const char list[] = "http://localhost:8081,http://a.example,";
    assert_true(origins_have(list, BYTES("http://localhost:8081")));
    assert_true(origins_have(list, BYTES("http://A.example")));
    assert_false(origins_have(list, BYTES("")));
    assert_false(origins_have(list, BYTES("null")));
    assert_false(origins_have(list, BYTES("http://a.example:80")));
    assert_false(origins_have(list, BYTES("http://localhost:8081,http://a.example")));
    assert_false(origins_have(NULL, BYTES("http://a.example")));
    assert_true(origin_is_of_host(BYTES("http://a:1"), false, BYTES(" a:1 ")));
    assert_false(origin_is_of_host(BYTES("http://a:1"), true, BYTES("a:1")));
    assert_false(origin_is_of_host(BYTES("https://a:1"), false, BYTES("a:1")));
    assert_false(origin_is_of_host(BYTES("http://"), false, BYTES("")));
    assert_false(origin_is_of_host(BYTES("http://a:1"), false, BYTES("a")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_follow_the_addresses),
        cmocka_unit_test(urls_become_parts_of_headers),
        cmocka_unit_test(an_origin_is_compared_as_a_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
