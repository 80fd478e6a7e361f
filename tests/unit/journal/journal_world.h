/* A journal on a simulated machine, and a model of what it must hold: the records that were
 * appended in order, and how many of them were acknowledged by a commit that returned OK. The model
 * is told by the test's own steps and never asks the journal.
 *
 * Record number n (from 0, sequence number n + 1) has a content that n and its size determine. */
#ifndef TESTS_UNIT_JOURNAL_JOURNAL_WORLD_H
#define TESTS_UNIT_JOURNAL_JOURNAL_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "journal/format.h"
#include "journal/journal.h"
#include "os/log.h"
#include "os/os_sim.h"

#define FOLDER "journal"

enum { RECORDS_MAX = 8192 };

/* Sanitizers make segments of 64 MiB slow: long loops take steps that are so much longer. */
#if defined(__SANITIZE_THREAD__)
enum { STRIDE = 16 };
#elif defined(__SANITIZE_ADDRESS__)
enum { STRIDE = 4 };
#else
enum { STRIDE = 1 };
#endif

/* Invariant: acknowledged <= appended <= RECORDS_MAX. */
struct world {
    struct os_sim *sim;
    struct os *os;
    struct journal *journal; /* NULL: not open. */
    struct journal_recovery recovery;
    uint64_t seed;

    size_t sizes[RECORDS_MAX];
    uint64_t appended;
    uint64_t acknowledged;
    uint64_t replayed; /* By the opening that ran last. */
    uint8_t *content;  /* Of one record. */
};

static inline void world_init(struct world *world, uint64_t seed)
{
    memset(world, 0, sizeof(*world));
    world->seed = seed;
    world->sim = os_sim_create(seed);
    world->os = os_sim_os(world->sim);
    world->content = malloc((size_t)JOURNAL_RECORD_BYTES_MAX);
    assert_non_null(world->content);
    assert_int_equal(world->os->make_folder(world->os, FOLDER), OK);
    assert_int_equal(world->os->sync_folder(world->os, "."), OK);
    os_sim_cut_power_at(world->sim, OS_SIM_NEVER); /* Counts calls from here. */
}

static inline void world_close(struct world *world)
{
    journal_close(world->journal);
    world->journal = NULL;
}

static inline void world_deinit(struct world *world)
{
    world_close(world);
    os_sim_destroy(world->sim);
    free(world->content);
}

static inline struct bytes record_content(struct world *world, uint64_t number, size_t size)
{
    memset(world->content, (int)(number * 37 + 11), size);
    memcpy(world->content, &number, size < sizeof(number) ? size : sizeof(number));
    return (struct bytes){world->content, size};
}

/* Counts the record if it is the one that the model expects. */
static inline enum err world_replay(void *context, uint64_t seq, struct bytes payload)
{
    struct world *world = context;
    const uint64_t number = world->replayed;
    if (seq != number + 1 || number >= world->appended || payload.size != world->sizes[number])
        return ERR_INVALID;
    const struct bytes expected = record_content(world, number, payload.size);
    if (memcmp(payload.data, expected.data, expected.size) != 0)
        return ERR_INVALID;
    world->replayed++;
    return OK;
}

/* Opens the journal; what it replayed is compared on the way. */
static inline enum err world_open(struct world *world)
{
    world->replayed = 0;
    return journal_open(world->os, FOLDER, world_replay, world, &world->recovery, &world->journal);
}

/* Appends the next record. ERR_FULL: there was no room. */
static inline enum err world_append(struct world *world, size_t size)
{
    assert_true(world->appended < RECORDS_MAX);
    const uint64_t number = world->appended;
    const enum err error = journal_reserve(world->journal, size + number % 3);
    if (error != OK)
        return error;
    world->sizes[number] = size;
    world->appended++;
    const uint64_t seq =
        journal_append(world->journal, size + number % 3, record_content(world, number, size));
    assert_int_equal(seq, number + 1);
    return OK;
}

static inline enum err world_commit(struct world *world)
{
    const enum err error = journal_commit(world->journal);
    if (error == OK)
        world->acknowledged = world->appended;
    return error;
}

/* Appends and commits, both of which must work. */
static inline void world_add(struct world *world, size_t size)
{
    assert_int_equal(world_append(world, size), OK);
    assert_int_equal(world_commit(world), OK);
}

/* After an opening that returned OK: a prefix with everything acknowledged. What a reader has seen
 * now must stay, so it counts as acknowledged from here on. */
static inline void world_check(struct world *world, const char *when, uint64_t number)
{
    if (world->replayed < world->acknowledged)
        fail_msg("seed %llu, %s %llu: %llu records came back, %llu were acknowledged",
                 (unsigned long long)world->seed, when, (unsigned long long)number,
                 (unsigned long long)world->replayed, (unsigned long long)world->acknowledged);
    world->appended = world->replayed;
    world->acknowledged = world->replayed;
}

/* Opening must work. */
static inline void world_open_well(struct world *world, const char *when, uint64_t number)
{
    const enum err error = world_open(world);
    if (error != OK)
        fail_msg("seed %llu, %s %llu: %s; %s", (unsigned long long)world->seed, when,
                 (unsigned long long)number, err_text(error), world->recovery.problem);
    world_check(world, when, number);
}

/* Opening must fail with that error, and every word of `words` (NULL ends them) must be told. */
static inline void world_open_refused(struct world *world, enum err expected,
                                      const char *const *words)
{
    assert_int_equal(world_open(world), expected);
    for (; *words != NULL; words++) {
        if (strstr(world->recovery.problem, *words) == NULL)
            fail_msg("no '%s' in '%s'", *words, world->recovery.problem);
    }
}

static inline void segment_name(uint64_t index, char *path, size_t path_bytes)
{
    (void)snprintf(path, path_bytes, FOLDER "/%016llx.journal", (unsigned long long)index);
}

/* Changes bytes of a segment behind the journal's back, durably. */
static inline void world_overwrite(struct world *world, uint64_t index, uint64_t offset,
                                   struct bytes bytes)
{
    char path[64];
    struct os_file *file = NULL;
    segment_name(index, path, sizeof(path));
    assert_int_equal(world->os->open(world->os, path, OS_OPEN_WRITE, &file), OK);
    assert_int_equal(world->os->write(world->os, file, offset, bytes), OK);
    assert_int_equal(world->os->sync(world->os, file), OK);
    world->os->close(world->os, file);
}

static inline void world_read(struct world *world, uint64_t index, uint64_t offset, uint8_t *data,
                              size_t size)
{
    char path[64];
    struct os_file *file = NULL;
    size_t got = 0;
    segment_name(index, path, sizeof(path));
    assert_int_equal(world->os->open(world->os, path, OS_OPEN_READ, &file), OK);
    assert_int_equal(world->os->read(world->os, file, offset, data, size, &got), OK);
    assert_int_equal(got, size);
    world->os->close(world->os, file);
}

/* Room for one segment and no spare. */
static inline void world_limit_to_one_segment(struct world *world)
{
    os_sim_limit_disk(world->sim, (uint64_t)JOURNAL_SEGMENT_BYTES + 4096);
}

/* Fills the current, fresh segment until less than `left` bytes of it are free; needs room. */
static inline void world_fill_segment(struct world *world, uint64_t left)
{
    uint64_t used = JOURNAL_BLOCK_BYTES;
    while ((uint64_t)JOURNAL_SEGMENT_BYTES - used >= left + JOURNAL_BLOCK_BYTES) {
        uint64_t frame = (uint64_t)JOURNAL_SEGMENT_BYTES - used - left;
        if (frame > (uint64_t)JOURNAL_RECORD_BYTES_MAX)
            frame = (uint64_t)JOURNAL_RECORD_BYTES_MAX;
        frame -= frame % JOURNAL_BLOCK_BYTES;
        world_add(world, (size_t)frame - FRAME_HEADER_BYTES - CHECKSUM_BYTES - RECORD_HEADER_BYTES);
        used += frame;
    }
}

/* Memory of segments is used again instead of being mapped anew each time; quiet logs. */
static inline void world_prepare(void)
{
    (void)mallopt(M_MMAP_THRESHOLD, 1 << 30);
    (void)mallopt(M_TRIM_THRESHOLD, 1 << 30);
    log_set_level(LOG_ERROR);
    cmocka_set_message_output(CM_OUTPUT_TAP);
}

#endif
