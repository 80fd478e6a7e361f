/* POST offers/stocks (CONTRACT §2). */
#include "wire/get_stocks.h"

#include "api/offer_read.h"
#include "base/hash.h"

enum { LIMIT_DEFAULT_2025 = 100, LIMIT_DEFAULT_2026 = 50, LIMIT_MAX_2026 = 100 };

struct state {
    struct get_stocks get;
    struct offer_read read;
    uint64_t filter;
    bool nowhere; /* The warehouse is none of this campaign's (C20). */
};

/* Checksum of what a listing is filtered by; page tokens are bound to it (C17). */
static uint64_t filter_of(const struct api_call *call, const struct get_stocks *get)
{
    const int64_t parts[] = {call->campaign.id, get->warehouse_id, get->has_stocks_given,
                             get->has_stocks, get->archived};
    return bytes_checksum((struct bytes){(const uint8_t *)parts, sizeof(parts)}, 0);
}

/* Deleted and archived offers are left out; of the latter `archived` shows nothing else. */
static struct store_filter cells_filter(const struct get_stocks *get)
{
    struct store_filter filter = {
        .presence = STORE_ANY,
        .marks_mask = STOCK_DELETED | STOCK_ARCHIVED,
        .marks_wanted = get->archived ? STOCK_ARCHIVED : 0,
    };
    if (get->has_stocks_given)
        filter.presence = get->has_stocks ? STORE_PRESENT : STORE_ABSENT;
    return filter;
}

static bool fill_command(struct api_call *call, struct state *state, uint32_t limit)
{
    const struct get_stocks *get = &state->get;
    struct store_command *command = &call->call.command;
    struct query_page page = {.backward = false};
    state->nowhere =
        !offer_read_begin(&state->read, call->api->registry, &call->campaign, get->warehouse_id);
    if (get->with_turnover)
        state->read.turnover_at_ms = call->call.exchange->now_ms;
    if (get->listed) {
        if (!state->nowhere)
            offer_read_list(&state->read, command, get->offers, get->offers_count);
        return true;
    }
    state->filter = filter_of(call, get);
    if (!call_query_page(&call->call, state->filter, &page))
        return false;
    struct store_filter filter = cells_filter(get);
    if (!state->nowhere && state->read.shelves[0].kind == OFFER_SHELF_MARKET)
        filter.marks_mask = filter.marks_wanted = 0; /* Marks stand on the other shelves. */
    if (!state->nowhere)
        offer_read_page(&state->read, command, &page, limit, &filter);
    return true;
}

static bool decode(struct api_call *call, const struct json_value *root)
{
    const bool new_edition = call->api->settings.edition == EDITION_2026;
    const struct query_limits limits = {
        .otherwise = new_edition ? LIMIT_DEFAULT_2026 : LIMIT_DEFAULT_2025,
        .max = PAGE_LIMIT_MAX,
        .cut = new_edition ? LIMIT_MAX_2026 : 0,
    };
    uint32_t limit = 0;
    struct state *state = arena_allocate(&call->call.exchange->arena, sizeof(*state));
    if (state == NULL ||
        !call_query_limit(&call->call, &limits, &limit)) /* Whatever else is said (C18). */
        return false;
    call->state = state;
    *state = (struct state){.filter = 0};
    if (root != NULL &&
        !get_stocks_decode(*root, &call->call.exchange->arena, &state->get, &call->call.errors))
        return false;
    return fill_command(call, state, limit);
}

/* Whether the answer has a row for what a shelf knows of an offer. */
static bool row_is_shown(const struct state *state, const struct offer_shelf *shelf, uint32_t offer)
{
    const struct stock_view *view = shelf->views[offer];
    if (shelf->warehouse_id == 0 || view == NULL || view->updated_at_ms == STOCK_NEVER_UPDATED)
        return false; /* It never had stock there (C22). */
    const uint32_t marks = state->read.marks[offer];
    if ((marks & STOCK_DELETED) != 0)
        return false;
    return state->get.listed || ((marks & STOCK_ARCHIVED) != 0) == state->get.archived;
}

static uint32_t count_rows(const struct state *state)
{
    uint32_t rows = 0;
    for (uint32_t i = 0; i < state->read.shelves_count; i++) {
        for (uint32_t offer = 0; offer < state->read.offers_count; offer++)
            rows += row_is_shown(state, &state->read.shelves[i], offer);
    }
    return rows;
}

static void encode_shelf(struct api_call *call, const struct state *state,
                         const struct offer_shelf *shelf)
{
    struct buffer *body = &call->call.exchange->reply;
    const enum placement placement = call->campaign.placement;
    const bool market = placement == PLACEMENT_FBY || placement == PLACEMENT_LAAS;
    struct date_day day = {.number = 0};
    bool begun = false;
    for (uint32_t i = 0; i < state->read.offers_count; i++) {
        if (!row_is_shown(state, shelf, i))
            continue;
        if (!begun)
            get_stocks_encode_warehouse(body, shelf->warehouse_id);
        begun = true;
        const struct get_stocks_offer offer = {
            .view = shelf->views[i],
            .with_turnover = state->get.with_turnover && market, /* C21 */
            .free_storage = (state->read.marks[i] & STOCK_FREE_STORAGE) != 0,
        };
        get_stocks_encode_offer(body, &offer, &day);
    }
}

static bool encode(struct api_call *call)
{
    const struct state *state = call->state;
    struct get_stocks_paging paging;
    const uint32_t rows = count_rows(state);
    if (!call_query_page_token(&call->call, state->filter, state->read.next, false,
                               &paging.next_token) ||
        !call_query_page_token(&call->call, state->filter, state->read.prev, true,
                               &paging.prev_token)) {
        refuse_unavailable(&call->call);
        return false;
    }
    if (!rate_take_answered(call, rows))
        return false;
    metric_add(&call->api->metrics.skus_read, rows);
    struct buffer *body = &call->call.exchange->reply;
    call->call.exchange->status = 200;
    get_stocks_encode_begin(body, &paging);
    for (uint32_t i = 0; i < state->read.shelves_count && rows > 0; i++)
        encode_shelf(call, state, &state->read.shelves[i]);
    get_stocks_encode_end(body);
    return false;
}

static bool begin(struct api_call *call)
{
    const struct state *state = call->state;
    return !state->nowhere || encode(call);
}

static bool proceed(struct api_call *call)
{
    struct state *state = call->state;
    return offer_read_proceed(call, &state->read, encode);
}

const struct operation operation_get_stocks = {decode, begin, proceed, false};
