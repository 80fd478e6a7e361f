/* Orders of the local store: reserve, read, pack, ship, cancel. All is decided with the shelf
 * locked, and everything that could fail is made ready before the order changes: room in the book
 * and in the journal, memory for the order and for the answer. */
#include "base/hash.h"
#include "store/command.h"
#include "store/record.h"
#include "store/store_local_internal.h"

/* One action while it is decided, with the shelf locked. */
struct pending_order {
    struct store_local *local;
    struct local_shelf *shelf;
    struct store_command *command;
    struct stock_order_item *items; /* Of the answer. */
    struct buffer record;           /* In the arena, once its room is reserved. */
};

/* Makes room for the order in the answer. False: no memory. */
static bool answer_begin(struct pending_order *pending, uint32_t items_count)
{
    struct store_order *request = &pending->command->order;
    struct arena *arena = pending->command->arena;
    pending->items = arena_allocate(arena, items_count * sizeof(*pending->items));
    uint8_t *id = arena_allocate(arena, request->id.size);
    if (pending->items == NULL || id == NULL)
        return false;
    memcpy(id, request->id.data, request->id.size);
    request->order.id = (struct bytes){id, request->id.size};
    return true;
}

void local_order_show(const struct local_shelf *shelf, const struct order *order,
                      struct stock_order_item *items, struct order_view *view)
{
    for (uint32_t i = 0; i < order->lines_count; i++) {
        const struct bytes sku = shelf_view(shelf->shelf, order->lines[i].cell).sku;
        items[i] = (struct stock_order_item){{sku, bytes_hash(sku)}, order->lines[i].count};
    }
    *view = (struct order_view){
        .campaign_id = order->campaign_id,
        .id = view->id,
        .state = order->state,
        .created_at_ms = order->created_at_ms,
        .changed_at_ms = order->changed_at_ms,
        .expires_at_ms = order->expires_at_ms,
        .items = items,
        .items_count = order->lines_count,
    };
}

/* Says what the order is now. */
static void answer_end(struct pending_order *pending, const struct order *order)
{
    local_order_show(pending->shelf, order, pending->items, &pending->command->order.order);
}

static const struct stock_cause *cause_of(const struct pending_order *pending)
{
    return local_cause(pending->local, pending->command);
}

/* Makes room for a record. False: there is none, in memory or in the journal. */
static bool record_begin(struct pending_order *pending, size_t bytes_max, uint32_t lines_count)
{
    bytes_max += record_cause_bytes_max(cause_of(pending), lines_count);
    uint8_t *data = arena_allocate(pending->command->arena, bytes_max);
    pending->record = (struct buffer){data, 0, bytes_max, false};
    return data != NULL && journal_reserve(pending->local->journal, bytes_max) == OK;
}

static void record_append(struct pending_order *pending)
{
    ASSERT(!pending->record.failed);
    pending->shelf->seq_last = journal_append(pending->local->journal, pending->record.capacity,
                                              buffer_bytes(&pending->record));
}

/* The items as cells with counts; a SKU that has no cell is CELL_NONE. */
static void find_lines(const struct shelf *shelf, const struct store_order *request,
                       struct order_line lines[ORDER_ITEMS_MAX])
{
    uint32_t cells[ORDER_ITEMS_MAX];
    shelf_find(shelf, &request->items[0].key, sizeof(request->items[0]), request->items_count,
               cells);
    for (uint32_t i = 0; i < request->items_count; i++)
        lines[i] = (struct order_line){cells[i], (uint32_t)request->items[i].count};
}

static int64_t reservable(const struct shelf *shelf, const struct order_line *line)
{
    /* NOLINTNEXTLINE(clang-analyzer-core*): find_lines() set all */
    return line->cell == CELL_NONE ? 0 : shelf_reservable(shelf, line->cell);
}

/* The SKU of an item, for an answer that outlives the request: the cell's, or a copy. No bytes: no
 * memory. */
static struct bytes lasting_sku(const struct shelf *shelf, struct arena *arena,
                                const struct order_line *line, struct bytes sku)
{
    if (line->cell != CELL_NONE)
        return shelf_view(shelf, line->cell).sku;
    uint8_t *copy = arena_allocate(arena, sku.size);
    if (copy == NULL)
        return (struct bytes){NULL, 0};
    memcpy(copy, sku.data, sku.size);
    return (struct bytes){copy, sku.size};
}

/* Tells of each item that is short; VERDICT_OK: none is. */
static enum verdict check_shortages(const struct shelf *shelf, struct store_command *command,
                                    const struct order_line *lines)
{
    struct store_order *request = &command->order;
    uint32_t count = 0;
    for (uint32_t i = 0; i < request->items_count; i++)
        count += reservable(shelf, &lines[i]) < lines[i].count;
    if (count == 0)
        return VERDICT_OK;
    request->shortages = arena_allocate(command->arena, count * sizeof(*request->shortages));
    if (request->shortages == NULL)
        return VERDICT_NO_ROOM;
    for (uint32_t i = 0; i < request->items_count; i++) {
        const int64_t available = reservable(shelf, &lines[i]);
        if (available >= lines[i].count)
            continue;
        const struct bytes sku =
            lasting_sku(shelf, command->arena, &lines[i], request->items[i].key.sku);
        if (sku.size == 0)
            return VERDICT_NO_ROOM;
        request->shortages[request->shortages_count++] =
            (struct order_shortage){sku, lines[i].count, available};
    }
    return VERDICT_SHORTAGE;
}

/* An order of that name is there: it has to be the same. */
static enum verdict reserve_again(struct pending_order *pending, const struct order *found,
                                  const struct order_line *lines)
{
    if (!answer_begin(pending, found->lines_count))
        return VERDICT_NO_ROOM;
    answer_end(pending, found);
    return order_has_lines(found, lines, pending->command->order.items_count)
               ? VERDICT_OK
               : VERDICT_ORDER_EXISTS;
}

static enum verdict reserve_locked(struct pending_order *pending, const struct order *found)
{
    const struct store_order *request = &pending->command->order;
    struct shelf *shelf = pending->shelf->shelf;
    struct order_book *orders = pending->shelf->orders;
    struct order_line lines[ORDER_ITEMS_MAX];
    find_lines(shelf, request, lines);
    if (found != NULL)
        return reserve_again(pending, found, lines);
    const enum verdict verdict = check_shortages(shelf, pending->command, lines);
    if (verdict != VERDICT_OK)
        return verdict;
    if (!answer_begin(pending, request->items_count) || order_book_reserve(orders) != OK)
        return VERDICT_NO_ROOM;
    struct order *order =
        order_create(request->campaign_id, request->id, lines, request->items_count);
    if (order == NULL ||
        !record_begin(pending, record_reserve_bytes_max(request->id, request->items_count),
                      request->items_count)) {
        order_destroy(order);
        return VERDICT_NO_ROOM;
    }
    order_book_add(orders, order, request->now_ms, request->expires_at_ms);
    record_cause_encode(&pending->record, cause_of(pending), shelf, order);
    record_reserve_encode(&pending->record, pending->shelf->id, order);
    record_append(pending);
    answer_end(pending, order);
    return VERDICT_OK;
}

static enum verdict change_locked(struct pending_order *pending, struct order *order)
{
    const struct store_order *request = &pending->command->order;
    if (request->action == ORDER_READ)
        return VERDICT_OK;
    const enum order_state state = command_state_after(request->action);
    if (state == order->state)
        return VERDICT_OK;
    if (!order_may_become(order->state, state))
        return VERDICT_ORDER_STATE;
    if (!record_begin(pending, record_order_bytes_max(order->id), order->lines_count))
        return VERDICT_NO_ROOM;
    order_book_change(pending->shelf->orders, order, state, request->now_ms);
    record_cause_encode(&pending->record, cause_of(pending), pending->shelf->shelf, order);
    record_order_encode(&pending->record, pending->shelf->id, order);
    record_append(pending);
    return VERDICT_OK;
}

static enum verdict order_locked(struct pending_order *pending)
{
    const struct store_order *request = &pending->command->order;
    struct order *found =
        order_book_find(pending->shelf->orders, request->campaign_id, request->id);
    if (request->action == ORDER_RESERVE)
        return reserve_locked(pending, found);
    if (found == NULL)
        return VERDICT_ORDER_UNKNOWN;
    if (!answer_begin(pending, found->lines_count))
        return VERDICT_NO_ROOM;
    const enum verdict verdict = change_locked(pending, found);
    answer_end(pending, found);
    return verdict;
}

void local_order(struct store_local *local, struct store_command *command)
{
    struct store_order *request = &command->order;
    command_check_order(request);
    request->order = (struct order_view){0};
    request->shortages = NULL;
    request->shortages_count = 0;
    command->waiter.seq = 0;
    const bool is_new = request->action == ORDER_RESERVE;
    struct local_shelf *shelf = is_new ? local_shelf_open(local, command->shelf_id)
                                       : local_shelf_find(local, command->shelf_id);
    command->verdict = is_new ? VERDICT_NO_ROOM : VERDICT_ORDER_UNKNOWN;
    if (shelf == NULL)
        return;

    pthread_mutex_lock(&shelf->lock);
    struct pending_order pending = {.local = local, .shelf = shelf, .command = command};
    command->verdict = order_locked(&pending);
    if (command->verdict != VERDICT_NO_ROOM)
        command->waiter.seq = shelf->seq_last; /* A refusal tells what it saw, too. */
    pthread_mutex_unlock(&shelf->lock);
    if (is_new && command->verdict == VERDICT_OK && request->order.expires_at_ms != 0)
        local_expiry_note(local, shelf, request->order.expires_at_ms);
}
