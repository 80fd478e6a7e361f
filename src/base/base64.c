/* Six bits a letter, most significant first. */
#include "base/base64.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void base64url_encode(struct buffer *buffer, struct bytes bytes)
{
    uint32_t bits = 0;
    unsigned bits_count = 0;
    for (size_t i = 0; i < bytes.size; i++) {
        bits = bits << 8 | bytes.data[i];
        bits_count += 8;
        while (bits_count >= 6) {
            bits_count -= 6;
            buffer_append_u8(buffer, (uint8_t)alphabet[bits >> bits_count & 63]);
        }
    }
    if (bits_count > 0)
        buffer_append_u8(buffer, (uint8_t)alphabet[bits << (6 - bits_count) & 63]);
}

static int letter_value(uint8_t letter)
{
    if (letter >= 'A' && letter <= 'Z')
        return letter - 'A';
    if (letter >= 'a' && letter <= 'z')
        return letter - 'a' + 26;
    if (letter >= '0' && letter <= '9')
        return letter - '0' + 52;
    return letter == '-' ? 62 : letter == '_' ? 63 : -1;
}

bool base64url_decode(struct buffer *buffer, struct bytes text)
{
    while (text.size > 0 && text.data[text.size - 1] == '=')
        text.size--;
    uint32_t bits = 0;
    unsigned bits_count = 0;
    for (size_t i = 0; i < text.size; i++) {
        const int value = letter_value(text.data[i]);
        if (value < 0)
            return false;
        bits = bits << 6 | (uint32_t)value;
        bits_count += 6;
        if (bits_count >= 8) {
            bits_count -= 8;
            buffer_append_u8(buffer, (uint8_t)(bits >> bits_count));
        }
    }
    const uint32_t left_over = bits & ((UINT32_C(1) << bits_count) - 1);
    return bits_count < 6 && left_over == 0;
}
