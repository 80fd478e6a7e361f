/* Loads PostgreSQL with the writes that bench/load sends over HTTP, as a program of its own would:
 * libpq, a prepared statement, binary arrays, one transaction a request, durable before the answer.
 * A closed loop, a thread and a connection each. Statements' parameters are built before the clock
 * starts where the ring's memory allows. The first statement that fails is printed; a connection
 * that breaks ends the program.
 *
 * With --statement stockd it sends stockd's own statement, out of stockd's own sources, to tables
 * that `stockd migrate` made: what is left to stockd then is what it does besides. */

#include <pthread.h>
#include <string.h>

#include "load_figures.h"
#include "sql_stock.h"
#include "store/pg_statement.h"
#include "workload.h"

enum { CONNECTIONS_MAX = 256 };

struct options {
    int64_t connections;
    int64_t requests; /* 0: until seconds have passed. */
    int64_t seconds;
    int64_t shelf;
    int64_t ring_bytes;
    const char *conninfo;
    bool is_stockds; /* The statement. */
    bool no_history;
    struct workload_options workload;
};

static const char usage_text[] =
    "usage: sql_load --conninfo TEXT [option ...]\n"
    "Keeps N connections of PostgreSQL busy, one statement at a time on each, and prints one line\n"
    "of figures. The table is that of bench/postgres.py, or stockd's.\n"
    "  --conninfo TEXT          where the database is, as libpq wants it\n"
    "  --statement own|stockd   whose statement, and whose table (default own)\n"
    "  --no-history             nothing is kept of what stockd's statement did, and why\n"
    "  --connections N          (default 1)\n"
    "  --requests N             stop after N        --seconds N        stop after (default 3)\n"
    "  --shelf N                (default 10003)\n"
    "  --ring-bytes N           memory for requests built ahead; 0 builds each when it is sent\n"
    "                           (default 67108864; --once always builds). One that changes\n"
    "                           something is sent once: when they are used up, the run "
    "ends\n" WORKLOAD_USAGE
    "Exit status: 0 every statement was carried out, 1 some were not or something broke.\n";

/* clang-format off */
static const struct number_option number_options[] = {
    {"--connections", offsetof(struct options, connections), 1, CONNECTIONS_MAX},
    {"--requests",    offsetof(struct options, requests),    1, INT64_C(1000000000000)},
    {"--seconds",     offsetof(struct options, seconds),     1, 86400},
    {"--shelf",       offsetof(struct options, shelf),       1, INT32_MAX},
    {"--ring-bytes",  offsetof(struct options, ring_bytes),  0, INT64_C(68719476736)},
    {NULL, 0, 0, 0},
};
/* clang-format on */

/* What all threads read. */
struct loader {
    struct options options;
    struct sql_form form;
    struct workload workload;
    struct sql_batch *ring;
    uint8_t *ring_memory;
    int64_t ring_count; /* 0: nothing is built ahead. */
    size_t slot_bytes;
    struct turns turns;
};

struct worker {
    struct loader *loader;
    PGconn *connection;
    uint8_t *slot;         /* Memory for a request that is not in the ring. */
    struct write *scratch; /* The writes of one request. */
    pthread_t thread;
    struct figures figures;
};

static void options_parse(int argc, char **argv, struct options *options)
{
    *options = (struct options){
        .connections = 1, .shelf = 10003, .ring_bytes = 67108864, .workload = WORKLOAD_DEFAULTS};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            fputs(usage_text, stdout);
            exit(EXIT_SUCCESS);
        }
        if (workload_flag_take(argv[i], &options->workload))
            continue;
        if (strcmp(argv[i], "--no-history") == 0) {
            options->no_history = true;
            continue;
        }
        if (i + 1 == argc)
            die("an option is unknown or lacks its value, see --help", argv[i]);
        if (strcmp(argv[i], "--conninfo") == 0)
            options->conninfo = argv[i + 1];
        else if (strcmp(argv[i], "--statement") == 0 && strcmp(argv[i + 1], "own") == 0)
            options->is_stockds = false;
        else if (strcmp(argv[i], "--statement") == 0 && strcmp(argv[i + 1], "stockd") == 0)
            options->is_stockds = true;
        else if (!number_option_take(number_options, options, argv[i], argv[i + 1]) &&
                 !workload_option_take(argv[i], argv[i + 1], &options->workload))
            die("an option is unknown, see --help", argv[i]);
        i++;
    }
    if (options->conninfo == NULL)
        die("--conninfo is missing, see --help", "");
    if (options->requests == 0 && options->seconds == 0)
        options->seconds = 3;
    workload_options_complete(&options->workload);
}

/* Text of one length: the order of the numbers is that of the SKUs' bytes. */
static int write_compare(const void *left, const void *right)
{
    const struct write *a = left;
    const struct write *b = right;
    return a->sku < b->sku ? -1 : a->sku > b->sku;
}

/* Builds request `index` in a slot; a write without a stamp gets the time of now. */
static void batch_build(const struct loader *loader, int64_t index, struct write *scratch,
                        uint8_t *slot, struct sql_batch *batch)
{
    const size_t sku_bytes = (size_t)loader->options.workload.sku_bytes;
    const int64_t now_ms = (int64_t)time(NULL) * 1000;
    struct workload_walk walk;
    int32_t count = 0;
    workload_begin(&loader->workload, index, &walk);
    while (workload_next(&walk, &scratch[count]))
        count++;
    qsort(scratch, (size_t)count, sizeof *scratch, &write_compare);
    sql_batch_begin(batch, &loader->form, slot, count);
    for (int32_t i = 0; i < count; i++) {
        const struct write *write = &scratch[i];
        const bool stamped = write->updated_at_ms != STAMP_NONE;
        uint8_t *sku = sql_batch_add(batch, sku_bytes, (int32_t)write->count,
                                     stamped ? write->updated_at_ms : now_ms);
        (void)sku_write(sku, write->sku, sku_bytes);
    }
}

static struct write *scratch_create(const struct loader *loader)
{
    const size_t count = (size_t)loader->options.workload.skus_per_request + 1;
    struct write *scratch = calloc(count, sizeof *scratch);
    if (scratch == NULL)
        die("no memory for a request", "");
    return scratch;
}

/* Builds as many requests ahead as can be used. */
static void ring_init(struct loader *loader)
{
    const struct options *options = &loader->options;
    const int64_t count = workload_ring_count(&loader->workload, options->requests,
                                              options->ring_bytes, loader->slot_bytes);
    if (count == 0)
        return;
    loader->ring = calloc((size_t)count, sizeof *loader->ring);
    loader->ring_memory = malloc((size_t)count * loader->slot_bytes);
    if (loader->ring == NULL || loader->ring_memory == NULL)
        die("no memory for requests built ahead", "");
    struct write *scratch = scratch_create(loader);
    for (int64_t i = 0; i < count; i++)
        batch_build(loader, options->workload.first_request + i, scratch,
                    loader->ring_memory + (size_t)i * loader->slot_bytes, &loader->ring[i]);
    free(scratch);
    loader->ring_count = count;
}

static void loader_init(struct loader *loader)
{
    const struct workload_options *options = &loader->options.workload;
    const size_t count = (size_t)options->skus_per_request;
    workload_init(&loader->workload, options);
    loader->form = sql_form_own;
    if (loader->options.is_stockds)
        loader->form = (struct sql_form){.session = pg_statements.session_text,
                                         .many = pg_statements.rows[PG_PUT].text,
                                         .wide = true,
                                         .why = true,
                                         .source = loader->options.no_history ? 0 : 1};
    loader->slot_bytes = sql_batch_bytes(count, count * (size_t)options->sku_bytes);
    ring_init(loader);
}

static void failure_note(struct worker *worker)
{
    const char *text = PQerrorMessage(worker->connection);
    if (worker->figures.not_ok++ == 0)
        fprintf(stderr, "event=not_ok what=\"%.*s\"\n", (int)strcspn(text, "\n"), text);
    if (PQstatus(worker->connection) != CONNECTION_OK)
        die("a connection to the database broke", "");
}

static void *worker_run(void *context)
{
    struct worker *worker = context;
    struct loader *loader = worker->loader;
    const int64_t first = loader->options.workload.first_request;
    int64_t turn = 0;
    while (turns_take(&loader->turns, &turn)) {
        struct sql_batch built;
        const struct sql_batch *batch = &built;
        if (loader->ring_count > 0)
            batch = &loader->ring[turn % loader->ring_count];
        else
            batch_build(loader, first + turn, worker->scratch, worker->slot, &built);
        const int64_t begin_ns = clock_ns();
        const bool done = sql_batch_put(worker->connection, (int32_t)loader->options.shelf, batch);
        latency_add(&worker->figures.latency, clock_ns() - begin_ns);
        if (done)
            worker->figures.skus += batch->writes_count;
        else
            failure_note(worker);
    }
    return NULL;
}

static void worker_init(struct worker *worker, struct loader *loader)
{
    const char *problem = NULL;
    worker->loader = loader;
    worker->connection = sql_open(loader->options.conninfo, &loader->form, &problem);
    if (problem != NULL)
        die("no connection to the database", problem);
    worker->scratch = scratch_create(loader);
    worker->slot = malloc(loader->slot_bytes);
    if (worker->slot == NULL)
        die("no memory for a request", "");
}

static void worker_deinit(struct worker *worker)
{
    PQfinish(worker->connection);
    free(worker->scratch);
    free(worker->slot);
}

/* Runs all workers and adds them up into the first. */
static void workers_run(struct worker *workers, struct loader *loader)
{
    const struct options *options = &loader->options;
    const bool counted = options->requests != 0 || options->workload.once;
    const int64_t requests =
        workload_requests_count(&loader->workload, options->requests, loader->ring_count);
    turns_begin(&loader->turns, requests, counted ? 0 : options->seconds);
    for (int64_t i = 0; i < options->connections; i++) {
        if (pthread_create(&workers[i].thread, NULL, &worker_run, &workers[i]) != 0)
            die("pthread_create", "");
    }
    for (int64_t i = 0; i < options->connections; i++) {
        if (pthread_join(workers[i].thread, NULL) != 0)
            die("pthread_join", "");
    }
    for (int64_t i = 1; i < options->connections; i++)
        figures_merge(&workers[0].figures, &workers[i].figures);
    figures_print(&workers[0].figures, &loader->turns, &options->workload, loader->ring_count);
}

int main(int argc, char **argv)
{
    static struct loader loader;
    options_parse(argc, argv, &loader.options);
    loader_init(&loader);
    const int64_t connections = loader.options.connections;
    struct worker *workers = calloc((size_t)connections, sizeof *workers);
    if (workers == NULL)
        die("no memory for workers", "");
    for (int64_t i = 0; i < connections; i++)
        worker_init(&workers[i], &loader);
    workers_run(workers, &loader);
    const bool all_ok = workers[0].figures.not_ok == 0;
    for (int64_t i = 0; i < connections; i++)
        worker_deinit(&workers[i]);
    free(workers);
    free(loader.ring);
    free(loader.ring_memory);
    return all_ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
