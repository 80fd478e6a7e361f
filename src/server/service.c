/* The order matters: what a part lends from others is opened before it and ended after it. */
#include "server/service.h"

#include <stdio.h>

#include "os/log.h"
#include "server/push_shops.h"

enum {
    OPERATOR_THREADS = 1,
    OPERATOR_CONNECTIONS_MAX = 100,
    PATH_BYTES_MAX = 4096,
    BYTES_PER_MB = 1024 * 1024,
    REGISTRY_TRIES_MAX = 20,
    FOLLOWER_TIMEOUTS = 3, /* So many of the store's another node may take for a change. */
    US_PER_S = 1000000,
};

/* Every way not to start has its line. */
static bool say_no_memory(const char *part)
{
    log_line(LOG_ERROR, "event=not_started part=%s problem=\"no memory, or no thread\"", part);
    return false;
}

static bool open_folder(struct service *service)
{
    char problem[NODE_FOLDER_PROBLEM_BYTES] = "";
    if (!service->store_kind->is_elsewhere ||
        node_folder_open(&service->node_folder, service->os, service->options->data, problem))
        return true;
    log_line(LOG_ERROR, "event=not_started part=data_folder problem=\"%s\"", problem);
    return false;
}

static bool open_store(struct service *service)
{
    const bool is_local = service->store_url->text[0] == '\0';
    service->store_kind = is_local ? &store_kind_local : &store_kind_pg;
    if (!documents_init(&service->documents))
        return say_no_memory("documents");
    if (!open_folder(service))
        return false;
    const struct store_opener opener = {
        .os = service->os,
        .options = service->options,
        .url = service->store_url,
        .documents = documents_of(&service->documents),
    };
    return service->store_kind->open(&opener, &service->store) == OK;
}

/* With whoever gives documents complete. */
static bool start_store(struct service *service)
{
    service->documents.keeper = registry_keeper_create(service->documents.registry, service->store);
    if (service->documents.keeper == NULL)
        return say_no_memory("registry");
    const enum err error = service->store_kind->start(service->store);
    if (error != OK)
        log_line(LOG_ERROR, "event=store_not_started error=\"%s\"", err_text(error));
    return error == OK;
}

/* What another node made of the registry, while this one started, comes first. */
static bool catch_up(struct service *service)
{
    const enum err error = service->store_kind->catch_up(service->store);
    if (error != OK)
        log_line(LOG_ERROR, "event=registry_not_followed error=\"%s\"", err_text(error));
    return error == OK;
}

static bool apply_registry(struct service *service)
{
    enum err error = ERR_BUSY;
    const struct registry_target target = {service->os, service->store, service->documents.keeper};
    if (registry_complete(service->documents.keeper) != OK)
        return false;
    if (service->options->registry == NULL)
        return true;
    for (int tries = 0; tries < REGISTRY_TRIES_MAX && error == ERR_BUSY; tries++) {
        if (!catch_up(service))
            return false;
        error = registry_file_apply(&service->documents.registry_file, service->options->registry,
                                    &target);
    }
    if (error == ERR_BUSY)
        log_line(LOG_ERROR,
                 "event=registry_not_kept file=%s error=\"other nodes change the "
                 "registry all the time; start this one again\"",
                 service->options->registry);
    return error == OK;
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
        return say_no_memory("request_log");
    if (request_log_start(log) != OK) {
        request_log_close(log);
        return say_no_memory("request_log");
    }
    service->request_log = log;
    service->request_streams = request_streams_create(service->os, request_log_sink(log));
    return service->request_streams != NULL || say_no_memory("request_streams");
}

static bool create_update_counts(struct service *service)
{
    service->update_counts = update_counts_create();
    return service->update_counts != NULL || say_no_memory("update_counts");
}

static bool start_push(struct service *service)
{
    const struct options *options = service->options;
    const struct push_settings settings = {
        .os = service->os,
        .store = service->store,
        .source = push_shops_source(service->documents.registry),
        .update_counts = service->update_counts,
        .ca_file = options->push_ca,
        .connect_timeout_ms = options->push_connect_timeout_ms,
        .answer_timeout_ms = options->push_answer_timeout_ms,
        .retry_ms = options->push_retry_ms,
        .failures_max = (uint32_t)options->push_failures,
        .future_tolerance_ms = options->future_tolerance_s * 1000,
        .past_tolerance_ms = options->edition == 2026 ? PAST_TOLERANCE_MS : -1,
    };
    return push_start(service->documents.push, &settings) == OK || say_no_memory("push");
}

/* A service without tokens is up and refuses everybody: worth a word. */
static void warn_if_empty(const struct service *service)
{
    if (!registry_has_tokens(service->documents.registry)) {
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
        .update_counts = service->update_counts,
        .edition = options->edition == 2026 ? EDITION_2026 : EDITION_2025,
        .tariff = (enum tariff)options->tariff,
        .unknown_sku = (enum store_unknown)options->unknown_sku,
        .future_tolerance_ms = options->future_tolerance_s * 1000,
        .parallel_max = (uint32_t)options->parallel,
        .limits_enforced = !options->no_limits,
        .key_shape_checked = options->api_key_shape == 1,
        .origins = places_origins(&service->places),
    };
    if (service->request_log != NULL)
        settings.sink = request_streams_sink(service->request_streams);
    warn_if_empty(service);
    if (options->no_limits)
        log_line(LOG_WARN, "event=limits_lifted option=--no-limits meaning=\"rate and parallel "
                           "limits are off; for load tests only\"");
    service->api = api_create(&settings, service->store, service->documents.registry,
                              service->documents.keeper);
    return service->api != NULL || say_no_memory("api");
}

static void add_source(struct service *service, void *context,
                       void (*write)(void *context, struct buffer *page))
{
    ASSERT(service->sources_count < SERVICE_SOURCES_MAX);
    service->sources[service->sources_count++] = (struct metric_source){context, write};
}

static void write_connections(void *context, struct buffer *page)
{
    const struct service *service = context;
    metric_write_gauge(page, "stockd_connections", "Open connections of the public API.",
                       listener_connections(service->public_listener));
}

static void write_tls_metrics(void *context, struct buffer *page)
{
    static const char name[] = "stockd_tls_certificate_end_seconds";
    const struct service *service = context;
    if (service->public_tls == NULL && service->operator_tls == NULL)
        return;
    metric_write_head(page, name, "gauge", "When the certificate ends, in seconds since 1970.");
    if (service->public_tls != NULL)
        metric_write_value(page, name, "listener=\"public\"",
                           (uint64_t)tls_ends_ms(service->public_tls) / 1000);
    if (service->operator_tls != NULL)
        metric_write_value(page, name, "listener=\"operator\"",
                           (uint64_t)tls_ends_ms(service->operator_tls) / 1000);
}

static bool create_operator(struct service *service)
{
    add_source(service, service, write_connections);
    add_source(service, service, write_tls_metrics);
    add_source(service, service->api, api_write_metrics);
    add_source(service, service->documents.push, push_write_metrics);
    if (service->request_log != NULL) {
        add_source(service, service->request_log, request_log_write_metrics);
        add_source(service, service->request_streams, request_streams_write_metrics);
    }
    if (service->store_kind->write_metrics != NULL)
        add_source(service, service->store, service->store_kind->write_metrics);
    const struct operator_settings settings = {
        .os = service->os,
        .store = service->store,
        .registry = service->documents.registry,
        .keeper = service->documents.keeper,
        .request_log = service->request_log,
        .update_counts = service->update_counts,
        .request_streams = service->request_streams,
        .history_days = service->options->history_days,
        .push = {service->documents.push, push_list, push_enable, push_ask},
        .token = service->operator_token.hash,
        .hosts = service->options->operator_hosts,
        .future_tolerance_ms = service->options->future_tolerance_s * 1000,
        .sources = service->sources,
        .sources_count = service->sources_count,
        .past_tolerance_ms = service->options->edition == 2026 ? PAST_TOLERANCE_MS : -1,
        .unknown_sku = (enum store_unknown)service->options->unknown_sku,
        .folder = service->options->data,
        .version = STOCKD_VERSION,
        .web_files = service->web_files,
        .web_files_count = service->web_files_count,
        .public_url = places_public_url(&service->places),
        .origins = places_origins(&service->places),
        .is_tls = service->operator_tls != NULL,
        .store_name = service->store_kind->name,
        .edition = service->options->edition,
    };
    service->operator_api = operator_create(&settings);
    return service->operator_api != NULL || say_no_memory("operator_api");
}

static bool start_follower(struct service *service)
{
    if (!service->store_kind->is_elsewhere)
        return true;
    const struct follower_settings settings = {
        .os = service->os,
        .documents = &service->documents,
        .store = service->store,
        .kind = service->store_kind,
        .patience_us = service->options->store_timeout_s * FOLLOWER_TIMEOUTS * US_PER_S,
    };
    service->follower = follower_start(&settings);
    return service->follower != NULL || say_no_memory("follower");
}

static bool open_listener(const struct listener_settings *settings, struct listener **listener)
{
    char problem[LISTENER_PROBLEM_BYTES] = "";
    if (listener_open(settings, problem, listener) == OK)
        return true;
    log_line(LOG_ERROR, "event=listener_not_opened problem=\"%s\"", problem);
    return false;
}

/* Without files: plain HTTP, *tls stays NULL. */
static bool open_tls(struct service *service, const char *certificate, const char *key,
                     struct tls **tls)
{
    const struct tls_files files = {certificate, key};
    return certificate == NULL || tls_open(service->os, &files, tls) == OK;
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
        .headers = answer_headers_public,
        .tls = service->public_tls,
        .threads_count = options->threads == 0 ? os_processors_count() : (uint32_t)options->threads,
        .body_bytes_max = BODY_BYTES_MAX,
        .memory_bytes_max = options->request_memory_mb * BYTES_PER_MB,
        .limits = limits,
    };
    if (!open_listener(&settings, &service->public_listener))
        return false;
    settings.address = options->operator_listen;
    settings.headers = answer_headers_operator;
    settings.is_secret = true;
    settings.tls = service->operator_tls;
    settings.threads_count = OPERATOR_THREADS;
    settings.body_bytes_max = OPERATOR_BODY_BYTES_MAX;
    settings.memory_bytes_max = OPERATOR_MEMORY_BYTES_MAX;
    settings.limits.connections_max = OPERATOR_CONNECTIONS_MAX;
    return open_listener(&settings, &service->operator_listener);
}

static bool find_places(struct service *service)
{
    const struct options *options = service->options;
    const struct place_facts facts = {
        .public_address = listener_address(service->public_listener),
        .public_is_tls = service->public_tls != NULL,
        .public_url = options->public_url,
        .operator_address = listener_address(service->operator_listener),
        .operator_is_tls = service->operator_tls != NULL,
        .operator_hosts = options->operator_hosts,
        .cabinet_origins = options->cabinet_origins,
    };
    return places_find(&service->places, &facts) || say_no_memory("places");
}

static bool start_listener(struct listener *listener, struct http_handler handler)
{
    char problem[LISTENER_PROBLEM_BYTES] = "";
    if (listener_start(listener, handler, problem) == OK)
        return true;
    log_line(LOG_ERROR, "event=listener_not_opened problem=\"%s\"", problem);
    return false;
}

/* What it samples is there by now. */
static bool start_beats(struct service *service)
{
    return operator_start(service->operator_api) == OK || say_no_memory("health");
}

bool service_start(struct service *service)
{
    const struct options *options = service->options;
    return open_tls(service, options->tls_cert, options->tls_key, &service->public_tls) &&
           open_tls(service, options->operator_tls_cert, options->operator_tls_key,
                    &service->operator_tls) &&
           open_store(service) && start_store(service) && apply_registry(service) &&
           load_operator_token(service) && open_request_log(service) &&
           create_update_counts(service) && start_push(service) && open_listeners(service) &&
           find_places(service) && create_api(service) && create_operator(service) &&
           start_follower(service) &&
           start_listener(service->public_listener, api_handler(service->api)) &&
           start_listener(service->operator_listener, operator_handler(service->operator_api)) &&
           start_beats(service);
}

void service_reload(struct service *service)
{
    if (service->public_tls == NULL && service->operator_tls == NULL)
        log_line(LOG_INFO, "event=nothing_to_reload");
    if (service->public_tls != NULL)
        tls_reload(service->public_tls);
    if (service->operator_tls != NULL)
        tls_reload(service->operator_tls);
}

/* Nothing is lost by the order: requests end first, then the journal, which commits what is left.
 * A checkpoint asks the owners of documents, so there is none from here on. */
void service_end(struct service *service)
{
    if (service->store != NULL)
        service->store_kind->let_go(service->store);
    if (service->operator_api != NULL)
        operator_stop(service->operator_api);
    listener_stop(service->public_listener);
    if (service->request_streams != NULL)
        request_streams_end(service->request_streams); /* All that they listen to was answered. */
    listener_close(service->operator_listener); /* First: its pages have figures of the other. */
    listener_close(service->public_listener);
    tls_close(service->public_tls);
    tls_close(service->operator_tls);
    operator_destroy(service->operator_api);
    api_destroy(service->api);
    follower_stop(service->follower);
    push_destroy(service->documents.push);
    service->documents.push = NULL;
    request_streams_destroy(service->request_streams);
    if (service->request_log != NULL) {
        request_log_stop(service->request_log);
        request_log_close(service->request_log);
    }
    update_counts_destroy(service->update_counts);
    registry_keeper_destroy(service->documents.keeper);
    if (service->store != NULL)
        store_close(service->store);
    node_folder_close(&service->node_folder);
    documents_deinit(&service->documents);
    places_deinit(&service->places);
}
