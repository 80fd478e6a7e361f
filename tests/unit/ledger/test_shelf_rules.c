/* Marks, counts, reservations and sums of a shelf: each rule, then all of them at random against a
 * plain model. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "../../support/chance.h"
#include "../../support/expect.h"
#include "base/hash.h"
#include "ledger/shelf.h"

enum { MARKS_ALL = (1 << STOCK_MARKS_COUNT) - 1 };
#define DAY INT64_C(86400000)

static uint32_t add(struct shelf *shelf, const char *sku)
{
    const struct stock_key key = {bytes_from_text(sku), bytes_hash(bytes_from_text(sku))};
    assert_int_equal(shelf_reserve(shelf, 1, key.sku.size), OK);
    return shelf_add(shelf, &key);
}

/* Reserves units, with the room that this needs. */
static void take(struct shelf *shelf, uint32_t cell, int64_t count)
{
    assert_int_equal(shelf_reserve_details(shelf, 1), OK);
    shelf_take(shelf, cell, count);
}

static void expect_units(const struct shelf *shelf, uint32_t cell, int64_t available,
                         int64_t reserved)
{
    const struct stock_view view = shelf_view(shelf, cell);
    assert_int_equal(view.available, available);
    assert_int_equal(view.reserved, reserved);
}

static void expect_sums(const struct shelf *shelf, uint64_t available, uint64_t reserved,
                        uint64_t unfit)
{
    const struct shelf_sums sums = shelf_sums(shelf);
    assert_int_equal(sums.available, available);
    assert_int_equal(sums.reserved, reserved);
    assert_int_equal(sums.unfit, unfit);
}

static void marks_are_kept_beside_the_longest_sku(void **state)
{
    (void)state;
    static char sku[SKU_BYTES_MAX + 1];
    memset(sku, 'x', SKU_BYTES_MAX);
    struct shelf *shelf = shelf_create(false);
    const uint32_t cell = add(shelf, sku);
    const uint32_t other = add(shelf, "other");
    for (uint32_t marks = 0; marks < 1 << STOCK_MARKS_COUNT; marks++) {
        shelf_set_marks(shelf, cell, marks);
        assert_int_equal(shelf_marks(shelf, cell), marks);
        assert_int_equal(shelf_view(shelf, cell).marks, marks);
        EXPECT_TEXT(shelf_view(shelf, cell).sku, sku);
        assert_int_equal(shelf_marks(shelf, other), 0);
        for (uint32_t mark = 1; mark < 1 << STOCK_MARKS_COUNT; mark <<= 1)
            assert_int_equal(shelf_marked_count(shelf, (enum stock_mark)mark), (marks & mark) != 0);
    }
    shelf_set_marks(shelf, other, STOCK_HIDDEN);
    assert_int_equal(shelf_marked_count(shelf, STOCK_HIDDEN), 2);
    shelf_destroy(shelf);
}

static void write_brings_a_deleted_cell_back_and_nothing_else(void **state)
{
    (void)state;
    struct shelf *shelf = shelf_create(false);
    const uint32_t cell = add(shelf, "A");
    shelf_set_marks(shelf, cell, MARKS_ALL);
    shelf_set_counted(shelf, cell, STOCK_AVAILABLE, 3, 1);
    assert_int_equal(shelf_marks(shelf, cell), MARKS_ALL); /* A count is not the seller's word. */
    shelf_set_available(shelf, cell, 4, 1);
    assert_int_equal(shelf_marks(shelf, cell), MARKS_ALL & ~STOCK_DELETED);
    assert_int_equal(shelf_marked_count(shelf, STOCK_DELETED), 0);
    assert_int_equal(shelf_marked_count(shelf, STOCK_ARCHIVED), 1);
    expect_units(shelf, cell, 4, 0);
    shelf_destroy(shelf);
}

static void units_move_between_available_and_reserved(void **state)
{
    (void)state;
    struct shelf *shelf = shelf_create(false);
    const uint32_t cell = add(shelf, "A");
    shelf_set_available(shelf, cell, 20, 1000);
    take(shelf, cell, 2);
    expect_units(shelf, cell, 18, 2);
    shelf_set_available(shelf, cell, 18, 2000); /* Vector 28: FIT 20, FREEZE 2, AVAILABLE 18. */
    expect_units(shelf, cell, 18, 2);
    shelf_give_back(shelf, cell, 1);
    expect_units(shelf, cell, 19, 1);
    shelf_release(shelf, cell, 1, true, 5000);
    expect_units(shelf, cell, 19, 0);
    assert_int_equal(shelf_view(shelf, cell).updated_at_ms, 2000); /* Orders leave it alone. */
    assert_int_equal(shelf_reservable(shelf, cell), 19);
    expect_sums(shelf, 19, 0, 0);
    shelf_destroy(shelf);
}

static void cell_holds_two_largest_counts_and_no_more(void **state)
{
    (void)state;
    struct shelf *shelf = shelf_create(false);
    const uint32_t cell = add(shelf, "A");
    shelf_set_available(shelf, cell, STOCK_COUNT_MAX, 1);
    take(shelf, cell, STOCK_COUNT_MAX);
    shelf_set_available(shelf, cell, STOCK_COUNT_MAX, 2);
    assert_int_equal(shelf_reservable(shelf, cell), 0); /* Reserved is bounded. */
    shelf_give_back(shelf, cell, STOCK_COUNT_MAX);
    expect_units(shelf, cell, 2 * STOCK_COUNT_MAX, 0);
    assert_int_equal(shelf_reservable(shelf, cell), STOCK_COUNT_MAX);
    expect_sums(shelf, 2 * (uint64_t)STOCK_COUNT_MAX, 0, 0);
    shelf_destroy(shelf);
}

static void fit_is_available_and_reserved_together(void **state)
{
    (void)state;
    struct shelf *shelf = shelf_create(false);
    const uint32_t cell = add(shelf, "A");
    shelf_set_counted(shelf, cell, STOCK_FIT, 10, 1);
    take(shelf, cell, 4);
    assert_true(shelf_covers_reserved(shelf, cell, 4));
    assert_false(shelf_covers_reserved(shelf, cell, 3));
    shelf_set_counted(shelf, cell, STOCK_FIT, 7, 2);
    expect_units(shelf, cell, 3, 4);
    shelf_set_counted(shelf, cell, STOCK_FIT, 4, 3);
    expect_units(shelf, cell, 0, 4);
    shelf_set_counted(shelf, cell, STOCK_AVAILABLE, 9, 4);
    expect_units(shelf, cell, 9, 4);
    assert_int_equal(shelf_view(shelf, cell).updated_at_ms, 4);
    shelf_destroy(shelf);
}

static void repeated_write_does_not_bring_back_what_was_ordered(void **state)
{
    (void)state;
    struct shelf *shelf = shelf_create(false);
    const uint32_t cell = add(shelf, "A");
    shelf_set_available(shelf, cell, 10, 5);
    assert_false(shelf_is_repeat(shelf, cell, 10, 5)); /* Nothing to bring back. */
    take(shelf, cell, 4);
    take(shelf, cell, 1);
    assert_true(shelf_is_repeat(shelf, cell, 10, 5));
    assert_false(shelf_is_repeat(shelf, cell, 9, 5));  /* A correction. */
    assert_false(shelf_is_repeat(shelf, cell, 10, 6)); /* Counted anew. */
    shelf_set_marks(shelf, cell, STOCK_DELETED);
    assert_false(shelf_is_repeat(shelf, cell, 10, 5)); /* It brings the offer back. */
    shelf_set_marks(shelf, cell, 0);
    shelf_give_back(shelf, cell, 4);
    assert_true(shelf_is_repeat(shelf, cell, 10, 5));
    shelf_set_available(shelf, cell, 10, 6);
    assert_false(shelf_is_repeat(shelf, cell, 10, 6));
    expect_units(shelf, cell, 10, 1);
    shelf_destroy(shelf);
}

static void unfit_units_stand_beside_the_others(void **state)
{
    (void)state;
    struct shelf *shelf = shelf_create(false);
    struct stock_details details;
    const uint32_t cell = add(shelf, "A");
    shelf_set_counted(shelf, cell, STOCK_DEFECT, 0, 1); /* Nothing becomes nothing: no room. */
    assert_false(shelf_details(shelf, cell, 0, &details));
    assert_int_equal(shelf_view(shelf, cell).updated_at_ms, 1);
    assert_int_equal(shelf_reserve_details(shelf, 1), OK);
    for (int type = STOCK_QUARANTINE; type <= STOCK_UTILIZATION; type++)
        shelf_set_counted(shelf, cell, (enum stock_type)type, type * 10, 2);
    assert_true(shelf_details(shelf, cell, 0, &details));
    for (int i = 0; i < STOCK_UNFIT_COUNT; i++)
        assert_int_equal(details.unfit[i], (STOCK_QUARANTINE + i) * 10);
    assert_true(details.turnover_tenths < 0);
    expect_units(shelf, cell, 0, 0);
    expect_sums(shelf, 0, 0, 30 + 40 + 50 + 60);
    for (int type = STOCK_QUARANTINE; type <= STOCK_UTILIZATION; type++)
        shelf_set_counted(shelf, cell, (enum stock_type)type, 0, 3);
    expect_sums(shelf, 0, 0, 0);
    shelf_destroy(shelf);
}

static void only_shelves_that_keep_history_know_turnover(void **state)
{
    (void)state;
    for (int keeps = 0; keeps < 2; keeps++) {
        struct shelf *shelf = shelf_create(keeps == 1);
        struct stock_details details = {.turnover_tenths = 7};
        const uint32_t cell = add(shelf, "A");
        shelf_set_counted(shelf, cell, STOCK_FIT, 449, 40 * DAY);
        take(shelf, cell, 300);
        shelf_give_back(shelf, cell, 1);
        take(shelf, cell, 1);
        shelf_release(shelf, cell, 300, true, 70 * DAY);
        assert_true(shelf_details(shelf, cell, 70 * DAY, &details));
        assert_int_equal(details.turnover_tenths, keeps == 1 ? 449 : -1);
        if (keeps == 1) {
            assert_true(shelf_details(shelf, cell, 0, &details));
            assert_true(details.turnover_tenths < 0); /* It was not asked for. */
        }
        shelf_destroy(shelf);
    }
}

static void units_that_leave_unsold_are_no_sale(void **state)
{
    (void)state;
    struct shelf *shelf = shelf_create(true);
    struct stock_details details;
    const uint32_t cell = add(shelf, "A");
    shelf_set_available(shelf, cell, 100, DAY);
    take(shelf, cell, 50);
    shelf_release(shelf, cell, 50, false, 11 * DAY);
    assert_true(shelf_details(shelf, cell, 11 * DAY, &details));
    assert_true(details.turnover_tenths < 0);
    take(shelf, cell, 50); /* 100 for ten days, 50 for ten, 50 sold: 1500 / 50. */
    shelf_release(shelf, cell, 50, true, 21 * DAY);
    assert_true(shelf_details(shelf, cell, 21 * DAY, &details));
    assert_int_equal(details.turnover_tenths, 300);
    shelf_destroy(shelf);
}

/* The model: what each cell should be. */
enum { CELLS = 200, STEPS = 200000 };
struct model_cell {
    int64_t available;
    int64_t reserved;
    int64_t unfit[STOCK_UNFIT_COUNT];
    uint32_t marks;
    int64_t moment;
};

static void model_step(struct chance *chance, struct shelf *shelf, struct model_cell *model)
{
    const uint32_t number = (uint32_t)chance_below(chance, CELLS);
    struct model_cell *cell = &model[number];
    const int64_t count = chance_between(chance, 0, chance_one_in(chance, 9) ? STOCK_COUNT_MAX : 9);
    cell->moment += chance_between(chance, 0, 2);
    switch (chance_below(chance, 7)) {
    case 0:
        shelf_set_available(shelf, number, count, cell->moment);
        cell->available = count;
        cell->marks &= ~(uint32_t)STOCK_DELETED;
        break;
    case 1: {
        const int unfit = (int)chance_below(chance, STOCK_UNFIT_COUNT);
        assert_int_equal(shelf_reserve_details(shelf, 1), OK);
        shelf_set_counted(shelf, number, (enum stock_type)(STOCK_QUARANTINE + unfit), count,
                          cell->moment);
        cell->unfit[unfit] = count;
        break;
    }
    case 2:
        assert_int_equal(shelf_covers_reserved(shelf, number, count), count >= cell->reserved);
        if (count < cell->reserved)
            return;
        shelf_set_counted(shelf, number, STOCK_FIT, count, cell->moment);
        cell->available = count - cell->reserved;
        break;
    case 3:
        cell->marks = (uint32_t)chance_below(chance, MARKS_ALL + 1);
        shelf_set_marks(shelf, number, cell->marks);
        return;
    case 4:
        if (count == 0 || count > cell->available || cell->reserved + count > STOCK_COUNT_MAX)
            return;
        take(shelf, number, count);
        cell->available -= count;
        cell->reserved += count;
        return;
    default:
        if (count == 0 || count > cell->reserved)
            return;
        cell->reserved -= count;
        if (chance_one_in(chance, 2)) {
            shelf_give_back(shelf, number, count);
            cell->available += count;
        } else {
            shelf_release(shelf, number, count, chance_one_in(chance, 2), cell->moment);
        }
        return;
    }
    assert_int_equal(shelf_view(shelf, number).updated_at_ms, cell->moment);
}

static void compare(const struct shelf *shelf, const struct model_cell *model)
{
    struct model_cell sum = {.available = 0};
    uint32_t marked[STOCK_MARKS_COUNT] = {0};
    for (uint32_t i = 0; i < CELLS; i++) {
        const struct stock_view view = shelf_view(shelf, i);
        struct stock_details details = {.turnover_tenths = 0};
        (void)shelf_details(shelf, i, 0, &details);
        int64_t unfit = 0;
        for (int type = 0; type < STOCK_UNFIT_COUNT; type++) {
            assert_int_equal(details.unfit[type], model[i].unfit[type]);
            unfit += details.unfit[type];
        }
        assert_int_equal(view.available, model[i].available);
        assert_int_equal(view.reserved, model[i].reserved);
        assert_int_equal(view.marks, model[i].marks);
        sum.available += view.available;
        sum.reserved += view.reserved;
        sum.unfit[0] += unfit;
        for (int mark = 0; mark < STOCK_MARKS_COUNT; mark++)
            marked[mark] += view.marks >> mark & 1;
    }
    expect_sums(shelf, (uint64_t)sum.available, (uint64_t)sum.reserved, (uint64_t)sum.unfit[0]);
    for (int mark = 0; mark < STOCK_MARKS_COUNT; mark++)
        assert_int_equal(shelf_marked_count(shelf, (enum stock_mark)(1 << mark)), marked[mark]);
}

static void shelf_agrees_with_a_plain_model(void **state)
{
    (void)state;
    struct chance chance = chance_begin(__func__);
    for (int keeps = 0; keeps < 2; keeps++) {
        struct model_cell model[CELLS] = {{.available = 0}};
        struct shelf *shelf = shelf_create(keeps == 1);
        char sku[16];
        for (uint32_t i = 0; i < CELLS; i++) {
            (void)snprintf(sku, sizeof(sku), "s%u", i);
            assert_int_equal(add(shelf, sku), i);
        }
        for (int step = 0; step < STEPS; step++) {
            model_step(&chance, shelf, model);
            if (step % 1000 == 0)
                compare(shelf, model);
        }
        compare(shelf, model);
        shelf_destroy(shelf);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(marks_are_kept_beside_the_longest_sku),
        cmocka_unit_test(write_brings_a_deleted_cell_back_and_nothing_else),
        cmocka_unit_test(units_move_between_available_and_reserved),
        cmocka_unit_test(cell_holds_two_largest_counts_and_no_more),
        cmocka_unit_test(fit_is_available_and_reserved_together),
        cmocka_unit_test(repeated_write_does_not_bring_back_what_was_ordered),
        cmocka_unit_test(unfit_units_stand_beside_the_others),
        cmocka_unit_test(only_shelves_that_keep_history_know_turnover),
        cmocka_unit_test(units_that_leave_unsold_are_no_sale),
        cmocka_unit_test(shelf_agrees_with_a_plain_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
