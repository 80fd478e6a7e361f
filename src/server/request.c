/* Requests keep their memory for the next one: a busy service allocates no bodies. */
#include "server/request.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "wire/json.h"

enum { BODY_BYTES_MIN = 4096 };

static void request_destroy(struct request *request)
{
    if (request == NULL)
        return;
    buffer_deinit(&request->exchange.reply);
    arena_deinit(&request->exchange.arena);
    free(request->body);
    free(request);
}

static struct request *request_create(void)
{
    struct request *request = calloc(1, sizeof(*request));
    if (request == NULL)
        return NULL;
    buffer_init(&request->exchange.reply);
    arena_init(&request->exchange.arena);
    return request;
}

struct request *request_begin(struct listener *listener)
{
    pthread_mutex_lock(&listener->lock);
    struct request *request = listener->idle;
    if (request != NULL) {
        listener->idle = request->next_idle;
        listener->idle_count--;
    }
    listener->under_way++;
    pthread_mutex_unlock(&listener->lock);
    if (request == NULL)
        request = request_create();
    if (request == NULL) {
        request_end(listener, NULL);
        return NULL;
    }
    http_exchange_reset(&request->exchange);
    request->connection = NULL;
    request->watched = NULL;
    request->body_bytes = 0;
    request->seen_bytes = 0;
    request->began = false;
    request->ended = false;
    request->awaiting = false;
    return request;
}

void request_end(struct listener *listener, struct request *request)
{
    pthread_mutex_lock(&listener->lock);
    const bool kept = request != NULL && listener->idle_count < IDLE_EXCHANGES_MAX;
    if (kept) {
        request->next_idle = listener->idle;
        listener->idle = request;
        listener->idle_count++;
    }
    listener->under_way--;
    pthread_cond_broadcast(&listener->changed);
    pthread_mutex_unlock(&listener->lock);
    if (!kept)
        request_destroy(request);
}

void requests_free_idle(struct listener *listener)
{
    while (listener->idle != NULL) {
        struct request *next = listener->idle->next_idle;
        request_destroy(listener->idle);
        listener->idle = next;
    }
}

bool listener_is_closing(struct listener *listener)
{
    pthread_mutex_lock(&listener->lock);
    const bool closing = listener->closing;
    pthread_mutex_unlock(&listener->lock);
    return closing;
}

enum err request_reserve_body(struct request *request, size_t bytes)
{
    if (bytes <= request->body_bytes_max && request->body != NULL)
        return OK;
    size_t bytes_max =
        request->body_bytes_max < BODY_BYTES_MIN ? BODY_BYTES_MIN : request->body_bytes_max;
    while (bytes_max < bytes)
        bytes_max *= 2;
    uint8_t *body = realloc(request->body, bytes_max + JSON_PADDING_BYTES);
    if (body == NULL)
        return ERR_MEMORY;
    request->body = body;
    request->body_bytes_max = bytes_max;
    return OK;
}

enum err request_take_body(struct request *request, struct bytes piece, int64_t bytes_max)
{
    request->seen_bytes += piece.size;
    if (request->seen_bytes > (uint64_t)bytes_max) {
        request->exchange.body_too_large = true;
        return OK;
    }
    const enum err error = request_reserve_body(request, request->body_bytes + piece.size);
    if (error != OK)
        return error;
    memcpy(request->body + request->body_bytes, piece.data, piece.size);
    request->body_bytes += piece.size;
    return OK;
}
