/* Pages are read newest first, and gone through from the oldest event on. */
#include "history.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/hash.h"
#include "trace.h"

enum { CELLS_A_TIME = 3 };

/* What a cell has, as its history tells it. */
struct tale {
    int64_t available;
    int64_t reserved;
    bool broken; /* An event does not follow from the one before. */
};

struct events {
    struct stock_event *items;
    uint32_t count;
    uint32_t max;
};

static void events_add(struct events *events, const struct stock_event *event)
{
    if (events->count == events->max) {
        events->max = events->max * 2 + 64;
        events->items = realloc(events->items, events->max * sizeof(*event));
        ASSERT(events->items != NULL);
    }
    events->items[events->count++] = *event;
}

static void tell_order(struct tale *tale, const struct stock_event *event)
{
    int64_t available = tale->available;
    if (event->kind == STOCK_EVENT_RESERVE) {
        available -= event->count;
        tale->reserved += event->count;
    } else if (event->kind != STOCK_EVENT_PACK) {
        tale->reserved -= event->count;
    }
    /* Of a packed order, nothing comes back. */
    const bool gives_back = event->kind == STOCK_EVENT_EXPIRE ||
                            (event->kind == STOCK_EVENT_CANCEL && event->available != available);
    if (gives_back)
        available += event->count;
    tale->broken |= event->available != available || event->reserved != tale->reserved;
    tale->available = event->available;
    tale->reserved = event->reserved;
}

static void tell(struct tale *tale, const struct stock_event *event)
{
    if (event->kind >= STOCK_EVENT_RESERVE) {
        tell_order(tale, event);
        return;
    }
    tale->broken |= event->reserved != tale->reserved;
    if (event->kind == STOCK_EVENT_WRITE)
        tale->available = event->available;
    if (event->kind == STOCK_EVENT_COUNT && event->type == STOCK_AVAILABLE)
        tale->available = event->count;
    if (event->kind == STOCK_EVENT_COUNT && event->type == STOCK_FIT)
        tale->available = event->count - tale->reserved;
    tale->broken |= event->available != STOCK_NOT_KNOWN && event->available != tale->available;
}

/* The whole history of a cell, the newest first. */
static void read_events(struct world *world, int64_t shelf_id, struct stock_key key,
                        struct arena *arena, struct events *events)
{
    struct store_history page = {.shelf_id = shelf_id,
                                 .key = key,
                                 .from_ms = INT64_MIN,
                                 .until_ms = INT64_MAX,
                                 .limit = 1 + (uint32_t)chance_below(world->chance, 5),
                                 .arena = arena};
    do {
        const enum err error = store_history(world->store, &page);
        if (error != OK)
            trace_fail("a history cannot be read: %s", err_text(error));
        for (uint32_t i = 0; i < page.events_count; i++)
            events_add(events, &page.events[i]);
        page.position = page.next;
    } while (page.next.size > 0);
}

static struct stock_view view_of(struct world *world, int64_t shelf_id, struct stock_key key,
                                 struct arena *arena)
{
    struct store_command command = {.kind = STORE_LIST,
                                    .shelf_id = shelf_id,
                                    .arena = arena,
                                    .list = {.keys = &key, .keys_count = 1}};
    if (!store_submit(world->store, &command) || command.views_count != 1)
        trace_fail("a cell that is durable cannot be read");
    return command.views[0];
}

static void audit_cell(struct world *world, int64_t shelf_id, struct bytes sku)
{
    const struct stock_key key = {sku, bytes_hash(sku)};
    struct events events = {.items = NULL};
    struct tale tale = {0, 0, false};
    struct arena arena;
    arena_init(&arena);
    read_events(world, shelf_id, key, &arena, &events);
    for (uint32_t i = events.count; i-- > 0;)
        tell(&tale, &events.items[i]);
    const struct stock_view view = view_of(world, shelf_id, key, &arena);
    if ((tale.broken || events.count == 0 || tale.available != view.available ||
         tale.reserved != view.reserved) &&
        !world->history_lost && !world->history_unreadable)
        trace_fail("shelf %" PRId64 ": %" PRIu32 " changes of a SKU lead to %" PRId64 "+%" PRId64
                   "%s, and it has %" PRId64 "+%" PRId64,
                   shelf_id, events.count, tale.available, tale.reserved,
                   tale.broken ? " with a gap" : "", view.available, view.reserved);
    world->counts.histories++;
    free(events.items);
    arena_deinit(&arena);
}

void history_audit(struct world *world)
{
    const struct model *now = &world->auditor.now;
    history_note_loss(world);
    for (int i = 0; i < CELLS_A_TIME && now->shelves_count > 0; i++) {
        const struct model_shelf *shelf =
            &now->shelves[chance_below(world->chance, now->shelves_count)];
        if (shelf->cells_count > 0)
            audit_cell(world, shelf->id,
                       shelf->cells[chance_below(world->chance, shelf->cells_count)].sku);
    }
}

void history_note_loss(struct world *world)
{
    struct store_metrics metrics;
    store_metrics(world->store, &metrics);
    world->history_lost = world->history_lost || metrics.histories.lost_records > 0;
    world->history_unreadable = metrics.histories.unusable_files > 0;
}
