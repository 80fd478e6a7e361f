/* What decoding a body takes: the parser, an arena and a list of errors, emptied for each one. */
#ifndef TESTS_SUPPORT_BODY_CASE_H
#define TESTS_SUPPORT_BODY_CASE_H

#include "base/arena.h"
#include "json_case.h"
#include "wire/reply.h"

struct body_case {
    struct json_case json;
    struct arena arena;
    struct error_list errors;
};

/* Ended by body_case_deinit(). */
void body_case_init(struct body_case *body);
void body_case_deinit(struct body_case *body);

/* Empties arena and errors, parses a text that is JSON, and gives its root. */
struct json_value body_case_root(struct body_case *body, struct bytes text);

#endif
