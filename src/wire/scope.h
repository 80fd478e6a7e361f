/* Scopes of Api-Key tokens (CONTRACT §7, §9): fourteen names, kept as a set of bits. */
#ifndef WIRE_SCOPE_H
#define WIRE_SCOPE_H

#include "base/bytes.h"

enum scope {
    SCOPE_ALL_METHODS,
    SCOPE_ALL_METHODS_READ_ONLY,
    SCOPE_INVENTORY_AND_ORDER_PROCESSING,
    SCOPE_INVENTORY_AND_ORDER_PROCESSING_READ_ONLY,
    SCOPE_PRICING,
    SCOPE_PRICING_READ_ONLY,
    SCOPE_OFFERS_AND_CARDS_MANAGEMENT,
    SCOPE_OFFERS_AND_CARDS_MANAGEMENT_READ_ONLY,
    SCOPE_PROMOTION,
    SCOPE_PROMOTION_READ_ONLY,
    SCOPE_FINANCE_AND_ACCOUNTING,
    SCOPE_COMMUNICATION,
    SCOPE_SETTINGS_MANAGEMENT,
    SCOPE_SUPPLIES_MANAGEMENT_READ_ONLY,
};
enum { SCOPES_COUNT = SCOPE_SUPPLIES_MANAGEMENT_READ_ONLY + 1 };

/* A set of scopes: bit `1 << scope`. */
#define SCOPE_BIT(scope) (UINT32_C(1) << (scope))

/* The name as requests and documents have it, `offers-and-cards-management:read-only`. */
const char *scope_name(enum scope scope);

/* False: no scope has this name. */
MUST_USE bool scope_from_name(struct bytes name, enum scope *scope);

#endif
