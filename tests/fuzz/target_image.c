/* Letters of a program that changes a shelf, while an image of it is taken step by step: the image
 * is the shelf as it was when the image began, whatever was written meanwhile. */
#include <stdio.h>

#include "base/hash.h"
#include "check.h"
#include "fuzz.h"
#include "shelf_case.h"

enum { SKUS_COUNT = 48, ORDERS_COUNT = 16, LINES_MAX = 6, STEP_BYTES_LARGE = 65536 };
#define STEP_MS INT64_C(3600000)

/* What an operation of the program does, and on what. */
struct operation {
    uint8_t kind;
    uint8_t place;
    uint8_t amount;
    int64_t now_ms;
};

enum {
    OPERATION_WRITE,
    OPERATION_COUNT,
    OPERATION_MARK,
    OPERATION_ORDER,
    OPERATION_PACK,
    OPERATION_SHIP,
    OPERATION_CANCEL,
    OPERATION_EXPIRE,
    OPERATION_IMAGE, /* Begins one, or goes on with it. */
    OPERATION_LATER, /* The clock goes on. */
    OPERATIONS_COUNT,
};

/* The cell of a SKU, made if need be. */
static uint32_t cell_of(struct shelf_case *one, uint8_t place)
{
    char text[32];
    (void)snprintf(text, sizeof(text), "sku %u %s", place % SKUS_COUNT,
                   place % 3 == 0 ? "\xD0\x96\xD0\x96" : "");
    struct stock_key key = {bytes_trim(bytes_from_text(text)), 0};
    key.hash = bytes_hash(key.sku);
    uint32_t cell = CELL_NONE;
    shelf_find(one->shelf, &key, sizeof(key), 1, &cell);
    if (cell != CELL_NONE)
        return cell;
    ASSERT(shelf_reserve(one->shelf, 1, key.sku.size) == OK);
    return shelf_add(one->shelf, &key);
}

static void write_cell(struct shelf_case *one, const struct operation *operation)
{
    const uint32_t cell = cell_of(one, operation->place);
    if (shelf_accepts(one->shelf, cell, operation->now_ms))
        shelf_set_available(one->shelf, cell, (int64_t)operation->amount * operation->amount,
                            operation->now_ms);
}

static void count_cell(struct shelf_case *one, const struct operation *operation)
{
    static const enum stock_type types[] = {STOCK_FIT,    STOCK_AVAILABLE, STOCK_QUARANTINE,
                                            STOCK_DEFECT, STOCK_EXPIRED,   STOCK_UTILIZATION};
    const uint32_t cell = cell_of(one, operation->place);
    const enum stock_type type = types[operation->amount % (sizeof(types) / sizeof(types[0]))];
    const int64_t count = operation->amount / 4;
    if (!shelf_accepts(one->shelf, cell, operation->now_ms) ||
        (type == STOCK_FIT && !shelf_covers_reserved(one->shelf, cell, count)))
        return;
    ASSERT(shelf_reserve_details(one->shelf, 1) == OK);
    shelf_set_counted(one->shelf, cell, type, count, operation->now_ms);
}

static struct bytes order_id(uint8_t place, char text[16])
{
    (void)snprintf(text, 16, "order %u", place % ORDERS_COUNT);
    return bytes_from_text(text);
}

/* An order of some cells that are there and have units. */
static void make_order(struct shelf_case *one, const struct operation *operation)
{
    char text[16];
    struct order_line lines[LINES_MAX];
    uint32_t lines_count = 0;
    const struct bytes id = order_id(operation->place, text);
    const uint32_t cells_count = shelf_cells_count(one->shelf);
    for (uint32_t i = 0; i < LINES_MAX && i < cells_count; i++) {
        const uint32_t cell = (operation->place + i) % cells_count;
        const int64_t left = shelf_reservable(one->shelf, cell);
        const int64_t wanted = operation->amount % 7 + 1;
        if (left > 0)
            lines[lines_count++] =
                (struct order_line){cell, (uint32_t)(wanted < left ? wanted : left)};
    }
    if (lines_count == 0 || order_book_find(one->book, operation->place % 2 + 1, id) != NULL)
        return;
    ASSERT(order_book_reserve(one->book) == OK);
    struct order *order = order_create(operation->place % 2 + 1, id, lines, lines_count);
    ASSERT(order != NULL);
    order_book_add(one->book, order, operation->now_ms,
                   operation->amount % 3 == 0 ? 0 : operation->now_ms + operation->amount);
}

static void change_order(struct shelf_case *one, const struct operation *operation,
                         enum order_state state)
{
    char text[16];
    struct order *order =
        order_book_find(one->book, operation->place % 2 + 1, order_id(operation->place, text));
    if (order != NULL && order_may_become(order->state, state))
        order_book_change(one->book, order, state, operation->now_ms);
}

static void expire_first(struct shelf_case *one, const struct operation *operation)
{
    struct order *order = order_book_first_to_expire(one->book);
    if (order == NULL)
        return;
    const int64_t due_ms = order->expires_at_ms;
    order_book_change(one->book, order, ORDER_EXPIRED,
                      due_ms > operation->now_ms ? due_ms : operation->now_ms);
}

static void operate(struct shelf_case *one, const struct operation *operation)
{
    switch (operation->kind) {
    case OPERATION_WRITE:
        write_cell(one, operation);
        break;
    case OPERATION_COUNT:
        count_cell(one, operation);
        break;
    case OPERATION_MARK:
        shelf_set_marks(one->shelf, cell_of(one, operation->place),
                        operation->amount & ((1 << STOCK_MARKS_COUNT) - 1));
        break;
    case OPERATION_ORDER:
        make_order(one, operation);
        break;
    case OPERATION_PACK:
        change_order(one, operation, ORDER_PACKED);
        break;
    case OPERATION_SHIP:
        change_order(one, operation, ORDER_SHIPPED);
        break;
    case OPERATION_CANCEL:
        change_order(one, operation, ORDER_CANCELLED);
        break;
    case OPERATION_EXPIRE:
        expire_first(one, operation);
        break;
    default:
        break;
    }
}

/* An image under way. */
struct taking {
    struct shelf_image *image; /* NULL: none. */
    struct buffer entries;
    struct shelf_case before; /* The shelf when it began. */
    bool done;
};

static void taking_begin(struct taking *taking, struct shelf_case *one, bool keeps_history)
{
    struct buffer entries;
    buffer_init(&entries);
    shelf_case_init(&taking->before, keeps_history);
    const struct shelf_image_sizes sizes = shelf_case_image(one, &entries);
    ASSERT(shelf_case_load(&taking->before, &sizes, buffer_bytes(&entries)));
    buffer_deinit(&entries);
    taking->image = shelf_image_create(shelf_cells_count(one->shelf));
    ASSERT(taking->image != NULL);
    ASSERT(shelf_image_begin(taking->image, one->shelf, one->book) == OK);
    buffer_clear(&taking->entries);
    taking->done = false;
}

static void taking_end(struct taking *taking, bool keeps_history)
{
    const struct shelf_image_sizes sizes = shelf_image_sizes(taking->image);
    shelf_image_end(taking->image);
    shelf_image_destroy(taking->image);
    taking->image = NULL;
    if (taking->done) {
        struct shelf_case after;
        shelf_case_init(&after, keeps_history);
        ASSERT(shelf_case_load(&after, &sizes, buffer_bytes(&taking->entries)));
        shelf_case_check_equal(&after, &taking->before, keeps_history);
        shelf_case_deinit(&after);
    }
    shelf_case_deinit(&taking->before);
}

/* Begins an image, or takes a step of at least so many bytes. */
static void taking_go_on(struct taking *taking, struct shelf_case *one, size_t bytes,
                         bool keeps_history)
{
    if (taking->image == NULL) {
        taking_begin(taking, one, keeps_history);
        return;
    }
    ASSERT(shelf_image_read(taking->image, bytes, &taking->entries, &taking->done) == OK);
    if (taking->done)
        taking_end(taking, keeps_history);
}

void fuzz_image(struct bytes input)
{
    hash_seed_set(UINT64_C(0x5EED));
    struct cursor cursor = cursor_begin(input);
    const bool keeps_history = (cursor_u8(&cursor) & 1) != 0;
    struct shelf_case one;
    struct taking taking = {.image = NULL};
    buffer_init(&taking.entries);
    shelf_case_init(&one, keeps_history);
    struct operation operation = {.now_ms = FUZZ_NOW_MS};
    while (cursor_left(&cursor) > 2) {
        operation.kind = cursor_u8(&cursor) % OPERATIONS_COUNT;
        operation.place = cursor_u8(&cursor);
        operation.amount = cursor_u8(&cursor);
        if (operation.kind == OPERATION_IMAGE)
            taking_go_on(&taking, &one, operation.amount + 1U, keeps_history);
        else if (operation.kind == OPERATION_LATER)
            operation.now_ms += STEP_MS * operation.amount;
        else
            operate(&one, &operation);
    }
    shelf_case_check(&one);
    while (taking.image != NULL)
        taking_go_on(&taking, &one, STEP_BYTES_LARGE, keeps_history);
    shelf_case_check_copy(&one, keeps_history);
    buffer_deinit(&taking.entries);
    shelf_case_deinit(&one);
}
