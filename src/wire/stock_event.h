/* One thing that happened to a SKU, as the operator API shows it in a history. */
#ifndef WIRE_STOCK_EVENT_H
#define WIRE_STOCK_EVENT_H

#include "base/buffer.h"
#include "base/stock.h"

/* Appends an element of a list. `warehouse_id`: where it happened; 0: that is not said. */
void stock_event_encode(struct buffer *body, const struct stock_event *event, int64_t warehouse_id);

#endif
