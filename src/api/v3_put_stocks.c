/* POST businesses/{businessId}/offers/stocks/update (CONTRACT §14). Each warehouse is a shelf and
 * takes one record, one after another; nothing is written before everything was checked. Where
 * unknown SKUs are rejected (C6), that is a round of look-ups of its own: cells never go away, so
 * what it found still holds when the writes follow. */
#include <inttypes.h>

#include "api/v3.h"
#include "call/view_match.h"
#include "wire/v3_stocks.h"

struct state {
    struct v3_stocks_put request;
    struct warehouse_facts *warehouses; /* One a part. */
    uint32_t at;                        /* The part at hand. */
    bool looking_up;                    /* In the round of look-ups. */
    uint32_t item;                      /* There: the first of the items at hand. */
    struct stock_key keys[GET_OFFER_IDS_MAX];
    uint32_t keys_count;
};

static bool decode(struct api_call *call, const struct json_value *root)
{
    const struct put_stocks_rules rules = {
        .now_ms = call->call.exchange->now_ms,
        .future_tolerance_ms = call->api->settings.future_tolerance_ms,
        .past_tolerance_ms = PAST_TOLERANCE_MS,
    };
    struct arena *arena = &call->call.exchange->arena;
    struct state *state = arena_allocate(arena, sizeof(*state));
    if (state == NULL ||
        !v3_stocks_decode_put(*root, &rules, arena, &state->request, &call->call.errors))
        return false;
    const uint32_t parts_count = state->request.parts_count;
    state->warehouses = arena_allocate(arena, parts_count * sizeof(*state->warehouses));
    state->at = 0;
    state->item = 0;
    state->looking_up = call->api->settings.unknown_sku == STORE_UNKNOWN_REJECT && parts_count > 1;
    call->state = state;
    return state->warehouses != NULL;
}

/* Looks up some items of the part at hand. */
static void fill_list(struct api_call *call, struct state *state)
{
    const struct v3_stocks_part *part = &state->request.parts[state->at];
    state->keys_count = 0;
    for (uint32_t i = state->item; i < part->items_count && state->keys_count < GET_OFFER_IDS_MAX;
         i++)
        state->keys[state->keys_count++] = part->items[i].key;
    call->call.command = (struct store_command){
        .kind = STORE_LIST,
        .shelf_id = state->warehouses[state->at].shelf_id,
        .list = {.keys = state->keys, .keys_count = state->keys_count},
    };
}

/* Writes the part at hand. */
static void fill_put(struct api_call *call, struct state *state)
{
    const struct v3_stocks_part *part = &state->request.parts[state->at];
    call->call.campaign_id = state->warehouses[state->at].campaign_id;
    call->call.command = (struct store_command){
        .kind = STORE_PUT,
        .shelf_id = state->warehouses[state->at].shelf_id,
        .put = {.items = part->items,
                .items_count = part->items_count,
                .unknown_policy = call->api->settings.unknown_sku},
    };
}

static void fill(struct api_call *call, struct state *state)
{
    if (state->looking_up)
        fill_list(call, state);
    else
        fill_put(call, state);
}

static bool begin(struct api_call *call)
{
    struct state *state = call->state;
    const struct v3_stocks_put *request = &state->request;
    if (!v3_check_groups(call))
        return false;
    bool found = true;
    for (uint32_t i = 0; i < request->parts_count; i++)
        found &= v3_find_warehouse(call, request->parts[i].warehouse_id, &state->warehouses[i]);
    if (!found) {
        v3_refuse_warehouses(call);
        return false;
    }
    for (uint32_t i = 0; i < request->parts_count; i++) {
        if (!v3_check_active(call, &state->warehouses[i]))
            return false;
    }
    fill(call, state);
    return true;
}

static void refuse_unknown(struct api_call *call, const struct state *state, struct bytes sku)
{
    refuse(call, 400, "Unknown shop-sku '%.*s' for warehouse '%" PRId64 "'", BYTES_ARG(sku),
           state->warehouses[state->at].id);
}

/* One more look-up was made. False: a SKU is unknown, and refused. */
static bool proceed_look_up(struct api_call *call, struct state *state)
{
    struct view_match match = {call->call.command.views, call->call.command.views_count, 0};
    for (uint32_t i = 0; i < state->keys_count; i++) {
        if (view_match_next(&match, state->keys[i].sku) == NULL) {
            refuse_unknown(call, state, state->keys[i].sku);
            return false;
        }
    }
    state->item += state->keys_count;
    if (state->item < state->request.parts[state->at].items_count)
        return true;
    state->item = 0;
    if (++state->at == state->request.parts_count) {
        state->at = 0;
        state->looking_up = false;
    }
    return true;
}

/* One more part was written. False: the reply is there. */
static bool proceed_put(struct api_call *call, struct state *state)
{
    const struct store_command *command = &call->call.command;
    if (command->verdict == VERDICT_UNKNOWN_SKU) {
        refuse_unknown(call, state, command->put.unknown);
        return false;
    }
    metric_add(&call->api->metrics.skus_written, command->put.applied_count);
    metric_add(&call->api->metrics.skus_stale, command->put.stale_count);
    update_counts_add(call->api->settings.update_counts, call->call.campaign_id,
                      command->put.applied_count, call->call.exchange->now_ms);
    if (++state->at < state->request.parts_count)
        return true;
    call->call.exchange->status = 200;
    reply_encode_ok(&call->call.exchange->reply);
    return false;
}

static bool proceed(struct api_call *call)
{
    struct state *state = call->state;
    if (!(state->looking_up ? proceed_look_up(call, state) : proceed_put(call, state)))
        return false;
    fill(call, state);
    return true;
}

const struct operation operation_v3_put_stocks = {decode, begin, proceed, false};
