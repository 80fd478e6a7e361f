/* The views of a STORE_LIST come in the order of its keys, unknown ones left out, so keys and views
 * are laid beside each other in one walk: each key is asked for once, in that order. */
#ifndef CALL_VIEW_MATCH_H
#define CALL_VIEW_MATCH_H

#include "base/stock.h"

struct view_match {
    const struct stock_view *views;
    uint32_t views_count;
    uint32_t taken;
};

/* The view of the next key; NULL: the shelf does not know it. Lends from `views`. */
static inline const struct stock_view *view_match_next(struct view_match *match, struct bytes sku)
{
    if (match->taken == match->views_count || !bytes_equal(match->views[match->taken].sku, sku))
        return NULL;
    return &match->views[match->taken++];
}

/* All keys were asked for: no view is left. */
static inline void view_match_end(const struct view_match *match)
{
    ASSERT(match->taken == match->views_count);
}

#endif
