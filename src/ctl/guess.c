/* Letters that are wrong, missing, too many, or two of them swapped count one each; a third of the
 * word may be wrong. A word that only stops early is meant as it begins. */
#include "ctl/guess.h"

enum { WORD_BYTES_MAX = 40, STARTS_BYTES_MIN = 3, WRONG_PART = 3 };

void guess_begin(struct guess *guess, struct bytes word)
{
    *guess = (struct guess){.word = word, .distance = SIZE_MAX};
}

static size_t least(size_t one, size_t other)
{
    return one < other ? one : other;
}

/* The distance of two words, "optimal string alignment": three rows of the usual table. */
static size_t distance_of(struct bytes left, struct bytes right)
{
    size_t rows[3][WORD_BYTES_MAX + 1];
    for (size_t k = 0; k <= right.size; k++)
        rows[0][k] = k;
    for (size_t i = 1; i <= left.size; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i + 2) % 3];
        row[0] = i;
        for (size_t k = 1; k <= right.size; k++) {
            const bool same = left.data[i - 1] == right.data[k - 1];
            row[k] = least(above[k - 1] + !same, least(above[k], row[k - 1]) + 1);
            if (i > 1 && k > 1 && left.data[i - 1] == right.data[k - 2] &&
                left.data[i - 2] == right.data[k - 1])
                row[k] = least(row[k], rows[(i + 1) % 3][k - 2] + 1);
        }
    }
    return rows[left.size % 3][right.size];
}

void guess_offer(struct guess *guess, struct bytes name)
{
    if (guess->word.size > WORD_BYTES_MAX || name.size > WORD_BYTES_MAX)
        return;
    size_t distance = distance_of(guess->word, name);
    if (guess->word.size >= STARTS_BYTES_MIN && bytes_starts_with(name, guess->word))
        distance = 1;
    if (distance >= guess->distance)
        return;
    guess->distance = distance;
    guess->best = name;
}

bool guess_end(const struct guess *guess, struct bytes *name)
{
    const size_t wrong_max = (guess->word.size + WRONG_PART - 1) / WRONG_PART;
    if (guess->distance > wrong_max || guess->distance >= guess->word.size)
        return false;
    *name = guess->best;
    return true;
}
