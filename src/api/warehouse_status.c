/* POST warehouse/status (CONTRACT §6). Stocks do not care whether a warehouse is on (C38). */
#include "api/warehouse_list.h"

static bool decode(struct api_call *call, const struct json_value *root)
{
    bool *enabled = arena_allocate(&call->call.exchange->arena, sizeof(*enabled));
    call->state = enabled;
    return enabled != NULL && warehouses_decode_enabled(*root, enabled, &call->call.errors);
}

static bool begin(struct api_call *call)
{
    const bool *enabled = call->state;
    if (!warehouse_enable(call, call->campaign.warehouse_id, *enabled))
        return false;
    call->call.exchange->status = 200;
    warehouses_encode_status(&call->call.exchange->reply, *enabled);
    return false;
}

const struct operation operation_warehouse_status = {decode, begin, NULL, true};
