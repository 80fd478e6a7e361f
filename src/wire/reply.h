/* The envelope of every answer (CONTRACT §0.2): the plain success and the list of errors. */
#ifndef WIRE_REPLY_H
#define WIRE_REPLY_H

#include "base/buffer.h"
#include "base/limits.h"

/* Errors of one answer, in document order, at most ERRORS_PER_REPLY_MAX (CONTRACT C5). */
struct error_list {
    struct buffer text; /* The messages, one behind the other. */
    size_t ends[ERRORS_PER_REPLY_MAX];
    uint32_t count;
};

void error_list_init(struct error_list *errors);
void error_list_deinit(struct error_list *errors);
void error_list_clear(struct error_list *errors);

/* No message is kept any more: whoever would make one saves the work. */
static inline bool error_list_is_full(const struct error_list *errors)
{
    return errors->count == ERRORS_PER_REPLY_MAX;
}

/* Adds a message; beyond the limit it is dropped. */
void error_list_add(struct error_list *errors, const char *format, ...) PRINTF(2, 3);

/* Adds `prefix (rejected value: VALUE)`; the value is clipped to REJECTED_VALUE_BYTES_MAX. */
void error_list_add_rejected(struct error_list *errors, const char *prefix, struct bytes value);

/* Writes `{"status":"OK"}`. */
void reply_encode_ok(struct buffer *body);

/* Writes `{"status":"ERROR","errors":[…]}`, each message with this code. */
void reply_encode_errors(struct buffer *body, const char *code, const struct error_list *errors);

#endif
