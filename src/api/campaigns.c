/* GET campaigns and GET campaigns/{campaignId} (CONTRACT §5). A list is by the campaigns' numbers,
 * so that pages by place and pages by token show the same order. */
#include "wire/campaigns.h"

#include <stdlib.h>

#include "api/id_page.h"

enum { PAGE_MAX = 10000, PAGE_SIZE_MAX = 100, PAGE_SIZE_DEFAULT = 50 }; /* C36 */

struct state {
    bool by_tokens;
    int64_t limit; /* Of a page, either way. */
    int64_t page;  /* Without tokens; from 1. */
    int64_t after_id;
    uint64_t filter;
};

static bool decode_list(struct api_call *call, const struct json_value *root)
{
    (void)root;
    bool limit_given = false;
    bool token_given = false;
    bool given = false;
    struct state *state = arena_allocate(&call->call.exchange->arena, sizeof(*state));
    if (state == NULL)
        return false;
    *state = (struct state){
        .limit = PAGE_SIZE_DEFAULT, .page = 1, .filter = id_page_filter(call, NULL, 0)};
    call->state = state;
    if (!call_query_int64(&call->call, "limit", 1, PAGE_SIZE_MAX, &state->limit, &limit_given) ||
        !id_page_read(call, state->filter, &state->after_id, &token_given))
        return false;
    state->by_tokens = limit_given || token_given;
    if (state->by_tokens)
        return true;
    const bool page_valid =
        call_query_int64(&call->call, "page", 1, PAGE_MAX, &state->page, &given);
    return call_query_int64(&call->call, "pageSize", 1, PAGE_SIZE_MAX, &state->limit, &given) &&
           page_valid;
}

static int compare_ids(const void *left, const void *right)
{
    const struct campaign_facts *a = left;
    const struct campaign_facts *b = right;
    return a->id < b->id ? -1 : a->id > b->id;
}

/* All campaigns of the business, by id. False: no memory. */
static bool list_campaigns(struct api_call *call, struct campaign_facts **rows, uint32_t *count)
{
    struct registry_range range = {.business_id = call->token.business_id};
    uint32_t total = 0;
    (void)registry_list_campaigns(call->api->registry, range, NULL, &total);
    *rows = arena_allocate(&call->call.exchange->arena, ((size_t)total + 1) * sizeof(**rows));
    if (*rows == NULL)
        return false;
    range.rows_max = total; /* Those that come this very moment are for the next request. */
    *count = registry_list_campaigns(call->api->registry, range, *rows, &total);
    qsort(*rows, *count, sizeof(**rows), compare_ids);
    return true;
}

static struct campaigns_item item_of(const struct campaign_facts *facts)
{
    return (struct campaigns_item){
        .id = facts->id,
        .business_id = facts->business_id,
        .business_name = facts->business_name,
        .domain = facts->domain,
        .placement = facts->placement,
        .availability = facts->availability,
    };
}

/* The place of the first campaign that the page shows. */
static uint32_t first_of_page(const struct state *state, const struct campaign_facts *rows,
                              uint32_t count)
{
    uint32_t first = 0;
    if (!state->by_tokens) {
        const int64_t place = (state->page - 1) * state->limit;
        return place < count ? (uint32_t)place : count;
    }
    while (first < count && rows[first].id <= state->after_id)
        first++;
    return first;
}

static bool begin_list(struct api_call *call)
{
    const struct state *state = call->state;
    struct buffer *body = &call->call.exchange->reply;
    struct campaign_facts *rows = NULL;
    struct bytes token;
    uint32_t count = 0;
    if (!list_campaigns(call, &rows, &count)) {
        refuse_unavailable(&call->call);
        return false;
    }
    const uint32_t first = first_of_page(state, rows, count);
    const uint32_t shown = count - first < state->limit ? count - first : (uint32_t)state->limit;
    const bool more = shown > 0 && first + shown < count;
    if (!id_page_token(call, state->filter, more ? rows[first + shown - 1].id : 0, &token)) {
        refuse_unavailable(&call->call);
        return false;
    }
    call->call.exchange->status = 200;
    campaigns_encode_begin(body);
    for (uint32_t i = first; i < first + shown; i++) {
        const struct campaigns_item item = item_of(&rows[i]);
        campaigns_encode_item(body, &item);
    }
    if (state->by_tokens) {
        campaigns_encode_end_tokens(body, token);
        return false;
    }
    campaigns_encode_end_page(body, &(struct campaigns_pager){count, (uint32_t)state->page,
                                                              (uint32_t)state->limit, shown});
    return false;
}

const struct operation operation_list_campaigns = {decode_list, begin_list, NULL, false};

static bool begin_single(struct api_call *call)
{
    const struct campaigns_item item = item_of(&call->campaign);
    call->call.exchange->status = 200;
    campaigns_encode_single(&call->call.exchange->reply, &item);
    return false;
}

const struct operation operation_get_campaign = {NULL, begin_single, NULL, false};
