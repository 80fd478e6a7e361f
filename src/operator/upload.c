/* What does not depend on how an upload is checked or applied. */
#include "operator/upload.h"

#include <stdlib.h>

static void id_make(struct os *os, char id[UPLOAD_ID_BYTES])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t random[(UPLOAD_ID_BYTES - 1) / 2];
    os->random(os, random, sizeof(random));
    for (size_t i = 0; i < sizeof(random); i++) {
        id[2 * i] = digits[random[i] >> 4];
        id[2 * i + 1] = digits[random[i] & 15];
    }
    id[UPLOAD_ID_BYTES - 1] = '\0';
}

struct upload *upload_create(const struct upload_settings *settings)
{
    struct upload *upload = calloc(1, sizeof(*upload));
    if (upload == NULL)
        return NULL;
    upload->settings = settings;
    id_make(settings->os, upload->id);
    upload_plan_init(&upload->plan);
    buffer_init(&upload->report);
    buffer_init(&upload->refused);
    pthread_mutex_init(&upload->lock, NULL);
    return upload;
}

void upload_destroy(struct upload *upload)
{
    if (upload == NULL)
        return;
    upload_plan_deinit(&upload->plan);
    buffer_deinit(&upload->report);
    buffer_deinit(&upload->refused);
    pthread_mutex_destroy(&upload->lock);
    free(upload);
}

void upload_stop(struct upload *upload)
{
    pthread_mutex_lock(&upload->lock);
    upload->is_stopped = true;
    pthread_mutex_unlock(&upload->lock);
}

bool upload_is_applying(struct upload *upload)
{
    pthread_mutex_lock(&upload->lock);
    const bool is_applying = upload->state == UPLOAD_APPLYING;
    pthread_mutex_unlock(&upload->lock);
    return is_applying;
}

/* With the lock. */
static enum upload_refusal judge(const struct upload *upload, const struct upload_consent *consent)
{
    if (upload->state == UPLOAD_APPLYING || upload->state == UPLOAD_DONE || upload->is_stopped)
        return UPLOAD_IS_APPLYING;
    if (upload->obstacle != NULL)
        return UPLOAD_HAS_OBSTACLE;
    if (consent->confirm != upload_changes_count(&upload->numbers))
        return UPLOAD_OTHER_COUNT;
    return upload->numbers.is_braked && !consent->over_brake ? UPLOAD_BRAKED : UPLOAD_GRANTED;
}

enum upload_refusal upload_begin_apply(struct upload *upload, const struct upload_consent *consent)
{
    pthread_mutex_lock(&upload->lock);
    const enum upload_refusal refusal = judge(upload, consent);
    if (refusal == UPLOAD_GRANTED) {
        upload->state = UPLOAD_APPLYING;
        upload->problem[0] = '\0';
    }
    pthread_mutex_unlock(&upload->lock);
    return refusal;
}

void upload_show(struct upload *upload, bool with_report, struct buffer *body)
{
    pthread_mutex_lock(&upload->lock);
    const struct upload_view view = {
        .id = bytes_from_text(upload->id),
        .campaign_id = upload->campaign_id,
        .name = bytes_from_text(upload->name),
        .full = upload->full,
        .checked_at_ms = upload->at_ms,
        .state = upload->state,
        .done = upload->done,
        .total = upload_changes_count(&upload->numbers),
        .stale = upload->stale,
        .refused = buffer_bytes(&upload->refused),
        .refused_count = upload->refused_count,
        .problem = bytes_from_text(upload->problem),
    };
    upload_view_encode(body, &view);
    pthread_mutex_unlock(&upload->lock);
    if (with_report)
        buffer_append(body, buffer_bytes(&upload->report));
}
