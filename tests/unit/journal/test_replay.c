/* How records are handed on: in batches of a bounded size, in order, the same with and without a
 * thread that reads ahead; and what comes of an error in the middle of one. */
#include "journal_world.h"

enum { RECORDS = 100000, FRAMES = 5, BATCH_MAX = 32768 };

/* Who takes records, and notes how they came. */
struct taker {
    uint64_t next_seq;
    uint64_t batches_count;
    uint64_t batches_hash; /* Of their sizes. */
    size_t largest;
    uint64_t fails_at; /* 0: never. */
};

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

static struct bytes content_of(uint64_t seq, uint8_t *content)
{
    memcpy(content, &seq, sizeof(seq));
    return (struct bytes){content, 1 + seq % sizeof(seq)};
}

/* Tiny records, many in a frame. */
static void write_records(struct world *world)
{
    uint8_t content[8];
    world_open_well(world, "start", 0);
    for (uint64_t seq = 1; seq <= RECORDS; seq++) {
        assert_int_equal(journal_reserve(world->journal, 8), OK);
        assert_int_equal(journal_append(world->journal, 8, content_of(seq, content)), seq);
        if (seq % (RECORDS / FRAMES) == 0)
            assert_int_equal(journal_commit(world->journal), OK);
    }
    world_close(world);
}

static enum err take_records(void *context, struct journal_records *records)
{
    struct taker *taker = context;
    uint8_t content[8];
    taker->batches_count++;
    taker->batches_hash = taker->batches_hash * 31 + records->count;
    if (records->count > taker->largest)
        taker->largest = records->count;
    for (size_t i = 0; i < records->count; i++, taker->next_seq++) {
        const struct journal_record *record = &records->items[i];
        records->failed = i;
        if (record->seq != taker->next_seq || record->seq == taker->fails_at ||
            !bytes_equal(record->payload, content_of(record->seq, content)))
            return ERR_INVALID;
    }
    return OK;
}

static enum err read_all(struct world *world, struct taker *taker, bool read_ahead)
{
    const struct journal_replay replay = {
        .context = taker, .take_records = take_records, .read_ahead = read_ahead};
    taker->next_seq = 1;
    return journal_read(world->os, DATA, &replay, &world->recovery);
}

static void records_come_in_batches_of_a_bounded_size(void **state)
{
    struct world *world = *state;
    struct taker takers[2] = {{0}, {0}};
    write_records(world);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(read_all(world, &takers[i], i == 1), OK);
        assert_int_equal(takers[i].next_seq, RECORDS + 1);
        assert_int_equal(takers[i].largest, BATCH_MAX);
        assert_int_equal(world->recovery.records_count, RECORDS);
    }
    assert_int_equal(takers[0].batches_count, takers[1].batches_count);
    assert_int_equal(takers[0].batches_hash, takers[1].batches_hash);
}

/* A frame of RECORDS / FRAMES records takes 41 blocks: 20,000 x 4 + 90,000 bytes and the head. */
static void record_that_cannot_be_taken_is_named_with_its_frame(void **state)
{
    static const struct {
        uint64_t seq;
        const char *place;
    } rows[] = {
        {1, "at byte 4096: record 1:"},           {20000, "at byte 4096: record 20000:"},
        {20001, "at byte 176128: record 20001:"}, {32768, "at byte 176128: record 32768:"},
        {32769, "at byte 176128: record 32769:"}, {99999, "at byte 692224: record 99999:"},
    };
    struct world *world = *state;
    write_records(world);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (int ahead = 0; ahead < 2; ahead++) {
            struct taker taker = {.fails_at = rows[i].seq};
            assert_int_equal(read_all(world, &taker, ahead == 1), ERR_INVALID);
            assert_non_null(strstr(world->recovery.problem, rows[i].place));
            assert_int_equal(world->recovery.records_count, rows[i].seq - 1);
        }
    }
}

/* Of two faults the one that comes first is told, though a thread has read on. */
static void earlier_fault_is_told_before_a_later_one(void **state)
{
    struct world *world = *state;
    write_records(world);
    os_sim_flip_bit(world->sim, FOLDER "/0000000000000001.journal", 520192 * UINT64_C(8) + 400);
    for (int ahead = 0; ahead < 2; ahead++) {
        struct taker taker = {.fails_at = 5};
        assert_int_equal(read_all(world, &taker, ahead == 1), ERR_INVALID);
        assert_non_null(strstr(world->recovery.problem, "record 5:"));
        taker.fails_at = 0;
        assert_int_equal(read_all(world, &taker, ahead == 1), ERR_CORRUPT);
        assert_non_null(strstr(world->recovery.problem, "damaged at byte 520192"));
        assert_int_equal(taker.next_seq, 3 * RECORDS / FRAMES + 1); /* What stands before it. */
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(records_come_in_batches_of_a_bounded_size),
        TEST(record_that_cannot_be_taken_is_named_with_its_frame),
        TEST(earlier_fault_is_told_before_a_later_one),
    };
    world_prepare();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
