/* PUT offers/stocks (CONTRACT §1). */
#include "wire/put_stocks.h"

#include "api/api_internal.h"

static bool decode(struct api_call *call, const struct json_value *root)
{
    const struct api_settings *settings = &call->api->settings;
    const struct put_stocks_rules rules = {
        .now_ms = call->exchange->now_ms,
        .future_tolerance_ms = settings->future_tolerance_ms,
        .past_tolerance_ms = settings->edition == EDITION_2026 ? PAST_TOLERANCE_MS : -1,
        .warehouse_id = call->campaign.warehouse_id,
    };
    struct put_stocks request;
    const bool valid =
        put_stocks_decode(*root, &rules, &call->exchange->arena, &request, &call->errors);
    const int64_t cost = request.skus_count > 0 ? request.skus_count : 1; /* C50 */
    if ((valid || call->errors.count > 0) && !rate_take(call, cost))
        return false;
    if (!valid) {
        refuse_invalid(call);
        return false;
    }
    call->command = (struct store_command){
        .kind = STORE_PUT,
        .shelf_id = call->campaign.shelf_id,
        .put = {.items = request.items,
                .items_count = request.items_count,
                .unknown_policy = settings->unknown_sku},
    };
    return true;
}

static void encode(struct api_call *call)
{
    const struct store_put *put = &call->command.put;
    metric_add(&call->api->metrics.skus_written, put->applied_count);
    metric_add(&call->api->metrics.skus_stale, put->stale_count);
    call->exchange->status = 200;
    reply_encode_ok(&call->exchange->reply);
}

const struct operation operation_put_stocks = {decode, encode};
