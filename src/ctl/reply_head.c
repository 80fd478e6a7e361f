/* A table from names to members; the kind of value follows from the name. */
#include "ctl/reply_head.h"

#include "base/date.h"

enum value_kind { VALUE_NUMBER, VALUE_DATE };

struct header_row {
    struct bytes name;
    enum value_kind kind;
    size_t offset; /* Of the member in struct reply_head. */
};

static const struct header_row header_rows[] = {
    {BYTES_INIT("X-RateLimit-Resource-Limit"), VALUE_NUMBER, offsetof(struct reply_head, limit)},
    {BYTES_INIT("X-RateLimit-Resource-Remaining"), VALUE_NUMBER,
     offsetof(struct reply_head, remaining)},
    {BYTES_INIT("X-RateLimit-Resource-Until"), VALUE_DATE, offsetof(struct reply_head, until_ms)},
    {BYTES_INIT("Date"), VALUE_DATE, offsetof(struct reply_head, date_ms)},
    {BYTES_INIT("Retry-After"), VALUE_NUMBER, offsetof(struct reply_head, retry_after_s)},
    {BYTES_INIT("Retry-After"), VALUE_DATE, offsetof(struct reply_head, retry_after_date_ms)},
};

enum { HEADER_ROWS = sizeof(header_rows) / sizeof(header_rows[0]) };

void reply_head_init(struct reply_head *head)
{
    *head = (struct reply_head){-1, -1, -1, -1, -1, -1};
}

void reply_head_take(struct reply_head *head, struct bytes line)
{
    if (bytes_starts_with(line, BYTES("HTTP/"))) {
        reply_head_init(head);
        return;
    }
    struct bytes name;
    const struct bytes value = bytes_trim(bytes_split(line, ':', &name));
    for (int i = 0; i < HEADER_ROWS; i++) {
        const struct header_row *row = &header_rows[i];
        if (!bytes_equal_ignoring_case(name, row->name))
            continue;
        int64_t number = -1;
        const bool is_read = row->kind == VALUE_NUMBER ? bytes_to_int64(value, &number)
                                                       : date_parse_http(value, &number);
        if (is_read && number >= 0)
            *(int64_t *)(void *)((uint8_t *)head + row->offset) = number;
    }
}

int64_t reply_head_retry_ms(const struct reply_head *head)
{
    if (head->retry_after_s >= 0)
        return head->retry_after_s < INT64_MAX / 1000 ? head->retry_after_s * 1000 : INT64_MAX;
    if (head->retry_after_date_ms < 0 || head->date_ms < 0)
        return -1;
    const int64_t wait_ms = head->retry_after_date_ms - head->date_ms;
    return wait_ms > 0 ? wait_ms : 0;
}
