/* Windows and parallel counts, with given times. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../support/chance.h"
#include "../../support/expect.h"
#include "api/limiter.h"

enum { WRITE = 0, READ = 1 };

#define MINUTE_MS INT64_C(60000)

/* 2025-09-17T09:06:00Z, the start of a minute. */
#define MINUTE_START_MS INT64_C(1758099960000)

static const struct rate_limit limits[] = {
    [WRITE] = {"write", 100, MINUTE_MS, "1 minute"},
    [READ] = {"read", 10, 3600000, "1 hour"},
};

static struct limiter *limiter_new(uint32_t parallel_max)
{
    struct limiter *limiter = limiter_create(limits, 2, parallel_max, true);
    assert_non_null(limiter);
    return limiter;
}

static int64_t remaining(struct limiter *limiter, int64_t entity_id, int64_t now_ms)
{
    return limiter_state(limiter, WRITE, entity_id, now_ms).remaining;
}

static void fresh_entity_has_all_of_its_window(void **state)
{
    (void)state;
    struct limiter *limiter = limiter_new(2);
    const struct rate_state fresh = limiter_state(limiter, WRITE, 1, MINUTE_START_MS + 1234);
    assert_int_equal(fresh.limit, 100);
    assert_int_equal(fresh.remaining, 100);
    assert_true(fresh.until_ms == MINUTE_START_MS + MINUTE_MS);
    limiter_destroy(limiter);
    limiter_destroy(NULL);
}

static void windows_are_counted_off_by_the_clock(void **state)
{
    (void)state;
    struct limiter *limiter = limiter_new(2);
    const int64_t last_ms = MINUTE_START_MS + MINUTE_MS - 1;
    assert_true(limiter_take(limiter, WRITE, 1, last_ms, 60));
    assert_true(limiter_take(limiter, WRITE, 1, last_ms, 40));
    assert_false(limiter_take(limiter, WRITE, 1, last_ms, 1));
    assert_int_equal(remaining(limiter, 1, last_ms), 0);
    assert_true(limiter_state(limiter, WRITE, 1, last_ms).until_ms == last_ms + 1);
    assert_int_equal(remaining(limiter, 1, last_ms + 1), 100);
    assert_true(limiter_take(limiter, WRITE, 1, last_ms + 1, 100));
    assert_true(limiter_state(limiter, WRITE, 1, last_ms + 1).until_ms == last_ms + 1 + MINUTE_MS);
    /* A window that nobody used leaves nothing over for the next. */
    assert_int_equal(remaining(limiter, 1, last_ms + 1 + 10 * MINUTE_MS), 100);
    limiter_destroy(limiter);
}

static void cost_is_taken_whole_or_not_at_all(void **state)
{
    (void)state;
    struct limiter *limiter = limiter_new(2);
    assert_false(limiter_take(limiter, WRITE, 1, MINUTE_START_MS, 101));
    assert_int_equal(remaining(limiter, 1, MINUTE_START_MS), 100);
    assert_true(limiter_take(limiter, WRITE, 1, MINUTE_START_MS, 70));
    assert_false(limiter_take(limiter, WRITE, 1, MINUTE_START_MS, 31));
    assert_int_equal(remaining(limiter, 1, MINUTE_START_MS), 30);
    assert_true(limiter_take(limiter, WRITE, 1, MINUTE_START_MS, 30));
    assert_true(limiter_take(limiter, WRITE, 1, MINUTE_START_MS, 0));
    assert_false(limiter_take(limiter, WRITE, 1, MINUTE_START_MS, 1));
    assert_false(limiter_take(limiter, WRITE, 1, MINUTE_START_MS, INT64_MAX));
    assert_int_equal(remaining(limiter, 1, MINUTE_START_MS), 0);
    limiter_destroy(limiter);
}

static void entities_and_operations_have_windows_of_their_own(void **state)
{
    (void)state;
    struct limiter *limiter = limiter_new(2);
    assert_true(limiter_take(limiter, WRITE, 1, MINUTE_START_MS, 100));
    assert_int_equal(remaining(limiter, 2, MINUTE_START_MS), 100);
    assert_true(limiter_take(limiter, READ, 1, MINUTE_START_MS, 10));
    assert_false(limiter_take(limiter, READ, 1, MINUTE_START_MS + MINUTE_MS, 1));
    assert_true(limiter_take(limiter, WRITE, 1, MINUTE_START_MS + MINUTE_MS, 1));
    const struct rate_state hour = limiter_state(limiter, READ, 1, MINUTE_START_MS);
    assert_int_equal(hour.limit, 10);
    assert_int_equal(hour.until_ms % 3600000, 0);
    assert_true(hour.until_ms > MINUTE_START_MS);
    limiter_destroy(limiter);
}

static void looking_costs_nothing(void **state)
{
    (void)state;
    struct limiter *limiter = limiter_new(2);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(remaining(limiter, i, MINUTE_START_MS), 100);
    assert_true(limiter_take(limiter, WRITE, 1, MINUTE_START_MS, 5));
    for (int i = 0; i < 1000; i++)
        assert_int_equal(remaining(limiter, 1, MINUTE_START_MS), 95);
    limiter_destroy(limiter);
}

static void request_of_the_window_before_is_counted_in_this_one(void **state)
{
    (void)state;
    struct limiter *limiter = limiter_new(2);
    const int64_t next_ms = MINUTE_START_MS + MINUTE_MS;
    assert_true(limiter_take(limiter, WRITE, 1, next_ms, 60));
    assert_int_equal(remaining(limiter, 1, next_ms - 1), 40);
    assert_false(limiter_take(limiter, WRITE, 1, next_ms - 1, 41));
    assert_true(limiter_take(limiter, WRITE, 1, MINUTE_START_MS, 30));
    assert_int_equal(remaining(limiter, 1, next_ms), 10);
    limiter_destroy(limiter);
}

static void what_is_given_back_may_be_taken_again(void **state)
{
    (void)state;
    struct limiter *limiter = limiter_new(2);
    const int64_t next_ms = MINUTE_START_MS + MINUTE_MS;
    limiter_give_back(limiter, WRITE, 1, MINUTE_START_MS, 10); /* It never did anything. */
    assert_int_equal(remaining(limiter, 1, MINUTE_START_MS), 100);
    assert_true(limiter_take(limiter, WRITE, 1, MINUTE_START_MS, 100));
    limiter_give_back(limiter, WRITE, 1, MINUTE_START_MS, 60);
    assert_int_equal(remaining(limiter, 1, MINUTE_START_MS), 60);
    assert_true(limiter_take(limiter, WRITE, 1, MINUTE_START_MS, 60));
    assert_true(limiter_take(limiter, WRITE, 1, next_ms, 30));
    limiter_give_back(limiter, WRITE, 1, MINUTE_START_MS, 60); /* Its window is over. */
    assert_int_equal(remaining(limiter, 1, next_ms), 70);
    limiter_destroy(limiter);
}

static void clock_that_goes_far_back_starts_anew(void **state)
{
    (void)state;
    struct limiter *limiter = limiter_new(2);
    assert_true(limiter_take(limiter, WRITE, 1, MINUTE_START_MS, 100));
    assert_int_equal(remaining(limiter, 1, MINUTE_START_MS - 2 * MINUTE_MS), 100);
    assert_true(limiter_take(limiter, WRITE, 1, MINUTE_START_MS - 2 * MINUTE_MS, 100));
    assert_false(limiter_take(limiter, WRITE, 1, MINUTE_START_MS - 2 * MINUTE_MS, 1));
    limiter_destroy(limiter);
}

static void only_so_many_requests_of_an_entity_are_under_way(void **state)
{
    (void)state;
    struct limiter *limiter = limiter_new(2);
    assert_true(limiter_enter(limiter, 1));
    assert_true(limiter_enter(limiter, 1));
    assert_false(limiter_enter(limiter, 1));
    assert_true(limiter_enter(limiter, 2));
    assert_true(limiter_enter(limiter, -1));
    limiter_leave(limiter, 1);
    assert_true(limiter_enter(limiter, 1));
    assert_false(limiter_enter(limiter, 1));
    limiter_leave(limiter, 1);
    limiter_leave(limiter, 1);
    assert_true(limiter_enter(limiter, 1));
    assert_true(limiter_enter(limiter, 1));
    assert_false(limiter_enter(limiter, 1));
    limiter_destroy(limiter);
}

static void limiter_that_is_off_grants_everything_and_counts_nothing(void **state)
{
    (void)state;
    struct limiter *limiter = limiter_create(limits, 2, 1, false);
    assert_non_null(limiter);
    for (int i = 0; i < 10; i++) {
        assert_true(limiter_enter(limiter, 1));
        assert_true(limiter_take(limiter, WRITE, 1, MINUTE_START_MS, 1000));
    }
    limiter_give_back(limiter, WRITE, 1, MINUTE_START_MS, 1000);
    const struct rate_state shown = limiter_state(limiter, WRITE, 1, MINUTE_START_MS);
    assert_int_equal(shown.limit, INT32_MAX); /* What clients read as: go on. */
    assert_int_equal(shown.remaining, INT32_MAX);
    assert_true(shown.until_ms == MINUTE_START_MS + MINUTE_MS);
    limiter_leave(limiter, 1);
    limiter_destroy(limiter);
}

enum { ENTITIES_COUNT = 200, PARALLEL_MAX = 3 };

/* What a plain model knows of an entity. */
struct model {
    int64_t window;
    int64_t used;
    int under_way;
};

static void model_step(struct chance *chance, struct limiter *limiter, struct model *models,
                       int64_t now_ms)
{
    const uint64_t entity = chance_below(chance, ENTITIES_COUNT);
    struct model *model = &models[entity];
    if (model->window != now_ms / MINUTE_MS)
        *model = (struct model){now_ms / MINUTE_MS, 0, model->under_way};
    const int64_t cost = chance_between(chance, 0, 40);
    switch (chance_below(chance, 4)) {
    case 0: {
        const bool fits = cost <= 100 - model->used;
        assert_int_equal(limiter_take(limiter, WRITE, (int64_t)entity, now_ms, cost), fits);
        model->used += fits ? cost : 0;
        break;
    }
    case 1:
        assert_int_equal(remaining(limiter, (int64_t)entity, now_ms), 100 - model->used);
        break;
    case 2: {
        const bool fits = model->under_way < PARALLEL_MAX;
        assert_int_equal(limiter_enter(limiter, (int64_t)entity), fits);
        model->under_way += fits;
        break;
    }
    default:
        if (model->under_way == 0)
            break;
        limiter_leave(limiter, (int64_t)entity);
        model->under_way--;
    }
}

static void limiter_agrees_with_a_plain_model(void **state)
{
    (void)state;
    struct chance chance = chance_begin(__func__);
    struct limiter *limiter = limiter_new(PARALLEL_MAX);
    static struct model models[ENTITIES_COUNT];
    int64_t now_ms = MINUTE_START_MS;
    for (int step = 0; step < 200000; step++) {
        now_ms += (int64_t)chance_below(&chance, 20);
        model_step(&chance, limiter, models, now_ms);
    }
    limiter_destroy(limiter);
}

enum { THREADS_COUNT = 4, TAKES_COUNT = 5000 };

struct taker {
    struct limiter *limiter;
    int64_t taken;
    int64_t entered;
};

static void *take_many(void *context)
{
    struct taker *taker = context;
    for (int i = 0; i < TAKES_COUNT; i++) {
        taker->taken += limiter_take(taker->limiter, WRITE, 1, MINUTE_START_MS, 1);
        if (!limiter_enter(taker->limiter, i % 7))
            continue;
        taker->entered++;
        limiter_leave(taker->limiter, i % 7);
    }
    return NULL;
}

static void threads_take_no_more_than_the_window_holds(void **state)
{
    (void)state;
    struct limiter *limiter = limiter_new(1);
    struct taker takers[THREADS_COUNT];
    pthread_t threads[THREADS_COUNT];
    for (int i = 0; i < THREADS_COUNT; i++) {
        takers[i] = (struct taker){limiter, 0, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, take_many, &takers[i]), 0);
    }
    int64_t taken = 0;
    for (int i = 0; i < THREADS_COUNT; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        taken += takers[i].taken;
        assert_true(takers[i].entered > 0);
    }
    assert_int_equal(taken, 100);
    for (int i = 0; i < 7; i++)
        assert_true(limiter_enter(limiter, i)); /* Nobody was left under way. */
    limiter_destroy(limiter);
}

static struct rate_told told_of(int64_t remaining, int64_t asked_us, int64_t ends_us)
{
    return (struct rate_told){{100, remaining, MINUTE_START_MS}, asked_us, ends_us};
}

static void what_a_store_said_is_known_until_the_window_ends(void **state)
{
    (void)state;
    struct limiter *limiter = limiter_new(2);
    struct rate_told known;
    const struct rate_told told = told_of(40, 1000, 5000);
    assert_false(limiter_recall(limiter, WRITE, 1, 1000, &known));
    limiter_note(limiter, WRITE, 1, &told);
    assert_true(limiter_recall(limiter, WRITE, 1, 4999, &known));
    assert_int_equal(known.state.remaining, 40);
    assert_true(known.state.until_ms == MINUTE_START_MS && known.asked_us == 1000);
    assert_false(limiter_recall(limiter, WRITE, 1, 5000, &known));
    assert_false(limiter_recall(limiter, WRITE, 2, 1000, &known));
    assert_false(limiter_recall(limiter, READ, 1, 1000, &known));
    limiter_destroy(limiter);
}

static void answers_of_a_store_that_overtake_each_other(void **state)
{
    (void)state;
    struct limiter *limiter = limiter_new(2);
    struct rate_told known;
    const struct rate_told late = told_of(40, 2000, 5000);
    const struct rate_told early = told_of(70, 1000, 5000);
    limiter_note(limiter, WRITE, 1, &late);
    limiter_note(limiter, WRITE, 1, &early);
    assert_true(limiter_recall(limiter, WRITE, 1, 3000, &known));
    assert_int_equal(known.state.remaining, 40);
    const struct rate_told again = told_of(80, 2000, 5000); /* The same, given back. */
    limiter_note(limiter, WRITE, 1, &again);
    assert_true(limiter_recall(limiter, WRITE, 1, 3000, &known));
    assert_int_equal(known.state.remaining, 80);
    limiter_destroy(limiter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fresh_entity_has_all_of_its_window),
        cmocka_unit_test(windows_are_counted_off_by_the_clock),
        cmocka_unit_test(cost_is_taken_whole_or_not_at_all),
        cmocka_unit_test(entities_and_operations_have_windows_of_their_own),
        cmocka_unit_test(looking_costs_nothing),
        cmocka_unit_test(request_of_the_window_before_is_counted_in_this_one),
        cmocka_unit_test(what_is_given_back_may_be_taken_again),
        cmocka_unit_test(clock_that_goes_far_back_starts_anew),
        cmocka_unit_test(only_so_many_requests_of_an_entity_are_under_way),
        cmocka_unit_test(limiter_that_is_off_grants_everything_and_counts_nothing),
        cmocka_unit_test(limiter_agrees_with_a_plain_model),
        cmocka_unit_test(threads_take_no_more_than_the_window_holds),
        cmocka_unit_test(what_a_store_said_is_known_until_the_window_ends),
        cmocka_unit_test(answers_of_a_store_that_overtake_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
