/* Which stores and warehouses the token sees (CONTRACT §5, §6), read page by page. */
#ifndef CTL_STORES_H
#define CTL_STORES_H

#include "ctl/ask.h"

/* A store. Texts lend for the visit. */
struct store_fact {
    int64_t id; /* campaignId */
    int64_t business_id;
    struct bytes name; /* `domain` */
    struct bytes business_name;
    struct bytes placement;    /* `FBS`, … */
    struct bytes availability; /* `AVAILABLE`, … */
};

/* A warehouse of a seller. What an answer leaves out is 0, or no bytes. */
struct warehouse_fact {
    int64_t id;
    int64_t campaign_id;
    struct bytes name;
    int64_t group_id; /* 0: in none. Warehouses of one group share their stock. */
    struct bytes group_name;
    struct bytes city;
    bool express;
    bool off; /* Switched off by the seller. */
};

/* Called with one after another; false ends the reading, and is its result. */
typedef bool store_visit(void *context, const struct store_fact *store);
typedef bool warehouse_visit(void *context, const struct warehouse_fact *warehouse);

/* Read all stores of the token, or all warehouses of a business. False: the run ends, and why was
 * said; a refusal (400) ends it as well. */
bool stores_read(struct session *session, store_visit *visit, void *context);
bool warehouses_read(struct session *session, int64_t business_id, warehouse_visit *visit,
                     void *context);

#endif
