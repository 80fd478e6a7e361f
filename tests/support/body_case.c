/* The three together. */
#include "body_case.h"

void body_case_init(struct body_case *body)
{
    json_case_init(&body->json);
    arena_init(&body->arena);
    error_list_init(&body->errors);
}

void body_case_deinit(struct body_case *body)
{
    json_case_deinit(&body->json);
    arena_deinit(&body->arena);
    error_list_deinit(&body->errors);
}

struct json_value body_case_root(struct body_case *body, struct bytes text)
{
    arena_reset(&body->arena);
    error_list_clear(&body->errors);
    const enum json_outcome outcome = json_case_parse(&body->json, text);
    ASSERT(outcome == JSON_OK);
    return body->json.root;
}
