/* Dates by example, there and back. The slow reference is in test_date_reference.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../support/chance.h"
#include "../../support/expect.h"
#include "base/date.h"

static void valid_dates_have_these_moments(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } rows[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"1970-01-01T00:00:00.001Z", 1},
        {"1969-12-31T23:59:59.999Z", -1},
        {"2017-11-21T00:42:42+03:00", INT64_C(1511214162000)},
        {"2017-11-20T21:42:42Z", INT64_C(1511214162000)},
        {"2022-12-29T18:02:01Z", INT64_C(1672336921000)},
        {"2022-12-29T18:02:01z", INT64_C(1672336921000)},
        {"2022-12-29t18:02:01Z", INT64_C(1672336921000)},
        {"2022-12-29T18:02:01+00:00", INT64_C(1672336921000)},
        {"2022-12-29T18:02:01-00:00", INT64_C(1672336921000)},
        {"2022-12-29T18:02:01+0000", INT64_C(1672336921000)},
        {"2022-12-29T18:02:01+00", INT64_C(1672336921000)},
        {"2022-12-29T21:02:01+03", INT64_C(1672336921000)},
        {"2022-12-29T21:02:01+0300", INT64_C(1672336921000)},
        {"2022-12-29T12:32:01-0530", INT64_C(1672336921000)},
        {"2022-12-30T12:02:01+18:00", INT64_C(1672336921000)},
        {"2022-12-29T00:02:01-18:00", INT64_C(1672336921000)},
        {"2022-12-29T18:02Z", INT64_C(1672336920000)},
        {"2022-12-29T18:02+00:00", INT64_C(1672336920000)},
        {"2022-12-29T18:02:01.5Z", INT64_C(1672336921500)},
        {"2022-12-29T18:02:01.50Z", INT64_C(1672336921500)},
        {"2022-12-29T18:02:01.123Z", INT64_C(1672336921123)},
        {"2022-12-29T18:02:01.1239Z", INT64_C(1672336921123)}, /* Cut, not rounded. */
        {"2022-12-29T18:02:01.999999999Z", INT64_C(1672336921999)},
        {"2022-12-29T18:02:01.007+00:00", INT64_C(1672336921007)},
        {"2000-02-29T00:00:00Z", INT64_C(951782400000)},
        {"2024-02-29T23:59:59Z", INT64_C(1709251199000)},
        {"1600-02-29T00:00:00Z", INT64_C(-11670998400000)},
        {"2038-01-19T03:14:08Z", INT64_C(2147483648000)},
        {"0000-01-01T00:00:00Z", DATE_MS_MIN},
        {"0000-01-01T18:00:00+18:00", DATE_MS_MIN},
        {"9999-12-31T23:59:59.999Z", DATE_MS_MAX},
        {"9999-12-31T05:59:59.999-18:00", DATE_MS_MAX},
    };
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        int64_t ms = 42;
        EXPECT(rows[i].text, date_parse_iso8601(bytes_from_text(rows[i].text), &ms));
        EXPECT(rows[i].text, ms == rows[i].ms);
    }
}

static const char *const invalid_dates[] = {
    "",
    "2022",
    "2022-12-29",
    "2022-12-29T",
    "2022-12-29T18:02:01",   /* C12: no offset. */
    "2022-12-29T18:02:01.5", /* Likewise. */
    "2022-12-29T18:02",      /* Likewise. */
    "2022-12-29 18:02:01Z",
    "2022-12-29T18Z",
    "2022-12-29T18:02:Z",
    "2022-12-29T18:02:1Z",
    "2022-12-29T1:02:01Z",
    "2022-12-29T18:2:01Z",
    "22-12-29T18:02:01Z",
    "2022-1-29T18:02:01Z",
    "2022-12-9T18:02:01Z",
    "20221229T180201Z",
    "2022-12-29T180201Z",
    "2022-W52-4T18:02:01Z",
    "2022-363T18:02:01Z",
    "+2022-12-29T18:02:01Z",
    "-2022-12-29T18:02:01Z",
    "12022-12-29T18:02:01Z",
    " 2022-12-29T18:02:01Z",
    "2022-12-29T18:02:01Z ",
    "2022-12-29T18:02:01ZZ",
    "2022-12-29T18:02:01Z+03:00",
    "2022-12-29T18:02:01 Z",
    "2022-12-29T18:02:01+",
    "2022-12-29T18:02:01+3",
    "2022-12-29T18:02:01+3:00",
    "2022-12-29T18:02:01+03:",
    "2022-12-29T18:02:01+03:0",
    "2022-12-29T18:02:01+030",
    "2022-12-29T18:02:01+03:000",
    "2022-12-29T18:02:01+03:00:00",
    "2022-12-29T18:02:01+03:60",
    "2022-12-29T18:02:01+18:01",
    "2022-12-29T18:02:01-18:01",
    "2022-12-29T18:02:01+19:00",
    "2022-12-29T18:02:01+99",
    "2022-12-29T18:02:01UTC",
    "2022-12-29T18:02:01 +03:00",
    "2022-12-29T18:02:01~03:00",
    "2022-12-29T18:02:01.Z",
    "2022-12-29T18:02:01.+00:00",
    "2022-12-29T18:02:01,5Z",
    "2022-12-29T18:02:01.5.5Z",
    "2022-12-29T18:02:01.1234567890Z",
    "2022-12-29T18:02.5Z",
    "2022-00-29T18:02:01Z",
    "2022-13-29T18:02:01Z",
    "2022-12-00T18:02:01Z",
    "2022-12-32T18:02:01Z",
    "2022-04-31T18:02:01Z",
    "2022-02-29T18:02:01Z",
    "1900-02-29T18:02:01Z",
    "2100-02-29T18:02:01Z",
    "2024-02-30T18:02:01Z",
    "2022-12-29T24:00:00Z",
    "2022-12-29T25:00:00Z",
    "2022-12-29T18:60:00Z",
    "2016-12-31T23:59:60Z", /* A leap second. */
    "2022-12-29T18:02:61Z",
    "2022/12/29T18:02:01Z",
    "202a-12-29T18:02:01Z",
    "2022-1:-29T18:02:01Z",
    "2022-12-29T18:0/:01Z",
    "2022-12-29T-1:02:01Z",
    "2022-12-29T18:02:01-",
    "now",
    "1672336921",
    "0000-01-01T00:00:00+00:01", /* A minute before the first year. */
    "0000-01-01T17:59:59+18:00",
    "9999-12-31T23:59:59-00:01",
    "9999-12-31T06:00:00-18:00",
    "10000-01-01T00:00:00Z",
};

static void invalid_dates_are_refused_and_change_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS_COUNT_OF(invalid_dates); i++) {
        int64_t ms = 42;
        EXPECT(invalid_dates[i], !date_parse_iso8601(bytes_from_text(invalid_dates[i]), &ms));
        EXPECT(invalid_dates[i], ms == 42);
    }
    int64_t ms = 42;
    assert_false(date_parse_iso8601(BYTES("2022-12-29T18:02:01Z\0"), &ms));
    assert_false(date_parse_iso8601(BYTES("2022-12-29T18:02:01\0Z"), &ms));
}

static void milliseconds_are_written_where_they_are_not_zero(void **state)
{
    (void)state;
    static const struct {
        int64_t ms;
        const char *text;
    } rows[] = {
        {0, "1970-01-01T00:00:00Z"},
        {INT64_C(1511214162000), "2017-11-20T21:42:42Z"},
        {INT64_C(1511214162001), "2017-11-20T21:42:42.001Z"},
        {INT64_C(1511214162900), "2017-11-20T21:42:42.900Z"},
        {-1, "1969-12-31T23:59:59.999Z"},
        {DATE_MS_MIN, "0000-01-01T00:00:00Z"},
        {DATE_MS_MAX, "9999-12-31T23:59:59.999Z"},
        {INT64_C(951782400000), "2000-02-29T00:00:00Z"},
    };
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        char text[DATE_ISO8601_BYTES_MAX];
        const size_t size = date_format_iso8601(rows[i].ms, text);
        EXPECT_TEXT(((struct bytes){(uint8_t *)text, size}), rows[i].text);
    }
}

/* A moment of the years 0000…9999, often one near a border. */
static int64_t some_moment(struct chance *chance)
{
    const int64_t any = chance_between(chance, DATE_MS_MIN, DATE_MS_MAX);
    static const int64_t grains[] = {1, 1000, 60000, 3600000, 86400000};
    const int64_t grain = grains[chance_below(chance, ROWS_COUNT_OF(grains))];
    const int64_t near = any / grain * grain + chance_between(chance, -1, 1);
    return near < DATE_MS_MIN || near > DATE_MS_MAX ? any : near;
}

static void reading_undoes_writing(void **state)
{
    (void)state;
    struct chance chance = chance_begin(__func__);
    for (int round = 0; round < 200000; round++) {
        const int64_t moment = some_moment(&chance);
        char text[DATE_ISO8601_BYTES_MAX];
        const size_t size = date_format_iso8601(moment, text);
        int64_t ms = 0;
        assert_true(date_parse_iso8601((struct bytes){(uint8_t *)text, size}, &ms));
        assert_true(ms == moment);
    }
}

static void http_date_is_written_as_the_contract_shows_it(void **state)
{
    (void)state;
    static const struct {
        int64_t ms;
        const char *text;
    } rows[] = {
        {0, "Thu, 01 Jan 1970 00:00:00 GMT"},
        {999, "Thu, 01 Jan 1970 00:00:00 GMT"},
        {-1, "Wed, 31 Dec 1969 23:59:59 GMT"},
        {INT64_C(1531183362000), "Tue, 10 Jul 2018 00:42:42 GMT"},
        {INT64_C(784111777000), "Sun, 06 Nov 1994 08:49:37 GMT"},
        {INT64_C(1709164800000), "Thu, 29 Feb 2024 00:00:00 GMT"},
        {DATE_MS_MAX, "Fri, 31 Dec 9999 23:59:59 GMT"},
        {DATE_MS_MIN, "Sat, 01 Jan 0000 00:00:00 GMT"},
    };
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        char text[DATE_HTTP_BYTES];
        date_format_http(rows[i].ms, text);
        assert_string_equal(text, rows[i].text);
    }
}

static void reading_undoes_writing_of_http_dates(void **state)
{
    (void)state;
    struct chance chance = chance_begin(__func__);
    for (int round = 0; round < 100000; round++) {
        const int64_t seconds = chance_between(&chance, DATE_MS_MIN / 1000, DATE_MS_MAX / 1000);
        char text[DATE_HTTP_BYTES];
        date_format_http(seconds * 1000, text);
        int64_t ms = 0;
        assert_true(date_parse_http(bytes_from_text(text), &ms));
        assert_true(ms == seconds * 1000);
    }
}

static void invalid_http_dates_are_refused_and_change_nothing(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "",
        "Sun",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nov 1994 08:49:37 +0000",
        "Sun, 06 Nov 1994 08:49:37 GMT ",
        " Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 06 nov 1994 08:49:37 GMT",
        "Sun, 06 Foo 1994 08:49:37 GMT",
        "Sun, 06 Nov 94 08:49:37 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 31 Nov 1994 08:49:37 GMT",
        "Sun, 29 Feb 2023 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:60:37 GMT",
        "Sun, 06 Nov 1994 08:49:60 GMT",
        "Sun, 06 Nov 1994 8:49:37 GMT",
        "Sun, 06-Nov-1994 08:49:37 GMT",
    };
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        int64_t ms = 42;
        EXPECT(rows[i], !date_parse_http(bytes_from_text(rows[i]), &ms));
        EXPECT(rows[i], ms == 42);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(valid_dates_have_these_moments),
        cmocka_unit_test(invalid_dates_are_refused_and_change_nothing),
        cmocka_unit_test(milliseconds_are_written_where_they_are_not_zero),
        cmocka_unit_test(reading_undoes_writing),
        cmocka_unit_test(http_date_is_written_as_the_contract_shows_it),
        cmocka_unit_test(reading_undoes_writing_of_http_dates),
        cmocka_unit_test(invalid_http_dates_are_refused_and_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
