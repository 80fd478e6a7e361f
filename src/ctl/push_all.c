/* Each campaign reads its source anew: a command runs and a query is asked once for each. */
#include "ctl/push_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/group_choice.h"
#include "ctl/totals.h"

/* From good to bad; what stands further right is told to the caller. */
static const enum ctl_exit order[] = {
    CTL_DONE, CTL_SOME_REFUSED, CTL_HELD, CTL_NOT_ALLOWED, CTL_UNREACHABLE, CTL_USAGE, CTL_MACHINE};

static size_t rank(enum ctl_exit code)
{
    const size_t count = sizeof(order) / sizeof(order[0]);
    for (size_t i = 0; i < count; i++) {
        if (order[i] == code)
            return i;
    }
    return count; /* A signal. */
}

/* Whether the next campaign would end the same way. */
static bool ends_all(enum ctl_exit code)
{
    return rank(code) >= rank(CTL_UNREACHABLE);
}

static enum ctl_exit push_members(const struct options *options, struct book *book,
                                  const struct groups *groups, push_all_report *report,
                                  void *context)
{
    enum ctl_exit worst = CTL_DONE;
    const char *file = options->arguments_count > 0 ? options->arguments[0] : options->file;
    for (size_t i = 0; i < groups->count && !ends_all(worst); i++) {
        if (groups->members[i].sent_instead != 0)
            continue;
        struct options own = *options;
        own.campaign_id = groups->members[i].campaign_id;
        struct push_counts counts = {.is_known = false};
        const struct push_job job = {
            .options = &own, .book = book, .file = file, .counts = &counts};
        const enum ctl_exit code = push_campaign(&job);
        report(context, own.campaign_id, code, &counts);
        if (rank(code) > rank(worst))
            worst = code;
    }
    return worst;
}

/* Standard input can be read once. */
static bool can_be_read_again(const struct options *options)
{
    const char *file = options->arguments_count > 0 ? options->arguments[0] : options->file;
    if (options->campaigns.count < 2 || file == NULL || strcmp(file, "-") != 0)
        return true;
    (void)fprintf(stderr, "stockctl: standard input can be read once, for one campaign\n");
    return false;
}

enum ctl_exit push_all(const struct options *options, struct book *book, push_all_report *report,
                       void *context)
{
    if (!can_be_read_again(options))
        return CTL_USAGE;
    struct groups *groups = malloc(sizeof(*groups));
    if (groups == NULL) {
        (void)fprintf(stderr, "stockctl: out of memory\n");
        return CTL_MACHINE;
    }
    enum ctl_exit code = group_choice_make(options, book, groups);
    if (code == CTL_DONE)
        code = push_members(options, book, groups, report, context);
    free(groups);
    return code;
}

void push_counts_print(const struct push_counts *counts, int64_t campaign_id, bool json)
{
    const struct total totals[] = {
        {"campaign", campaign_id},    {"sent", counts->sent}, {"unchanged", counts->unchanged},
        {"refused", counts->refused}, {"bad", counts->bad},   {"skipped", counts->skipped},
    };
    const size_t first = campaign_id > 0 ? 0 : 1;
    if (!counts->is_known)
        return;
    totals_print(stdout, totals + first, sizeof(totals) / sizeof(totals[0]) - first,
                 counts->elapsed_ms, json);
}
