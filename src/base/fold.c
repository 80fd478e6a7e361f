/* Eight bytes at a time; those of Cyrillic letters in a second walk, where there are any. */
#include "base/fold.h"

#define EACH_BYTE UINT64_C(0x0101010101010101)

/* ASCII letters of a word; what is not ASCII stays. */
static uint64_t fold_word(uint64_t word)
{
    const uint64_t low = word & EACH_BYTE * 0x7F;
    const uint64_t from_a = low + EACH_BYTE * (0x80 - 'A');
    const uint64_t behind_z = low + EACH_BYTE * (0x7F - 'Z');
    const uint64_t capitals = (from_a ^ behind_z) & ~word & EACH_BYTE * 0x80;
    return word | capitals >> 2;
}

/* Letters of two bytes: U+0400…U+040F, U+0410…U+041F, U+0420…U+042F. */
static void fold_cyrillic(uint8_t *text, size_t size)
{
    for (size_t i = 0; i + 1 < size; i++) {
        if (text[i] != 0xD0 || text[i + 1] >= 0xB0)
            continue;
        const uint8_t second = text[i + 1];
        if (second >= 0x90 && second < 0xA0) {
            text[i + 1] = (uint8_t)(second + 0x20);
            continue;
        }
        text[i] = 0xD1;
        text[i + 1] = (uint8_t)(second < 0x90 ? second + 0x10 : second - 0x20);
    }
}

void fold_case(struct bytes text, uint8_t *folded)
{
    uint64_t seen = 0;
    size_t i = 0;
    for (; i + sizeof(seen) <= text.size; i += sizeof(seen)) {
        const uint64_t word = bytes_word(text.data + i);
        const uint64_t small = fold_word(word);
        seen |= word;
        memcpy(folded + i, &small, sizeof(small));
    }
    if (i < text.size) {
        uint64_t word = 0;
        memcpy(&word, text.data + i, text.size - i);
        seen |= word;
        word = fold_word(word);
        memcpy(folded + i, &word, text.size - i);
    }
    if ((seen & EACH_BYTE * 0x80) != 0)
        fold_cyrillic(folded, text.size);
}

bool fold_contains(struct bytes text, struct bytes part)
{
    uint8_t folded[FOLD_BYTES_MAX];
    ASSERT(text.size <= sizeof(folded));
    if (part.size == 0 || part.size > text.size)
        return part.size == 0;
    fold_case(text, folded);
    const uint8_t first = part.data[0];
    for (size_t i = 0; i <= text.size - part.size; i++) {
        if (folded[i] == first && memcmp(folded + i, part.data, part.size) == 0)
            return true;
    }
    return false;
}
