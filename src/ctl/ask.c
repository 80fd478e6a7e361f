/* The answers that come here are small: one page, one thing. */
#include "ctl/ask.h"

enum judgement ask(struct session *session, const struct call_request *request,
                   struct json_value *root)
{
    struct call_result result;
    if (client_begin(session->client, request) != OK || !client_end_one(session->client, &result)) {
        session_stop_for_memory(session);
        return JUDGED_END;
    }
    *root = (struct json_value){.document = NULL};
    const enum judgement judgement = session_judge(session, &result, NULL, NULL);
    if (judgement == JUDGED_END)
        return JUDGED_END;
    struct json_value read;
    struct json_failure failure;
    const enum json_outcome outcome = json_parse(session->parser, result.answer, &read, &failure);
    if (outcome == JSON_OK && json_type(read) == JSON_OBJECT)
        *root = read;
    if (judgement == JUDGED_REFUSED || root->document != NULL)
        return judgement;
    session_stop_for_answer(session, outcome == JSON_NO_MEMORY ? ERR_MEMORY : ERR_INVALID);
    return JUDGED_END;
}

bool ask_once(struct session *session, const struct call_request *request, struct json_value *root)
{
    const enum judgement judgement = ask(session, request, root);
    if (judgement == JUDGED_REFUSED)
        session_stop(session, CTL_SOME_REFUSED);
    return judgement == JUDGED_GOOD;
}

bool ask_for_list(struct session *session, const struct call_request *request, const char *name,
                  struct json_value *result, struct json_value *list)
{
    struct json_value root;
    if (!ask_once(session, request, &root))
        return false;
    if (answer_member(root, "result", JSON_OBJECT, result) &&
        answer_member(*result, name, JSON_ARRAY, list))
        return true;
    session_stop_for_answer(session, ERR_INVALID);
    return false;
}

bool answer_member(struct json_value object, const char *name, enum json_type type,
                   struct json_value *member)
{
    return object.document != NULL && json_type(object) == JSON_OBJECT &&
           json_find(object, bytes_from_text(name), member) && json_type(*member) == type;
}

struct bytes answer_text(struct json_value object, const char *name)
{
    struct json_value text;
    return answer_member(object, name, JSON_STRING, &text) ? json_string(text) : BYTES("");
}

int64_t answer_number(struct json_value object, const char *name)
{
    struct json_value number;
    return answer_member(object, name, JSON_INT64, &number) ? json_int64(number) : 0;
}

struct bytes answer_next_token(struct json_value result)
{
    struct json_value paging;
    return answer_member(result, "paging", JSON_OBJECT, &paging)
               ? answer_text(paging, "nextPageToken")
               : BYTES("");
}
