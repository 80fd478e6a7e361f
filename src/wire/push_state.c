/* Members that say nothing are left out. */
#include "wire/push_state.h"

#include "wire/json.h"

static void encode_moment(struct buffer *body, const char *name, int64_t ms)
{
    if (ms == 0)
        return;
    buffer_append_text(body, name);
    json_write_moment(body, ms);
}

void push_state_encode_begin(struct buffer *body)
{
    buffer_append(body, BYTES("{\"status\":\"OK\",\"result\":{\"shops\":["));
}

void push_state_encode_shop(struct buffer *body, const struct push_state *state)
{
    if (body->size > 0 && body->data[body->size - 1] == '}')
        buffer_append(body, BYTES(","));
    buffer_append(body, BYTES("{\"campaignId\":"));
    buffer_append_int64(body, state->campaign_id);
    buffer_append(body, BYTES(",\"warehouseId\":"));
    buffer_append_int64(body, state->warehouse_id);
    buffer_append(body, BYTES(",\"url\":"));
    json_write_string(body, state->url);
    buffer_append_format(body, ",\"state\":\"%s\",\"failures\":%u", state->on ? "ON" : "OFF",
                         state->failures);
    encode_moment(body, ",\"lastSuccessAt\":", state->last_success_ms);
    if (state->failed_ms != 0) {
        encode_moment(body, ",\"lastFailure\":{\"at\":", state->failed_ms);
        buffer_append(body, BYTES(",\"code\":"));
        json_write_string(body, state->failure_code);
        buffer_append(body, BYTES(",\"message\":"));
        json_write_string(body, state->failure_message);
        buffer_append(body, BYTES("}"));
    }
    encode_moment(body, ",\"nextAt\":", state->next_ms);
    buffer_append(body, BYTES("}"));
}

void push_state_encode_end(struct buffer *body)
{
    buffer_append(body, BYTES("]}}"));
}
