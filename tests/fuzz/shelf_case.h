/* A shelf with its orders, as the journal or a checkpoint brings it back: checked from outside,
 * made an image of, and loaded again. */
#ifndef TESTS_FUZZ_SHELF_CASE_H
#define TESTS_FUZZ_SHELF_CASE_H

#include "ledger/shelf_image.h"
#include "ledger/shelf_load.h"

struct shelf_case {
    struct shelf *shelf;
    struct order_book *book;
};

/* Ended by shelf_case_deinit(). */
void shelf_case_init(struct shelf_case *one, bool keeps_history);
void shelf_case_deinit(struct shelf_case *one);

/* Everything that follows from something else does: by the product's own check, and by adding up
 * once more what orders hold. */
void shelf_case_check(const struct shelf_case *one);

/* Appends the image of this moment. Gives what a load has to know beside it. */
struct shelf_image_sizes shelf_case_image(struct shelf_case *one, struct buffer *entries);

/* Makes an empty one of the same image. False: it was refused, and cannot be used any more. */
bool shelf_case_load(struct shelf_case *one, const struct shelf_image_sizes *sizes,
                     struct bytes entries);

/* Both are the same, down to the order of their orders. */
void shelf_case_check_equal(struct shelf_case *left, struct shelf_case *right, bool keeps_history);

/* Image and load give the same shelf again. */
void shelf_case_check_copy(struct shelf_case *one, bool keeps_history);

/* All orders come to an end, one way or the other, and nothing is reserved then. */
void shelf_case_end_orders(struct shelf_case *one);

#endif
