/* Marks, counts and what pages show of them: each before and after the store is opened again. */
#include "store_calls.h"

enum { SHELF = 7 };
#define MARKET market_shelf_id(SHELF, 3)
#define NOW    INT64_C(1700000000000)

static uint32_t marks_of(struct store_world *world, int64_t shelf_id, const char *sku)
{
    struct stock_view view = {.marks = 99};
    return get_one(world, shelf_id, sku, &view) ? view.marks : 77;
}

static void marks_are_set_and_cleared_for_good(void **state)
{
    struct store_world *world = *state;
    put_one(world, SHELF, "A", 5, 1);
    assert_int_equal(mark_one(world, SHELF, "A", STOCK_HIDDEN | STOCK_ARCHIVED, 0), VERDICT_OK);
    assert_int_equal(mark_one(world, SHELF, "A", STOCK_FREE_STORAGE, STOCK_HIDDEN), VERDICT_OK);
    for (int again = 0; again < 2; again++) {
        assert_int_equal(marks_of(world, SHELF, "A"), STOCK_ARCHIVED | STOCK_FREE_STORAGE);
        expect_units(world, SHELF, "A", 5, 0);
        store_world_reopen(world);
    }
}

static void mark_creates_a_bare_cell_only_when_asked(void **state)
{
    struct store_world *world = *state;
    struct stock_view view = {.available = -1};
    assert_int_equal(mark_one(world, SHELF, "B", 0, STOCK_HIDDEN), VERDICT_OK);
    assert_false(get_one(world, SHELF, "B", &view));
    make_bare(world, SHELF, "B");
    assert_int_equal(mark_one(world, SHELF, "C", STOCK_HIDDEN, 0), VERDICT_OK);
    for (int again = 0; again < 2; again++) {
        assert_true(get_one(world, SHELF, "B", &view));
        assert_true(view.updated_at_ms == STOCK_NEVER_UPDATED);
        assert_int_equal(view.available, 0);
        assert_null(view.details);
        assert_int_equal(marks_of(world, SHELF, "C"), STOCK_HIDDEN);
        store_world_reopen(world);
    }
}

static void mark_that_changes_nothing_writes_nothing(void **state)
{
    struct store_world *world = *state;
    put_one(world, SHELF, "A", 5, 1);
    assert_int_equal(mark_one(world, SHELF, "A", STOCK_HIDDEN, 0), VERDICT_OK);
    assert_int_equal(mark_one(world, SHELF, "A", STOCK_HIDDEN, STOCK_ARCHIVED), VERDICT_OK);
    make_bare(world, SHELF, "A");
    assert_int_equal(mark_one(world, 99, "A", 0, STOCK_HIDDEN), VERDICT_OK);
    store_world_reopen(world);
    assert_int_equal(world->opening.recovery.records_count, 2);
}

static void put_brings_a_deleted_offer_back(void **state)
{
    struct store_world *world = *state;
    put_one(world, SHELF, "A", 5, 1000);
    assert_int_equal(mark_one(world, SHELF, "A", STOCK_DELETED | STOCK_HIDDEN, 0), VERDICT_OK);
    const struct stock_write stale = write_of("A", 6, 999);
    assert_int_equal(put_items(world, SHELF, STORE_UNKNOWN_CREATE, &stale, 1, NULL), VERDICT_OK);
    assert_int_equal(marks_of(world, SHELF, "A"), STOCK_DELETED | STOCK_HIDDEN);
    put_one(world, SHELF, "A", 6, 1000);
    for (int again = 0; again < 2; again++) {
        assert_int_equal(marks_of(world, SHELF, "A"), STOCK_HIDDEN);
        store_world_reopen(world);
    }
}

static void counts_of_all_types_are_kept(void **state)
{
    struct store_world *world = *state;
    const struct stock_count items[] = {
        counted("A", STOCK_FIT, 10, NOW),        counted("A", STOCK_QUARANTINE, 1, NOW),
        counted("A", STOCK_DEFECT, 2, NOW),      counted("B", STOCK_EXPIRED, 3, NOW),
        counted("B", STOCK_UTILIZATION, 4, NOW), counted("C", STOCK_AVAILABLE, 5, NOW),
    };
    assert_int_equal(count_items(world, SHELF, items, 6).verdict, VERDICT_OK);
    for (int again = 0; again < 2; again++) {
        struct stock_view view = {.available = -1};
        expect_units(world, SHELF, "A", 10, 0);
        assert_true(get_one(world, SHELF, "A", &view));
        assert_int_equal(view.details->unfit[0], 1);
        assert_int_equal(view.details->unfit[1], 2);
        assert_int_equal(view.updated_at_ms, NOW);
        assert_true(get_one(world, SHELF, "B", &view));
        assert_int_equal(view.available, 0);
        assert_int_equal(view.details->unfit[2], 3);
        assert_int_equal(view.details->unfit[3], 4);
        assert_true(view.details->turnover_tenths < 0);
        assert_true(get_one(world, SHELF, "C", &view));
        assert_null(view.details);
        const struct shelf_totals totals = totals_of(world, SHELF, 0);
        assert_int_equal(totals.cells_count, 3);
        assert_int_equal(totals.available, 15);
        assert_int_equal(totals.unfit, 10);
        assert_int_equal(totals.reserved, 0);
        store_world_reopen(world);
    }
}

static void count_that_is_older_than_the_cell_is_left_out(void **state)
{
    struct store_world *world = *state;
    put_one(world, SHELF, "A", 5, 1000);
    const struct stock_count items[] = {counted("A", STOCK_DEFECT, 9, 999),
                                        counted("A", STOCK_AVAILABLE, 6, 1000),
                                        counted("A", STOCK_EXPIRED, 1, 999)};
    assert_int_equal(count_items(world, SHELF, items, 3).verdict, VERDICT_OK);
    for (int again = 0; again < 2; again++) {
        expect_units(world, SHELF, "A", 6, 0);
        assert_int_equal(totals_of(world, SHELF, 0).unfit, 0);
        store_world_reopen(world);
    }
}

static void types_of_one_sku_are_applied_in_their_order(void **state)
{
    struct store_world *world = *state;
    put_one(world, SHELF, "A", 10, 1);
    assert_int_equal(reserve_one(world, SHELF, "x", ordered("A", 4), 1, 0), VERDICT_OK);
    const struct stock_count fit_last[] = {counted("A", STOCK_AVAILABLE, 100, 2),
                                           counted("A", STOCK_FIT, 20, 2)};
    assert_int_equal(count_items(world, SHELF, fit_last, 2).verdict, VERDICT_OK);
    expect_units(world, SHELF, "A", 16, 4);
    const struct stock_count fit_first[] = {fit_last[1], fit_last[0]};
    assert_int_equal(count_items(world, SHELF, fit_first, 2).verdict, VERDICT_OK);
    expect_units(world, SHELF, "A", 100, 4);
}

static void fit_below_what_orders_hold_changes_nothing(void **state)
{
    struct store_world *world = *state;
    put_one(world, SHELF, "A", 10, 1);
    assert_int_equal(reserve_one(world, SHELF, "x", ordered("A", 4), 1, 0), VERDICT_OK);
    const struct stock_count items[] = {counted("B", STOCK_FIT, 1, 2),
                                        counted("A", STOCK_FIT, 3, 2)};
    const struct store_command command = count_items(world, SHELF, items, 2);
    assert_int_equal(command.verdict, VERDICT_BELOW_RESERVED);
    assert_true(command.waiter.seq > 0); /* What it tells is durable before it is told. */
    assert_true(bytes_equal(command.count.sku, BYTES("A")));
    assert_int_equal(command.count.reserved, 4);
    for (int again = 0; again < 2; again++) {
        expect_units(world, SHELF, "A", 6, 4);
        assert_int_equal(count_of(world, SHELF, "B"), -1);
        store_world_reopen(world);
    }
    count_one(world, SHELF, "A", STOCK_FIT, 4, 2);
    expect_units(world, SHELF, "A", 0, 4);
    count_one(world, SHELF, "A", STOCK_FIT, 1, 1); /* Older than the cell: left out, not refused. */
}

#define FILTER(units, mask, wanted, bare)                                                          \
    {                                                                                              \
        .presence = (units), .marks_mask = (mask), .marks_wanted = (wanted),                       \
        .never_updated = (bare)                                                                    \
    }

/* Number of cells that a filter shows, over all pages. */
static uint32_t shown(struct store_world *world, int64_t shelf_id, struct store_filter filter)
{
    uint32_t count = 0;
    uint8_t kept[64];
    struct store_page page = {.limit = 2, .filter = filter};
    do {
        const struct store_command command = get_page(world, shelf_id, page);
        assert_int_equal(command.verdict, VERDICT_OK);
        count += command.views_count;
        page.position = (struct bytes){kept, command.page.next.size};
        if (page.position.size > 0)
            memcpy(kept, command.page.next.data, page.position.size);
    } while (page.position.size > 0);
    return count;
}

static void pages_are_filtered_by_marks_numbers_and_units(void **state)
{
    struct store_world *world = *state;
    put_one(world, SHELF, "available", 5, 1);
    put_one(world, SHELF, "reserved", 5, 1);
    put_one(world, SHELF, "nothing", 0, 1);
    count_one(world, SHELF, "unfit", STOCK_DEFECT, 1, 1);
    count_one(world, SHELF, "no more", STOCK_DEFECT, 1, 1);
    count_one(world, SHELF, "no more", STOCK_DEFECT, 0, 1);
    make_bare(world, SHELF, "bare");
    assert_int_equal(mark_one(world, SHELF, "archived", STOCK_ARCHIVED, 0), VERDICT_OK);
    assert_int_equal(mark_one(world, SHELF, "nothing", STOCK_ARCHIVED | STOCK_HIDDEN, 0),
                     VERDICT_OK);
    assert_int_equal(reserve_one(world, SHELF, "x", ordered("reserved", 5), 1, 0), VERDICT_OK);
    static const struct {
        struct store_filter filter;
        uint32_t shown;
    } rows[] = {
        {FILTER(STORE_ANY, 0, 0, false), 5},
        {FILTER(STORE_ANY, 0, 0, true), 7},
        {FILTER(STORE_PRESENT, 0, 0, false), 2}, /* What is unfit is not there (C83). */
        {FILTER(STORE_ABSENT, 0, 0, false), 3},
        {FILTER(STORE_ABSENT, 0, 0, true), 5},
        {FILTER(STORE_ANY, STOCK_ARCHIVED, 0, false), 4},
        {FILTER(STORE_ANY, STOCK_ARCHIVED, STOCK_ARCHIVED, false), 1},
        {FILTER(STORE_ANY, STOCK_ARCHIVED, STOCK_ARCHIVED, true), 2},
        {FILTER(STORE_ANY, STOCK_ARCHIVED | STOCK_HIDDEN, STOCK_ARCHIVED, true), 1},
        {FILTER(STORE_ANY, STOCK_ARCHIVED | STOCK_HIDDEN, STOCK_ARCHIVED | STOCK_HIDDEN, true), 1},
        {FILTER(STORE_ANY, STOCK_HIDDEN, 0, true), 6},
        {FILTER(STORE_ANY, STOCK_DELETED, STOCK_DELETED, true), 0},
    };
    for (int again = 0; again < 2; again++) {
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
            if (shown(world, SHELF, rows[i].filter) != rows[i].shown)
                fail_msg("row %zu", i);
        }
        store_world_reopen(world);
    }
}

static void page_that_wants_a_mark_nobody_has_ends_at_once(void **state)
{
    static char skus[PUT_SKUS_MAX][32];
    static struct stock_write items[PUT_SKUS_MAX];
    struct store_world *world = *state;
    const struct store_filter hidden = FILTER(STORE_ANY, STOCK_HIDDEN, STOCK_HIDDEN, true);
    for (int round = 0; round < 150; round++) { /* More than one page looks at. */
        for (int i = 0; i < PUT_SKUS_MAX; i++) {
            (void)snprintf(skus[i], sizeof(skus[i]), "%d-%d", round, i);
            items[i] = write_of(skus[i], 0, 1);
        }
        assert_int_equal(put_items(world, SHELF, STORE_UNKNOWN_CREATE, items, PUT_SKUS_MAX, NULL),
                         VERDICT_OK);
    }
    struct store_page page = {.limit = 10, .filter = hidden};
    struct store_command command = get_page(world, SHELF, page);
    assert_int_equal(command.views_count, 0);
    assert_int_equal(command.page.next.size, 0);
    page.position = BYTES("290000"); /* Farther from the start than a page looks. */
    command = get_page(world, SHELF, page);
    assert_int_equal(command.page.prev.size, 0);
    page.position = BYTES("");
    assert_int_equal(mark_one(world, SHELF, "149-1999", STOCK_HIDDEN, 0), VERDICT_OK);
    command = get_page(world, SHELF, page); /* Now it has to look, and ends early. */
    assert_int_equal(command.views_count, 0);
    assert_true(command.page.next.size > 0);
    assert_int_equal(shown(world, SHELF, hidden), 1);
}

static void market_shelf_tells_turnover_to_the_tenth(void **state)
{
    /* CONTRACT §17, vector 27: 44.9, 45, 99.9, 100, 119.9, 120 days. */
    static const int64_t tenths[] = {449, 450, 999, 1000, 1199, 1200};
    struct store_world *world = *state;
    char sku[16];
    for (int i = 0; i < 6; i++) {
        (void)snprintf(sku, sizeof(sku), "s%d", i);
        count_one(world, MARKET, sku, STOCK_FIT, tenths[i], NOW - 30 * DAY);
        assert_int_equal(reserve_one(world, MARKET, sku, ordered(sku, 300), NOW, 0), VERDICT_OK);
        assert_int_equal(order_do(world, MARKET, sku, ORDER_SHIP, NOW), VERDICT_OK);
    }
    count_one(world, MARKET, "unsold", STOCK_FIT, 5, NOW - 30 * DAY);
    for (int again = 0; again < 2; again++) {
        const struct store_command asked =
            get_page(world, MARKET, (struct store_page){.limit = 10, .turnover_at_ms = NOW});
        assert_int_equal(asked.views_count, 7);
        for (int i = 0; i < 6; i++)
            assert_int_equal(asked.views[i].details->turnover_tenths, tenths[i]);
        assert_true(asked.views[6].details->turnover_tenths < 0);
        const struct store_command not_asked =
            get_page(world, MARKET, (struct store_page){.limit = 10});
        assert_true(not_asked.views[0].details->turnover_tenths < 0);
        store_world_reopen(world);
    }
}

static void campaign_part_of_a_shelf_number_is_the_highest(void **state)
{
    struct store_world *world = *state;
    struct store_metrics metrics;
    store_metrics(world->store, &metrics);
    assert_int_equal(metrics.shelf_id_max, 0);
    put_one(world, market_shelf_id(5, 1000), "A", 1, 1);
    put_one(world, 3, "A", 1, 1);
    for (int again = 0; again < 2; again++) {
        store_metrics(world->store, &metrics);
        assert_int_equal(metrics.shelf_id_max, 5);
        assert_int_equal(metrics.shelves_count, 2);
        store_world_reopen(world);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, store_world_begin, store_world_end)
    const struct CMUnitTest tests[] = {
        TEST(marks_are_set_and_cleared_for_good),
        TEST(mark_creates_a_bare_cell_only_when_asked),
        TEST(mark_that_changes_nothing_writes_nothing),
        TEST(put_brings_a_deleted_offer_back),
        TEST(counts_of_all_types_are_kept),
        TEST(count_that_is_older_than_the_cell_is_left_out),
        TEST(types_of_one_sku_are_applied_in_their_order),
        TEST(fit_below_what_orders_hold_changes_nothing),
        TEST(pages_are_filtered_by_marks_numbers_and_units),
        TEST(page_that_wants_a_mark_nobody_has_ends_at_once),
        TEST(market_shelf_tells_turnover_to_the_tenth),
        TEST(campaign_part_of_a_shelf_number_is_the_highest),
    };
    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
