/* The subcommands move receive|sell|order|return|correct|undo: each writes movements into the
 * ledger of the book, all of its command line or nothing. */
#include <inttypes.h>
#include <stdio.h>

#include "base/date.h"
#include "base/limits.h"
#include "base/printable.h"
#include "book/movements.h"
#include "ctl/book_place.h"
#include "ctl/commands.h"
#include "ctl/option_rows.h"
#include "ctl/table.h"
#include "os/os.h"
#include "wire/field.h"

enum {
    NOTE_BYTES_MAX = 1000,
    DOCUMENT_BYTES_MAX = 255,
    SHOWN_BYTES_MAX = 60,
    FUTURE_TOLERANCE_MS = 60 * 1000,
};

struct move {
    const struct options *options;
    struct book *book;
    struct table table;
    struct movement paper; /* What all movements of the line have in common. */
    struct movement found; /* The one at hand. */
    struct buffer sku;     /* Of an undo. */
    enum movement_kind kind;
    enum ctl_exit exit;
};

static const struct table_column columns[] = {
    {"movement", "movement"}, {"sku", "sku"},         {"kind", "kind"},
    {"change", "change"},     {"balance", "balance"}, {NULL, NULL},
};

/* Says what is wrong with a SKU's movement. */
static void say_sku(struct bytes sku, const char *what)
{
    struct buffer shown;
    buffer_init(&shown);
    printable_append(&shown, sku, SHOWN_BYTES_MAX);
    (void)fprintf(stderr, "stockctl: %s: %s\n", buffer_text(&shown), what);
    buffer_deinit(&shown);
}

static void refuse(struct move *move, enum ctl_exit code, struct bytes sku, const char *what)
{
    say_sku(sku, what);
    move->exit = code;
}

/* Reads --note, --at and --id. False: said what is wrong. */
static bool paper_read(struct move *move)
{
    const struct options *options = move->options;
    struct os *os = os_real();
    const int64_t now_ms = os->now_ms(os);
    move->paper = (struct movement){
        .kind = move->kind,
        .at_ms = now_ms,
        .recorded_ms = now_ms,
        .note = bytes_trim(bytes_from_text(options->note)),
        .document = bytes_trim(bytes_from_text(options->document)),
    };
    const struct bytes note = move->paper.note;
    const struct bytes document = move->paper.document;
    const char *problem = NULL;
    if (note.size > NOTE_BYTES_MAX || !bytes_are_utf8(note) || bytes_have_controls(note))
        problem = "--note takes one line of up to 1000 bytes of UTF-8";
    if (options->document != NULL && (document.size == 0 || document.size > DOCUMENT_BYTES_MAX ||
                                      !bytes_are_utf8(document) || bytes_have_controls(document)))
        problem = "--id takes one line of up to 255 bytes of UTF-8";
    if (options->happened_at != NULL &&
        !date_parse_iso8601(bytes_from_text(options->happened_at), &move->paper.at_ms))
        problem = "--at takes a date and time with its offset, 2025-09-17T14:30:00+03:00";
    if (move->paper.at_ms > now_ms + FUTURE_TOLERANCE_MS)
        problem = "--at lies in the future";
    if (problem != NULL)
        (void)fprintf(stderr, "stockctl: %s\n", problem);
    return problem == NULL;
}

static void show_row(struct move *move)
{
    table_add_number(&move->table, move->found.number);
    table_add_text(&move->table, move->found.sku);
    table_add_text(&move->table, bytes_from_text(movement_word(move->found.kind)));
    table_add_number(&move->table, move->found.change);
    table_add_number(&move->table, move->found.balance);
    table_end_row(&move->table);
}

/* Says what came of it. */
static void judge(struct move *move, enum movements_outcome outcome)
{
    const struct movement *found = &move->found;
    char text[256];
    switch (outcome) {
    case MOVEMENTS_ADDED:
        show_row(move);
        return;
    case MOVEMENTS_REPEATED:
        (void)snprintf(text, sizeof(text), "this --id was counted before, as movement %" PRId64,
                       found->number);
        say_sku(found->sku, text);
        show_row(move);
        return;
    case MOVEMENTS_CONFLICT:
        (void)snprintf(text, sizeof(text),
                       "this --id has movement %" PRId64 ", %s %" PRId64
                       ", which is another one or was undone; give it an id of its own",
                       found->number, movement_word(found->kind), found->units);
        break;
    case MOVEMENTS_BELOW_ZERO:
        (void)snprintf(text, sizeof(text),
                       "the balance is %" PRId64 " and would be %" PRId64
                       "; count them (move correct), or give --force",
                       found->balance, found->balance + found->change);
        break;
    case MOVEMENTS_TOO_MANY:
        (void)snprintf(text, sizeof(text), "the balance would be more than %" PRId64,
                       STOCK_COUNT_MAX);
        break;
    case MOVEMENTS_NONE:
        (void)snprintf(text, sizeof(text), "there is no such movement");
        break;
    case MOVEMENTS_UNDONE:
        (void)snprintf(text, sizeof(text), "movement %" PRId64 " has undone it already",
                       found->number);
        break;
    case MOVEMENTS_IS_AN_UNDO:
        (void)snprintf(text, sizeof(text), "this is an undo itself; write the movement down again");
        break;
    case MOVEMENTS_COUNTED:
        (void)snprintf(text, sizeof(text),
                       "movement %" PRId64
                       " counted the goods since, so the balance is right without it; count them "
                       "again (move correct), or give --force",
                       found->number);
        break;
    }
    refuse(move, CTL_SOME_REFUSED,
           move->kind == MOVEMENT_UNDO ? bytes_from_text(move->options->arguments[0]) : found->sku,
           text);
}

/* Whether the book did its work; if not, says why. */
static bool book_did(struct move *move, enum err error)
{
    if (error == OK)
        return true;
    (void)fprintf(stderr, "stockctl: %s\n",
                  error == ERR_MEMORY ? "out of memory" : book_problem(move->book));
    move->exit = CTL_MACHINE;
    return false;
}

/* Whether the SKU stands in the line once more, behind `index`. */
static bool sku_comes_again(const struct options *options, size_t index, struct bytes sku)
{
    for (size_t i = index + 2; i < options->arguments_count; i += 2) {
        if (bytes_equal(bytes_trim(bytes_from_text(options->arguments[i])), sku))
            return true;
    }
    return false;
}

/* The movement of `SKU N` at `index`. */
static void move_pair(struct move *move, size_t index)
{
    const struct options *options = move->options;
    struct movement asked = move->paper;
    asked.sku = bytes_trim(bytes_from_text(options->arguments[index]));
    const int64_t least = move->kind == MOVEMENT_CORRECT ? 0 : 1;
    const struct bytes units = bytes_from_text(options->arguments[index + 1]);
    if (!sku_is_valid(asked.sku)) {
        refuse(move, CTL_USAGE, asked.sku, "a SKU has 1 to 255 characters, none to steer with");
        return;
    }
    if (!bytes_to_int64(units, &asked.units) || asked.units < least ||
        asked.units > STOCK_COUNT_MAX) {
        refuse(move, CTL_USAGE, asked.sku,
               least == 0 ? "what was counted is a whole number from 0 to 2000000000"
                          : "N is a whole number from 1 to 2000000000");
        return;
    }
    if (sku_comes_again(options, index, asked.sku)) {
        refuse(move, CTL_USAGE, asked.sku, "the SKU stands there twice");
        return;
    }
    enum movements_outcome outcome = MOVEMENTS_ADDED;
    if (!book_did(move, movements_add(move->book, &asked, options->force, &move->found, &outcome)))
        return;
    move->found.sku = asked.sku;
    judge(move, outcome);
}

static void undo_number(struct move *move)
{
    struct movement asked = move->paper;
    const struct bytes number = bytes_from_text(move->options->arguments[0]);
    if (!bytes_to_int64(number, &asked.undoes) || asked.undoes < 1) {
        refuse(move, CTL_USAGE, number, "NUMBER is that of a movement, as history shows it");
        return;
    }
    enum movements_outcome outcome = MOVEMENTS_ADDED;
    if (book_did(move, movements_undo(move->book, &asked, move->options->force, &move->sku,
                                      &move->found, &outcome)))
        judge(move, outcome);
}

static void move_all(struct move *move)
{
    if (!book_did(move, book_begin(move->book, BOOK_SURVIVES_POWER)))
        return;
    if (move->kind == MOVEMENT_UNDO)
        undo_number(move);
    for (size_t i = 0; move->kind != MOVEMENT_UNDO && move->exit == CTL_DONE &&
                       i + 1 < move->options->arguments_count;
         i += 2)
        move_pair(move, i);
    if (move->exit != CTL_DONE || !book_did(move, book_commit(move->book))) {
        book_rollback(move->book);
        return;
    }
    if (table_write(&move->table) != OK) {
        (void)fprintf(stderr, "stockctl: it is written down, and cannot be shown\n");
        move->exit = CTL_MACHINE;
    }
}

static enum ctl_exit move_run(const struct options *options, enum movement_kind kind)
{
    struct move move = {.options = options, .kind = kind, .exit = CTL_DONE};
    if (kind != MOVEMENT_UNDO && options->arguments_count % 2 != 0) {
        (void)fprintf(stderr, "stockctl: each SKU needs its number: SKU N\n");
        return CTL_USAGE;
    }
    if (!book_place_is_kept(options)) {
        (void)fprintf(stderr, "stockctl: movements are written into a book; there is none\n");
        return CTL_USAGE;
    }
    if (!paper_read(&move) || !book_place_open(options, &move.book))
        return CTL_USAGE;
    buffer_init(&move.sku);
    table_init(&move.table, columns, (enum output_form)options->output_form);
    move_all(&move);
    table_deinit(&move.table);
    buffer_deinit(&move.sku);
    book_close(move.book);
    return move.exit;
}

static enum ctl_exit receive_run(const struct options *options)
{
    return move_run(options, MOVEMENT_RECEIVE);
}

static enum ctl_exit sell_run(const struct options *options)
{
    return move_run(options, MOVEMENT_SELL);
}

static enum ctl_exit order_run(const struct options *options)
{
    return move_run(options, MOVEMENT_ORDER);
}

static enum ctl_exit return_run(const struct options *options)
{
    return move_run(options, MOVEMENT_RETURN);
}

static enum ctl_exit correct_run(const struct options *options)
{
    return move_run(options, MOVEMENT_CORRECT);
}

static enum ctl_exit undo_run(const struct options *options)
{
    return move_run(options, MOVEMENT_UNDO);
}

/* clang-format off */
static const struct option_row move_options[] = {
    {.name = "id", .value_name = "ID", .kind = OPTION_TEXT, OPTION_MEMBER(document),
     .help = "of the paper behind it: each SKU of it counts once, however often it is sent"},
    {.name = "at", .value_name = "MOMENT", .kind = OPTION_TEXT, OPTION_MEMBER(happened_at),
     .help = "when it happened, 2025-09-17T14:30:00+03:00; now otherwise"},
    {.name = "note", .value_name = "TEXT", .kind = OPTION_TEXT, OPTION_MEMBER(note),
     .help = "what history shows beside it"},
    {.name = "force", .kind = OPTION_FLAG, OPTION_MEMBER(force),
     .help = "also below zero, when the paper is right and the balance is not"},
    {.name = NULL},
};

#define MOVE_REST \
    .options = {move_options, book_options, profile_options, list_options}

#define MOVE_ARGUMENTS \
    .arguments = "SKU N [SKU N …]", .arguments_min = 2, .arguments_max = CTL_ARGUMENTS_MAX

#define MOVE_END \
    "\n" \
    "All that stands in the line is written down, or nothing. What the Market is told is the\n" \
    "balance (push --from-book); one below zero is told as 0.\n" \
    "\n" \
    "Exit status: 0 written down, or counted before; 1 refused, 2 usage, 5 no book.\n"

const struct command move_receive_command = {
    .name = "move receive",
    .summary = "write down that goods came in",
    MOVE_ARGUMENTS,
    .description =
        "Adds N to the balance of each SKU: a delivery.\n"
        MOVE_END,
    .examples =
        "  stockctl move receive A-1 10\n"
        "  stockctl move receive A-1 10 A-2 4 --id delivery-17 --note 'by lorry'\n",
    MOVE_REST,
    .run = receive_run,
};

const struct command move_sell_command = {
    .name = "move sell",
    .summary = "write down that goods were sold beside the Market",
    MOVE_ARGUMENTS,
    .description =
        "Takes N from the balance of each SKU: sold in the shop, or elsewhere, out of the same\n"
        "warehouse. Not below 0, unless --force says so.\n"
        MOVE_END,
    .examples =
        "  stockctl move sell A-1 3\n"
        "  stockctl move sell A-1 1 --id receipt-4711 --at 2025-09-17T14:30:00+03:00\n",
    MOVE_REST,
    .run = sell_run,
};

const struct command move_order_command = {
    .name = "move order",
    .summary = "write down that goods were ordered on the Market",
    MOVE_ARGUMENTS,
    .description =
        "Takes N from the balance of each SKU. The Market lowers its own number with the order;\n"
        "this keeps the balance the same as that. Not below 0, unless --force says so.\n"
        MOVE_END,
    .examples =
        "  stockctl move order A-1 2 --id order-123456\n",
    MOVE_REST,
    .run = order_run,
};

const struct command move_return_command = {
    .name = "move return",
    .summary = "write down that goods came back",
    MOVE_ARGUMENTS,
    .description =
        "Adds N to the balance of each SKU: a buyer sent it back, or an order was cancelled.\n"
        MOVE_END,
    .examples =
        "  stockctl move return A-1 1 --id order-123456-back\n",
    MOVE_REST,
    .run = return_run,
};

const struct command move_correct_command = {
    .name = "move correct",
    .summary = "write down how many were counted",
    MOVE_ARGUMENTS,
    .description =
        "Sets the balance of each SKU to N, which somebody counted. The difference stands in the\n"
        "history.\n"
        MOVE_END,
    .examples =
        "  stockctl move correct A-1 14 --note 'stocktaking'\n",
    MOVE_REST,
    .run = correct_run,
};

const struct command move_undo_command = {
    .name = "move undo",
    .summary = "take back a movement that was a mistake",
    .arguments = "NUMBER",
    .arguments_min = 1,
    .arguments_max = 1,
    .description =
        "Writes down the opposite of movement NUMBER, as history shows it. Nothing is removed.\n"
        "A movement can be undone once, and an undo not at all: write the movement down again.\n"
        "A document that was undone needs a new --id to be counted again. One before a later\n"
        "move correct is refused, unless --force says so: what was counted stands.\n"
        MOVE_END,
    .examples =
        "  stockctl move undo 17 --note 'wrong SKU'\n",
    MOVE_REST,
    .run = undo_run,
};
/* clang-format on */
