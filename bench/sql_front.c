/* PUT offers/stocks in front of PostgreSQL: what a service would be that keeps its stocks in a
 * database. libmicrohttpd takes the request and suspends it; a worker with a connection of its own
 * reads the body as stockd does (wire/put_stocks.h), sends it as one prepared statement, and lets
 * the answer go when the database says that it is durable. No tokens, no limits, no other method:
 * less than stockd does. Figures are those of bench/load. */

#include <errno.h>
#include <inttypes.h>
#include <malloc.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/limits.h"
#include "sql_stock.h"
#include "wire/json.h"
#include "wire/put_stocks.h"

enum {
    WORKERS_MAX = 256,
    THREADS_MAX = 256,
    CONNECTIONS_MAX = 4096,
    HEAP_KEPT_BYTES = 268435456,
    FUTURE_TOLERANCE_MS = 60000,
};

/* One request, from its headers to its answer. Belongs to the HTTP library's thread, or to a worker
 * while it is suspended. */
struct exchange {
    struct exchange *next; /* In the queue. */
    struct MHD_Connection *connection;
    int32_t shelf_id;
    unsigned int status; /* 0: not answered yet. */
    size_t body_bytes;
    size_t body_bytes_max;
    uint8_t body[]; /* JSON_PADDING_BYTES more than the maximum. */
};

/* Requests that wait for a worker, first come first served. */
struct queue {
    pthread_mutex_t mutex; /* Guards the rest. */
    pthread_cond_t filled;
    struct exchange *first;
    struct exchange *last;
    bool ended;
};

struct worker {
    struct queue *queue;
    PGconn *connection;
    struct json_parser *parser;
    struct arena arena;
    struct error_list errors;
    pthread_t thread;
};

struct options {
    const char *conninfo;
    long workers;
    long threads;
};

_Noreturn static void die(const char *what, const char *detail)
{
    (void)fprintf(stderr, "event=failed program=sql_front what=\"%s\" detail=\"%s\" errno=%d\n",
                  what, detail, errno);
    exit(EXIT_FAILURE);
}

static void die_without_memory(void)
{
    die("no memory", "");
}

static long parse_number(const char *text, long max)
{
    char *end = NULL;
    errno = 0;
    const long number = strtol(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || number < 1 || number > max)
        die("an option's number is out of range", text);
    return number;
}

static void options_parse(int argc, char **argv, struct options *options)
{
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    *options = (struct options){.workers = 4, .threads = cores > THREADS_MAX ? THREADS_MAX : cores};
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--conninfo") == 0)
            options->conninfo = argv[i + 1];
        else if (strcmp(argv[i], "--connections") == 0)
            options->workers = parse_number(argv[i + 1], WORKERS_MAX);
        else if (strcmp(argv[i], "--threads") == 0)
            options->threads = parse_number(argv[i + 1], THREADS_MAX);
        else
            die("an option is unknown", argv[i]);
    }
    if (argc % 2 == 0 || options->conninfo == NULL)
        die("usage: sql_front --conninfo TEXT [--connections N] [--threads N]", "");
}

/* False: the queue has ended, and the request goes on without an answer from the database. */
static bool queue_push(struct queue *queue, struct exchange *exchange)
{
    pthread_mutex_lock(&queue->mutex);
    const bool open = !queue->ended;
    if (open) {
        MHD_suspend_connection(exchange->connection);
        exchange->next = NULL;
        if (queue->first == NULL)
            queue->first = exchange;
        else
            queue->last->next = exchange;
        queue->last = exchange;
        pthread_cond_signal(&queue->filled);
    }
    pthread_mutex_unlock(&queue->mutex);
    return open;
}

/* Waits for a request; NULL once the queue has ended and is empty. */
static struct exchange *queue_pop(struct queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    while (queue->first == NULL && !queue->ended)
        pthread_cond_wait(&queue->filled, &queue->mutex);
    struct exchange *exchange = queue->first;
    if (exchange != NULL)
        queue->first = exchange->next;
    pthread_mutex_unlock(&queue->mutex);
    return exchange;
}

static void queue_end(struct queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    queue->ended = true;
    pthread_cond_broadcast(&queue->filled);
    pthread_mutex_unlock(&queue->mutex);
}

static int write_compare(const void *left, const void *right)
{
    const struct bytes a = ((const struct stock_write *)left)->key.sku;
    const struct bytes b = ((const struct stock_write *)right)->key.sku;
    const int order = memcmp(a.data, b.data, a.size < b.size ? a.size : b.size);
    return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

/* Makes the statement's parameters, in the arena. False: no memory. */
static bool batch_build(struct arena *arena, const struct put_stocks *request,
                        struct sql_batch *batch)
{
    size_t skus_bytes = 0;
    for (uint32_t i = 0; i < request->items_count; i++)
        skus_bytes += request->items[i].key.sku.size;
    uint8_t *memory = arena_allocate(arena, sql_batch_bytes(request->items_count, skus_bytes));
    if (memory == NULL)
        return false;
    qsort(request->items, request->items_count, sizeof(*request->items), &write_compare);
    sql_batch_begin(batch, &sql_form_own, memory, (int32_t)request->items_count);
    for (uint32_t i = 0; i < request->items_count; i++) {
        const struct stock_write *write = &request->items[i];
        const struct bytes sku = write->key.sku;
        memcpy(sql_batch_add(batch, sku.size, (int32_t)write->count, write->updated_at_ms),
               sku.data, sku.size);
    }
    return true;
}

static unsigned int put(struct worker *worker, const struct exchange *exchange)
{
    const struct bytes body = {exchange->body, exchange->body_bytes};
    const struct put_stocks_rules rules = {.now_ms = (int64_t)time(NULL) * 1000,
                                           .future_tolerance_ms = FUTURE_TOLERANCE_MS,
                                           .past_tolerance_ms = -1};
    struct json_value root;
    struct json_failure failure;
    struct put_stocks request;
    struct sql_batch batch;
    if (json_parse(worker->parser, body, &root, &failure) != JSON_OK ||
        !put_stocks_decode(root, &rules, &worker->arena, &request, &worker->errors))
        return MHD_HTTP_BAD_REQUEST;
    if (!batch_build(&worker->arena, &request, &batch))
        return MHD_HTTP_SERVICE_UNAVAILABLE;
    if (sql_batch_put(worker->connection, exchange->shelf_id, &batch))
        return MHD_HTTP_OK;
    const char *text = PQerrorMessage(worker->connection);
    (void)fprintf(stderr, "event=not_ok program=sql_front what=\"%.*s\"\n",
                  (int)strcspn(text, "\n"), text);
    return MHD_HTTP_SERVICE_UNAVAILABLE;
}

static void *worker_run(void *context)
{
    struct worker *worker = context;
    for (;;) {
        struct exchange *exchange = queue_pop(worker->queue);
        if (exchange == NULL)
            return NULL;
        exchange->status = put(worker, exchange);
        error_list_clear(&worker->errors);
        arena_reset(&worker->arena);
        MHD_resume_connection(exchange->connection); /* From here on it is not ours. */
    }
}

static void worker_start(struct worker *worker, struct queue *queue, const char *conninfo)
{
    const char *problem = NULL;
    worker->queue = queue;
    worker->connection = sql_open(conninfo, &sql_form_own, &problem);
    if (problem != NULL)
        die("no connection to the database", problem);
    worker->parser = json_parser_create();
    if (worker->parser == NULL)
        die_without_memory();
    arena_init(&worker->arena);
    error_list_init(&worker->errors);
    if (pthread_create(&worker->thread, NULL, &worker_run, worker) != 0)
        die("pthread_create", "");
}

static void worker_stop(struct worker *worker)
{
    if (pthread_join(worker->thread, NULL) != 0)
        die("pthread_join", "");
    PQfinish(worker->connection);
    json_parser_destroy(worker->parser);
    arena_deinit(&worker->arena);
    error_list_deinit(&worker->errors);
}

/* NULL refuses the request by closing its connection. */
static struct exchange *exchange_create(struct MHD_Connection *connection, const char *url)
{
    const char *length_text =
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
    const unsigned long long length =
        length_text == NULL ? (unsigned long long)BODY_BYTES_MAX : strtoull(length_text, NULL, 10);
    int32_t campaign = 0;
    int read_bytes = 0;
    if (length > (unsigned long long)BODY_BYTES_MAX ||
        sscanf(url, "/v2/campaigns/%9" SCNd32 "/offers/stocks%n", &campaign, &read_bytes) != 1 ||
        read_bytes == 0 || url[read_bytes] != '\0')
        return NULL;
    struct exchange *exchange = malloc(sizeof *exchange + (size_t)length + JSON_PADDING_BYTES);
    if (exchange == NULL)
        return NULL;
    *exchange = (struct exchange){
        .connection = connection, .shelf_id = campaign, .body_bytes_max = (size_t)length};
    return exchange;
}

static enum MHD_Result reply(const struct exchange *exchange)
{
    static char ok[] = "{\"status\":\"OK\"}";
    static char error[] = "{\"status\":\"ERROR\"}";
    const bool done = exchange->status == MHD_HTTP_OK;
    struct MHD_Response *response = MHD_create_response_from_buffer(
        done ? sizeof ok - 1 : sizeof error - 1, done ? ok : error, MHD_RESPMEM_PERSISTENT);
    if (response == NULL)
        return MHD_NO;
    enum MHD_Result result =
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
    if (result == MHD_YES)
        result = MHD_queue_response(exchange->connection, exchange->status, response);
    MHD_destroy_response(response);
    return result;
}

/* The HTTP library calls this with the headers, for each chunk, at the end, and once more when the
 * request was resumed. */
/* tidy: allow function-parameters, the HTTP library's callback */
static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *chunk,
                                  size_t *chunk_bytes, void **request)
{
    struct exchange *exchange = *request;
    (void)version;
    if (exchange == NULL) {
        *request = strcmp(method, "PUT") == 0 ? exchange_create(connection, url) : NULL;
        return *request == NULL ? MHD_NO : MHD_YES;
    }
    if (*chunk_bytes != 0) {
        if (*chunk_bytes > exchange->body_bytes_max - exchange->body_bytes)
            return MHD_NO;
        memcpy(exchange->body + exchange->body_bytes, chunk, *chunk_bytes);
        exchange->body_bytes += *chunk_bytes;
        *chunk_bytes = 0;
        return MHD_YES;
    }
    if (exchange->status == 0 && queue_push(context, exchange))
        return MHD_YES;
    if (exchange->status == 0)
        exchange->status = MHD_HTTP_SERVICE_UNAVAILABLE;
    return reply(exchange);
}

static void on_completed(void *context, struct MHD_Connection *connection, void **request,
                         enum MHD_RequestTerminationCode code)
{
    (void)context;
    (void)connection;
    (void)code;
    free(*request);
    *request = NULL;
}

/* On a free port of the loopback; prints it. */
static struct MHD_Daemon *daemon_start(struct queue *queue, long threads)
{
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL,
        &on_request, queue, MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_THREAD_POOL_SIZE,
        (unsigned int)(threads > 1 ? threads : 0), /* The library refuses a pool of one. */
        MHD_OPTION_CONNECTION_LIMIT, (unsigned int)CONNECTIONS_MAX,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY_BYTES,
        MHD_OPTION_NOTIFY_COMPLETED, &on_completed, NULL, MHD_OPTION_END);
    const union MHD_DaemonInfo *port =
        daemon == NULL ? NULL : MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
    if (port == NULL)
        die("MHD_start_daemon", "");
    (void)printf("event=ready listen=127.0.0.1:%" PRIu16 "\n", port->port);
    if (fflush(stdout) != 0)
        die("stdout", "");
    return daemon;
}

/* Blocked before any thread starts, so that all inherit it and only main waits for the end. */
static void signals_block(sigset_t *end_signals)
{
    if (sigemptyset(end_signals) != 0 || sigaddset(end_signals, SIGTERM) != 0 ||
        sigaddset(end_signals, SIGINT) != 0 || pthread_sigmask(SIG_BLOCK, end_signals, NULL) != 0 ||
        signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        die("signals", "");
}

int main(int argc, char **argv)
{
    static struct queue queue = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, NULL, NULL,
                                 false};
    static struct worker workers[WORKERS_MAX];
    struct options options;
    sigset_t end_signals;
    int received = 0;
    json_start(die_without_memory);
    options_parse(argc, argv, &options);
    signals_block(&end_signals);
    /* Body buffers stay on the heap: otherwise each large one is mapped and faulted in anew. For
     * speed alone, and sanitizers refuse it. */
    (void)mallopt(M_MMAP_THRESHOLD, HEAP_KEPT_BYTES);
    (void)mallopt(M_TRIM_THRESHOLD, HEAP_KEPT_BYTES);
    for (long i = 0; i < options.workers; i++)
        worker_start(&workers[i], &queue, options.conninfo);
    struct MHD_Daemon *daemon = daemon_start(&queue, options.threads);
    if (sigwait(&end_signals, &received) != 0)
        die("sigwait", "");
    queue_end(&queue);
    for (long i = 0; i < options.workers; i++)
        worker_stop(&workers[i]);
    MHD_stop_daemon(daemon);
    return EXIT_SUCCESS;
}
