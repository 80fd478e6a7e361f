/* The shelves of a business, as one moment of the registry has them. */
#ifndef API_BUSINESS_SHELVES_H
#define API_BUSINESS_SHELVES_H

#include "base/arena.h"
#include "registry/registry.h"

struct business_shelves {
    struct shelf_row *stock; /* What its campaigns sell from, each once, by number. In the arena. */
    struct shelf_row *market; /* In warehouses of the Market. In the arena. */
    uint32_t stock_count;
    uint32_t market_count;
    uint64_t version; /* Of the registry. */
};

/* Those of the Market ones only where they are asked for. False: no memory. */
MUST_USE bool business_shelves_read(const struct registry *registry, int64_t business_id,
                                    bool with_market, struct arena *arena,
                                    struct business_shelves *shelves);

#endif
