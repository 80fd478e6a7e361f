/* One question to the server and its answer, for subcommands that ask one thing after another: sent
 * with all the client's patience, judged, told when it is refused, and read as JSON. */
#ifndef CTL_ASK_H
#define CTL_ASK_H

#include "ctl/session.h"
#include "wire/json.h"

/* Asks, and gives the root of the answer, an object, which lends until the next question.
 * JUDGED_REFUSED: why was said; the root is that of the error answer, or has no document where that
 * is no JSON. JUDGED_END: why was said, there is no root. */
MUST_USE enum judgement ask(struct session *session, const struct call_request *request,
                            struct json_value *root);

/* The same where a refusal ends the run, as nothing is left to do then. */
MUST_USE bool ask_once(struct session *session, const struct call_request *request,
                       struct json_value *root);

/* The same for an answer whose `result` has a list with this name; gives both. Another answer ends
 * the run as well. */
MUST_USE bool ask_for_list(struct session *session, const struct call_request *request,
                           const char *name, struct json_value *result, struct json_value *list);

/* Reads members of an answer. Absent, or of another type: false, no bytes, 0. */
MUST_USE bool answer_member(struct json_value object, const char *name, enum json_type type,
                            struct json_value *member);
struct bytes answer_text(struct json_value object, const char *name);
int64_t answer_number(struct json_value object, const char *name);

/* The token of the next page in the `paging` of an answer's result; no bytes: it is the last. */
struct bytes answer_next_token(struct json_value result);

#endif
