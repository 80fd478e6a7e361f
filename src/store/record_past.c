/* Nothing is trusted: what cannot be read ends what is told of that record. */
#include "store/record_past.h"

#include "store/record_read.h"

static bool is_of_order(uint8_t kind)
{
    return kind == RECORD_RESERVE || kind == RECORD_ORDER;
}

/* What stands between the kind and the record that was caused. */
static bool decode_cause(struct cursor cursor, struct record_past *past)
{
    past->cause.at_ms = cursor_zigzag(&cursor);
    const uint8_t source = cursor_u8(&cursor);
    past->cause.source = source < STOCK_SOURCES_COUNT ? source : STOCK_SOURCE_NONE;
    past->cause.request_id = cursor_varint(&cursor);
    past->cause.by = cursor_bytes(&cursor, cursor_varint(&cursor));
    const uint64_t cells_count = cursor_varint(&cursor);
    const uint64_t lines_count = cursor_varint(&cursor);
    past->cells_count = (uint32_t)cells_count;
    past->lines_count = (uint32_t)lines_count;
    past->lines = cursor;
    return !cursor.failed && record_moment_is_sound(past->cause.at_ms) &&
           past->cause.by.size <= STOCK_CAUSE_BY_BYTES_MAX && cells_count <= SHELF_CELLS_MAX &&
           lines_count <= ORDER_ITEMS_MAX;
}

enum record_past_kind record_past_decode(struct bytes record, struct record_past *past)
{
    struct cursor cursor = cursor_begin(record);
    struct bytes cause = {NULL, 0};
    *past = (struct record_past){.shelf_id = 0};
    past->kind = cursor_u8(&cursor);
    const bool is_caused = past->kind == RECORD_CAUSED;
    if (is_caused) {
        const uint32_t low = cursor_u8(&cursor);
        const uint32_t high = cursor_u8(&cursor);
        cause = cursor_bytes(&cursor, low | high << 8);
        past->kind = cursor_u8(&cursor);
    }
    if (!record_kind_has_shelf(past->kind))
        return RECORD_PAST_NOTHING;
    past->shelf_id = record_shelf_decode(&cursor);
    past->rest = cursor;
    if (cursor.failed)
        return RECORD_PAST_NOTHING;
    if (is_caused && decode_cause(cursor_begin(cause), past))
        return RECORD_PAST_TOLD;
    return is_of_order(past->kind) ? RECORD_PAST_HIDDEN : RECORD_PAST_NOTHING;
}

/* --- Orders. --- */

/* A line as the cause has it. */
struct past_line {
    int64_t cell;
    int64_t count;
    int64_t available;
    int64_t reserved;
};

static bool read_line(struct cursor *cursor, int64_t *next_cell, struct past_line *line)
{
    if (__builtin_add_overflow(*next_cell, cursor_zigzag(cursor), &line->cell) || line->cell < 0 ||
        line->cell >= (int64_t)SHELF_CELLS_MAX)
        return false;
    line->count = (int64_t)(cursor_varint(cursor) & CELL_UNITS_MAX);
    line->available = (int64_t)(cursor_varint(cursor) & CELL_UNITS_MAX);
    line->reserved = (int64_t)(cursor_varint(cursor) & CELL_UNITS_MAX);
    *next_cell = line->cell + 1;
    return !cursor->failed;
}

static enum stock_event_kind kind_of_state(uint8_t state)
{
    if (state == ORDER_PACKED)
        return STOCK_EVENT_PACK;
    if (state == ORDER_SHIPPED)
        return STOCK_EVENT_SHIP;
    return state == ORDER_CANCELLED ? STOCK_EVENT_CANCEL : STOCK_EVENT_EXPIRE;
}

/* What was reserved before the event. */
static int64_t reserved_before(const struct stock_event *event)
{
    if (event->kind == STOCK_EVENT_RESERVE)
        return event->reserved - event->count;
    return event->kind == STOCK_EVENT_PACK ? event->reserved : event->reserved + event->count;
}

static uint32_t order_events(const struct record_past *past, uint32_t cell, int64_t *reserved,
                             struct stock_event *event)
{
    struct cursor rest = past->rest;
    struct record_order_name name;
    struct cursor lines = past->lines;
    int64_t next_cell = 0;
    if (!record_read_order_name(&rest, &name))
        return 0;
    for (uint32_t i = 0; i < past->lines_count; i++) {
        struct past_line line;
        if (!read_line(&lines, &next_cell, &line))
            return 0;
        if (line.cell != cell)
            continue;
        *event = (struct stock_event){
            .kind = past->kind == RECORD_RESERVE ? STOCK_EVENT_RESERVE
                                                 : kind_of_state(cursor_u8(&rest)),
            .cause = past->cause,
            .available = line.available,
            .reserved = line.reserved,
            .count = line.count,
            .campaign_id = name.campaign_id,
            .order_id = name.id,
        };
        *reserved = reserved_before(event);
        if (*reserved < 0)
            *reserved = STOCK_NOT_KNOWN;
        return 1;
    }
    return 0;
}

/* --- Cells. --- */

/* Where the entries begin. */
static struct record_reader entries_begin(const struct record_past *past, struct cursor *cursor,
                                          struct record_marks *marks, uint32_t *count)
{
    *cursor = past->rest;
    *marks = (struct record_marks){0, 0};
    if (past->kind == RECORD_MARK) {
        marks->set = cursor_u8(cursor);
        marks->clear = cursor_u8(cursor);
    }
    *count = cursor_u32(cursor);
    return (struct record_reader){.cursor = cursor, .cells_count = past->cells_count};
}

/* What the cell has available behind a count. */
static int64_t counted_available(const struct record_entry *entry, int64_t reserved)
{
    if (entry->type == STOCK_AVAILABLE)
        return (int64_t)entry->count;
    if (entry->type != STOCK_FIT || reserved == STOCK_NOT_KNOWN)
        return STOCK_NOT_KNOWN;
    return (int64_t)entry->count - reserved;
}

static struct stock_event event_of_entry(const struct record_past *past,
                                         const struct record_entry *entry,
                                         const struct record_marks *marks, int64_t reserved)
{
    struct stock_event event = {
        .cause = past->cause, .available = STOCK_NOT_KNOWN, .reserved = reserved};
    if (past->kind == RECORD_MARK) {
        event.kind = STOCK_EVENT_MARK;
        event.marks_set = marks->set;
        event.marks_clear = marks->clear;
        return event;
    }
    event.updated_at_ms = entry->time_ms;
    event.kind = past->kind == RECORD_WRITE ? STOCK_EVENT_WRITE : STOCK_EVENT_COUNT;
    if (past->kind == RECORD_WRITE) {
        event.available = (int64_t)entry->count;
        return event;
    }
    event.type = (enum stock_type)entry->type;
    event.count = (int64_t)entry->count;
    event.available = counted_available(entry, reserved);
    return event;
}

static uint32_t cell_events(const struct record_past *past, uint32_t cell, int64_t reserved,
                            struct stock_event events[RECORD_PAST_EVENTS_MAX])
{
    struct cursor cursor;
    struct record_marks marks;
    uint32_t left = 0;
    struct record_reader reader = entries_begin(past, &cursor, &marks, &left);
    uint32_t count = 0;
    for (; left > 0 && count < RECORD_PAST_EVENTS_MAX; left--) {
        struct record_entry entry = {.cell = 0};
        if (!record_read_entry(&reader, (enum record_kind)past->kind, &entry) ||
            (past->kind == RECORD_COUNT && entry.type >= STOCK_TYPES_COUNT))
            break;
        if (entry.cell == cell)
            events[count++] = event_of_entry(past, &entry, &marks, reserved);
    }
    for (uint32_t i = 0; i < count / 2; i++) {
        const struct stock_event event = events[i];
        events[i] = events[count - 1 - i];
        events[count - 1 - i] = event;
    }
    return count;
}

uint32_t record_past_events(const struct record_past *past, uint32_t cell, int64_t *reserved,
                            struct stock_event events[RECORD_PAST_EVENTS_MAX])
{
    if (is_of_order(past->kind))
        return order_events(past, cell, reserved, &events[0]);
    return cell_events(past, cell, *reserved, events);
}

void record_past_cells(const struct record_past *past, void *context,
                       void (*visit)(void *context, uint32_t cell))
{
    if (is_of_order(past->kind)) {
        struct cursor lines = past->lines;
        int64_t next_cell = 0;
        struct past_line line;
        for (uint32_t i = 0; i < past->lines_count && read_line(&lines, &next_cell, &line); i++)
            visit(context, (uint32_t)line.cell);
        return;
    }
    struct cursor cursor;
    struct record_marks marks;
    uint32_t left = 0;
    struct record_reader reader = entries_begin(past, &cursor, &marks, &left);
    struct record_entry entry = {.cell = 0};
    for (; left > 0 && record_read_entry(&reader, (enum record_kind)past->kind, &entry); left--)
        visit(context, entry.cell);
}
