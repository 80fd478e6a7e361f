/* The server's part of an exchange, as src/server/library.c plays it. */
#include "exchange_case.h"

#include <stdlib.h>
#include <string.h>

#include "wire/json.h"

enum { PIECE_BYTES = 1000 };

void exchange_case_init(struct exchange_case *one)
{
    *one = (struct exchange_case){.body = NULL};
    buffer_init(&one->exchange.reply);
    arena_init(&one->exchange.arena);
    pthread_mutex_init(&one->lock, NULL);
    pthread_cond_init(&one->changed, NULL);
    http_exchange_reset(&one->exchange);
}

void exchange_case_deinit(struct exchange_case *one)
{
    buffer_deinit(&one->exchange.reply);
    arena_deinit(&one->exchange.arena);
    pthread_cond_destroy(&one->changed);
    pthread_mutex_destroy(&one->lock);
    free(one->body);
}

void exchange_case_begin(struct exchange_case *one, const char *method, const char *path,
                         int64_t now_ms)
{
    http_exchange_reset(&one->exchange);
    one->exchange.method = bytes_from_text(method);
    one->exchange.path = bytes_from_text(path);
    one->exchange.now_ms = now_ms;
    one->woken = one->awaited = false;
}

void exchange_case_header(struct exchange_case *one, enum http_header header, const char *text)
{
    struct http_header_value *value = &one->exchange.headers[header];
    if (value->count++ == 0)
        value->text = bytes_from_text(text);
}

void exchange_case_parameter(struct exchange_case *one, const char *name, const char *value)
{
    ASSERT(one->exchange.parameters_count < HTTP_PARAMETERS_MAX);
    one->exchange.parameters[one->exchange.parameters_count++] =
        (struct http_parameter){bytes_from_text(name), bytes_from_text(value)};
}

void exchange_case_body(struct exchange_case *one, struct bytes body)
{
    free(one->body);
    one->body = malloc(body.size + JSON_PADDING_BYTES);
    ASSERT(one->body != NULL);
    if (body.size > 0)
        memcpy(one->body, body.data, body.size);
    memset(one->body + body.size, 0, JSON_PADDING_BYTES);
    one->exchange.body = (struct bytes){one->body, body.size};
    one->exchange.content_length = (int64_t)body.size;
}

static void wake(struct http_exchange *exchange)
{
    struct exchange_case *one = (struct exchange_case *)(void *)exchange;
    pthread_mutex_lock(&one->lock);
    one->woken = true;
    pthread_cond_signal(&one->changed);
    pthread_mutex_unlock(&one->lock);
}

static void wake_nobody(struct http_stream *stream)
{
    (void)stream;
}

/* What a stream has to say at first becomes the reply. */
static void read_stream(struct http_exchange *exchange)
{
    struct http_stream *stream = exchange->stream;
    uint8_t piece[256];
    if (stream == NULL)
        return;
    stream->wake = wake_nobody;
    for (int64_t count = 1; count > 0;) {
        count = stream->read(stream, piece, sizeof(piece));
        if (count > 0)
            buffer_append(&exchange->reply, (struct bytes){piece, (size_t)count});
    }
    stream->close(stream);
    exchange->stream = NULL;
}

void exchange_case_run(struct exchange_case *one, const struct http_handler *handler)
{
    struct http_exchange *exchange = &one->exchange;
    handler->begin(handler->context, exchange);
    const struct bytes body = exchange->body;
    if (exchange->status == 0 && exchange->take_body != NULL)
        exchange->body = (struct bytes){NULL, 0};
    for (size_t at = 0; at < body.size && exchange->status == 0 && exchange->take_body != NULL;) {
        const size_t rest = body.size - at;
        const size_t piece = rest < PIECE_BYTES ? rest : PIECE_BYTES;
        exchange->take_body(exchange, (struct bytes){body.data + at, piece});
        at += piece;
    }
    bool complete = exchange->status != 0 || handler->execute(handler->context, exchange);
    while (!complete) {
        one->awaited = true;
        one->woken = false;
        exchange->wake = wake;
        handler->await(handler->context, exchange);
        pthread_mutex_lock(&one->lock);
        while (!one->woken)
            pthread_cond_wait(&one->changed, &one->lock);
        pthread_mutex_unlock(&one->lock);
        complete = handler->finish(handler->context, exchange);
    }
    handler->end(handler->context, exchange);
    read_stream(exchange);
}

struct bytes exchange_case_reply(const struct exchange_case *one)
{
    return buffer_bytes(&one->exchange.reply);
}
