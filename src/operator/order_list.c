/* GET orders: those of a campaign, the newest first, a page at a time. Each shelf that they may lie
 * on gives a page of its own; of all of them together the first ones are shown, as far as no shelf
 * could have others in between. A position is the place behind the last one: moment and id. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/hash.h"
#include "call/query.h"
#include "operator/orders.h"
#include "wire/page_token.h"

enum { LIMIT_OTHERWISE = 50, STATES_ALL = (1 << ORDER_STATES_COUNT) - 1 };

/* A place in the list. */
struct mark {
    int64_t created_at_ms;
    struct bytes id;
};

struct found {
    const struct order_view *order;
    const struct order_place *place;
};

struct state {
    uint32_t limit;
    uint32_t states;
    struct mark before; /* Where the page starts. */
    struct order_places places;
    struct found *found; /* Of all places. */
    uint32_t found_count;
    bool more;        /* Some place has others, the first of which may stand behind… */
    struct mark edge; /* …this. */
};

static int compare_bytes(struct bytes left, struct bytes right)
{
    const size_t size = left.size < right.size ? left.size : right.size;
    const int order = size == 0 ? 0 : memcmp(left.data, right.data, size);
    return order != 0 ? order : (left.size > right.size) - (left.size < right.size);
}

/* Less than 0: the first one comes first in the list. */
static int compare_marks(struct mark left, struct mark right)
{
    if (left.created_at_ms != right.created_at_ms)
        return left.created_at_ms > right.created_at_ms ? -1 : 1;
    return compare_bytes(right.id, left.id);
}

static struct mark mark_of(const struct found *found)
{
    return (struct mark){found->order->created_at_ms, found->order->id};
}

static int compare_found(const void *left, const void *right)
{
    return compare_marks(mark_of(left), mark_of(right));
}

/* Names with commas between. */
static bool take_states(struct call *call, uint32_t *states)
{
    struct bytes left;
    *states = STATES_ALL;
    if (!http_parameter(call->exchange, BYTES("state"), &left))
        return true;
    *states = 0;
    do {
        struct bytes name;
        enum order_state state = ORDER_RESERVED;
        left = bytes_split(left, ',', &name);
        if (!order_state_find(name, &state)) {
            error_list_add_rejected(&call->errors,
                                    "Parameter state must be RESERVED, PACKED, SHIPPED, CANCELLED, "
                                    "EXPIRED, or several with commas between",
                                    name);
            return false;
        }
        *states |= UINT32_C(1) << state;
    } while (left.size > 0);
    return true;
}

/* Tokens go with what the list is made of. */
static uint64_t filter_of(const struct operator_call *call, const struct state *state)
{
    const int64_t parts[] = {call->campaign.id, state->states};
    return bytes_checksum((struct bytes){(const uint8_t *)parts, sizeof(parts)}, 0);
}

/* Reads `MOMENT.ID`. */
static bool mark_decode(struct bytes position, struct mark *mark)
{
    struct bytes moment;
    mark->id = bytes_split(position, '.', &moment);
    return bytes_to_int64(moment, &mark->created_at_ms) && order_id_is_valid(mark->id);
}

static bool take_position(struct operator_call *call, struct state *state)
{
    struct query_page page;
    state->before = (struct mark){INT64_MAX, {NULL, 0}};
    if (!call_query_page(&call->call, filter_of(call, state), &page))
        return false;
    if (!page.given || mark_decode(page.position, &state->before))
        return true;
    error_list_add(&call->call.errors, "Bad page token");
    return false;
}

static bool decode(struct operator_call *call, const struct json_value *root)
{
    (void)root;
    struct state *state = arena_allocate(&call->call.exchange->arena, sizeof(*state));
    if (state == NULL)
        return false;
    *state = (struct state){.limit = 0};
    call->state = state;
    const struct query_limits limits = {.otherwise = LIMIT_OTHERWISE, .max = STORE_ORDERS_MAX};
    return call_query_limit(&call->call, &limits, &state->limit) &&
           take_states(&call->call, &state->states) && take_position(call, state);
}

/* Adds the page of one shelf. */
static enum err read_place(struct operator_call *call, struct state *state,
                           const struct order_place *place)
{
    struct store_orders page = {
        .shelf_id = place->shelf_id,
        .campaign_id = call->campaign.id,
        .states = state->states,
        .before_ms = state->before.created_at_ms,
        .before_id = state->before.id,
        .limit = state->limit,
        .arena = &call->call.exchange->arena,
    };
    const enum err error = store_orders(call->api->settings.store, &page);
    if (error != OK)
        return error;
    for (uint32_t i = 0; i < page.orders_count; i++)
        state->found[state->found_count++] = (struct found){&page.orders[i], place};
    const struct mark last = {page.last_ms, page.last_id};
    if (page.more && (!state->more || compare_marks(last, state->edge) < 0))
        state->edge = last;
    state->more = state->more || page.more;
    return OK;
}

static enum err read_all(struct operator_call *call, struct state *state)
{
    struct arena *arena = &call->call.exchange->arena;
    struct order_places *places = &state->places;
    (void)order_places_list(places, call->api->settings.registry, &call->campaign, 0);
    state->found =
        arena_allocate(arena, ((size_t)places->count * state->limit + 1) * sizeof(*state->found));
    enum err error = state->found == NULL ? ERR_MEMORY : OK;
    for (uint32_t i = 0; i < places->count && error == OK; i++)
        error = read_place(call, state, &places->places[i]);
    return error;
}

/* How many of those that were found are shown: up to the edge, and to the limit, which moves the
 * edge. */
static uint32_t cut(struct state *state)
{
    uint32_t count = 0;
    while (count < state->found_count && count < state->limit &&
           !(state->more && compare_marks(mark_of(&state->found[count]), state->edge) > 0))
        count++;
    if (count == state->limit && count < state->found_count) {
        state->more = true;
        state->edge = mark_of(&state->found[count - 1]);
    }
    return count;
}

static bool reply(struct operator_call *call, const struct state *state, uint32_t count)
{
    struct buffer *body = &call->call.exchange->reply;
    struct buffer position;
    struct bytes token;
    buffer_init(&position);
    if (state->more) {
        buffer_append_format(&position, "%" PRId64 ".", state->edge.created_at_ms);
        buffer_append(&position, state->edge.id);
    }
    const bool kept =
        !position.failed && call_query_page_token(&call->call, filter_of(call, state),
                                                  buffer_bytes(&position), false, &token);
    buffer_deinit(&position);
    if (!kept) {
        call_refuse_unavailable(&call->call);
        return false;
    }
    call->call.exchange->status = 200;
    buffer_append(body, BYTES("{\"status\":\"OK\",\"result\":{\"orders\":["));
    for (uint32_t i = 0; i < count; i++) {
        const struct order_document document =
            orders_document(state->found[i].order, state->found[i].place);
        buffer_append_text(body, i == 0 ? "" : ",");
        order_encode_element(body, &document);
    }
    buffer_append(body, BYTES("],"));
    page_token_encode_paging(body, token, (struct bytes){NULL, 0});
    buffer_append(body, BYTES("}}"));
    return false;
}

static bool begin(struct operator_call *call)
{
    struct state *state = call->state;
    if (read_all(call, state) != OK) {
        call_refuse_unavailable(&call->call);
        return false;
    }
    qsort(state->found, state->found_count, sizeof(*state->found), compare_found);
    return reply(call, state, cut(state));
}

const struct operator_method method_list_orders = {
    .decode = decode, .begin = begin, .blocks = true};
