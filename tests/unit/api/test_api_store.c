/* The API over a real local store on a simulated machine: what is written is read. */
#include "api_world.h"

#include <stdio.h>
#include <string.h>

#include "os/log.h"
#include "os/os_sim.h"
#include "store/store_local.h"

/* A machine with a store; the world stands on it. */
struct machine {
    struct os_sim *sim;
    struct store *store;
    struct world world;
};

static enum err take_nothing(void *context, struct bytes name, struct bytes content)
{
    (void)context;
    (void)name;
    (void)content;
    return OK;
}

static void machine_start(struct machine *machine, const struct api_settings *settings)
{
    struct store_opening opening;
    const struct store_local_settings store_settings = {
        .os = os_sim_os(machine->sim),
        .folder = "data",
        .documents = {.context = NULL, .take = take_nothing}};
    assert_int_equal(store_local_open(&store_settings, &opening, &machine->store), OK);
    assert_int_equal(store_local_start(machine->store), OK);
    world_init(&machine->world, settings, machine->store);
}

static void machine_stop(struct machine *machine)
{
    world_deinit(&machine->world);
    store_close(machine->store);
}

static void machine_init(struct machine *machine, const struct api_settings *settings)
{
    log_set_level(LOG_ERROR);
    machine->sim = os_sim_create(1);
    machine_start(machine, settings);
}

static void machine_deinit(struct machine *machine)
{
    machine_stop(machine);
    os_sim_destroy(machine->sim);
}

#define D_STOCKS "/campaigns/10004/offers/stocks"

static void put(struct world *world, const char *path, const char *skus)
{
    struct buffer body;
    buffer_init(&body);
    buffer_append_format(&body, "{\"skus\":[%s]}", skus);
    assert_int_equal(world_send(world, "PUT", path, buffer_text(&body)), 200);
    EXPECT_TEXT(exchange_case_reply(&world->one), "{\"status\":\"OK\"}");
    buffer_deinit(&body);
}

/* The answer to a read of these SKUs. */
static struct bytes list(struct world *world, const char *path, const char *body)
{
    assert_int_equal(world_send(world, "POST", path, body), 200);
    return exchange_case_reply(&world->one);
}

#define ITEM(sku, count, date)                                                                     \
    "{\"sku\":\"" sku "\",\"items\":[{\"count\":" count ",\"updatedAt\":\"" date "\"}]}"
#define OFFER(sku, count, date)                                                                    \
    "{\"offerId\":\"" sku "\",\"stocks\":[{\"type\":\"FIT\",\"count\":" count                      \
    "},{\"type\":\"FREEZE\",\"count\":0},{\"type\":\"AVAILABLE\",\"count\":" count                 \
    "}],\"updatedAt\":\"" date "\"}"
#define ANSWER(warehouse, offers)                                                                  \
    "{\"status\":\"OK\",\"result\":{\"paging\":{},\"warehouses\":[{\"warehouseId\":" warehouse     \
    ",\"offers\":[" offers "]}]}}"
#define EMPTY_ANSWER "{\"status\":\"OK\",\"result\":{\"paging\":{},\"warehouses\":[]}}"

#define T0 "2025-09-17T09:00:00Z"
#define T1 "2025-09-17T09:00:10Z"

static void what_is_written_is_read_by_every_store_of_the_group(void **state)
{
    (void)state;
    struct machine machine;
    machine_init(&machine, &settings_2025);
    struct world *world = &machine.world;
    EXPECT_TEXT(list(world, STOCKS, ""), EMPTY_ANSWER);
    put(world, STOCKS, ITEM("A", "5", T0));
    EXPECT_TEXT(list(world, D_STOCKS, "{\"offerIds\":[\"zzz\",\"A\"]}"),
                ANSWER("502", OFFER("A", "5", T0)));
    EXPECT_TEXT(list(world, STOCKS, "{}"), ANSWER("501", OFFER("A", "5", T0)));
    EXPECT_TEXT(list(world, "/campaigns/10006/offers/stocks", "{\"offerIds\":[\"A\"]}"),
                EMPTY_ANSWER);
    EXPECT_TEXT(list(world, "/campaigns/10005/offers/stocks", ""), EMPTY_ANSWER);
    machine_deinit(&machine);
}

static void older_write_is_accepted_and_ignored(void **state)
{
    (void)state;
    struct machine machine;
    machine_init(&machine, &settings_2025);
    struct world *world = &machine.world;
    put(world, STOCKS, ITEM("A", "7", T1));
    put(world, D_STOCKS, ITEM("A", "5", T0) "," ITEM("B", "3", T0));
    EXPECT_TEXT(list(world, STOCKS, "{\"offerIds\":[\"B\",\"A\"]}"),
                ANSWER("501", OFFER("B", "3", T0) "," OFFER("A", "7", T1)));
    put(world, STOCKS, ITEM("A", "6", T1)); /* As old as what is there: the later arrival wins. */
    EXPECT_TEXT(list(world, STOCKS, "{\"offerIds\":[\"A\"]}"), ANSWER("501", OFFER("A", "6", T1)));
    struct buffer page;
    buffer_init(&page);
    api_write_metrics(world->api, &page);
    assert_non_null(strstr(buffer_text(&page), "stockd_skus_written_total 3\n"));
    assert_non_null(strstr(buffer_text(&page), "stockd_skus_stale_total 1\n"));
    buffer_deinit(&page);
    machine_deinit(&machine);
}

static void refused_write_changes_nothing(void **state)
{
    (void)state;
    struct machine machine;
    struct api_settings settings = settings_2025;
    settings.unknown_sku = STORE_UNKNOWN_REJECT;
    machine_init(&machine, &settings);
    struct world *world = &machine.world;
    assert_int_equal(world_send(world, "PUT", STOCKS, "{\"skus\":[" ITEM("A", "1", T0) "]}"), 400);
    world_expect_error(world, 400, "BAD_REQUEST", "Unknown shop-sku 'A' for warehouse '501'");
    assert_int_equal(
        world_send(world, "PUT", STOCKS, "{\"skus\":[" ITEM("A", "1", T0) ",{\"sku\":\"B\"}]}"),
        400);
    EXPECT_TEXT(list(world, STOCKS, ""), EMPTY_ANSWER);
    machine_deinit(&machine);
}

/* Runs one page and gives its token, or no bytes; adds the SKUs to `seen` in order. */
static struct bytes page(struct world *world, const char *token, const char *name,
                         struct json_case *json, struct buffer *seen)
{
    world_begin(world, "POST", STOCKS);
    exchange_case_parameter(&world->one, "limit", "7");
    if (token != NULL)
        exchange_case_parameter(&world->one, "page_token", token);
    assert_int_equal(world_run(world), 200);
    assert_int_equal(json_case_parse(json, exchange_case_reply(&world->one)), JSON_OK);
    const struct json_value result = json_case_member(json->root, "result");
    struct json_walk warehouses = json_walk_begin(json_case_member(result, "warehouses"));
    struct json_value warehouse;
    assert_true(json_next_element(&warehouses, &warehouse));
    struct json_walk offers = json_walk_begin(json_case_member(warehouse, "offers"));
    struct json_value offer;
    while (json_next_element(&offers, &offer)) {
        buffer_append(seen, json_string(json_case_member(offer, "offerId")));
        buffer_append_text(seen, ",");
    }
    struct json_value found;
    const bool present =
        json_find(json_case_member(result, "paging"), bytes_from_text(name), &found);
    return present ? json_string(found) : (struct bytes){NULL, 0};
}

static void pages_show_every_sku_once_forward_and_back(void **state)
{
    (void)state;
    struct machine machine;
    machine_init(&machine, &settings_2025);
    struct world *world = &machine.world;
    struct buffer skus;
    struct buffer seen;
    struct buffer expected;
    buffer_init(&skus);
    buffer_init(&seen);
    buffer_init(&expected);
    for (int i = 0; i < 20; i++) {
        buffer_append_format(&skus, "%s{\"sku\":\"S%d\",\"items\":[{\"count\":%d}]}",
                             i == 0 ? "" : ",", i, i);
        buffer_append_format(&expected, "S%d,", i);
    }
    put(world, STOCKS, buffer_text(&skus));
    struct json_case json;
    json_case_init(&json);
    char token[512] = "";
    int pages_count = 0;
    do {
        const struct bytes next =
            page(world, token[0] == '\0' ? NULL : token, "nextPageToken", &json, &seen);
        (void)snprintf(token, sizeof(token), "%.*s", BYTES_ARG(next));
        pages_count++;
    } while (token[0] != '\0');
    assert_int_equal(pages_count, 3);
    EXPECT_BYTES(buffer_bytes(&seen), buffer_bytes(&expected));

    buffer_clear(&seen); /* The second page, and back from it to the first. */
    const struct bytes second = page(world, NULL, "nextPageToken", &json, &seen);
    (void)snprintf(token, sizeof(token), "%.*s", BYTES_ARG(second));
    buffer_clear(&seen);
    const struct bytes back = page(world, token, "prevPageToken", &json, &seen);
    EXPECT_TEXT(buffer_bytes(&seen), "S7,S8,S9,S10,S11,S12,S13,");
    (void)snprintf(token, sizeof(token), "%.*s", BYTES_ARG(back));
    buffer_clear(&seen);
    assert_int_equal(page(world, token, "prevPageToken", &json, &seen).size, 0);
    EXPECT_TEXT(buffer_bytes(&seen), "S0,S1,S2,S3,S4,S5,S6,");

    world_begin(world, "POST", D_STOCKS); /* Another campaign: a foreign token. */
    exchange_case_parameter(&world->one, "page_token", token);
    (void)world_run(world);
    world_expect_error(world, 400, "BAD_REQUEST", "Bad page token");
    json_case_deinit(&json);
    buffer_deinit(&skus);
    buffer_deinit(&seen);
    buffer_deinit(&expected);
    machine_deinit(&machine);
}

static void reads_are_filtered_by_warehouse_and_presence(void **state)
{
    (void)state;
    struct machine machine;
    machine_init(&machine, &settings_2025);
    struct world *world = &machine.world;
    put(world, STOCKS, ITEM("A", "5", T0) "," ITEM("Z", "0", T0));
    static const struct {
        const char *body;
        const char *answer;
    } rows[] = {
        {"{\"stocksWarehouseId\":501,\"hasStocks\":true}", ANSWER("501", OFFER("A", "5", T0))},
        {"{\"stocksWarehouseId\":501,\"hasStocks\":false}", ANSWER("501", OFFER("Z", "0", T0))},
        {"{\"stocksWarehouseId\":501}", ANSWER("501", OFFER("A", "5", T0) "," OFFER("Z", "0", T0))},
        {"{\"stocksWarehouseId\":502}", EMPTY_ANSWER}, /* C20 */
        {"{\"archived\":true}", EMPTY_ANSWER},
        {"{\"archived\":true,\"offerIds\":[\"Z\"]}", ANSWER("501", OFFER("Z", "0", T0))}, /* C18 */
        {"{\"withTurnover\":true,\"offerIds\":[\" A \"]}", ANSWER("501", OFFER("A", "5", T0))},
        {"{\"offerIds\":null}", ANSWER("501", OFFER("A", "5", T0) "," OFFER("Z", "0", T0))},
    };
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++)
        EXPECT_TEXT(list(world, STOCKS, rows[i].body), rows[i].answer);
    machine_deinit(&machine);
}

static void what_was_acknowledged_is_there_after_a_restart(void **state)
{
    (void)state;
    struct machine machine;
    machine_init(&machine, &settings_2025);
    put(&machine.world, STOCKS, ITEM("A", "5", T0));
    put(&machine.world, STOCKS, ITEM("A", "6", T1) "," ITEM("B", "1", T0));
    machine_stop(&machine);
    os_sim_reboot(machine.sim);
    machine_start(&machine, &settings_2025);
    EXPECT_TEXT(list(&machine.world, STOCKS, ""),
                ANSWER("501", OFFER("A", "6", T1) "," OFFER("B", "1", T0)));
    machine_deinit(&machine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_by_every_store_of_the_group),
        cmocka_unit_test(older_write_is_accepted_and_ignored),
        cmocka_unit_test(refused_write_changes_nothing),
        cmocka_unit_test(pages_show_every_sku_once_forward_and_back),
        cmocka_unit_test(reads_are_filtered_by_warehouse_and_presence),
        cmocka_unit_test(what_was_acknowledged_is_there_after_a_restart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
