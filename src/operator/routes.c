/* The one table of methods. Paths stand behind /api/v1/. */
#include "operator/operator_internal.h"

#define ORDERS  "campaigns/{campaignId}/orders"
#define UPLOADS "campaigns/{campaignId}/uploads"

/* clang-format off */
static const struct operator_row rows[] = {
    {{"POST", "session", "v1"}, BODY_REQUIRED, false, BODY_BYTES_MAX, &method_open_session},
    {{"GET", "session", "v1"}, BODY_NONE, false, BODY_BYTES_MAX, &method_get_session},
    {{"DELETE", "session", "v1"}, BODY_NONE, false, BODY_BYTES_MAX, &method_close_session},
    {{"GET", "registry", "v1"}, BODY_NONE, false, BODY_BYTES_MAX, &method_get_registry},
    {{"POST", "registry", "v1"}, BODY_REQUIRED, false, OPERATOR_BODY_BYTES_MAX,
     &method_update_registry},
    {{"GET", "tokens", "v1"}, BODY_NONE, false, BODY_BYTES_MAX, &method_list_tokens},
    {{"POST", "tokens", "v1"}, BODY_REQUIRED, false, BODY_BYTES_MAX, &method_make_token},
    {{"POST", "tokens/revoke", "v1"}, BODY_REQUIRED, false, BODY_BYTES_MAX, &method_revoke_token},
    {{"GET", "requests", "v1"}, BODY_NONE, false, BODY_BYTES_MAX, &method_list_requests},
    {{"GET", ORDERS, "v1"}, BODY_NONE, true, BODY_BYTES_MAX, &method_list_orders},
    {{"GET", "stores", "v1"}, BODY_NONE, false, BODY_BYTES_MAX, &method_list_stores},
    {{"GET", "campaigns/{campaignId}/stocks", "v1"}, BODY_NONE, true, BODY_BYTES_MAX,
     &method_list_stocks},
    {{"GET", "requests/stream", "v1"}, BODY_NONE, false, BODY_BYTES_MAX, &method_stream_requests},
    {{"POST", ORDERS, "v1"}, BODY_REQUIRED, true, BODY_BYTES_MAX, &method_make_order},
    {{"GET", ORDERS "/{orderId}", "v1"}, BODY_NONE, true, BODY_BYTES_MAX, &method_get_order},
    {{"POST", ORDERS "/{orderId}/pack", "v1"}, BODY_NONE, true, BODY_BYTES_MAX, &method_pack_order},
    {{"POST", ORDERS "/{orderId}/ship", "v1"}, BODY_NONE, true, BODY_BYTES_MAX, &method_ship_order},
    {{"POST", ORDERS "/{orderId}/cancel", "v1"}, BODY_NONE, true, BODY_BYTES_MAX,
     &method_cancel_order},
    {{"GET", "campaigns/{campaignId}/history", "v1"}, BODY_NONE, true, BODY_BYTES_MAX,
     &method_get_history},
    {{"PUT", "campaigns/{campaignId}/warehouses/{warehouseId}/stocks", "v1"},
     BODY_REQUIRED, true, BODY_BYTES_MAX, &method_count_stocks},
    {{"POST", "campaigns/{campaignId}/offers/free-storage", "v1"}, BODY_REQUIRED,
     true, BODY_BYTES_MAX, &method_free_storage},
    {{"POST", UPLOADS, "v1"}, BODY_NONE, true, UPLOAD_BYTES_MAX, &method_make_upload},
    {{"GET", UPLOADS "/{uploadId}", "v1"}, BODY_NONE, true, BODY_BYTES_MAX, &method_get_upload},
    {{"DELETE", UPLOADS "/{uploadId}", "v1"}, BODY_NONE, true, BODY_BYTES_MAX,
     &method_drop_upload},
    {{"GET", UPLOADS "/{uploadId}/changes", "v1"}, BODY_NONE, true, BODY_BYTES_MAX,
     &method_list_upload_changes},
    {{"POST", UPLOADS "/{uploadId}/apply", "v1"}, BODY_REQUIRED, true, BODY_BYTES_MAX,
     &method_apply_upload},
    {{"GET", "campaigns/{campaignId}/template.xlsx", "v1"}, BODY_NONE, true, BODY_BYTES_MAX,
     &method_get_template},
    {{"GET", "push", "v1"}, BODY_NONE, false, BODY_BYTES_MAX, &method_list_push},
    {{"POST", "campaigns/{campaignId}/push/enable", "v1"}, BODY_NONE, true,
     BODY_BYTES_MAX, &method_enable_push},
    {{"POST", "campaigns/{campaignId}/push/ask", "v1"}, BODY_NONE, true, BODY_BYTES_MAX,
     &method_ask_push},
    {{"GET", "health", "v1"}, BODY_NONE, false, BODY_BYTES_MAX, &method_get_health},
    {{"GET", "checkpoint", "v1"}, BODY_NONE, false, BODY_BYTES_MAX, &method_get_checkpoint},
    {{"POST", "checkpoint", "v1"}, BODY_NONE, false, BODY_BYTES_MAX, &method_make_checkpoint},
};
/* clang-format on */

const struct route_table operator_routes = {rows, sizeof(rows[0]), sizeof(rows) / sizeof(rows[0])};

const struct route *operator_route_at(size_t index)
{
    ASSERT(index < operator_routes.rows_count);
    return &rows[index].route;
}

static const struct bytes api_prefix = BYTES_INIT("/api/");

bool operator_path_is_api(struct bytes path)
{
    return bytes_starts_with(path, api_prefix);
}

enum route_match operator_route_find(struct operator_call *call)
{
    const struct http_exchange *exchange = call->call.exchange;
    const struct bytes path = exchange->path;
    struct bytes version;
    const struct route *row = NULL;
    const struct bytes rest = bytes_split(
        (struct bytes){path.data + api_prefix.size, path.size - api_prefix.size}, '/', &version);
    const enum route_match match =
        route_find(&operator_routes, exchange->method, rest, version, &row, &call->values);
    call->row = (const struct operator_row *)(const void *)row;
    return match;
}
