/* SKUs that were seen, with where: finds the same one again, and those that a person takes for the
 * same. 40 bytes a SKU of ten characters. One thread. */
#ifndef SHEET_SKU_INDEX_H
#define SHEET_SKU_INDEX_H

#include "base/buffer.h"

struct sku_index;

/* NULL: no memory. */
MUST_USE struct sku_index *sku_index_create(void);
void sku_index_destroy(struct sku_index *index);

enum sku_meeting {
    SKU_NEW,
    SKU_TWIN, /* Another one that looks like it was there. */
    SKU_SAME, /* It was there itself; nothing was added. */
};

struct sku_met {
    enum sku_meeting meeting;
    struct bytes sku; /* Of the earlier one: its text and position. Lives as long as the index. */
    uint64_t position;
};

/* Adds a SKU, unless it is there. ERR_FULL: more than SKU_INDEX_BYTES_MAX; ERR_MEMORY. */
MUST_USE enum err sku_index_add(struct sku_index *index, struct bytes sku, uint64_t position,
                                struct sku_met *met);

/* Whether a SKU is there. ERR_MEMORY: nobody knows. */
MUST_USE enum err sku_index_has(struct sku_index *index, struct bytes sku, bool *has);

/* All texts together: some 40 million usual SKUs. */
#define SKU_INDEX_BYTES_MAX (UINT64_C(1) << 30)

/* Appends the SKU as it is compared: without leading zeros, outer spaces and capital letters, Latin
 * letters for Cyrillic ones that look like them. Pure. */
void sku_fold(struct bytes sku, struct buffer *folded);

#endif
