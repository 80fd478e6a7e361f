/* Each listing in its own order, field by field. */
#include "registry_tell.h"

#include <math.h>

#include "check.h"

enum { ROWS_MAX = 256 };

static const struct registry_range everything = {0, 0, ROWS_MAX};

static void tell_campaigns(const struct registry *registry, struct buffer *told)
{
    static struct campaign_facts rows[ROWS_MAX];
    uint32_t total = 0;
    const uint32_t count = registry_list_campaigns(registry, everything, rows, &total);
    tell_number(told, total);
    for (uint32_t i = 0; i < count; i++) {
        struct market_place places[REGISTRY_MARKET_WAREHOUSES_MAX];
        tell_number(told, rows[i].id);
        tell_number(told, rows[i].business_id);
        tell_bytes(told, rows[i].business_name);
        tell_bytes(told, rows[i].domain);
        tell_number(told, rows[i].placement);
        tell_number(told, rows[i].availability);
        tell_number(told, rows[i].warehouse_id);
        tell_number(told, rows[i].group_id);
        tell_number(told, rows[i].shelf_id);
        tell_number(told, rows[i].own_shelf_id);
        const uint32_t places_count = registry_campaign_market_warehouses(
            registry, rows[i].id, places, REGISTRY_MARKET_WAREHOUSES_MAX);
        for (uint32_t k = 0; k < places_count; k++)
            tell_number(told, places[k].shelf_id);
    }
}

static void tell_address(const struct registry_address *address, struct buffer *told)
{
    tell_bytes(told, address->city);
    tell_bytes(told, address->street);
    tell_bytes(told, address->number);
    tell_bytes(told, address->building);
    tell_bytes(told, address->block);
    /* Coordinates may be written with less precision than they came with. */
    tell_number(told, (int64_t)lround(address->latitude * 1e6));
    tell_number(told, (int64_t)lround(address->longitude * 1e6));
}

static void tell_warehouses(const struct registry *registry, struct buffer *told)
{
    static struct warehouse_facts rows[ROWS_MAX];
    const struct registry_warehouse_query query = {.rows_max = ROWS_MAX};
    const uint32_t count = registry_list_warehouses(registry, &query, rows);
    for (uint32_t i = 0; i < count; i++) {
        tell_number(told, rows[i].id);
        tell_number(told, rows[i].campaign_id);
        tell_bytes(told, rows[i].name);
        tell_number(told, rows[i].group_id);
        tell_bytes(told, rows[i].group_name);
        tell_number(told, rows[i].own_shelf_id);
        tell_number(told, rows[i].express + 2 * rows[i].enabled + 4 * rows[i].has_address);
        if (rows[i].has_address && fabs(rows[i].address.latitude) <= 90 &&
            fabs(rows[i].address.longitude) <= 180)
            tell_address(&rows[i].address, told);
    }
    struct market_warehouse_facts market[REGISTRY_MARKET_WAREHOUSES_MAX];
    const uint32_t market_count = registry_list_market_warehouses(registry, market);
    for (uint32_t i = 0; i < market_count; i++) {
        tell_number(told, market[i].id);
        tell_bytes(told, market[i].name);
        tell_number(told, market[i].returns);
        tell_number(told, market[i].number);
    }
}

static void tell_groups(const struct registry *registry, struct buffer *told)
{
    static struct group_row rows[ROWS_MAX];
    uint32_t total = 0;
    const uint32_t count = registry_list_groups(registry, everything, rows, &total);
    tell_number(told, total);
    for (uint32_t i = 0; i < count; i++) {
        tell_number(told, rows[i].id);
        tell_bytes(told, rows[i].name);
        tell_number(told, rows[i].main_warehouse_id);
    }
}

static void tell_tokens(const struct registry *registry, struct buffer *told)
{
    static struct token_facts rows[ROWS_MAX];
    uint32_t total = 0;
    const uint32_t count = registry_list_tokens(registry, everything, rows, &total);
    tell_number(told, total);
    for (uint32_t i = 0; i < count; i++) {
        struct registry_token entry;
        ASSERT(registry_find_token_entry(registry, rows[i].business_id, rows[i].name, &entry));
        tell_number(told, rows[i].business_id);
        tell_bytes(told, rows[i].name);
        tell_number(told, rows[i].kind);
        tell_number(told, rows[i].scopes);
        tell_number(told, rows[i].revoked);
        tell_bytes(told, (struct bytes){entry.hash.data, sizeof(entry.hash.data)});
    }
}

static void tell_push(const struct registry *registry, struct buffer *told)
{
    static struct push_row rows[ROWS_MAX];
    uint32_t total = 0;
    const uint32_t count = registry_list_push(registry, everything, rows, &total);
    tell_number(told, total);
    for (uint32_t i = 0; i < count; i++) {
        tell_number(told, rows[i].campaign_id);
        tell_number(told, rows[i].shelf_id);
        tell_bytes(told, rows[i].push.url);
        tell_bytes(told, rows[i].push.token);
        tell_number(told, rows[i].push.token_in_query);
        tell_number(told, rows[i].push.period_s);
    }
}

void registry_tell(const struct registry *registry, struct buffer *told)
{
    tell_campaigns(registry, told);
    tell_warehouses(registry, told);
    tell_groups(registry, told);
    tell_tokens(registry, told);
    tell_push(registry, told);
}

void registry_check_equal(const struct registry *left, const struct registry *right)
{
    struct buffer left_told;
    struct buffer right_told;
    buffer_init(&left_told);
    buffer_init(&right_told);
    registry_tell(left, &left_told);
    registry_tell(right, &right_told);
    check_equal(&left_told, &right_told);
    buffer_deinit(&left_told);
    buffer_deinit(&right_told);
}
