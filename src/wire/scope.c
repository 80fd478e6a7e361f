/* The names in one table. */
#include "wire/scope.h"

static const char *const names[SCOPES_COUNT] = {
    [SCOPE_ALL_METHODS] = "all-methods",
    [SCOPE_ALL_METHODS_READ_ONLY] = "all-methods:read-only",
    [SCOPE_INVENTORY_AND_ORDER_PROCESSING] = "inventory-and-order-processing",
    [SCOPE_INVENTORY_AND_ORDER_PROCESSING_READ_ONLY] = "inventory-and-order-processing:read-only",
    [SCOPE_PRICING] = "pricing",
    [SCOPE_PRICING_READ_ONLY] = "pricing:read-only",
    [SCOPE_OFFERS_AND_CARDS_MANAGEMENT] = "offers-and-cards-management",
    [SCOPE_OFFERS_AND_CARDS_MANAGEMENT_READ_ONLY] = "offers-and-cards-management:read-only",
    [SCOPE_PROMOTION] = "promotion",
    [SCOPE_PROMOTION_READ_ONLY] = "promotion:read-only",
    [SCOPE_FINANCE_AND_ACCOUNTING] = "finance-and-accounting",
    [SCOPE_COMMUNICATION] = "communication",
    [SCOPE_SETTINGS_MANAGEMENT] = "settings-management",
    [SCOPE_SUPPLIES_MANAGEMENT_READ_ONLY] = "supplies-management:read-only",
};

const char *scope_name(enum scope scope)
{
    ASSERT((int)scope < SCOPES_COUNT);
    return names[scope];
}

bool scope_from_name(struct bytes name, enum scope *scope)
{
    for (int i = 0; i < SCOPES_COUNT; i++) {
        if (bytes_equal(name, bytes_from_text(names[i]))) {
            *scope = (enum scope)i;
            return true;
        }
    }
    return false;
}
