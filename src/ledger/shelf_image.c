/* Taking an image: a walk along the cells and then along the two lists of orders, in steps, and
 * beside it what writers keep.
 *
 * A bit of each cell says that it was kept; the walk passes over it then. An order is in the image
 * when its number is the image's; new ones have it from the start. What is kept is written into
 * blocks as entries at once, and the next step hands the blocks out before it goes on, so that they
 * do not pile up. SKUs neither change nor move, so it does not matter when they are read. */
#include "ledger/shelf_image.h"

#include <stdlib.h>

#include "ledger/order_book_internal.h"
#include "ledger/shelf_entry.h"
#include "ledger/shelf_internal.h"

/* What costs more than a plain cell: details are looked up, history is long, an order lies
 * anywhere. */
enum {
    WORK_DETAILS = 8,
    WORK_HISTORY = 20,
    WORK_ORDER = 16,
    WORK_SKU_BYTES = 256, /* This many are one more. */
};

struct kept_block {
    struct kept_block *next;
    size_t used_bytes;
    uint8_t bytes[SHELF_IMAGE_SLACK_BYTES - 16];
};

static_assert(sizeof(struct kept_block) <= SHELF_IMAGE_SLACK_BYTES, "a step may exceed by one");
static_assert((int)ENTRY_CELLS_HEAD_BYTES_MAX + (int)ENTRY_CELL_BYTES_MAX <=
                  (int)SHELF_IMAGE_SLACK_BYTES / 2,
              "and so by a cell");
static_assert((int)ENTRY_ORDER_BYTES_MAX <= (int)SHELF_IMAGE_SLACK_BYTES / 2, "and by an order");

/* Which list is being walked. */
enum image_walk { WALK_OPEN, WALK_OVER, WALK_DONE };

/* Invariants: 1. Between begin and end the shelf points to the image.
 *             2. A cell below cells_next, or whose bit is set, is in the image; an order is whose
 *                number is image_number.
 *             3. order_next is in the list that is walked, or NULL: the rest of it is new. */
struct shelf_image {
    struct shelf *shelf;
    struct order_book *book;
    struct shelf_image_sizes sizes;
    uint64_t *kept_cells;    /* A bit for each. */
    uint32_t kept_cells_max; /* So many bits there are. */
    uint32_t cells_next;
    enum image_walk walk;
    struct order *order_next;
    uint64_t place_end; /* Orders from this place on are new. */
    struct kept_block *first;
    struct kept_block *last;
    struct kept_block *spare; /* Were handed out, and are used again. */
    bool failed;
};

struct shelf_image *shelf_image_create(uint32_t cells_count)
{
    /* Until it begins, the shelf may grow. */
    const uint64_t wanted = (uint64_t)cells_count + cells_count / 8 + 4096;
    const uint64_t words = wanted / 64 + 1;
    struct shelf_image *image = calloc(1, sizeof(*image));
    if (image == NULL)
        return NULL;
    image->kept_cells = calloc(words, sizeof(uint64_t));
    image->kept_cells_max = words * 64 > UINT32_MAX ? UINT32_MAX : (uint32_t)(words * 64);
    if (image->kept_cells == NULL) {
        free(image);
        return NULL;
    }
    return image;
}

static void blocks_free(struct kept_block *block)
{
    while (block != NULL) {
        struct kept_block *next = block->next;
        free(block);
        block = next;
    }
}

void shelf_image_destroy(struct shelf_image *image)
{
    if (image == NULL)
        return;
    ASSERT(image->shelf == NULL || image->shelf->image != image);
    blocks_free(image->first);
    blocks_free(image->spare);
    free(image->kept_cells);
    free(image);
}

enum err shelf_image_begin(struct shelf_image *image, struct shelf *shelf, struct order_book *book)
{
    ASSERT(image->shelf == NULL);
    ASSERT(shelf->image == NULL);
    ASSERT(book->shelf == shelf);
    if (shelf->cells_count > image->kept_cells_max)
        return ERR_FULL;
    image->shelf = shelf;
    image->book = book;
    image->sizes = (struct shelf_image_sizes){shelf->cells_count, order_book_count(book)};
    image->order_next = book->open.first;
    image->place_end = book->place_next;
    book->image_number++;
    shelf->image = image;
    return OK;
}

void shelf_image_end(struct shelf_image *image)
{
    ASSERT(image->shelf->image == image);
    image->shelf->image = NULL;
}

struct shelf_image_sizes shelf_image_sizes(const struct shelf_image *image)
{
    ASSERT(image->shelf != NULL);
    return image->sizes;
}

/* Room for an entry of that size; NULL: the image has failed. */
static uint8_t *kept_room(struct shelf_image *image, size_t bytes)
{
    if (image->failed)
        return NULL;
    struct kept_block *last = image->last;
    if (last != NULL && sizeof(last->bytes) - last->used_bytes >= bytes)
        return last->bytes + last->used_bytes;
    struct kept_block *block = image->spare;
    if (block != NULL)
        image->spare = block->next;
    else
        block = malloc(sizeof(*block));
    if (block == NULL) {
        image->failed = true;
        return NULL;
    }
    block->next = NULL;
    block->used_bytes = 0;
    if (last == NULL)
        image->first = block;
    else
        last->next = block;
    image->last = block;
    return block->bytes;
}

/* An entry was written there, up to `end`. */
static void kept_add(struct shelf_image *image, const uint8_t *end)
{
    image->last->used_bytes = (size_t)(end - image->last->bytes);
    ASSERT(image->last->used_bytes <= sizeof(image->last->bytes));
}

static bool cell_is_kept(const struct shelf_image *image, uint32_t cell)
{
    return (image->kept_cells[cell / 64] >> cell % 64 & 1) != 0;
}

void shelf_image_keep_cell(struct shelf_image *image, uint32_t cell)
{
    if (cell < image->cells_next || cell >= image->sizes.cells_count || cell_is_kept(image, cell))
        return;
    uint8_t *at = kept_room(image, ENTRY_CELLS_HEAD_BYTES_MAX + ENTRY_CELL_BYTES_MAX);
    if (at == NULL)
        return;
    struct entry_run run;
    at = entry_run_begin(&run, at, cell);
    at = entry_run_cell(&run, at, image->shelf, cell);
    entry_run_end(&run);
    kept_add(image, at);
    image->kept_cells[cell / 64] |= UINT64_C(1) << cell % 64;
}

void shelf_image_keep_order(struct shelf_image *image, struct order *order)
{
    if (image->order_next == order)
        image->order_next = order->list_next;
    if (order->image_number == image->book->image_number)
        return;
    uint8_t *at = kept_room(image, ENTRY_ORDER_BYTES_MAX);
    if (at == NULL)
        return;
    kept_add(image, entry_order(at, order));
    order->image_number = image->book->image_number;
}

/* Moves what writers kept to the entries. */
static void hand_out_kept(struct shelf_image *image, struct buffer *entries, size_t bytes_end)
{
    while (image->first != NULL && entries->size < bytes_end) {
        struct kept_block *block = image->first;
        buffer_append(entries, (struct bytes){block->bytes, block->used_bytes});
        image->first = block->next;
        if (image->first == NULL)
            image->last = NULL;
        block->next = image->spare;
        image->spare = block;
    }
}

static uint32_t cell_work(const struct shelf *shelf, const struct cell *cell)
{
    uint32_t work = 1 + (uint32_t)cell_sku(shelf, cell).size / WORK_SKU_BYTES;
    if ((cell->sku_ref & CELL_DETAILED) != 0)
        work += shelf->details.keeps_history ? (uint32_t)WORK_HISTORY : (uint32_t)WORK_DETAILS;
    return work;
}

/* Writes cells from cells_next on, up to one that was kept, into room that is there. Returns the
 * work. */
static uint32_t write_run(struct shelf_image *image, struct buffer *entries, size_t bytes_end,
                          uint32_t work_max)
{
    const struct shelf *shelf = image->shelf;
    uint8_t *end = entries->data + bytes_end;
    uint8_t *at = entries->data + entries->size;
    uint32_t work = 0;
    struct entry_run run;
    at = entry_run_begin(&run, at, image->cells_next);
    do {
        work += cell_work(shelf, &shelf->cells[image->cells_next]);
        at = entry_run_cell(&run, at, shelf, image->cells_next++);
    } while (image->cells_next < image->sizes.cells_count && at < end && work < work_max &&
             !cell_is_kept(image, image->cells_next));
    entry_run_end(&run);
    entries->size = (size_t)(at - entries->data);
    return work;
}

static uint32_t walk_cells(struct shelf_image *image, struct buffer *entries, size_t bytes_end)
{
    uint32_t work = 0;
    while (image->cells_next < image->sizes.cells_count && entries->size < bytes_end &&
           work < SHELF_IMAGE_STEP_WORK) {
        if (cell_is_kept(image, image->cells_next)) {
            image->cells_next++;
            work++;
        } else {
            work += write_run(image, entries, bytes_end, SHELF_IMAGE_STEP_WORK - work);
        }
    }
    return work;
}

/* The next order that was there at the beginning, perhaps one that is in the image already; NULL:
 * there is none. */
static struct order *order_next(struct shelf_image *image)
{
    while (image->walk != WALK_DONE &&
           (image->order_next == NULL || image->order_next->place >= image->place_end)) {
        image->order_next = image->walk == WALK_OPEN ? image->book->over.first : NULL;
        image->walk++;
    }
    return image->order_next;
}

static void walk_orders(struct shelf_image *image, struct buffer *entries, size_t bytes_end,
                        uint32_t work)
{
    for (struct order *order = order_next(image);
         order != NULL && entries->size < bytes_end && work < SHELF_IMAGE_STEP_WORK;
         order = order_next(image)) {
        image->order_next = order->list_next;
        work += WORK_ORDER;
        if (order->image_number == image->book->image_number)
            continue;
        uint8_t *at = entries->data + entries->size;
        entries->size += (size_t)(entry_order(at, order) - at);
        order->image_number = image->book->image_number;
        work += order->lines_count / WORK_ORDER;
    }
}

enum err shelf_image_read(struct shelf_image *image, size_t bytes_wanted, struct buffer *entries,
                          bool *done)
{
    ASSERT(image->shelf->image == image);
    ASSERT(bytes_wanted > 0);
    *done = false;
    if (image->failed || buffer_reserve(entries, bytes_wanted + SHELF_IMAGE_SLACK_BYTES) != OK)
        return ERR_MEMORY;
    const size_t bytes_end = entries->size + bytes_wanted;
    hand_out_kept(image, entries, bytes_end);
    const uint32_t work = walk_cells(image, entries, bytes_end);
    if (image->cells_next == image->sizes.cells_count)
        walk_orders(image, entries, bytes_end, work);
    ASSERT(entries->size < bytes_end + SHELF_IMAGE_SLACK_BYTES);
    *done = image->first == NULL && image->cells_next == image->sizes.cells_count &&
            image->walk == WALK_DONE;
    return OK;
}
