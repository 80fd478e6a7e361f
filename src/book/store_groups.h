/* Which group of warehouses a campaign belongs to, as the server said it last: it may be asked a
 * hundred times an hour only. */
#ifndef BOOK_STORE_GROUPS_H
#define BOOK_STORE_GROUPS_H

#include "book/book.h"

struct store_group {
    int64_t campaign_id;
    int64_t group_id; /* 0: in none. */
    struct bytes name;
    int64_t asked_ms;
};

/* Keeps what was said, in place of what was said before. */
MUST_USE enum err store_groups_put(struct book *book, struct bytes url,
                                   const struct store_group *group);

/* Gives what was said of a campaign; appends the name to *name, which lends it. ERR_NOT_FOUND. */
MUST_USE enum err store_groups_get(struct book *book, struct bytes url, int64_t campaign_id,
                                   struct store_group *group, struct buffer *name);

#endif
