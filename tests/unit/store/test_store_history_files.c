/* What happened to a SKU, once the segments that had it are gone: the same is told out of files of
 * its own, whatever befalls the machine while they are written, unless its loss was told. */
#include "history_world.h"

#include "journal/history_format.h"
#include "journal/journal_internal.h"
#include "store/store_local_internal.h"

enum { DOCUMENT_BYTES = 7 * 1024 * 1024, DOCUMENTS = 10, LIFE_AGE_S = 100, LIFE_RECORDS = 13 };

/* So many records that the segment of those before is full. */
static void fill_segment(struct history_world *history)
{
    char *content = malloc(DOCUMENT_BYTES);
    assert_non_null(content);
    memset(content, 'x', DOCUMENT_BYTES);
    for (int i = 0; i < DOCUMENTS; i++)
        assert_int_equal(
            store_add_document(history->world->store, BYTES("d"),
                               (struct bytes){(const uint8_t *)content, DOCUMENT_BYTES}),
            OK);
    free(content);
}

/* And they are gone from the journal. */
static void let_go(struct history_world *history)
{
    struct journal *journal = local_of(history->world->store)->journal;
    const uint64_t first = journal_seq_first(journal);
    fill_segment(history);
    assert_int_equal(store_local_checkpoint(history->world->store), OK);
    assert_true(journal_seq_first(journal) > first);
}

static struct history_figures figures_of(struct history_world *history)
{
    return history_figures(local_of(history->world->store)->history);
}

static void what_segments_had_is_told_out_of_files(void **state)
{
    struct history_world *history = *state;
    live(history);
    let_go(history);
    assert_int_equal(figures_of(history).files_count, 1);
    assert_int_equal(figures_of(history).lost_records, 0);
    assert_int_equal(figures_of(history).oldest_at_ms, NOW + SECOND);
    for (uint32_t limit = 1; limit <= 14; limit++)
        assert_string_equal(history_of(history, "A", limit), life);
    world_reopen(history);
    assert_string_equal(history_of(history, "A", 3), life);
    assert_string_equal(history_of(history, "C", 3), "");
    assert_string_equal(history_between(history, "A", 2, NOW + 7 * SECOND, NOW + 9 * SECOND),
                        "8 ship operator//8 20+3 2 of 10/two\n"
                        "7 pack operator//7 20+5 2 of 10/two\n");
}

/* Several files, and the journal, and shelves whose cells have the same numbers. */
static void files_and_journal_are_one_history(void **state)
{
    struct history_world *history = *state;
    enum { ROUNDS = 3, WRITES = 15 };
    for (int at = 1; at <= WRITES; at++) {
        put_one(caused(history, at, STOCK_SOURCE_API, "t"), SHELF, "A", at, NOW + at);
        put_one(caused(history, at, STOCK_SOURCE_API, "t"), SHELF + 1, "A", 99, NOW + at);
        put_one(caused(history, at, STOCK_SOURCE_API, "t"), SHELF, "B", 99, NOW + at);
        if (at % (WRITES / ROUNDS) == 0 && at < WRITES)
            let_go(history);
    }
    struct buffer text;
    buffer_init(&text);
    for (int at = WRITES; at >= 1; at--)
        buffer_append_format(&text, "%d write api/t/%d %d+0 of=%d\n", at, at, at, at);
    const char *expected = buffer_text(&text);
    assert_int_equal(figures_of(history).files_count, 2);
    assert_string_equal(history_of(history, "A", 200), expected);
    assert_string_equal(history_of(history, "A", 4), expected);
    world_reopen(history);
    assert_string_equal(history_of(history, "A", 1), expected);
    buffer_deinit(&text);
}

static void files_go_when_they_are_too_old(void **state)
{
    struct history_world *history = *state;
    live(history);
    let_go(history);
    put_one(caused(history, LIFE_AGE_S, STOCK_SOURCE_API, "t"), SHELF, "A", 1, NOW + 10);
    let_go(history);
    assert_int_equal(figures_of(history).files_count, 2);
    os_sim_set_now(history->sim, NOW + (LIFE_AGE_S - 10) * SECOND + 30 * DAY);
    world_reopen(history);
    assert_int_equal(figures_of(history).files_count, 1);
    assert_string_equal(history_of(history, "A", 2), "100 write api/t/100 1+0 of=10\n");
    os_sim_set_now(history->sim, NOW + (LIFE_AGE_S + 1) * SECOND + 30 * DAY);
    let_go(history);
    assert_int_equal(figures_of(history).files_count, 0);
}

static void files_go_when_they_are_too_much(void **state)
{
    struct history_world *history = *state;
    live(history);
    let_go(history);
    put_one(caused(history, LIFE_AGE_S, STOCK_SOURCE_API, "t"), SHELF, "A", 1, NOW + 10);
    history->world->history_bytes_max = (int64_t)figures_of(history).bytes;
    world_reopen(history);
    assert_int_equal(figures_of(history).files_count, 1);
    let_go(history);
    assert_int_equal(figures_of(history).files_count, 1);
    assert_string_equal(history_of(history, "A", 2), "100 write api/t/100 1+0 of=10\n");
    history->world->history_days = 0; /* None is kept: what there is goes. */
    world_reopen(history);
    assert_int_equal(figures_of(history).files_count, 0);
}

/* Flips a bit in each part of the file. What is not shown is missing, and nothing else. */
static void damaged_files_are_told_and_left_alone(void **state)
{
    struct history_world *history = *state;
    static const uint64_t offsets[] = {8, 4096 + 20, 4096 + 45, 4096 + 120};
    static const char path[] = "data/history/0000000000000001.history";
    live(history);
    let_go(history);
    put_one(caused(history, LIFE_AGE_S, STOCK_SOURCE_API, "t"), SHELF, "A", 1, NOW + 10);
    let_go(history);
    for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
        os_sim_flip_bit(history->sim, path, offsets[i] * 8);
        world_reopen(history);
        assert_string_equal(history_of(history, "A", 2), "100 write api/t/100 1+0 of=10\n");
        os_sim_flip_bit(history->sim, path, offsets[i] * 8);
        world_reopen(history);
        assert_int_equal(figures_of(history).files_count, 2);
    }
    assert_true(strstr(history_of(history, "A", 2), life) != NULL);
}

static bool count_record(void *context, const struct journal_record *record)
{
    int *count = context;
    *count += record->payload.size > 0;
    return true;
}

static enum err read_fails(struct os *os, struct os_file *file, uint64_t offset, void *data,
                           size_t size, size_t *got)
{
    (void)os;
    (void)file;
    (void)offset;
    (void)data;
    (void)size;
    *got = 0;
    return ERR_IO;
}

/* Events that may be there are not told to be none; afterwards they are there. */
static void an_error_of_the_disk_is_no_empty_history(void **state)
{
    struct history_world *history = *state;
    struct os *os = os_sim_os(history->sim);
    const struct history_wanted wanted = {.key = SHELF, .item = 0};
    int count = 0;
    struct journal_look look = {
        .context = &count, .take = count_record, .seq = UINT64_MAX / 2, .bytes_left = 1 << 20};
    live(history);
    let_go(history);
    const struct os sound = *os;
    os->read = read_fails;
    const enum err error =
        history_look_back(local_of(history->world->store)->history, &wanted, &look);
    os->read = sound.read;
    assert_int_equal(error, ERR_IO);
    assert_int_equal(count, 0);
    assert_string_equal(history_of(history, "A", 2), life);
}

/* Writes a file of that number with a header and nothing else. */
static void write_header(struct history_world *history, const char *path,
                         const struct history_header *header)
{
    struct os *os = os_sim_os(history->sim);
    struct os_file *file = NULL;
    struct buffer bytes;
    buffer_init(&bytes);
    history_header_encode(&bytes, header);
    assert_int_equal(os->open(os, path, OS_OPEN_CREATE, &file), OK);
    assert_int_equal(os->write(os, file, 0, buffer_bytes(&bytes)), OK);
    os->close(os, file);
    buffer_deinit(&bytes);
}

static bool is_there(struct history_world *history, const char *path)
{
    struct os *os = os_sim_os(history->sim);
    struct os_file *file = NULL;
    const bool there = os->open(os, path, OS_OPEN_READ, &file) == OK;
    os->close(os, file);
    return there;
}

/* Of another journal: left alone. Of records to come, as an older copy of the journal came back:
 * removed, as they would be told of others. Unfinished ones and strangers. */
static void files_of_others_are_not_told_of(void **state)
{
    struct history_world *history = *state;
    live(history);
    let_go(history);
    struct history_header header = {.journal_id = 1,
                                    .number = 2,
                                    .seq_first = 1000,
                                    .seq_last = 2000,
                                    .index_offset = 4096,
                                    .file_bytes = 4096 + 8};
    write_header(history, "data/history/0000000000000002.history", &header);
    header.number = 3;
    header.journal_id = local_of(history->world->store)->journal->journal_id;
    write_header(history, "data/history/0000000000000003.history", &header);
    write_header(history, "data/history/note.txt", &header);
    write_header(history, "data/history/0000000000000004.history", &header);
    world_reopen(history);
    assert_string_equal(history_of(history, "A", 2), life);
    assert_int_equal(figures_of(history).files_count, 1);
    assert_true(is_there(history, "data/history/0000000000000002.history"));
    assert_true(is_there(history, "data/history/note.txt"));
    assert_false(is_there(history, "data/history/0000000000000004.history"));
    let_go(history);
    assert_string_equal(history_of(history, "A", 2), life);
}

/* Balances come first: the checkpoint is done, and the loss is counted. */
static void a_file_that_cannot_be_written_is_lost_and_told(void **state)
{
    struct history_world *history = *state;
    live(history);
    fill_segment(history);
    /* The checkpoint and a spare segment still fit, a history file does not. */
    bool done = false;
    while (figures_of(history).lost_records == 0 && !done) {
        os_sim_limit_disk(history->sim, os_sim_used_bytes(history->sim));
        assert_int_equal(store_local_checkpoint_step(history->world->store, &done), OK);
    }
    os_sim_limit_disk(history->sim, UINT64_MAX);
    assert_int_equal(store_local_checkpoint(history->world->store), OK);
    assert_true(figures_of(history).lost_records > 0);
    assert_int_equal(figures_of(history).files_count, 0);
    assert_string_equal(history_of(history, "A", 2), "");
    put_one(caused(history, LIFE_AGE_S, STOCK_SOURCE_API, "t"), SHELF, "A", 1, NOW + 10);
    let_go(history);
    assert_string_equal(history_of(history, "A", 2), "100 write api/t/100 1+0 of=10\n");
}

/* Of a disk that is short the oldest files go first. */
static void an_older_file_makes_room_for_a_new_one(void **state)
{
    struct history_world *history = *state;
    live(history);
    let_go(history);
    put_one(caused(history, LIFE_AGE_S, STOCK_SOURCE_API, "t"), SHELF, "A", 1, NOW + 10);
    fill_segment(history);
    bool done = false;
    while (figures_of(history).oldest_at_ms == NOW + SECOND && !done) {
        /* A file claims a MiB while it is written. */
        os_sim_limit_disk(history->sim, os_sim_used_bytes(history->sim) + 1024 * 1024 - 4096);
        assert_int_equal(store_local_checkpoint_step(history->world->store, &done), OK);
    }
    assert_int_equal(figures_of(history).files_count, 0);
    while (figures_of(history).files_count == 0)
        assert_int_equal(store_local_checkpoint_step(history->world->store, &done), OK);
    os_sim_limit_disk(history->sim, UINT64_MAX);
    assert_int_equal(store_local_checkpoint(history->world->store), OK);
    assert_int_equal(figures_of(history).lost_records, LIFE_RECORDS + DOCUMENTS);
    assert_string_equal(history_of(history, "A", 2), "100 write api/t/100 1+0 of=10\n");
}

/* Records about the shelf in files; the journal has them as well. */
static int records_in_files(struct history_world *history)
{
    int count = 0;
    struct journal_look look = {
        .context = &count, .take = count_record, .seq = UINT64_MAX / 2, .bytes_left = 1 << 20};
    const struct history_wanted wanted = {.key = SHELF, .item = 0};
    assert_int_equal(history_look_back(local_of(history->world->store)->history, &wanted, &look),
                     ERR_NOT_FOUND);
    return count;
}

/* A new machine on which a life was lived. */
static void begin_anew(struct history_world *history, uint64_t seed)
{
    store_close(history->world->store);
    os_sim_destroy(history->sim);
    history->sim = os_sim_create(seed);
    os_sim_set_now(history->sim, NOW);
    world_open(history);
    live(history);
}

/* Whatever call it is: behind it a file is whole or not there, and the next checkpoint makes it. */
static void a_power_cut_loses_nothing_of_it(void **state)
{
    struct history_world *history = *state;
    bool cut = true;
    for (uint64_t call = 0; cut; call++) {
        begin_anew(history, call + 1);
        os_sim_cut_power_at(history->sim, call);
        const enum err error = store_local_checkpoint(history->world->store);
        cut = os_sim_is_off(history->sim);
        assert_true(cut || error == OK);
        store_close(history->world->store);
        os_sim_reboot(history->sim);
        world_open(history);
        const int found = records_in_files(history);
        assert_true(found == LIFE_RECORDS || (cut && found == 0));
        assert_int_equal(store_local_checkpoint(history->world->store), OK);
        assert_int_equal(records_in_files(history), LIFE_RECORDS);
        assert_int_equal(figures_of(history).files_count, 1);
        assert_int_equal(figures_of(history).lost_records, 0);
    }
}

/* Calls that fail once: the history may be lost, but then that is counted. */
static void a_failing_disk_is_told(void **state)
{
    struct history_world *history = *state;
    bool failed = true;
    for (uint64_t call = 0; failed; call++) {
        begin_anew(history, call + 1);
        os_sim_fail_at(history->sim, call, call % 2 == 0 ? ERR_IO : ERR_FULL);
        const enum err error = store_local_checkpoint(history->world->store);
        failed = os_sim_calls_count(history->sim) > call;
        os_sim_fail_at(history->sim, OS_SIM_NEVER, ERR_IO);
        if (error != OK)
            assert_int_equal(store_local_checkpoint(history->world->store), OK);
        const bool lost = figures_of(history).lost_records > 0;
        assert_int_equal(records_in_files(history), lost ? 0 : LIFE_RECORDS);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_begin, world_end)
    log_set_level(LOG_ERROR);
    const struct CMUnitTest tests[] = {
        TEST(what_segments_had_is_told_out_of_files),
        TEST(files_and_journal_are_one_history),
        TEST(files_go_when_they_are_too_old),
        TEST(files_go_when_they_are_too_much),
        TEST(damaged_files_are_told_and_left_alone),
        TEST(files_of_others_are_not_told_of),
        TEST(a_file_that_cannot_be_written_is_lost_and_told),
        TEST(an_older_file_makes_room_for_a_new_one),
        TEST(a_power_cut_loses_nothing_of_it),
        TEST(a_failing_disk_is_told),
        TEST(an_error_of_the_disk_is_no_empty_history),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
