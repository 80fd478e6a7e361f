/* A shelf with its orders, random commands that do to it what the store does, and a description of
 * all that can be seen of it, so that two shelves can be compared. */
#ifndef TESTS_UNIT_LEDGER_SHELF_WORLD_H
#define TESTS_UNIT_LEDGER_SHELF_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>

#include "../../support/chance.h"
#include "base/hash.h"
#include "ledger/order_book_internal.h"
#include "ledger/shelf_check.h"
#include "ledger/shelf_internal.h"
#include "ledger/shelf_load.h"

enum { WORLD_CAMPAIGNS = 3, WORLD_LINES_MAX = 40 };
#define WORLD_BEGIN_MS INT64_C(1700000000000)
#define WORLD_DAY_MS   (INT64_C(24) * 60 * 60 * 1000)

struct shelf_world {
    struct shelf *shelf;
    struct order_book *book;
    bool keeps_history;
    uint32_t cells_max; /* No more are added by random commands. */
    int64_t now_ms;
    uint32_t orders_count; /* That ever were. */
};

static inline void shelf_world_init(struct shelf_world *world, bool keeps_history,
                                    uint32_t cells_max)
{
    *world = (struct shelf_world){
        .shelf = shelf_create(keeps_history),
        .keeps_history = keeps_history,
        .cells_max = cells_max,
        .now_ms = WORLD_BEGIN_MS,
    };
    assert_non_null(world->shelf);
    world->book = order_book_create(world->shelf);
    assert_non_null(world->book);
}

static inline void shelf_world_deinit(struct shelf_world *world)
{
    order_book_destroy(world->book);
    shelf_destroy(world->shelf);
}

/* Nothing of it contradicts itself. */
static inline void shelf_world_check(const struct shelf_world *world)
{
    char problem[SHELF_PROBLEM_BYTES] = "";
    if (shelf_check(world->shelf, world->book, problem) != OK)
        fail_msg("%s", problem);
}

/* The SKU of a cell by its number: short ones, and a few long ones. */
static inline struct bytes shelf_world_sku(uint32_t number, char text[SKU_BYTES_MAX + 1])
{
    const size_t size = number % 17 == 5 ? SKU_BYTES_MAX - number % 700 : 1;
    int used = snprintf(text, SKU_BYTES_MAX + 1, "%" PRIx32 "-", number);
    for (; (size_t)used < size; used++)
        text[used] = (char)('a' + used % 26);
    return (struct bytes){(const uint8_t *)text, (size_t)used};
}

/* The next cell, new. */
static inline uint32_t shelf_world_add_cell(struct shelf_world *world)
{
    char text[SKU_BYTES_MAX + 1];
    const struct bytes sku = shelf_world_sku(shelf_cells_count(world->shelf), text);
    assert_int_equal(shelf_reserve(world->shelf, 1, sku.size), OK);
    const struct stock_key key = {sku, bytes_hash(sku)};
    return shelf_add(world->shelf, &key);
}

static inline void describe_cell(struct buffer *text, const struct shelf *shelf, uint32_t cell)
{
    const struct stock_view view = shelf_view(shelf, cell);
    buffer_append_format(text, "cell %" PRIu32 " %.*s %" PRId64 " %" PRId64 " %" PRId64 " %" PRIx32,
                         cell, BYTES_ARG(view.sku), view.available, view.reserved,
                         view.updated_at_ms, view.marks);
    const struct cell_beside *beside = cell_details_beside(&shelf->details, cell);
    const struct turnover *turnover = cell_details_turnover(&shelf->details, cell);
    if (beside != NULL) {
        buffer_append_text(text, " unfit");
        for (int i = 0; i < STOCK_UNFIT_COUNT; i++)
            buffer_append_format(text, " %" PRIu32, beside->counts[i]);
        if (beside->ordered)
            buffer_append_format(text, " written %" PRIu32, beside->written);
    }
    if (turnover != NULL) {
        buffer_append_format(text, " until %" PRId64, turnover->changed_at_ms);
        for (int i = 0; i < TURNOVER_DAYS_COUNT; i++)
            buffer_append_format(text, " %" PRIu64 ":%" PRIu64, turnover->days[i].unit_ms,
                                 turnover->days[i].sold);
    }
    buffer_append_text(text, "\n");
}

static inline void describe_orders(struct buffer *text, const struct order_list *list)
{
    buffer_append_format(text, "list of %" PRIu32 "\n", list->count);
    for (const struct order *order = list->first; order != NULL; order = order->list_next) {
        buffer_append_format(text, "order %" PRId64 " %.*s %d %" PRId64 " %" PRId64 " %" PRId64,
                             order->campaign_id, BYTES_ARG(order->id), (int)order->state,
                             order->created_at_ms, order->changed_at_ms, order->expires_at_ms);
        for (uint32_t i = 0; i < order->lines_count; i++)
            buffer_append_format(text, " %" PRIu32 "*%" PRIu32, order->lines[i].count,
                                 order->lines[i].cell);
        buffer_append_text(text, "\n");
    }
}

/* All that can be seen of it, a line for each cell and each order. */
static inline void shelf_world_describe(const struct shelf_world *world, struct buffer *text)
{
    const struct shelf *shelf = world->shelf;
    buffer_clear(text);
    const struct shelf_sums sums = shelf_sums(shelf);
    buffer_append_format(text,
                         "sums %" PRIu64 " %" PRIu64 " %" PRIu64 "\nnewest %" PRId64 "\nmarked",
                         sums.available, sums.reserved, sums.unfit, shelf_updated_at_ms(shelf));
    for (int i = 0; i < STOCK_MARKS_COUNT; i++)
        buffer_append_format(text, " %" PRIu32,
                             shelf_marked_count(shelf, (enum stock_mark)(1 << i)));
    buffer_append_text(text, "\n");
    for (uint32_t i = 0; i < shelf_cells_count(shelf); i++)
        describe_cell(text, shelf, i);
    describe_orders(text, &world->book->open);
    describe_orders(text, &world->book->over);
    const struct order *first = order_book_first_to_expire(world->book);
    buffer_append_format(text, "first to expire %" PRId64 "\n",
                         first == NULL ? 0 : first->expires_at_ms);
    assert_false(text->failed);
}

/* Fails with the first line that differs. */
static inline void assert_same_description(struct bytes left, struct bytes right)
{
    while (left.size > 0 || right.size > 0) {
        struct bytes left_line;
        struct bytes right_line;
        left = bytes_split(left, '\n', &left_line);
        right = bytes_split(right, '\n', &right_line);
        if (!bytes_equal(left_line, right_line))
            fail_msg("%.*s\nis not\n%.*s", BYTES_ARG(left_line), BYTES_ARG(right_line));
    }
}

/* A cell to do something with, now and then a new one. CELL_NONE: there is none. */
static inline uint32_t world_any_cell(struct shelf_world *world, struct chance *chance)
{
    const uint32_t count = shelf_cells_count(world->shelf);
    if (count < world->cells_max && chance_one_in(chance, 3))
        return shelf_world_add_cell(world);
    return count == 0 ? CELL_NONE : (uint32_t)chance_below(chance, count);
}

static inline int64_t world_any_count(struct chance *chance)
{
    if (chance_one_in(chance, 20))
        return STOCK_COUNT_MAX - (int64_t)chance_below(chance, 2);
    return chance_one_in(chance, 4) ? 0 : (int64_t)chance_below(chance, 200);
}

static inline void world_write(struct shelf_world *world, struct chance *chance)
{
    const uint32_t cell = world_any_cell(world, chance);
    const int64_t moment_ms = world->now_ms - (int64_t)chance_below(chance, 100);
    const int64_t count = world_any_count(chance);
    if (cell != CELL_NONE && shelf_accepts(world->shelf, cell, moment_ms) &&
        !shelf_is_repeat(world->shelf, cell, count, moment_ms))
        shelf_set_available(world->shelf, cell, count, moment_ms);
}

static inline void world_count(struct shelf_world *world, struct chance *chance)
{
    const uint32_t cell = world_any_cell(world, chance);
    const enum stock_type type = (enum stock_type)chance_below(chance, STOCK_TYPES_COUNT);
    const int64_t count = world_any_count(chance);
    if (cell == CELL_NONE || type == STOCK_FREEZE ||
        !shelf_accepts(world->shelf, cell, world->now_ms) ||
        (type == STOCK_FIT && !shelf_covers_reserved(world->shelf, cell, count)))
        return;
    assert_int_equal(shelf_reserve_details(world->shelf, 1), OK);
    shelf_set_counted(world->shelf, cell, type, count, world->now_ms);
}

static inline void world_mark(struct shelf_world *world, struct chance *chance)
{
    const uint32_t cell = world_any_cell(world, chance);
    const uint32_t marks = (uint32_t)chance_below(chance, 1 << STOCK_MARKS_COUNT);
    if (cell != CELL_NONE)
        shelf_set_marks(world->shelf, cell, marks);
}

static inline void world_order(struct shelf_world *world, struct chance *chance)
{
    struct order_line lines[WORLD_LINES_MAX];
    uint32_t count = 0;
    const uint32_t cells_count = shelf_cells_count(world->shelf);
    const uint64_t wanted =
        1 + chance_below(chance, chance_one_in(chance, 10) ? WORLD_LINES_MAX : 4);
    for (uint32_t i = 0; i < wanted && cells_count > 0; i++) {
        const uint32_t cell = (uint32_t)chance_below(chance, cells_count);
        const int64_t units = shelf_reservable(world->shelf, cell);
        lines[count] = (struct order_line){cell, 1};
        if (units > 0 && order_lines_are_distinct(lines, count + 1))
            lines[count++].count = (uint32_t)chance_between(chance, 1, units);
    }
    if (count == 0)
        return;
    char id[16];
    (void)snprintf(id, sizeof(id), "o%" PRIu32, ++world->orders_count);
    assert_int_equal(order_book_reserve(world->book), OK);
    struct order *order = order_create((int64_t)chance_below(chance, WORLD_CAMPAIGNS) - 1,
                                       bytes_from_text(id), lines, count);
    assert_non_null(order);
    /* No two expire at the same moment: which of them is first is nobody's business. */
    const int64_t expires_ms =
        world->now_ms + (int64_t)chance_below(chance, 1000) * 10000 + world->orders_count % 10000;
    order_book_add(world->book, order, world->now_ms, chance_one_in(chance, 3) ? 0 : expires_ms);
}

static inline void world_change(struct shelf_world *world, struct chance *chance)
{
    if (world->book->open.count == 0)
        return;
    struct order *order = world->book->open.first;
    for (uint64_t i = chance_below(chance, world->book->open.count); i > 0; i--)
        order = order->list_next;
    const enum order_state state = (enum order_state)chance_below(chance, ORDER_STATES_COUNT);
    const bool due = order->expires_at_ms != 0 && order->expires_at_ms <= world->now_ms;
    if (order_may_become(order->state, state) && (state != ORDER_EXPIRED || due))
        order_book_change(world->book, order, state, world->now_ms);
}

static inline void world_expire(struct shelf_world *world)
{
    struct order *order = order_book_first_to_expire(world->book);
    if (order == NULL)
        return;
    if (order->expires_at_ms > world->now_ms)
        world->now_ms = order->expires_at_ms;
    order_book_change(world->book, order, ORDER_EXPIRED, world->now_ms);
}

/* One random command. Worlds that are the same stay the same with the same chance. */
static inline void shelf_world_act(struct shelf_world *world, struct chance *chance)
{
    world->now_ms += (int64_t)chance_below(chance, 2000);
    switch (chance_below(chance, 16)) {
    case 0:
        world->now_ms += (int64_t)chance_below(chance, (uint64_t)WORLD_DAY_MS);
        break;
    case 1:
        if (chance_one_in(chance, 16))
            world->now_ms += ORDERS_KEPT_MS / 2;
        break;
    case 2:
        world_expire(world);
        break;
    case 3:
    case 4:
        world_count(world, chance);
        break;
    case 5:
    case 6:
        world_mark(world, chance);
        break;
    case 7:
    case 8:
    case 9:
        world_order(world, chance);
        break;
    case 10:
    case 11:
    case 12:
        world_change(world, chance);
        break;
    default:
        world_write(world, chance);
    }
}

static inline struct shelf_image *shelf_world_begin_image(struct shelf_world *world)
{
    struct shelf_image *image = shelf_image_create(shelf_cells_count(world->shelf));
    assert_non_null(image);
    assert_int_equal(shelf_image_begin(image, world->shelf, world->book), OK);
    return image;
}

/* A whole image at once. */
static inline struct shelf_image_sizes shelf_world_image(struct shelf_world *world,
                                                         struct buffer *entries)
{
    struct shelf_image *image = shelf_world_begin_image(world);
    const struct shelf_image_sizes sizes = shelf_image_sizes(image);
    buffer_clear(entries);
    for (bool done = false; !done;)
        assert_int_equal(shelf_image_read(image, 1 << 20, entries, &done), OK);
    shelf_image_end(image);
    shelf_image_destroy(image);
    return sizes;
}

/* Loads entries into an empty world. */
static inline enum err shelf_world_load(struct shelf_world *world,
                                        const struct shelf_image_sizes *sizes, struct bytes entries)
{
    struct shelf_load *load = NULL;
    enum err error = shelf_load_begin(world->shelf, world->book, sizes, entries.size, &load);
    if (error != OK)
        return error;
    error = shelf_load_entries(load, entries);
    if (error == OK)
        return shelf_load_end(load);
    shelf_load_abandon(load);
    return error;
}

#endif
