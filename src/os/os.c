/* What every struct os can do with its own functions. */
#include "os/os.h"

#include "base/buffer.h"

enum { READ_BYTES = 64 * 1024 };

/* Reads to the end; the size is not asked for, as a pipe has none. */
static enum err read_opened(struct os *os, struct os_file *file, size_t size_max,
                            struct buffer *content)
{
    size_t got = READ_BYTES;
    while (got == READ_BYTES) {
        if (buffer_reserve(content, READ_BYTES) != OK)
            return ERR_MEMORY;
        const enum err error =
            os->read(os, file, content->size, content->data + content->size, READ_BYTES, &got);
        if (error != OK)
            return error;
        content->size += got;
        if (content->size > size_max)
            return ERR_FULL;
    }
    return OK;
}

enum err os_read_file(struct os *os, const char *path, size_t size_max, uint8_t **data,
                      size_t *size)
{
    struct os_file *file = NULL;
    enum err error = os->open(os, path, OS_OPEN_READ, &file);
    if (error != OK)
        return error;
    struct buffer content;
    buffer_init(&content);
    error = read_opened(os, file, size_max, &content);
    os->close(os, file);
    if (error != OK) {
        buffer_deinit(&content);
        return error;
    }
    *data = content.data;
    *size = content.size;
    return OK;
}
