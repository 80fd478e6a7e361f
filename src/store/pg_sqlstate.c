/* The table. A class stands behind the states of it that differ. */
#include "store/pg_sqlstate.h"

#include <stddef.h>
#include <string.h>

struct rule {
    const char *prefix;
    enum pg_advice advice;
    bool is_undone; /* It says that nothing was done. */
};

/* clang-format off */
static const struct rule rules[] = {
    {"08",    PG_ADVICE_AGAIN,     false}, /* Behind the server: a worker of Citus is down. */
    {"25006", PG_ADVICE_ELSEWHERE, true},  /* The server became a standby. */
    {"26000", PG_ADVICE_ELSEWHERE, true},  /* Somebody between us lost what was prepared. */
    {"40003", PG_ADVICE_AGAIN,     false}, /* Outcome unknown. */
    {"40",    PG_ADVICE_AGAIN,     true},  /* Serialization failure, deadlock. */
    {"53",    PG_ADVICE_ALARM,     false}, /* Out of disk, memory or connections. */
    {"55P03", PG_ADVICE_AGAIN,     true},  /* A lock was not to be had in the server's time. */
    {"57014", PG_ADVICE_LATER,     false}, /* Cancelled: the server's own limit, or a person. */
    {"57P",   PG_ADVICE_ELSEWHERE, false}, /* Shut down, crashed, starting, idle for too long. */
    {"58",    PG_ADVICE_ALARM,     false}, /* Its disk fails. */
};
/* clang-format on */

/* NULL: a state that has none. */
static const struct rule *rule_of(const char *state)
{
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        if (strncmp(state, rules[i].prefix, strlen(rules[i].prefix)) == 0)
            return &rules[i];
    }
    return NULL;
}

enum pg_advice pg_sqlstate_advice(const char *state, bool connection_is_good)
{
    const struct rule *rule = rule_of(state);
    const enum pg_advice advice = rule == NULL ? PG_ADVICE_NEVER : rule->advice;
    if (state[0] == '\0' || (!connection_is_good && advice == PG_ADVICE_AGAIN))
        return PG_ADVICE_ELSEWHERE;
    return advice;
}

bool pg_sqlstate_is_undone(const char *state)
{
    const struct rule *rule = rule_of(state);
    return rule != NULL && rule->is_undone;
}
