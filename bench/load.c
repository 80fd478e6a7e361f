/* Loads an HTTP/1.1 server with stock requests and measures it: a closed loop, each connection
 * sends its next request when the last answer is in. One epoll per thread, edge-triggered, so a
 * request usually costs one send, one recv and a share of one epoll_wait; bodies are built before
 * the clock starts. An answer is counted as ok when it is a whole 200 of the expected shape; the
 * first other one is printed. A connection that the server closes is opened anew. */

#include <ctype.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include "load_answer.h"
#include "load_latency.h"
#include "load_messages.h"
#include "load_options.h"

enum {
    EVENTS_MAX = 256,
    SILENCE_MS_MAX = 60000,
    ANSWER_SHOWN_BYTES = 300,
    SENDFILE_BYTES_MIN = 16384, /* Below, copying is cheaper. */
};

struct connection {
    int fd;
    bool waiting; /* A request is on its way or its answer is. */
    int64_t begin_ns;
    size_t sent_bytes;
    struct message message;
    struct answer answer;
    uint8_t *slot;                         /* Memory for a message that is not in the ring. */
    char page_token[PAGE_TOKEN_BYTES_MAX]; /* Of the next page; empty for the first. */
};

/* Invariant: a worker's thread alone touches it between start and join. */
struct worker {
    const struct messages *messages;
    struct connection *connections;
    int64_t connections_count;
    int epoll_fd;
    int64_t index_next;    /* Of the next request, in steps of threads. */
    int64_t requests_left; /* Not yet begun. */
    int64_t deadline_ns;   /* 0: none. */
    int64_t waiting_count;
    int64_t skus;
    int64_t not_ok;
    int64_t reopened;
    pthread_t thread;
    struct latency latency;
};

static int64_t clock_ns(void)
{
    struct timespec now;
    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
        die("clock_gettime", "");
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static void connection_open(struct worker *worker, struct connection *connection)
{
    const int on = 1;
    const struct sockaddr_in *address = &worker->messages->options->address;
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        die("socket", "");
    if (connect(fd, (const struct sockaddr *)address, sizeof *address) != 0)
        die("connect", worker->messages->options->address_text);
    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||
        fcntl(fd, F_SETFL, O_NONBLOCK) != 0)
        die("socket options", "");
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                                .data.ptr = connection};
    if (epoll_ctl(worker->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0)
        die("epoll_ctl", "");
    connection->fd = fd;
}

static void connection_reopen(struct worker *worker, struct connection *connection)
{
    close(connection->fd);
    connection_open(worker, connection);
    worker->reopened++;
}

static ssize_t message_send(const struct messages *messages, const struct connection *connection)
{
    const struct message *message = &connection->message;
    const size_t left_bytes = message->size - connection->sent_bytes;
    if (message->file_offset < 0 || left_bytes < SENDFILE_BYTES_MIN)
        return send(connection->fd, message->data + connection->sent_bytes, left_bytes,
                    MSG_NOSIGNAL);
    off_t offset = message->file_offset + (off_t)connection->sent_bytes;
    return sendfile(connection->fd, messages->ring_fd, &offset, left_bytes);
}

/* Sends what the socket takes: epoll tells when to go on, and errors show when reading. */
static void connection_send(const struct messages *messages, struct connection *connection)
{
    while (connection->sent_bytes < connection->message.size) {
        const ssize_t sent = message_send(messages, connection);
        if (sent >= 0)
            connection->sent_bytes += (size_t)sent;
        else if (errno != EINTR)
            return;
    }
}

/* Takes the next request and begins to send it, unless the work is done. */
static void request_begin(struct worker *worker, struct connection *connection)
{
    const struct messages *messages = worker->messages;
    if (worker->requests_left == 0)
        return;
    if (messages->options->work == WORK_GET)
        connection->message = message_build_get(messages, connection->page_token, connection->slot);
    else if (messages->ring_count > 0)
        connection->message = messages->ring[worker->index_next % messages->ring_count];
    else
        connection->message = message_build_put(messages, worker->index_next, connection->slot);

    const int64_t now_ns = clock_ns();
    if (worker->deadline_ns != 0 && now_ns >= worker->deadline_ns) {
        worker->requests_left = 0;
        return;
    }
    worker->requests_left--;
    worker->index_next += messages->options->threads;
    worker->waiting_count++;
    connection->waiting = true;
    connection->sent_bytes = 0;
    connection->begin_ns = now_ns;
    answer_reset(&connection->answer);
    connection_send(messages, connection);
}

/* Prints the first answer that is not ok, as one line of printable characters. */
static void failure_note(struct worker *worker, const struct connection *connection,
                         const char *what)
{
    const struct answer *answer = &connection->answer;
    char shown[ANSWER_SHOWN_BYTES + 1];
    size_t bytes = 0;
    for (; bytes < answer->used_bytes && bytes < ANSWER_SHOWN_BYTES; bytes++) {
        const unsigned char byte = (unsigned char)answer->data[bytes];
        shown[bytes] = (char)(isprint(byte) && byte != '"' ? byte : ' ');
    }
    shown[bytes] = '\0';
    if (worker->not_ok++ == 0)
        fprintf(stderr, "event=not_ok status=%d what=\"%s\" answer=\"%s\"\n", answer->status, what,
                shown);
}

/* Gives the number of SKUs that the finished request moved; 0 after noting what is wrong. */
static int64_t answer_judge(struct worker *worker, struct connection *connection)
{
    const struct answer *answer = &connection->answer;
    if (answer->status != 200) {
        failure_note(worker, connection, "the status is not 200");
        return 0;
    }
    if (!answer_is_ok(answer)) {
        failure_note(worker, connection, "the body does not say status OK");
        return 0;
    }
    if (worker->messages->options->work == WORK_PUT)
        return connection->message.skus;
    return answer_read_page(answer, connection->page_token);
}

static void request_end(struct worker *worker, struct connection *connection)
{
    const bool unread = connection->sent_bytes < connection->message.size;
    latency_add(&worker->latency, clock_ns() - connection->begin_ns);
    worker->skus += answer_judge(worker, connection);
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

/* Does all that the connection's readiness allows: edge-triggered epoll will not tell again. A read
 * that leaves room has taken all there was, except that the other side's end may follow it. */
static void connection_advance(struct worker *worker, struct connection *connection, bool ending)
{
    connection_send(worker->messages, connection);
    for (;;) {
        struct answer *answer = &connection->answer;
        answer_reserve(answer);
        const size_t room = answer->capacity_bytes - answer->used_bytes;
        const ssize_t received = recv(connection->fd, answer->data + answer->used_bytes, room, 0);
        if (received < 0 && errno == EINTR)
            continue;
        if (received < 0 && errno == EAGAIN)
            return;
        if (received <= 0) {
            request_lose(worker, connection);
            return;
        }
        if (!connection->waiting)
            die("the server sent more than one answer to a request", "");
        answer->used_bytes += (size_t)received;
        if (answer_is_whole(answer)) {
            answer->closes |= ending;
            request_end(worker, connection);
        }
        if ((size_t)received < room && !ending)
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
        for (int i = 0; i < count; i++) {
            const uint32_t end_events = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
            const bool ending = (events[i].events & end_events) != 0;
            connection_advance(worker, events[i].data.ptr, ending);
        }
    }
    return NULL;
}

/* Opens the worker's connections. Its share of requests is every threads-th from `number` on. */
static void worker_init(struct worker *worker, const struct messages *messages, int64_t number)
{
    const struct options *options = messages->options;
    const int64_t threads = options->threads;
    const int64_t requests = options->once ? messages->cycle_count : options->requests;
    memset(worker, 0, sizeof *worker);
    worker->messages = messages;
    worker->index_next = number;
    worker->requests_left =
        requests == 0 ? INT64_MAX : requests / threads + (number < requests % threads);
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
        connection_open(worker, connection);
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

static int64_t process_cpu_us(void)
{
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) != 0)
        die("getrusage", "");
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * INT64_C(1000000) +
           usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

static void report(const struct worker *total, int64_t took_us, int64_t cpu_us)
{
    const struct latency *latency = &total->latency;
    const int64_t million = INT64_C(1000000);
    printf("requests=%" PRId64 " skus=%" PRId64, latency->count, total->skus);
    printf(" seconds=%" PRId64 ".%06" PRId64, took_us / million, took_us % million);
    printf(" skus_per_s=%" PRId64, total->skus * million / took_us);
    printf(" requests_per_s=%" PRId64, latency->count * million / took_us);
    printf(" p50_us=%" PRId64, latency_percentile_ns(latency, 50) / 1000);
    printf(" p99_us=%" PRId64, latency_percentile_ns(latency, 99) / 1000);
    printf(" max_us=%" PRId64 " not_ok=%" PRId64, latency->max_ns / 1000, total->not_ok);
    printf(" reopened=%" PRId64, total->reopened);
    printf(" client_cpu_s=%" PRId64 ".%06" PRId64 "\n", cpu_us / million, cpu_us % million);
}

/* Runs all workers and adds them up into the first. */
static void workers_run(struct worker *workers, const struct options *options)
{
    const int64_t cpu_begin_us = process_cpu_us();
    const int64_t begin_ns = clock_ns();
    for (int64_t i = 0; i < options->threads; i++) {
        if (options->requests == 0 && !options->once)
            workers[i].deadline_ns = begin_ns + options->seconds * INT64_C(1000000000);
        if (pthread_create(&workers[i].thread, NULL, &worker_run, &workers[i]) != 0)
            die("pthread_create", "");
    }
    for (int64_t i = 0; i < options->threads; i++) {
        if (pthread_join(workers[i].thread, NULL) != 0)
            die("pthread_join", "");
    }
    const int64_t took_us = (clock_ns() - begin_ns) / 1000;
    const int64_t cpu_us = process_cpu_us() - cpu_begin_us;
    for (int64_t i = 1; i < options->threads; i++) {
        latency_merge(&workers[0].latency, &workers[i].latency);
        workers[0].skus += workers[i].skus;
        workers[0].not_ok += workers[i].not_ok;
        workers[0].reopened += workers[i].reopened;
    }
    report(&workers[0], took_us < 1 ? 1 : took_us, cpu_us);
}

int main(int argc, char **argv)
{
    static struct options options;
    static struct messages messages;
    options_parse(argc, argv, &options);
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        die("signal", "");
    messages_init(&messages, &options);

    struct worker *workers = calloc((size_t)options.threads, sizeof *workers);
    if (workers == NULL)
        die("no memory for workers", "");
    for (int64_t i = 0; i < options.threads; i++)
        worker_init(&workers[i], &messages, i);
    workers_run(workers, &options);
    const bool all_ok = workers[0].not_ok == 0;

    for (int64_t i = 0; i < options.threads; i++)
        worker_deinit(&workers[i]);
    free(workers);
    messages_deinit(&messages);
    return all_ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
