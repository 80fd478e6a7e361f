/* A change is a file that was closed by a writer, got the name, or was put there as a link. Writing
 * by itself is none, but a change that is there waits on for it. Events that the kernel dropped may
 * have been any, and a folder that went may be there anew: they count as a change. */
#include "ctl/file_watch.h"

#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

enum {
    CHANGES = IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE,
    EVENTS = CHANGES | IN_MODIFY | IN_MOVE_SELF | IN_DELETE_SELF,
    ANYTHING = IN_Q_OVERFLOW | IN_MOVE_SELF | IN_DELETE_SELF | IN_IGNORED,
    READ_BYTES = 16 * 1024,
};

/* Watches the folder of `path`, which it takes. */
static enum err folder_add(struct file_watch *watch, int index, char *path)
{
    watch->paths[index] = path;
    char *folder = strdup(path);
    if (folder == NULL)
        return ERR_MEMORY;
    watch->folders[index] = inotify_add_watch(watch->fd, dirname(folder), EVENTS);
    free(folder);
    const char *slash = strrchr(path, '/');
    watch->names[index] = slash == NULL ? path : slash + 1;
    return watch->folders[index] >= 0 ? OK : ERR_IO;
}

enum err file_watch_open(struct file_watch *watch, const char *path)
{
    *watch = (struct file_watch){.fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC)};
    for (int i = 0; i < FILE_WATCH_FOLDERS_MAX; i++)
        watch->folders[i] = -1;
    if (watch->fd < 0)
        return errno == ENOMEM ? ERR_MEMORY : ERR_IO;
    char *copy = strdup(path);
    if (copy == NULL)
        return ERR_MEMORY;
    const enum err error = folder_add(watch, 0, copy);
    if (error != OK)
        return error;
    char *target = realpath(path, NULL);
    if (target == NULL)
        return errno == ENOMEM ? ERR_MEMORY : OK; /* There is none yet. */
    return folder_add(watch, 1, target);
}

void file_watch_close(struct file_watch *watch)
{
    if (watch->fd >= 0)
        (void)close(watch->fd);
    for (int i = 0; i < FILE_WATCH_FOLDERS_MAX; i++)
        free(watch->paths[i]);
    *watch = (struct file_watch){.fd = -1};
}

int file_watch_fd(const struct file_watch *watch)
{
    return watch->fd;
}

static bool is_ours(const struct file_watch *watch, const struct inotify_event *event)
{
    if ((event->mask & ANYTHING) != 0)
        return true;
    for (int i = 0; i < FILE_WATCH_FOLDERS_MAX; i++) {
        if (event->len > 0 && event->wd == watch->folders[i] &&
            strcmp(event->name, watch->names[i]) == 0)
            return true;
    }
    return false;
}

void file_watch_take(struct file_watch *watch, int64_t now_ms)
{
    _Alignas(struct inotify_event) uint8_t data[READ_BYTES];
    ssize_t size = read(watch->fd, data, sizeof(data));
    while (size > 0) {
        for (ssize_t at = 0; at < size;) {
            const struct inotify_event *event = (const void *)(data + at);
            at += (ssize_t)(sizeof(*event) + event->len);
            if (!is_ours(watch, event))
                continue;
            watch->changed_ms = now_ms;
            watch->is_changed = watch->is_changed || (event->mask & (CHANGES | ANYTHING)) != 0;
        }
        size = read(watch->fd, data, sizeof(data));
    }
}

int64_t file_watch_wait_ms(const struct file_watch *watch, int64_t settle_ms, int64_t now_ms)
{
    if (!watch->is_changed)
        return -1;
    const int64_t left_ms = watch->changed_ms + settle_ms - now_ms;
    return left_ms > 0 ? left_ms : 0;
}
