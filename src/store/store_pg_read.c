/* Commands of the store on PostgreSQL that read: page, list; and the totals of a shelf. A page
 * stands in the order of the SKUs' bytes, and its position is a place between them: cells at or
 * behind it come forward, cells in front of it backward. */
#include <string.h>

#include "base/put.h"
#include "store/store_pg_internal.h"

/* Columns of a cell (pg_statement.h). */
enum {
    COLUMN_KIND,
    COLUMN_SKU,
    COLUMN_AVAILABLE,
    COLUMN_RESERVED,
    COLUMN_UPDATED_MS,
    COLUMN_MARKS,
    COLUMN_UNFIT,
    COLUMN_TURNOVER = COLUMN_UNFIT + STOCK_UNFIT_COUNT,
    COLUMNS_END,
};

/* No SKU has a control character, so nothing stands between a SKU and the SKU with this behind. */
enum { JUST_BEHIND = 0x01, CODE_POINT_MAX = 0x10FFFF };

static_assert(SKU_BYTES_MAX + 1 <= PAGE_POSITION_BYTES_MAX, "a position fits in a page token");

/* Makes room for so many views. False: no memory. */
static bool views_begin(struct store_command *command, uint32_t views_max)
{
    command->views = arena_allocate(command->arena, views_max * sizeof(*command->views));
    return command->views != NULL;
}

/* What a cell has beside its numbers. False: no memory. */
static bool take_details(struct stock_view *view, struct arena *arena,
                         const struct pg_result *result, uint32_t row)
{
    bool any = false;
    for (uint32_t column = COLUMN_UNFIT; column < COLUMNS_END; column++)
        any |= !pg_result_is_null(result, row, column);
    if (!any)
        return true;
    struct stock_details *details = arena_allocate(arena, sizeof(*details));
    if (details == NULL)
        return false;
    for (uint32_t i = 0; i < STOCK_UNFIT_COUNT; i++)
        details->unfit[i] = pg_result_int8(result, row, COLUMN_UNFIT + i);
    details->turnover_tenths = pg_result_is_null(result, row, COLUMN_TURNOVER)
                                   ? -1
                                   : pg_result_int8(result, row, COLUMN_TURNOVER);
    view->details = details;
    return true;
}

/* Adds a cell to the result. False: no memory. */
static bool views_add(struct store_command *command, const struct pg_result *result, uint32_t row)
{
    struct stock_view *view = &command->views[command->views_count];
    *view = (struct stock_view){
        .sku = pg_result_bytes(result, row, COLUMN_SKU),
        .available = pg_result_int8(result, row, COLUMN_AVAILABLE),
        .reserved = pg_result_int8(result, row, COLUMN_RESERVED),
        .updated_at_ms = pg_result_int8(result, row, COLUMN_UPDATED_MS),
        .marks = (uint32_t)pg_result_int8(result, row, COLUMN_MARKS),
    };
    if (!pg_keep_bytes(command->arena, &view->sku) ||
        !take_details(view, command->arena, result, row))
        return false;
    command->views_count++;
    return true;
}

static void views_reverse(struct stock_view *views, uint32_t count)
{
    for (uint32_t i = 0; i < count / 2; i++) {
        const struct stock_view view = views[i];
        views[i] = views[count - 1 - i];
        views[count - 1 - i] = view;
    }
}

/* --- Page. --- */

/* What a page has beside its cells. */
struct page_edges {
    bool more;         /* In the direction of the walk, */
    bool other;        /* and in the other one. */
    struct bytes last; /* SKU that the walk ended with. */
};

/* Takes one row. VERDICT_NO_ROOM: no memory, or no row of ours. */
static enum verdict take_page_row(struct pg_command *pending, const struct pg_result *result,
                                  uint32_t row, struct page_edges *edges)
{
    struct store_command *command = pending->command;
    switch (pg_result_int8(result, row, COLUMN_KIND)) {
    case PG_ROW_CELL:
        edges->more = command->views_count == command->page.limit;
        if (edges->more)
            return VERDICT_OK;
        if (!views_add(command, result, row))
            return VERDICT_NO_ROOM;
        edges->last = command->views[command->views_count - 1].sku;
        return VERDICT_OK;
    case PG_ROW_OTHER:
    case PG_ROW_OTHER_END:
        edges->other = true;
        return VERDICT_OK;
    case PG_ROW_END:
        edges->more = true;
        edges->last = pg_result_bytes(result, row, COLUMN_SKU);
        return pg_keep_bytes(command->arena, &edges->last) ? VERDICT_OK : VERDICT_NO_ROOM;
    default:
        return pg_command_is_odd(pending);
    }
}

/* The position behind a SKU, or behind none: that in front of all. */
static bool position_behind(struct arena *arena, struct bytes sku, struct bytes *position)
{
    uint8_t *at = arena_allocate(arena, sku.size + 1);
    if (at == NULL)
        return false;
    *position = (struct bytes){at, sku.size + 1};
    *bytes_put(at, sku) = JUST_BEHIND;
    return true;
}

/* Where the pages around this one begin. False: no memory. */
static bool take_edges(struct store_command *command, const struct page_edges *edges)
{
    struct store_page *page = &command->page;
    struct bytes *other = page->backward ? &page->next : &page->prev;
    if (edges->other && page->position.size > 0)
        *other = page->position;
    else if (edges->other && !position_behind(command->arena, page->position, other))
        return false;
    if (!edges->more)
        return true;
    if (!page->backward)
        return position_behind(command->arena, edges->last, &page->next);
    page->prev = edges->last;
    return true;
}

static enum verdict take_page(struct pg_command *pending, const struct pg_result *result)
{
    struct store_command *command = pending->command;
    struct store_page *page = &command->page;
    struct page_edges edges = {.more = false};
    if (!views_begin(command, page->limit))
        return VERDICT_NO_ROOM;
    for (uint32_t row = 0; row < pg_result_rows(result); row++) {
        const enum verdict verdict = take_page_row(pending, result, row, &edges);
        if (verdict != VERDICT_OK)
            return verdict;
    }
    if (page->backward)
        views_reverse(command->views, command->views_count);
    return take_edges(command, &edges) ? VERDICT_OK : VERDICT_NO_ROOM;
}

/* Whether this store could have given it out. */
static bool position_is_good(struct bytes position)
{
    if (position.size == 0)
        return true;
    return position.size <= SKU_BYTES_MAX + 1 && bytes_are_utf8(position) &&
           memchr(position.data, 0, position.size) == NULL;
}

static enum pg_statement page_statement(const struct store_page *page)
{
    if (page->search)
        return page->filter.marks_wanted != 0 ? PG_SEARCH_MARKED : PG_SEARCH;
    if (page->filter.marks_wanted != 0)
        return page->backward ? PG_MARKED_PREV : PG_MARKED_NEXT;
    return page->backward ? PG_PAGE_PREV : PG_PAGE_NEXT;
}

/* Code points have the order of their bytes; those of surrogates are none. */
static uint32_t code_point_behind(uint32_t code_point)
{
    return code_point == 0xD7FF ? 0xE000 : code_point + 1;
}

static uint8_t *code_point_put(uint8_t *at, uint32_t code_point)
{
    const int more = (code_point >= 0x80) + (code_point >= 0x800) + (code_point >= 0x10000);
    static const uint8_t leads[] = {0, 0xC0, 0xE0, 0xF0};
    *at++ = (uint8_t)(leads[more] | code_point >> 6 * more);
    for (int i = more - 1; i >= 0; i--)
        *at++ = (uint8_t)(0x80 | (code_point >> 6 * i & 0x3F));
    return at;
}

/* The last code point of valid UTF-8, which is not empty, and where it begins. */
static uint32_t code_point_last(struct bytes text, size_t *begins)
{
    size_t at = text.size - 1;
    while (at > 0 && (text.data[at] & 0xC0) == 0x80)
        at--;
    const size_t size = text.size - at;
    uint32_t code_point = text.data[at] & (size == 1 ? 0x7F : 0x7Fu >> size);
    for (size_t i = at + 1; i < text.size; i++)
        code_point = code_point << 6 | (text.data[i] & 0x3F);
    *begins = at;
    return code_point;
}

/* Where what begins with a prefix ends: the least text behind all of that, or, for a prefix that
 * nothing is behind, as for none, a text that is longer than SKUs are. In the arena. */
static bool prefix_end(struct arena *arena, struct bytes prefix, struct bytes *end)
{
    uint8_t *text = arena_allocate(arena, SKU_BYTES_MAX + 4);
    if (text == NULL)
        return false;
    uint8_t *at = text;
    uint32_t last = CODE_POINT_MAX;
    while (prefix.size > 0 && last == CODE_POINT_MAX)
        last = code_point_last(prefix, &prefix.size);
    if (last != CODE_POINT_MAX) {
        at = code_point_put(bytes_put(at, prefix), code_point_behind(last));
    } else {
        for (int i = 0; i <= SKU_CODE_POINTS_MAX; i++)
            at = code_point_put(at, CODE_POINT_MAX);
    }
    *end = (struct bytes){text, (size_t)(at - text)};
    return true;
}

/* Which SKUs a search walks along: from *start, its position so far, on, and up to *end. False: no
 * memory. */
static bool search_range(struct arena *arena, const struct store_filter *filter,
                         struct bytes *start, struct bytes *end)
{
    struct bytes prefix = {NULL, 0};
    if (filter->match == STORE_MATCH_PREFIX)
        prefix = filter->text;
    ASSERT(prefix.size <= SKU_BYTES_MAX);
    const size_t common = start->size < prefix.size ? start->size : prefix.size;
    const int order = common == 0 ? 0 : memcmp(start->data, prefix.data, common);
    if (order < 0 || (order == 0 && start->size < prefix.size))
        *start = prefix;
    return prefix_end(arena, prefix, end);
}

bool pg_page(struct pg_command *pending, struct pg_writer *writer)
{
    struct store_command *command = pending->command;
    struct store_page *page = &command->page;
    const struct store_filter *filter = &page->filter;
    ASSERT(page->limit >= 1 && page->limit <= STORE_PAGE_CELLS_MAX);
    ASSERT(!page->search || !page->backward);
    ASSERT((filter->marks_wanted & ~filter->marks_mask) == 0);
    page->next = (struct bytes){NULL, 0};
    page->prev = (struct bytes){NULL, 0};
    if (!position_is_good(page->position)) {
        command->verdict = VERDICT_BAD_POSITION;
        return false;
    }
    if (!pg_keep_bytes(command->arena, &page->position)) /* It may be lent for less long. */
        return false;
    struct bytes start = page->position;
    struct bytes end = {NULL, 0};
    if (page->search && !search_range(command->arena, filter, &start, &end))
        return false;
    pg_write_int8(writer, command->shelf_id);
    pg_write_bytes(writer, start);
    pg_write_int4(writer, (int32_t)page->limit);
    pg_write_int4(writer, (int32_t)filter->presence);
    pg_write_int4(writer, (int32_t)filter->marks_mask);
    pg_write_int4(writer, (int32_t)filter->marks_wanted);
    pg_write_bool(writer, filter->never_updated);
    pg_write_int8(writer, page->turnover_at_ms);
    if (page->search) {
        const bool contains = filter->match == STORE_MATCH_SUBSTRING;
        pg_write_bytes(writer, end);
        pg_write_bytes(writer, contains ? filter->text : (struct bytes){NULL, 0});
        pg_write_int4(writer, (int32_t)filter->available);
        pg_write_int8(writer, filter->updated_before_ms);
    }
    pending->request.statement = page_statement(page);
    pending->take = take_page;
    return true;
}

/* --- List. --- */

static enum verdict take_list(struct pg_command *pending, const struct pg_result *result)
{
    struct store_command *command = pending->command;
    const uint32_t rows = pg_result_rows(result);
    if (rows > command->list.keys_count)
        return pg_command_is_odd(pending);
    if (!views_begin(command, rows))
        return VERDICT_NO_ROOM;
    for (uint32_t row = 0; row < rows; row++) {
        if (!views_add(command, result, row))
            return VERDICT_NO_ROOM;
    }
    return VERDICT_OK;
}

bool pg_list(struct pg_command *pending, struct pg_writer *writer)
{
    const struct store_command *command = pending->command;
    const struct store_list *list = &command->list;
    ASSERT(list->keys_count >= 1 && list->keys_count <= GET_OFFER_IDS_MAX);
    pg_write_int8(writer, command->shelf_id);
    pg_write_skus(writer, list->keys, sizeof(list->keys[0]), list->keys_count, NULL);
    pg_write_int8(writer, list->turnover_at_ms);
    pending->request.statement = PG_LIST;
    pending->take = take_list;
    return true;
}

/* --- Totals. --- */

enum err pg_totals(struct store *store, int64_t shelf_id, int64_t campaign_id,
                   struct shelf_totals *totals)
{
    struct store_pg *pg = pg_of(store);
    struct arena arena;
    struct pg_request request = {.statement = PG_TOTALS};
    struct pg_result *result = NULL;
    *totals = (struct shelf_totals){0};
    arena_init(&arena);
    struct pg_writer writer = pg_write_begin(&request, &arena);
    pg_write_int8(&writer, shelf_id);
    pg_write_int8(&writer, campaign_id);
    enum err error = ERR_IO;
    if (!writer.failed && pg_pool_call(pg->pool, &request, &result) == PG_DONE &&
        pg_result_rows(result) == 1) {
        totals->cells_count = (uint64_t)pg_result_int8(result, 0, 0);
        totals->available = (uint64_t)pg_result_int8(result, 0, 1);
        totals->reserved = (uint64_t)pg_result_int8(result, 0, 2);
        totals->unfit = (uint64_t)pg_result_int8(result, 0, 3);
        totals->orders_count = (uint32_t)pg_result_int8(result, 0, 4);
        error = OK;
    }
    pg_result_free(result);
    arena_deinit(&arena);
    return error;
}
