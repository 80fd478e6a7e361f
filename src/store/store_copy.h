/* What goes along when a shelf is carried to another (C60), told in commands: a store reads some
 * cells of the first shelf at a time, and runs what follows from them on the other. What is carried
 * twice changes nothing. */
#ifndef STORE_STORE_COPY_H
#define STORE_STORE_COPY_H

#include "store/store.h"

enum { STORE_COPY_CELLS_MAX = 400 }; /* At a time. */

/* A copy that is under way, as a member of its store's own. */
struct store_copy {
    int64_t from_id;
    int64_t to_id;
    bool numbers; /* Not marks alone. */
    enum store_ties ties;
    bool with_unfit; /* One of the shelves has unfit units: of a type without any, that is said. */
    /* Runs STORE_COUNT or STORE_MARK. What it returns but OK ends the copy. */
    enum err (*run)(struct store_copy *copy, struct store_command *command);
    struct arena arena; /* Of the cells that are carried just now. */

    /* Results. */
    uint32_t cut_count; /* Cells that had more than may be written… */
    int64_t cut_units;  /* …and by how much. */
};

/* Carries these cells of the first shelf, STORE_COPY_CELLS_MAX at most; `views` are lent for the
 * call. ERR_MEMORY, or what run() gave: some of it may have been written. */
MUST_USE enum err store_copy_write(struct store_copy *copy, const struct stock_view *views,
                                   uint32_t views_count);

/* Logs what was left behind, if anything was. */
void store_copy_tell(const struct store_copy *copy);

#endif
