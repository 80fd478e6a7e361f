/* Checking a shelf: one that holds together passes, and each contradiction that somebody could put
 * into it is found, in words. */
#include "shelf_world.h"

/* Three cells; of the first one 5 units are reserved by two orders, of which one expires; a third
 * order is over. The second cell has unfit units and a mark. */
static void make_world(struct shelf_world *world, bool keeps_history)
{
    static const struct order_line lines[] = {{0, 2}, {1, 1}};
    shelf_world_init(world, keeps_history, 0);
    for (uint32_t i = 0; i < 3; i++)
        (void)shelf_world_add_cell(world);
    assert_int_equal(shelf_reserve_details(world->shelf, 1), OK);
    for (uint32_t i = 0; i < 2; i++)
        shelf_set_available(world->shelf, i, 100, WORLD_BEGIN_MS);
    shelf_set_counted(world->shelf, 1, STOCK_DEFECT, 9, WORLD_BEGIN_MS);
    shelf_set_marks(world->shelf, 1, STOCK_HIDDEN);
    for (int i = 0; i < 4; i++) {
        char id[16];
        (void)snprintf(id, sizeof(id), "%d", i);
        assert_int_equal(order_book_reserve(world->book), OK);
        struct order *order = order_create(7, bytes_from_text(id), lines, i == 0 ? 1 : 2);
        order_book_add(world->book, order, world->now_ms, i == 0 ? 0 : world->now_ms + 100 + i);
    }
    order_book_change(world->book, world->book->open.last, ORDER_SHIPPED, world->now_ms);
    shelf_world_check(world);
}

static struct cell *cell(struct shelf_world *world, uint32_t number)
{
    return &world->shelf->cells[number];
}

static struct order *first(struct shelf_world *world)
{
    return world->book->open.first;
}

static struct order *second(struct shelf_world *world)
{
    return first(world)->list_next;
}

/* Each puts one contradiction in, and nothing that keeps the world from being destroyed. */
static void too_many_reserved(struct shelf_world *world)
{
    cell(world, 0)->reserved = STOCK_COUNT_MAX + 1;
}
static void too_many_in_all(struct shelf_world *world)
{
    cell(world, 0)->available = UINT32_C(4000000001) - cell(world, 0)->reserved;
}
static void impossible_moment(struct shelf_world *world)
{
    cell(world, 1)->updated_at_ms = INT64_MAX;
}
static void units_from_nowhere(struct shelf_world *world)
{
    cell(world, 2)->available = 1;
}
static void order_without_trace(struct shelf_world *world)
{
    cell(world, 0)->sku_ref &= ~CELL_DETAILED;
}
static void details_without_flag(struct shelf_world *world)
{
    cell(world, 0)->reserved = 0;
    cell(world, 0)->sku_ref &= ~CELL_DETAILED;
}
static void flag_without_details(struct shelf_world *world)
{
    cell(world, 2)->sku_ref |= CELL_DETAILED;
}
static void too_many_unfit(struct shelf_world *world)
{
    cell_details_beside(&world->shelf->details, 1)->counts[1] = STOCK_COUNT_MAX + 1;
}
static void too_much_written(struct shelf_world *world)
{
    cell_details_beside(&world->shelf->details, 0)->written = UINT32_MAX;
}
static void history_of_the_future(struct shelf_world *world)
{
    cell_details_turnover(&world->shelf->details, 0)->changed_at_ms = INT64_MAX;
}
static void no_sku(struct shelf_world *world)
{
    cell(world, 1)->sku_ref &= ~((UINT64_C(1) << SKU_SIZE_BITS) - 1);
}
static void sku_behind_all(struct shelf_world *world)
{
    cell(world, 1)->sku_ref |= UINT64_C(1) << 60;
}
static void sku_over_the_end(struct shelf_world *world)
{
    cell(world, 1)->sku_ref |= (uint64_t)(CHUNK_BYTES - 1) << SKU_OFFSET_SHIFT;
}
static void wrong_available(struct shelf_world *world)
{
    world->shelf->sums.available++;
}
static void wrong_reserved(struct shelf_world *world)
{
    world->shelf->sums.reserved++;
}
static void wrong_unfit(struct shelf_world *world)
{
    world->shelf->sums.unfit--;
}
static void wrong_newest(struct shelf_world *world)
{
    world->shelf->updated_at_ms++;
}
static void one_more_detailed(struct shelf_world *world)
{
    world->shelf->details.count++;
}
static void wrong_mark_count(struct shelf_world *world)
{
    world->shelf->marked_counts[3]++;
}
static struct slot *slot_of(struct shelf_world *world, uint32_t number)
{
    for (uint64_t i = 0; i < world->shelf->slots_count; i++) {
        if (world->shelf->slots[i].cell == number)
            return &world->shelf->slots[i];
    }
    return NULL;
}
static void forgotten_sku(struct shelf_world *world)
{
    slot_of(world, 2)->cell = CELL_NONE;
}
static void wrong_way_to_a_sku(struct shelf_world *world)
{
    slot_of(world, 2)->tag ^= 1;
}
static void way_to_another_cell(struct shelf_world *world)
{
    slot_of(world, 2)->cell = 1;
}
static void no_lines(struct shelf_world *world)
{
    first(world)->lines_count = 0;
}
static void cell_twice_in_an_order(struct shelf_world *world)
{
    second(world)->lines[1].cell = 0;
}
static void line_about_nothing(struct shelf_world *world)
{
    first(world)->lines[0].cell = 3;
}
static void line_of_no_units(struct shelf_world *world)
{
    first(world)->lines[0].count = 0;
}
static void order_that_is_not_found(struct shelf_world *world)
{
    first(world)->campaign_id++;
}
static void order_that_does_not_wait(struct shelf_world *world)
{
    second(world)->expires_at_ms = 0;
}
static void order_that_should_wait(struct shelf_world *world)
{
    first(world)->expires_at_ms = 5;
}
static void order_out_of_place(struct shelf_world *world)
{
    second(world)->place = first(world)->place;
}
static void list_that_does_not_lead_back(struct shelf_world *world)
{
    second(world)->list_prev = NULL;
}
static void order_in_the_wrong_list(struct shelf_world *world)
{
    first(world)->state = ORDER_CANCELLED;
}
static void wrong_number_of_orders(struct shelf_world *world)
{
    world->book->over.count++;
}
static void later_one_expires_first(struct shelf_world *world)
{
    world->book->expiring[0]->expires_at_ms += 1000;
}
static void less_is_held(struct shelf_world *world)
{
    first(world)->lines[0].count--;
}
static void held_for_nobody(struct shelf_world *world)
{
    cell(world, 1)->reserved++;
    world->shelf->sums.reserved++;
}
static void held_of_a_cell_without_orders(struct shelf_world *world)
{
    cell(world, 2)->updated_at_ms = 1;
    cell_details_turnover(&world->shelf->details, 2)->changed_at_ms = 1;
    cell(world, 2)->reserved++;
    world->shelf->sums.reserved++;
}
static void too_much_is_held(struct shelf_world *world)
{
    first(world)->lines[0].count = STOCK_COUNT_MAX;
}

static void every_contradiction_is_found(void **state)
{
    (void)state;
    static const struct {
        void (*spoil)(struct shelf_world *world);
        bool keeps_history;
        const char *problem;
    } rows[] = {
        {too_many_reserved, false, "cell 0 has more units than a cell can have"},
        {too_many_in_all, false, "cell 0 has more units than a cell can have"},
        {impossible_moment, false, "cell 1 was updated at an impossible moment"},
        {units_from_nowhere, false, "cell 2 has units, though no number ever came"},
        {order_without_trace, false, "cell 0 has reserved units, though no order ever came"},
        {details_without_flag, false,
         "cell 0 is not found among the cells that have details, or is wrongly"},
        {flag_without_details, false,
         "cell 2 is not found among the cells that have details, or is wrongly"},
        {too_many_unfit, false, "cell 1 has more unfit units than a count can say"},
        {too_much_written, false, "cell 0 remembers a number that is too large"},
        {history_of_the_future, true, "cell 0 has an impossible history"},
        {no_sku, false, "cell 1 has a SKU of an impossible size"},
        {sku_behind_all, false, "cell 1 has a SKU that lies nowhere"},
        {sku_over_the_end, false, "cell 1 has a SKU that lies nowhere"},
        {wrong_available, false, "the sums over all cells are wrong"},
        {wrong_reserved, false, "the sums over all cells are wrong"},
        {wrong_unfit, false, "the sums over all cells are wrong"},
        {wrong_newest, false, "the moment of the newest number is wrong"},
        {one_more_detailed, false, "the number of cells that have details is wrong"},
        {wrong_mark_count, false, "the number of cells that have mark 8 is wrong"},
        {forgotten_sku, false, "the index has 2 entries for 3 cells"},
        {wrong_way_to_a_sku, false, "the SKU of cell 2 is not found there"},
        {way_to_another_cell, false, "the SKU of cell 2 is not found there"},
        {no_lines, false, "an order of campaign 7 has impossible lines"},
        {cell_twice_in_an_order, false, "an order of campaign 7 has impossible lines"},
        {line_about_nothing, false, "an order of campaign 7 has a line about no cell, or no units"},
        {line_of_no_units, false, "an order of campaign 7 has a line about no cell, or no units"},
        {order_that_is_not_found, false, "an order of campaign 8 is not found by its name"},
        {order_that_does_not_wait, false,
         "an order of campaign 7 should, or should not, wait for its end"},
        {order_that_should_wait, false,
         "an order of campaign 7 should, or should not, wait for its end"},
        {order_out_of_place, false, "an order of campaign 7 is not in its place"},
        {list_that_does_not_lead_back, false, "an order of campaign 7 is not in its place"},
        {order_in_the_wrong_list, false, "an order of campaign 7 is in the wrong list"},
        {wrong_number_of_orders, false, "the number of orders is wrong"},
        {later_one_expires_first, false, "the orders that expire are out of order"},
        {less_is_held, false, "cell 0 has other units reserved than orders hold"},
        {held_for_nobody, false, "cell 1 has other units reserved than orders hold"},
        {held_of_a_cell_without_orders, true, "cells have 9 units reserved, orders hold 8"},
        {too_much_is_held, false, "orders hold more of a cell than it can have reserved"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct shelf_world world;
        char problem[SHELF_PROBLEM_BYTES] = "";
        make_world(&world, rows[i].keeps_history);
        rows[i].spoil(&world);
        assert_int_equal(shelf_check(world.shelf, world.book, problem), ERR_CORRUPT);
        assert_string_equal(problem, rows[i].problem);
        shelf_world_deinit(&world);
    }
}

static void a_shelf_that_holds_together_passes(void **state)
{
    (void)state;
    struct chance chance = chance_begin(__func__);
    for (int round = 0; round < 20; round++) {
        struct shelf_world world;
        shelf_world_init(&world, round % 2 == 1, 500);
        for (int i = 0; i < 300; i++) {
            shelf_world_check(&world);
            shelf_world_act(&world, &chance);
        }
        shelf_world_deinit(&world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_contradiction_is_found),
        cmocka_unit_test(a_shelf_that_holds_together_passes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
