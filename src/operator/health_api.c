/* GET health: the samples of the last hour. And the thread that takes them, which also keeps the
 * listeners to the query log alive. */
#include <time.h>

#include "base/date.h"
#include "call/query.h"
#include "operator/operator_internal.h"
#include "operator/request_streams.h"

static bool decode(struct operator_call *call, const struct json_value *root)
{
    (void)root;
    int64_t *from_ms = arena_allocate(&call->call.exchange->arena, sizeof(*from_ms));
    struct bytes text;
    call->state = from_ms;
    if (from_ms == NULL)
        return false;
    *from_ms = INT64_MIN;
    if (!http_parameter(call->call.exchange, BYTES("from"), &text))
        return true;
    return date_parse_iso8601(text, from_ms) || call_query_mismatch(&call->call, text);
}

static bool begin(struct operator_call *call)
{
    const int64_t *from_ms = call->state;
    health_encode(call->api->health, *from_ms, &call->call.exchange->reply);
    call->call.exchange->status = 200;
    return false;
}

const struct operator_method method_get_health = {
    .decode = decode,
    .begin = begin,
};

void operator_beat(struct operator_api *api)
{
    struct os *os = api->settings.os;
    struct buffer page;
    buffer_init(&page);
    operator_write_metrics(api, &page);
    if (!page.failed)
        health_take(api->health, os->now_ms(os), os->uptime_us(os), buffer_bytes(&page));
    buffer_deinit(&page);
    if (api->settings.request_streams != NULL)
        request_streams_beat(api->settings.request_streams);
    operator_end_streams(api);
}

/* True: stop. */
static bool wait_for_beat(struct operator_api *api, int64_t until_us)
{
    const struct timespec until = {until_us / 1000000, until_us % 1000000 * 1000};
    int code = 0;
    pthread_mutex_lock(&api->beat_lock);
    while (code == 0 && !api->stopping)
        code = pthread_cond_timedwait(&api->beat_changed, &api->beat_lock, &until);
    const bool stop = api->stopping;
    pthread_mutex_unlock(&api->beat_lock);
    return stop;
}

static void *beat_run(void *context)
{
    struct operator_api *api = context;
    struct os *os = api->settings.os;
    int64_t next_us = os->uptime_us(os);
    do {
        operator_beat(api);
        next_us += (int64_t)HEALTH_INTERVAL_MS * 1000;
    } while (!wait_for_beat(api, next_us));
    return NULL;
}

enum err operator_start(struct operator_api *api)
{
    ASSERT(!api->beats);
    api->beats = pthread_create(&api->beat_thread, NULL, beat_run, api) == 0;
    return api->beats ? OK : ERR_MEMORY;
}

void operator_stop(struct operator_api *api)
{
    if (!api->beats)
        return;
    pthread_mutex_lock(&api->beat_lock);
    api->stopping = true;
    pthread_mutex_unlock(&api->beat_lock);
    pthread_cond_signal(&api->beat_changed);
    (void)pthread_join(api->beat_thread, NULL);
    api->beats = false;
}
