/* Data folders with checkpoints that are not as they should be: what a start passes over and
 * removes, what it refuses, and in which words. A refused folder is not changed. */
#include "journal_world.h"

enum { BLOCK = JOURNAL_BLOCK_BYTES, PARTS = 12 };

static int begin(void **state)
{
    struct world *world = malloc(sizeof(*world));
    if (world == NULL)
        return -1;
    world_init(world, 1);
    *state = world;
    return 0;
}

static int end(void **state)
{
    world_deinit(*state);
    free(*state);
    return 0;
}

/* A file as it was. */
struct saved {
    char path[64];
    uint8_t *data;
    size_t size;
};

static struct saved save(struct world *world, const char *path)
{
    struct saved saved = {.path = ""};
    (void)snprintf(saved.path, sizeof(saved.path), "%s", path);
    assert_int_equal(os_read_file(world->os, path, SIZE_MAX / 2, &saved.data, &saved.size), OK);
    return saved;
}

static struct saved save_segment(struct world *world, uint64_t index)
{
    char path[64];
    segment_name(index, path, sizeof(path));
    return save(world, path);
}

static struct saved save_checkpoint(struct world *world, uint64_t number)
{
    char path[64];
    checkpoint_name(number, path, sizeof(path));
    return save(world, path);
}

static void write_file(struct world *world, const char *path, struct bytes bytes)
{
    struct os_file *file = NULL;
    (void)world->os->remove(world->os, path);
    assert_int_equal(world->os->open(world->os, path, OS_OPEN_CREATE, &file), OK);
    assert_int_equal(world->os->write(world->os, file, 0, bytes), OK);
    assert_int_equal(world->os->sync(world->os, file), OK);
    world->os->close(world->os, file);
    assert_int_equal(world->os->sync_folder(world->os, CHECKPOINTS), OK);
    assert_int_equal(world->os->sync_folder(world->os, FOLDER), OK);
}

static void restore(struct world *world, const struct saved *saved)
{
    write_file(world, saved->path, (struct bytes){saved->data, saved->size});
}

static void assert_unchanged(struct world *world, const struct saved *saved)
{
    struct saved now = save(world, saved->path);
    assert_int_equal(now.size, saved->size);
    assert_memory_equal(now.data, saved->data, now.size);
    free(now.data);
}

static void remove_checkpoint(struct world *world, uint64_t number)
{
    char path[64];
    checkpoint_name(number, path, sizeof(path));
    assert_int_equal(world->os->remove(world->os, path), OK);
}

static void remove_segment(struct world *world, uint64_t index)
{
    char path[64];
    segment_name(index, path, sizeof(path));
    assert_int_equal(world->os->remove(world->os, path), OK);
}

static void flip_byte(struct world *world, const char *path, uint64_t offset)
{
    os_sim_flip_bit(world->sim, path, offset * 8 + 5);
}

/* A segment and a little of the next. */
static void leave_segment_behind(struct world *world)
{
    for (int i = 0; i < 8; i++)
        world_add(world, (size_t)JOURNAL_RECORD_BYTES_MAX);
}

/* Segment 1 is gone, checkpoint 1 covers what was in it; records follow in segment 2. */
static void make_retired(struct world *world)
{
    world_open_well(world, "start", 0);
    leave_segment_behind(world);
    assert_int_equal(world_checkpoint(world, PARTS), OK);
    world_add(world, 100);
    world_add(world, 100);
    world_close(world);
}

/* Checkpoint 1 covers two records, checkpoint 2 four; nothing else is gone. */
static struct saved make_two(struct world *world)
{
    world_open_well(world, "start", 0);
    world_add(world, 100);
    world_add(world, 100);
    assert_int_equal(world_checkpoint(world, PARTS), OK);
    struct saved first = save_checkpoint(world, 1);
    world_add(world, 100);
    world_add(world, 100);
    assert_int_equal(world_checkpoint(world, PARTS), OK);
    world_add(world, 100);
    world_close(world);
    return first;
}

/* Wherever a bit flips in a checkpoint that is needed: refused, and told where. */
static void damaged_checkpoint_is_refused_and_nothing_is_changed(void **state)
{
    struct world *world = *state;
    make_retired(world);
    struct saved saved = save_checkpoint(world, 1);
    struct saved segment = save_segment(world, 2);
    const uint64_t end_block = saved.size - BLOCK;
    const struct {
        uint64_t offset;
        const char *words[3];
    } rows[] = {
        {0, {"checkpoint 0000000000000001", "never finished", NULL}},     /* Magic. */
        {8, {"checkpoint 0000000000000001", "never finished", NULL}},     /* Journal. */
        {16, {"checkpoint 0000000000000001", "never finished", NULL}},    /* Number. */
        {24, {"checkpoint 0000000000000001", "never finished", NULL}},    /* Records covered. */
        {32, {"checkpoint 0000000000000001", "never finished", NULL}},    /* Checksum. */
        {BLOCK, {"checkpoint 0000000000000001", "byte 4096", NULL}},      /* A part's magic. */
        {BLOCK + 4, {"checkpoint 0000000000000001", "byte 4096", NULL}},  /* Kind. */
        {BLOCK + 8, {"checkpoint 0000000000000001", "byte 4096", NULL}},  /* Key. */
        {BLOCK + 16, {"checkpoint 0000000000000001", "byte 4096", NULL}}, /* Number. */
        {BLOCK + 24, {"checkpoint 0000000000000001", "byte 4096", NULL}}, /* Index. */
        {BLOCK + 32, {"checkpoint 0000000000000001", "byte 4096", NULL}}, /* Size. */
        {BLOCK + 36, {"checkpoint 0000000000000001", "byte 4096", NULL}}, /* Reserved. */
        {BLOCK + 40, {"checkpoint 0000000000000001", "byte 4096", NULL}}, /* Checksum. */
        {BLOCK + 48 + 40, {"checkpoint 0000000000000001", "byte 4144", NULL}}, /* Payload. */
        {end_block, {"checkpoint 0000000000000001", "never finished", NULL}},
        {end_block + 8, {"checkpoint 0000000000000001", "never finished", NULL}},
        {end_block + 16, {"checkpoint 0000000000000001", "never finished", NULL}},
        {end_block + 24, {"checkpoint 0000000000000001", "never finished", NULL}},
        {end_block + 32, {"checkpoint 0000000000000001", "never finished", NULL}},
        {end_block + 40, {"checkpoint 0000000000000001", "never finished", NULL}},
        {end_block + 48, {"checkpoint 0000000000000001", "never finished", NULL}},
        {end_block + 56, {"checkpoint 0000000000000001", "never finished", NULL}},
        {end_block + 64, {"checkpoint 0000000000000001", "never finished", NULL}},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        flip_byte(world, saved.path, rows[i].offset);
        struct saved damaged = save(world, saved.path);
        for (int again = 0; again < 2; again++) {
            world->read_ahead = again == 1;
            world_open_refused(world, ERR_CORRUPT, rows[i].words);
        }
        assert_unchanged(world, &damaged);
        assert_unchanged(world, &segment);
        free(damaged.data);
        flip_byte(world, saved.path, rows[i].offset);
    }
    world_open_well(world, "mended", 0);
    assert_int_equal(world->replayed, 10);
    free(saved.data);
    free(segment.data);
}

static void any_flipped_bit_of_a_checkpoint_gives_everything_or_a_refusal(void **state)
{
    struct world *world = *state;
    make_retired(world);
    struct saved saved = save_checkpoint(world, 1);
    uint64_t refused = 0;
    for (uint64_t offset = 0; offset < saved.size; offset += 1031 * STRIDE) {
        flip_byte(world, saved.path, offset);
        const enum err error = world_open(world);
        if (error == OK)
            assert_int_equal(world->replayed, 10); /* A bit of the padding. */
        else
            assert_true(error == ERR_CORRUPT && strlen(world->recovery.problem) > 0);
        refused += error != OK;
        world_close(world);
        flip_byte(world, saved.path, offset);
    }
    assert_true(refused * 1031 * STRIDE > saved.size / 2);
    free(saved.data);
}

/* What a power cut leaves of a checkpoint that was being written. */
static void unfinished_checkpoint_is_passed_over_and_removed(void **state)
{
    struct world *world = *state;
    struct saved first = make_two(world);
    struct saved second = save_checkpoint(world, 2);
    const size_t sizes[] = {0, 100, BLOCK, 3 * BLOCK, second.size - BLOCK, second.size - 1};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        for (int older = 0; older < 2; older++) {
            if (older == 1)
                restore(world, &first);
            write_file(world, second.path, (struct bytes){second.data, sizes[i]});
            world_open_well(world, "unfinished", i);
            assert_int_equal(world->replayed, 5);
            assert_int_equal(world->checkpoint_seq, older == 1 ? 2 : 0);
            assert_int_equal(world->recovery.checkpoint_number, older);
            assert_int_equal(world->recovery.leftovers_count, 1);
            assert_int_equal(files_count(world, CHECKPOINTS), older);
            world_close(world);
            os_sim_reboot(world->sim); /* Removed for good. */
            assert_int_equal(files_count(world, CHECKPOINTS), older);
            if (older == 1)
                remove_checkpoint(world, 1);
        }
    }
    free(first.data);
    free(second.data);
}

static void newer_one_of_two_whole_checkpoints_is_taken_and_the_other_removed(void **state)
{
    struct world *world = *state;
    struct saved first = make_two(world);
    restore(world, &first);
    world_open_well(world, "two", 0);
    assert_int_equal(world->checkpoint_seq, 4);
    assert_int_equal(world->recovery.checkpoint_number, 2);
    assert_int_equal(world->recovery.records_count, 1);
    assert_int_equal(world->recovery.leftovers_count, 1);
    assert_int_equal(files_count(world, CHECKPOINTS), 1);
    assert_int_equal(world_checkpoint(world, PARTS), OK);
    world_close(world);
    world_open_well(world, "later", 0);
    assert_int_equal(world->recovery.checkpoint_number, 3);
    free(first.data);
}

/* A removal that was interrupted leaves what it likes. */
static void segments_that_are_not_needed_are_removed_whichever_they_are(void **state)
{
    struct world *world = *state;
    world_open_well(world, "start", 0);
    struct saved saved[3];
    for (uint64_t i = 0; i < 3; i++) {
        leave_segment_behind(world);
        saved[i] = save_segment(world, i + 1);
    }
    assert_int_equal(world_checkpoint(world, PARTS), OK);
    world_add(world, 100);
    world_close(world);
    for (unsigned left = 0; left < 8; left++) {
        for (uint64_t i = 0; i < 3; i++) {
            if ((left >> i & 1) != 0)
                restore(world, &saved[i]);
        }
        world_open_well(world, "with leftovers", left);
        assert_int_equal(world->replayed, 25);
        assert_int_equal(world->recovery.leftovers_count, (uint64_t)__builtin_popcount(left));
        assert_int_equal(files_count(world, FOLDER), 2);
        world_close(world);
    }
    /* Nothing in them matters. */
    memset(saved[1].data, 0x55, saved[1].size);
    restore(world, &saved[1]);
    world_open_well(world, "with a damaged leftover", 0);
    assert_int_equal(files_count(world, FOLDER), 2);
    for (int i = 0; i < 3; i++)
        free(saved[i].data);
}

static void missing_checkpoint_is_refused(void **state)
{
    static const char *const words[] = {"0000000000000002", "no checkpoint", "missing", NULL};
    struct world *world = *state;
    make_retired(world);
    remove_checkpoint(world, 1);
    struct saved segment = save_segment(world, 2);
    world_open_refused(world, ERR_CORRUPT, words);
    assert_unchanged(world, &segment);
    free(segment.data);
}

static void missing_segments_behind_a_checkpoint_are_refused(void **state)
{
    static const char *const gone[] = {"checkpoint 0000000000000001", "missing", NULL};
    static const char *const later[] = {"checkpoint 0000000000000001", "record 9", "missing", NULL};
    static const char *const gap[] = {"0000000000000002", "0000000000000005", "missing", NULL};
    struct world *world = *state;
    make_retired(world);
    world_open_well(world, "go on", 0);
    leave_segment_behind(world);
    leave_segment_behind(world);
    world_close(world); /* Segments 2, 3, 4 and a spare. */
    struct saved third = save_segment(world, 3);
    remove_segment(world, 3);
    world_open_refused(world, ERR_CORRUPT, gap);
    restore(world, &third);
    free(third.data);
    remove_segment(world, 2);
    world_open_refused(world, ERR_CORRUPT, later);
    for (uint64_t index = 3; index <= 5; index++)
        remove_segment(world, index);
    world_open_refused(world, ERR_CORRUPT, gone);
}

static void unfinished_checkpoint_without_segments_is_refused(void **state)
{
    static const char *const words[] = {"checkpoint 0000000000000001", "missing", "begin from",
                                        NULL};
    struct world *world = *state;
    make_retired(world);
    struct saved checkpoint = save_checkpoint(world, 1);
    write_file(world, checkpoint.path, (struct bytes){checkpoint.data, 2 * BLOCK});
    world_open_refused(world, ERR_CORRUPT, words); /* Segment 1 is gone. */
    remove_segment(world, 2);
    remove_segment(world, 3);
    world_open_refused(world, ERR_CORRUPT, words); /* All are. */
    free(checkpoint.data);
}

/* The journal was durable up to there when the checkpoint was finished. */
static void journal_that_ends_before_the_checkpoint_does_is_refused(void **state)
{
    static const char *const words[] = {"record 8", "record 9", "its end is missing", NULL};
    struct world *world = *state;
    struct checkpoint_writer *writer = NULL;
    world_open_well(world, "start", 0);
    for (int i = 0; i < 8; i++)
        world_add(world, 100);
    assert_int_equal(journal_checkpoint_begin(world->journal, &writer), OK);
    world_add(world, 100);
    const struct checkpoint_part part = {.kind = 1, .key = 1, .seq = 9};
    assert_int_equal(checkpoint_append(writer, &part), OK);
    assert_int_equal(checkpoint_finish(writer), OK);
    world_close(world);
    /* Without the checkpoint it would be a torn end. */
    flip_byte(world, FOLDER "/0000000000000001.journal", 9 * BLOCK + 30);
    struct saved segment = save_segment(world, 1);
    world_open_refused(world, ERR_CORRUPT, words);
    assert_unchanged(world, &segment);
    free(segment.data);
}

static void checkpoint_of_another_journal_is_refused(void **state)
{
    static const char *const words[] = {"segment 0000000000000001", "checkpoint 0000000000000001",
                                        "different journals", NULL};
    struct world *world = *state;
    world_open_well(world, "start", 0);
    world_add(world, 100);
    assert_int_equal(world_checkpoint(world, PARTS), OK);
    struct saved other = save_checkpoint(world, 1);
    world_deinit(world);
    world_init(world, 2); /* Another journal id. */
    world_open_well(world, "start", 0);
    world_add(world, 100);
    world_close(world);
    restore(world, &other);
    world_open_refused(world, ERR_CORRUPT, words);
    remove_checkpoint(world, 1);
    world_open_well(world, "without it", 0);
    free(other.data);
}

static void newer_format_is_refused_whole_or_not(void **state)
{
    static const char *const words[] = {"checkpoint 0000000000000001", "newer format", NULL};
    struct world *world = *state;
    make_retired(world);
    struct saved saved = save_checkpoint(world, 1);
    saved.data[4] = 2;
    restore(world, &saved);
    world_open_refused(world, ERR_UNSUPPORTED, words);
    saved.size = 2 * BLOCK;
    restore(world, &saved);
    world_open_refused(world, ERR_UNSUPPORTED, words);
    free(saved.data);
}

static void checkpoint_under_another_number_is_not_one(void **state)
{
    static const char *const words[] = {"checkpoint 0000000000000007", "begin from", NULL};
    struct world *world = *state;
    make_retired(world);
    struct saved saved = save_checkpoint(world, 1);
    remove_checkpoint(world, 1);
    checkpoint_name(7, saved.path, sizeof(saved.path));
    restore(world, &saved);
    world_open_refused(world, ERR_CORRUPT, words);
    free(saved.data);
}

static void segment_under_another_number_is_refused(void **state)
{
    static const char *const words[] = {"segment 0000000000000002", "0000000000000001", NULL};
    struct world *world = *state;
    world_open_well(world, "start", 0);
    world_add(world, 100);
    world_close(world);
    struct saved saved = save_segment(world, 1);
    segment_name(2, saved.path, sizeof(saved.path));
    restore(world, &saved);
    world_open_refused(world, ERR_CORRUPT, words);
    free(saved.data);
}

static void strange_names_beside_checkpoints_are_refused(void **state)
{
    static const char *const names[] = {"notes.txt", "0000000000000000.checkpoint", "1.checkpoint",
                                        "0000000000000001.journal"};
    struct world *world = *state;
    make_retired(world);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *const words[] = {names[i], "not a checkpoint", "move it away", NULL};
        char path[128];
        (void)snprintf(path, sizeof(path), CHECKPOINTS "/%s", names[i]);
        write_file(world, path, BYTES("x"));
        world_open_refused(world, ERR_CORRUPT, words);
        assert_int_equal(world->os->remove(world->os, path), OK);
    }
    world_open_well(world, "moved away", 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(damaged_checkpoint_is_refused_and_nothing_is_changed),
        TEST(any_flipped_bit_of_a_checkpoint_gives_everything_or_a_refusal),
        TEST(unfinished_checkpoint_is_passed_over_and_removed),
        TEST(newer_one_of_two_whole_checkpoints_is_taken_and_the_other_removed),
        TEST(segments_that_are_not_needed_are_removed_whichever_they_are),
        TEST(missing_checkpoint_is_refused),
        TEST(missing_segments_behind_a_checkpoint_are_refused),
        TEST(unfinished_checkpoint_without_segments_is_refused),
        TEST(journal_that_ends_before_the_checkpoint_does_is_refused),
        TEST(checkpoint_of_another_journal_is_refused),
        TEST(newer_format_is_refused_whole_or_not),
        TEST(checkpoint_under_another_number_is_not_one),
        TEST(segment_under_another_number_is_refused),
        TEST(strange_names_beside_checkpoints_are_refused),
    };
    world_prepare();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
