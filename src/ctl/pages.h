/* Reads all stock of a campaign, page after page (CONTRACT §2). */
#ifndef CTL_PAGES_H
#define CTL_PAGES_H

#include "ctl/session.h"
#include "wire/get_stocks.h"

struct pages {
    struct session *session;
    struct arena arena;
    struct buffer query;
    struct buffer body;
    int64_t first_key; /* Of the first SKU of all; once there is one. */
    int64_t views;     /* That came so far. */
    bool is_last;
};

/* Begins; `warehouse_id` is 0 for all. Ended by pages_deinit(). */
void pages_init(struct pages *pages, struct session *session, int64_t warehouse_id);
void pages_deinit(struct pages *pages);

/* Asks for the next page. False: there is none, or the run ends, which session->exit or a signal
 * tells, and why was said. What is given lends until the next call. */
MUST_USE bool pages_next(struct pages *pages, struct get_stocks_answer *answer);

/* Whether all pages came. */
bool pages_are_complete(const struct pages *pages);

#endif
