/* POST campaigns/{campaignId}/offers (CONTRACT §8): a campaign's offers and their status (C40). */
#include "wire/campaign_offers.h"

#include "api/offer_read.h"
#include "base/hash.h"

enum { LIMIT_DEFAULT = 100 };

/* Statuses that there are; the Market's checks and cards are unknown here. */
#define STATUSES_KNOWN                                                                             \
    (1U << OFFER_ARCHIVED | 1U << OFFER_DISABLED_BY_PARTNER | 1U << OFFER_NO_STOCKS |              \
     1U << OFFER_PUBLISHED)

struct state {
    struct campaign_offers request;
    struct offer_read read;
    uint64_t filter;
    bool nothing; /* No offer can be selected. */
};

/* As much of the filter as the stock shelf can tell by itself; the rest is left out afterwards. */
static struct store_filter cells_filter(const struct api_call *call, uint32_t statuses)
{
    struct store_filter filter = {.marks_mask = STOCK_DELETED, .never_updated = true};
    const bool own = call->campaign.own_shelf_id == call->campaign.shelf_id;
    const uint32_t archived = 1U << OFFER_ARCHIVED;
    const uint32_t hidden = 1U << OFFER_DISABLED_BY_PARTNER;
    if (statuses == 0)
        return filter;
    if ((statuses & archived) == 0 || statuses == archived) {
        filter.marks_mask |= STOCK_ARCHIVED;
        filter.marks_wanted |= statuses == archived ? STOCK_ARCHIVED : 0;
    }
    if (own && (statuses & archived) == 0 && ((statuses & hidden) == 0 || statuses == hidden)) {
        filter.marks_mask |= STOCK_HIDDEN;
        filter.marks_wanted |= statuses == hidden ? STOCK_HIDDEN : 0;
    }
    return filter;
}

static bool fill_command(struct api_call *call, struct state *state, uint32_t limit)
{
    const struct campaign_offers *request = &state->request;
    struct store_command *command = &call->call.command;
    const bool own_warehouse =
        offer_read_begin(&state->read, call->api->registry, &call->campaign, 0);
    ASSERT(own_warehouse);
    if (request->listed) {
        offer_read_list(&state->read, command, request->offers.keys, request->offers.keys_count);
        return true;
    }
    const int64_t bound[] = {call->campaign.id, request->statuses, request->catalogue_only};
    struct query_page page;
    state->filter =
        bytes_checksum((struct bytes){(const uint8_t *)bound, sizeof(bound)}, RATE_GET_OFFERS);
    if (!call_query_page(&call->call, state->filter, &page))
        return false;
    const uint32_t statuses = request->statuses & STATUSES_KNOWN;
    state->nothing = request->catalogue_only || (request->statuses != 0 && statuses == 0);
    const struct store_filter filter = cells_filter(call, statuses);
    offer_read_page(&state->read, command, &page, limit, &filter);
    return true;
}

static bool decode(struct api_call *call, const struct json_value *root)
{
    static const struct query_limits limits = {LIMIT_DEFAULT, PAGE_LIMIT_MAX, 0};
    struct state *state = arena_allocate(&call->call.exchange->arena, sizeof(*state));
    uint32_t limit = 0;
    if (state == NULL || !call_query_limit(&call->call, &limits, &limit))
        return false;
    *state = (struct state){.filter = 0};
    call->state = state;
    return campaign_offers_decode(*root, &call->call.exchange->arena, &state->request,
                                  &call->call.errors) &&
           fill_command(call, state, limit);
}

/* C40 */
static enum offer_status status_of(const struct offer_read *read, uint32_t offer)
{
    const uint32_t marks = read->marks[offer];
    if ((marks & STOCK_ARCHIVED) != 0)
        return OFFER_ARCHIVED;
    if ((marks & STOCK_HIDDEN) != 0)
        return OFFER_DISABLED_BY_PARTNER;
    return offer_read_available(read, offer) == 0 ? OFFER_NO_STOCKS : OFFER_PUBLISHED;
}

/* Whether the answer has an offer, and its status. */
static bool is_shown(const struct state *state, uint32_t offer, enum offer_status *status)
{
    const uint32_t statuses = state->request.statuses;
    *status = status_of(&state->read, offer);
    return (state->read.marks[offer] & STOCK_DELETED) == 0 &&
           (statuses == 0 || (statuses & 1U << *status) != 0);
}

static bool encode(struct api_call *call)
{
    const struct state *state = call->state;
    const struct offer_read *read = &state->read;
    struct bytes next;
    struct bytes prev;
    enum offer_status status = OFFER_PUBLISHED;
    uint32_t shown = 0;
    for (uint32_t i = 0; i < read->offers_count; i++)
        shown += is_shown(state, i, &status);
    if (!call_query_page_token(&call->call, state->filter, read->next, false, &next) ||
        !call_query_page_token(&call->call, state->filter, read->prev, true, &prev)) {
        refuse_unavailable(&call->call);
        return false;
    }
    if (!rate_take_answered(call, shown))
        return false;
    struct buffer *body = &call->call.exchange->reply;
    call->call.exchange->status = 200;
    campaign_offers_encode_begin(body, next, prev);
    for (uint32_t i = 0; i < read->offers_count; i++) {
        if (is_shown(state, i, &status))
            campaign_offers_encode_offer(body, read->offers[i].sku, status);
    }
    campaign_offers_encode_end(body);
    return false;
}

static bool begin(struct api_call *call)
{
    const struct state *state = call->state;
    return !state->nothing || encode(call);
}

static bool proceed(struct api_call *call)
{
    struct state *state = call->state;
    return offer_read_proceed(call, &state->read, encode);
}

const struct operation operation_get_campaign_offers = {decode, begin, proceed, false};
