/* Is there an order of the events of a shelf, one after the other, that explains every answer? Each
 * event stands between its begin and its end, and the rules are those of the simulator's auditor
 * (tests/sim/model.h), which shares no code with the service. If there is one, nothing that was
 * acknowledged is missing, nothing is half there, the last moment won, units neither appeared nor
 * vanished, and repeats changed nothing. */
#ifndef TESTS_NODES_SEARCH_H
#define TESTS_NODES_SEARCH_H

#include "history.h"

enum finding { FINDING_SOUND, FINDING_UNEXPLAINED, FINDING_TOO_HARD };

struct report {
    uint64_t states_count;    /* That were looked at. */
    uint32_t explained_count; /* Events that must be, in the best attempt. */
    uint32_t must_count;
    char text[2000]; /* What could not come next there, and why. */
};

enum finding search_shelf(const struct history_shelf *shelf, int64_t stamped_from_ms,
                          struct report *report);

#endif
