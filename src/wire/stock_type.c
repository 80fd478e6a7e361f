/* The names in one table. */
#include "wire/stock_type.h"

static const char *const names[STOCK_TYPES_COUNT] = {
    [STOCK_FIT] = "FIT",
    [STOCK_FREEZE] = "FREEZE",
    [STOCK_AVAILABLE] = "AVAILABLE",
    [STOCK_QUARANTINE] = "QUARANTINE",
    [STOCK_DEFECT] = "DEFECT",
    [STOCK_EXPIRED] = "EXPIRED",
    [STOCK_UTILIZATION] = "UTILIZATION",
};

const char *stock_type_name(enum stock_type type)
{
    ASSERT((int)type < STOCK_TYPES_COUNT);
    return names[type];
}

bool stock_type_from_name(struct bytes name, enum stock_type *type)
{
    for (int i = 0; i < STOCK_TYPES_COUNT; i++) {
        if (bytes_equal(name, bytes_from_text(names[i]))) {
            *type = (enum stock_type)i;
            return true;
        }
    }
    return false;
}
