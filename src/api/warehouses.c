/* Lists of warehouses (CONTRACT §6): the Market's, and those of a seller, all at once or paged. */
#include "wire/warehouses.h"

#include <inttypes.h>
#include <stdlib.h>

#include "api/warehouse_list.h"

enum {
    CAMPAIGN_IDS_MAX = 25,
    LIMIT_DEFAULT = 15,
    LIMIT_MAX_2025 = 25,
    LIMIT_MAX_2026 = WAREHOUSE_PAGE_MAX
};

/* --- GET warehouses --- */

static bool decode_market(struct api_call *call, const struct json_value *root)
{
    (void)root;
    int64_t *campaign_id = arena_allocate(&call->call.exchange->arena, sizeof(*campaign_id));
    bool given = false;
    if (campaign_id == NULL)
        return false;
    *campaign_id = 0;
    call->state = campaign_id;
    return call_query_int64(&call->call, "campaignId", 1, INT64_MAX, campaign_id, &given);
}

static void encode_market(struct buffer *body, const struct market_warehouse_facts *facts)
{
    warehouses_encode_item(body, &(struct warehouses_item){.id = facts->id, .name = facts->name},
                           0);
}

/* Those that the goods of one campaign may lie in. */
static void encode_market_of_campaign(struct api_call *call)
{
    struct market_place places[REGISTRY_MARKET_WAREHOUSES_MAX];
    const struct registry *registry = call->api->registry;
    const uint32_t count = registry_campaign_market_warehouses(registry, call->campaign.id, places,
                                                               REGISTRY_MARKET_WAREHOUSES_MAX);
    for (uint32_t i = 0; i < count; i++) {
        struct market_warehouse_facts facts;
        if (registry_find_market_warehouse(registry, places[i].warehouse_id, &facts))
            encode_market(&call->call.exchange->reply, &facts);
    }
}

static bool begin_market(struct api_call *call)
{
    const int64_t *campaign_id = call->state;
    struct buffer *body = &call->call.exchange->reply;
    if (*campaign_id != 0 && !subject_check_campaign(call, *campaign_id))
        return false;
    call->call.exchange->status = 200;
    warehouses_encode_begin(body);
    if (*campaign_id != 0) {
        encode_market_of_campaign(call);
    } else {
        struct market_warehouse_facts rows[REGISTRY_MARKET_WAREHOUSES_MAX];
        const uint32_t count = registry_list_market_warehouses(call->api->registry, rows);
        for (uint32_t i = 0; i < count; i++)
            encode_market(body, &rows[i]);
    }
    warehouses_encode_end(body);
    return false;
}

const struct operation operation_list_market_warehouses = {decode_market, begin_market, NULL,
                                                           false};

/* --- GET businesses/{businessId}/warehouses --- */

enum { PARTS_OF_LIST = WAREHOUSES_CAMPAIGN | WAREHOUSES_ADDRESS };

/* Those without a group first. */
static int compare_by_group(const void *left, const void *right)
{
    const struct warehouse_facts *a = left;
    const struct warehouse_facts *b = right;
    if (a->group_id != b->group_id)
        return a->group_id < b->group_id ? -1 : 1;
    return a->id < b->id ? -1 : 1;
}

static int compare_groups(const void *left, const void *right)
{
    const struct group_row *a = left;
    const struct group_row *b = right;
    return a->id < b->id ? -1 : a->id > b->id;
}

/* All groups of the business, by id. False: no memory. */
static bool list_groups(struct api_call *call, struct group_row **rows, uint32_t *rows_count)
{
    struct registry_range range = {.business_id = call->subject_id};
    uint32_t total = 0;
    (void)registry_list_groups(call->api->registry, range, NULL, &total);
    *rows = arena_allocate(&call->call.exchange->arena, ((size_t)total + 1) * sizeof(**rows));
    if (*rows == NULL)
        return false;
    range.rows_max = total;
    *rows_count = registry_list_groups(call->api->registry, range, *rows, &total);
    qsort(*rows, *rows_count, sizeof(**rows), compare_groups);
    return true;
}

/* The group's main warehouse among its members; the first where it is none of them any more, as the
 * two lists were not made in the same moment. */
static const struct warehouse_facts *main_of(const struct group_row *groups, uint32_t groups_count,
                                             const struct warehouse_facts *members,
                                             uint32_t members_count)
{
    const struct group_row wanted = {.id = members->group_id};
    const struct group_row *group =
        bsearch(&wanted, groups, groups_count, sizeof(*groups), compare_groups);
    for (uint32_t i = 0; group != NULL && i < members_count; i++) {
        if (members[i].id == group->main_warehouse_id)
            return &members[i];
    }
    return members;
}

static void encode_members(struct buffer *body, const struct warehouse_facts *rows,
                           uint32_t rows_count)
{
    for (uint32_t i = 0; i < rows_count; i++) {
        const struct warehouses_item item = warehouse_list_item(&rows[i]);
        warehouses_encode_item(body, &item, PARTS_OF_LIST);
    }
}

/* How many rows at the start are of the same group. */
static uint32_t count_members(const struct warehouse_facts *rows, uint32_t rows_count)
{
    uint32_t count = 0;
    while (count < rows_count && rows[count].group_id == rows[0].group_id)
        count++;
    return count;
}

static bool begin_list(struct api_call *call)
{
    struct buffer *body = &call->call.exchange->reply;
    struct warehouse_facts *rows = NULL;
    struct group_row *groups = NULL;
    uint32_t rows_count = 0;
    uint32_t groups_count = 0;
    if (!warehouse_list_all(call, &rows, &rows_count) ||
        !list_groups(call, &groups, &groups_count)) {
        refuse_unavailable(&call->call);
        return false;
    }
    qsort(rows, rows_count, sizeof(*rows), compare_by_group);
    uint32_t at = 0;
    while (at < rows_count && rows[at].group_id == 0)
        at++;
    call->call.exchange->status = 200;
    warehouses_encode_begin(body);
    encode_members(body, rows, at);
    warehouses_encode_groups_begin(body);
    while (at < rows_count) {
        const uint32_t count = count_members(&rows[at], rows_count - at);
        const struct warehouses_item main_warehouse =
            warehouse_list_item(main_of(groups, groups_count, &rows[at], count));
        warehouses_encode_group_begin(body, rows[at].group_name, &main_warehouse, PARTS_OF_LIST);
        encode_members(body, &rows[at], count);
        warehouses_encode_group_end(body);
        at += count;
    }
    warehouses_encode_groups_end(body);
    return false;
}

const struct operation operation_list_warehouses = {NULL, begin_list, NULL, false};

/* --- POST businesses/{businessId}/warehouses --- */

static bool decode_page(struct api_call *call, const struct json_value *root)
{
    const bool new_edition = call->api->settings.edition == EDITION_2026;
    const struct query_limits limits = {
        .otherwise = LIMIT_DEFAULT,
        .max = new_edition ? LIMIT_MAX_2026 : LIMIT_MAX_2025,
    };
    static const struct warehouses_rules rules = {"campaignIds", CAMPAIGN_IDS_MAX, true};
    return warehouse_page_decode(call, root, &limits, &rules);
}

/* Whether all campaigns that are named are the token's. False: refused with those that are not. */
static bool check_campaigns(struct api_call *call, const struct warehouses_request *request)
{
    struct buffer names;
    buffer_init(&names);
    for (uint32_t i = 0; i < request->ids_count; i++) {
        struct campaign_facts facts;
        if (registry_find_campaign(call->api->registry, request->ids[i], &facts) &&
            facts.business_id == call->token.business_id)
            continue;
        buffer_append_format(&names, "%s%" PRId64, names.size == 0 ? "" : ", ", request->ids[i]);
    }
    const bool refused = names.size > 0 || names.failed;
    if (refused && call->api->settings.edition == EDITION_2026)
        refuse(call, 403, "No access to campaigns: '%s'", buffer_text(&names));
    else if (refused)
        refuse(call, 403, "Access denied");
    buffer_deinit(&names);
    return !refused;
}

static bool begin_page(struct api_call *call)
{
    const struct warehouse_page *page = call->state;
    struct warehouse_facts rows[WAREHOUSE_PAGE_MAX + 1];
    if (!check_campaigns(call, &page->request))
        return false;
    const struct registry_warehouse_query query = {
        .business_id = call->subject_id,
        .after_id = page->after_id,
        .campaign_ids = page->request.ids,
        .campaign_ids_count = page->request.ids_count,
        .rows_max = page->limit + 1,
    };
    const uint32_t count = registry_list_warehouses(call->api->registry, &query, rows);
    warehouse_page_reply(call, rows, count, WAREHOUSES_CAMPAIGN | WAREHOUSES_GROUP);
    return false;
}

const struct operation operation_page_warehouses = {decode_page, begin_page, NULL, false};
