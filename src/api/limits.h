/* The one table of documented limits, in the form of the official `x-resource-limit-config`: what
 * is counted, how many, in which period, per which entity (CONTRACT §1…§8, §14, C51). */
#ifndef API_LIMITS_H
#define API_LIMITS_H

#include "api/api.h"
#include "api/limiter.h"

/* Whose requests are counted together: those of a campaign, of a business that the path names, or
 * of the token's business. */
enum api_entity { ENTITY_CAMPAIGN, ENTITY_BUSINESS, ENTITY_TOKEN };

enum rate_unit {
    RATE_REQUESTS,
    RATE_ITEMS,    /* Elements of the body's list. */
    RATE_ANSWERED, /* Offers in the answer. */
};

/* Their numbers stand in databases while a window lasts (struct store_spend): new ones come
 * last. */
enum rate {
    RATE_PUT_STOCKS,
    RATE_GET_STOCKS,
    RATE_ADD_HIDDEN,
    RATE_LIST_HIDDEN,
    RATE_DELETE_HIDDEN,
    RATE_LIST_CAMPAIGNS,
    RATE_GET_CAMPAIGN,
    RATE_LIST_MARKET_WAREHOUSES,
    RATE_LIST_ALL_WAREHOUSES,
    RATE_PAGE_WAREHOUSES,
    RATE_WAREHOUSE_STATUS,
    RATE_AUTH_TOKEN,
    RATE_GET_OFFERS,
    RATE_UPDATE_OFFERS,
    RATE_DELETE_OFFERS,
    RATE_ARCHIVE,
    RATE_UNARCHIVE,
    RATE_GET_MAPPINGS,
    RATE_V3_PUT_STOCKS,
    RATE_V3_GET_STOCKS,
    RATE_V3_WAREHOUSES,
    RATE_V3_MODEL_STATUS,
};
enum { RATES_COUNT = RATE_V3_MODEL_STATUS + 1 };

struct rate_rule {
    enum rate_unit unit;
    struct rate_limit limit;
};

/* The rule of a method in an edition of the documentation, and there under a tariff. */
struct rate_rule rate_rule(enum rate rate, enum edition edition, enum tariff tariff);

/* Whom a method's requests are counted for. */
enum api_entity rate_entity(enum rate rate);

#endif
