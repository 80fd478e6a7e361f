/* The model is that of one shelf, which has number 1; its orders are of campaign 1. */
#include "rules.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/hash.h"

enum { SHELF = 1, CAMPAIGN = 1, NUMBER_NONE = -1 };

static const char *const verdicts[] = {
    [VERDICT_OK] = "done",
    [VERDICT_SHORTAGE] = "short",
    [VERDICT_ORDER_EXISTS] = "exists",
    [VERDICT_ORDER_UNKNOWN] = "missing",
    [VERDICT_ORDER_STATE] = "refused",
};
static const char *const states[ORDER_STATES_COUNT] = {"RESERVED", "PACKED", "SHIPPED", "CANCELLED",
                                                       "EXPIRED"};

/* Always false. */
static bool say(struct complaint *complaint, const char *format, ...) PRINTF(2, 3);

static bool say(struct complaint *complaint, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(complaint->text, sizeof(complaint->text), format, arguments);
    va_end(arguments);
    return false;
}

static bool number_is(struct complaint *complaint, struct bytes sku, const char *name,
                      int64_t wanted, int64_t seen)
{
    return wanted == seen ||
           say(complaint, "%.*s: %s was %" PRId64 " and should have been %" PRId64, BYTES_ARG(sku),
               name, seen, wanted);
}

/* A moment that a node set lies between the request's begin and now. */
static bool moment_is(struct complaint *complaint, const struct model_cell *cell,
                      const struct seen *seen, int64_t stamped_from_ms)
{
    if (cell->moment_ms >= stamped_from_ms && seen->moment_ms >= cell->moment_ms)
        return true;
    return number_is(complaint, seen->sku, "updatedAt", cell->moment_ms, seen->moment_ms);
}

static bool list_is(const struct model_shelf *shelf, const struct event *event,
                    int64_t stamped_from_ms, struct complaint *complaint)
{
    for (uint32_t i = 0; i < event->seen_count; i++) {
        const struct seen *seen = &event->seen[i];
        const struct model_cell *cell = model_cell_find(shelf, seen->sku);
        if ((cell == NULL || !cell->numbered) && seen->available == NUMBER_NONE)
            continue;
        if (cell == NULL || !cell->numbered)
            return say(complaint, "%.*s: it should have had no number", BYTES_ARG(seen->sku));
        if (!number_is(complaint, seen->sku, "AVAILABLE", cell->available, seen->available) ||
            !number_is(complaint, seen->sku, "FREEZE", cell->reserved, seen->freeze) ||
            !number_is(complaint, seen->sku, "FIT", cell->available + cell->reserved, seen->fit) ||
            !moment_is(complaint, cell, seen, stamped_from_ms))
            return false;
    }
    return true;
}

static bool hidden_is(const struct model_shelf *shelf, const struct event *event,
                      struct complaint *complaint)
{
    for (uint32_t i = 0; i < event->seen_count; i++) {
        const struct model_cell *cell = model_cell_find(shelf, event->seen[i].sku);
        const bool hidden = cell != NULL && (cell->marks & STOCK_HIDDEN) != 0;
        if (!number_is(complaint, event->seen[i].sku, "hidden", hidden, event->seen[i].hidden))
            return false;
    }
    return true;
}

static bool items_are(const struct model_order *order, const struct event *event,
                      struct complaint *complaint)
{
    struct deed_item items[ORDER_ITEMS_MAX];
    for (uint32_t i = 0; i < event->seen_count && i < ORDER_ITEMS_MAX; i++)
        items[i] = (struct deed_item){.sku = event->seen[i].sku, .count = event->seen[i].count};
    return model_order_is_for(order, items, event->seen_count) ||
           say(complaint, "order %.*s has other items", BYTES_ARG(order->id));
}

/* What was short are those that the shelf had too little of, before and after. */
static bool shortages_are(const struct model_shelf *shelf, const struct event *event,
                          struct complaint *complaint)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i < event->deed.items_count; i++) {
        const struct deed_item *item = &event->deed.items[i];
        const int64_t orderable = model_orderable(shelf, item->sku);
        if (orderable >= item->count)
            continue;
        if (at == event->seen_count || !bytes_equal(event->seen[at].sku, item->sku))
            return say(complaint, "%.*s: it should have been short", BYTES_ARG(item->sku));
        if (!number_is(complaint, item->sku, "what it has", orderable, event->seen[at].available))
            return false;
        at++;
    }
    return at == event->seen_count ||
           say(complaint, "%.*s: it should not have been short", BYTES_ARG(event->seen[at].sku));
}

static bool order_is(const struct model_shelf *shelf, const struct event *event,
                     enum verdict verdict, struct complaint *complaint)
{
    const struct model_order *order = model_order_find(shelf, CAMPAIGN, event->deed.id);
    if (verdict != event->verdict)
        return say(complaint, "order %.*s: the answer was \"%s\" and should have been \"%s\"",
                   BYTES_ARG(event->deed.id), verdicts[event->verdict], verdicts[verdict]);
    if (verdict == VERDICT_SHORTAGE)
        return shortages_are(shelf, event, complaint);
    if (verdict != VERDICT_OK && verdict != VERDICT_ORDER_STATE)
        return true;
    if (order->state != event->state)
        return say(complaint, "order %.*s was %s and should have been %s",
                   BYTES_ARG(event->deed.id), states[event->state], states[order->state]);
    return verdict != VERDICT_OK || items_are(order, event, complaint);
}

bool rules_do(struct model *model, const struct event *event, int64_t stamped_from_ms,
              bool *changed, struct complaint *complaint)
{
    struct model_shelf *shelf = model_shelf_open(model, SHELF);
    *changed = false;
    if (event->kind == EVENT_LIST)
        return list_is(shelf, event, stamped_from_ms, complaint);
    if (event->kind == EVENT_HIDDEN)
        return hidden_is(shelf, event, complaint);
    struct deed deed = event->deed;
    deed.shelf_id = SHELF;
    deed.campaign_id = CAMPAIGN;
    if (event->kind == EVENT_EXPIRE) {
        const struct model_order *order = model_order_find(shelf, CAMPAIGN, deed.id);
        if (order == NULL || order->state != ORDER_RESERVED)
            return true;
    }
    const struct outcome outcome = model_do(model, &deed, 0);
    *changed = outcome.changed;
    if (!event->must || deed.kind != DEED_ORDER)
        return true;
    return order_is(model_shelf_find(model, SHELF), event, outcome.verdict, complaint);
}

static uint64_t hash_of(const int64_t *numbers, size_t bytes, struct bytes name)
{
    return bytes_checksum((struct bytes){(const uint8_t *)numbers, bytes}, bytes_hash(name));
}

uint64_t rules_hash(const struct model *model)
{
    const struct model_shelf *shelf = model_shelf_find(model, SHELF);
    uint64_t hash = 0;
    for (uint32_t i = 0; shelf != NULL && i < shelf->cells_count; i++) {
        const struct model_cell *cell = &shelf->cells[i];
        const int64_t numbers[] = {cell->numbered,
                                   cell->moment_ms,
                                   cell->available,
                                   cell->reserved,
                                   cell->marks,
                                   cell->ordered,
                                   cell->ordered ? cell->written : 0};
        hash += hash_of(numbers, sizeof(numbers), cell->sku);
    }
    for (uint32_t i = 0; shelf != NULL && i < shelf->orders_count; i++) {
        const struct model_order *order = &shelf->orders[i];
        int64_t numbers[] = {order->state, order->expires_ms, order->lines_count, 0};
        for (uint32_t line = 0; line < order->lines_count; line++) {
            numbers[3] +=
                (int64_t)(uint32_t)bytes_hash(order->lines[line].sku) * order->lines[line].count;
        }
        hash += 3 * hash_of(numbers, sizeof(numbers), order->id);
    }
    return hash;
}
