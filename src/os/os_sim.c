/* Names, open files, faults and the clock of the simulated machine; os_sim_file.c has the bytes. */
#include "os/os_sim.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "os/os_sim_file.h"

/* A file or a folder, with whatever names it. */
struct node {
    struct os_sim_file *file;     /* NULL: a folder. */
    uint32_t opened_count;        /* By the process that runs now. */
    const struct os_file *locked; /* By this one of them. */
    struct node *next;
};

/* Invariant: the entry of a folder stands before those of what is in it. */
struct entry {
    char *path;
    struct node *now;    /* NULL: no such file. */
    struct node *synced; /* What a power cut may bring back. */
};

struct os_file {
    struct node *node;
    uint64_t life; /* Of the machine; in a later one this file can only be closed. */
    bool writable;
};

/* Everything is guarded by `lock`. */
struct os_sim {
    struct os os; /* First: the os is the simulator. */
    pthread_mutex_t lock;
    uint64_t random;
    uint64_t life; /* Counts reboots and kills. */
    int64_t now_ms;
    int64_t uptime_us;
    uint64_t disk_bytes_max;

    uint64_t calls_count;
    uint64_t cut_at;
    uint64_t fail_at;
    enum err fail_with;
    bool off;

    struct entry *entries;
    size_t entries_count;
    size_t entries_max;
    struct node *nodes;
};

static struct os_sim *sim_lock(struct os *os)
{
    struct os_sim *sim = (struct os_sim *)(void *)os;
    pthread_mutex_lock(&sim->lock);
    return sim;
}

static void sim_unlock(struct os_sim **sim)
{
    pthread_mutex_unlock(&(*sim)->lock);
}

/* Declares `sim` and holds its lock to the end of the block. */
#define LOCKED CLEANUP(sim_unlock) struct os_sim *

/* Length of the part of a path that names its folder; 0: the root. */
static size_t folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? 0 : (size_t)(slash - path);
}

static struct entry *entry_find(const struct os_sim *sim, const char *path, size_t length)
{
    for (size_t i = 0; i < sim->entries_count; i++) {
        struct entry *entry = &sim->entries[i];
        if (strlen(entry->path) == length && memcmp(entry->path, path, length) == 0)
            return entry;
    }
    return NULL;
}

static struct node *node_find(const struct os_sim *sim, const char *path, size_t length)
{
    const struct entry *entry = entry_find(sim, path, length);
    return entry == NULL ? NULL : entry->now;
}

static bool is_folder(const struct os_sim *sim, const char *path, size_t length)
{
    const struct node *node = node_find(sim, path, length);
    return length == 0 || (node != NULL && node->file == NULL);
}

static bool entry_is_in(const struct entry *entry, const char *folder)
{
    const size_t length = folder_length(entry->path);
    return length == strlen(folder) && memcmp(entry->path, folder, length) == 0;
}

/* The entry of a path that need not exist. */
static struct entry *entry_at(struct os_sim *sim, const char *path)
{
    struct entry *found = entry_find(sim, path, strlen(path));
    if (found != NULL)
        return found;
    if (sim->entries_count == sim->entries_max) {
        sim->entries_max = sim->entries_max * 2 + 8;
        sim->entries = realloc(sim->entries, sim->entries_max * sizeof(struct entry));
        ASSERT(sim->entries != NULL);
    }
    struct entry *made = &sim->entries[sim->entries_count++];
    *made = (struct entry){.path = strdup(path)};
    ASSERT(made->path != NULL);
    return made;
}

static struct node *node_create(struct os_sim *sim, struct os_sim_file *file)
{
    struct node *node = calloc(1, sizeof(*node));
    ASSERT(node != NULL);
    node->file = file;
    node->next = sim->nodes;
    sim->nodes = node;
    return node;
}

/* Bytes come back when the file has no name and nobody has it open. */
static bool node_takes_disk(const struct os_sim *sim, const struct node *node)
{
    for (size_t i = 0; i < sim->entries_count; i++) {
        if (sim->entries[i].now == node)
            return true;
    }
    return node->opened_count > 0;
}

static uint64_t disk_bytes(const struct os_sim *sim)
{
    uint64_t bytes = 0;
    for (const struct node *node = sim->nodes; node != NULL; node = node->next) {
        if (node->file != NULL && node_takes_disk(sim, node))
            bytes += os_sim_file_claimed(node->file);
    }
    return bytes;
}

static bool disk_takes(const struct os_sim *sim, const struct node *node, uint64_t size)
{
    const uint64_t growth = os_sim_file_growth(node->file, size);
    const uint64_t used = disk_bytes(sim);
    return growth == 0 || (used <= sim->disk_bytes_max && growth <= sim->disk_bytes_max - used);
}

/* Counts a call and lets a planned fault happen. Anything but OK: the call fails with that. */
static enum err count_call(struct os_sim *sim)
{
    if (sim->off)
        return ERR_IO;
    const uint64_t call = sim->calls_count++;
    sim->off = call == sim->cut_at;
    if (call == sim->fail_at)
        return sim->fail_with;
    return sim->off ? ERR_IO : OK;
}

/* What is the matter with an open file before anything is done with it. */
static enum err check_file(const struct os_sim *sim, const struct os_file *file)
{
    return sim->off || file->life != sim->life ? ERR_IO : OK;
}

static enum err count_file_call(struct os_sim *sim, const struct os_file *file)
{
    ASSERT(file->writable);
    const enum err error = check_file(sim, file);
    return error == OK ? count_call(sim) : error;
}

static enum err find_or_create(struct os_sim *sim, const char *path, enum os_open_mode mode,
                               struct node **node)
{
    *node = node_find(sim, path, strlen(path));
    if (*node != NULL)
        return mode == OS_OPEN_CREATE ? ERR_BUSY : (*node)->file == NULL ? ERR_IO : OK;
    if (mode != OS_OPEN_CREATE || !is_folder(sim, path, folder_length(path)))
        return ERR_NOT_FOUND;
    const enum err error = count_call(sim);
    if (error != OK)
        return error;
    *node = node_create(sim, os_sim_file_create());
    entry_at(sim, path)->now = *node;
    return OK;
}

static enum err sim_open(struct os *os, const char *path, enum os_open_mode mode,
                         struct os_file **file)
{
    LOCKED sim = sim_lock(os);
    struct node *node = NULL;
    const enum err error = sim->off ? ERR_IO : find_or_create(sim, path, mode, &node);
    if (error != OK)
        return error;
    struct os_file *opened = malloc(sizeof(*opened));
    ASSERT(opened != NULL);
    *opened = (struct os_file){node, sim->life, mode != OS_OPEN_READ};
    node->opened_count++;
    *file = opened;
    return OK;
}

static void sim_close(struct os *os, struct os_file *file)
{
    if (file == NULL)
        return;
    LOCKED sim = sim_lock(os);
    if (file->life == sim->life) {
        file->node->opened_count--;
        if (file->node->locked == file)
            file->node->locked = NULL;
    }
    free(file);
}

static enum err sim_read(struct os *os, struct os_file *file, uint64_t offset, void *data,
                         size_t size, size_t *got)
{
    LOCKED sim = sim_lock(os);
    const enum err error = check_file(sim, file);
    if (error == OK)
        *got = os_sim_file_read(file->node->file, offset, data, size);
    return error;
}

static enum err sim_write(struct os *os, struct os_file *file, uint64_t offset, struct bytes bytes)
{
    LOCKED sim = sim_lock(os);
    const bool was_off = check_file(sim, file) != OK;
    enum err error = count_file_call(sim, file);
    if (error == OK && !disk_takes(sim, file->node, offset + bytes.size))
        return ERR_FULL;
    if (error != OK && !sim->off && !was_off)
        bytes.size = os_sim_random(&sim->random) % (bytes.size + 1);
    if (!was_off && disk_takes(sim, file->node, offset + bytes.size))
        os_sim_file_write(file->node->file, offset, bytes);
    return error;
}

static enum err sim_allocate(struct os *os, struct os_file *file, uint64_t size)
{
    LOCKED sim = sim_lock(os);
    enum err error = count_file_call(sim, file);
    if (error == OK && !disk_takes(sim, file->node, size))
        error = ERR_FULL;
    if (error == OK)
        os_sim_file_allocate(file->node->file, size);
    return error;
}

static enum err sim_truncate(struct os *os, struct os_file *file, uint64_t size)
{
    LOCKED sim = sim_lock(os);
    const enum err error = count_file_call(sim, file);
    if (error == OK)
        os_sim_file_resize(file->node->file, size);
    return error;
}

static enum err sim_sync(struct os *os, struct os_file *file)
{
    LOCKED sim = sim_lock(os);
    const enum err error = count_file_call(sim, file);
    if (error == OK)
        os_sim_file_sync(file->node->file);
    return error;
}

static enum err sim_size(struct os *os, struct os_file *file, uint64_t *size)
{
    LOCKED sim = sim_lock(os);
    const enum err error = check_file(sim, file);
    if (error == OK)
        *size = os_sim_file_size(file->node->file);
    return error;
}

static enum err sim_lock_file(struct os *os, struct os_file *file)
{
    LOCKED sim = sim_lock(os);
    const enum err error = check_file(sim, file);
    if (error != OK)
        return error;
    if (file->node->locked != NULL && file->node->locked != file)
        return ERR_BUSY;
    file->node->locked = file;
    return OK;
}

static enum err sim_make_folder(struct os *os, const char *path)
{
    LOCKED sim = sim_lock(os);
    if (sim->off)
        return ERR_IO;
    if (is_folder(sim, path, strlen(path)))
        return OK;
    if (!is_folder(sim, path, folder_length(path)))
        return ERR_NOT_FOUND;
    const enum err error = count_call(sim);
    if (error == OK)
        entry_at(sim, path)->now = node_create(sim, NULL);
    return error;
}

static enum err sim_sync_folder(struct os *os, const char *path)
{
    LOCKED sim = sim_lock(os);
    const enum err error = count_call(sim);
    if (error != OK)
        return error;
    const char *folder = strcmp(path, ".") == 0 ? "" : path;
    if (!is_folder(sim, folder, strlen(folder)))
        return ERR_NOT_FOUND;
    for (size_t i = 0; i < sim->entries_count; i++) {
        if (entry_is_in(&sim->entries[i], folder))
            sim->entries[i].synced = sim->entries[i].now;
    }
    return OK;
}

static enum err sim_list_folder(struct os *os, const char *path, os_visit_name *visit,
                                void *context)
{
    LOCKED sim = sim_lock(os);
    if (sim->off)
        return ERR_IO;
    if (!is_folder(sim, path, strlen(path)))
        return ERR_NOT_FOUND;
    for (size_t i = 0; i < sim->entries_count; i++) {
        const struct entry *entry = &sim->entries[i];
        if (entry->now != NULL && entry_is_in(entry, path))
            visit(context, entry->path + strlen(path) + 1);
    }
    return OK;
}

static enum err sim_remove(struct os *os, const char *path)
{
    LOCKED sim = sim_lock(os);
    const struct node *node = node_find(sim, path, strlen(path));
    if (!sim->off && node == NULL)
        return ERR_NOT_FOUND;
    if (!sim->off && node->file == NULL)
        return ERR_IO;
    const enum err error = count_call(sim);
    if (error == OK)
        entry_at(sim, path)->now = NULL;
    return error;
}

static int64_t sim_now_ms(struct os *os)
{
    LOCKED sim = sim_lock(os);
    return sim->now_ms;
}

static int64_t sim_uptime_us(struct os *os)
{
    LOCKED sim = sim_lock(os);
    return sim->uptime_us;
}

static void sim_random(struct os *os, void *data, size_t size)
{
    LOCKED sim = sim_lock(os);
    for (size_t i = 0; i < size; i++)
        ((uint8_t *)data)[i] = (uint8_t)os_sim_random(&sim->random);
}

static const struct os sim_functions = {
    .open = sim_open,
    .close = sim_close,
    .read = sim_read,
    .write = sim_write,
    .allocate = sim_allocate,
    .truncate = sim_truncate,
    .sync = sim_sync,
    .size = sim_size,
    .lock = sim_lock_file,
    .make_folder = sim_make_folder,
    .sync_folder = sim_sync_folder,
    .list_folder = sim_list_folder,
    .remove = sim_remove,
    .now_ms = sim_now_ms,
    .uptime_us = sim_uptime_us,
    .random = sim_random,
};

struct os_sim *os_sim_create(uint64_t seed)
{
    struct os_sim *sim = calloc(1, sizeof(*sim));
    ASSERT(sim != NULL);
    sim->os = sim_functions;
    pthread_mutex_init(&sim->lock, NULL);
    sim->random = seed;
    sim->disk_bytes_max = UINT64_MAX;
    sim->cut_at = OS_SIM_NEVER;
    sim->fail_at = OS_SIM_NEVER;
    return sim;
}

void os_sim_destroy(struct os_sim *sim)
{
    if (sim == NULL)
        return;
    while (sim->nodes != NULL) {
        struct node *node = sim->nodes;
        sim->nodes = node->next;
        os_sim_file_destroy(node->file);
        free(node);
    }
    for (size_t i = 0; i < sim->entries_count; i++)
        free(sim->entries[i].path);
    free(sim->entries);
    pthread_mutex_destroy(&sim->lock);
    free(sim);
}

struct os *os_sim_os(struct os_sim *sim)
{
    return &sim->os;
}

void os_sim_set_now(struct os_sim *sim, int64_t now_ms)
{
    LOCKED locked = sim_lock(&sim->os);
    locked->now_ms = now_ms;
}

void os_sim_advance(struct os_sim *sim, int64_t ms)
{
    LOCKED locked = sim_lock(&sim->os);
    locked->now_ms += ms;
    locked->uptime_us += ms * 1000;
}

uint64_t os_sim_calls_count(struct os_sim *sim)
{
    LOCKED locked = sim_lock(&sim->os);
    return locked->calls_count;
}

void os_sim_cut_power_at(struct os_sim *sim, uint64_t call)
{
    LOCKED locked = sim_lock(&sim->os);
    locked->calls_count = 0;
    locked->cut_at = call;
}

void os_sim_fail_at(struct os_sim *sim, uint64_t call, enum err error)
{
    LOCKED locked = sim_lock(&sim->os);
    locked->calls_count = 0;
    locked->fail_at = call;
    locked->fail_with = error;
}

bool os_sim_is_off(struct os_sim *sim)
{
    LOCKED locked = sim_lock(&sim->os);
    return locked->off;
}

static void end_process(struct os_sim *sim)
{
    sim->life++;
    for (struct node *node = sim->nodes; node != NULL; node = node->next) {
        node->opened_count = 0;
        node->locked = NULL;
    }
}

void os_sim_kill(struct os_sim *sim)
{
    LOCKED locked = sim_lock(&sim->os);
    end_process(locked);
}

void os_sim_reboot(struct os_sim *sim)
{
    LOCKED locked = sim_lock(&sim->os);
    end_process(locked);
    for (size_t i = 0; i < sim->entries_count; i++) {
        struct entry *entry = &sim->entries[i];
        if (os_sim_random(&sim->random) % 2 == 0)
            entry->now = entry->synced;
        if (!is_folder(sim, entry->path, folder_length(entry->path)))
            entry->now = NULL;
        entry->synced = entry->now;
    }
    for (struct node *node = sim->nodes; node != NULL; node = node->next) {
        if (node->file != NULL)
            os_sim_file_cut_power(node->file, &sim->random);
    }
    sim->off = false;
    sim->calls_count = 0;
    sim->cut_at = OS_SIM_NEVER;
    sim->fail_at = OS_SIM_NEVER;
}

void os_sim_set_disk_bytes(struct os_sim *sim, uint64_t bytes_max)
{
    LOCKED locked = sim_lock(&sim->os);
    locked->disk_bytes_max = bytes_max;
}

uint64_t os_sim_disk_bytes(struct os_sim *sim)
{
    LOCKED locked = sim_lock(&sim->os);
    return disk_bytes(locked);
}

void os_sim_flip_bit(struct os_sim *sim, const char *path, uint64_t bit)
{
    LOCKED locked = sim_lock(&sim->os);
    struct node *node = node_find(locked, path, strlen(path));
    ASSERT(node != NULL && node->file != NULL);
    os_sim_file_flip_bit(node->file, bit);
}
