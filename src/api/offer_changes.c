/* POST offers/update and offers/delete of a campaign (CONTRACT §8). */
#include "api/offer_marks.h"
#include "api/offer_read.h"
#include "call/view_match.h"
#include "wire/campaign_offers.h"

static bool decode_update(struct api_call *call, const struct json_value *root)
{
    struct offer_marks *marks = arena_allocate(&call->call.exchange->arena, sizeof(*marks));
    struct offer_updates updates;
    const bool valid =
        offer_updates_decode(*root, &call->call.exchange->arena, &updates, &call->call.errors);
    call->items_count = updates.elements_count;
    if (!valid || marks == NULL)
        return false;
    struct stock_key *hidden = call_keep_keys(&call->call, updates.hidden, updates.hidden_count);
    struct stock_key *shown = call_keep_keys(&call->call, updates.shown, updates.shown_count);
    if (hidden == NULL || shown == NULL)
        return false;
    *marks = (struct offer_marks){.at = 0};
    call->state = marks;
    offer_marks_hide(marks, &call->campaign, hidden, updates.hidden_count);
    offer_marks_show(marks, &call->campaign, shown, updates.shown_count);
    return true;
}

static bool proceed_update(struct api_call *call)
{
    if (offer_marks_next(call->state, &call->call.command))
        return true;
    call->call.exchange->status = 200;
    reply_encode_ok(&call->call.exchange->reply);
    return false;
}

const struct operation operation_update_campaign_offers = {decode_update, proceed_update,
                                                           proceed_update, false};

struct deletion {
    struct stock_key *keys; /* What is asked for, and, of that, what could not be deleted. */
    struct stock_key *failed;
    struct stock_key *deleted;
    uint32_t keys_count;
    uint32_t failed_count;
    uint32_t deleted_count;
    bool reading;
    struct offer_read read;
    struct offer_marks marks;
};

static bool decode_delete(struct api_call *call, const struct json_value *root)
{
    struct arena *arena = &call->call.exchange->arena;
    struct deletion *deletion = arena_allocate(arena, sizeof(*deletion));
    struct sku_list list;
    const bool valid = offer_list_decode_body(*root, OFFERS_MAX, arena, &list, &call->call.errors);
    call->items_count = list.elements_count;
    if (!valid || deletion == NULL)
        return false;
    *deletion = (struct deletion){
        .keys = call_keep_keys(&call->call, list.keys, list.keys_count),
        .failed = arena_allocate(arena, list.keys_count * sizeof(*deletion->failed)),
        .deleted = arena_allocate(arena, list.keys_count * sizeof(*deletion->deleted)),
        .keys_count = list.keys_count,
        .reading = true,
    };
    call->state = deletion;
    if (deletion->keys == NULL || deletion->failed == NULL || deletion->deleted == NULL)
        return false;
    const bool own_warehouse =
        offer_read_begin(&deletion->read, call->api->registry, &call->campaign, 0);
    ASSERT(own_warehouse);
    offer_read_list(&deletion->read, &call->call.command, deletion->keys, deletion->keys_count);
    return true;
}

/* Units that orders hold, or that lie in a warehouse of the Market, keep an offer where it is. */
static bool is_kept(const struct offer_read *read, uint32_t offer)
{
    for (uint32_t i = 0; i < read->shelves_count; i++) {
        const struct offer_shelf *shelf = &read->shelves[i];
        const struct stock_view *view = shelf->views[offer];
        if (view == NULL || shelf->kind == OFFER_SHELF_OWN)
            continue;
        if (view->reserved > 0)
            return true;
        if (shelf->kind == OFFER_SHELF_MARKET && view->available + stock_unfit_units(view) > 0)
            return true;
    }
    return false;
}

/* Tells apart what is deleted and what is not; what was found is in the order of the request. */
static void divide(struct deletion *deletion)
{
    const struct offer_read *read = &deletion->read;
    struct view_match match = {read->offers, read->offers_count, 0};
    for (uint32_t i = 0; i < deletion->keys_count; i++) {
        const struct stock_key *key = &deletion->keys[i];
        const uint32_t offer = match.taken;
        if (view_match_next(&match, key->sku) != NULL && !is_kept(read, offer))
            deletion->deleted[deletion->deleted_count++] = *key;
        else
            deletion->failed[deletion->failed_count++] = *key;
    }
    view_match_end(&match);
}

static bool mark_next(struct api_call *call)
{
    struct deletion *deletion = call->state;
    if (offer_marks_next(&deletion->marks, &call->call.command))
        return true;
    call->call.exchange->status = 200;
    offer_list_encode_failures(&call->call.exchange->reply, "notDeletedOfferIds", deletion->failed,
                               deletion->failed_count);
    return false;
}

/* Everything was read. */
static bool begin_marking(struct api_call *call)
{
    struct deletion *deletion = call->state;
    deletion->reading = false;
    divide(deletion);
    offer_marks_delete(&deletion->marks, &call->campaign, deletion->deleted,
                       deletion->deleted_count);
    return mark_next(call);
}

static bool proceed_delete(struct api_call *call)
{
    struct deletion *deletion = call->state;
    return deletion->reading ? offer_read_proceed(call, &deletion->read, begin_marking)
                             : mark_next(call);
}

const struct operation operation_delete_campaign_offers = {decode_delete, NULL, proceed_delete,
                                                           false};
