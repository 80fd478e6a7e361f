/* What every struct os can do with its own functions. */
#include "os/os.h"

#include <stdlib.h>

static enum err read_opened(struct os *os, struct os_file *file, size_t size_max, uint8_t **data,
                            size_t *size)
{
    uint64_t file_size = 0;
    enum err error = os->size(os, file, &file_size);
    if (error != OK)
        return error;
    if (file_size > size_max)
        return ERR_FULL;
    uint8_t *content = malloc((size_t)file_size + 1); /* malloc(0) may give NULL. */
    if (content == NULL)
        return ERR_MEMORY;
    error = os->read(os, file, 0, content, (size_t)file_size, size);
    if (error != OK) {
        free(content);
        return error;
    }
    *data = content;
    return OK;
}

enum err os_read_file(struct os *os, const char *path, size_t size_max, uint8_t **data,
                      size_t *size)
{
    struct os_file *file = NULL;
    enum err error = os->open(os, path, OS_OPEN_READ, &file);
    if (error != OK)
        return error;
    error = read_opened(os, file, size_max, data, size);
    os->close(os, file);
    return error;
}
