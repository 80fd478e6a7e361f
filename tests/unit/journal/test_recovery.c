/* Torn ends, damage, and folders that are not what they should be: what recovery cuts, what it
 * refuses, and in which words. */
#include "journal_world.h"

enum { BLOCK = JOURNAL_BLOCK_BYTES };

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

/* Three frames of one, three and one blocks, at blocks 1, 2 and 5. */
static void add_three_frames(struct world *world)
{
    world_open_well(world, "start", 0);
    world_add(world, 100);
    world_add(world, 2 * BLOCK + 100);
    world_add(world, 100);
    world_close(world);
}

static void flip_bit(struct world *world, uint64_t index, uint64_t offset)
{
    char path[64];
    segment_name(index, path, sizeof(path));
    os_sim_flip_bit(world->sim, path, offset * 8 + 3);
}

/* Reads `size` bytes of a segment into memory that the caller frees. */
static uint8_t *read_segment(struct world *world, uint64_t index, size_t size)
{
    uint8_t *data = malloc(size);
    assert_non_null(data);
    world_read(world, index, 0, data, size);
    return data;
}

static void torn_end_is_cut_and_told_and_appending_goes_on(void **state)
{
    static const uint64_t offsets[] = {
        5 * BLOCK,       /* Magic of the last frame. */
        5 * BLOCK + 5,   /* Its header. */
        5 * BLOCK + 60,  /* Its payload. */
        5 * BLOCK + 133, /* Its checksum. */
    };
    struct world *world = *state;
    for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
        world_deinit(world);
        world_init(world, i);
        add_three_frames(world);
        flip_bit(world, 1, offsets[i]);
        world->acknowledged = 2; /* As if the third had never been. */
        world_open_well(world, "torn", i);
        assert_int_equal(world->replayed, 2);
        assert_int_equal(world->recovery.torn_bytes, BLOCK);
        world_add(world, 5 * BLOCK);
        world_close(world);
        world_open_well(world, "later", i);
        assert_int_equal(world->replayed, 3);
        assert_int_equal(world->recovery.torn_bytes, 0);
    }
}

static void garbage_behind_the_end_is_cut(void **state)
{
    struct world *world = *state;
    add_three_frames(world);
    world_overwrite(world, 1, 9 * BLOCK + 77, BYTES("garbage"));
    world_open_well(world, "garbage", 0);
    assert_int_equal(world->replayed, 3);
    assert_int_equal(world->recovery.torn_bytes, 4 * BLOCK);
    uint8_t left[7];
    world_read(world, 1, 9 * BLOCK + 77, left, sizeof(left));
    assert_memory_equal(left, "\0\0\0\0\0\0", sizeof(left));
}

/* Wherever a bit flips in a frame that another follows: nothing is cut, and it says where. */
static void damage_before_a_later_frame_is_refused_and_nothing_is_changed(void **state)
{
    static const struct {
        uint64_t offset;
        const char *words[4];
    } rows[] = {
        {1 * BLOCK, {"0000000000000001", "byte 4096", "acknowledged", NULL}},
        {1 * BLOCK + 8, {"0000000000000001", "byte 4096", "acknowledged", NULL}},
        {1 * BLOCK + 16, {"0000000000000001", "byte 4096", "acknowledged", NULL}},
        {1 * BLOCK + 40, {"0000000000000001", "byte 4096", "byte 8192", NULL}},
        {2 * BLOCK + 2, {"0000000000000001", "byte 8192", "byte 20480", NULL}},
        {3 * BLOCK + 9, {"0000000000000001", "byte 8192", "byte 20480", NULL}},
        {4 * BLOCK + 100, {"0000000000000001", "byte 8192", "byte 20480", NULL}},
    };
    struct world *world = *state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        world_deinit(world);
        world_init(world, i);
        add_three_frames(world);
        flip_bit(world, 1, rows[i].offset);
        uint8_t *before = read_segment(world, 1, 8 * BLOCK);
        for (int again = 0; again < 2; again++)
            world_open_refused(world, ERR_CORRUPT, rows[i].words);
        uint8_t *after = read_segment(world, 1, 8 * BLOCK);
        assert_memory_equal(before, after, 8 * BLOCK);
        free(before);
        free(after);
    }
}

/* The last frame of a segment that another segment follows is no torn end. */
static void damage_at_the_end_of_an_older_segment_is_refused_and_nothing_is_changed(void **state)
{
    static const char *const words[] = {"0000000000000001", "damaged at byte 50360320",
                                        "0000000000000002", NULL};
    struct world *world = *state;
    world_open_well(world, "start", 0);
    for (int i = 0; i < 8; i++)
        world_add(world, (size_t)JOURNAL_RECORD_BYTES_MAX);
    world_close(world);
    const uint64_t last_frame = BLOCK + 6 * (uint64_t)FRAME_BYTES(JOURNAL_RECORD_BYTES_MAX + 4);
    assert_int_equal(last_frame, 50360320);
    flip_bit(world, 1, last_frame + 5000);
    uint8_t *before = read_segment(world, 1, (size_t)JOURNAL_SEGMENT_BYTES);
    for (int again = 0; again < 2; again++)
        world_open_refused(world, ERR_CORRUPT, words);
    uint8_t *after = read_segment(world, 1, (size_t)JOURNAL_SEGMENT_BYTES);
    assert_memory_equal(before, after, (size_t)JOURNAL_SEGMENT_BYTES);
    free(before);
    free(after);
}

static void missing_segments_are_refused(void **state)
{
    static const char *const words[] = {"missing", NULL};
    struct world *world = *state;
    world_open_well(world, "start", 0);
    for (int i = 0; i < 16; i++)
        world_add(world, (size_t)JOURNAL_RECORD_BYTES_MAX);
    world_close(world); /* Three segments and a spare. */
    char path[64];
    segment_name(2, path, sizeof(path));
    assert_int_equal(world->os->remove(world->os, path), OK);
    world_open_refused(world, ERR_CORRUPT, words);
    segment_name(1, path, sizeof(path));
    assert_int_equal(world->os->remove(world->os, path), OK);
    world_open_refused(world, ERR_CORRUPT, words);
}

static void strange_names_are_refused(void **state)
{
    static const char *const names[] = {"notes.txt",
                                        "0000000000000000.journal",
                                        "1.journal",
                                        "00000000000000AA.journal",
                                        "0000000000000001.journal~",
                                        "-000000000000001.journal"};
    struct world *world = *state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        world_deinit(world);
        world_init(world, i);
        add_three_frames(world);
        char path[128];
        struct os_file *file = NULL;
        (void)snprintf(path, sizeof(path), FOLDER "/%s", names[i]);
        assert_int_equal(world->os->open(world->os, path, OS_OPEN_CREATE, &file), OK);
        world->os->close(world->os, file);
        const char *const words[] = {names[i], "move it away", NULL};
        world_open_refused(world, ERR_CORRUPT, words);
        assert_int_equal(world->os->remove(world->os, path), OK);
        world_open_well(world, "moved away", i);
    }
}

static void newer_format_is_refused(void **state)
{
    static const char *const words[] = {"0000000000000001", "newer format", NULL};
    struct world *world = *state;
    add_three_frames(world);
    world_overwrite(world, 1, 4, BYTES("\x02"));
    world_open_refused(world, ERR_UNSUPPORTED, words);
}

static void damaged_header_is_refused_when_records_follow(void **state)
{
    static const uint64_t offsets[] = {0, 8, 16, 24, 32};
    static const char *const words[] = {"0000000000000001", "header", NULL};
    struct world *world = *state;
    for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
        world_deinit(world);
        world_init(world, i);
        add_three_frames(world);
        flip_bit(world, 1, offsets[i]);
        world_open_refused(world, ERR_CORRUPT, words);
    }
}

static void segment_of_another_journal_is_refused(void **state)
{
    static const char *const words[] = {"0000000000000002", "does not continue", NULL};
    struct world *world = *state;
    world_open_well(world, "start", 0);
    for (int i = 0; i < 8; i++)
        world_add(world, (size_t)JOURNAL_RECORD_BYTES_MAX);
    world_close(world);
    const struct segment_header header = {4711, 2, 8};
    struct buffer block;
    buffer_init(&block);
    segment_header_encode(&block, &header);
    world_overwrite(world, 2, 0, buffer_bytes(&block));
    buffer_deinit(&block);
    world_open_refused(world, ERR_CORRUPT, words);
}

static void record_that_is_not_understood_ends_recovery_and_is_named(void **state)
{
    static const char *const words[] = {"byte 8192", "record 2", NULL};
    struct world *world = *state;
    add_three_frames(world);
    world->sizes[1]++; /* The model does not know it. */
    world_open_refused(world, ERR_INVALID, words);
}

/* No byte of a small journal, whatever it becomes, makes recovery crash or invent a record. */
static void any_flipped_bit_gives_a_prefix_or_a_refusal(void **state)
{
    struct world *world = *state;
    world_limit_to_one_segment(world);
    add_three_frames(world);
    for (uint64_t offset = 0; offset < 6 * (uint64_t)BLOCK; offset += 131 * STRIDE) {
        flip_bit(world, 1, offset);
        const enum err error = world_open(world); /* The model compares what comes back. */
        if (error == OK) {
            world_close(world);
            if (world->replayed < 3) { /* The last frame was cut; write it anew. */
                world_deinit(world);
                world_init(world, offset);
                world_limit_to_one_segment(world);
                add_three_frames(world);
                continue;
            }
        } else {
            assert_true(error == ERR_CORRUPT || error == ERR_UNSUPPORTED);
            assert_true(strlen(world->recovery.problem) > 0);
            flip_bit(world, 1, offset);
        }
    }
    world_open_well(world, "in the end", 0);
    assert_int_equal(world->replayed, 3);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(torn_end_is_cut_and_told_and_appending_goes_on),
        TEST(garbage_behind_the_end_is_cut),
        TEST(damage_before_a_later_frame_is_refused_and_nothing_is_changed),
        TEST(damage_at_the_end_of_an_older_segment_is_refused_and_nothing_is_changed),
        TEST(missing_segments_are_refused),
        TEST(strange_names_are_refused),
        TEST(newer_format_is_refused),
        TEST(damaged_header_is_refused_when_records_follow),
        TEST(segment_of_another_journal_is_refused),
        TEST(record_that_is_not_understood_ends_recovery_and_is_named),
        TEST(any_flipped_bit_gives_a_prefix_or_a_refusal),
    };
    world_prepare();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
