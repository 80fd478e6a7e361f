/* Limits inside the sources that show from outside: how many cells are copied at a time, and how
 * many a filtered page looks at. shrink.py changes them
 * together with the source. */
#ifndef TESTS_SIM_INNER_LIMITS_H
#define TESTS_SIM_INNER_LIMITS_H

enum {
    INNER_COPY_CELLS = 400,     /* STORE_COPY_CELLS_MAX */
    INNER_SCAN_CELLS = 1 << 18, /* SCAN_CELLS_MAX of store_local_read.c */
    INNER_COPY_IS_THREADED = 1, /* journal_copy.c reads ahead in a thread of its own. */
};

#endif
