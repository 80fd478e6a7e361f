/* Brings numbers of a document into the range of the JSON library, which refuses to read legal ones
 * that are too large for it. For json.c and its tests. */
#ifndef WIRE_JSON_MARK_H
#define WIRE_JSON_MARK_H

#include "base/buffer.h"

/* Appends the document, with integers beyond 64 bits as floating point, and what is past the range
 * of that as a number at its end: 1e308 or -1e308. A text that is no document stays none. */
void json_mark_numbers(struct bytes text, struct buffer *marked);

#endif
