/* GET stores: campaigns with where they sell from, what lies there, and how they were updated
 * lately. Numbers of a store are those of the shelves that it sells from: its warehouse's or its
 * group's, or, where it has none, those in the Market's warehouses; SKUs are those of its
 * catalogue, hidden ones those of its own shelf (DESIGN §4). */
#include "base/fold.h"
#include "base/hash.h"
#include "call/query.h"
#include "call/update_counts.h"
#include "operator/operator_internal.h"
#include "wire/page_token.h"
#include "wire/store_row.h"

enum {
    LIMIT_OTHERWISE = 50,
    LIMIT_MAX = 100,
    SEARCH_BYTES_MAX = 255,
    POSITION_DIGITS_MAX = 10,
};

/* A store, and where what is counted for it stands among the shelves of the page. */
struct listed_store {
    struct store_facts facts;
    uint32_t catalogue;
    uint32_t own;
    uint32_t numbers_first; /* In state->number_shelves. */
    uint32_t numbers_count;
    struct store_row_warehouse *warehouses;
    uint32_t warehouses_count;
};

struct state {
    struct registry_search search;
    uint64_t listing; /* Checksum that page tokens are bound to. */
    struct listed_store *stores;
    uint32_t stores_count;
    struct shelf_survey *shelves;
    uint32_t shelves_count;
    uint32_t shelves_max;
    uint32_t *number_shelves; /* Of all stores: places in `shelves`. */
    uint32_t number_shelves_count;
    uint32_t next;
};

static const struct bytes parameter_names[] = {
    BYTES_INIT("search"),
    BYTES_INIT("limit"),
    BYTES_INIT("pageToken"),
    BYTES_INIT("page_token"),
};

/* --- The query. --- */

static bool take_search(struct call *call, struct registry_search *search)
{
    struct bytes text;
    if (!http_parameter(call->exchange, BYTES("search"), &text))
        return true;
    text = bytes_trim(text);
    if (text.size > SEARCH_BYTES_MAX || !bytes_are_utf8(text)) {
        error_list_add(&call->errors, "Parameter search must be UTF-8 of at most %d bytes",
                       SEARCH_BYTES_MAX);
        return false;
    }
    uint8_t *folded = arena_allocate(&call->exchange->arena, text.size + 1);
    if (folded == NULL)
        return false;
    fold_case(text, folded);
    search->text = (struct bytes){folded, text.size};
    return true;
}

static bool decode(struct operator_call *call, const struct json_value *root)
{
    struct call *base = &call->call;
    const struct query_limits limits = {.otherwise = LIMIT_OTHERWISE, .max = LIMIT_MAX};
    struct state *state = arena_allocate(&base->exchange->arena, sizeof(*state));
    struct query_page page;
    int64_t first = 0;
    (void)root;
    if (state == NULL)
        return false;
    *state = (struct state){.next = 0};
    call->state = state;
    bool valid = call_query_known(base, parameter_names,
                                  sizeof(parameter_names) / sizeof(parameter_names[0]));
    valid &= call_query_limit(base, &limits, &state->search.rows_max);
    valid &= take_search(base, &state->search);
    state->listing = bytes_checksum(state->search.text, 0);
    if (!valid || !call_query_page(base, state->listing, &page))
        return false;
    if (page.position.size > 0 &&
        (!bytes_to_int64(page.position, &first) || first < 0 || first > UINT32_MAX)) {
        error_list_add(&base->errors, "Bad page token");
        return false;
    }
    state->search.first = (uint32_t)first;
    return true;
}

/* --- What is shown. --- */

/* The place of a shelf among those of the page. */
static uint32_t add_shelf(struct state *state, int64_t shelf_id)
{
    ASSERT(state->shelves_count < state->shelves_max);
    state->shelves[state->shelves_count] = (struct shelf_survey){.shelf_id = shelf_id};
    return state->shelves_count++;
}

/* The same of one that another store of the page may sell from as well. */
static uint32_t find_shelf(struct state *state, int64_t shelf_id)
{
    for (uint32_t i = 0; i < state->stores_count; i++) {
        const uint32_t at = state->stores[i].catalogue;
        if (at < state->shelves_count && state->shelves[at].shelf_id == shelf_id)
            return at;
    }
    return add_shelf(state, shelf_id);
}

static struct bytes market_name(const struct market_warehouse_facts *known, uint32_t known_count,
                                int64_t id)
{
    for (uint32_t i = 0; i < known_count; i++) {
        if (known[i].id == id)
            return known[i].name;
    }
    return BYTES("");
}

/* Lists warehouses and shelves of a store. False: no memory. */
static bool list_shelves(struct operator_call *call, struct state *state,
                         struct listed_store *store, const struct market_warehouse_facts *known,
                         uint32_t known_count)
{
    const struct campaign_facts *campaign = &store->facts.campaign;
    struct market_place places[REGISTRY_MARKET_WAREHOUSES_MAX];
    uint32_t places_count = 0;
    if (campaign->warehouse_id == 0)
        places_count = registry_campaign_market_warehouses(
            call->api->settings.registry, campaign->id, places, REGISTRY_MARKET_WAREHOUSES_MAX);
    store->catalogue = find_shelf(state, campaign->shelf_id);
    store->own = campaign->own_shelf_id == campaign->shelf_id
                     ? store->catalogue
                     : add_shelf(state, campaign->own_shelf_id);
    store->numbers_first = state->number_shelves_count;
    state->number_shelves[state->number_shelves_count++] = store->catalogue;
    store->warehouses = arena_allocate(&call->call.exchange->arena,
                                       (places_count + 1) * sizeof(*store->warehouses));
    if (store->warehouses == NULL)
        return false;
    if (campaign->warehouse_id != 0)
        store->warehouses[store->warehouses_count++] =
            (struct store_row_warehouse){campaign->warehouse_id, store->facts.warehouse_name};
    for (uint32_t i = 0; i < places_count; i++) {
        const int64_t id = places[i].warehouse_id;
        state->number_shelves[state->number_shelves_count++] = add_shelf(state, places[i].shelf_id);
        store->warehouses[store->warehouses_count++] =
            (struct store_row_warehouse){id, market_name(known, known_count, id)};
    }
    store->numbers_count = state->number_shelves_count - store->numbers_first;
    return true;
}

/* Finds the stores of the page. False: no memory. */
static bool find_stores(struct operator_call *call, struct state *state)
{
    const struct registry *registry = call->api->settings.registry;
    struct arena *arena = &call->call.exchange->arena;
    const uint32_t rows_max = state->search.rows_max;
    struct market_warehouse_facts known[REGISTRY_MARKET_WAREHOUSES_MAX];
    const uint32_t known_count = registry_list_market_warehouses(registry, known);
    struct store_facts *facts = arena_allocate(arena, rows_max * sizeof(*facts));
    if (facts == NULL)
        return false;
    state->stores_count = registry_search_stores(registry, &state->search, facts, &state->next);
    state->shelves_max = state->stores_count * (REGISTRY_MARKET_WAREHOUSES_MAX + 2) + 1;
    state->stores = arena_allocate(arena, rows_max * sizeof(*state->stores));
    state->shelves = arena_allocate(arena, state->shelves_max * sizeof(*state->shelves));
    state->number_shelves =
        arena_allocate(arena, state->shelves_max * sizeof(*state->number_shelves));
    if (state->stores == NULL || state->shelves == NULL || state->number_shelves == NULL)
        return false;
    for (uint32_t i = 0; i < state->stores_count; i++)
        state->stores[i] = (struct listed_store){.facts = facts[i], .catalogue = UINT32_MAX};
    for (uint32_t i = 0; i < state->stores_count; i++) {
        if (!list_shelves(call, state, &state->stores[i], known, known_count))
            return false;
    }
    return true;
}

/* Adds up what was counted. Of several counts the oldest moment is told. */
static void add_numbers(const struct state *state, const struct listed_store *store,
                        struct store_row *row)
{
    const struct shelf_survey *own = &state->shelves[store->own];
    row->skus = state->shelves[store->catalogue].cells_count;
    row->hidden = own->hidden_count;
    row->counted = own->counted;
    row->counted_at_ms = own->counted_at_ms;
    row->updated_at_ms = STOCK_NEVER_UPDATED;
    for (uint32_t i = 0; i < store->numbers_count; i++) {
        const struct shelf_survey *shelf =
            &state->shelves[state->number_shelves[store->numbers_first + i]];
        row->counted &= shelf->counted;
        row->available += shelf->available;
        row->reserved += shelf->reserved;
        row->unfit += shelf->unfit;
        if (shelf->updated_at_ms > row->updated_at_ms)
            row->updated_at_ms = shelf->updated_at_ms;
        if (shelf->counted_at_ms < row->counted_at_ms)
            row->counted_at_ms = shelf->counted_at_ms;
    }
}

static void encode_store(struct operator_call *call, const struct state *state,
                         const struct listed_store *store)
{
    const struct campaign_facts *campaign = &store->facts.campaign;
    uint32_t updates[UPDATE_COUNTS_PIECES];
    update_counts_read(call->api->settings.update_counts, campaign->id, call->call.exchange->now_ms,
                       updates);
    struct store_row row = {
        .campaign_id = campaign->id,
        .business_id = campaign->business_id,
        .business_name = campaign->business_name,
        .domain = campaign->domain,
        .placement = campaign->placement,
        .availability = campaign->availability,
        .warehouses = store->warehouses,
        .warehouses_count = store->warehouses_count,
        .group_id = campaign->group_id,
        .group_name = store->facts.group_name,
        .updates = updates,
        .updates_count = UPDATE_COUNTS_PIECES,
    };
    add_numbers(state, store, &row);
    store_row_encode(&call->call.exchange->reply, &row);
}

static bool encode(struct operator_call *call, const struct state *state)
{
    struct buffer *body = &call->call.exchange->reply;
    uint8_t digits[POSITION_DIGITS_MAX];
    struct buffer position = {digits, 0, sizeof(digits), false};
    struct bytes token;
    if (state->next != 0)
        buffer_append_int64(&position, state->next);
    if (!call_query_page_token(&call->call, state->listing, buffer_bytes(&position), false,
                               &token)) {
        call_refuse_unavailable(&call->call);
        return false;
    }
    call->call.exchange->status = 200;
    buffer_append(body, BYTES("{\"status\":\"OK\",\"result\":{\"stores\":["));
    for (uint32_t i = 0; i < state->stores_count; i++)
        encode_store(call, state, &state->stores[i]);
    buffer_append(body, BYTES("],"));
    page_token_encode_paging(body, token, (struct bytes){NULL, 0});
    buffer_append(body, BYTES("}}"));
    return false;
}

static bool begin(struct operator_call *call)
{
    struct state *state = call->state;
    if (find_stores(call, state) &&
        store_survey(call->api->settings.store, state->shelves, state->shelves_count) == OK)
        return encode(call, state);
    call_refuse_unavailable(&call->call);
    return false;
}

const struct operator_method method_list_stores = {
    .decode = decode,
    .begin = begin,
    .blocks = true,
};
