/* Bytes from files and servers in messages for people: nothing in them may steer the terminal. */
#ifndef BASE_PRINTABLE_H
#define BASE_PRINTABLE_H

#include "base/buffer.h"

/* Appends at most `size_max` bytes of `bytes`, control characters and bytes that are not UTF-8 as
 * `?`, and `…` where something was cut. */
void printable_append(struct buffer *text, struct bytes bytes, size_t size_max);

#endif
