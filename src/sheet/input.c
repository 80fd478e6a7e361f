/* A pipe is waited for in steps, so that somebody who wants to stop is asked in between. */
#include "sheet/input.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WAIT_MS = 100 };

void input_init(struct input *input, bool (*is_stopped)(void))
{
    *input = (struct input){.fd = -1, .is_stopped = is_stopped};
}

enum err input_open(struct input *input, const char *path, struct buffer *problem)
{
    if (strcmp(path, "-") == 0) {
        input->fd = STDIN_FILENO;
    } else {
        input->fd = open(path, O_RDONLY | O_CLOEXEC);
        input->fd_is_ours = true;
    }
    struct stat status = {.st_mode = 0};
    int code = input->fd < 0 || fstat(input->fd, &status) != 0 ? errno : 0;
    if (code == 0 && S_ISDIR(status.st_mode))
        code = EISDIR;
    if (code != 0) {
        buffer_append_format(problem, "cannot open %s: %s", path, strerror(code));
        return code == ENOENT ? ERR_NOT_FOUND : ERR_IO;
    }
    /* Standard input may be a file that somebody has read a part of. */
    input->is_file = S_ISREG(status.st_mode) && lseek(input->fd, 0, SEEK_CUR) == 0;
    input->bytes = S_ISREG(status.st_mode) ? (int64_t)status.st_size : 0;
    return OK;
}

void input_open_memory(struct input *input, struct bytes memory)
{
    input->memory = memory;
    input->bytes = (int64_t)memory.size;
}

enum err input_open_file(struct input *input, int fd)
{
    struct stat status;
    input->fd = fd;
    input->fd_is_ours = true;
    input->is_file = true;
    if (lseek(fd, 0, SEEK_SET) != 0 || fstat(fd, &status) != 0)
        return ERR_IO;
    input->bytes = (int64_t)status.st_size;
    return OK;
}

void input_close(struct input *input)
{
    if (input->fd_is_ours && input->fd >= 0)
        (void)close(input->fd);
    input->fd = -1;
}

/* Waits until a pipe has something. ERR_BUSY: it is not wanted any more. */
static enum err wait_readable(const struct input *input)
{
    struct pollfd poll_fd = {.fd = input->fd, .events = POLLIN};
    for (;;) {
        if (input->is_stopped != NULL && input->is_stopped())
            return ERR_BUSY;
        const int ready = poll(&poll_fd, 1, WAIT_MS);
        if (ready > 0)
            return OK;
        if (ready < 0 && errno != EINTR)
            return ERR_IO;
    }
}

static enum err read_some(struct input *input, uint8_t *data, size_t size, size_t *got)
{
    *got = 0;
    if (input->fd < 0) {
        *got = size < input->memory.size ? size : input->memory.size;
        if (*got > 0)
            memcpy(data, input->memory.data, *got);
        input->memory = (struct bytes){input->memory.data + *got, input->memory.size - *got};
        return OK;
    }
    for (;;) {
        if (!input->is_file) {
            const enum err error = wait_readable(input);
            if (error != OK)
                return error;
        }
        const ssize_t count = read(input->fd, data, size);
        if (count >= 0) {
            *got = (size_t)count;
            return OK;
        }
        if (errno != EINTR && errno != EAGAIN)
            return ERR_IO;
    }
}

enum err input_peek(struct input *input, struct bytes *head)
{
    ASSERT(input->done_bytes == 0);
    size_t got = 1;
    while (got > 0 && input->head_bytes < INPUT_HEAD_BYTES) {
        const enum err error = read_some(input, input->head + input->head_bytes,
                                         INPUT_HEAD_BYTES - input->head_bytes, &got);
        if (error != OK)
            return error;
        input->head_bytes += got;
    }
    *head = (struct bytes){input->head, input->head_bytes};
    return OK;
}

enum err input_read(struct input *input, uint8_t *data, size_t size, size_t *got)
{
    const size_t left = input->head_bytes - input->head_taken;
    enum err error = OK;
    if (left > 0) {
        *got = left < size ? left : size;
        memcpy(data, input->head + input->head_taken, *got);
        input->head_taken += *got;
    } else {
        error = read_some(input, data, size, got);
    }
    if (error == OK)
        input->done_bytes += (int64_t)*got;
    return error;
}
