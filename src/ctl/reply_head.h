/* The headers of an answer that a client has to obey, read line by line as they come. Pure. */
#ifndef CTL_REPLY_HEAD_H
#define CTL_REPLY_HEAD_H

#include "base/bytes.h"

/* A header that did not come, or cannot be read, is negative. */
struct reply_head {
    int64_t limit;
    int64_t remaining;
    int64_t until_ms;
    int64_t date_ms;
    int64_t retry_after_s;       /* Retry-After as a number … */
    int64_t retry_after_date_ms; /* … or as a date. */
};

void reply_head_init(struct reply_head *head);

/* Takes one line, with or without its end. A status line begins a new head (1xx, redirects). */
void reply_head_take(struct reply_head *head, struct bytes line);

/* The wait that Retry-After asks for, by the server's own clock; negative: none. */
int64_t reply_head_retry_ms(const struct reply_head *head);

#endif
