/* The commands of the local store: lock the shelf, decide, append, unlock (DESIGN §6). */
#include <string.h>

#include "store/record.h"
#include "store/store_local_internal.h"

enum {
    POSITION_DIGITS_MAX = 10,
    SCAN_CELLS_MAX = 1 << 18, /* Cells that one filtered page looks at before it ends early. */
    PREFETCH_DISTANCE = 8,
};

/* A write that was looked up, before it is applied. */
struct pending_put {
    struct local_shelf *shelf;
    uint32_t *cells;      /* Of each item, CELL_NONE where it is unknown. */
    struct buffer record; /* In the arena, with room for the largest record. */
    size_t record_bytes_max;
};

/* Looks up the items and makes room for the unknown ones, as the policy has it. */
static enum verdict put_look_up(struct pending_put *pending, struct store_put *put)
{
    struct shelf *shelf = pending->shelf->shelf;
    shelf_find(shelf, &put->items[0].key, sizeof(put->items[0]), put->items_count, pending->cells);
    uint32_t unknown_count = 0;
    size_t unknown_bytes = 0;
    for (uint32_t i = 0; i < put->items_count; i++) {
        if (pending->cells[i] != CELL_NONE)
            continue;
        if (unknown_count++ == 0)
            put->unknown = put->items[i].key.sku;
        unknown_bytes += put->items[i].key.sku.size;
    }
    if (unknown_count > 0 && put->unknown_policy == STORE_UNKNOWN_REJECT)
        return VERDICT_UNKNOWN_SKU;
    if (put->unknown_policy == STORE_UNKNOWN_IGNORE)
        return VERDICT_OK;
    const enum err error = shelf_reserve(shelf, unknown_count, unknown_bytes);
    return error == OK ? VERDICT_OK : VERDICT_NO_ROOM;
}

/* Applies what was looked up and writes the record of it. Nothing here may refuse. */
static void put_apply(struct pending_put *pending, struct store_put *put)
{
    struct shelf *shelf = pending->shelf->shelf;
    struct record_writer writer;
    record_write_begin(&writer, &pending->record, pending->shelf->id, shelf_cells_count(shelf));
    for (uint32_t i = 0; i < put->items_count; i++) {
        if (i + PREFETCH_DISTANCE < put->items_count)
            shelf_prefetch(shelf, pending->cells[i + PREFETCH_DISTANCE]);
        const struct stock_write *item = &put->items[i];
        uint32_t cell = pending->cells[i];
        if (cell == CELL_NONE && put->unknown_policy == STORE_UNKNOWN_IGNORE)
            continue;
        if (cell == CELL_NONE)
            cell = shelf_add(shelf, &item->key);
        if (!shelf_accepts(shelf, cell, item->updated_at_ms)) {
            put->stale_count++;
            continue;
        }
        record_write_entry(&writer, cell, item);
        shelf_set_available(shelf, cell, item->count, item->updated_at_ms);
        put->applied_count++;
    }
    record_write_end(&writer);
    ASSERT(!pending->record.failed);
    ASSERT(pending->record.size <= pending->record_bytes_max);
}

/* With the shelf locked and room reserved. */
static enum verdict put_locked(struct store_local *local, struct pending_put *pending,
                               struct store_put *put)
{
    const enum verdict verdict = put_look_up(pending, put);
    if (verdict == VERDICT_OK) {
        const uint32_t cells_count = shelf_cells_count(pending->shelf->shelf);
        put_apply(pending, put);
        metric_add(&local->cells, shelf_cells_count(pending->shelf->shelf) - cells_count);
    }
    if (put->applied_count > 0) {
        pending->shelf->seq_last = journal_append(local->journal, pending->record_bytes_max,
                                                  buffer_bytes(&pending->record));
    } else {
        journal_release(local->journal, pending->record_bytes_max);
    }
    return verdict;
}

void local_put(struct store_local *local, struct store_command *command)
{
    struct store_put *put = &command->put;
    ASSERT(put->items_count >= 1 && put->items_count <= PUT_SKUS_MAX);
    put->applied_count = 0;
    put->stale_count = 0;
    command->verdict = VERDICT_NO_ROOM;
    command->waiter.seq = 0;

    struct pending_put pending;
    pending.record_bytes_max = record_write_bytes_max(put->items, put->items_count);
    pending.shelf = local_shelf_open(local, command->shelf_id);
    pending.cells = arena_allocate(command->arena, put->items_count * sizeof(*pending.cells));
    uint8_t *data = arena_allocate(command->arena, pending.record_bytes_max);
    if (pending.shelf == NULL || pending.cells == NULL || data == NULL ||
        journal_reserve(local->journal, pending.record_bytes_max) != OK)
        return;
    pending.record = (struct buffer){data, 0, pending.record_bytes_max, false};

    pthread_mutex_lock(&pending.shelf->lock);
    command->verdict = put_locked(local, &pending, put);
    if (command->verdict == VERDICT_OK)
        command->waiter.seq = pending.shelf->seq_last; /* A refusal promises nothing. */
    pthread_mutex_unlock(&pending.shelf->lock);
}

/* A walk over the cells of a shelf, in one direction. */
struct scan {
    const struct shelf *shelf;
    int64_t at; /* The next cell to look at. */
    int64_t step;
    enum store_presence presence;
    uint32_t left; /* Cells that it may still look at. */
};

static bool scan_is_over(const struct scan *scan)
{
    return scan->at < 0 || scan->at >= shelf_cells_count(scan->shelf);
}

/* Moves to the next cell that fits. False: there is none, or the scan is used up. */
static bool scan_next(struct scan *scan, struct stock_view *view)
{
    while (!scan_is_over(scan) && scan->left > 0) {
        *view = shelf_view(scan->shelf, (uint32_t)scan->at);
        scan->at += scan->step;
        scan->left--;
        const bool present = view->available + view->reserved > 0;
        if (scan->presence == STORE_ANY || present == (scan->presence == STORE_PRESENT))
            return true;
    }
    return false;
}

/* Whether anything fits from `at` on, or may fit where the scan is used up. */
static bool scan_has_more(const struct scan *scan, int64_t at, int64_t step)
{
    struct scan look = {scan->shelf, at, step, scan->presence, SCAN_CELLS_MAX};
    struct stock_view view;
    return scan_next(&look, &view) || !scan_is_over(&look);
}

static void views_reverse(struct stock_view *views, uint32_t count)
{
    for (uint32_t i = 0; i < count / 2; i++) {
        const struct stock_view view = views[i];
        views[i] = views[count - 1 - i];
        views[count - 1 - i] = view;
    }
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
static void page_locked(const struct shelf *shelf, struct store_command *command, int64_t start)
{
    struct store_page *page = &command->page;
    const int64_t step = page->backward ? -1 : 1;
    struct scan scan = {shelf, page->backward ? start - 1 : start, step, page->presence,
                        SCAN_CELLS_MAX};
    while (command->views_count < page->limit &&
           scan_next(&scan, &command->views[command->views_count]))
        command->views_count++;
    const int64_t low = page->backward ? scan.at + 1 : start;
    const int64_t high = page->backward ? start : scan.at;
    if (page->backward)
        views_reverse(command->views, command->views_count);
    if (scan_has_more(&scan, high, 1))
        page->next = position_text(command->arena, high);
    if (scan_has_more(&scan, low - 1, -1))
        page->prev = position_text(command->arena, low);
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

void local_page(struct store_local *local, struct store_command *command)
{
    struct store_page *page = &command->page;
    ASSERT(page->limit >= 1 && page->limit <= PAGE_LIMIT_MAX);
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
    if (page_start(page, shelf_cells_count(shelf->shelf), &start))
        page_locked(shelf->shelf, command, start);
    else
        command->verdict = VERDICT_BAD_POSITION;
    command->waiter.seq = shelf->seq_last;
    pthread_mutex_unlock(&shelf->lock);
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
    for (uint32_t i = 0; i < list->keys_count; i++) {
        if (cells[i] != CELL_NONE)
            command->views[command->views_count++] = shelf_view(shelf->shelf, cells[i]);
    }
    command->waiter.seq = shelf->seq_last;
    pthread_mutex_unlock(&shelf->lock);
}
