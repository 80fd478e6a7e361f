/* The hash of keys in memory and the checksum of bytes on disk, both XXH3 (libxxhash). */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "base/bytes.h"

/* Sets the secret that bytes_hash() mixes in, so that nobody outside can choose SKUs that collide.
 * Once, before the first thread and the first table. */
void hash_seed_set(uint64_t seed);

/* Hash for tables in memory. It changes with the seed and is never written to disk. */
uint64_t bytes_hash(struct bytes bytes);

/* Checksum for bytes on disk: XXH3-64 of `bytes`, seeded with `salt`. */
uint64_t bytes_checksum(struct bytes bytes, uint64_t salt);

#endif
