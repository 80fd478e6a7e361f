/* A queue under a mutex. It needs no limit: each work belongs to a request, and those are limited.
 * */
#include "call/worker.h"

#include <pthread.h>
#include <stdlib.h>

/* `lock` guards what is behind it; it is never held together with another. */
struct worker {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct work *first;
    struct work **end; /* Where the next one is linked in. */
    bool stopping;
};

/* With the lock, which is let go while it waits. NULL: stop. */
static struct work *take(struct worker *worker)
{
    while (worker->first == NULL && !worker->stopping)
        pthread_cond_wait(&worker->changed, &worker->lock);
    struct work *work = worker->first;
    if (work == NULL)
        return NULL;
    worker->first = work->next;
    if (worker->first == NULL)
        worker->end = &worker->first;
    return work;
}

static void *worker_run(void *context)
{
    struct worker *worker = context;
    pthread_mutex_lock(&worker->lock);
    for (struct work *work = take(worker); work != NULL; work = take(worker)) {
        pthread_mutex_unlock(&worker->lock);
        work->run(work);
        pthread_mutex_lock(&worker->lock);
    }
    pthread_mutex_unlock(&worker->lock);
    return NULL;
}

struct worker *worker_create(void)
{
    struct worker *worker = calloc(1, sizeof(*worker));
    if (worker == NULL)
        return NULL;
    worker->end = &worker->first;
    pthread_mutex_init(&worker->lock, NULL);
    pthread_cond_init(&worker->changed, NULL);
    if (pthread_create(&worker->thread, NULL, worker_run, worker) == 0)
        return worker;
    pthread_cond_destroy(&worker->changed);
    pthread_mutex_destroy(&worker->lock);
    free(worker);
    return NULL;
}

void worker_destroy(struct worker *worker)
{
    if (worker == NULL)
        return;
    pthread_mutex_lock(&worker->lock);
    ASSERT(worker->first == NULL);
    worker->stopping = true;
    pthread_cond_signal(&worker->changed);
    pthread_mutex_unlock(&worker->lock);
    (void)pthread_join(worker->thread, NULL);
    pthread_cond_destroy(&worker->changed);
    pthread_mutex_destroy(&worker->lock);
    free(worker);
}

void worker_submit(struct worker *worker, struct work *work)
{
    work->next = NULL;
    pthread_mutex_lock(&worker->lock);
    *worker->end = work;
    worker->end = &work->next;
    pthread_cond_signal(&worker->changed);
    pthread_mutex_unlock(&worker->lock);
}
