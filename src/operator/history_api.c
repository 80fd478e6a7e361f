/* GET history: what happened to a SKU of a campaign, the newest first, a page at a time. It lies on
 * several shelves: numbers on the one that the campaign sells from, what it hid or deleted on its
 * own, what the Market counted on one for each of its warehouses. Each gives a page; the events of
 * all are shown by their moments, as far as no shelf could have others in between.
 *
 * A position has a part for each shelf, with slashes between: the store's own, nothing where
 * nothing of the shelf was shown yet, or a hyphen where all was. */
#include <inttypes.h>

#include "base/hash.h"
#include "call/query.h"
#include "operator/operator_internal.h"
#include "wire/field.h"
#include "wire/page_token.h"
#include "wire/stock_event.h"

enum {
    LIMIT_OTHERWISE = 50,
    SHELVES_MAX = REGISTRY_MARKET_WAREHOUSES_MAX + 2,
    MARKS_OF_CAMPAIGN = STOCK_HIDDEN | STOCK_DELETED, /* On its own shelf. */
    MARKS_ALL = (1 << STOCK_MARKS_COUNT) - 1,
    LOOKS_MAX = 4, /* At a shelf, for one page: each is bounded, and may find nothing yet. */
};

/* One shelf that the history lies on. */
struct source {
    int64_t warehouse_id; /* 0: none. */
    int64_t shelf_id;
    uint32_t marks;             /* Those that are looked at here. */
    struct bytes position;      /* Where its page starts. */
    bool is_over;               /* There is nothing from there on. */
    struct stock_event *events; /* Its page… */
    uint32_t events_count;
    uint32_t taken; /* …and how many of it were shown, or left out. */
    struct bytes next;
};

struct shown {
    const struct stock_event *event;
    const struct source *source;
};

struct state {
    struct stock_key key;
    int64_t from_ms;
    int64_t until_ms;
    int64_t warehouse_id; /* 0: all. */
    uint32_t limit;
    struct source sources[SHELVES_MAX];
    uint32_t sources_count;
    struct shown shown[STORE_HISTORY_EVENTS_MAX];
    uint32_t shown_count;
};

static void add_source(struct state *state, int64_t warehouse_id, int64_t shelf_id, uint32_t marks)
{
    if (shelf_id == 0 || (state->warehouse_id != 0 && state->warehouse_id != warehouse_id))
        return;
    ASSERT(state->sources_count < SHELVES_MAX);
    state->sources[state->sources_count++] =
        (struct source){.warehouse_id = warehouse_id, .shelf_id = shelf_id, .marks = marks};
}

static void list_sources(struct operator_call *call, struct state *state)
{
    const struct campaign_facts *campaign = &call->campaign;
    struct market_place places[REGISTRY_MARKET_WAREHOUSES_MAX];
    const uint32_t places_count = registry_campaign_market_warehouses(
        call->api->settings.registry, campaign->id, places, REGISTRY_MARKET_WAREHOUSES_MAX);
    if (campaign->shelf_id == campaign->own_shelf_id) {
        add_source(state, campaign->warehouse_id, campaign->shelf_id, MARKS_ALL);
    } else {
        add_source(state, campaign->warehouse_id, campaign->shelf_id,
                   MARKS_ALL & ~(uint32_t)MARKS_OF_CAMPAIGN);
        add_source(state, campaign->warehouse_id, campaign->own_shelf_id, MARKS_OF_CAMPAIGN);
    }
    for (uint32_t i = 0; i < places_count; i++)
        add_source(state, places[i].warehouse_id, places[i].shelf_id, MARKS_ALL);
}

/* Tokens go with what the list is made of. */
static uint64_t filter_of(const struct operator_call *call, const struct state *state)
{
    int64_t parts[3 + SHELVES_MAX] = {call->campaign.id, state->from_ms, state->until_ms};
    for (uint32_t i = 0; i < state->sources_count; i++)
        parts[3 + i] = state->sources[i].shelf_id;
    return bytes_checksum((struct bytes){(const uint8_t *)parts, sizeof(parts)},
                          bytes_checksum(state->key.sku, 0));
}

static bool refuse_position(struct operator_call *call)
{
    error_list_add(&call->call.errors, "Bad page token");
    return false;
}

static bool take_position(struct operator_call *call, struct state *state)
{
    struct query_page page;
    if (!call_query_page(&call->call, filter_of(call, state), &page))
        return false;
    struct bytes left = page.position;
    for (uint32_t i = 0; i < state->sources_count && page.given; i++) {
        struct source *source = &state->sources[i];
        left = bytes_split(left, '/', &source->position);
        source->is_over = bytes_equal(source->position, BYTES("-"));
        if (source->position.size > STORE_HISTORY_POSITION_BYTES_MAX)
            return refuse_position(call);
    }
    return left.size == 0 || refuse_position(call);
}

static bool take_sku(struct operator_call *call, struct state *state)
{
    struct bytes text;
    if (!http_parameter(call->call.exchange, BYTES("sku"), &text)) {
        error_list_add(&call->call.errors, "Required parameter sku is missing");
        return false;
    }
    if (!field_sku_text(text, FIELD("sku"), &state->key.sku, &call->call.errors))
        return false;
    state->key.hash = bytes_hash(state->key.sku);
    return true;
}

static bool decode(struct operator_call *call, const struct json_value *root)
{
    (void)root;
    struct call *base = &call->call;
    struct state *state = arena_allocate(&base->exchange->arena, sizeof(*state));
    if (state == NULL)
        return false;
    *state = (struct state){.from_ms = INT64_MIN, .until_ms = INT64_MAX};
    call->state = state;
    const struct query_limits limits = {.otherwise = LIMIT_OTHERWISE,
                                        .max = STORE_HISTORY_EVENTS_MAX};
    bool given = false;
    if (!take_sku(call, state) || !call_query_limit(base, &limits, &state->limit) ||
        !call_query_int64(base, "warehouseId", 1, INT64_MAX, &state->warehouse_id, &given) ||
        !call_query_moment(base, "from", &state->from_ms) ||
        !call_query_moment(base, "to", &state->until_ms))
        return false;
    list_sources(call, state);
    return take_position(call, state);
}

/* Reads a page of one shelf, from a position on. */
static enum err read_page(struct operator_call *call, const struct source *source,
                          struct bytes position, uint32_t limit, struct store_history *page)
{
    const struct state *state = call->state;
    *page = (struct store_history){
        .shelf_id = source->shelf_id,
        .key = state->key,
        .from_ms = state->from_ms,
        .until_ms = state->until_ms,
        .limit = limit,
        .position = position,
        .arena = &call->call.exchange->arena,
    };
    const enum err error = store_history(call->api->settings.store, page);
    ASSERT(error != OK || page->next.size <= STORE_HISTORY_POSITION_BYTES_MAX);
    return error;
}

/* Reads until there is something, or the end, or enough was looked at. */
static enum err read_source(struct operator_call *call, struct source *source)
{
    struct store_history page = {.next = source->position};
    enum err error = OK;
    for (int looks = 0; looks < LOOKS_MAX && error == OK; looks++) {
        source->position = page.next;
        error =
            read_page(call, source, source->position, ((struct state *)call->state)->limit, &page);
        if (error != OK || page.events_count > 0 || page.next.size == 0)
            break;
    }
    source->events = page.events;
    source->events_count = page.events_count;
    source->next = page.next;
    return error;
}

static bool source_is_used_up(const struct source *source)
{
    return source->is_over || source->taken == source->events_count;
}

/* The shelf whose next event is the newest. NULL: there is none, or another shelf may have newer
 * ones behind its page. */
static struct source *newest_source(struct state *state)
{
    struct source *newest = NULL;
    for (uint32_t i = 0; i < state->sources_count; i++) {
        struct source *source = &state->sources[i];
        if (source_is_used_up(source)) {
            if (!source->is_over && source->next.size > 0)
                return NULL;
            continue;
        }
        if (newest == NULL ||
            source->events[source->taken].cause.at_ms > newest->events[newest->taken].cause.at_ms)
            newest = source;
    }
    return newest;
}

/* Whether the event is told, as it is here. */
static bool is_told(const struct source *source, struct stock_event *event)
{
    if (event->kind != STOCK_EVENT_MARK)
        return true;
    event->marks_set &= source->marks;
    event->marks_clear &= source->marks;
    return (event->marks_set | event->marks_clear) != 0;
}

static void merge(struct state *state)
{
    struct source *source = newest_source(state);
    for (; source != NULL && state->shown_count < state->limit; source = newest_source(state)) {
        struct stock_event *event = &source->events[source->taken++];
        if (is_told(source, event))
            state->shown[state->shown_count++] = (struct shown){event, source};
    }
}

/* Where the next page of a shelf starts; of a page that was used in part it has to be asked for. */
static enum err find_next(struct operator_call *call, struct source *source)
{
    struct store_history page = {.next = source->next};
    enum err error = OK;
    if (source->is_over || (source->taken == 0 && source->events_count > 0))
        return OK;
    if (source->taken < source->events_count)
        error = read_page(call, source, source->position, source->taken, &page);
    source->position = page.next;
    source->is_over = page.next.size == 0;
    return error;
}

/* Appends the position of the next page; nothing where all is over. */
static void position_encode(const struct state *state, struct buffer *position)
{
    bool is_over = true;
    for (uint32_t i = 0; i < state->sources_count; i++)
        is_over = is_over && state->sources[i].is_over;
    for (uint32_t i = 0; i < state->sources_count && !is_over; i++) {
        const struct source *source = &state->sources[i];
        buffer_append_text(position, i == 0 ? "" : "/");
        buffer_append(position, source->is_over ? BYTES("-") : source->position);
    }
}

static void encode(struct operator_call *call, struct bytes token)
{
    const struct state *state = call->state;
    struct buffer *body = &call->call.exchange->reply;
    call->call.exchange->status = 200;
    buffer_append(body, BYTES("{\"status\":\"OK\",\"result\":{\"events\":["));
    for (uint32_t i = 0; i < state->shown_count; i++) {
        buffer_append_text(body, i == 0 ? "" : ",");
        stock_event_encode(body, state->shown[i].event, state->shown[i].source->warehouse_id);
    }
    buffer_append(body, BYTES("],"));
    page_token_encode_paging(body, token, (struct bytes){NULL, 0});
    buffer_append(body, BYTES("}}"));
}

static void reply(struct operator_call *call)
{
    const struct state *state = call->state;
    struct buffer position;
    struct bytes token;
    buffer_init(&position);
    position_encode(state, &position);
    if (position.size > PAGE_POSITION_BYTES_MAX)
        call_refuse(&call->call, 400, "BAD_REQUEST",
                    "The SKU has a history in too many warehouses to be shown at once: ask for one "
                    "with warehouseId");
    else if (!position.failed && call_query_page_token(&call->call, filter_of(call, state),
                                                       buffer_bytes(&position), false, &token))
        encode(call, token);
    else
        call_refuse_unavailable(&call->call);
    buffer_deinit(&position);
}

static void refuse(struct operator_call *call, enum err error)
{
    if (error == ERR_UNSUPPORTED)
        call_refuse(&call->call, 409, "NO_HISTORY", "No history is kept: --history-days is 0");
    else if (error == ERR_INVALID)
        call_refuse(&call->call, 400, "BAD_REQUEST", "Bad page token");
    else
        call_refuse_unavailable(&call->call);
}

static bool begin(struct operator_call *call)
{
    struct state *state = call->state;
    enum err error = OK;
    if (state->warehouse_id != 0 && state->sources_count == 0) {
        call_refuse(&call->call, 404, "WAREHOUSE_NOT_FOUND",
                    "Campaign '%" PRId64 "' has no goods in warehouse '%" PRId64 "'",
                    call->campaign.id, state->warehouse_id);
        return false;
    }
    for (uint32_t i = 0; i < state->sources_count && error == OK; i++) {
        if (!state->sources[i].is_over)
            error = read_source(call, &state->sources[i]);
    }
    merge(state);
    for (uint32_t i = 0; i < state->sources_count && error == OK; i++)
        error = find_next(call, &state->sources[i]);
    if (error == OK)
        reply(call);
    else
        refuse(call, error);
    return false;
}

const struct operator_method method_get_history = {
    .decode = decode,
    .begin = begin,
    .blocks = true,
};
