/* SKUs whose bytes sort in another way than people would, and numbers with a liking for edges. */
#include "world.h"

#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/hash.h"

#define NOW INT64_C(1767225600000) /* 2026-01-01 */

static const char *const texts[] = {
    "a",  "A",  "b",       "B",       "aa", "a a", "a-a", "a_a", "aB", "ab",   "0",   "00",
    "1",  "10", "9",       "Z",       "z",  "~",   "ä",   "é",   "Ω",  "日本", "日",  "𝄞",
    "Ёж", "ёЖ", "a\u00a0", "\u00adx", "ﬀ",  "ß",   "Іж",  "ı",   "I",  "İ",    "x'y", "{a,\"b\"}",
};

/* Some SKUs are as long as SKUs may be, and differ at their very ends. */
static void make_skus(struct world *world)
{
    const size_t texts_count = sizeof(texts) / sizeof(texts[0]);
    for (size_t i = 0; i < SKUS; i++) {
        char *sku = world->skus[i];
        if (i < texts_count || i >= SKUS_OFTEN) {
            (void)snprintf(sku, sizeof(world->skus[i]), "%s%zu", i < texts_count ? texts[i] : "n",
                           i < texts_count ? i % 3 : i);
            continue;
        }
        for (int k = 0; k < SKU_CODE_POINTS_MAX - 1; k++)
            memcpy(sku + strlen(sku), i % 2 == 0 ? "𝄞" : "y", i % 2 == 0 ? 5 : 2);
        memcpy(sku + strlen(sku), i % 4 < 2 ? "1" : "2", 2);
    }
    for (int i = 0; i < BULK_SKUS; i++)
        (void)snprintf(world->bulk[i], sizeof(world->bulk[i]), "SKU-%06d", i);
    for (int i = 0; i < IDS; i++)
        (void)snprintf(world->ids[i], sizeof(world->ids[i]), "%d", 100 + i);
}

struct stock_key world_key_of(const char *sku)
{
    const struct bytes bytes = bytes_from_text(sku);
    return (struct stock_key){bytes, bytes_hash(bytes)};
}

struct stock_key world_key(const struct world *world, uint32_t sku)
{
    return world_key_of(world->skus[sku]);
}

uint32_t world_pick(struct world *world, uint32_t often, uint32_t bound, uint32_t count_max,
                    uint32_t *picked)
{
    uint32_t count = 0;
    const uint32_t wanted = 1 + (uint32_t)chance_below(&world->chance, count_max);
    while (count < wanted) {
        const uint32_t candidate = (uint32_t)chance_below(
            &world->chance, chance_one_in(&world->chance, 20) ? bound : often);
        bool fresh = true;
        for (uint32_t i = 0; i < count && fresh; i++)
            fresh = picked[i] != candidate;
        if (fresh)
            picked[count++] = candidate;
    }
    return count;
}

int64_t world_count(struct world *world)
{
    if (chance_one_in(&world->chance, 20))
        return STOCK_COUNT_MAX;
    return chance_between(&world->chance, 0, chance_one_in(&world->chance, 3) ? 1000 : 8);
}

int64_t world_edge(struct world *world)
{
    static const int64_t edges[] = {1, STOCK_COUNT_MAX - 1, STOCK_COUNT_MAX};
    return edges[chance_below(&world->chance, 3)];
}

int64_t world_moment(struct world *world)
{
    if (chance_one_in(&world->chance, 100))
        return chance_one_in(&world->chance, 2) ? DATE_MS_MIN : INT64_C(0);
    return world->now - chance_between(&world->chance, 0, 3) * DAY / 2;
}

uint32_t world_shelf(struct world *world)
{
    return (uint32_t)chance_below(&world->chance, SHELVES);
}

void world_set_now(struct world *world, int64_t now)
{
    world->now = now;
    pair_set_now(&world->pair, now);
}

void world_begin(struct world *world, const char *url)
{
    world->chance = chance_begin("conformance");
    world->now = NOW;
    make_skus(world);
    const int64_t own = chance_between(&world->chance, 2, INT64_C(1) << 31);
    for (int64_t i = 0; i <= SHELVES; i++)
        world->shelves[i] = own + i;
    for (int64_t i = MARKET_SHELVES_FIRST; i < SHELVES; i++)
        world->shelves[i] = market_shelf_id(own, 100 + i);
    pair_open(&world->pair, url, world->now);
}

void world_end(struct world *world)
{
    pair_close(&world->pair);
}
