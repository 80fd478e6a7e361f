/* A look costs a round trip without rows. It is taken with the owners held: what this node adds is
 * then before it or behind it, and never from a registry that is about to change. A database that
 * is away is no news of this thread's; what is there and cannot be taken is, and is tried again, as
 * whoever lacks one change must not take the next.
 *
 * What another node began and does not end is ended here, after some patience: a change whose
 * shelves are to be carried, or shelves that are fenced for a document that never comes. Both are
 * safe at any time, however many nodes are at it (DESIGN §10); patience only saves double work. */
#include "server/follower.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "os/log.h"

enum {
    PAUSE_US = 500000,
    MISSED_EXIT = 75, /* EX_TEMPFAIL: it is to be started again. */
};

struct follower {
    struct os *os;
    struct documents *documents;
    struct store *store;
    const struct store_kind *kind;
    int64_t patience_us;
    enum err error;        /* Of the last look. The thread's, as what follows. */
    int64_t unended_us;    /* Since when something waits for its end; 0: nothing does. */
    uint64_t unended_last; /* What waits: the registry's version then. */
    pthread_t thread;
    pthread_mutex_t lock; /* Guards `stopping`. */
    bool stopping;
};

static void tell(struct follower *follower, enum err error, uint64_t changes_count)
{
    if (error == ERR_NOT_FOUND) {
        log_line(LOG_ERROR, "event=registry_missed meaning='this node was away for so long that "
                            "what others changed was brought together since, or the database lost "
                            "what this node knew' action='ends, and has to be started again'");
        _exit(MISSED_EXIT);
    }
    if (changes_count > 0)
        log_line(LOG_INFO, "event=registry_followed changes=%" PRIu64, changes_count);
    if (error != follower->error && error != OK && error != ERR_IO)
        log_line(LOG_ERROR,
                 "event=registry_not_followed error=\"%s\" meaning='another node changed it, and "
                 "this one goes on with what it knew' action='start this node again'",
                 err_text(error));
    follower->error = error;
}

/* Ends what waits for its end for too long. */
static void end_what_waits(struct follower *follower, bool waits)
{
    const int64_t now_us = follower->os->uptime_us(follower->os);
    const uint64_t version = registry_version(follower->documents->registry);
    if (!waits || follower->unended_us == 0 || follower->unended_last != version) {
        follower->unended_us = waits ? now_us : 0;
        follower->unended_last = version;
        return;
    }
    if (now_us - follower->unended_us < follower->patience_us)
        return;
    follower->unended_us = 0;
    const enum err error = registry_keeper_end(follower->documents->keeper);
    if (error != ERR_BUSY)
        log_line(LOG_WARN, "event=registry_ended_for_another error=\"%s\"", err_text(error));
}

static void look(struct follower *follower)
{
    struct documents *documents = follower->documents;
    const struct registry_move *moves = NULL;
    documents_hold(documents);
    const uint64_t version = registry_version(documents->registry);
    const enum err error = follower->kind->catch_up(follower->store);
    const uint64_t changes_count = registry_version(documents->registry) - version;
    const bool unfinished = registry_unfinished(documents->registry, &moves) > 0;
    documents_release(documents);
    tell(follower, error, changes_count);
    if (error == OK && follower->kind->summarize(follower->store) == ERR_FULL)
        log_line(LOG_ERROR, "event=documents_not_summarized error=\"%s\"", err_text(ERR_FULL));
    end_what_waits(follower,
                   error == OK && (unfinished || follower->kind->is_fenced(follower->store)));
}

/* False: the thread is to end. */
static bool wait_for_next(struct follower *follower)
{
    documents_wait(follower->documents, follower->os->uptime_us(follower->os) + PAUSE_US);
    pthread_mutex_lock(&follower->lock);
    const bool goes_on = !follower->stopping;
    pthread_mutex_unlock(&follower->lock);
    return goes_on;
}

static void *follower_run(void *context)
{
    struct follower *follower = context;
    while (wait_for_next(follower))
        look(follower);
    return NULL;
}

static void follower_free(struct follower *follower)
{
    pthread_mutex_destroy(&follower->lock);
    free(follower);
}

struct follower *follower_start(const struct follower_settings *settings)
{
    struct follower *follower = calloc(1, sizeof(*follower));
    if (follower == NULL)
        return NULL;
    follower->os = settings->os;
    follower->documents = settings->documents;
    follower->store = settings->store;
    follower->kind = settings->kind;
    follower->patience_us = settings->patience_us;
    pthread_mutex_init(&follower->lock, NULL);
    if (pthread_create(&follower->thread, NULL, follower_run, follower) == 0)
        return follower;
    follower_free(follower);
    return NULL;
}

void follower_stop(struct follower *follower)
{
    if (follower == NULL)
        return;
    pthread_mutex_lock(&follower->lock);
    follower->stopping = true;
    pthread_mutex_unlock(&follower->lock);
    documents_wake(follower->documents);
    (void)pthread_join(follower->thread, NULL);
    follower_free(follower);
}
