/* Entries of an image that say what no commands could have brought about: each kind is refused, and
 * what differs from it by the mistake alone is taken. */
#include "shelf_world.h"

/* What a row starts with: a run of one or of two cells from number 0 on. */
#define ONE "\x01\x00\x01\x00\x00\x00"
#define TWO "\x01\x00\x02\x00\x00\x00"
/* A cell A with 5 available, of moment 1; the same with the SKU B. */
#define CELL_A                                                                                     \
    "\x80\x01"                                                                                     \
    "A\x02\x05"
#define CELL_B                                                                                     \
    "\x80\x01"                                                                                     \
    "B\x02\x05"
/* A cell A that has details, which follow; one that has reserved units, too. */
#define DETAILED_A                                                                                 \
    "\xC0\x01"                                                                                     \
    "A\x02\x05"
#define RESERVED_A                                                                                 \
    "\xE0\x01"                                                                                     \
    "A\x02\x05"
/* An order of campaign 1 for 3 units of cell 0, with a name and a state, and all behind them. */
#define ORDER(name, state) "\x02\x02\x01" name state "\x00\x02\x02\x00\x01\x00\x00\x00\x00\x03"
#define HELD_A             RESERVED_A "\x03\x10\x08" /* 3 are reserved, 8 were written. */

struct row {
    const char *what;
    struct shelf_image_sizes sizes;
    bool keeps_history;
    enum err error;
    struct bytes entries;
};

static void check_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct shelf_world world;
        struct shelf_load *load = NULL;
        shelf_world_init(&world, rows[i].keeps_history, 0);
        enum err error = shelf_load_begin(world.shelf, world.book, &rows[i].sizes, 16384, &load);
        assert_int_equal(error, OK);
        error = shelf_load_entries(load, rows[i].entries);
        if (error == OK)
            error = shelf_load_end(load);
        else
            shelf_load_abandon(load);
        if (error != rows[i].error)
            fail_msg("%s: %s", rows[i].what, error == OK ? "taken" : err_text(error));
        if (error == OK)
            shelf_world_check(&world);
        shelf_world_deinit(&world);
    }
}

#define ROW(text, cells, orders, history, result, bytes)                                           \
    {                                                                                              \
        (text), {(cells), (orders)}, (history), (result), BYTES_INIT(bytes)                        \
    }
#define GOOD(text, cells, bytes)    ROW(text, cells, 0, false, OK, bytes)
#define BAD(text, cells, bytes)     ROW(text, cells, 0, false, ERR_CORRUPT, bytes)
#define OLD_GOOD(text, bytes)       ROW(text, 1, 0, true, OK, bytes)
#define OLD_BAD(text, bytes)        ROW(text, 1, 0, true, ERR_CORRUPT, bytes)
#define ORDERS_GOOD(text, n, bytes) ROW(text, 1, n, false, OK, bytes)
#define ORDERS_BAD(text, n, bytes)  ROW(text, 1, n, false, ERR_CORRUPT, bytes)
#define CHECK_ROWS(rows)            check_rows(rows, sizeof(rows) / sizeof((rows)[0]))

static void impossible_runs_are_refused(void **state)
{
    (void)state;
    static const struct row rows[] = {
        GOOD("a cell", 1, ONE CELL_A),
        GOOD("two cells", 2, TWO CELL_A CELL_B),
        GOOD("two cells, the second one first", 2, "\x01\x01\x01\x00\x00\x00" CELL_B ONE CELL_A),
        BAD("an entry of kind 0", 1, ONE CELL_A "\x00"),
        BAD("an entry of kind 3", 1, ONE CELL_A "\x03"),
        BAD("a run of no cells", 1, ONE CELL_A "\x01\x00\x00\x00\x00\x00"),
        BAD("a run behind the last cell", 1, ONE CELL_A "\x01\x01\x01\x00\x00\x00" CELL_B),
        BAD("a run far behind it", 1,
            "\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01\x01\x00\x00\x00" CELL_A),
        BAD("a run without an end", 1, "\x01\x00\xFF\xFF\xFF\xFF" CELL_A),
        BAD("a run that passes the last cell", 1, TWO CELL_A CELL_B),
        BAD("no entries", 1, ""),
        BAD("a cell that does not come", 2, ONE CELL_A),
        BAD("a cell that comes twice", 1, ONE CELL_A ONE CELL_B),
        BAD("a cell that comes twice instead of another", 2, ONE CELL_A ONE CELL_B),
        BAD("a SKU of two cells", 2, TWO CELL_A CELL_A),
        BAD("an empty SKU", 1, ONE "\x80\x00\x02\x05"),
        BAD("a SKU that is cut off", 1,
            ONE "\x80\x05"
                "A\x02\x05"),
        BAD("a SKU of 2^63 bytes", 1,
            ONE "\x80\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"
                "A\x02\x05"),
    };
    CHECK_ROWS(rows);
}

/* The moments 9999-12-31T23:59:59.999Z and 0000-01-01T00:00:00Z as they are written. */
#define LATEST   "\xFE\xEF\xFE\xA1\xFA\x9D\x73"
#define TOO_LATE "\x80\xF0\xFE\xA1\xFA\x9D\x73"
#define EARLIEST "\xFF\xFF\xA2\xF0\xCD\xA2\x1C"
#define TOO_OLD  "\x81\x80\xA3\xF0\xCD\xA2\x1C"

static void impossible_numbers_are_refused(void **state)
{
    (void)state;
    static const struct row rows[] = {
        GOOD("4,000,000,000 available", 1,
             ONE "\x80\x01"
                 "A\x02\x80\xD0\xAC\xF3\x0E"),
        BAD("one more", 1,
            ONE "\x80\x01"
                "A\x02\x81\xD0\xAC\xF3\x0E"),
        BAD("2^64 - 1 available", 1,
            ONE "\x80\x01"
                "A\x02\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"),
        GOOD("a cell without a number", 1,
             ONE "\x00\x01"
                 "A"),
        GOOD("the latest moment", 1,
             ONE "\x80\x01"
                 "A" LATEST "\x05"),
        BAD("one behind it", 1,
            ONE "\x80\x01"
                "A" TOO_LATE "\x05"),
        GOOD("the earliest moment", 1,
             ONE "\x80\x01"
                 "A" EARLIEST "\x05"),
        BAD("one before it", 1,
            ONE "\x80\x01"
                "A" TOO_OLD "\x05"),
        GOOD("from the latest to the one before", 2,
             TWO "\x80\x01"
                 "A" LATEST "\x05\x80\x01"
                 "B\x01\x05"),
        BAD("from the latest to the next", 2,
            TWO "\x80\x01"
                "A" LATEST "\x05\x80\x01"
                "B\x02\x05"),
        BAD("a moment that does not fit in 64 bits", 2,
            TWO "\x80\x01"
                "A\x02\x05\x80\x01"
                "B\xFE\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01\x05"),
        BAD("reserved units without an order", 1, ONE RESERVED_A "\x03\x10\x08"),
        BAD("no units, but written", 1, ONE RESERVED_A "\x00\x10\x08"),
        BAD("reserved units without details", 1,
            ONE "\xA0\x01"
                "A\x02\x05\x03"),
        BAD("reserved units without a number", 1,
            ONE "\x60\x01"
                "A\x03\x00"),
        GOOD("unfit units", 1, ONE DETAILED_A "\x01\x07"),
        BAD("no unfit units, but written", 1, ONE DETAILED_A "\x01\x00"),
        GOOD("2,000,000,000 unfit units", 1, ONE DETAILED_A "\x08\x80\xA8\xD6\xB9\x07"),
        BAD("one more unfit unit", 1, ONE DETAILED_A "\x08\x81\xA8\xD6\xB9\x07"),
        BAD("unfit units without a number", 1,
            ONE "\x40\x01"
                "A\x01\x07"),
        GOOD("details with nothing in them", 1, ONE DETAILED_A "\x00"),
        BAD("details of an unknown kind", 1, ONE DETAILED_A "\x40"),
        GOOD("4,000,000,000 written", 1, ONE DETAILED_A "\x10\x80\xD0\xAC\xF3\x0E"),
        BAD("one more written", 1, ONE DETAILED_A "\x10\x81\xD0\xAC\xF3\x0E"),
        BAD("history on a shelf that keeps none", 1, ONE DETAILED_A "\x20\x02\x00"),
        BAD("its flag alone", 1, ONE DETAILED_A "\x20"),
    };
    CHECK_ROWS(rows);
}

/* A cell that nothing ever lay in. */
#define EMPTY_A                                                                                    \
    "\x40\x01"                                                                                     \
    "A"

static void impossible_histories_are_refused(void **state)
{
    (void)state;
    static const struct row rows[] = {
        OLD_GOOD("a history", ONE DETAILED_A "\x20\x02\x00"),
        OLD_GOOD("a history of two days", ONE DETAILED_A "\x20\x02\x02\x00\x01\x01\x3C\x01\x00"),
        OLD_GOOD("no history of no units", ONE EMPTY_A "\x00"),
        OLD_BAD("no history of units", ONE DETAILED_A "\x00"),
        OLD_BAD("no details where all have them", ONE CELL_A),
        OLD_BAD("a day of place 61", ONE DETAILED_A "\x20\x02\x01\x3D\x01\x01"),
        OLD_BAD("days out of order", ONE DETAILED_A "\x20\x02\x02\x01\x01\x01\x00\x01\x00"),
        OLD_BAD("a day twice", ONE DETAILED_A "\x20\x02\x02\x01\x01\x01\x01\x01\x00"),
        OLD_BAD("a day too few", ONE DETAILED_A "\x20\x02\x02\x01\x01\x01"),
        OLD_GOOD("all units all day",
                 ONE DETAILED_A "\x20\x02\x01\x00\x80\xC8\xE6\xD6\xFF\xFF\x96\x93\x05\x00"),
        OLD_BAD("more than all units all day",
                ONE DETAILED_A "\x20\x02\x01\x00\x81\xC8\xE6\xD6\xFF\xFF\x96\x93\x05\x00"),
        OLD_GOOD("as many sold as are told apart",
                 ONE DETAILED_A "\x20\x02\x01\x00\x00\x80\xA0\x94\xA5\x8D\x1D"),
        OLD_BAD("more sold than are told apart",
                ONE DETAILED_A "\x20\x02\x01\x00\x00\x81\xA0\x94\xA5\x8D\x1D"),
        OLD_BAD("a change too late", ONE DETAILED_A "\x20" TOO_LATE "\x00"),
        OLD_BAD("a change that never was",
                ONE EMPTY_A "\x20\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01\x00"),
    };
    CHECK_ROWS(rows);
}

/* The parts of an order: name, state, place, created, changed, expires, lines. */
#define RESERVED     "\x02\x02\x01o\x00\x00"
#define LINE         "\x01\x00\x00\x00\x00\x03"
#define HELD_ORDER   RESERVED "\x02\x02\x00"
#define FREE_A       ONE DETAILED_A "\x10\x05"
#define EXPIRED_FROM "\x02\x02\x01o\x04\x00\x02"

static void impossible_orders_are_refused(void **state)
{
    (void)state;
    static const struct row rows[] = {
        ORDERS_GOOD("an order", 1, ONE HELD_A ORDER("o", "\x00")),
        ORDERS_GOOD("an order in front of its cell", 1, ORDER("o", "\x00") ONE HELD_A),
        ORDERS_GOOD("a packed one", 1, ONE HELD_A ORDER("o", "\x01")),
        ORDERS_GOOD("a shipped one", 1, FREE_A ORDER("o", "\x02")),
        ORDERS_GOOD("two that are in different lists", 2,
                    ONE HELD_A ORDER("o", "\x00") ORDER("p", "\x03")),
        ORDERS_BAD("an order that does not come", 1, ONE CELL_A),
        ORDERS_BAD("an order that nobody told of", 0, FREE_A ORDER("o", "\x02")),
        ORDERS_BAD("a shipped one that holds units", 1, ONE HELD_A ORDER("o", "\x02")),
        ORDERS_BAD("a reserved one that holds none", 1, FREE_A ORDER("o", "\x00")),
        ORDERS_BAD("a name that comes twice", 2, ONE HELD_A ORDER("o", "\x00") ORDER("o", "\x03")),
        ORDERS_BAD("a place that comes twice", 2, FREE_A ORDER("o", "\x02") ORDER("p", "\x03")),
        ORDERS_BAD("a state that is none", 1, FREE_A ORDER("o", "\x05")),
        ORDERS_BAD("a name of no bytes", 1,
                   FREE_A "\x02\x02\x00\x02\x00\x02\x02\x00\x01\x00\x00\x00\x00\x03"),
        ORDERS_GOOD("an order by its parts", 1, ONE HELD_A HELD_ORDER LINE),
        ORDERS_BAD("no lines", 1, ONE HELD_A HELD_ORDER "\x00\x00\x00\x00"),
        ORDERS_BAD("501 lines", 1, ONE HELD_A HELD_ORDER "\xF5\x01\x00\x00\x00\x03"),
        ORDERS_BAD("2^32 - 1 lines", 1, ONE HELD_A HELD_ORDER "\xFF\xFF\xFF\xFF\x00\x03"),
        ORDERS_BAD("a line about no cell", 1, ONE HELD_A HELD_ORDER "\x01\x00\x00\x00\x02\x03"),
        ORDERS_BAD("a line about cell -1", 1, ONE HELD_A HELD_ORDER "\x01\x00\x00\x00\x01\x03"),
        ORDERS_BAD("a line about a cell past 64 bits", 1,
                   ONE HELD_A HELD_ORDER
                   "\x02\x00\x00\x00\x00\x03\xFE\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01\x03"),
        ORDERS_BAD("a line of no units", 1, ONE HELD_A HELD_ORDER "\x01\x00\x00\x00\x00\x00"),
        ORDERS_BAD("too many units", 1,
                   FREE_A "\x02\x02\x01o\x02\x00\x02\x02\x00"
                          "\x01\x00\x00\x00\x00\x81\xA8\xD6\xB9\x07"),
        ORDERS_BAD("two lines of one cell", 1,
                   ONE HELD_A HELD_ORDER "\x02\x00\x00\x00\x00\x01\x01\x02"),
        ORDERS_BAD("orders that hold more than a cell can have", 2,
                   FREE_A HELD_ORDER "\x01\x00\x00\x00\x00\x80\xA8\xD6\xB9\x07"
                                     "\x02\x02\x01p\x00\x01\x02\x02\x00"
                                     "\x01\x00\x00\x00\x00\x80\xA8\xD6\xB9\x07"),
        ORDERS_BAD("fewer units than the cell has reserved", 1,
                   ONE HELD_A HELD_ORDER "\x01\x00\x00\x00\x00\x02"),
        ORDERS_BAD("more units than the cell has reserved", 1,
                   ONE HELD_A HELD_ORDER "\x01\x00\x00\x00\x00\x04"),
        ORDERS_BAD("a reserved one that changed", 1, ONE HELD_A RESERVED "\x02\x04\x00" LINE),
        ORDERS_BAD("reserved units without details", 1,
                   ONE "\xA0\x01"
                       "A\x02\x05\x03" ORDER("o", "\x00")),
        ORDERS_BAD("reserved units without a number", 1,
                   ONE "\x60\x01"
                       "A\x03\x00" ORDER("o", "\x00")),
        ORDERS_BAD("packed, and created too late", 1,
                   ONE HELD_A "\x02\x02\x01o\x01\x00" TOO_LATE "\x02\x00" LINE),
        ORDERS_BAD("created too late", 1, ONE HELD_A RESERVED TOO_LATE TOO_LATE "\x00" LINE),
        ORDERS_BAD("created too early", 1, ONE HELD_A RESERVED TOO_OLD TOO_OLD "\x00" LINE),
        ORDERS_BAD("to expire too late", 1, ONE HELD_A RESERVED "\x02\x02" TOO_LATE LINE),
        ORDERS_BAD("changed too late", 1, FREE_A "\x02\x02\x01o\x02\x00\x02" TOO_LATE "\x00" LINE),
        ORDERS_GOOD("expired", 1, FREE_A EXPIRED_FROM "\x04\x04" LINE),
        ORDERS_BAD("expired before it was to", 1, FREE_A EXPIRED_FROM "\x04\x06" LINE),
        ORDERS_BAD("expired, and never was to", 1, FREE_A EXPIRED_FROM "\x04\x00" LINE),
    };
    CHECK_ROWS(rows);
}

/* Those that a text cannot show. */
static void sizes_of_names_have_bounds(void **state)
{
    (void)state;
    for (int more = 0; more < 2; more++) {
        struct buffer entries;
        buffer_init(&entries);
        buffer_append(&entries, BYTES(ONE "\x00"));
        buffer_append_varint(&entries, (uint64_t)SKU_BYTES_MAX + (uint64_t)more);
        buffer_append_zeros(&entries, SKU_BYTES_MAX + (size_t)more);
        const struct row cell = {
            "a long SKU", {1, 0}, false, more == 0 ? OK : ERR_CORRUPT, buffer_bytes(&entries)};
        check_rows(&cell, 1);
        buffer_clear(&entries);
        buffer_append(&entries, BYTES(FREE_A "\x02\x02"));
        buffer_append_varint(&entries, (uint64_t)ORDER_ID_BYTES_MAX + (uint64_t)more);
        buffer_append_zeros(&entries, ORDER_ID_BYTES_MAX + (size_t)more);
        buffer_append(&entries, BYTES("\x02\x00\x02\x02\x00" LINE));
        const struct row order = {
            "a long name", {1, 1}, false, more == 0 ? OK : ERR_CORRUPT, buffer_bytes(&entries)};
        check_rows(&order, 1);
        buffer_deinit(&entries);
    }
}

static void an_order_has_at_most_500_lines(void **state)
{
    (void)state;
    for (uint32_t lines = ORDER_ITEMS_MAX; lines <= ORDER_ITEMS_MAX + 1; lines++) {
        struct buffer entries;
        buffer_init(&entries);
        buffer_append(&entries, BYTES("\x01\x00"));
        buffer_append_u32(&entries, lines);
        for (uint32_t i = 0; i < lines; i++)
            buffer_append_format(&entries, "%c%c%04" PRIu32 "\x01", 0, 5, i);
        buffer_append(&entries, BYTES("\x02\x02\x01o\x02\x00\x02\x02\x00"));
        buffer_append_u32(&entries, lines);
        for (uint32_t i = 0; i < lines; i++)
            buffer_append(&entries, BYTES("\x00\x01"));
        const struct row row = {"lines",
                                {lines, 1},
                                false,
                                lines == ORDER_ITEMS_MAX ? OK : ERR_CORRUPT,
                                buffer_bytes(&entries)};
        check_rows(&row, 1);
        buffer_deinit(&entries);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(impossible_runs_are_refused),
        cmocka_unit_test(impossible_numbers_are_refused),
        cmocka_unit_test(impossible_histories_are_refused),
        cmocka_unit_test(impossible_orders_are_refused),
        cmocka_unit_test(sizes_of_names_have_bounds),
        cmocka_unit_test(an_order_has_at_most_500_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
