/* Listeners to the query log, without a server: the test reads as a client would. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "operator/request_streams.h"
#include "os/os_sim.h"

struct world {
    struct os_sim *sim;
    struct request_streams *streams;
    uint64_t heard; /* By whoever is next. */
    uint64_t woken;
};

static struct world world;

static void next_add(void *context, const struct request_entry *entry)
{
    (void)context;
    (void)entry;
    world.heard++;
}

static void on_wake(struct http_stream *stream)
{
    (void)stream;
    world.woken++;
}

static int setup(void **state)
{
    (void)state;
    world = (struct world){.sim = os_sim_create(1)};
    world.streams =
        request_streams_create(os_sim_os(world.sim), (struct request_sink){NULL, next_add});
    return world.streams == NULL;
}

static int teardown(void **state)
{
    (void)state;
    request_streams_destroy(world.streams);
    os_sim_destroy(world.sim);
    return 0;
}

static struct http_stream *open_one(const struct request_filter *filter)
{
    struct http_stream *stream = NULL;
    assert_int_equal(request_streams_open(world.streams, filter, 0, &stream), OK);
    stream->wake = on_wake;
    return stream;
}

static void add(int64_t campaign_id, int64_t status, size_t path_bytes)
{
    static uint8_t path[REQUEST_PATH_BYTES_MAX];
    memset(path, 'p', sizeof(path));
    const struct request_entry entry = {.method = BYTES("PUT"),
                                        .path = {path, path_bytes},
                                        .campaign_id = campaign_id,
                                        .status = status};
    const struct request_sink sink = request_streams_sink(world.streams);
    sink.add(sink.context, &entry);
}

/* Reads until there is nothing, or its end, which is returned; gives the number of events. */
static int64_t read_all(struct http_stream *stream, size_t *events)
{
    static uint8_t text[2 * REQUEST_STREAM_BYTES_MAX];
    size_t size = 0;
    int64_t count = 0;
    do {
        count = stream->read(stream, text + size, 1000);
        size += count > 0 ? (size_t)count : 0;
    } while (count > 0);
    *events = 0;
    const uint8_t *at = text;
    for (;;) {
        at = memmem(at, (size_t)(text + size - at), "event: request\n", 15);
        if (at == NULL)
            return count;
        at++;
        (*events)++;
    }
}

static void each_hears_what_it_asked_for(void **state)
{
    (void)state;
    size_t events = 0;
    struct http_stream *all = open_one(&(struct request_filter){.to_ms = INT64_MAX});
    struct http_stream *some =
        open_one(&(struct request_filter){.campaign_id = 2, .status = 4, .to_ms = INT64_MAX});
    assert_int_equal(read_all(all, &events), 0);
    assert_int_equal(events, 0);
    add(1, 200, 1);
    add(2, 404, 1);
    add(2, 200, 1);
    assert_int_equal(world.heard, 3);
    assert_int_equal(world.woken, 3); /* The other one was never read. */
    assert_int_equal(read_all(all, &events), 0);
    assert_int_equal(events, 3);
    assert_int_equal(read_all(some, &events), 0);
    assert_int_equal(events, 1);
    all->close(all);
    add(2, 404, 1);
    assert_int_equal(read_all(some, &events), 0);
    assert_int_equal(events, 1);
    some->close(some);
    add(2, 404, 1);
    assert_int_equal(world.heard, 5);
}

static void one_that_does_not_take_them_is_cut_and_no_other(void **state)
{
    (void)state;
    size_t events = 0;
    struct http_stream *slow = open_one(&(struct request_filter){.to_ms = INT64_MAX});
    struct http_stream *quick = open_one(&(struct request_filter){.to_ms = INT64_MAX});
    assert_int_equal(read_all(slow, &events), 0);
    for (int i = 0; i < REQUEST_STREAM_BYTES_MAX / REQUEST_PATH_BYTES_MAX + 1; i++) {
        add(1, 200, REQUEST_PATH_BYTES_MAX);
        assert_int_equal(read_all(quick, &events), 0);
        assert_int_equal(events, 1);
    }
    uint8_t byte = 0;
    assert_int_equal(slow->read(slow, &byte, 1), HTTP_STREAM_CUT);
    struct buffer page;
    buffer_init(&page);
    request_streams_write_metrics(world.streams, &page);
    assert_non_null(strstr(buffer_text(&page), "stockd_request_streams_cut_total 1\n"));
    buffer_deinit(&page);
    slow->close(slow);
    quick->close(quick);
}

/* Taken in pieces that end within events, the queue moves on and never overflows. */
static void one_that_takes_them_slowly_loses_nothing(void **state)
{
    (void)state;
    struct http_stream *stream = open_one(&(struct request_filter){.to_ms = INT64_MAX});
    uint8_t piece[1500];
    int64_t taken = 0;
    for (int i = 0; i < 1000; i++) {
        add(1, 200, REQUEST_PATH_BYTES_MAX);
        taken += stream->read(stream, piece, sizeof(piece));
    }
    for (int64_t count = 1; count > 0; taken += count)
        count = stream->read(stream, piece, sizeof(piece));
    assert_true(taken > INT64_C(1000) * REQUEST_PATH_BYTES_MAX);
    stream->close(stream);
}

static void a_quiet_one_shows_that_it_is_alive_for_an_hour(void **state)
{
    (void)state;
    uint8_t text[100];
    size_t events = 0;
    struct http_stream *stream = open_one(&(struct request_filter){.to_ms = INT64_MAX});
    assert_int_equal(read_all(stream, &events), 0);
    os_sim_advance(world.sim, 3600 * 1000 - 1);
    request_streams_beat(world.streams);
    assert_int_equal(stream->read(stream, text, sizeof(text)), 3);
    assert_memory_equal(text, ":\n\n", 3);
    os_sim_advance(world.sim, 1);
    add(1, 200, 1);
    request_streams_beat(world.streams);
    assert_int_equal(read_all(stream, &events), HTTP_STREAM_END);
    assert_int_equal(events, 1);
    stream->close(stream);
}

static void in_the_end_they_end_behind_what_waits(void **state)
{
    (void)state;
    size_t events = 0;
    struct http_stream *stream = open_one(&(struct request_filter){.to_ms = INT64_MAX});
    assert_int_equal(read_all(stream, &events), 0);
    add(1, 200, 1);
    request_streams_end(world.streams);
    assert_int_equal(world.woken, 2);
    add(1, 200, 1);
    assert_int_equal(read_all(stream, &events), HTTP_STREAM_END);
    assert_int_equal(events, 1);
    struct http_stream *late = open_one(&(struct request_filter){.to_ms = INT64_MAX});
    assert_int_equal(read_all(late, &events), HTTP_STREAM_END);
    assert_int_equal(events, 0);
    stream->close(stream);
    late->close(late);
}

static void those_of_a_session_end_with_it(void **state)
{
    (void)state;
    const struct request_filter filter = {.to_ms = INT64_MAX};
    struct sessions *sessions = sessions_create(os_sim_os(world.sim));
    uint8_t secret[SESSION_SECRET_BYTES];
    const struct bytes text = {secret, sizeof(secret)};
    struct http_stream *of_session = NULL;
    size_t events = 0;
    sessions_open(sessions, secret);
    assert_int_equal(
        request_streams_open(world.streams, &filter, sessions_use(sessions, text), &of_session),
        OK);
    of_session->wake = on_wake;
    struct http_stream *of_token = open_one(&filter);
    request_streams_end_of_sessions(world.streams, sessions);
    assert_int_equal(read_all(of_session, &events), 0);
    add(1, 200, 1);
    sessions_close(sessions, text);
    request_streams_end_of_sessions(world.streams, sessions);
    assert_int_equal(read_all(of_session, &events), HTTP_STREAM_END);
    assert_int_equal(events, 1);
    assert_int_equal(read_all(of_token, &events), 0);
    assert_int_equal(events, 1);
    of_session->close(of_session);
    of_token->close(of_token);
    sessions_destroy(sessions);
}

static void there_are_only_so_many(void **state)
{
    (void)state;
    struct http_stream *streams[REQUEST_STREAMS_MAX];
    struct http_stream *more = NULL;
    const struct request_filter filter = {.to_ms = INT64_MAX};
    for (size_t i = 0; i < REQUEST_STREAMS_MAX; i++)
        streams[i] = open_one(&filter);
    assert_int_equal(request_streams_open(world.streams, &filter, 0, &more), ERR_FULL);
    streams[3]->close(streams[3]);
    streams[3] = open_one(&filter);
    for (size_t i = 0; i < REQUEST_STREAMS_MAX; i++)
        streams[i]->close(streams[i]);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(each_hears_what_it_asked_for),
        CASE(one_that_does_not_take_them_is_cut_and_no_other),
        CASE(one_that_takes_them_slowly_loses_nothing),
        CASE(a_quiet_one_shows_that_it_is_alive_for_an_hour),
        CASE(in_the_end_they_end_behind_what_waits),
        CASE(those_of_a_session_end_with_it),
        CASE(there_are_only_so_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
