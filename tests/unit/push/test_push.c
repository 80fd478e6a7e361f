/* Push against a shop: what it asks, what it stores, what it does when the shop is crooked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../support/expect.h"
#include "push_world.h"

/* What the operator is told of the last failure begins like this. */
static void assert_failure(struct world *world, const char *text)
{
    assert_true(world_status(world).failed_ms > 0);
    world->failure[strlen(text)] = '\0';
    assert_string_equal(world->failure, text);
}

static void all_skus_are_asked_for_and_stored(void **state)
{
    (void)state;
    for (int late = 0; late < 2; late++) {
        struct world *world = world_create(2500);
        world->late = late == 1;
        world->marks[7] = STOCK_DELETED;
        world->marks[8] = STOCK_ARCHIVED;
        world->bare[9] = true;
        world->bare[2499] = true;
        world_start(world);
        assert_true(world_wait(world, world_round_is_over));
        for (uint32_t i = 0; i < 2500; i++) {
            assert_int_equal(world->counts[i], i == 7 ? -1 : (int64_t)i + 1);
            assert_true(i == 7 || world->stamps[i] == WORLD_STAMP);
        }
        const struct push_state status = world_status(world);
        assert_true(status.on);
        assert_int_equal(status.failures, 0);
        assert_int_equal(status.warehouse_id, WORLD_WAREHOUSE);
        assert_true(status.next_ms > world->os->now_ms(world->os) + 3500000);
        assert_int_equal(world->put_cause.source, STOCK_SOURCE_PUSH);
        assert_true(world->put_cause.at_ms > world->os->now_ms(world->os) - 60000);
        world_destroy(world);
    }
}

static bool three_wait(struct world *world)
{
    pthread_mutex_lock(&world->lock);
    const bool three = world->busy == 3;
    pthread_mutex_unlock(&world->lock);
    return three;
}

/* CONTRACT, vector 34. */
static void skus_2500_are_three_parallel_requests(void **state)
{
    (void)state;
    struct world *world = world_create(2500);
    world->answer = WORLD_HANGS;
    world_start(world);
    assert_true(world_wait(world, three_wait));
    world_tell(world, WORLD_ANSWERS);
    assert_true(world_wait(world, world_round_is_over));
    assert_int_equal(world->requests_count, 4);
    assert_false(world->requests[0].right_token);
    assert_int_equal(world->requests[0].skus_count, 1);
    uint32_t sum = 0;
    for (uint32_t i = 1; i < 4; i++) {
        assert_true(world->requests[i].right_token);
        assert_false(world->requests[i].in_query);
        assert_true(world->requests[i].skus_count <= 1000);
        sum += world->requests[i].skus_count;
    }
    assert_int_equal(sum, 2500);
    world_destroy(world);
}

static void token_goes_into_the_query_where_the_shop_wants_it(void **state)
{
    (void)state;
    struct world *world = world_create(1);
    world->shop.token_in_query = true;
    world_start(world);
    assert_true(world_wait(world, world_round_is_over));
    assert_int_equal(world->requests_count, 2);
    assert_true(world->requests[1].right_token && world->requests[1].in_query);
    world_destroy(world);
}

static void shop_without_skus_is_not_asked(void **state)
{
    (void)state;
    struct world *world = world_create(0);
    world_start(world);
    assert_int_equal(push_ask(world->push, 1), ERR_NOT_FOUND);
    assert_int_equal(push_enable(world->push, 1), ERR_NOT_FOUND);
    world_destroy(world);
}

struct crooked_row {
    const char *name;
    enum world_answer answer;
    unsigned int status;
    const char *content_type;
    const char *text;
    const char *failure; /* How what the operator is told begins. */
};

static const struct crooked_row crooked_rows[] = {
    {"500", WORLD_SAYS, 500, "application/json", "{}", "CANT_GET_RESPONSE HTTP: "},
    {"403", WORLD_SAYS, 403, "application/json", "{}", "CANT_GET_RESPONSE HTTP: "},
    {"redirect", WORLD_SAYS, 302, "application/json", "{}", "CANT_GET_RESPONSE HTTP: "},
    {"html", WORLD_SAYS, 200, "text/html", "<html>", "CANT_GET_RESPONSE UNSUPPORTED_MEDIA_TYPE: "},
    {"half", WORLD_SAYS, 200, "application/json", "{\"skus\":[{\"sku\":\"sk",
     "INVALID_RESPONSE CANT_PARSE_RESPONSE: "},
    {"empty", WORLD_SAYS, 200, "application/json", "", "INVALID_RESPONSE CANT_PARSE_RESPONSE: "},
    {"list", WORLD_SAYS, 200, "application/json;charset=UTF-8", "[]",
     "INVALID_RESPONSE INVALID_DATA: "},
    {"no skus", WORLD_SAYS, 200, "application/json", "{}", "INVALID_RESPONSE INVALID_DATA: "},
    {"warehouse", WORLD_WRONG_WAREHOUSE, 200, "application/json", "",
     "INVALID_RESPONSE INVALID_DATA: "},
    {"noise", WORLD_NOISE, 200, "application/json", "", "INVALID_RESPONSE CANT_PARSE_RESPONSE: "},
    {"silence", WORLD_HANGS, 0, "", "", "CANT_GET_RESPONSE READ_TIMED_OUT: "},
};

static void crooked_shop_is_asked_five_times_and_switched_off(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS_COUNT_OF(crooked_rows); i++) {
        const struct crooked_row *row = &crooked_rows[i];
        struct world *world = world_create(3);
        world->answer = row->answer;
        world->status = row->status;
        world->text = row->text;
        world->content_type = row->content_type;
        world->settings.answer_timeout_ms = row->answer == WORLD_HANGS ? 50 : 5000;
        world_start(world);
        EXPECT(row->name, world_wait(world, world_is_off));
        const struct push_state status = world_status(world);
        EXPECT(world->failure, strncmp(world->failure, row->failure, strlen(row->failure)) == 0);
        EXPECT(row->name, status.failed_ms > 0);
        EXPECT(row->name, status.failures == 5);
        EXPECT(row->name, status.next_ms == 0);
        EXPECT(row->name, world->asked_count == 5);
        EXPECT(row->name, world->counts[0] == -1);
        EXPECT(row->name, strcmp(world->document, "10003 off") == 0);
        EXPECT(row->name, push_ask(world->push, WORLD_CAMPAIGN) == ERR_DENIED);
        world_destroy(world);
    }
}

static void shop_that_ignores_a_wrong_token_is_switched_off(void **state)
{
    (void)state;
    struct world *world = world_create(3);
    world->ignores_token = true;
    world_start(world);
    assert_true(world_wait(world, world_is_off));
    assert_failure(world, "INVALID_RESPONSE IGNORED_WRONG_TOKEN: ");
    assert_int_equal(world->asked_count, 0);
    assert_int_equal(world->requests_count, 5);
    world_destroy(world);
}

static void port_without_a_shop_refuses(void **state)
{
    (void)state;
    struct world *world = world_create(1);
    world->shop.url = BYTES("http://127.0.0.1:1/");
    world_start(world);
    assert_true(world_wait(world, world_is_off));
    assert_failure(world, "CANT_GET_RESPONSE CONNECTION_REFUSED: ");
    world_destroy(world);
}

/* Waits of none, 1, 2 and 4 units lie between five attempts (C27); a success forgets them. */
static void retries_wait_longer_each_time_and_a_success_resets(void **state)
{
    (void)state;
    struct world *world = world_create(3);
    world->fails_count = 4;
    world->settings.retry_ms = 40;
    world_start(world);
    assert_true(world_wait(world, world_round_is_over));
    assert_int_equal(world->asked_count, 5);
    const struct world_request *asked = &world->requests[1];
    assert_true(asked[2].at_us - asked[1].at_us >= 40000);
    assert_true(asked[3].at_us - asked[2].at_us >= 80000);
    assert_true(asked[4].at_us - asked[3].at_us >= 160000);
    const struct push_state status = world_status(world);
    assert_int_equal(status.failures, 0);
    assert_true(status.on);
    assert_failure(world, "CANT_GET_RESPONSE HTTP: ");
    assert_int_equal(world->counts[2], 3);
    world_destroy(world);
}

static bool is_asked_twice(struct world *world)
{
    pthread_mutex_lock(&world->lock);
    const bool twice = world->asked_count >= 2;
    pthread_mutex_unlock(&world->lock);
    return twice;
}

static void asking_and_periods_begin_new_rounds(void **state)
{
    (void)state;
    for (int by_period = 0; by_period < 2; by_period++) {
        struct world *world = world_create(1);
        world->shop.period_ms = by_period == 1 ? 20 : 3600000;
        world_start(world);
        assert_true(world_wait(world, world_round_is_over));
        if (by_period == 0)
            assert_int_equal(push_ask(world->push, WORLD_CAMPAIGN), OK);
        assert_true(world_wait(world, is_asked_twice));
        world_destroy(world);
    }
}

static void switch_survives_a_restart_until_enabled(void **state)
{
    (void)state;
    struct world *world = world_create(1);
    assert_int_equal(push_take_document(world->push, BYTES("other"), BYTES("")), ERR_UNSUPPORTED);
    assert_int_equal(push_take_document(world->push, BYTES(PUSH_DOCUMENT), BYTES("x off")),
                     ERR_CORRUPT);
    assert_int_equal(push_take_document(world->push, BYTES(PUSH_DOCUMENT), BYTES("10003 up")),
                     ERR_CORRUPT);
    assert_int_equal(push_take_document(world->push, BYTES(PUSH_DOCUMENT), BYTES("10004 off")), OK);
    assert_int_equal(push_take_document(world->push, BYTES(PUSH_DOCUMENT), BYTES("10003 off")), OK);
    world_start(world);
    assert_true(world_wait(world, world_is_off));
    assert_int_equal(world->requests_count, 0);
    assert_int_equal(push_enable(world->push, WORLD_CAMPAIGN), OK);
    assert_string_equal(world->document, "10003 on");
    assert_true(world_wait(world, world_round_is_over));
    assert_int_equal(world->asked_count, 1);
    world_destroy(world);

    world = world_create(1);
    assert_int_equal(push_take_document(world->push, BYTES(PUSH_DOCUMENT), BYTES("10003 off")), OK);
    assert_int_equal(push_take_document(world->push, BYTES(PUSH_DOCUMENT), BYTES("10003 on")), OK);
    world_start(world);
    assert_true(world_wait(world, world_round_is_over));
    world_destroy(world);
}

static bool is_keeping(struct world *world)
{
    pthread_mutex_lock(&world->lock);
    const bool keeping = world->is_keeping;
    pthread_mutex_unlock(&world->lock);
    return keeping;
}

static void keep_slowly(struct world *world, bool slowly)
{
    pthread_mutex_lock(&world->lock);
    world->keeps_slowly = slowly;
    pthread_cond_broadcast(&world->changed);
    pthread_mutex_unlock(&world->lock);
}

static void *enable_it(void *context)
{
    struct world *world = context;
    const enum err error = push_enable(world->push, WORLD_CAMPAIGN);
    ASSERT(error == OK);
    return NULL;
}

/* Off is told once it is kept, and so is on; whoever asks meanwhile gets an answer. */
static void nobody_but_who_switches_waits_for_a_switch_that_is_kept(void **state)
{
    (void)state;
    pthread_t thread;
    struct world *world = world_create(1);
    world->fails_count = 5;
    world->keeps_slowly = true;
    world_start(world);
    assert_true(world_wait(world, is_keeping));
    assert_true(world_status(world).on);
    assert_int_equal(world_status(world).failures, 5);
    assert_int_equal(push_ask(world->push, WORLD_CAMPAIGN), ERR_DENIED);
    keep_slowly(world, false);
    assert_true(world_wait(world, world_is_off));
    assert_string_equal(world->document, "10003 off");

    keep_slowly(world, true);
    assert_int_equal(pthread_create(&thread, NULL, enable_it, world), 0);
    assert_true(world_wait(world, is_keeping));
    assert_false(world_status(world).on);
    assert_int_equal(push_ask(world->push, 1), ERR_NOT_FOUND);
    keep_slowly(world, false);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_true(world_status(world).on);
    assert_string_equal(world->document, "10003 on");
    assert_true(world_wait(world, world_round_is_over));
    assert_false(world->keeping_gave_up);
    world_destroy(world);
}

/* Documents are kept in the order in which the switches are decided. */
static void shop_that_is_enabled_while_off_is_being_kept_is_on(void **state)
{
    (void)state;
    pthread_t thread;
    struct world *world = world_create(1);
    world->fails_count = 5;
    world->keeps_slowly = true;
    world_start(world);
    assert_true(world_wait(world, is_keeping));
    assert_int_equal(pthread_create(&thread, NULL, enable_it, world), 0);
    assert_true(world_status(world).on);
    keep_slowly(world, false);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_string_equal(world->document, "10003 on");
    assert_true(world_wait(world, world_round_is_over));
    assert_false(world->keeping_gave_up);
    world_destroy(world);
}

static bool has_no_shop(struct world *world)
{
    return world_status(world).campaign_id == 0;
}

/* Also while a request is under way. */
static void shops_follow_the_registry(void **state)
{
    (void)state;
    struct world *world = world_create(1);
    world->answer = WORLD_HANGS;
    world_start(world);
    pthread_mutex_lock(&world->lock);
    while (world->busy == 0)
        pthread_cond_wait(&world->changed, &world->lock);
    world->has_shop = false;
    world->version++;
    pthread_mutex_unlock(&world->lock);
    assert_true(world_wait(world, has_no_shop));
    pthread_mutex_lock(&world->lock);
    world->has_shop = true;
    world->answer = WORLD_ANSWERS;
    world->version++;
    pthread_cond_broadcast(&world->changed);
    pthread_mutex_unlock(&world->lock);
    assert_true(world_wait(world, world_round_is_over));

    const uint32_t checks = world->requests_count - world->asked_count;
    pthread_mutex_lock(&world->lock);
    world->shop.token_in_query = true;
    world->asked_count = 1;
    world->version++;
    pthread_mutex_unlock(&world->lock);
    assert_true(world_wait(world, is_asked_twice));
    assert_int_equal(checks, 2);
    assert_true(world->requests[world->requests_count - 1].in_query);
    assert_false(world->requests[world->requests_count - 2].right_token);
    world_destroy(world);
}

static bool is_put_twice(struct world *world)
{
    pthread_mutex_lock(&world->lock);
    const bool twice = world->puts_count >= 2;
    world->put_verdict = VERDICT_OK;
    pthread_mutex_unlock(&world->lock);
    return twice;
}

static bool is_put(struct world *world)
{
    pthread_mutex_lock(&world->lock);
    const bool put = world->puts_count >= 1;
    pthread_mutex_unlock(&world->lock);
    return put;
}

static void full_store_is_not_the_shops_fault(void **state)
{
    (void)state;
    struct world *world = world_create(1);
    world->put_verdict = VERDICT_NO_ROOM;
    world_start(world);
    assert_true(world_wait(world, is_put));
    assert_true(world_wait(world, is_put_twice));
    assert_true(world_wait(world, world_round_is_over));
    assert_true(world_status(world).failed_ms == 0);
    assert_int_equal(world->counts[0], 1);
    world_destroy(world);
}

static void numbers_of_a_moment_too_far_off_are_dropped(void **state)
{
    (void)state;
    struct world *world = world_create(1);
    world->settings.past_tolerance_ms = 1000;
    world_start(world);
    assert_true(world_wait(world, world_round_is_over));
    assert_int_equal(world->puts_count, 0);
    struct buffer page;
    buffer_init(&page);
    push_write_metrics(world->push, &page);
    assert_non_null(strstr(buffer_text(&page), "stockd_push_skus_dropped_total 1\n"));
    assert_non_null(strstr(buffer_text(&page), "stockd_push_requests_total 2\n"));
    assert_non_null(strstr(buffer_text(&page), "stockd_push_shops{state=\"on\"} 1\n"));
    assert_non_null(strstr(buffer_text(&page), "stockd_push_failures_total{code=\"CANT_GET_RESPONSE"
                                               "\",reason=\"READ_TIMED_OUT\"} 0\n"));
    buffer_deinit(&page);
    world_destroy(world);
}

static bool others_are_done(struct world *world)
{
    for (uint32_t i = 1; i < world->shops_count; i++) {
        if (world_status_of(world, i).last_success_ms == 0)
            return false;
    }
    return true;
}

static void slow_shop_holds_up_nobody(void **state)
{
    (void)state;
    struct world *world = world_create(2500);
    world->answer = WORLD_HANGS;
    world->shops_count = 20;
    world_start(world);
    assert_true(world_wait(world, others_are_done));
    assert_true(world_status(world).last_success_ms == 0);
    assert_true(world_status(world).failed_ms == 0);
    assert_int_equal(world->counts[2499], 2500);
    world_destroy(world);
}

static bool all_are_asked(struct world *world)
{
    bool all = true;
    pthread_mutex_lock(&world->lock);
    for (uint32_t i = 0; i < world->shops_count; i++)
        all = all && world->asked_by_shop[i] > 0;
    pthread_mutex_unlock(&world->lock);
    return all;
}

static bool half_is_taken(struct world *world)
{
    pthread_mutex_lock(&world->lock);
    const bool taken = world->busy >= PUSH_TRANSFERS_MAX / 2;
    pthread_mutex_unlock(&world->lock);
    return taken;
}

/* A hundred shops want three hundred places and never give one back; then a hundred more come. */
static void many_slow_shops_leave_others_a_place(void **state)
{
    (void)state;
    struct world *world = world_create(2500);
    world->answer = WORLD_HANGS;
    world->all_hang = true;
    world->shops_count = 100;
    world->settings.answer_timeout_ms = 60000;
    world_start(world);
    assert_true(world_wait(world, all_are_asked) && world_wait(world, half_is_taken));
    pthread_mutex_lock(&world->lock);
    assert_int_equal(world->busy_max, PUSH_TRANSFERS_MAX / 2);
    world->shops_count = 200;
    world->version++;
    pthread_mutex_unlock(&world->lock);
    assert_true(world_wait(world, all_are_asked));
    world_destroy(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_skus_are_asked_for_and_stored),
        cmocka_unit_test(skus_2500_are_three_parallel_requests),
        cmocka_unit_test(token_goes_into_the_query_where_the_shop_wants_it),
        cmocka_unit_test(shop_without_skus_is_not_asked),
        cmocka_unit_test(crooked_shop_is_asked_five_times_and_switched_off),
        cmocka_unit_test(shop_that_ignores_a_wrong_token_is_switched_off),
        cmocka_unit_test(port_without_a_shop_refuses),
        cmocka_unit_test(retries_wait_longer_each_time_and_a_success_resets),
        cmocka_unit_test(asking_and_periods_begin_new_rounds),
        cmocka_unit_test(switch_survives_a_restart_until_enabled),
        cmocka_unit_test(nobody_but_who_switches_waits_for_a_switch_that_is_kept),
        cmocka_unit_test(shop_that_is_enabled_while_off_is_being_kept_is_on),
        cmocka_unit_test(shops_follow_the_registry),
        cmocka_unit_test(full_store_is_not_the_shops_fault),
        cmocka_unit_test(slow_shop_holds_up_nobody),
        cmocka_unit_test(many_slow_shops_leave_others_a_place),
        cmocka_unit_test(numbers_of_a_moment_too_far_off_are_dropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
