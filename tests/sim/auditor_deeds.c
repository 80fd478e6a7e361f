/* Deeds of more than one record: copying a shelf is some of them, one behind the other, and so is a
 * pass over what expires. And the deeds that commands are. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "auditor.h"
#include "inner_limits.h"
#include "trace.h"

static struct deed_item *items_allocate(struct auditor *auditor, size_t count)
{
    struct deed_item *items = arena_allocate(&auditor->memory, count * sizeof(*items));
    ASSERT(items != NULL);
    return items;
}

static void keep_put(struct auditor *auditor, const struct store_put *put, struct deed *deed)
{
    struct deed_item *items = items_allocate(auditor, put->items_count);
    for (uint32_t i = 0; i < put->items_count; i++)
        items[i] = (struct deed_item){put->items[i].key.sku, put->items[i].count,
                                      put->items[i].updated_at_ms, STOCK_FIT};
    deed->kind = DEED_PUT;
    deed->items = items;
    deed->items_count = put->items_count;
    deed->policy = put->unknown_policy;
}

static void keep_mark(struct auditor *auditor, const struct store_mark *mark, struct deed *deed)
{
    struct deed_item *items = items_allocate(auditor, mark->keys_count);
    for (uint32_t i = 0; i < mark->keys_count; i++)
        items[i] = (struct deed_item){mark->keys[i].sku, 0, 0, STOCK_FIT};
    deed->kind = DEED_MARK;
    deed->items = items;
    deed->items_count = mark->keys_count;
    deed->set = mark->set;
    deed->clear = mark->clear;
    deed->create = mark->create_unknown;
}

static void keep_count(struct auditor *auditor, const struct store_count *count, struct deed *deed)
{
    struct deed_item *items = items_allocate(auditor, count->items_count);
    for (uint32_t i = 0; i < count->items_count; i++) {
        const struct stock_count *item = &count->items[i];
        items[i] = (struct deed_item){item->key.sku, item->count, item->updated_at_ms, item->type};
    }
    deed->kind = DEED_COUNT;
    deed->items = items;
    deed->items_count = count->items_count;
    deed->ties = count->ties;
}

static void keep_order(struct auditor *auditor, const struct store_order *order, struct deed *deed)
{
    const uint32_t count = order->action == ORDER_RESERVE ? order->items_count : 0;
    struct deed_item *items = items_allocate(auditor, count + 1);
    for (uint32_t i = 0; i < count; i++)
        items[i] = (struct deed_item){order->items[i].key.sku, order->items[i].count, 0, STOCK_FIT};
    deed->kind = DEED_ORDER;
    deed->items = items;
    deed->items_count = count;
    deed->action = order->action;
    deed->campaign_id = order->campaign_id;
    deed->id = order->id;
    deed->now_ms = order->now_ms;
    deed->expires_at_ms = order->expires_at_ms;
}

bool auditor_deed_of(struct auditor *auditor, const struct store_command *command,
                     struct deed *deed)
{
    *deed = (struct deed){.shelf_id = command->shelf_id};
    switch (command->kind) {
    case STORE_PUT:
        keep_put(auditor, &command->put, deed);
        return true;
    case STORE_MARK:
        keep_mark(auditor, &command->mark, deed);
        return true;
    case STORE_COUNT:
        keep_count(auditor, &command->count, deed);
        return true;
    case STORE_ORDER:
        keep_order(auditor, &command->order, deed);
        return true;
    case STORE_PAGE:
    case STORE_LIST:
    case STORE_SPEND:
        break;
    }
    return false;
}

/* The copying as it goes on; stops behind record `number_max`. */
struct copy {
    bool *tried; /* Something was asked of the other shelf. */
    struct auditor *auditor;
    const struct copying *asked;
    bool with_unfit;
    uint64_t number_max;
};

static void copy_do(const struct copy *copy, const struct deed *deed)
{
    *copy->tried |= deed->items_count > 0;
    if (deed->items_count > 0 && auditor_last_number(copy->auditor) < copy->number_max)
        (void)auditor_do(copy->auditor, deed);
}

/* The numbers of some cells. Available units beyond what a count may be are left behind. */
static void copy_numbers(const struct copy *copy, const struct model_cell *cells, uint32_t count)
{
    const struct copying *asked = copy->asked;
    struct deed_item *items =
        items_allocate(copy->auditor, (size_t)count * (1 + STOCK_UNFIT_COUNT));
    uint32_t items_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct model_cell *cell = &cells[i];
        const int64_t available =
            cell->available < STOCK_COUNT_MAX ? cell->available : STOCK_COUNT_MAX;
        if (!cell->numbered)
            continue;
        items[items_count++] =
            (struct deed_item){cell->sku, available, cell->moment_ms, STOCK_AVAILABLE};
        for (int unfit = 0; unfit < STOCK_UNFIT_COUNT && copy->with_unfit; unfit++)
            items[items_count++] =
                (struct deed_item){cell->sku, cell->unfit[unfit], cell->moment_ms,
                                   (enum stock_type)(STOCK_UNFIT_FIRST + unfit)};
    }
    const struct deed deed = {.kind = DEED_COUNT,
                              .shelf_id = asked->to_id,
                              .items = items,
                              .items_count = items_count,
                              .ties = asked->ties};
    copy_do(copy, &deed);
}

/* Marks: that of the archive exactly, two more in addition where numbers are copied. */
static void copy_marks(const struct copy *copy, const struct model_cell *cells, uint32_t count)
{
    const struct copying *asked = copy->asked;
    const uint32_t mask = STOCK_ARCHIVED | (asked->numbers ? STOCK_FREE_STORAGE | STOCK_PLACED : 0);
    for (uint32_t marks = 0; marks <= mask; marks++) {
        if ((marks & ~mask) != 0)
            continue;
        struct deed_item *items = items_allocate(copy->auditor, count);
        uint32_t items_count = 0;
        for (uint32_t i = 0; i < count; i++) {
            if ((cells[i].marks & mask) == marks)
                items[items_count++] = (struct deed_item){cells[i].sku, 0, 0, STOCK_FIT};
        }
        const struct deed deed = {.kind = DEED_MARK,
                                  .shelf_id = asked->to_id,
                                  .items = items,
                                  .items_count = items_count,
                                  .set = marks,
                                  .clear = STOCK_ARCHIVED & ~marks,
                                  .create = asked->numbers || marks != 0};
        copy_do(copy, &deed);
    }
}

static bool has_unfit(const struct auditor *auditor, int64_t shelf_id)
{
    return model_totals(model_shelf_find(&auditor->now, shelf_id), 0).unfit > 0;
}

/* All of them, as the first shelf is; it does not change meanwhile. */
static void copy_all(const struct copy *copy)
{
    struct model from;
    model_copy(&from, &copy->auditor->now);
    const struct model_shelf *shelf = model_shelf_find(&from, copy->asked->from_id);
    for (uint32_t at = 0; shelf != NULL && at < shelf->cells_count; at += INNER_COPY_CELLS) {
        const uint32_t left = shelf->cells_count - at;
        const uint32_t count = left < INNER_COPY_CELLS ? left : INNER_COPY_CELLS;
        if (copy->asked->numbers)
            copy_numbers(copy, shelf->cells + at, count);
        copy_marks(copy, shelf->cells + at, count);
    }
    model_deinit(&from);
}

void auditor_copied(struct auditor *auditor, const struct copying *copying, enum err error,
                    uint64_t disk_number)
{
    if (error != OK && error != ERR_IO && !(error == ERR_FULL && auditor->room_is_scarce))
        trace_fail("a shelf is not copied: %s", err_text(error));
    bool tried = false;
    const struct copy copy = {
        .tried = &tried,
        .auditor = auditor,
        .asked = copying,
        .with_unfit = has_unfit(auditor, copying->from_id) || has_unfit(auditor, copying->to_id),
        .number_max = error == ERR_FULL ? disk_number : UINT64_MAX,
    };
    copy_all(&copy);
    const struct model_shelf *to = model_shelf_find(&auditor->now, copying->to_id);
    if (error == ERR_IO) /* It may have committed before; the restart will tell. */
        auditor_committed(auditor);
    if (error == ERR_IO || to == NULL || !tried)
        return;
    if (error == ERR_FULL && auditor_last_number(auditor) != disk_number)
        trace_fail("%" PRIu64 " records were made, and copying accounts for %" PRIu64, disk_number,
                   auditor_last_number(auditor));
    if (error == ERR_FULL || to->last_number > auditor->committed)
        auditor_committed(auditor); /* It waited for what it saw on the other shelf. */
    auditor_completed(auditor, to->last_number);
}

struct due {
    int64_t shelf_id;
    struct model_order order;
};

static int compare_due(const void *left, const void *right)
{
    const struct due *one = left;
    const struct due *other = right;
    if (one->shelf_id != other->shelf_id)
        return one->shelf_id < other->shelf_id ? -1 : 1;
    return (one->order.expires_ms > other->order.expires_ms) -
           (one->order.expires_ms < other->order.expires_ms);
}

/* What is due, shelf by shelf, the first to expire first. */
static uint32_t find_due(const struct auditor *auditor, int64_t now_ms, struct due **found)
{
    uint32_t count = 0;
    struct due *due = malloc((auditor->names_count + 1) * sizeof(*due));
    ASSERT(due != NULL);
    for (uint32_t i = 0; i < auditor->now.shelves_count; i++) {
        const struct model_shelf *shelf = &auditor->now.shelves[i];
        for (uint32_t j = 0; j < shelf->orders_count; j++) {
            const struct model_order *order = &shelf->orders[j];
            if (order->state == ORDER_RESERVED && order->expires_ms != 0 &&
                order->expires_ms <= now_ms)
                due[count++] = (struct due){shelf->id, *order};
        }
    }
    qsort(due, count, sizeof(*due), compare_due);
    *found = due;
    return count;
}

void auditor_expired(struct auditor *auditor, struct store *store, int64_t now_ms, enum err error)
{
    struct arena arena;
    struct due *due = NULL;
    const uint32_t count = find_due(auditor, now_ms, &due);
    arena_init(&arena);
    if (error != OK && !(error == ERR_FULL && auditor->room_is_scarce))
        trace_fail("what is due is not released: %s", err_text(error));
    for (uint32_t i = 0; i < count; i++) {
        const struct model_order *order = &due[i].order;
        const struct order_name name = {due[i].shelf_id, order->campaign_id, order->id};
        struct model_order seen;
        if (!auditor_read_order(store, &name, &arena, &seen))
            trace_fail("order %.*s is gone", BYTES_ARG(order->id));
        if (error == ERR_FULL && seen.state == ORDER_RESERVED)
            continue;
        const struct deed deed = {.kind = DEED_EXPIRE,
                                  .shelf_id = name.shelf_id,
                                  .campaign_id = name.campaign_id,
                                  .id = name.id,
                                  .now_ms = now_ms};
        if (seen.state != ORDER_EXPIRED || seen.changed_ms != now_ms)
            trace_fail("order %.*s was due and is in state %d since %" PRId64, BYTES_ARG(order->id),
                       (int)seen.state, seen.changed_ms);
        (void)auditor_do(auditor, &deed);
        trace("  expired: %.*s on %" PRId64, BYTES_ARG(order->id), name.shelf_id);
    }
    arena_deinit(&arena);
    free(due);
}
