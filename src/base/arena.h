/* Memory that is given out piece by piece and taken back all at once: what one request needs.
 * The blocks stay for the next request, so a busy exchange allocates nothing. One thread at a
 * time. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include "base/error.h"

struct arena_block;

struct arena {
    struct arena_block *first;
    struct arena_block *current;
};

/* An empty arena that owns nothing yet. Ended by arena_deinit(). */
void arena_init(struct arena *arena);
void arena_deinit(struct arena *arena);

/* Gives `size` bytes, aligned for any type, not zeroed, valid until reset. NULL: no memory. */
MUST_USE void *arena_allocate(struct arena *arena, size_t size);

/* How much an arena has given out. */
struct arena_mark {
    struct arena_block *block; /* NULL: nothing. */
    size_t used_bytes;
};

/* Remembers where an arena is, and takes back what it gave since then: for work that goes on in
 * rounds, each with memory of its own. A reset ends a mark. */
struct arena_mark arena_mark(const struct arena *arena);
void arena_rewind(struct arena *arena, struct arena_mark mark);

/* Bytes that the arena holds, given out or not. */
size_t arena_bytes(const struct arena *arena);

/* Takes everything back. Blocks beyond the first ARENA_KEPT_BYTES_MAX are freed. */
void arena_reset(struct arena *arena);

#endif
