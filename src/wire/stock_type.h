/* Names of stock types (CONTRACT §12). */
#ifndef WIRE_STOCK_TYPE_H
#define WIRE_STOCK_TYPE_H

#include "base/error.h"
#include "base/stock.h"

/* `FIT`, `FREEZE`, … */
const char *stock_type_name(enum stock_type type);

/* False: no type has this name. */
MUST_USE bool stock_type_from_name(struct bytes name, enum stock_type *type);

#endif
