/* A store in a PostgreSQL. The data folder holds what is this node's own. */
#include <inttypes.h>

#include "os/log.h"
#include "server/node_folder.h"
#include "server/store_kind.h"
#include "store/store_pg.h"

enum { MS_PER_S = 1000 };

static void log_not_opened(const struct store_opener *opener, const char *problem)
{
    log_line(LOG_ERROR, "event=store_not_opened store=%s problem=\"%s\"", opener->url->shown,
             problem);
}

/* What is worth a word before. */
static void warn(const struct store_opener *opener)
{
    const char *folder = opener->options->data;
    if (node_folder_has_journal(opener->os, folder))
        log_line(LOG_WARN,
                 "event=local_store_ignored data=%s meaning='a local store lies in the "
                 "data folder, and is not what is served'",
                 folder);
    if (opener->url->was_in_sight)
        log_line(LOG_WARN, "event=password_in_sight option=--store meaning='everybody on the "
                           "machine could read it for a moment' action='use --store-file'");
}

static enum err open_pg(const struct store_opener *opener, struct store **store)
{
    char problem[STORE_PG_PROBLEM_BYTES] = "";
    const struct options *options = opener->options;
    const int64_t started_us = opener->os->uptime_us(opener->os);
    warn(opener);
    const struct store_pg_settings settings = {
        .os = opener->os,
        .url = opener->url->text,
        .connections_count = (uint32_t)options->store_connections,
        .deadline_ms = options->store_timeout_s * MS_PER_S,
        .history_days = options->history_days,
        .documents = opener->documents,
    };
    const enum err error = store_pg_open(&settings, problem, store);
    if (error != OK) {
        log_not_opened(opener, problem);
        return error;
    }
    log_line(LOG_INFO, "event=store_opened store=%s connections=%" PRId64 " took_ms=%" PRId64,
             opener->url->shown, options->store_connections,
             (opener->os->uptime_us(opener->os) - started_us) / 1000);
    return OK;
}

static void let_go(struct store *store)
{
    (void)store; /* They are asked for by the follower, which ends before them. */
}

const struct store_kind store_kind_pg = {
    .name = "postgresql",
    .open = open_pg,
    .start = store_pg_start,
    .catch_up = store_pg_take_documents,
    .summarize = store_pg_summarize,
    .is_fenced = store_pg_is_fenced,
    .let_go = let_go,
    .write_metrics = store_pg_write_metrics,
    .is_elsewhere = true,
};
