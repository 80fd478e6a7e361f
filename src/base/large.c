/* The kernel gives huge pages where an address is a multiple of their size, so a mapping that moves
 * moves to such an address: then whole pages are moved, and nothing is copied. */
#include "base/large.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/error.h"

#define HUGE_PAGE_BYTES ((size_t)2 * 1024 * 1024)

static size_t whole_pages(size_t size)
{
    return (size + HUGE_PAGE_BYTES - 1) / HUGE_PAGE_BYTES * HUGE_PAGE_BYTES;
}

/* Addresses for whole pages, from a multiple of their size on. NULL: no memory. */
static uint8_t *map(size_t bytes, int protection)
{
    uint8_t *data =
        mmap(NULL, bytes + HUGE_PAGE_BYTES, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (data == MAP_FAILED)
        return NULL;
    const size_t before = whole_pages((uintptr_t)data) - (uintptr_t)data;
    if (before > 0)
        (void)munmap(data, before);
    (void)munmap(data + before + bytes, HUGE_PAGE_BYTES - before);
    return data + before;
}

static void *map_huge(size_t bytes)
{
    uint8_t *data = map(bytes, PROT_READ | PROT_WRITE);
    if (data != NULL)
        (void)madvise(data, bytes, MADV_HUGEPAGE); /* Small ones do, too. */
    return data;
}

static void *map_larger(void *data, size_t old_bytes, size_t bytes)
{
    if (bytes == old_bytes)
        return data;
    uint8_t *place = map(bytes, PROT_NONE);
    if (place == NULL)
        return NULL;
    void *moved = mremap(data, old_bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, place);
    if (moved != MAP_FAILED)
        return moved;
    (void)munmap(place, bytes);
    return NULL;
}

void *large_resize(void *data, size_t old_size, size_t size)
{
    ASSERT(size >= old_size && size > 0);
    ASSERT(size <= SIZE_MAX / 2);
    if (size < HUGE_PAGE_BYTES)
        return realloc(data, size);
    if (old_size >= HUGE_PAGE_BYTES)
        return map_larger(data, whole_pages(old_size), whole_pages(size));
    void *made = map_huge(whole_pages(size));
    if (made == NULL || data == NULL)
        return made;
    memcpy(made, data, old_size);
    free(data);
    return made;
}

void large_free(void *data, size_t size)
{
    if (size < HUGE_PAGE_BYTES)
        free(data);
    else if (data != NULL)
        (void)munmap(data, whole_pages(size));
}
