/* Reading records, and doing again what they say. What could not have been done is refused, so that
 * a shelf never comes into a state that commands could not have brought it into. */
#include "base/date.h"
#include "base/hash.h"
#include "store/record.h"

enum { MARKS_ALL = (1 << STOCK_MARKS_COUNT) - 1 };

uint8_t record_kind_decode(struct cursor *cursor)
{
    return cursor_u8(cursor);
}

bool record_kind_has_shelf(uint8_t kind)
{
    return kind >= RECORD_WRITE && kind <= RECORD_ORDER && kind != RECORD_DOCUMENT;
}

int64_t record_shelf_decode(struct cursor *cursor)
{
    return cursor_zigzag(cursor);
}

/* Reads the SKU of a new cell and adds the cell. */
static enum err apply_new_cell(struct cursor *cursor, struct shelf *shelf)
{
    const struct bytes sku = cursor_bytes(cursor, cursor_varint(cursor));
    if (cursor->failed || sku.size == 0 || sku.size > SKU_BYTES_MAX)
        return ERR_CORRUPT;
    const struct stock_key key = {sku, bytes_hash(sku)};
    uint32_t twin = CELL_NONE;
    shelf_find(shelf, &key, sizeof(key), 1, &twin);
    if (twin != CELL_NONE)
        return ERR_CORRUPT;
    const enum err error = shelf_reserve(shelf, 1, sku.size);
    if (error != OK)
        return error;
    (void)shelf_add(shelf, &key);
    return OK;
}

/* Entries as they are read. */
struct reader {
    struct cursor *cursor;
    struct shelf *shelf;
    int64_t next_cell;
    int64_t time_ms;
    uint32_t cell; /* Of this entry. */
    bool is_new;   /* It was added by this entry. */
};

/* Reads which cell the entry is about, and adds one that is new. */
static enum err read_cell(struct reader *reader)
{
    int64_t cell = 0;
    const int64_t cells_count = shelf_cells_count(reader->shelf);
    if (__builtin_add_overflow(reader->next_cell, cursor_zigzag(reader->cursor), &cell) ||
        reader->cursor->failed || cell < 0 || cell > cells_count)
        return ERR_CORRUPT;
    reader->cell = (uint32_t)cell;
    reader->next_cell = cell + 1;
    reader->is_new = cell == cells_count;
    return reader->is_new ? apply_new_cell(reader->cursor, reader->shelf) : OK;
}

static bool moment_is_sound(int64_t moment_ms)
{
    return moment_ms >= DATE_MS_MIN && moment_ms <= DATE_MS_MAX;
}

/* Reads a count and the moment of it; false where the cell could not have taken them. */
static bool read_count(struct reader *reader, int64_t *count)
{
    const uint64_t units = cursor_varint(reader->cursor);
    if (__builtin_add_overflow(reader->time_ms, cursor_zigzag(reader->cursor), &reader->time_ms))
        return false;
    *count = (int64_t)units;
    return !reader->cursor->failed && units <= (uint64_t)STOCK_COUNT_MAX &&
           moment_is_sound(reader->time_ms) &&
           shelf_accepts(reader->shelf, reader->cell, reader->time_ms);
}

static enum err apply_write(struct reader *reader)
{
    int64_t available = 0;
    if (!read_count(reader, &available))
        return ERR_CORRUPT;
    shelf_set_available(reader->shelf, reader->cell, available, reader->time_ms);
    return OK;
}

static enum err apply_count(struct reader *reader)
{
    const uint8_t type = cursor_u8(reader->cursor);
    int64_t count = 0;
    if (!read_count(reader, &count) || type >= STOCK_TYPES_COUNT || type == STOCK_FREEZE)
        return ERR_CORRUPT;
    if (type == STOCK_FIT && !shelf_covers_reserved(reader->shelf, reader->cell, count))
        return ERR_CORRUPT;
    if (stock_type_is_unfit((enum stock_type)type) && count > 0) {
        const enum err error = shelf_reserve_details(reader->shelf, 1);
        if (error != OK)
            return error;
    }
    shelf_set_counted(reader->shelf, reader->cell, (enum stock_type)type, count, reader->time_ms);
    return OK;
}

static enum err apply_mark(struct reader *reader, uint32_t set, uint32_t clear)
{
    const uint32_t before = shelf_marks(reader->shelf, reader->cell);
    const uint32_t after = (before & ~clear) | set;
    if (after == before && !reader->is_new)
        return ERR_CORRUPT;
    shelf_set_marks(reader->shelf, reader->cell, after);
    return OK;
}

static enum err apply_entries(enum record_kind kind, struct cursor *cursor, struct shelf *shelf)
{
    struct reader reader = {.cursor = cursor, .shelf = shelf};
    const uint32_t set = kind == RECORD_MARK ? cursor_u8(cursor) : 0;
    const uint32_t clear = kind == RECORD_MARK ? cursor_u8(cursor) : 0;
    if ((set & clear) != 0 || (set | clear) > MARKS_ALL)
        return ERR_CORRUPT;
    const uint32_t count = cursor_u32(cursor);
    enum err error = count == 0 ? ERR_CORRUPT : OK;
    for (uint32_t i = 0; i < count && error == OK; i++) {
        error = read_cell(&reader);
        if (error != OK)
            return error;
        if (kind == RECORD_WRITE)
            error = apply_write(&reader);
        else if (kind == RECORD_COUNT)
            error = apply_count(&reader);
        else
            error = apply_mark(&reader, set, clear);
    }
    return error;
}

/* The name of an order as a record has it. */
struct order_name {
    int64_t campaign_id;
    struct bytes id;
};

static bool read_order_name(struct cursor *cursor, struct order_name *name)
{
    name->campaign_id = cursor_zigzag(cursor);
    name->id = cursor_bytes(cursor, cursor_varint(cursor));
    return !cursor->failed && name->id.size >= 1 && name->id.size <= ORDER_ID_BYTES_MAX;
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
    struct order_name name;
    struct order_line lines[ORDER_ITEMS_MAX];
    if (!read_order_name(cursor, &name))
        return ERR_CORRUPT;
    const int64_t created_at_ms = cursor_zigzag(cursor);
    const int64_t expires_at_ms = cursor_zigzag(cursor);
    const uint32_t count = cursor_u32(cursor);
    if (cursor->failed || !moment_is_sound(created_at_ms) || !moment_is_sound(expires_at_ms) ||
        count == 0 || count > ORDER_ITEMS_MAX || !read_lines(cursor, shelf, lines, count) ||
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
    struct order_name name;
    if (!read_order_name(cursor, &name))
        return ERR_CORRUPT;
    const uint8_t state = cursor_u8(cursor);
    const int64_t moment_ms = cursor_zigzag(cursor);
    struct order *order = order_book_find(orders, name.campaign_id, name.id);
    if (cursor->failed || order == NULL || state >= ORDER_STATES_COUNT ||
        !moment_is_sound(moment_ms) || !order_may_become(order->state, (enum order_state)state))
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
