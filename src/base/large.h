/* Memory for tables that are read at random. From 2 MiB on it lies in huge pages where the machine
 * has them: with small ones a table of gigabytes costs a walk through the page tables for nearly
 * each access. Below, it is malloc()'s. */
#ifndef BASE_LARGE_H
#define BASE_LARGE_H

#include <stddef.h>

/* Makes `size` bytes out of `old_size` of them, `old_size` <= `size`, both above 0 but for `data`
 * NULL with 0. Contents are kept, what is new is undefined. NULL: no memory, and the old bytes
 * stay. Ended by large_free(). */
void *large_resize(void *data, size_t old_size, size_t size);

/* `size` as it was made last. NULL is fine. */
void large_free(void *data, size_t size);

#endif
