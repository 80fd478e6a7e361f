/* What can be wrong with a shop's answer, in the words of CONTRACT §3. Pure. */
#ifndef PUSH_FAILURE_H
#define PUSH_FAILURE_H

#include <stdbool.h>

enum push_reason {
    PUSH_FINE,
    PUSH_CONNECTION_REFUSED,
    PUSH_CONNECTION_TIMED_OUT,
    PUSH_HTTP, /* Another status than 200, or the connection broke. */
    PUSH_READ_TIMED_OUT,
    PUSH_SSL_ERROR,
    PUSH_UNSUPPORTED_MEDIA_TYPE,
    PUSH_CANT_PARSE_RESPONSE,
    PUSH_IGNORED_WRONG_TOKEN, /* A request with a token that is not the shop's was answered. */
    PUSH_INVALID_DATA,
};
enum { PUSH_REASONS_COUNT = PUSH_INVALID_DATA + 1 };

/* `CANT_GET_RESPONSE` or `INVALID_RESPONSE`; NULL for PUSH_FINE. */
const char *push_reason_code(enum push_reason reason);

/* The reason's own word, `READ_TIMED_OUT`; NULL for PUSH_FINE. */
const char *push_reason_text(enum push_reason reason);

/* How an exchange with a shop ended, as the HTTP library tells it. */
struct push_reply {
    int curl_code;            /* A CURLcode. */
    bool sent;                /* The connection stood, and the request went out. */
    long status;              /* 0: none came. */
    const char *content_type; /* NULL: none came. */
};

/* What is wrong with the reply, before its body is looked at. */
enum push_reason push_reply_judge(const struct push_reply *reply);

/* The same for a request with a wrong token, which has to be refused with 403. */
enum push_reason push_reply_judge_refusal(const struct push_reply *reply);

#endif
