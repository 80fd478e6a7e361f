/* POST businesses/{businessId}/offer-mappings (CONTRACT §8), as far as stock goes: all SKUs of a
 * business and whether they are archived. Its shelves are gone through by their numbers, each in
 * its own order; a SKU is shown on the first shelf that knows it, so each page of a shelf is looked
 * up on those before it. A page token names a shelf and a position on it. */
#include <inttypes.h>

#include "api/api_internal.h"
#include "api/business_shelves.h"
#include "base/hash.h"
#include "call/query.h"
#include "call/view_match.h"
#include "wire/offer_archive.h"

enum {
    LIMIT_DEFAULT = 100,
    LIMIT_MAX_2026 = 100,
    OFFER_IDS_MAX_2026 = 100,
    SHELF_DIGITS_MAX = 20,
    PASSES_MAX = 64,     /* Pages of shelves that one page is made of… */
    COMMANDS_MAX = 1024, /* …and look-ups for them; then it ends early. */
};

struct state {
    struct offer_mappings request;
    struct business_shelves shelves;
    uint64_t filter;
    uint32_t limit;
    struct stock_key *keys; /* What the answer shows; of a page, also what is being looked up. */
    bool *known;            /* Of a list, one a key. */
    bool *archived;         /* One a key. */
    struct arena_mark mark; /* What a command takes in the arena is not kept for the next one. */
    uint32_t keys_count;
    uint32_t pass_count; /* Of a page: keys behind keys_count that are being looked up. */
    uint32_t passes;
    uint32_t commands;
    uint32_t at;           /* The shelf that is gone through. */
    uint32_t look;         /* The next one before it to be asked. */
    struct bytes position; /* On the shelf, where the next pass starts; no bytes: the start. */
    uint8_t position_bytes[PAGE_POSITION_BYTES_MAX - SHELF_DIGITS_MAX - 1];
    struct bytes next; /* Of the answer. */
};

static bool read_shelves(struct api_call *call, struct state *state, uint32_t keys_max)
{
    struct arena *arena = &call->call.exchange->arena;
    state->archived = arena_allocate(arena, keys_max * sizeof(*state->archived));
    state->known = arena_allocate(arena, keys_max * sizeof(*state->known));
    for (uint32_t i = 0; state->archived != NULL && state->known != NULL && i < keys_max; i++)
        state->archived[i] = state->known[i] = false;
    return state->archived != NULL && state->known != NULL &&
           business_shelves_read(call->api->registry, call->subject_id, false, arena,
                                 &state->shelves);
}

/* Finds the shelf and the position of a page. A shelf that is gone has passed its offers on: the
 * page starts at the one behind it. */
static bool find_start(struct api_call *call, struct state *state)
{
    const int64_t bound[] = {call->subject_id, state->request.archived};
    struct query_page page;
    state->filter =
        bytes_checksum((struct bytes){(const uint8_t *)bound, sizeof(bound)}, RATE_GET_MAPPINGS);
    if (!call_query_page(&call->call, state->filter, &page))
        return false;
    if (!page.given)
        return true;
    struct bytes shelf_text;
    int64_t shelf_id = 0;
    const struct bytes position = bytes_split(page.position, ':', &shelf_text);
    if (page.backward || !bytes_to_int64(shelf_text, &shelf_id)) {
        error_list_add(&call->call.errors, "Bad page token");
        return false;
    }
    const struct business_shelves *shelves = &state->shelves;
    while (state->at < shelves->stock_count && shelves->stock[state->at].shelf_id < shelf_id)
        state->at++;
    if (state->at < shelves->stock_count && shelves->stock[state->at].shelf_id == shelf_id)
        state->position = position;
    return true;
}

static bool decode(struct api_call *call, const struct json_value *root)
{
    const bool new_edition = call->api->settings.edition == EDITION_2026;
    const struct query_limits limits = {LIMIT_DEFAULT,
                                        new_edition ? LIMIT_MAX_2026 : PAGE_LIMIT_MAX, 0};
    const size_t offers_max = new_edition ? OFFER_IDS_MAX_2026 : ARCHIVE_OFFER_IDS_MAX;
    struct arena *arena = &call->call.exchange->arena;
    struct state *state = arena_allocate(arena, sizeof(*state));
    uint32_t limit = 0;
    if (state == NULL || !call_query_limit(&call->call, &limits, &limit))
        return false;
    *state = (struct state){.limit = limit};
    call->state = state;
    if (root != NULL &&
        !offer_mappings_decode(*root, offers_max, arena, &state->request, &call->call.errors))
        return false;
    const struct sku_list *offers = &state->request.offers;
    if (state->request.listed) {
        state->keys = call_keep_keys(&call->call, offers->keys, offers->keys_count);
        state->keys_count = offers->keys_count;
        return state->keys != NULL && read_shelves(call, state, offers->keys_count);
    }
    state->keys = arena_allocate(arena, limit * sizeof(*state->keys));
    return state->keys != NULL && read_shelves(call, state, limit) && find_start(call, state);
}

/* Of a list: whether the answer has the offer. */
static bool is_shown(const struct state *state, uint32_t offer)
{
    const struct offer_mappings *request = &state->request;
    if (!request->listed)
        return true;
    return state->known[offer] &&
           (!request->archived_given || state->archived[offer] == request->archived);
}

static bool encode(struct api_call *call, const struct state *state)
{
    struct buffer *body = &call->call.exchange->reply;
    struct bytes token;
    if (!call_query_page_token(&call->call, state->filter, state->next, false, &token)) {
        refuse_unavailable(&call->call);
        return false;
    }
    call->call.exchange->status = 200;
    offer_mappings_encode_begin(body, token);
    for (uint32_t i = 0; i < state->keys_count; i++) {
        if (is_shown(state, i))
            offer_mappings_encode_offer(body, state->keys[i].sku, state->archived[i]);
    }
    offer_mappings_encode_end(body);
    return false;
}

static bool fill_list(struct api_call *call, const struct state *state, uint32_t shelf,
                      const struct stock_key *keys, uint32_t keys_count)
{
    arena_rewind(&call->call.exchange->arena, state->mark);
    call->call.command = (struct store_command){
        .kind = STORE_LIST,
        .shelf_id = state->shelves.stock[shelf].shelf_id,
        .list = {.keys = keys, .keys_count = keys_count},
    };
    return true;
}

static bool fill_page(struct api_call *call, const struct state *state)
{
    arena_rewind(&call->call.exchange->arena, state->mark);
    call->call.command = (struct store_command){
        .kind = STORE_PAGE,
        .shelf_id = state->shelves.stock[state->at].shelf_id,
        .page = {.position = state->position,
                 .limit = state->limit - state->keys_count,
                 .filter = {.marks_mask = STOCK_ARCHIVED,
                            .marks_wanted = state->request.archived ? STOCK_ARCHIVED : 0,
                            .never_updated = true}},
    };
    return true;
}

static bool begin(struct api_call *call)
{
    struct state *state = call->state;
    state->mark = arena_mark(&call->call.exchange->arena);
    if (state->at == state->shelves.stock_count)
        return encode(call, state);
    if (state->request.listed)
        return fill_list(call, state, 0, state->keys, state->keys_count);
    return fill_page(call, state);
}

/* Of a list: what one shelf knows. */
static bool proceed_list(struct api_call *call, struct state *state)
{
    const struct store_command *command = &call->call.command;
    struct view_match match = {command->views, command->views_count, 0};
    for (uint32_t i = 0; i < state->keys_count; i++) {
        const struct stock_view *view = view_match_next(&match, state->keys[i].sku);
        state->known[i] |= view != NULL;
        state->archived[i] |= view != NULL && (view->marks & STOCK_ARCHIVED) != 0;
    }
    view_match_end(&match);
    state->at++;
    if (state->at == state->shelves.stock_count)
        return encode(call, state);
    return fill_list(call, state, state->at, state->keys, state->keys_count);
}

/* The offers of a page of one shelf. */
static void take_page(struct state *state, const struct store_command *command)
{
    state->pass_count = command->views_count;
    for (uint32_t i = 0; i < command->views_count; i++) {
        const struct bytes sku = command->views[i].sku;
        state->keys[state->keys_count + i] = (struct stock_key){sku, bytes_hash(sku)};
        state->archived[state->keys_count + i] = state->request.archived;
    }
    ASSERT(command->page.next.size <= sizeof(state->position_bytes));
    struct buffer position = {state->position_bytes, 0, sizeof(state->position_bytes), false};
    buffer_append(&position, command->page.next);
    state->position = buffer_bytes(&position);
    state->look = 0;
    state->passes++;
}

/* Offers that an earlier shelf knows are shown there. */
static void drop_known(struct state *state, const struct store_command *command)
{
    struct stock_key *keys = &state->keys[state->keys_count];
    uint32_t kept = 0;
    struct view_match match = {command->views, command->views_count, 0};
    for (uint32_t i = 0; i < state->pass_count; i++) {
        if (view_match_next(&match, keys[i].sku) == NULL)
            keys[kept++] = keys[i];
    }
    view_match_end(&match);
    state->pass_count = kept;
}

/* Where the next page starts. False: no memory. */
static bool set_next(struct api_call *call, struct state *state)
{
    const size_t bytes_max = SHELF_DIGITS_MAX + 1 + state->position.size;
    struct buffer text = {arena_allocate(&call->call.exchange->arena, bytes_max), 0, bytes_max,
                          false};
    if (text.data == NULL)
        return false;
    buffer_append_int64(&text, state->shelves.stock[state->at].shelf_id);
    buffer_append(&text, BYTES(":"));
    buffer_append(&text, state->position);
    state->next = buffer_bytes(&text);
    return true;
}

static bool proceed_page(struct api_call *call, struct state *state)
{
    if (call->call.command.kind == STORE_PAGE)
        take_page(state, &call->call.command);
    else
        drop_known(state, &call->call.command);
    state->commands++;
    if (state->pass_count > 0 && state->look < state->at) {
        return fill_list(call, state, state->look++, &state->keys[state->keys_count],
                         state->pass_count);
    }
    state->keys_count += state->pass_count;
    if (state->position.size == 0)
        state->at++;
    if (state->at == state->shelves.stock_count)
        return encode(call, state);
    if (state->keys_count < state->limit && state->passes < PASSES_MAX &&
        state->commands < COMMANDS_MAX)
        return fill_page(call, state);
    if (set_next(call, state))
        return encode(call, state);
    refuse_unavailable(&call->call);
    return false;
}

static bool proceed(struct api_call *call)
{
    struct state *state = call->state;
    if (call->call.command.verdict == VERDICT_BAD_POSITION) {
        refuse_page_token(call);
        return false;
    }
    return state->request.listed ? proceed_list(call, state) : proceed_page(call, state);
}

const struct operation operation_get_offer_mappings = {decode, begin, proceed, false};
