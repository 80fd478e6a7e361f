/* The calendar is the proleptic Gregorian one, counted in days since 1970-01-01 by shifting the
 * year to begin in March, so that the leap day is its last. */
#include "base/date.h"

#include <string.h>

#define MS_PER_SECOND INT64_C(1000)

enum {
    SECONDS_PER_MINUTE = 60,
    SECONDS_PER_HOUR = 3600,
    SECONDS_PER_DAY = 86400,
    DAYS_PER_ERA = 146097, /* 400 years. */
    DAYS_BEFORE_1970 = 719468,
    OFFSET_MINUTES_MAX = 18 * 60,
    FRACTION_DIGITS_MAX = 9,
};

static const char *const month_names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
static const char *const day_names[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};

/* A day and a time of day in UTC. Month and day count from 1. */
struct calendar {
    int64_t year;
    int64_t month;
    int64_t day;
    int64_t hour;
    int64_t minute;
    int64_t second;
    int64_t ms;
};

static int64_t divide_down(int64_t value, int64_t by)
{
    return value / by - (value % by < 0);
}

static int64_t days_from_date(int64_t year, int64_t month, int64_t day)
{
    const int64_t shifted_year = year - (month <= 2);
    const int64_t era = divide_down(shifted_year, 400);
    const int64_t year_of_era = shifted_year - era * 400;
    const int64_t shifted_month = (month + 9) % 12;
    const int64_t day_of_year = (153 * shifted_month + 2) / 5 + day - 1;
    const int64_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * DAYS_PER_ERA + day_of_era - DAYS_BEFORE_1970;
}

static struct calendar calendar_from_ms(int64_t ms)
{
    const int64_t seconds = divide_down(ms, MS_PER_SECOND);
    const int64_t days = divide_down(seconds, SECONDS_PER_DAY);
    const int64_t of_day = seconds - days * SECONDS_PER_DAY;
    const int64_t shifted = days + DAYS_BEFORE_1970;
    const int64_t era = divide_down(shifted, DAYS_PER_ERA);
    const int64_t day_of_era = shifted - era * DAYS_PER_ERA;
    const int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int64_t shifted_month = (5 * day_of_year + 2) / 153;
    const int64_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
    return (struct calendar){
        .year = year_of_era + era * 400 + (month <= 2),
        .month = month,
        .day = day_of_year - (153 * shifted_month + 2) / 5 + 1,
        .hour = of_day / SECONDS_PER_HOUR,
        .minute = of_day % SECONDS_PER_HOUR / SECONDS_PER_MINUTE,
        .second = of_day % SECONDS_PER_MINUTE,
        .ms = ms - seconds * MS_PER_SECOND,
    };
}

static int64_t days_in_month(int64_t year, int64_t month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

static bool calendar_is_valid(const struct calendar *when)
{
    return when->month >= 1 && when->month <= 12 && when->day >= 1 &&
           when->day <= days_in_month(when->year, when->month) && when->hour <= 23 &&
           when->minute <= 59 && when->second <= 59;
}

static int64_t calendar_to_ms(const struct calendar *when)
{
    const int64_t days = days_from_date(when->year, when->month, when->day);
    const int64_t seconds = days * SECONDS_PER_DAY + when->hour * SECONDS_PER_HOUR +
                            when->minute * SECONDS_PER_MINUTE + when->second;
    return seconds * MS_PER_SECOND + when->ms;
}

/* Takes exactly `count` decimal digits. */
static int64_t take_digits(struct cursor *cursor, size_t count)
{
    const struct bytes digits = cursor_bytes(cursor, count);
    int64_t number = 0;
    for (size_t i = 0; i < digits.size; i++) {
        if (digits.data[i] < '0' || digits.data[i] > '9')
            cursor->failed = true;
        number = number * 10 + (digits.data[i] - '0');
    }
    return number;
}

static void take_literal(struct cursor *cursor, char expected)
{
    if (cursor_u8(cursor) != (uint8_t)expected)
        cursor->failed = true;
}

static bool next_is(const struct cursor *cursor, char expected)
{
    return cursor_left(cursor) > 0 && cursor->at[0] == (uint8_t)expected;
}

/* Takes `.f…` and returns the milliseconds in it. */
static int64_t take_fraction(struct cursor *cursor)
{
    take_literal(cursor, '.');
    int64_t ms = 0;
    size_t digits = 0;
    while (cursor_left(cursor) > 0 && cursor->at[0] >= '0' && cursor->at[0] <= '9') {
        const int64_t digit = take_digits(cursor, 1);
        if (digits < 3)
            ms = ms * 10 + digit;
        digits++;
    }
    if (digits == 0 || digits > FRACTION_DIGITS_MAX)
        cursor->failed = true;
    for (size_t i = digits; i < 3; i++)
        ms *= 10;
    return ms;
}

/* Takes the offset from UTC and returns it in seconds. */
static int64_t take_offset(struct cursor *cursor)
{
    const uint8_t sign = cursor_u8(cursor);
    if (sign == 'Z' || sign == 'z')
        return 0;
    if (sign != '+' && sign != '-')
        cursor->failed = true;
    const int64_t hours = take_digits(cursor, 2);
    int64_t minutes = 0;
    if (cursor_left(cursor) > 0) {
        if (next_is(cursor, ':'))
            take_literal(cursor, ':');
        minutes = take_digits(cursor, 2);
    }
    const int64_t seconds = hours * SECONDS_PER_HOUR + minutes * SECONDS_PER_MINUTE;
    if (minutes > 59 || hours * 60 + minutes > OFFSET_MINUTES_MAX)
        cursor->failed = true;
    return sign == '-' ? -seconds : seconds;
}

bool date_parse_iso8601(struct bytes text, int64_t *ms)
{
    struct cursor cursor = cursor_begin(text);
    struct calendar when = {0};
    when.year = take_digits(&cursor, 4);
    take_literal(&cursor, '-');
    when.month = take_digits(&cursor, 2);
    take_literal(&cursor, '-');
    when.day = take_digits(&cursor, 2);
    take_literal(&cursor, next_is(&cursor, 't') ? 't' : 'T');
    when.hour = take_digits(&cursor, 2);
    take_literal(&cursor, ':');
    when.minute = take_digits(&cursor, 2);
    if (next_is(&cursor, ':')) {
        take_literal(&cursor, ':');
        when.second = take_digits(&cursor, 2);
        if (next_is(&cursor, '.'))
            when.ms = take_fraction(&cursor);
    }
    const int64_t offset_seconds = take_offset(&cursor);
    if (cursor.failed || cursor_left(&cursor) > 0 || !calendar_is_valid(&when))
        return false;
    const int64_t parsed_ms = calendar_to_ms(&when) - offset_seconds * MS_PER_SECOND;
    if (parsed_ms < DATE_MS_MIN || parsed_ms > DATE_MS_MAX)
        return false;
    *ms = parsed_ms;
    return true;
}

static char *put_digits(char *at, int64_t value, int count)
{
    for (int i = count - 1; i >= 0; i--) {
        at[i] = (char)('0' + value % 10);
        value /= 10;
    }
    return at + count;
}

static char *put_char(char *at, char letter)
{
    *at = letter;
    return at + 1;
}

static char *put_name(char *at, const char *name)
{
    memcpy(at, name, 3);
    return at + 3;
}

static char *put_time(char *at, const struct calendar *when)
{
    at = put_char(put_digits(at, when->hour, 2), ':');
    at = put_char(put_digits(at, when->minute, 2), ':');
    return put_digits(at, when->second, 2);
}

static void day_begin(struct date_day *day, int64_t ms)
{
    const struct calendar when = calendar_from_ms(ms);
    ASSERT(when.year >= 0 && when.year <= 9999);
    char *at = put_char(put_digits(day->text, when.year, 4), '-');
    at = put_char(put_digits(at, when.month, 2), '-');
    (void)put_char(put_digits(at, when.day, 2), 'T');
}

size_t date_format_iso8601_of_day(int64_t ms, struct date_day *day,
                                  char text[DATE_ISO8601_BYTES_MAX])
{
    const int64_t number = divide_down(ms, (int64_t)SECONDS_PER_DAY * MS_PER_SECOND);
    if (number != day->number || day->text[0] == '\0')
        day_begin(day, ms);
    day->number = number;
    const uint32_t of_day = (uint32_t)(ms - number * SECONDS_PER_DAY * MS_PER_SECOND);
    const uint32_t second = of_day / MS_PER_SECOND;
    const struct calendar when = {
        .hour = second / SECONDS_PER_HOUR,
        .minute = second % SECONDS_PER_HOUR / SECONDS_PER_MINUTE,
        .second = second % SECONDS_PER_MINUTE,
        .ms = of_day % MS_PER_SECOND,
    };
    memcpy(text, day->text, sizeof(day->text));
    char *at = put_time(text + sizeof(day->text), &when);
    if (when.ms != 0)
        at = put_digits(put_char(at, '.'), when.ms, 3);
    at = put_char(at, 'Z');
    return (size_t)(at - text);
}

size_t date_format_iso8601(int64_t ms, char text[DATE_ISO8601_BYTES_MAX])
{
    struct date_day day = {.number = 0};
    return date_format_iso8601_of_day(ms, &day, text);
}

void date_format_http(int64_t ms, char text[DATE_HTTP_BYTES])
{
    const struct calendar when = calendar_from_ms(ms);
    const int64_t days = divide_down(ms, (int64_t)SECONDS_PER_DAY * MS_PER_SECOND);
    char *at = put_name(text, day_names[days - divide_down(days, 7) * 7]);
    at = put_char(put_char(at, ','), ' ');
    at = put_char(put_digits(at, when.day, 2), ' ');
    at = put_char(put_name(at, month_names[when.month - 1]), ' ');
    at = put_char(put_digits(at, when.year, 4), ' ');
    at = put_time(at, &when);
    memcpy(at, " GMT", sizeof(" GMT"));
}

bool date_parse_http(struct bytes text, int64_t *ms)
{
    struct cursor cursor = cursor_begin(text);
    struct calendar when = {0};
    (void)cursor_bytes(&cursor, 5); /* The day's name says nothing that the date does not. */
    when.day = take_digits(&cursor, 2);
    take_literal(&cursor, ' ');
    const struct bytes name = cursor_bytes(&cursor, 3);
    for (int64_t i = 0; i < 12; i++) {
        if (bytes_equal(name, bytes_from_text(month_names[i])))
            when.month = i + 1;
    }
    take_literal(&cursor, ' ');
    when.year = take_digits(&cursor, 4);
    take_literal(&cursor, ' ');
    when.hour = take_digits(&cursor, 2);
    take_literal(&cursor, ':');
    when.minute = take_digits(&cursor, 2);
    take_literal(&cursor, ':');
    when.second = take_digits(&cursor, 2);
    if (!bytes_equal(cursor_bytes(&cursor, 4), BYTES(" GMT")))
        return false;
    if (cursor.failed || cursor_left(&cursor) > 0 || !calendar_is_valid(&when))
        return false;
    *ms = calendar_to_ms(&when);
    return true;
}
