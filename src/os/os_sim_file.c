/* Pages are kept where something was written; all else reads as zeros. */
#include "os/os_sim_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

enum { PAGE_BYTES = 4096, SECTOR_BYTES = 512, PAGE_SECTORS = PAGE_BYTES / SECTOR_BYTES };

/* Invariants: 1. synced != NULL where unsynced or left_out != 0; then the page is in the file's
 *                list.  2. No sector is both. */
struct page {
    uint8_t *synced;  /* The page as of the last sync; NULL: as it is now. */
    uint8_t unsynced; /* A bit for each sector: the next sync covers it. */
    uint8_t left_out; /* A bit for each sector: a sync failed, and no later one covers it. */
    uint8_t now[PAGE_BYTES];
};

struct os_sim_file {
    uint64_t size;
    uint64_t size_synced;
    uint64_t size_lowest; /* Since the last sync. */
    uint64_t claimed;
    struct page **pages; /* NULL: zeros. */
    uint64_t pages_count;
    uint64_t *unsynced; /* Indexes of pages with something unsynced. */
    size_t unsynced_count;
    size_t unsynced_max;
};

/* What happens to the unsynced sectors of one file. Files differ, because a disk that drops each
 * sector by its own coin would hardly ever keep a frame whole. */
enum mood { MOOD_KEEP, MOOD_DROP, MOOD_MIX, MOOD_GARBLE, MOODS_COUNT };

uint64_t os_sim_random(uint64_t *state)
{
    uint64_t mixed = *state += UINT64_C(0x9E3779B97F4A7C15); /* SplitMix64. */
    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94D049BB133111EB);
    return mixed ^ (mixed >> 31);
}

struct os_sim_file *os_sim_file_create(void)
{
    struct os_sim_file *file = calloc(1, sizeof(*file));
    ASSERT(file != NULL);
    return file;
}

void os_sim_file_destroy(struct os_sim_file *file)
{
    if (file == NULL)
        return;
    for (uint64_t i = 0; i < file->pages_count; i++) {
        if (file->pages[i] != NULL)
            free(file->pages[i]->synced);
        free(file->pages[i]);
    }
    free(file->pages);
    free(file->unsynced);
    free(file);
}

uint64_t os_sim_file_size(const struct os_sim_file *file)
{
    return file->size;
}

uint64_t os_sim_file_claimed(const struct os_sim_file *file)
{
    return file->claimed;
}

uint64_t os_sim_file_growth(const struct os_sim_file *file, uint64_t size)
{
    return size > file->claimed ? size - file->claimed : 0;
}

static size_t smaller(uint64_t left, uint64_t right)
{
    return (size_t)(left < right ? left : right);
}

size_t os_sim_file_read(const struct os_sim_file *file, uint64_t offset, void *data, size_t size)
{
    if (offset >= file->size)
        return 0;
    const size_t got = smaller(size, file->size - offset);
    memset(data, 0, got);
    size_t part = 0;
    for (size_t done = 0; done < got; done += part) {
        const uint64_t at = offset + done;
        const struct page *page = file->pages[at / PAGE_BYTES];
        part = smaller(got - done, PAGE_BYTES - at % PAGE_BYTES);
        if (page != NULL)
            memcpy((uint8_t *)data + done, page->now + at % PAGE_BYTES, part);
    }
    return got;
}

uint64_t os_sim_file_next_data(const struct os_sim_file *file, uint64_t offset)
{
    for (uint64_t index = offset / PAGE_BYTES; index * PAGE_BYTES < file->size; index++) {
        if (file->pages[index] != NULL)
            return index * PAGE_BYTES > offset ? index * PAGE_BYTES : offset;
    }
    return file->size;
}

static struct page *page_at(struct os_sim_file *file, uint64_t index)
{
    if (file->pages[index] == NULL) {
        file->pages[index] = calloc(1, sizeof(struct page));
        ASSERT(file->pages[index] != NULL);
    }
    return file->pages[index];
}

/* Remembers what stands on the page, before sectors [first, last] of it change. */
static struct page *page_before_change(struct os_sim_file *file, uint64_t index, size_t first,
                                       size_t last)
{
    struct page *page = page_at(file, index);
    if (page->synced == NULL) {
        page->synced = malloc(PAGE_BYTES);
        ASSERT(page->synced != NULL);
        memcpy(page->synced, page->now, PAGE_BYTES);
        if (file->unsynced_count == file->unsynced_max) {
            file->unsynced_max = file->unsynced_max * 2 + 16;
            file->unsynced = realloc(file->unsynced, file->unsynced_max * sizeof(uint64_t));
            ASSERT(file->unsynced != NULL);
        }
        file->unsynced[file->unsynced_count++] = index;
    }
    for (size_t sector = first; sector <= last; sector++) {
        page->unsynced = (uint8_t)(page->unsynced | 1U << sector);
        page->left_out = (uint8_t)(page->left_out & ~(1U << sector));
    }
    return page;
}

static void set_size(struct os_sim_file *file, uint64_t size)
{
    const uint64_t pages_count = (size + PAGE_BYTES - 1) / PAGE_BYTES;
    if (pages_count > file->pages_count) {
        file->pages = realloc(file->pages, pages_count * sizeof(struct page *));
        ASSERT(file->pages != NULL);
        for (uint64_t i = file->pages_count; i < pages_count; i++)
            file->pages[i] = NULL;
        file->pages_count = pages_count;
    }
    file->size = size;
    if (size < file->size_lowest)
        file->size_lowest = size;
}

void os_sim_file_write(struct os_sim_file *file, uint64_t offset, struct bytes bytes)
{
    if (bytes.size == 0)
        return;
    const uint64_t end = offset + bytes.size;
    os_sim_file_allocate(file, end);
    size_t part = 0;
    for (size_t done = 0; done < bytes.size; done += part) {
        const uint64_t at = offset + done;
        const size_t start = at % PAGE_BYTES;
        part = smaller(bytes.size - done, PAGE_BYTES - start);
        struct page *page = page_before_change(file, at / PAGE_BYTES, start / SECTOR_BYTES,
                                               (start + part - 1) / SECTOR_BYTES);
        memcpy(page->now + start, bytes.data + done, part);
    }
}

void os_sim_file_allocate(struct os_sim_file *file, uint64_t size)
{
    if (size > file->size)
        set_size(file, size);
    file->claimed += os_sim_file_growth(file, size);
}

/* Makes zeros of what stands behind `size`, as a change that can be undone. */
static void clear_behind(struct os_sim_file *file, uint64_t size)
{
    for (uint64_t index = size / PAGE_BYTES; index < file->pages_count; index++) {
        if (file->pages[index] == NULL)
            continue;
        const size_t start = index == size / PAGE_BYTES ? size % PAGE_BYTES : 0;
        struct page *page = page_before_change(file, index, start / SECTOR_BYTES, PAGE_SECTORS - 1);
        memset(page->now + start, 0, PAGE_BYTES - start);
    }
}

void os_sim_file_resize(struct os_sim_file *file, uint64_t size)
{
    clear_behind(file, size);
    set_size(file, size);
    file->claimed = smaller(file->claimed, size);
}

static bool has_sector(uint8_t sectors, size_t sector)
{
    return (sectors >> sector & 1) != 0;
}

static void copy_sector(uint8_t *to, const uint8_t *from, size_t sector)
{
    memcpy(to + sector * SECTOR_BYTES, from + sector * SECTOR_BYTES, SECTOR_BYTES);
}

/* Takes pages off the list that are as they were synced. */
static void list_shrink(struct os_sim_file *file)
{
    size_t kept = 0;
    for (size_t i = 0; i < file->unsynced_count; i++) {
        struct page *page = file->pages[file->unsynced[i]];
        if (page->unsynced != 0 || page->left_out != 0) {
            file->unsynced[kept++] = file->unsynced[i];
            continue;
        }
        free(page->synced);
        page->synced = NULL;
    }
    file->unsynced_count = kept;
}

void os_sim_file_sync(struct os_sim_file *file)
{
    for (size_t i = 0; i < file->unsynced_count; i++) {
        struct page *page = file->pages[file->unsynced[i]];
        for (size_t sector = 0; page->left_out != 0 && sector < PAGE_SECTORS; sector++) {
            if (has_sector(page->unsynced, sector))
                copy_sector(page->synced, page->now, sector);
        }
        page->unsynced = 0;
    }
    list_shrink(file);
    file->size_synced = file->size;
    file->size_lowest = file->size;
}

void os_sim_file_sync_failed(struct os_sim_file *file, uint64_t *random)
{
    const enum mood mood = (enum mood)(os_sim_random(random) % MOODS_COUNT);
    for (size_t i = 0; i < file->unsynced_count; i++) {
        struct page *page = file->pages[file->unsynced[i]];
        for (size_t sector = 0; sector < PAGE_SECTORS; sector++) {
            if (!has_sector(page->unsynced, sector))
                continue;
            const bool coin = os_sim_random(random) % 2 == 0;
            if (mood == MOOD_KEEP || (mood == MOOD_MIX && coin))
                copy_sector(page->synced, page->now, sector);
            else
                page->left_out = (uint8_t)(page->left_out | 1U << sector);
        }
        page->unsynced = 0;
    }
    list_shrink(file);
}

/* Shows what is on the disk where a sync failed. */
static void page_drop_cache(struct page *page)
{
    for (size_t sector = 0; sector < PAGE_SECTORS; sector++) {
        if (has_sector(page->left_out, sector))
            copy_sector(page->now, page->synced, sector);
    }
    page->left_out = 0;
}

void os_sim_file_drop_cache(struct os_sim_file *file, uint64_t offset, uint64_t size)
{
    for (size_t i = 0; i < file->unsynced_count; i++) {
        const uint64_t start = file->unsynced[i] * PAGE_BYTES;
        if (start < offset + size && start + PAGE_BYTES > offset)
            page_drop_cache(file->pages[file->unsynced[i]]);
    }
    list_shrink(file);
}

static void garble(uint8_t *sector, uint64_t *random)
{
    for (size_t i = 0; i < SECTOR_BYTES; i++)
        sector[i] = (uint8_t)os_sim_random(random);
}

static void page_cut_power(struct page *page, enum mood mood, uint64_t *random)
{
    for (size_t sector = 0; sector < PAGE_SECTORS; sector++) {
        uint8_t *now = page->now + sector * SECTOR_BYTES;
        const uint64_t coin = os_sim_random(random) % 4;
        if (!has_sector(page->unsynced, sector) || mood == MOOD_KEEP)
            continue;
        if (mood == MOOD_GARBLE && coin == 0)
            garble(now, random);
        else if (mood == MOOD_DROP || coin < 2)
            copy_sector(page->now, page->synced, sector);
    }
    page_drop_cache(page);
}

void os_sim_file_cut_power(struct os_sim_file *file, uint64_t *random)
{
    const enum mood mood = (enum mood)(os_sim_random(random) % MOODS_COUNT);
    for (size_t i = 0; i < file->unsynced_count; i++)
        page_cut_power(file->pages[file->unsynced[i]], mood, random);
    const uint64_t sizes[] = {file->size, file->size_synced, file->size_lowest};
    const uint64_t size = sizes[os_sim_random(random) % 3];
    if (size != file->size)
        os_sim_file_resize(file, size);
    file->claimed = size;
    os_sim_file_sync(file);
}

void os_sim_file_flip_bit(struct os_sim_file *file, uint64_t bit)
{
    const uint64_t offset = bit / 8;
    ASSERT(offset < file->size);
    struct page *page = page_at(file, offset / PAGE_BYTES);
    const uint8_t mask = (uint8_t)(1U << bit % 8);
    page->now[offset % PAGE_BYTES] ^= mask;
    if (page->synced != NULL)
        page->synced[offset % PAGE_BYTES] ^= mask;
}

uint64_t os_sim_file_written(const struct os_sim_file *file)
{
    uint64_t count = (file->size + PAGE_BYTES - 1) / PAGE_BYTES;
    while (count > 0 && file->pages[count - 1] == NULL)
        count--;
    return smaller(count * PAGE_BYTES, file->size);
}

/* A page of zeros counts like one that was never written. */
uint64_t os_sim_file_digest(const struct os_sim_file *file, uint64_t seed)
{
    static const uint8_t zeros[PAGE_BYTES];
    uint64_t digest = seed + file->size * UINT64_C(0x9E3779B97F4A7C15);
    for (uint64_t i = 0; i * PAGE_BYTES < file->size; i++) {
        if (file->pages[i] != NULL && memcmp(file->pages[i]->now, zeros, PAGE_BYTES) != 0)
            digest += bytes_checksum((struct bytes){file->pages[i]->now, PAGE_BYTES}, seed + i);
    }
    return digest;
}
