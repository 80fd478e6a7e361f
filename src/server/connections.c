/* A list under a mutex, walked twice a second by one thread, which also empties the lingering
 * sockets. It ends a connection by shutting its socket down: the HTTP library then sees the end of
 * the stream and cleans up in its own thread. */
#include "server/connections.h"

#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/limits.h"
#include "os/log.h"

enum { WATCH_MS = 500, DRAIN_BYTES = 64 * 1024, SOCKETS_INVALID = -1 };

struct connection {
    struct connection *next;
    struct connection **link; /* What points here. */
    int fd;
    enum connection_phase phase;
    bool is_expected; /* Accepted; the library has not begun with it. */
    int64_t since_ms;
    uint64_t received_bytes; /* When CONNECTION_HEAD began: more means that a head is coming. */
    bool head_seen;
    bool has_left; /* At the last look: see leaves(). */
    bool lingers;
};

struct lingering {
    int fd;
    int64_t until_ms;
    int64_t bytes_left;
};

/* `lock` guards all that is below it. What lingers is moved from `incoming` to the watching
 * thread's own list, which it reads from without the lock: whoever floods us holds up nobody else.
 * */
struct connections {
    struct os *os;
    struct connection_limits limits;
    pthread_t thread;
    int wake_fds[2];                           /* A byte wakes the watching thread. */
    struct lingering lingering[LINGERING_MAX]; /* The watching thread's. */
    uint32_t lingering_count;
    pthread_mutex_t lock;
    struct connection *first;
    uint32_t count;
    struct lingering incoming[LINGERING_MAX];
    uint32_t incoming_count;
    int64_t finish_ms; /* From then on nobody waits for a client. */
    bool stopping;
};

static int64_t now_ms(const struct connections *connections)
{
    return connections->os->uptime_us(connections->os) / 1000;
}

static void wake(struct connections *connections)
{
    const ssize_t written = write(connections->wake_fds[1], "", 1);
    (void)written; /* A full pipe wakes as well. */
}

/* With the lock, as are the following. NULL: no memory. */
static struct connection *add(struct connections *connections, int fd)
{
    struct connection *connection = malloc(sizeof(*connection));
    if (connection == NULL)
        return NULL;
    *connection = (struct connection){.fd = fd, .since_ms = now_ms(connections)};
    connections->count++;
    connection->next = connections->first;
    connection->link = &connections->first;
    if (connection->next != NULL)
        connection->next->link = &connection->next;
    connections->first = connection;
    return connection;
}

static void drop(struct connections *connections, struct connection *connection)
{
    *connection->link = connection->next;
    if (connection->next != NULL)
        connection->next->link = connection->link;
    connections->count--;
    free(connection);
}

/* NULL: none. The newest come first, so it is found soon. */
static struct connection *find_expected(struct connections *connections, int fd)
{
    struct connection *connection = connections->first;
    while (connection != NULL && (connection->fd != fd || !connection->is_expected))
        connection = connection->next;
    return connection;
}

bool connection_expect(struct connections *connections, int fd)
{
    pthread_mutex_lock(&connections->lock);
    /* One of the same number was closed before the library began with it: for want of memory. */
    struct connection *connection = find_expected(connections, fd);
    if (connection == NULL && connections->count < connections->limits.connections_max) {
        connection = add(connections, fd);
        if (connection != NULL)
            connection->is_expected = true;
    }
    pthread_mutex_unlock(&connections->lock);
    return connection != NULL;
}

void connection_expect_not(struct connections *connections, int fd)
{
    pthread_mutex_lock(&connections->lock);
    struct connection *connection = find_expected(connections, fd);
    if (connection != NULL)
        drop(connections, connection);
    pthread_mutex_unlock(&connections->lock);
}

struct connection *connection_open(struct connections *connections, int fd)
{
    pthread_mutex_lock(&connections->lock);
    struct connection *connection = find_expected(connections, fd);
    if (connection == NULL)
        connection = add(connections, fd);
    if (connection != NULL) {
        connection->is_expected = false;
        connection->since_ms = now_ms(connections);
    }
    pthread_mutex_unlock(&connections->lock);
    return connection;
}

void connection_close(struct connections *connections, struct connection *connection)
{
    const int fd = connection->lingers ? dup(connection->fd) : SOCKETS_INVALID;
    pthread_mutex_lock(&connections->lock);
    drop(connections, connection);
    pthread_mutex_unlock(&connections->lock);
    if (fd >= 0)
        connections_linger_socket(connections, fd);
}

/* Bytes that ever came in on a socket: the library does not tell when a head begins. */
static uint64_t received_bytes(int fd)
{
    struct tcp_info info = {.tcpi_bytes_received = 0};
    socklen_t info_bytes = sizeof(info);
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &info_bytes) != 0)
        return 0;
    return info.tcpi_bytes_received;
}

static void enter(struct connections *connections, struct connection *connection,
                  enum connection_phase phase, uint64_t received)
{
    const int64_t since_ms = now_ms(connections);
    pthread_mutex_lock(&connections->lock);
    connection->phase = phase;
    connection->since_ms = since_ms;
    connection->received_bytes = received;
    connection->head_seen = false;
    connection->has_left = false;
    pthread_mutex_unlock(&connections->lock);
}

void connection_enter(struct connections *connections, struct connection *connection,
                      enum connection_phase phase)
{
    enter(connections, connection, phase,
          phase == CONNECTION_HEAD ? received_bytes(connection->fd) : 0);
}

void connection_end_handshake(struct connections *connections, struct connection *connection,
                              uint64_t received)
{
    enter(connections, connection, CONNECTION_HEAD, received);
}

void connection_linger(struct connections *connections, struct connection *connection)
{
    pthread_mutex_lock(&connections->lock);
    connection->lingers = true;
    pthread_mutex_unlock(&connections->lock);
}

void connections_linger_socket(struct connections *connections, int fd)
{
    (void)shutdown(fd, SHUT_WR);
    pthread_mutex_lock(&connections->lock);
    const bool taken = connections->incoming_count < LINGERING_MAX && !connections->stopping;
    if (taken)
        connections->incoming[connections->incoming_count++] =
            (struct lingering){fd, now_ms(connections) + LINGER_MS_MAX, LINGER_BYTES_MAX};
    pthread_mutex_unlock(&connections->lock);
    if (taken)
        wake(connections);
    else
        (void)close(fd); /* Too many at once: this client may see a reset instead. */
}

static int64_t phase_limit_ms(const struct connection_limits *limits,
                              const struct connection *connection)
{
    if (connection->is_expected)
        return INT64_MAX;
    switch (connection->phase) {
    case CONNECTION_HEAD:
        if (!connection->head_seen)
            return limits->idle_ms;
        return limits->request_ms;
    case CONNECTION_BODY:
    case CONNECTION_REPLY:
        return limits->request_ms;
    case CONNECTION_BUSY:
        break;
    }
    return INT64_MAX;
}

static bool is_overdue(const struct connections *connections, const struct connection *connection,
                       int64_t now)
{
    const int64_t limit_ms = phase_limit_ms(&connections->limits, connection);
    return now - connection->since_ms > limit_ms ||
           (now > connections->finish_ms && limit_ms != INT64_MAX);
}

/* A connection that was idle and is not any more: a head is on its way, and its time runs. */
static void notice_head(struct connection *connection, int64_t now)
{
    if (connection->is_expected || connection->phase != CONNECTION_HEAD || connection->head_seen ||
        received_bytes(connection->fd) == connection->received_bytes)
        return;
    connection->head_seen = true;
    connection->since_ms = now;
}

/* Whether the client has closed its side in the middle of a request, and all that it sent was read:
 * nothing more will come. The library does not see that when the end and the last bytes came as one
 * event. True at the second look: by then it had its time for what it has just read. */
static bool leaves(struct connection *connection)
{
    struct pollfd polled = {connection->fd, POLLRDHUP, 0};
    int unread_bytes = 0;
    const bool before = connection->has_left;
    const bool due = !connection->is_expected &&
                     (connection->phase == CONNECTION_HEAD || connection->phase == CONNECTION_BODY);
    connection->has_left = due && poll(&polled, 1, 0) == 1 && (polled.revents & POLLRDHUP) != 0 &&
                           ioctl(connection->fd, FIONREAD, &unread_bytes) == 0 && unread_bytes == 0;
    return before && connection->has_left;
}

/* Ends what has been in one phase for too long, and whose client is gone. */
static void end_overdue(struct connections *connections)
{
    const int64_t now = now_ms(connections);
    pthread_mutex_lock(&connections->lock);
    for (struct connection *each = connections->first; each != NULL; each = each->next) {
        notice_head(each, now);
        if (!is_overdue(connections, each, now) && !leaves(each))
            continue;
        log_line(LOG_DEBUG, "event=connection_overdue phase=%d", each->phase);
        (void)shutdown(each->fd, SHUT_RDWR);
    }
    pthread_mutex_unlock(&connections->lock);
}

/* Reads once from what is there, so that all sockets get their turn. True: it is done with. */
static bool drain(struct lingering *lingering, int64_t now)
{
    uint8_t dropped[DRAIN_BYTES];
    const ssize_t count = recv(lingering->fd, dropped, sizeof(dropped), MSG_DONTWAIT);
    if (count > 0)
        lingering->bytes_left -= count;
    const bool open = count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR));
    return !open || lingering->bytes_left <= 0 || now >= lingering->until_ms;
}

static void drain_all(struct connections *connections)
{
    const int64_t now = now_ms(connections);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < connections->lingering_count; i++) {
        struct lingering *each = &connections->lingering[i];
        if (drain(each, now))
            (void)close(each->fd);
        else
            connections->lingering[kept++] = *each;
    }
    connections->lingering_count = kept;
}

/* The oldest one has had the most time to read its answer. */
static void close_oldest(struct connections *connections)
{
    (void)close(connections->lingering[0].fd);
    connections->lingering_count--;
    for (uint32_t i = 0; i < connections->lingering_count; i++)
        connections->lingering[i] = connections->lingering[i + 1];
}

/* Takes over what has come to linger; what has lingered longest makes room for it. */
static void take_incoming(struct connections *connections)
{
    pthread_mutex_lock(&connections->lock);
    for (uint32_t i = 0; i < connections->incoming_count; i++) {
        if (connections->lingering_count == LINGERING_MAX)
            close_oldest(connections);
        connections->lingering[connections->lingering_count++] = connections->incoming[i];
    }
    connections->incoming_count = 0;
    pthread_mutex_unlock(&connections->lock);
}

/* Waits for the wake pipe or a lingering socket. */
static void wait_for_work(struct connections *connections)
{
    struct pollfd polled[LINGERING_MAX + 1];
    nfds_t polled_count = 0;
    polled[polled_count++] = (struct pollfd){connections->wake_fds[0], POLLIN, 0};
    for (uint32_t i = 0; i < connections->lingering_count; i++)
        polled[polled_count++] = (struct pollfd){connections->lingering[i].fd, POLLIN, 0};
    if (poll(polled, polled_count, WATCH_MS) > 0 && (polled[0].revents & POLLIN) != 0) {
        uint8_t taken[DRAIN_BYTES / 1024];
        const ssize_t count = read(connections->wake_fds[0], taken, sizeof(taken));
        (void)count;
    }
}

static bool is_stopping(struct connections *connections)
{
    pthread_mutex_lock(&connections->lock);
    const bool stopping = connections->stopping;
    pthread_mutex_unlock(&connections->lock);
    return stopping;
}

static void *watch_run(void *context)
{
    struct connections *connections = context;
    int64_t swept_ms = now_ms(connections);
    while (!is_stopping(connections)) {
        wait_for_work(connections);
        take_incoming(connections);
        drain_all(connections);
        if (now_ms(connections) - swept_ms < WATCH_MS)
            continue;
        end_overdue(connections);
        swept_ms = now_ms(connections);
    }
    return NULL;
}

struct connections *connections_create(struct os *os, const struct connection_limits *limits)
{
    struct connections *connections = calloc(1, sizeof(*connections));
    if (connections == NULL)
        return NULL;
    connections->os = os;
    connections->limits = *limits;
    connections->finish_ms = INT64_MAX;
    if (pipe(connections->wake_fds) != 0) {
        free(connections);
        return NULL;
    }
    pthread_mutex_init(&connections->lock, NULL);
    if (pthread_create(&connections->thread, NULL, watch_run, connections) == 0)
        return connections;
    (void)close(connections->wake_fds[0]);
    (void)close(connections->wake_fds[1]);
    pthread_mutex_destroy(&connections->lock);
    free(connections);
    return NULL;
}

uint32_t connections_count(struct connections *connections)
{
    pthread_mutex_lock(&connections->lock);
    const uint32_t count = connections->count;
    pthread_mutex_unlock(&connections->lock);
    return count;
}

void connections_finish(struct connections *connections)
{
    const int64_t finish_ms = now_ms(connections) + connections->limits.request_ms;
    pthread_mutex_lock(&connections->lock);
    connections->finish_ms = finish_ms;
    pthread_mutex_unlock(&connections->lock);
}

void connections_destroy(struct connections *connections)
{
    if (connections == NULL)
        return;
    pthread_mutex_lock(&connections->lock);
    for (struct connection *each = connections->first; each != NULL;) {
        struct connection *next = each->next;
        ASSERT(each->is_expected); /* For want of memory it never began. */
        free(each);
        each = next;
    }
    connections->first = NULL;
    connections->stopping = true;
    pthread_mutex_unlock(&connections->lock);
    wake(connections);
    (void)pthread_join(connections->thread, NULL);
    take_incoming(connections);
    for (uint32_t i = 0; i < connections->lingering_count; i++)
        (void)close(connections->lingering[i].fd);
    (void)close(connections->wake_fds[0]);
    (void)close(connections->wake_fds[1]);
    pthread_mutex_destroy(&connections->lock);
    free(connections);
}
