/* PUT offers/stocks (CONTRACT §1). A number brings back an offer that was deleted from the
 * campaign. The store sees to it on the shelf that is written; where that is a group's, the mark
 * stands on the campaign's own shelf: whether there is any is asked before the write, and what
 * there is is cleared behind it. */
#include "wire/put_stocks.h"

#include <inttypes.h>

#include "api/offer_marks.h"

/* Of a member of a group. */
struct state {
    struct store_command write;
    struct offer_marks marks;
    bool brings_back; /* `marks` are to be cleared. */
};

/* Asks first whether any offer is deleted; the write waits in the state. False: no memory. */
static bool ask_for_deleted(struct api_call *call)
{
    struct state *state = arena_allocate(&call->call.exchange->arena, sizeof(*state));
    if (state == NULL)
        return false;
    *state = (struct state){.write = call->call.command};
    call->state = state;
    call->call.keeps_document = true;
    call->call.command = (struct store_command){
        .kind = STORE_PAGE,
        .shelf_id = call->campaign.own_shelf_id,
        .page = {.limit = 1,
                 .filter = {.presence = STORE_ANY,
                            .marks_mask = STOCK_DELETED,
                            .marks_wanted = STOCK_DELETED,
                            .never_updated = true}},
    };
    return true;
}

/* Keeps the SKUs for the marks that will be cleared. False: no memory. */
static bool plan_bring_back(struct api_call *call, struct state *state)
{
    const struct store_put *put = &state->write.put;
    struct arena *arena = &call->call.exchange->arena;
    size_t texts_bytes = 0;
    for (uint32_t i = 0; i < put->items_count; i++)
        texts_bytes += put->items[i].key.sku.size;
    struct stock_key *keys = arena_allocate(arena, put->items_count * sizeof(*keys));
    struct buffer texts = {arena_allocate(arena, texts_bytes), 0, texts_bytes, false};
    if (keys == NULL || texts.data == NULL)
        return false;
    for (uint32_t i = 0; i < put->items_count; i++) {
        const struct stock_key *key = &put->items[i].key;
        keys[i] = (struct stock_key){{texts.data + texts.size, key->sku.size}, key->hash};
        buffer_append(&texts, key->sku);
    }
    offer_marks_bring_back(&state->marks, &call->campaign, keys, put->items_count);
    state->brings_back = true;
    return true;
}

/* It is known whether any offer is deleted: now the write. False: refused. */
static bool go_on_to_write(struct api_call *call, struct state *state)
{
    const struct store_command *asked = &call->call.command;
    const bool any = asked->views_count > 0 || asked->page.next.size > 0;
    if (any && !plan_bring_back(call, state)) {
        refuse_unavailable(&call->call);
        return false;
    }
    call->call.command = state->write;
    call->call.keeps_document = false;
    return true;
}

static bool decode(struct api_call *call, const struct json_value *root)
{
    const struct api_settings *settings = &call->api->settings;
    const struct put_stocks_rules rules = {
        .now_ms = call->call.exchange->now_ms,
        .future_tolerance_ms = settings->future_tolerance_ms,
        .past_tolerance_ms = settings->edition == EDITION_2026 ? PAST_TOLERANCE_MS : -1,
        .warehouse_id = call->campaign.warehouse_id,
    };
    struct put_stocks request;
    const bool valid =
        put_stocks_decode(*root, &rules, &call->call.exchange->arena, &request, &call->call.errors);
    call->items_count = request.skus_count;
    if (!valid)
        return false;
    call->call.command = (struct store_command){
        .kind = STORE_PUT,
        .shelf_id = call->campaign.shelf_id,
        .put = {.items = request.items,
                .items_count = request.items_count,
                .unknown_policy = settings->unknown_sku},
    };
    return call->campaign.own_shelf_id == call->campaign.shelf_id || ask_for_deleted(call);
}

static bool proceed(struct api_call *call)
{
    struct store_command *command = &call->call.command;
    struct state *state = call->state;
    if (command->kind == STORE_PAGE)
        return go_on_to_write(call, state);
    if (command->verdict == VERDICT_UNKNOWN_SKU) {
        refuse(call, 400, "Unknown shop-sku '%.*s' for warehouse '%" PRId64 "'",
               BYTES_ARG(command->put.unknown), call->campaign.warehouse_id);
        return false;
    }
    if (command->kind == STORE_PUT) {
        metric_add(&call->api->metrics.skus_written, command->put.applied_count);
        metric_add(&call->api->metrics.skus_stale, command->put.stale_count);
        update_counts_add(call->api->settings.update_counts, call->campaign.id,
                          command->put.applied_count, call->call.exchange->now_ms);
    }
    if (state != NULL && state->brings_back && offer_marks_next(&state->marks, command))
        return true;
    call->call.exchange->status = 200;
    reply_encode_ok(&call->call.exchange->reply);
    return false;
}

const struct operation operation_put_stocks = {decode, NULL, proceed, false};
