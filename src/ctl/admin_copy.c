/* `stockctl admin copy`: its command line, and what it prints. */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

#include "admin/copy.h"
#include "admin/place.h"
#include "base/hash.h"
#include "base/printable.h"
#include "ctl/command_line.h"
#include "ctl/commands.h"
#include "ctl/option_rows.h"
#include "ctl/stop.h"
#include "wire/json.h"

#define PROGRAM "stockctl admin copy"

static bool is_stopped(void)
{
    return stop_signal() != 0;
}

static const char *shown(const struct copy_place *place)
{
    return place->folder != NULL ? place->folder : place->shown;
}

static void write_json(struct buffer *text, const struct copy_settings *settings,
                       const struct copy_report *report, bool done)
{
    const struct copy_totals *totals = &report->totals;
    const struct {
        const char *name;
        uint64_t value;
    } members[] = {
        {"shelves", totals->shelves},
        {"cells", totals->cells},
        {"available", totals->available},
        {"reserved", totals->reserved},
        {"unfit", totals->unfit},
        {"orders", totals->orders},
        {"openOrders", totals->orders_open},
        {"documents", totals->documents},
    };
    buffer_append_text(text, "{\"from\":");
    json_write_string(text, bytes_from_text(shown(&settings->from)));
    buffer_append_text(text, ",\"to\":");
    json_write_string(text, bytes_from_text(shown(&settings->to)));
    buffer_append_format(text, ",\"done\":%s", done ? "true" : "false");
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]) && done; i++)
        buffer_append_format(text, ",\"%s\":%" PRIu64, members[i].name, members[i].value);
    if (!done) {
        buffer_append_text(text, ",\"problem\":");
        json_write_string(text, bytes_from_text(report->problem));
    }
    buffer_append_format(text, ",\"seconds\":%" PRId64 ".%03" PRId64 "}\n", report->took_ms / 1000,
                         report->took_ms % 1000);
}

static void write_text(struct buffer *text, const struct copy_settings *settings,
                       const struct copy_report *report)
{
    const struct copy_totals *totals = &report->totals;
    buffer_append_format(text, "%s: holds all of %s, compared cell by cell\n", shown(&settings->to),
                         shown(&settings->from));
    buffer_append_format(text, "cells       %" PRIu64 " on %" PRIu64 " shelves\n", totals->cells,
                         totals->shelves);
    buffer_append_format(
        text, "units       %" PRIu64 " available, %" PRIu64 " reserved, %" PRIu64 " unfit\n",
        totals->available, totals->reserved, totals->unfit);
    buffer_append_format(text, "orders      %" PRIu64 ", open: %" PRIu64 "\n", totals->orders,
                         totals->orders_open);
    buffer_append_format(text, "documents   %" PRIu64 "\n", totals->documents);
    buffer_append_format(text, "seconds     %" PRId64 ".%03" PRId64 "\n", report->took_ms / 1000,
                         report->took_ms % 1000);
}

static bool print(struct buffer *text)
{
    const bool printed = !text->failed && fwrite(text->data, 1, text->size, stdout) == text->size &&
                         fflush(stdout) == 0;
    if (!printed)
        (void)fputs(PROGRAM ": standard output: the result cannot be written\n", stderr);
    return printed;
}

/* Names of SKUs and folders may be in it. */
static void tell(const char *problem)
{
    uint8_t memory[COPY_PROBLEM_BYTES + 8];
    struct buffer text = {memory, 0, sizeof(memory), false};
    printable_append(&text, bytes_from_text(problem), COPY_PROBLEM_BYTES);
    (void)fprintf(stderr, PROGRAM ": %s\n", buffer_text(&text));
}

static enum ctl_exit exit_of(enum copy_outcome outcome)
{
    switch (outcome) {
    case COPY_DONE:
        return CTL_DONE;
    case COPY_REFUSED:
        return CTL_SOME_REFUSED;
    case COPY_WRONG:
        return CTL_USAGE;
    case COPY_UNREACHABLE:
        return CTL_UNREACHABLE;
    case COPY_NOT_ALLOWED:
        return CTL_NOT_ALLOWED;
    case COPY_MACHINE:
        return CTL_MACHINE;
    case COPY_STOPPED:
        break;
    }
    return (enum ctl_exit)(CTL_SIGNAL + stop_signal());
}

static enum ctl_exit copy(const struct options *options, const struct copy_settings *settings)
{
    static struct copy_report report;
    struct buffer text;
    const enum copy_outcome outcome = copy_store(settings, &report);
    buffer_init(&text);
    if (options->output_form == OUTPUT_JSON)
        write_json(&text, settings, &report, outcome == COPY_DONE);
    else if (outcome == COPY_DONE)
        write_text(&text, settings, &report);
    if (outcome != COPY_DONE)
        tell(report.problem);
    const bool printed = text.size == 0 || print(&text);
    buffer_deinit(&text);
    return printed ? exit_of(outcome) : CTL_MACHINE;
}

static enum ctl_exit admin_copy_run(const struct options *options)
{
    static struct pg_url from_url;
    static struct pg_url to_url;
    const struct place_words from = {"--from", options->from, options->from_file};
    const struct place_words to = {"--to", options->to, options->to_file};
    struct copy_settings settings = {
        .os = os_real(), .program = PROGRAM, .stopped = is_stopped, .quiet = options->quiet};
    uint64_t seed = 0;
    settings.os->random(settings.os, &seed, sizeof(seed));
    hash_seed_set(seed);
    enum ctl_exit end = CTL_USAGE;
    const bool from_is_good =
        place_take(&from, PROGRAM, options->line->words, &from_url, &settings.from);
    if (place_take(&to, PROGRAM, options->line->words, &to_url, &settings.to) && from_is_good)
        end = copy(options, &settings);
    pg_url_forget(&from_url);
    pg_url_forget(&to_url);
    return end;
}

/* clang-format off */
static const struct option_row admin_copy_options[] = {
    {.name = "from", .value_name = "DIR|URL", .kind = OPTION_TEXT, OPTION_MEMBER(from),
     .help = "data folder, or postgresql://USER@HOST/DATABASE; only read"},
    {.name = "from-file", .value_name = "FILE", .kind = OPTION_TEXT, OPTION_MEMBER(from_file),
     .help = "its first line is the URL, with a password perhaps"},
    {.name = "to", .value_name = "DIR|URL", .kind = OPTION_TEXT, OPTION_MEMBER(to),
     .help = "a folder that is not there, or a database with empty tables"},
    {.name = "to-file", .value_name = "FILE", .kind = OPTION_TEXT, OPTION_MEMBER(to_file),
     .help = "its first line is the URL, with a password perhaps"},
    {.name = NULL},
};

const struct command admin_copy_command = {
    .name = "admin copy",
    .summary = "carry a whole store to another place, and compare",
    .description =
        "Copies everything that a store holds, cells with all their numbers and marks, orders,\n"
        "turnover, registry, from a data folder of stockd into a PostgreSQL or a Citus cluster,\n"
        "or back. No stockd may be running on either side. The source is only read. A folder to\n"
        "copy to must not be there, or be empty; a database needs tables (stockd migrate) that\n"
        "hold no rows. What happened to SKUs before (histories) stays behind.\n"
        "\n"
        "At the end both sides are read anew and compared. Until then no stockd starts on the\n"
        "target. A copy that was interrupted is begun again: a database is cleaned by itself, a\n"
        "folder has to be removed before.\n"
        "\n"
        "Prints what was carried: shelves, cells, units, orders, documents.\n"
        "Exit status: 0 carried and the same, 1 one side is in use, damaged, not empty, or they\n"
        "differ, 2 usage, 3 the database was not reached or lost, 4 it does not let us, 5 a file\n"
        "cannot be read or written, a disk is full, or no memory, 130 interrupted.\n",
    .examples =
        "  stockctl admin copy --from /var/lib/stockd --to postgresql://stockd@db.example/stock\n"
        "  stockctl admin copy --from-file url --to /var/lib/stockd-new --output json\n",
    .options = {admin_copy_options, common_options},
    .run = admin_copy_run,
};
/* clang-format on */
