/* POST offers/free-storage: which goods of a campaign the Market stores free of charge (C63). */
#include "wire/free_storage.h"

#include "operator/operator_internal.h"

static bool decode(struct operator_call *call, const struct json_value *root)
{
    struct free_storage request;
    if (!free_storage_decode(*root, &call->call.exchange->arena, &request, &call->call.errors))
        return false;
    call->call.use = CALL_USE_COMMON_MARKS;
    call->call.command = (struct store_command){
        .kind = STORE_MARK,
        .shelf_id = call->campaign.shelf_id,
        .mark = {.keys = request.offers.keys,
                 .keys_count = request.offers.keys_count,
                 .set = request.free ? STOCK_FREE_STORAGE : 0,
                 .clear = request.free ? 0 : STOCK_FREE_STORAGE},
    };
    return true;
}

static bool begin(struct operator_call *call)
{
    if (call->campaign.shelf_id != 0)
        return true;
    operator_reply_ok(call); /* No shelf, no goods. */
    return false;
}

static bool proceed(struct operator_call *call)
{
    operator_reply_ok(call);
    return false;
}

const struct operator_method method_free_storage = {
    .decode = decode, .begin = begin, .proceed = proceed};
