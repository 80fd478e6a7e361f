/* The C library knows the zone. */
#include "sheet/local_time.h"

#include <string.h>
#include <time.h>

#include "base/date.h"

enum { MS_PER_S = 1000, DATE_BYTES = 10, TEXT_BYTES_MAX = 40 };

bool local_time_to_moment(int64_t naive_ms, int64_t *ms)
{
    if (naive_ms < DATE_MS_MIN || naive_ms > DATE_MS_MAX)
        return false;
    int64_t rest_ms = naive_ms % MS_PER_S;
    rest_ms += rest_ms < 0 ? MS_PER_S : 0;
    const time_t naive_s = (time_t)((naive_ms - rest_ms) / MS_PER_S);
    struct tm fields;
    if (gmtime_r(&naive_s, &fields) == NULL)
        return false;
    fields.tm_isdst = -1;
    const time_t moment_s = mktime(&fields);
    const int64_t moment_ms = (int64_t)moment_s * MS_PER_S + rest_ms;
    if (moment_ms < DATE_MS_MIN || moment_ms > DATE_MS_MAX)
        return false;
    *ms = moment_ms;
    return true;
}

bool local_time_read(struct bytes text, int64_t *ms)
{
    char copy[TEXT_BYTES_MAX];
    if (text.size <= DATE_BYTES || text.size + 1 > sizeof(copy))
        return false;
    memcpy(copy, text.data, text.size);
    if (copy[DATE_BYTES] == ' ')
        copy[DATE_BYTES] = 'T';
    const struct bytes plain = {(const uint8_t *)copy, text.size};
    if (date_parse_iso8601(plain, ms))
        return true;
    copy[text.size] = 'Z';
    int64_t naive_ms = 0;
    return date_parse_iso8601((struct bytes){plain.data, text.size + 1}, &naive_ms) &&
           local_time_to_moment(naive_ms, ms);
}
