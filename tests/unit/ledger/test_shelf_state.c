/* Shelves that are carried cell by cell and order by order: nothing is lost, whatever commands made
 * them; and what no command could have made is refused with words. */
#include "shelf_world.h"

#include <stdlib.h>
#include <string.h>

#include "ledger/shelf_state.h"

enum { SEEDS = 40, COMMANDS = 1500 };

/* The SKU that stands for the cell on both shelves. */
static uint32_t number_of(const struct shelf *shelf, struct bytes sku)
{
    const struct stock_key key = {sku, bytes_hash(sku)};
    uint32_t cell = CELL_NONE;
    shelf_find(shelf, &key, sizeof(key), 1, &cell);
    assert_int_not_equal(cell, CELL_NONE);
    return cell;
}

/* Cells in another order, as a store that knows no numbers has them. */
static void carry_cells(const struct shelf *from, struct shelf *to)
{
    for (uint32_t i = shelf_cells_count(from); i-- > 0;) {
        struct cell_state state;
        const char *problem = NULL;
        shelf_cell_state(from, i, &state);
        assert_int_equal(shelf_add_state(to, &state, &problem), OK);
        assert_null(problem);
    }
}

static struct order *order_like(const struct shelf_world *from, const struct shelf_world *to,
                                const struct order *order)
{
    struct order_line lines[WORLD_LINES_MAX];
    for (uint32_t i = 0; i < order->lines_count; i++) {
        const struct bytes sku = shelf_view(from->shelf, order->lines[i].cell).sku;
        lines[i] = (struct order_line){number_of(to->shelf, sku), order->lines[i].count};
    }
    struct order *made = order_create(order->campaign_id, order->id, lines, order->lines_count);
    assert_non_null(made);
    made->state = order->state;
    made->created_at_ms = order->created_at_ms;
    made->changed_at_ms = order->changed_at_ms;
    made->expires_at_ms = order->expires_at_ms;
    return made;
}

static uint32_t carry_orders(const struct shelf_world *from, struct shelf_world *to)
{
    uint32_t carried = 0;
    for (const struct order *order = order_book_first(from->book); order != NULL;
         order = order_book_next(from->book, order)) {
        const char *problem = NULL;
        assert_int_equal(order_book_add_state(to->book, order_like(from, to, order), &problem), OK);
        assert_null(problem);
        carried++;
    }
    assert_int_equal(order_book_end_states(to->book), OK);
    return carried;
}

/* A description that knows SKUs instead of numbers. */
static void describe_state(struct buffer *text, const struct cell_state *state)
{
    buffer_append_format(text, "%.*s %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64,
                         BYTES_ARG(state->sku), state->available, state->reserved,
                         state->updated_at_ms, state->written, state->marks);
    for (int i = 0; i < STOCK_UNFIT_COUNT; i++)
        buffer_append_format(text, " %" PRId64, state->unfit[i]);
    if (state->history != NULL) {
        buffer_append_format(text, " until %" PRId64, state->history->changed_at_ms);
        for (int i = 0; i < TURNOVER_DAYS_COUNT; i++)
            buffer_append_format(text, " %" PRIu64 ":%" PRIu64, state->history->days[i].unit_ms,
                                 state->history->days[i].sold);
    }
    buffer_append_text(text, "\n");
}

static void describe(const struct shelf_world *world, const struct shelf_world *numbers,
                     struct buffer *text)
{
    buffer_clear(text);
    for (uint32_t i = 0; i < shelf_cells_count(numbers->shelf); i++) {
        struct cell_state state;
        const struct bytes sku = shelf_view(numbers->shelf, i).sku;
        shelf_cell_state(world->shelf, number_of(world->shelf, sku), &state);
        describe_state(text, &state);
    }
    for (const struct order *order = order_book_first(numbers->book); order != NULL;
         order = order_book_next(numbers->book, order)) {
        const struct order *found = order_book_find(world->book, order->campaign_id, order->id);
        assert_non_null(found);
        buffer_append_format(text, "%.*s %d %" PRId64 " %" PRId64 " %" PRId64, BYTES_ARG(found->id),
                             (int)found->state, found->created_at_ms, found->changed_at_ms,
                             found->expires_at_ms);
        for (uint32_t i = 0; i < found->lines_count; i++)
            buffer_append_format(text, " %" PRIu32 "*%.*s", found->lines[i].count,
                                 BYTES_ARG(shelf_view(world->shelf, found->lines[i].cell).sku));
        buffer_append_text(text, "\n");
    }
    assert_false(text->failed);
}

static void whatever_commands_made_is_carried(void **state)
{
    (void)state;
    uint32_t orders_count = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        const bool keeps_history = seed % 2 == 0;
        struct chance chance = {seed};
        struct shelf_world from;
        struct shelf_world to;
        struct buffer was;
        struct buffer is;
        buffer_init(&was);
        buffer_init(&is);
        shelf_world_init(&from, keeps_history, 200);
        shelf_world_init(&to, keeps_history, 200);
        for (int i = 0; i < COMMANDS; i++)
            shelf_world_act(&from, &chance);
        carry_cells(from.shelf, to.shelf);
        orders_count += carry_orders(&from, &to);
        shelf_world_check(&to);
        describe(&from, &from, &was);
        describe(&to, &from, &is);
        assert_same_description(buffer_bytes(&was), buffer_bytes(&is));
        assert_int_equal(order_book_count(to.book), order_book_count(from.book));
        assert_memory_equal(&to.shelf->sums, &from.shelf->sums, sizeof(to.shelf->sums));
        to.now_ms = from.now_ms;
        to.orders_count = from.orders_count;
        for (int i = 0; i < COMMANDS; i++) /* It works on, and is not forgotten too early. */
            shelf_world_act(&to, &chance);
        shelf_world_check(&to);
        shelf_world_deinit(&from);
        shelf_world_deinit(&to);
        buffer_deinit(&was);
        buffer_deinit(&is);
    }
    assert_true(orders_count > SEEDS);
}

/* --- What is refused. --- */

static struct cell_state sound_state(const char *sku)
{
    return (struct cell_state){.sku = bytes_from_text(sku),
                               .available = 5,
                               .updated_at_ms = WORLD_BEGIN_MS,
                               .written = CELL_NOT_ORDERED};
}

static void assert_refused(struct shelf_world *world, const struct cell_state *state,
                           const char *expected)
{
    const char *problem = NULL;
    assert_int_equal(shelf_add_state(world->shelf, state, &problem), ERR_CORRUPT);
    assert_string_equal(problem, expected);
}

#define AT(member) offsetof(struct cell_state, member)

static void a_cell_that_cannot_be_is_refused(void **unused)
{
    static const struct {
        size_t member;
        int64_t value;
        const char *problem;
    } rows[] = {
        {AT(available), -1, "has more units than a cell can have, or less than none"},
        {AT(available), 2 * STOCK_COUNT_MAX + 1,
         "has more units than a cell can have, or less than none"},
        {AT(reserved), -1, "has more units than a cell can have, or less than none"},
        {AT(reserved), STOCK_COUNT_MAX + 1,
         "has more units than a cell can have, or less than none"},
        {AT(updated_at_ms), INT64_MAX, "was updated at an impossible moment"},
        {AT(updated_at_ms), STOCK_NEVER_UPDATED, "has units, though no number ever came"},
        {AT(marks), 32, "has marks that nobody knows"},
        {AT(marks), -1, "has marks that nobody knows"},
        {AT(written), -2, "remembers an impossible number"},
        {AT(written), 2 * STOCK_COUNT_MAX + 1, "remembers an impossible number"},
        {AT(unfit[3]), STOCK_COUNT_MAX + 1,
         "has more unfit units than a count can say, or less than none"},
        {AT(unfit[0]), -1, "has more unfit units than a count can say, or less than none"},
    };
    (void)unused;
    struct shelf_world world;
    shelf_world_init(&world, false, 0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cell_state state = sound_state("A");
        memcpy((char *)&state + rows[i].member, &rows[i].value, sizeof(rows[i].value));
        assert_refused(&world, &state, rows[i].problem);
    }
    struct cell_state state = sound_state("");
    assert_refused(&world, &state, "has a SKU of an impossible size");
    state = sound_state("A");
    const char *problem = NULL;
    assert_int_equal(shelf_add_state(world.shelf, &state, &problem), OK);
    assert_refused(&world, &state, "comes twice");
    assert_int_equal(shelf_cells_count(world.shelf), 1);
    shelf_world_deinit(&world);
}

static void a_history_that_cannot_be_is_refused(void **unused)
{
    (void)unused;
    struct shelf_world world;
    struct turnover turnover;
    struct cell_state state = sound_state("A");
    turnover_init(&turnover);
    shelf_world_init(&world, true, 0);
    assert_refused(&world, &state, "has units, and no history");
    state.history = &turnover;
    assert_refused(&world, &state, "has an impossible history");
    turnover.changed_at_ms = WORLD_BEGIN_MS;
    turnover.days[3].unit_ms = UINT64_MAX;
    assert_refused(&world, &state, "has an impossible history");
    shelf_world_deinit(&world);
    shelf_world_init(&world, false, 0);
    assert_refused(&world, &state, "has a history, and is in no warehouse of the Market");
    shelf_world_deinit(&world);
}

static void an_order_that_cannot_be_is_refused(void **unused)
{
    static const struct {
        int state;
        int64_t created_ms, changed_ms, expires_ms;
        struct order_line lines[2];
        const char *problem;
    } rows[] = {
        {5, 1, 1, 0, {{0, 1}, {1, 1}}, "is in a state that nobody knows"},
        {-1, 1, 1, 0, {{0, 1}, {1, 1}}, "is in a state that nobody knows"},
        {ORDER_RESERVED, 1, 2, 0, {{0, 1}, {1, 1}}, "is reserved, and was changed"},
        {ORDER_PACKED, INT64_MIN, 2, 0, {{0, 1}, {1, 1}}, "has an impossible moment"},
        {ORDER_PACKED, 1, 2, INT64_MAX, {{0, 1}, {1, 1}}, "has an impossible moment"},
        {ORDER_EXPIRED, 1, 2, 0, {{0, 1}, {1, 1}}, "expired before its moment"},
        {ORDER_EXPIRED, 1, 2, 3, {{0, 1}, {1, 1}}, "expired before its moment"},
        {ORDER_PACKED, 1, 2, 0, {{1, 1}, {1, 2}}, "has a SKU twice"},
        {ORDER_PACKED, 1, 2, 0, {{0, 1}, {2, 2}}, "has an impossible item"},
        {ORDER_PACKED, 1, 2, 0, {{0, 1}, {1, 0}}, "has an impossible item"},
        {ORDER_PACKED, 1, 2, 0, {{0, 1}, {1, 2000000001}}, "has an impossible item"},
        {ORDER_PACKED, 1, 2, 0, {{0, 1}, {1, 1}}, NULL},
        {ORDER_PACKED, 1, 2, 0, {{0, 1}, {1, 1}}, "comes twice"},
    };
    (void)unused;
    struct shelf_world world;
    shelf_world_init(&world, false, 0);
    (void)shelf_world_add_cell(&world);
    (void)shelf_world_add_cell(&world);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *problem = NULL;
        struct order *order = order_create(7, BYTES("o"), rows[i].lines, 2);
        order->state = (enum order_state)rows[i].state;
        order->created_at_ms = rows[i].created_ms;
        order->changed_at_ms = rows[i].changed_ms;
        order->expires_at_ms = rows[i].expires_ms;
        const enum err error = order_book_add_state(world.book, order, &problem);
        assert_int_equal(error, rows[i].problem == NULL ? OK : ERR_CORRUPT);
        if (rows[i].problem == NULL)
            continue;
        assert_string_equal(problem, rows[i].problem);
        order_destroy(order);
    }
    shelf_world_deinit(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_commands_made_is_carried),
        cmocka_unit_test(a_cell_that_cannot_be_is_refused),
        cmocka_unit_test(a_history_that_cannot_be_is_refused),
        cmocka_unit_test(an_order_that_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
