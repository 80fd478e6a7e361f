/* Source → cells → plan → outbox → server. All is read before the first number leaves, since zeroes
 * leave first and the brake looks at the whole. Nothing is read before the campaign is ours alone:
 * what another stockctl sends while this one waits would be overwritten with older numbers. */
#include "ctl/push_campaign.h"

#include <inttypes.h>
#include <stdio.h>

#include "ctl/book_place.h"
#include "ctl/consent.h"
#include "ctl/intake.h"
#include "ctl/pages.h"
#include "ctl/plan.h"
#include "ctl/sender.h"
#include "ctl/stop.h"
#include "wire/field.h"

struct push {
    const struct push_job *job;
    struct campaign campaign;
    struct row_source *source;
    struct intake intake;
    struct sender_totals totals;
    bool is_held; /* The brake, or consent that is missing. */
};

static bool must_stop(const struct push *push)
{
    return push->campaign.session.exit != CTL_DONE || stop_signal() != 0;
}

static void hold(struct push *push, const char *why)
{
    push->is_held = true;
    progress_say(&push->campaign.session.progress, "nothing was sent: %s", why);
}

/* Takes from a page which SKUs have units there. What cannot be a SKU is passed over: nobody could
 * tell the store anything about it. */
static enum err stock_take(struct push *push, const struct get_stocks_answer *answer)
{
    for (uint32_t i = 0; i < answer->views_count; i++) {
        const struct stock_view *view = &answer->views[i];
        if (view->available <= 0 || !sku_is_valid(view->sku))
            continue;
        struct cell *cell = NULL;
        const enum err error = cells_enter(push->campaign.cells, view->sku, &cell);
        if (error != OK)
            return error;
        cell->has_stock = 1;
        if (!cell->is_listed && cell->wanted_ms <= view->updated_at_ms)
            cell->wanted_ms = campaign_moment_behind(view->updated_at_ms);
    }
    return OK;
}

/* Lets everything become zero that the file lacks. Returns how many SKUs that are. */
static int64_t lacking_zero(struct push *push)
{
    struct session *session = &push->campaign.session;
    if (push->intake.is_cut || push->intake.nameless > 0) {
        hold(push, push->intake.is_cut
                       ? "what cannot be read to its end says nothing about what it lacks (--full)"
                       : "with --full each row has to say whose count it is");
        return 0;
    }
    struct pages pages;
    struct get_stocks_answer answer;
    pages_init(&pages, session, 0);
    while (!must_stop(push) && pages_next(&pages, &answer)) {
        if (stock_take(push, &answer) != OK)
            session_stop_for_memory(session);
        progress_update(&session->progress, pages.views, 0);
    }
    const bool complete = pages_are_complete(&pages);
    pages_deinit(&pages);
    return complete && !must_stop(push) ? plan_zero_lacking(&push->campaign) : 0;
}

/* Whether what was read may leave. */
static bool may_send(struct push *push)
{
    const struct options *options = push->job->options;
    struct consent consent = {
        .zero_percent_max = options->max_zero_percent,
        .name = row_source_name(push->source),
        .is_given = options->yes,
        .can_ask = push->job->file == NULL || strcmp(push->job->file, "-") != 0,
    };
    if (options->full)
        consent.lacking = lacking_zero(push);
    if (push->is_held || must_stop(push))
        return false;
    consent.zeroes = plan_count_zeroes(&push->campaign);
    push->is_held = !consent_get(&push->campaign.session.progress, &consent);
    return !push->is_held;
}

static void push_rows(struct push *push)
{
    intake_read(&push->intake);
    if (must_stop(push) || !may_send(push))
        return;
    if (!campaign_failed(&push->campaign, plan_write(&push->campaign)))
        sender_run(&push->campaign, push->source, &push->totals);
}

static void counts_take(const struct push *push)
{
    *push->job->counts = (struct push_counts){
        .sent = push->totals.sent,
        .unchanged = push->intake.unchanged,
        .refused = push->totals.refused,
        .bad = push->intake.bad,
        .skipped = push->intake.skipped,
        .elapsed_ms = progress_elapsed_ms(&push->campaign.session.progress),
        .is_known = true,
    };
}

static void print_end(struct push *push)
{
    struct progress *progress = &push->campaign.session.progress;
    progress_end(progress);
    if (stop_signal() != 0)
        progress_say(progress, "interrupted; %" PRId64 " rows were sent", push->totals.sent);
    if (push->intake.stale > 0)
        progress_say(progress,
                     "%" PRId64 " rows are older than what was sent before and change nothing; "
                     "--now takes them for new",
                     push->intake.stale);
    if (push->totals.unsent > 0)
        progress_say(progress, "%" PRId64 " rows were read and not acknowledged; %s",
                     push->totals.unsent,
                     book_place_is_kept(push->job->options)
                         ? "they wait in the book, and the next push sends them"
                         : "push the file again");
    counts_take(push);
}

/* Opens the source. A command or a query has run to its end then, and the moment counts from
 * there. */
static void source_open(struct push *push, struct source_choice *choice)
{
    struct session *session = &push->campaign.session;
    const struct push_job *job = push->job;
    const enum ctl_exit code = intake_open(job->options, job->file, choice, &push->source);
    if (code != CTL_DONE)
        session_stop(session, code);
    push->campaign.started_ms = session->os->now_ms(session->os);
    push->intake = (struct intake){
        .campaign = &push->campaign,
        .source = push->source,
        .send_all = job->options->send_all,
        .stamp_now = job->options->stamp_now,
    };
}

enum ctl_exit push_campaign(const struct push_job *job)
{
    struct push push = {.job = job};
    struct session *session = &push.campaign.session;
    *job->counts = (struct push_counts){.is_known = false};
    struct source_choice choice = {.database = NULL};
    campaign_begin(&push.campaign, job->options, job->book, "rows");
    if (session->exit == CTL_DONE)
        source_open(&push, &choice);
    if (session->exit == CTL_DONE) {
        push_rows(&push);
        print_end(&push);
    }
    const bool is_whole = push.intake.bad + push.totals.refused == 0;
    const enum ctl_exit code = is_whole ? CTL_DONE : CTL_SOME_REFUSED;
    const enum ctl_exit end = session_exit(session, push.is_held ? CTL_HELD : code);
    campaign_end(&push.campaign);
    intake_deinit(&push.intake);
    row_source_close(push.source);
    source_choice_end(&choice);
    return end;
}
