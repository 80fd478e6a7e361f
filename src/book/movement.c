/* Balances and units stay within some 4 thousand million of zero, far from where sums overflow. */
#include "book/movement.h"

#include "base/limits.h"

const char *movement_word(enum movement_kind kind)
{
    switch (kind) {
    case MOVEMENT_RECEIVE:
        return "receive";
    case MOVEMENT_SELL:
        return "sell";
    case MOVEMENT_ORDER:
        return "order";
    case MOVEMENT_RETURN:
        return "return";
    case MOVEMENT_CORRECT:
        return "correct";
    case MOVEMENT_UNDO:
        return "undo";
    }
    return NULL;
}

static int64_t change_of(enum movement_kind kind, int64_t units, int64_t balance)
{
    switch (kind) {
    case MOVEMENT_RECEIVE:
    case MOVEMENT_RETURN:
        return units;
    case MOVEMENT_SELL:
    case MOVEMENT_ORDER:
    case MOVEMENT_UNDO:
        return -units;
    case MOVEMENT_CORRECT:
        return units - balance;
    }
    return 0;
}

enum movement_verdict movement_apply(enum movement_kind kind, int64_t units, int64_t balance,
                                     int64_t *change)
{
    *change = change_of(kind, units, balance);
    if (*change > 0 && balance + *change > STOCK_COUNT_MAX)
        return MOVEMENT_TOO_MANY;
    if (*change < 0 && balance + *change < 0)
        return MOVEMENT_BELOW_ZERO;
    return MOVEMENT_COUNTS;
}
