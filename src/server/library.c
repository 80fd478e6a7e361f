/* The HTTP library's callbacks: the way of a request from its head to its reply. The library calls
 * on_request() with the head, then with each piece of the body, then once more; and again after a
 * suspended request was resumed. Replies that are due before the body was read wait for its end, so
 * that the connection stays usable; only a body that is too large, or one that the client has not
 * begun to send (Expect: 100-continue), is answered at once. */
#include <gnutls/abstract.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/date.h"
#include "base/limits.h"
#include "os/log.h"
#include "server/head.h"
#include "server/peer.h"
#include "server/request.h"
#include "wire/json.h"

enum { NUMBER_BYTES = 32, TIMED_BYTES = 1024 * 1024 };

static bool has_header(const struct http_exchange *exchange, enum http_header header)
{
    return exchange->headers[header].count > 0;
}

/* A body was announced. */
static bool body_follows(const struct http_exchange *exchange)
{
    return exchange->content_length > 0 || has_header(exchange, HTTP_TRANSFER_ENCODING);
}

static bool add_header(struct MHD_Response *response, const char *name, const char *value)
{
    return MHD_add_response_header(response, name, value) == MHD_YES;
}

static bool add_number(struct MHD_Response *response, const char *name, int64_t value)
{
    char text[NUMBER_BYTES];
    (void)snprintf(text, sizeof(text), "%lld", (long long)value);
    return add_header(response, name, text);
}

/* Whether the answer has a header of its own by that name. */
static bool has_field(const struct http_exchange *exchange, const char *name)
{
    for (uint32_t i = 0; i < exchange->fields_count; i++) {
        if (strcmp(exchange->fields[i].name, name) == 0)
            return true;
    }
    return false;
}

static bool add_headers(struct MHD_Response *response, const struct listener *listener,
                        const struct http_exchange *exchange)
{
    bool added = exchange->content_type == NULL ||
                 add_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, exchange->content_type);
    for (const struct answer_header *each = listener->settings.headers; each->name != NULL; each++)
        added &= has_field(exchange, each->name) || add_header(response, each->name, each->value);
    for (uint32_t i = 0; i < exchange->fields_count; i++)
        added &= add_header(response, exchange->fields[i].name, exchange->fields[i].value);
    if (exchange->allow != NULL)
        added &= add_header(response, MHD_HTTP_HEADER_ALLOW, exchange->allow);
    if (exchange->authenticate != NULL)
        added &= add_header(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE, exchange->authenticate);
    if (exchange->retry_after_s > 0)
        added &= add_number(response, MHD_HTTP_HEADER_RETRY_AFTER, exchange->retry_after_s);
    if (!exchange->rate.present)
        return added;
    char until[DATE_HTTP_BYTES];
    date_format_http(exchange->rate.until_ms, until);
    added &= add_number(response, "X-RateLimit-Resource-Limit", exchange->rate.limit);
    added &= add_number(response, "X-RateLimit-Resource-Remaining", exchange->rate.remaining);
    return added && add_header(response, "X-RateLimit-Resource-Until", until);
}

static void end_exchange(struct listener *listener, struct request *request)
{
    if (!request->began || request->ended)
        return;
    request->ended = true;
    listener->handler.end(listener->handler.context, &request->exchange);
}

static void refuse_unavailable(struct http_exchange *exchange)
{
    exchange->retry_after_s = 1;
    http_refuse(exchange, 503, "SERVICE_UNAVAILABLE",
                "Service temporarily unavailable. Please, try again later");
}

/* An answer that is too large to be kept for a client that may not take it. Only readings give such
 * answers, so nothing was changed. */
static void refuse_for_memory(struct listener *listener, struct request *request)
{
    struct buffer *reply = &request->exchange.reply;
    buffer_deinit(reply);
    buffer_init(reply);
    refuse_unavailable(&request->exchange);
    request_count_memory(listener, request);
}

/* The library reads from the body, ours or lent, and does not keep it. */
static struct MHD_Response *make_response(struct listener *listener, struct request *request)
{
    const struct http_exchange *exchange = &request->exchange;
    if (exchange->stream != NULL)
        return body_stream_begin(listener, request);
    const struct bytes body =
        exchange->lent.data != NULL ? exchange->lent : buffer_bytes(&exchange->reply);
    return MHD_create_response_from_buffer(body.size, (void *)(uintptr_t)body.data,
                                           MHD_RESPMEM_PERSISTENT);
}

/* Sends the reply. The handler's end() comes first: whoever reads the answer may rely on it. */
static enum MHD_Result send_reply(struct listener *listener, struct request *request)
{
    struct http_exchange *exchange = &request->exchange;
    ASSERT(exchange->status != 0);
    request_count_memory(listener, request);
    if (exchange->reply.size > REQUEST_SMALL_BYTES && !listener_has_memory(listener))
        refuse_for_memory(listener, request);
    end_exchange(listener, request);
    connection_enter(listener->connections, request->watched, CONNECTION_REPLY);
    if (exchange->reply.failed) {
        buffer_clear(&exchange->reply); /* No memory for words: the status alone… */
        if (exchange->status < 400) {   /* …and words were what was asked for. */
            exchange->status = 503;
            exchange->retry_after_s = 1;
        }
    }
    struct MHD_Response *response = make_response(listener, request);
    if (response == NULL)
        return MHD_NO;
    enum MHD_Result result = MHD_NO;
    bool complete = add_headers(response, listener, exchange);
    if (request->closes || listener_is_closing(listener))
        complete &= add_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    if (complete)
        result = MHD_queue_response(request->connection, (unsigned int)exchange->status, response);
    MHD_destroy_response(response);
    return result;
}

/* `problem`: why no handler gets to see it, or NULL. Chunks are read more forgivingly by the
 * library than by others, so nothing that stands behind them is ever taken for a request. */
static enum MHD_Result on_head(struct listener *listener, struct request *request,
                               const char *problem)
{
    struct http_exchange *exchange = &request->exchange;
    const struct http_handler *handler = &listener->handler;
    connection_enter(listener->connections, request->watched, CONNECTION_BODY);
    request->closes = problem != NULL || has_header(exchange, HTTP_TRANSFER_ENCODING);
    if (request->closes) /* Whatever is still coming: the client gets to see its answer. */
        connection_linger(listener->connections, request->watched);
    if (problem != NULL) {
        http_refuse(exchange, 400, "BAD_REQUEST", problem);
        return send_reply(listener, request);
    }
    request->began = true;
    handler->begin(handler->context, exchange);
    if (listener_is_closing(listener) && exchange->status == 0)
        refuse_unavailable(exchange);
    const bool follows = body_follows(exchange);
    const bool too_large = exchange->content_length > listener->settings.body_bytes_max;
    if (exchange->status != 0 && follows && (too_large || has_header(exchange, HTTP_EXPECT))) {
        connection_linger(listener->connections, request->watched);
        return send_reply(listener, request);
    }
    if (exchange->status == 0 && exchange->content_length > 0 && exchange->take_body == NULL &&
        request_reserve_body(listener, request, (size_t)exchange->content_length) != OK)
        refuse_unavailable(exchange);
    return MHD_YES;
}

/* A piece of a body that the handler takes itself. Such a body is long, and comes from somebody who
 * was let in: the time limit is for each megabyte of it. */
static void hand_over(struct listener *listener, struct request *request, struct bytes piece)
{
    const uint64_t seen_before = request->seen_bytes;
    request->seen_bytes += piece.size;
    request->exchange.take_body(&request->exchange, piece);
    if (request->seen_bytes / TIMED_BYTES > seen_before / TIMED_BYTES)
        connection_enter(listener->connections, request->watched, CONNECTION_BODY);
}

static enum MHD_Result on_body(struct listener *listener, struct request *request,
                               const char *piece, size_t *piece_bytes)
{
    struct http_exchange *exchange = &request->exchange;
    const struct bytes bytes = {(const uint8_t *)piece, *piece_bytes};
    *piece_bytes = 0;
    if (exchange->status == 0 && exchange->take_body != NULL)
        hand_over(listener, request, bytes);
    else if (exchange->status != 0)
        request->seen_bytes += bytes.size;
    else if (request_take_body(listener, request, bytes) != OK)
        refuse_unavailable(exchange);
    return request->seen_bytes > LINGER_BYTES_MAX ? MHD_NO : MHD_YES;
}

static void on_wake(struct http_exchange *exchange)
{
    struct request *request = (struct request *)(void *)exchange;
    MHD_resume_connection(request->connection);
}

/* The connection sleeps until the handler wakes it. */
static enum MHD_Result await(struct listener *listener, struct request *request)
{
    const struct http_handler *handler = &listener->handler;
    request_count_memory(listener, request);
    request->awaiting = true;
    request->exchange.wake = on_wake;
    MHD_suspend_connection(request->connection);
    handler->await(handler->context, &request->exchange);
    return MHD_YES;
}

/* The request is complete: asks the handler, unless there is a reply already. */
static enum MHD_Result on_complete(struct listener *listener, struct request *request)
{
    struct http_exchange *exchange = &request->exchange;
    const struct http_handler *handler = &listener->handler;
    connection_enter(listener->connections, request->watched, CONNECTION_BUSY);
    if (exchange->status != 0)
        return send_reply(listener, request);
    if (request->awaiting) {
        if (handler->finish(handler->context, exchange))
            return send_reply(listener, request);
        return await(listener, request);
    }
    exchange->now_ms = listener->settings.os->now_ms(listener->settings.os);
    if (request->body_bytes > 0) {
        memset(request->body + request->body_bytes, 0, JSON_PADDING_BYTES);
        exchange->body = (struct bytes){request->body, request->body_bytes};
    }
    if (handler->execute(handler->context, exchange))
        return send_reply(listener, request);
    return await(listener, request);
}

/* NOLINTBEGIN(readability-function-size) */
/* tidy: allow function-parameters, the library's signature */
static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *piece,
                                  size_t *piece_bytes, void **slot)
{
    struct listener *listener = context;
    struct os *os = listener->settings.os;
    struct request *request = *slot;
    if (request != NULL)
        return *piece_bytes > 0 ? on_body(listener, request, piece, piece_bytes)
                                : on_complete(listener, request);
    const struct peer *peer = peer_of(connection);
    request = peer == NULL ? NULL : request_begin(listener);
    if (request == NULL)
        return MHD_NO; /* No memory: the connection ends. */
    *slot = request;
    request->connection = connection;
    request->watched = peer->watched;
    request->exchange.now_ms = os->now_ms(os);
    const struct head_line line = {url, method, version};
    return on_head(listener, request, head_read(request, peer, &line));
}
/* NOLINTEND(readability-function-size) */

static void on_completed(void *context, struct MHD_Connection *connection, void **slot,
                         enum MHD_RequestTerminationCode code)
{
    (void)connection;
    (void)code;
    struct listener *listener = context;
    struct request *request = *slot;
    if (request == NULL)
        return;
    *slot = NULL;
    end_exchange(listener, request);
    body_stream_end(listener, request);
    connection_enter(listener->connections, request->watched, CONNECTION_HEAD);
    request_end(listener, request);
}

static void on_connection(void *context, struct MHD_Connection *connection, void **slot,
                          enum MHD_ConnectionNotificationCode code)
{
    struct listener *listener = context;
    switch (code) {
    case MHD_CONNECTION_NOTIFY_STARTED:
        *slot = peer_open(listener->connections, listener->settings.tls, connection);
        if (*slot == NULL) { /* Nobody would watch it. */
            const int fd =
                MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
            (void)shutdown(fd, SHUT_RDWR);
        }
        return;
    case MHD_CONNECTION_NOTIFY_CLOSED:
        peer_close(*slot);
        return;
    }
}

/* What it returns would become the request's slot. */
static void *on_target(void *context, const char *uri, struct MHD_Connection *connection)
{
    (void)context;
    struct peer *peer = peer_of(connection);
    if (peer != NULL)
        head_note_target(peer, uri);
    return NULL;
}

/* Decodes %XX in place. What is malformed stays as it is, and so does %00, which would cut the
 * text. */
static size_t on_unescape(void *context, struct MHD_Connection *connection, char *text)
{
    (void)context;
    (void)connection;
    size_t size = 0;
    for (const char *at = text; *at != '\0';) {
        const int high = at[0] == '%' ? head_hex_value(at[1]) : -1;
        const int low = high < 0 ? -1 : head_hex_value(at[2]);
        const bool decoded = low >= 0 && high + low > 0;
        text[size++] = (char)(decoded ? high << 4 | low : at[0]);
        at += decoded ? 3 : 1;
    }
    text[size] = '\0';
    return size;
}

static void on_log(void *context, const char *format, va_list arguments) PRINTF(2, 0);

static void on_log(void *context, const char *format, va_list arguments)
{
    (void)context;
    char text[512];
    (void)vsnprintf(text, sizeof(text), format, arguments);
    text[strcspn(text, "\n")] = '\0';
    log_line(LOG_DEBUG, "event=http_library text=\"%s\"", text);
}

/* NOLINTBEGIN(readability-function-size) */
/* The library wants a certificate, or somebody to ask for one. Each session of ours shows its own
 * (peer.c), so this is asked only where that failed for want of memory: then there is none. */
/* tidy: allow function-parameters, the library's signature */
static int on_certificate(gnutls_session_t session, const gnutls_datum_t *names, int names_count,
                          const gnutls_pk_algorithm_t *algorithms, int algorithms_count,
                          gnutls_pcert_st **chain, unsigned int *chain_count, gnutls_privkey_t *key)
{
    (void)session;
    (void)names;
    (void)names_count;
    (void)algorithms;
    (void)algorithms_count;
    (void)chain;
    (void)chain_count;
    (void)key;
    return -1;
}
/* NOLINTEND(readability-function-size) */

bool library_start(struct listener *listener)
{
    const struct listener_settings *settings = &listener->settings;
    unsigned int flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME |
                         MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ERROR_LOG;
    struct MHD_OptionItem tls_options[] = {
        {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)tls_priorities},
        {MHD_OPTION_HTTPS_CERT_CALLBACK, 0, (void *)(uintptr_t)on_certificate},
        {MHD_OPTION_END, 0, NULL},
    };
    if (settings->tls != NULL)
        flags |= MHD_USE_TLS;
    else
        tls_options[0] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
    /* One thread is the library's plain form; a pool of one it refuses. The limit on connections is
     * ours (connections.c), so its own, which is split between threads, is set out of reach. */
    const unsigned int pool_threads = settings->threads_count > 1 ? settings->threads_count : 0;
    const unsigned int connections_max =
        (settings->limits.connections_max + 1) * (settings->threads_count + 1);
    listener->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, listener, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
        MHD_OPTION_THREAD_POOL_SIZE, pool_threads, MHD_OPTION_CONNECTION_LIMIT, connections_max,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY_BYTES,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, listener, MHD_OPTION_NOTIFY_CONNECTION,
        on_connection, listener, MHD_OPTION_UNESCAPE_CALLBACK, on_unescape, NULL,
        MHD_OPTION_URI_LOG_CALLBACK, on_target, NULL, MHD_OPTION_ARRAY, tls_options,
        MHD_OPTION_END);
    return listener->daemon != NULL;
}

void library_stop(struct listener *listener)
{
    if (listener->daemon != NULL)
        MHD_stop_daemon(listener->daemon);
}

bool library_add(struct listener *listener, int fd, const void *peer, uint32_t peer_bytes)
{
    return MHD_add_connection(listener->daemon, fd, peer, (socklen_t)peer_bytes) == MHD_YES;
}
