/* Walks along the segments, frame by frame. Sums are those of libxxhash; everything else is here.
 * */
#include "disk.h"

#include <stdio.h>
#include <stdlib.h>
#include <xxhash.h>

enum { BLOCK_BYTES = 4096, HEADER_BYTES = 24, TAIL_BYTES = 8, NAMES_MAX = 512, NAME_BYTES = 64 };
#define HEADER_MAGIC UINT32_C(0x474A5453)
#define MAGIC        UINT32_C(0x464A5453)

/* Names of segments, in order. */
struct names {
    char text[NAMES_MAX][NAME_BYTES];
    int count;
};

static void take_name(void *context, const char *name)
{
    struct names *names = context;
    ASSERT(names->count < NAMES_MAX);
    (void)snprintf(names->text[names->count++], NAME_BYTES, "%s", name);
}

static int compare_names(const void *left, const void *right)
{
    return strcmp(left, right);
}

static uint64_t number_at(const uint8_t *data, int bytes)
{
    uint64_t number = 0;
    for (int i = bytes - 1; i >= 0; i--)
        number = number << 8 | data[i];
    return number;
}

static bool read_at(struct os *os, struct os_file *file, uint64_t offset, uint8_t *data,
                    size_t bytes)
{
    size_t got = 0;
    return os->read(os, file, offset, data, bytes, &got) == OK && got == bytes;
}

/* The frame at `offset`, if a whole one is there. */
static bool read_frame(struct os *os, struct os_file *file, uint64_t journal_id, uint64_t offset,
                       struct disk_frame *frame)
{
    uint8_t header[HEADER_BYTES];
    if (!read_at(os, file, offset, header, sizeof(header)) || number_at(header, 4) != MAGIC)
        return false;
    const uint64_t records = number_at(header + 4, 4);
    const uint64_t payload_bytes = number_at(header + 8, 4);
    uint64_t size = 0;
    if (records == 0 || os->size(os, file, &size) != OK || payload_bytes > size)
        return false;
    const size_t bytes = HEADER_BYTES + payload_bytes + TAIL_BYTES;
    uint8_t *data = malloc(bytes);
    ASSERT(data != NULL);
    const bool whole = read_at(os, file, offset, data, bytes) &&
                       XXH3_64bits_withSeed(data, bytes - TAIL_BYTES, journal_id) ==
                           number_at(data + bytes - TAIL_BYTES, TAIL_BYTES);
    free(data);
    if (!whole)
        return false;
    frame->offset = offset;
    frame->bytes = bytes;
    frame->first_number = number_at(header + 16, 8);
    frame->last_number = frame->first_number + records - 1;
    return true;
}

/* Walks along a segment. Returns the number of its last record, or of the one before it where it
 * has none yet; 0: it is no segment. */
static uint64_t walk(struct os *os, const char *path, struct disk_frame *frame)
{
    struct os_file *file = NULL;
    uint8_t header[40];
    if (os->open(os, path, OS_OPEN_READ, &file) != OK)
        return 0;
    uint64_t last = 0;
    if (read_at(os, file, 0, header, sizeof(header)) && number_at(header, 4) == HEADER_MAGIC &&
        XXH3_64bits_withSeed(header, 32, 0) == number_at(header + 32, 8)) {
        last = number_at(header + 24, 8) - 1;
        uint64_t offset = BLOCK_BYTES;
        struct disk_frame found;
        while (read_frame(os, file, number_at(header + 8, 8), offset, &found)) {
            memcpy(found.path, path, strlen(path) + 1);
            *frame = found;
            last = found.last_number;
            offset += (found.bytes + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES;
        }
    }
    os->close(os, file);
    return last;
}

uint64_t disk_digest(struct os_sim *sim)
{
    return os_sim_digest(sim, DISK_JOURNAL) + os_sim_digest(sim, DISK_CHECKPOINTS);
}

/* Names in order. False: there is no such folder. */
static bool list(struct os *os, const char *folder, struct names *names)
{
    names->count = 0;
    if (os->list_folder(os, folder, take_name, names) != OK)
        return false;
    qsort(names->text, (size_t)names->count, NAME_BYTES, compare_names);
    return true;
}

uint32_t disk_leftovers(struct os *os, uint64_t number)
{
    static struct names names;
    uint32_t count = 0;
    if (list(os, DISK_CHECKPOINTS, &names) && names.count > 1)
        count += (uint32_t)names.count - 1;
    if (!list(os, DISK_JOURNAL, &names))
        return count;
    for (int i = 1; i < names.count; i++) {
        char path[128];
        uint8_t header[40];
        struct os_file *file = NULL;
        (void)snprintf(path, sizeof(path), "%s/%s", DISK_JOURNAL, names.text[i]);
        if (os->open(os, path, OS_OPEN_READ, &file) != OK)
            continue;
        if (read_at(os, file, 0, header, sizeof(header)) && number_at(header, 4) == HEADER_MAGIC &&
            number_at(header + 24, 8) <= number + 1)
            count++; /* The one before it. */
        os->close(os, file);
    }
    return count;
}

uint64_t disk_last_number(struct os *os, const char *folder, struct disk_frame *frame)
{
    char journal[64];
    static struct names names;
    uint64_t last = 0;
    *frame = (struct disk_frame){.bytes = 0};
    (void)snprintf(journal, sizeof(journal), "%s/journal", folder);
    if (!list(os, journal, &names))
        return 0;
    for (int i = 0; i < names.count; i++) {
        char path[sizeof(frame->path)];
        (void)snprintf(path, sizeof(path), "%.60s/%.60s", journal, names.text[i]);
        const uint64_t found = walk(os, path, frame);
        last = found > last ? found : last;
    }
    return last;
}
