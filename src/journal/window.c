/* Memory that was never reached into is never touched. */
#include "journal/window.h"

#include <stdlib.h>

enum err window_init(struct window *window, struct os *os)
{
    *window = (struct window){.os = os, .data = malloc(WINDOW_BYTES_MAX)};
    return window->data == NULL ? ERR_MEMORY : OK;
}

void window_deinit(struct window *window)
{
    free(window->data);
}

void window_begin(struct window *window, struct os_file *file, uint64_t offset)
{
    window->file = file;
    window->offset = offset;
    window->size = 0;
    window->ended = false;
}

bool window_can_reach(const struct window *window, uint64_t offset, size_t size)
{
    return offset >= window->offset && offset - window->offset <= WINDOW_BYTES_MAX - size;
}

/* Reads on until `size` bytes are there, or the file ends. */
static enum err read_on(struct window *window, size_t size)
{
    while (window->size < size && !window->ended) {
        size_t wanted = size - window->size;
        if (wanted < WINDOW_READ_BYTES)
            wanted = WINDOW_READ_BYTES;
        if (wanted > WINDOW_BYTES_MAX - window->size)
            wanted = WINDOW_BYTES_MAX - window->size;
        size_t got = 0;
        const enum err error =
            window->os->read(window->os, window->file, window->offset + window->size,
                             window->data + window->size, wanted, &got);
        if (error != OK)
            return error;
        window->size += got;
        window->ended = got < wanted;
    }
    return OK;
}

enum err window_reach(struct window *window, uint64_t offset, size_t size, struct bytes *bytes)
{
    ASSERT(window_can_reach(window, offset, size));
    const size_t start = (size_t)(offset - window->offset);
    const enum err error = read_on(window, start + size);
    if (error != OK)
        return error;
    const size_t from = start < window->size ? start : window->size;
    *bytes = (struct bytes){window->data + from, window->size - from};
    return OK;
}
