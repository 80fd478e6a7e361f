/* POST businesses/{businessId}/offers/stocks of v3 (CONTRACT §14): one warehouse, one shelf. */
#include "api/v3.h"
#include "base/hash.h"
#include "call/query.h"
#include "wire/get_stocks.h"
#include "wire/v3_stocks.h"

enum { LIMIT_DEFAULT = 50, LIMIT_CUT = 100 };

struct state {
    struct v3_stocks_get request;
    uint32_t limit;
    struct query_page page;
    uint64_t filter;
};

/* As in v2: page tokens are bound to what the listing is filtered by (C17). */
static uint64_t filter_of(const struct api_call *call, const struct v3_stocks_get *get)
{
    const int64_t parts[] = {RATE_V3_GET_STOCKS, call->subject_id, get->warehouse_id,
                             get->archived};
    return bytes_checksum((struct bytes){(const uint8_t *)parts, sizeof(parts)}, 0);
}

static bool decode(struct api_call *call, const struct json_value *root)
{
    static const struct query_limits limits = {LIMIT_DEFAULT, PAGE_LIMIT_MAX, LIMIT_CUT};
    struct arena *arena = &call->call.exchange->arena;
    struct state *state = arena_allocate(arena, sizeof(*state));
    if (state == NULL || !call_query_limit(&call->call, &limits, &state->limit) ||
        !v3_stocks_decode_get(*root, arena, &state->request, &call->call.errors))
        return false;
    call->state = state;
    state->filter = filter_of(call, &state->request);
    return state->request.listed || call_query_page(&call->call, state->filter, &state->page);
}

static bool begin(struct api_call *call)
{
    const struct state *state = call->state;
    const struct v3_stocks_get *get = &state->request;
    struct warehouse_facts warehouse;
    if (!v3_check_warehouse(call, get->warehouse_id, &warehouse))
        return false;
    struct store_command *command = &call->call.command;
    if (get->listed) {
        *command = (struct store_command){
            .kind = STORE_LIST,
            .shelf_id = warehouse.shelf_id,
            .list = {.keys = get->offers, .keys_count = get->offers_count},
        };
        return true;
    }
    *command = (struct store_command){
        .kind = STORE_PAGE,
        .shelf_id = warehouse.shelf_id,
        .page = {.position = state->page.position,
                 .backward = state->page.backward,
                 .limit = state->limit,
                 .filter = {.presence = STORE_ANY,
                            .marks_mask = STOCK_DELETED | STOCK_ARCHIVED,
                            .marks_wanted = get->archived ? STOCK_ARCHIVED : 0}},
    };
    return true;
}

/* A list has archived offers, too, but neither deleted ones nor those that never had stock. */
static bool is_shown(const struct stock_view *view)
{
    return view->updated_at_ms != STOCK_NEVER_UPDATED && (view->marks & STOCK_DELETED) == 0;
}

static bool proceed(struct api_call *call)
{
    const struct state *state = call->state;
    const struct store_command *command = &call->call.command;
    if (command->verdict == VERDICT_BAD_POSITION) {
        refuse_page_token(call);
        return false;
    }
    struct bytes next = {NULL, 0};
    if (command->kind == STORE_PAGE &&
        !call_query_page_token(&call->call, state->filter, command->page.next, false, &next)) {
        refuse_unavailable(&call->call);
        return false;
    }
    struct buffer *body = &call->call.exchange->reply;
    struct date_day day = {.number = 0};
    uint64_t shown = 0;
    call->call.exchange->status = 200;
    v3_stocks_encode_begin(body, state->request.warehouse_id, next);
    for (uint32_t i = 0; i < command->views_count; i++) {
        if (!is_shown(&command->views[i]))
            continue;
        get_stocks_encode_offer(body, &(struct get_stocks_offer){.view = &command->views[i]}, &day);
        shown++;
    }
    v3_stocks_encode_end(body);
    metric_add(&call->api->metrics.skus_read, shown);
    return false;
}

const struct operation operation_v3_get_stocks = {decode, begin, proceed, false};
