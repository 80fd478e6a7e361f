/* A plain scanner of the JSON grammar, for documents that the fast parser refused: it finds where
 * they go wrong. For json.c and its tests. */
#ifndef WIRE_JSON_CHECK_H
#define WIRE_JSON_CHECK_H

#include "wire/json.h"

/* JSON_OK: the grammar is kept (a number may still be out of range). Otherwise *failure is set. */
enum json_outcome json_check(struct bytes text, struct json_failure *failure);

#endif
