/* Requests keep their memory for the next one: a busy service allocates no bodies. What they all
 * hold is counted, for a client that sends slowly or does not read holds its own for long; beyond
 * the listener's maximum only what is small is taken and given. A body is counted before it is
 * allocated, an answer and the memory behind it when they are there: each thread may pass the
 * maximum by one request. */
#include "server/request.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "os/log.h"
#include "wire/json.h"

enum { BODY_BYTES_MIN = 4096, WARN_US = 1000000 };

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
    request->closes = false;
    return request;
}

static void wipe(struct request *request)
{
    struct buffer *reply = &request->exchange.reply;
    if (request->body != NULL)
        explicit_bzero(request->body, request->body_bytes);
    if (reply->data != NULL)
        explicit_bzero(reply->data, reply->size);
}

static size_t memory_of(const struct request *request)
{
    return request->body_bytes_max + request->exchange.reply.capacity +
           arena_bytes(&request->exchange.arena);
}

/* With the lock. */
static void count_memory(struct listener *listener, struct request *request, size_t bytes)
{
    ASSERT(listener->memory_bytes >= request->counted_bytes);
    listener->memory_bytes = listener->memory_bytes - request->counted_bytes + bytes;
    request->counted_bytes = bytes;
}

void request_count_memory(struct listener *listener, struct request *request)
{
    const size_t bytes = memory_of(request);
    if (bytes == request->counted_bytes)
        return;
    pthread_mutex_lock(&listener->lock);
    count_memory(listener, request, bytes);
    pthread_mutex_unlock(&listener->lock);
}

/* With the lock. */
static void warn_of_memory(struct listener *listener)
{
    struct os *os = listener->settings.os;
    if (os->uptime_us(os) - listener->memory_warned_us < WARN_US)
        return;
    listener->memory_warned_us = os->uptime_us(os);
    log_line(LOG_WARN, "event=requests_memory_full listen=%s max_bytes=%" PRId64, listener->address,
             listener->settings.memory_bytes_max);
}

bool listener_has_memory(struct listener *listener)
{
    pthread_mutex_lock(&listener->lock);
    const bool has = listener->memory_bytes < (uint64_t)listener->settings.memory_bytes_max;
    if (!has)
        warn_of_memory(listener);
    pthread_mutex_unlock(&listener->lock);
    return has;
}

/* Gives back what one large request took and few others will need. */
static void trim(struct request *request)
{
    struct buffer *reply = &request->exchange.reply;
    arena_reset(&request->exchange.arena);
    if (reply->capacity > REPLY_KEPT_BYTES_MAX) {
        buffer_deinit(reply);
        buffer_init(reply);
    }
    if (request->body_bytes_max > BODY_KEPT_BYTES_MAX) {
        free(request->body);
        request->body = NULL;
        request->body_bytes_max = 0;
    }
}

/* Idle requests keep no more than half of what all may hold. */
void request_end(struct listener *listener, struct request *request)
{
    if (request != NULL && listener->settings.is_secret)
        wipe(request);
    if (request != NULL)
        trim(request);
    const size_t bytes = request == NULL ? 0 : memory_of(request);
    pthread_mutex_lock(&listener->lock);
    const bool kept = request != NULL && listener->idle_count < IDLE_EXCHANGES_MAX &&
                      listener->memory_bytes <= (uint64_t)listener->settings.memory_bytes_max / 2;
    if (request != NULL)
        count_memory(listener, request, kept ? bytes : 0);
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

/* Takes a growth of the body from what requests may hold. */
static bool take_memory(struct listener *listener, struct request *request, size_t bytes)
{
    pthread_mutex_lock(&listener->lock);
    const bool fits =
        request->body_bytes_max + bytes <= REQUEST_SMALL_BYTES ||
        listener->memory_bytes + bytes <= (uint64_t)listener->settings.memory_bytes_max;
    if (fits)
        count_memory(listener, request, request->counted_bytes + bytes);
    else
        warn_of_memory(listener);
    pthread_mutex_unlock(&listener->lock);
    return fits;
}

enum err request_reserve_body(struct listener *listener, struct request *request, size_t bytes)
{
    if (bytes <= request->body_bytes_max && request->body != NULL)
        return OK;
    size_t bytes_max =
        request->body_bytes_max < BODY_BYTES_MIN ? BODY_BYTES_MIN : request->body_bytes_max;
    while (bytes_max < bytes)
        bytes_max *= 2;
    if (!take_memory(listener, request, bytes_max - request->body_bytes_max))
        return ERR_MEMORY;
    uint8_t *body = realloc(request->body, bytes_max + JSON_PADDING_BYTES);
    if (body == NULL)
        return ERR_MEMORY;
    request->body = body;
    request->body_bytes_max = bytes_max;
    return OK;
}

enum err request_take_body(struct listener *listener, struct request *request, struct bytes piece)
{
    request->seen_bytes += piece.size;
    if (request->seen_bytes > (uint64_t)listener->settings.body_bytes_max) {
        request->exchange.body_too_large = true;
        return OK;
    }
    const enum err error =
        request_reserve_body(listener, request, request->body_bytes + piece.size);
    if (error != OK)
        return error;
    memcpy(request->body + request->body_bytes, piece.data, piece.size);
    request->body_bytes += piece.size;
    return OK;
}
