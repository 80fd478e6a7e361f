/* struct os over Linux: positional reads and writes, fdatasync, fallocate, flock. A call that was
 * interrupted is repeated; a write of zero bytes is an error, not a loop. */
#include "os/os.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct os_file {
    int fd;
};

enum { FILE_MODE = 0600, FOLDER_MODE = 0700 };

static enum err err_from_errno(void)
{
    switch (errno) {
    case ENOENT:
    case ENOTDIR:
        return ERR_NOT_FOUND;
    case EACCES:
    case EPERM:
    case EROFS:
        return ERR_DENIED;
    case EISDIR:
        return ERR_UNSUPPORTED;
    case EEXIST:
    case EWOULDBLOCK:
        return ERR_BUSY;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return ERR_FULL;
    case ENOMEM:
        return ERR_MEMORY;
    default:
        return ERR_IO;
    }
}

static int open_flags(enum os_open_mode mode)
{
    switch (mode) {
    case OS_OPEN_READ:
        return O_RDONLY;
    case OS_OPEN_WRITE:
        return O_RDWR;
    case OS_OPEN_CREATE:
        return O_RDWR | O_CREAT | O_EXCL;
    }
    return O_RDONLY;
}

static enum err real_open(struct os *os, const char *path, enum os_open_mode mode,
                          struct os_file **file)
{
    (void)os;
    struct os_file *opened = malloc(sizeof(*opened));
    if (opened == NULL)
        return ERR_MEMORY;
    opened->fd = open(path, open_flags(mode) | O_CLOEXEC, FILE_MODE);
    if (opened->fd < 0) {
        const enum err error = err_from_errno();
        free(opened);
        return error;
    }
    *file = opened;
    return OK;
}

static void real_close(struct os *os, struct os_file *file)
{
    (void)os;
    if (file == NULL)
        return;
    (void)close(file->fd); /* Whatever had to last was synced before. */
    free(file);
}

static enum err real_read(struct os *os, struct os_file *file, uint64_t offset, void *data,
                          size_t size, size_t *got)
{
    (void)os;
    size_t done = 0;
    while (done < size) {
        ssize_t count =
            pread(file->fd, (uint8_t *)data + done, size - done, (off_t)(offset + done));
        if (count < 0 && errno == ESPIPE) /* A pipe has no places, only what comes next. */
            count = read(file->fd, (uint8_t *)data + done, size - done);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return err_from_errno();
        if (count == 0)
            break;
        done += (size_t)count;
    }
    *got = done;
    return OK;
}

static enum err real_write(struct os *os, struct os_file *file, uint64_t offset, struct bytes bytes)
{
    (void)os;
    size_t done = 0;
    while (done < bytes.size) {
        const ssize_t count =
            pwrite(file->fd, bytes.data + done, bytes.size - done, (off_t)(offset + done));
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return count == 0 ? ERR_IO : err_from_errno();
        done += (size_t)count;
    }
    return OK;
}

static enum err real_allocate(struct os *os, struct os_file *file, uint64_t size)
{
    (void)os;
    int code = 0;
    do {
        code = posix_fallocate(file->fd, 0, (off_t)size);
    } while (code == EINTR);
    errno = code;
    return code == 0 ? OK : err_from_errno();
}

static enum err real_truncate(struct os *os, struct os_file *file, uint64_t size)
{
    (void)os;
    return ftruncate(file->fd, (off_t)size) == 0 ? OK : err_from_errno();
}

static enum err real_sync(struct os *os, struct os_file *file)
{
    (void)os;
    return fdatasync(file->fd) == 0 ? OK : ERR_IO;
}

static enum err real_size(struct os *os, struct os_file *file, uint64_t *size)
{
    (void)os;
    struct stat status;
    if (fstat(file->fd, &status) != 0)
        return err_from_errno();
    *size = (uint64_t)status.st_size;
    return OK;
}

static enum err real_next_data(struct os *os, struct os_file *file, uint64_t offset, uint64_t *next)
{
    const off_t found = lseek(file->fd, (off_t)offset, SEEK_DATA);
    *next = offset; /* Of a file system that knows no holes everything is data. */
    if (found >= 0)
        *next = (uint64_t)found;
    else if (errno == ENXIO)
        return real_size(os, file, next);
    return OK;
}

/* Pages whose write failed are kept as if they were on the disk, but not for ever: they may go. */
static void real_drop_cache(struct os *os, struct os_file *file, uint64_t offset, uint64_t size)
{
    (void)os;
    (void)posix_fadvise(file->fd, (off_t)offset, (off_t)size, POSIX_FADV_DONTNEED);
}

static bool real_is_at(struct os *os, struct os_file *file, const char *path)
{
    (void)os;
    struct stat opened;
    struct stat named;
    return fstat(file->fd, &opened) == 0 && stat(path, &named) == 0 &&
           opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

static enum err real_lock(struct os *os, struct os_file *file)
{
    (void)os;
    return flock(file->fd, LOCK_EX | LOCK_NB) == 0 ? OK : err_from_errno();
}

static enum err real_make_folder(struct os *os, const char *path)
{
    (void)os;
    if (mkdir(path, FOLDER_MODE) == 0 || errno == EEXIST)
        return OK;
    return err_from_errno();
}

static enum err real_sync_folder(struct os *os, const char *path)
{
    (void)os;
    const int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return err_from_errno();
    const enum err error = fsync(fd) == 0 ? OK : err_from_errno();
    (void)close(fd);
    return error;
}

static enum err real_list_folder(struct os *os, const char *path, os_visit_name *visit,
                                 void *context)
{
    (void)os;
    DIR *folder = opendir(path);
    if (folder == NULL)
        return err_from_errno();
    errno = 0;
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            visit(context, entry->d_name);
        errno = 0;
    }
    const enum err error = errno == 0 ? OK : ERR_IO;
    (void)closedir(folder);
    return error;
}

static enum err real_remove(struct os *os, const char *path)
{
    (void)os;
    return unlink(path) == 0 ? OK : err_from_errno();
}

static int64_t clock_ns(clockid_t clock)
{
    struct timespec now;
    ASSERT(clock_gettime(clock, &now) == 0);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int64_t real_now_ms(struct os *os)
{
    (void)os;
    return clock_ns(CLOCK_REALTIME) / 1000000;
}

static int64_t real_uptime_us(struct os *os)
{
    (void)os;
    return clock_ns(CLOCK_MONOTONIC) / 1000;
}

static void real_pause(struct os *os, int64_t us)
{
    (void)os;
    const struct timespec pause = {us / 1000000, us % 1000000 * 1000};
    (void)nanosleep(&pause, NULL);
}

static void real_random(struct os *os, void *data, size_t size)
{
    (void)os;
    size_t done = 0;
    while (done < size) {
        const ssize_t count = getrandom((uint8_t *)data + done, size - done, 0);
        ASSERT(count > 0 || errno == EINTR);
        if (count > 0)
            done += (size_t)count;
    }
}

struct os *os_real(void)
{
    static struct os real = {
        .open = real_open,
        .close = real_close,
        .read = real_read,
        .write = real_write,
        .allocate = real_allocate,
        .truncate = real_truncate,
        .sync = real_sync,
        .size = real_size,
        .next_data = real_next_data,
        .drop_cache = real_drop_cache,
        .is_at = real_is_at,
        .lock = real_lock,
        .make_folder = real_make_folder,
        .sync_folder = real_sync_folder,
        .list_folder = real_list_folder,
        .remove = real_remove,
        .now_ms = real_now_ms,
        .uptime_us = real_uptime_us,
        .pause = real_pause,
        .random = real_random,
    };
    return &real;
}

/* The real path of the nearest folder above, or at, a path that exists. The caller frees it. */
static char *real_path_above(const char *path)
{
    char *copy = strdup(path);
    char *found = copy == NULL ? NULL : realpath(copy, NULL);
    while (copy != NULL && found == NULL && (errno == ENOENT || errno == ENOTDIR)) {
        char *slash = strrchr(copy, '/');
        if (slash == copy)
            copy[1] = '\0';
        else if (slash != NULL)
            *slash = '\0';
        found = realpath(slash == NULL ? "." : copy, NULL);
        if (slash == NULL || slash == copy)
            break;
    }
    free(copy);
    return found;
}

bool os_path_is_within(const char *path, const char *folder)
{
    char *inner = real_path_above(path);
    char *outer = realpath(folder, NULL);
    const size_t size = outer == NULL ? 0 : strlen(outer);
    const bool within = inner != NULL && outer != NULL && strncmp(inner, outer, size) == 0 &&
                        (inner[size] == '/' || inner[size] == '\0');
    free(inner);
    free(outer);
    return within;
}

uint32_t os_processors_count(void)
{
    const long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count < 1 ? 1 : (uint32_t)count;
}
