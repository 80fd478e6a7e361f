/* Comparing two models, and looking for what no history could bring about. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "model.h"

struct report {
    char *text;
    size_t bytes;
};

/* Always true. */
static bool say(struct report report, const char *format, ...) PRINTF(2, 3);

static bool say(struct report report, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(report.text, report.bytes, format, arguments);
    va_end(arguments);
    return true;
}

/* Long SKUs are cut. */
static struct bytes shown(struct bytes text)
{
    return (struct bytes){text.data, text.size < 24 ? text.size : 24};
}

static bool number_differs(struct report report, int64_t id, struct bytes what, const char *name,
                           int64_t wanted, int64_t seen)
{
    return wanted != seen &&
           say(report, "shelf %" PRId64 ", %.*s: %s is %" PRId64 " and should be %" PRId64, id,
               BYTES_ARG(shown(what)), name, seen, wanted);
}

static bool cell_differs(struct report report, int64_t id, const struct model_cell *wanted,
                         const struct model_cell *seen)
{
    static const char *const unfit[STOCK_UNFIT_COUNT] = {"quarantine", "defect", "expired",
                                                         "utilization"};
    if (!bytes_equal(wanted->sku, seen->sku))
        return say(report, "shelf %" PRId64 ": %.*s stands where %.*s should be", id,
                   BYTES_ARG(shown(seen->sku)), BYTES_ARG(shown(wanted->sku)));
    if (wanted->numbered != seen->numbered)
        return say(report, "shelf %" PRId64 ", %.*s: it %s a number", id,
                   BYTES_ARG(shown(wanted->sku)), seen->numbered ? "has" : "lost");
    if (number_differs(report, id, wanted->sku, "available", wanted->available, seen->available) ||
        number_differs(report, id, wanted->sku, "reserved", wanted->reserved, seen->reserved) ||
        number_differs(report, id, wanted->sku, "marks", wanted->marks, seen->marks) ||
        (wanted->numbered &&
         number_differs(report, id, wanted->sku, "updatedAt", wanted->moment_ms, seen->moment_ms)))
        return true;
    for (int i = 0; i < STOCK_UNFIT_COUNT; i++) {
        if (number_differs(report, id, wanted->sku, unfit[i], wanted->unfit[i], seen->unfit[i]))
            return true;
    }
    return false;
}

static bool order_differs(struct report report, int64_t id, const struct model_order *wanted,
                          const struct model_order *seen)
{
    if (seen == NULL)
        return say(report, "shelf %" PRId64 ": order %.*s of %" PRId64 " is missing", id,
                   BYTES_ARG(shown(wanted->id)), wanted->campaign_id);
    const int64_t numbers[][2] = {
        {wanted->state, seen->state},
        {wanted->created_ms, seen->created_ms},
        {wanted->changed_ms, seen->changed_ms},
        {wanted->expires_ms, seen->expires_ms},
        {wanted->lines_count, seen->lines_count},
    };
    static const char *const names[] = {"the state", "created", "changed", "expires", "its size"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (number_differs(report, id, wanted->id, names[i], numbers[i][0], numbers[i][1]))
            return true;
    }
    for (uint32_t i = 0; i < wanted->lines_count; i++) {
        if (!bytes_equal(wanted->lines[i].sku, seen->lines[i].sku) ||
            wanted->lines[i].count != seen->lines[i].count)
            return say(report,
                       "shelf %" PRId64 ": line %" PRIu32 " of order %.*s is %.*s x %" PRId64, id,
                       i, BYTES_ARG(shown(wanted->id)), BYTES_ARG(shown(seen->lines[i].sku)),
                       seen->lines[i].count);
    }
    return false;
}

static bool shelf_differs(struct report report, const struct model_shelf *wanted,
                          const struct model_shelf *seen, int64_t now_ms)
{
    for (uint32_t i = 0; i < wanted->cells_count && i < seen->cells_count; i++) {
        const struct model_cell *cell = &wanted->cells[i];
        if (cell_differs(report, wanted->id, cell, &seen->cells[i]))
            return true;
        if (model_has_past(wanted->id) &&
            number_differs(report, wanted->id, cell->sku, "turnover", model_turnover(cell, now_ms),
                           seen->cells[i].turnover))
            return true;
    }
    if (wanted->cells_count != seen->cells_count)
        return say(report, "shelf %" PRId64 " has %" PRIu32 " cells and should have %" PRIu32,
                   wanted->id, seen->cells_count, wanted->cells_count);
    for (uint32_t i = 0; i < wanted->orders_count; i++) {
        const struct model_order *order = &wanted->orders[i];
        if (order_differs(report, wanted->id, order,
                          model_order_find(seen, order->campaign_id, order->id)))
            return true;
    }
    for (uint32_t i = 0; i < seen->orders_count; i++) {
        const struct model_order *order = &seen->orders[i];
        if (model_order_find(wanted, order->campaign_id, order->id) == NULL)
            return say(report, "shelf %" PRId64 ": order %.*s of %" PRId64 " should not be there",
                       wanted->id, BYTES_ARG(shown(order->id)), order->campaign_id);
    }
    return false;
}

static bool documents_differ(struct report report, const struct model *wanted,
                             const struct model *seen)
{
    for (uint32_t i = 0; i < wanted->documents_count && i < seen->documents_count; i++) {
        if (!bytes_equal(wanted->documents[i].name, seen->documents[i].name) ||
            !bytes_equal(wanted->documents[i].content, seen->documents[i].content))
            return say(report, "document %" PRIu32 " is %.*s and should be %.*s", i,
                       BYTES_ARG(shown(seen->documents[i].content)),
                       BYTES_ARG(shown(wanted->documents[i].content)));
    }
    return wanted->documents_count != seen->documents_count &&
           say(report, "there are %" PRIu32 " documents and should be %" PRIu32,
               seen->documents_count, wanted->documents_count);
}

bool model_differs(const struct model *model, const struct model *seen, int64_t now_ms, char *text,
                   size_t text_bytes)
{
    static const struct model_shelf nothing = {.id = 0};
    const struct report report = {text, text_bytes};
    for (uint32_t i = 0; i < model->shelves_count; i++) {
        const struct model_shelf *shelf = &model->shelves[i];
        const struct model_shelf *other = model_shelf_find(seen, shelf->id);
        if (shelf_differs(report, shelf, other == NULL ? &nothing : other, now_ms))
            return true;
    }
    for (uint32_t i = 0; i < seen->shelves_count; i++) {
        const struct model_shelf *shelf = &seen->shelves[i];
        if (model_shelf_find(model, shelf->id) == NULL && shelf->cells_count > 0)
            return say(report, "shelf %" PRId64 " should be empty", shelf->id);
    }
    return documents_differ(report, model, seen);
}

static int64_t held_by_orders(const struct model_shelf *shelf, struct bytes sku)
{
    int64_t held = 0;
    for (uint32_t i = 0; i < shelf->orders_count; i++) {
        const struct model_order *order = &shelf->orders[i];
        for (uint32_t j = 0; model_order_is_open(order) && j < order->lines_count; j++)
            held += bytes_equal(order->lines[j].sku, sku) ? order->lines[j].count : 0;
    }
    return held;
}

static bool cell_is_broken(struct report report, const struct model_shelf *shelf, uint32_t number)
{
    const struct model_cell *cell = &shelf->cells[number];
    const int64_t held = held_by_orders(shelf, cell->sku);
    if (cell->available < 0 || cell->reserved < 0)
        return say(report, "shelf %" PRId64 ", %.*s: less than nothing", shelf->id,
                   BYTES_ARG(shown(cell->sku)));
    if (cell->reserved != held)
        return say(report,
                   "shelf %" PRId64 ", %.*s: %" PRId64 " reserved, open orders hold %" PRId64,
                   shelf->id, BYTES_ARG(shown(cell->sku)), cell->reserved, held);
    if (cell->reserved > STOCK_COUNT_MAX || cell->available > 2 * STOCK_COUNT_MAX)
        return say(report, "shelf %" PRId64 ", %.*s: more than may be", shelf->id,
                   BYTES_ARG(shown(cell->sku)));
    if (model_cell_find(shelf, cell->sku) != cell)
        return say(report, "shelf %" PRId64 ", %.*s: it is there twice", shelf->id,
                   BYTES_ARG(shown(cell->sku)));
    return false;
}

bool model_is_broken(const struct model *model, char *text, size_t text_bytes)
{
    for (uint32_t i = 0; i < model->shelves_count; i++) {
        for (uint32_t cell = 0; cell < model->shelves[i].cells_count; cell++) {
            if (cell_is_broken((struct report){text, text_bytes}, &model->shelves[i], cell))
                return true;
        }
    }
    return false;
}
