/* Where the file system has no files without a name, it is unlinked as soon as it is open. */
#include "sheet/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES_MAX = 1024 };

static enum err fail(struct buffer *problem, const char *what)
{
    buffer_append_format(problem, "%s: %s", what, strerror(errno));
    return ERR_IO;
}

enum err spool_open(const char *folder, int *fd, struct buffer *problem)
{
    char path[PATH_BYTES_MAX];
    if (folder == NULL)
        folder = getenv("TMPDIR");
    if (folder == NULL || folder[0] == '\0')
        folder = "/tmp";
    *fd = open(folder, O_TMPFILE | O_EXCL | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (*fd >= 0)
        return OK; /* It never had a name. */
    const int size = snprintf(path, sizeof(path), "%s/stockctl-XXXXXX", folder);
    if (size < 0 || (size_t)size >= sizeof(path)) {
        buffer_append_text(problem, "the folder's name is too long");
        return ERR_IO;
    }
    *fd = mkostemp(path, O_CLOEXEC);
    if (*fd < 0)
        return fail(problem, "cannot make a temporary file");
    (void)unlink(path);
    return OK;
}

enum err spool_write(int fd, struct bytes more, uint64_t *bytes, struct buffer *problem)
{
    if (more.size > SPOOL_BYTES_MAX - *bytes) {
        buffer_append_text(problem, "it is larger than 4 GiB");
        return ERR_FULL;
    }
    while (more.size > 0) {
        const ssize_t count = write(fd, more.data, more.size);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return fail(problem, "cannot write to a temporary file");
        more = (struct bytes){more.data + count, more.size - (size_t)count};
        *bytes += (uint64_t)count;
    }
    return OK;
}

enum err spool_read(int fd, uint64_t offset, uint8_t *data, size_t size, size_t *got,
                    struct buffer *problem)
{
    *got = 0;
    while (*got < size) {
        const ssize_t count = pread(fd, data + *got, size - *got, (off_t)(offset + *got));
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return fail(problem, "cannot read a temporary file");
        if (count == 0)
            break;
        *got += (size_t)count;
    }
    return OK;
}
