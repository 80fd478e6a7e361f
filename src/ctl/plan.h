/* What a push is going to send: cells that want something become batches of the outbox. And how
 * much of the stock that would sell out. */
#ifndef CTL_PLAN_H
#define CTL_PLAN_H

#include "ctl/campaign.h"

/* How much of what has stock is to become zero. */
struct plan_zeroes {
    int64_t in_stock; /* SKUs that have units, as far as is known. */
    int64_t to_zero;  /* Of them, those that shall have none. */
};

/* Lets every cell become zero that has units and is not listed in the file. Returns how many. */
int64_t plan_zero_lacking(struct campaign *campaign);

struct plan_zeroes plan_count_zeroes(const struct campaign *campaign);

/* Puts what is wanted into the outbox, in one transaction that survives a power cut. Numbers that
 * become zero stand in front; what waits there from earlier runs stays as it is, but for numbers
 * that are wanted otherwise now, which never leave again. */
MUST_USE enum err plan_write(struct campaign *campaign);

#endif
