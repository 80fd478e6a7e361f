/* GET an order, pack, ship and cancel it (CONTRACT §12): each is tried on every shelf that it may
 * lie on, until one knows the order. */
#include "operator/orders.h"

struct state {
    enum order_action action;
    const char *done; /* For words: `packed`. */
    struct bytes order_id;
    struct order_places places;
    uint32_t at; /* The place whose command is under way. */
};

void orders_fill_command(struct operator_call *call, const struct order_place *place,
                         enum order_action action, struct bytes order_id)
{
    /* No number changes with orders that are over, so that they may be asked for where the
     * campaign's numbers are no more. */
    call->call.use = place->left ? CALL_USE_MARKS : CALL_USE_BY_COMMAND;
    call->call.command = (struct store_command){
        .kind = STORE_ORDER,
        .shelf_id = place->shelf_id,
        .order = {.action = action,
                  .campaign_id = call->campaign.id,
                  .id = order_id,
                  .now_ms = call->call.exchange->now_ms},
    };
}

struct order_document orders_document(const struct order_view *order,
                                      const struct order_place *place)
{
    return (struct order_document){
        .id = order->id,
        .campaign_id = order->campaign_id,
        .warehouse_id = place->warehouse_id,
        .state = order->state,
        .items = order->items,
        .items_count = order->items_count,
        .created_at_ms = order->created_at_ms,
        .changed_at_ms = order->changed_at_ms,
        .expires_at_ms = order->expires_at_ms,
    };
}

void orders_reply(struct operator_call *call, const struct order_place *place)
{
    const struct order_document document = orders_document(&call->call.command.order.order, place);
    call->call.exchange->status = 200;
    order_encode(&call->call.exchange->reply, &document);
}

static void refuse_unknown(struct operator_call *call, const struct state *state)
{
    call_refuse(&call->call, 404, "ORDER_NOT_FOUND", "Order not found '%.*s'",
                BYTES_ARG(bytes_clip(state->order_id, REJECTED_VALUE_BYTES_MAX)));
}

static bool act(struct operator_call *call, enum order_action action, const char *done)
{
    struct state *state = arena_allocate(&call->call.exchange->arena, sizeof(*state));
    if (state == NULL) {
        call_refuse_unavailable(&call->call);
        return false;
    }
    call->state = state;
    *state = (struct state){.action = action, .done = done, .order_id = call->values.texts[1]};
    (void)order_places_list(&state->places, call->api->settings.registry, &call->campaign, 0);
    if (state->places.count == 0 || !order_id_is_valid(state->order_id)) {
        refuse_unknown(call, state);
        return false;
    }
    orders_fill_command(call, &state->places.places[0], action, state->order_id);
    return true;
}

static bool proceed(struct operator_call *call)
{
    struct state *state = call->state;
    const struct store_command *command = &call->call.command;
    if (command->verdict == VERDICT_ORDER_UNKNOWN) {
        state->at++;
        if (state->at == state->places.count) {
            refuse_unknown(call, state);
            return false;
        }
        orders_fill_command(call, &state->places.places[state->at], state->action, state->order_id);
        return true;
    }
    if (command->verdict == VERDICT_OK) {
        orders_reply(call, &state->places.places[state->at]);
        return false;
    }
    ASSERT(command->verdict == VERDICT_ORDER_STATE);
    call_refuse(&call->call, 409, "ORDER_STATE", "Order '%.*s' is %s and cannot be %s",
                BYTES_ARG(state->order_id), order_state_name(command->order.order.state),
                state->done);
    return false;
}

static bool begin_get(struct operator_call *call)
{
    return act(call, ORDER_READ, "read");
}

static bool begin_pack(struct operator_call *call)
{
    return act(call, ORDER_PACK, "packed");
}

static bool begin_ship(struct operator_call *call)
{
    return act(call, ORDER_SHIP, "shipped");
}

static bool begin_cancel(struct operator_call *call)
{
    return act(call, ORDER_CANCEL, "cancelled");
}

const struct operator_method method_get_order = {.begin = begin_get, .proceed = proceed};
const struct operator_method method_pack_order = {.begin = begin_pack, .proceed = proceed};
const struct operator_method method_ship_order = {.begin = begin_ship, .proceed = proceed};
const struct operator_method method_cancel_order = {.begin = begin_cancel, .proceed = proceed};
