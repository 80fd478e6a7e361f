/* The hash and the comparison are the library's, the digits are ours. */
#include "base/sha256.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

static bool hash_bytes(struct bytes bytes, struct sha256 *hash)
{
    return gnutls_hash_fast(GNUTLS_DIG_SHA256, bytes.data, bytes.size, hash->data) == 0;
}

bool sha256_is_ready(void)
{
    struct sha256 hash;
    return hash_bytes(BYTES("ready"), &hash);
}

struct sha256 sha256_of(struct bytes bytes)
{
    struct sha256 hash;
    ASSERT(hash_bytes(bytes, &hash)); /* A library that is ready has nothing left to fail. */
    return hash;
}

bool sha256_equal(const struct sha256 *left, const struct sha256 *right)
{
    return gnutls_memcmp(left->data, right->data, sizeof(left->data)) == 0;
}

void sha256_to_hex(const struct sha256 *hash, char hex[SHA256_HEX_BYTES])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < sizeof(hash->data); i++) {
        hex[2 * i] = digits[hash->data[i] >> 4];
        hex[2 * i + 1] = digits[hash->data[i] & 15];
    }
    hex[SHA256_HEX_BYTES - 1] = '\0';
}

static int digit_value(uint8_t digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

bool sha256_from_hex(struct bytes hex, struct sha256 *hash)
{
    if (hex.size != SHA256_HEX_BYTES - 1)
        return false;
    for (size_t i = 0; i < sizeof(hash->data); i++) {
        const int high = digit_value(hex.data[2 * i]);
        const int low = digit_value(hex.data[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        hash->data[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}
