/* The order matters: what a part lends from others is opened before it and ended after it. */
#include "server/service.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "os/log.h"
#include "server/push_shops.h"

enum {
    OPERATOR_THREADS = 1,
    OPERATOR_CONNECTIONS_MAX = 100,
    PATH_BYTES_MAX = 4096,
    BYTES_PER_MB = 1024 * 1024,
};

/* Documents of the store go to whoever kept them. */
static enum err take_document(void *context, struct bytes name, struct bytes content)
{
    struct service *service = context;
    if (bytes_equal(name, BYTES(PUSH_DOCUMENT)))
        return push_take_document(service->push, name, content);
    if (bytes_equal(name, BYTES(REGISTRY_FILE_DOCUMENT)))
        return registry_file_take(&service->registry_file, content);
    return registry_take_document(service->registry, name, content);
}

static bool open_store(struct service *service)
{
    struct store_opening opening;
    const int64_t started_us = service->os->uptime_us(service->os);
    service->registry = registry_create();
    service->push = push_create();
    if (service->registry == NULL || service->push == NULL)
        return false;
    const enum err error = store_local_open(service->os, service->options->data, take_document,
                                            service, &opening, &service->store);
    if (error != OK) {
        log_line(LOG_ERROR, "event=store_not_opened data=%s problem=\"%s\"", service->options->data,
                 opening.problem);
        return false;
    }
    struct store_metrics metrics;
    store_metrics(service->store, &metrics);
    log_line(LOG_INFO,
             "event=store_opened data=%s records=%" PRIu64 " cells=%" PRIu64 " torn_bytes=%" PRIu64
             " took_ms=%" PRId64,
             service->options->data, opening.recovery.records_count, metrics.cells_count,
             opening.recovery.torn_bytes,
             (service->os->uptime_us(service->os) - started_us) / 1000);
    return true;
}

static bool apply_registry(struct service *service)
{
    service->keeper = registry_keeper_create(service->registry, service->store);
    if (service->keeper == NULL || registry_complete(service->keeper) != OK)
        return false;
    if (service->options->registry == NULL)
        return true;
    const struct registry_target target = {service->os, service->store, service->keeper};
    return registry_file_apply(&service->registry_file, service->options->registry, &target) == OK;
}

/* Never says the token itself. */
static bool load_operator_token(struct service *service)
{
    struct operator_token *token = &service->operator_token;
    const char *file = service->options->operator_token_file;
    if (operator_token_load(service->os, file, service->options->data, token) != OK) {
        log_line(LOG_ERROR, "event=operator_token_unusable file=%s problem=\"%s\"", token->path,
                 token->problem);
        return false;
    }
    log_line(LOG_INFO, "event=operator_token file=%s made=%s", token->path,
             token->made ? "yes" : "no");
    return true;
}

static bool open_request_log(struct service *service)
{
    const struct options *options = service->options;
    if (options->request_log_mb == 0)
        return true;
    char folder[PATH_BYTES_MAX];
    const int length = snprintf(folder, sizeof(folder), "%s/requests", options->data);
    if (length < 0 || (size_t)length >= sizeof(folder))
        return false;
    const struct request_log_settings settings = {
        .os = service->os,
        .folder = folder,
        .days = options->request_log_days,
        .bytes_max = options->request_log_mb * BYTES_PER_MB,
    };
    struct request_log *log = request_log_open(&settings);
    if (log == NULL)
        return false;
    if (request_log_start(log) != OK) {
        request_log_close(log);
        return false;
    }
    service->request_log = log;
    return true;
}

static bool start_push(struct service *service)
{
    const struct options *options = service->options;
    const struct push_settings settings = {
        .os = service->os,
        .store = service->store,
        .source = push_shops_source(service->registry),
        .ca_file = options->push_ca,
        .connect_timeout_ms = options->push_connect_timeout_ms,
        .answer_timeout_ms = options->push_answer_timeout_ms,
        .retry_ms = options->push_retry_ms,
        .failures_max = (uint32_t)options->push_failures,
        .future_tolerance_ms = options->future_tolerance_s * 1000,
        .past_tolerance_ms = options->edition == 2026 ? PAST_TOLERANCE_MS : -1,
    };
    return push_start(service->push, &settings) == OK;
}

/* A service without tokens is up and refuses everybody: worth a word. */
static void warn_if_empty(const struct service *service)
{
    if (!registry_has_tokens(service->registry)) {
        log_line(LOG_WARN, "event=registry_empty meaning='no tokens are known, every request will "
                           "be refused' action='start with --registry FILE, or POST it to "
                           "/api/v1/registry'");
    }
}

static bool create_api(struct service *service)
{
    const struct options *options = service->options;
    struct api_settings settings = {
        .os = service->os,
        .edition = options->edition == 2026 ? EDITION_2026 : EDITION_2025,
        .tariff = (enum tariff)options->tariff,
        .unknown_sku = (enum store_unknown)options->unknown_sku,
        .future_tolerance_ms = options->future_tolerance_s * 1000,
        .parallel_max = (uint32_t)options->parallel,
        .limits_enforced = !options->no_limits,
        .key_shape_checked = options->api_key_shape == 1,
    };
    if (service->request_log != NULL)
        settings.sink = request_log_sink(service->request_log);
    warn_if_empty(service);
    if (options->no_limits)
        log_line(LOG_WARN, "event=limits_lifted option=--no-limits meaning=\"rate and parallel "
                           "limits are off; for load tests only\"");
    service->api = api_create(&settings, service->store, service->registry, service->keeper);
    return service->api != NULL;
}

static void add_source(struct service *service, void *context,
                       void (*write)(void *context, struct buffer *page))
{
    ASSERT(service->sources_count < SERVICE_SOURCES_MAX);
    service->sources[service->sources_count++] = (struct metric_source){context, write};
}

static bool create_operator(struct service *service)
{
    add_source(service, service->api, api_write_metrics);
    add_source(service, service->push, push_write_metrics);
    if (service->request_log != NULL)
        add_source(service, service->request_log, request_log_write_metrics);
    const struct operator_settings settings = {
        .os = service->os,
        .store = service->store,
        .registry = service->registry,
        .keeper = service->keeper,
        .request_log = service->request_log,
        .push = {service->push, push_list, push_enable, push_ask},
        .token = service->operator_token.hash,
        .future_tolerance_ms = service->options->future_tolerance_s * 1000,
        .sources = service->sources,
        .sources_count = service->sources_count,
        .version = STOCKD_VERSION,
    };
    service->operator_api = operator_create(&settings);
    return service->operator_api != NULL;
}

static bool open_listener(const struct listener_settings *settings, struct listener **listener)
{
    char problem[LISTENER_PROBLEM_BYTES] = "";
    if (listener_open(settings, problem, listener) == OK)
        return true;
    log_line(LOG_ERROR, "event=listener_not_opened problem=\"%s\"", problem);
    return false;
}

static uint32_t processors_count(void)
{
    const long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count < 1 ? 1 : (uint32_t)count;
}

static bool open_listeners(struct service *service)
{
    const struct options *options = service->options;
    const struct connection_limits limits = {
        .connections_max = (uint32_t)options->connections,
        .idle_ms = options->idle_timeout_s * 1000,
        .request_ms = options->request_timeout_s * 1000,
    };
    struct listener_settings settings = {
        .os = service->os,
        .address = options->listen,
        .handler = api_handler(service->api),
        .threads_count = options->threads == 0 ? processors_count() : (uint32_t)options->threads,
        .body_bytes_max = BODY_BYTES_MAX,
        .limits = limits,
    };
    if (!open_listener(&settings, &service->public_listener))
        return false;
    settings.address = options->operator_listen;
    settings.handler = operator_handler(service->operator_api);
    settings.threads_count = OPERATOR_THREADS;
    settings.body_bytes_max = OPERATOR_BODY_BYTES_MAX;
    settings.limits.connections_max = OPERATOR_CONNECTIONS_MAX;
    return open_listener(&settings, &service->operator_listener);
}

bool service_start(struct service *service)
{
    return open_store(service) && apply_registry(service) && load_operator_token(service) &&
           open_request_log(service) && start_push(service) && create_api(service) &&
           create_operator(service) && open_listeners(service);
}

/* Nothing is lost by the order: requests end first, then the journal, which commits what is left.
 * */
void service_end(struct service *service)
{
    listener_close(service->public_listener);
    listener_close(service->operator_listener);
    operator_destroy(service->operator_api);
    api_destroy(service->api);
    push_destroy(service->push);
    if (service->request_log != NULL) {
        request_log_stop(service->request_log);
        request_log_close(service->request_log);
    }
    registry_keeper_destroy(service->keeper);
    if (service->store != NULL)
        store_close(service->store);
    registry_destroy(service->registry);
}
