/* What somebody asks of the store, as the auditor keeps it: one deed is at most one record of the
 * journal, so it is there as a whole or not at all. SKUs, ids and texts live as long as the run. */
#ifndef TESTS_SIM_DEED_H
#define TESTS_SIM_DEED_H

#include "store/store.h"

enum deed_kind {
    DEED_PUT,
    DEED_MARK,
    DEED_COUNT,
    DEED_ORDER,
    DEED_EXPIRE, /* One order that was due. */
    DEED_DOCUMENT,
};

struct deed_item {
    struct bytes sku;
    int64_t count;
    int64_t moment_ms;
    enum stock_type type; /* Of DEED_COUNT. */
};

struct deed {
    enum deed_kind kind;
    int64_t shelf_id;
    const struct deed_item *items;
    uint32_t items_count;

    enum store_unknown policy; /* DEED_PUT */
    uint32_t set;              /* DEED_MARK */
    uint32_t clear;
    bool create;
    enum store_ties ties; /* DEED_COUNT */

    enum order_action action; /* DEED_ORDER */
    int64_t campaign_id;      /* DEED_ORDER, DEED_EXPIRE */
    struct bytes id;
    int64_t now_ms;
    int64_t expires_at_ms;

    struct bytes name; /* DEED_DOCUMENT */
    struct bytes content;
};

/* What the rules say comes of it. */
struct outcome {
    enum verdict verdict;
    bool changed; /* There is a record of it. */
    bool no_room; /* The book of orders is full. */
    uint32_t applied_count;
    uint32_t stale_count;
};

#endif
