/* Loads an HTTP/1.1 server with stock requests and measures it: a closed loop, each connection
 * sends its next request when the last answer is in. Bodies are built before the clock starts. An
 * answer is counted as ok when it is a whole 200 of the expected shape; the first other one is
 * printed. A connection that the server closes is opened anew. */

#include <pthread.h>
#include <signal.h>

#include "load_connection.h"
#include "load_figures.h"
#include "load_messages.h"
#include "load_options.h"
#include "load_page.h"

enum {
    EVENTS_MAX = 256,
    SILENCE_MS_MAX = 60000,
    STATUS_CONFLICT = 409,
};

/* Invariant: a worker's thread alone touches it between start and join. */
struct worker {
    const struct messages *messages;
    struct turns *turns;
    struct connection *connections;
    int64_t connections_count;
    int epoll_fd;
    int64_t waiting_count;
    bool done; /* No turn is left. */
    pthread_t thread;
    struct figures figures;
};

static void connection_reopen(struct worker *worker, struct connection *connection)
{
    close(connection->fd);
    connection_open(connection, worker->epoll_fd, worker->messages->options);
    worker->figures.reopened++;
}

/* Takes the next request and begins to send it, unless the work is done. */
static void request_begin(struct worker *worker, struct connection *connection)
{
    const struct messages *messages = worker->messages;
    int64_t turn = 0;
    if (worker->done || !turns_take(worker->turns, &turn)) {
        worker->done = true;
        return;
    }
    const enum work work = messages->options->work;
    if (work == WORK_GET || work == WORK_DUMP)
        connection->message = message_build_get(messages, connection->page_token, connection->slot);
    else if (work == WORK_ORDER)
        connection->message = message_build_order(messages, turn, connection->slot);
    else if (messages->ring_count > 0)
        connection->message = messages->ring[turn % messages->ring_count];
    else
        connection->message = message_build_put(
            messages, messages->options->workload.first_request + turn, connection->slot);
    worker->waiting_count++;
    connection_begin(connection, messages->ring_fd, clock_ns());
}

/* The first answer that is not ok is shown. */
static void failure_note(struct worker *worker, const struct connection *connection,
                         const char *what)
{
    if (worker->figures.not_ok++ == 0)
        answer_show(&connection->answer, what);
}

/* Gives the number of SKUs that the finished request moved; 0 after noting what is wrong. */
static int64_t answer_judge(struct worker *worker, struct connection *connection)
{
    const struct answer *answer = &connection->answer;
    const enum work work = worker->messages->options->work;
    if (work == WORK_ORDER && answer->status == STATUS_CONFLICT)
        return 0; /* There was no unit left. */
    if (answer->status != 200) {
        failure_note(worker, connection, "the status is not 200");
        return 0;
    }
    if (!answer_is_ok(answer)) {
        failure_note(worker, connection, "the body does not say status OK");
        return 0;
    }
    if (work == WORK_PUT || work == WORK_ORDER)
        return connection->message.skus;
    const int64_t skus = answer_read_page(answer, connection->page_token);
    if (work == WORK_DUMP) {
        answer_print_page(answer);
        worker->done = connection->page_token[0] == '\0';
    }
    return skus;
}

static void request_end(struct worker *worker, struct connection *connection)
{
    const bool unread = connection->sent_bytes < connection->message.size;
    latency_add(&worker->figures.latency, clock_ns() - connection->begin_ns);
    worker->figures.skus += answer_judge(worker, connection);
    worker->waiting_count--;
    connection->waiting = false;
    if (unread || connection->answer.closes)
        connection_reopen(worker, connection);
    request_begin(worker, connection);
}

/* The server closed the connection, or it broke, before the answer was whole. */
static void request_lose(struct worker *worker, struct connection *connection)
{
    if (!connection->waiting) {
        connection_reopen(worker, connection);
        return;
    }
    failure_note(worker, connection, "the connection ended before the answer did");
    worker->waiting_count--;
    connection->waiting = false;
    connection_reopen(worker, connection);
    request_begin(worker, connection);
}

/* Does all that the connection's readiness allows. */
static void connection_advance(struct worker *worker, struct connection *connection, bool ending)
{
    connection_send(connection);
    switch (connection_receive(connection, ending)) {
    case RECEIVED_PART:
        return;
    case RECEIVED_WHOLE:
        request_end(worker, connection);
        return;
    case RECEIVED_END:
        request_lose(worker, connection);
        return;
    }
}

static void *worker_run(void *context)
{
    struct worker *worker = context;
    for (int64_t i = 0; i < worker->connections_count; i++)
        request_begin(worker, &worker->connections[i]);
    while (worker->waiting_count > 0) {
        struct epoll_event events[EVENTS_MAX];
        const int count = epoll_wait(worker->epoll_fd, events, EVENTS_MAX, SILENCE_MS_MAX);
        if (count == 0)
            die("no answer came for a minute", "");
        if (count < 0 && errno != EINTR)
            die("epoll_wait", "");
        for (int i = 0; i < count; i++)
            connection_advance(worker, events[i].data.ptr, connection_is_ending(events[i].events));
    }
    return NULL;
}

/* Opens the connections of worker `number`. */
static void worker_init(struct worker *worker, const struct messages *messages, int64_t number)
{
    const struct options *options = messages->options;
    const int64_t threads = options->threads;
    memset(worker, 0, sizeof *worker);
    worker->messages = messages;
    worker->connections_count =
        options->connections / threads + (number < options->connections % threads);
    worker->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    worker->connections = calloc((size_t)worker->connections_count, sizeof *worker->connections);
    if (worker->epoll_fd < 0 || worker->connections == NULL)
        die("no memory for connections", "");
    for (int64_t i = 0; i < worker->connections_count; i++) {
        struct connection *connection = &worker->connections[i];
        if (messages->ring_count == 0)
            connection->slot = malloc(messages->slot_bytes);
        if (messages->ring_count == 0 && connection->slot == NULL)
            die("no memory for a body", "");
        answer_init(&connection->answer);
        connection_open(connection, worker->epoll_fd, options);
    }
}

static void worker_deinit(struct worker *worker)
{
    for (int64_t i = 0; i < worker->connections_count; i++) {
        close(worker->connections[i].fd);
        answer_deinit(&worker->connections[i].answer);
        free(worker->connections[i].slot);
    }
    free(worker->connections);
    close(worker->epoll_fd);
}

/* Runs all workers and adds them up into the first. */
static void workers_run(struct worker *workers, const struct messages *messages)
{
    static struct turns turns;
    const struct options *options = messages->options;
    const bool counted = options->requests != 0 || options->workload.once;
    const int64_t requests =
        workload_requests_count(&messages->workload, options->requests, messages->ring_count);
    turns_begin(&turns, requests, counted ? 0 : options->seconds);
    for (int64_t i = 0; i < options->threads; i++) {
        workers[i].turns = &turns;
        if (pthread_create(&workers[i].thread, NULL, &worker_run, &workers[i]) != 0)
            die("pthread_create", "");
    }
    for (int64_t i = 0; i < options->threads; i++) {
        if (pthread_join(workers[i].thread, NULL) != 0)
            die("pthread_join", "");
    }
    for (int64_t i = 1; i < options->threads; i++)
        figures_merge(&workers[0].figures, &workers[i].figures);
    if (options->work != WORK_DUMP)
        figures_print(&workers[0].figures, &turns, &options->workload, messages->ring_count);
}

int main(int argc, char **argv)
{
    static struct options options;
    static struct messages messages;
    options_parse(argc, argv, &options);
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        die("signal", "");
    messages_init(&messages, &options);
    if (options.requests_path != NULL) {
        messages_write(&messages);
        return EXIT_SUCCESS;
    }

    struct worker *workers = calloc((size_t)options.threads, sizeof *workers);
    if (workers == NULL)
        die("no memory for workers", "");
    for (int64_t i = 0; i < options.threads; i++)
        worker_init(&workers[i], &messages, i);
    workers_run(workers, &messages);
    const bool all_ok = workers[0].figures.not_ok == 0;

    for (int64_t i = 0; i < options.threads; i++)
        worker_deinit(&workers[i]);
    free(workers);
    messages_deinit(&messages);
    return all_ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
