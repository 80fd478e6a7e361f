/* A list of a few. What goes is unlinked first, and ends with its last holder: a request that looks
 * at it, or the thread that applies it. */
#include "operator/uploads.h"

#include <stddef.h>
#include <stdlib.h>

/* `lock` guards what is behind it, and of each upload what its comment says. */
struct uploads {
    struct upload_settings settings;
    struct worker *applier;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct upload *first; /* The newest. */
    uint32_t coming;      /* Coming in, or being checked. */
    uint32_t applying;    /* Handed to the applier. */
};

struct uploads *uploads_create(const struct upload_settings *settings)
{
    struct uploads *uploads = calloc(1, sizeof(*uploads));
    if (uploads == NULL)
        return NULL;
    uploads->settings = *settings;
    pthread_mutex_init(&uploads->lock, NULL);
    pthread_cond_init(&uploads->changed, NULL);
    uploads->applier = worker_create();
    if (uploads->applier != NULL)
        return uploads;
    uploads_destroy(uploads);
    return NULL;
}

/* With the lock. */
static void unlink_one(struct uploads *uploads, struct upload *upload)
{
    struct upload **link = &uploads->first;
    while (*link != upload)
        link = &(*link)->next;
    *link = upload->next;
    upload->is_dropped = true;
}

/* With the lock. Unlinks it, and ends it unless somebody holds it. */
static void drop(struct uploads *uploads, struct upload *upload)
{
    unlink_one(uploads, upload);
    if (upload->holders == 0)
        upload_destroy(upload);
    else
        upload_stop(upload);
}

void uploads_destroy(struct uploads *uploads)
{
    if (uploads == NULL)
        return;
    pthread_mutex_lock(&uploads->lock);
    ASSERT(uploads->coming == 0);
    while (uploads->first != NULL)
        drop(uploads, uploads->first);
    while (uploads->applying > 0)
        pthread_cond_wait(&uploads->changed, &uploads->lock);
    pthread_mutex_unlock(&uploads->lock);
    worker_destroy(uploads->applier);
    pthread_cond_destroy(&uploads->changed);
    pthread_mutex_destroy(&uploads->lock);
    free(uploads);
}

bool uploads_enter(struct uploads *uploads)
{
    pthread_mutex_lock(&uploads->lock);
    const bool entered = uploads->coming < UPLOADS_AT_ONCE_MAX;
    uploads->coming += entered;
    pthread_mutex_unlock(&uploads->lock);
    return entered;
}

void uploads_leave(struct uploads *uploads)
{
    pthread_mutex_lock(&uploads->lock);
    ASSERT(uploads->coming > 0);
    uploads->coming--;
    pthread_mutex_unlock(&uploads->lock);
}

const struct upload_settings *uploads_settings(const struct uploads *uploads)
{
    return &uploads->settings;
}

/* With the lock. Drops what was kept for long enough. */
static void drop_old(struct uploads *uploads)
{
    struct os *os = uploads->settings.os;
    const int64_t since_us = os->uptime_us(os) - UPLOADS_KEPT_MS * 1000;
    struct upload *next = NULL;
    for (struct upload *each = uploads->first; each != NULL; each = next) {
        next = each->next;
        if (each->kept_us < since_us && !upload_is_applying(each))
            drop(uploads, each);
    }
}

/* With the lock. Makes room for one more. False: all are being applied. */
static bool make_room(struct uploads *uploads)
{
    uint32_t count = 0;
    struct upload *oldest = NULL;
    for (struct upload *each = uploads->first; each != NULL; each = each->next) {
        count++;
        if (!upload_is_applying(each))
            oldest = each;
    }
    if (count < UPLOADS_KEPT_MAX)
        return true;
    if (oldest != NULL)
        drop(uploads, oldest);
    return oldest != NULL;
}

enum err uploads_keep(struct uploads *uploads, struct upload *upload)
{
    struct os *os = uploads->settings.os;
    pthread_mutex_lock(&uploads->lock);
    drop_old(uploads);
    const bool has_room = make_room(uploads);
    if (has_room) {
        upload->uploads = uploads;
        upload->kept_us = os->uptime_us(os);
        upload->holders = 1;
        upload->next = uploads->first;
        uploads->first = upload;
    }
    pthread_mutex_unlock(&uploads->lock);
    return has_room ? OK : ERR_FULL;
}

struct upload *uploads_find(struct uploads *uploads, int64_t campaign_id, struct bytes id)
{
    pthread_mutex_lock(&uploads->lock);
    drop_old(uploads);
    struct upload *upload = uploads->first;
    while (upload != NULL &&
           !(upload->campaign_id == campaign_id && bytes_equal(bytes_from_text(upload->id), id)))
        upload = upload->next;
    if (upload != NULL)
        upload->holders++;
    pthread_mutex_unlock(&uploads->lock);
    return upload;
}

/* With the lock. */
static void release(struct upload *upload)
{
    ASSERT(upload->holders > 0);
    if (--upload->holders == 0 && upload->is_dropped)
        upload_destroy(upload);
}

void uploads_release(struct uploads *uploads, struct upload *upload)
{
    if (upload == NULL)
        return;
    pthread_mutex_lock(&uploads->lock);
    release(upload);
    pthread_mutex_unlock(&uploads->lock);
}

static void run(struct work *work)
{
    struct upload *upload = (struct upload *)(void *)((char *)work - offsetof(struct upload, work));
    struct uploads *uploads = upload->uploads;
    upload_apply(upload);
    pthread_mutex_lock(&uploads->lock);
    uploads->applying--;
    release(upload);
    pthread_cond_signal(&uploads->changed);
    pthread_mutex_unlock(&uploads->lock);
}

void uploads_apply(struct uploads *uploads, struct upload *upload)
{
    pthread_mutex_lock(&uploads->lock);
    uploads->applying++;
    upload->holders++;
    pthread_mutex_unlock(&uploads->lock);
    upload->work.run = run;
    worker_submit(uploads->applier, &upload->work);
}

void uploads_drop(struct uploads *uploads, struct upload *upload)
{
    pthread_mutex_lock(&uploads->lock);
    if (!upload->is_dropped)
        drop(uploads, upload);
    pthread_mutex_unlock(&uploads->lock);
}
