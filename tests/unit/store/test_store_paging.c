/* Pages of the local store, against a naive model of 10,000 cells. TEST_SEED replays the random
 * walk. */
#include "store_world.h"

#include "../../support/chance.h"

enum { SHELF = 3, CELLS = 10000, STEPS = 20000 };

/* Cell number i is SKU "s<i>"; every third has no stock. */
struct model {
    struct store_world *world;
    int64_t counts[CELLS];
};

static int begin(void **state)
{
    static char skus[CELLS][16];
    static struct stock_write items[CELLS];
    struct model *model = calloc(1, sizeof(*model));
    void *world = NULL;
    if (model == NULL || store_world_begin(&world) != 0)
        return -1;
    model->world = world;
    for (int i = 0; i < CELLS; i++) {
        (void)snprintf(skus[i], sizeof(skus[i]), "s%d", i);
        model->counts[i] = i % 3 == 0 ? 0 : i;
        items[i] = write_of(skus[i], model->counts[i], 1000);
    }
    for (int i = 0; i < CELLS; i += PUT_SKUS_MAX)
        if (put_items(world, SHELF, STORE_UNKNOWN_CREATE, &items[i], PUT_SKUS_MAX, NULL) !=
            VERDICT_OK)
            return -1;
    *state = model;
    return 0;
}

static int end(void **state)
{
    struct model *model = *state;
    void *world = model->world;
    free(model);
    return store_world_end(&world);
}

static bool fits(const struct model *model, int number, enum store_presence presence)
{
    const bool present = model->counts[number] > 0;
    return presence == STORE_ANY || present == (presence == STORE_PRESENT);
}

/* How many of the cells [from, to) fit. */
static int count_fitting(const struct model *model, int from, int to, enum store_presence presence)
{
    int count = 0;
    for (int i = from; i < to; i++)
        count += fits(model, i, presence);
    return count;
}

/* Number of the cell that the view shows; its count must be the model's. */
static int number_of(const struct model *model, const struct stock_view *view)
{
    int64_t number = -1;
    assert_true(view->sku.size > 1 && view->sku.data[0] == 's');
    assert_true(bytes_to_int64((struct bytes){view->sku.data + 1, view->sku.size - 1}, &number));
    assert_in_range(number, 0, CELLS - 1);
    assert_int_equal(view->available, model->counts[number]);
    return (int)number;
}

/* The page shows fitting cells in order without a gap, as many as it may, and its two positions
 * exist exactly when there is more on that side. */
static void check_page(const struct model *model, const struct store_command *command)
{
    const struct store_page *page = &command->page;
    assert_int_equal(command->verdict, VERDICT_OK);
    assert_in_range(command->views_count, 1, page->limit);
    const int first = number_of(model, &command->views[0]);
    int number = first;
    for (uint32_t i = 0; i < command->views_count; i++, number++) {
        while (number < CELLS && !fits(model, number, page->filter.presence))
            number++;
        assert_int_equal(number_of(model, &command->views[i]), number);
    }
    const int before = count_fitting(model, 0, first, page->filter.presence);
    const int after = count_fitting(model, number, CELLS, page->filter.presence);
    assert_int_equal(page->prev.size > 0, before > 0);
    assert_int_equal(page->next.size > 0, after > 0);
    if (page->backward ? before > 0 : after > 0)
        assert_int_equal(command->views_count, page->limit);
}

static void forward_and_backward_walks_see_every_cell_once(void **state)
{
    static const uint32_t limits[] = {1, 7, 199, 200};
    struct model *model = *state;
    for (int presence = STORE_ANY; presence <= STORE_ABSENT; presence++) {
        for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
            struct store_page page = {.limit = limits[i],
                                      .filter.presence = (enum store_presence)presence};
            const int all = count_fitting(model, 0, CELLS, page.filter.presence);
            int seen = 0;
            int steps = 0;
            do {
                const struct store_command command = get_page(model->world, SHELF, page);
                assert_int_equal(command.verdict, VERDICT_OK);
                if (limits[i] > 100)
                    check_page(model, &command);
                seen += (int)command.views_count;
                page.position = command.page.next;
                steps++;
            } while (page.position.size > 0);
            assert_int_equal(seen, all);
            assert_int_equal(steps, (all + (int)limits[i] - 1) / (int)limits[i]);
        }
    }
}

static void walk_forward_and_back_shows_the_same_pages(void **state)
{
    struct model *model = *state;
    enum { PAGES = 20 };
    int firsts[PAGES];
    struct store_page page = {.limit = 97, .filter.presence = STORE_PRESENT};
    struct store_command command = {.kind = STORE_PAGE};
    for (int i = 0; i < PAGES; i++) {
        command = get_page(model->world, SHELF, page);
        firsts[i] = number_of(model, &command.views[0]);
        page.position = command.page.next;
    }
    page.backward = true;
    for (int i = PAGES - 2; i >= 0; i--) {
        page.position = command.page.prev;
        command = get_page(model->world, SHELF, page);
        check_page(model, &command);
        assert_int_equal(number_of(model, &command.views[0]), firsts[i]);
        assert_int_equal(command.views_count, 97);
    }
    assert_int_equal(command.page.prev.size, 0);
}

/* Steps in either direction with any limit, while counts change and the filter may change sides. */
static void random_walk_agrees_with_the_model(void **state)
{
    struct model *model = *state;
    struct chance chance = chance_begin("random_walk_agrees_with_the_model");
    struct store_page page = {.limit = 200};
    uint8_t kept[64];
    for (int step = 0; step < STEPS / 10; step++) {
        page.limit = (uint32_t)chance_between(&chance, 1, PAGE_LIMIT_MAX);
        if (chance_one_in(&chance, 10)) {
            page.position.size = 0;
            page.backward = false;
            page.filter.presence = (enum store_presence)chance_below(&chance, 3);
        }
        const struct store_command command = get_page(model->world, SHELF, page);
        if (command.views_count > 0)
            check_page(model, &command);
        const bool back = chance_one_in(&chance, 2);
        const struct bytes position = back ? command.page.prev : command.page.next;
        page.backward = back && position.size > 0;
        page.position = (struct bytes){kept, position.size};
        if (position.size > 0)
            memcpy(kept, position.data, position.size);
        const int number = (int)chance_below(&chance, CELLS);
        char sku[16];
        (void)snprintf(sku, sizeof(sku), "s%d", number);
        model->counts[number] = chance_one_in(&chance, 2) ? 0 : step + 1;
        put_one(model->world, SHELF, sku, model->counts[number], 2000);
    }
}

static void new_cells_come_last_and_move_no_page(void **state)
{
    struct model *model = *state;
    struct store_page page = {.limit = 200};
    int seen = 0;
    do {
        const struct store_command command = get_page(model->world, SHELF, page);
        seen += (int)command.views_count;
        page.position = command.page.next;
        if (seen == 400)
            put_one(model->world, SHELF, "brand new", 1, 1);
    } while (page.position.size > 0);
    assert_int_equal(seen, CELLS + 1);
}

static void filter_that_fits_nothing_gives_an_empty_last_page(void **state)
{
    struct model *model = *state;
    put_one(model->world, SHELF + 1, "empty", 0, 1);
    const struct store_command command = get_page(
        model->world, SHELF + 1, (struct store_page){.limit = 5, .filter.presence = STORE_PRESENT});
    assert_int_equal(command.verdict, VERDICT_OK);
    assert_int_equal(command.views_count, 0);
    assert_int_equal(command.page.next.size, 0);
    assert_int_equal(command.page.prev.size, 0);
}

static void shelf_that_nobody_wrote_to_has_one_empty_page(void **state)
{
    struct model *model = *state;
    const struct store_command command =
        get_page(model->world, 999, (struct store_page){.limit = 5});
    assert_int_equal(command.verdict, VERDICT_OK);
    assert_int_equal(command.views_count, 0);
    assert_int_equal(command.page.next.size, 0);
}

static void position_that_was_never_given_out_is_refused(void **state)
{
    static const struct bytes positions[] = {
        BYTES_INIT("10001"),      BYTES_INIT("-1"),   BYTES_INIT("x"),
        BYTES_INIT("5 "),         BYTES_INIT("0x10"), BYTES_INIT("99999999999999999999"),
        BYTES_INIT("4294967296"), BYTES_INIT("\x00"), BYTES_INIT("5\n"),
        BYTES_INIT("1e3"),        BYTES_INIT("1.0"),  BYTES_INIT("-9223372036854775808"),
    };
    struct model *model = *state;
    for (size_t i = 0; i < sizeof(positions) / sizeof(positions[0]); i++) {
        for (int backward = 0; backward < 2; backward++) {
            const struct store_page page = {
                .limit = 5, .position = positions[i], .backward = backward == 1};
            assert_int_equal(get_page(model->world, SHELF, page).verdict, VERDICT_BAD_POSITION);
            assert_int_equal(get_page(model->world, 999, page).verdict, VERDICT_BAD_POSITION);
        }
    }
}

static void pages_are_the_same_after_opening_again(void **state)
{
    struct model *model = *state;
    uint8_t kept[64];
    const struct store_command before =
        get_page(model->world, SHELF, (struct store_page){.limit = 200});
    const struct bytes position = {kept, before.page.next.size};
    memcpy(kept, before.page.next.data, position.size);
    store_world_reopen(model->world);
    const struct store_command after =
        get_page(model->world, SHELF, (struct store_page){.limit = 200, .position = position});
    check_page(model, &after);
    assert_int_equal(number_of(model, &after.views[0]), 200);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(forward_and_backward_walks_see_every_cell_once),
        TEST(walk_forward_and_back_shows_the_same_pages),
        TEST(random_walk_agrees_with_the_model),
        TEST(new_cells_come_last_and_move_no_page),
        TEST(filter_that_fits_nothing_gives_an_empty_last_page),
        TEST(shelf_that_nobody_wrote_to_has_one_empty_page),
        TEST(position_that_was_never_given_out_is_refused),
        TEST(pages_are_the_same_after_opening_again),
    };
    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
