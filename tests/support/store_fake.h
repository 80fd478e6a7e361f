/* A store that does what the test says: it gives every command the same verdict, at once or later,
 * and keeps what it was asked. */
#ifndef TESTS_SUPPORT_STORE_FAKE_H
#define TESTS_SUPPORT_STORE_FAKE_H

#include "store/store.h"

struct store_fake {
    struct store store;        /* First: a struct store is one of these. */
    enum verdict verdict;      /* Of every command. */
    bool late;                 /* Commands are complete when they are awaited, not before. */
    uint32_t submitted;        /* Commands so far. */
    struct store_command last; /* As it was submitted; what it points to may be gone. */
    struct bytes unknown;      /* For VERDICT_UNKNOWN_SKU. */
    struct bytes next;         /* Positions that every page gives. */
    struct bytes prev;
    struct stock_view *views; /* What every page or list shows. */
    uint32_t views_count;
};

/* A store that grants everything and holds nothing. It owns nothing either. */
void store_fake_init(struct store_fake *fake);

#endif
