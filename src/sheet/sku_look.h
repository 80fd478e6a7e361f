/* What a person would not see in a SKU, and in which way two that look the same differ. Pure. */
#ifndef SHEET_SKU_LOOK_H
#define SHEET_SKU_LOOK_H

#include "base/buffer.h"
#include "sheet/finding.h"

/* Whether a spreadsheet seems to have made it of something else: 1.23E+10, 557722.0,
 * 2025-05-12 00:00:00, #N/A. `sku` is not empty. */
bool sku_is_rewritten(struct bytes sku);

/* Spaces without a width or of another one, TABs, several in a row. */
bool sku_has_odd_spaces(struct bytes sku);

/* Whether it is written in Latin letters, but for some Cyrillic ones that look like them. */
bool sku_mixes_letters(struct bytes sku);

/* Of two SKUs with one sku_fold(): the one way in which they differ, or FINDING_TWIN_SEVERAL. The
 * buffers are for the work. */
enum finding sku_twin_way(struct bytes left, struct bytes right, struct buffer *scratch,
                          struct buffer *other);

#endif
