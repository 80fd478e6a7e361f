/* A table from a 64-bit key to a 32-bit value, with open addressing: registry look-ups by id and
 * counters by entity. Not for SKUs; the shelf has its own. One thread at a time. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct map_slot;

/* Invariant: count <= slots_count * 3 / 4, so a probe always ends at an empty slot. */
struct map {
    struct map_slot *slots;
    uint32_t slots_count; /* A power of two, or 0. */
    uint32_t count;
};

/* What map_get() gives for an absent key. Never a stored value. */
#define MAP_ABSENT UINT32_MAX

void map_init(struct map *map);
void map_deinit(struct map *map);

uint32_t map_get(const struct map *map, int64_t key);

/* Sets or replaces. Replacing never fails. ERR_MEMORY: nothing changed. `value` is not
 * MAP_ABSENT. */
MUST_USE enum err map_set(struct map *map, int64_t key, uint32_t value);

/* Makes room for `more` new keys, so that setting them cannot fail. ERR_MEMORY, ERR_FULL: nothing
 * that can be seen changed. */
MUST_USE enum err map_reserve(struct map *map, uint32_t more);

/* Removes the key if it is there. */
void map_remove(struct map *map, int64_t key);

/* Goes through all keys, in no order: *place is 0 at first, and nothing changes meanwhile. False:
 * there are no more. */
bool map_next(const struct map *map, uint32_t *place, int64_t *key);

#endif
