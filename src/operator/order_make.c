/* POST orders: reserves all items of an order or none (CONTRACT §12).
 *
 * On one shelf the store does it in one step, repeats included. Where a campaign has several, the
 * order is looked for on each of them first, and then tried on each until one has all of it; with a
 * claim, so that of two that do it at once only one does. An order whose time is over is looked
 * for, too: whoever repeats it learns what became of it. */
#include <inttypes.h>

#include "operator/order_place.h"
#include "operator/orders.h"

enum phase { PHASE_FIND, PHASE_REPEAT, PHASE_RESERVE };

/* What the shelves that were tried lack of one item. */
struct lack {
    uint32_t places_count;  /* How many have too little. */
    int64_t available_most; /* Of those. */
};

struct state {
    struct order_request request;
    struct order_places places;
    struct order_claim claim;
    bool late; /* It would be over already: only an order that is known is answered. */
    enum phase phase;
    uint32_t at;                            /* The place whose command is under way. */
    struct lack *lacks;                     /* One an item. */
    const struct order_shortage *shortages; /* Of the place that lacks the fewest items. */
    uint32_t shortages_count;
};

/* Texts outlive the document: an answer may come after a sync. */
static bool keep_request(struct operator_call *call, struct state *state)
{
    struct order_request *request = &state->request;
    bool kept = call_keep_bytes(&call->call, &request->id);
    for (uint32_t i = 0; i < request->items_count && kept; i++)
        kept = call_keep_bytes(&call->call, &request->items[i].key.sku);
    const size_t lacks_bytes = request->items_count * sizeof(*state->lacks);
    state->lacks = arena_allocate(&call->call.exchange->arena, lacks_bytes);
    if (!kept || state->lacks == NULL)
        return false;
    for (uint32_t i = 0; i < request->items_count; i++)
        state->lacks[i] = (struct lack){0, 0};
    return true;
}

static bool decode(struct operator_call *call, const struct json_value *root)
{
    struct arena *arena = &call->call.exchange->arena;
    struct state *state = arena_allocate(arena, sizeof(*state));
    if (state == NULL)
        return false;
    *state = (struct state){.phase = PHASE_FIND};
    if (!order_request_decode(*root, arena, &state->request, &call->call.errors) ||
        !keep_request(call, state))
        return false;
    call->state = state; /* From here on end() finds it. */
    return true;
}

static void fill_command(struct operator_call *call, const struct state *state,
                         enum order_action action)
{
    const struct order_request *request = &state->request;
    const int64_t now_ms = call->call.exchange->now_ms;
    orders_fill_command(call, &state->places.places[state->at], action, request->id);
    struct store_order *order = &call->call.command.order;
    order->items = request->items;
    order->items_count = request->items_count;
    if (request->expires)
        order->expires_at_ms = state->late ? now_ms : request->expires_at_ms;
    if (state->places.is_market && state->phase != PHASE_REPEAT &&
        store_is_shared(call->call.store)) {
        order->claim = state->claim.number;
        order->claim_key = state->claim.key;
    }
}

static void refuse_late(struct operator_call *call)
{
    call_refuse(&call->call, 400, "BAD_REQUEST", "expiresAt must be in the future");
}

static bool begin(struct operator_call *call)
{
    struct state *state = call->state;
    const struct order_request *request = &state->request;
    const struct campaign_facts *campaign = &call->campaign;
    state->late = request->expires && request->expires_at_ms <= call->call.exchange->now_ms;
    if (!order_places_list(&state->places, call->api->settings.registry, campaign,
                           request->warehouse_id)) {
        if (request->warehouse_id != 0) {
            call_refuse(&call->call, 404, "WAREHOUSE_NOT_FOUND",
                        "Warehouse '%" PRId64 "' is none that campaign '%" PRId64 "' sells from",
                        request->warehouse_id, campaign->id);
        } else {
            call_refuse(&call->call, 404, "WAREHOUSE_NOT_FOUND",
                        "Campaign '%" PRId64 "' has no warehouse to sell from", campaign->id);
        }
        return false;
    }
    if (state->places.count == 1 && !state->late) {
        state->phase = PHASE_RESERVE;
        fill_command(call, state, ORDER_RESERVE);
        return true;
    }
    state->claim = (struct order_claim){.campaign_id = campaign->id, .order_id = request->id};
    if (!order_claim_take(call->api, &state->claim)) {
        call_refuse_unavailable(&call->call);
        return false;
    }
    fill_command(call, state, ORDER_READ);
    return true;
}

/* Remembers what a place lacks. Shortages come in the order of the items. */
static void note_shortages(struct state *state, const struct store_order *order)
{
    uint32_t item = 0;
    for (uint32_t i = 0; i < order->shortages_count; i++) {
        const struct order_shortage *shortage = &order->shortages[i];
        while (!bytes_equal(state->request.items[item].key.sku, shortage->sku)) {
            item++;
            ASSERT(item < state->request.items_count);
        }
        struct lack *lack = &state->lacks[item];
        lack->places_count++;
        if (shortage->available > lack->available_most)
            lack->available_most = shortage->available;
    }
    if (state->shortages == NULL || order->shortages_count < state->shortages_count) {
        state->shortages = order->shortages;
        state->shortages_count = order->shortages_count;
    }
}

/* Tells what no place has enough of; where each item lies somewhere, but nowhere all of them, what
 * the best place lacks. */
static void refuse_shortage(struct operator_call *call, const struct state *state)
{
    const struct order_request *request = &state->request;
    struct buffer *body = &call->call.exchange->reply;
    uint32_t lacking = 0;
    for (uint32_t i = 0; i < request->items_count; i++)
        lacking += state->lacks[i].places_count == state->places.sources_count;
    call->call.exchange->status = 409;
    order_shortages_encode_begin(body, lacking > 0 ? "Not enough stock; nothing is reserved"
                                                   : "No warehouse has all of it; nothing is "
                                                     "reserved");
    for (uint32_t i = 0; i < request->items_count && lacking > 0; i++) {
        if (state->lacks[i].places_count == state->places.sources_count)
            order_shortages_encode_item(body, request->items[i].key.sku, request->items[i].count,
                                        state->lacks[i].available_most);
    }
    for (uint32_t i = 0; i < state->shortages_count && lacking == 0; i++)
        order_shortages_encode_item(body, state->shortages[i].sku, state->shortages[i].requested,
                                    state->shortages[i].available);
    order_shortages_encode_end(body);
}

/* The order was looked for. */
static bool proceed_find(struct operator_call *call, struct state *state)
{
    if (call->call.command.verdict == VERDICT_OK) {
        state->phase = PHASE_REPEAT;
        fill_command(call, state, ORDER_RESERVE);
        return true;
    }
    ASSERT(call->call.command.verdict == VERDICT_ORDER_UNKNOWN);
    state->at++;
    if (state->at < state->places.count) {
        fill_command(call, state, ORDER_READ);
        return true;
    }
    if (state->late) {
        refuse_late(call);
        return false;
    }
    state->phase = PHASE_RESERVE;
    state->at = 0;
    fill_command(call, state, ORDER_RESERVE);
    return true;
}

/* A place was tried. */
static bool proceed_reserve(struct operator_call *call, struct state *state)
{
    const struct store_command *command = &call->call.command;
    if (command->verdict == VERDICT_OK) {
        orders_reply(call, &state->places.places[state->at]);
        return false;
    }
    if (command->verdict == VERDICT_ORDER_EXISTS) {
        call_refuse(&call->call, 409, "ORDER_EXISTS", "Order '%.*s' is there with other items",
                    BYTES_ARG(state->request.id));
        return false;
    }
    ASSERT(command->verdict == VERDICT_SHORTAGE);
    note_shortages(state, &command->order);
    state->at++;
    if (state->phase == PHASE_RESERVE && state->at < state->places.sources_count) {
        fill_command(call, state, ORDER_RESERVE);
        return true;
    }
    refuse_shortage(call, state);
    return false;
}

static bool proceed(struct operator_call *call)
{
    struct state *state = call->state;
    return state->phase == PHASE_FIND ? proceed_find(call, state) : proceed_reserve(call, state);
}

/* A claim of another node that stood in the way; 0: none did. */
static int64_t claim_met(const struct operator_call *call)
{
    const struct store_command *command = &call->call.command;
    const bool was_order = command->kind == STORE_ORDER && command->verdict == VERDICT_NO_ROOM;
    return was_order ? command->order.claim_met : 0;
}

static void end(struct operator_call *call)
{
    struct state *state = call->state;
    if (state != NULL)
        order_claim_release(call->api, &state->claim, claim_met(call));
}

const struct operator_method method_make_order = {
    .decode = decode, .begin = begin, .proceed = proceed, .end = end};
