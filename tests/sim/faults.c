/* Chances of faults, and the bits of the disk that are worth flipping. */
#include "faults.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    NAMES_MAX = 512,
    PATH_BYTES = 128,
    HEAD_BYTES = 40,
    END_BYTES = 4096,
    BLOCK_BYTES = 4096,
    FILLED_BYTES = 128,
    CHECKPOINT_CALLS = 12, /* About as many in a row there are at its end. */
};

void faults_init(struct faults *faults, struct chance *chance, struct os_sim *sim)
{
    static const uint32_t often[] = {2, 3, 8, 30};
    *faults = (struct faults){.chance = chance, .sim = sim};
    faults->checkpoint_one_in = often[chance_below(chance, 4)];
    faults->cut_percent = (uint32_t)chance_below(chance, 80);
    faults->fail_percent = chance_one_in(chance, 3) ? 0 : (uint32_t)chance_below(chance, 40);
    faults->full_percent = chance_one_in(chance, 2) ? (uint32_t)chance_below(chance, 60) : 0;
    faults->flip_percent = chance_one_in(chance, 2) ? (uint32_t)chance_below(chance, 40) : 0;
}

static bool percent(struct faults *faults, uint32_t percent)
{
    return chance_below(faults->chance, 100) < percent;
}

static void plan_cut(struct faults *faults, uint64_t call)
{
    if (chance_one_in(faults->chance, 3))
        os_sim_kill_at(faults->sim, call);
    else
        os_sim_cut_power_at(faults->sim, call);
}

static void plan_failure(struct faults *faults, uint64_t call)
{
    faults->fail_planned = true;
    faults->room_in_doubt = true;
    faults->fail_call = call;
    if (chance_one_in(faults->chance, 3)) /* Before it gets over it. */
        os_sim_kill_at(faults->sim, call + 1 + chance_below(faults->chance, 3));
    os_sim_fail_at(faults->sim, call, chance_one_in(faults->chance, 4) ? ERR_FULL : ERR_IO);
}

void faults_plan(struct faults *faults, uint32_t calls_max)
{
    const uint64_t call = chance_below(faults->chance, calls_max);
    faults_cancel(faults);
    if (percent(faults, faults->cut_percent))
        plan_cut(faults, call);
    else if (percent(faults, faults->fail_percent))
        plan_failure(faults, call);
}

bool faults_plan_checkpoint(struct faults *faults)
{
    if (faults->cut_percent == 0 || !chance_one_in(faults->chance, faults->checkpoint_one_in))
        return false;
    const uint64_t call = chance_below(faults->chance, CHECKPOINT_CALLS);
    faults_cancel(faults);
    if (faults->fail_percent > 0 && chance_one_in(faults->chance, 4))
        plan_failure(faults, call);
    else
        plan_cut(faults, call);
    return true;
}

void faults_cancel(struct faults *faults)
{
    faults->cache_differs |= faults_did_fail(faults);
    faults->fail_planned = false;
    os_sim_cut_power_at(faults->sim, OS_SIM_NEVER);
    os_sim_kill_at(faults->sim, OS_SIM_NEVER);
    os_sim_fail_at(faults->sim, OS_SIM_NEVER, OK);
}

bool faults_did_fail(const struct faults *faults)
{
    return faults->fail_planned && os_sim_calls_count(faults->sim) > faults->fail_call;
}

void faults_fill_disk(struct faults *faults)
{
    const uint64_t used = os_sim_used_bytes(faults->sim);
    const uint64_t free_bytes = chance_below(faults->chance, 2 * (uint64_t)JOURNAL_SEGMENT_BYTES);
    os_sim_limit_disk(faults->sim, used + (chance_one_in(faults->chance, 2) ? 0 : free_bytes));
    faults->disk_limited = true;
    faults->room_in_doubt = true;
}

void faults_free_disk(struct faults *faults)
{
    os_sim_limit_disk(faults->sim, UINT64_MAX);
    faults->disk_limited = false;
}

/* Paths of the files that hold something. */
struct paths {
    char text[NAMES_MAX][PATH_BYTES];
    uint32_t count;
    const char *folder;
};

static void take_name(void *context, const char *name)
{
    struct paths *paths = context;
    ASSERT(paths->count < NAMES_MAX);
    (void)snprintf(paths->text[paths->count++], PATH_BYTES, "%s/%s", paths->folder, name);
}

/* A bit of the last frame: of its head, its records or its checksum. */
static bool pick_in_last_frame(struct faults *faults, uint64_t base_number)
{
    struct flip *flip = &faults->flip;
    struct disk_frame frame;
    (void)disk_last_number(os_sim_os(faults->sim), DISK_FOLDER, &frame);
    if (frame.bytes == 0 || frame.first_number <= base_number)
        return false;
    (void)snprintf(flip->path, sizeof(flip->path), "%s", frame.path);
    flip->bit = frame.offset * 8 + chance_below(faults->chance, frame.bytes * 8);
    return true;
}

static bool pick_file(struct faults *faults)
{
    static const char *const folders[] = {DISK_JOURNAL, DISK_CHECKPOINTS};
    static struct paths paths;
    struct os *os = os_sim_os(faults->sim);
    paths.count = 0;
    paths.folder = folders[chance_below(faults->chance, 2)];
    if (os->list_folder(os, paths.folder, take_name, &paths) != OK || paths.count == 0)
        return false;
    (void)snprintf(faults->flip.path, sizeof(faults->flip.path), "%s",
                   paths.text[chance_below(faults->chance, paths.count)]);
    return true;
}

static uint64_t file_size(struct os *os, const char *path)
{
    struct os_file *file = NULL;
    uint64_t size = 0;
    if (os->open(os, path, OS_OPEN_READ, &file) != OK)
        return 0;
    (void)os->size(os, file, &size);
    os->close(os, file);
    return size;
}

/* A bit of some file: of its head, of its end, or of what is between; sometimes where nothing was
 * ever written. */
static bool pick_anywhere(struct faults *faults)
{
    struct flip *flip = &faults->flip;
    struct chance *chance = faults->chance;
    if (!pick_file(faults))
        return false;
    const uint64_t size = file_size(os_sim_os(faults->sim), flip->path);
    const uint64_t written = os_sim_written_bytes(faults->sim, flip->path);
    uint64_t bytes = written == 0 || chance_one_in(chance, 10) ? size : written;
    uint64_t start = 0;
    if (chance_one_in(chance, 3))
        bytes = bytes < HEAD_BYTES ? bytes : HEAD_BYTES;
    else if (chance_one_in(chance, 3) && bytes > END_BYTES)
        start = bytes - END_BYTES;
    if (bytes == 0)
        return false;
    uint64_t byte = start + chance_below(chance, bytes - start);
    if (!chance_one_in(chance, 4) && byte % BLOCK_BYTES >= FILLED_BYTES)
        byte -= byte % BLOCK_BYTES - byte % FILLED_BYTES; /* The rest of most blocks is empty. */
    flip->bit = byte * 8 + chance_below(chance, 8);
    return true;
}

/* Whether the bit lies in the last frame, and what is left without that. */
static void find_exception(struct faults *faults, uint64_t base_number)
{
    struct flip *flip = &faults->flip;
    struct disk_frame frame;
    (void)disk_last_number(os_sim_os(faults->sim), DISK_FOLDER, &frame);
    const uint64_t byte = flip->bit / 8;
    flip->in_last_frame = frame.bytes > 0 && strcmp(frame.path, flip->path) == 0 &&
                          byte >= frame.offset && byte < frame.offset + frame.bytes;
    flip->kept_number = frame.first_number - 1;
    if (flip->in_last_frame && flip->kept_number < base_number)
        flip->done = false; /* Too long ago for the auditor. */
}

void faults_flip(struct faults *faults, uint64_t base_number)
{
    struct flip *flip = &faults->flip;
    if (flip->done || !percent(faults, faults->flip_percent))
        return;
    const bool last = chance_one_in(faults->chance, 3);
    flip->done = last ? pick_in_last_frame(faults, base_number) : pick_anywhere(faults);
    if (flip->done)
        find_exception(faults, base_number);
    if (flip->done)
        os_sim_flip_bit(faults->sim, flip->path, flip->bit);
}

void faults_unflip(struct faults *faults)
{
    ASSERT(faults->flip.done);
    os_sim_flip_bit(faults->sim, faults->flip.path, faults->flip.bit);
    faults->flip.done = false;
}
