/* The cabinet's files: which bytes a browser is given, and when it need not be given them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/exchange_case.h"
#include "../../support/expect.h"
#include "operator/public_url.h"
#include "operator/web.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const struct web_file files[] = {
    {"/", "\"a\"", "\"a-gz\"", BYTES_INIT("<p>plain</p>"), BYTES_INIT("zipped")},
    {"/assets/x-1.js", "\"b\"", "\"b-gz\"", BYTES_INIT("short"), BYTES_INIT("no shorter")},
};
static const struct web web = {files, COUNT_OF(files), "http://*:8080"};

static const char *field_of(const struct http_exchange *exchange, const char *name)
{
    for (uint32_t i = 0; i < exchange->fields_count; i++) {
        if (strcmp(exchange->fields[i].name, name) == 0)
            return exchange->fields[i].value;
    }
    return "";
}

static void accept_encoding_is_read_by_its_weights(void **state)
{
    (void)state;
    static const char *const good[] = {"gzip",        "GZip",           "br, gzip;q=0.1",
                                       "*",           "deflate , gzip", "gzip;q=1, *;q=0",
                                       "*;q=0, gzip", "gzip; q=0.001"};
    static const char *const bad[] = {"",      "br",     "gzip;q=0",    "gzip; Q=0.000", "*;q=0",
                                      "xgzip", "gzip-x", "gzip;q=0, *", "identity"};
    for (size_t i = 0; i < COUNT_OF(good); i++)
        EXPECT(good[i], web_takes_gzip(bytes_from_text(good[i])));
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        EXPECT(bad[i], !web_takes_gzip(bytes_from_text(bad[i])));
}

static void tags_are_compared_weakly(void **state)
{
    (void)state;
    static const char *const good[] = {"\"a\"", "W/\"a\"", "\"b\", \"a\"", " * ", "\"b\",W/\"a\" "};
    static const char *const bad[] = {"", "a", "\"a", "\"ab\"", "\"b\"", "w/\"a\"", "**"};
    for (size_t i = 0; i < COUNT_OF(good); i++)
        EXPECT(good[i], web_tags_have(bytes_from_text(good[i]), BYTES("\"a\"")));
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        EXPECT(bad[i], !web_tags_have(bytes_from_text(bad[i]), BYTES("\"a\"")));
}

static void a_file_is_lent_in_its_shorter_form(void **state)
{
    (void)state;
    struct exchange_case one;
    exchange_case_init(&one);
    exchange_case_begin(&one, "GET", "/", 0);
    exchange_case_header(&one, HTTP_ACCEPT_ENCODING, "gzip");
    exchange_case_header(&one, HTTP_HOST, "localhost:8081");
    assert_true(web_answer(&web, &one.exchange));
    assert_ptr_equal(one.exchange.lent.data, files[0].gzip.data);
    assert_string_equal(field_of(&one.exchange, "ETag"), "\"a-gz\"");
    assert_string_equal(field_of(&one.exchange, "Content-Encoding"), "gzip");
    assert_non_null(strstr(field_of(&one.exchange, "Content-Security-Policy"),
                           "connect-src 'self' http://localhost:8080"));

    exchange_case_begin(&one, "GET", "/assets/x-1.js", 0);
    exchange_case_header(&one, HTTP_ACCEPT_ENCODING, "gzip");
    assert_true(web_answer(&web, &one.exchange));
    assert_ptr_equal(one.exchange.lent.data, files[1].plain.data);
    assert_string_equal(field_of(&one.exchange, "ETag"), "\"b\"");
    assert_string_equal(field_of(&one.exchange, "Content-Encoding"), "");
    assert_string_equal(one.exchange.content_type, "text/javascript; charset=utf-8");

    exchange_case_begin(&one, "GET", "/assets/x-1.j", 0);
    assert_false(web_answer(&web, &one.exchange));
    assert_int_equal(one.exchange.status, 0);
    exchange_case_deinit(&one);
}

static void a_star_in_the_public_url_is_the_callers_name_for_us(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        const char *host;
        const char *made;
    } rows[] = {
        {"http://*:8080", "10.1.2.3:8081", "http://10.1.2.3:8080"},
        {"http://*:8080", "[::1]:8081", "http://[::1]:8080"},
        {"https://*:8080", "stock.example", "https://stock.example:8080"},
        {"http://*:8080", "", "http://127.0.0.1:8080"},
        {"http://127.0.0.1:8080", "stock.example", "http://127.0.0.1:8080"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct buffer text;
        buffer_init(&text);
        public_url_append(&text, rows[i].url, bytes_from_text(rows[i].host));
        assert_string_equal(buffer_text(&text), rows[i].made);
        buffer_deinit(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accept_encoding_is_read_by_its_weights),
        cmocka_unit_test(tags_are_compared_weakly),
        cmocka_unit_test(a_file_is_lent_in_its_shorter_form),
        cmocka_unit_test(a_star_in_the_public_url_is_the_callers_name_for_us),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
