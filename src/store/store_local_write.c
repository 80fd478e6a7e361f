/* Commands of the local store that write cells: put, mark, count. Each reserves what it could need,
 * locks the shelf, decides, applies, appends one record, and unlocks (DESIGN §5). */
#include "store/record.h"
#include "store/store_local_internal.h"

enum { PREFETCH_DISTANCE = 8 };

/* A write that was looked up, before it is applied. */
struct pending_write {
    struct local_shelf *shelf;
    uint32_t *cells;      /* Of each item, CELL_NONE where it is unknown. */
    struct buffer record; /* In the arena, with room for the largest record. */
    size_t record_bytes_max;
    struct record_writer writer;
};

/* Reserves all that can be had before the shelf is locked. False: no room, and the verdict says
 * so. */
static bool write_begin(struct store_local *local, struct store_command *command,
                        uint32_t items_count, size_t record_bytes_max,
                        struct pending_write *pending)
{
    record_bytes_max += record_cause_bytes_max(local_cause(local, command), 0);
    command->verdict = VERDICT_NO_ROOM;
    command->waiter.seq = 0;
    pending->record_bytes_max = record_bytes_max;
    pending->shelf = local_shelf_open(local, command->shelf_id);
    pending->cells = arena_allocate(command->arena, items_count * sizeof(*pending->cells));
    uint8_t *data = arena_allocate(command->arena, record_bytes_max);
    if (pending->shelf == NULL || pending->cells == NULL || data == NULL ||
        journal_reserve(local->journal, record_bytes_max) != OK)
        return false;
    pending->record = (struct buffer){data, 0, record_bytes_max, false};
    return true;
}

/* Ends the record, with the shelf locked; one without entries was none. */
static void write_end(struct store_local *local, struct pending_write *pending,
                      uint32_t cells_count_before)
{
    const uint32_t cells_count = shelf_cells_count(pending->shelf->shelf);
    if (pending->writer.count == 0) {
        ASSERT(cells_count == cells_count_before);
        journal_release(local->journal, pending->record_bytes_max);
        return;
    }
    record_end(&pending->writer);
    ASSERT(!pending->record.failed);
    ASSERT(pending->record.size <= pending->record_bytes_max);
    metric_add(&local->cells, cells_count - cells_count_before);
    pending->shelf->seq_last =
        journal_append(local->journal, pending->record_bytes_max, buffer_bytes(&pending->record));
}

/* Looks up the items and makes room for the unknown ones, as the policy has it. */
static enum verdict put_look_up(struct pending_write *pending, struct store_put *put)
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
static void put_apply(struct pending_write *pending, struct store_put *put)
{
    struct shelf *shelf = pending->shelf->shelf;
    for (uint32_t i = 0; i < put->items_count; i++) {
        if (i + PREFETCH_DISTANCE < put->items_count)
            shelf_prefetch(shelf, pending->cells[i + PREFETCH_DISTANCE]);
        const struct stock_write *item = &put->items[i];
        uint32_t cell = pending->cells[i];
        if (cell == CELL_NONE && put->unknown_policy == STORE_UNKNOWN_IGNORE)
            continue;
        if (cell == CELL_NONE)
            cell = shelf_add(shelf, &item->key);
        if (!shelf_accepts(shelf, cell, item->updated_at_ms) ||
            shelf_is_repeat(shelf, cell, item->count, item->updated_at_ms)) {
            put->stale_count++;
            continue;
        }
        record_write_entry(&pending->writer, cell, item);
        shelf_set_available(shelf, cell, item->count, item->updated_at_ms);
        put->applied_count++;
    }
}

void local_put(struct store_local *local, struct store_command *command)
{
    struct store_put *put = &command->put;
    ASSERT(put->items_count >= 1 && put->items_count <= PUT_SKUS_MAX);
    put->applied_count = 0;
    put->stale_count = 0;
    struct pending_write pending;
    if (!write_begin(local, command, put->items_count,
                     record_write_bytes_max(put->items, put->items_count), &pending))
        return;

    pthread_mutex_lock(&pending.shelf->lock);
    const uint32_t cells_count = shelf_cells_count(pending.shelf->shelf);
    record_cause_encode(&pending.record, local_cause(local, command), pending.shelf->shelf, NULL);
    record_write_begin(&pending.writer, &pending.record, pending.shelf->id, cells_count);
    command->verdict = put_look_up(&pending, put);
    if (command->verdict == VERDICT_OK)
        put_apply(&pending, put);
    write_end(local, &pending, cells_count);
    if (command->verdict == VERDICT_OK)
        command->waiter.seq = pending.shelf->seq_last; /* A refusal promises nothing. */
    pthread_mutex_unlock(&pending.shelf->lock);
}

/* Looks up the SKUs and makes room for those that get a cell. */
static enum verdict mark_look_up(struct pending_write *pending, const struct store_mark *mark)
{
    struct shelf *shelf = pending->shelf->shelf;
    shelf_find(shelf, mark->keys, sizeof(mark->keys[0]), mark->keys_count, pending->cells);
    if (!mark->create_unknown)
        return VERDICT_OK;
    uint32_t unknown_count = 0;
    size_t unknown_bytes = 0;
    for (uint32_t i = 0; i < mark->keys_count; i++) {
        if (pending->cells[i] == CELL_NONE) {
            unknown_count++;
            unknown_bytes += mark->keys[i].sku.size;
        }
    }
    const enum err error = shelf_reserve(shelf, unknown_count, unknown_bytes);
    return error == OK ? VERDICT_OK : VERDICT_NO_ROOM;
}

static void mark_apply(struct pending_write *pending, const struct store_mark *mark)
{
    struct shelf *shelf = pending->shelf->shelf;
    for (uint32_t i = 0; i < mark->keys_count; i++) {
        uint32_t cell = pending->cells[i];
        const bool is_new = cell == CELL_NONE;
        if (is_new && !mark->create_unknown)
            continue;
        if (is_new)
            cell = shelf_add(shelf, &mark->keys[i]);
        const uint32_t before = shelf_marks(shelf, cell);
        const uint32_t after = (before & ~mark->clear) | mark->set;
        if (after == before && !is_new)
            continue;
        record_mark_entry(&pending->writer, cell, &mark->keys[i]);
        shelf_set_marks(shelf, cell, after);
    }
}

void local_mark(struct store_local *local, struct store_command *command)
{
    const struct store_mark *mark = &command->mark;
    ASSERT(mark->keys_count >= 1 && mark->keys_count <= PUT_SKUS_MAX);
    ASSERT((mark->set & mark->clear) == 0);
    command->verdict = VERDICT_OK;
    command->waiter.seq = 0;
    if (!mark->create_unknown && local_shelf_find(local, command->shelf_id) == NULL)
        return;
    struct pending_write pending;
    if (!write_begin(local, command, mark->keys_count,
                     record_mark_bytes_max(mark->keys, mark->keys_count), &pending))
        return;

    pthread_mutex_lock(&pending.shelf->lock);
    const uint32_t cells_count = shelf_cells_count(pending.shelf->shelf);
    record_cause_encode(&pending.record, local_cause(local, command), pending.shelf->shelf, NULL);
    record_mark_begin(&pending.writer, &pending.record, pending.shelf->id, cells_count,
                      (struct record_marks){mark->set, mark->clear});
    command->verdict = mark_look_up(&pending, mark);
    if (command->verdict == VERDICT_OK)
        mark_apply(&pending, mark);
    write_end(local, &pending, cells_count);
    if (command->verdict == VERDICT_OK)
        command->waiter.seq = pending.shelf->seq_last;
    pthread_mutex_unlock(&pending.shelf->lock);
}

/* Looks up the SKUs, refuses what orders do not leave room for, and makes room for what is new. */
static enum verdict count_look_up(struct pending_write *pending, struct store_count *count)
{
    struct shelf *shelf = pending->shelf->shelf;
    shelf_find(shelf, &count->items[0].key, sizeof(count->items[0]), count->items_count,
               pending->cells);
    uint32_t unknown_count = 0;
    uint32_t unfit_count = 0;
    size_t unknown_bytes = 0;
    for (uint32_t i = 0; i < count->items_count; i++) {
        const struct stock_count *item = &count->items[i];
        const uint32_t cell = pending->cells[i];
        unfit_count += stock_type_is_unfit(item->type) && item->count > 0;
        if (cell == CELL_NONE) { /* Of several types of one SKU each is counted: room enough. */
            unknown_count++;
            unknown_bytes += item->key.sku.size;
        } else if (item->type == STOCK_FIT && shelf_accepts(shelf, cell, item->updated_at_ms) &&
                   !shelf_covers_reserved(shelf, cell, item->count)) {
            const struct stock_view view = shelf_view(shelf, cell);
            count->sku = view.sku; /* The item's own is lent for less long. */
            count->reserved = view.reserved;
            return VERDICT_BELOW_RESERVED;
        }
    }
    enum err error = shelf_reserve(shelf, unknown_count, unknown_bytes);
    if (error == OK)
        error = shelf_reserve_details(shelf, unfit_count);
    return error == OK ? VERDICT_OK : VERDICT_NO_ROOM;
}

/* The item, with no more available than the cell has of the same moment. */
static struct stock_count least_of(struct stock_view cell, const struct stock_count *item)
{
    struct stock_count counted = *item;
    if (item->type == STOCK_AVAILABLE && item->updated_at_ms == cell.updated_at_ms &&
        cell.available < item->count)
        counted.count = cell.available;
    return counted;
}

static void count_apply(struct pending_write *pending, const struct store_count *count)
{
    struct shelf *shelf = pending->shelf->shelf;
    for (uint32_t i = 0; i < count->items_count; i++) {
        const struct stock_count *item = &count->items[i];
        uint32_t cell = pending->cells[i];
        if (cell == CELL_NONE) /* Another type of it may have come before. */
            shelf_find(shelf, &item->key, sizeof(item->key), 1, &cell);
        if (cell == CELL_NONE)
            cell = shelf_add(shelf, &item->key);
        if (!shelf_accepts(shelf, cell, item->updated_at_ms))
            continue;
        const struct stock_count counted =
            count->ties == STORE_TIES_LEAST ? least_of(shelf_view(shelf, cell), item) : *item;
        record_count_entry(&pending->writer, cell, &counted);
        shelf_set_counted(shelf, cell, counted.type, counted.count, counted.updated_at_ms);
    }
}

void local_count(struct store_local *local, struct store_command *command)
{
    struct store_count *count = &command->count;
    ASSERT(count->items_count >= 1 && count->items_count <= PUT_SKUS_MAX);
    struct pending_write pending;
    if (!write_begin(local, command, count->items_count,
                     record_count_bytes_max(count->items, count->items_count), &pending))
        return;

    pthread_mutex_lock(&pending.shelf->lock);
    const uint32_t cells_count = shelf_cells_count(pending.shelf->shelf);
    record_cause_encode(&pending.record, local_cause(local, command), pending.shelf->shelf, NULL);
    record_count_begin(&pending.writer, &pending.record, pending.shelf->id, cells_count);
    command->verdict = count_look_up(&pending, count);
    if (command->verdict == VERDICT_OK)
        count_apply(&pending, count);
    write_end(local, &pending, cells_count);
    if (command->verdict != VERDICT_NO_ROOM)
        command->waiter.seq = pending.shelf->seq_last; /* A refusal tells what orders hold. */
    pthread_mutex_unlock(&pending.shelf->lock);
}
