/* Texts that are compared without regard to case: of ASCII and of the Cyrillic letters from U+0400
 * to U+042F (А…Я, Ё and those beside it) the capital ones become small. All others stay as they
 * are, and so does the size of a text. */
#ifndef BASE_FOLD_H
#define BASE_FOLD_H

#include "base/bytes.h"

enum { FOLD_BYTES_MAX = 1024 };

/* Writes a text in small letters to `folded`, which has room for its size. */
void fold_case(struct bytes text, uint8_t *folded);

/* Whether the text, of FOLD_BYTES_MAX bytes at most, has `part` in it; `part` is folded. */
bool fold_contains(struct bytes text, struct bytes part);

#endif
