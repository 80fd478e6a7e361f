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

#define DATA        "data"
#define FOLDER      DATA "/journal"
#define CHECKPOINTS DATA "/checkpoints"

enum { RECORDS_MAX = 8192 };

/* Sanitizers make segments of 64 MiB slow: long loops take steps that are so much longer. */
#if defined(__SANITIZE_THREAD__)
enum { STRIDE = 32 };
#elif defined(__SANITIZE_ADDRESS__)
enum { STRIDE = 32 };
#else
enum { STRIDE = 1 };
#endif
enum { CALLS_STRIDE = STRIDE > 1 ? 41 : 1 }; /* The same for calls of which each is tried. */

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
    uint64_t replayed; /* By the opening that ran last; what its checkpoint covers counts. */
    uint64_t parts_taken;
    uint64_t parts_count;    /* Of the checkpoint, as its first part tells. */
    uint64_t checkpoint_seq; /* That it covers. */
    bool parts_ended;
    bool read_ahead;
    uint8_t *content; /* Of one record. */
};

static inline void world_init(struct world *world, uint64_t seed)
{
    memset(world, 0, sizeof(*world));
    world->seed = seed;
    world->sim = os_sim_create(seed);
    world->os = os_sim_os(world->sim);
    world->content = malloc((size_t)JOURNAL_RECORD_BYTES_MAX);
    assert_non_null(world->content);
    assert_int_equal(world->os->make_folder(world->os, DATA), OK);
    assert_int_equal(world->os->sync_folder(world->os, "."), OK);
    os_sim_cut_power_at(world->sim, OS_SIM_NEVER); /* Counts calls from here. */
}

/* Counts names in a folder. */
static inline void count_name(void *context, const char *name)
{
    (void)name;
    ++*(uint64_t *)context;
}

static inline uint64_t files_count(struct world *world, const char *folder)
{
    uint64_t count = 0;
    assert_int_equal(world->os->list_folder(world->os, folder, count_name, &count), OK);
    return count;
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
static inline enum err world_replay(struct world *world, uint64_t seq, struct bytes payload)
{
    const uint64_t number = world->replayed;
    if (seq != number + 1 || number >= world->appended || payload.size != world->sizes[number])
        return ERR_INVALID;
    const struct bytes expected = record_content(world, number, payload.size);
    if (memcmp(payload.data, expected.data, expected.size) != 0)
        return ERR_INVALID;
    world->replayed++;
    return OK;
}

static inline enum err world_take_records(void *context, struct journal_records *records)
{
    enum err error = OK;
    for (size_t i = 0; i < records->count && error == OK; i++) {
        error = world_replay(context, records->items[i].seq, records->items[i].payload);
        records->failed = i;
    }
    return error;
}

/* What a checkpoint that covers `seq` has as its part number `index`: the first tells how many
 * follow. Content in `content`, which has room for it. */
static inline struct checkpoint_part part_expected(uint64_t seq, uint64_t index, uint64_t count,
                                                   uint8_t *content)
{
    static const size_t sizes[] = {1, 0, 7, 8, 100, 4000, 70000, 300000};
    const size_t size = index == 0 ? 0 : sizes[index % (sizeof(sizes) / sizeof(sizes[0]))];
    memset(content, (int)(index * 31 + seq), size);
    return (struct checkpoint_part){
        .kind = index == 0 ? 1 : 2,
        .key = index == 0 ? (int64_t)count : -(int64_t)index,
        .seq = index == 0 ? seq : seq - index % 3 % (seq + 1),
        .payload = {content, size},
    };
}

static inline enum err world_take_part(struct world *world, const struct checkpoint_part *part)
{
    if (world->parts_taken == 0) {
        world->checkpoint_seq = part->seq;
        world->parts_count = (uint64_t)part->key;
    }
    const struct checkpoint_part expected = part_expected(world->checkpoint_seq, world->parts_taken,
                                                          world->parts_count, world->content);
    if (part->kind != expected.kind || part->key != expected.key || part->seq != expected.seq ||
        !bytes_equal(part->payload, expected.payload))
        return ERR_INVALID;
    world->parts_taken++;
    return OK;
}

static inline enum err world_take_parts(void *context, struct checkpoint_parts *parts)
{
    struct world *world = context;
    enum err error = world->parts_ended || parts->count == 0 ? ERR_INVALID : OK;
    for (size_t i = 0; i < parts->count && error == OK; i++) {
        error = world_take_part(world, &parts->items[i]);
        parts->failed = i;
    }
    return error;
}

static inline enum err world_end_parts(void *context)
{
    struct world *world = context;
    if (world->parts_ended || world->parts_taken != world->parts_count ||
        world->checkpoint_seq > world->appended)
        return ERR_INVALID;
    world->parts_ended = true;
    world->replayed = world->checkpoint_seq;
    return OK;
}

/* Who compares everything that is read with what the model knows. */
static inline struct journal_replay world_begin_replay(struct world *world)
{
    world->replayed = 0;
    world->parts_taken = 0;
    world->parts_count = 0;
    world->checkpoint_seq = 0;
    world->parts_ended = false;
    return (struct journal_replay){
        .context = world,
        .take_parts = world_take_parts,
        .end_parts = world_end_parts,
        .take_records = world_take_records,
        .read_ahead = world->read_ahead,
    };
}

/* Opens the journal; what it replayed is compared on the way. */
static inline enum err world_open(struct world *world)
{
    const struct journal_replay replay = world_begin_replay(world);
    return journal_open(world->os, DATA, &replay, &world->recovery, &world->journal);
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

/* Writes parts [first, last) of the `count` parts of a checkpoint that was begun. */
static inline enum err world_append_some(struct world *world, struct checkpoint_writer *writer,
                                         uint64_t first, uint64_t last, uint64_t count)
{
    enum err error = OK;
    for (uint64_t i = first; i < last && error == OK; i++) {
        const struct checkpoint_part part =
            part_expected(checkpoint_seq(writer), i, count, world->content);
        error = checkpoint_append(writer, &part);
    }
    return error;
}

/* Writes all of them. */
static inline enum err world_append_parts(struct world *world, struct checkpoint_writer *writer,
                                          uint64_t count)
{
    return world_append_some(world, writer, 0, count, count);
}

/* A whole checkpoint, of everything that was appended; commits first. */
static inline enum err world_checkpoint(struct world *world, uint64_t parts_count)
{
    struct checkpoint_writer *writer = NULL;
    enum err error = world_commit(world);
    if (error == OK)
        error = journal_checkpoint_begin(world->journal, &writer);
    if (error != OK)
        return error;
    error = world_append_parts(world, writer, parts_count);
    if (error == OK)
        return checkpoint_finish(writer);
    checkpoint_abandon(writer);
    return error;
}

static inline void checkpoint_name(uint64_t number, char *path, size_t path_bytes)
{
    (void)snprintf(path, path_bytes, CHECKPOINTS "/%016llx.checkpoint", (unsigned long long)number);
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
}

#endif
