/* Warehouses come from the registry in portions, each behind the last id of the one before. */
#include "api/warehouse_list.h"

#include "api/id_page.h"
#include "os/log.h"

enum { PORTION = 256 };

struct warehouses_item warehouse_list_item(const struct warehouse_facts *facts)
{
    return (struct warehouses_item){
        .id = facts->id,
        .name = facts->name,
        .campaign_id = facts->campaign_id,
        .express = facts->express,
        .group_id = facts->group_id,
        .group_name = facts->group_name,
        .placement = facts->placement,
        .address = facts->has_address ? &facts->address : NULL,
        .enabled = facts->enabled,
    };
}

/* Makes room for one more portion; the rows that are there move. NULL: no memory. */
static struct warehouse_facts *grow(struct arena *arena, const struct warehouse_facts *rows,
                                    uint32_t rows_count, uint32_t *rows_max)
{
    *rows_max = *rows_max == 0 ? PORTION : 2 * *rows_max;
    struct warehouse_facts *grown = arena_allocate(arena, *rows_max * sizeof(*grown));
    for (uint32_t i = 0; grown != NULL && i < rows_count; i++)
        grown[i] = rows[i];
    return grown;
}

bool warehouse_list_all(struct api_call *call, struct warehouse_facts **rows, uint32_t *rows_count)
{
    struct registry_warehouse_query query = {.business_id = call->subject_id, .rows_max = PORTION};
    uint32_t rows_max = 0;
    uint32_t added = PORTION;
    *rows = NULL;
    for (*rows_count = 0; added == PORTION; *rows_count += added) {
        if (rows_max - *rows_count < PORTION)
            *rows = grow(&call->call.exchange->arena, *rows, *rows_count, &rows_max);
        if (*rows == NULL)
            return false;
        if (*rows_count > 0)
            query.after_id = (*rows)[*rows_count - 1].id;
        added = registry_list_warehouses(call->api->registry, &query, *rows + *rows_count);
    }
    return true;
}

bool warehouse_page_decode(struct api_call *call, const struct json_value *root,
                           const struct query_limits *limits, const struct warehouses_rules *rules)
{
    struct arena *arena = &call->call.exchange->arena;
    struct warehouse_page *page = arena_allocate(arena, sizeof(*page));
    bool given = false;
    if (page == NULL)
        return false;
    *page = (struct warehouse_page){.limit = 0};
    call->state = page;
    if (!call_query_limit(&call->call, limits, &page->limit))
        return false;
    if (root != NULL && !warehouses_decode(*root, rules, arena, &page->request, &call->call.errors))
        return false;
    page->filter = id_page_filter(call, page->request.ids, page->request.ids_count);
    return id_page_read(call, page->filter, &page->after_id, &given);
}

static void encode_row(struct api_call *call, const struct warehouse_facts *facts, uint32_t parts)
{
    struct warehouses_item item = warehouse_list_item(facts);
    struct campaign_facts campaign;
    if ((parts & WAREHOUSES_MODELS) != 0 &&
        registry_find_campaign(call->api->registry, facts->campaign_id, &campaign))
        item.availability = campaign.availability;
    warehouses_encode_item(&call->call.exchange->reply, &item, parts);
}

void warehouse_page_reply(struct api_call *call, const struct warehouse_facts *rows,
                          uint32_t rows_count, uint32_t parts)
{
    const struct warehouse_page *page = call->state;
    struct buffer *body = &call->call.exchange->reply;
    struct bytes token;
    const bool more = rows_count > page->limit;
    const uint32_t shown = more ? page->limit : rows_count;
    if (!id_page_token(call, page->filter, more ? rows[shown - 1].id : 0, &token)) {
        refuse_unavailable(&call->call);
        return;
    }
    parts |= page->request.with_address ? WAREHOUSES_ADDRESS : 0U;
    parts |= page->request.with_status ? WAREHOUSES_STATUS : 0U;
    call->call.exchange->status = 200;
    warehouses_encode_begin(body);
    for (uint32_t i = 0; i < shown; i++)
        encode_row(call, &rows[i], parts);
    warehouses_encode_end_paged(body, token);
}

bool warehouse_enable(struct api_call *call, int64_t warehouse_id, bool enabled)
{
    struct registry_outcome outcome;
    const enum err error = registry_keeper_enable_warehouse(call->api->keeper, warehouse_id,
                                                            enabled, &call->call.errors, &outcome);
    if (error == OK)
        return true;
    log_line(LOG_WARN, "event=warehouse_not_switched warehouse=%lld error=\"%s\"",
             (long long)warehouse_id, err_text(error));
    refuse_unavailable(&call->call);
    return false;
}
