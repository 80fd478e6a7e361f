/* The subcommand diff: what a push of a file would change, by what the server says. The book is not
 * asked: the file is read into cells, and each page of the server's stock is held against them. */
#include "ctl/commands.h"

#include <stdio.h>

#include "ctl/compare.h"
#include "ctl/intake.h"
#include "ctl/option_rows.h"
#include "ctl/pages.h"
#include "ctl/stop.h"
#include "ctl/totals.h"

struct diff {
    struct campaign campaign;
    struct row_source *source;
    struct intake intake;
    struct compare compare;
    int64_t same;
    int64_t differ;
    int64_t only_there; /* Not in the file, with units. */
};

static bool must_stop(const struct diff *diff)
{
    return diff->campaign.session.exit != CTL_DONE || stop_signal() != 0;
}

static void difference(struct diff *diff, struct bytes sku, int64_t there, int64_t here)
{
    diff->differ++;
    compare_print(&diff->compare, sku, there, here);
}

/* Holds one number of the server against the file. A SKU that stands on several warehouses is
 * looked at where it comes first. */
static void view_take(struct diff *diff, const struct stock_view *view)
{
    struct cell *cell = cells_find(diff->campaign.cells, view->sku);
    if (cell == NULL || !cell->is_listed) {
        if (view->available <= 0)
            return;
        diff->only_there++;
        if (diff->campaign.session.options->full)
            difference(diff, view->sku, view->available, 0);
        return;
    }
    if (cell->has_stock)
        return;
    cell->has_stock = 1; /* Seen. */
    if (cell->wanted == CELL_NONE)
        return;
    if (cell->wanted == view->available)
        diff->same++;
    else
        difference(diff, view->sku, view->available, cell->wanted);
}

static void diff_pages(struct diff *diff)
{
    struct pages pages;
    struct get_stocks_answer answer;
    pages_init(&pages, &diff->campaign.session, diff->campaign.session.options->warehouse_id);
    while (!must_stop(diff) && pages_next(&pages, &answer)) {
        for (uint32_t i = 0; i < answer.views_count; i++)
            view_take(diff, &answer.views[i]);
        progress_update(&diff->campaign.session.progress, pages.views, 0);
    }
    const bool complete = pages_are_complete(&pages);
    pages_deinit(&pages);
    for (uint32_t i = 0; complete && i < cells_count(diff->campaign.cells); i++) {
        const struct cell *cell = cells_at(diff->campaign.cells, i);
        if (cell->wanted == CELL_NONE || cell->has_stock)
            continue;
        if (cell->wanted == 0) /* What is not there has no units either. */
            diff->same++;
        else
            difference(diff, cells_sku(diff->campaign.cells, cell), CELL_NONE, cell->wanted);
    }
}

static void print_totals(const struct diff *diff)
{
    const struct session *session = &diff->campaign.session;
    const struct total totals[] = {
        {"different", diff->differ},       {"same", diff->same},
        {"only_there", diff->only_there},  {"bad", diff->intake.bad},
        {"skipped", diff->intake.skipped},
    };
    totals_print(stdout, totals, sizeof(totals) / sizeof(totals[0]),
                 progress_elapsed_ms(&session->progress),
                 session->options->output_form == OUTPUT_JSON);
}

static enum ctl_exit diff_source(struct diff *diff, const struct options *options,
                                 struct book *book)
{
    campaign_begin(&diff->campaign, options, book, "SKUs");
    diff->intake =
        (struct intake){.campaign = &diff->campaign, .source = diff->source, .send_all = true};
    diff->compare = (struct compare){.campaign = &diff->campaign, .here = "here"};
    struct session *session = &diff->campaign.session;
    if (session->exit == CTL_DONE) {
        intake_read(&diff->intake);
        if (!must_stop(diff))
            diff_pages(diff);
        progress_end(&session->progress);
        print_totals(diff);
    }
    const bool is_same = diff->differ + diff->intake.bad == 0;
    const enum ctl_exit code = session_exit(session, is_same ? CTL_DONE : CTL_SOME_REFUSED);
    campaign_end(&diff->campaign);
    intake_deinit(&diff->intake);
    return code;
}

static enum ctl_exit diff_run(const struct options *options)
{
    struct diff diff = {.same = 0};
    struct source_choice choice = {.database = NULL};
    struct book *book = NULL;
    struct buffer problem;
    buffer_init(&problem);
    const char *file = options->arguments_count > 0 ? options->arguments[0] : NULL;
    enum ctl_exit code = intake_open(options, file, &choice, &diff.source);
    if (code == CTL_DONE && book_open(NULL, &problem, &book) != OK) {
        (void)fprintf(stderr, "stockctl: %s\n", buffer_text(&problem));
        code = CTL_MACHINE;
    }
    if (code == CTL_DONE)
        code = diff_source(&diff, options, book);
    book_close(book);
    row_source_close(diff.source);
    source_choice_end(&choice);
    buffer_deinit(&problem);
    return code;
}

/* clang-format off */
static const struct option_row diff_options[] = {
    {.name = "full", .kind = OPTION_FLAG, OPTION_MEMBER(full),
     .help = "what has stock there and is not in FILE differs, too"},
    {.name = "warehouse", .value_name = "ID", .kind = OPTION_NUMBER, .min = 1, .max = INT64_MAX,
     OPTION_MEMBER(warehouse_id), .help = "only what lies there"},
    {.name = NULL},
};

const struct command diff_command = {
    .name = "diff",
    .summary = "show where a file of leftovers differs from a store",
    .arguments = "FILE",
    .arguments_min = 0,
    .arguments_max = 1,
    .description =
        "Reads FILE as push does, and all stock of the store, and shows each SKU whose number\n"
        "is another: there and here, - where there is none. Nothing is changed, and the book\n"
        "plays no part. What was ordered meanwhile shows as a difference: count is what can be\n"
        "ordered.\n"
        "\n"
        "Prints different=N same=N only_there=N bad=N skipped=N seconds=S; with --output json\n"
        "each difference is an object on a line of its own before that.\n"
        "Exit status: 0 no difference, 1 some, or bad rows, 2 usage, or a file that cannot be\n"
        "read, 3 server not reached, 4 not allowed or no such store, 5 no memory, 130\n"
        "interrupted.\n",
    .examples =
        "  stockctl diff leftovers.csv --campaign 10003 --token-file token\n"
        "  stockctl diff leftovers.csv --campaign 10003 --full --output json\n",
    .options = {diff_options, input_options, buffer_options, campaign_options,
                remote_options, profile_options, common_options},
    .run = diff_run,
};
/* clang-format on */
