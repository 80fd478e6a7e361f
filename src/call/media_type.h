/* Whether a body is what both APIs read: JSON in UTF-8 (CONTRACT C48). */
#ifndef CALL_MEDIA_TYPE_H
#define CALL_MEDIA_TYPE_H

#include "wire/http.h"
#include "wire/reply.h"

/* 0: it is JSON, or nothing is said and it is taken for JSON, or there is no body. Otherwise the
 * status to refuse it with, 400 or 415, and the words were added to `errors`. */
MUST_USE int media_type_judge(const struct http_exchange *exchange, struct error_list *errors);

#endif
