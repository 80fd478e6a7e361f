/* The subcommand verify: whether the store still has what the book says it was told, and with
 * --repair telling it again. A number that is smaller by no more than what is reserved there, or
 * that bears the moment of what was told, is explained by orders and no drift: to tell it again
 * would sell units twice. */
#include "ctl/commands.h"

#include <stdio.h>

#include "ctl/book_place.h"
#include "ctl/compare.h"
#include "ctl/option_rows.h"
#include "ctl/pages.h"
#include "ctl/plan.h"
#include "ctl/sender.h"
#include "ctl/stop.h"
#include "ctl/totals.h"

struct verify {
    struct campaign campaign;
    struct compare compare;
    int64_t same;
    int64_t ordered;
    int64_t drifted;
    int64_t waiting; /* They are in the outbox: nothing can be said. */
    struct sender_totals totals;
};

static bool must_stop(const struct verify *verify)
{
    return verify->campaign.session.exit != CTL_DONE || stop_signal() != 0;
}

static void drift(struct verify *verify, struct cell *cell, int64_t there)
{
    const struct campaign *campaign = &verify->campaign;
    verify->drifted++;
    compare_print(&verify->compare, cells_sku(campaign->cells, cell), there, cell->told);
    if (!campaign->session.options->repair)
        return;
    const int64_t moment_ms = campaign_moment(campaign, cell);
    cell->wanted = cell->told;
    if (cell->wanted_ms < moment_ms)
        cell->wanted_ms = moment_ms;
}

/* Whether orders made the number smaller: their units are reserved there, or were shipped since,
 * which leaves the moment of what was told. */
static bool is_by_orders(const struct stock_view *view, const struct cell *cell)
{
    return view->updated_at_ms == cell->told_ms || view->available + view->reserved >= cell->told;
}

/* Holds one number of the server against what it was told. */
static void view_take(struct verify *verify, const struct stock_view *view)
{
    struct cell *cell = cells_find(verify->campaign.cells, view->sku);
    if (cell == NULL || cell->is_listed || cell->is_pending)
        return;
    cell->is_listed = 1; /* The store has it. */
    cell->wanted_ms = campaign_moment_behind(view->updated_at_ms);
    const int64_t told = cell->told;
    if (view->available == told)
        verify->same++;
    else if (view->available < told && is_by_orders(view, cell))
        verify->ordered++;
    else
        drift(verify, cell, view->available);
}

static void verify_pages(struct verify *verify)
{
    struct session *session = &verify->campaign.session;
    struct pages pages;
    struct get_stocks_answer answer;
    pages_init(&pages, session, session->options->warehouse_id);
    while (!must_stop(verify) && pages_next(&pages, &answer)) {
        for (uint32_t i = 0; i < answer.views_count; i++)
            view_take(verify, &answer.views[i]);
        progress_update(&session->progress, pages.views, 0);
    }
    const bool complete = pages_are_complete(&pages);
    pages_deinit(&pages);
    for (uint32_t i = 0; complete && i < cells_count(verify->campaign.cells); i++) {
        struct cell *cell = cells_at(verify->campaign.cells, i);
        verify->waiting += cell->is_pending;
        if (cell->is_pending || cell->is_listed)
            continue;
        if (cell->told == 0) /* What is not there has no units either. */
            verify->same++;
        else
            drift(verify, cell, CELL_NONE);
    }
}

/* Tells the store again what it does not have, and what still waits. */
static void repair(struct verify *verify)
{
    if (!campaign_failed(&verify->campaign, plan_write(&verify->campaign)))
        sender_run(&verify->campaign, NULL, &verify->totals);
}

static void print_totals(const struct verify *verify)
{
    const struct session *session = &verify->campaign.session;
    const struct total totals[] = {
        {"drifted", verify->drifted},  {"same", verify->same},
        {"ordered", verify->ordered},  {"waiting", verify->waiting},
        {"sent", verify->totals.sent}, {"refused", verify->totals.refused},
    };
    totals_print(stdout, totals, sizeof(totals) / sizeof(totals[0]),
                 progress_elapsed_ms(&session->progress),
                 session->options->output_form == OUTPUT_JSON);
}

static enum ctl_exit verify_run(const struct options *options)
{
    struct verify verify = {.same = 0};
    struct book *book = NULL;
    if (!book_place_open(options, &book))
        return CTL_USAGE;
    campaign_begin(&verify.campaign, options, book, "SKUs");
    struct session *session = &verify.campaign.session;
    verify.compare = (struct compare){.campaign = &verify.campaign, .here = "known"};
    if (session->exit == CTL_DONE) {
        verify_pages(&verify);
        if (options->repair && !must_stop(&verify))
            repair(&verify);
        progress_end(&session->progress);
        print_totals(&verify);
    }
    const bool is_good =
        options->repair ? verify.totals.refused + verify.totals.unsent == 0 : verify.drifted == 0;
    const enum ctl_exit code = session_exit(session, is_good ? CTL_DONE : CTL_SOME_REFUSED);
    campaign_end(&verify.campaign);
    book_close(book);
    return code;
}

/* clang-format off */
static const struct option_row verify_options[] = {
    {.name = "repair", .kind = OPTION_FLAG, OPTION_MEMBER(repair),
     .help = "send what drifted again"},
    {.name = "warehouse", .value_name = "ID", .kind = OPTION_NUMBER, .min = 1, .max = INT64_MAX,
     OPTION_MEMBER(warehouse_id), .help = "only what lies there"},
    {.name = NULL},
};

const struct command verify_command = {
    .name = "verify",
    .summary = "look whether a store has what it was sent",
    .description =
        "Reads all stock of the store and shows each SKU whose number is not what the book\n"
        "says was sent last: there and known, - where the store does not have it. A number\n"
        "that is smaller was ordered, and is no drift, when as much is reserved or nobody wrote\n"
        "it since. What waits to be sent is not looked at. With --repair what drifted is sent\n"
        "again, and so is what waits.\n"
        "\n"
        "Prints drifted=N same=N ordered=N waiting=N sent=N refused=N seconds=S; with --output\n"
        "json each difference is an object on a line of its own before that.\n"
        "Exit status: 0 nothing drifted, or all was repaired, 1 some did, or was refused,\n"
        "2 usage, 3 server not reached, 4 not allowed or no such store, 5 the book failed or\n"
        "no memory, 130 interrupted.\n",
    .examples =
        "  stockctl verify --campaign 10003 --token-file token\n"
        "  stockctl verify --campaign 10003 --repair --output json\n",
    .options = {verify_options, book_options, campaign_options, remote_options, profile_options,
                common_options},
    .run = verify_run,
};
/* clang-format on */
