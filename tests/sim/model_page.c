/* Which cells a page shows, and which pages follow and precede it (C16, C17, store.h). A position
 * is the number of a cell. A page that has to look at too many cells ends early. */
#include "inner_limits.h"
#include "model.h"

static bool shows(const struct model_cell *cell, const struct store_filter *filter)
{
    const bool present = cell->available + cell->reserved > 0;
    if ((cell->marks & filter->marks_mask) != filter->marks_wanted)
        return false;
    if (!cell->numbered && !filter->never_updated && (cell->marks & STOCK_PLACED) == 0)
        return false;
    switch (filter->presence) {
    case STORE_ANY:
        return true;
    case STORE_PRESENT:
        return present;
    case STORE_ABSENT:
        return !present;
    }
    return false;
}

/* Whether a page that begins, or ends, at `edge` may show anything: somebody fits, or it would end
 * before it has seen all. */
static bool may_follow(const struct model_shelf *shelf, const struct store_filter *filter,
                       int64_t edge, bool backward)
{
    int64_t looked = 0;
    for (int64_t at = backward ? edge - 1 : edge; at >= 0 && at < shelf->cells_count;
         at += backward ? -1 : 1) {
        if (looked++ == INNER_SCAN_CELLS || shows(&shelf->cells[at], filter))
            return true;
    }
    return false;
}

/* A mark is asked for that no cell has: then there is nothing, however many cells there are. */
static bool mark_is_missing(const struct model_shelf *shelf, uint32_t wanted)
{
    for (uint32_t i = 0; i < shelf->cells_count; i++)
        wanted &= ~shelf->cells[i].marks;
    return wanted != 0;
}

static bool read_position(struct bytes position, uint32_t cells_count, int64_t *start)
{
    *start = 0;
    for (size_t i = 0; i < position.size; i++) {
        if (position.data[i] < '0' || position.data[i] > '9' || *start > UINT32_MAX)
            return false;
        *start = *start * 10 + (position.data[i] - '0');
    }
    return *start <= cells_count;
}

static void turn_round(struct model_page *page)
{
    for (uint32_t i = 0; i < page->cells_count / 2; i++) {
        const struct model_cell *cell = page->cells[i];
        page->cells[i] = page->cells[page->cells_count - 1 - i];
        page->cells[page->cells_count - 1 - i] = cell;
    }
}

void model_page(const struct model_shelf *shelf, const struct store_page *asked,
                struct model_page *page)
{
    static const struct model_shelf nothing = {.id = 0};
    *page = (struct model_page){.verdict = VERDICT_OK, .next = -1, .prev = -1};
    shelf = shelf == NULL ? &nothing : shelf;
    int64_t start = 0;
    if (!read_position(asked->position, shelf->cells_count, &start)) {
        page->verdict = VERDICT_BAD_POSITION;
        return;
    }
    if (mark_is_missing(shelf, asked->filter.marks_wanted))
        return;
    int64_t looked = 0;
    int64_t edge = start; /* What lies between it and `start` was looked at. */
    while (looked++ < INNER_SCAN_CELLS && page->cells_count < asked->limit &&
           (asked->backward ? edge > 0 : edge < shelf->cells_count)) {
        const struct model_cell *cell = &shelf->cells[asked->backward ? edge - 1 : edge];
        edge += asked->backward ? -1 : 1;
        if (shows(cell, &asked->filter))
            page->cells[page->cells_count++] = cell;
    }
    if (asked->backward)
        turn_round(page);
    const int64_t low = asked->backward ? edge : start;
    const int64_t high = asked->backward ? start : edge;
    page->next = may_follow(shelf, &asked->filter, high, false) ? high : -1;
    page->prev = may_follow(shelf, &asked->filter, low, true) ? low : -1;
}
