/* The names on the simulated disk (os_sim.h): which file or folder each path names, now and after a
 * power cut, and how much of the disk is taken. Knows neither calls nor faults. A path without a
 * folder stands in the root, "". One thread at a time. */
#ifndef OS_OS_SIM_DISK_H
#define OS_OS_SIM_DISK_H

#include "os/os.h"
#include "os/os_sim_file.h"

/* A file or a folder. Lives for as long as it is open, named, or named again by a power cut. */
struct os_sim_node {
    struct os_sim_file *file;     /* NULL: a folder. */
    uint32_t opened_count;        /* By the process that runs now. */
    const struct os_file *locked; /* By this one of them. */
    struct os_sim_node *next;
};

struct os_sim_entry;

struct os_sim_disk {
    struct os_sim_entry *entries;
    size_t entries_count;
    size_t entries_max;
    struct os_sim_node *nodes;
    uint64_t bytes_max;
};

/* An empty disk that takes `bytes_max`. */
void os_sim_disk_init(struct os_sim_disk *disk, uint64_t bytes_max);
void os_sim_disk_deinit(struct os_sim_disk *disk);

/* What a path names, or NULL. */
struct os_sim_node *os_sim_disk_find(const struct os_sim_disk *disk, const char *path);

bool os_sim_disk_is_folder(const struct os_sim_disk *disk, const char *path);

/* Whether the folder that the path stands in exists. */
bool os_sim_disk_has_folder_of(const struct os_sim_disk *disk, const char *path);

/* Names a new folder, or with `file` a new file, which it takes. */
struct os_sim_node *os_sim_disk_create(struct os_sim_disk *disk, const char *path,
                                       struct os_sim_file *file);
void os_sim_disk_remove(struct os_sim_disk *disk, const char *path);

/* From now on a power cut leaves the names that are in the folder. */
void os_sim_disk_sync_folder(struct os_sim_disk *disk, const char *path);
void os_sim_disk_list_folder(const struct os_sim_disk *disk, const char *path, os_visit_name *visit,
                             void *context);

/* Bytes that files take which have a name or are open. */
uint64_t os_sim_disk_bytes(const struct os_sim_disk *disk);

/* Whether the file may grow to `size`. */
bool os_sim_disk_takes(const struct os_sim_disk *disk, const struct os_sim_node *node,
                       uint64_t size);

/* A checksum of what is in a folder, in whatever order it came. */
uint64_t os_sim_disk_digest(const struct os_sim_disk *disk, const char *folder);

/* Closes and unlocks all files. */
void os_sim_disk_end_process(struct os_sim_disk *disk);

/* Decides the fate of every name and of all that is in the files. */
void os_sim_disk_cut_power(struct os_sim_disk *disk, uint64_t *random);

#endif
