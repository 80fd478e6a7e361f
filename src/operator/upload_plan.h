/* The changes that a file makes: in two temporary files, those that become zero and all others, so
 * that the first leave first. One thread writes; when upload_plan_end() is past, any may read. */
#ifndef OPERATOR_UPLOAD_PLAN_H
#define OPERATOR_UPLOAD_PLAN_H

#include "wire/upload_state.h"

enum { UPLOAD_PLAN_PARTS = 2 };

struct upload_plan {
    int fds[UPLOAD_PLAN_PARTS];
    uint64_t bytes[UPLOAD_PLAN_PARTS];
    struct buffer pending[UPLOAD_PLAN_PARTS]; /* Not written yet. */
};

/* Nothing yet: only upload_plan_deinit() is good for it. */
void upload_plan_init(struct upload_plan *plan);
void upload_plan_deinit(struct upload_plan *plan);

/* Makes the files in `folder`; NULL: where temporary files are. ERR_IO: *problem says why. */
MUST_USE enum err upload_plan_open(struct upload_plan *plan, const char *folder,
                                   struct buffer *problem);

/* ERR_FULL: these are more than UPLOAD_PLAN_BYTES_MAX; ERR_IO: *problem says why; ERR_MEMORY. */
MUST_USE enum err upload_plan_add(struct upload_plan *plan, const struct upload_change *change,
                                  struct buffer *problem);
/* Nothing is added any more. ERR_IO: *problem says why. */
MUST_USE enum err upload_plan_end(struct upload_plan *plan, struct buffer *problem);

/* A walk from a position on. */
struct upload_walk {
    const struct upload_plan *plan;
    uint64_t position; /* Of the next change; 0: of the first. */
    uint64_t loaded_from;
    struct buffer loaded;
};

/* False: there is no such position. Ended by upload_walk_end(). */
MUST_USE bool upload_walk_begin(struct upload_walk *walk, const struct upload_plan *plan,
                                uint64_t position);
void upload_walk_end(struct upload_walk *walk);

bool upload_walk_is_over(const struct upload_walk *walk);

/* Gives the next change, which lends until the next call; there is one. ERR_IO: it cannot be read;
 * ERR_CORRUPT: the position is none; ERR_MEMORY. */
MUST_USE enum err upload_walk_next(struct upload_walk *walk, struct upload_change *change);

#endif
