/* stockd: opens the store, the registry and the two listeners, waits for a signal, and ends them in
 * reverse order. */
#include <inttypes.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "api/api.h"
#include "base/hash.h"
#include "operator/operator.h"
#include "os/log.h"
#include "server/listener.h"
#include "server/options.h"
#include "server/registry_file.h"

enum { EXIT_OK = 0, EXIT_NOT_STARTED = 1, EXIT_USAGE = 2 };

/* Files beside the public connections: the operator's, what lingers, the journal, the threads' own.
 * */
enum { FILES_RESERVED = 300 };

enum { OPERATOR_THREADS = 1, OPERATOR_CONNECTIONS_MAX = 100, HEAP_KEPT_BYTES = 64 * 1024 * 1024 };

/* Everything that runs; what is NULL was not started. */
struct service {
    struct os *os;
    const struct options *options;
    struct registry *registry;
    struct store *store;
    struct api *api;
    struct operator_page *operator_page;
    struct metric_source sources[1];
    struct listener *public_listener;
    struct listener *operator_listener;
};

static bool open_store(struct service *service)
{
    struct store_opening opening;
    const int64_t started_us = service->os->uptime_us(service->os);
    service->registry = registry_create();
    if (service->registry == NULL)
        return false;
    const enum err error =
        store_local_open(service->os, service->options->data, registry_take_document,
                         service->registry, &opening, &service->store);
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
    if (service->options->registry == NULL)
        return true;
    return registry_apply_file(service->os, service->options->registry, service->registry,
                               service->store) == OK;
}

/* A service without tokens is up and refuses everybody: worth a word. */
static void warn_if_empty(const struct service *service)
{
    if (!registry_has_tokens(service->registry))
        log_line(LOG_WARN, "event=registry_empty meaning='no tokens are known, every request will "
                           "be refused' action='start with --registry FILE'");
}

static bool create_handlers(struct service *service)
{
    const struct options *options = service->options;
    const struct api_settings settings = {
        .edition = options->edition == 2026 ? EDITION_2026 : EDITION_2025,
        .unknown_sku = (enum store_unknown)options->unknown_sku,
        .future_tolerance_ms = options->future_tolerance_s * 1000,
        .parallel_max = (uint32_t)options->parallel,
        .limits_enforced = !options->no_limits,
        .key_shape_checked = options->api_key_shape == 1,
    };
    warn_if_empty(service);
    service->api = api_create(&settings, service->store, service->registry);
    service->sources[0] = (struct metric_source){service->api, api_write_metrics};
    const struct operator_settings operator_settings = {
        .os = service->os,
        .store = service->store,
        .sources = service->sources,
        .sources_count = sizeof(service->sources) / sizeof(service->sources[0]),
        .version = STOCKD_VERSION,
    };
    service->operator_page = operator_create(&operator_settings);
    if (options->no_limits)
        log_line(LOG_WARN, "event=limits_lifted option=--no-limits meaning=\"rate and parallel "
                           "limits are off; for load tests only\"");
    return service->api != NULL && service->operator_page != NULL;
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
        .limits = limits,
    };
    if (!open_listener(&settings, &service->public_listener))
        return false;
    settings.address = options->operator_listen;
    settings.handler = operator_handler(service->operator_page);
    settings.threads_count = OPERATOR_THREADS;
    settings.limits.connections_max = OPERATOR_CONNECTIONS_MAX;
    return open_listener(&settings, &service->operator_listener);
}

/* Nothing is lost by the order: requests end first, then the journal, which commits what is left.
 * */
static void service_end(struct service *service)
{
    listener_close(service->public_listener);
    listener_close(service->operator_listener);
    operator_destroy(service->operator_page);
    api_destroy(service->api);
    if (service->store != NULL)
        store_close(service->store);
    registry_destroy(service->registry);
}

/* Lifts the limit on open files to what the system allows this process, and keeps the connections
 * within it: a journal that cannot open its next segment would refuse writes. */
static void fit_files_limit(struct options *options)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return;
    const int64_t files = (int64_t)limit.rlim_cur;
    if (options->connections + FILES_RESERVED <= files)
        return;
    options->connections = files > (int64_t)2 * FILES_RESERVED ? files - FILES_RESERVED : files / 4;
    log_line(LOG_WARN,
             "event=files_limited files=%" PRId64 " connections=%" PRId64
             " action='raise the limit on open files or lower --connections'",
             files, options->connections);
}

/* Blocks the signals before any thread exists, so that all inherit that and main alone takes them.
 * */
static void signals_block(sigset_t *signals)
{
    (void)sigemptyset(signals);
    (void)sigaddset(signals, SIGTERM);
    (void)sigaddset(signals, SIGINT);
    (void)pthread_sigmask(SIG_BLOCK, signals, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
}

static void wait_for_signal(const sigset_t *signals)
{
    int taken = 0;
    while (sigwait(signals, &taken) != 0)
        continue;
    log_line(LOG_INFO, "event=stopping signal=%d", taken);
}

static bool address_is_usable(const char *option, const char *address)
{
    if (listener_address_is_valid(address))
        return true;
    (void)fprintf(
        stderr,
        "stockd: %s takes an address such as 127.0.0.1:8080 or [::1]:8080, port 0 for any "
        "free port; not '%s'\n",
        option, address);
    return false;
}

int main(int argc, char **argv)
{
    struct options options;
    switch (options_parse(argc, argv, &options)) {
    case OPTIONS_RUN:
        break;
    case OPTIONS_DONE:
        return EXIT_OK;
    case OPTIONS_WRONG:
        return EXIT_USAGE;
    }
    if (!address_is_usable("--listen", options.listen) ||
        !address_is_usable("--operator-listen", options.operator_listen))
        return EXIT_USAGE;
    log_set_level((enum log_level)options.log_level);
    /* Bodies and parsers stay on the heap instead of being mapped anew for each request. */
    (void)mallopt(M_MMAP_THRESHOLD, HEAP_KEPT_BYTES);
    (void)mallopt(M_TRIM_THRESHOLD, HEAP_KEPT_BYTES);
    fit_files_limit(&options);
    struct service service = {.os = os_real(), .options = &options};
    uint64_t seed = 0;
    service.os->random(service.os, &seed, sizeof(seed));
    hash_seed_set(seed);
    sigset_t signals;
    signals_block(&signals);
    const bool started = open_store(&service) && apply_registry(&service) &&
                         create_handlers(&service) && open_listeners(&service);
    if (started) {
        printf("event=ready listen=%s operator=%s\n", listener_address(service.public_listener),
               listener_address(service.operator_listener));
        (void)fflush(stdout);
        wait_for_signal(&signals);
    }
    service_end(&service);
    log_line(LOG_INFO, "event=stopped");
    return started ? EXIT_OK : EXIT_NOT_STARTED;
}
