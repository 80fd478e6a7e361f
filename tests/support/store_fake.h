/* A store that does what the test says: it gives every command the same verdict, or that which a
 * function of the test gives, at once or later, and keeps what it was asked. */
#ifndef TESTS_SUPPORT_STORE_FAKE_H
#define TESTS_SUPPORT_STORE_FAKE_H

#include "store/store.h"

enum { STORE_FAKE_KEPT_MAX = 64 };

struct store_fake {
    struct store store;        /* First: a struct store is one of these. */
    enum verdict verdict;      /* Of every command. */
    bool late;                 /* Commands are complete when they are awaited, not before. */
    uint32_t submitted;        /* Commands so far. */
    struct store_command last; /* As it was submitted; what it points to may be gone. */

    /* What was submitted, the first STORE_FAKE_KEPT_MAX of it; like `last`, without results. */
    struct store_command kept[STORE_FAKE_KEPT_MAX];

    /* Where it is set, it answers instead of the members below: gives verdict and results. */
    void (*answer)(struct store_fake *fake, struct store_command *command);
    void *answer_context;

    struct bytes unknown; /* For VERDICT_UNKNOWN_SKU. */
    struct bytes next;    /* Positions that every page gives. */
    struct bytes prev;
    struct stock_view *views; /* What every page or list shows. */
    uint32_t views_count;
    struct bytes below_sku; /* For VERDICT_BELOW_RESERVED. */
    int64_t below_reserved;
    struct order_view order; /* What every order action shows. */
    struct order_shortage *shortages;
    uint32_t shortages_count;

    /* Operations that block: what they return, and how often and with what they were called. */
    enum err document_error;
    uint32_t documents;
    enum err copy_error;
    uint32_t shelf_copies;
    uint32_t mark_copies;
    int64_t copy_from_id; /* Of the last one. */
    int64_t copy_to_id;
    enum err totals_error;
    struct shelf_totals totals; /* Of every shelf. */
    int64_t totals_shelf_id;    /* Asked last. */
    int64_t totals_campaign_id;

    /* Lists of orders and histories: what was asked, and what answers; NULL: there is nothing. */
    struct store_orders orders_kept[STORE_FAKE_KEPT_MAX];
    uint32_t orders_asked;
    enum err (*orders_answer)(struct store_fake *fake, struct store_orders *orders);
    struct store_history history_kept[STORE_FAKE_KEPT_MAX];
    uint32_t history_asked;
    enum err (*history_answer)(struct store_fake *fake, struct store_history *history);
};

/* A store that grants everything and holds nothing. It owns nothing either. */
void store_fake_init(struct store_fake *fake);

#endif
