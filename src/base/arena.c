/* A chain of blocks; allocation moves a mark. The chain survives a reset up to a limit, so that one
 * large request does not hold its memory for ever. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/limits.h"

struct arena_block {
    struct arena_block *next;
    size_t used_bytes;
    size_t bytes_max;
    alignas(max_align_t) unsigned char data[];
};

enum { BLOCK_BYTES_MIN = 64 * 1024 };

void arena_init(struct arena *arena)
{
    *arena = (struct arena){NULL, NULL};
}

static void blocks_free(struct arena_block *block)
{
    while (block != NULL) {
        struct arena_block *next = block->next;
        free(block);
        block = next;
    }
}

void arena_deinit(struct arena *arena)
{
    blocks_free(arena->first);
    arena_init(arena);
}

static size_t block_left(const struct arena_block *block)
{
    return block->bytes_max - block->used_bytes;
}

/* Puts a new block with at least `size` bytes behind the current one. */
static struct arena_block *block_add(struct arena *arena, size_t size)
{
    const size_t bytes_max = size < BLOCK_BYTES_MIN ? BLOCK_BYTES_MIN : size;
    struct arena_block *block = malloc(sizeof(*block) + bytes_max);
    if (block == NULL)
        return NULL;
    block->used_bytes = 0;
    block->bytes_max = bytes_max;
    if (arena->current == NULL) {
        block->next = arena->first;
        arena->first = block;
    } else {
        block->next = arena->current->next;
        arena->current->next = block;
    }
    return block;
}

void *arena_allocate(struct arena *arena, size_t size)
{
    if (size > SIZE_MAX / 2)
        return NULL;
    size = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    struct arena_block *block = arena->current != NULL ? arena->current : arena->first;
    while (block != NULL && block_left(block) < size)
        block = block->next;
    if (block == NULL)
        block = block_add(arena, size);
    if (block == NULL)
        return NULL;
    arena->current = block;
    void *piece = block->data + block->used_bytes;
    block->used_bytes += size;
    return piece;
}

struct arena_mark arena_mark(const struct arena *arena)
{
    struct arena_block *block = arena->current;
    return (struct arena_mark){block, block == NULL ? 0 : block->used_bytes};
}

/* Blocks are filled in the order of the chain, so what came later stands behind. */
void arena_rewind(struct arena *arena, struct arena_mark mark)
{
    struct arena_block *block = mark.block == NULL ? arena->first : mark.block->next;
    for (; block != NULL; block = block->next)
        block->used_bytes = 0;
    if (mark.block != NULL)
        mark.block->used_bytes = mark.used_bytes;
    arena->current = mark.block;
}

size_t arena_bytes(const struct arena *arena)
{
    size_t bytes = 0;
    for (const struct arena_block *block = arena->first; block != NULL; block = block->next)
        bytes += sizeof(*block) + block->bytes_max;
    return bytes;
}

void arena_reset(struct arena *arena)
{
    size_t kept_bytes = 0;
    struct arena_block **link = &arena->first;
    while (*link != NULL && kept_bytes + (*link)->bytes_max <= ARENA_KEPT_BYTES_MAX) {
        kept_bytes += (*link)->bytes_max;
        (*link)->used_bytes = 0;
        link = &(*link)->next;
    }
    blocks_free(*link);
    *link = NULL;
    arena->current = NULL;
}
