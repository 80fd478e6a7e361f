/* A store on a simulated machine that keeps histories, without threads: commands, each with a cause
 * of its own moment, and pages of a history as text. */
#ifndef TESTS_UNIT_STORE_HISTORY_WORLD_H
#define TESTS_UNIT_STORE_HISTORY_WORLD_H

#include "store_calls.h"

#include "base/buffer.h"

#define NOW INT64_C(1700000000000)

enum { SHELF = 7, TEXT_BYTES_MAX = 1 << 16 };

struct history_world {
    struct store_world *world;
    struct os_sim *sim;
    char text[TEXT_BYTES_MAX];
};

static inline void world_open(struct history_world *history)
{
    if (store_world_open_at(history->world, os_sim_os(history->sim), "data") != OK)
        fail_msg("%s", history->world->opening.problem);
}

static inline void world_reopen(struct history_world *history)
{
    store_close(history->world->store);
    world_open(history);
}

static inline int world_begin(void **state)
{
    static struct history_world history;
    void *world = NULL;
    store_is_alone = true;
    if (store_world_begin(&world) != 0)
        return -1;
    history.world = world;
    store_close(history.world->store);
    history.world->history_days = 30;
    history.world->history_bytes_max = INT64_C(1) << 30;
    history.sim = os_sim_create(1);
    os_sim_set_now(history.sim, NOW);
    *state = &history;
    world_open(&history);
    return 0;
}

static inline int world_end(void **state)
{
    struct history_world *history = *state;
    void *world = history->world;
    if (history->world->store != NULL)
        store_close(history->world->store);
    history->world->store = NULL;
    os_sim_destroy(history->sim);
    return store_world_end(&world);
}

/* What is done now is done `at_s` seconds behind NOW, by that request. */
static inline struct store_world *caused(struct history_world *history, int64_t at_s,
                                         enum stock_source source, const char *by)
{
    os_sim_set_now(history->sim, NOW + at_s * SECOND);
    history->world->cause = (struct stock_cause){.source = source,
                                                 .at_ms = NOW + at_s * SECOND,
                                                 .by = bytes_from_text(by),
                                                 .request_id = (uint64_t)at_s};
    return history->world;
}

/* One event: `at kind source/by/request available+reserved` and what its kind has. */
static inline void event_text(struct buffer *text, const struct stock_event *event)
{
    static const char *const kinds[] = {"write", "count", "mark",   "reserve",
                                        "pack",  "ship",  "cancel", "expire"};
    static const char *const sources[] = {"none", "api", "operator", "push", "expiry", "move"};
    buffer_append_format(text, "%lld %s %s/%.*s/%llu %lld+%lld",
                         (long long)((event->cause.at_ms - NOW) / SECOND), kinds[event->kind],
                         sources[event->cause.source], BYTES_ARG(event->cause.by),
                         (unsigned long long)event->cause.request_id, (long long)event->available,
                         (long long)event->reserved);
    if (event->kind == STOCK_EVENT_COUNT)
        buffer_append_format(text, " type=%d count=%lld", (int)event->type,
                             (long long)event->count);
    if (event->kind == STOCK_EVENT_WRITE || event->kind == STOCK_EVENT_COUNT)
        buffer_append_format(text, " of=%lld", (long long)(event->updated_at_ms - NOW));
    if (event->kind == STOCK_EVENT_MARK)
        buffer_append_format(text, " set=%u clear=%u", event->marks_set, event->marks_clear);
    if (event->kind >= STOCK_EVENT_RESERVE)
        buffer_append_format(text, " %lld of %lld/%.*s", (long long)event->count,
                             (long long)event->campaign_id, BYTES_ARG(event->order_id));
    buffer_append_text(text, "\n");
}

/* The whole history of a SKU between two moments, read `limit` events at a time. */
static inline const char *history_between(struct history_world *history, const char *sku,
                                          uint32_t limit, int64_t from_ms, int64_t until_ms)
{
    struct arena arena;
    struct buffer text;
    buffer_init(&text);
    arena_init(&arena);
    struct store_history page = {.shelf_id = SHELF,
                                 .key = key_of(sku),
                                 .from_ms = from_ms,
                                 .until_ms = until_ms,
                                 .limit = limit,
                                 .arena = &arena};
    do {
        assert_int_equal(store_history(history->world->store, &page), OK);
        assert_true(page.events_count <= limit);
        for (uint32_t i = 0; i < page.events_count; i++)
            event_text(&text, &page.events[i]);
        page.position = page.next;
    } while (page.next.size > 0);
    assert_true(text.size < TEXT_BYTES_MAX);
    (void)snprintf(history->text, TEXT_BYTES_MAX, "%s", buffer_text(&text));
    buffer_deinit(&text);
    arena_deinit(&arena);
    return history->text;
}

static inline const char *history_of(struct history_world *history, const char *sku, uint32_t limit)
{
    return history_between(history, sku, limit, 0, INT64_MAX);
}

/* A life of the SKU A, with others beside it. */
static inline void live(struct history_world *history)
{
    put_one(caused(history, 1, STOCK_SOURCE_API, "front"), SHELF, "A", 10, NOW);
    put_one(caused(history, 2, STOCK_SOURCE_PUSH, ""), SHELF, "B", 7, NOW);
    assert_int_equal(reserve_one(caused(history, 3, STOCK_SOURCE_OPERATOR, ""), SHELF, "one",
                                 ordered("A", 3), NOW, NOW + 60 * SECOND),
                     VERDICT_OK);
    assert_int_equal(reserve_one(caused(history, 4, STOCK_SOURCE_OPERATOR, ""), SHELF, "two",
                                 ordered("A", 2), NOW, 0),
                     VERDICT_OK);
    assert_int_equal(
        mark_one(caused(history, 5, STOCK_SOURCE_API, "front"), SHELF, "A", STOCK_HIDDEN, 0),
        VERDICT_OK);
    put_one(caused(history, 6, STOCK_SOURCE_API, "back"), SHELF, "A", 20, NOW + 1);
    assert_int_equal(
        order_do(caused(history, 7, STOCK_SOURCE_OPERATOR, ""), SHELF, "two", ORDER_PACK, NOW),
        VERDICT_OK);
    assert_int_equal(
        order_do(caused(history, 8, STOCK_SOURCE_OPERATOR, ""), SHELF, "two", ORDER_SHIP, NOW),
        VERDICT_OK);
    const struct stock_count counts[] = {counted("A", STOCK_FIT, 9, NOW + 2),
                                         counted("B", STOCK_FIT, 9, NOW + 2),
                                         counted("A", STOCK_DEFECT, 4, NOW + 3)};
    assert_int_equal(
        count_items(caused(history, 9, STOCK_SOURCE_OPERATOR, ""), SHELF, counts, 3).verdict,
        VERDICT_OK);
    assert_int_equal(reserve_one(caused(history, 10, STOCK_SOURCE_OPERATOR, ""), SHELF, "three",
                                 ordered("A", 1), NOW, 0),
                     VERDICT_OK);
    assert_int_equal(
        order_do(caused(history, 11, STOCK_SOURCE_OPERATOR, ""), SHELF, "three", ORDER_CANCEL, NOW),
        VERDICT_OK);
    (void)caused(history, 60, STOCK_SOURCE_API, "");
    assert_int_equal(store_local_expire_due(history->world->store), OK);
    assert_int_equal(store_local_commit(history->world->store), OK);
    put_one(caused(history, 61, STOCK_SOURCE_API, "front"), SHELF, "A", 0, NOW + 4);
}

/* What is told of A then. */
static const char life[] __attribute__((unused)) = "61 write api/front/61 0+0 of=4\n"
                                                   "60 expire expiry//0 9+0 3 of 10/one\n"
                                                   "11 cancel operator//11 6+3 1 of 10/three\n"
                                                   "10 reserve operator//10 5+4 1 of 10/three\n"
                                                   "9 count operator//9 -1+3 type=4 count=4 of=3\n"
                                                   "9 count operator//9 6+3 type=0 count=9 of=2\n"
                                                   "8 ship operator//8 20+3 2 of 10/two\n"
                                                   "7 pack operator//7 20+5 2 of 10/two\n"
                                                   "6 write api/back/6 20+5 of=1\n"
                                                   "5 mark api/front/5 -1+5 set=1 clear=0\n"
                                                   "4 reserve operator//4 5+5 2 of 10/two\n"
                                                   "3 reserve operator//3 7+3 3 of 10/one\n"
                                                   "1 write api/front/1 10+0 of=0\n";

#endif
