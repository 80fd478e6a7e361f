/* One mailbox, `full`: the reader waits until it is empty and puts its slot in, the taker empties
 * it when it is through with the slot. So while the taker has one, the reader fills the other. */
#include "journal/pipeline.h"

#include <stdlib.h>

static enum err slot_init(struct slot *slot, struct os *os)
{
    slot->offsets = calloc(SLOT_ITEMS_MAX, sizeof(slot->offsets[0]));
    slot->parts = calloc(SLOT_ITEMS_MAX, sizeof(slot->parts[0]));
    slot->frames = calloc(SLOT_ITEMS_MAX, sizeof(slot->frames[0]));
    if (slot->offsets == NULL || slot->parts == NULL || slot->frames == NULL)
        return ERR_MEMORY;
    return window_init(&slot->window, os);
}

static void slot_deinit(struct slot *slot)
{
    window_deinit(&slot->window);
    free(slot->offsets);
    free(slot->parts);
    free(slot->frames);
}

enum err pipeline_init(struct pipeline *pipeline, struct os *os)
{
    *pipeline = (struct pipeline){.filling = &pipeline->slots[0]};
    pthread_mutex_init(&pipeline->lock, NULL);
    pthread_cond_init(&pipeline->changed, NULL);
    const enum err error = slot_init(&pipeline->slots[0], os);
    return error != OK ? error : slot_init(&pipeline->slots[1], os);
}

void pipeline_deinit(struct pipeline *pipeline)
{
    slot_deinit(&pipeline->slots[0]);
    slot_deinit(&pipeline->slots[1]);
    pthread_cond_destroy(&pipeline->changed);
    pthread_mutex_destroy(&pipeline->lock);
}

static void *reader_run(void *context)
{
    struct pipeline *pipeline = context;
    const enum err error = pipeline->read(pipeline, pipeline->read_context);
    pthread_mutex_lock(&pipeline->lock);
    pipeline->read_error = error;
    pipeline->finished = true;
    pthread_cond_broadcast(&pipeline->changed);
    pthread_mutex_unlock(&pipeline->lock);
    return NULL;
}

/* NULL: the reader has finished, and there is no more. */
static struct slot *wait_until_full(struct pipeline *pipeline)
{
    pthread_mutex_lock(&pipeline->lock);
    while (pipeline->full == NULL && !pipeline->finished)
        pthread_cond_wait(&pipeline->changed, &pipeline->lock);
    struct slot *full = pipeline->full;
    pthread_mutex_unlock(&pipeline->lock);
    return full;
}

static void give_back(struct pipeline *pipeline, enum err error)
{
    pthread_mutex_lock(&pipeline->lock);
    pipeline->full = NULL;
    pipeline->take_error = error;
    pthread_cond_broadcast(&pipeline->changed);
    pthread_mutex_unlock(&pipeline->lock);
}

enum err pipeline_run(struct pipeline *pipeline, bool threaded)
{
    pthread_t thread;
    pipeline->threaded = threaded; /* Before there is a reader who looks. */
    if (!threaded || pthread_create(&thread, NULL, reader_run, pipeline) != 0) {
        pipeline->threaded = false;
        (void)reader_run(pipeline);
        return pipeline->read_error; /* The taker's came through it. */
    }
    enum err error = OK;
    for (struct slot *slot = wait_until_full(pipeline); slot != NULL && error == OK;
         slot = wait_until_full(pipeline)) {
        error = pipeline->take(pipeline->take_context, slot);
        give_back(pipeline, error);
    }
    (void)pthread_join(thread, NULL);
    return error != OK ? error : pipeline->read_error;
}

void pipeline_begin_slot(struct pipeline *pipeline, enum slot_kind kind, uint64_t number,
                         struct os_file *file, uint64_t offset)
{
    struct slot *slot = pipeline->filling;
    ASSERT(slot->count == 0);
    slot->kind = kind;
    slot->number = number;
    slot->start = offset;
    slot->end = offset;
    window_begin(&slot->window, file, offset);
}

/* Waits until the taker has nothing, and gives it the slot. */
static enum err give(struct pipeline *pipeline, struct slot *slot)
{
    pthread_mutex_lock(&pipeline->lock);
    while (pipeline->full != NULL)
        pthread_cond_wait(&pipeline->changed, &pipeline->lock);
    const enum err error = pipeline->take_error;
    if (error == OK)
        pipeline->full = slot;
    pthread_cond_broadcast(&pipeline->changed);
    pthread_mutex_unlock(&pipeline->lock);
    return error;
}

enum err pipeline_hand_on(struct pipeline *pipeline)
{
    struct slot *slot = pipeline->filling;
    if (slot->count == 0)
        return OK;
    enum err error = OK;
    if (pipeline->threaded) {
        error = give(pipeline, slot);
        pipeline->filling = &pipeline->slots[slot == &pipeline->slots[0]];
    } else {
        error = pipeline->take(pipeline->take_context, slot);
        pipeline->take_error = error;
    }
    pipeline->filling->count = 0;
    pipeline_begin_slot(pipeline, slot->kind, slot->number, slot->window.file, slot->end);
    return error;
}

enum err pipeline_reach(struct pipeline *pipeline, uint64_t offset, size_t size,
                        struct bytes *bytes)
{
    struct slot *slot = pipeline->filling;
    const bool full = slot->count == SLOT_ITEMS_MAX ||
                      offset - slot->window.offset >= SLOT_BYTES_WANTED ||
                      !window_can_reach(&slot->window, offset, size);
    if (full) {
        const enum err error = pipeline_hand_on(pipeline);
        if (error != OK)
            return error;
        window_begin(&pipeline->filling->window, slot->window.file, offset);
    }
    return window_reach(&pipeline->filling->window, offset, size, bytes);
}

void pipeline_keep(struct pipeline *pipeline, uint64_t offset, size_t size)
{
    struct slot *slot = pipeline->filling;
    ASSERT(slot->count < SLOT_ITEMS_MAX);
    if (slot->count == 0)
        slot->start = offset;
    slot->offsets[slot->count++] = offset;
    slot->end = offset + size;
}
