/* Searches: both stores have to find what a plain look at all cells finds, which knows neither
 * steps nor indexes, and compares letters code point by code point. */
#include "world.h"

#include <string.h>

#include "base/fold.h"

enum { CODE_POINTS_MAX = SKU_CODE_POINTS_MAX + 1, TEXT_POINTS_MAX = 4, CELLS_MAX = 4096 };

struct points {
    uint32_t at[CODE_POINTS_MAX];
    uint32_t count;
};

static struct points points_of(struct bytes text)
{
    struct points points = {.count = 0};
    for (size_t i = 0; i < text.size;) {
        const uint8_t lead = text.data[i++];
        uint32_t point = lead < 0x80 ? lead : lead & (lead < 0xE0 ? 0x1F : lead < 0xF0 ? 0x0F : 7);
        for (; i < text.size && (text.data[i] & 0xC0) == 0x80; i++)
            point = point << 6 | (text.data[i] & 0x3F);
        points.at[points.count++] = point;
    }
    return points;
}

static uint32_t small(uint32_t point)
{
    if ((point >= 'A' && point <= 'Z') || (point >= 0x410 && point <= 0x42F))
        return point + 0x20;
    return point >= 0x400 && point <= 0x40F ? point + 0x50 : point;
}

/* Whether `part` stands in the text from a place on. */
static bool stands_at(const struct points *text, const struct points *part, uint32_t place,
                      bool any_case)
{
    for (uint32_t i = 0; i < part->count; i++) {
        if (place + i == text->count)
            return false;
        const uint32_t left = text->at[place + i];
        if (left != part->at[i] && (!any_case || small(left) != small(part->at[i])))
            return false;
    }
    return true;
}

static bool text_fits(enum store_match match, struct bytes sku, const struct points *part)
{
    const struct points points = points_of(sku);
    if (match == STORE_MATCH_ALL)
        return true;
    for (uint32_t place = 0; place < points.count; place++) {
        if (stands_at(&points, part, place, match == STORE_MATCH_SUBSTRING))
            return true;
        if (match == STORE_MATCH_PREFIX)
            return false;
    }
    return false;
}

static bool fits_presence(enum store_presence wanted, int64_t units)
{
    return wanted == STORE_ANY || (wanted == STORE_PRESENT) == (units > 0);
}

static bool fits(const struct store_filter *filter, const struct points *part,
                 const struct stock_view *view)
{
    const bool has_number = view->updated_at_ms != STOCK_NEVER_UPDATED;
    const bool shown = has_number || filter->never_updated || (view->marks & STOCK_PLACED) != 0;
    const bool old = has_number && view->updated_at_ms < filter->updated_before_ms;
    return shown && (filter->updated_before_ms == 0 || old) &&
           (view->marks & filter->marks_mask) == filter->marks_wanted &&
           fits_presence(filter->presence, view->available + view->reserved) &&
           fits_presence(filter->available, view->available) &&
           text_fits(filter->match, view->sku, part);
}

/* Some letters of some SKU, from its start on for a prefix. */
static struct bytes pick_text(struct world *world, enum store_match match)
{
    const uint32_t bound = chance_one_in(&world->chance, 3) ? SKUS : SKUS_OFTEN;
    const struct bytes sku = world_key(world, (uint32_t)chance_below(&world->chance, bound)).sku;
    const uint32_t points = points_of(sku).count;
    const uint32_t first =
        match == STORE_MATCH_PREFIX ? 0 : (uint32_t)chance_below(&world->chance, points);
    uint32_t count = 1 + (uint32_t)chance_below(&world->chance, TEXT_POINTS_MAX);
    if (chance_one_in(&world->chance, 20) || first + count > points)
        count = points - first;
    size_t begin = 0;
    size_t end = 0;
    uint32_t seen = 0;
    for (size_t i = 0; i < sku.size; i++) {
        if ((sku.data[i] & 0xC0) == 0x80)
            continue;
        if (seen == first)
            begin = i;
        if (seen == first + count)
            end = i;
        seen++;
    }
    return (struct bytes){sku.data + begin, (end == 0 ? sku.size : end) - begin};
}

static struct store_filter pick_filter(struct world *world)
{
    const uint32_t marks = 1 << STOCK_MARKS_COUNT;
    struct store_filter filter = {
        .never_updated = !chance_one_in(&world->chance, 3),
        .match = (enum store_match)chance_below(&world->chance, 3),
        .available = (enum store_presence)chance_below(&world->chance, 3),
    };
    if (chance_one_in(&world->chance, 3))
        filter.updated_before_ms = world_moment(world);
    if (chance_one_in(&world->chance, 3))
        filter.presence = (enum store_presence)chance_below(&world->chance, 3);
    if (chance_one_in(&world->chance, 3)) {
        filter.marks_mask =
            (uint32_t)(chance_below(&world->chance, marks) & chance_below(&world->chance, marks));
        filter.marks_wanted = filter.marks_mask & (uint32_t)chance_below(&world->chance, marks);
    }
    return filter;
}

void step_search(struct world *world)
{
    static struct stock_view expected[CELLS_MAX];
    static uint8_t folded[SKU_BYTES_MAX];
    const int64_t shelf_id = world->shelves[world_shelf(world)];
    struct store_page page = {.limit = STORE_PAGE_CELLS_MAX, .filter = {.never_updated = true}};
    struct store_filter filter = pick_filter(world);
    struct bytes text = pick_text(world, filter.match);
    const struct points part = points_of(text);
    uint32_t count = 0;
    uint32_t expected_count = 0;
    const struct stock_view *all = pair_walk(&world->pair, shelf_id, page, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (fits(&filter, &part, &all[i]))
            expected[expected_count++] = all[i];
    }
    ASSERT(count <= CELLS_MAX);
    if (filter.match == STORE_MATCH_SUBSTRING) {
        fold_case(text, folded);
        text.data = folded;
    }
    filter.text = text;
    page = (struct store_page){
        .limit = 1 + (uint32_t)chance_below(&world->chance, 40), .search = true, .filter = filter};
    const struct stock_view *found = pair_walk(&world->pair, shelf_id, page, &count);
    if (count != expected_count)
        pair_differ(&world->pair, "a search for '%.*s' finds %u instead of %u", BYTES_ARG(text),
                    count, expected_count);
    for (uint32_t i = 0; i < count; i++) {
        if (!bytes_equal(found[i].sku, expected[i].sku))
            pair_differ(&world->pair, "a search finds '%.*s' instead of '%.*s'",
                        BYTES_ARG(found[i].sku), BYTES_ARG(expected[i].sku));
    }
    world->found_count += count;
}
