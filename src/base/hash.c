/* XXH3 with a seed of our own. */
#include "base/hash.h"

#define XXH_INLINE_ALL /* The hash of a SKU is a few instructions: no call for them. */
#include <xxhash.h>

static uint64_t hash_seed;

void hash_seed_set(uint64_t seed)
{
    hash_seed = seed;
}

uint64_t bytes_hash(struct bytes bytes)
{
    return XXH3_64bits_withSeed(bytes.data, bytes.size, hash_seed);
}

uint64_t bytes_checksum(struct bytes bytes, uint64_t salt)
{
    return XXH3_64bits_withSeed(bytes.data, bytes.size, salt);
}
