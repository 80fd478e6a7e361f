/* One store as GET stores of the operator API shows it. */
#ifndef WIRE_STORE_ROW_H
#define WIRE_STORE_ROW_H

#include "base/buffer.h"
#include "wire/registry_document.h"

struct store_row_warehouse {
    int64_t id;
    struct bytes name;
};

struct store_row {
    int64_t campaign_id;
    int64_t business_id;
    struct bytes business_name;
    struct bytes domain;
    enum placement placement;
    enum availability availability;
    const struct store_row_warehouse *warehouses;
    uint32_t warehouses_count;
    int64_t group_id; /* 0: none. */
    struct bytes group_name;
    bool counted; /* Else numbers are left out. */
    int64_t counted_at_ms;
    uint64_t skus;
    uint64_t available;
    uint64_t reserved;
    uint64_t unfit;
    uint64_t hidden;
    int64_t updated_at_ms; /* STOCK_NEVER_UPDATED: left out. */
    const uint32_t *updates;
    uint32_t updates_count;
};

/* Writes the object, and a comma in front of it unless it is the first of its list. */
void store_row_encode(struct buffer *body, const struct store_row *row);

#endif
