/* XXH3 with a secret of our own.
 *
 * A seed alone is enough up to SEEDED_BYTES_MAX. Beyond, it is only added to words that everybody
 * knows: how the words of two places in the key differ is known with good odds then, and pieces of
 * the key can be made to change places without changing the hash, by thousands. So long keys meet
 * words that have nothing in common. */
#include "base/hash.h"

#define XXH_INLINE_ALL /* The hash of a SKU is a few instructions: no call for them. */
#include <xxhash.h>

enum { SEEDED_BYTES_MAX = 240 }; /* The library goes another way with more. */

static uint64_t hash_seed;
static uint64_t secret_words[XXH3_SECRET_DEFAULT_SIZE / sizeof(uint64_t)];

/* SplitMix64: the next of a sequence in which every bit depends on all of the seed. */
static uint64_t next_word(uint64_t *state)
{
    uint64_t word = *state += UINT64_C(0x9E3779B97F4A7C15);
    word = (word ^ word >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    word = (word ^ word >> 27) * UINT64_C(0x94D049BB133111EB);
    return word ^ word >> 31;
}

void hash_seed_set(uint64_t seed)
{
    hash_seed = seed;
    for (size_t i = 0; i < sizeof(secret_words) / sizeof(secret_words[0]); i++)
        secret_words[i] = next_word(&seed);
}

/* Apart, so that others do not pay for its large frame. */
static __attribute__((noinline)) uint64_t long_hash(struct bytes bytes)
{
    return XXH3_64bits_withSecret(bytes.data, bytes.size, secret_words, sizeof(secret_words));
}

uint64_t bytes_hash(struct bytes bytes)
{
    if (bytes.size > SEEDED_BYTES_MAX)
        return long_hash(bytes);
    return XXH3_64bits_withSeed(bytes.data, bytes.size, hash_seed);
}

uint64_t bytes_checksum(struct bytes bytes, uint64_t salt)
{
    return XXH3_64bits_withSeed(bytes.data, bytes.size, salt);
}
