/* What an event does to a model of its shelf, and whether its answer is the right one. */
#ifndef TESTS_NODES_RULES_H
#define TESTS_NODES_RULES_H

#include "../sim/model.h"
#include "history.h"

struct complaint {
    char text[200];
};

/* Does the event. *changed: it changed something. False: the answer was another one; complaint says
 * how, and the model is of no use any more. */
bool rules_do(struct model *model, const struct event *event, int64_t stamped_from_ms,
              bool *changed, struct complaint *complaint);

/* Equal for equal models, however they came about. */
uint64_t rules_hash(const struct model *model);

#endif
