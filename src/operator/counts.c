/* PUT warehouses/{warehouseId}/stocks: the Market's own counts (CONTRACT §12), of the seller's
 * warehouse or of one of the Market's. Goods in a warehouse of the Market are put into the
 * campaign's catalogue first, with a mark; a power cut between the two leaves goods without a
 * number. */
#include <inttypes.h>

#include "operator/operator_internal.h"
#include "wire/market_counts.h"

struct state {
    struct market_counts counts;
    int64_t warehouse_id;
    int64_t shelf_id;
    bool marking; /* The mark is under way. */
};

static bool decode(struct operator_call *call, const struct json_value *root)
{
    struct arena *arena = &call->call.exchange->arena;
    struct state *state = arena_allocate(arena, sizeof(*state));
    const struct bytes warehouse = call->values.texts[1];
    const struct market_counts_rules rules = {
        .now_ms = call->call.exchange->now_ms,
        .future_tolerance_ms = call->api->settings.future_tolerance_ms,
    };
    if (state == NULL)
        return false;
    call->state = state;
    *state = (struct state){.marking = false};
    if (!bytes_to_int64(warehouse, &state->warehouse_id)) {
        error_list_add(&call->call.errors, "Type mismatch: '%.*s'",
                       BYTES_ARG(bytes_clip(warehouse, REJECTED_VALUE_BYTES_MAX)));
        return false;
    }
    return market_counts_decode(*root, &rules, arena, &state->counts, &call->call.errors);
}

static bool refuse_warehouse(struct operator_call *call, int64_t warehouse_id)
{
    const struct registry *registry = call->api->settings.registry;
    struct warehouse_facts warehouse;
    struct market_warehouse_facts market;
    if (registry_find_warehouse(registry, warehouse_id, &warehouse)) {
        call_refuse(&call->call, 404, "WAREHOUSE_NOT_FOUND",
                    "Warehouse '%" PRId64 "' belongs to campaign '%" PRId64 "'", warehouse_id,
                    warehouse.campaign_id);
    } else if (registry_find_market_warehouse(registry, warehouse_id, &market)) {
        call_refuse(&call->call, 404, "WAREHOUSE_NOT_FOUND",
                    "Warehouse '%" PRId64 "' of the Market takes no goods of %s campaigns%s",
                    warehouse_id, placement_name(call->campaign.placement),
                    market.returns ? ": it is for returns" : "");
    } else {
        call_refuse(&call->call, 404, "WAREHOUSE_NOT_FOUND", "Warehouse not found '%" PRId64 "'",
                    warehouse_id);
    }
    return false;
}

/* SKUs outlive the document: the second command may come after a sync. */
static bool keep_counts(struct operator_call *call, struct state *state)
{
    struct market_counts *counts = &state->counts;
    bool kept = true;
    for (uint32_t i = 0; i < counts->items_count && kept; i++)
        kept = call_keep_bytes(&call->call, &counts->items[i].key.sku);
    return kept;
}

static void fill_count(struct operator_call *call, const struct state *state)
{
    call->call.command = (struct store_command){
        .kind = STORE_COUNT,
        .shelf_id = state->shelf_id,
        .count = {.items = state->counts.items, .items_count = state->counts.items_count},
    };
}

/* What the Market counts is sold by the Market: a number brings back what was deleted, as the
 * seller's own number does in the seller's warehouse. */
static void fill_mark(struct operator_call *call, const struct state *state)
{
    const struct campaign_facts *campaign = &call->campaign;
    const bool of_market =
        campaign->placement == PLACEMENT_FBY || campaign->placement == PLACEMENT_LAAS;
    call->call.command = (struct store_command){
        .kind = STORE_MARK,
        .shelf_id = campaign->shelf_id,
        .mark = {.keys = state->counts.keys,
                 .keys_count = state->counts.keys_count,
                 .set = STOCK_PLACED,
                 .clear = of_market ? STOCK_DELETED : 0,
                 .create_unknown = true},
    };
}

static bool begin(struct operator_call *call)
{
    struct state *state = call->state;
    const struct campaign_facts *campaign = &call->campaign;
    if (campaign->warehouse_id != 0 && campaign->warehouse_id == state->warehouse_id) {
        state->shelf_id = campaign->shelf_id;
        fill_count(call, state);
        return true;
    }
    struct market_place place;
    if (!registry_find_market_place(call->api->settings.registry, campaign->id, state->warehouse_id,
                                    &place))
        return refuse_warehouse(call, state->warehouse_id);
    state->shelf_id = place.shelf_id;
    if (!keep_counts(call, state)) {
        call_refuse_unavailable(&call->call);
        return false;
    }
    state->marking = true;
    fill_mark(call, state);
    return true;
}

static bool proceed(struct operator_call *call)
{
    struct state *state = call->state;
    const struct store_command *command = &call->call.command;
    if (state->marking) {
        ASSERT(command->verdict == VERDICT_OK);
        state->marking = false;
        fill_count(call, state);
        return true;
    }
    if (command->verdict == VERDICT_OK) {
        update_counts_add(call->api->settings.update_counts, call->campaign.id,
                          state->counts.keys_count, call->call.exchange->now_ms);
        operator_reply_ok(call);
        return false;
    }
    ASSERT(command->verdict == VERDICT_BELOW_RESERVED);
    call_refuse(&call->call, 409, "BELOW_RESERVED",
                "FIT of '%.*s' must be %" PRId64
                " or more, as orders hold that many; nothing is changed",
                BYTES_ARG(command->count.sku), command->count.reserved);
    return false;
}

const struct operator_method method_count_stocks = {
    .decode = decode, .begin = begin, .proceed = proceed};
