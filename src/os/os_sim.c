/* Calls, open files, faults and the clock of the simulated machine; os_sim_disk.c has the names and
 * os_sim_file.c the bytes. */
#include "os/os_sim.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "os/os_sim_disk.h"

struct os_file {
    struct os_sim_node *node;
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

    uint64_t calls_count;
    uint64_t cut_at;
    uint64_t fail_at;
    enum err fail_with;
    uint64_t kill_at;
    bool off;    /* Since a power cut, or… */
    bool killed; /* …since a kill. */

    struct os_sim_disk disk;
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

/* Counts a call and lets a planned fault happen. Anything but OK: the call fails with that. */
static enum err count_call(struct os_sim *sim)
{
    if (sim->off)
        return ERR_IO;
    const uint64_t call = sim->calls_count++;
    sim->killed = call == sim->kill_at && call != sim->cut_at;
    sim->off = sim->killed || call == sim->cut_at;
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
                               struct os_sim_node **node)
{
    if (sim->off)
        return ERR_IO;
    *node = os_sim_disk_find(&sim->disk, path);
    if (*node != NULL && mode == OS_OPEN_CREATE)
        return ERR_BUSY;
    if (*node != NULL)
        return (*node)->file == NULL ? ERR_IO : OK;
    if (mode != OS_OPEN_CREATE || !os_sim_disk_has_folder_of(&sim->disk, path))
        return ERR_NOT_FOUND;
    const enum err error = count_call(sim);
    if (error == OK)
        *node = os_sim_disk_create(&sim->disk, path, os_sim_file_create());
    return error;
}

static enum err sim_open(struct os *os, const char *path, enum os_open_mode mode,
                         struct os_file **file)
{
    LOCKED sim = sim_lock(os);
    struct os_sim_node *node = NULL;
    const enum err error = find_or_create(sim, path, mode, &node);
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
    const enum err error = count_file_call(sim, file);
    if (error == OK && !os_sim_disk_takes(&sim->disk, file->node, offset + bytes.size))
        return ERR_FULL;
    if (error != OK && (!sim->off || sim->killed) && !was_off)
        bytes.size = os_sim_random(&sim->random) % (bytes.size + 1);
    if (!was_off && os_sim_disk_takes(&sim->disk, file->node, offset + bytes.size))
        os_sim_file_write(file->node->file, offset, bytes);
    return error;
}

static enum err sim_allocate(struct os *os, struct os_file *file, uint64_t size)
{
    LOCKED sim = sim_lock(os);
    enum err error = count_file_call(sim, file);
    if (error == OK && !os_sim_disk_takes(&sim->disk, file->node, size))
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
    const bool was_off = check_file(sim, file) != OK;
    const enum err error = count_file_call(sim, file);
    if (error == OK)
        os_sim_file_sync(file->node->file);
    else if (!sim->off && !was_off)
        os_sim_file_sync_failed(file->node->file, &sim->random);
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

static enum err sim_next_data(struct os *os, struct os_file *file, uint64_t offset, uint64_t *next)
{
    LOCKED sim = sim_lock(os);
    const enum err error = check_file(sim, file);
    if (error == OK)
        *next = os_sim_file_next_data(file->node->file, offset);
    return error;
}

static void sim_drop_cache(struct os *os, struct os_file *file, uint64_t offset, uint64_t size)
{
    LOCKED sim = sim_lock(os);
    if (check_file(sim, file) == OK)
        os_sim_file_drop_cache(file->node->file, offset, size);
}

static bool sim_is_at(struct os *os, struct os_file *file, const char *path)
{
    LOCKED sim = sim_lock(os);
    return check_file(sim, file) == OK && os_sim_disk_find(&sim->disk, path) == file->node;
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

/* How the disk calls the folder. */
static const char *folder_name(const char *path)
{
    return strcmp(path, ".") == 0 ? "" : path;
}

static enum err sim_make_folder(struct os *os, const char *path)
{
    LOCKED sim = sim_lock(os);
    if (sim->off)
        return ERR_IO;
    if (os_sim_disk_is_folder(&sim->disk, folder_name(path)))
        return OK;
    if (!os_sim_disk_has_folder_of(&sim->disk, path))
        return ERR_NOT_FOUND;
    const enum err error = count_call(sim);
    if (error == OK)
        (void)os_sim_disk_create(&sim->disk, path, NULL);
    return error;
}

static enum err sim_sync_folder(struct os *os, const char *path)
{
    LOCKED sim = sim_lock(os);
    const enum err error = count_call(sim);
    if (error != OK)
        return error;
    if (!os_sim_disk_is_folder(&sim->disk, folder_name(path)))
        return ERR_NOT_FOUND;
    os_sim_disk_sync_folder(&sim->disk, folder_name(path));
    return OK;
}

static enum err sim_list_folder(struct os *os, const char *path, os_visit_name *visit,
                                void *context)
{
    LOCKED sim = sim_lock(os);
    if (sim->off)
        return ERR_IO;
    if (!os_sim_disk_is_folder(&sim->disk, folder_name(path)))
        return ERR_NOT_FOUND;
    os_sim_disk_list_folder(&sim->disk, folder_name(path), visit, context);
    return OK;
}

static enum err sim_remove(struct os *os, const char *path)
{
    LOCKED sim = sim_lock(os);
    if (sim->off)
        return ERR_IO;
    const struct os_sim_node *node = os_sim_disk_find(&sim->disk, path);
    if (node == NULL)
        return ERR_NOT_FOUND;
    const enum err error = node->file == NULL ? ERR_IO : count_call(sim);
    if (error == OK)
        os_sim_disk_remove(&sim->disk, path);
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

static void sim_pause(struct os *os, int64_t us)
{
    LOCKED sim = sim_lock(os);
    sim->uptime_us += us;
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
    .next_data = sim_next_data,
    .drop_cache = sim_drop_cache,
    .is_at = sim_is_at,
    .lock = sim_lock_file,
    .make_folder = sim_make_folder,
    .sync_folder = sim_sync_folder,
    .list_folder = sim_list_folder,
    .remove = sim_remove,
    .now_ms = sim_now_ms,
    .uptime_us = sim_uptime_us,
    .pause = sim_pause,
    .random = sim_random,
};

struct os_sim *os_sim_create(uint64_t seed)
{
    struct os_sim *sim = calloc(1, sizeof(*sim));
    ASSERT(sim != NULL);
    sim->os = sim_functions;
    pthread_mutex_init(&sim->lock, NULL);
    sim->random = seed;
    os_sim_disk_init(&sim->disk, UINT64_MAX);
    sim->cut_at = OS_SIM_NEVER;
    sim->fail_at = OS_SIM_NEVER;
    sim->kill_at = OS_SIM_NEVER;
    return sim;
}

void os_sim_destroy(struct os_sim *sim)
{
    if (sim == NULL)
        return;
    os_sim_disk_deinit(&sim->disk);
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

void os_sim_kill_at(struct os_sim *sim, uint64_t call)
{
    LOCKED locked = sim_lock(&sim->os);
    locked->calls_count = 0;
    locked->kill_at = call;
}

bool os_sim_is_killed(struct os_sim *sim)
{
    LOCKED locked = sim_lock(&sim->os);
    return locked->killed;
}

bool os_sim_is_off(struct os_sim *sim)
{
    LOCKED locked = sim_lock(&sim->os);
    return locked->off;
}

void os_sim_kill(struct os_sim *sim)
{
    LOCKED locked = sim_lock(&sim->os);
    locked->life++;
    os_sim_disk_end_process(&locked->disk);
    if (locked->killed)
        locked->off = false;
    locked->killed = false;
    locked->kill_at = OS_SIM_NEVER;
}

void os_sim_reboot(struct os_sim *sim)
{
    LOCKED locked = sim_lock(&sim->os);
    locked->life++;
    os_sim_disk_end_process(&locked->disk);
    os_sim_disk_cut_power(&locked->disk, &locked->random);
    locked->off = false;
    locked->killed = false;
    locked->kill_at = OS_SIM_NEVER;
    locked->calls_count = 0;
    locked->cut_at = OS_SIM_NEVER;
    locked->fail_at = OS_SIM_NEVER;
}

void os_sim_limit_disk(struct os_sim *sim, uint64_t bytes_max)
{
    LOCKED locked = sim_lock(&sim->os);
    locked->disk.bytes_max = bytes_max;
}

uint64_t os_sim_used_bytes(struct os_sim *sim)
{
    LOCKED locked = sim_lock(&sim->os);
    return os_sim_disk_bytes(&locked->disk);
}

void os_sim_flip_bit(struct os_sim *sim, const char *path, uint64_t bit)
{
    LOCKED locked = sim_lock(&sim->os);
    const struct os_sim_node *node = os_sim_disk_find(&locked->disk, path);
    ASSERT(node != NULL && node->file != NULL);
    os_sim_file_flip_bit(node->file, bit);
}

uint64_t os_sim_written_bytes(struct os_sim *sim, const char *path)
{
    LOCKED locked = sim_lock(&sim->os);
    const struct os_sim_node *node = os_sim_disk_find(&locked->disk, path);
    ASSERT(node != NULL && node->file != NULL);
    return os_sim_file_written(node->file);
}

uint64_t os_sim_digest(struct os_sim *sim, const char *folder)
{
    LOCKED locked = sim_lock(&sim->os);
    return os_sim_disk_digest(&locked->disk, folder);
}
