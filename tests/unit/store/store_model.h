/* What the plain model of test_store_model.c knows of the store: every cell and every order. */
#ifndef TESTS_UNIT_STORE_STORE_MODEL_H
#define TESTS_UNIT_STORE_STORE_MODEL_H

#include "store_calls.h"

#include "../../support/chance.h"

enum {
    SHELVES = 3,
    SKUS = 12,
    CAMPAIGNS = 2,
    IDS = 12,
    STEPS = 12000,
    MARKS = 1 << STOCK_MARKS_COUNT,
    LINES_MAX = 4
};
#define NOW INT64_C(1700000000000)

static const int64_t shelf_ids[SHELVES] = {1, 2, (INT64_C(5) << 32) + 1};
static const char *const sku_texts[SKUS] = {"a", "b", "c", "d", "e", "f",
                                            "g", "h", "i", "j", "k", "l"};
static const char *const id_texts[IDS] = {"0", "1", "2", "3", "4",  "5",
                                          "6", "7", "8", "9", "10", "11"};

struct model_cell {
    bool known;
    bool numbered;
    int64_t available;
    int64_t reserved;
    int64_t unfit[4];
    int64_t moment;
    uint32_t marks;
    bool ordered;    /* Since a number was written… */
    int64_t written; /* …which was this. */
};

struct model_order {
    bool known;
    enum order_state state;
    int64_t created;
    int64_t changed;
    int64_t expires;
    int counts[SKUS]; /* 0: not ordered. */
};

struct model {
    struct model_cell cells[SHELVES][SKUS];
    struct model_order orders[SHELVES][CAMPAIGNS][IDS];
    struct store_world *world;
    struct os_sim *sim;
    struct chance chance;
    int64_t now;
};

#endif
