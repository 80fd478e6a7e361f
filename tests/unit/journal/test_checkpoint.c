/* Checkpoints without a fault: what comes back, what is removed, and what it costs. */
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

static void reopen(struct world *world)
{
    world_close(world);
    world_open_well(world, "reopening", 0);
}

static void add_records(struct world *world, int count, size_t size)
{
    for (int i = 0; i < count; i++)
        world_add(world, size);
}

static void start_takes_the_checkpoint_and_the_records_behind_it(void **state)
{
    struct world *world = *state;
    for (int read_ahead = 0; read_ahead < 2; read_ahead++) {
        world_deinit(world);
        world_init(world, 1);
        world->read_ahead = read_ahead == 1;
        world_open_well(world, "start", 0);
        add_records(world, 5, 1000);
        assert_int_equal(world_checkpoint(world, 40), OK);
        add_records(world, 3, 1000);
        reopen(world);
        assert_int_equal(world->replayed, 8);
        assert_int_equal(world->parts_taken, 40);
        assert_int_equal(world->checkpoint_seq, 5);
        assert_int_equal(world->recovery.records_count, 3);
        assert_int_equal(world->recovery.seq_last, 8);
        assert_int_equal(world->recovery.checkpoint_number, 1);
        assert_int_equal(world->recovery.checkpoint_seq, 5);
        assert_int_equal(world->recovery.parts_count, 40);
        assert_int_equal(world->recovery.leftovers_count, 0);
        assert_int_equal(world->recovery.checkpoint_bytes,
                         journal_checkpoint_bytes(world->journal));
        assert_int_equal(journal_bytes_since_checkpoint(world->journal), 3 * BLOCK);
        world_add(world, 1);
        assert_int_equal(journal_bytes_since_checkpoint(world->journal), 4 * BLOCK);
    }
}

static void checkpoint_of_nothing_is_one(void **state)
{
    struct world *world = *state;
    world_open_well(world, "start", 0);
    assert_int_equal(world_checkpoint(world, 1), OK);
    reopen(world);
    assert_int_equal(world->checkpoint_seq, 0);
    assert_true(world->parts_ended);
    world_add(world, 1);
    reopen(world);
    assert_int_equal(world->replayed, 1);
}

static void checkpoint_without_parts_is_one(void **state)
{
    struct world *world = *state;
    world_open_well(world, "start", 0);
    add_records(world, 2, 10);
    assert_int_equal(world_checkpoint(world, 0), OK);
    world_close(world);
    assert_int_equal(world_open(world), OK);
    assert_true(world->parts_ended);
    assert_int_equal(world->parts_taken, 0);
    assert_int_equal(world->recovery.records_count, 0);
}

/* What is appended while a checkpoint is being written is not covered by it. */
static void records_go_on_while_a_checkpoint_is_written(void **state)
{
    struct world *world = *state;
    struct checkpoint_writer *writer = NULL;
    world_open_well(world, "start", 0);
    add_records(world, 2, 100);
    assert_int_equal(world_append(world, 100), OK); /* Not durable when it begins. */
    assert_int_equal(journal_checkpoint_begin(world->journal, &writer), OK);
    assert_int_equal(checkpoint_seq(writer), 3);
    assert_int_equal(world_commit(world), OK);
    add_records(world, 4, 100);
    assert_int_equal(world_append_parts(world, writer, 10), OK);
    add_records(world, 4, 100);
    assert_int_equal(checkpoint_seq(writer), 3);
    assert_int_equal(checkpoint_finish(writer), OK);
    assert_int_equal(journal_bytes_since_checkpoint(world->journal), 9 * BLOCK);
    reopen(world);
    assert_int_equal(world->checkpoint_seq, 3);
    assert_int_equal(world->recovery.records_count, 8);
    assert_int_equal(journal_bytes_since_checkpoint(world->journal), 8 * BLOCK);
}

static void seq_max_is_the_largest_of_all_parts(void **state)
{
    struct world *world = *state;
    struct checkpoint_writer *writer = NULL;
    world_open_well(world, "start", 0);
    add_records(world, 9, 100);
    assert_int_equal(journal_checkpoint_begin(world->journal, &writer), OK);
    assert_int_equal(checkpoint_seq_max(writer), 9);
    add_records(world, 3, 100);
    static const uint64_t seqs[] = {4, 11, 10};
    for (size_t i = 0; i < 3; i++) {
        const struct checkpoint_part part = {.kind = 9, .seq = seqs[i]};
        assert_int_equal(checkpoint_append(writer, &part), OK);
    }
    assert_int_equal(checkpoint_seq(writer), 9);
    assert_int_equal(checkpoint_seq_max(writer), 11);
    checkpoint_abandon(writer);
}

static void what_a_checkpoint_replaces_is_removed(void **state)
{
    struct world *world = *state;
    world_open_well(world, "start", 0);
    const uint64_t segments = 2; /* The current one and the spare. */
    for (int round = 1; round <= 4; round++) {
        add_records(world, 22, (size_t)JOURNAL_RECORD_BYTES_MAX); /* 7 fill a segment. */
        assert_int_equal(files_count(world, FOLDER), segments + 3);
        assert_int_equal(world_checkpoint(world, 20), OK);
        assert_int_equal(files_count(world, FOLDER), segments);
        assert_int_equal(files_count(world, CHECKPOINTS), 1);
        assert_int_equal(journal_disk_bytes(world->journal), segments * JOURNAL_SEGMENT_BYTES);
        assert_int_equal(journal_bytes_since_checkpoint(world->journal), 0);
        world_add(world, 50);
        reopen(world);
        assert_int_equal(world->recovery.checkpoint_number, round);
        assert_int_equal(world->recovery.records_count, 1);
        assert_int_equal(journal_disk_bytes(world->journal), segments * JOURNAL_SEGMENT_BYTES);
    }
}

/* A segment is needed for as long as one of its records is behind the checkpoint. */
static void segment_stays_while_one_record_of_it_is_needed(void **state)
{
    struct world *world = *state;
    struct checkpoint_writer *writer = NULL;
    world_open_well(world, "start", 0);
    add_records(world, 6, (size_t)JOURNAL_RECORD_BYTES_MAX);
    assert_int_equal(journal_checkpoint_begin(world->journal, &writer), OK);
    add_records(world, 2, (size_t)JOURNAL_RECORD_BYTES_MAX); /* The 7th, and a new segment. */
    assert_int_equal(world_append_parts(world, writer, 3), OK);
    assert_int_equal(checkpoint_finish(writer), OK);
    assert_int_equal(files_count(world, FOLDER), 3);
    reopen(world);
    assert_int_equal(world->recovery.records_count, 2);
    assert_int_equal(journal_checkpoint_begin(world->journal, &writer), OK);
    assert_int_equal(world_append_parts(world, writer, 3), OK);
    assert_int_equal(checkpoint_finish(writer), OK);
    assert_int_equal(files_count(world, FOLDER), 2);
    reopen(world);
    assert_int_equal(world->replayed, 8);
}

/* And no longer: the checkpoint covers its last record, and the next segment has the next one. */
static void segment_goes_when_its_last_record_is_covered(void **state)
{
    struct world *world = *state;
    struct checkpoint_writer *writer = NULL;
    world_open_well(world, "start", 0);
    add_records(world, 7, (size_t)JOURNAL_RECORD_BYTES_MAX);
    assert_int_equal(journal_checkpoint_begin(world->journal, &writer), OK);
    assert_int_equal(checkpoint_seq(writer), 7);
    add_records(world, 1, (size_t)JOURNAL_RECORD_BYTES_MAX); /* A new segment. */
    assert_int_equal(files_count(world, FOLDER), 3);
    assert_int_equal(world_append_parts(world, writer, 3), OK);
    assert_int_equal(checkpoint_finish(writer), OK);
    assert_int_equal(files_count(world, FOLDER), 2);
    reopen(world);
    assert_int_equal(world->recovery.records_count, 1);
}

static void abandoned_checkpoint_leaves_nothing(void **state)
{
    struct world *world = *state;
    struct checkpoint_writer *writer = NULL;
    world_open_well(world, "start", 0);
    add_records(world, 3, 100);
    assert_int_equal(world_checkpoint(world, 5), OK);
    for (uint64_t count = 0; count < 60; count += 20) {
        assert_int_equal(journal_checkpoint_begin(world->journal, &writer), OK);
        assert_int_equal(world_append_parts(world, writer, count), OK);
        checkpoint_abandon(writer);
        assert_int_equal(files_count(world, CHECKPOINTS), 1);
    }
    checkpoint_abandon(NULL);
    reopen(world);
    assert_int_equal(world->recovery.checkpoint_number, 1);
    assert_int_equal(world->parts_taken, 5);
}

/* More parts than a batch has, and parts of the largest size beside empty ones. */
static void parts_of_any_number_and_size_come_back(void **state)
{
    struct world *world = *state;
    world_open_well(world, "start", 0);
    world_add(world, 1);
    assert_int_equal(world_checkpoint(world, 9000), OK); /* 430 MB. */
    reopen(world);
    assert_int_equal(world->parts_taken, 9000);
}

/* Takes parts whose payload is as large as their key says. */
struct large_parts {
    uint8_t *content;
    uint64_t count;
};

static enum err take_large_parts(void *context, struct checkpoint_parts *parts)
{
    struct large_parts *large = context;
    for (size_t i = 0; i < parts->count; i++, large->count++) {
        const struct checkpoint_part *part = &parts->items[i];
        memset(large->content, (int)large->count, (size_t)part->key);
        if (!bytes_equal(part->payload, (struct bytes){large->content, (size_t)part->key}))
            return ERR_INVALID;
    }
    return OK;
}

static enum err end_large_parts(void *context)
{
    (void)context;
    return OK;
}

static enum err take_no_records(void *context, struct journal_records *records)
{
    (void)context;
    (void)records;
    return ERR_INVALID;
}

static void parts_of_the_largest_size_come_back(void **state)
{
    static const size_t max = (size_t)CHECKPOINT_PART_BYTES_MAX;
    const size_t sizes[] = {max, 0, max, max - 1, 3, max - 55, max / 2, max};
    struct world *world = *state;
    struct checkpoint_writer *writer = NULL;
    struct large_parts large = {.content = malloc(max)};
    assert_non_null(large.content);
    world_open_well(world, "start", 0);
    assert_int_equal(journal_checkpoint_begin(world->journal, &writer), OK);
    for (size_t i = 0; i < 8; i++) {
        memset(large.content, (int)i, sizes[i]);
        const struct checkpoint_part part = {
            .kind = 1, .key = (int64_t)sizes[i], .payload = {large.content, sizes[i]}};
        assert_int_equal(checkpoint_append(writer, &part), OK);
    }
    assert_int_equal(checkpoint_finish(writer), OK);
    world_close(world);
    struct journal_replay replay = {.context = &large,
                                    .take_parts = take_large_parts,
                                    .end_parts = end_large_parts,
                                    .take_records = take_no_records};
    for (int i = 0; i < 2; i++) {
        large.count = 0;
        replay.read_ahead = i == 1;
        assert_int_equal(journal_read(world->os, DATA, &replay, &world->recovery), OK);
        assert_int_equal(large.count, 8);
    }
    free(large.content);
}

static void part_that_is_not_understood_ends_recovery_and_is_named(void **state)
{
    static const char *const words[] = {"checkpoint 0000000000000001", "byte 4144", "part 2 of -1",
                                        NULL};
    struct world *world = *state;
    struct checkpoint_writer *writer = NULL;
    world_open_well(world, "start", 0);
    world_add(world, 1);
    assert_int_equal(journal_checkpoint_begin(world->journal, &writer), OK);
    const struct checkpoint_part first = {.kind = 1, .key = 2, .seq = 1};
    const struct checkpoint_part wrong = {.kind = 2, .key = -1, .payload = BYTES_INIT("wrong")};
    assert_int_equal(checkpoint_append(writer, &first), OK);
    assert_int_equal(checkpoint_append(writer, &wrong), OK);
    assert_int_equal(checkpoint_finish(writer), OK);
    world_close(world);
    world_open_refused(world, ERR_INVALID, words);
}

static void checkpoint_that_does_not_hold_together_ends_recovery(void **state)
{
    static const char *const words[] = {"checkpoint 0000000000000001", "hold together", NULL};
    struct world *world = *state;
    struct checkpoint_writer *writer = NULL;
    for (int records = 0; records < 2; records++) {
        world_deinit(world);
        world_init(world, 1);
        world_open_well(world, "start", 0);
        assert_int_equal(journal_checkpoint_begin(world->journal, &writer), OK);
        const struct checkpoint_part first = {.kind = 1, .key = 2}; /* Two, and this is all. */
        assert_int_equal(checkpoint_append(writer, &first), OK);
        assert_int_equal(checkpoint_finish(writer), OK);
        if (records > 0)
            world_add(world, 1);
        world_close(world);
        world_open_refused(world, ERR_INVALID, words);
    }
}

/* Written in large pieces, synced now and then, claimed ahead. */
static void checkpoint_costs_few_calls(void **state)
{
    struct world *world = *state;
    world_open_well(world, "start", 0);
    world_add(world, 1);
    os_sim_cut_power_at(world->sim, OS_SIM_NEVER);
    assert_int_equal(world_checkpoint(world, 1000), OK);
    const uint64_t mib = journal_checkpoint_bytes(world->journal) >> 20;
    assert_in_range(mib, 40, 60);
    /* A write and a sync for 256 KiB, a claim for 64 MiB; 11 to begin, to end and to remove. */
    assert_in_range(os_sim_calls_count(world->sim), 4 * mib, 8 * mib + 1 + 11 + 8);
    const uint64_t bytes = journal_checkpoint_bytes(world->journal);
    assert_int_equal(os_sim_used_bytes(world->sim), 2 * JOURNAL_SEGMENT_BYTES + bytes);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(start_takes_the_checkpoint_and_the_records_behind_it),
        TEST(checkpoint_of_nothing_is_one),
        TEST(checkpoint_without_parts_is_one),
        TEST(records_go_on_while_a_checkpoint_is_written),
        TEST(seq_max_is_the_largest_of_all_parts),
        TEST(what_a_checkpoint_replaces_is_removed),
        TEST(segment_stays_while_one_record_of_it_is_needed),
        TEST(segment_goes_when_its_last_record_is_covered),
        TEST(abandoned_checkpoint_leaves_nothing),
        TEST(parts_of_any_number_and_size_come_back),
        TEST(parts_of_the_largest_size_come_back),
        TEST(part_that_is_not_understood_ends_recovery_and_is_named),
        TEST(checkpoint_that_does_not_hold_together_ends_recovery),
        TEST(checkpoint_costs_few_calls),
    };
    world_prepare();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
