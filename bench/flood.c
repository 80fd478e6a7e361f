/* Prints SKUs whose hashes collide in every table that is not larger than its slots, under a seed:
 * what somebody could send who knew it.
 *
 *     build/bench/flood SEED COUNT      SKUs of 14 bytes, one a line */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"

enum { SKU_BYTES = 14, SLOT_BITS = 15 }; /* Shelf and table of duplicates take the upper half. */

static uint32_t slot_of(const char *sku)
{
    const uint64_t hash = bytes_hash((struct bytes){(const uint8_t *)sku, SKU_BYTES});
    return (uint32_t)(hash >> 32) & ((UINT32_C(1) << SLOT_BITS) - 1);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        (void)fprintf(stderr, "usage: flood SEED COUNT\n");
        return 2;
    }
    hash_seed_set(strtoull(argv[1], NULL, 0));
    const unsigned long count = strtoul(argv[2], NULL, 10);
    uint64_t number = 0;
    for (unsigned long found = 0; found < count; number++) {
        char sku[SKU_BYTES + 1] = "SKU-";
        uint64_t rest = number;
        for (int i = 4; i < SKU_BYTES; i++, rest /= 26)
            sku[i] = (char)('A' + rest % 26);
        if (slot_of(sku) != 0)
            continue;
        found++;
        (void)puts(sku);
    }
    return 0;
}
