/* A book from its opening to its next opening: what is told, what is known, what is kept small, and
 * who is let in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "book/known.h"
#include "book/outbox.h"

enum { MANY_BATCHES = 70, SHOP_CAMPAIGN = 10003 };

struct world {
    char folder[64];
    char path[96];
    struct book *book;
    int64_t shop;
};

static void book_begin_in(struct world *world)
{
    struct buffer problem;
    buffer_init(&problem);
    assert_int_equal(book_open(world->path, &problem, &world->book), OK);
    buffer_deinit(&problem);
    assert_int_equal(book_shop(world->book, BYTES("http://x"), SHOP_CAMPAIGN, &world->shop), OK);
}

static int world_begin(void **state)
{
    static struct world world;
    world = (struct world){.folder = "/tmp/stockctl-book-XXXXXX"};
    assert_non_null(mkdtemp(world.folder));
    (void)snprintf(world.path, sizeof(world.path), "%s/book.sqlite", world.folder);
    book_begin_in(&world);
    *state = &world;
    return 0;
}

static int world_end(void **state)
{
    struct world *world = *state;
    static const char *const endings[] = {"", "-wal", "-shm", "-lock"};
    char path[128];
    book_close(world->book);
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        (void)snprintf(path, sizeof(path), "%s%s", world->path, endings[i]);
        (void)unlink(path);
    }
    return rmdir(world->folder);
}

/* Adds a batch with `count` SKUs from `first` on, all with one number. Gives its number. */
static int64_t batch_make(const struct world *world, enum batch_state state, int first, int count,
                          const struct book_row *each)
{
    struct buffer data;
    struct rows_writer writer;
    buffer_init(&data);
    rows_begin(&writer, &data);
    for (int i = first; i < first + count; i++) {
        char sku[16];
        (void)snprintf(sku, sizeof(sku), "sku-%d", i);
        const struct book_row row = {bytes_from_text(sku), each->count, each->updated_at_ms};
        rows_add(&writer, &row);
    }
    rows_end(&writer);
    struct book_batch batch = {
        .state = state, .rows_count = writer.count, .data = buffer_bytes(&data)};
    assert_int_equal(outbox_add(world->book, world->shop, &batch), OK);
    buffer_deinit(&data);
    return batch.id;
}

static struct cells *load(const struct world *world)
{
    struct cells *cells = cells_create();
    assert_non_null(cells);
    assert_int_equal(known_load(world->book, world->shop, cells), OK);
    assert_int_equal(outbox_load(world->book, world->shop, cells), OK);
    return cells;
}

static struct cell cell_of(const struct cells *cells, const char *sku)
{
    const struct cell *cell = cells_find(cells, bytes_from_text(sku));
    assert_non_null(cell);
    return *cell;
}

static int64_t waiting(const struct world *world, struct buffer *ids)
{
    int64_t rows = 0;
    buffer_clear(ids);
    assert_int_equal(outbox_list(world->book, world->shop, ids, &rows), OK);
    return rows;
}

static void acknowledged_batch_becomes_known(void **state)
{
    struct world *world = *state;
    const struct book_row five = {.count = 5, .updated_at_ms = 1000};
    const struct book_row six = {.count = 6, .updated_at_ms = 2000};
    const int64_t first = batch_make(world, BATCH_WAITS, 0, 3, &five);
    assert_int_equal(outbox_acknowledge(world->book, first), OK);
    (void)batch_make(world, BATCH_WAITS, 2, 2, &six);
    book_close(world->book);
    book_begin_in(world);
    struct cells *cells = load(world);
    assert_int_equal(cells_count(cells), 4);
    const struct cell known = cell_of(cells, "sku-1");
    assert_int_equal(known.told, 5);
    assert_int_equal(known.told_ms, 1000);
    assert_false(known.is_pending);
    const struct cell pending = cell_of(cells, "sku-2");
    assert_int_equal(pending.told, 6);
    assert_true(pending.is_pending);
    cells_destroy(cells);
}

static void order_of_sending_is_zeroes_then_age(void **state)
{
    struct world *world = *state;
    const struct book_row row = {.count = 0, .updated_at_ms = 1};
    const int64_t ids[] = {
        batch_make(world, BATCH_WAITS, 0, 1, &row),
        batch_make(world, BATCH_URGENT, 1, 1, &row),
        batch_make(world, BATCH_WAITS, 2, 2, &row),
        batch_make(world, BATCH_URGENT, 4, 1, &row),
    };
    const int64_t wanted[] = {ids[1], ids[3], ids[0], ids[2]};
    struct buffer found;
    buffer_init(&found);
    assert_int_equal(waiting(world, &found), 5);
    assert_int_equal(found.size, sizeof(wanted));
    assert_memory_equal(found.data, wanted, sizeof(wanted));
    assert_int_equal(outbox_remove(world->book, ids[1]), OK);
    assert_int_equal(outbox_acknowledge(world->book, ids[0]), OK);
    assert_int_equal(waiting(world, &found), 3);
    assert_int_equal(outbox_read(world->book, ids[1], &found), ERR_NOT_FOUND);
    buffer_deinit(&found);
}

static void older_moment_changes_nothing_and_an_equal_one_does(void **state)
{
    struct world *world = *state;
    static const struct book_row rows[] = {
        {.count = 5, .updated_at_ms = 1000},
        {.count = 6, .updated_at_ms = 999},
        {.count = 7, .updated_at_ms = 1000},
    };
    static const uint32_t told[] = {5, 5, 7};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        (void)batch_make(world, BATCH_KNOWN, 0, 1, &rows[i]);
        struct cells *cells = load(world);
        assert_int_equal(cell_of(cells, "sku-0").told, told[i]);
        cells_destroy(cells);
    }
}

static void rollback_and_shops_leave_nothing_to_others(void **state)
{
    struct world *world = *state;
    const struct book_row row = {.count = 1, .updated_at_ms = 1};
    struct buffer ids;
    buffer_init(&ids);
    assert_int_equal(book_begin(world->book, BOOK_SURVIVES_POWER), OK);
    (void)batch_make(world, BATCH_WAITS, 0, 1, &row);
    book_rollback(world->book);
    assert_int_equal(waiting(world, &ids), 0);
    (void)batch_make(world, BATCH_WAITS, 0, 1, &row);
    const int64_t shop = world->shop;
    assert_int_equal(book_shop(world->book, BYTES("http://x"), 4, &world->shop), OK);
    assert_int_not_equal(world->shop, shop);
    assert_int_equal(waiting(world, &ids), 0);
    assert_int_equal(book_shop(world->book, BYTES("http://x"), SHOP_CAMPAIGN, &world->shop), OK);
    assert_int_equal(world->shop, shop);
    buffer_deinit(&ids);
}

/* How many batches the shop has, whatever their state. */
static enum err count_batch(void *context, const struct book_batch *batch)
{
    int64_t *rows = context;
    *rows += batch->rows_count;
    return OK;
}

static int64_t rows_kept(const struct world *world)
{
    int64_t rows = 0;
    assert_int_equal(book_batches_visit(world->book, world->shop,
                                        (const enum batch_state[]){BATCH_URGENT, BATCH_KNOWN},
                                        count_batch, &rows),
                     OK);
    return rows;
}

static void what_grew_out_of_proportion_is_gathered(void **state)
{
    struct world *world = *state;
    /* A catalogue that stays, and a few SKUs that change in every push. */
    const struct book_row first = {.count = 3, .updated_at_ms = 1};
    (void)batch_make(world, BATCH_KNOWN, 1000, PUT_SKUS_MAX, &first);
    for (int i = 0; i < MANY_BATCHES; i++) {
        const struct book_row row = {.count = i, .updated_at_ms = 10 + i};
        (void)batch_make(world, BATCH_KNOWN, i % 5, 10, &row);
    }
    const struct book_row last = {.count = 99, .updated_at_ms = 1000};
    (void)batch_make(world, BATCH_WAITS, 0, 1, &last);
    assert_int_equal(rows_kept(world), PUT_SKUS_MAX + MANY_BATCHES * 10 + 1);
    for (int i = 0; i < 2; i++) { /* Gathered, and as it was gathered. */
        struct cells *cells = load(world);
        assert_int_equal(cells_count(cells), PUT_SKUS_MAX + 14);
        assert_int_equal(cell_of(cells, "sku-0").told, 99);
        assert_true(cell_of(cells, "sku-0").is_pending);
        assert_int_equal(cell_of(cells, "sku-13").told, MANY_BATCHES - 1);
        assert_int_equal(cell_of(cells, "sku-13").told_ms, 10 + MANY_BATCHES - 1);
        assert_int_equal(cell_of(cells, "sku-9").told, MANY_BATCHES - 1);
        assert_int_equal(cell_of(cells, "sku-1500").told, 3);
        assert_int_equal(rows_kept(world), PUT_SKUS_MAX + 14 + 1);
        cells_destroy(cells);
    }
}

static void one_process_at_a_time_has_a_shop(void **state)
{
    struct world *world = *state;
    struct buffer problem;
    struct book *other = NULL;
    buffer_init(&problem);
    /* Locks belong to an open file: a second book is as good as a second process. */
    assert_int_equal(book_open(world->path, &problem, &other), OK);
    assert_int_equal(book_shop_enter(world->book, world->shop), OK);
    assert_int_equal(book_shop_enter(other, world->shop), ERR_BUSY);
    assert_non_null(strstr(book_problem(other), "another stockctl"));
    assert_int_equal(book_shop_enter(other, world->shop + 1), OK);
    book_shop_leave(world->book, world->shop);
    assert_int_equal(book_shop_enter(other, world->shop), OK);
    book_close(other);
    assert_int_equal(book_shop_enter(world->book, world->shop), OK);
    buffer_deinit(&problem);
}

static void cells_hold_many_skus(void **state)
{
    (void)state;
    enum { CELLS = 100000 };
    struct cells *cells = cells_create();
    struct cell *cell = NULL;
    char sku[16];
    assert_non_null(cells);
    assert_null(cells_find(cells, BYTES("absent")));
    for (uint32_t i = 0; i < CELLS; i++) {
        (void)snprintf(sku, sizeof(sku), "%u", i);
        assert_int_equal(cells_enter(cells, bytes_from_text(sku), &cell), OK);
        assert_int_equal(cell->told, CELL_NONE);
        assert_int_equal(cell->wanted, CELL_NONE);
        cell->line = i & INT32_MAX;
    }
    for (uint32_t i = 0; i < CELLS; i++) {
        (void)snprintf(sku, sizeof(sku), "%u", i);
        cell = cells_find(cells, bytes_from_text(sku));
        assert_non_null(cell);
        assert_int_equal(cell->line, i);
        assert_int_equal(cells_index(cells, cell), i);
        assert_true(bytes_equal(cells_sku(cells, cell), bytes_from_text(sku)));
    }
    assert_int_equal(cells_enter(cells, BYTES("0"), &cell), OK);
    assert_int_equal(cells_count(cells), CELLS);
    assert_null(cells_find(cells, BYTES("00")));
    cells_destroy(cells);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(acknowledged_batch_becomes_known, world_begin, world_end),
        cmocka_unit_test_setup_teardown(order_of_sending_is_zeroes_then_age, world_begin,
                                        world_end),
        cmocka_unit_test_setup_teardown(older_moment_changes_nothing_and_an_equal_one_does,
                                        world_begin, world_end),
        cmocka_unit_test_setup_teardown(rollback_and_shops_leave_nothing_to_others, world_begin,
                                        world_end),
        cmocka_unit_test_setup_teardown(what_grew_out_of_proportion_is_gathered, world_begin,
                                        world_end),
        cmocka_unit_test_setup_teardown(one_process_at_a_time_has_a_shop, world_begin, world_end),
        cmocka_unit_test(cells_hold_many_skus),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
