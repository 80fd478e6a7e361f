/* Cell by cell, each looked up in the other shelf, and order by order likewise; with the same
 * number of both that is all. */
#include "admin/compare.h"

#include <inttypes.h>
#include <stddef.h>

#include "base/hash.h"
#include "ledger/shelf_state.h"

/* Numbers of a cell, in the words of an operator. */
static const struct {
    const char *name;
    size_t offset;
} numbers[] = {
    {"available", offsetof(struct cell_state, available)},
    {"reserved", offsetof(struct cell_state, reserved)},
    {"the moment of its update", offsetof(struct cell_state, updated_at_ms)},
    {"the number that orders began to move", offsetof(struct cell_state, written)},
    {"quarantine", offsetof(struct cell_state, unfit[0])},
    {"defect", offsetof(struct cell_state, unfit[1])},
    {"expired", offsetof(struct cell_state, unfit[2])},
    {"utilization", offsetof(struct cell_state, unfit[3])},
    {"marks", offsetof(struct cell_state, marks)},
};

static int64_t number_at(const struct cell_state *state, size_t offset)
{
    return *(const int64_t *)(const void *)((const char *)state + offset);
}

static bool histories_are_same(const struct turnover *left, const struct turnover *right)
{
    if (left == NULL || right == NULL)
        return left == right;
    bool same = left->changed_at_ms == right->changed_at_ms;
    for (int i = 0; i < TURNOVER_DAYS_COUNT; i++)
        same = same && left->days[i].unit_ms == right->days[i].unit_ms &&
               left->days[i].sold == right->days[i].sold;
    return same;
}

static void compare_cells(const struct cell_state *left, const struct cell_state *right,
                          struct buffer *difference)
{
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        const int64_t one = number_at(left, numbers[i].offset);
        const int64_t other = number_at(right, numbers[i].offset);
        if (one == other)
            continue;
        buffer_append_format(difference, "SKU %.*s: %s is %" PRId64 " here and %" PRId64 " there",
                             BYTES_ARG(left->sku), numbers[i].name, one, other);
        return;
    }
    if (!histories_are_same(left->history, right->history))
        buffer_append_format(difference, "SKU %.*s: the history of its turnover differs",
                             BYTES_ARG(left->sku));
}

static void compare_all_cells(const struct shelf *left, const struct shelf *right,
                              struct buffer *difference)
{
    for (uint32_t i = 0; i < shelf_cells_count(left) && difference->size == 0; i++) {
        struct cell_state one;
        struct cell_state other;
        uint32_t cell = CELL_NONE;
        shelf_cell_state(left, i, &one);
        const struct stock_key key = {one.sku, bytes_hash(one.sku)};
        shelf_find(right, &key, sizeof(key), 1, &cell);
        if (cell == CELL_NONE) {
            buffer_append_format(difference, "SKU %.*s is not there", BYTES_ARG(one.sku));
            return;
        }
        shelf_cell_state(right, cell, &other);
        compare_cells(&one, &other, difference);
    }
}

static bool lines_are_same(const struct store_shelf *left, const struct order *one,
                           const struct store_shelf *right, const struct order *other)
{
    bool same = one->lines_count == other->lines_count;
    for (uint32_t i = 0; same && i < one->lines_count; i++) {
        const struct bytes sku = shelf_view(left->shelf, one->lines[i].cell).sku;
        const struct bytes other_sku = shelf_view(right->shelf, other->lines[i].cell).sku;
        same = one->lines[i].count == other->lines[i].count && bytes_equal(sku, other_sku);
    }
    return same;
}

/* What differs of an order; NULL: nothing. */
static const char *compare_orders(const struct store_shelf *left, const struct order *one,
                                  const struct store_shelf *right, const struct order *other)
{
    if (other == NULL)
        return "is not there";
    if (one->state != other->state)
        return "is in another state there";
    if (one->created_at_ms != other->created_at_ms || one->changed_at_ms != other->changed_at_ms ||
        one->expires_at_ms != other->expires_at_ms)
        return "has other moments there";
    return lines_are_same(left, one, right, other) ? NULL : "has other items there";
}

static void compare_all_orders(const struct store_shelf *left, const struct store_shelf *right,
                               struct buffer *difference)
{
    for (const struct order *order = order_book_first(left->orders);
         order != NULL && difference->size == 0; order = order_book_next(left->orders, order)) {
        const struct order *other = order_book_find(right->orders, order->campaign_id, order->id);
        const char *words = compare_orders(left, order, right, other);
        if (words != NULL)
            buffer_append_format(difference, "order %.*s of campaign %" PRId64 " %s",
                                 BYTES_ARG(order->id), order->campaign_id, words);
    }
}

void compare_shelves(const struct store_shelf *left, const struct store_shelf *right,
                     struct buffer *difference)
{
    const uint32_t cells = shelf_cells_count(left->shelf);
    const uint32_t other_cells = shelf_cells_count(right->shelf);
    const uint32_t orders = order_book_count(left->orders);
    const uint32_t other_orders = order_book_count(right->orders);
    compare_all_cells(left->shelf, right->shelf, difference);
    if (difference->size == 0 && cells != other_cells)
        buffer_append_format(difference, "%" PRIu32 " cells are here and %" PRIu32 " there", cells,
                             other_cells);
    if (difference->size == 0)
        compare_all_orders(left, right, difference);
    if (difference->size == 0 && orders != other_orders)
        buffer_append_format(difference, "%" PRIu32 " orders are here and %" PRIu32 " there",
                             orders, other_orders);
}
