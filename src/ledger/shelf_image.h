/* An exact image of a shelf and its orders as of one moment, taken in short steps while writers go
 * on: what a checkpoint is made of. The image is bytes, a run of *entries* (docs/formats.md,
 * "Checkpoint: entries of a shelf"); shelf_load.h makes a shelf from them again.
 *
 *     image = shelf_image_create(cells_count)              no lock
 *     shelf_image_begin(image, shelf, book)                lock: this is the moment
 *     shelf_image_read(image, …) until done, or an error   lock, released between the steps
 *     shelf_image_end(image)                               lock
 *     shelf_image_destroy(image)                           no lock
 *
 * "Lock" is whatever guards the shelf and its book; the caller holds it. Begin and end are a few
 * instructions, a step stays far below a millisecond. From begin to end, whoever changes a cell or
 * an order that the image has not reached puts it into the image first, as it was; that costs a
 * writer some tens of nanoseconds, once for each. Nothing a writer does can fail because of an
 * image: without memory for what is to be kept the image has failed, and the next step says so. */
#ifndef LEDGER_SHELF_IMAGE_H
#define LEDGER_SHELF_IMAGE_H

#include "base/buffer.h"
#include "ledger/order_book.h"

struct shelf_image;

/* How much there is: what shelf_load_begin() has to know beside the entries. */
struct shelf_image_sizes {
    uint32_t cells_count;
    uint32_t orders_count;
};

/* What a step gives beyond what was wanted, at most. */
#define SHELF_IMAGE_SLACK_BYTES ((size_t)64 * 1024)

/* An image of a shelf that has about so many cells; there is room for some more. NULL: no memory.
 * Without the lock: this is where memory is allocated, and where it is freed. An image that began
 * is ended first. */
MUST_USE struct shelf_image *shelf_image_create(uint32_t cells_count);
void shelf_image_destroy(struct shelf_image *image);

/* The image is to be of this moment. An image begins once, and a shelf has one image at a time.
 * ERR_FULL: the shelf grew, there is no room for its cells; nothing began, create a larger one. */
MUST_USE enum err shelf_image_begin(struct shelf_image *image, struct shelf *shelf,
                                    struct order_book *book);

/* Known from begin on, and constant: no lock is needed. */
struct shelf_image_sizes shelf_image_sizes(const struct shelf_image *image);

/* Appends the next entries, always whole ones: until `bytes_wanted` are exceeded, by no more than
 * SHELF_IMAGE_SLACK_BYTES, or the step is long enough. It may well append nothing. With *done there
 * are no more. Where `entries` has bytes_wanted + SHELF_IMAGE_SLACK_BYTES reserved, the step
 * allocates nothing. ERR_MEMORY: the image has failed and is to be ended. */
MUST_USE enum err shelf_image_read(struct shelf_image *image, size_t bytes_wanted,
                                   struct buffer *entries, bool *done);

/* No more is wanted: done, failed, or given up at any time after begin. The shelf and its book know
 * nothing of the image any more. */
void shelf_image_end(struct shelf_image *image);

#endif
