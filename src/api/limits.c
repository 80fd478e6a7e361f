/* The numbers stand side by side for the two editions, and in the newer one for both tariffs. */
#include "api/limits.h"

enum { MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS };

/* How a number is written in the table. */
struct amount {
    enum rate_unit unit;
    int64_t amount;
    int64_t period_ms;
};

struct row {
    const char *resource;
    enum api_entity entity;
    struct amount edition_2025;
    struct amount edition_2026; /* Without a subscription. */
    struct amount medium;       /* Of edition 2026. */
};

/* clang-format off */
#define REQUESTS(amount, period) {RATE_REQUESTS, amount, period}
#define ITEMS(amount, period)    {RATE_ITEMS, amount, period}
#define ANSWERED(amount, period) {RATE_ANSWERED, amount, period}

static const struct row rows[RATES_COUNT] = {
    [RATE_PUT_STOCKS] = {"campaigns/{campaignId}/offers/stocks", ENTITY_CAMPAIGN,
        ITEMS(100000, MINUTE_MS), ITEMS(100000, MINUTE_MS), ITEMS(100000, MINUTE_MS)},
    [RATE_GET_STOCKS] = {"campaigns/{campaignId}/offers/stocks", ENTITY_CAMPAIGN,
        ANSWERED(100000, MINUTE_MS), ANSWERED(100000, MINUTE_MS), ANSWERED(100000, MINUTE_MS)},
    [RATE_ADD_HIDDEN] = {"campaigns/{campaignId}/hidden-offers", ENTITY_CAMPAIGN,
        ITEMS(10000, MINUTE_MS), ITEMS(5000, MINUTE_MS), ITEMS(10000, MINUTE_MS)},
    [RATE_LIST_HIDDEN] = {"campaigns/{campaignId}/hidden-offers", ENTITY_CAMPAIGN,
        ANSWERED(10000, MINUTE_MS), REQUESTS(100, MINUTE_MS), REQUESTS(10000, MINUTE_MS)},
    [RATE_DELETE_HIDDEN] = {"campaigns/{campaignId}/hidden-offers/delete", ENTITY_CAMPAIGN,
        ITEMS(10000, MINUTE_MS), ITEMS(5000, MINUTE_MS), ITEMS(10000, MINUTE_MS)},
    [RATE_LIST_CAMPAIGNS] = {"campaigns", ENTITY_TOKEN,
        REQUESTS(1000, HOUR_MS), REQUESTS(1000, HOUR_MS), REQUESTS(1000, HOUR_MS)},
    [RATE_GET_CAMPAIGN] = {"campaigns/{campaignId}", ENTITY_CAMPAIGN,
        REQUESTS(1000, HOUR_MS), REQUESTS(5000, HOUR_MS), REQUESTS(5000, HOUR_MS)},
    [RATE_LIST_MARKET_WAREHOUSES] = {"warehouses", ENTITY_TOKEN,
        REQUESTS(100, MINUTE_MS), REQUESTS(100, HOUR_MS), REQUESTS(100, HOUR_MS)},
    [RATE_LIST_ALL_WAREHOUSES] = {"businesses/{businessId}/warehouses", ENTITY_BUSINESS,
        REQUESTS(100, MINUTE_MS), REQUESTS(100, MINUTE_MS), REQUESTS(100, MINUTE_MS)},
    [RATE_PAGE_WAREHOUSES] = {"businesses/{businessId}/warehouses", ENTITY_BUSINESS,
        REQUESTS(1000, HOUR_MS), REQUESTS(100, HOUR_MS), REQUESTS(100, HOUR_MS)},
    [RATE_WAREHOUSE_STATUS] = {"campaigns/{campaignId}/warehouse/status", ENTITY_CAMPAIGN,
        REQUESTS(100, HOUR_MS), REQUESTS(100, HOUR_MS), REQUESTS(100, HOUR_MS)},
    [RATE_AUTH_TOKEN] = {"auth/token", ENTITY_TOKEN,
        REQUESTS(100, HOUR_MS), REQUESTS(100, HOUR_MS), REQUESTS(100, HOUR_MS)},
    [RATE_GET_OFFERS] = {"campaigns/{campaignId}/offers", ENTITY_CAMPAIGN,
        ANSWERED(10000, MINUTE_MS), REQUESTS(1000, MINUTE_MS), REQUESTS(10000, MINUTE_MS)},
    [RATE_UPDATE_OFFERS] = {"campaigns/{campaignId}/offers/update", ENTITY_CAMPAIGN,
        ITEMS(10000, MINUTE_MS), ITEMS(5000, MINUTE_MS), ITEMS(10000, MINUTE_MS)},
    [RATE_DELETE_OFFERS] = {"campaigns/{campaignId}/offers/delete", ENTITY_CAMPAIGN,
        ITEMS(10000, MINUTE_MS), ITEMS(5000, MINUTE_MS), ITEMS(10000, MINUTE_MS)},
    [RATE_ARCHIVE] = {"businesses/{businessId}/offer-mappings/archive", ENTITY_BUSINESS,
        ITEMS(10000, MINUTE_MS), ITEMS(5000, MINUTE_MS), ITEMS(10000, MINUTE_MS)},
    [RATE_UNARCHIVE] = {"businesses/{businessId}/offer-mappings/unarchive", ENTITY_BUSINESS,
        ITEMS(10000, MINUTE_MS), ITEMS(5000, MINUTE_MS), ITEMS(10000, MINUTE_MS)},
    [RATE_GET_MAPPINGS] = {"businesses/{businessId}/offer-mappings", ENTITY_BUSINESS,
        REQUESTS(600, MINUTE_MS), REQUESTS(100, MINUTE_MS), REQUESTS(600, MINUTE_MS)},
    [RATE_V3_PUT_STOCKS] = {"businesses/{businessId}/offers/stocks/update", ENTITY_BUSINESS,
        REQUESTS(50, MINUTE_MS), REQUESTS(50, MINUTE_MS), REQUESTS(50, MINUTE_MS)},
    [RATE_V3_GET_STOCKS] = {"businesses/{businessId}/offers/stocks", ENTITY_BUSINESS,
        REQUESTS(500, MINUTE_MS), REQUESTS(500, MINUTE_MS), REQUESTS(500, MINUTE_MS)},
    [RATE_V3_WAREHOUSES] = {"businesses/{businessId}/warehouses", ENTITY_BUSINESS,
        REQUESTS(100, HOUR_MS), REQUESTS(100, HOUR_MS), REQUESTS(100, HOUR_MS)},
    [RATE_V3_MODEL_STATUS] = {"businesses/{businessId}/warehouse/models/status", ENTITY_BUSINESS,
        REQUESTS(100, HOUR_MS), REQUESTS(100, HOUR_MS), REQUESTS(100, HOUR_MS)},
};
/* clang-format on */

enum api_entity rate_entity(enum rate rate)
{
    return rows[rate].entity;
}

struct rate_rule rate_rule(enum rate rate, enum edition edition, enum tariff tariff)
{
    const struct row *row = &rows[rate];
    const struct amount *amount = &row->edition_2025;
    if (edition == EDITION_2026)
        amount = tariff == TARIFF_MEDIUM ? &row->medium : &row->edition_2026;
    return (struct rate_rule){
        amount->unit,
        {row->resource, amount->amount, amount->period_ms,
         amount->period_ms == HOUR_MS ? "1 hour" : "1 minute"},
    };
}
