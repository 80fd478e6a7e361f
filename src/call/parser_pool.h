/* JSON parsers to be borrowed: a parser keeps several times the size of the largest body it saw, so
 * there are only as many as requests are being decoded at once. Any thread. */
#ifndef CALL_PARSER_POOL_H
#define CALL_PARSER_POOL_H

#include "wire/json.h"

struct parser_pool;

/* `are_wiped`: documents have secrets in them, and a parser forgets its own when it is given back.
 * NULL: no memory. */
MUST_USE struct parser_pool *parser_pool_create(bool are_wiped);
void parser_pool_destroy(struct parser_pool *pool);

/* Borrows a parser; NULL: no memory. */
MUST_USE struct json_parser *parser_pool_take(struct parser_pool *pool);
void parser_pool_give_back(struct parser_pool *pool, struct json_parser *parser);

#endif
