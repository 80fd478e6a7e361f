/* A worker does everything that it is given, once, in the order in which each thread gave it, and
 * one thing at a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdbool.h>

#include "call/worker.h"

enum { GIVERS = 4, WORKS = 200 };

struct giver {
    struct worker *worker;
    pthread_t thread;
    struct task *tasks;
    int done; /* The worker's thread alone counts. */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool over;
};

struct task {
    struct work work; /* First. */
    struct giver *giver;
    int number;
};

static int under_way; /* Of all; never more than one. */

static void run(struct work *work)
{
    struct task *task = (struct task *)(void *)work;
    struct giver *giver = task->giver;
    assert_int_equal(under_way, 0);
    under_way++;
    assert_int_equal(task->number, giver->done);
    giver->done++;
    under_way--;
    if (giver->done < WORKS)
        return;
    pthread_mutex_lock(&giver->lock);
    giver->over = true;
    pthread_cond_signal(&giver->changed);
    pthread_mutex_unlock(&giver->lock);
}

static void *give(void *context)
{
    struct giver *giver = context;
    for (int i = 0; i < WORKS; i++)
        worker_submit(giver->worker, &giver->tasks[i].work);
    pthread_mutex_lock(&giver->lock);
    while (!giver->over)
        pthread_cond_wait(&giver->changed, &giver->lock);
    pthread_mutex_unlock(&giver->lock);
    return NULL;
}

static void worker_does_everything_once_and_in_order(void **state)
{
    (void)state;
    static struct task tasks[GIVERS][WORKS];
    struct giver givers[GIVERS];
    struct worker *worker = worker_create();
    assert_non_null(worker);
    for (int i = 0; i < GIVERS; i++) {
        givers[i] = (struct giver){.worker = worker, .tasks = tasks[i]};
        pthread_mutex_init(&givers[i].lock, NULL);
        pthread_cond_init(&givers[i].changed, NULL);
        for (int j = 0; j < WORKS; j++)
            tasks[i][j] = (struct task){.work = {.run = run}, .giver = &givers[i], .number = j};
        assert_int_equal(pthread_create(&givers[i].thread, NULL, give, &givers[i]), 0);
    }
    for (int i = 0; i < GIVERS; i++) {
        assert_int_equal(pthread_join(givers[i].thread, NULL), 0);
        assert_int_equal(givers[i].done, WORKS);
        pthread_cond_destroy(&givers[i].changed);
        pthread_mutex_destroy(&givers[i].lock);
    }
    worker_destroy(worker);
}

static void worker_that_had_nothing_to_do_ends(void **state)
{
    (void)state;
    worker_destroy(NULL);
    struct worker *worker = worker_create();
    assert_non_null(worker);
    worker_destroy(worker);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(worker_does_everything_once_and_in_order),
        cmocka_unit_test(worker_that_had_nothing_to_do_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
