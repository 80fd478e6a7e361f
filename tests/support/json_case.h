/* JSON for tests: a text is copied to memory of just the size that the parser asks for, so that a
 * sanitizer sees any read behind it, and parsed. */
#ifndef TESTS_SUPPORT_JSON_CASE_H
#define TESTS_SUPPORT_JSON_CASE_H

#include "wire/json.h"

struct json_case {
    struct json_parser *parser;
    uint8_t *padded;
    struct json_value root;
    struct json_failure failure;
};

/* Ended by json_case_deinit(). */
void json_case_init(struct json_case *json);
void json_case_deinit(struct json_case *json);

/* Parses; root and failure stay until the next parse. */
enum json_outcome json_case_parse(struct json_case *json, struct bytes text);

/* Parses a text that is JSON, and gives its root. */
struct json_value json_case_root(struct json_case *json, const char *text);

/* The member of an object, found again by name; it is there. */
struct json_value json_case_member(struct json_value object, const char *name);

#endif
