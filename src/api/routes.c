/* The one table of methods, and how a path finds its row: an optional version, the segments of the
 * row, an optional `.json` (CONTRACT §0.1). */
#include "api/api_internal.h"

enum { MINUTE_MS = 60000 };

#define STOCKS_PATH "campaigns/{campaignId}/offers/stocks"

#define SCOPES_TO_WRITE_OFFERS                                                                     \
    (SCOPE_BIT(SCOPE_OFFERS_AND_CARDS_MANAGEMENT) | SCOPE_BIT(SCOPE_ALL_METHODS))
#define SCOPES_TO_READ_OFFERS                                                                      \
    (SCOPES_TO_WRITE_OFFERS | SCOPE_BIT(SCOPE_OFFERS_AND_CARDS_MANAGEMENT_READ_ONLY) |             \
     SCOPE_BIT(SCOPE_ALL_METHODS_READ_ONLY))

#define MODELS_OF_SELLERS (1U << PLACEMENT_FBS | 1U << PLACEMENT_DBS)
#define MODELS_ALL        (MODELS_OF_SELLERS | 1U << PLACEMENT_FBY | 1U << PLACEMENT_LAAS)

enum { RATE_PUT_STOCKS, RATE_GET_STOCKS };

const struct rate_limit api_rate_limits[API_RATE_LIMITS_COUNT] = {
    [RATE_PUT_STOCKS] = {STOCKS_PATH, RATE_SKUS_PER_MINUTE_MAX, MINUTE_MS, "1 minute"},
    [RATE_GET_STOCKS] = {STOCKS_PATH, RATE_SKUS_PER_MINUTE_MAX, MINUTE_MS, "1 minute"},
};

static const struct operation_row rows[] = {
    {"PUT", STOCKS_PATH, "POST, PUT", SCOPES_TO_WRITE_OFFERS, MODELS_OF_SELLERS, true,
     RATE_PUT_STOCKS, &operation_put_stocks},
    {"POST", STOCKS_PATH, "POST, PUT", SCOPES_TO_READ_OFFERS, MODELS_ALL, false, RATE_GET_STOCKS,
     &operation_get_stocks},
};

/* Removes `/` and the version from the front and `.json` from the end. False: not such a path. */
static bool strip_path(struct bytes *path)
{
    if (bytes_starts_with(*path, BYTES("/v2/")))
        *path = (struct bytes){path->data + 4, path->size - 4};
    else if (bytes_starts_with(*path, BYTES("/")))
        *path = (struct bytes){path->data + 1, path->size - 1};
    else
        return false;
    const struct bytes suffix = BYTES(".json");
    if (path->size > suffix.size &&
        bytes_equal((struct bytes){path->data + path->size - suffix.size, suffix.size}, suffix))
        path->size -= suffix.size;
    return true;
}

static bool path_matches(struct bytes path, const char *pattern, struct bytes *campaign_text)
{
    struct bytes wanted = bytes_from_text(pattern);
    while (path.size > 0 && wanted.size > 0) {
        struct bytes segment;
        struct bytes wanted_segment;
        path = bytes_split(path, '/', &segment);
        wanted = bytes_split(wanted, '/', &wanted_segment);
        if (bytes_equal(wanted_segment, BYTES("{campaignId}")) && segment.size > 0)
            *campaign_text = segment;
        else if (!bytes_equal(segment, wanted_segment))
            return false;
    }
    return path.size == 0 && wanted.size == 0;
}

enum route_match route_find(struct bytes verb, struct bytes path, const struct operation_row **row,
                            struct bytes *campaign_text)
{
    enum route_match match = ROUTE_NO_PATH;
    if (path.size > 0 && path.data[path.size - 1] == '/')
        return match; /* A trailing slash names something else. */
    if (!strip_path(&path))
        return match;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (!path_matches(path, rows[i].path, campaign_text))
            continue;
        *row = &rows[i];
        if (bytes_equal(verb, bytes_from_text(rows[i].verb)))
            return ROUTE_FOUND;
        match = ROUTE_NO_VERB;
    }
    return match;
}
