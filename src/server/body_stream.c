/* The library asks for a piece from its own thread, and asks again at once when there was none,
 * unless the connection was suspended meanwhile. Whoever wakes it may be quicker than that: what
 * was woken since the read that found nothing is not put to sleep but read again. */
#include "server/body_stream.h"

#include <microhttpd.h>

#include "server/request.h"

enum { PIECE_BYTES = 16 * 1024 };

static void wake(struct body_stream *body)
{
    pthread_mutex_lock(&body->lock);
    if (body->asleep)
        MHD_resume_connection(body->connection);
    body->woken = true;
    body->asleep = false;
    pthread_mutex_unlock(&body->lock);
}

static void on_wake(struct http_stream *stream)
{
    wake(stream->server);
}

static void forget_wakes(struct body_stream *body)
{
    pthread_mutex_lock(&body->lock);
    body->woken = false;
    pthread_mutex_unlock(&body->lock);
}

/* False: it was woken meanwhile. */
static bool fall_asleep(struct body_stream *body)
{
    pthread_mutex_lock(&body->lock);
    const bool sleeps = !body->woken;
    body->asleep = sleeps;
    if (sleeps)
        MHD_suspend_connection(body->connection);
    pthread_mutex_unlock(&body->lock);
    return sleeps;
}

/* What read() of the stream says, or the end where there is nothing and the listener is closing. */
static int64_t read_piece(struct listener *listener, struct request *request, uint8_t *data,
                          size_t bytes_max)
{
    struct body_stream *body = &request->body_stream;
    int64_t count = 0;
    do {
        forget_wakes(body);
        const bool closing = listener_is_closing(listener);
        count = body->stream->read(body->stream, data, bytes_max);
        if (count == 0 && closing)
            return HTTP_STREAM_END;
        /* While there is nothing to take, the client may be as slow as it likes. */
        connection_enter(listener->connections, request->watched,
                         count == 0 ? CONNECTION_BUSY : CONNECTION_REPLY);
    } while (count == 0 && !fall_asleep(body));
    return count;
}

static ssize_t on_read(void *context, uint64_t position, char *data, size_t bytes_max)
{
    (void)position;
    struct request *request = context;
    const int64_t count =
        read_piece(request->listener, request, (uint8_t *)(void *)data, bytes_max);
    if (count == HTTP_STREAM_END)
        return MHD_CONTENT_READER_END_OF_STREAM;
    return count == HTTP_STREAM_CUT ? MHD_CONTENT_READER_END_WITH_ERROR : (ssize_t)count;
}

static void link_in(struct listener *listener, struct body_stream *body)
{
    pthread_mutex_lock(&listener->lock);
    body->next = listener->streams;
    body->link = &listener->streams;
    if (body->next != NULL)
        body->next->link = &body->next;
    listener->streams = body;
    pthread_mutex_unlock(&listener->lock);
}

static void unlink_from(struct listener *listener, struct body_stream *body)
{
    pthread_mutex_lock(&listener->lock);
    *body->link = body->next;
    if (body->next != NULL)
        body->next->link = body->link;
    body->link = NULL;
    pthread_mutex_unlock(&listener->lock);
}

struct MHD_Response *body_stream_begin(struct listener *listener, struct request *request)
{
    struct body_stream *body = &request->body_stream;
    struct http_stream *stream = request->exchange.stream;
    ASSERT(body->link == NULL);
    body->stream = stream;
    body->connection = request->connection;
    body->asleep = false;
    body->woken = false;
    request->listener = listener;
    pthread_mutex_init(&body->lock, NULL);
    link_in(listener, body);
    stream->server = body;
    stream->wake = on_wake;
    return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, PIECE_BYTES, on_read, request, NULL);
}

void body_stream_end(struct listener *listener, struct request *request)
{
    struct body_stream *body = &request->body_stream;
    struct http_stream *stream = request->exchange.stream;
    const bool began = body->link != NULL;
    if (stream == NULL)
        return;
    if (began)
        unlink_from(listener, body);
    stream->close(stream);
    request->exchange.stream = NULL;
    if (began)
        pthread_mutex_destroy(&body->lock);
}

/* With the listener's lock none of them ends meanwhile. */
void body_streams_wake(struct listener *listener)
{
    pthread_mutex_lock(&listener->lock);
    for (struct body_stream *each = listener->streams; each != NULL; each = each->next)
        wake(each);
    pthread_mutex_unlock(&listener->lock);
}
