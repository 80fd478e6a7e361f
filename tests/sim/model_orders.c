/* The rules of orders (CONTRACT §12, C114, C116, C117, C118): which come into being, what becomes
 * of them, what they do to units, when they are forgotten. */
#include "model.h"

bool model_order_is_open(const struct model_order *order)
{
    return order->state == ORDER_RESERVED || order->state == ORDER_PACKED;
}

bool model_order_is_for(const struct model_order *order, const struct deed_item *items,
                        uint32_t items_count)
{
    for (uint32_t i = 0; i < items_count; i++) {
        bool found = false;
        for (uint32_t j = 0; j < order->lines_count; j++)
            found |= bytes_equal(items[i].sku, order->lines[j].sku) &&
                     items[i].count == order->lines[j].count;
        if (!found)
            return false;
    }
    return items_count == order->lines_count;
}

int64_t model_orderable(const struct model_shelf *shelf, struct bytes sku)
{
    const struct model_cell *cell = model_cell_find(shelf, sku);
    if (cell == NULL)
        return 0;
    const int64_t left = STOCK_COUNT_MAX - cell->reserved;
    return cell->available < left ? cell->available : left;
}

static uint32_t count_orders(const struct model_shelf *shelf, bool open)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < shelf->orders_count; i++)
        count += model_order_is_open(&shelf->orders[i]) == open;
    return count;
}

/* The order that was over first; NULL: none is over. */
static struct model_order *first_over(const struct model_shelf *shelf)
{
    struct model_order *first = NULL;
    for (uint32_t i = 0; i < shelf->orders_count; i++) {
        struct model_order *order = &shelf->orders[i];
        if (!model_order_is_open(order) && (first == NULL || order->ended < first->ended))
            first = order;
    }
    return first;
}

/* docs/formats.md §4: in the order in which they ended, and only when another order comes. */
static void forget(struct model_shelf *shelf, int64_t now_ms)
{
    struct model_order *order = first_over(shelf);
    while (order != NULL && (order->changed_ms <= now_ms - ORDERS_KEPT_MS ||
                             count_orders(shelf, false) > ORDERS_FINISHED_MAX)) {
        *order = shelf->orders[--shelf->orders_count];
        order = first_over(shelf);
    }
}

static struct outcome reserve(struct model_shelf *shelf, const struct deed *deed)
{
    const struct model_order *found = model_order_find(shelf, deed->campaign_id, deed->id);
    if (found != NULL && model_order_is_for(found, deed->items, deed->items_count))
        return (struct outcome){.verdict = VERDICT_OK};
    if (found != NULL)
        return (struct outcome){.verdict = VERDICT_ORDER_EXISTS};
    for (uint32_t i = 0; i < deed->items_count; i++) {
        if (deed->items[i].count > model_orderable(shelf, deed->items[i].sku))
            return (struct outcome){.verdict = VERDICT_SHORTAGE};
    }
    if (count_orders(shelf, true) >= ORDERS_OPEN_MAX)
        return (struct outcome){.verdict = VERDICT_NO_ROOM, .no_room = true};
    forget(shelf, deed->now_ms);
    *model_order_add(shelf) = (struct model_order){
        .campaign_id = deed->campaign_id,
        .id = deed->id,
        .state = ORDER_RESERVED,
        .created_ms = deed->now_ms,
        .changed_ms = deed->now_ms,
        .expires_ms = deed->expires_at_ms,
        .lines = deed->items,
        .lines_count = deed->items_count,
    };
    for (uint32_t i = 0; i < deed->items_count; i++) {
        struct model_cell *cell = model_cell_find(shelf, deed->items[i].sku);
        if (!cell->ordered)
            cell->written = cell->available;
        cell->ordered = true;
        cell->available -= deed->items[i].count;
        cell->reserved += deed->items[i].count;
    }
    return (struct outcome){.verdict = VERDICT_OK, .changed = true};
}

/* The order is over; its units are available again, or they leave. */
static void end_order(struct model_shelf *shelf, struct model_order *order, enum order_state state,
                      int64_t now_ms, struct arena *memory)
{
    const bool back =
        state == ORDER_EXPIRED || (state == ORDER_CANCELLED && order->state == ORDER_RESERVED);
    for (uint32_t i = 0; i < order->lines_count; i++) {
        struct model_cell *cell = model_cell_find(shelf, order->lines[i].sku);
        const int64_t count = order->lines[i].count;
        if (!back && model_has_past(shelf->id))
            model_live_on(cell, now_ms, state == ORDER_SHIPPED ? count : 0, memory);
        cell->reserved -= count;
        cell->available += back ? count : 0;
    }
    order->state = state;
    order->changed_ms = now_ms;
    order->ended = ++shelf->ended_count;
}

static struct outcome change(struct model_shelf *shelf, const struct deed *deed,
                             enum order_state to, struct arena *memory)
{
    struct model_order *order = model_order_find(shelf, deed->campaign_id, deed->id);
    if (order == NULL)
        return (struct outcome){.verdict = VERDICT_ORDER_UNKNOWN};
    if (order->state == to)
        return (struct outcome){.verdict = VERDICT_OK};
    if (!model_order_is_open(order))
        return (struct outcome){.verdict = VERDICT_ORDER_STATE};
    if (to == ORDER_PACKED) {
        order->state = to;
        order->changed_ms = deed->now_ms;
    } else {
        end_order(shelf, order, to, deed->now_ms, memory);
    }
    return (struct outcome){.verdict = VERDICT_OK, .changed = true};
}

struct outcome model_order(struct model_shelf *shelf, const struct deed *deed, struct arena *memory)
{
    switch (deed->action) {
    case ORDER_RESERVE:
        return reserve(shelf, deed);
    case ORDER_PACK:
        return change(shelf, deed, ORDER_PACKED, memory);
    case ORDER_SHIP:
        return change(shelf, deed, ORDER_SHIPPED, memory);
    case ORDER_CANCEL:
        return change(shelf, deed, ORDER_CANCELLED, memory);
    case ORDER_READ:
        break;
    }
    const bool known = model_order_find(shelf, deed->campaign_id, deed->id) != NULL;
    return (struct outcome){.verdict = known ? VERDICT_OK : VERDICT_ORDER_UNKNOWN};
}

struct outcome model_expire(struct model_shelf *shelf, const struct deed *deed)
{
    struct model_order *order = model_order_find(shelf, deed->campaign_id, deed->id);
    ASSERT(order != NULL);
    ASSERT(order->state == ORDER_RESERVED);
    end_order(shelf, order, ORDER_EXPIRED, deed->now_ms, NULL);
    return (struct outcome){.verdict = VERDICT_OK, .changed = true};
}
