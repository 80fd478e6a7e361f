/* The service that faults happen to, as src/server/service.c puts it together. */
#include "service_fault.h"

#include <inttypes.h>
#include <string.h>

/* clang-format off */
static const char registry_text[] =
    "{\"businesses\":[{\"id\":1,\"name\":\"one\"},{\"id\":2,\"name\":\"two\"}],\"campaigns\":["
    "{\"id\":11,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"FBS\"},"
    "{\"id\":12,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"FBS\"},"
    "{\"id\":13,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"DBS\"},"
    "{\"id\":14,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"FBY\"},"
    "{\"id\":21,\"businessId\":2,\"domain\":\"d\",\"placementType\":\"FBS\"}],"
    "\"warehouseGroups\":[{\"id\":77,\"businessId\":1,\"name\":\"g\"}],\"warehouses\":["
    "{\"id\":501,\"campaignId\":11,\"name\":\"w\",\"groupId\":77,\"address\":{\"city\":\"M\"}},"
    "{\"id\":502,\"campaignId\":12,\"name\":\"w\",\"groupId\":77},"
    "{\"id\":503,\"campaignId\":13,\"name\":\"w\"},{\"id\":601,\"campaignId\":21,\"name\":\"w\"}],"
    "\"marketWarehouses\":[{\"id\":147,\"name\":\"m\"},"
    "{\"id\":148,\"name\":\"r\",\"returns\":true}],\"tokens\":["
    "{\"name\":\"full\",\"businessId\":1,\"scopes\":[\"all-methods\"],\"apiKey\":\"full\"},"
    "{\"name\":\"other\",\"businessId\":2,\"scopes\":[\"all-methods\"],\"apiKey\":\"other\"}]}";

/* What is done before the faults, so that every method finds something. */
static const struct service_request filling[] = {
    {SIDE_SELLER, "PUT", "/v2/campaigns/11/offers/stocks", "",
     "{\"skus\":[{\"sku\":\"a\",\"items\":[{\"count\":20}]},"
     "{\"sku\":\"b\",\"items\":[{\"count\":30}]}]}", 200},
    {SIDE_SELLER, "PUT", "/v2/campaigns/13/offers/stocks", "",
     "{\"skus\":[{\"sku\":\"a\",\"items\":[{\"count\":5}]},"
     "{\"sku\":\"c\",\"items\":[{\"count\":0}]}]}", 200},
    {SIDE_OTHER_SELLER, "PUT", "/v2/campaigns/21/offers/stocks", "",
     "{\"skus\":[{\"sku\":\"v\",\"items\":[{\"count\":3}]}]}", 200},
    {SIDE_OPERATOR, "PUT", "/api/v1/campaigns/14/warehouses/147/stocks", "",
     "{\"items\":[{\"sku\":\"m\",\"type\":\"FIT\",\"count\":9},"
     "{\"sku\":\"m\",\"type\":\"DEFECT\",\"count\":2}]}", 200},
    {SIDE_OPERATOR, "POST", "/api/v1/campaigns/11/orders", "",
     "{\"orderId\":\"open\",\"items\":[{\"sku\":\"a\",\"count\":2}]}", 200},
    {SIDE_SELLER, "POST", "/v2/campaigns/11/hidden-offers", "",
     "{\"hiddenOffers\":[{\"offerId\":\"b\"}]}", 200},
    {SIDE_SELLER, "POST", "/v2/campaigns/12/offers/delete", "", "{\"offerIds\":[\"b\"]}", 200},
};
/* clang-format on */

static struct service_world *world_now;

/* Whoever waits commits. */
static void await_promptly(struct store *store, struct store_command *command)
{
    world_now->store_ops->await(store, command);
    assert_int_equal(store_local_commit(store), OK);
}

static enum err open_store(struct service_world *world)
{
    const struct store_local_settings settings = {
        .os = os_sim_os(world->sim),
        .folder = "data",
        .documents = {.context = world->registry, .take = registry_take_document},
    };
    const enum err error = store_local_open(&settings, &world->opening, &world->store);
    if (error != OK)
        return error;
    world->store_ops = world->store->ops;
    world->prompt_ops = *world->store_ops;
    world->prompt_ops.await = await_promptly;
    world->store->ops = &world->prompt_ops;
    return OK;
}

static enum err no_shops(void *context, struct arena *arena, struct push_state **shops,
                         uint32_t *shops_count)
{
    (void)context;
    (void)arena;
    *shops = NULL;
    *shops_count = 0;
    return OK;
}

static enum err no_shop(void *context, int64_t campaign_id)
{
    (void)context;
    (void)campaign_id;
    return ERR_NOT_FOUND;
}

static void create_apis(struct service_world *world)
{
    struct os *os = os_sim_os(world->sim);
    const struct api_settings api_settings = {
        .os = os,
        .sink = request_log_sink(world->request_log),
        .update_counts = world->update_counts,
        .unknown_sku = STORE_UNKNOWN_CREATE,
        .future_tolerance_ms = 60000,
    };
    world->api = api_create(&api_settings, world->store, world->registry, world->keeper);
    const struct operator_settings operator_settings = {
        .os = os,
        .store = world->store,
        .registry = world->registry,
        .keeper = world->keeper,
        .request_log = world->request_log,
        .update_counts = world->update_counts,
        .push = {NULL, no_shops, no_shop, no_shop},
        .token = sha256_of(BYTES("secret")),
        .future_tolerance_ms = 60000,
        .version = "1",
    };
    world->operator_api = operator_create(&operator_settings);
}

enum err service_world_open(struct service_world *world)
{
    world->registry = registry_create();
    if (world->registry == NULL)
        return ERR_MEMORY;
    enum err error = open_store(world);
    if (error != OK)
        return error;
    world->keeper = registry_keeper_create(world->registry, world->store);
    if (world->keeper == NULL)
        return ERR_MEMORY;
    struct error_list errors;
    error_list_init(&errors);
    error = registry_keeper_complete(world->keeper, &errors);
    error_list_deinit(&errors);
    if (error != OK)
        return error;
    const struct request_log_settings settings = {os_sim_os(world->sim), "requests", 10,
                                                  REQUEST_LOG_BYTES_MIN};
    world->request_log = request_log_open(&settings);
    if (world->request_log == NULL)
        return ERR_MEMORY;
    world->update_counts = update_counts_create();
    if (world->update_counts == NULL)
        return ERR_MEMORY;
    create_apis(world);
    return world->api == NULL || world->operator_api == NULL ? ERR_MEMORY : OK;
}

void service_world_close(struct service_world *world)
{
    operator_destroy(world->operator_api);
    api_destroy(world->api);
    request_log_close(world->request_log);
    update_counts_destroy(world->update_counts);
    registry_keeper_destroy(world->keeper);
    if (world->store != NULL)
        store_close(world->store);
    registry_destroy(world->registry);
    *world = (struct service_world){.sim = world->sim};
}

static void apply_registry(struct service_world *world)
{
    struct error_list errors;
    struct registry_outcome outcome;
    error_list_init(&errors);
    assert_int_equal(registry_keeper_apply_text(world->keeper, bytes_from_text(registry_text),
                                                &errors, &outcome),
                     OK);
    error_list_deinit(&errors);
}

void service_world_begin(struct service_world *world)
{
    memset(world, 0, sizeof(*world));
    world_now = world;
    world->sim = os_sim_create(1);
    os_sim_set_now(world->sim, NOW_MS);
    assert_int_equal(service_world_open(world), OK);
    apply_registry(world);
    for (size_t i = 0; i < ROWS_COUNT_OF(filling); i++) {
        service_world_ask(world, &filling[i]);
        assert_int_equal(service_world_run(world, &filling[i]), filling[i].status);
        exchange_case_deinit(&world->one);
    }
    request_log_write(world->request_log); /* What finds no memory for that is dropped, told. */
}

void service_world_end(struct service_world *world)
{
    service_world_close(world);
    os_sim_destroy(world->sim);
}

static void add_query(struct exchange_case *one, const char *query)
{
    struct bytes rest = bytes_from_text(query);
    while (rest.size > 0) {
        struct bytes parameter;
        struct bytes name;
        rest = bytes_split(rest, '&', &parameter);
        const struct bytes value = bytes_split(parameter, '=', &name);
        one->exchange.parameters[one->exchange.parameters_count++] =
            (struct http_parameter){name, value};
    }
}

void service_world_ask(struct service_world *world, const struct service_request *request)
{
    struct exchange_case *one = &world->one;
    exchange_case_init(one);
    exchange_case_begin(one, request->method, request->path, NOW_MS);
    if (request->side == SIDE_OPERATOR)
        exchange_case_header(one, HTTP_AUTHORIZATION, "Bearer secret");
    else
        exchange_case_header(one, HTTP_API_KEY, request->side == SIDE_SELLER ? "full" : "other");
    exchange_case_header(one, HTTP_USER_AGENT, "agent");
    add_query(one, request->query);
    if (request->body[0] != '\0')
        exchange_case_body(one, bytes_from_text(request->body));
}

int service_world_run(struct service_world *world, const struct service_request *request)
{
    const struct http_handler handler = request->side == SIDE_OPERATOR
                                            ? operator_handler(world->operator_api)
                                            : api_handler(world->api);
    exchange_case_run(&world->one, &handler);
    return world->one.exchange.status;
}

static void show_shelf(struct service_world *world, int64_t shelf_id, struct buffer *text)
{
    struct arena arena;
    arena_init(&arena);
    struct store_command command = {
        .kind = STORE_PAGE,
        .shelf_id = shelf_id,
        .arena = &arena,
        .page = {.limit = STORE_PAGE_CELLS_MAX, .filter = {.never_updated = true}},
    };
    (void)store_submit(world->store, &command);
    assert_int_equal(command.verdict, VERDICT_OK);
    for (uint32_t i = 0; i < command.views_count; i++) {
        const struct stock_view *view = &command.views[i];
        buffer_append_format(
            text, "%" PRId64 " %.*s %" PRId64 " %" PRId64 " %" PRId64 " %x %" PRId64 "\n", shelf_id,
            BYTES_ARG(view->sku), view->available, view->reserved, view->updated_at_ms, view->marks,
            stock_unfit_units(view));
    }
    arena_deinit(&arena);
}

/* A secret that was made is another one each time. */
static void hide_hashes(struct buffer *text)
{
    static const char name[] = "Sha256\":\"";
    uint8_t *at = text->data;
    const uint8_t *end = text->data + text->size;
    while ((at = memmem(at, (size_t)(end - at), name, sizeof(name) - 1)) != NULL) {
        at += sizeof(name) - 1;
        memset(at, '0', SHA256_HEX_BYTES - 1);
    }
}

void service_world_show(struct service_world *world, struct buffer *text)
{
    buffer_clear(text);
    registry_encode(world->registry, text);
    hide_hashes(text);
    buffer_append_text(text, "\n");
    for (int64_t id = 1; id <= 9; id++) {
        show_shelf(world, id, text);
        show_shelf(world, market_shelf_id(id, 1), text);
    }
    assert_false(text->failed);
}
