/* GET and POST checkpoint: how checkpoints go, and one that is wanted now. */
#include "operator/operator_internal.h"
#include "wire/checkpoint_state.h"

enum { US_PER_MS = 1000 };

/* Of a store that makes none. */
static bool refuse(struct operator_call *call)
{
    call_refuse(
        &call->call, 409, "NO_CHECKPOINTS",
        "The store of this stockd is a database, which writes its own checkpoints; they are "
        "asked for there");
    return false;
}

static bool begin_get(struct operator_call *call)
{
    struct store_metrics metrics;
    store_metrics(call->api->settings.store, &metrics);
    if (metrics.journal == NULL)
        return refuse(call);
    const struct store_checkpoints *checkpoints = &metrics.checkpoints;
    const struct checkpoint_state state = {
        .running = checkpoints->under_way,
        .done = checkpoints->done_count,
        .failed = checkpoints->failed_count,
        .bytes = checkpoints->bytes,
        .journal_bytes_since = checkpoints->journal_bytes_since,
        .documents_since = checkpoints->documents_since,
        .at_ms = checkpoints->at_ms,
        .record = checkpoints->seq,
        .shelves = checkpoints->shelves_count,
        .cells = checkpoints->cells_count,
        .took_ms = checkpoints->took_us / US_PER_MS,
        .lock_us_max = checkpoints->lock_us_max,
    };
    call->call.exchange->status = 200;
    checkpoint_state_encode(&call->call.exchange->reply, &state);
    return false;
}

/* Does not wait for it: whoever asked sees `done` or `failed` grow. */
static bool begin_make(struct operator_call *call)
{
    const enum err error = store_request_checkpoint(call->api->settings.store);
    if (error == ERR_UNSUPPORTED)
        return refuse(call);
    if (error != OK) {
        operator_refuse_error(call, error);
        return false;
    }
    return begin_get(call);
}

const struct operator_method method_get_checkpoint = {.begin = begin_get};
const struct operator_method method_make_checkpoint = {.begin = begin_make};
