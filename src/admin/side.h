/* One side of a copy: a data folder, or a database. Both are read shelf by shelf and filled shelf
 * by shelf, and what is read is the same from either. One thread.
 *
 *     source: side_open_*()  begin_reading()  documents(), read_shelf() until none  end_reading()
 *     target: side_open_*()  add_document(), add_shelf()  seal()  (read like a source)  finish()
 *
 * Until it is finished nobody else opens a target. After an error a side is good for
 * side_problem() and side_close() only. */
#ifndef ADMIN_SIDE_H
#define ADMIN_SIDE_H

#include "store/store_local.h"

enum { SIDE_PROBLEM_BYTES = 768 };

enum side_role { SIDE_SOURCE, SIDE_TARGET };

/* Who is told how far it is. */
struct side_watch {
    void *context;
    /* Of the folder's bytes. */
    void (*tell_bytes)(void *context, uint64_t bytes_done, uint64_t bytes_total);
    /* So many cells more. False: it is to end, and what is under way fails. */
    bool (*tell_cells)(void *context, uint64_t cells_count);
};

struct side_settings {
    struct os *os;
    enum side_role role;
    struct side_watch watch;
};

struct side;

typedef enum err side_take_document(void *context, struct bytes name, struct bytes content);

struct side_ops {
    enum err (*begin_reading)(struct side *side, uint64_t *cells_count);
    enum err (*read_documents)(struct side *side, void *context, side_take_document *take);
    enum err (*read_shelf)(struct side *side, struct store_shelf *shelf, bool *found);
    void (*end_reading)(struct side *side);
    enum err (*add_document)(struct side *side, struct bytes name, struct bytes content);
    enum err (*add_shelf)(struct side *side, const struct store_shelf *shelf);
    enum err (*seal)(struct side *side);
    enum err (*finish)(struct side *side);
    void (*close)(struct side *side);
};

struct side {
    const struct side_ops *ops;
    bool cleaned; /* What an unfinished copy had left in it was removed. */
    char problem[SIDE_PROBLEM_BYTES];
};

/* Opens a side. A target has to be empty. ERR_BUSY: it is not, or somebody has it open;
 * ERR_INVALID, ERR_IO, ERR_DENIED, ERR_UNSUPPORTED, ERR_CORRUPT, ERR_NOT_FOUND, ERR_FULL,
 * ERR_MEMORY: its problem says more. Gives the side in any case; NULL: no memory. */
MUST_USE enum err side_open_folder(const struct side_settings *settings, const char *folder,
                                   struct side **side);
MUST_USE enum err side_open_database(const struct side_settings *settings, const char *url,
                                     struct side **side);

/* Errors of all that follows are as above. What went wrong, in a line that follows its name. */
static inline const char *side_problem(const struct side *side)
{
    return side->problem;
}

/* Makes ready for reading from its beginning, and gives how many cells there are. Once for each
 * time that it is read. */
MUST_USE static inline enum err side_begin_reading(struct side *side, uint64_t *cells_count)
{
    return side->ops->begin_reading(side, cells_count);
}

/* Hands on all documents, in their order; an error of take() is given back. */
MUST_USE static inline enum err side_read_documents(struct side *side, void *context,
                                                    side_take_document *take)
{
    return side->ops->read_documents(side, context, take);
}

/* The next shelf, in the order of their numbers. Lent until the next call. False in *found: there
 * are no more. */
MUST_USE static inline enum err side_read_shelf(struct side *side, struct store_shelf *shelf,
                                                bool *found)
{
    return side->ops->read_shelf(side, shelf, found);
}

/* Lets go of what was read. */
static inline void side_end_reading(struct side *side)
{
    side->ops->end_reading(side);
}

MUST_USE static inline enum err side_add_document(struct side *side, struct bytes name,
                                                  struct bytes content)
{
    return side->ops->add_document(side, name, content);
}

/* Each shelf once. */
MUST_USE static inline enum err side_add_shelf(struct side *side, const struct store_shelf *shelf)
{
    return side->ops->add_shelf(side, shelf);
}

/* All was added: makes it durable. */
MUST_USE static inline enum err side_seal(struct side *side)
{
    return side->ops->seal(side);
}

/* From now on the target is a store like any. */
MUST_USE static inline enum err side_finish(struct side *side)
{
    return side->ops->finish(side);
}

/* NULL does nothing. */
static inline void side_close(struct side *side)
{
    if (side != NULL)
        side->ops->close(side);
}

#endif
