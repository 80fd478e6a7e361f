/* The HTTP library's callbacks: the way of a request from its head to its reply. The library calls
 * on_request() with the head, then with each piece of the body, then once more; and again after a
 * suspended request was resumed. Replies that are due before the body was read wait for its end, so
 * that the connection stays usable; only a body that is too large, or one that the client has not
 * begun to send (Expect: 100-continue), is answered at once. */
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/date.h"
#include "base/limits.h"
#include "os/log.h"
#include "server/request.h"
#include "wire/json.h"

enum { NUMBER_BYTES = 32 };

static const struct {
    const char *name;
    enum http_header header;
} read_headers[] = {
    {"Api-Key", HTTP_API_KEY},
    {"Authorization", HTTP_AUTHORIZATION},
    {"X-Business-Id", HTTP_BUSINESS_ID},
    {"Content-Length", HTTP_CONTENT_LENGTH},
    {"Content-Type", HTTP_CONTENT_TYPE},
    {"Expect", HTTP_EXPECT},
    {"Transfer-Encoding", HTTP_TRANSFER_ENCODING},
    {"User-Agent", HTTP_USER_AGENT},
    {"X-Market-Integration", HTTP_MARKET_INTEGRATION},
};

static enum MHD_Result take_header(void *context, enum MHD_ValueKind kind, const char *name,
                                   size_t name_bytes, const char *value, size_t value_bytes)
{
    (void)kind;
    struct http_exchange *exchange = context;
    const struct bytes found = {(const uint8_t *)name, name_bytes};
    for (size_t i = 0; i < sizeof(read_headers) / sizeof(read_headers[0]); i++) {
        struct http_header_value *header = &exchange->headers[read_headers[i].header];
        if (!bytes_equal_ignoring_case(found, bytes_from_text(read_headers[i].name)))
            continue;
        if (header->count++ == 0)
            header->text = (struct bytes){(const uint8_t *)value, value_bytes};
    }
    return MHD_YES;
}

static enum MHD_Result take_parameter(void *context, enum MHD_ValueKind kind, const char *name,
                                      size_t name_bytes, const char *value, size_t value_bytes)
{
    (void)kind;
    struct http_exchange *exchange = context;
    if (exchange->parameters_count++ < HTTP_PARAMETERS_MAX) {
        exchange->parameters[exchange->parameters_count - 1] =
            (struct http_parameter){{(const uint8_t *)name, name_bytes},
                                    {(const uint8_t *)value, value == NULL ? 0 : value_bytes}};
    }
    return MHD_YES;
}

static void read_head(struct listener *listener, struct request *request, const char *url,
                      const char *method)
{
    struct http_exchange *exchange = &request->exchange;
    struct os *os = listener->settings.os;
    exchange->now_ms = os->now_ms(os);
    exchange->method = bytes_from_text(method);
    exchange->path = bytes_from_text(url);
    (void)MHD_get_connection_values_n(request->connection, MHD_HEADER_KIND, take_header, exchange);
    (void)MHD_get_connection_values_n(request->connection, MHD_GET_ARGUMENT_KIND, take_parameter,
                                      exchange);
    const struct http_header_value *length = &exchange->headers[HTTP_CONTENT_LENGTH];
    if (length->count > 0 && !bytes_to_int64(length->text, &exchange->content_length))
        exchange->content_length = INT64_MAX; /* More than we can count is too much in any case. */
}

static bool has_header(const struct http_exchange *exchange, enum http_header header)
{
    return exchange->headers[header].count > 0;
}

/* A body was announced. */
static bool body_follows(const struct http_exchange *exchange)
{
    return exchange->content_length > 0 || has_header(exchange, HTTP_TRANSFER_ENCODING);
}

/* What no handler gets to see: two measures of one body, as whoever reads the other one sees
 * another request behind it (RFC 9112 §6.3); a coding that we cannot read; a query with more than
 * we look at. NULL: the head is fine. */
static const char *head_problem(const struct http_exchange *exchange)
{
    const uint32_t lengths_count = exchange->headers[HTTP_CONTENT_LENGTH].count;
    const struct http_header_value *coding = &exchange->headers[HTTP_TRANSFER_ENCODING];
    if (lengths_count > 1 || (lengths_count == 1 && coding->count > 0))
        return "More than one Content-Length, or one together with Transfer-Encoding";
    if (coding->count > 1 ||
        (coding->count == 1 &&
         !bytes_equal_ignoring_case(bytes_trim(coding->text), BYTES("chunked"))))
        return "The only supported Transfer-Encoding is chunked";
    if (exchange->parameters_count > HTTP_PARAMETERS_MAX)
        return "Too many query parameters";
    return NULL;
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

static bool add_headers(struct MHD_Response *response, const struct http_exchange *exchange)
{
    bool added = add_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, exchange->content_type);
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
    listener->settings.handler.end(listener->settings.handler.context, &request->exchange);
}

/* Sends the reply. The handler's end() comes first: whoever reads the answer may rely on it. */
static enum MHD_Result send_reply(struct listener *listener, struct request *request)
{
    struct http_exchange *exchange = &request->exchange;
    ASSERT(exchange->status != 0);
    end_exchange(listener, request);
    connection_enter(listener->connections, request->watched, CONNECTION_REPLY);
    if (exchange->reply.failed)
        buffer_clear(&exchange->reply); /* No memory for words: the status alone. */
    struct MHD_Response *response = MHD_create_response_from_buffer(
        exchange->reply.size, exchange->reply.data, MHD_RESPMEM_PERSISTENT);
    if (response == NULL)
        return MHD_NO;
    enum MHD_Result result = MHD_NO;
    bool complete = add_headers(response, exchange);
    if (listener_is_closing(listener))
        complete &= add_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    if (complete)
        result = MHD_queue_response(request->connection, (unsigned int)exchange->status, response);
    MHD_destroy_response(response);
    return result;
}

static void refuse_unavailable(struct http_exchange *exchange)
{
    exchange->retry_after_s = 1;
    http_refuse(exchange, 503, "SERVICE_UNAVAILABLE",
                "Service temporarily unavailable. Please, try again later");
}

static enum MHD_Result on_head(struct listener *listener, struct request *request)
{
    struct http_exchange *exchange = &request->exchange;
    const struct http_handler *handler = &listener->settings.handler;
    const char *problem = head_problem(exchange);
    connection_enter(listener->connections, request->watched, CONNECTION_BODY);
    if (problem != NULL) {
        http_refuse(exchange, 400, "BAD_REQUEST", problem);
        connection_linger(listener->connections, request->watched);
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
    if (exchange->status == 0 && exchange->content_length > 0 &&
        request_reserve_body(request, (size_t)exchange->content_length) != OK)
        refuse_unavailable(exchange);
    return MHD_YES;
}

static enum MHD_Result on_body(const struct listener *listener, struct request *request,
                               const char *piece, size_t *piece_bytes)
{
    struct http_exchange *exchange = &request->exchange;
    const struct bytes bytes = {(const uint8_t *)piece, *piece_bytes};
    *piece_bytes = 0;
    if (exchange->status != 0)
        request->seen_bytes += bytes.size;
    else if (request_take_body(request, bytes, listener->settings.body_bytes_max) != OK)
        refuse_unavailable(exchange);
    return request->seen_bytes > LINGER_BYTES_MAX ? MHD_NO : MHD_YES;
}

static void on_wake(struct http_exchange *exchange)
{
    struct request *request = (struct request *)(void *)exchange;
    MHD_resume_connection(request->connection);
}

/* The connection sleeps until the handler wakes it. */
static enum MHD_Result await(struct request *request, const struct http_handler *handler)
{
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
    const struct http_handler *handler = &listener->settings.handler;
    connection_enter(listener->connections, request->watched, CONNECTION_BUSY);
    if (exchange->status != 0)
        return send_reply(listener, request);
    if (request->awaiting) {
        if (handler->finish(handler->context, exchange))
            return send_reply(listener, request);
        return await(request, handler);
    }
    exchange->now_ms = listener->settings.os->now_ms(listener->settings.os);
    if (request->body_bytes > 0) {
        memset(request->body + request->body_bytes, 0, JSON_PADDING_BYTES);
        exchange->body = (struct bytes){request->body, request->body_bytes};
    }
    if (handler->execute(handler->context, exchange))
        return send_reply(listener, request);
    return await(request, handler);
}

static struct connection *watched_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info == NULL ? NULL : info->socket_context;
}

/* NOLINTBEGIN(readability-function-size) */
/* tidy: allow function-parameters, the library's signature */
static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *piece,
                                  size_t *piece_bytes, void **slot)
{
    (void)version;
    struct listener *listener = context;
    struct request *request = *slot;
    if (request != NULL)
        return *piece_bytes > 0 ? on_body(listener, request, piece, piece_bytes)
                                : on_complete(listener, request);
    struct connection *watched = watched_of(connection);
    request = watched == NULL ? NULL : request_begin(listener);
    if (request == NULL)
        return MHD_NO; /* No memory: the connection ends. */
    *slot = request;
    request->connection = connection;
    request->watched = watched;
    read_head(listener, request, url, method);
    return on_head(listener, request);
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
    connection_enter(listener->connections, request->watched, CONNECTION_HEAD);
    request_end(listener, request);
}

static void on_connection(void *context, struct MHD_Connection *connection, void **slot,
                          enum MHD_ConnectionNotificationCode code)
{
    struct listener *listener = context;
    switch (code) {
    case MHD_CONNECTION_NOTIFY_STARTED:
        *slot = connection_open(
            listener->connections,
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd);
        return;
    case MHD_CONNECTION_NOTIFY_CLOSED:
        if (*slot != NULL)
            connection_close(listener->connections, *slot);
        return;
    }
}

static int hex_value(char letter)
{
    if (letter >= '0' && letter <= '9')
        return letter - '0';
    if (letter >= 'a' && letter <= 'f')
        return letter - 'a' + 10;
    return letter >= 'A' && letter <= 'F' ? letter - 'A' + 10 : -1;
}

/* Decodes %XX in place. What is malformed stays as it is, and so does %00, which would cut the
 * text. */
static size_t on_unescape(void *context, struct MHD_Connection *connection, char *text)
{
    (void)context;
    (void)connection;
    size_t size = 0;
    for (const char *at = text; *at != '\0';) {
        const int high = at[0] == '%' ? hex_value(at[1]) : -1;
        const int low = high < 0 ? -1 : hex_value(at[2]);
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

bool library_start(struct listener *listener)
{
    const struct listener_settings *settings = &listener->settings;
    const unsigned int flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME |
                               MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ERROR_LOG;
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
        on_connection, listener, MHD_OPTION_UNESCAPE_CALLBACK, on_unescape, NULL, MHD_OPTION_END);
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
