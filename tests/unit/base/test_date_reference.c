/* Dates against a slow, plain reader that shares nothing with the fast one: it matches the text
 * with a regular expression and lets timegm() know the calendar. */
#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "../../support/chance.h"
#include "../../support/expect.h"
#include "base/date.h"

enum { TEXT_BYTES_MAX = 64, GROUPS_COUNT = 14 };

static const char pattern[] =
    "^([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2})(:([0-9]{2})(\\.([0-9]{1,9}))?)?"
    "([Zz]|([+-])([0-9]{2})(:?[0-9]{2})?)$";

/* The digits of a group as a number, 0 where it matched nothing. */
static long group_number(const char *text, const regmatch_t *group)
{
    long number = 0;
    for (regoff_t i = group->rm_so; i >= 0 && i < group->rm_eo; i++) {
        if (text[i] != ':')
            number = number * 10 + (text[i] - '0');
    }
    return number;
}

/* Milliseconds of the fraction's digits. */
static long fraction_ms(const char *text, const regmatch_t *group)
{
    char digits[4] = "000";
    for (regoff_t i = 0; group->rm_so >= 0 && i < 3 && group->rm_so + i < group->rm_eo; i++)
        digits[i] = text[group->rm_so + i];
    return strtol(digits, NULL, 10);
}

static bool reference_parse(const regex_t *regex, const char *text, int64_t *ms)
{
    regmatch_t groups[GROUPS_COUNT];
    if (regexec(regex, text, GROUPS_COUNT, groups, 0) != 0)
        return false;
    struct tm given = {0};
    given.tm_year = (int)group_number(text, &groups[1]) - 1900;
    given.tm_mon = (int)group_number(text, &groups[2]) - 1;
    given.tm_mday = (int)group_number(text, &groups[3]);
    given.tm_hour = (int)group_number(text, &groups[4]);
    given.tm_min = (int)group_number(text, &groups[5]);
    given.tm_sec = groups[7].rm_so < 0 ? 0 : (int)group_number(text, &groups[7]);
    const long offset_hours = group_number(text, &groups[12]);
    const long offset_minutes = group_number(text, &groups[13]);
    if (offset_minutes > 59 || offset_hours * 60 + offset_minutes > 18L * 60)
        return false;
    /* timegm() mends what is out of range; a date that it changed was no date. */
    struct tm mended = given;
    int64_t seconds = (int64_t)timegm(&mended);
    if (mended.tm_year != given.tm_year || mended.tm_mon != given.tm_mon ||
        mended.tm_mday != given.tm_mday || mended.tm_hour != given.tm_hour ||
        mended.tm_min != given.tm_min || mended.tm_sec != given.tm_sec)
        return false;
    const bool west = groups[11].rm_so >= 0 && text[groups[11].rm_so] == '-';
    seconds -= (west ? INT64_C(-1) : 1) * (offset_hours * 3600 + offset_minutes * 60);
    const int64_t moment = seconds * 1000 + fraction_ms(text, &groups[9]);
    if (moment < DATE_MS_MIN || moment > DATE_MS_MAX)
        return false;
    *ms = moment;
    return true;
}

/* A number of two digits, now and then one past the largest. */
static int some_number(struct chance *chance, int max)
{
    return (int)chance_below(chance, (uint64_t)max + (chance_one_in(chance, 20) ? 3 : 1));
}

/* A text that is a date or nearly one. */
static void some_text(struct chance *chance, char text[TEXT_BYTES_MAX])
{
    static const int years[] = {0, 1, 4, 100, 1600, 1900, 1969, 1970, 2000, 2024, 2100, 9999};
    const int year = chance_one_in(chance, 2) ? years[chance_below(chance, ROWS_COUNT_OF(years))]
                                              : (int)chance_below(chance, 10000);
    int length =
        snprintf(text, TEXT_BYTES_MAX, "%04d-%02d-%02dT%02d:%02d", year, some_number(chance, 12),
                 some_number(chance, 31), some_number(chance, 23), some_number(chance, 59));
    char *end = text + length;
    if (!chance_one_in(chance, 5))
        end += snprintf(end, 8, ":%02d", some_number(chance, 59));
    if (chance_one_in(chance, 3)) {
        *end++ = '.';
        for (uint64_t digits = chance_below(chance, 11); digits > 0; digits--)
            *end++ = (char)('0' + chance_below(chance, 10));
    }
    const char sign = chance_one_in(chance, 2) ? '+' : '-';
    const int hours = some_number(chance, 18);
    const int minutes = some_number(chance, 59);
    static const char *const zones[] = {"Z", "z", ""};
    switch (chance_below(chance, 4)) {
    case 0:
        (void)snprintf(end, 16, "%c%02d:%02d", sign, hours, minutes);
        break;
    case 1:
        (void)snprintf(end, 16, "%c%02d%02d", sign, hours, minutes);
        break;
    case 2:
        (void)snprintf(end, 16, "%c%02d", sign, hours);
        break;
    default:
        (void)snprintf(end, 16, "%s", zones[chance_below(chance, ROWS_COUNT_OF(zones))]);
    }
}

/* Replaces, removes or doubles some characters. */
static void spoil(struct chance *chance, char text[TEXT_BYTES_MAX])
{
    static const char letters[] = "0123456789-+:.TtZz ,/W";
    for (uint64_t times = chance_below(chance, 3); times > 0 && text[0] != '\0'; times--) {
        char *at = text + chance_below(chance, strlen(text));
        if (chance_one_in(chance, 3))
            memmove(at, at + 1, strlen(at));
        else if (chance_one_in(chance, 2) && strlen(text) + 2 < TEXT_BYTES_MAX)
            memmove(at + 1, at, strlen(at) + 1);
        else
            *at = letters[chance_below(chance, sizeof(letters) - 1)];
    }
}

static void both_readers_agree_on_random_texts(void **state)
{
    (void)state;
    struct chance chance = chance_begin(__func__);
    regex_t regex;
    assert_int_equal(regcomp(&regex, pattern, REG_EXTENDED), 0);
    int valid_count = 0;
    enum { ROUNDS = 60000 };
    for (int round = 0; round < ROUNDS; round++) {
        char text[TEXT_BYTES_MAX];
        some_text(&chance, text);
        if (chance_one_in(&chance, 2))
            spoil(&chance, text);
        int64_t ms = 42;
        int64_t reference_ms = 42;
        const bool valid = date_parse_iso8601(bytes_from_text(text), &ms);
        EXPECT(text, valid == reference_parse(&regex, text, &reference_ms));
        EXPECT(text, ms == reference_ms);
        valid_count += valid;
    }
    regfree(&regex);
    assert_true(valid_count > ROUNDS / 10); /* Otherwise this test would say little. */
    assert_true(valid_count < ROUNDS * 9 / 10);
}

static void writing_agrees_with_gmtime(void **state)
{
    (void)state;
    struct chance chance = chance_begin(__func__);
    for (int round = 0; round < 50000; round++) {
        const int64_t ms = chance_between(&chance, DATE_MS_MIN, DATE_MS_MAX);
        const time_t seconds = (time_t)(ms / 1000 - (ms % 1000 < 0));
        struct tm when;
        assert_non_null(gmtime_r(&seconds, &when));
        char clock[16];
        assert_true(strftime(clock, sizeof(clock), "T%H:%M:%S", &when) > 0);
        char date[TEXT_BYTES_MAX];
        (void)snprintf(date, sizeof(date), "%04d-%02d-%02d%s", when.tm_year + 1900, when.tm_mon + 1,
                       when.tm_mday, clock);
        char text[DATE_ISO8601_BYTES_MAX];
        const size_t size = date_format_iso8601(ms, text);
        assert_true(
            bytes_starts_with((struct bytes){(uint8_t *)text, size}, bytes_from_text(date)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_readers_agree_on_random_texts),
        cmocka_unit_test(writing_agrees_with_gmtime),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
