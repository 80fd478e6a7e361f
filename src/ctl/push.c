/* The subcommand push: its options, and the book that it works with. */
#include "ctl/commands.h"

#include "ctl/book_place.h"
#include "ctl/option_rows.h"
#include "ctl/push_all.h"

/* The last line, or of several campaigns the one of this. */
static void print_totals(void *context, int64_t campaign_id, enum ctl_exit code,
                         const struct push_counts *counts)
{
    const struct options *options = *(const struct options **)context;
    (void)code;
    push_counts_print(counts, options->campaigns.count > 1 ? campaign_id : 0,
                      options->output_form == OUTPUT_JSON);
}

static enum ctl_exit push_run(const struct options *options)
{
    struct book *book = NULL;
    if (!book_place_open(options, &book))
        return CTL_USAGE;
    const enum ctl_exit code = push_all(options, book, print_totals, &options);
    book_close(book);
    return code;
}

/* clang-format off */
const struct command push_command = {
    .name = "push",
    .summary = "send what changed in a file of leftovers to a store",
    .arguments = "[FILE]",
    .arguments_min = 0,
    .arguments_max = 1,
    .description =
        "Sends the rows of FILE (- is standard input) that differ from what the store was sent\n"
        "before; numbers that became 0 go first. FILE is a CSV, an XLSX or a YML: columns sku,\n"
        "count and, if there is one, updatedAt, in any order and under their usual names\n"
        "(stockctl check --help); others are ignored. A CSV is separated by ; , or TAB, in\n"
        "UTF-8, UTF-16 or windows-1251. A row with an empty count is skipped. A row without\n"
        "updatedAt gets the moment the push started. A bad row is reported as\n"
        "FILE:LINE: reason, the others are sent; of rows with the same SKU anywhere in the\n"
        "file the first is kept and the others are bad. What the server refuses is sent again\n"
        "in smaller parts until the rows are named that it minds.\n"
        "\n"
        "The book remembers what was acknowledged and what is still to be sent, also when the\n"
        "machine stops: the next push goes on there, and a number that changed meanwhile takes\n"
        "the place of the old one. With --no-book nothing is remembered and all is sent.\n"
        "\n"
        "When more than --max-zero of the SKUs that have stock would become 0 nothing is sent:\n"
        "as a rule the file is not whole. --full also sets to 0 what the store has and FILE\n"
        "lacks.\n"
        "\n"
        "Several campaigns, given with --campaign again and again or by a profile, are sent one\n"
        "after another; of those that share their stock only the first is.\n"
        "\n"
        "Prints sent=N unchanged=N refused=N bad=N skipped=N seconds=S,\n"
        "with campaign=ID in front when there are several.\n"
        "A row older than what the server has is accepted and changes nothing; --now stamps\n"
        "all rows with the moment the push started.\n"
        "\n"
        "Exit status: 0 all sent, 1 some rows bad or refused, 2 usage, or a file that cannot\n"
        "be opened or has no header, 3 server not reached, 4 not allowed or no such store,\n"
        "5 a file or the book failed half-way or no memory, 6 nothing was sent because too\n"
        "much would become 0 or nobody said yes, 130 interrupted.\n",
    .examples =
        "  stockctl push leftovers.csv --campaign 10003 --token-file token\n"
        "  zcat leftovers.csv.gz | stockctl push - --campaign 10003 --output json\n"
        "  stockctl push leftovers.csv --campaign 10003 --full --max-zero 5%\n"
        "  stockctl push --profile msk\n"
        "  stockctl push --profile msk --from-book\n"
        "  stockctl push backup.csv --campaign 10003 --all --now\n",
    .options = {push_options, input_options, book_options, buffer_options, campaigns_options,
                remote_options, profile_options, common_options},
    .run = push_run,
};
/* clang-format on */
