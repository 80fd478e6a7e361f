/* What src/server/service.c puts together, without what needs a machine. */
#include "service_case.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "check.h"
#include "registry_tell.h"
#include "shelf_case.h"
#include "store/store_local_internal.h"

/* clang-format off */
static const char first_registry[] =
    "{\"businesses\":[{\"id\":1,\"name\":\"one\"},{\"id\":2,\"name\":\"two\"}],\"campaigns\":["
    "{\"id\":11,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"FBS\"},"
    "{\"id\":12,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"DBS\"},"
    "{\"id\":13,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"FBY\"},"
    "{\"id\":14,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"FBS\"},"
    "{\"id\":15,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"LAAS\"},"
    "{\"id\":16,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"FBY\","
    "\"apiAvailability\":\"DISABLED_BY_INACTIVITY\"},"
    "{\"id\":21,\"businessId\":2,\"domain\":\"d\",\"placementType\":\"FBS\",\"push\":"
    "{\"url\":\"http://shop\",\"token\":\"t\"}},"
    "{\"id\":22,\"businessId\":2,\"domain\":\"d\",\"placementType\":\"FBS\"}],"
    "\"warehouseGroups\":[{\"id\":77,\"businessId\":1,\"name\":\"g\"}],\"warehouses\":["
    "{\"id\":501,\"campaignId\":11,\"name\":\"w\",\"groupId\":77},"
    "{\"id\":502,\"campaignId\":12,\"name\":\"w\",\"groupId\":77},"
    "{\"id\":504,\"campaignId\":14,\"name\":\"w\",\"express\":true,\"address\":{\"city\":\"M\"}},"
    "{\"id\":601,\"campaignId\":21,\"name\":\"w\"},{\"id\":602,\"campaignId\":22,\"name\":\"w\"}],"
    "\"marketWarehouses\":[{\"id\":147,\"name\":\"m\"},{\"id\":148,\"name\":\"r\",\"returns\":true}"
    ",{\"id\":149,\"name\":\"m\"}],\"tokens\":["
    "{\"name\":\"full\",\"businessId\":1,\"scopes\":[\"all-methods\"],"
    "\"apiKey\":\"" SERVICE_KEY_FULL "\"},"
    "{\"name\":\"viewer\",\"businessId\":1,\"scopes\":[\"all-methods:read-only\"],"
    "\"apiKey\":\"" SERVICE_KEY_VIEWER "\"},"
    "{\"name\":\"second\",\"businessId\":2,\"scopes\":[\"all-methods\"],"
    "\"apiKey\":\"" SERVICE_KEY_SECOND "\"},"
    "{\"name\":\"old\",\"businessId\":1,\"oauth\":\"" SERVICE_KEY_OAUTH "\"}]}";
/* clang-format on */

/* An entry of the query log is a line that can be read again. */
static void take_entry(void *context, const struct request_entry *entry)
{
    struct service_case *service = context;
    struct buffer line;
    struct json_case json;
    struct request_error errors[ERRORS_PER_REPLY_MAX];
    struct request_entry again;
    buffer_init(&line);
    json_case_init(&json);
    request_entry_encode(&line, entry);
    ASSERT(line.size < REQUEST_LINE_BYTES_MAX && memchr(line.data, '\n', line.size) == NULL);
    ASSERT(json_case_parse(&json, buffer_bytes(&line)) == JSON_OK);
    ASSERT(request_entry_decode(json.root, errors, &again));
    ASSERT(again.status == entry->status && again.errors_count == entry->errors_count);
    ASSERT((entry->status >= 400) == (entry->errors_count > 0));
    service->entries_count++;
    if (service->request_log != NULL)
        request_log_add(service->request_log, entry);
    json_case_deinit(&json);
    buffer_deinit(&line);
}

/* Push that agrees to everything: it has a thread of its own in the service. */
static enum err list_shops(void *context, struct arena *arena, struct push_state **shops,
                           uint32_t *shops_count)
{
    (void)context;
    (void)arena;
    *shops = NULL;
    *shops_count = 0;
    return OK;
}

static enum err touch_shop(void *context, int64_t campaign_id)
{
    (void)context;
    return campaign_id == 21 ? OK : ERR_NOT_FOUND;
}

static void open_store(struct service_case *service)
{
    struct store_opening opening;
    service->documents = calloc(1, sizeof(*service->documents));
    ASSERT(service->documents != NULL && documents_init(service->documents));
    const struct store_local_settings settings = {
        .os = os_sim_os(service->sim),
        .folder = "data",
        .documents = documents_of(service->documents),
        .history_days = 30,
        .history_bytes_max = INT64_C(64) * 1024 * 1024,
    };
    const enum err error = store_local_open(&settings, &opening, &service->store);
    if (error != OK)
        (void)fprintf(stderr, "the store does not open again: %s\n", opening.problem);
    ASSERT(error == OK);
    service->keeper = registry_keeper_create(service->documents->registry, service->store);
    ASSERT(service->keeper != NULL);
    service->documents->keeper = service->keeper;
}

static void open_apis(struct service_case *service)
{
    struct registry *registry = service->documents->registry;
    struct os *os = os_sim_os(service->sim);
    for (int i = 0; i < SERVICE_EDITIONS; i++) {
        const struct api_settings settings = {
            .os = os,
            .sink = {service, take_entry},
            .edition = i == SERVICE_2025 ? EDITION_2025 : EDITION_2026,
            .unknown_sku = i == SERVICE_2025 ? STORE_UNKNOWN_CREATE : STORE_UNKNOWN_REJECT,
            .future_tolerance_ms = 60000,
            .limits_enforced = true,
            .key_shape_checked = i == SERVICE_2026,
        };
        service->apis[i] = api_create(&settings, service->store, registry, service->keeper);
        ASSERT(service->apis[i] != NULL);
    }
    const struct operator_settings settings = {
        .os = os,
        .store = service->store,
        .registry = registry,
        .keeper = service->keeper,
        .request_log = service->request_log,
        .push = {NULL, list_shops, touch_shop, touch_shop},
        .token = sha256_of(BYTES(SERVICE_KEY_OPERATOR)),
        .future_tolerance_ms = 60000,
        .version = "1",
        .public_url = "http://127.0.0.1:8080",
        .store_name = "local",
        .edition = 2025,
    };
    service->operator_api = operator_create(&settings);
    ASSERT(service->operator_api != NULL);
}

static void close_all(struct service_case *service)
{
    for (int i = 0; i < SERVICE_EDITIONS; i++)
        api_destroy(service->apis[i]);
    operator_destroy(service->operator_api);
    store_close(service->store);
    registry_keeper_destroy(service->keeper);
    documents_deinit(service->documents);
    free(service->documents);
}

void service_case_init(struct service_case *service, bool logs_requests)
{
    struct error_list errors;
    struct registry_outcome outcome;
    hash_seed_set(UINT64_C(0x5EED));
    *service = (struct service_case){.sim = os_sim_create(1), .now_ms = FUZZ_NOW_MS};
    os_sim_set_now(service->sim, service->now_ms);
    open_store(service);
    error_list_init(&errors);
    ASSERT(registry_keeper_apply_text(service->keeper, bytes_from_text(first_registry), &errors,
                                      &outcome) == OK);
    error_list_deinit(&errors);
    const struct request_log_settings log = {os_sim_os(service->sim), "requests", 10,
                                             REQUEST_LOG_BYTES_MIN};
    service->request_log = logs_requests ? request_log_open(&log) : NULL;
    open_apis(service);
    exchange_case_init(&service->one);
}

void service_case_deinit(struct service_case *service)
{
    exchange_case_deinit(&service->one);
    close_all(service);
    if (service->request_log != NULL)
        request_log_close(service->request_log);
    os_sim_destroy(service->sim);
}

static void wake(struct http_exchange *exchange)
{
    struct exchange_case *one = (struct exchange_case *)(void *)exchange;
    one->woken = true;
}

void service_case_run(struct service_case *service, enum service_side side)
{
    const struct http_handler handler = side == SERVICE_OPERATOR
                                            ? operator_handler(service->operator_api)
                                            : api_handler(service->apis[side]);
    struct exchange_case *one = &service->one;
    struct http_exchange *exchange = &one->exchange;
    exchange->wake = wake;
    handler.begin(handler.context, exchange);
    bool complete = exchange->status != 0 || handler.execute(handler.context, exchange);
    while (!complete) {
        one->woken = false;
        handler.await(handler.context, exchange);
        if (!one->woken) /* Otherwise it was the worker's, who is done. */
            ASSERT(store_local_commit(service->store) == OK);
        ASSERT(one->woken);
        complete = handler.finish(handler.context, exchange);
    }
    handler.end(handler.context, exchange);
}

void service_case_advance(struct service_case *service, int64_t ms)
{
    service->now_ms += ms;
    os_sim_advance(service->sim, ms);
    ASSERT(store_local_expire_due(service->store) == OK);
    ASSERT(store_local_commit(service->store) == OK);
}

void service_case_checkpoint(struct service_case *service)
{
    ASSERT(store_local_checkpoint(service->store) == OK);
}

/* Shelves as they lie in the store. */
static struct shelf_case shelf_at(struct service_case *service, uint32_t index, int64_t *id)
{
    const struct local_shelf *shelf = local_shelf_at(local_of(service->store), index);
    if (shelf == NULL)
        return (struct shelf_case){NULL, NULL};
    *id = shelf->id;
    return (struct shelf_case){shelf->shelf, shelf->orders};
}

void service_case_check(struct service_case *service)
{
    int64_t id = 0;
    for (uint32_t i = 0;; i++) {
        const struct shelf_case one = shelf_at(service, i, &id);
        if (one.shelf == NULL)
            return;
        shelf_case_check(&one);
    }
}

/* Each shelf that one of them has with something in it, the other has alike. */
static void check_shelves(struct service_case *before, struct service_case *after)
{
    int64_t id = 0;
    int64_t other_id = 0;
    for (uint32_t i = 0;; i++) {
        struct shelf_case one = shelf_at(before, i, &id);
        if (one.shelf == NULL)
            return;
        struct shelf_case other = {NULL, NULL};
        for (uint32_t k = 0; other_id != id || other.shelf == NULL; k++) {
            other = shelf_at(after, k, &other_id);
            if (other.shelf == NULL)
                break;
        }
        if (other.shelf == NULL) {
            ASSERT(shelf_cells_count(one.shelf) == 0 && order_book_count(one.book) == 0);
            continue;
        }
        shelf_case_check_equal(&one, &other, shelf_is_market(id));
    }
}

void service_case_restart(struct service_case *service)
{
    struct service_case after = {.sim = service->sim, .now_ms = service->now_ms};
    struct buffer known;
    struct buffer known_again;
    buffer_init(&known);
    buffer_init(&known_again);
    ASSERT(store_local_commit(service->store) == OK);
    os_sim_kill(service->sim); /* Locks and files are free; what was, stays in memory. */
    open_store(&after);
    service_case_check(&after);
    check_shelves(service, &after);
    check_shelves(&after, service);
    registry_encode(service->documents->registry, &known);
    registry_encode(after.documents->registry, &known_again);
    check_equal(&known, &known_again);
    registry_check_equal(service->documents->registry, after.documents->registry);
    buffer_deinit(&known);
    buffer_deinit(&known_again);
    close_all(service);
    service->documents = after.documents;
    service->keeper = after.keeper;
    service->store = after.store;
    open_apis(service);
}
