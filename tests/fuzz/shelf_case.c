/* Two shelves are compared by the images of copies that were loaded from theirs, as loading numbers
 * the places of orders anew. */
#include "shelf_case.h"

#include <stdlib.h>

#include "base/date.h"
#include "ledger/order_book_internal.h"
#include "ledger/shelf_check.h"

void shelf_case_init(struct shelf_case *one, bool keeps_history)
{
    one->shelf = shelf_create(keeps_history);
    ASSERT(one->shelf != NULL);
    one->book = order_book_create(one->shelf);
    ASSERT(one->book != NULL);
}

void shelf_case_deinit(struct shelf_case *one)
{
    order_book_destroy(one->book);
    shelf_destroy(one->shelf);
}

/* What open orders hold of each cell is what it has reserved. */
static void check_orders(const struct shelf_case *one)
{
    const uint32_t cells_count = shelf_cells_count(one->shelf);
    uint64_t *held = calloc((size_t)cells_count + 1, sizeof(*held));
    ASSERT(held != NULL);
    uint32_t open_count = 0;
    for (struct order *order = one->book->open.first; order != NULL; order = order->list_next) {
        ASSERT(order->state == ORDER_RESERVED || order->state == ORDER_PACKED);
        for (uint32_t i = 0; i < order->lines_count; i++) {
            ASSERT(order->lines[i].cell < cells_count);
            held[order->lines[i].cell] += order->lines[i].count;
        }
        open_count++;
    }
    ASSERT(open_count == order_book_open_count(one->book, 0));
    for (uint32_t i = 0; i < cells_count; i++)
        ASSERT(held[i] == (uint64_t)shelf_view(one->shelf, i).reserved);
    free(held);
}

/* The sums are those of the cells, and no number is out of its range. */
static void check_cells(const struct shelf *shelf)
{
    struct shelf_sums sums = {0, 0, 0};
    uint32_t marked[STOCK_MARKS_COUNT] = {0};
    int64_t newest_ms = STOCK_NEVER_UPDATED;
    for (uint32_t i = 0; i < shelf_cells_count(shelf); i++) {
        const struct stock_view view = shelf_view(shelf, i);
        struct stock_details details = {.turnover_tenths = 0};
        ASSERT(view.available >= 0 && view.reserved >= 0 && view.reserved <= STOCK_COUNT_MAX);
        ASSERT(view.available + view.reserved <= 2 * STOCK_COUNT_MAX);
        ASSERT(view.updated_at_ms == STOCK_NEVER_UPDATED ||
               (view.updated_at_ms >= DATE_MS_MIN && view.updated_at_ms <= DATE_MS_MAX));
        sums.available += (uint64_t)view.available;
        sums.reserved += (uint64_t)view.reserved;
        if (view.updated_at_ms > newest_ms)
            newest_ms = view.updated_at_ms;
        for (int mark = 0; mark < STOCK_MARKS_COUNT; mark++)
            marked[mark] += view.marks >> mark & 1;
        if (!shelf_details(shelf, i, DATE_MS_MAX, &details))
            continue;
        ASSERT(details.turnover_tenths >= -1);
        for (int type = 0; type < STOCK_UNFIT_COUNT; type++) {
            ASSERT(details.unfit[type] >= 0 && details.unfit[type] <= STOCK_COUNT_MAX);
            sums.unfit += (uint64_t)details.unfit[type];
        }
    }
    const struct shelf_sums told = shelf_sums(shelf);
    ASSERT(told.available == sums.available && told.reserved == sums.reserved);
    ASSERT(told.unfit == sums.unfit);
    ASSERT(shelf_updated_at_ms(shelf) == newest_ms);
    for (int mark = 0; mark < STOCK_MARKS_COUNT; mark++)
        ASSERT(shelf_marked_count(shelf, (enum stock_mark)(1 << mark)) == marked[mark]);
}

void shelf_case_check(const struct shelf_case *one)
{
    char problem[SHELF_PROBLEM_BYTES];
    check_cells(one->shelf);
    check_orders(one);
    ASSERT(shelf_check(one->shelf, one->book, problem) == OK);
}

struct shelf_image_sizes shelf_case_image(struct shelf_case *one, struct buffer *entries)
{
    struct shelf_image *image = shelf_image_create(shelf_cells_count(one->shelf));
    bool done = false;
    ASSERT(image != NULL);
    ASSERT(shelf_image_begin(image, one->shelf, one->book) == OK);
    const struct shelf_image_sizes sizes = shelf_image_sizes(image);
    while (!done)
        ASSERT(shelf_image_read(image, 4096, entries, &done) == OK);
    shelf_image_end(image);
    shelf_image_destroy(image);
    ASSERT(!entries->failed);
    ASSERT(sizes.cells_count == shelf_cells_count(one->shelf));
    ASSERT(sizes.orders_count == order_book_count(one->book));
    return sizes;
}

bool shelf_case_load(struct shelf_case *one, const struct shelf_image_sizes *sizes,
                     struct bytes entries)
{
    struct shelf_load *load = NULL;
    enum err error = shelf_load_begin(one->shelf, one->book, sizes, entries.size, &load);
    ASSERT(error == OK || error == ERR_CORRUPT);
    if (error != OK)
        return false;
    error = shelf_load_entries(load, entries);
    if (error != OK)
        shelf_load_abandon(load);
    else
        error = shelf_load_end(load);
    ASSERT(error == OK || error == ERR_CORRUPT);
    return error == OK;
}

/* The image of a copy that was loaded from an image. */
static void copied_image(struct shelf_case *one, bool keeps_history, struct buffer *entries)
{
    struct shelf_case copy;
    struct buffer own;
    buffer_init(&own);
    shelf_case_init(&copy, keeps_history);
    const struct shelf_image_sizes sizes = shelf_case_image(one, &own);
    ASSERT(shelf_case_load(&copy, &sizes, buffer_bytes(&own)));
    shelf_case_check(&copy);
    (void)shelf_case_image(&copy, entries);
    shelf_case_deinit(&copy);
    buffer_deinit(&own);
}

void shelf_case_check_equal(struct shelf_case *left, struct shelf_case *right, bool keeps_history)
{
    struct buffer left_entries;
    struct buffer right_entries;
    buffer_init(&left_entries);
    buffer_init(&right_entries);
    copied_image(left, keeps_history, &left_entries);
    copied_image(right, keeps_history, &right_entries);
    ASSERT(bytes_equal(buffer_bytes(&left_entries), buffer_bytes(&right_entries)));
    buffer_deinit(&left_entries);
    buffer_deinit(&right_entries);
}

/* What both show of each cell is the same. */
static void check_views(const struct shelf *left, const struct shelf *right)
{
    ASSERT(shelf_cells_count(left) == shelf_cells_count(right));
    for (uint32_t i = 0; i < shelf_cells_count(left); i++) {
        const struct stock_view a = shelf_view(left, i);
        const struct stock_view b = shelf_view(right, i);
        struct stock_details of_a = {.turnover_tenths = 0};
        struct stock_details of_b = {.turnover_tenths = 0};
        ASSERT(bytes_equal(a.sku, b.sku) && a.marks == b.marks);
        ASSERT(a.available == b.available && a.reserved == b.reserved);
        ASSERT(a.updated_at_ms == b.updated_at_ms);
        ASSERT(shelf_details(left, i, DATE_MS_MAX, &of_a) ==
               shelf_details(right, i, DATE_MS_MAX, &of_b));
        ASSERT(memcmp(&of_a, &of_b, sizeof(of_a)) == 0);
        ASSERT(shelf_is_repeat(left, i, a.available, a.updated_at_ms) ==
               shelf_is_repeat(right, i, b.available, b.updated_at_ms));
    }
}

/* Both have the same orders in the same order. */
static void check_lists(const struct order_list *left, const struct order_list *right)
{
    const struct order *a = left->first;
    const struct order *b = right->first;
    while (a != NULL && b != NULL) {
        ASSERT(a->campaign_id == b->campaign_id && bytes_equal(a->id, b->id));
        ASSERT(a->state == b->state && a->created_at_ms == b->created_at_ms);
        ASSERT(a->changed_at_ms == b->changed_at_ms && a->expires_at_ms == b->expires_at_ms);
        ASSERT(a->lines_count == b->lines_count);
        ASSERT(memcmp(a->lines, b->lines, a->lines_count * sizeof(a->lines[0])) == 0);
        a = a->list_next;
        b = b->list_next;
    }
    ASSERT(a == NULL && b == NULL);
}

void shelf_case_check_copy(struct shelf_case *one, bool keeps_history)
{
    struct shelf_case copy;
    struct buffer entries;
    buffer_init(&entries);
    shelf_case_init(&copy, keeps_history);
    const struct shelf_image_sizes sizes = shelf_case_image(one, &entries);
    ASSERT(shelf_case_load(&copy, &sizes, buffer_bytes(&entries)));
    shelf_case_check(&copy);
    check_views(one->shelf, copy.shelf);
    check_lists(&one->book->open, &copy.book->open);
    check_lists(&one->book->over, &copy.book->over);
    shelf_case_deinit(&copy);
    buffer_deinit(&entries);
}

void shelf_case_end_orders(struct shelf_case *one)
{
    for (uint32_t i = 0; one->book->open.first != NULL; i++) {
        struct order *order = one->book->open.first;
        const enum order_state states[] = {ORDER_SHIPPED, ORDER_CANCELLED};
        order_book_change(one->book, order, states[i % 2], order->changed_at_ms);
    }
    ASSERT(shelf_sums(one->shelf).reserved == 0);
    ASSERT(order_book_first_to_expire(one->book) == NULL);
    shelf_case_check(one);
}
