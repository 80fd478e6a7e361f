/* One file of leftovers, from its last byte on: checked, and perhaps applied. */
#ifndef OPERATOR_UPLOAD_H
#define OPERATOR_UPLOAD_H

#include <pthread.h>

#include "call/worker.h"
#include "operator/upload_plan.h"
#include "os/os.h"
#include "registry/registry.h"
#include "sheet/row_source.h"
#include "store/store.h"

enum {
    UPLOAD_ID_BYTES = 17,
    UPLOAD_NAME_BYTES = 256,
    UPLOAD_PROBLEM_BYTES = 300,
    UPLOAD_REFUSED_SHOWN = 100,
};

/* What uploads work with. All of it is lent. */
struct upload_settings {
    struct os *os;
    struct store *store;
    const struct registry *registry;
    const char *folder; /* For temporary files; NULL: where those of the machine are. */
    enum store_unknown unknown_sku;
    int64_t past_tolerance_ms; /* Negative: none (CONTRACT §1.5). */
};

/* What is known once it was checked does not change. */
struct upload {
    const struct upload_settings *settings;
    char id[UPLOAD_ID_BYTES];
    char name[UPLOAD_NAME_BYTES]; /* Of the file. */
    int64_t campaign_id;
    int64_t at_ms; /* When it had come in: the moment of rows that have none. */
    bool full;
    struct upload_plan plan;
    struct upload_plan_numbers numbers;
    struct buffer report; /* Members of an object: format, rows, findings, plan, changes. */
    const char *obstacle; /* Why it cannot be applied, or NULL. */

    pthread_mutex_t lock; /* Guards what follows, behind the lock of uploads.c alone. */
    enum upload_state state;
    bool is_stopped;   /* Whoever applies it ends behind the batch that is under way. */
    uint64_t position; /* Of what is to be applied next. */
    int64_t done;
    int64_t stale;
    int64_t refused_count;
    struct buffer refused;              /* JSON, the first UPLOAD_REFUSED_SHOWN. */
    char problem[UPLOAD_PROBLEM_BYTES]; /* Of UPLOAD_FAILED. */

    /* Of uploads.c, and guarded by its lock. */
    struct uploads *uploads;
    struct upload *next;
    int64_t kept_us;
    uint32_t holders; /* Whoever must not lose it. */
    bool is_dropped;  /* Nobody finds it any more: it ends with its last holder. */
    struct work work;
};

/* NULL: no memory. */
MUST_USE struct upload *upload_create(const struct upload_settings *settings);
void upload_destroy(struct upload *upload);

/* What is read, and for whom. */
struct upload_source {
    const struct campaign_facts *campaign;
    struct row_source_settings settings; /* An open file; `now_ms` is when it had come in. */
    bool stamp_now;
    int64_t buffer; /* Units that are kept back of each count. */
};

/* Reads a file and finds out what it would change; blocks for as long as that takes. ERR_INVALID,
 * ERR_FULL: *problem says what is wrong with it, one line; ERR_BUSY: the store did not answer;
 * ERR_IO: the disk, and it was logged; ERR_MEMORY. */
MUST_USE enum err upload_check(struct upload *upload, const struct upload_source *source,
                               struct buffer *problem);

/* What keeps a plan from being applied. */
enum upload_refusal {
    UPLOAD_GRANTED,
    UPLOAD_IS_APPLYING, /* Or done. */
    UPLOAD_HAS_OBSTACLE,
    UPLOAD_OTHER_COUNT, /* Another number of changes was confirmed than there is. */
    UPLOAD_BRAKED,      /* Too much would become zero, and nobody said that it may. */
};

/* Lets it be applied: who is granted this calls upload_apply() then. One that failed goes on where
 * it was. Any thread. */
MUST_USE enum upload_refusal upload_begin_apply(struct upload *upload,
                                                const struct upload_consent *consent);

/* Sends what it changes to the store, batch by batch, until it is done, failed or stopped; blocks
 * for as long as that takes. */
void upload_apply(struct upload *upload);

/* Lets whoever applies it end soon. Any thread. */
void upload_stop(struct upload *upload);
bool upload_is_applying(struct upload *upload);

/* Writes members of an object about it as it is now; with the report of its check. Any thread. */
void upload_show(struct upload *upload, bool with_report, struct buffer *body);

#endif
