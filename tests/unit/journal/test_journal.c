/* Appending, committing, waiting, rolling and running out of room, without a power cut. */
#include "journal_world.h"

enum { BLOCK = JOURNAL_BLOCK_BYTES, OVERHEAD = FRAME_HEADER_BYTES + CHECKSUM_BYTES };

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

/* The machine goes on, the process does not. */
static void reopen(struct world *world)
{
    world_close(world);
    world_open_well(world, "reopening", 0);
}

static void records_come_back_in_order_with_their_numbers(void **state)
{
    struct world *world = *state;
    world_open_well(world, "start", 0);
    assert_int_equal(world->recovery.records_count, 0);
    for (size_t size = 1; size <= 3000; size += 17)
        assert_int_equal(world_append(world, size), OK);
    assert_int_equal(world_commit(world), OK);
    for (size_t size = BLOCK - OVERHEAD - 8; size <= BLOCK - OVERHEAD + 8; size++)
        world_add(world, size);
    world_add(world, (size_t)JOURNAL_RECORD_BYTES_MAX);
    const uint64_t acknowledged = world->acknowledged;
    reopen(world);
    assert_int_equal(world->replayed, acknowledged);
    assert_int_equal(world->recovery.records_count, acknowledged);
    assert_int_equal(world->recovery.segments_count, 2); /* The second is the spare. */
    assert_int_equal(world->recovery.torn_bytes, 0);
    world_add(world, 10);
    reopen(world);
    assert_int_equal(world->replayed, acknowledged + 1);
}

static void commit_of_nothing_writes_nothing(void **state)
{
    struct world *world = *state;
    world_open_well(world, "start", 0);
    os_sim_cut_power_at(world->sim, OS_SIM_NEVER);
    assert_int_equal(journal_commit(world->journal), OK);
    assert_int_equal(os_sim_calls_count(world->sim), 0);
}

static void commit_costs_one_write_and_one_sync(void **state)
{
    struct world *world = *state;
    world_open_well(world, "start", 0);
    for (int i = 0; i < 100; i++)
        assert_int_equal(world_append(world, 100), OK);
    os_sim_cut_power_at(world->sim, OS_SIM_NEVER);
    assert_int_equal(world_commit(world), OK);
    assert_int_equal(os_sim_calls_count(world->sim), 2);
    assert_int_equal(metric_read(&journal_metrics(world->journal)->commits), 1);
    assert_int_equal(metric_sum(&journal_metrics(world->journal)->records_a_commit), 100);
}

static void segments_roll_when_a_frame_does_not_fit(void **state)
{
    struct world *world = *state;
    world_open_well(world, "start", 0);
    for (int i = 0; i < 20; i++) /* 160 MiB: 7 records fill a segment of 64 MiB. */
        world_add(world, (size_t)JOURNAL_RECORD_BYTES_MAX);
    assert_int_equal(journal_disk_bytes(world->journal), 4 * JOURNAL_SEGMENT_BYTES);
    assert_int_equal(os_sim_used_bytes(world->sim), 4 * JOURNAL_SEGMENT_BYTES);
    reopen(world);
    assert_int_equal(world->replayed, 20);
    assert_int_equal(world->recovery.segments_count, 4);
    world_add(world, 1);
    reopen(world);
    assert_int_equal(world->replayed, 21);
}

static void segment_is_filled_to_its_last_block(void **state)
{
    struct world *world = *state;
    world_open_well(world, "start", 0);
    world_fill_segment(world, BLOCK);
    assert_int_equal(world->acknowledged, 8);
    world_add(world, BLOCK - OVERHEAD - RECORD_HEADER_BYTES); /* The last block. */
    world_add(world, 1);                                      /* The next segment. */
    const uint64_t acknowledged = world->acknowledged;
    reopen(world);
    assert_int_equal(world->replayed, acknowledged);
}

/* A waiter that counts its calls and notes whether they came too early. */
struct probe {
    struct journal_waiter waiter; /* First. */
    struct journal *journal;
    int calls_count;
    bool early;
};

static void probe_done(struct journal_waiter *waiter)
{
    struct probe *probe = (struct probe *)(void *)waiter;
    probe->calls_count++;
    probe->early = probe->early || !journal_is_durable(probe->journal, waiter->seq);
}

static void probe_wait(struct probe *probe, struct journal *journal, uint64_t seq)
{
    *probe = (struct probe){.waiter = {.seq = seq, .done = probe_done}, .journal = journal};
    journal_wait(journal, &probe->waiter);
}

static void waiters_are_called_once_and_not_before_their_record_is_durable(void **state)
{
    struct world *world = *state;
    struct probe probes[8];
    world_open_well(world, "start", 0);
    probe_wait(&probes[0], world->journal, 0); /* Waits for nothing. */
    assert_int_equal(probes[0].calls_count, 1);
    for (uint64_t i = 1; i < 5; i++) {
        assert_int_equal(world_append(world, 50), OK);
        probe_wait(&probes[i], world->journal, i);
        assert_int_equal(probes[i].calls_count, 0);
        assert_false(journal_is_durable(world->journal, i));
    }
    assert_int_equal(world_commit(world), OK);
    assert_int_equal(world_append(world, 50), OK);
    probe_wait(&probes[5], world->journal, 5);
    probe_wait(&probes[6], world->journal, 3);
    assert_int_equal(probes[5].calls_count, 0);
    assert_int_equal(world_commit(world), OK);
    assert_int_equal(world_commit(world), OK);
    for (uint64_t i = 0; i < 7; i++) {
        assert_int_equal(probes[i].calls_count, 1);
        assert_false(probes[i].early);
    }
}

static void waiters_of_a_failed_commit_are_not_called(void **state)
{
    struct world *world = *state;
    for (uint64_t call = 0; call < 2; call++) { /* The write, the sync. */
        struct probe probe;
        world_open_well(world, "start", 0);
        assert_int_equal(world_append(world, 50), OK);
        probe_wait(&probe, world->journal, world->appended);
        os_sim_fail_at(world->sim, call, ERR_IO);
        assert_int_equal(world_commit(world), ERR_IO);
        assert_int_equal(probe.calls_count, 0);
        assert_false(journal_is_durable(world->journal, world->appended));
        world_close(world);
    }
}

/* Reserves a whole batch, so that nothing is left. */
static void release_gives_room_back(void **state)
{
    struct world *world = *state;
    const size_t half = (size_t)JOURNAL_RECORD_BYTES_MAX - 64;
    world_open_well(world, "start", 0);
    for (int round = 0; round < 3; round++) {
        assert_int_equal(journal_reserve(world->journal, half), OK);
        assert_int_equal(journal_reserve(world->journal, half), OK);
        assert_int_equal(journal_reserve(world->journal, half), ERR_FULL);
        assert_int_equal(journal_reserve(world->journal, 256), ERR_FULL);
        journal_release(world->journal, half);
        assert_int_equal(journal_reserve(world->journal, half), OK);
        journal_release(world->journal, half);
        journal_release(world->journal, half);
    }
    assert_true(journal_has_room(world->journal));
}

static void more_room_than_was_used_comes_back_with_the_append(void **state)
{
    struct world *world = *state;
    const size_t half = (size_t)JOURNAL_RECORD_BYTES_MAX - 64;
    const struct bytes small = BYTES("small");
    world_open_well(world, "start", 0);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(journal_reserve(world->journal, half), OK);
        (void)journal_append(world->journal, half, small);
    }
    assert_int_equal(journal_commit(world->journal), OK);
    assert_int_equal(journal_reserve(world->journal, half), OK);
    journal_release(world->journal, half);
}

/* Appends until the disk has no room for more. Returns how many records that were. */
static uint64_t fill_disk(struct world *world)
{
    const uint64_t before = world->appended;
    while (world_append(world, 1000000) == OK)
        assert_int_equal(world_commit(world), OK);
    assert_int_equal(world->appended, world->acknowledged);
    return world->appended - before;
}

static void full_disk_refuses_reservations_and_keeps_what_was_committed(void **state)
{
    struct world *world = *state;
    world_limit_to_one_segment(world);
    world_open_well(world, "start", 0);
    assert_true(journal_has_room(world->journal));
    assert_in_range(fill_disk(world), 10, 60);
    assert_false(journal_has_room(world->journal));
    assert_int_equal(journal_reserve(world->journal, 1), ERR_FULL);
    assert_int_equal(journal_commit(world->journal), OK);
    const uint64_t acknowledged = world->acknowledged;
    reopen(world); /* Starting on a full disk is fine. */
    assert_int_equal(world->replayed, acknowledged);
    assert_int_equal(journal_reserve(world->journal, 1), ERR_FULL);
}

static void room_comes_back_after_a_retry(void **state)
{
    struct world *world = *state;
    world_limit_to_one_segment(world);
    world_open_well(world, "start", 0);
    (void)fill_disk(world);
    os_sim_limit_disk(world->sim, 10 * (uint64_t)JOURNAL_SEGMENT_BYTES);
    os_sim_advance(world->sim, JOURNAL_ROOM_RETRY_MS - 1);
    assert_int_equal(journal_commit(world->journal), OK);
    assert_int_equal(journal_reserve(world->journal, 1), ERR_FULL);
    os_sim_advance(world->sim, 1);
    assert_int_equal(journal_commit(world->journal), OK);
    assert_true(journal_has_room(world->journal));
    assert_int_equal(fill_disk(world) > 60, 1);
    const uint64_t acknowledged = world->acknowledged;
    reopen(world);
    assert_int_equal(world->replayed, acknowledged);
}

/* The disk was full, and then could not even remove what there was of the spare. */
static void leftover_of_a_spare_becomes_one(void **state)
{
    struct world *world = *state;
    world_limit_to_one_segment(world);
    world_open_well(world, "start", 0);
    (void)fill_disk(world);
    os_sim_advance(world->sim, JOURNAL_ROOM_RETRY_MS);
    os_sim_fail_at(world->sim, 2, ERR_IO); /* Create, allocate, remove. */
    assert_int_equal(journal_commit(world->journal), OK);
    assert_int_equal(os_sim_calls_count(world->sim), 3);
    assert_false(journal_has_room(world->journal));
    os_sim_limit_disk(world->sim, 10 * (uint64_t)JOURNAL_SEGMENT_BYTES);
    os_sim_advance(world->sim, JOURNAL_ROOM_RETRY_MS);
    assert_int_equal(journal_commit(world->journal), OK);
    assert_true(journal_has_room(world->journal));
    assert_int_equal(fill_disk(world) > 60, 1);
    const uint64_t acknowledged = world->acknowledged;
    reopen(world);
    assert_int_equal(world->replayed, acknowledged);
}

static void folder_on_a_full_disk_cannot_become_a_journal(void **state)
{
    struct world *world = *state;
    os_sim_limit_disk(world->sim, (uint64_t)JOURNAL_SEGMENT_BYTES - 1);
    assert_int_equal(world_open(world), ERR_FULL);
    assert_int_equal(os_sim_used_bytes(world->sim), 0);
    os_sim_limit_disk(world->sim, UINT64_MAX);
    world_open_well(world, "with room", 0);
}

/* Reserves as much as it is given, at the last moment: while the commit that takes the room away
 * has not yet said so. */
struct greedy {
    struct journal_waiter waiter; /* First. */
    struct journal *journal;
    size_t bytes;
    uint32_t granted;
};

static void reserve_much(struct journal_waiter *waiter)
{
    struct greedy *greedy = (struct greedy *)(void *)waiter;
    while (greedy->granted < RECORDS_MAX / 2 &&
           journal_reserve(greedy->journal, greedy->bytes) == OK)
        greedy->granted++;
}

/* Commits the largest batches until there is no room; what is granted last stays granted. */
static void commit_until_full(struct world *world, struct greedy *greedy)
{
    while (journal_has_room(world->journal)) {
        for (; greedy->granted > 0; greedy->granted--)
            journal_release(world->journal, greedy->bytes);
        assert_int_equal(world_append(world, (size_t)JOURNAL_RECORD_BYTES_MAX - 32), OK);
        assert_int_equal(world_append(world, (size_t)JOURNAL_RECORD_BYTES_MAX - 32), OK);
        greedy->waiter = (struct journal_waiter){.seq = world->appended, .done = reserve_much};
        journal_wait(world->journal, &greedy->waiter);
        assert_int_equal(world_commit(world), OK);
    }
}

/* Each of the granted reservations becomes a frame of its own: its padding must fit as well. */
static void granted_reservations_fit_even_as_frames_of_their_own(void **state)
{
    static const size_t sizes[] = {1, 5000, 30000};
    struct world *world = *state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        for (size_t filler = 500000; filler < (size_t)JOURNAL_RECORD_BYTES_MAX;
             filler += 500000 * STRIDE) {
            world_deinit(world);
            world_init(world, filler);
            world_limit_to_one_segment(world);
            world_open_well(world, "start", 0);
            world_add(world, filler);
            world_add(world, filler);
            struct greedy greedy = {.journal = world->journal, .bytes = sizes[i]};
            commit_until_full(world, &greedy);
            assert_true(greedy.granted > 0);
            const struct bytes content = record_content(world, 0, sizes[i]);
            for (; greedy.granted > 0; greedy.granted--) {
                (void)journal_append(world->journal, sizes[i], content);
                assert_int_equal(journal_commit(world->journal), OK);
            }
        }
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(records_come_back_in_order_with_their_numbers),
        TEST(commit_of_nothing_writes_nothing),
        TEST(commit_costs_one_write_and_one_sync),
        TEST(segments_roll_when_a_frame_does_not_fit),
        TEST(segment_is_filled_to_its_last_block),
        TEST(waiters_are_called_once_and_not_before_their_record_is_durable),
        TEST(waiters_of_a_failed_commit_are_not_called),
        TEST(release_gives_room_back),
        TEST(more_room_than_was_used_comes_back_with_the_append),
        TEST(full_disk_refuses_reservations_and_keeps_what_was_committed),
        TEST(room_comes_back_after_a_retry),
        TEST(leftover_of_a_spare_becomes_one),
        TEST(folder_on_a_full_disk_cannot_become_a_journal),
        TEST(granted_reservations_fit_even_as_frames_of_their_own),
    };
    world_prepare();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
