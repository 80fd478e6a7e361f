/* In patterns `d` is a digit, `T`, `Z` stand for either case, `+` for either sign, all else for
 * itself. */
#include "date_plain.h"

#include <stdio.h>
#include <string.h>

#define MS_PER_DAY INT64_C(86400000)

static const char date_pattern[] = "dddd-dd-ddTdd:dd";

/* Behind it: seconds, with none to nine digits of a fraction. */
static const char *const second_patterns[] = {
    "",          ":dd",        ":dd.d",       ":dd.dd",       ":dd.ddd",       ":dd.dddd",
    ":dd.ddddd", ":dd.dddddd", ":dd.ddddddd", ":dd.dddddddd", ":dd.ddddddddd",
};

/* And behind that. */
static const char *const zone_patterns[] = {"Z", "+dd:dd", "+dddd", "+dd"};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static bool letter_matches(char letter, char pattern)
{
    switch (pattern) {
    case 'd':
        return strchr("0123456789", letter) != NULL && letter != '\0';
    case 'T':
        return letter == 'T' || letter == 't';
    case 'Z':
        return letter == 'Z' || letter == 'z';
    case '+':
        return letter == '+' || letter == '-';
    default:
        return letter == pattern;
    }
}

static bool part_matches(const char *text, const char *pattern)
{
    for (size_t i = 0; pattern[i] != '\0'; i++) {
        if (!letter_matches(text[i], pattern[i]))
            return false;
    }
    return true;
}

static int number_at(const char *text, int digits)
{
    int number = 0;
    for (int i = 0; i < digits; i++)
        number = number * 10 + (text[i] - '0');
    return number;
}

static int days_of_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    static const int days_of_leap[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (year % 400 == 0)
        return days_of_leap[month - 1];
    if (year % 100 == 0)
        return days[month - 1];
    return year % 4 == 0 ? days_of_leap[month - 1] : days[month - 1];
}

/* Days from 0000-01-01, month by month. */
static int64_t days_from_zero(int year, int month, int day)
{
    int64_t days = 0;
    for (int y = 0; y < year; y++)
        days += days_of_month(y, 2) == 29 ? 366 : 365;
    for (int m = 1; m < month; m++)
        days += days_of_month(year, m);
    return days + day - 1;
}

int64_t date_plain_days_before_1970(void)
{
    return days_from_zero(1970, 1, 1);
}

void date_plain_next(struct date_plain_day *day)
{
    day->day++;
    if (day->day <= days_of_month(day->year, day->month))
        return;
    day->day = 1;
    day->month++;
    if (day->month <= 12)
        return;
    day->month = 1;
    day->year++;
}

/* The milliseconds of `:ss.fffffffff` or less. */
static int64_t seconds_ms(const char *text, size_t size)
{
    if (size == 0)
        return 0;
    char digits[] = "000";
    for (size_t i = 4; i < size && i < 7; i++)
        digits[i - 4] = text[i];
    return number_at(text + 1, 2) * INT64_C(1000) + number_at(digits, 3);
}

/* Minutes east of Greenwich, or what no zone is. */
enum { ZONE_MINUTES_MAX = 18 * 60, NO_ZONE = 100000 };

static int zone_minutes(const char *text, size_t size)
{
    if (size == 1)
        return 0;
    const int hours = number_at(text + 1, 2);
    const int minutes = size == 3 ? 0 : number_at(text + size - 2, 2);
    if (minutes > 59 || hours * 60 + minutes > ZONE_MINUTES_MAX)
        return NO_ZONE;
    return text[0] == '-' ? -(hours * 60 + minutes) : hours * 60 + minutes;
}

/* The text has these three parts. */
static bool parts_to_ms(const char *text, size_t seconds_bytes, size_t zone_bytes, int64_t *ms)
{
    const size_t date_bytes = sizeof(date_pattern) - 1;
    const int year = number_at(text, 4);
    const int month = number_at(text + 5, 2);
    const int day = number_at(text + 8, 2);
    const int hour = number_at(text + 11, 2);
    const int minute = number_at(text + 14, 2);
    const int64_t behind_minute_ms = seconds_ms(text + date_bytes, seconds_bytes);
    const int east = zone_minutes(text + date_bytes + seconds_bytes, zone_bytes);
    if (month < 1 || month > 12 || day < 1 || day > days_of_month(year, month))
        return false;
    if (hour > 23 || minute > 59 || behind_minute_ms >= 60000 || east == NO_ZONE)
        return false;
    const int64_t from_zero_ms = days_from_zero(year, month, day) * MS_PER_DAY +
                                 (hour * INT64_C(60) + minute - east) * 60000 + behind_minute_ms;
    if (from_zero_ms < 0 || from_zero_ms >= days_from_zero(10000, 1, 1) * MS_PER_DAY)
        return false;
    *ms = from_zero_ms - date_plain_days_before_1970() * MS_PER_DAY;
    return true;
}

bool date_plain_parse(const char *text, size_t size, int64_t *ms)
{
    for (size_t s = 0; s < COUNT_OF(second_patterns); s++) {
        for (size_t z = 0; z < COUNT_OF(zone_patterns); z++) {
            const size_t date_bytes = sizeof(date_pattern) - 1;
            const size_t seconds_bytes = strlen(second_patterns[s]);
            const size_t zone_bytes = strlen(zone_patterns[z]);
            if (size != date_bytes + seconds_bytes + zone_bytes)
                continue;
            if (part_matches(text, date_pattern) &&
                part_matches(text + date_bytes, second_patterns[s]) &&
                part_matches(text + date_bytes + seconds_bytes, zone_patterns[z]))
                return parts_to_ms(text, seconds_bytes, zone_bytes, ms);
        }
    }
    return false;
}

void date_plain_format(int64_t ms, char text[DATE_PLAIN_BYTES])
{
    int64_t left_ms = ms + date_plain_days_before_1970() * MS_PER_DAY;
    struct date_plain_day day = {0, 1, 1};
    for (;;) {
        const int64_t year_days = days_of_month(day.year, 2) == 29 ? 366 : 365;
        if (left_ms < year_days * MS_PER_DAY)
            break;
        left_ms -= year_days * MS_PER_DAY;
        day.year++;
    }
    for (; left_ms >= MS_PER_DAY; left_ms -= MS_PER_DAY)
        date_plain_next(&day);
    const int of_day_ms = (int)left_ms;
    char fraction[16] = "";
    if (of_day_ms % 1000 != 0)
        (void)snprintf(fraction, sizeof(fraction), ".%03d", of_day_ms % 1000);
    (void)snprintf(text, DATE_PLAIN_BYTES, "%04d-%02d-%02dT%02d:%02d:%02d%sZ", day.year % 10000,
                   day.month, day.day, of_day_ms / 3600000, of_day_ms / 60000 % 60,
                   of_day_ms / 1000 % 60, fraction);
}
