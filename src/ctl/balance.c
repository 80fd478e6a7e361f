/* The subcommands balance and history: what the ledger of the book says. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/printable.h"
#include "book/movements.h"
#include "ctl/book_place.h"
#include "ctl/commands.h"
#include "ctl/option_rows.h"
#include "ctl/table.h"

enum { SHOWN_BYTES_MAX = 60 };

struct ledger {
    struct book *book;
    struct table table;
    enum ctl_exit exit;
};

static void table_add_moment(struct table *table, int64_t ms)
{
    char text[DATE_ISO8601_BYTES_MAX];
    table_add_text(table, (struct bytes){(const uint8_t *)text, date_format_iso8601(ms, text)});
}

static void table_add_words(struct table *table, struct bytes text)
{
    if (text.size > 0)
        table_add_text(table, text);
    else
        table_add_nothing(table);
}

/* Ends a row, and writes when much was gathered. */
static enum err row_end(struct table *table)
{
    table_end_row(table);
    return table_is_full(table) ? table_write(table) : OK;
}

static enum err balance_show(void *context, const struct movement *last)
{
    struct table *table = context;
    table_add_text(table, last->sku);
    table_add_number(table, last->balance);
    table_add_moment(table, last->recorded_ms);
    return row_end(table);
}

static enum err movement_show(void *context, const struct movement *movement)
{
    struct table *table = context;
    const char *word = movement_word(movement->kind);
    table_add_number(table, movement->number);
    table_add_moment(table, movement->at_ms);
    table_add_text(table, bytes_from_text(word == NULL ? "?" : word));
    table_add_number(table, movement->change);
    table_add_number(table, movement->balance);
    table_add_words(table, movement->document);
    if (movement->undoes > 0)
        table_add_number(table, movement->undoes);
    else
        table_add_nothing(table);
    table_add_words(table, movement->note);
    table_add_moment(table, movement->recorded_ms);
    return row_end(table);
}

static void say_unknown(struct ledger *ledger, struct bytes sku)
{
    struct buffer shown;
    buffer_init(&shown);
    printable_append(&shown, sku, SHOWN_BYTES_MAX);
    (void)fprintf(stderr, "stockctl: %s: no movement of it was written down\n",
                  buffer_text(&shown));
    buffer_deinit(&shown);
    ledger->exit = CTL_SOME_REFUSED;
}

/* The last movement of one SKU. */
static enum err balance_of(struct ledger *ledger, struct bytes sku)
{
    struct movement last;
    const enum err error = movements_last(ledger->book, sku, &last);
    if (error == ERR_NOT_FOUND) {
        say_unknown(ledger, sku);
        return OK;
    }
    last.sku = sku;
    return error == OK ? balance_show(&ledger->table, &last) : error;
}

static enum err history_of(struct ledger *ledger, struct bytes sku)
{
    struct movement last;
    const enum err error = movements_last(ledger->book, sku, &last);
    if (error == ERR_NOT_FOUND) {
        say_unknown(ledger, sku);
        return OK;
    }
    return error == OK ? movements_of(ledger->book, sku, movement_show, &ledger->table) : error;
}

/* Says what failed: the book, standard output (errno) or memory. */
static void say_failed(struct ledger *ledger, enum err error)
{
    const char *text = book_problem(ledger->book);
    if (text[0] == '\0')
        text = error == ERR_MEMORY ? "out of memory" : strerror(errno);
    (void)fprintf(stderr, "stockctl: %s\n", text);
    ledger->exit = CTL_MACHINE;
}

static enum ctl_exit ledger_run(const struct options *options, const struct table_column *columns,
                                enum err (*show)(struct ledger *ledger, struct bytes sku))
{
    struct ledger ledger = {.exit = CTL_DONE};
    if (!book_place_open(options, &ledger.book))
        return CTL_USAGE;
    table_init(&ledger.table, columns, (enum output_form)options->output_form);
    enum err error = OK;
    if (options->arguments_count == 0)
        error = movements_balances(ledger.book, balance_show, &ledger.table);
    for (size_t i = 0; i < options->arguments_count && error == OK; i++)
        error = show(&ledger, bytes_trim(bytes_from_text(options->arguments[i])));
    if (error == OK)
        error = table_write(&ledger.table);
    if (error != OK)
        say_failed(&ledger, error);
    table_deinit(&ledger.table);
    book_close(ledger.book);
    return ledger.exit;
}

static enum ctl_exit balance_run(const struct options *options)
{
    static const struct table_column columns[] = {
        {"sku", "sku"}, {"balance", "balance"}, {"changedAt", "changed"}, {NULL, NULL}};
    return ledger_run(options, columns, balance_of);
}

static enum ctl_exit history_run(const struct options *options)
{
    static const struct table_column columns[] = {
        {"movement", "movement"},
        {"at", "at"},
        {"kind", "kind"},
        {"change", "change"},
        {"balance", "balance"},
        {"document", "document"},
        {"undoes", "undoes"},
        {"note", "note"},
        {"recordedAt", "written down"},
        {NULL, NULL},
    };
    return ledger_run(options, columns, history_of);
}

/* clang-format off */
const struct command balance_command = {
    .name = "balance",
    .summary = "show what the ledger of movements says there is",
    .arguments = "[SKU …]",
    .arguments_min = 0,
    .arguments_max = CTL_ARGUMENTS_MAX,
    .description =
        "Shows the balance of each SKU, or of those that are named, and when it changed last.\n"
        "One below zero comes from a movement with --force: count the goods, move correct.\n"
        "\n"
        "Exit status: 0 shown, 1 a SKU has no movement, 2 usage, 5 the book failed.\n",
    .examples =
        "  stockctl balance\n"
        "  stockctl balance A-1 A-2 --output json\n",
    .options = {book_options, profile_options, list_options},
    .run = balance_run,
};

const struct command history_command = {
    .name = "history",
    .summary = "show what came and went of a SKU",
    .arguments = "SKU",
    .arguments_min = 1,
    .arguments_max = 1,
    .description =
        "Shows all movements of a SKU in the order they were written down, with the balance\n"
        "that each left.\n"
        "\n"
        "Exit status: 0 shown, 1 the SKU has no movement, 2 usage, 5 the book failed.\n",
    .examples =
        "  stockctl history A-1\n"
        "  stockctl history A-1 --output csv\n",
    .options = {book_options, profile_options, list_options},
    .run = history_run,
};
/* clang-format on */
