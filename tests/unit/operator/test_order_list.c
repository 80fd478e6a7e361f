/* Lists of orders over several shelves, each of which gives pages as the test says: nothing is
 * shown out of its order, and nothing is left out where a shelf's page was short. */
#include "operator_world.h"
#include "wire/json.h"

#include "../../support/json_case.h"

enum { ORDERS_MAX = 4 };

/* What a shelf holds, the newest first, and how many of them its pages show at most. */
struct shelf_orders {
    int64_t shelf_id;
    uint32_t page_max;
    bool drops_first; /* The first of each page changed its state meanwhile. */
    uint32_t count;
    int64_t moments[ORDERS_MAX];
    const char *ids[ORDERS_MAX];
};

#define SHELF_147 (SHELF_FBY + (INT64_C(1) << 32))
#define SHELF_149 (SHELF_FBY + (INT64_C(3) << 32))

static const struct stock_order_item item = {{BYTES_INIT("A"), 0}, 1};

static bool is_behind(const struct store_orders *page, int64_t moment, struct bytes id)
{
    if (moment != page->before_ms)
        return moment < page->before_ms;
    return page->before_id.size > 0 && memcmp(id.data, page->before_id.data, 1) < 0;
}

static void give(struct store_orders *page, const struct shelf_orders *shelf)
{
    uint32_t seen = 0;
    page->orders = arena_allocate(page->arena, ORDERS_MAX * sizeof(*page->orders));
    assert_non_null(page->orders);
    for (uint32_t i = 0; i < shelf->count; i++) {
        const struct bytes id = bytes_from_text(shelf->ids[i]);
        if (!is_behind(page, shelf->moments[i], id))
            continue;
        if (seen == shelf->page_max || seen == page->limit) {
            page->more = true;
            return;
        }
        if (!(shelf->drops_first && seen == 0))
            page->orders[page->orders_count++] =
                (struct order_view){.campaign_id = 13,
                                    .id = id,
                                    .created_at_ms = shelf->moments[i],
                                    .items = &item,
                                    .items_count = 1};
        seen++;
        page->last_ms = shelf->moments[i];
        page->last_id = id;
    }
}

static enum err answer(struct store_fake *fake, struct store_orders *page)
{
    const struct shelf_orders *shelves = fake->answer_context;
    assert_int_equal(page->campaign_id, 13);
    for (int i = 0; i < 2; i++) {
        if (shelves[i].shelf_id == page->shelf_id)
            give(page, &shelves[i]);
    }
    return OK;
}

/* Adds the ids of a page; gives the token of the next one, or false. */
static bool take_page(struct world *world, struct buffer *ids, struct buffer *token)
{
    struct json_case json;
    json_case_init(&json);
    const struct bytes reply = exchange_case_reply(&world->one);
    assert_int_equal(json_case_parse(&json, reply), JSON_OK);
    struct json_value result;
    struct json_value list;
    struct json_value order;
    struct json_value value;
    assert_true(json_find(json.root, BYTES("result"), &result));
    assert_true(json_find(result, BYTES("orders"), &list));
    struct json_walk walk = json_walk_begin(list);
    while (json_next_element(&walk, &order)) {
        assert_true(json_find(order, BYTES("orderId"), &value));
        buffer_append(ids, json_string(value));
    }
    buffer_append_u8(ids, '|');
    assert_true(json_find(result, BYTES("paging"), &list));
    const bool more = json_find(list, BYTES("nextPageToken"), &value);
    buffer_clear(token);
    if (more)
        buffer_append(token, json_string(value));
    json_case_deinit(&json);
    return more;
}

/* All pages of a list; gives their ids, a bar behind each page. */
static void read_pages(struct world *world, const char *limit, struct buffer *ids)
{
    struct buffer token;
    bool more = true;
    buffer_init(&token);
    buffer_clear(ids);
    for (int pages = 0; more; pages++) {
        assert_true(pages < 16);
        world->store.orders_asked = 0;
        world_begin(&world->one, "GET", "/api/v1/campaigns/13/orders", "");
        exchange_case_parameter(&world->one, "limit", limit);
        if (token.size > 0)
            exchange_case_parameter(&world->one, "page_token", buffer_text(&token));
        exchange_case_run(&world->one, &world->handler);
        assert_int_equal(world->one.exchange.status, 200);
        more = take_page(world, ids, &token);
    }
    buffer_deinit(&token);
}

static void orders_of_all_shelves_come_in_one_order(void **state)
{
    (void)state;
    static const struct {
        const char *label;
        const char *limit;
        struct shelf_orders shelves[2];
        const char *ids;
    } rows[] = {
        {"one page",
         "50",
         {{SHELF_147, 9, false, 3, {9, 5, 2}, {"a", "c", "e"}},
          {SHELF_149, 9, false, 2, {7, 4}, {"b", "d"}}},
         "abcde|"},
        {"several",
         "2",
         {{SHELF_147, 9, false, 3, {9, 5, 2}, {"a", "c", "e"}},
          {SHELF_149, 9, false, 2, {7, 4}, {"b", "d"}}},
         "ab|cd|e|"},
        {"of one moment, by their ids",
         "2",
         {{SHELF_147, 9, false, 2, {7, 7}, {"d", "b"}},
          {SHELF_149, 9, false, 2, {7, 7}, {"c", "a"}}},
         "dc|ba|"},
        {"a shelf with short pages holds back what is older",
         "50",
         {{SHELF_147, 1, false, 3, {9, 5, 2}, {"a", "c", "e"}},
          {SHELF_149, 9, false, 2, {7, 1}, {"b", "f"}}},
         "a|bc|ef|"},
        {"an order that fell out of its page ends nothing",
         "50",
         {{SHELF_147, 1, true, 2, {9, 5}, {"x", "y"}}, {SHELF_149, 9, false, 1, {7}, {"b"}}},
         "|b|"},
        {"nothing", "1", {{0, 1, false, 0, {0}, {0}}, {0, 1, false, 0, {0}, {0}}}, "|"},
    };
    struct buffer ids;
    buffer_init(&ids);
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        struct world world;
        world_init(&world);
        world.store.orders_answer = answer;
        world.store.answer_context = (void *)(uintptr_t)rows[i].shelves;
        read_pages(&world, rows[i].limit, &ids);
        EXPECT(rows[i].label, bytes_equal(buffer_bytes(&ids), bytes_from_text(rows[i].ids)));
        world_deinit(&world);
    }
    buffer_deinit(&ids);
}

static enum err answer_one(struct store_fake *fake, struct store_orders *page)
{
    (void)page;
    return fake->orders_asked == 1 ? OK : ERR_IO;
}

static void a_shelf_that_does_not_answer_is_503(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    world.store.orders_answer = answer_one;
    assert_int_equal(world_send(&world, "GET", "/api/v1/campaigns/13/orders", ""), 503);
    assert_int_equal(world.one.exchange.retry_after_s, 1);
    world_deinit(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(orders_of_all_shelves_come_in_one_order),
        cmocka_unit_test(a_shelf_that_does_not_answer_is_503),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
