/* What every struct os can do with its own functions. */
#include "os/os.h"

#include <stdio.h>
#include <string.h>

#include "base/buffer.h"

enum { READ_BYTES = 64 * 1024, PATH_BYTES_MAX = 4096 };

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

enum err os_make_folder_synced(struct os *os, const char *path)
{
    const enum err error = os->make_folder(os, path);
    return error == OK ? os_sync_parent(os, path) : error;
}

enum err os_sync_parent(struct os *os, const char *path)
{
    char parent[PATH_BYTES_MAX];
    if (snprintf(parent, sizeof(parent), "%s", path) >= (int)sizeof(parent))
        return ERR_INVALID;
    for (size_t i = strlen(parent); i > 1 && parent[i - 1] == '/'; i--)
        parent[i - 1] = '\0'; /* A trailing slash names the same folder. */
    char *slash = strrchr(parent, '/');
    if (slash == NULL)
        (void)snprintf(parent, sizeof(parent), ".");
    else
        slash[slash == parent] = '\0'; /* The root keeps its own slash. */
    const enum err error = os->sync_folder(os, parent);
    return error == ERR_DENIED ? OK : error; /* Entered but not read: somebody else made it. */
}
