/* Commands of the local store that read: page, list; and the totals of a shelf. They lock the
 * shelf, read, and note what they observed; the caller waits until that is durable.
 *
 * A search looks at more, and so at a few cells at a time, with pauses in which others get the
 * lock: cells never move, so it goes on where it was. */
#include "store/store_local_internal.h"

#include "base/buffer.h"
#include "base/fold.h"

enum {
    POSITION_DIGITS_MAX = 10,
    SCAN_CELLS_MAX = 1 << 18, /* Cells that one filtered page looks at before it ends early. */
    SEARCH_CELLS_MAX = 1 << 17,
    SEARCH_STEP_WORK = 1 << 13, /* What a search does under the lock: a tenth of a millisecond. */
    SEARCH_WORK_BYTES = 32,     /* Bytes of SKUs that cost as much as a cell. */
    SEARCH_PAUSE_US = 50,       /* Time for who waits to wake up. */
};

static_assert(SKU_BYTES_MAX <= FOLD_BYTES_MAX, "a SKU can be folded");

/* A walk over the cells of a shelf, in one direction. */
struct scan {
    const struct shelf *shelf;
    int64_t at; /* The next cell to look at. */
    int64_t step;
    const struct store_filter *filter;
    uint32_t left; /* Cells that it may still look at. */
};

static bool scan_is_over(const struct scan *scan)
{
    return scan->at < 0 || scan->at >= shelf_cells_count(scan->shelf);
}

static bool filter_fits(const struct store_filter *filter, const struct stock_view *view)
{
    if ((view->marks & filter->marks_mask) != filter->marks_wanted)
        return false;
    if (view->updated_at_ms == STOCK_NEVER_UPDATED && !filter->never_updated &&
        (view->marks & STOCK_PLACED) == 0)
        return false;
    const bool present = view->available + view->reserved > 0;
    return filter->presence == STORE_ANY || present == (filter->presence == STORE_PRESENT);
}

/* Moves to the next cell that fits. False: there is none, or the scan is used up. */
static bool scan_next(struct scan *scan, uint32_t *cell, struct stock_view *view)
{
    while (!scan_is_over(scan) && scan->left > 0) {
        *cell = (uint32_t)scan->at;
        *view = shelf_view(scan->shelf, *cell);
        scan->at += scan->step;
        scan->left--;
        if (filter_fits(scan->filter, view))
            return true;
    }
    return false;
}

/* Whether anything fits from `at` on, or may fit where the scan is used up. */
static bool scan_has_more(const struct scan *scan, int64_t at, int64_t step)
{
    struct scan look = {scan->shelf, at, step, scan->filter, SCAN_CELLS_MAX};
    struct stock_view view;
    uint32_t cell = 0;
    return scan_next(&look, &cell, &view) || !scan_is_over(&look);
}

/* Whether a mark is wanted that no cell has. */
static bool nothing_is_marked(const struct shelf *shelf, const struct store_filter *filter)
{
    for (uint32_t mark = 1; mark < 1 << STOCK_MARKS_COUNT; mark <<= 1) {
        if ((filter->marks_wanted & mark) != 0 &&
            shelf_marked_count(shelf, (enum stock_mark)mark) == 0)
            return true;
    }
    return false;
}

static void views_reverse(struct stock_view *views, uint32_t count)
{
    for (uint32_t i = 0; i < count / 2; i++) {
        const struct stock_view view = views[i];
        views[i] = views[count - 1 - i];
        views[count - 1 - i] = view;
    }
}

/* Adds a cell to the result, with its details in the arena. False: no memory. */
static bool views_add(struct store_command *command, const struct shelf *shelf, uint32_t cell,
                      const struct stock_view *view, int64_t turnover_at_ms)
{
    struct stock_details found;
    struct stock_details *details = NULL;
    if (shelf_details(shelf, cell, turnover_at_ms, &found)) {
        details = arena_allocate(command->arena, sizeof(*details));
        if (details == NULL)
            return false;
        *details = found;
    }
    struct stock_view *added = &command->views[command->views_count++];
    *added = *view;
    added->details = details;
    return true;
}

/* The number as text in the arena; no bytes when there is no memory. */
static struct bytes position_text(struct arena *arena, int64_t number)
{
    struct buffer text = {arena_allocate(arena, POSITION_DIGITS_MAX), 0, POSITION_DIGITS_MAX,
                          false};
    if (text.data == NULL)
        return (struct bytes){NULL, 0};
    buffer_append_int64(&text, number);
    return buffer_bytes(&text);
}

/* Reads the page with the shelf locked; its edges are the cells [low, high). */
static enum verdict page_locked(const struct shelf *shelf, struct store_command *command,
                                int64_t start)
{
    struct store_page *page = &command->page;
    if (nothing_is_marked(shelf, &page->filter))
        return VERDICT_OK;
    struct scan scan = {shelf, page->backward ? start - 1 : start, page->backward ? -1 : 1,
                        &page->filter, SCAN_CELLS_MAX};
    struct stock_view view;
    uint32_t cell = 0;
    while (command->views_count < page->limit && scan_next(&scan, &cell, &view)) {
        if (!views_add(command, shelf, cell, &view, page->turnover_at_ms))
            return VERDICT_NO_ROOM;
    }
    const int64_t low = page->backward ? scan.at + 1 : start;
    const int64_t high = page->backward ? start : scan.at;
    if (page->backward)
        views_reverse(command->views, command->views_count);
    if (scan_has_more(&scan, high, 1))
        page->next = position_text(command->arena, high);
    if (scan_has_more(&scan, low - 1, -1))
        page->prev = position_text(command->arena, low);
    return VERDICT_OK;
}

/* Reads the position; false when this shelf never gave it out. */
static bool page_start(const struct store_page *page, uint32_t cells_count, int64_t *start)
{
    *start = 0;
    if (page->position.size == 0)
        return true;
    return bytes_to_int64(page->position, start) && *start >= 0 && *start <= cells_count;
}

/* Makes room for the views of a read. False: no memory, and the verdict says so. */
static bool views_begin(struct store_command *command, uint32_t views_max)
{
    command->waiter.seq = 0;
    command->views_count = 0;
    command->views = arena_allocate(command->arena, views_max * sizeof(*command->views));
    command->verdict = command->views == NULL ? VERDICT_NO_ROOM : VERDICT_OK;
    return command->views != NULL;
}

/* --- Searches. --- */

static bool search_matches(const struct store_filter *filter, struct bytes sku)
{
    switch (filter->match) {
    case STORE_MATCH_ALL:
        return true;
    case STORE_MATCH_PREFIX:
        return bytes_starts_with(sku, filter->text);
    case STORE_MATCH_SUBSTRING:
        return fold_contains(sku, filter->text);
    }
    return false;
}

static bool search_fits(const struct store_filter *filter, const struct stock_view *view)
{
    if (filter->available != STORE_ANY &&
        (view->available > 0) != (filter->available == STORE_PRESENT))
        return false;
    if (filter->updated_before_ms != 0 && (view->updated_at_ms == STOCK_NEVER_UPDATED ||
                                           view->updated_at_ms >= filter->updated_before_ms))
        return false;
    return filter_fits(filter, view) && search_matches(filter, view->sku);
}

/* Looks at some cells, with the shelf locked. False: no memory. */
static bool search_step(const struct shelf *shelf, struct store_command *command, int64_t *at,
                        int64_t cells_end)
{
    const struct store_page *page = &command->page;
    int64_t work = SEARCH_STEP_WORK;
    while (work > 0 && *at < cells_end && command->views_count < page->limit) {
        const uint32_t cell = (uint32_t)*at;
        const struct stock_view view = shelf_view(shelf, cell);
        work -= 1 + (int64_t)view.sku.size / SEARCH_WORK_BYTES;
        ++*at;
        if (search_fits(&page->filter, &view) &&
            !views_add(command, shelf, cell, &view, page->turnover_at_ms))
            return false;
    }
    return true;
}

/* Where a search goes on that has come to `at`. */
static void search_end(struct store_command *command, int64_t at, int64_t cells_count)
{
    if (command->verdict != VERDICT_OK || at == cells_count)
        return;
    command->page.next = position_text(command->arena, at);
    if (command->page.next.size == 0)
        command->verdict = VERDICT_NO_ROOM;
}

static void search(struct store_local *local, struct local_shelf *shelf,
                   struct store_command *command, int64_t at)
{
    const struct store_page *page = &command->page;
    const int64_t start = at;
    int64_t cells_count = 0;
    int64_t cells_end = 0;
    for (;;) {
        pthread_mutex_lock(&shelf->lock);
        cells_count = shelf_cells_count(shelf->shelf);
        cells_end = cells_count - start > SEARCH_CELLS_MAX ? start + SEARCH_CELLS_MAX : cells_count;
        if (nothing_is_marked(shelf->shelf, &page->filter))
            at = cells_end = cells_count;
        else if (!search_step(shelf->shelf, command, &at, cells_end))
            command->verdict = VERDICT_NO_ROOM;
        command->waiter.seq = shelf->seq_last;
        pthread_mutex_unlock(&shelf->lock);
        if (command->verdict != VERDICT_OK || at >= cells_end ||
            command->views_count == page->limit)
            break;
        if (local->committing)
            local->os->pause(local->os, SEARCH_PAUSE_US);
    }
    search_end(command, at, cells_count);
}

/* --- Commands. --- */

void local_page(struct store_local *local, struct store_command *command)
{
    struct store_page *page = &command->page;
    ASSERT(page->limit >= 1 && page->limit <= STORE_PAGE_CELLS_MAX);
    ASSERT(!page->search || !page->backward);
    ASSERT((page->filter.marks_wanted & ~page->filter.marks_mask) == 0);
    page->next = (struct bytes){NULL, 0};
    page->prev = (struct bytes){NULL, 0};
    struct local_shelf *shelf = local_shelf_find(local, command->shelf_id);
    if (!views_begin(command, page->limit))
        return;
    int64_t start = 0;
    if (shelf == NULL) {
        if (!page_start(page, 0, &start))
            command->verdict = VERDICT_BAD_POSITION;
        return;
    }
    pthread_mutex_lock(&shelf->lock);
    if (!page_start(page, shelf_cells_count(shelf->shelf), &start))
        command->verdict = VERDICT_BAD_POSITION;
    else if (!page->search)
        command->verdict = page_locked(shelf->shelf, command, start);
    if (command->verdict == VERDICT_OK)
        command->waiter.seq = shelf->seq_last;
    pthread_mutex_unlock(&shelf->lock);
    if (page->search && command->verdict == VERDICT_OK)
        search(local, shelf, command, start);
}

void local_list(struct store_local *local, struct store_command *command)
{
    const struct store_list *list = &command->list;
    ASSERT(list->keys_count >= 1 && list->keys_count <= GET_OFFER_IDS_MAX);
    struct local_shelf *shelf = local_shelf_find(local, command->shelf_id);
    if (!views_begin(command, list->keys_count) || shelf == NULL)
        return;
    uint32_t cells[GET_OFFER_IDS_MAX];
    pthread_mutex_lock(&shelf->lock);
    shelf_find(shelf->shelf, list->keys, sizeof(*list->keys), list->keys_count, cells);
    for (uint32_t i = 0; i < list->keys_count && command->verdict == VERDICT_OK; i++) {
        if (cells[i] == CELL_NONE)
            continue;
        const struct stock_view view = shelf_view(shelf->shelf, cells[i]);
        if (!views_add(command, shelf->shelf, cells[i], &view, list->turnover_at_ms))
            command->verdict = VERDICT_NO_ROOM;
    }
    if (command->verdict == VERDICT_OK)
        command->waiter.seq = shelf->seq_last;
    pthread_mutex_unlock(&shelf->lock);
}

enum err local_totals(struct store *store, int64_t shelf_id, int64_t campaign_id,
                      struct shelf_totals *totals)
{
    *totals = (struct shelf_totals){0};
    struct local_shelf *shelf = local_shelf_find(local_of(store), shelf_id);
    if (shelf == NULL)
        return OK;
    pthread_mutex_lock(&shelf->lock);
    const struct shelf_sums sums = shelf_sums(shelf->shelf);
    totals->cells_count = shelf_cells_count(shelf->shelf);
    totals->available = sums.available;
    totals->reserved = sums.reserved;
    totals->unfit = sums.unfit;
    totals->orders_count = order_book_open_count(shelf->orders, campaign_id);
    pthread_mutex_unlock(&shelf->lock);
    return OK;
}

/* Sums go along with every change, so a shelf is locked for a moment. */
enum err local_survey(struct store *store, struct shelf_survey *shelves, uint32_t shelves_count)
{
    struct store_local *local = local_of(store);
    uint64_t seq = 0;
    for (uint32_t i = 0; i < shelves_count; i++) {
        struct shelf_survey *survey = &shelves[i];
        *survey = (struct shelf_survey){.shelf_id = survey->shelf_id,
                                        .counted = true,
                                        .counted_at_ms = local->os->now_ms(local->os),
                                        .updated_at_ms = STOCK_NEVER_UPDATED};
        struct local_shelf *shelf = local_shelf_find(local, survey->shelf_id);
        if (shelf == NULL)
            continue;
        pthread_mutex_lock(&shelf->lock);
        const struct shelf_sums sums = shelf_sums(shelf->shelf);
        survey->cells_count = shelf_cells_count(shelf->shelf);
        survey->hidden_count = shelf_marked_count(shelf->shelf, STOCK_HIDDEN);
        survey->updated_at_ms = shelf_updated_at_ms(shelf->shelf);
        if (shelf->seq_last > seq)
            seq = shelf->seq_last;
        pthread_mutex_unlock(&shelf->lock);
        survey->available = sums.available;
        survey->reserved = sums.reserved;
        survey->unfit = sums.unfit;
    }
    return local_wait_until_durable(local, seq);
}
