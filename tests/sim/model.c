/* What a model is made of: finding, adding, copying. */
#include "model.h"

#include <stdlib.h>
#include <string.h>

/* Makes room for one more element. */
static void *grown(void *items, uint32_t count, uint32_t *max, size_t item_bytes)
{
    if (count < *max)
        return items;
    *max = *max * 2 + 8;
    void *grown_items = realloc(items, *max * item_bytes);
    ASSERT(grown_items != NULL);
    return grown_items;
}

/* A copy of an array, with room for one more. */
static void *copied(const void *items, uint32_t count, uint32_t *max, size_t item_bytes)
{
    *max = count + 1;
    void *copy = malloc(*max * item_bytes);
    ASSERT(copy != NULL);
    if (count > 0)
        memcpy(copy, items, count * item_bytes);
    return copy;
}

void model_init(struct model *model, struct arena *memory)
{
    *model = (struct model){.memory = memory};
}

void model_deinit(struct model *model)
{
    for (uint32_t i = 0; i < model->shelves_count; i++) {
        free(model->shelves[i].cells);
        free(model->shelves[i].orders);
    }
    free(model->shelves);
    free(model->documents);
    *model = (struct model){.memory = model->memory};
}

void model_copy(struct model *to, const struct model *from)
{
    *to = *from;
    to->shelves =
        copied(from->shelves, from->shelves_count, &to->shelves_max, sizeof(struct model_shelf));
    to->documents = copied(from->documents, from->documents_count, &to->documents_max,
                           sizeof(struct model_document));
    for (uint32_t i = 0; i < to->shelves_count; i++) {
        struct model_shelf *shelf = &to->shelves[i];
        shelf->cells =
            copied(shelf->cells, shelf->cells_count, &shelf->cells_max, sizeof(struct model_cell));
        shelf->orders = copied(shelf->orders, shelf->orders_count, &shelf->orders_max,
                               sizeof(struct model_order));
    }
}

struct model_shelf *model_shelf_find(const struct model *model, int64_t id)
{
    for (uint32_t i = 0; i < model->shelves_count; i++) {
        if (model->shelves[i].id == id)
            return &model->shelves[i];
    }
    return NULL;
}

struct model_cell *model_cell_find(const struct model_shelf *shelf, struct bytes sku)
{
    for (uint32_t i = 0; shelf != NULL && i < shelf->cells_count; i++) {
        if (bytes_equal(shelf->cells[i].sku, sku))
            return &shelf->cells[i];
    }
    return NULL;
}

struct model_order *model_order_find(const struct model_shelf *shelf, int64_t campaign_id,
                                     struct bytes id)
{
    for (uint32_t i = 0; shelf != NULL && i < shelf->orders_count; i++) {
        struct model_order *order = &shelf->orders[i];
        if (order->campaign_id == campaign_id && bytes_equal(order->id, id))
            return order;
    }
    return NULL;
}

struct model_shelf *model_shelf_open(struct model *model, int64_t id)
{
    struct model_shelf *found = model_shelf_find(model, id);
    if (found != NULL)
        return found;
    model->shelves = grown(model->shelves, model->shelves_count, &model->shelves_max,
                           sizeof(struct model_shelf));
    struct model_shelf *made = &model->shelves[model->shelves_count++];
    *made = (struct model_shelf){.id = id};
    return made;
}

struct model_cell *model_cell_add(struct model_shelf *shelf, struct bytes sku)
{
    shelf->cells =
        grown(shelf->cells, shelf->cells_count, &shelf->cells_max, sizeof(struct model_cell));
    struct model_cell *made = &shelf->cells[shelf->cells_count++];
    *made = (struct model_cell){.sku = sku};
    return made;
}

struct model_order *model_order_add(struct model_shelf *shelf)
{
    shelf->orders =
        grown(shelf->orders, shelf->orders_count, &shelf->orders_max, sizeof(struct model_order));
    struct model_order *made = &shelf->orders[shelf->orders_count++];
    *made = (struct model_order){.campaign_id = 0};
    return made;
}

void model_document_add(struct model *model, struct bytes name, struct bytes content)
{
    model->documents = grown(model->documents, model->documents_count, &model->documents_max,
                             sizeof(struct model_document));
    model->documents[model->documents_count++] = (struct model_document){name, content};
}

/* A deed of cells or orders. */
static struct outcome do_on_shelf(struct model *model, const struct deed *deed)
{
    struct model_shelf *shelf = model_shelf_open(model, deed->shelf_id);
    switch (deed->kind) {
    case DEED_PUT:
        return model_put(shelf, deed, model->memory);
    case DEED_MARK:
        return model_mark(shelf, deed);
    case DEED_COUNT:
        return model_count(shelf, deed, model->memory);
    case DEED_ORDER:
        return model_order(shelf, deed, model->memory);
    case DEED_EXPIRE:
        return model_expire(shelf, deed);
    case DEED_DOCUMENT:
        break;
    }
    return (struct outcome){.verdict = VERDICT_OK};
}

struct outcome model_do(struct model *model, const struct deed *deed, uint64_t number)
{
    if (deed->kind == DEED_DOCUMENT) {
        model_document_add(model, deed->name, deed->content);
        return (struct outcome){.verdict = VERDICT_OK, .changed = true};
    }
    const struct outcome outcome = do_on_shelf(model, deed);
    if (outcome.changed)
        model_shelf_find(model, deed->shelf_id)->last_number = number;
    return outcome;
}

struct shelf_totals model_totals(const struct model_shelf *shelf, int64_t campaign_id)
{
    struct shelf_totals totals = {.cells_count = 0};
    if (shelf == NULL)
        return totals;
    totals.cells_count = shelf->cells_count;
    for (uint32_t i = 0; i < shelf->cells_count; i++) {
        totals.available += (uint64_t)shelf->cells[i].available;
        totals.reserved += (uint64_t)shelf->cells[i].reserved;
        for (int unfit = 0; unfit < STOCK_UNFIT_COUNT; unfit++)
            totals.unfit += (uint64_t)shelf->cells[i].unfit[unfit];
    }
    for (uint32_t i = 0; i < shelf->orders_count; i++) {
        const struct model_order *order = &shelf->orders[i];
        totals.orders_count +=
            model_order_is_open(order) && (campaign_id == 0 || campaign_id == order->campaign_id);
    }
    return totals;
}
