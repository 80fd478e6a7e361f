/* Letters of UTF-8 as people see them: small and capital ones, those of two alphabets that look the
 * same, spaces that cannot be seen. Latin and Cyrillic; others are themselves. Pure. */
#ifndef SHEET_LETTERS_H
#define SHEET_LETTERS_H

#include "base/buffer.h"

/* Takes the first code point off *text, which is not empty. A byte that begins none is given
 * as itself. */
uint32_t letter_take(struct bytes *text);

/* Appends a code point. */
void letter_append(struct buffer *text, uint32_t letter);

/* The small letter, or the capital one; or the code point itself. */
uint32_t letter_small(uint32_t letter);
uint32_t letter_capital(uint32_t letter);

bool letter_is_cyrillic(uint32_t letter);
bool letter_is_latin(uint32_t letter);

/* The Latin letter that looks like this Cyrillic one, of the same case; or the code point. */
uint32_t letter_latin_twin(uint32_t letter);

/* A space of whatever width, and what has no width at all. */
bool letter_is_space(uint32_t letter);

#endif
