/* The local store, in the data folder. */
#include <inttypes.h>

#include "os/log.h"
#include "server/node_folder.h"
#include "server/store_kind.h"
#include "store/store_local.h"

enum { BYTES_PER_MB = 1024 * 1024, TELL_EVERY_US = 2000000 };

/* Of one opening. */
struct teller {
    struct os *os;
    const char *folder;
    int64_t told_us; /* When it was last told of. */
};

/* A long start says now and then how far it is. */
static void tell_opening(void *context, uint64_t bytes_done, uint64_t bytes_total)
{
    struct teller *teller = context;
    const int64_t now_us = teller->os->uptime_us(teller->os);
    if (now_us - teller->told_us < TELL_EVERY_US)
        return;
    teller->told_us = now_us;
    log_line(LOG_INFO, "event=store_opening data=%s percent=%" PRIu64 " bytes=%" PRIu64,
             teller->folder, bytes_total == 0 ? 0 : bytes_done * 100 / bytes_total, bytes_done);
}

static void log_opened(const char *folder, const struct store_opening *opening, struct store *store,
                       int64_t took_us)
{
    struct store_metrics metrics;
    store_metrics(store, &metrics);
    log_line(LOG_INFO,
             "event=store_opened data=%s checkpoint=%" PRIu64 " checkpoint_cells=%" PRIu64
             " records=%" PRIu64 " cells=%" PRIu64 " torn_bytes=%" PRIu64 " took_ms=%" PRId64,
             folder, opening->recovery.checkpoint_number, opening->cells_loaded,
             opening->recovery.records_count, metrics.cells_count, opening->recovery.torn_bytes,
             took_us / 1000);
}

static enum err open_local(const struct store_opener *opener, struct store **store)
{
    struct os *os = opener->os;
    const char *folder = opener->options->data;
    struct teller teller = {os, folder, os->uptime_us(os)};
    const int64_t started_us = teller.told_us;
    struct store_opening opening = {.problem = ""};
    const struct store_local_settings settings = {
        .os = os,
        .folder = folder,
        .documents = opener->documents,
        .threads_count = os_processors_count(),
        .progress = {&teller, tell_opening},
        .history_days = opener->options->history_days,
        .history_bytes_max = opener->options->history_mb * BYTES_PER_MB,
        .checkpoint_journal_bytes = (uint64_t)opener->options->checkpoint_mb * BYTES_PER_MB,
    };
    if (node_folder_is_there(os, folder) && !node_folder_has_journal(os, folder)) {
        log_line(LOG_ERROR,
                 "event=store_not_opened data=%s problem=\"it is the folder of a node whose store "
                 "is elsewhere; start it with --store, or name another folder\"",
                 folder);
        return ERR_INVALID;
    }
    const enum err error = store_local_open(&settings, &opening, store);
    if (error != OK)
        log_line(LOG_ERROR, "event=store_not_opened data=%s problem=\"%s\"", folder,
                 opening.problem);
    else
        log_opened(folder, &opening, *store, os->uptime_us(os) - started_us);
    return error;
}

/* Nobody else adds any. */
static enum err catch_up(struct store *store)
{
    (void)store;
    return OK;
}

const struct store_kind store_kind_local = {
    .name = "local",
    .open = open_local,
    .start = store_local_start,
    .catch_up = catch_up,
    .let_go = store_local_stop_checkpoints,
};
