/* Entries are few, so they stand in a plain array. */
#include "os/os_sim_disk.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

/* Invariant: the entry of a folder stands before those of what is in it. */
struct os_sim_entry {
    char *path;
    struct os_sim_node *now;    /* NULL: no such file. */
    struct os_sim_node *synced; /* What a power cut may bring back. */
};

void os_sim_disk_init(struct os_sim_disk *disk, uint64_t bytes_max)
{
    *disk = (struct os_sim_disk){.bytes_max = bytes_max};
}

void os_sim_disk_deinit(struct os_sim_disk *disk)
{
    while (disk->nodes != NULL) {
        struct os_sim_node *node = disk->nodes;
        disk->nodes = node->next;
        os_sim_file_destroy(node->file);
        free(node);
    }
    for (size_t i = 0; i < disk->entries_count; i++)
        free(disk->entries[i].path);
    free(disk->entries);
}

/* Length of the part of a path that names its folder; 0: the root. */
static size_t folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? 0 : (size_t)(slash - path);
}

static struct os_sim_entry *entry_find(const struct os_sim_disk *disk, const char *path,
                                       size_t length)
{
    for (size_t i = 0; i < disk->entries_count; i++) {
        struct os_sim_entry *entry = &disk->entries[i];
        if (strlen(entry->path) == length && memcmp(entry->path, path, length) == 0)
            return entry;
    }
    return NULL;
}

static struct os_sim_entry *entry_add(struct os_sim_disk *disk, const char *path)
{
    if (disk->entries_count == disk->entries_max) {
        disk->entries_max = disk->entries_max * 2 + 8;
        disk->entries = realloc(disk->entries, disk->entries_max * sizeof(disk->entries[0]));
        ASSERT(disk->entries != NULL);
    }
    struct os_sim_entry *made = &disk->entries[disk->entries_count++];
    *made = (struct os_sim_entry){.path = strdup(path)};
    ASSERT(made->path != NULL);
    return made;
}

static bool is_folder(const struct os_sim_disk *disk, const char *path, size_t length)
{
    const struct os_sim_entry *entry = entry_find(disk, path, length);
    return length == 0 || (entry != NULL && entry->now != NULL && entry->now->file == NULL);
}

struct os_sim_node *os_sim_disk_find(const struct os_sim_disk *disk, const char *path)
{
    const struct os_sim_entry *entry = entry_find(disk, path, strlen(path));
    return entry == NULL ? NULL : entry->now;
}

bool os_sim_disk_is_folder(const struct os_sim_disk *disk, const char *path)
{
    return is_folder(disk, path, strlen(path));
}

bool os_sim_disk_has_folder_of(const struct os_sim_disk *disk, const char *path)
{
    return is_folder(disk, path, folder_length(path));
}

struct os_sim_node *os_sim_disk_create(struct os_sim_disk *disk, const char *path,
                                       struct os_sim_file *file)
{
    struct os_sim_node *node = calloc(1, sizeof(*node));
    ASSERT(node != NULL);
    node->file = file;
    node->next = disk->nodes;
    disk->nodes = node;
    struct os_sim_entry *entry = entry_find(disk, path, strlen(path));
    if (entry == NULL)
        entry = entry_add(disk, path);
    ASSERT(entry->now == NULL);
    entry->now = node;
    return node;
}

void os_sim_disk_remove(struct os_sim_disk *disk, const char *path)
{
    struct os_sim_entry *entry = entry_find(disk, path, strlen(path));
    ASSERT(entry != NULL);
    entry->now = NULL;
}

static bool entry_is_in(const struct os_sim_entry *entry, const char *folder)
{
    const size_t length = folder_length(entry->path);
    return length == strlen(folder) && memcmp(entry->path, folder, length) == 0;
}

static bool node_is_named(const struct os_sim_disk *disk, const struct os_sim_node *node)
{
    for (size_t i = 0; i < disk->entries_count; i++) {
        if (disk->entries[i].now == node || disk->entries[i].synced == node)
            return true;
    }
    return false;
}

/* Lets go of what nobody can get at any more. */
static void collect(struct os_sim_disk *disk)
{
    struct os_sim_node **next = &disk->nodes;
    while (*next != NULL) {
        struct os_sim_node *node = *next;
        if (node->opened_count > 0 || node_is_named(disk, node)) {
            next = &node->next;
            continue;
        }
        *next = node->next;
        os_sim_file_destroy(node->file);
        free(node);
    }
}

void os_sim_disk_sync_folder(struct os_sim_disk *disk, const char *path)
{
    for (size_t i = 0; i < disk->entries_count; i++) {
        if (entry_is_in(&disk->entries[i], path))
            disk->entries[i].synced = disk->entries[i].now;
    }
    collect(disk);
}

void os_sim_disk_list_folder(const struct os_sim_disk *disk, const char *path, os_visit_name *visit,
                             void *context)
{
    for (size_t i = 0; i < disk->entries_count; i++) {
        const struct os_sim_entry *entry = &disk->entries[i];
        const size_t length = folder_length(entry->path);
        if (entry->now != NULL && entry_is_in(entry, path))
            visit(context, entry->path + length + (length > 0));
    }
}

static bool node_takes_disk(const struct os_sim_disk *disk, const struct os_sim_node *node)
{
    for (size_t i = 0; i < disk->entries_count; i++) {
        if (disk->entries[i].now == node)
            return true;
    }
    return node->opened_count > 0;
}

uint64_t os_sim_disk_bytes(const struct os_sim_disk *disk)
{
    uint64_t bytes = 0;
    for (const struct os_sim_node *node = disk->nodes; node != NULL; node = node->next) {
        if (node->file != NULL && node_takes_disk(disk, node))
            bytes += os_sim_file_claimed(node->file);
    }
    return bytes;
}

bool os_sim_disk_takes(const struct os_sim_disk *disk, const struct os_sim_node *node,
                       uint64_t size)
{
    const uint64_t growth = os_sim_file_growth(node->file, size);
    if (growth == 0 || disk->bytes_max == UINT64_MAX)
        return true;
    const uint64_t used = os_sim_disk_bytes(disk);
    return used <= disk->bytes_max && growth <= disk->bytes_max - used;
}

uint64_t os_sim_disk_digest(const struct os_sim_disk *disk, const char *folder)
{
    uint64_t digest = 0;
    for (size_t i = 0; i < disk->entries_count; i++) {
        const struct os_sim_entry *entry = &disk->entries[i];
        if (entry->now == NULL || !entry_is_in(entry, folder))
            continue;
        const uint64_t name = bytes_checksum(bytes_from_text(entry->path), 0);
        digest += entry->now->file == NULL ? name : os_sim_file_digest(entry->now->file, name);
    }
    return digest;
}

void os_sim_disk_end_process(struct os_sim_disk *disk)
{
    for (struct os_sim_node *node = disk->nodes; node != NULL; node = node->next) {
        node->opened_count = 0;
        node->locked = NULL;
    }
}

void os_sim_disk_cut_power(struct os_sim_disk *disk, uint64_t *random)
{
    for (size_t i = 0; i < disk->entries_count; i++) {
        struct os_sim_entry *entry = &disk->entries[i];
        if (os_sim_random(random) % 2 == 0)
            entry->now = entry->synced;
        if (!is_folder(disk, entry->path, folder_length(entry->path)))
            entry->now = NULL; /* Its folder was undone. */
        entry->synced = entry->now;
    }
    for (struct os_sim_node *node = disk->nodes; node != NULL; node = node->next) {
        if (node->file != NULL)
            os_sim_file_cut_power(node->file, random);
    }
    collect(disk);
}
