/* Sends what waits in the outbox of a campaign until nothing is left, two requests at once, and
 * writes down what was acknowledged. What the server refuses is taken apart until the guilty rows
 * are named. */
#ifndef CTL_SENDER_H
#define CTL_SENDER_H

#include "ctl/campaign.h"
#include "sheet/row_source.h"

struct sender_totals {
    int64_t sent;
    int64_t refused;
    int64_t unsent; /* They wait in the outbox. */
};

/* Sends all. `source` tells where rows stand; NULL: nothing was read. */
void sender_run(struct campaign *campaign, const struct row_source *source,
                struct sender_totals *totals);

#endif
