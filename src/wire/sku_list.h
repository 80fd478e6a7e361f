/* A list of distinct SKUs in a body, `offerIds` of several methods (CONTRACT §2, §8, §14). */
#ifndef WIRE_SKU_LIST_H
#define WIRE_SKU_LIST_H

#include "base/arena.h"
#include "base/stock.h"
#include "wire/json.h"
#include "wire/reply.h"

struct sku_list {
    struct stock_key *keys; /* Distinct, in document order. In the arena. */
    uint32_t keys_count;
    uint32_t elements_count; /* As sent, valid or not. */
};

/* Decodes and checks the member `name`, 1 to `max` elements; a missing one (NULL) counts as empty.
 * False when `errors` tell why not, or, with no error of it, when there is no memory. SKUs lend
 * from the document. */
MUST_USE bool sku_list_decode(const struct json_value *value, const char *name, size_t max,
                              struct arena *arena, struct sku_list *list,
                              struct error_list *errors);

#endif
