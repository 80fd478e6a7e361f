/* The body that says which goods the Market stores free of charge (CONTRACT C63). */
#ifndef WIRE_FREE_STORAGE_H
#define WIRE_FREE_STORAGE_H

#include "wire/sku_list.h"

struct free_storage {
    struct sku_list offers;
    bool free;
};

/* Decodes and checks a body. False when `errors` tell why not, or when there is no memory (then
 * `errors` are empty). SKUs lend from the JSON document. */
MUST_USE bool free_storage_decode(struct json_value root, struct arena *arena,
                                  struct free_storage *request, struct error_list *errors);

#endif
