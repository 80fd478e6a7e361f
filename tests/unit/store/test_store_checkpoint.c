/* Checkpoints of a store without threads, on a simulated machine: what they hold, what they let go,
 * and what trouble with one does to everything else: nothing. */
#include "store_calls.h"

#include "../../support/chance.h"

#include "journal/checkpoint.h"
#include "store/part.h"
#include "store/store_local_internal.h"

#define NOW (DAY * 20000)

enum { SHELVES = 5, SKUS = 700, PICTURE_BYTES = 1 << 20 };

struct checkpoint_world {
    struct store_world *world;
    struct os_sim *sim;
};

static void open_store(struct checkpoint_world *checkpoint)
{
    if (store_world_open_at(checkpoint->world, os_sim_os(checkpoint->sim), "data") != OK)
        fail_msg("%s", checkpoint->world->opening.problem);
}

static int checkpoint_begin(void **state)
{
    static struct checkpoint_world checkpoint;
    if (store_world_begin(state) != 0)
        return -1;
    checkpoint.world = *state;
    store_close(checkpoint.world->store);
    checkpoint.sim = os_sim_create(1);
    os_sim_set_now(checkpoint.sim, NOW);
    open_store(&checkpoint);
    store_is_alone = true;
    *state = &checkpoint;
    return 0;
}

static int checkpoint_end(void **state)
{
    struct checkpoint_world *checkpoint = *state;
    store_is_alone = false;
    *state = checkpoint->world;
    const int failed = store_world_end(state);
    os_sim_destroy(checkpoint->sim);
    return failed;
}

/* Ends the process and begins a new one. */
static void reopen(struct checkpoint_world *checkpoint)
{
    store_close(checkpoint->world->store);
    os_sim_kill(checkpoint->sim);
    open_store(checkpoint);
}

/* One of everything: cells with numbers and without, marks, units of each type, orders in each
 * state, documents; on several shelves. `round` makes it another one each time. */
static void do_something(struct store_world *world, int round)
{
    char sku[32];
    char id[32];
    char content[32];
    for (int shelf = 1; shelf <= SHELVES; shelf++) {
        for (int i = 0; i < 20; i++) {
            (void)snprintf(sku, sizeof(sku), "sku-%d-%d", shelf, (round * 7 + i) % SKUS);
            put_one(world, shelf, sku, round + i, NOW + round);
        }
        count_one(world, shelf, sku, STOCK_QUARANTINE, round + 1, NOW + round);
        (void)mark_one(world, shelf, sku, STOCK_HIDDEN, 0);
        (void)snprintf(id, sizeof(id), "%d", round);
        (void)reserve_one(world, shelf, id, ordered(sku, 1), NOW + round,
                          round % 3 == 0 ? NOW + DAY : 0);
        if (round % 2 == 0)
            (void)order_do(world, shelf, id, round % 4 == 0 ? ORDER_SHIP : ORDER_PACK, NOW + round);
    }
    (void)snprintf(content, sizeof(content), "%d", round);
    assert_int_equal(keep_document(world, "d", content), OK);
}

/* All that can be read: cells in their order, orders, documents. */
static char *take_picture(struct store_world *world, int rounds)
{
    char *text = calloc(1, PICTURE_BYTES);
    assert_non_null(text);
    size_t used = (size_t)snprintf(text, PICTURE_BYTES, "%s\n", world->documents);
    for (int shelf = 1; shelf <= SHELVES; shelf++) {
        struct store_page page = {.limit = STORE_PAGE_CELLS_MAX, .filter.never_updated = true};
        char position[64] = "";
        do {
            page.position = bytes_from_text(position);
            const struct store_command command = get_page(world, shelf, page);
            assert_int_equal(command.verdict, VERDICT_OK);
            for (uint32_t i = 0; i < command.views_count; i++) {
                const struct stock_view *view = &command.views[i];
                used += (size_t)snprintf(
                    text + used, PICTURE_BYTES - used, "%.*s %lld %lld %lld %u %lld\n",
                    BYTES_ARG(view->sku), (long long)view->available, (long long)view->reserved,
                    (long long)view->updated_at_ms, view->marks,
                    (long long)(view->details == NULL ? 0 : view->details->unfit[0]));
                assert_true(used < PICTURE_BYTES);
            }
            (void)snprintf(position, sizeof(position), "%.*s", BYTES_ARG(command.page.next));
        } while (position[0] != '\0');
        for (int round = 0; round < rounds; round++) {
            char id[32];
            (void)snprintf(id, sizeof(id), "%d", round);
            const struct order_view order = order_read(world, shelf, id);
            used += (size_t)snprintf(text + used, PICTURE_BYTES - used, "%s %d %lld %lld %u\n", id,
                                     (int)order.state, (long long)order.changed_at_ms,
                                     (long long)order.expires_at_ms, order.items_count);
            assert_true(used < PICTURE_BYTES);
        }
    }
    return text;
}

static void expect_picture(struct store_world *world, int rounds, const char *before)
{
    char *now = take_picture(world, rounds);
    assert_string_equal(now, before);
    free(now);
}

static void count_name(void *context, const char *name)
{
    (void)name;
    ++*(int *)context;
}

static int files_in(const struct checkpoint_world *checkpoint, const char *folder)
{
    struct os *os = os_sim_os(checkpoint->sim);
    int count = 0;
    assert_int_equal(os->list_folder(os, folder, count_name, &count), OK);
    return count;
}

static void start_goes_on_from_a_checkpoint(void **state)
{
    struct checkpoint_world *checkpoint = *state;
    struct store_world *world = checkpoint->world;
    for (int round = 0; round < 6; round++) {
        do_something(world, round);
        if (round % 2 == 1)
            assert_int_equal(store_local_checkpoint(world->store), OK);
        char *before = take_picture(world, round + 1);
        for (int again = 0; again < 2; again++) {
            reopen(checkpoint);
            expect_picture(world, round + 1, before);
            assert_int_equal(world->opening.recovery.checkpoint_number > 0, round >= 1);
            assert_int_equal(world->opening.cells_loaded > 0, round >= 1);
            assert_int_equal(world->opening.recovery.records_count == 0, round % 2 == 1);
        }
        free(before);
    }
    struct store_metrics metrics;
    store_metrics(world->store, &metrics);
    assert_int_equal(metrics.cells_count, world->opening.cells_loaded);
    assert_int_equal(files_in(checkpoint, "data/checkpoints"), 1);
}

/* Cells that were never written, and the order in which orders are forgotten. */
static void empty_store_has_a_checkpoint_too(void **state)
{
    struct checkpoint_world *checkpoint = *state;
    struct store_world *world = checkpoint->world;
    assert_int_equal(store_local_checkpoint(world->store), OK);
    reopen(checkpoint);
    assert_string_equal(world->documents, "");
    assert_int_equal(world->opening.recovery.checkpoint_number, 1);
    put_one(world, 1, "A", 5, 1);
    assert_int_equal(store_local_checkpoint(world->store), OK);
    reopen(checkpoint);
    assert_int_equal(count_of(world, 1, "A"), 5);
}

static void segments_that_are_covered_go(void **state)
{
    struct checkpoint_world *checkpoint = *state;
    struct store_world *world = checkpoint->world;
    static uint8_t filler[JOURNAL_RECORD_BYTES_MAX / 2];
    memset(filler, 'f', sizeof(filler));
    for (int i = 0; i < 40; i++) { /* 160 MiB. */
        assert_int_equal(store_add_document(world->store, BYTES("filler"),
                                            (struct bytes){filler, sizeof(filler)}),
                         OK);
    }
    put_one(world, 1, "A", 5, 1);
    struct store_metrics metrics;
    store_metrics(world->store, &metrics);
    const uint64_t bytes = metrics.journal_bytes;
    assert_true(files_in(checkpoint, "data/journal") >= 3);
    assert_true(metrics.checkpoints.journal_bytes_since > sizeof(filler) * 40);
    assert_int_equal(metrics.checkpoints.documents_since, 40);
    assert_int_equal(store_local_checkpoint(world->store), OK);
    store_metrics(world->store, &metrics);
    assert_int_equal(files_in(checkpoint, "data/journal"), 2); /* The last one, and a spare. */
    assert_true(metrics.journal_bytes < bytes);
    assert_int_equal(metrics.checkpoints.documents_since, 0);
    assert_int_equal(metrics.checkpoints.done_count, 1);
    assert_true(metrics.checkpoints.bytes > 0);
    assert_true(os_sim_used_bytes(checkpoint->sim) < (uint64_t)3 * JOURNAL_SEGMENT_BYTES);
    reopen(checkpoint);
    assert_int_equal(count_of(world, 1, "A"), 5);
}

/* Larger than a part of a checkpoint, and than a record. */
static enum err give_much(void *context, const struct store_document_sink *sink)
{
    const struct buffer *much = context;
    sink->begin(sink->context);
    const enum err error = sink->take(sink->context, BYTES("small"), BYTES("1"));
    if (error != OK)
        return error;
    return sink->take(sink->context, BYTES("much"), buffer_bytes(much));
}

static enum err take_much(void *context, struct bytes name, struct bytes content)
{
    struct buffer *much = context;
    if (bytes_equal(name, BYTES("much")))
        buffer_append(much, content);
    else
        assert_true(bytes_equal(name, BYTES("small")));
    return OK;
}

static void documents_may_be_larger_than_a_record(void **state)
{
    struct checkpoint_world *checkpoint = *state;
    struct store_world *world = checkpoint->world;
    struct chance chance = chance_begin(__func__);
    struct buffer given;
    struct buffer taken;
    buffer_init(&given);
    buffer_init(&taken);
    const size_t size = (size_t)JOURNAL_RECORD_BYTES_MAX + 12345;
    assert_int_equal(buffer_reserve(&given, size), OK);
    chance_fill(&chance, given.data, size);
    given.size = size;
    store_close(world->store);
    os_sim_kill(checkpoint->sim);
    struct store_local_settings settings = settings_of(world, os_sim_os(checkpoint->sim), "data");
    settings.documents = (struct store_documents){&given, take_much, give_much, NULL};
    assert_int_equal(store_local_open(&settings, &world->opening, &world->store), OK);
    assert_int_equal(store_local_checkpoint(world->store), OK);
    store_close(world->store);
    settings.documents.context = &taken;
    assert_int_equal(store_local_open(&settings, &world->opening, &world->store), OK);
    assert_true(bytes_equal(buffer_bytes(&given), buffer_bytes(&taken)));
    assert_int_equal(store_local_checkpoint(world->store), OK); /* Another one begins anew. */
    buffer_deinit(&given);
    buffer_deinit(&taken);
}

/* What its owner cannot give, or nobody can. */
static void documents_that_are_not_given_end_the_checkpoint(void **state)
{
    struct checkpoint_world *checkpoint = *state;
    struct store_world *world = checkpoint->world;
    struct store_metrics metrics;
    do_something(world, 0);
    char *before = take_picture(world, 1);
    world->gives_nothing = true;
    assert_int_equal(store_local_checkpoint(world->store), ERR_MEMORY);
    world->gives_nothing = false;
    store_metrics(world->store, &metrics);
    assert_int_equal(metrics.checkpoints.failed_count, 1);
    assert_int_equal(metrics.checkpoints.done_count, 0);
    assert_int_equal(files_in(checkpoint, "data/checkpoints"), 0);
    assert_int_equal(store_request_checkpoint(world->store), ERR_UNSUPPORTED); /* No thread. */
    assert_int_equal(store_local_checkpoint(world->store), OK);
    reopen(checkpoint);
    expect_picture(world, 1, before);
    free(before);

    struct store_local_settings settings = settings_of(world, os_sim_os(checkpoint->sim), "data");
    settings.documents.give = NULL;
    store_close(world->store);
    assert_int_equal(store_local_open(&settings, &world->opening, &world->store), OK);
    assert_int_equal(store_local_checkpoint(world->store), ERR_UNSUPPORTED);
}

/* In the middle, at any place of it. */
static void checkpoint_that_is_given_up_leaves_nothing(void **state)
{
    struct checkpoint_world *checkpoint = *state;
    struct store_world *world = checkpoint->world;
    int round = 0;
    bool done = false;
    for (int steps = 1; !done; steps++) {
        do_something(world, round++);
        for (int step = 0; step < steps && !done; step++)
            assert_int_equal(store_local_checkpoint_step(world->store, &done), OK);
        if (done)
            break;
        store_local_stop_checkpoints(world->store);
        assert_int_equal(files_in(checkpoint, "data/checkpoints"), 0);
        put_one(world, 1, "on", round, NOW + round); /* Writers keep nothing for it any more. */
    }
    assert_true(round > SHELVES);
    char *before = take_picture(world, round);
    reopen(checkpoint);
    expect_picture(world, round, before);
    free(before);
}

static void full_disk_puts_it_off(void **state)
{
    struct checkpoint_world *checkpoint = *state;
    struct store_world *world = checkpoint->world;
    struct store_metrics metrics;
    do_something(world, 0);
    os_sim_limit_disk(checkpoint->sim, os_sim_used_bytes(checkpoint->sim));
    assert_int_equal(store_local_checkpoint(world->store), ERR_FULL);
    assert_int_equal(files_in(checkpoint, "data/checkpoints"), 0);
    do_something(world, 1); /* The journal had claimed its room before. */
    store_metrics(world->store, &metrics);
    assert_int_equal(metrics.checkpoints.failed_count, 1);
    os_sim_limit_disk(checkpoint->sim, UINT64_MAX);
    assert_int_equal(store_local_checkpoint(world->store), OK);
    char *before = take_picture(world, 2);
    reopen(checkpoint);
    expect_picture(world, 2, before);
    free(before);
}

/* Every call of it that the disk sees fails once: the store goes on, and so does the next start. */
static void failure_of_any_call_ends_the_checkpoint_alone(void **state)
{
    struct checkpoint_world *checkpoint = *state;
    struct store_world *world = checkpoint->world;
    static const enum err errors[] = {ERR_IO, ERR_FULL};
    int failed = 0;
    int round = 0;
    bool reached = true;
    do_something(world, round++);
    assert_int_equal(store_local_checkpoint(world->store), OK);
    for (uint64_t call = 0; reached; call++) {
        do_something(world, round++);
        os_sim_fail_at(checkpoint->sim, call, errors[call % 2]);
        const enum err error = store_local_checkpoint(world->store);
        reached = os_sim_calls_count(checkpoint->sim) > call;
        os_sim_fail_at(checkpoint->sim, OS_SIM_NEVER, OK);
        failed += error != OK;
        do_something(world, round++);
        char *before = take_picture(world, round);
        reopen(checkpoint);
        expect_picture(world, round, before);
        free(before);
    }
    assert_true(failed >= 4); /* Create, allocate, write, sync… */
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, checkpoint_begin, checkpoint_end)
    const struct CMUnitTest tests[] = {
        TEST(start_goes_on_from_a_checkpoint),
        TEST(empty_store_has_a_checkpoint_too),
        TEST(segments_that_are_covered_go),
        TEST(documents_may_be_larger_than_a_record),
        TEST(documents_that_are_not_given_end_the_checkpoint),
        TEST(checkpoint_that_is_given_up_leaves_nothing),
        TEST(full_disk_puts_it_off),
        TEST(failure_of_any_call_ends_the_checkpoint_alone),
    };
    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
