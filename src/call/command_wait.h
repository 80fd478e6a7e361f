/* Store commands from a thread that may wait for them: what is done behind a request's back, or
 * takes many commands. Handlers of requests run theirs through call.h. */
#ifndef CALL_COMMAND_WAIT_H
#define CALL_COMMAND_WAIT_H

#include "registry/registry.h"
#include "store/store.h"

struct command_waiter;

/* A command that is waited for. */
struct waited_command {
    struct store_command command; /* First: wake() gets it. */
    struct command_waiter *waiter;
};

/* Runs commands that only read, all of them at once, and returns when each is complete. Each has an
 * arena of its own. What the store has no room for is asked again, for two seconds: ERR_BUSY. The
 * order of `commands` is not what it was. */
MUST_USE enum err commands_ask(struct store *store, struct os *os, struct waited_command **commands,
                               uint32_t commands_count);

/* Runs a command that changes a shelf of the campaign, kept apart from changes of the registry
 * (registry_enter). VERDICT_NO_ROOM also when the shelf is none of the campaign's, or is just being
 * carried away. */
void command_wait_changing(struct store *store, const struct registry *registry,
                           int64_t campaign_id, struct store_command *command);

#endif
