/* Switches that are given back lead to the same switches, and those of another node to ours. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "../../support/chance.h"
#include "push_world.h"

enum { CAMPAIGNS = 200, SWITCHES = 1000, TEXT_BYTES = 32 };

/* What was given: which campaigns are off, and what takes it up at once. */
struct gift {
    bool off[CAMPAIGNS];
    uint32_t count;
    struct push *other;
    enum err error; /* What the sink returns. */
};

static void gift_begin(void *context)
{
    (void)context;
}

static enum err gift_take(void *context, struct bytes name, struct bytes content)
{
    struct gift *gift = context;
    assert_int_equal(push_take_document(gift->other, name, content), OK);
    struct bytes number;
    int64_t campaign = -1;
    assert_true(bytes_equal(bytes_split(content, ' ', &number), BYTES("off")));
    assert_true(bytes_to_int64(number, &campaign));
    assert_in_range(campaign, 0, CAMPAIGNS - 1);
    assert_false(gift->off[campaign]);
    gift->off[campaign] = true;
    gift->count++;
    return gift->error;
}

static enum err give(struct push *push, struct gift *gift)
{
    const struct store_document_sink sink = {gift, gift_begin, gift_take};
    push_hold(push);
    const enum err error = push_give(push, &sink);
    push_release(push);
    return error;
}

static void switches_are_given_as_they_are(void **state)
{
    (void)state;
    struct chance chance = chance_begin(__func__);
    struct push *push = push_create();
    struct gift gift = {.other = push_create()};
    struct gift again = {.other = push_create()};
    bool off[CAMPAIGNS] = {false};
    assert_true(push != NULL && gift.other != NULL && again.other != NULL);
    for (int i = 0; i < SWITCHES; i++) {
        char text[TEXT_BYTES];
        const size_t campaign = chance_below(&chance, CAMPAIGNS);
        off[campaign] = chance_one_in(&chance, 2);
        (void)snprintf(text, sizeof(text), "%zu %s", campaign, off[campaign] ? "off" : "on");
        assert_int_equal(push_take_document(push, BYTES(PUSH_DOCUMENT), bytes_from_text(text)), OK);
    }
    assert_int_equal(give(push, &gift), OK);
    assert_int_equal(give(gift.other, &again), OK);
    assert_memory_equal(gift.off, off, sizeof(off));
    assert_memory_equal(again.off, off, sizeof(off));
    push_destroy(push);
    push_destroy(gift.other);
    push_destroy(again.other);
}

static void trouble_of_the_sink_ends_it(void **state)
{
    (void)state;
    struct push *push = push_create();
    struct gift gift = {.other = push_create(), .error = ERR_MEMORY};
    assert_true(push != NULL && gift.other != NULL);
    assert_int_equal(push_take_document(push, BYTES(PUSH_DOCUMENT), BYTES("1 off")), OK);
    assert_int_equal(push_take_document(push, BYTES(PUSH_DOCUMENT), BYTES("2 off")), OK);
    assert_int_equal(give(push, &gift), ERR_MEMORY);
    assert_int_equal(gift.count, 1);
    push_destroy(push);
    push_destroy(gift.other);
}

static void take_switch(struct world *world, bool off)
{
    char text[TEXT_BYTES];
    (void)snprintf(text, sizeof(text), "%d %s", WORLD_CAMPAIGN, off ? "off" : "on");
    push_hold(world->push);
    assert_int_equal(push_take_document(world->push, BYTES(PUSH_DOCUMENT), bytes_from_text(text)),
                     OK);
    push_release(world->push);
}

static bool is_asked_again(struct world *world)
{
    pthread_mutex_lock(&world->lock);
    const bool again = world->asked_count >= 2;
    pthread_mutex_unlock(&world->lock);
    return again && world_status(world).on;
}

static void shop_that_another_node_switches_is_switched(void **state)
{
    (void)state;
    struct world *world = world_create(10);
    world_start(world);
    assert_true(world_wait(world, world_round_is_over));
    take_switch(world, true);
    assert_true(world_wait(world, world_is_off));
    assert_int_equal(push_ask(world->push, WORLD_CAMPAIGN), ERR_DENIED);
    take_switch(world, false);
    assert_true(world_wait(world, is_asked_again));
    world_destroy(world);
}

static bool has_two_shops(struct world *world)
{
    return world_status_of(world, 1).campaign_id != 0;
}

/* Nobody has switched it on, whatever the store knows of it. */
static void shop_whose_switch_was_not_kept_stays_off_when_others_change(void **state)
{
    (void)state;
    struct world *world = world_create(1);
    world->fails_count = 5;
    world->document_error = ERR_FULL;
    world_start(world);
    assert_true(world_wait(world, world_is_off));
    pthread_mutex_lock(&world->lock);
    world->shops_count = 2;
    world->version++;
    pthread_mutex_unlock(&world->lock);
    assert_true(world_wait(world, has_two_shops));
    assert_true(world_is_off(world));
    world_destroy(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(switches_are_given_as_they_are),
        cmocka_unit_test(trouble_of_the_sink_ends_it),
        cmocka_unit_test(shop_that_another_node_switches_is_switched),
        cmocka_unit_test(shop_whose_switch_was_not_kept_stays_off_when_others_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
