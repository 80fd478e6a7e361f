/* What a statement gave: rows of binary columns, or how many rows it changed. Rows and columns are
 * counted from 0. Their types were held against the statement's (pg_prepared.h) before anybody sees
 * the result. */
#ifndef STORE_PG_RESULT_H
#define STORE_PG_RESULT_H

#include "base/bytes.h"

/* The library's own, which is known to the .c files alone. */
struct pg_result;

uint32_t pg_result_rows(const struct pg_result *result);
bool pg_result_is_null(const struct pg_result *result, uint32_t row, uint32_t column);

/* A number: int8, int4, int2 or bool. NULL is 0. */
int64_t pg_result_int8(const struct pg_result *result, uint32_t row, uint32_t column);

/* A column's bytes: the text, what a bytea holds, or an array as it is sent. NULL gives none. Lent
 * for as long as the result is there. */
struct bytes pg_result_bytes(const struct pg_result *result, uint32_t row, uint32_t column);

/* Rows that were written, by the tag of the command; of a SELECT those that it gave. */
uint64_t pg_result_changed(const struct pg_result *result);

/* Whether the columns are of the types that these letters tell (pg_prepared.h). */
bool pg_result_is_shaped(const struct pg_result *result, const char *columns);

/* Five letters, or none: not a failure that the server told. Lent like the result. */
const char *pg_result_sqlstate(const struct pg_result *result);

/* The server's words for a failure, without the values that it may name as a detail. Or "". */
const char *pg_result_words(const struct pg_result *result);

/* NULL is fine. */
void pg_result_free(struct pg_result *result);

#endif
