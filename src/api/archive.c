/* POST offer-mappings/archive and unarchive (CONTRACT §8). The archive is the business's: one shelf
 * after another is asked, and then marked. What lies in a warehouse of the Market cannot be
 * archived. When the registry changed meanwhile, everything begins anew: a shelf may have been
 * missed. Marks that were set by then are set again, which changes nothing. */
#include "wire/offer_archive.h"

#include "api/api_internal.h"
#include "api/business_shelves.h"
#include "call/view_match.h"
#include "wire/offer_list.h"

enum { ATTEMPTS_MAX = 8 };

enum phase {
    PHASE_MARKET, /* Do goods lie in the Market's warehouses? */
    PHASE_KNOWN,  /* Does the business know the SKU at all? */
    PHASE_MARK,
};

struct state {
    bool archiving; /* Not the reverse. */
    struct stock_key *keys;
    enum archive_failure *failures; /* One a key. */
    bool *known;                    /* One a key. */
    uint32_t keys_count;
    struct stock_key *marked; /* Keys that did not fail. */
    uint32_t marked_count;
    uint32_t attempts;
    struct business_shelves shelves;
    struct arena_mark mark; /* What a command takes in the arena is not kept for the next one. */
    enum phase phase;
    uint32_t at; /* The shelf of this phase whose turn it is. */
};

static bool decode(struct api_call *call, const struct json_value *root, bool archiving)
{
    struct arena *arena = &call->call.exchange->arena;
    struct state *state = arena_allocate(arena, sizeof(*state));
    struct sku_list list;
    const bool valid =
        offer_list_decode_body(*root, ARCHIVE_OFFER_IDS_MAX, arena, &list, &call->call.errors);
    call->items_count = list.elements_count;
    if (!valid || state == NULL)
        return false;
    *state = (struct state){
        .archiving = archiving,
        .keys = call_keep_keys(&call->call, list.keys, list.keys_count),
        .failures = arena_allocate(arena, list.keys_count * sizeof(*state->failures)),
        .known = arena_allocate(arena, list.keys_count * sizeof(*state->known)),
        .marked = arena_allocate(arena, list.keys_count * sizeof(*state->marked)),
        .keys_count = list.keys_count,
    };
    call->state = state;
    call->call.use = CALL_USE_COMMON_MARKS;
    return state->keys != NULL && state->failures != NULL && state->known != NULL &&
           state->marked != NULL;
}

static bool decode_archive(struct api_call *call, const struct json_value *root)
{
    return decode(call, root, true);
}

static bool decode_unarchive(struct api_call *call, const struct json_value *root)
{
    return decode(call, root, false);
}

/* Begins, or begins anew. False: no memory. */
static bool start(struct api_call *call, struct state *state)
{
    for (uint32_t i = 0; i < state->keys_count; i++) {
        state->failures[i] = ARCHIVE_NO_FAILURE;
        state->known[i] = false;
    }
    state->marked_count = 0;
    state->attempts++;
    state->phase = state->archiving ? PHASE_MARKET : PHASE_KNOWN;
    state->at = 0;
    struct arena *arena = &call->call.exchange->arena;
    const bool read = business_shelves_read(call->api->registry, call->subject_id, state->archiving,
                                            arena, &state->shelves);
    state->mark = arena_mark(arena);
    return read;
}

static void choose_marked(struct state *state)
{
    for (uint32_t i = 0; i < state->keys_count; i++) {
        if (!state->known[i] && state->failures[i] == ARCHIVE_NO_FAILURE)
            state->failures[i] = ARCHIVE_UNKNOWN;
        if (state->failures[i] == ARCHIVE_NO_FAILURE)
            state->marked[state->marked_count++] = state->keys[i];
    }
}

/* Shelves of the phase at hand. */
static uint32_t shelves_count(const struct state *state)
{
    switch (state->phase) {
    case PHASE_MARKET:
        return state->shelves.market_count;
    case PHASE_KNOWN:
        return state->shelves.stock_count;
    case PHASE_MARK:
        return state->marked_count > 0 ? state->shelves.stock_count : 0;
    }
    return 0;
}

static void fill_mark(struct api_call *call, const struct state *state)
{
    const struct shelf_row *row = &state->shelves.stock[state->at];
    call->call.campaign_id = row->campaign_id;
    call->call.command = (struct store_command){
        .kind = STORE_MARK,
        .shelf_id = row->shelf_id,
        .mark = {.keys = state->marked,
                 .keys_count = state->marked_count,
                 .set = state->archiving ? STOCK_ARCHIVED : 0,
                 .clear = state->archiving ? 0 : STOCK_ARCHIVED,
                 .create_unknown = state->archiving},
    };
}

/* Fills in the next command. False: there is none left. */
static bool fill_next(struct api_call *call, struct state *state)
{
    while (state->at == shelves_count(state)) {
        if (state->phase == PHASE_MARK)
            return false;
        state->phase++;
        state->at = 0;
        if (state->phase == PHASE_MARK)
            choose_marked(state);
    }
    arena_rewind(&call->call.exchange->arena, state->mark);
    if (state->phase == PHASE_MARK) {
        fill_mark(call, state);
    } else {
        const struct shelf_row *rows =
            state->phase == PHASE_MARKET ? state->shelves.market : state->shelves.stock;
        call->call.command = (struct store_command){
            .kind = STORE_LIST,
            .shelf_id = rows[state->at].shelf_id,
            .list = {.keys = state->keys, .keys_count = state->keys_count},
        };
    }
    state->at++;
    return true;
}

static bool has_units(const struct stock_view *view)
{
    return view->available > 0 || view->reserved > 0 || stock_unfit_units(view) > 0;
}

static void take_views(struct state *state, const struct store_command *command)
{
    struct view_match match = {command->views, command->views_count, 0};
    for (uint32_t i = 0; i < state->keys_count; i++) {
        const struct stock_view *view = view_match_next(&match, state->keys[i].sku);
        if (view == NULL)
            continue;
        if (state->phase == PHASE_KNOWN)
            state->known[i] = true;
        else if (has_units(view))
            state->failures[i] = ARCHIVE_HAS_STOCKS;
    }
    view_match_end(&match);
}

static void encode(struct api_call *call, const struct state *state)
{
    struct buffer *body = &call->call.exchange->reply;
    call->call.exchange->status = 200;
    if (state->archiving) {
        offer_archive_encode(body, state->keys, state->failures, state->keys_count);
        return;
    }
    struct stock_key *failed = state->marked; /* Marking is done. */
    uint32_t failed_count = 0;
    for (uint32_t i = 0; i < state->keys_count; i++) {
        if (state->failures[i] != ARCHIVE_NO_FAILURE)
            failed[failed_count++] = state->keys[i];
    }
    offer_list_encode_failures(body, "notUnarchivedOfferIds", failed, failed_count);
}

/* Goes on to the next command, or to the answer. */
static bool advance(struct api_call *call, struct state *state)
{
    for (;;) {
        if (fill_next(call, state))
            return true;
        if (state->shelves.version == registry_version(call->api->registry)) {
            encode(call, state);
            return false;
        }
        if (state->attempts == ATTEMPTS_MAX || !start(call, state)) {
            refuse_unavailable(&call->call);
            return false;
        }
    }
}

static bool begin(struct api_call *call)
{
    struct state *state = call->state;
    if (start(call, state))
        return advance(call, state);
    refuse_unavailable(&call->call);
    return false;
}

static bool proceed(struct api_call *call)
{
    struct state *state = call->state;
    if (call->call.command.kind == STORE_LIST)
        take_views(state, &call->call.command);
    return advance(call, state);
}

const struct operation operation_archive = {decode_archive, begin, proceed, false};
const struct operation operation_unarchive = {decode_unarchive, begin, proceed, false};
