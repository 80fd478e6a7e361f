/* What a shelf knows is carried to another one: numbers, units that cannot be sold, marks, cells
 * without a number. */
#include "store_calls.h"

enum {
    FROM = 1,
    TO = 2,
    MARKS_ALL = (1 << STOCK_MARKS_COUNT) - 1,
    CARRIED = STOCK_ARCHIVED | STOCK_FREE_STORAGE | STOCK_PLACED,
};

static struct stock_view view_of(struct store_world *world, int64_t shelf_id, const char *sku)
{
    struct stock_view view = {.available = -1};
    if (!get_one(world, shelf_id, sku, &view))
        fail_msg("%s is not on shelf %d", sku, (int)shelf_id);
    return view;
}

static void marks_that_a_business_shares_are_carried_and_others_stay(void **state)
{
    struct store_world *world = *state;
    put_one(world, FROM, "archived", 1, 1);
    put_one(world, FROM, "plain", 2, 1);
    put_one(world, TO, "plain", 3, 0);
    put_one(world, TO, "own", 4, 0);
    assert_int_equal(mark_one(world, FROM, "archived", MARKS_ALL, 0), VERDICT_OK);
    assert_int_equal(mark_one(world, TO, "plain", MARKS_ALL, 0), VERDICT_OK);
    assert_int_equal(mark_one(world, TO, "own", MARKS_ALL, 0), VERDICT_OK);
    assert_int_equal(store_copy_shelf(world->store, FROM, TO, STORE_TIES_LAST), OK);
    for (int again = 0; again < 2; again++) {
        assert_int_equal(view_of(world, TO, "archived").marks, CARRIED);
        assert_int_equal(view_of(world, TO, "archived").available, 1);
        /* The campaign had deleted it, and still has: nobody wrote a number. */
        assert_int_equal(view_of(world, TO, "plain").marks, MARKS_ALL & ~(uint32_t)STOCK_ARCHIVED);
        assert_int_equal(view_of(world, TO, "plain").available, 2);
        assert_int_equal(view_of(world, TO, "own").marks, MARKS_ALL);
        assert_int_equal(view_of(world, FROM, "archived").marks, MARKS_ALL);
        store_world_reopen(world);
    }
}

/* Orders moved the numbers since they were copied, and left their moment: whoever comes back must
 * not bring sold units along (C60). */
static void of_two_numbers_of_one_moment_the_least_joins(void **state)
{
    struct store_world *world = *state;
    put_one(world, FROM, "sold there", 10, 5);
    put_one(world, TO, "sold there", 0, 5);
    put_one(world, FROM, "sold here", 1, 5);
    put_one(world, TO, "sold here", 10, 5);
    put_one(world, FROM, "newer", 9, 6);
    put_one(world, TO, "newer", 3, 5);
    put_one(world, FROM, "new", 4, 5);
    assert_int_equal(store_copy_shelf(world->store, FROM, TO, STORE_TIES_LEAST), OK);
    for (int again = 0; again < 2; again++) {
        assert_int_equal(view_of(world, TO, "sold there").available, 0);
        assert_int_equal(view_of(world, TO, "sold here").available, 1);
        assert_int_equal(view_of(world, TO, "newer").available, 9);
        assert_int_equal(view_of(world, TO, "new").available, 4);
        store_world_reopen(world);
    }
}

static void cell_without_a_number_comes_without_one(void **state)
{
    struct store_world *world = *state;
    make_bare(world, FROM, "bare");
    make_bare(world, FROM, "known there");
    put_one(world, TO, "known there", 7, 1);
    assert_int_equal(store_copy_shelf(world->store, FROM, TO, STORE_TIES_LAST), OK);
    for (int again = 0; again < 2; again++) {
        assert_true(view_of(world, TO, "bare").updated_at_ms == STOCK_NEVER_UPDATED);
        assert_int_equal(view_of(world, TO, "known there").available, 7);
        store_world_reopen(world);
    }
}

static void unfit_units_that_are_no_more_are_taken_away(void **state)
{
    struct store_world *world = *state;
    put_one(world, FROM, "A", 5, 10);
    count_one(world, TO, "A", STOCK_DEFECT, 9, 9);
    assert_int_equal(store_copy_shelf(world->store, FROM, TO, STORE_TIES_LAST), OK);
    assert_int_equal(totals_of(world, TO, 0).unfit, 0);
    expect_units(world, TO, "A", 5, 0);
}

static void unfit_units_follow_the_newer_number(void **state)
{
    struct store_world *world = *state;
    count_one(world, FROM, "new", STOCK_DEFECT, 3, 10);
    count_one(world, FROM, "newer", STOCK_DEFECT, 3, 10);
    count_one(world, TO, "newer", STOCK_DEFECT, 9, 9);
    count_one(world, TO, "newer", STOCK_EXPIRED, 9, 9);
    count_one(world, FROM, "older", STOCK_DEFECT, 3, 10);
    count_one(world, TO, "older", STOCK_DEFECT, 9, 11);
    put_one(world, FROM, "none now", 5, 10);
    count_one(world, TO, "none now", STOCK_QUARANTINE, 9, 9);
    assert_int_equal(store_copy_shelf(world->store, FROM, TO, STORE_TIES_LAST), OK);
    for (int again = 0; again < 2; again++) {
        assert_int_equal(view_of(world, TO, "new").details->unfit[1], 3);
        assert_int_equal(view_of(world, TO, "newer").details->unfit[1], 3);
        assert_int_equal(view_of(world, TO, "newer").details->unfit[2], 0);
        assert_int_equal(view_of(world, TO, "older").details->unfit[1], 9);
        assert_int_equal(view_of(world, TO, "none now").details->unfit[0], 0);
        assert_int_equal(view_of(world, TO, "none now").available, 5);
        assert_int_equal(totals_of(world, TO, 0).unfit, 3 + 3 + 9);
        store_world_reopen(world);
    }
}

static void more_than_may_be_written_is_cut_to_what_may(void **state)
{
    struct store_world *world = *state;
    put_one(world, FROM, "A", STOCK_COUNT_MAX, 1);
    assert_int_equal(reserve_one(world, FROM, "x", ordered("A", STOCK_COUNT_MAX), 1, 0),
                     VERDICT_OK);
    put_one(world, FROM, "A", STOCK_COUNT_MAX, 2);
    assert_int_equal(order_do(world, FROM, "x", ORDER_CANCEL, 2), VERDICT_OK);
    expect_units(world, FROM, "A", 2 * STOCK_COUNT_MAX, 0);
    assert_int_equal(store_copy_shelf(world->store, FROM, TO, STORE_TIES_LAST), OK);
    expect_units(world, TO, "A", STOCK_COUNT_MAX, 0);
    store_world_reopen(world);
    expect_units(world, FROM, "A", 2 * STOCK_COUNT_MAX, 0);
}

static void reserved_units_and_orders_stay_where_they_are(void **state)
{
    struct store_world *world = *state;
    put_one(world, FROM, "A", 10, 1);
    assert_int_equal(reserve_one(world, FROM, "x", ordered("A", 4), 1, 0), VERDICT_OK);
    assert_int_equal(store_copy_shelf(world->store, FROM, TO, STORE_TIES_LAST), OK);
    expect_units(world, TO, "A", 6, 0);
    expect_units(world, FROM, "A", 6, 4);
    assert_int_equal(totals_of(world, FROM, 10).orders_count, 1);
    assert_int_equal(totals_of(world, FROM, 11).orders_count, 0);
    assert_int_equal(totals_of(world, TO, 0).orders_count, 0);
}

static void marks_alone_come_with_cells_and_without_numbers(void **state)
{
    struct store_world *world = *state;
    put_one(world, FROM, "archived", 5, 1);
    put_one(world, FROM, "plain", 5, 1);
    put_one(world, FROM, "no more", 5, 1);
    assert_int_equal(mark_one(world, FROM, "archived", STOCK_ARCHIVED | STOCK_HIDDEN, 0),
                     VERDICT_OK);
    assert_int_equal(mark_one(world, TO, "no more", STOCK_ARCHIVED, 0), VERDICT_OK);
    assert_int_equal(store_copy_marks(world->store, FROM, TO), OK);
    assert_int_equal(store_copy_marks(world->store, 99, TO), OK);
    for (int again = 0; again < 2; again++) {
        assert_int_equal(view_of(world, TO, "archived").marks, STOCK_ARCHIVED);
        assert_true(view_of(world, TO, "archived").updated_at_ms == STOCK_NEVER_UPDATED);
        assert_int_equal(view_of(world, TO, "no more").marks, 0);
        assert_int_equal(count_of(world, TO, "plain"), -1);
        store_world_reopen(world);
    }
}

/* Somebody writes while the shelf is copied: no cell is torn or lost. */
struct writer {
    struct store_world *world;
    pthread_t thread;
    bool failed;
};

static void *write_on(void *context)
{
    struct writer *writer = context;
    char sku[16];
    for (int i = 0; i < 300; i++) {
        (void)snprintf(sku, sizeof(sku), "s%d", i);
        const struct stock_write item = write_of(sku, 1000 + i, 1000 + i);
        writer->failed |=
            put_items(writer->world, FROM, STORE_UNKNOWN_CREATE, &item, 1, NULL) != VERDICT_OK;
    }
    return NULL;
}

static void others_may_write_meanwhile(void **state)
{
    struct store_world *world = *state;
    static char skus[PUT_SKUS_MAX][32];
    static struct stock_write items[PUT_SKUS_MAX];
    char sku[16];
    for (int i = 0; i < PUT_SKUS_MAX; i++) {
        (void)snprintf(skus[i], sizeof(skus[i]), "s%d", i);
        items[i] = write_of(skus[i], i, i);
    }
    assert_int_equal(put_items(world, FROM, STORE_UNKNOWN_CREATE, items, PUT_SKUS_MAX, NULL),
                     VERDICT_OK);
    struct writer writer = {.world = world};
    assert_int_equal(pthread_create(&writer.thread, NULL, write_on, &writer), 0);
    for (int i = 0; i < 5; i++)
        assert_int_equal(store_copy_shelf(world->store, FROM, TO, STORE_TIES_LAST), OK);
    assert_int_equal(pthread_join(writer.thread, NULL), 0);
    assert_false(writer.failed);
    for (int i = 0; i < PUT_SKUS_MAX; i++) {
        (void)snprintf(sku, sizeof(sku), "s%d", i);
        const struct stock_view view = view_of(world, TO, sku);
        assert_int_equal(view.available, view.updated_at_ms);
    }
    assert_int_equal(store_copy_shelf(world->store, FROM, TO, STORE_TIES_LAST), OK);
    assert_int_equal(totals_of(world, TO, 0).available, totals_of(world, FROM, 0).available);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, store_world_begin, store_world_end)
    const struct CMUnitTest tests[] = {
        TEST(marks_that_a_business_shares_are_carried_and_others_stay),
        TEST(of_two_numbers_of_one_moment_the_least_joins),
        TEST(cell_without_a_number_comes_without_one),
        TEST(unfit_units_that_are_no_more_are_taken_away),
        TEST(unfit_units_follow_the_newer_number),
        TEST(more_than_may_be_written_is_cut_to_what_may),
        TEST(reserved_units_and_orders_stay_where_they_are),
        TEST(marks_alone_come_with_cells_and_without_numbers),
        TEST(others_may_write_meanwhile),
    };
    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
