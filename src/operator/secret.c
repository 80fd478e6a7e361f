/* Random bytes are mapped to the alphabet; those that would favour some letters are thrown away. */
#include "operator/secret.h"

#include <assert.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
static const char hex_digits[] = "0123456789abcdef";

enum {
    ALPHABET_SIZE = sizeof(alphabet) - 1,
    FAIR_BYTES = 256 / ALPHABET_SIZE * ALPHABET_SIZE,
    RANDOM_BYTES = 64,
    KEY_LETTERS = 40,
    KEY_DIGITS = 8,
};

void secret_fill(struct os *os, uint8_t text[], size_t size)
{
    size_t filled = 0;
    while (filled < size) {
        uint8_t bytes[RANDOM_BYTES];
        os->random(os, bytes, sizeof(bytes));
        for (size_t i = 0; i < sizeof(bytes) && filled < size; i++) {
            if (bytes[i] < FAIR_BYTES)
                text[filled++] = (uint8_t)alphabet[bytes[i] % ALPHABET_SIZE];
        }
    }
}

void secret_make_key(struct os *os, uint8_t key[SECRET_KEY_BYTES])
{
    static const struct bytes prefix = BYTES_INIT("ACMA:");
    static_assert(sizeof("ACMA:") - 1 + KEY_LETTERS + 1 + KEY_DIGITS == SECRET_KEY_BYTES,
                  "a key has all of its parts");
    uint8_t digits[KEY_DIGITS];
    uint8_t *at = key;
    for (size_t i = 0; i < prefix.size; i++)
        *at++ = prefix.data[i];
    secret_fill(os, at, KEY_LETTERS);
    at += KEY_LETTERS;
    *at++ = ':';
    os->random(os, digits, sizeof(digits));
    for (size_t i = 0; i < KEY_DIGITS; i++)
        *at++ = (uint8_t)hex_digits[digits[i] % 16];
}
