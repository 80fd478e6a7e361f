/* Tables are by ranges, and by pairs where there is no rule. */
#include "sheet/letters.h"

enum { CONTINUATION_BITS = 6, CONTINUATION_MASK = 0x3F };

uint32_t letter_take(struct bytes *text)
{
    const uint8_t first = text->data[0];
    size_t size = 1;
    uint32_t letter = first;
    if (first >= 0xC2 && first < 0xE0) {
        size = 2;
        letter = first & 0x1FU;
    } else if (first >= 0xE0 && first < 0xF0) {
        size = 3;
        letter = first & 0x0FU;
    } else if (first >= 0xF0 && first < 0xF5) {
        size = 4;
        letter = first & 0x07U;
    }
    bool whole = size <= text->size;
    for (size_t i = 1; whole && i < size; i++) {
        whole = (text->data[i] & 0xC0) == 0x80;
        letter = letter << CONTINUATION_BITS | (text->data[i] & CONTINUATION_MASK);
    }
    if (!whole) {
        size = 1;
        letter = first;
    }
    *text = (struct bytes){text->data + size, text->size - size};
    return letter;
}

void letter_append(struct buffer *text, uint32_t letter)
{
    uint8_t bytes[4];
    size_t size = 0;
    if (letter < 0x80) {
        bytes[size++] = (uint8_t)letter;
    } else if (letter < 0x800) {
        bytes[size++] = (uint8_t)(0xC0 | letter >> 6);
    } else if (letter < 0x10000) {
        bytes[size++] = (uint8_t)(0xE0 | letter >> 12);
        bytes[size++] = (uint8_t)(0x80 | (letter >> 6 & CONTINUATION_MASK));
    } else {
        bytes[size++] = (uint8_t)(0xF0 | letter >> 18);
        bytes[size++] = (uint8_t)(0x80 | (letter >> 12 & CONTINUATION_MASK));
        bytes[size++] = (uint8_t)(0x80 | (letter >> 6 & CONTINUATION_MASK));
    }
    if (letter >= 0x80)
        bytes[size++] = (uint8_t)(0x80 | (letter & CONTINUATION_MASK));
    buffer_append(text, (struct bytes){bytes, size});
}

uint32_t letter_small(uint32_t letter)
{
    if (letter >= 'A' && letter <= 'Z')
        return letter + ('a' - 'A');
    if ((letter >= 0xC0 && letter <= 0xDE && letter != 0xD7) ||
        (letter >= 0x410 && letter <= 0x42F)) /* Letters of Latin-1; А to Я. */
        return letter + 0x20;
    if (letter >= 0x400 && letter <= 0x40F) /* Ѐ to Џ, Ё among them. */
        return letter + 0x50;
    return letter;
}

uint32_t letter_capital(uint32_t letter)
{
    if (letter >= 'a' && letter <= 'z')
        return letter - ('a' - 'A');
    if ((letter >= 0xE0 && letter <= 0xFE && letter != 0xF7) ||
        (letter >= 0x430 && letter <= 0x44F)) /* As above. */
        return letter - 0x20;
    if (letter >= 0x450 && letter <= 0x45F)
        return letter - 0x50;
    return letter;
}

bool letter_is_cyrillic(uint32_t letter)
{
    return letter >= 0x400 && letter <= 0x52F;
}

bool letter_is_latin(uint32_t letter)
{
    const uint32_t small = letter_small(letter);
    return (small >= 'a' && small <= 'z') || (letter >= 0xC0 && letter <= 0x24F);
}

uint32_t letter_latin_twin(uint32_t letter)
{
    static const struct {
        uint16_t cyrillic;
        char latin;
    } twins[] = {
        {0x405, 'S'}, {0x406, 'I'}, {0x408, 'J'}, {0x410, 'A'}, {0x412, 'B'},
        {0x415, 'E'}, {0x41A, 'K'}, {0x41C, 'M'}, {0x41D, 'H'}, {0x41E, 'O'},
        {0x420, 'P'}, {0x421, 'C'}, {0x422, 'T'}, {0x423, 'Y'}, {0x425, 'X'},
        {0x430, 'a'}, {0x435, 'e'}, {0x43E, 'o'}, {0x440, 'p'}, {0x441, 'c'},
        {0x443, 'y'}, {0x445, 'x'}, {0x455, 's'}, {0x456, 'i'}, {0x458, 'j'},
    };
    for (size_t i = 0; letter_is_cyrillic(letter) && i < sizeof(twins) / sizeof(twins[0]); i++) {
        if (twins[i].cyrillic == letter)
            return (uint32_t)twins[i].latin;
    }
    return letter;
}

bool letter_is_space(uint32_t letter)
{
    return letter == ' ' || (letter >= '\t' && letter <= '\r') || letter == 0xA0 ||
           letter == 0xAD || letter == 0x1680 || (letter >= 0x2000 && letter <= 0x200F) ||
           letter == 0x2028 || letter == 0x2029 || letter == 0x202F || letter == 0x205F ||
           letter == 0x2060 || letter == 0x3000 || letter == 0xFEFF;
}
