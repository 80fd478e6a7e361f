/* Every row goes the way that a push lets it go, and is not sent. */
#include "ctl/commands.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "ctl/option_rows.h"
#include "ctl/source_options.h"
#include "ctl/stop.h"
#include "ctl/totals.h"
#include "os/progress.h"
#include "sheet/hygiene.h"
#include "wire/json.h"

enum { ROWS_PER_LOOK = 1024 };

struct check {
    struct os *os;
    const struct options *options;
    struct source_choice choice;
    struct row_source *source;
    struct hygiene *hygiene;
    struct progress progress;
    struct buffer problem;
};

/* Looks at all rows. What ends them before their time is told. */
static enum err rows_take(struct check *check)
{
    const struct row *row = NULL;
    int64_t taken = 0;
    enum err error = row_source_next(check->source, &row);
    while (error == OK && row != NULL) {
        enum leftover_kind kind = LEFTOVER_BLANK;
        struct leftover leftover;
        error = hygiene_take(check->hygiene, row, &kind, &leftover);
        if (error == ERR_FULL)
            buffer_append_text(&check->problem, "there are more SKUs than can be looked at");
        if (error != OK)
            return error;
        if (++taken % ROWS_PER_LOOK == 0) {
            progress_update(&check->progress, taken, row_source_done_bytes(check->source));
            if (stop_signal() != 0)
                return ERR_BUSY;
        }
        error = row_source_next(check->source, &row);
    }
    if (error != OK && error != ERR_MEMORY && error != ERR_BUSY)
        buffer_append_text(&check->problem, row_source_problem(check->source));
    return error;
}

static void print_json(const struct check *check, struct buffer *text)
{
    struct buffer form;
    buffer_init(&form);
    row_source_describe(check->source, &form);
    buffer_append_text(text, "{\"source\":");
    json_write_string(text, bytes_from_text(row_source_name(check->source)));
    buffer_append_text(text, ",\"form\":");
    json_write_string(text, buffer_bytes(&form));
    buffer_append_text(text, ",\"findings\":");
    hygiene_report_json(check->hygiene, text);
    buffer_append_u8(text, ',');
    buffer_deinit(&form);
}

/* Prints what was found, and how many rows there are of each kind. */
static void print_report(struct check *check)
{
    const bool json = check->options->output_form == OUTPUT_JSON;
    const struct hygiene_totals found = hygiene_totals(check->hygiene);
    const struct total totals[] = {
        {"rows", found.rows}, {"good", found.good},         {"skipped", found.skipped},
        {"bad", found.bad},   {"warnings", found.warnings},
    };
    struct buffer text;
    struct buffer last;
    buffer_init(&text);
    buffer_init(&last);
    totals_format(&last, totals, sizeof(totals) / sizeof(totals[0]),
                  progress_elapsed_ms(&check->progress), json);
    struct bytes line = buffer_bytes(&last);
    if (json && line.size > 0) {
        print_json(check, &text);
        line = (struct bytes){line.data + 1, line.size - 1}; /* One object, not two. */
    } else {
        buffer_append_format(&text, "%s: ", row_source_name(check->source));
        row_source_describe(check->source, &text);
        buffer_append_u8(&text, '\n');
        hygiene_report(check->hygiene, true, &text);
    }
    buffer_append(&text, line);
    (void)fputs(buffer_text(&text), stdout);
    (void)fflush(stdout);
    buffer_deinit(&text);
    buffer_deinit(&last);
}

static enum err check_open(struct check *check)
{
    const struct options *options = check->options;
    const struct hygiene_settings settings = {
        .rules = {.started_ms = check->os->now_ms(check->os), .stamp_now = options->stamp_now},
        .examples_max = (uint32_t)options->examples_max,
    };
    const enum err error =
        row_source_open(&check->choice.settings, &check->source, &check->problem);
    if (error != OK)
        return error;
    check->hygiene = hygiene_create(&settings, check->source);
    return check->hygiene == NULL ? ERR_MEMORY : OK;
}

static enum ctl_exit exit_of(const struct check *check, enum err error)
{
    if (error == ERR_BUSY)
        return (enum ctl_exit)(CTL_SIGNAL + stop_signal());
    if (error == ERR_MEMORY)
        return CTL_MACHINE;
    if (error != OK)
        return CTL_USAGE;
    const struct hygiene_totals totals = hygiene_totals(check->hygiene);
    return totals.bad + totals.skipped + totals.warnings > 0 ? CTL_SOME_REFUSED : CTL_DONE;
}

static enum ctl_exit check_source(struct check *check)
{
    enum err error = check_open(check);
    if (error == OK) {
        progress_init(&check->progress, check->os, "stockctl", "rows",
                      row_source_bytes(check->source), check->options->quiet);
        error = rows_take(check);
        progress_end(&check->progress);
        if (error != ERR_MEMORY)
            print_report(check);
    }
    if (error == ERR_MEMORY)
        (void)fputs("stockctl: out of memory\n", stderr);
    else if (error != OK && check->problem.size > 0)
        (void)fprintf(stderr, "stockctl: %s\n", buffer_text(&check->problem));
    return exit_of(check, error);
}

static enum ctl_exit check_run(const struct options *options)
{
    struct check check = {.os = os_real(), .options = options};
    uint64_t seed = 0;
    check.os->random(check.os, &seed, sizeof(seed));
    hash_seed_set(seed);
    buffer_init(&check.problem);
    const char *file = options->arguments_count > 0 ? options->arguments[0] : NULL;
    enum ctl_exit end = CTL_USAGE;
    if (source_choose(check.os, options, file, &check.choice, &check.problem))
        end = check_source(&check);
    else
        (void)fprintf(stderr, "stockctl check: %s\n",
                      check.problem.size > 0 ? buffer_text(&check.problem) : "out of memory");
    hygiene_destroy(check.hygiene);
    row_source_close(check.source);
    source_choice_end(&check.choice);
    buffer_deinit(&check.problem);
    return end;
}

/* clang-format off */
static const struct option_row check_options[] = {
    {.name = "examples", .value_name = "N", .kind = OPTION_NUMBER, .min = 0, .max = 1000,
     OPTION_MEMBER(examples_max), .standard = "5", .help = "places told of each finding"},
    {.name = "now", .kind = OPTION_FLAG, OPTION_MEMBER(stamp_now),
     .help = "take no notice of updatedAt"},
    {.name = NULL},
};

const struct command check_command = {
    .name = "check",
    .summary = "look at a file of leftovers without sending it",
    .arguments = "FILE",
    .arguments_max = 1,
    .description =
        "Reads FILE (- is standard input), a CSV, XLSX or YML, the output of a command or\n"
        "the answer of a database, and says what is wrong in it and what nobody would see:\n"
        "errors, whose rows would not be sent, and warnings. What is looked for:\n"
        "  SKUs     empty, too long, repeated; numbers that a spreadsheet has rewritten or\n"
        "           rounded; spaces that cannot be seen; Cyrillic letters among Latin ones\n"
        "  twins    SKUs that differ by leading zeros, by case, by spaces or by letters that\n"
        "           look the same\n"
        "  counts   absent, empty, negative, fractional, too large, no numbers\n"
        "Columns are known by usual names, in any case: sku, id, offerId, shopSku, Ваш SKU,\n"
        "Артикул; count, quantity, stock, Остаток, Количество; updatedAt.\n"
        "\n"
        "Prints a line for each finding, with places below it, and\n"
        "rows=N good=N skipped=N bad=N warnings=N seconds=S. With --output json one object.\n"
        "\n"
        "Exit status: 0 clean, 1 something found, 2 usage, or a source that cannot be read,\n"
        "5 no memory, 130 interrupted.\n",
    .examples =
        "  stockctl check leftovers.xlsx --sheet Остатки\n"
        "  stockctl check feed.yml --output json\n"
        "  stockctl check --command 'ssh shop cat stock.csv' --encoding windows-1251\n"
        "  stockctl check --query 'SELECT sku, count FROM stock' --database-file shop.url\n",
    .options = {check_options, input_options, profile_options, common_options},
    .run = check_run,
};
/* clang-format on */
