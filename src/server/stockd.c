/* stockd: reads the options, starts the service, waits for a signal, and ends it. */
#include <inttypes.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/sha256.h"
#include "os/log.h"
#include "server/dumps.h"
#include "server/notify.h"
#include "server/service.h"
#include "server/tool.h"
#include "wire/json.h"

enum { EXIT_OK = 0, EXIT_NOT_STARTED = 1, EXIT_USAGE = 2 };

/* Files beside the public connections: the operator's, what lingers, those to shops, the journal,
 * the threads' own. */
enum { FILES_RESERVED = 600 };

enum { HEAP_KEPT_BYTES = 64 * 1024 * 1024 };

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
    (void)sigaddset(signals, SIGHUP);
    (void)pthread_sigmask(SIG_BLOCK, signals, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
}

/* Until one says that it is over. SIGHUP does not. */
static void wait_for_end(struct service *service, const sigset_t *signals)
{
    int taken = 0;
    while (sigwait(signals, &taken) != 0 || taken == SIGHUP) {
        if (taken != SIGHUP)
            continue;
        notify_reloading(service->os);
        service_reload(service);
        notify_ready();
    }
    notify_stopping();
    log_line(LOG_INFO, "event=stopping signal=%d", taken);
}

static NORETURN void exit_without_memory(void)
{
    log_line(LOG_ERROR, "event=not_started part=libraries problem=\"no memory\"");
    _exit(EXIT_NOT_STARTED);
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

static bool url_is_usable(const char *option, const char *url)
{
    if (url == NULL || places_url_is_valid(url))
        return true;
    (void)fprintf(stderr, "stockd: %s takes a URL such as https://stock.example:8443, not '%s'\n",
                  option, url);
    return false;
}

static bool origins_are_usable(const char *origins)
{
    if (origins == NULL || places_origins_are_valid(origins))
        return true;
    (void)fprintf(stderr,
                  "stockd: --cabinet-origin takes URLs without a path, such as "
                  "https://stock.example:8443, not '%s'\n",
                  origins);
    return false;
}

static bool pair_is_whole(const char *option, const char *certificate, const char *key)
{
    if ((certificate == NULL) == (key == NULL))
        return true;
    (void)fprintf(stderr, "stockd: %s-cert and %s-key go together\n", option, option);
    return false;
}

static bool log_size_is_usable(int64_t megabytes)
{
    if (megabytes == 0 || megabytes * 1024 * 1024 >= REQUEST_LOG_BYTES_MIN)
        return true;
    (void)fprintf(stderr,
                  "stockd: --request-log-mb takes 0 or a number from 16 on, not %" PRId64 "\n",
                  megabytes);
    return false;
}

int main(int argc, char **argv)
{
    struct options options;
    json_start(exit_without_memory);
    if (!sha256_is_ready())
        exit_without_memory();
    if (argc > 1 && tool_is_named(argv[1])) {
        dumps_forbid(); /* What it reads has secrets in it, too. */
        return (int)tool_run(argv);
    }
    switch (options_parse(argc, argv, &options)) {
    case OPTIONS_RUN:
        break;
    case OPTIONS_DONE:
        return EXIT_OK;
    case OPTIONS_WRONG:
        return EXIT_USAGE;
    }
    log_set_level((enum log_level)options.log_level);
    if (!options.core_dumps)
        dumps_forbid();
    const struct pg_place place = {"--store", options.store, options.store_file};
    static struct pg_url store_url;
    if (!pg_url_take(&place, "stockd", argv, &store_url))
        return EXIT_USAGE;
    if (!address_is_usable("--listen", options.listen) ||
        !address_is_usable("--operator-listen", options.operator_listen) ||
        !url_is_usable("--public-url", options.public_url) ||
        !origins_are_usable(options.cabinet_origins) ||
        !pair_is_whole("--tls", options.tls_cert, options.tls_key) ||
        !pair_is_whole("--operator-tls", options.operator_tls_cert, options.operator_tls_key) ||
        !log_size_is_usable(options.request_log_mb))
        return EXIT_USAGE;
    /* Bodies and parsers stay on the heap instead of being mapped anew for each request. */
    (void)mallopt(M_MMAP_THRESHOLD, HEAP_KEPT_BYTES);
    (void)mallopt(M_TRIM_THRESHOLD, HEAP_KEPT_BYTES);
    fit_files_limit(&options);
    struct service service = {
        .os = os_real(),
        .options = &options,
        .store_url = &store_url,
        .web_files = web_files,
        .web_files_count = web_files_count,
    };
    uint64_t seed = 0;
    service.os->random(service.os, &seed, sizeof(seed));
    hash_seed_set(seed);
    sigset_t signals;
    signals_block(&signals);
    const bool started = service_start(&service);
    if (started) {
        printf("event=ready listen=%s operator=%s\n", listener_address(service.public_listener),
               listener_address(service.operator_listener));
        (void)fflush(stdout);
        notify_ready();
        wait_for_end(&service, &signals);
    }
    service_end(&service);
    pg_url_forget(&store_url);
    log_line(LOG_INFO, "event=stopped");
    return started ? EXIT_OK : EXIT_NOT_STARTED;
}
