/* Degrees of coordinates, names of tokens, and how many warehouses the Market has. */
#include "registry/registry_limits.h"

static void check_degrees(uint32_t at, const char *field, double degrees, double degrees_max,
                          struct error_list *errors)
{
    if (degrees < -degrees_max || degrees > degrees_max)
        error_list_add(errors, "warehouses[%u].%s: must be %.0f to %.0f degrees", at, field,
                       -degrees_max, degrees_max);
}

static bool is_known_place(const struct registry_warehouse *known,
                           const struct registry_address *address)
{
    return known != NULL && known->address.latitude == address->latitude &&
           known->address.longitude == address->longitude;
}

static bool is_known_name(const struct registry_document *known, const struct registry_token *token)
{
    for (uint32_t i = 0; i < known->tokens_count; i++) {
        if (known->tokens[i].business_id == token->business_id &&
            bytes_equal(known->tokens[i].name, token->name))
            return true;
    }
    return false;
}

enum err registry_check_limits(const struct registry_state *known,
                               const struct registry_document *document,
                               const struct registry_document *merged, struct error_list *errors)
{
    for (uint32_t i = 0; i < document->warehouses_count; i++) {
        const struct registry_warehouse *warehouse = &document->warehouses[i];
        if (is_known_place(state_warehouse(known, warehouse->id), &warehouse->address))
            continue;
        check_degrees(i, "latitude", warehouse->address.latitude, 90.0, errors);
        check_degrees(i, "longitude", warehouse->address.longitude, 180.0, errors);
    }
    for (uint32_t i = 0; i < document->tokens_count; i++) {
        const struct registry_token *token = &document->tokens[i];
        if (bytes_count_code_points(token->name) > REGISTRY_TOKEN_NAME_MAX &&
            !is_known_name(&known->document, token))
            error_list_add(errors, "tokens[%u].name: must be at most %d characters", i,
                           REGISTRY_TOKEN_NAME_MAX);
    }
    if (merged->market_warehouses_count > REGISTRY_MARKET_WAREHOUSES_MAX &&
        merged->market_warehouses_count > known->document.market_warehouses_count)
        error_list_add(errors, "marketWarehouses: there may be %d, and these are %u",
                       REGISTRY_MARKET_WAREHOUSES_MAX, merged->market_warehouses_count);
    return errors->count == 0 ? OK : ERR_INVALID;
}
