/* The ledger of movements, and the groups of campaigns: what the book keeps beside its batches. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "base/limits.h"
#include "book/movements.h"
#include "book/store_groups.h"

enum { NOW_MS = 1000 };

struct step {
    enum movement_kind kind;
    int64_t units;
    int64_t before;
    int64_t change;
    enum movement_verdict verdict;
};

static void movements_change_balances_by_their_kind(void **state)
{
    (void)state;
    static const struct step steps[] = {
        /* The guide's table. */
        {MOVEMENT_RECEIVE, 10, 0, 10, MOVEMENT_COUNTS},
        {MOVEMENT_ORDER, 2, 10, -2, MOVEMENT_COUNTS},
        {MOVEMENT_RECEIVE, 10, 8, 10, MOVEMENT_COUNTS},
        {MOVEMENT_SELL, 3, 18, -3, MOVEMENT_COUNTS},
        /* The edges. */
        {MOVEMENT_SELL, 15, 15, -15, MOVEMENT_COUNTS},
        {MOVEMENT_SELL, 16, 15, -16, MOVEMENT_BELOW_ZERO},
        {MOVEMENT_ORDER, 1, 0, -1, MOVEMENT_BELOW_ZERO},
        {MOVEMENT_RETURN, 1, 0, 1, MOVEMENT_COUNTS},
        {MOVEMENT_RETURN, 1, -3, 1, MOVEMENT_COUNTS},
        {MOVEMENT_SELL, 0, -3, 0, MOVEMENT_COUNTS},
        {MOVEMENT_CORRECT, 7, 15, -8, MOVEMENT_COUNTS},
        {MOVEMENT_CORRECT, 0, 15, -15, MOVEMENT_COUNTS},
        {MOVEMENT_CORRECT, 15, 15, 0, MOVEMENT_COUNTS},
        {MOVEMENT_CORRECT, 0, -3, 3, MOVEMENT_COUNTS},
        {MOVEMENT_RECEIVE, STOCK_COUNT_MAX, 0, STOCK_COUNT_MAX, MOVEMENT_COUNTS},
        {MOVEMENT_RECEIVE, STOCK_COUNT_MAX, 1, STOCK_COUNT_MAX, MOVEMENT_TOO_MANY},
        {MOVEMENT_UNDO, 10, 18, -10, MOVEMENT_COUNTS},
        {MOVEMENT_UNDO, -3, 15, 3, MOVEMENT_COUNTS},
        {MOVEMENT_UNDO, 10, 9, -10, MOVEMENT_BELOW_ZERO},
    };
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        int64_t change = 77;
        assert_int_equal(movement_apply(steps[i].kind, steps[i].units, steps[i].before, &change),
                         steps[i].verdict);
        assert_int_equal(change, steps[i].change);
    }
    assert_string_equal(movement_word(MOVEMENT_CORRECT), "correct");
    assert_null(movement_word((enum movement_kind)7));
}

static struct book *book_new(void)
{
    struct buffer problem;
    struct book *book = NULL;
    buffer_init(&problem);
    assert_int_equal(book_open(NULL, &problem, &book), OK);
    buffer_deinit(&problem);
    return book;
}

static struct movement asked(const char *sku, enum movement_kind kind, int64_t units,
                             const char *document)
{
    return (struct movement){
        .sku = bytes_from_text(sku),
        .kind = kind,
        .units = units,
        .at_ms = NOW_MS - 500,
        .recorded_ms = NOW_MS,
        .note = BYTES("by hand"),
        .document = bytes_from_text(document),
    };
}

/* Writes down one, which ends so; returns the balance. */
static int64_t add(struct book *book, const struct movement *movement,
                   enum movements_outcome expected)
{
    struct movement found;
    enum movements_outcome outcome = MOVEMENTS_NONE;
    assert_int_equal(book_begin(book, BOOK_SURVIVES_POWER), OK);
    assert_int_equal(movements_add(book, movement, false, &found, &outcome), OK);
    assert_int_equal(outcome, expected);
    assert_int_equal(book_commit(book), OK);
    return found.balance;
}

static enum movements_outcome undo(struct book *book, int64_t number, struct movement *found)
{
    struct movement paper = asked("", MOVEMENT_UNDO, 0, NULL);
    paper.undoes = number;
    enum movements_outcome outcome = MOVEMENTS_ADDED;
    struct buffer sku;
    buffer_init(&sku);
    assert_int_equal(movements_undo(book, &paper, false, &sku, found, &outcome), OK);
    buffer_deinit(&sku);
    return outcome;
}

static int64_t balance(struct book *book, const char *sku)
{
    struct movement last;
    assert_int_equal(movements_last(book, bytes_from_text(sku), &last), OK);
    return last.balance;
}

static void a_document_counts_once_for_each_sku(void **state)
{
    (void)state;
    struct book *book = book_new();
    const struct movement delivery = asked("A", MOVEMENT_RECEIVE, 10, "D-1");
    const struct movement other_sku = asked("B", MOVEMENT_RECEIVE, 4, "D-1");
    const struct movement other_units = asked("A", MOVEMENT_RECEIVE, 11, "D-1");
    const struct movement other_kind = asked("A", MOVEMENT_RETURN, 10, "D-1");
    assert_int_equal(add(book, &delivery, MOVEMENTS_ADDED), 10);
    assert_int_equal(add(book, &delivery, MOVEMENTS_REPEATED), 10);
    assert_int_equal(add(book, &other_sku, MOVEMENTS_ADDED), 4);
    (void)add(book, &other_units, MOVEMENTS_CONFLICT);
    (void)add(book, &other_kind, MOVEMENTS_CONFLICT);
    assert_int_equal(balance(book, "A"), 10);
    const struct movement no_document = asked("A", MOVEMENT_SELL, 1, NULL);
    assert_int_equal(add(book, &no_document, MOVEMENTS_ADDED), 9);
    assert_int_equal(add(book, &no_document, MOVEMENTS_ADDED), 8);
    /* A repetition shows what that movement left, whatever came since. */
    assert_int_equal(add(book, &delivery, MOVEMENTS_REPEATED), 10);
    struct movement found;
    assert_int_equal(undo(book, 1, &found), MOVEMENTS_BELOW_ZERO);
    assert_int_equal(undo(book, 2, &found), MOVEMENTS_ADDED);
    assert_int_equal(found.balance, 0);
    (void)add(book, &other_sku, MOVEMENTS_CONFLICT);
    book_close(book);
}

static void nothing_goes_below_zero_unless_it_is_forced(void **state)
{
    (void)state;
    struct book *book = book_new();
    const struct movement delivery = asked("A", MOVEMENT_RECEIVE, 3, NULL);
    const struct movement sale = asked("A", MOVEMENT_SELL, 5, NULL);
    assert_int_equal(add(book, &delivery, MOVEMENTS_ADDED), 3);
    assert_int_equal(add(book, &sale, MOVEMENTS_BELOW_ZERO), 3);
    struct movement found;
    enum movements_outcome outcome = MOVEMENTS_NONE;
    assert_int_equal(movements_add(book, &sale, true, &found, &outcome), OK);
    assert_int_equal(outcome, MOVEMENTS_ADDED);
    assert_int_equal(found.balance, -2);
    assert_int_equal(balance(book, "A"), -2);
    const struct movement many = asked("A", MOVEMENT_CORRECT, STOCK_COUNT_MAX, NULL);
    assert_int_equal(add(book, &many, MOVEMENTS_ADDED), STOCK_COUNT_MAX);
    (void)add(book, &delivery, MOVEMENTS_TOO_MANY);
    book_close(book);
}

static void an_undo_takes_back_once_and_no_undo(void **state)
{
    (void)state;
    struct book *book = book_new();
    const struct movement delivery = asked("A", MOVEMENT_RECEIVE, 10, NULL);
    const struct movement count = asked("A", MOVEMENT_CORRECT, 7, NULL);
    struct movement found;
    (void)add(book, &delivery, MOVEMENTS_ADDED);
    (void)add(book, &count, MOVEMENTS_ADDED);
    assert_int_equal(undo(book, 9, &found), MOVEMENTS_NONE);
    assert_int_equal(undo(book, 2, &found), MOVEMENTS_ADDED);
    assert_int_equal(found.change, 3);
    assert_int_equal(balance(book, "A"), 10);
    assert_int_equal(undo(book, 2, &found), MOVEMENTS_UNDONE);
    assert_int_equal(found.number, 3);
    assert_int_equal(undo(book, 3, &found), MOVEMENTS_IS_AN_UNDO);
    assert_int_equal(balance(book, "A"), 10);
    book_close(book);
}

/* Or more would be told to the Market than somebody saw lying there. */
static void what_was_counted_stands_against_an_undo_from_before(void **state)
{
    (void)state;
    struct book *book = book_new();
    const struct movement delivery = asked("A", MOVEMENT_RECEIVE, 10, NULL);
    const struct movement sale = asked("A", MOVEMENT_SELL, 8, NULL);
    const struct movement count = asked("A", MOVEMENT_CORRECT, 4, NULL);
    const struct movement other_sku = asked("B", MOVEMENT_CORRECT, 5, NULL);
    struct movement found;
    (void)add(book, &delivery, MOVEMENTS_ADDED);
    (void)add(book, &sale, MOVEMENTS_ADDED);
    (void)add(book, &count, MOVEMENTS_ADDED);
    (void)add(book, &other_sku, MOVEMENTS_ADDED);
    assert_int_equal(undo(book, 2, &found), MOVEMENTS_COUNTED);
    assert_int_equal(found.number, 3);
    assert_int_equal(balance(book, "A"), 4);
    assert_int_equal(undo(book, 3, &found), MOVEMENTS_ADDED);
    assert_int_equal(undo(book, 2, &found), MOVEMENTS_ADDED);
    assert_int_equal(balance(book, "A"), 10);
    book_close(book);
}

static void the_moment_of_a_balance_never_goes_back(void **state)
{
    (void)state;
    struct book *book = book_new();
    struct movement movement = asked("A", MOVEMENT_RECEIVE, 10, NULL);
    (void)add(book, &movement, MOVEMENTS_ADDED);
    movement.recorded_ms = NOW_MS - 100; /* Somebody turned the clock. */
    (void)add(book, &movement, MOVEMENTS_ADDED);
    struct movement last;
    assert_int_equal(movements_last(book, BYTES("A"), &last), OK);
    assert_int_equal(last.recorded_ms, NOW_MS);
    assert_int_equal(last.at_ms, NOW_MS - 500);
    assert_int_equal(movements_last(book, BYTES("B"), &last), ERR_NOT_FOUND);
    book_close(book);
}

static enum err note_row(void *context, const struct movement *movement)
{
    struct buffer *text = context;
    buffer_append_format(text, "%d %.*s %s %d=%d %.*s %.*s %d;", (int)movement->number,
                         BYTES_ARG(movement->sku), movement_word(movement->kind),
                         (int)movement->change, (int)movement->balance, BYTES_ARG(movement->note),
                         BYTES_ARG(movement->document), (int)movement->undoes);
    return text->failed ? ERR_MEMORY : OK;
}

static enum err stop_at_once(void *context, const struct movement *movement)
{
    (void)context;
    (void)movement;
    return ERR_FULL;
}

static void history_and_balances_show_all_of_it(void **state)
{
    (void)state;
    struct book *book = book_new();
    struct movement found;
    int64_t none = 1;
    assert_int_equal(movements_last_number(book, &none), OK);
    assert_int_equal(none, 0);
    const struct movement second = asked("B", MOVEMENT_RECEIVE, 4, "D-1");
    const struct movement first = asked("A", MOVEMENT_RECEIVE, 10, NULL);
    const struct movement sale = asked("A", MOVEMENT_SELL, 3, NULL);
    (void)add(book, &second, MOVEMENTS_ADDED);
    (void)add(book, &first, MOVEMENTS_ADDED);
    (void)add(book, &sale, MOVEMENTS_ADDED);
    int64_t number = 0;
    assert_int_equal(movements_last_number(book, &number), OK);
    assert_int_equal(number, 3);
    assert_int_equal(undo(book, 3, &found), MOVEMENTS_ADDED);
    struct buffer text;
    buffer_init(&text);
    assert_int_equal(movements_of(book, BYTES("A"), note_row, &text), OK);
    assert_string_equal(buffer_text(&text), "2 A receive 10=10 by hand  0;3 A sell -3=7 by hand  0;"
                                            "4 A undo 3=10 by hand  3;");
    buffer_clear(&text);
    assert_int_equal(movements_balances(book, note_row, &text), OK);
    assert_string_equal(buffer_text(&text),
                        "4 A undo 3=10 by hand  3;1 B receive 4=4 by hand D-1 0;");
    assert_int_equal(movements_balances(book, stop_at_once, NULL), ERR_FULL);
    buffer_clear(&text);
    assert_int_equal(movements_of(book, BYTES("B"), note_row, &text), OK);
    assert_string_equal(buffer_text(&text), "1 B receive 4=4 by hand D-1 0;");
    buffer_deinit(&text);
    book_close(book);
}

static void a_group_is_kept_as_it_was_said_last(void **state)
{
    (void)state;
    struct book *book = book_new();
    const struct bytes url = BYTES("http://a");
    struct store_group group = {.campaign_id = 10, .group_id = 77, .name = BYTES("MSK")};
    struct store_group found;
    struct buffer name;
    buffer_init(&name);
    assert_int_equal(store_groups_get(book, url, 10, &found, &name), ERR_NOT_FOUND);
    assert_int_equal(store_groups_put(book, url, &group), OK);
    assert_int_equal(store_groups_get(book, url, 10, &found, &name), OK);
    assert_int_equal(found.group_id, 77);
    assert_int_equal(found.name.size, 3);
    assert_memory_equal(found.name.data, "MSK", 3);
    assert_int_equal(store_groups_get(book, BYTES("http://b"), 10, &found, &name), ERR_NOT_FOUND);
    group = (struct store_group){.campaign_id = 10, .asked_ms = 5};
    assert_int_equal(store_groups_put(book, url, &group), OK);
    assert_int_equal(store_groups_get(book, url, 10, &found, &name), OK);
    assert_int_equal(found.group_id, 0);
    assert_int_equal(found.asked_ms, 5);
    assert_int_equal(found.name.size, 0);
    buffer_deinit(&name);
    book_close(book);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(movements_change_balances_by_their_kind),
        cmocka_unit_test(a_document_counts_once_for_each_sku),
        cmocka_unit_test(nothing_goes_below_zero_unless_it_is_forced),
        cmocka_unit_test(an_undo_takes_back_once_and_no_undo),
        cmocka_unit_test(what_was_counted_stands_against_an_undo_from_before),
        cmocka_unit_test(the_moment_of_a_balance_never_goes_back),
        cmocka_unit_test(a_group_is_kept_as_it_was_said_last),
        cmocka_unit_test(history_and_balances_show_all_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
