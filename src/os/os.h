/* The one door to files, clocks and randomness (DESIGN §7). os_real() is the machine; a simulator
 * stands in for it in tests and cuts the power where it likes. Every function may be called from
 * any thread; one file is written by one thread at a time. */
#ifndef OS_OS_H
#define OS_OS_H

#include "base/bytes.h"

struct os_file;

enum os_open_mode {
    OS_OPEN_READ,   /* The file must exist. */
    OS_OPEN_WRITE,  /* The file must exist; read and write. */
    OS_OPEN_CREATE, /* The file must not exist; read and write, mode 0600. */
};

/* Calls `visit` with the name of each entry of a folder but `.` and `..`, in no order. */
typedef void os_visit_name(void *context, const char *name);

struct os {
    /* Opens a file. Gives it in *file; closed by close(). ERR_NOT_FOUND, ERR_BUSY when a file to
     * create is there already, ERR_IO. */
    enum err (*open)(struct os *os, const char *path, enum os_open_mode mode,
                     struct os_file **file);
    void (*close)(struct os *os, struct os_file *file);

    /* Reads up to `size` bytes at `offset`; *got is less than `size` only at the end. */
    enum err (*read)(struct os *os, struct os_file *file, uint64_t offset, void *data, size_t size,
                     size_t *got);
    /* Writes all of `bytes` at `offset`, or fails; what then stands there is unknown. */
    enum err (*write)(struct os *os, struct os_file *file, uint64_t offset, struct bytes bytes);
    /* Claims disk space for the first `size` bytes and makes the file at least that long, zeros
     * where nothing was written. ERR_FULL when the disk has no room. */
    enum err (*allocate)(struct os *os, struct os_file *file, uint64_t size);
    /* Cuts the file to `size` bytes. */
    enum err (*truncate)(struct os *os, struct os_file *file, uint64_t size);
    /* Returns when all that was written, and the length, would survive a power cut. After an error
     * nobody knows what would, and later syncs do not cover what this one left out. */
    enum err (*sync)(struct os *os, struct os_file *file);
    enum err (*size)(struct os *os, struct os_file *file, uint64_t *size);
    /* Where bytes begin, from `offset` on, that may be other than zeros: what lies before need not
     * be read. The file's size or more where there are none. */
    enum err (*next_data)(struct os *os, struct os_file *file, uint64_t offset, uint64_t *next);
    /* Lets go of what the machine keeps of these bytes in memory, so that the next read shows what
     * the disk has. The two differ where a sync failed, and no later one says so. The file was
     * synced before. */
    void (*drop_cache)(struct os *os, struct os_file *file, uint64_t offset, uint64_t size);

    /* Whether the path names this open file. False: it was moved away, removed, or replaced. */
    bool (*is_at)(struct os *os, struct os_file *file, const char *path);

    /* Takes the only writer's lock of an open file, for as long as it is open. ERR_BUSY. */
    enum err (*lock)(struct os *os, struct os_file *file);

    /* Creates a folder with mode 0700; one that is there already is fine. */
    enum err (*make_folder)(struct os *os, const char *path);
    /* Makes creations and removals in the folder survive a power cut. */
    enum err (*sync_folder)(struct os *os, const char *path);
    enum err (*list_folder)(struct os *os, const char *path, os_visit_name *visit, void *context);
    enum err (*remove)(struct os *os, const char *path);

    /* Milliseconds since 1970-01-01T00:00:00Z; may jump. */
    int64_t (*now_ms)(struct os *os);
    /* Microseconds since some moment; never goes back. */
    int64_t (*uptime_us)(struct os *os);
    /* Returns when about `us` microseconds, 0 or more, went by. */
    void (*pause)(struct os *os, int64_t us);
    /* Fills `data` with bytes that nobody can guess. */
    void (*random)(struct os *os, void *data, size_t size);
};

/* The machine itself. One instance for ever. */
struct os *os_real(void);

/* Whether a path on the machine, which need not exist yet, is that folder or stands in it. */
bool os_path_is_within(const char *path, const char *folder);

/* Processors of the machine that this process may use, 1 or more. */
uint32_t os_processors_count(void);

/* Reads a whole file of at most `size_max` bytes into memory that the caller frees.
 * ERR_FULL: larger than that. ERR_NOT_FOUND, ERR_IO, ERR_MEMORY. */
MUST_USE enum err os_read_file(struct os *os, const char *path, size_t size_max, uint8_t **data,
                               size_t *size);

/* Makes a folder so that it survives a power cut: the one that it stands in is synced, where we may
 * read that. One that is there already is fine. ERR_NOT_FOUND: it would stand in none. */
MUST_USE enum err os_make_folder_synced(struct os *os, const char *path);

/* Makes what was done to a name survive a power cut: syncs the folder that `path` stands in, where
 * we may read that. ERR_INVALID: a path that is too long. ERR_NOT_FOUND, ERR_IO. */
enum err os_sync_parent(struct os *os, const char *path);

#endif
