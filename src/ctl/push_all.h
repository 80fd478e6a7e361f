/* A push to all campaigns of a run, one after another, so that two requests are under way at once
 * and never more, whatever their number (CONTRACT §10). Of campaigns that share their stock one is
 * sent. */
#ifndef CTL_PUSH_ALL_H
#define CTL_PUSH_ALL_H

#include "ctl/push_campaign.h"

/* Called behind each campaign with how it ended. */
typedef void push_all_report(void *context, int64_t campaign_id, enum ctl_exit code,
                             const struct push_counts *counts);

/* Pushes what the options say to options->campaigns. A campaign that fails does not keep others
 * from being sent, unless they would fail as well: what is read, the book, the way to the server.
 * Gives the worst that happened. */
enum ctl_exit push_all(const struct options *options, struct book *book, push_all_report *report,
                       void *context);

/* Prints what came of a push, `sent=3 …` or a JSON object, with the campaign in front unless it is
 * 0; nothing when the push did not get as far as to count. */
void push_counts_print(const struct push_counts *counts, int64_t campaign_id, bool json);

#endif
