/* Numbers that name events and tell when they were: milliseconds since 1970 above 20 bits that
 * count, from a place that its maker chose at random. Two makers, or one before and after a start,
 * give the same number only for the same millisecond, and then seldom. */
#ifndef BASE_MOMENT_ID_H
#define BASE_MOMENT_ID_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/buffer.h"

enum { MOMENT_ID_COUNT_BITS = 20, MOMENT_ID_HEX_BYTES = 16 };

/* Who makes them. */
struct moment_ids {
    _Atomic uint64_t count;
};

/* Before the first one; `start` is a random number. */
void moment_ids_init(struct moment_ids *ids, uint64_t start);

/* The next one, for a moment from 1 ms after 1970 on. Never 0. Any thread. */
uint64_t moment_id_make(struct moment_ids *ids, int64_t now_ms);

/* When it was made. */
int64_t moment_id_ms(uint64_t id);

/* Appends 16 lower-case hexadecimal digits. */
void moment_id_append(struct buffer *buffer, uint64_t id);

/* Reads them. False: it is anything else, or stands for 0. */
MUST_USE bool moment_id_read(struct bytes hex, uint64_t *id);

#endif
