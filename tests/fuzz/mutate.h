/* Changes of a text in the shape that it has: values of JSON and members of objects, wherever they
 * stand in it, and parts between lines of `%%`. What byte by byte hardly ever comes about. */
#ifndef TESTS_FUZZ_MUTATE_H
#define TESTS_FUZZ_MUTATE_H

#include <stddef.h>
#include <stdint.h>

/* Changes `size` bytes at `text`, where there is room for `size_max`; `seed` alone decides how.
 * Returns the new size; 0: it found nothing that it could do. */
size_t mutate_text(uint8_t *text, size_t size, size_t size_max, uint64_t seed);

#endif
