/* A short list under a mutex. What matches is encoded once, in the thread that answered, and copied
 * into the queue of each listener. */
#include "operator/request_streams.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/metric.h"
#include "base/metric_text.h"

#define STREAM_US_MAX (INT64_C(3600) * 1000000)

static const struct bytes greeting = BYTES_INIT("retry: 3000\n: open\n\n");
static const struct bytes heartbeat = BYTES_INIT(":\n\n");

static_assert(2 * REQUEST_LINE_BYTES_MAX < REQUEST_STREAM_BYTES_MAX, "entries fit in a queue");

struct request_stream {
    struct http_stream stream; /* First: what the server knows is one of these. */
    struct request_streams *streams;
    struct request_stream *next;
    struct request_stream **link;
    struct request_filter filter; /* Its method is the text below. */
    uint8_t method[REQUEST_METHOD_BYTES_MAX];
    int64_t opened_us;
    uint64_t session; /* 0: none. */
    struct buffer queue;
    size_t taken; /* Of the queue. */
    bool is_read; /* Once: the server has set wake(). */
    bool is_over; /* It ends behind what waits. */
    bool is_cut;
};

/* `lock` guards the list and all streams in it. The server's own locks are taken behind it, and
 * that of the sessions. */
struct request_streams {
    struct os *os;
    struct request_sink next;
    struct metric_counter opened; /* Of all; more than `closed` while somebody listens. */
    struct metric_counter closed;
    struct metric_counter cut;
    pthread_mutex_t lock;
    struct request_stream *first;
    uint32_t count;
    bool ended;
};

/* With the lock, as what follows. */
static void wake(struct request_stream *each)
{
    if (each->is_read)
        each->stream.wake(&each->stream);
}

/* The queue moves to its front when all of it was taken, or when that makes room. */
static void enqueue(struct request_stream *each, struct bytes event)
{
    struct buffer *queue = &each->queue;
    if (each->taken > 0 && queue->size + event.size > REQUEST_STREAM_BYTES_MAX) {
        memmove(queue->data, queue->data + each->taken, queue->size - each->taken);
        queue->size -= each->taken;
        each->taken = 0;
    }
    if (queue->size + event.size > REQUEST_STREAM_BYTES_MAX ||
        buffer_reserve(queue, event.size) != OK) {
        each->is_cut = true;
        metric_add(&each->streams->cut, 1);
    } else {
        buffer_append(queue, event);
    }
    wake(each);
}

static bool is_under_way(const struct request_stream *each)
{
    return !each->is_cut && !each->is_over;
}

static void hand_on(struct request_streams *streams, const struct request_entry *entry)
{
    struct buffer event;
    buffer_init(&event);
    pthread_mutex_lock(&streams->lock);
    for (struct request_stream *each = streams->first; each != NULL; each = each->next) {
        if (!is_under_way(each) || !request_filter_takes(&each->filter, entry))
            continue;
        if (event.size == 0) {
            buffer_append(&event, BYTES("event: request\ndata: "));
            request_entry_show(&event, entry);
            buffer_append(&event, BYTES("\n\n"));
        }
        if (!event.failed)
            enqueue(each, buffer_bytes(&event));
    }
    pthread_mutex_unlock(&streams->lock);
    buffer_deinit(&event);
}

static bool somebody_listens(const struct request_streams *streams)
{
    return metric_read(&streams->opened) != metric_read(&streams->closed);
}

static void sink_add(void *context, const struct request_entry *entry)
{
    struct request_streams *streams = context;
    streams->next.add(streams->next.context, entry);
    if (somebody_listens(streams))
        hand_on(streams, entry);
}

struct request_sink request_streams_sink(struct request_streams *streams)
{
    return (struct request_sink){streams, sink_add};
}

static int64_t stream_read(struct http_stream *base, uint8_t *data, size_t bytes_max)
{
    struct request_stream *stream = (struct request_stream *)(void *)base;
    struct buffer *queue = &stream->queue;
    pthread_mutex_lock(&stream->streams->lock);
    stream->is_read = true;
    const size_t left = queue->size - stream->taken;
    const size_t count = left < bytes_max ? left : bytes_max;
    if (count > 0)
        memcpy(data, queue->data + stream->taken, count);
    stream->taken += count;
    if (stream->taken == queue->size) {
        buffer_clear(queue);
        stream->taken = 0;
    }
    int64_t result = (int64_t)count;
    if (stream->is_cut)
        result = HTTP_STREAM_CUT;
    else if (count == 0 && stream->is_over)
        result = HTTP_STREAM_END;
    pthread_mutex_unlock(&stream->streams->lock);
    return result;
}

static void stream_close(struct http_stream *base)
{
    struct request_stream *stream = (struct request_stream *)(void *)base;
    struct request_streams *streams = stream->streams;
    pthread_mutex_lock(&streams->lock);
    *stream->link = stream->next;
    if (stream->next != NULL)
        stream->next->link = stream->link;
    streams->count--;
    pthread_mutex_unlock(&streams->lock);
    metric_add(&streams->closed, 1);
    buffer_deinit(&stream->queue);
    free(stream);
}

static enum err link_in(struct request_streams *streams, struct request_stream *stream)
{
    pthread_mutex_lock(&streams->lock);
    const bool fits = streams->count < REQUEST_STREAMS_MAX;
    if (fits) {
        stream->is_over = streams->ended;
        stream->next = streams->first;
        stream->link = &streams->first;
        if (stream->next != NULL)
            stream->next->link = &stream->next;
        streams->first = stream;
        streams->count++;
        metric_add(&streams->opened, 1);
    }
    pthread_mutex_unlock(&streams->lock);
    return fits ? OK : ERR_FULL;
}

static void copy_filter(struct request_stream *stream, const struct request_filter *filter)
{
    struct buffer method = {stream->method, 0, sizeof(stream->method), false};
    buffer_append(&method, bytes_clip(filter->method, sizeof(stream->method)));
    stream->filter = *filter;
    stream->filter.method = buffer_bytes(&method);
}

enum err request_streams_open(struct request_streams *streams, const struct request_filter *filter,
                              uint64_t session, struct http_stream **opened)
{
    struct request_stream *stream = calloc(1, sizeof(*stream));
    if (stream == NULL)
        return ERR_MEMORY;
    stream->stream = (struct http_stream){.read = stream_read, .close = stream_close};
    stream->streams = streams;
    stream->session = session;
    stream->opened_us = streams->os->uptime_us(streams->os);
    copy_filter(stream, filter);
    buffer_init(&stream->queue);
    buffer_append(&stream->queue, greeting);
    const enum err error = stream->queue.failed ? ERR_MEMORY : link_in(streams, stream);
    if (error == OK) {
        *opened = &stream->stream;
        return OK;
    }
    buffer_deinit(&stream->queue);
    free(stream);
    return error;
}

void request_streams_beat(struct request_streams *streams)
{
    const int64_t now_us = streams->os->uptime_us(streams->os);
    pthread_mutex_lock(&streams->lock);
    for (struct request_stream *each = streams->first; each != NULL; each = each->next) {
        each->is_over |= now_us - each->opened_us >= STREAM_US_MAX;
        if (is_under_way(each) && each->queue.size == 0)
            enqueue(each, heartbeat);
        else
            wake(each);
    }
    pthread_mutex_unlock(&streams->lock);
}

void request_streams_end_of_sessions(struct request_streams *streams, struct sessions *sessions)
{
    pthread_mutex_lock(&streams->lock);
    for (struct request_stream *each = streams->first; each != NULL; each = each->next) {
        if (each->session != 0 && !each->is_over && !sessions_is_open(sessions, each->session)) {
            each->is_over = true;
            wake(each);
        }
    }
    pthread_mutex_unlock(&streams->lock);
}

void request_streams_end(struct request_streams *streams)
{
    pthread_mutex_lock(&streams->lock);
    streams->ended = true;
    for (struct request_stream *each = streams->first; each != NULL; each = each->next) {
        each->is_over = true;
        wake(each);
    }
    pthread_mutex_unlock(&streams->lock);
}

void request_streams_write_metrics(void *context, struct buffer *page)
{
    struct request_streams *streams = context;
    pthread_mutex_lock(&streams->lock);
    const uint32_t count = streams->count;
    pthread_mutex_unlock(&streams->lock);
    metric_write_gauge(page, "stockd_request_streams", "Listeners to the query log.", count);
    metric_write_counter(page, "stockd_request_streams_cut_total",
                         "Those that were cut: they did not take what came.",
                         metric_read(&streams->cut));
}

struct request_streams *request_streams_create(struct os *os, struct request_sink next)
{
    struct request_streams *streams = calloc(1, sizeof(*streams));
    if (streams == NULL)
        return NULL;
    streams->os = os;
    streams->next = next;
    pthread_mutex_init(&streams->lock, NULL);
    return streams;
}

void request_streams_destroy(struct request_streams *streams)
{
    if (streams == NULL)
        return;
    ASSERT(streams->first == NULL);
    pthread_mutex_destroy(&streams->lock);
    free(streams);
}
