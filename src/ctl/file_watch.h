/* Notices that a file was written or replaced, by inotify on the folder that it stands in, so that
 * a rename over it, a removal and a new one are seen too. A writer may take his time: a change
 * counts when nothing happened to the file for a while. */
#ifndef CTL_FILE_WATCH_H
#define CTL_FILE_WATCH_H

#include "base/bytes.h"

enum { FILE_WATCH_FOLDERS_MAX = 2 };

struct file_watch {
    int fd;
    /* The folder of the path; and of what it is a link to, if that is another one. */
    int folders[FILE_WATCH_FOLDERS_MAX];
    const char *names[FILE_WATCH_FOLDERS_MAX];
    char *paths[FILE_WATCH_FOLDERS_MAX];
    bool is_changed;
    int64_t changed_ms; /* Of the last event. */
};

/* Begins. ERR_IO with errno set: the folder cannot be watched; ERR_MEMORY. Ended by
 * file_watch_close() in any case. */
MUST_USE enum err file_watch_open(struct file_watch *watch, const char *path);
void file_watch_close(struct file_watch *watch);

/* What becomes readable when there is something to take. */
int file_watch_fd(const struct file_watch *watch);

/* Takes what happened, at `now_ms` of a clock that never goes back. */
void file_watch_take(struct file_watch *watch, int64_t now_ms);

/* Milliseconds until a change that is there counts, when nothing else happens; 0: it counts now;
 * negative: there is none. */
int64_t file_watch_wait_ms(const struct file_watch *watch, int64_t settle_ms, int64_t now_ms);

#endif
