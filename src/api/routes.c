/* The one table of methods, and what stands around a path: `/`, a version, `.json` (CONTRACT §0.1).
 * A path without a version is one of `v2`. */
#include "api/api_internal.h"

#define SCOPES_TO_WRITE_OFFERS                                                                     \
    (SCOPE_BIT(SCOPE_OFFERS_AND_CARDS_MANAGEMENT) | SCOPE_BIT(SCOPE_ALL_METHODS))
#define SCOPES_TO_READ_OFFERS                                                                      \
    (SCOPES_TO_WRITE_OFFERS | SCOPE_BIT(SCOPE_OFFERS_AND_CARDS_MANAGEMENT_READ_ONLY) |             \
     SCOPE_BIT(SCOPE_ALL_METHODS_READ_ONLY))
#define SCOPES_TO_WRITE_WAREHOUSES                                                                 \
    (SCOPE_BIT(SCOPE_INVENTORY_AND_ORDER_PROCESSING) | SCOPE_BIT(SCOPE_ALL_METHODS))
#define SCOPES_TO_READ_WAREHOUSES                                                                  \
    (SCOPES_TO_WRITE_WAREHOUSES | SCOPE_BIT(SCOPE_INVENTORY_AND_ORDER_PROCESSING_READ_ONLY) |      \
     SCOPE_BIT(SCOPE_ALL_METHODS_READ_ONLY))
#define SCOPES_ANY (SCOPE_BIT(SCOPES_COUNT) - 1)

#define MODELS_OF_SELLERS PLACEMENTS_OF_SELLERS
#define MODELS_ALL        (MODELS_OF_SELLERS | 1U << PLACEMENT_FBY | 1U << PLACEMENT_LAAS)

/* clang-format off */
static const struct operation_row rows[] = {
    {{"PUT", "campaigns/{campaignId}/offers/stocks", "v2"},
     SCOPES_TO_WRITE_OFFERS, MODELS_OF_SELLERS, BODY_REQUIRED, false,
     RATE_PUT_STOCKS, &operation_put_stocks},
    {{"POST", "campaigns/{campaignId}/offers/stocks", "v2"},
     SCOPES_TO_READ_OFFERS, MODELS_ALL, BODY_OPTIONAL, false,
     RATE_GET_STOCKS, &operation_get_stocks},

    {{"POST", "campaigns/{campaignId}/hidden-offers", "v2"},
     SCOPES_TO_WRITE_OFFERS, MODELS_ALL, BODY_REQUIRED, false,
     RATE_ADD_HIDDEN, &operation_add_hidden_offers},
    {{"GET", "campaigns/{campaignId}/hidden-offers", "v2"},
     SCOPES_TO_READ_OFFERS, MODELS_ALL, BODY_NONE, false,
     RATE_LIST_HIDDEN, &operation_list_hidden_offers},
    {{"POST", "campaigns/{campaignId}/hidden-offers/delete", "v2"},
     SCOPES_TO_WRITE_OFFERS, MODELS_ALL, BODY_REQUIRED, false,
     RATE_DELETE_HIDDEN, &operation_delete_hidden_offers},
    {{"POST", "campaigns/{campaignId}/offers", "v2"},
     SCOPES_TO_READ_OFFERS, MODELS_ALL, BODY_REQUIRED, false,
     RATE_GET_OFFERS, &operation_get_campaign_offers},
    {{"POST", "campaigns/{campaignId}/offers/update", "v2"},
     SCOPES_TO_WRITE_OFFERS, MODELS_ALL, BODY_REQUIRED, false,
     RATE_UPDATE_OFFERS, &operation_update_campaign_offers},
    {{"POST", "campaigns/{campaignId}/offers/delete", "v2"},
     SCOPES_TO_WRITE_OFFERS, MODELS_ALL, BODY_REQUIRED, false,
     RATE_DELETE_OFFERS, &operation_delete_campaign_offers},
    {{"POST", "businesses/{businessId}/offer-mappings/archive", "v2"},
     SCOPES_TO_WRITE_OFFERS, 0, BODY_REQUIRED, false,
     RATE_ARCHIVE, &operation_archive},
    {{"POST", "businesses/{businessId}/offer-mappings/unarchive", "v2"},
     SCOPES_TO_WRITE_OFFERS, 0, BODY_REQUIRED, false,
     RATE_UNARCHIVE, &operation_unarchive},
    {{"POST", "businesses/{businessId}/offer-mappings", "v2"},
     SCOPES_TO_READ_OFFERS, 0, BODY_OPTIONAL, false,
     RATE_GET_MAPPINGS, &operation_get_offer_mappings},

    {{"GET", "campaigns", "v2"},
     SCOPES_ANY, 0, BODY_NONE, false,
     RATE_LIST_CAMPAIGNS, &operation_list_campaigns},
    {{"GET", "campaigns/{campaignId}", "v2"},
     SCOPES_ANY, MODELS_ALL, BODY_NONE, true,
     RATE_GET_CAMPAIGN, &operation_get_campaign},
    {{"GET", "warehouses", "v2"},
     SCOPES_ANY, 0, BODY_NONE, false,
     RATE_LIST_MARKET_WAREHOUSES, &operation_list_market_warehouses},
    {{"GET", "businesses/{businessId}/warehouses", "v2"},
     SCOPES_TO_READ_WAREHOUSES, 0, BODY_NONE, false,
     RATE_LIST_ALL_WAREHOUSES, &operation_list_warehouses},
    {{"POST", "businesses/{businessId}/warehouses", "v2"},
     SCOPES_TO_READ_WAREHOUSES, 0, BODY_OPTIONAL, false,
     RATE_PAGE_WAREHOUSES, &operation_page_warehouses},
    {{"POST", "campaigns/{campaignId}/warehouse/status", "v2"},
     SCOPES_TO_WRITE_WAREHOUSES, MODELS_OF_SELLERS, BODY_REQUIRED, false,
     RATE_WAREHOUSE_STATUS, &operation_warehouse_status},
    {{"POST", "auth/token", "v2"},
     SCOPES_ANY, 0, BODY_NONE, false,
     RATE_AUTH_TOKEN, &operation_auth_token},
    {{"POST", "businesses/{businessId}/offers/stocks/update", "v3"},
     SCOPES_TO_WRITE_OFFERS, 0, BODY_REQUIRED, false,
     RATE_V3_PUT_STOCKS, &operation_v3_put_stocks},
    {{"POST", "businesses/{businessId}/offers/stocks", "v3"},
     SCOPES_TO_READ_OFFERS, 0, BODY_REQUIRED, false,
     RATE_V3_GET_STOCKS, &operation_v3_get_stocks},
    {{"POST", "businesses/{businessId}/warehouses", "v3"},
     SCOPES_TO_READ_WAREHOUSES, 0, BODY_OPTIONAL, false,
     RATE_V3_WAREHOUSES, &operation_v3_page_warehouses},
    {{"POST", "businesses/{businessId}/warehouse/models/status", "v3"},
     SCOPES_TO_WRITE_WAREHOUSES, 0, BODY_REQUIRED, false,
     RATE_V3_MODEL_STATUS, &operation_v3_model_status},
};
/* clang-format on */

const struct route_table api_routes = {rows, sizeof(rows[0]), sizeof(rows) / sizeof(rows[0])};

/* Removes `/` and the version from the front and `.json` from the end. False: not such a path. */
static bool strip_path(struct bytes *path, struct bytes *version)
{
    static const struct bytes versions[] = {BYTES_INIT("v2"), BYTES_INIT("v3")};
    if (!bytes_starts_with(*path, BYTES("/")))
        return false;
    *path = (struct bytes){path->data + 1, path->size - 1};
    *version = versions[0];
    for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
        struct bytes segment;
        const struct bytes rest = bytes_split(*path, '/', &segment);
        if (!bytes_equal(segment, versions[i]))
            continue;
        *version = versions[i];
        *path = rest;
        break;
    }
    const struct bytes suffix = BYTES(".json");
    if (path->size > suffix.size &&
        bytes_equal((struct bytes){path->data + path->size - suffix.size, suffix.size}, suffix))
        path->size -= suffix.size;
    return true;
}

enum route_match api_route_find(struct api_call *call)
{
    const struct http_exchange *exchange = call->call.exchange;
    struct bytes path = exchange->path;
    struct bytes version;
    const struct route *row = NULL;
    if (path.size == 0 || path.data[path.size - 1] == '/' || !strip_path(&path, &version))
        return ROUTE_NO_PATH;
    const enum route_match match =
        route_find(&api_routes, exchange->method, path, version, &row, &call->values);
    call->row = (const struct operation_row *)(const void *)row;
    return match;
}
