/* What an error answer says (CONTRACT §0.2, §0.5), and which rows of a batch it speaks of. */
#ifndef CTL_REFUSAL_H
#define CTL_REFUSAL_H

#include "base/limits.h"
#include "ctl/batch.h"
#include "wire/json.h"

struct refusal_message {
    uint64_t line; /* The row it speaks of; 0: cannot be told. */
    size_t text_offset;
    size_t text_bytes;
};

/* Messages of one answer, in its order; at most as many as the contract lets a server send. */
struct refusal {
    struct buffer texts; /* Safe to print. */
    struct refusal_message messages[ERRORS_PER_REPLY_MAX];
    uint32_t messages_count;
};

void refusal_init(struct refusal *refusal);
void refusal_deinit(struct refusal *refusal);

/* Reads an answer, which has JSON_PADDING_BYTES behind it. `batch` is NULL when there are no rows.
 * An answer in another form leaves no messages. */
void refusal_read(struct refusal *refusal, struct json_parser *parser, struct bytes answer,
                  const struct batch *batch);

/* The text of the message `index`. Lends until the next read. */
struct bytes refusal_text(const struct refusal *refusal, uint32_t index);

/* Looks whether the answer is the plain success of a write, `"status":"OK"`. ERR_INVALID: it is
 * not. ERR_MEMORY: nobody knows. */
MUST_USE enum err answer_check_ok(struct json_parser *parser, struct bytes answer);

/* What a person can do about a status that ends the run, as one line. */
const char *refusal_advice(int64_t status);
const char *refusal_advice_operator(int64_t status); /* Of the operator's API. */

#endif
