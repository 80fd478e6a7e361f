/* The uploads that are kept for a while, a few of them, and the thread that applies them. A check
 * runs in the worker of whoever asks for it. */
#ifndef OPERATOR_UPLOADS_H
#define OPERATOR_UPLOADS_H

#include "operator/upload.h"

struct uploads;

/* Lends what the settings point to. NULL: no memory, or no thread. */
MUST_USE struct uploads *uploads_create(const struct upload_settings *settings);
/* Stops what is being applied, behind the batch that is under way. No request is. */
void uploads_destroy(struct uploads *uploads);

/* A place for one that is coming in or being checked; there are UPLOADS_AT_ONCE_MAX. False: none is
 * left. Any thread, as are the following. */
MUST_USE bool uploads_enter(struct uploads *uploads);
void uploads_leave(struct uploads *uploads);

/* What uploads_enter()'s owner makes an upload with. */
const struct upload_settings *uploads_settings(const struct uploads *uploads);

/* Takes one that was checked, and gives it to its holder, who releases it. One that was there
 * before goes where there are too many. ERR_FULL: all of them are being applied, and it was not
 * taken. */
MUST_USE enum err uploads_keep(struct uploads *uploads, struct upload *upload);

/* Finds one of a campaign by its id. NULL: there is none, any more. Released by its holder. */
MUST_USE struct upload *uploads_find(struct uploads *uploads, int64_t campaign_id, struct bytes id);
void uploads_release(struct uploads *uploads, struct upload *upload);

/* Has one applied that was granted it. */
void uploads_apply(struct uploads *uploads, struct upload *upload);

/* Nobody finds it any more; one that is being applied stops. */
void uploads_drop(struct uploads *uploads, struct upload *upload);

#endif
