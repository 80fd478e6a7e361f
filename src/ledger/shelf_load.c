/* Reading the entries of an image. Cells are checked, and put in their places, one by one as they
 * come; their SKUs are brought into the index when all came, in the order of their numbers, so that
 * neither needs more memory than bytes that are there can ask for. */
#include "ledger/shelf_load.h"

#include <stdlib.h>

#include "base/date.h"
#include "ledger/order_book_internal.h"
#include "ledger/shelf_check.h"
#include "ledger/shelf_entry.h"
#include "ledger/shelf_internal.h"

/* Invariant: cells_came bits are set, of those cells that the shelf holds. */
struct shelf_load {
    struct shelf *shelf;
    struct order_book *book;
    struct shelf_image_sizes sizes;
    uint64_t *came; /* A bit for each cell. */
    uint32_t cells_came;
};

static bool sizes_are_sound(const struct shelf_image_sizes *sizes, uint64_t bytes_max)
{
    const uint64_t bytes_min = (uint64_t)sizes->cells_count * ENTRY_CELL_BYTES_MIN +
                               (uint64_t)sizes->orders_count * ENTRY_ORDER_BYTES_MIN;
    return bytes_min <= bytes_max && sizes->cells_count <= SHELF_CELLS_MAX &&
           sizes->orders_count <= ORDERS_OPEN_MAX + ORDERS_FINISHED_MAX;
}

enum err shelf_load_begin(struct shelf *shelf, struct order_book *book,
                          const struct shelf_image_sizes *sizes, uint64_t bytes_max,
                          struct shelf_load **load)
{
    ASSERT(shelf->cells_count == 0);
    ASSERT(book->shelf == shelf);
    ASSERT(order_book_count(book) == 0);
    if (!sizes_are_sound(sizes, bytes_max))
        return ERR_CORRUPT;
    struct shelf_load *made = calloc(1, sizeof(*made));
    if (made == NULL)
        return ERR_MEMORY;
    *made = (struct shelf_load){.shelf = shelf, .book = book, .sizes = *sizes};
    made->came = calloc((uint64_t)sizes->cells_count / 64 + 1, sizeof(uint64_t));
    if (made->came == NULL || shelf_reserve_cells(shelf, sizes->cells_count) != OK) {
        shelf_load_abandon(made);
        return ERR_MEMORY;
    }
    *load = made;
    return OK;
}

void shelf_load_abandon(struct shelf_load *load)
{
    if (load == NULL)
        return;
    free(load->came);
    free(load);
}

static bool moment_is_sound(int64_t moment_ms)
{
    return moment_ms >= DATE_MS_MIN && moment_ms <= DATE_MS_MAX;
}

static bool read_history(struct cursor *cursor, struct turnover *turnover)
{
    turnover->changed_at_ms = cursor_zigzag(cursor);
    const uint32_t count = cursor_u8(cursor);
    uint32_t next = 0;
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t index = cursor_u8(cursor);
        if (index < next || index >= TURNOVER_DAYS_COUNT)
            return false;
        next = index + 1;
        turnover->days[index] = (struct turnover_day){
            .unit_ms = cursor_varint(cursor),
            .sold = cursor_varint(cursor),
        };
    }
    return !cursor->failed && turnover->changed_at_ms != STOCK_NEVER_UPDATED;
}

/* Reads what the cell has beside its numbers, which are in it, into the shelf. */
static enum err load_details(const struct shelf_load *load, struct cursor *cursor, uint32_t number,
                             const struct cell *cell)
{
    struct shelf *shelf = load->shelf;
    const enum err error = cell_details_reserve(&shelf->details, 1);
    if (error != OK)
        return error;
    cell_details_add(&shelf->details, number);
    struct cell_beside *beside = cell_details_beside(&shelf->details, number);
    struct turnover *turnover = cell_details_turnover(&shelf->details, number);
    const uint8_t flags = cursor_u8(cursor);
    if (flags >= ENTRY_DETAILS_HISTORY << 1)
        return ERR_CORRUPT;
    for (int i = 0; i < STOCK_UNFIT_COUNT; i++) {
        if ((flags >> i & 1) == 0)
            continue;
        const uint64_t units = cursor_varint(cursor);
        if (units == 0 || units > (uint64_t)STOCK_COUNT_MAX)
            return ERR_CORRUPT;
        beside->counts[i] = (uint32_t)units;
        shelf->sums.unfit += units;
    }
    if ((flags & ENTRY_DETAILS_ORDERED) != 0) {
        const uint64_t written = cursor_varint(cursor);
        if (written > 2 * (uint64_t)STOCK_COUNT_MAX)
            return ERR_CORRUPT;
        beside->ordered = true;
        beside->written = (uint32_t)written;
    }
    if ((flags & ENTRY_DETAILS_HISTORY) != 0 &&
        (turnover == NULL || !read_history(cursor, turnover)))
        return ERR_CORRUPT;
    if (turnover != NULL &&
        !turnover_is_sound(turnover, (uint64_t)cell->available + cell->reserved))
        return ERR_CORRUPT;
    const bool never = cell->updated_at_ms == STOCK_NEVER_UPDATED;
    return cursor->failed || (never && (flags & ENTRY_DETAILS_UNFIT) != 0) ? ERR_CORRUPT : OK;
}

/* Reads the numbers of a cell; false where no cell could have them. */
static bool read_numbers(struct cursor *cursor, uint8_t flags, int64_t *time_ms, struct cell *cell)
{
    *cell = (struct cell){.updated_at_ms = STOCK_NEVER_UPDATED};
    uint64_t available = 0;
    if ((flags & ENTRY_CELL_UPDATED) != 0) {
        if (__builtin_add_overflow(*time_ms, cursor_zigzag(cursor), time_ms) ||
            !moment_is_sound(*time_ms))
            return false;
        cell->updated_at_ms = *time_ms;
        available = cursor_varint(cursor);
    }
    uint64_t reserved = 0;
    if ((flags & ENTRY_CELL_RESERVED) != 0) {
        reserved = cursor_varint(cursor);
        if (reserved == 0 || (flags & ENTRY_CELL_DETAILED) == 0)
            return false; /* Orders leave a trace beside the numbers. */
    }
    if (cursor->failed || reserved > (uint64_t)STOCK_COUNT_MAX ||
        available > 2 * (uint64_t)STOCK_COUNT_MAX - reserved)
        return false;
    cell->available = (uint32_t)available;
    cell->reserved = (uint32_t)reserved;
    return (flags & ENTRY_CELL_UPDATED) != 0 || reserved == 0;
}

static void count_marks(struct shelf *shelf, uint32_t marks)
{
    for (int i = 0; marks != 0; i++, marks >>= 1)
        shelf->marked_counts[i] += marks & 1;
}

/* Reads a cell and puts it in its place. `time_ms` is that of the cell before. */
static enum err load_cell(struct shelf_load *load, struct cursor *cursor, uint32_t number,
                          int64_t *time_ms)
{
    struct shelf *shelf = load->shelf;
    const uint64_t bit = UINT64_C(1) << number % 64;
    const uint8_t flags = cursor_u8(cursor);
    const struct bytes sku = cursor_bytes(cursor, cursor_varint(cursor));
    struct cell cell;
    if (sku.size == 0 || sku.size > SKU_BYTES_MAX || !read_numbers(cursor, flags, time_ms, &cell) ||
        (load->came[number / 64] & bit) != 0)
        return ERR_CORRUPT;
    enum err error = shelf_reserve_skus(shelf, sku.size);
    if (error != OK)
        return error;
    if ((flags & ENTRY_CELL_DETAILED) != 0)
        error = load_details(load, cursor, number, &cell);
    else if (shelf->details.keeps_history)
        error = ERR_CORRUPT; /* All of them have details there. */
    if (error != OK)
        return error;
    const uint32_t marks = flags & ENTRY_CELL_MARKS;
    cell.sku_ref = shelf_store_sku(shelf, sku) | (uint64_t)marks << CELL_MARKS_SHIFT |
                   ((flags & ENTRY_CELL_DETAILED) != 0 ? CELL_DETAILED : 0);
    shelf->cells[number] = cell;
    shelf->sums.available += cell.available;
    shelf->sums.reserved += cell.reserved;
    shelf_note_update(shelf, cell.updated_at_ms);
    count_marks(shelf, marks);
    load->came[number / 64] |= bit;
    load->cells_came++;
    return OK;
}

static enum err load_cells(struct shelf_load *load, struct cursor *cursor)
{
    const uint64_t first = cursor_varint(cursor);
    const uint32_t count = cursor_u32(cursor);
    const uint32_t cells_count = load->sizes.cells_count;
    if (cursor->failed || count == 0 || first >= cells_count || count > cells_count - first)
        return ERR_CORRUPT;
    int64_t time_ms = 0;
    enum err error = OK;
    for (uint32_t i = 0; i < count && error == OK; i++)
        error = load_cell(load, cursor, (uint32_t)first + i, &time_ms);
    return error;
}

/* Reads the lines of an order; false where none could have them. */
static bool read_lines(struct cursor *cursor, uint32_t cells_count, struct order_line *lines,
                       uint32_t count)
{
    int64_t next_cell = 0;
    for (uint32_t i = 0; i < count; i++) {
        int64_t cell = 0;
        if (__builtin_add_overflow(next_cell, cursor_zigzag(cursor), &cell) || cell < 0 ||
            cell >= cells_count)
            return false;
        const uint64_t units = cursor_varint(cursor);
        if (cursor->failed || units == 0 || units > (uint64_t)STOCK_COUNT_MAX)
            return false;
        lines[i] = (struct order_line){(uint32_t)cell, (uint32_t)units};
        next_cell = cell + 1;
    }
    return order_lines_are_distinct(lines, count);
}

/* Whether commands could have brought an order there. */
static bool order_is_sound(const struct order *order)
{
    if (!moment_is_sound(order->created_at_ms) || !moment_is_sound(order->changed_at_ms) ||
        !moment_is_sound(order->expires_at_ms))
        return false;
    if (order->state == ORDER_RESERVED)
        return order->changed_at_ms == order->created_at_ms;
    return order->state != ORDER_EXPIRED ||
           (order->expires_at_ms != 0 && order->expires_at_ms <= order->changed_at_ms);
}

static enum err load_order(struct shelf_load *load, struct cursor *cursor)
{
    struct order_book *book = load->book;
    struct order_line lines[ORDER_ITEMS_MAX];
    const int64_t campaign_id = cursor_zigzag(cursor);
    const struct bytes id = cursor_bytes(cursor, cursor_varint(cursor));
    const uint8_t state = cursor_u8(cursor);
    struct order members = {.state = (enum order_state)state};
    members.place = cursor_varint(cursor);
    members.created_at_ms = cursor_zigzag(cursor);
    members.changed_at_ms = cursor_zigzag(cursor);
    members.expires_at_ms = cursor_zigzag(cursor);
    const uint32_t count = cursor_u32(cursor);
    if (cursor->failed || id.size == 0 || id.size > ORDER_ID_BYTES_MAX ||
        state >= ORDER_STATES_COUNT || !order_is_sound(&members) || count == 0 ||
        count > ORDER_ITEMS_MAX || !read_lines(cursor, load->sizes.cells_count, lines, count) ||
        order_book_count(book) == load->sizes.orders_count ||
        order_book_find(book, campaign_id, id) != NULL)
        return ERR_CORRUPT;
    struct order *order = order_create(campaign_id, id, lines, count);
    if (order == NULL || order_book_reserve_order(book) != OK) {
        order_destroy(order);
        return ERR_MEMORY;
    }
    order->state = members.state;
    order->place = members.place;
    order->created_at_ms = members.created_at_ms;
    order->changed_at_ms = members.changed_at_ms;
    order->expires_at_ms = members.expires_at_ms;
    order_book_put(book, order);
    return OK;
}

enum err shelf_load_entries(struct shelf_load *load, struct bytes entries)
{
    struct cursor cursor = cursor_begin(entries);
    enum err error = OK;
    while (error == OK && cursor_left(&cursor) > 0) {
        const uint8_t kind = cursor_u8(&cursor);
        if (kind == ENTRY_CELLS)
            error = load_cells(load, &cursor);
        else if (kind == ENTRY_ORDER)
            error = load_order(load, &cursor);
        else
            error = ERR_CORRUPT;
    }
    return error;
}

enum err shelf_load_end(struct shelf_load *load)
{
    struct shelf *shelf = load->shelf;
    struct order_book *book = load->book;
    const bool complete = load->cells_came == load->sizes.cells_count &&
                          order_book_count(book) == load->sizes.orders_count &&
                          book->open.count <= ORDERS_OPEN_MAX;
    shelf->cells_count = complete ? load->cells_came : 0;
    shelf_load_abandon(load);
    if (!complete)
        return ERR_CORRUPT;
    enum err error = shelf_build_index(shelf);
    if (error == OK)
        error = order_book_sort(book);
    return error == OK ? shelf_check_reserved(shelf, book, NULL) : error;
}
