/* Two digits a step: a division by 100 costs as much as one by 10. */
#include "base/put.h"

static const char pairs[] = "00010203040506070809101112131415161718192021222324"
                            "25262728293031323334353637383940414243444546474849"
                            "50515253545556575859606162636465666768697071727374"
                            "75767778798081828384858687888990919293949596979899";

static uint32_t digits_count(uint64_t value)
{
    uint32_t count = 1;
    for (; value >= 10; value /= 10)
        count++;
    return count;
}

uint8_t *int64_put(uint8_t *at, int64_t value)
{
    uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    if (value < 0)
        *at++ = '-';
    uint8_t *end = at + digits_count(left);
    uint8_t *before = end;
    for (; left >= 10; left /= 100) {
        before -= 2;
        memcpy(before, pairs + left % 100 * 2, 2);
    }
    if (before > at)
        *at = (uint8_t)('0' + left);
    return end;
}
