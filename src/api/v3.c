/* A stranger's warehouse is refused as one that does not exist: nobody learns its number. */
#include "api/v3.h"

#include <inttypes.h>

bool v3_check_groups(struct api_call *call)
{
    if (!registry_business_has_groups(call->api->registry, call->subject_id))
        return true;
    call_refuse(&call->call, 400, "GROUPED_WAREHOUSE",
                "Business '%" PRId64 "' has warehouse groups: use the methods of v2",
                call->subject_id);
    return false;
}

bool v3_find_warehouse(struct api_call *call, int64_t id, struct warehouse_facts *facts)
{
    if (registry_find_warehouse(call->api->registry, id, facts) &&
        facts->business_id == call->subject_id)
        return true;
    error_list_add(&call->call.errors,
                   "Warehouse '%" PRId64 "' is not one of business '%" PRId64 "'", id,
                   call->subject_id);
    return false;
}

void v3_refuse_warehouses(struct api_call *call)
{
    call_refuse_errors(&call->call, 400, "INVALID_WAREHOUSE_ID");
}

bool v3_check_active(struct api_call *call, const struct warehouse_facts *facts)
{
    struct campaign_facts campaign;
    if (registry_find_campaign(call->api->registry, facts->campaign_id, &campaign))
        return subject_check_active(call, &campaign);
    refuse_unavailable(&call->call); /* It is just being removed. */
    return false;
}

bool v3_check_warehouse(struct api_call *call, int64_t id, struct warehouse_facts *facts)
{
    if (!v3_check_groups(call))
        return false;
    if (v3_find_warehouse(call, id, facts))
        return v3_check_active(call, facts);
    v3_refuse_warehouses(call);
    return false;
}
