/* Bytes as they come out of a socket, through the HTTP library and server/head.c: whatever a
 * handler gets to see, a plain reader of the same bytes sees too, in the same order, with the same
 * body. So nothing can be hidden from a careful program in front of us (request smuggling). */
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "fuzz.h"
#include "http_plain.h"
#include "os/os.h"
#include "server/listener_internal.h"

enum { SEEN_MAX = 16, BODY_BYTES_LARGEST = 65536, REPLY_BYTES_MAX = 1024 * 1024 };

/* A request that the handler got to its end. */
struct seen {
    struct buffer method;
    struct buffer path;
    struct buffer body;
    struct buffer content_type;
    struct buffer api_key;
};

/* What came out of the connection at hand. `lock` guards it: the library has a thread. */
static struct {
    pthread_mutex_t lock;
    struct seen seen[SEEN_MAX];
    uint32_t count;
} record = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void handler_begin(void *context, struct http_exchange *exchange)
{
    (void)context;
    (void)exchange;
}

static bool handler_execute(void *context, struct http_exchange *exchange)
{
    (void)context;
    pthread_mutex_lock(&record.lock);
    if (record.count < SEEN_MAX) {
        struct seen *seen = &record.seen[record.count++];
        buffer_append(&seen->method, exchange->method);
        buffer_append(&seen->path, exchange->path);
        buffer_append(&seen->body, exchange->body);
        buffer_append(&seen->content_type, exchange->headers[HTTP_CONTENT_TYPE].text);
        buffer_append(&seen->api_key, exchange->headers[HTTP_API_KEY].text);
    }
    pthread_mutex_unlock(&record.lock);
    exchange->status = 200;
    reply_encode_ok(&exchange->reply);
    return true;
}

static void handler_await(void *context, struct http_exchange *exchange)
{
    (void)context;
    (void)exchange;
    ASSERT(false); /* Everything is complete at once. */
}

static void handler_end(void *context, struct http_exchange *exchange)
{
    (void)context;
    (void)exchange;
}

/* One listener for all inputs, with the settings of stockd but for its sizes. */
static struct listener *the_listener(void)
{
    static struct listener *listener;
    if (listener != NULL)
        return listener;
    char problem[LISTENER_PROBLEM_BYTES];
    const struct listener_settings settings = {
        .os = os_real(),
        .address = "127.0.0.1:0",
        .headers = answer_headers_public,
        .threads_count = 1,
        .body_bytes_max = BODY_BYTES_LARGEST,
        .memory_bytes_max = INT64_C(64) * 1024 * 1024,
        .limits = {.connections_max = 64, .idle_ms = 10000, .request_ms = 10000},
    };
    const struct http_handler handler = {NULL,          handler_begin,   handler_execute,
                                         handler_await, handler_execute, handler_end};
    ASSERT(listener_open(&settings, problem, &listener) == OK);
    ASSERT(listener_start(listener, handler, problem) == OK);
    for (size_t i = 0; i < SEEN_MAX; i++) {
        struct seen *seen = &record.seen[i];
        struct buffer *buffers[] = {&seen->method, &seen->path, &seen->body, &seen->content_type,
                                    &seen->api_key};
        for (size_t k = 0; k < sizeof(buffers) / sizeof(buffers[0]); k++)
            buffer_init(buffers[k]);
    }
    return listener;
}

static void record_clear(void)
{
    pthread_mutex_lock(&record.lock);
    record.count = 0;
    for (size_t i = 0; i < SEEN_MAX; i++) {
        buffer_clear(&record.seen[i].method);
        buffer_clear(&record.seen[i].path);
        buffer_clear(&record.seen[i].body);
        buffer_clear(&record.seen[i].content_type);
        buffer_clear(&record.seen[i].api_key);
    }
    pthread_mutex_unlock(&record.lock);
}

/* Sends the bytes over a connection of their own, and reads until it is closed. */
static void send_bytes(struct listener *listener, struct bytes bytes, struct buffer *replies)
{
    int sockets[2];
    uint8_t piece[4096];
    const struct sockaddr nowhere = {.sa_family = AF_UNIX};
    ASSERT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) == 0);
    ASSERT(connection_expect(listener->connections, sockets[1]));
    ASSERT(library_add(listener, sockets[1], &nowhere, sizeof(nowhere)));
    size_t sent = 0;
    while (sent < bytes.size) {
        const ssize_t wrote = send(sockets[0], bytes.data + sent, bytes.size - sent, MSG_NOSIGNAL);
        if (wrote <= 0)
            break; /* It was closed: an answer stands there. */
        sent += (size_t)wrote;
    }
    (void)shutdown(sockets[0], SHUT_WR);
    for (;;) {
        const ssize_t got = recv(sockets[0], piece, sizeof(piece), 0);
        if (got <= 0)
            break;
        if (replies->size < REPLY_BYTES_MAX)
            buffer_append(replies, (struct bytes){piece, (size_t)got});
    }
    (void)close(sockets[0]);
}

/* Percent-decoded, as docs/contract.md §0.1 has paths; the query is cut off. */
static void decode_path(struct bytes target, struct buffer *path)
{
    static const char digits[] = "0123456789abcdef";
    (void)bytes_split(target, '?', &target);
    for (size_t i = 0; i < target.size; i++) {
        unsigned code[2] = {16, 16};
        for (size_t k = 0; k < 2 && target.data[i] == '%' && i + k + 1 < target.size; k++) {
            const uint8_t letter = target.data[i + k + 1];
            const uint8_t lower = letter >= 'A' && letter <= 'F' ? letter | 0x20 : letter;
            const char *found = lower == '\0' ? NULL : strchr(digits, lower);
            code[k] = found == NULL ? 16 : (unsigned)(found - digits);
        }
        const bool coded = code[0] < 16 && code[1] < 16;
        buffer_append_u8(path, coded ? (uint8_t)(code[0] * 16 + code[1]) : target.data[i]);
        i += coded ? 2 : 0;
    }
}

static void check_field(const struct http_plain *plain, const char *name, const struct buffer *seen)
{
    struct bytes value = {NULL, 0};
    (void)http_plain_field(plain, name, &value);
    ASSERT(bytes_equal(bytes_trim(buffer_bytes(seen)), bytes_trim(value)));
}

/* What was seen is what a plain reader sees. */
static void check_seen(const struct seen *seen, const struct http_plain *plain)
{
    struct buffer path;
    buffer_init(&path);
    decode_path(plain->target, &path);
    ASSERT(bytes_equal(buffer_bytes(&seen->method), plain->method));
    check_equal(&seen->path, &path);
    check_equal(&seen->body, &plain->body);
    check_field(plain, "Content-Type", &seen->content_type);
    check_field(plain, "Api-Key", &seen->api_key);
    buffer_deinit(&path);
}

void fuzz_http(struct bytes input)
{
    struct listener *listener = the_listener();
    struct buffer replies;
    buffer_init(&replies);
    record_clear();
    send_bytes(listener, input, &replies);
    ASSERT(replies.size == 0 || bytes_starts_with(buffer_bytes(&replies), BYTES("HTTP/1.1 ")));
    pthread_mutex_lock(&record.lock);
    struct bytes rest = input;
    for (uint32_t i = 0; i < record.count; i++) {
        struct http_plain plain;
        const enum http_plain_verdict verdict = http_plain_read(rest, &plain);
        /* Of chunks the library takes more than the letter of it, so nothing behind them may ever
         * be a request. */
        ASSERT(verdict == HTTP_PLAIN_WHOLE || plain.chunked);
        ASSERT(!plain.chunked || i + 1 == record.count);
        if (verdict == HTTP_PLAIN_WHOLE)
            check_seen(&record.seen[i], &plain);
        rest = (struct bytes){rest.data + plain.size, rest.size - plain.size};
        http_plain_deinit(&plain);
    }
    pthread_mutex_unlock(&record.lock);
    buffer_deinit(&replies);
}
