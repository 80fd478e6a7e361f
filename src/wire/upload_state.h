/* A file that was dropped on the operator's page: what it would change, what came of it, and the
 * body that lets it. */
#ifndef WIRE_UPLOAD_STATE_H
#define WIRE_UPLOAD_STATE_H

#include "base/stock.h"
#include "wire/json.h"
#include "wire/reply.h"

enum upload_change_kind {
    UPLOAD_CHANGED,
    UPLOAD_NEW,  /* The store had no number. */
    UPLOAD_ZERO, /* The file says 0 of what has stock. */
    UPLOAD_FULL, /* The file lacks what has stock, and shall be all that there is. */
};
enum { UPLOAD_CHANGE_KINDS_COUNT = UPLOAD_FULL + 1 };

/* One number that becomes another. */
struct upload_change {
    struct bytes sku;
    int64_t before; /* STOCK_NOT_KNOWN: none. */
    int64_t after;
    int64_t updated_at_ms; /* That the write will have. */
    enum upload_change_kind kind;
};

/* What a file would do. Each row that can be sent is counted in one of the first four and in
 * changes of the kinds that a file names. */
struct upload_plan_numbers {
    int64_t unchanged;
    int64_t stale; /* Older than what the store has. */
    int64_t changes[UPLOAD_CHANGE_KINDS_COUNT];
    int64_t units_before; /* Of the whole store. */
    int64_t units_after;
    int64_t in_stock; /* SKUs that have stock; of a brake alone. */
    int64_t zero_percent_max;
    bool is_braked; /* Too much of that would become zero. */
};

/* Changes of all kinds. */
int64_t upload_changes_count(const struct upload_plan_numbers *numbers);

/* SKUs that would lose their stock. */
static inline int64_t upload_zeroes_count(const struct upload_plan_numbers *numbers)
{
    return numbers->changes[UPLOAD_ZERO] + numbers->changes[UPLOAD_FULL];
}

enum upload_state { UPLOAD_CHECKED, UPLOAD_APPLYING, UPLOAD_DONE, UPLOAD_FAILED };

/* An upload as it is. */
struct upload_view {
    struct bytes id;
    int64_t campaign_id;
    struct bytes name;
    bool full;
    int64_t checked_at_ms;
    enum upload_state state;
    int64_t done;
    int64_t total;
    int64_t stale;         /* Of those that are done: the store had a newer number by then. */
    struct bytes refused;  /* Elements of a JSON array: the first of them. */
    int64_t refused_count; /* Of those that are done. */
    struct bytes problem;  /* Of UPLOAD_FAILED, why. */
};

/* Writes members of an object, from `"uploadId":…` on. */
void upload_view_encode(struct buffer *body, const struct upload_view *view);

/* Writes members, from `,"plan":…` on; with a brake, that too. */
void upload_plan_encode(struct buffer *body, const struct upload_plan_numbers *numbers);

void upload_change_encode(struct buffer *body, const struct upload_change *change);

/* Writes an element of `refused`. */
void upload_refused_encode(struct buffer *elements, struct bytes sku, const char *text);

/* The body that lets an upload change something. */
struct upload_consent {
    int64_t confirm; /* How many changes were shown. */
    bool over_brake;
};

/* False: `errors` tell why. */
MUST_USE bool upload_consent_decode(struct json_value root, struct upload_consent *consent,
                                    struct error_list *errors);

#endif
