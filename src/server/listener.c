/* The address, the thread that accepts, and the orderly end. We accept by ourselves, for two
 * reasons: the library's pool leaves all connections to whichever thread wakes first, while handing
 * them over deals them out evenly; and a connection too many gets an answer instead of silence. */
#include "server/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/limits.h"
#include "os/log.h"
#include "server/body_stream.h"
#include "server/listener_internal.h"

enum {
    PORT_MAX = 65535,
    BACKLOG = 1024,
    HOST_BYTES = 64,
    ACCEPT_PAUSE_MS = 100,
    WARN_US = 1000000
};

#define TOO_MANY_BODY                                                                              \
    "{\"status\":\"ERROR\",\"errors\":[{\"code\":\"SERVICE_UNAVAILABLE\",\"message\":"             \
    "\"Service temporarily unavailable. Please, try again later\"}]}"

static const char too_many[] =
    "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\n"
    "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
    "Content-Type: application/json; charset=utf-8\r\nContent-Length: 129\r\n\r\n" TOO_MANY_BODY;

static_assert(sizeof(TOO_MANY_BODY) - 1 == 129, "the length in the head is the body's");

/* The same before a TLS handshake: a fatal alert, internal_error (RFC 8446 §6). An answer in HTTP
 * would take a handshake, which is what there are too many of. */
static const uint8_t too_many_tls[] = {21, 3, 3, 0, 2, 2, 80};

/* Splits `HOST:PORT` or `[HOST]:PORT`. False: it is neither. */
static bool split_address(const char *address, char host[HOST_BYTES], const char **port)
{
    const bool bracketed = address[0] == '[';
    const char *start = bracketed ? address + 1 : address;
    const char *end = bracketed ? strstr(address, "]:") : strrchr(address, ':');
    if (end == NULL || end == start || (size_t)(end - start) >= HOST_BYTES)
        return false;
    (void)snprintf(host, HOST_BYTES, "%.*s", (int)(end - start), start);
    *port = end + (bracketed ? 2 : 1);
    int64_t number = 0;
    return bytes_to_int64(bytes_from_text(*port), &number) && number >= 0 && number <= PORT_MAX &&
           (*port)[0] != '+' && (bracketed || memchr(host, ':', strlen(host)) == NULL);
}

bool listener_address_is_valid(const char *address)
{
    char host[HOST_BYTES];
    const char *port = NULL;
    struct in_addr four;
    struct in6_addr six;
    return split_address(address, host, &port) &&
           (inet_pton(AF_INET, host, &four) == 1 || inet_pton(AF_INET6, host, &six) == 1);
}

/* Opens the first address that fits. Returns the socket, or -1 with errno set. */
static int open_socket(const struct addrinfo *info)
{
    const int fd = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    const int on = 1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
        bind(fd, info->ai_addr, info->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    const int code = errno;
    (void)close(fd);
    errno = code;
    return -1;
}

/* Writes the address that the socket really has. */
static void name_socket(struct listener *listener)
{
    struct sockaddr_storage bound = {.ss_family = AF_UNSPEC};
    socklen_t bound_bytes = sizeof(bound);
    char host[HOST_BYTES] = "?";
    char port[16] = "0";
    if (getsockname(listener->fd, (struct sockaddr *)&bound, &bound_bytes) == 0)
        (void)getnameinfo((struct sockaddr *)&bound, bound_bytes, host, sizeof(host), port,
                          sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV);
    (void)snprintf(listener->address, sizeof(listener->address),
                   bound.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
}

static enum err open_address(struct listener *listener, char problem[LISTENER_PROBLEM_BYTES])
{
    const char *address = listener->settings.address;
    char host[HOST_BYTES];
    const char *port = NULL;
    struct addrinfo *info = NULL;
    const struct addrinfo hints = {.ai_family = AF_UNSPEC,
                                   .ai_socktype = SOCK_STREAM,
                                   .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE};
    if (!split_address(address, host, &port) || getaddrinfo(host, port, &hints, &info) != 0) {
        (void)snprintf(problem, LISTENER_PROBLEM_BYTES, "%s is not an address to listen on",
                       address);
        return ERR_INVALID;
    }
    listener->fd = open_socket(info);
    const int code = errno;
    freeaddrinfo(info);
    if (listener->fd >= 0) {
        name_socket(listener);
        return OK;
    }
    (void)snprintf(problem, LISTENER_PROBLEM_BYTES,
                   "cannot listen on %s: %s; --listen and --operator-listen name other addresses",
                   address, strerror(code));
    return code == EADDRINUSE ? ERR_BUSY : ERR_IO;
}

/* Tells a client that there are too many, and lets it read that. */
static void refuse_connection(struct listener *listener, int fd)
{
    struct os *os = listener->settings.os;
    if (os->uptime_us(os) - listener->warned_us > WARN_US) {
        listener->warned_us = os->uptime_us(os);
        log_line(LOG_WARN, "event=connections_full listen=%s max=%u", listener->address,
                 listener->settings.limits.connections_max);
    }
    const struct bytes words = listener->settings.tls == NULL
                                   ? bytes_from_text(too_many)
                                   : (struct bytes){too_many_tls, sizeof(too_many_tls)};
    const ssize_t sent = send(fd, words.data, words.size, MSG_NOSIGNAL | MSG_DONTWAIT);
    (void)sent;
    connections_linger_socket(listener->connections, fd);
}

static void accept_one(struct listener *listener, int fd, const struct sockaddr_storage *peer,
                       socklen_t peer_bytes)
{
    if (!connection_expect(listener->connections, fd)) {
        refuse_connection(listener, fd);
    } else if (!library_add(listener, fd, peer, peer_bytes)) {
        connection_expect_not(listener->connections, fd);
        log_line(LOG_WARN, "event=connection_lost listen=%s", listener->address);
    }
}

/* Out of descriptors or memory: some will be given back. The client waits in the system's queue. */
static void pause_accepting(struct listener *listener, int code)
{
    struct os *os = listener->settings.os;
    if (os->uptime_us(os) - listener->warned_us > WARN_US) {
        listener->warned_us = os->uptime_us(os);
        log_line(LOG_WARN, "event=accept_failed listen=%s error=\"%s\"", listener->address,
                 strerror(code));
    }
    (void)poll(NULL, 0, ACCEPT_PAUSE_MS);
}

static void *accept_run(void *context)
{
    struct listener *listener = context;
    for (;;) {
        struct sockaddr_storage peer;
        socklen_t peer_bytes = sizeof(peer);
        const int fd = accept4(listener->fd, (struct sockaddr *)&peer, &peer_bytes,
                               SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd >= 0) {
            accept_one(listener, fd, &peer, peer_bytes);
            continue;
        }
        const int code = errno;
        if (listener_is_closing(listener))
            return NULL;
        if (code != EINTR && code != ECONNABORTED)
            pause_accepting(listener, code);
    }
}

enum err listener_start(struct listener *listener, struct http_handler handler,
                        char problem[LISTENER_PROBLEM_BYTES])
{
    const struct listener_settings *settings = &listener->settings;
    listener->handler = handler;
    listener->connections = connections_create(settings->os, &settings->limits);
    if (listener->connections != NULL && library_start(listener) &&
        pthread_create(&listener->acceptor, NULL, accept_run, listener) == 0) {
        listener->accepting = true;
        return OK;
    }
    (void)snprintf(problem, LISTENER_PROBLEM_BYTES, "cannot start the threads of %s",
                   settings->address);
    return ERR_MEMORY;
}

enum err listener_open(const struct listener_settings *settings,
                       char problem[LISTENER_PROBLEM_BYTES], struct listener **opened)
{
    struct listener *listener = calloc(1, sizeof(*listener));
    if (listener == NULL) {
        (void)snprintf(problem, LISTENER_PROBLEM_BYTES, "out of memory");
        return ERR_MEMORY;
    }
    listener->settings = *settings;
    listener->fd = -1;
    listener->warned_us = INT64_MIN / 2;
    listener->memory_warned_us = INT64_MIN / 2;
    pthread_mutex_init(&listener->lock, NULL);
    pthread_cond_init(&listener->changed, NULL);
    const enum err error = open_address(listener, problem);
    if (error != OK) {
        listener_close(listener);
        return error;
    }
    *opened = listener;
    return OK;
}

const char *listener_address(const struct listener *listener)
{
    return listener->address;
}

uint64_t listener_connections(const struct listener *listener)
{
    return connections_count(listener->connections);
}

/* Ends the accepting thread and waits until no request is under way. A request that a client does
 * not finish is ended by its time limit. */
static void finish_requests(struct listener *listener)
{
    pthread_mutex_lock(&listener->lock);
    listener->closing = true;
    pthread_mutex_unlock(&listener->lock);
    if (listener->accepting) {
        (void)shutdown(listener->fd, SHUT_RDWR);
        (void)pthread_join(listener->acceptor, NULL);
    }
    if (listener->connections != NULL)
        connections_finish(listener->connections);
    body_streams_wake(listener);
    pthread_mutex_lock(&listener->lock);
    while (listener->under_way > 0)
        pthread_cond_wait(&listener->changed, &listener->lock);
    pthread_mutex_unlock(&listener->lock);
}

void listener_stop(struct listener *listener)
{
    if (listener == NULL || listener->closing)
        return;
    finish_requests(listener);
    library_stop(listener);
}

void listener_close(struct listener *listener)
{
    if (listener == NULL)
        return;
    listener_stop(listener);
    connections_destroy(listener->connections);
    if (listener->fd >= 0)
        (void)close(listener->fd);
    requests_free_idle(listener);
    pthread_cond_destroy(&listener->changed);
    pthread_mutex_destroy(&listener->lock);
    free(listener);
}
