/* Dates as text: ISO 8601 with an offset (CONTRACT §0.4, C12, C25) and the date of HTTP headers.
 * A moment is milliseconds since 1970-01-01T00:00:00Z, negative before. */
#ifndef BASE_DATE_H
#define BASE_DATE_H

#include "base/bytes.h"

/* 0000-01-01T00:00:00Z and 9999-12-31T23:59:59.999Z. */
#define DATE_MS_MIN INT64_C(-62167219200000)
#define DATE_MS_MAX INT64_C(253402300799999)

/* Reads `YYYY-MM-DDThh:mm[:ss[.f…]]` and `Z`, `±hh:mm`, `±hhmm` or `±hh`, and nothing beside it.
 * Years 0000…9999 also after the offset, offsets up to 18 hours, at most nine fraction digits, cut
 * to milliseconds. False when it is not such a date; *ms is untouched then. */
MUST_USE bool date_parse_iso8601(struct bytes text, int64_t *ms);

/* Writes the moment in UTC, `2017-11-20T21:42:42Z`, with `.mmm` only where it is not zero.
 * `ms` lies in the years 0000…9999. Returns the length; no NUL is written. */
enum { DATE_ISO8601_BYTES_MAX = 24 };
size_t date_format_iso8601(int64_t ms, char text[DATE_ISO8601_BYTES_MAX]);

/* The same, for many moments of which most lie on the day of the one before: `day` is all zeros
 * before the first. */
struct date_day {
    int64_t number; /* Days since 1970-01-01. */
    char text[11];  /* As in front of the time of day, with the `T`; zeros: there is none yet. */
};
size_t date_format_iso8601_of_day(int64_t ms, struct date_day *day,
                                  char text[DATE_ISO8601_BYTES_MAX]);

/* Writes `Thu, 10 Jul 2018 00:42:42 GMT` with a NUL behind it. */
enum { DATE_HTTP_BYTES = 30 };
void date_format_http(int64_t ms, char text[DATE_HTTP_BYTES]);

/* Reads what date_format_http() writes. False when it is not such a date. */
MUST_USE bool date_parse_http(struct bytes text, int64_t *ms);

#endif
