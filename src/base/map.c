/* Linear probing over a power of two of slots; removal shifts the run back, so there are no graves.
 * It grows at three quarters. */
#include "base/map.h"

#include <stdlib.h>

#include "base/hash.h"

struct map_slot {
    int64_t key;
    uint32_t value; /* MAP_ABSENT: the slot is empty. */
};

enum { SLOTS_MIN = 16 };

void map_init(struct map *map)
{
    *map = (struct map){NULL, 0, 0};
}

void map_deinit(struct map *map)
{
    free(map->slots);
    map_init(map);
}

static uint32_t home_of(int64_t key, uint32_t slots_count)
{
    const struct bytes bytes = {(const uint8_t *)&key, sizeof(key)};
    return (uint32_t)bytes_hash(bytes) & (slots_count - 1);
}

/* Index of the slot that holds the key, or of the empty one where it belongs. */
static uint32_t slot_find(const struct map_slot *slots, uint32_t slots_count, int64_t key)
{
    uint32_t index = home_of(key, slots_count);
    while (slots[index].value != MAP_ABSENT && slots[index].key != key)
        index = (index + 1) & (slots_count - 1);
    return index;
}

uint32_t map_get(const struct map *map, int64_t key)
{
    if (map->count == 0)
        return MAP_ABSENT;
    return map->slots[slot_find(map->slots, map->slots_count, key)].value;
}

static enum err map_grow(struct map *map, uint32_t slots_count)
{
    struct map_slot *slots = malloc(slots_count * sizeof(*slots));
    if (slots == NULL)
        return ERR_MEMORY;
    for (uint32_t i = 0; i < slots_count; i++)
        slots[i] = (struct map_slot){0, MAP_ABSENT};
    for (uint32_t i = 0; i < map->slots_count; i++) {
        if (map->slots[i].value != MAP_ABSENT)
            slots[slot_find(slots, slots_count, map->slots[i].key)] = map->slots[i];
    }
    free(map->slots);
    map->slots = slots;
    map->slots_count = slots_count;
    return OK;
}

enum err map_reserve(struct map *map, uint32_t more)
{
    const uint64_t wanted = (uint64_t)map->count + more;
    uint64_t slots_count = map->slots_count == 0 ? SLOTS_MIN : map->slots_count;
    while (wanted > slots_count / 4 * 3)
        slots_count *= 2;
    if (slots_count > UINT32_MAX)
        return ERR_FULL;
    return slots_count == map->slots_count ? OK : map_grow(map, (uint32_t)slots_count);
}

enum err map_set(struct map *map, int64_t key, uint32_t value)
{
    ASSERT(value != MAP_ABSENT);
    if (map->count + 1 > map->slots_count / 4 * 3 && map_get(map, key) == MAP_ABSENT) {
        const enum err error = map_reserve(map, 1);
        if (error != OK)
            return error;
    }
    struct map_slot *slot = &map->slots[slot_find(map->slots, map->slots_count, key)];
    map->count += slot->value == MAP_ABSENT; /* NOLINT(clang-analyzer-core*): map_grow() set all */
    *slot = (struct map_slot){key, value};
    return OK;
}

void map_remove(struct map *map, int64_t key)
{
    if (map->count == 0)
        return;
    const uint32_t mask = map->slots_count - 1;
    uint32_t hole = slot_find(map->slots, map->slots_count, key);
    if (map->slots[hole].value == MAP_ABSENT)
        return;
    map->count--;
    for (uint32_t next = (hole + 1) & mask; map->slots[next].value != MAP_ABSENT;
         next = (next + 1) & mask) {
        const uint32_t home = home_of(map->slots[next].key, map->slots_count);
        if (((next - home) & mask) >= ((next - hole) & mask)) {
            map->slots[hole] = map->slots[next];
            hole = next;
        }
    }
    map->slots[hole].value = MAP_ABSENT;
}

bool map_next(const struct map *map, uint32_t *place, int64_t *key)
{
    while (*place < map->slots_count) {
        const struct map_slot *slot = &map->slots[(*place)++];
        if (slot->value != MAP_ABSENT) {
            *key = slot->key;
            return true;
        }
    }
    return false;
}
