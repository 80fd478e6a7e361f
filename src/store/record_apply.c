/* Reading records, and doing again what they say. What could not have been done is refused, so that
 * a shelf never comes into a state that commands could not have brought it into; a shelf whose
 * record was refused is of no use any more.
 *
 * Records of cells are most of what a start reads. They are applied in windows, so that the cache
 * misses of a window overlap, as in a look-up. */
#include "store/record_read.h"

enum { MARKS_ALL = (1 << STOCK_MARKS_COUNT) - 1, WINDOW_ENTRIES = 64 };

/* What a change was for is passed over: it changes nothing. A document has no cause. */
uint8_t record_kind_decode(struct cursor *cursor)
{
    uint8_t kind = cursor_u8(cursor);
    if (kind != RECORD_CAUSED)
        return kind;
    const uint32_t low = cursor_u8(cursor);
    const uint32_t high = cursor_u8(cursor);
    (void)cursor_bytes(cursor, low | high << 8);
    kind = cursor_u8(cursor);
    return record_kind_has_shelf(kind) ? kind : 0;
}

bool record_kind_has_shelf(uint8_t kind)
{
    return kind >= RECORD_WRITE && kind <= RECORD_ORDER && kind != RECORD_DOCUMENT;
}

int64_t record_shelf_decode(struct cursor *cursor)
{
    return cursor_zigzag(cursor);
}

/* Makes room for the new cells of a window, and has fetched what applying it will touch. */
static enum err prepare(struct shelf *shelf, const struct record_entry *entries, uint32_t count)
{
    uint32_t new_count = 0;
    size_t new_bytes = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!entries[i].is_new)
            continue;
        new_count++;
        new_bytes += entries[i].key.sku.size;
    }
    const enum err error = shelf_reserve(shelf, new_count, new_bytes);
    for (uint32_t i = 0; i < count && error == OK; i++) {
        if (entries[i].is_new)
            shelf_prefetch_key(shelf, &entries[i].key);
        else
            shelf_prefetch(shelf, entries[i].cell);
    }
    return error;
}

static enum err apply_new_cell(struct shelf *shelf, const struct stock_key *key)
{
    uint32_t twin = CELL_NONE;
    shelf_find(shelf, key, sizeof(*key), 1, &twin);
    if (twin != CELL_NONE)
        return ERR_CORRUPT;
    (void)shelf_add(shelf, key);
    return OK;
}

static enum err apply_write(struct shelf *shelf, const struct record_entry *entry)
{
    if (!shelf_accepts(shelf, entry->cell, entry->time_ms))
        return ERR_CORRUPT;
    shelf_set_available(shelf, entry->cell, (int64_t)entry->count, entry->time_ms);
    return OK;
}

static enum err apply_count(struct shelf *shelf, const struct record_entry *entry)
{
    const enum stock_type type = (enum stock_type)entry->type;
    const int64_t count = (int64_t)entry->count;
    if (entry->type >= STOCK_TYPES_COUNT || type == STOCK_FREEZE ||
        !shelf_accepts(shelf, entry->cell, entry->time_ms) ||
        (type == STOCK_FIT && !shelf_covers_reserved(shelf, entry->cell, count)))
        return ERR_CORRUPT;
    if (stock_type_is_unfit(type) && count > 0) {
        const enum err error = shelf_reserve_details(shelf, 1);
        if (error != OK)
            return error;
    }
    shelf_set_counted(shelf, entry->cell, type, count, entry->time_ms);
    return OK;
}

static enum err apply_mark(struct shelf *shelf, const struct record_entry *entry,
                           const struct record_marks *marks)
{
    const uint32_t before = shelf_marks(shelf, entry->cell);
    const uint32_t after = (before & ~marks->clear) | marks->set;
    if (after == before && !entry->is_new)
        return ERR_CORRUPT;
    shelf_set_marks(shelf, entry->cell, after);
    return OK;
}

static enum err apply_entry(struct shelf *shelf, enum record_kind kind,
                            const struct record_entry *entry, const struct record_marks *marks)
{
    if (entry->is_new) {
        const enum err error = apply_new_cell(shelf, &entry->key);
        if (error != OK)
            return error;
    }
    if (kind == RECORD_WRITE)
        return apply_write(shelf, entry);
    if (kind == RECORD_COUNT)
        return apply_count(shelf, entry);
    return apply_mark(shelf, entry, marks);
}

/* One window: read its entries, fetch what they are about, apply them. */
static enum err apply_window(struct record_reader *reader, struct shelf *shelf,
                             enum record_kind kind, uint32_t count,
                             const struct record_marks *marks)
{
    struct record_entry entries[WINDOW_ENTRIES];
    for (uint32_t i = 0; i < count; i++) {
        if (!record_read_entry(reader, kind, &entries[i]))
            return ERR_CORRUPT;
    }
    enum err error = prepare(shelf, entries, count);
    for (uint32_t i = 0; i < count && error == OK; i++)
        error = apply_entry(shelf, kind, &entries[i], marks);
    return error;
}

static enum err apply_entries(enum record_kind kind, struct cursor *cursor, struct shelf *shelf)
{
    struct record_marks marks = {0, 0};
    if (kind == RECORD_MARK) {
        marks.set = cursor_u8(cursor);
        marks.clear = cursor_u8(cursor);
    }
    uint32_t left = cursor_u32(cursor);
    if (left == 0 || (marks.set & marks.clear) != 0 || (marks.set | marks.clear) > MARKS_ALL)
        return ERR_CORRUPT;
    struct record_reader reader = {.cursor = cursor, .cells_count = shelf_cells_count(shelf)};
    enum err error = OK;
    while (left > 0 && error == OK) {
        const uint32_t count = left < WINDOW_ENTRIES ? left : (uint32_t)WINDOW_ENTRIES;
        error = apply_window(&reader, shelf, kind, count, &marks);
        left -= count;
    }
    return error;
}

/* Reads the lines of an order; false where the shelf could not have granted them. */
static bool read_lines(struct cursor *cursor, const struct shelf *shelf, struct order_line *lines,
                       uint32_t count)
{
    int64_t next_cell = 0;
    for (uint32_t i = 0; i < count; i++) {
        int64_t cell = 0;
        if (__builtin_add_overflow(next_cell, cursor_zigzag(cursor), &cell) || cursor->failed ||
            cell < 0 || cell >= shelf_cells_count(shelf))
            return false;
        const uint64_t units = cursor_varint(cursor);
        if (cursor->failed || units == 0 ||
            units > (uint64_t)shelf_reservable(shelf, (uint32_t)cell))
            return false;
        lines[i] = (struct order_line){(uint32_t)cell, (uint32_t)units};
        next_cell = cell + 1;
    }
    return order_lines_are_distinct(lines, count);
}

static enum err apply_reserve(struct cursor *cursor, const struct shelf *shelf,
                              struct order_book *orders)
{
    struct record_order_name name;
    struct order_line lines[ORDER_ITEMS_MAX];
    if (!record_read_order_name(cursor, &name))
        return ERR_CORRUPT;
    const int64_t created_at_ms = cursor_zigzag(cursor);
    const int64_t expires_at_ms = cursor_zigzag(cursor);
    const uint32_t count = cursor_u32(cursor);
    if (cursor->failed || !record_moment_is_sound(created_at_ms) ||
        !record_moment_is_sound(expires_at_ms) || count == 0 || count > ORDER_ITEMS_MAX ||
        !read_lines(cursor, shelf, lines, count) ||
        order_book_find(orders, name.campaign_id, name.id) != NULL)
        return ERR_CORRUPT;
    const enum err error = order_book_reserve(orders);
    if (error != OK)
        return error;
    struct order *order = order_create(name.campaign_id, name.id, lines, count);
    if (order == NULL)
        return ERR_MEMORY;
    order_book_add(orders, order, created_at_ms, expires_at_ms);
    return OK;
}

static enum err apply_order(struct cursor *cursor, struct order_book *orders)
{
    struct record_order_name name;
    if (!record_read_order_name(cursor, &name))
        return ERR_CORRUPT;
    const uint8_t state = cursor_u8(cursor);
    const int64_t moment_ms = cursor_zigzag(cursor);
    struct order *order = order_book_find(orders, name.campaign_id, name.id);
    if (cursor->failed || order == NULL || state >= ORDER_STATES_COUNT ||
        !record_moment_is_sound(moment_ms) ||
        !order_may_become(order->state, (enum order_state)state))
        return ERR_CORRUPT;
    if (state == ORDER_EXPIRED && (order->expires_at_ms == 0 || order->expires_at_ms > moment_ms))
        return ERR_CORRUPT;
    order_book_change(orders, order, (enum order_state)state, moment_ms);
    return OK;
}

enum err record_apply(uint8_t kind, struct cursor *cursor, struct shelf *shelf,
                      struct order_book *orders)
{
    ASSERT(record_kind_has_shelf(kind));
    enum err error = OK;
    if (kind == RECORD_RESERVE)
        error = apply_reserve(cursor, shelf, orders);
    else if (kind == RECORD_ORDER)
        error = apply_order(cursor, orders);
    else
        error = apply_entries((enum record_kind)kind, cursor, shelf);
    if (error != OK)
        return error;
    return cursor->failed || cursor_left(cursor) > 0 ? ERR_CORRUPT : OK;
}

enum err record_document_decode(struct cursor *cursor, struct bytes *name, struct bytes *content)
{
    *name = cursor_bytes(cursor, cursor_varint(cursor));
    *content = cursor_bytes(cursor, cursor_varint(cursor));
    return cursor->failed || cursor_left(cursor) > 0 ? ERR_CORRUPT : OK;
}
