/* What stands between a plan and its sending: the brake on zeroes, and a person's word where SKUs
 * that a file lacks are to lose their stock. */
#ifndef CTL_CONSENT_H
#define CTL_CONSENT_H

#include "ctl/plan.h"

struct consent {
    struct plan_zeroes zeroes;
    int64_t zero_percent_max;
    int64_t lacking;  /* SKUs that become zero because the file lacks them. */
    const char *name; /* Of the file. */
    bool is_given;    /* --yes */
    bool can_ask;     /* Standard input is free for an answer. */
};

/* Whether the plan may be sent. False: why not was said. */
MUST_USE bool consent_get(struct progress *progress, const struct consent *consent);

#endif
