/* A job has a number; each thread sleeps until there is one that it has not done. */
#include "store/crew.h"

#include <pthread.h>
#include <stdlib.h>

struct member {
    struct crew *crew;
    uint32_t number;
    pthread_t thread;
};

/* `lock` guards what stands below it. */
struct crew {
    uint32_t threads_count;
    struct member members[CREW_MEMBERS_MAX];

    pthread_mutex_t lock;
    pthread_cond_t begun; /* A job, or the end. */
    pthread_cond_t done;  /* A job. */
    crew_job *job;
    void *context;
    uint64_t jobs_count; /* That were begun. */
    uint32_t busy_count; /* Members that have not done the last of them. */
    bool ending;
};

static void *member_run(void *context)
{
    struct member *member = context;
    struct crew *crew = member->crew;
    uint64_t jobs_done = 0;
    pthread_mutex_lock(&crew->lock);
    for (;;) {
        while (jobs_done == crew->jobs_count && !crew->ending)
            pthread_cond_wait(&crew->begun, &crew->lock);
        if (crew->ending)
            break;
        crew_job *job = crew->job;
        void *job_context = crew->context;
        pthread_mutex_unlock(&crew->lock);
        job(job_context, member->number);
        jobs_done++;
        pthread_mutex_lock(&crew->lock);
        if (--crew->busy_count == 0)
            pthread_cond_signal(&crew->done);
    }
    pthread_mutex_unlock(&crew->lock);
    return NULL;
}

struct crew *crew_create(uint32_t threads_count)
{
    ASSERT(threads_count <= CREW_MEMBERS_MAX);
    struct crew *crew = calloc(1, sizeof(*crew));
    if (crew == NULL)
        return NULL;
    pthread_mutex_init(&crew->lock, NULL);
    pthread_cond_init(&crew->begun, NULL);
    pthread_cond_init(&crew->done, NULL);
    for (uint32_t i = 0; i < threads_count; i++) {
        struct member *member = &crew->members[i];
        *member = (struct member){.crew = crew, .number = i};
        if (pthread_create(&member->thread, NULL, member_run, member) != 0) {
            crew_destroy(crew);
            return NULL;
        }
        crew->threads_count++;
    }
    return crew;
}

void crew_destroy(struct crew *crew)
{
    if (crew == NULL)
        return;
    pthread_mutex_lock(&crew->lock);
    ASSERT(crew->busy_count == 0);
    crew->ending = true;
    pthread_mutex_unlock(&crew->lock);
    pthread_cond_broadcast(&crew->begun);
    for (uint32_t i = 0; i < crew->threads_count; i++)
        (void)pthread_join(crew->members[i].thread, NULL);
    pthread_cond_destroy(&crew->done);
    pthread_cond_destroy(&crew->begun);
    pthread_mutex_destroy(&crew->lock);
    free(crew);
}

uint32_t crew_members_count(const struct crew *crew)
{
    return crew->threads_count == 0 ? 1 : crew->threads_count;
}

bool crew_has_threads(const struct crew *crew)
{
    return crew->threads_count > 0;
}

void crew_begin(struct crew *crew, crew_job *job, void *context)
{
    if (crew->threads_count == 0) {
        job(context, 0);
        return;
    }
    pthread_mutex_lock(&crew->lock);
    ASSERT(crew->busy_count == 0);
    crew->job = job;
    crew->context = context;
    crew->busy_count = crew->threads_count;
    crew->jobs_count++;
    pthread_mutex_unlock(&crew->lock);
    pthread_cond_broadcast(&crew->begun);
}

void crew_end(struct crew *crew)
{
    pthread_mutex_lock(&crew->lock);
    while (crew->busy_count > 0)
        pthread_cond_wait(&crew->done, &crew->lock);
    pthread_mutex_unlock(&crew->lock);
}
