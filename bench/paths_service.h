/* The public API over a local store on a simulated disk, without sockets and threads, as
 * src/server/service.c puts them together; for paths.c. The registry is that of the demo. */
#ifndef BENCH_PATHS_SERVICE_H
#define BENCH_PATHS_SERVICE_H

#include <stdio.h>
#include <stdlib.h>

#include "../tests/support/exchange_case.h"
#include "api/api.h"
#include "os/os_sim.h"
#include "store/store_local.h"

/* 2026-11-23T10:00:00Z; bodies are a little older than that. */
#define NOW_MS              INT64_C(1795428000000)
#define FUTURE_TOLERANCE_MS INT64_C(60000)
#define FILL_MS             (NOW_MS - 3600000)
#define FILL_CELLS          20000
#define HASH_SEED           UINT64_C(0x5EED)

#define STOCKS_PATH "/v2/campaigns/10003/offers/stocks"
#define FULL_KEY    "ACMA:DemoFullAccessDemoFullAccessDemoFullAcce:00000001"

/* A program that measures has nobody to report to. */
#define MUST(condition) must(condition, #condition)
static inline void must(bool condition, const char *text)
{
    if (condition)
        return;
    (void)fprintf(stderr, "paths: it does not hold that %s\n", text);
    exit(1);
}

struct service {
    struct os_sim *sim;
    struct registry *registry;
    struct store *store;
    struct registry_keeper *keeper;
    struct update_counts *update_counts;
    struct api *api;
    struct http_handler handler;
    struct exchange_case one;
};

static inline void service_open_registry(struct service *service)
{
    uint8_t *text = NULL;
    size_t size = 0;
    struct error_list errors;
    struct registry_outcome outcome;
    error_list_init(&errors);
    MUST(os_read_file(os_real(), "demo/registry.json", 1 << 20, &text, &size) == OK);
    uint8_t *padded = realloc(text, size + JSON_PADDING_BYTES);
    MUST(padded != NULL);
    MUST(registry_keeper_apply_text(service->keeper, (struct bytes){padded, size}, &errors,
                                    &outcome) == OK);
    error_list_deinit(&errors);
    free(padded);
}

static inline void service_open(struct service *service)
{
    struct store_opening opening;
    service->sim = os_sim_create(1);
    struct os *os = os_sim_os(service->sim);
    os_sim_set_now(service->sim, NOW_MS);
    service->registry = registry_create();
    MUST(service->registry != NULL);
    const struct store_local_settings store = {
        .os = os,
        .folder = "data",
        .documents = {.context = service->registry, .take = registry_take_document},
        .history_days = HISTORY_DAYS_DEFAULT,
        .history_bytes_max = INT64_C(1) << 30,
    };
    MUST(store_local_open(&store, &opening, &service->store) == OK);
    service->keeper = registry_keeper_create(service->registry, service->store);
    MUST(service->keeper != NULL);
    service_open_registry(service);
    service->update_counts = update_counts_create();
    MUST(service->update_counts != NULL);
    const struct api_settings settings = {
        .os = os,
        .update_counts = service->update_counts,
        .edition = EDITION_2025,
        .unknown_sku = STORE_UNKNOWN_CREATE,
        .future_tolerance_ms = FUTURE_TOLERANCE_MS,
    };
    service->api = api_create(&settings, service->store, service->registry, service->keeper);
    MUST(service->api != NULL);
    service->handler = api_handler(service->api);
    exchange_case_init(&service->one);
}

static inline void service_close(struct service *service)
{
    if (service->api == NULL)
        return;
    exchange_case_deinit(&service->one);
    api_destroy(service->api);
    update_counts_destroy(service->update_counts);
    store_close(service->store);
    registry_keeper_destroy(service->keeper);
    registry_destroy(service->registry);
    os_sim_destroy(service->sim);
}

/* Fills in a request for the campaign's stocks with this body. */
static inline void service_aim(struct service *service, const char *method, struct bytes body,
                               int64_t now_ms)
{
    exchange_case_begin(&service->one, method, STOCKS_PATH, now_ms);
    exchange_case_header(&service->one, HTTP_API_KEY, FULL_KEY);
    exchange_case_header(&service->one, HTTP_CONTENT_TYPE, "application/json");
    exchange_case_body(&service->one, body);
}

static inline void service_wake(struct http_exchange *exchange)
{
    struct exchange_case *one = (struct exchange_case *)(void *)exchange;
    one->woken = true;
}

/* Sends it through the API to its end. Who has to wait commits: there is no thread that would. */
static inline void service_run(struct service *service)
{
    const struct http_handler *handler = &service->handler;
    struct http_exchange *exchange = &service->one.exchange;
    exchange->wake = service_wake;
    handler->begin(handler->context, exchange);
    bool complete = exchange->status != 0 || handler->execute(handler->context, exchange);
    while (!complete) {
        service->one.woken = false;
        handler->await(handler->context, exchange);
        MUST(service->one.woken || store_local_commit(service->store) == OK);
        MUST(service->one.woken);
        complete = handler->finish(handler->context, exchange);
    }
    handler->end(handler->context, exchange);
}

#endif
