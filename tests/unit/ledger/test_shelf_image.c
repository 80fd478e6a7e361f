/* Images of a shelf that are taken while it changes, against a description made at their beginning:
 * what is loaded from one is the shelf as it was then, to the last order of its lists. */
#include "shelf_world.h"

#include <stdlib.h>

enum { ROUNDS = 400, CELLS_MAX = 120 };

/* What a random image needs. */
struct scene {
    struct shelf_world world;
    struct chance commands;
    struct chance steps;
    struct buffer before; /* The description as of the beginning. */
    struct buffer after;
    struct buffer entries;
};

static void scene_init(struct scene *scene, struct chance *chance, bool keeps_history)
{
    scene->commands = (struct chance){chance_u64(chance)};
    scene->steps = (struct chance){chance_u64(chance)};
    shelf_world_init(&scene->world, keeps_history, CELLS_MAX);
    buffer_init(&scene->before);
    buffer_init(&scene->after);
    buffer_init(&scene->entries);
}

static void scene_deinit(struct scene *scene)
{
    buffer_deinit(&scene->before);
    buffer_deinit(&scene->after);
    buffer_deinit(&scene->entries);
    shelf_world_deinit(&scene->world);
}

static void act(struct scene *scene, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        shelf_world_act(&scene->world, &scene->commands);
}

/* A step of any size, which gives no more than it may. */
static bool step(struct scene *scene, struct shelf_image *image)
{
    static const size_t sizes[] = {1, 40, 400, 4000};
    const size_t wanted = sizes[chance_below(&scene->steps, 4)];
    const size_t before = scene->entries.size;
    bool done = false;
    assert_int_equal(shelf_image_read(image, wanted, &scene->entries, &done), OK);
    assert_true(scene->entries.size - before <= wanted + SHELF_IMAGE_SLACK_BYTES);
    return done;
}

/* Loads the entries, and checks that it gives the shelf as of the beginning; then what was done
 * since then is done to it, too, and gives the shelf as it is now. */
static void load_and_catch_up(struct scene *scene, const struct shelf_image_sizes *sizes,
                              struct shelf_world begun, struct chance commands, uint64_t acts)
{
    struct shelf_world loaded = begun;
    loaded.shelf = shelf_create(begun.keeps_history);
    loaded.book = order_book_create(loaded.shelf);
    assert_int_equal(shelf_world_load(&loaded, sizes, buffer_bytes(&scene->entries)), OK);
    shelf_world_check(&loaded);
    shelf_world_describe(&loaded, &scene->after);
    assert_same_description(buffer_bytes(&scene->after), buffer_bytes(&scene->before));

    for (uint64_t i = 0; i < acts; i++)
        shelf_world_act(&loaded, &commands);
    shelf_world_describe(&loaded, &scene->after);
    shelf_world_describe(&scene->world, &scene->before);
    assert_same_description(buffer_bytes(&scene->after), buffer_bytes(&scene->before));
    shelf_world_check(&loaded);
    shelf_world_deinit(&loaded);
}

/* One image, taken to its end or given up on the way. */
static void take_image(struct scene *scene)
{
    const struct shelf_world begun = scene->world;
    const struct chance commands = scene->commands;
    const uint64_t commands_a_step = chance_below(&scene->steps, 12);
    const bool given_up = chance_one_in(&scene->steps, 8);
    uint64_t acts = 0;
    bool done = false;
    shelf_world_describe(&scene->world, &scene->before);
    struct shelf_image *image = shelf_world_begin_image(&scene->world);
    const struct shelf_image_sizes sizes = shelf_image_sizes(image);
    buffer_clear(&scene->entries);
    while (!done && !(given_up && chance_one_in(&scene->steps, 8))) {
        acts += commands_a_step;
        act(scene, commands_a_step);
        done = step(scene, image);
    }
    if (chance_one_in(&scene->steps, 2)) {
        act(scene, 1); /* Done, and not ended yet: nothing is kept any more. */
        acts++;
    }
    shelf_image_end(image);
    shelf_image_destroy(image);
    shelf_world_check(&scene->world);
    if (done)
        load_and_catch_up(scene, &sizes, begun, commands, acts);
}

static void an_image_is_the_shelf_as_it_was_at_its_beginning(void **state)
{
    (void)state;
    struct chance chance = chance_begin(__func__);
    for (int round = 0; round < ROUNDS; round++) {
        struct scene scene;
        scene_init(&scene, &chance, round % 4 == 3);
        act(&scene, chance_below(&scene.steps, 600));
        for (uint64_t i = chance_below(&scene.steps, 3) + 1; i > 0; i--) {
            take_image(&scene);
            act(&scene, chance_below(&scene.steps, 50));
        }
        scene_deinit(&scene);
    }
}

static void an_image_of_nothing_is_nothing(void **state)
{
    (void)state;
    struct shelf_world world;
    struct buffer entries;
    buffer_init(&entries);
    shelf_world_init(&world, false, 0);
    const struct shelf_image_sizes sizes = shelf_world_image(&world, &entries);
    assert_int_equal(sizes.cells_count, 0);
    assert_int_equal(sizes.orders_count, 0);
    assert_int_equal(entries.size, 0);
    assert_int_equal(shelf_world_load(&world, &sizes, buffer_bytes(&entries)), OK);
    shelf_image_destroy(NULL);
    shelf_load_abandon(NULL);
    buffer_deinit(&entries);
    shelf_world_deinit(&world);
}

/* Every cell is changed before the image reaches any: far more than one block is kept, and it is
 * handed out by the next steps. */
static void everything_may_be_kept(void **state)
{
    (void)state;
    enum { CELLS = 40000, WANTED = 100000 };
    struct shelf_world world;
    struct buffer entries;
    struct buffer before;
    struct buffer after;
    buffer_init(&entries);
    buffer_init(&before);
    buffer_init(&after);
    shelf_world_init(&world, false, 0);
    for (uint32_t i = 0; i < CELLS; i++)
        shelf_set_available(world.shelf, shelf_world_add_cell(&world), i, WORLD_BEGIN_MS);
    shelf_world_describe(&world, &before);
    struct shelf_image *image = shelf_world_begin_image(&world);
    const struct shelf_image_sizes sizes = shelf_image_sizes(image);
    for (int round = 0; round < 2; round++) { /* The second time nothing is kept. */
        for (uint32_t i = CELLS; i-- > 0;)
            shelf_set_available(world.shelf, i, 1, WORLD_BEGIN_MS + round);
    }
    for (bool done = false; !done;) {
        const size_t size = entries.size;
        assert_int_equal(shelf_image_read(image, WANTED, &entries, &done), OK);
        assert_true(entries.size - size < WANTED + SHELF_IMAGE_SLACK_BYTES);
    }
    shelf_image_end(image);
    shelf_image_destroy(image);
    struct shelf_world loaded;
    shelf_world_init(&loaded, false, 0);
    assert_int_equal(shelf_world_load(&loaded, &sizes, buffer_bytes(&entries)), OK);
    shelf_world_describe(&loaded, &after);
    assert_same_description(buffer_bytes(&after), buffer_bytes(&before));
    shelf_world_deinit(&loaded);
    shelf_world_deinit(&world);
    buffer_deinit(&entries);
    buffer_deinit(&before);
    buffer_deinit(&after);
}

/* What is kept until nobody wants it is given back, too. */
static void an_image_may_be_given_up_with_all_that_it_kept(void **state)
{
    (void)state;
    struct shelf_world world;
    shelf_world_init(&world, false, 0);
    for (uint32_t i = 0; i < 1000; i++)
        (void)shelf_world_add_cell(&world);
    struct shelf_image *image = shelf_world_begin_image(&world);
    for (uint32_t i = 0; i < 1000; i++)
        shelf_set_marks(world.shelf, i, STOCK_HIDDEN);
    shelf_image_end(image);
    shelf_image_destroy(image);
    image = shelf_world_begin_image(&world);
    shelf_image_end(image);
    shelf_image_destroy(image);
    shelf_world_deinit(&world);
}

/* Orders of one unit of the first cell. */
static void add_orders(struct shelf_world *world, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct order_line line = {0, 1};
        const struct bytes id = {(const uint8_t *)&world->orders_count,
                                 sizeof(world->orders_count)};
        assert_int_equal(order_book_reserve(world->book), OK);
        order_book_add(world->book, order_create(77, id, &line, 1), world->now_ms, 0);
        world->orders_count++;
    }
}

/* New orders are not walked: those that come faster than a step walks would keep it from ending. */
static void an_image_ends_however_many_orders_come(void **state)
{
    (void)state;
    enum { ORDERS_A_STEP = 600, STEPS_MAX = 20 };
    struct shelf_world world;
    struct buffer entries;
    buffer_init(&entries);
    shelf_world_init(&world, false, 0);
    shelf_set_available(world.shelf, shelf_world_add_cell(&world), STOCK_COUNT_MAX, 1);
    add_orders(&world, 1);
    struct shelf_image *image = shelf_world_begin_image(&world);
    bool done = false;
    for (int step = 0; !done && step < STEPS_MAX; step++) {
        add_orders(&world, ORDERS_A_STEP);
        assert_int_equal(shelf_image_read(image, 1, &entries, &done), OK);
    }
    assert_true(done);
    shelf_image_end(image);
    shelf_image_destroy(image);
    buffer_deinit(&entries);
    shelf_world_deinit(&world);
}

static void a_shelf_that_grew_too_much_wants_a_larger_image(void **state)
{
    (void)state;
    struct shelf_world world;
    shelf_world_init(&world, false, 0);
    struct shelf_image *image = shelf_image_create(0);
    uint32_t count = 0;
    struct shelf_image *begun = NULL;
    for (; begun == NULL && count < 10000; count++) { /* There is room for thousands. */
        (void)shelf_world_add_cell(&world);
        if (count < 4096)
            continue;
        const enum err error = shelf_image_begin(image, world.shelf, world.book);
        assert_true(error == OK || error == ERR_FULL);
        if (error == OK) {
            shelf_image_end(image);
            shelf_image_destroy(image);
            image = shelf_image_create(0);
        } else {
            begun = shelf_world_begin_image(&world); /* With the count as it is now. */
        }
    }
    assert_non_null(begun);
    assert_int_equal(shelf_image_sizes(begun).cells_count, count);
    shelf_image_end(begun);
    shelf_image_destroy(begun);
    shelf_image_destroy(image);
    shelf_world_deinit(&world);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
/* Every allocation of this program goes through here; sanitizers have their own. */
static bool allocation_fails;
void *__libc_malloc(size_t size); /* NOLINT(bugprone-reserved-identifier): the library's own. */
void *malloc(size_t size)
{
    return allocation_fails ? NULL : __libc_malloc(size);
}

/* Without memory for what is to be kept the image fails; the write does not, nor does the next
 * image. */
static void an_image_fails_where_nothing_can_be_kept(void **state)
{
    (void)state;
    struct buffer entries;
    struct buffer before;
    struct buffer after;
    buffer_init(&entries);
    buffer_init(&before);
    buffer_init(&after);
    for (int of_orders = 0; of_orders < 2; of_orders++) {
        struct shelf_world world;
        shelf_world_init(&world, false, 0);
        const uint32_t cell = shelf_world_add_cell(&world);
        shelf_set_available(world.shelf, cell, 10, WORLD_BEGIN_MS);
        struct chance chance = {1};
        world_order(&world, &chance);
        struct shelf_image *image = shelf_world_begin_image(&world);
        assert_int_equal(buffer_reserve(&entries, 2 * SHELF_IMAGE_SLACK_BYTES), OK);
        bool done = false;
        allocation_fails = true;
        if (of_orders != 0)
            order_book_change(world.book, world.book->open.first, ORDER_PACKED, world.now_ms);
        else
            shelf_set_available(world.shelf, cell, 11, WORLD_BEGIN_MS);
        allocation_fails = false;
        shelf_set_available(world.shelf, cell, 12, WORLD_BEGIN_MS); /* Is not kept either. */
        assert_int_equal(shelf_image_read(image, 1000, &entries, &done), ERR_MEMORY);
        assert_int_equal(shelf_image_read(image, 1000, &entries, &done), ERR_MEMORY);
        assert_false(done);
        shelf_image_end(image);
        shelf_image_destroy(image);
        shelf_world_describe(&world, &before);
        const struct shelf_image_sizes sizes = shelf_world_image(&world, &entries);
        struct shelf_world loaded;
        shelf_world_init(&loaded, false, 0);
        assert_int_equal(shelf_world_load(&loaded, &sizes, buffer_bytes(&entries)), OK);
        shelf_world_describe(&loaded, &after);
        assert_same_description(buffer_bytes(&after), buffer_bytes(&before));
        shelf_world_deinit(&loaded);
        shelf_world_deinit(&world);
    }
    buffer_deinit(&entries);
    buffer_deinit(&before);
    buffer_deinit(&after);
}
#define ALLOCATION_CAN_FAIL
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_image_is_the_shelf_as_it_was_at_its_beginning),
        cmocka_unit_test(an_image_of_nothing_is_nothing),
        cmocka_unit_test(everything_may_be_kept),
        cmocka_unit_test(an_image_may_be_given_up_with_all_that_it_kept),
        cmocka_unit_test(an_image_ends_however_many_orders_come),
        cmocka_unit_test(a_shelf_that_grew_too_much_wants_a_larger_image),
#ifdef ALLOCATION_CAN_FAIL
        cmocka_unit_test(an_image_fails_where_nothing_can_be_kept),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
