/* The power goes at every call of a life with checkpoints, and comes back: what was acknowledged is
 * there, nothing is half there, and the next start says the same. And files that whoever wrote them
 * never would have written are refused. */
#include "store_calls.h"

#include "journal/checkpoint.h"
#include "store/part.h"
#include "store/record.h"
#include "store/store_local_internal.h"

#define NOW (DAY * 20000)

enum { SHELVES = 3, ROUNDS = 16, THREADS_MAX = 8, BAD_SHELVES = 20 };

/* What a life was told. */
struct told {
    int acknowledged[SHELVES]; /* Count that is durable; 0: none. */
    int sent[SHELVES];         /* And the last one that may be there. */
    int documents_kept;
    int documents_sent;
    int checkpoints;
};

/* Writes one count to two SKUs of a shelf, and commits it or leaves that to others. False: the
 * power is off. */
static bool write_pair(struct store_world *world, struct told *told, int shelf, bool commit)
{
    struct arena arena;
    arena_init(&arena);
    told->sent[shelf]++;
    const struct stock_write items[2] = {write_of("A", told->sent[shelf], NOW + told->sent[shelf]),
                                         write_of("B", told->sent[shelf], NOW + told->sent[shelf])};
    struct store_command command = {.kind = STORE_PUT,
                                    .shelf_id = shelf + 1,
                                    .arena = &arena,
                                    .put = {.items = items, .items_count = 2}};
    const bool durable = store_submit(world->store, &command);
    const bool done = command.verdict == VERDICT_OK &&
                      (durable || !commit || store_local_commit(world->store) == OK);
    arena_deinit(&arena);
    if (done && (durable || commit))
        told->acknowledged[shelf] = told->sent[shelf];
    return done;
}

static bool keep_one(struct store_world *world, struct told *told)
{
    told->documents_sent++;
    if (keep_document(world, "d", "1") != OK)
        return false;
    told->documents_kept++;
    return true;
}

static bool step_checkpoint(struct store_world *world, struct told *told)
{
    bool done = false;
    const enum err error = store_local_checkpoint_step(world->store, &done);
    told->checkpoints += done;
    return error == OK;
}

/* Writes, keeps, and makes checkpoints a step at a time, until something fails. */
static void live(struct store_world *world, struct told *told)
{
    for (int round = 0; round < ROUNDS; round++) {
        const bool seldom = round >= ROUNDS / 2; /* Commits come seldom, and with them documents. */
        for (int shelf = 0; shelf < SHELVES; shelf++) {
            const bool commit = seldom ? (round + shelf) % 5 == 0 : (round + shelf) % 3 != 0;
            if (!write_pair(world, told, shelf, commit) || !step_checkpoint(world, told))
                return;
        }
        if ((!seldom || round % 3 == 1) && !keep_one(world, told))
            return;
        for (int step = 0; step < 3; step++) {
            if (!step_checkpoint(world, told))
                return;
        }
    }
}

static void expect_told(struct store_world *world, const struct told *told)
{
    for (int shelf = 0; shelf < SHELVES; shelf++) {
        const int64_t count = count_of(world, shelf + 1, "A");
        assert_int_equal(count_of(world, shelf + 1, "B"), count);
        if (count < 0)
            assert_true(told->acknowledged[shelf] <= 0);
        else
            assert_in_range(count, told->acknowledged[shelf], told->sent[shelf]);
    }
    const size_t kept = strlen(world->documents) / strlen("d=1;");
    assert_in_range(kept, told->documents_kept, told->documents_sent);
}

static uint64_t live_and_cut(struct store_world *world, uint64_t seed, uint64_t call)
{
    struct os_sim *sim = os_sim_create(seed);
    struct told told = {.checkpoints = 0};
    os_sim_set_now(sim, NOW);
    os_sim_cut_power_at(sim, call);
    if (store_world_open_at(world, os_sim_os(sim), "data") == OK) {
        live(world, &told);
        store_close(world->store);
    }
    world->store = NULL;
    const uint64_t calls = os_sim_calls_count(sim);
    if (call == OS_SIM_NEVER)
        assert_true(told.checkpoints >= 3);
    for (int again = 0; again < 2; again++) {
        os_sim_reboot(sim);
        if (store_world_open_at(world, os_sim_os(sim), "data") != OK)
            fail_msg("seed %d, call %d: %s", (int)seed, (int)call, world->opening.problem);
        expect_told(world, &told);
        for (int shelf = 0; shelf < SHELVES; shelf++) /* What is there now stays. */
            told.acknowledged[shelf] = (int)count_of(world, shelf + 1, "A");
        if (again == 1)
            assert_int_equal(store_local_checkpoint(world->store), OK);
        store_close(world->store);
        world->store = NULL;
    }
    os_sim_destroy(sim);
    return calls;
}

static void power_cut_at_any_call_loses_nothing(void **state)
{
    struct store_world *world = *state;
    store_close(world->store);
    world->store = NULL;
    store_is_alone = true;
    const uint64_t calls = live_and_cut(world, 1, OS_SIM_NEVER);
    assert_in_range(calls, 60, 500);
    for (uint64_t call = 0; call < calls; call++)
        (void)live_and_cut(world, call, call);
    store_is_alone = false;
}

/* Writes a checkpoint by hand behind the store's back. */
struct crooked {
    struct store_world *world;
    struct os_sim *sim;
    struct checkpoint_writer *writer;
    uint64_t seq;
};

static void crooked_begin(struct crooked *crooked, struct store_world *world)
{
    crooked->world = world;
    crooked->sim = os_sim_create(1);
    assert_int_equal(store_world_open_at(world, os_sim_os(crooked->sim), "data"), OK);
    put_one(world, 1, "A", 5, 1);
    assert_int_equal(journal_checkpoint_begin(local_of(world->store)->journal, &crooked->writer),
                     OK);
    crooked->seq = checkpoint_seq(crooked->writer);
}

static void add_part(struct crooked *crooked, enum part_kind kind, int64_t key, uint64_t seq,
                     struct bytes payload)
{
    const struct checkpoint_part part = {kind, key, seq, payload};
    assert_int_equal(checkpoint_append(crooked->writer, &part), OK);
}

static void add_shelf(struct crooked *crooked, int64_t shelf_id)
{
    struct buffer payload;
    buffer_init(&payload);
    part_shelf_encode(&payload, &(struct shelf_image_sizes){0, 0});
    add_part(crooked, PART_SHELF, shelf_id, crooked->seq, buffer_bytes(&payload));
    buffer_deinit(&payload);
}

static void add_shelf_end(struct crooked *crooked, int64_t shelf_id, uint64_t entries_bytes)
{
    struct buffer payload;
    buffer_init(&payload);
    part_shelf_end_encode(&payload, entries_bytes);
    add_part(crooked, PART_SHELF_END, shelf_id, crooked->seq, buffer_bytes(&payload));
    buffer_deinit(&payload);
}

static void add_documents(struct crooked *crooked)
{
    add_part(crooked, PART_DOCUMENTS, 0, crooked->seq, (struct bytes){NULL, 0});
}

/* What is wrong. */
static void nothing_wrong(struct crooked *crooked)
{
    add_documents(crooked);
    add_shelf(crooked, 1);
    add_shelf_end(crooked, 1, 0);
}
static void no_documents(struct crooked *crooked)
{
    add_shelf(crooked, 1);
    add_shelf_end(crooked, 1, 0);
}
static void documents_twice(struct crooked *crooked)
{
    add_documents(crooked);
    add_documents(crooked);
}
static void piece_missing(struct crooked *crooked)
{
    add_part(crooked, PART_DOCUMENTS, 5, crooked->seq, BYTES("x"));
}
static void piece_too_large(struct crooked *crooked)
{
    add_part(crooked, PART_DOCUMENTS, 1, crooked->seq, BYTES("x"));
    add_part(crooked, PART_DOCUMENTS, 0, crooked->seq, BYTES("xx"));
}
static void piece_of_another_moment(struct crooked *crooked)
{
    add_part(crooked, PART_DOCUMENTS, 1, crooked->seq, BYTES("x"));
    add_part(crooked, PART_DOCUMENTS, 0, crooked->seq - 1, BYTES("x"));
}
static void endless_documents(struct crooked *crooked)
{
    add_part(crooked, PART_DOCUMENTS, STORE_GIVEN_BYTES_MAX + 1, crooked->seq, BYTES("x"));
}
static void torn_document(struct crooked *crooked)
{
    add_part(crooked, PART_DOCUMENTS, 0, crooked->seq,
             BYTES("\x03"
                   "al"));
}
static void shelf_without_begin(struct crooked *crooked)
{
    add_documents(crooked);
    add_part(crooked, PART_ENTRIES, 1, crooked->seq, BYTES("x"));
}
static void end_without_begin(struct crooked *crooked)
{
    add_documents(crooked);
    add_shelf_end(crooked, 1, 0);
}
static void shelf_without_end(struct crooked *crooked)
{
    add_documents(crooked);
    add_shelf(crooked, 1);
}
static void shelf_twice(struct crooked *crooked)
{
    nothing_wrong(crooked);
    add_shelf(crooked, 1);
    add_shelf_end(crooked, 1, 0);
}
static void entries_of_another_moment(struct crooked *crooked)
{
    add_documents(crooked);
    add_shelf(crooked, 1);
    add_part(crooked, PART_ENTRIES, 1, crooked->seq + 1, BYTES("x"));
}
static void strange_entries(struct crooked *crooked)
{
    add_documents(crooked);
    add_shelf(crooked, 1);
    add_part(crooked, PART_ENTRIES, 1, crooked->seq, BYTES("\xFF\xFF\xFF"));
}
static void bytes_missing(struct crooked *crooked)
{
    add_documents(crooked);
    add_shelf(crooked, 1);
    add_shelf_end(crooked, 1, 3);
}
static void short_sizes(struct crooked *crooked)
{
    add_documents(crooked);
    add_part(crooked, PART_SHELF, 1, crooked->seq, BYTES("short"));
}
static void endless_shelf(struct crooked *crooked)
{
    struct buffer payload;
    buffer_init(&payload);
    part_shelf_encode(&payload, &(struct shelf_image_sizes){4000000000U, 0});
    add_documents(crooked);
    add_part(crooked, PART_SHELF, 1, crooked->seq, buffer_bytes(&payload));
    buffer_deinit(&payload);
}
static void shelf_of_no_moment(struct crooked *crooked)
{
    struct buffer payload;
    buffer_init(&payload);
    part_shelf_encode(&payload, &(struct shelf_image_sizes){0, 0});
    add_documents(crooked);
    add_part(crooked, PART_SHELF, 1, 0, buffer_bytes(&payload));
    buffer_deinit(&payload);
}
static void unknown_part(struct crooked *crooked)
{
    add_documents(crooked);
    add_part(crooked, (enum part_kind)9, 1, crooked->seq, BYTES("x"));
}

static void crooked_checkpoints_are_refused(void **state)
{
    static const struct {
        void (*write)(struct crooked *crooked);
        enum err error;
    } rows[] = {
        {nothing_wrong, OK},
        {no_documents, ERR_CORRUPT},
        {documents_twice, ERR_CORRUPT},
        {piece_missing, ERR_CORRUPT},
        {piece_too_large, ERR_CORRUPT},
        {piece_of_another_moment, ERR_CORRUPT},
        {endless_documents, ERR_CORRUPT},
        {torn_document, ERR_CORRUPT},
        {shelf_without_begin, ERR_CORRUPT},
        {end_without_begin, ERR_CORRUPT},
        {shelf_without_end, ERR_CORRUPT},
        {shelf_twice, ERR_CORRUPT},
        {entries_of_another_moment, ERR_CORRUPT},
        {strange_entries, ERR_CORRUPT},
        {bytes_missing, ERR_CORRUPT},
        {short_sizes, ERR_CORRUPT},
        {endless_shelf, ERR_CORRUPT},
        {shelf_of_no_moment, ERR_CORRUPT},
        {unknown_part, ERR_UNSUPPORTED},
    };
    struct store_world *world = *state;
    store_close(world->store);
    store_is_alone = true;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct crooked crooked;
        char first[STORE_PROBLEM_BYTES] = "";
        crooked_begin(&crooked, world);
        rows[i].write(&crooked);
        assert_int_equal(store_add_document(world->store, BYTES("d"), BYTES("x")), OK);
        assert_int_equal(checkpoint_finish(crooked.writer), OK);
        store_close(world->store);
        for (uint32_t threads = 0; threads < 4; threads++) { /* The same words for any number. */
            struct store_local_settings settings =
                settings_of(world, os_sim_os(crooked.sim), "data");
            settings.threads_count = threads;
            const enum err error = store_local_open(&settings, &world->opening, &world->store);
            if (error != rows[i].error)
                fail_msg("row %zu: %s", i, world->opening.problem);
            if (error == OK)
                store_close(world->store);
            if (threads == 0)
                memcpy(first, world->opening.problem, sizeof(first));
            assert_string_equal(world->opening.problem, first);
        }
        world->store = NULL;
        os_sim_destroy(crooked.sim);
    }
    store_is_alone = false;
}

/* Appends a record that no store would have written. */
static uint64_t append_bad(struct store_world *world, int64_t shelf_id)
{
    uint8_t bytes[16] = {RECORD_WRITE};
    struct buffer record = {bytes, 1, sizeof(bytes), false};
    struct journal *journal = local_of(world->store)->journal;
    buffer_append_zigzag(&record, shelf_id);
    buffer_append_u32(&record, 1);
    assert_int_equal(journal_reserve(journal, record.size), OK);
    return journal_append(journal, record.size, buffer_bytes(&record));
}

static void first_bad_record_is_told_by_any_number_of_threads(void **state)
{
    struct store_world *world = *state;
    struct os_sim *sim = os_sim_create(1);
    store_close(world->store);
    store_is_alone = true;
    assert_int_equal(store_world_open_at(world, os_sim_os(sim), "data"), OK);
    put_one(world, 1, "A", 5, 1);
    const uint64_t first = append_bad(world, BAD_SHELVES);
    for (int shelf = 1; shelf < BAD_SHELVES; shelf++)
        (void)append_bad(world, shelf);
    assert_int_equal(store_add_document(world->store, BYTES("d"), BYTES("x")), OK);
    store_close(world->store);
    char place[32];
    char problem[STORE_PROBLEM_BYTES];
    (void)snprintf(place, sizeof(place), "record %d:", (int)first);
    for (uint32_t threads = 0; threads <= THREADS_MAX + 1; threads++) {
        struct store_local_settings settings = settings_of(world, os_sim_os(sim), "data");
        settings.threads_count = threads;
        assert_int_equal(store_local_open(&settings, &world->opening, &world->store), ERR_CORRUPT);
        assert_non_null(strstr(world->opening.problem, place));
        if (threads == 0)
            memcpy(problem, world->opening.problem, sizeof(problem));
        assert_string_equal(world->opening.problem, problem);
        struct store_check check;
        assert_int_equal(store_local_check(&settings, &check), ERR_CORRUPT);
        assert_non_null(strstr(check.problem, place));
    }
    world->store = NULL;
    store_is_alone = false;
    os_sim_destroy(sim);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, store_world_begin, store_world_end)
    const struct CMUnitTest tests[] = {
        TEST(power_cut_at_any_call_loses_nothing),
        TEST(crooked_checkpoints_are_refused),
        TEST(first_bad_record_is_told_by_any_number_of_threads),
    };
    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
