/* The comparison at the end of a copy: shelves that hold the same, in whatever order, and every way
 * in which they may differ. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "admin/compare.h"
#include "base/hash.h"
#include "ledger/shelf_state.h"

enum { CELLS = 3 };
#define SHELF_ID  market_shelf_id(7, 1) /* It keeps history. */
#define MOMENT_MS INT64_C(1700000000000)

static struct store_shelf make_empty(void)
{
    struct store_shelf made = {.id = SHELF_ID, .shelf = shelf_create(true)};
    assert_non_null(made.shelf);
    made.orders = order_book_create(made.shelf);
    assert_non_null(made.orders);
    return made;
}

static void destroy(struct store_shelf *shelf)
{
    order_book_destroy(shelf->orders);
    shelf_destroy(shelf->shelf);
}

static const char *const skus[CELLS] = {"A", "B", "C"};

/* What the cells and the order of a sample are made of; a test changes one thing. */
struct sample {
    struct cell_state cells[CELLS];
    struct turnover histories[CELLS];
    size_t cells_count;
    bool backwards;
    int64_t campaign_id;
    enum order_state order_state;
    int64_t created_at_ms;
    int64_t changed_at_ms;
    int64_t expires_at_ms;
    uint32_t units[2]; /* Of A and B, by the order. */
    const char *id;    /* NULL: there is no order. */
};

static struct sample sound_sample(void)
{
    struct sample sample = {
        .cells_count = CELLS,
        .campaign_id = 10,
        .order_state = ORDER_PACKED,
        .created_at_ms = 1,
        .changed_at_ms = 2,
        .units = {2, 3},
        .id = "o",
    };
    for (size_t i = 0; i < CELLS; i++) {
        turnover_init(&sample.histories[i]);
        turnover_advance(&sample.histories[i], 0, MOMENT_MS);
        turnover_advance(&sample.histories[i], 5, MOMENT_MS + 1000);
        sample.cells[i] = (struct cell_state){.sku = bytes_from_text(skus[i]),
                                              .available = 10,
                                              .reserved = i < 2 ? sample.units[i] : 0,
                                              .updated_at_ms = MOMENT_MS,
                                              .written = 12,
                                              .unfit = {1, 2, 3, 4},
                                              .marks = STOCK_PLACED};
    }
    return sample;
}

static uint32_t cell_of(const struct store_shelf *shelf, const char *sku)
{
    const struct stock_key key = {bytes_from_text(sku), bytes_hash(bytes_from_text(sku))};
    uint32_t cell = CELL_NONE;
    shelf_find(shelf->shelf, &key, sizeof(key), 1, &cell);
    return cell;
}

static struct store_shelf make(const struct sample *sample)
{
    struct store_shelf made = make_empty();
    const char *problem = NULL;
    for (size_t i = 0; i < sample->cells_count; i++) {
        const size_t at = sample->backwards ? sample->cells_count - 1 - i : i;
        struct cell_state state = sample->cells[at];
        state.history = &sample->histories[at];
        assert_int_equal(shelf_add_state(made.shelf, &state, &problem), OK);
    }
    if (sample->id == NULL)
        return made;
    const struct order_line lines[2] = {{cell_of(&made, "A"), sample->units[0]},
                                        {cell_of(&made, "B"), sample->units[1]}};
    struct order *order = order_create(sample->campaign_id, bytes_from_text(sample->id), lines, 2);
    assert_non_null(order);
    order->state = sample->order_state;
    order->created_at_ms = sample->created_at_ms;
    order->changed_at_ms = sample->changed_at_ms;
    order->expires_at_ms = sample->expires_at_ms;
    assert_int_equal(order_book_add_state(made.orders, order, &problem), OK);
    return made;
}

static void expect(const struct sample *left, const struct sample *right, const char *words)
{
    struct store_shelf one = make(left);
    struct store_shelf other = make(right);
    struct buffer difference;
    buffer_init(&difference);
    compare_shelves(&one, &other, &difference);
    assert_string_equal(buffer_text(&difference), words);
    buffer_deinit(&difference);
    destroy(&one);
    destroy(&other);
}

static void shelves_that_hold_the_same_do_not_differ(void **state)
{
    (void)state;
    const struct sample sample = sound_sample();
    struct sample other = sample;
    struct sample empty = sample;
    other.backwards = true;
    empty.cells_count = 0;
    empty.id = NULL;
    expect(&sample, &sample, "");
    expect(&sample, &other, "");
    expect(&empty, &empty, "");
}

#define AT(member) offsetof(struct cell_state, member)

static void every_number_of_a_cell_counts(void **state)
{
    static const struct {
        size_t member;
        int64_t value;
        const char *words;
    } rows[] = {
        {AT(available), 11, "SKU C: available is 10 here and 11 there"},
        {AT(reserved), 1, "SKU C: reserved is 0 here and 1 there"},
        {AT(updated_at_ms), 5, "SKU C: the moment of its update is 1700000000000 here and 5 there"},
        {AT(written), CELL_NOT_ORDERED,
         "SKU C: the number that orders began to move is 12 here and -1 there"},
        {AT(unfit[0]), 0, "SKU C: quarantine is 1 here and 0 there"},
        {AT(unfit[1]), 0, "SKU C: defect is 2 here and 0 there"},
        {AT(unfit[2]), 0, "SKU C: expired is 3 here and 0 there"},
        {AT(unfit[3]), 9, "SKU C: utilization is 4 here and 9 there"},
        {AT(marks), 0, "SKU C: marks is 16 here and 0 there"},
    };
    (void)state;
    const struct sample sample = sound_sample();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct sample other = sample;
        memcpy((char *)&other.cells[2] + rows[i].member, &rows[i].value, sizeof(rows[i].value));
        expect(&sample, &other, rows[i].words);
    }
}

static void histories_cells_and_orders_count(void **state)
{
    (void)state;
    const struct sample sample = sound_sample();
    struct sample other = sample;
    turnover_sell(&other.histories[1], 1);
    expect(&sample, &other, "SKU B: the history of its turnover differs");
    other = sample;
    turnover_advance(&other.histories[0], 0, MOMENT_MS + 5000);
    expect(&sample, &other, "SKU A: the history of its turnover differs");
    other = sample;
    other.cells_count = 2;
    expect(&sample, &other, "SKU C is not there");
    expect(&other, &sample, "2 cells are here and 3 there");
    other = sample;
    other.id = NULL;
    expect(&sample, &other, "order o of campaign 10 is not there");
    expect(&other, &sample, "0 orders are here and 1 there");
    other.id = "p";
    expect(&sample, &other, "order o of campaign 10 is not there");
    other = sample;
    other.campaign_id = 11;
    expect(&sample, &other, "order o of campaign 10 is not there");
}

static void every_member_of_an_order_counts(void **state)
{
    (void)state;
    const struct sample sample = sound_sample();
    struct sample other = sample;
    other.order_state = ORDER_SHIPPED;
    expect(&sample, &other, "order o of campaign 10 is in another state there");
    other = sample;
    other.created_at_ms = 3;
    expect(&sample, &other, "order o of campaign 10 has other moments there");
    other = sample;
    other.changed_at_ms = 3;
    expect(&sample, &other, "order o of campaign 10 has other moments there");
    other = sample;
    other.expires_at_ms = 3;
    expect(&sample, &other, "order o of campaign 10 has other moments there");
    other = sample;
    other.units[1] = 4;
    expect(&sample, &other, "order o of campaign 10 has other items there");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shelves_that_hold_the_same_do_not_differ),
        cmocka_unit_test(every_number_of_a_cell_counts),
        cmocka_unit_test(histories_cells_and_orders_count),
        cmocka_unit_test(every_member_of_an_order_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
