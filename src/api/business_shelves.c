/* The registry answers piece by piece, so its version is compared: what was read fits together. */
#include "api/business_shelves.h"

#include <stdlib.h>

static int compare_rows(const void *left, const void *right)
{
    const int64_t a = ((const struct shelf_row *)left)->shelf_id;
    const int64_t b = ((const struct shelf_row *)right)->shelf_id;
    return (a > b) - (a < b);
}

/* By number: shelves that are added later come last, so that a listing that goes on from page to
 * page keeps its order. */
static bool read_stock(const struct registry *registry, int64_t business_id, struct arena *arena,
                       struct business_shelves *shelves)
{
    uint32_t total = 0;
    struct registry_range range = {.business_id = business_id, .rows_max = 0};
    (void)registry_list_shelves(registry, range, NULL, &total);
    range.rows_max = total;
    shelves->stock = arena_allocate(arena, (total + 1) * sizeof(*shelves->stock));
    if (shelves->stock == NULL)
        return false;
    shelves->stock_count = registry_list_shelves(registry, range, shelves->stock, &total);
    qsort(shelves->stock, shelves->stock_count, sizeof(*shelves->stock), compare_rows);
    return true;
}

static bool read_market(const struct registry *registry, int64_t business_id, struct arena *arena,
                        struct business_shelves *shelves)
{
    uint32_t total = 0;
    struct registry_range range = {.business_id = business_id, .rows_max = 0};
    (void)registry_list_campaigns(registry, range, NULL, &total);
    range.rows_max = total;
    struct campaign_facts *campaigns = arena_allocate(arena, (total + 1) * sizeof(*campaigns));
    if (campaigns == NULL)
        return false;
    const uint32_t campaigns_count = registry_list_campaigns(registry, range, campaigns, &total);
    const size_t rows_max = (size_t)campaigns_count * REGISTRY_MARKET_WAREHOUSES_MAX;
    shelves->market = arena_allocate(arena, (rows_max + 1) * sizeof(*shelves->market));
    if (shelves->market == NULL)
        return false;
    shelves->market_count = 0;
    for (uint32_t i = 0; i < campaigns_count; i++) {
        struct market_place places[REGISTRY_MARKET_WAREHOUSES_MAX];
        const uint32_t places_count = registry_campaign_market_warehouses(
            registry, campaigns[i].id, places, REGISTRY_MARKET_WAREHOUSES_MAX);
        for (uint32_t k = 0; k < places_count; k++) {
            shelves->market[shelves->market_count++] =
                (struct shelf_row){places[k].shelf_id, campaigns[i].id};
        }
    }
    return true;
}

bool business_shelves_read(const struct registry *registry, int64_t business_id, bool with_market,
                           struct arena *arena, struct business_shelves *shelves)
{
    do {
        *shelves = (struct business_shelves){.version = registry_version(registry)};
        if (!read_stock(registry, business_id, arena, shelves) ||
            (with_market && !read_market(registry, business_id, arena, shelves)))
            return false;
    } while (shelves->version != registry_version(registry));
    return true;
}
