/* What holds for a command whatever store it goes to, and running one that may be waited for. */
#ifndef STORE_COMMAND_H
#define STORE_COMMAND_H

#include "store/store.h"

/* Whether it could change anything. */
bool command_changes(const struct store_command *command);

/* The ranges of an order command, which are its caller's to keep. */
void command_check_order(const struct store_order *request);

/* The state that ORDER_PACK, ORDER_SHIP or ORDER_CANCEL leads to. */
enum order_state command_state_after(enum order_action action);

/* Runs a command and returns when it is complete. Blocks: not in a thread that completes commands,
 * nor on a local store without threads. */
enum verdict command_run(struct store *store, struct store_command *command);

#endif
