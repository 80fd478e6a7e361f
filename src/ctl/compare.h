/* Differences between what a campaign has and what it should have, as lines for people or for
 * scripts: of diff and of verify. */
#ifndef CTL_COMPARE_H
#define CTL_COMPARE_H

#include "ctl/campaign.h"

struct compare {
    struct campaign *campaign;
    const char *here; /* What the other number is called: `here`, `known`. */
    bool is_begun;
};

/* Prints one difference; CELL_NONE stands for a number that is not there. */
void compare_print(struct compare *compare, struct bytes sku, int64_t there, int64_t here);

#endif
