/* How asking a shop for its stocks goes, as the operator API shows it (docs/contract.md, "The
 * operator API"). */
#ifndef WIRE_PUSH_STATE_H
#define WIRE_PUSH_STATE_H

#include "base/buffer.h"

/* One shop. Texts are lent. */
struct push_state {
    int64_t campaign_id;
    int64_t warehouse_id;
    struct bytes url;
    bool on;
    uint32_t failures;         /* In a row. */
    int64_t last_success_ms;   /* 0: never. */
    int64_t next_ms;           /* 0: not known, or never. */
    int64_t failed_ms;         /* 0: the two that follow say nothing. */
    struct bytes failure_code; /* `CANT_GET_RESPONSE` or `INVALID_RESPONSE`. */
    struct bytes failure_message;
};

/* Write the listing: begin, shops, end. */
void push_state_encode_begin(struct buffer *body);
void push_state_encode_shop(struct buffer *body, const struct push_state *state);
void push_state_encode_end(struct buffer *body);

#endif
