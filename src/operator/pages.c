/* The pages for supervisors, four in one table. They want no token, and wait for no commit. */
#include <string.h>

#include "operator/operator_internal.h"

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

static void page_metrics(struct operator_api *api, struct http_exchange *exchange)
{
    const struct operator_settings *settings = &api->settings;
    struct buffer *page = &exchange->reply;
    struct store_metrics store;
    store_metrics(settings->store, &store);
    exchange->content_type = "text/plain; version=0.0.4; charset=utf-8";
    for (size_t i = 0; i < settings->sources_count; i++)
        settings->sources[i].write(settings->sources[i].context, page);
    metric_write_gauge(page, "stockd_cells", "Cells: SKUs, counted on each shelf.",
                       store.cells_count);
    metric_write_gauge(page, "stockd_shelves",
                       "Shelves: warehouses and warehouse groups with cells.", store.shelves_count);
    metric_write_gauge(page, "stockd_ready_for_writes",
                       "0 while the disk has no room and writes are refused.",
                       store.ready_for_writes);
    metric_write_gauge(page, "stockd_journal_bytes", "Bytes that the journal takes on disk.",
                       store.journal_bytes);
    if (store.journal != NULL)
        write_journal(page, store.journal);
    metric_write_gauge(page, "stockd_resident_memory_bytes", "Resident memory of the process.",
                       resident_bytes(settings->os));
    metric_write_head(page, "stockd_build_info", "gauge", "The program's version.");
    buffer_append_format(page, "stockd_build_info{version=\"%s\"} 1\n", settings->version);
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
    buffer_append(&exchange->reply,
                  BYTES("{\"status\":\"ERROR\",\"errors\":[{\"code\":\"SERVICE_UNAVAILABLE\","
                        "\"message\":\"The disk has no room for the journal: writes are refused, "
                        "reads go on. Free some space.\"}]}\n"));
}

static void page_index(struct operator_api *api, struct http_exchange *exchange)
{
    exchange->content_type = "text/plain; charset=utf-8";
    buffer_append_format(&exchange->reply,
                         "stockd %s, operator's listener\n\n"
                         "GET /healthz  the process is alive\n"
                         "GET /readyz   writes are accepted\n"
                         "GET /metrics  figures, in Prometheus text\n\n"
                         "With the header Authorization: Bearer TOKEN, where TOKEN is the text of\n"
                         "operator.token in the data folder, or of --operator-token-file:\n\n",
                         api->settings.version);
    for (size_t i = 0; i < operator_routes.rows_count; i++) {
        const struct route *route = operator_route_at(i);
        buffer_append_format(&exchange->reply, "%-4s /api/%s/%s\n", route->verb, route->version,
                             route->path);
    }
}

static const struct {
    const char *path;
    void (*write)(struct operator_api *api, struct http_exchange *exchange);
} pages[] = {
    {"/", page_index},
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
    http_refuse(exchange, 404, "NOT_FOUND", "Resource not found; GET / lists what there is");
}
