/* One push to one campaign, from reading to counting what came of it. */
#ifndef CTL_PUSH_CAMPAIGN_H
#define CTL_PUSH_CAMPAIGN_H

#include "book/book.h"
#include "ctl/command.h"

/* What came of a push, for whoever tells it in words of his own. */
struct push_counts {
    int64_t sent;
    int64_t unchanged;
    int64_t refused;
    int64_t bad;
    int64_t skipped;
    int64_t elapsed_ms;
    bool is_known; /* The push got as far as to count. */
};

struct push_job {
    const struct options *options; /* Which campaign, how, and with what consent. */
    struct book *book;
    const char *file; /* What is read; NULL: the options say it. */
    struct push_counts *counts;
};

/* Pushes, says all troubles, and gives the counts. The book may be used for other jobs before and
 * after. */
enum ctl_exit push_campaign(const struct push_job *job);

#endif
