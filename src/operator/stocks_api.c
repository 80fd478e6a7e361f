/* GET campaigns/{campaignId}/stocks: a page of a campaign's SKUs with numbers and marks, or one.
 *
 * What is said of a SKU lies on several shelves (DESIGN §4): its numbers where it is sold from, or
 * in warehouses of the Market, marks on the stock shelf and on the campaign's own. One of them is
 * walked, the one that knows best what is looked for; the others are asked for what it found, and
 * what does not fit then is left out: a page may be short, or empty, and have a next one. */
#include <inttypes.h>

#include "base/fold.h"
#include "base/hash.h"
#include "call/query.h"
#include "call/view_match.h"
#include "operator/operator_internal.h"
#include "wire/field.h"
#include "wire/page_token.h"
#include "wire/stock_row.h"

enum {
    LIMIT_OTHERWISE = 50,
    SHELVES_MAX = REGISTRY_MARKET_WAREHOUSES_MAX + 2,
    STALE_MS = 24 * 60 * 60 * 1000,
};

static_assert(STORE_PAGE_CELLS_MAX <= GET_OFFER_IDS_MAX, "a page can be looked up elsewhere");

enum row_filter {
    FILTER_NONE,
    FILTER_IN_STOCK,
    FILTER_ZERO,
    FILTER_HIDDEN,
    FILTER_ARCHIVED,
    FILTER_STALE,
    FILTERS_COUNT
};

static const struct bytes filter_names[FILTERS_COUNT] = {
    [FILTER_NONE] = BYTES_INIT(""),
    [FILTER_IN_STOCK] = BYTES_INIT("IN_STOCK"),
    [FILTER_ZERO] = BYTES_INIT("ZERO"),
    [FILTER_HIDDEN] = BYTES_INIT("HIDDEN"),
    [FILTER_ARCHIVED] = BYTES_INIT("ARCHIVED"),
    [FILTER_STALE] = BYTES_INIT("STALE"),
};

/* A shelf that is asked, and what for. */
struct asked_shelf {
    int64_t shelf_id;
    bool for_numbers;
    bool for_marks;
};

struct state {
    struct bytes search; /* As it was given; none: any SKU. */
    enum store_match match;
    enum row_filter filter;
    int64_t warehouse_id; /* 0: not given. */
    bool one;             /* One SKU, `key`, is asked for. */
    struct stock_key key;
    uint32_t limit;
    struct query_page page;

    struct asked_shelf shelves[SHELVES_MAX]; /* The first one is walked. */
    uint32_t shelves_count;
    uint32_t at; /* The shelf whose command is under way. */
    struct stock_row *rows;
    struct stock_key *keys;
    uint32_t rows_count;
    struct bytes next;
};

/* --- The query. --- */

static const struct bytes parameter_names[] = {
    BYTES_INIT("search"), BYTES_INIT("match"), BYTES_INIT("filter"),    BYTES_INIT("warehouseId"),
    BYTES_INIT("sku"),    BYTES_INIT("limit"), BYTES_INIT("pageToken"), BYTES_INIT("page_token"),
};

static bool take_match(struct call *call, struct state *state)
{
    struct bytes text;
    state->match = STORE_MATCH_SUBSTRING;
    if (!http_parameter(call->exchange, BYTES("match"), &text) ||
        bytes_equal(text, BYTES("SUBSTRING")))
        return true;
    state->match = STORE_MATCH_PREFIX;
    if (bytes_equal(text, BYTES("PREFIX")))
        return true;
    error_list_add_rejected(&call->errors, "Parameter match must be PREFIX or SUBSTRING", text);
    return false;
}

static bool take_filter(struct call *call, struct state *state)
{
    struct bytes text;
    if (!http_parameter(call->exchange, BYTES("filter"), &text))
        return true;
    for (int i = FILTER_NONE + 1; i < FILTERS_COUNT; i++) {
        if (bytes_equal(text, filter_names[i])) {
            state->filter = (enum row_filter)i;
            return true;
        }
    }
    error_list_add_rejected(
        &call->errors, "Parameter filter must be IN_STOCK, ZERO, HIDDEN, ARCHIVED or STALE", text);
    return false;
}

/* A text by the rules of SKUs; white space around it does not count. */
static bool take_sku(struct call *call, const char *name, struct bytes *sku, bool *given)
{
    struct bytes text;
    *given = http_parameter(call->exchange, bytes_from_text(name), &text);
    if (!*given)
        return true;
    if (!bytes_are_utf8(text)) {
        error_list_add(&call->errors, "Parameter %s is not UTF-8", name);
        return false;
    }
    return field_sku_text(text, FIELD(name), sku, &call->errors) && call_keep_bytes(call, sku);
}

/* What is typed character by character begins with nothing. */
static bool take_search(struct call *call, struct state *state)
{
    struct bytes text;
    bool given = false;
    if (!http_parameter(call->exchange, BYTES("search"), &text) || bytes_trim(text).size == 0)
        return true;
    return take_sku(call, "search", &state->search, &given);
}

/* Checksum of what is listed; page tokens are bound to it. */
static uint64_t listing_of(const struct operator_call *call, const struct state *state)
{
    const int64_t parts[] = {call->campaign.id, state->warehouse_id, state->match, state->filter};
    return bytes_checksum(state->search,
                          bytes_checksum((struct bytes){(const uint8_t *)parts, sizeof(parts)}, 0));
}

static bool decode_query(struct call *call, struct state *state)
{
    const struct query_limits limits = {.otherwise = LIMIT_OTHERWISE, .max = STORE_PAGE_CELLS_MAX};
    struct bytes sku = {NULL, 0};
    bool given = false;
    bool valid = call_query_known(call, parameter_names,
                                  sizeof(parameter_names) / sizeof(parameter_names[0]));
    valid &= call_query_limit(call, &limits, &state->limit);
    valid &= call_query_int64(call, "warehouseId", 1, INT64_MAX, &state->warehouse_id, &given);
    valid &= take_match(call, state);
    valid &= take_filter(call, state);
    valid &= take_search(call, state);
    valid &= take_sku(call, "sku", &sku, &state->one);
    if (!valid)
        return false;
    if (state->one && state->search.size > 0) {
        error_list_add(&call->errors, "Parameters sku and search must not be used together");
        return false;
    }
    state->key = (struct stock_key){sku, bytes_hash(sku)};
    return true;
}

static bool decode(struct operator_call *call, const struct json_value *root)
{
    struct state *state = arena_allocate(&call->call.exchange->arena, sizeof(*state));
    (void)root;
    if (state == NULL)
        return false;
    *state = (struct state){.filter = FILTER_NONE};
    call->state = state;
    return decode_query(&call->call, state) &&
           call_query_page(&call->call, listing_of(call, state), &state->page);
}

/* --- Shelves. --- */

static void ask(struct state *state, struct asked_shelf shelf)
{
    for (uint32_t i = 0; i < state->shelves_count; i++) {
        struct asked_shelf *known = &state->shelves[i];
        if (known->shelf_id != shelf.shelf_id)
            continue;
        known->for_numbers |= shelf.for_numbers;
        known->for_marks |= shelf.for_marks;
        return;
    }
    ASSERT(state->shelves_count < SHELVES_MAX);
    state->shelves[state->shelves_count++] = shelf;
}

/* The campaign's goods lie in warehouses of the Market alone. */
static bool is_of_market(const struct campaign_facts *campaign)
{
    return campaign->warehouse_id == 0 &&
           (campaign->placement == PLACEMENT_FBY || campaign->placement == PLACEMENT_LAAS);
}

/* Which shelf is walked: hidden offers are listed by the campaign's own, archived ones by the stock
 * shelf, and whoever asks for a warehouse of the Market sees what it knows. */
static int64_t walked_shelf(const struct campaign_facts *campaign, const struct state *state,
                            int64_t place_shelf_id)
{
    if (state->filter == FILTER_HIDDEN && !state->one)
        return campaign->own_shelf_id;
    if (state->filter == FILTER_ARCHIVED || place_shelf_id == 0)
        return campaign->shelf_id;
    return place_shelf_id;
}

/* Lists the shelves that are asked. False: the warehouse is none of this campaign's. */
static bool plan_shelves(struct operator_call *call, struct state *state)
{
    const struct campaign_facts *campaign = &call->campaign;
    const struct registry *registry = call->api->settings.registry;
    struct market_place places[REGISTRY_MARKET_WAREHOUSES_MAX];
    uint32_t places_count = 0;
    int64_t place_shelf_id = 0;
    if (state->warehouse_id != 0 && state->warehouse_id != campaign->warehouse_id) {
        if (!registry_find_market_place(registry, campaign->id, state->warehouse_id, &places[0]))
            return false;
        places_count = 1;
        place_shelf_id = places[0].shelf_id;
    } else if (is_of_market(campaign)) {
        places_count = registry_campaign_market_warehouses(registry, campaign->id, places,
                                                           REGISTRY_MARKET_WAREHOUSES_MAX);
    }
    ask(state, (struct asked_shelf){walked_shelf(campaign, state, place_shelf_id), false, false});
    ask(state, (struct asked_shelf){campaign->shelf_id, place_shelf_id == 0, true});
    ask(state, (struct asked_shelf){campaign->own_shelf_id, false, true});
    for (uint32_t i = 0; i < places_count; i++)
        ask(state, (struct asked_shelf){places[i].shelf_id, true, false});
    return true;
}

/* --- What fits. --- */

/* Marks of rows that a filter leaves out. */
static uint32_t marks_left_out(enum row_filter filter)
{
    switch (filter) {
    case FILTER_NONE:
        return 0;
    case FILTER_HIDDEN:
    case FILTER_ARCHIVED:
        return STOCK_DELETED;
    case FILTER_IN_STOCK:
    case FILTER_ZERO:
    case FILTER_STALE:
    case FILTERS_COUNT:
        return STOCK_DELETED | STOCK_ARCHIVED;
    }
    return 0;
}

static bool row_fits(enum row_filter filter, const struct stock_row *row, int64_t now_ms)
{
    const struct stock_view *view = &row->view;
    if ((row->marks & marks_left_out(filter)) != 0)
        return false;
    switch (filter) {
    case FILTER_NONE:
        return true;
    case FILTER_IN_STOCK:
        return view->available > 0;
    case FILTER_ZERO:
        return view->available == 0;
    case FILTER_HIDDEN:
        return (row->marks & STOCK_HIDDEN) != 0;
    case FILTER_ARCHIVED:
        return (row->marks & STOCK_ARCHIVED) != 0;
    case FILTER_STALE:
        return view->updated_at_ms != STOCK_NEVER_UPDATED &&
               view->updated_at_ms < now_ms - STALE_MS;
    case FILTERS_COUNT:
        break;
    }
    return false;
}

/* What the walked shelf can tell of row_fits() by itself, so that the walk does not stop at rows
 * that are left out later. */
static struct store_filter walk_filter(const struct operator_call *call, const struct state *state)
{
    const struct asked_shelf *walked = &state->shelves[0];
    struct store_filter filter = {.never_updated = true, .match = STORE_MATCH_ALL};
    bool all_numbers = walked->for_numbers;
    for (uint32_t i = 1; i < state->shelves_count; i++)
        all_numbers &= !state->shelves[i].for_numbers;
    if (walked->shelf_id == call->campaign.own_shelf_id)
        filter.marks_mask |= marks_left_out(state->filter) & STOCK_DELETED;
    if (walked->shelf_id == call->campaign.shelf_id)
        filter.marks_mask |= marks_left_out(state->filter) & STOCK_ARCHIVED;
    if (state->filter == FILTER_HIDDEN)
        filter.marks_wanted = STOCK_HIDDEN;
    if (state->filter == FILTER_ARCHIVED)
        filter.marks_wanted = STOCK_ARCHIVED;
    filter.marks_mask |= filter.marks_wanted;
    if (all_numbers && state->filter == FILTER_IN_STOCK)
        filter.available = STORE_PRESENT;
    if (all_numbers && state->filter == FILTER_ZERO)
        filter.available = STORE_ABSENT;
    if (all_numbers && state->filter == FILTER_STALE)
        filter.updated_before_ms = call->call.exchange->now_ms - STALE_MS;
    return filter;
}

/* Puts the text that is searched for into the filter. False: no memory. */
static bool add_search(struct operator_call *call, const struct state *state,
                       struct store_filter *filter)
{
    if (state->search.size == 0)
        return true;
    filter->match = state->match;
    filter->text = state->search;
    if (state->match == STORE_MATCH_PREFIX)
        return true;
    uint8_t *folded = arena_allocate(&call->call.exchange->arena, state->search.size);
    if (folded == NULL)
        return false;
    fold_case(state->search, folded);
    filter->text.data = folded;
    return true;
}

/* --- Commands. --- */

static void fill_list(struct operator_call *call, const struct stock_key *keys, uint32_t keys_count)
{
    const struct state *state = call->state;
    call->call.command = (struct store_command){
        .kind = STORE_LIST,
        .shelf_id = state->shelves[state->at].shelf_id,
        .list = {.keys = keys, .keys_count = keys_count},
    };
}

static bool begin(struct operator_call *call)
{
    struct state *state = call->state;
    if (!plan_shelves(call, state)) {
        call_refuse(&call->call, 404, "WAREHOUSE_NOT_FOUND",
                    "Warehouse '%" PRId64 "' has no goods of this campaign", state->warehouse_id);
        return false;
    }
    if (state->one) {
        fill_list(call, &state->key, 1);
        return true;
    }
    struct store_filter filter = walk_filter(call, state);
    if (!add_search(call, state, &filter)) {
        call_refuse_unavailable(&call->call);
        return false;
    }
    call->call.command = (struct store_command){
        .kind = STORE_PAGE,
        .shelf_id = state->shelves[0].shelf_id,
        .page = {.position = state->page.position,
                 .search = true,
                 .limit = state->limit,
                 .filter = filter},
    };
    return true;
}

/* The walked shelf says which SKUs there are. False: no memory. */
static bool begin_rows(struct operator_call *call, struct state *state)
{
    const struct store_command *command = &call->call.command;
    struct arena *arena = &call->call.exchange->arena;
    const uint32_t count = command->views_count;
    if (command->kind == STORE_PAGE)
        state->next = command->page.next;
    state->rows = arena_allocate(arena, (count + 1) * sizeof(*state->rows));
    state->keys = arena_allocate(arena, (count + 1) * sizeof(*state->keys));
    if (state->rows == NULL || state->keys == NULL)
        return false;
    state->rows_count = count;
    for (uint32_t i = 0; i < count; i++) {
        const struct bytes sku = command->views[i].sku;
        state->keys[i] = (struct stock_key){sku, bytes_hash(sku)};
        state->rows[i] = (struct stock_row){{.sku = sku, .updated_at_ms = STOCK_NEVER_UPDATED}, 0};
    }
    if (count == 0)
        state->shelves_count = 1; /* Nobody has to be asked about nothing. */
    return true;
}

/* Adds the numbers of one more shelf. False: no memory. */
static bool add_numbers(struct arena *arena, struct stock_view *sum, const struct stock_view *view)
{
    sum->available += view->available;
    sum->reserved += view->reserved;
    if (view->updated_at_ms > sum->updated_at_ms)
        sum->updated_at_ms = view->updated_at_ms;
    if (view->details == NULL)
        return true;
    struct stock_details *details = arena_allocate(arena, sizeof(*details));
    if (details == NULL)
        return false;
    *details = *view->details;
    for (int i = 0; i < STOCK_UNFIT_COUNT && sum->details != NULL; i++)
        details->unfit[i] += sum->details->unfit[i];
    sum->details = details;
    return true;
}

static bool take_views(struct operator_call *call, struct state *state)
{
    const struct store_command *command = &call->call.command;
    const struct asked_shelf *shelf = &state->shelves[state->at];
    struct view_match match = {command->views, command->views_count, 0};
    bool taken = true;
    for (uint32_t i = 0; i < state->rows_count; i++) {
        struct stock_row *row = &state->rows[i];
        const struct stock_view *view = view_match_next(&match, row->view.sku);
        if (view != NULL && shelf->for_marks)
            row->marks |= view->marks;
        if (view != NULL && shelf->for_numbers)
            taken &= add_numbers(&call->call.exchange->arena, &row->view, view);
    }
    view_match_end(&match);
    return taken;
}

static bool encode(struct operator_call *call, const struct state *state)
{
    struct buffer *body = &call->call.exchange->reply;
    struct bytes token;
    if (!call_query_page_token(&call->call, listing_of(call, state), state->next, false, &token)) {
        call_refuse_unavailable(&call->call);
        return false;
    }
    call->call.exchange->status = 200;
    buffer_append(body, BYTES("{\"status\":\"OK\",\"result\":{\"stocks\":["));
    for (uint32_t i = 0; i < state->rows_count; i++) {
        if (row_fits(state->filter, &state->rows[i], call->call.exchange->now_ms))
            stock_row_encode(body, &state->rows[i]);
    }
    buffer_append(body, BYTES("],"));
    page_token_encode_paging(body, token, (struct bytes){NULL, 0});
    buffer_append(body, BYTES("}}"));
    return false;
}

static bool proceed(struct operator_call *call)
{
    struct state *state = call->state;
    if (call->call.command.verdict == VERDICT_BAD_POSITION) {
        call_refuse(&call->call, 400, "BAD_REQUEST", "Bad page token");
        return false;
    }
    ASSERT(call->call.command.verdict == VERDICT_OK);
    if ((state->at == 0 && !begin_rows(call, state)) || !take_views(call, state)) {
        call_refuse_unavailable(&call->call);
        return false;
    }
    if (++state->at == state->shelves_count)
        return encode(call, state);
    fill_list(call, state->keys, state->rows_count);
    return true;
}

const struct operator_method method_list_stocks = {
    .decode = decode,
    .begin = begin,
    .proceed = proceed,
};
