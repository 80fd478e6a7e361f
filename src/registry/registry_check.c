/* References go from campaigns, groups and tokens to businesses, and from warehouses to campaigns
 * and groups. A campaign that sells from the seller's own stock has exactly one warehouse. */
#include "registry/registry_check.h"

#include <inttypes.h>

static void check_business(const struct registry_index *index, const char *what, int64_t id,
                           int64_t business_id, struct error_list *errors)
{
    if (map_get(&index->business_by_id, business_id) == MAP_ABSENT) {
        error_list_add(errors,
                       "%s %" PRId64 ": businessId %" PRId64
                       " is not a business of this registry; add it to 'businesses'",
                       what, id, business_id);
    }
}

static void check_group_of(const struct registry_document *document,
                           const struct registry_index *index,
                           const struct registry_warehouse *warehouse, int64_t business_id,
                           struct error_list *errors)
{
    if (warehouse->group_id == 0)
        return;
    const uint32_t at = map_get(&index->group_by_id, warehouse->group_id);
    if (at == MAP_ABSENT) {
        error_list_add(errors,
                       "warehouse %" PRId64 ": groupId %" PRId64
                       " is not a group of this registry; add it to 'warehouseGroups'",
                       warehouse->id, warehouse->group_id);
    } else if (document->groups[at].business_id != business_id) {
        error_list_add(errors,
                       "warehouse %" PRId64 ": group %" PRId64 " belongs to another business",
                       warehouse->id, warehouse->group_id);
    }
}

static enum err check_warehouse(const struct registry_document *document,
                                struct registry_index *index, uint32_t at,
                                struct error_list *errors)
{
    const struct registry_warehouse *warehouse = &document->warehouses[at];
    const uint32_t campaign_at = map_get(&index->campaign_by_id, warehouse->campaign_id);
    if (campaign_at == MAP_ABSENT) {
        error_list_add(errors,
                       "warehouse %" PRId64 ": campaignId %" PRId64
                       " is not a campaign of this registry; add it to 'campaigns'",
                       warehouse->id, warehouse->campaign_id);
        return OK;
    }
    const struct registry_campaign *campaign = &document->campaigns[campaign_at];
    if (!placement_is_sellers_own(campaign->placement)) {
        error_list_add(errors,
                       "warehouse %" PRId64 ": campaign %" PRId64
                       " is %s and sells from the Market's warehouses, it has none of its own",
                       warehouse->id, campaign->id, placement_name(campaign->placement));
    }
    if (map_get(&index->warehouse_by_campaign, campaign->id) != MAP_ABSENT) {
        error_list_add(errors,
                       "warehouse %" PRId64 ": campaign %" PRId64 " has another warehouse already",
                       warehouse->id, campaign->id);
    }
    check_group_of(document, index, warehouse, campaign->business_id, errors);
    return map_set(&index->warehouse_by_campaign, campaign->id, at);
}

static void check_campaign(const struct registry_document *document,
                           const struct registry_index *index, uint32_t at,
                           struct error_list *errors)
{
    const struct registry_campaign *campaign = &document->campaigns[at];
    check_business(index, "campaign", campaign->id, campaign->business_id, errors);
    if (placement_is_sellers_own(campaign->placement) &&
        map_get(&index->warehouse_by_campaign, campaign->id) == MAP_ABSENT) {
        error_list_add(errors,
                       "campaign %" PRId64 ": a campaign of model %s needs a warehouse; add one to "
                       "'warehouses'",
                       campaign->id, placement_name(campaign->placement));
    }
    if (campaign->push.url.size > 0 && !placement_is_sellers_own(campaign->placement)) {
        error_list_add(errors,
                       "campaign %" PRId64 ": 'push' is for FBS and DBS, whose shops know their "
                       "stock; leave it out",
                       campaign->id);
    }
}

static void check_group(const struct registry_document *document,
                        const struct registry_index *index, uint32_t at, struct error_list *errors)
{
    const struct registry_group *group = &document->groups[at];
    check_business(index, "warehouse group", group->id, group->business_id, errors);
    if (group->main_warehouse_id == 0)
        return;
    const uint32_t main_at = map_get(&index->warehouse_by_id, group->main_warehouse_id);
    if (main_at == MAP_ABSENT || document->warehouses[main_at].group_id != group->id) {
        error_list_add(errors,
                       "warehouse group %" PRId64 ": mainWarehouseId %" PRId64
                       " is not a warehouse of this group",
                       group->id, group->main_warehouse_id);
    }
}

static void check_token(const struct registry_document *document,
                        const struct registry_index *index, uint32_t at, struct error_list *errors)
{
    const struct registry_token *token = &document->tokens[at];
    if (map_get(&index->business_by_id, token->business_id) == MAP_ABSENT) {
        error_list_add(errors,
                       "token '%.*s': businessId %" PRId64 " is not a business of this registry",
                       BYTES_ARG(token->name), token->business_id);
    }
}

enum err registry_check(const struct registry_document *document, struct registry_index *index,
                        struct error_list *errors)
{
    enum err error = registry_index_fill(index, document);
    for (uint32_t i = 0; i < document->warehouses_count && error == OK; i++)
        error = check_warehouse(document, index, i, errors);
    if (error != OK)
        return error;
    for (uint32_t i = 0; i < document->campaigns_count; i++)
        check_campaign(document, index, i, errors);
    for (uint32_t i = 0; i < document->groups_count; i++)
        check_group(document, index, i, errors);
    for (uint32_t i = 0; i < document->tokens_count; i++)
        check_token(document, index, i, errors);
    return errors->count == 0 ? OK : ERR_INVALID;
}

static void check_owner(const char *what, int64_t id, int64_t before, int64_t after,
                        struct error_list *errors)
{
    if (before != after) {
        error_list_add(errors,
                       "%s %" PRId64 " belongs to business %" PRId64
                       " and cannot pass to business %" PRId64 "; give that one its own",
                       what, id, before, after);
    }
}

/* Business of the campaign that a warehouse serves. */
static int64_t owner_of(const struct registry_document *document,
                        const struct registry_index *index, uint32_t warehouse_at)
{
    const uint32_t at =
        map_get(&index->campaign_by_id, document->warehouses[warehouse_at].campaign_id);
    ASSERT(at != MAP_ABSENT); /* Both documents passed registry_check(). */
    return document->campaigns[at].business_id;
}

enum err registry_check_owners(const struct registry_document *known,
                               const struct registry_index *known_index,
                               const struct registry_document *document,
                               const struct registry_index *index, struct error_list *errors)
{
    for (uint32_t i = 0; i < known->groups_count; i++) {
        const uint32_t at = map_get(&index->group_by_id, known->groups[i].id);
        if (at != MAP_ABSENT)
            check_owner("warehouse group", known->groups[i].id, known->groups[i].business_id,
                        document->groups[at].business_id, errors);
    }
    for (uint32_t i = 0; i < known->campaigns_count; i++) {
        const uint32_t at = map_get(&index->campaign_by_id, known->campaigns[i].id);
        if (at != MAP_ABSENT)
            check_owner("campaign", known->campaigns[i].id, known->campaigns[i].business_id,
                        document->campaigns[at].business_id, errors);
    }
    for (uint32_t i = 0; i < known->warehouses_count; i++) {
        const uint32_t at = map_get(&index->warehouse_by_id, known->warehouses[i].id);
        if (at != MAP_ABSENT)
            check_owner("warehouse", known->warehouses[i].id, owner_of(known, known_index, i),
                        owner_of(document, index, at), errors);
    }
    return errors->count == 0 ? OK : ERR_INVALID;
}
