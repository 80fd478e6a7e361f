/* Reading a data folder without changing it, and copying one, alone and while somebody writes to
 * it: at any call that the copy makes, the source goes on, makes a checkpoint or loses segments. */
#include <pthread.h>

#include "journal/copy.h"
#include "journal_world.h"

#define COPY "copy"

enum { PARTS = 12, SEEDS = 8 };

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

/* A checkpoint that covers what was in segment 1, which is gone, and the next segment nearly full:
 * one more large record begins segment 3. */
static void make_source(struct world *world)
{
    world_open_well(world, "start", 0);
    world_fill_segment(world, JOURNAL_BLOCK_BYTES);
    world_add(world, JOURNAL_BLOCK_BYTES);
    assert_int_equal(world_checkpoint(world, PARTS), OK);
    for (int i = 0; i < 7; i++)
        world_add(world, (size_t)JOURNAL_RECORD_BYTES_MAX);
}

static enum err read_folder(struct world *world, const char *path)
{
    const struct journal_replay replay = world_begin_replay(world);
    return journal_read(world->os, path, &replay, &world->recovery);
}

static void make_target(struct world *world)
{
    assert_int_equal(world->os->make_folder(world->os, COPY), OK);
    assert_int_equal(world->os->sync_folder(world->os, "."), OK);
}

struct names {
    char names[16][40];
    size_t count;
};

static void keep_name(void *context, const char *name)
{
    struct names *names = context;
    assert_true(names->count < 16);
    (void)snprintf(names->names[names->count++], sizeof(names->names[0]), "%s", name);
}

static void remove_all(struct world *world, const char *folder)
{
    struct names names = {.count = 0};
    (void)world->os->list_folder(world->os, folder, keep_name, &names);
    for (size_t i = 0; i < names.count; i++) {
        char path[128];
        (void)snprintf(path, sizeof(path), "%s/%s", folder, names.names[i]);
        assert_int_equal(world->os->remove(world->os, path), OK);
    }
    (void)world->os->sync_folder(world->os, folder); /* For good; it may not exist yet. */
}

static void clear_target(struct world *world)
{
    remove_all(world, COPY "/journal");
    remove_all(world, COPY "/checkpoints");
}

/* Opens the copy like any data folder; it has at least so many records, and takes more. */
static void check_copy(struct world *world, uint64_t acknowledged, const char *when,
                       uint64_t number)
{
    struct journal *journal = NULL;
    const struct journal_replay replay = world_begin_replay(world);
    const enum err error = journal_open(world->os, COPY, &replay, &world->recovery, &journal);
    if (error != OK)
        fail_msg("%s %llu: %s; %s", when, (unsigned long long)number, err_text(error),
                 world->recovery.problem);
    if (world->replayed < acknowledged)
        fail_msg("%s %llu: %llu of %llu records", when, (unsigned long long)number,
                 (unsigned long long)world->replayed, (unsigned long long)acknowledged);
    assert_int_equal(world->recovery.torn_bytes, 0);
    assert_int_equal(journal_reserve(journal, 5), OK);
    assert_int_equal(journal_append(journal, 5, BYTES("after")), world->replayed + 1);
    assert_int_equal(journal_commit(journal), OK);
    journal_close(journal);
}

static void reading_changes_nothing_and_tells_everything(void **state)
{
    struct world *world = *state;
    make_source(world);
    const uint64_t appended = world->appended;
    world_close(world);
    struct os_file *file = NULL;
    assert_int_equal(world->os->open(world->os, CHECKPOINTS "/0000000000000002.checkpoint",
                                     OS_OPEN_CREATE, &file),
                     OK);
    world->os->close(world->os, file);
    world_overwrite(world, 2, JOURNAL_SEGMENT_BYTES - 5000, BYTES("torn"));
    os_sim_cut_power_at(world->sim, OS_SIM_NEVER);
    for (int again = 0; again < 2; again++) {
        world->read_ahead = again == 1;
        assert_int_equal(read_folder(world, DATA), OK);
        assert_int_equal(world->replayed, appended);
        assert_int_equal(world->recovery.records_count, 7);
        assert_int_equal(world->recovery.seq_last, appended);
        assert_int_equal(world->recovery.segments_count, 2);
        assert_int_equal(world->recovery.checkpoint_number, 1);
        assert_int_equal(world->recovery.leftovers_count, 1);
        assert_true(world->recovery.torn_bytes > 0);
        assert_int_equal(os_sim_calls_count(world->sim), 0);
    }
}

static void folder_without_a_journal_cannot_be_read_or_copied(void **state)
{
    struct world *world = *state;
    make_target(world);
    assert_int_equal(read_folder(world, DATA), ERR_NOT_FOUND);
    assert_non_null(strstr(world->recovery.problem, "no journal"));
    assert_int_equal(journal_copy(world->os, DATA, COPY, NULL, &world->recovery), ERR_NOT_FOUND);
    assert_non_null(strstr(world->recovery.problem, "no journal"));
    assert_int_equal(read_folder(world, "nowhere"), ERR_NOT_FOUND);
}

struct progress {
    uint64_t calls_count;
    uint64_t done;
    uint64_t total;
};

static void progress_tell(void *context, uint64_t bytes_done, uint64_t bytes_total)
{
    struct progress *progress = context;
    assert_true(bytes_done >= progress->done && bytes_done <= bytes_total);
    assert_true(progress->calls_count == 0 || progress->total == bytes_total);
    *progress = (struct progress){progress->calls_count + 1, bytes_done, bytes_total};
}

static void copy_holds_everything_and_is_durable(void **state)
{
    struct world *world = *state;
    make_source(world);
    world_add(world, (size_t)JOURNAL_RECORD_BYTES_MAX); /* Segment 3. */
    world_add(world, 1);
    make_target(world);
    struct progress progress = {0, 0, 0};
    const struct journal_copy_progress to_tell = {&progress, progress_tell};
    assert_int_equal(journal_copy(world->os, DATA, COPY, &to_tell, &world->recovery), OK);
    assert_int_equal(progress.done, progress.total);
    assert_true(progress.calls_count > 5);
    assert_int_equal(world->recovery.records_count, 7 + 2);
    assert_int_equal(world->recovery.parts_count, PARTS);
    world_close(world);
    os_sim_reboot(world->sim);
    check_copy(world, world->acknowledged, "copy", 0);
    assert_int_equal(world->recovery.segments_count, 2);
}

/* No checkpoint, nothing but a header, or an empty last segment. */
static void smallest_sources_can_be_copied(void **state)
{
    struct world *world = *state;
    for (int records = 0; records < 2; records++) {
        for (int checkpoints = 0; checkpoints < 2; checkpoints++) {
            world_deinit(world);
            world_init(world, 1);
            world_open_well(world, "start", 0);
            if (records > 0)
                world_add(world, 100);
            if (checkpoints > 0)
                assert_int_equal(world_checkpoint(world, 1), OK);
            make_target(world);
            assert_int_equal(journal_copy(world->os, DATA, COPY, NULL, &world->recovery), OK);
            check_copy(world, (uint64_t)records, "records", (uint64_t)records);
        }
    }
}

static void copy_into_a_folder_that_holds_a_journal_is_refused(void **state)
{
    struct world *world = *state;
    make_source(world);
    make_target(world);
    assert_int_equal(journal_copy(world->os, DATA, COPY, NULL, &world->recovery), OK);
    assert_int_equal(journal_copy(world->os, DATA, COPY, NULL, &world->recovery), ERR_BUSY);
    assert_non_null(strstr(world->recovery.problem, "holds a journal already"));
    check_copy(world, world->acknowledged, "first copy", 0);
}

static void damaged_source_is_not_copied(void **state)
{
    struct world *world = *state;
    make_source(world);
    world_close(world);
    make_target(world);
    os_sim_flip_bit(world->sim, FOLDER "/0000000000000002.journal", 30000000 * UINT64_C(8));
    assert_int_equal(journal_copy(world->os, DATA, COPY, NULL, &world->recovery), ERR_CORRUPT);
    assert_non_null(strstr(world->recovery.problem, "acknowledged records follow"));
    assert_int_equal(read_folder(world, COPY), ERR_CORRUPT);
    assert_non_null(strstr(world->recovery.problem, "never finished"));
    clear_target(world);
    os_sim_flip_bit(world->sim, FOLDER "/0000000000000002.journal", 30000000 * UINT64_C(8));
    os_sim_flip_bit(world->sim, CHECKPOINTS "/0000000000000001.checkpoint", 5000 * UINT64_C(8));
    assert_int_equal(journal_copy(world->os, DATA, COPY, NULL, &world->recovery), ERR_CORRUPT);
    assert_non_null(strstr(world->recovery.problem, "checkpoint 0000000000000001 is damaged"));
}

/* A last segment with a damaged header is no spare one. */
static void damaged_header_of_the_last_segment_is_not_passed_over(void **state)
{
    struct world *world = *state;
    make_source(world);
    world_add(world, (size_t)JOURNAL_RECORD_BYTES_MAX); /* Segment 3. */
    world_close(world);
    make_target(world);
    os_sim_flip_bit(world->sim, FOLDER "/0000000000000003.journal", 3);
    assert_int_equal(journal_copy(world->os, DATA, COPY, NULL, &world->recovery), ERR_CORRUPT);
    assert_non_null(strstr(world->recovery.problem, "0000000000000003: its header is damaged"));
}

/* Calls that a copy makes. */
static uint64_t calls_of_a_copy(struct world *world)
{
    os_sim_cut_power_at(world->sim, OS_SIM_NEVER);
    assert_int_equal(journal_copy(world->os, DATA, COPY, NULL, &world->recovery), OK);
    const uint64_t calls_count = os_sim_calls_count(world->sim);
    clear_target(world);
    return calls_count;
}

/* All calls at the beginning and at the end; of those between, which only write and sync one piece
 * after the other, some. */
static uint64_t next_call(uint64_t call, uint64_t calls_count)
{
    const bool inside = call >= 24 && call + 24 + 7 < calls_count;
    return call + (inside ? 7 * CALLS_STRIDE : CALLS_STRIDE);
}

/* Cuts the power during a copy, until one passes clean: what lies in the target then is a copy, or
 * says that it is none. */
static void interrupt_everywhere(struct world *world)
{
    bool clean = false;
    world_close(world);
    make_target(world);
    const uint64_t calls_count = calls_of_a_copy(world);
    for (uint64_t call = 0; !clean; call = next_call(call, calls_count)) {
        os_sim_cut_power_at(world->sim, call);
        const enum err error = journal_copy(world->os, DATA, COPY, NULL, &world->recovery);
        clean = !os_sim_is_off(world->sim);
        assert_true((error == OK) == clean);
        os_sim_reboot(world->sim);
        const enum err found = read_folder(world, COPY);
        if (found == OK)
            assert_int_equal(world->replayed, world->acknowledged);
        else
            assert_true(!clean && (found == ERR_CORRUPT || found == ERR_NOT_FOUND));
        if (clean)
            check_copy(world, world->acknowledged, "clean after call", call);
        clear_target(world);
    }
    world_open_well(world, "source", 0);
}

static void interrupted_copy_is_no_copy(void **state)
{
    struct world *world = *state;
    make_source(world);
    interrupt_everywhere(world);
}

/* So small that many fates of what was not synced can be tried. */
static void interrupted_copy_of_a_small_journal_is_no_copy(void **state)
{
    struct world *world = *state;
    for (uint64_t seed = 0; seed < SEEDS; seed += STRIDE) {
        world_deinit(world);
        world_init(world, seed);
        world_open_well(world, "start", seed);
        world_add(world, 100);
        if (seed % 2 == 0)
            assert_int_equal(world_checkpoint(world, PARTS), OK);
        world_add(world, 5000);
        interrupt_everywhere(world);
    }
}

static void failed_call_ends_the_copy_and_is_told(void **state)
{
    struct world *world = *state;
    bool failed = true;
    make_source(world);
    make_target(world);
    const uint64_t calls_count = calls_of_a_copy(world);
    for (uint64_t call = 0; failed; call = next_call(call, calls_count)) {
        const enum err planned = call % 2 == 0 ? ERR_IO : ERR_FULL;
        os_sim_fail_at(world->sim, call, planned);
        const enum err error = journal_copy(world->os, DATA, COPY, NULL, &world->recovery);
        failed = os_sim_calls_count(world->sim) > call;
        os_sim_fail_at(world->sim, OS_SIM_NEVER, OK);
        assert_int_equal(error, failed ? planned : OK);
        if (failed) {
            assert_true(strlen(world->recovery.problem) > 0);
            const enum err found = read_folder(world, COPY);
            assert_true(found == ERR_CORRUPT || found == ERR_NOT_FOUND ||
                        (found == OK && world->replayed == world->acknowledged));
        }
        clear_target(world);
    }
    os_sim_limit_disk(world->sim, os_sim_used_bytes(world->sim) + 1000000);
    assert_int_equal(journal_copy(world->os, DATA, COPY, NULL, &world->recovery), ERR_FULL);
    world_add(world, 100); /* The source goes on. */
}

/* Somebody who does something to the source at one call of the copy. */
struct intruder {
    enum err (*open)(struct os *os, const char *path, enum os_open_mode mode,
                     struct os_file **file);
    enum err (*read)(struct os *os, struct os_file *file, uint64_t offset, void *data, size_t size,
                     size_t *got);
    enum err (*list)(struct os *os, const char *path, os_visit_name *visit, void *context);
    struct world *world;
    void (*act)(struct world *world);
    uint64_t at;
    uint64_t calls_count;
    bool acting;
};

static struct intruder intruder;
static pthread_mutex_t intruder_lock = PTHREAD_MUTEX_INITIALIZER; /* A copy has two threads. */

static bool is_time(void)
{
    pthread_mutex_lock(&intruder_lock);
    const bool now = !intruder.acting && intruder.calls_count++ == intruder.at;
    intruder.acting = intruder.acting || now;
    pthread_mutex_unlock(&intruder_lock);
    return now;
}

static void intrude(void)
{
    if (!is_time())
        return;
    intruder.act(intruder.world);
    pthread_mutex_lock(&intruder_lock);
    intruder.acting = false;
    pthread_mutex_unlock(&intruder_lock);
}

static enum err open_and_intrude(struct os *os, const char *path, enum os_open_mode mode,
                                 struct os_file **file)
{
    intrude();
    return intruder.open(os, path, mode, file);
}

static enum err read_and_intrude(struct os *os, struct os_file *file, uint64_t offset, void *data,
                                 size_t size, size_t *got)
{
    intrude();
    return intruder.read(os, file, offset, data, size, got);
}

static enum err list_and_intrude(struct os *os, const char *path, os_visit_name *visit,
                                 void *context)
{
    intrude();
    return intruder.list(os, path, visit, context);
}

static void intrude_at(struct world *world, void (*act)(struct world *world), uint64_t call)
{
    intruder = (struct intruder){.open = world->os->open,
                                 .read = world->os->read,
                                 .list = world->os->list_folder,
                                 .world = world,
                                 .act = act,
                                 .at = call};
    world->os->open = open_and_intrude;
    world->os->read = read_and_intrude;
    world->os->list_folder = list_and_intrude;
}

static void intrude_no_more(struct world *world)
{
    world->os->open = intruder.open;
    world->os->read = intruder.read;
    world->os->list_folder = intruder.list;
}

static void add_frames(struct world *world)
{
    world_add(world, 100);
    world_add(world, 3 * JOURNAL_BLOCK_BYTES);
    world_add(world, 100);
}

static void roll(struct world *world)
{
    world_add(world, 100);
    world_add(world, (size_t)JOURNAL_RECORD_BYTES_MAX);
    world_add(world, 100);
}

static void make_checkpoint(struct world *world)
{
    assert_int_equal(world_checkpoint(world, PARTS), OK);
}

static void roll_and_make_checkpoint(struct world *world)
{
    roll(world);
    make_checkpoint(world);
    world_add(world, 100);
}

/* Everything acknowledged before the copy began is in it, whatever happens to the source and when.
 */
static void copy_holds_what_was_acknowledged_before_it_began(void **state)
{
    static const struct {
        const char *name;
        void (*act)(struct world *world);
    } acts[] = {
        {"adding frames at call", add_frames},
        {"rolling at call", roll},
        {"a checkpoint at call", make_checkpoint},
        {"rolling and a checkpoint at call", roll_and_make_checkpoint},
    };
    struct world *world = *state;
    for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
        uint64_t calls = 1;
        for (uint64_t call = 0; call < calls; call += (call < 12 ? 1 : 4) * (uint64_t)STRIDE) {
            world_deinit(world);
            world_init(world, call);
            make_source(world);
            make_target(world);
            const uint64_t acknowledged = world->acknowledged;
            intrude_at(world, acts[i].act, call);
            const enum err error = journal_copy(world->os, DATA, COPY, NULL, &world->recovery);
            intrude_no_more(world);
            if (error != OK)
                fail_msg("%s %llu: %s; %s", acts[i].name, (unsigned long long)call, err_text(error),
                         world->recovery.problem);
            calls = intruder.calls_count;
            check_copy(world, acknowledged, acts[i].name, call);
            world_close(world);
            world_open_well(world, "source", 0);
        }
        print_message("# %llu calls\n", (unsigned long long)calls);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(reading_changes_nothing_and_tells_everything),
        TEST(folder_without_a_journal_cannot_be_read_or_copied),
        TEST(copy_holds_everything_and_is_durable),
        TEST(smallest_sources_can_be_copied),
        TEST(copy_into_a_folder_that_holds_a_journal_is_refused),
        TEST(damaged_source_is_not_copied),
        TEST(damaged_header_of_the_last_segment_is_not_passed_over),
        TEST(interrupted_copy_is_no_copy),
        TEST(interrupted_copy_of_a_small_journal_is_no_copy),
        TEST(failed_call_ends_the_copy_and_is_told),
        TEST(copy_holds_what_was_acknowledged_before_it_began),
    };
    world_prepare();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
