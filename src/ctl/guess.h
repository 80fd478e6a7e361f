/* Which name a mistyped word was meant to be. Pure. */
#ifndef CTL_GUESS_H
#define CTL_GUESS_H

#include "base/bytes.h"

struct guess {
    struct bytes word;
    struct bytes best;
    size_t distance; /* Of the best, in letters. */
};

/* Begins with the word, which lives as long as the guess. */
void guess_begin(struct guess *guess, struct bytes word);

/* Offers a name, which does too. */
void guess_offer(struct guess *guess, struct bytes name);

/* Gives the name that is close enough to be meant. False: none is. */
MUST_USE bool guess_end(const struct guess *guess, struct bytes *name);

#endif
