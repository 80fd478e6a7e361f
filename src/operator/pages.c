/* The pages for supervisors, four in one table, and the cabinet's files. They want no token, and
 * wait for no commit. */
#include <string.h>

#include "operator/operator_internal.h"
#include "operator/web.h"

enum { STATM_BYTES_MAX = 128, PAGE_BYTES = 4096 };

/* Resident memory of this process, 0 where it cannot be told. */
static uint64_t resident_bytes(struct os *os)
{
    uint8_t text[STATM_BYTES_MAX];
    size_t size = 0;
    struct os_file *file = NULL;
    if (os->open(os, "/proc/self/statm", OS_OPEN_READ, &file) != OK)
        return 0;
    const enum err error = os->read(os, file, 0, text, sizeof(text), &size);
    os->close(os, file);
    if (error != OK)
        return 0;
    struct bytes total;
    struct bytes resident;
    int64_t pages = 0;
    (void)bytes_split(bytes_split((struct bytes){text, size}, ' ', &total), ' ', &resident);
    return bytes_to_int64(resident, &pages) ? (uint64_t)pages * PAGE_BYTES : 0;
}

static void write_journal(struct buffer *page, const struct journal_metrics *journal)
{
    metric_write_counter(page, "stockd_commits_total", "Batches made durable.",
                         metric_read(&journal->commits));
    metric_write_counter(page, "stockd_journal_written_bytes_total",
                         "Bytes written to the journal, padding included.",
                         metric_read(&journal->bytes));
    metric_write_histogram(page, "stockd_commit_seconds", "Write and sync of one batch.",
                           &journal->sync_us, 1000000);
    metric_write_histogram(page, "stockd_commit_records", "Records in one batch.",
                           &journal->records_a_commit, 1);
}

static void write_checkpoints(struct buffer *page, const struct store_checkpoints *checkpoints)
{
    metric_write_counter(page, "stockd_checkpoints_total", "Checkpoints that were made.",
                         checkpoints->done_count);
    metric_write_counter(page, "stockd_checkpoints_failed_total",
                         "Checkpoints that were abandoned: the disk is full or fails, or there was "
                         "no memory.",
                         checkpoints->failed_count);
    metric_write_gauge(page, "stockd_checkpoint_bytes",
                       "Bytes of the newest checkpoint; 0: there is none.", checkpoints->bytes);
    metric_write_gauge(page, "stockd_checkpoint_journal_bytes",
                       "Bytes of the journal behind the newest checkpoint: what a start replays.",
                       checkpoints->journal_bytes_since);
    metric_write_gauge(page, "stockd_checkpoint_documents",
                       "Changes of the registry and of push behind the newest checkpoint.",
                       checkpoints->documents_since);
    if (checkpoints->done_count == 0)
        return;
    metric_write_gauge(page, "stockd_checkpoint_age_seconds",
                       "Time since the last checkpoint was made.",
                       (uint64_t)checkpoints->age_us / 1000000);
    metric_write_gauge(page, "stockd_checkpoint_duration_milliseconds", "How long it took.",
                       (uint64_t)checkpoints->took_us / 1000);
    metric_write_gauge(page, "stockd_checkpoint_lock_microseconds",
                       "The longest that it kept a shelf locked at a time.",
                       (uint64_t)checkpoints->lock_us_max);
}

static void write_histories(struct buffer *page, const struct store_histories *histories)
{
    const int64_t age_ms = histories->oldest_age_ms;
    metric_write_gauge(page, "stockd_history_bytes",
                       "Bytes that histories take behind the journal.", histories->bytes);
    metric_write_gauge(page, "stockd_history_oldest_seconds",
                       "Age of the oldest change in them; 0: there is none.",
                       age_ms < 0 ? 0 : (uint64_t)age_ms / 1000);
    metric_write_counter(page, "stockd_history_lost_total",
                         "Records that histories miss, as the disk was full or failed.",
                         histories->lost_records);
    metric_write_gauge(page, "stockd_history_unusable_files",
                       "History files that could not be read at the start.",
                       histories->unusable_files);
}

/* What a store with a journal has beside. */
static void write_files(struct buffer *page, const struct store_metrics *store)
{
    metric_write_gauge(page, "stockd_journal_bytes", "Bytes that the journal takes on disk.",
                       store->journal_bytes);
    write_journal(page, store->journal);
    write_checkpoints(page, &store->checkpoints);
    write_histories(page, &store->histories);
}

void operator_write_metrics(struct operator_api *api, struct buffer *page)
{
    const struct operator_settings *settings = &api->settings;
    struct store_metrics store;
    store_metrics(settings->store, &store);
    for (size_t i = 0; i < settings->sources_count; i++)
        settings->sources[i].write(settings->sources[i].context, page);
    metric_write_gauge(page, "stockd_cells", "Cells: SKUs, counted on each shelf.",
                       store.cells_count);
    metric_write_gauge(page, "stockd_shelves",
                       "Shelves: warehouses and warehouse groups with cells.", store.shelves_count);
    metric_write_gauge(page, "stockd_ready_for_writes",
                       "0 while writes are refused: the disk has no room, or the database is not "
                       "reached.",
                       store.ready_for_writes);
    if (store.journal != NULL)
        write_files(page, &store);
    const struct session_figures sessions = sessions_figures(api->sessions);
    metric_write_gauge(page, "stockd_sessions", "Sessions of the cabinet.",
                       sessions.sessions_count);
    metric_write_counter(page, "stockd_sign_in_failures_total",
                         "Wrong tokens that somebody tried to begin a session with.",
                         sessions.failures_count);
    metric_write_gauge(page, "stockd_resident_memory_bytes", "Resident memory of the process.",
                       resident_bytes(settings->os));
    metric_write_head(page, "stockd_build_info", "gauge", "The program's version.");
    buffer_append_format(page, "stockd_build_info{version=\"%s\"} 1\n", settings->version);
}

static void page_metrics(struct operator_api *api, struct http_exchange *exchange)
{
    exchange->content_type = "text/plain; version=0.0.4; charset=utf-8";
    operator_write_metrics(api, &exchange->reply);
}

static void page_health(struct operator_api *api, struct http_exchange *exchange)
{
    (void)api;
    buffer_append(&exchange->reply, BYTES("{\"status\":\"OK\"}\n"));
}

static void page_ready(struct operator_api *api, struct http_exchange *exchange)
{
    struct store_metrics store;
    store_metrics(api->settings.store, &store);
    if (store.ready_for_writes) {
        buffer_append(&exchange->reply, BYTES("{\"status\":\"OK\"}\n"));
        return;
    }
    exchange->status = 503;
    exchange->retry_after_s = 1;
    buffer_append_format(&exchange->reply,
                         "{\"status\":\"ERROR\",\"errors\":[{\"code\":\"SERVICE_UNAVAILABLE\","
                         "\"message\":\"%s\"}]}\n",
                         store.journal != NULL
                             ? "The disk has no room for the journal: writes are refused, reads go "
                               "on. Free some space."
                             : "The database is not reached: reads and writes are refused. The log "
                               "says why.");
}

static void page_help(struct operator_api *api, struct http_exchange *exchange)
{
    exchange->content_type = "text/plain; charset=utf-8";
    buffer_append_format(&exchange->reply,
                         "stockd %s, operator's listener\n\n"
                         "GET /         the cabinet, for a browser\n"
                         "GET /healthz  the process is alive\n"
                         "GET /readyz   writes are accepted\n"
                         "GET /metrics  figures, in Prometheus text\n"
                         "GET /openapi.yaml  every method, described for tools\n\n"
                         "With the header Authorization: Bearer TOKEN, where TOKEN is the text of\n"
                         "operator.token in the data folder, or of --operator-token-file, or with\n"
                         "the cookie of a session that POST session began with it:\n\n",
                         api->settings.version);
    for (size_t i = 0; i < operator_routes.rows_count; i++) {
        const struct route *route = operator_route_at(i);
        buffer_append_format(&exchange->reply, "%-6s /api/%s/%s\n", route->verb, route->version,
                             route->path);
    }
}

static const struct {
    const char *path;
    void (*write)(struct operator_api *api, struct http_exchange *exchange);
} pages[] = {
    {"/help", page_help},
    {"/healthz", page_health},
    {"/readyz", page_ready},
    {"/metrics", page_metrics},
};

void operator_page_write(struct operator_api *api, struct http_exchange *exchange)
{
    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
        if (!bytes_equal(exchange->path, bytes_from_text(pages[i].path)))
            continue;
        pages[i].write(api, exchange);
        if (exchange->status == 0)
            exchange->status = 200;
        return;
    }
    const struct operator_settings *settings = &api->settings;
    const struct web web = {settings->web_files, settings->web_files_count, settings->public_url};
    if (!web_answer(&web, exchange))
        http_refuse(exchange, 404, "NOT_FOUND",
                    "Resource not found; GET /help lists what there is");
}
