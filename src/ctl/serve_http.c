/* One thread of the library serves all connections; main calls the functions of the header. What
 * the library does not bound is bounded here: a connection has only so long for its next request,
 * however busily it sends. A body that is not wanted is read and dropped, so that the client can
 * read why. */
#include "ctl/serve_http.h"

#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/limits.h"

enum {
    CONNECTIONS_MAX = 128,
    US_PER_MS = 1000,
    ADDRESS_BYTES = 128,
    HOST_BYTES = 96,
    BACKLOG = 128,
    PEM_BYTES_MAX = 1024 * 1024,
};

/* A connection, and since when its request is awaited or under way. */
struct watched {
    int fd; /* -1: this place is free. */
    int64_t since_us;
};

/* `lock` guards the table, the connections and the totals. */
struct serve_http {
    struct serve_settings settings;
    struct MHD_Daemon *daemon;
    int fd;
    char address[ADDRESS_BYTES];
    char *key; /* PEM. */
    char *certificate;
    pthread_mutex_t lock;
    struct stock_table *table;
    struct json_parser *parser; /* The library's thread only, like the arena. */
    struct arena arena;
    struct watched watched[CONNECTIONS_MAX];
    int64_t answered;
    int64_t refused;
};

/* A request under way. */
struct request {
    int status; /* Of a refusal; 0: none yet. */
    struct buffer reply;
    struct buffer body;
    int64_t dropped_bytes;
};

static struct bytes value_of(struct MHD_Connection *connection, enum MHD_ValueKind kind,
                             const char *name)
{
    return bytes_from_text(MHD_lookup_connection_value(connection, kind, name));
}

static struct request *request_begin(struct serve_http *http, struct MHD_Connection *connection,
                                     const char *url, const char *method)
{
    struct request *request = calloc(1, sizeof(*request));
    if (request == NULL)
        return NULL;
    const struct serve_head head = {
        .method = bytes_from_text(method),
        .path = bytes_from_text(url),
        .authorization = value_of(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_AUTHORIZATION),
        .auth_token = value_of(connection, MHD_GET_ARGUMENT_KIND, "auth-token"),
        .content_type = value_of(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_TYPE),
    };
    request->status = serve_judge_head(&http->settings.rules, &head, &request->reply);
    return request;
}

/* Takes a piece of the body, or drops it. */
static enum MHD_Result request_take(struct request *request, struct bytes piece)
{
    if (request->status == 0 && request->body.size + piece.size > PUSH_BODY_BYTES_MAX) {
        request->status = serve_refuse_large(&request->reply);
        buffer_deinit(&request->body);
    }
    if (request->status == 0) {
        buffer_append(&request->body, piece);
        return request->body.failed ? MHD_NO : MHD_YES;
    }
    request->dropped_bytes += (int64_t)piece.size;
    return request->dropped_bytes <= LINGER_BYTES_MAX ? MHD_YES : MHD_NO;
}

static void request_answer(struct serve_http *http, struct request *request)
{
    struct os *os = http->settings.os;
    const size_t size = request->body.size;
    if (request->status == 0) {
        buffer_append_zeros(&request->body, JSON_PADDING_BYTES);
        if (request->body.failed) {
            request->status = serve_refuse(&request->reply, MHD_HTTP_INTERNAL_SERVER_ERROR,
                                           "INTERNAL_ERROR", "Out of memory");
        }
    }
    pthread_mutex_lock(&http->lock);
    if (request->status == 0) {
        request->status =
            serve_answer(http->table, http->parser, (struct bytes){request->body.data, size},
                         os->now_ms(os), &http->arena, &request->reply);
    }
    if (request->status == MHD_HTTP_OK)
        http->answered++;
    else
        http->refused++;
    pthread_mutex_unlock(&http->lock);
    arena_reset(&http->arena);
}

static enum MHD_Result request_send(struct request *request, struct MHD_Connection *connection)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(
        request->reply.size, request->reply.data, MHD_RESPMEM_PERSISTENT);
    if (response == NULL)
        return MHD_NO;
    enum MHD_Result result = MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
                                                     "application/json; charset=utf-8");
    if (result == MHD_YES && request->status == MHD_HTTP_METHOD_NOT_ALLOWED)
        result = MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "POST");
    if (result == MHD_YES)
        result = MHD_queue_response(connection, (unsigned int)request->status, response);
    MHD_destroy_response(response);
    return result;
}

/* NOLINTBEGIN(readability-function-size) */
/* tidy: allow function-parameters, the library's signature */
static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *piece,
                                  size_t *piece_bytes, void **slot)
{
    (void)version;
    struct serve_http *http = context;
    struct request *request = *slot;
    if (request == NULL) {
        *slot = request_begin(http, connection, url, method);
        return *slot == NULL ? MHD_NO : MHD_YES;
    }
    if (*piece_bytes > 0) {
        const struct bytes bytes = {(const uint8_t *)piece, *piece_bytes};
        *piece_bytes = 0;
        return request_take(request, bytes);
    }
    request_answer(http, request);
    return request_send(request, connection);
}
/* NOLINTEND(readability-function-size) */

static struct watched *watched_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info == NULL ? NULL : info->socket_context;
}

static void on_completed(void *context, struct MHD_Connection *connection, void **slot,
                         enum MHD_RequestTerminationCode code)
{
    (void)code;
    struct serve_http *http = context;
    struct request *request = *slot;
    struct watched *watched = watched_of(connection);
    pthread_mutex_lock(&http->lock);
    if (watched != NULL)
        watched->since_us = http->settings.os->uptime_us(http->settings.os);
    pthread_mutex_unlock(&http->lock);
    if (request == NULL)
        return;
    buffer_deinit(&request->reply);
    buffer_deinit(&request->body);
    free(request);
    *slot = NULL;
}

static void on_connection(void *context, struct MHD_Connection *connection, void **slot,
                          enum MHD_ConnectionNotificationCode code)
{
    struct serve_http *http = context;
    pthread_mutex_lock(&http->lock);
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        if (*slot != NULL)
            ((struct watched *)*slot)->fd = -1;
    } else {
        int index = 0;
        while (index < CONNECTIONS_MAX - 1 && http->watched[index].fd >= 0)
            index++;
        ASSERT(http->watched[index].fd < 0); /* The library holds the same limit. */
        http->watched[index] = (struct watched){
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd,
            http->settings.os->uptime_us(http->settings.os)};
        *slot = &http->watched[index];
    }
    pthread_mutex_unlock(&http->lock);
}

static void on_log(void *context, const char *format, va_list arguments) PRINTF(2, 0);

/* The library's own words are about clients that went away. */
static void on_log(void *context, const char *format, va_list arguments)
{
    (void)context;
    (void)format;
    (void)arguments;
}

/* Splits ADDRESS:PORT or [ADDRESS]:PORT. */
static bool address_split(const char *text, char host[HOST_BYTES], const char **port)
{
    const char *colon = strrchr(text, ':');
    if (colon == NULL || colon == text || colon[1] == '\0')
        return false;
    struct bytes name = {(const uint8_t *)text, (size_t)(colon - text)};
    const bool in_brackets = name.data[0] == '[';
    if (in_brackets && (name.size < 3 || name.data[name.size - 1] != ']'))
        return false;
    if (in_brackets)
        name = (struct bytes){name.data + 1, name.size - 2};
    else if (memchr(name.data, ':', name.size) != NULL)
        return false;
    *port = colon + 1;
    return snprintf(host, HOST_BYTES, "%.*s", BYTES_ARG(name)) < HOST_BYTES;
}

static int socket_open(const struct addrinfo *info)
{
    const int fd = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int on = 1;
    if (fd < 0 || (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
                   bind(fd, info->ai_addr, info->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0))
        return fd;
    const int code = errno;
    (void)close(fd);
    errno = code;
    return -1;
}

/* Writes the address that the socket really has. */
static void address_name(struct serve_http *http)
{
    struct sockaddr_storage bound = {.ss_family = AF_UNSPEC};
    socklen_t bound_bytes = sizeof(bound);
    char host[HOST_BYTES] = "?";
    char port[16] = "0";
    if (getsockname(http->fd, (struct sockaddr *)&bound, &bound_bytes) == 0)
        (void)getnameinfo((struct sockaddr *)&bound, bound_bytes, host, sizeof(host), port,
                          sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV);
    (void)snprintf(http->address, sizeof(http->address),
                   bound.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
}

static enum err address_open(struct serve_http *http, struct buffer *problem)
{
    const char *address = http->settings.listen;
    char host[HOST_BYTES];
    const char *port = NULL;
    struct addrinfo *info = NULL;
    const struct addrinfo hints = {.ai_family = AF_UNSPEC,
                                   .ai_socktype = SOCK_STREAM,
                                   .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE};
    if (!address_split(address, host, &port) || getaddrinfo(host, port, &hints, &info) != 0) {
        buffer_append_format(problem,
                             "--listen takes an address such as 127.0.0.1:8090 or [::1]:8090, port "
                             "0 for any free port; not '%s'",
                             address);
        return ERR_INVALID;
    }
    http->fd = socket_open(info);
    const int code = errno;
    freeaddrinfo(info);
    if (http->fd < 0) {
        buffer_append_format(problem, "cannot listen on %s: %s", address, strerror(code));
        return ERR_IO;
    }
    address_name(http);
    return OK;
}

/* Reads a PEM file as text. */
static enum err pem_read(struct os *os, const char *path, char **text, struct buffer *problem)
{
    uint8_t *data = NULL;
    size_t size = 0;
    const enum err error = os_read_file(os, path, PEM_BYTES_MAX, &data, &size);
    if (error != OK) {
        buffer_append_format(problem, "cannot read %s: %s", path, err_text(error));
        return ERR_INVALID;
    }
    *text = calloc(1, size + 1);
    if (*text != NULL)
        (void)memcpy(*text, data, size);
    explicit_bzero(data, size);
    free(data);
    return *text == NULL ? ERR_MEMORY : OK;
}

static enum err tls_read(struct serve_http *http, struct buffer *problem)
{
    const struct serve_settings *settings = &http->settings;
    if (settings->tls_certificate == NULL)
        return OK;
    const enum err error =
        pem_read(settings->os, settings->tls_certificate, &http->certificate, problem);
    return error != OK ? error : pem_read(settings->os, settings->tls_key, &http->key, problem);
}

static enum err daemon_start(struct serve_http *http, struct buffer *problem)
{
    const bool tls = http->key != NULL;
    /* Plain HTTP ends the list where TLS goes on. */
    const struct MHD_OptionItem tls_options[] = {
        {tls ? MHD_OPTION_HTTPS_MEM_KEY : MHD_OPTION_END, 0, http->key},
        {MHD_OPTION_HTTPS_MEM_CERT, 0, http->certificate},
        {MHD_OPTION_END, 0, NULL},
    };
    const unsigned int flags =
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ERROR_LOG | (tls ? (unsigned int)MHD_USE_TLS : 0U);
    http->daemon =
        MHD_start_daemon(flags, 0, NULL, NULL, on_request, http, MHD_OPTION_EXTERNAL_LOGGER, on_log,
                         NULL, MHD_OPTION_LISTEN_SOCKET, http->fd, MHD_OPTION_CONNECTION_LIMIT,
                         (unsigned int)CONNECTIONS_MAX, MHD_OPTION_NOTIFY_COMPLETED, on_completed,
                         http, MHD_OPTION_NOTIFY_CONNECTION, on_connection, http, MHD_OPTION_ARRAY,
                         tls_options, MHD_OPTION_END);
    if (http->daemon != NULL)
        return OK;
    buffer_append_text(problem, tls ? "the HTTP server does not start; do --tls-certificate and "
                                      "--tls-key belong together?"
                                    : "the HTTP server does not start");
    return ERR_IO;
}

enum err serve_http_open(const struct serve_settings *settings, struct stock_table *table,
                         struct buffer *problem, struct serve_http **http)
{
    struct serve_http *opened = calloc(1, sizeof(*opened));
    if (opened == NULL)
        return ERR_MEMORY;
    opened->settings = *settings;
    opened->fd = -1;
    pthread_mutex_init(&opened->lock, NULL);
    arena_init(&opened->arena);
    for (int i = 0; i < CONNECTIONS_MAX; i++)
        opened->watched[i].fd = -1;
    opened->parser = json_parser_create();
    enum err error = opened->parser == NULL ? ERR_MEMORY : tls_read(opened, problem);
    if (error == OK)
        error = address_open(opened, problem);
    opened->table = table;
    if (error == OK)
        error = daemon_start(opened, problem);
    if (error == OK) {
        *http = opened;
        return OK;
    }
    opened->table = NULL; /* Still the caller's. */
    serve_http_close(opened);
    return error;
}

const char *serve_http_address(const struct serve_http *http)
{
    return http->address;
}

void serve_http_replace(struct serve_http *http, struct stock_table *table)
{
    pthread_mutex_lock(&http->lock);
    struct stock_table *before = http->table;
    http->table = table;
    pthread_mutex_unlock(&http->lock);
    stock_table_destroy(before);
}

void serve_http_sweep(struct serve_http *http)
{
    const int64_t now_us = http->settings.os->uptime_us(http->settings.os);
    const int64_t request_us_max = http->settings.request_ms_max * US_PER_MS;
    pthread_mutex_lock(&http->lock);
    for (int i = 0; i < CONNECTIONS_MAX; i++) {
        const struct watched *watched = &http->watched[i];
        if (watched->fd >= 0 && now_us - watched->since_us > request_us_max)
            (void)shutdown(watched->fd, SHUT_RDWR); /* The library sees its end and closes it. */
    }
    pthread_mutex_unlock(&http->lock);
}

void serve_http_totals(struct serve_http *http, int64_t *answered, int64_t *refused)
{
    pthread_mutex_lock(&http->lock);
    *answered = http->answered;
    *refused = http->refused;
    pthread_mutex_unlock(&http->lock);
}

static void pem_free(char *text)
{
    if (text != NULL)
        explicit_bzero(text, strlen(text));
    free(text);
}

void serve_http_close(struct serve_http *http)
{
    if (http->daemon != NULL)
        MHD_stop_daemon(http->daemon); /* Closes the socket too. */
    else if (http->fd >= 0)
        (void)close(http->fd);
    stock_table_destroy(http->table);
    json_parser_destroy(http->parser);
    arena_deinit(&http->arena);
    pem_free(http->key);
    pem_free(http->certificate);
    pthread_mutex_destroy(&http->lock);
    free(http);
}
