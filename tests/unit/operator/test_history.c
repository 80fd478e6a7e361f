/* A history over several shelves, each of which gives pages as the test says: events come by their
 * moments, none twice and none left out, however short the pages are. */
#include "operator_world.h"

#include "../../support/json_case.h"
#include "wire/json.h"

enum { EVENTS_MAX = 5 };

#define PATH "/api/v1/campaigns/12/history"

/* What happened on a shelf, the newest first. A moment below 0 is a look that found nothing there:
 * its page is empty and has a next one. */
struct shelf_events {
    int64_t shelf_id;
    uint32_t page_max; /* Events on a page at most. */
    uint32_t count;
    int64_t moments[EVENTS_MAX];
    uint32_t marks[EVENTS_MAX]; /* That were set; 0: it is a write. */
};

/* A position is the index of the next event. */
static enum err give(struct store_history *page, const struct shelf_events *shelf)
{
    int64_t at = 0;
    if (page->position.size > 0 && !bytes_to_int64(page->position, &at))
        return ERR_INVALID;
    page->events = arena_allocate(page->arena, EVENTS_MAX * sizeof(*page->events));
    assert_non_null(page->events);
    while (at < shelf->count && shelf->moments[at] >= 0 && page->events_count < page->limit &&
           page->events_count < shelf->page_max) {
        page->events[page->events_count++] = (struct stock_event){
            .kind = shelf->marks[at] == 0 ? STOCK_EVENT_WRITE : STOCK_EVENT_MARK,
            .cause = {.source = STOCK_SOURCE_API, .at_ms = shelf->moments[at]},
            .marks_set = shelf->marks[at],
        };
        at++;
    }
    if (page->events_count == 0 && at < shelf->count)
        at++;
    if (at < shelf->count) {
        struct buffer next = {arena_allocate(page->arena, 16), 0, 16, false};
        buffer_append_int64(&next, at);
        page->next = buffer_bytes(&next);
    }
    return OK;
}

static enum err answer(struct store_fake *fake, struct store_history *page)
{
    const struct shelf_events *shelves = fake->answer_context;
    EXPECT_TEXT(page->key.sku, "A");
    for (int i = 0; i < 2; i++) {
        if (shelves[i].shelf_id == page->shelf_id)
            return give(page, &shelves[i]);
    }
    return OK;
}

/* Adds the moments of a page, as milliseconds since NOW_MS or the names of marks; gives the token
 * of the next page, or false. */
static bool take_page(struct world *world, struct buffer *told, struct buffer *token)
{
    struct json_case json;
    json_case_init(&json);
    assert_int_equal(json_case_parse(&json, exchange_case_reply(&world->one)), JSON_OK);
    struct json_value result = json_case_member(json.root, "result");
    struct json_walk walk = json_walk_begin(json_case_member(result, "events"));
    struct json_value event;
    struct json_value value;
    while (json_next_element(&walk, &event)) {
        const struct bytes at = json_string(json_case_member(event, "at"));
        buffer_append(told, (struct bytes){at.data + at.size - 2, 1}); /* The last digit. */
        if (!json_find(event, BYTES("set"), &value))
            continue;
        struct json_walk marks = json_walk_begin(value);
        while (json_next_element(&marks, &value))
            buffer_append(told, (struct bytes){json_string(value).data, 1});
    }
    buffer_append_u8(told, '|');
    buffer_clear(token);
    const bool more = json_find(json_case_member(result, "paging"), BYTES("nextPageToken"), &value);
    if (more)
        buffer_append(token, json_string(value));
    json_case_deinit(&json);
    return more;
}

static void read_pages(struct world *world, const char *limit, struct buffer *told)
{
    struct buffer token;
    bool more = true;
    buffer_init(&token);
    buffer_clear(told);
    for (int pages = 0; more; pages++) {
        assert_true(pages < 32);
        world->store.history_asked = 0;
        world_begin(&world->one, "GET", PATH, "");
        exchange_case_parameter(&world->one, "sku", "A");
        exchange_case_parameter(&world->one, "limit", limit);
        if (token.size > 0)
            exchange_case_parameter(&world->one, "page_token", buffer_text(&token));
        exchange_case_run(&world->one, &world->handler);
        assert_int_equal(world->one.exchange.status, 200);
        more = take_page(world, told, &token);
    }
    buffer_deinit(&token);
}

/* Campaign 12 sells from its group's shelf and hides on its own. */
static void events_of_all_shelves_come_by_their_moments(void **state)
{
    (void)state;
    enum { H = STOCK_HIDDEN, D = STOCK_DELETED, A = STOCK_ARCHIVED };
    static const struct {
        const char *label;
        const char *limit;
        struct shelf_events shelves[2];
        const char *told;
    } rows[] = {
        {"one page",
         "50",
         {{SHELF_GROUP, 9, 3, {9, 7, 3}, {0}}, {SHELF_GROUPED, 9, 2, {8, 5}, {H, D}}},
         "98H75D3|"},
        {"one a page",
         "1",
         {{SHELF_GROUP, 9, 3, {9, 7, 3}, {0}}, {SHELF_GROUPED, 9, 2, {8, 5}, {H, D}}},
         "9|8H|7|5D|3|"},
        {"two a page",
         "2",
         {{SHELF_GROUP, 9, 3, {9, 7, 3}, {0}}, {SHELF_GROUPED, 9, 2, {8, 5}, {H, D}}},
         "98H|75D|3|"},
        {"marks count where they belong",
         "50",
         {{SHELF_GROUP, 9, 3, {9, 7, 3}, {H | A, H, 0}}, {SHELF_GROUPED, 9, 2, {8, 5}, {A, D | A}}},
         "9A5D3|"},
        {"a shelf with short pages holds back what is older",
         "50",
         {{SHELF_GROUP, 1, 3, {9, 7, 3}, {0}}, {SHELF_GROUPED, 9, 2, {8, 5}, {H, D}}},
         "9|8H7|5D3|"},
        {"looks that find nothing are repeated, and then a page is empty",
         "50",
         {{SHELF_GROUP, 9, 3, {9, 7, 3}, {0}}, {SHELF_GROUPED, 9, 5, {-1, -1, -1, -1, 5}, {0}}},
         "|9753|"},
        {"of one moment, the numbers first",
         "1",
         {{SHELF_GROUP, 9, 2, {9, 9}, {0}}, {SHELF_GROUPED, 9, 2, {9, 9}, {H, D}}},
         "9|9|9H|9D|"},
        {"nothing", "50", {{0, 9, 0, {0}, {0}}, {0, 9, 0, {0}, {0}}}, "|"},
    };
    struct buffer told;
    buffer_init(&told);
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        struct shelf_events shelves[2] = {rows[i].shelves[0], rows[i].shelves[1]};
        for (int shelf = 0; shelf < 2; shelf++) {
            for (uint32_t at = 0; at < shelves[shelf].count; at++)
                shelves[shelf].moments[at] += shelves[shelf].moments[at] < 0 ? 0 : NOW_MS + 10;
        }
        struct world world;
        world_init(&world);
        world.store.history_answer = answer;
        world.store.answer_context = shelves;
        read_pages(&world, rows[i].limit, &told);
        EXPECT(rows[i].label, bytes_equal(buffer_bytes(&told), bytes_from_text(rows[i].told)));
        world_deinit(&world);
    }
    buffer_deinit(&told);
}

static enum err with_error(struct store_fake *fake, struct store_history *page)
{
    (void)page;
    return *(const enum err *)fake->answer_context;
}

static void trouble_of_the_store_is_told(void **state)
{
    (void)state;
    static const struct {
        enum err error;
        int status;
        const char *code;
    } rows[] = {
        {ERR_UNSUPPORTED, 409, "NO_HISTORY"},
        {ERR_INVALID, 400, "BAD_REQUEST"},
        {ERR_IO, 503, "SERVICE_UNAVAILABLE"},
        {ERR_MEMORY, 503, "SERVICE_UNAVAILABLE"},
    };
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        enum err error = rows[i].error;
        struct world world;
        world_init(&world);
        world.store.history_answer = with_error;
        world.store.answer_context = &error;
        world_begin(&world.one, "GET", PATH, "");
        exchange_case_parameter(&world.one, "sku", "A");
        exchange_case_run(&world.one, &world.handler);
        assert_int_equal(world.one.exchange.status, rows[i].status);
        world_expect_code(&world, rows[i].code);
        world_deinit(&world);
    }
}

/* Longest positions in three warehouses fit in a token; the store is asked with what it gave. */
static enum err give_long_position(struct store_fake *fake, struct store_history *page)
{
    static const char longest[STORE_HISTORY_POSITION_BYTES_MAX + 1] =
        "1234567890123456789012345678901234567890123456789012345678901234";
    (void)fake;
    page->events = arena_allocate(page->arena, sizeof(*page->events));
    assert_non_null(page->events);
    page->events[0] = (struct stock_event){.kind = STOCK_EVENT_WRITE, .cause = {.at_ms = NOW_MS}};
    page->events_count = 1;
    page->next = bytes_from_text(longest);
    return OK;
}

static void the_store_gets_back_the_positions_that_it_gave(void **state)
{
    (void)state;
    struct buffer told;
    struct buffer token;
    struct world world;
    buffer_init(&told);
    buffer_init(&token);
    world_init(&world);
    world.store.history_answer = give_long_position;
    for (int page = 0; page < 2; page++) {
        world.store.history_asked = 0;
        world_begin(&world.one, "GET", PATH, "");
        exchange_case_parameter(&world.one, "sku", "A");
        if (page > 0)
            exchange_case_parameter(&world.one, "page_token", buffer_text(&token));
        exchange_case_run(&world.one, &world.handler);
        assert_int_equal(world.one.exchange.status, 200);
        assert_true(take_page(&world, &told, &token));
        /* Only the first shelf's event was shown: another may come from there before the others. */
        assert_true(world.store.history_kept[0].shelf_id == SHELF_GROUP);
        assert_int_equal(world.store.history_kept[0].position.size,
                         page == 0 ? 0 : STORE_HISTORY_POSITION_BYTES_MAX);
        assert_int_equal(world.store.history_kept[1].position.size, 0);
    }
    world_deinit(&world);
    buffer_deinit(&told);
    buffer_deinit(&token);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_of_all_shelves_come_by_their_moments),
        cmocka_unit_test(trouble_of_the_store_is_told),
        cmocka_unit_test(the_store_gets_back_the_positions_that_it_gave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
