/* What the shop answers to POST /stocks (CONTRACT §3): status and body. It knows no sockets. */
#ifndef CTL_SERVE_ANSWER_H
#define CTL_SERVE_ANSWER_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/sha256.h"
#include "ctl/stock_table.h"
#include "wire/json.h"

struct serve_rules {
    struct bytes path; /* Of POST /stocks, with the base path. */
    bool token_required;
    struct sha256 token_hash;
};

/* The head of a request; texts without data are absent. */
struct serve_head {
    struct bytes method;
    struct bytes path;
    struct bytes authorization; /* The header. */
    struct bytes auth_token;    /* The query parameter. */
    struct bytes content_type;
};

/* Whether the body is wanted: 0, or the status of a refusal that *reply says. */
MUST_USE int serve_judge_head(const struct serve_rules *rules, const struct serve_head *head,
                              struct buffer *reply);

/* Answers a body that was wanted, which has JSON_PADDING_BYTES behind it; the arena is for this
 * call. Returns the status; writes *reply. */
MUST_USE int serve_answer(const struct stock_table *table, struct json_parser *parser,
                          struct bytes body, int64_t now_ms, struct arena *arena,
                          struct buffer *reply);

/* Refuses in the envelope; returns the status. */
int serve_refuse(struct buffer *reply, int status, const char *code, const char *message);

/* Refuses a body of more than PUSH_BODY_BYTES_MAX; returns the status. */
int serve_refuse_large(struct buffer *reply);

#endif
