/* ISO 8601 once more, slow and plain, to hold base/date.h against: every form of the grammar is
 * written out as a pattern, and days are counted one by one. It shares nothing with base/date.c. */
#ifndef TESTS_FUZZ_DATE_PLAIN_H
#define TESTS_FUZZ_DATE_PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As date_parse_iso8601(). */
bool date_plain_parse(const char *text, size_t size, int64_t *ms);

/* A day of the calendar, counted from 0000-01-01. */
struct date_plain_day {
    int year;
    int month; /* From 1. */
    int day;   /* From 1. */
};

/* Goes on by one day. */
void date_plain_next(struct date_plain_day *day);

/* Days from 0000-01-01 to 1970-01-01, counted. */
int64_t date_plain_days_before_1970(void);

/* As date_format_iso8601(), with a NUL. */
enum { DATE_PLAIN_BYTES = 64 };
void date_plain_format(int64_t ms, char text[DATE_PLAIN_BYTES]);

#endif
