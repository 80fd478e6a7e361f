/* What both versions of the methods about a seller's warehouses share. */
#ifndef API_WAREHOUSE_LIST_H
#define API_WAREHOUSE_LIST_H

#include "api/api_internal.h"
#include "call/query.h"
#include "wire/warehouses.h"

/* As an answer shows it, but for its campaign's availability. Lends from `facts`. */
struct warehouses_item warehouse_list_item(const struct warehouse_facts *facts);

/* All warehouses of the subject's business, by id, in the arena. False: no memory. */
MUST_USE bool warehouse_list_all(struct api_call *call, struct warehouse_facts **rows,
                                 uint32_t *rows_count);

enum { WAREHOUSE_PAGE_MAX = 30 };

/* A request for a page of warehouses. */
struct warehouse_page {
    struct warehouses_request request;
    uint32_t limit; /* 1…WAREHOUSE_PAGE_MAX */
    int64_t after_id;
    uint64_t filter;
};

/* Reads query and body into a page in the arena, call->state. False: as in struct operation. */
MUST_USE bool warehouse_page_decode(struct api_call *call, const struct json_value *root,
                                    const struct query_limits *limits,
                                    const struct warehouses_rules *rules);

/* Replies with a page. `rows` are what comes behind page->after_id, one row more than it shows
 * where there are more; `parts` are shown beside what the body asked for. */
void warehouse_page_reply(struct api_call *call, const struct warehouse_facts *rows,
                          uint32_t rows_count, uint32_t parts);

/* Switches a warehouse on or off, durably. False: refused. Blocks for a sync, on a thread of the
 * server: it is rare, and the method stays simple. */
MUST_USE bool warehouse_enable(struct api_call *call, int64_t warehouse_id, bool enabled);

#endif
