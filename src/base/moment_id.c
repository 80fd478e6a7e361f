/* Relaxed: nothing else depends on the count. */
#include "base/moment_id.h"

enum { HEX_BITS = 4 };
#define COUNT_MASK ((UINT64_C(1) << MOMENT_ID_COUNT_BITS) - 1)

void moment_ids_init(struct moment_ids *ids, uint64_t start)
{
    atomic_store_explicit(&ids->count, start, memory_order_relaxed);
}

uint64_t moment_id_make(struct moment_ids *ids, int64_t now_ms)
{
    ASSERT(now_ms > 0);
    ASSERT(now_ms < INT64_C(1) << (63 - MOMENT_ID_COUNT_BITS));
    const uint64_t count = atomic_fetch_add_explicit(&ids->count, 1, memory_order_relaxed);
    return (uint64_t)now_ms << MOMENT_ID_COUNT_BITS | (count & COUNT_MASK);
}

int64_t moment_id_ms(uint64_t id)
{
    return (int64_t)(id >> MOMENT_ID_COUNT_BITS);
}

void moment_id_append(struct buffer *buffer, uint64_t id)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t hex[MOMENT_ID_HEX_BYTES];
    for (size_t i = MOMENT_ID_HEX_BYTES; i-- > 0; id >>= HEX_BITS)
        hex[i] = (uint8_t)digits[id & 0xF];
    buffer_append(buffer, (struct bytes){hex, sizeof(hex)});
}

/* 16: it is none. */
static uint32_t digit_of(uint8_t byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - (uint32_t)'0';
    return byte >= 'a' && byte <= 'f' ? byte - (uint32_t)'a' + 10 : 16;
}

bool moment_id_read(struct bytes hex, uint64_t *id)
{
    if (hex.size != MOMENT_ID_HEX_BYTES)
        return false;
    uint64_t number = 0;
    for (size_t i = 0; i < hex.size; i++) {
        const uint32_t digit = digit_of(hex.data[i]);
        if (digit > 0xF)
            return false;
        number = number << HEX_BITS | digit;
    }
    *id = number;
    return number != 0;
}
