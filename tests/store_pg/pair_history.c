/* What both stores tell of a SKU's past: all pages of each, event by event. They page in ways of
 * their own, so how long a page is need not be the same. */
#include "pair.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/hash.h"

enum { EVENTS_MAX = 20000, PAGES_MAX = 40000 };

struct told {
    struct stock_event *events;
    uint32_t count;
};

static struct told tell(struct pair *pair, struct store *store, struct arena *arena,
                        struct store_history history)
{
    struct told told = {arena_allocate(arena, EVENTS_MAX * sizeof(*told.events)), 0};
    ASSERT(told.events != NULL);
    uint32_t pages = 0;
    do {
        history.arena = arena;
        const enum err error = store_history(store, &history);
        if (error != OK)
            pair_differ(pair, "a history cannot be told: %s", err_text(error));
        if (history.events_count > history.limit || pages++ == PAGES_MAX ||
            told.count + history.events_count > EVENTS_MAX)
            pair_differ(pair, "a history does not end");
        for (uint32_t i = 0; i < history.events_count; i++)
            told.events[told.count++] = history.events[i];
        history.position = history.next;
    } while (history.position.size > 0);
    return told;
}

static void same_event(struct pair *pair, struct bytes sku, const struct stock_event *local,
                       const struct stock_event *pg)
{
    const struct {
        const char *name;
        int64_t local;
        int64_t pg;
    } rows[] = {
        {"the kind", local->kind, pg->kind},
        {"the source", local->cause.source, pg->cause.source},
        {"the moment", local->cause.at_ms, pg->cause.at_ms},
        {"the request", (int64_t)local->cause.request_id, (int64_t)pg->cause.request_id},
        {"what is available", local->available, pg->available},
        {"what is reserved", local->reserved, pg->reserved},
        {"the type", local->type, pg->type},
        {"the count", local->count, pg->count},
        {"when it was true", local->updated_at_ms, pg->updated_at_ms},
        {"marks set", local->marks_set, pg->marks_set},
        {"marks cleared", local->marks_clear, pg->marks_clear},
        {"the campaign", local->campaign_id, pg->campaign_id},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].local != rows[i].pg)
            pair_differ(pair,
                        "%s of an event of '%.*s' (kind %d, at %" PRId64 ") is %" PRId64
                        " and should be %" PRId64,
                        rows[i].name, BYTES_ARG(bytes_clip(sku, 20)), (int)local->kind,
                        local->cause.at_ms, rows[i].pg, rows[i].local);
    }
    if (!bytes_equal(local->cause.by, pg->cause.by) || !bytes_equal(local->order_id, pg->order_id))
        pair_differ(pair, "an event of '%.*s' is by '%.*s' and '%.*s', about '%.*s' and '%.*s'",
                    BYTES_ARG(bytes_clip(sku, 20)), BYTES_ARG(pg->cause.by),
                    BYTES_ARG(local->cause.by), BYTES_ARG(pg->order_id),
                    BYTES_ARG(local->order_id));
    pair->events[local->kind]++;
}

void pair_history(struct pair *pair, const struct store_history *history)
{
    arena_reset(&pair->local_arena);
    arena_reset(&pair->pg_arena);
    const struct told local = tell(pair, pair->local, &pair->local_arena, *history);
    const struct told pg = tell(pair, pair->pg, &pair->pg_arena, *history);
    const struct bytes sku = history->key.sku;
    for (uint32_t i = 0; i < local.count && i < pg.count; i++)
        same_event(pair, sku, &local.events[i], &pg.events[i]);
    if (local.count != pg.count)
        pair_differ(pair, "%" PRIu32 " events of '%.*s' are told and should be %" PRIu32, pg.count,
                    BYTES_ARG(bytes_clip(sku, 20)), local.count);
}

void pair_give_cause(struct pair *pair, struct stock_cause *cause)
{
    static const char *const names[] = {"", "key", "ключ", "a 'name'"};
    const uint64_t number = pair->causes_count++;
    *cause = (struct stock_cause){
        .source = (enum stock_source)(STOCK_SOURCE_API + number % 3),
        .at_ms = pair->os.now_ms,
        .by = bytes_from_text(names[number % (sizeof(names) / sizeof(names[0]))]),
        .request_id = number % 5 == 0 ? UINT64_MAX - number : number,
    };
}
