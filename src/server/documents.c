/* Documents go to whoever kept them, and come from all of them at once. */
#include "server/documents.h"

#include <time.h>

enum { US_PER_S = 1000000, NS_PER_US = 1000 };

static enum err take_document(void *context, struct bytes name, struct bytes content)
{
    struct documents *documents = context;
    if (bytes_equal(name, BYTES(PUSH_DOCUMENT)))
        return push_take_document(documents->push, name, content);
    if (bytes_equal(name, BYTES(REGISTRY_FILE_DOCUMENT)))
        return registry_file_take(&documents->registry_file, content);
    return registry_take_document(documents->registry, name, content);
}

/* The order of the locks is that of DESIGN §5. */
void documents_hold(struct documents *documents)
{
    registry_keeper_hold(documents->keeper);
    registry_file_hold(&documents->registry_file);
    push_hold(documents->push);
}

void documents_release(struct documents *documents)
{
    push_release(documents->push);
    registry_file_release(&documents->registry_file);
    registry_keeper_release(documents->keeper);
}

/* All owners are held at once, so that what they give is of one moment. */
static enum err give_documents(void *context, const struct store_document_sink *sink)
{
    struct documents *documents = context;
    documents_hold(documents);
    sink->begin(sink->context);
    enum err error = registry_keeper_give(documents->keeper, sink);
    if (error == OK)
        error = registry_file_give(&documents->registry_file, sink);
    if (error == OK)
        error = push_give(documents->push, sink);
    documents_release(documents);
    return error;
}

/* From any thread. */
static void note_missed(void *context)
{
    documents_wake(context);
}

void documents_wake(struct documents *documents)
{
    pthread_mutex_lock(&documents->lock);
    documents->woken = true;
    pthread_cond_signal(&documents->wake);
    pthread_mutex_unlock(&documents->lock);
}

void documents_wait(struct documents *documents, int64_t until_us)
{
    const struct timespec until = {until_us / US_PER_S, until_us % US_PER_S * NS_PER_US};
    pthread_mutex_lock(&documents->lock);
    int waited = 0;
    while (!documents->woken && waited == 0)
        waited = pthread_cond_timedwait(&documents->wake, &documents->lock, &until);
    documents->woken = false;
    pthread_mutex_unlock(&documents->lock);
}

bool documents_init(struct documents *documents)
{
    pthread_condattr_t attributes;
    *documents = (struct documents){.registry = registry_create(), .push = push_create()};
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&documents->lock, NULL);
    pthread_cond_init(&documents->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    registry_file_init(&documents->registry_file);
    return documents->registry != NULL && documents->push != NULL;
}

void documents_deinit(struct documents *documents)
{
    push_destroy(documents->push);
    registry_destroy(documents->registry);
    registry_file_deinit(&documents->registry_file);
    pthread_cond_destroy(&documents->wake);
    pthread_mutex_destroy(&documents->lock);
}

struct store_documents documents_of(struct documents *documents)
{
    return (struct store_documents){documents, take_document, give_documents, note_missed};
}
