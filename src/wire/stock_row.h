/* One SKU of a campaign as GET campaigns/{campaignId}/stocks of the operator API shows it. */
#ifndef WIRE_STOCK_ROW_H
#define WIRE_STOCK_ROW_H

#include "base/buffer.h"
#include "base/stock.h"

struct stock_row {
    struct stock_view view; /* Its marks are not looked at. */
    uint32_t marks;         /* On all shelves of the campaign. */
};

/* Writes the object, and a comma in front of it unless it is the first of its list. */
void stock_row_encode(struct buffer *body, const struct stock_row *row);

#endif
