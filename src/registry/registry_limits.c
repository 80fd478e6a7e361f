/* Degrees of coordinates, lengths of addresses and of names of tokens, and how many warehouses the
 * Market has. */
#include "registry/registry_limits.h"

static void check_degrees(uint32_t at, const char *field, double degrees, double degrees_max,
                          struct error_list *errors)
{
    if (degrees < -degrees_max || degrees > degrees_max)
        error_list_add(errors, "warehouses[%u].%s: must be %.0f to %.0f degrees", at, field,
                       -degrees_max, degrees_max);
}

/* CONTRACT §6. */
enum { CITY_MAX = 200, STREET_MAX = 512, NUMBER_MAX = 256, BUILDING_MAX = 16, BLOCK_MAX = 16 };

static void check_text(uint32_t at, const char *field, struct bytes text, size_t characters_max,
                       struct error_list *errors)
{
    if (bytes_count_code_points(text) > characters_max)
        error_list_add(errors, "warehouses[%u].address.%s: must be at most %zu characters", at,
                       field, characters_max);
}

static void check_address(uint32_t at, const struct registry_address *address,
                          struct error_list *errors)
{
    check_degrees(at, "latitude", address->latitude, 90.0, errors);
    check_degrees(at, "longitude", address->longitude, 180.0, errors);
    check_text(at, "city", address->city, CITY_MAX, errors);
    check_text(at, "street", address->street, STREET_MAX, errors);
    check_text(at, "number", address->number, NUMBER_MAX, errors);
    check_text(at, "building", address->building, BUILDING_MAX, errors);
    check_text(at, "block", address->block, BLOCK_MAX, errors);
}

static bool is_known_place(const struct registry_warehouse *known,
                           const struct registry_address *address)
{
    return known != NULL && known->address.latitude == address->latitude &&
           known->address.longitude == address->longitude &&
           bytes_equal(known->address.city, address->city) &&
           bytes_equal(known->address.street, address->street) &&
           bytes_equal(known->address.number, address->number) &&
           bytes_equal(known->address.building, address->building) &&
           bytes_equal(known->address.block, address->block);
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
        if (!is_known_place(state_warehouse(known, warehouse->id), &warehouse->address))
            check_address(i, &warehouse->address, errors);
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
