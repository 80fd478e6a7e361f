/* What the plain model of test_store_model.c knows of the store, every cell and every order, and
 * the comparison of the two. */
#ifndef TESTS_UNIT_STORE_STORE_MODEL_H
#define TESTS_UNIT_STORE_STORE_MODEL_H

#include "store_calls.h"

#include "../../support/chance.h"

enum {
    SHELVES = 3,
    SKUS = 12,
    CAMPAIGNS = 2,
    IDS = 12,
    STEPS = 12000,
    MARKS = 1 << STOCK_MARKS_COUNT,
    LINES_MAX = 4
};
#define NOW INT64_C(1700000000000)

static const int64_t shelf_ids[SHELVES] = {1, 2, (INT64_C(5) << 32) + 1};
static const char *const sku_texts[SKUS] = {"a", "b", "c", "d", "e", "f",
                                            "g", "h", "i", "j", "k", "l"};
static const char *const id_texts[IDS] = {"0", "1", "2", "3", "4",  "5",
                                          "6", "7", "8", "9", "10", "11"};

struct model_cell {
    bool known;
    bool numbered;
    int64_t available;
    int64_t reserved;
    int64_t unfit[4];
    int64_t moment;
    uint32_t marks;
    bool ordered;    /* Since a number was written… */
    int64_t written; /* …which was this. */
};

struct model_order {
    bool known;
    enum order_state state;
    int64_t created;
    int64_t changed;
    int64_t expires;
    int counts[SKUS]; /* 0: not ordered. */
};

struct model {
    struct model_cell cells[SHELVES][SKUS];
    struct model_order orders[SHELVES][CAMPAIGNS][IDS];
    struct store_world *world;
    struct os_sim *sim;
    struct chance chance;
    int64_t now;
    bool checkpoints;      /* The store has no threads and makes checkpoints. */
    int checkpoints_count; /* That were done. */
    int loaded_count;      /* Starts that loaded one. */
};

static inline bool is_over(const struct model_order *order)
{
    return order->known && order->state != ORDER_RESERVED && order->state != ORDER_PACKED;
}

static inline void compare_cell(const struct model_cell *cell, const struct stock_view *view)
{
    assert_true(cell->known);
    assert_int_equal(view->available, cell->available);
    assert_int_equal(view->reserved, cell->reserved);
    assert_int_equal(view->marks, cell->marks);
    assert_true(view->updated_at_ms == (cell->numbered ? cell->moment : STOCK_NEVER_UPDATED));
    for (int i = 0; i < 4; i++)
        assert_int_equal(view->details == NULL ? 0 : view->details->unfit[i], cell->unfit[i]);
}

static inline bool model_shows(const struct model_cell *cell, const struct store_filter *filter)
{
    const bool units = cell->available + cell->reserved > 0; /* Unfit ones do not count (C83). */
    return cell->known &&
           (cell->numbered || filter->never_updated || (cell->marks & STOCK_PLACED) != 0) &&
           (cell->marks & filter->marks_mask) == filter->marks_wanted &&
           (filter->presence == STORE_ANY || units == (filter->presence == STORE_PRESENT));
}

/* Sums, and that what is reserved is what open orders hold. */
static inline void compare_sums(struct model *model)
{
    for (int shelf = 0; shelf < SHELVES; shelf++) {
        struct shelf_totals sums = {.cells_count = 0};
        int64_t held[SKUS] = {0};
        for (int i = 0; i < CAMPAIGNS * IDS; i++) {
            const struct model_order *order = &model->orders[shelf][i / IDS][i % IDS];
            if (!order->known || is_over(order))
                continue;
            sums.orders_count++;
            for (int sku = 0; sku < SKUS; sku++)
                held[sku] += order->counts[sku];
        }
        for (int i = 0; i < SKUS; i++) {
            const struct model_cell *cell = &model->cells[shelf][i];
            assert_int_equal(cell->reserved, held[i]);
            assert_true(cell->available >= 0);
            sums.cells_count += cell->known;
            sums.available += (uint64_t)cell->available;
            sums.reserved += (uint64_t)cell->reserved;
            for (int unfit = 0; unfit < 4; unfit++)
                sums.unfit += (uint64_t)cell->unfit[unfit];
        }
        const struct shelf_totals totals = totals_of(model->world, shelf_ids[shelf], 0);
        assert_int_equal(totals.cells_count, sums.cells_count);
        assert_int_equal(totals.available, sums.available);
        assert_int_equal(totals.reserved, sums.reserved);
        assert_int_equal(totals.unfit, sums.unfit);
        assert_int_equal(totals.orders_count, sums.orders_count);
    }
}

/* All cells in their order, with turnover, as text. */
static inline void take_picture(struct model *model, char *text, size_t bytes)
{
    size_t used = 0;
    for (int shelf = 0; shelf < SHELVES; shelf++) {
        const struct store_page page = {
            .limit = SKUS, .filter.never_updated = true, .turnover_at_ms = model->now + DAY};
        const struct store_command command = get_page(model->world, shelf_ids[shelf], page);
        for (uint32_t i = 0; i < command.views_count; i++) {
            const struct stock_view *view = &command.views[i];
            used += (size_t)snprintf(
                text + used, bytes - used, "%.*s %lld %lld %lld\n", BYTES_ARG(view->sku),
                (long long)view->available, (long long)view->reserved,
                (long long)(view->details == NULL ? -9 : view->details->turnover_tenths));
            assert_true(used < bytes);
        }
    }
}

#endif
