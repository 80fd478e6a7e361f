/* What the last one was stands in an object of its own, left out as long as there was none. */
#include "wire/checkpoint_state.h"

#include <inttypes.h>

#include "wire/json.h"

void checkpoint_state_encode(struct buffer *body, const struct checkpoint_state *state)
{
    buffer_append_format(body,
                         "{\"status\":\"OK\",\"result\":{\"state\":\"%s\",\"done\":%" PRIu64
                         ",\"failed\":%" PRIu64 ",\"bytes\":%" PRIu64
                         ",\"journalBytesSince\":%" PRIu64 ",\"documentsSince\":%" PRIu64,
                         state->running ? "RUNNING" : "IDLE", state->done, state->failed,
                         state->bytes, state->journal_bytes_since, state->documents_since);
    if (state->at_ms != 0) {
        buffer_append(body, BYTES(",\"last\":{\"at\":"));
        json_write_moment(body, state->at_ms);
        buffer_append_format(body,
                             ",\"record\":%" PRIu64 ",\"shelves\":%" PRIu64 ",\"cells\":%" PRIu64
                             ",\"tookMs\":%" PRId64 ",\"longestLockUs\":%" PRId64 "}",
                             state->record, state->shelves, state->cells, state->took_ms,
                             state->lock_us_max);
    }
    buffer_append(body, BYTES("}}"));
}
