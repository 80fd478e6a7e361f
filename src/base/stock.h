/* The values that travel between the wire and the ledger. */
#ifndef BASE_STOCK_H
#define BASE_STOCK_H

#include "base/bytes.h"

/* A SKU that somebody asks for. Trimmed, valid (CONTRACT §0.3). */
struct stock_key {
    struct bytes sku;
    uint64_t hash; /* bytes_hash(sku), computed once a request. */
};

/* A new number of available units (CONTRACT §1). */
struct stock_write {
    struct stock_key key;
    int64_t count;         /* 0…STOCK_COUNT_MAX */
    int64_t updated_at_ms; /* When the number was true. */
};

/* What is known of one SKU on one shelf (CONTRACT §12). */
struct stock_view {
    struct bytes sku;
    int64_t available;
    int64_t reserved;
    int64_t updated_at_ms;
};

#endif
