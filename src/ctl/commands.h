/* The subcommands of stockctl, each of them at the end of the file that runs it. */
#ifndef CTL_COMMANDS_H
#define CTL_COMMANDS_H

#include "ctl/command.h"

extern const struct command admin_copy_command; /* admin_copy.c: carries a whole store. */
extern const struct command diff_command;       /* diff.c: what a push would change. */
extern const struct command verify_command;    /* verify.c: whether a store has what it was sent. */
extern const struct command check_command;     /* check.c: looks at a file of leftovers. */
extern const struct command changes_command;   /* changes.c: what happened to a SKU. */
extern const struct command campaigns_command; /* campaigns.c: stores of the token. */
extern const struct command completion_command;    /* completion.c: scripts for shells. */
extern const struct command hidden_command;        /* hidden.c: hidden offers of a store. */
extern const struct command hide_command;          /* hide.c: hides offers. */
extern const struct command orders_cancel_command; /* orders.c: orders, for an operator. */
extern const struct command orders_list_command;
extern const struct command orders_make_command;
extern const struct command orders_pack_command;
extern const struct command orders_ship_command;
extern const struct command orders_show_command;
extern const struct command pull_command; /* pull.c: writes all stock of a store as CSV. */
extern const struct command push_command; /* push.c: sends a file of leftovers to a store. */
extern const struct command registry_apply_command; /* registry.c: the registry, the same. */
extern const struct command registry_diff_command;
extern const struct command registry_show_command;
extern const struct command requests_command;      /* requests.c: the query log, the same. */
extern const struct command serve_command;         /* serve.c: is a shop that the Market asks. */
extern const struct command token_command;         /* token.c: what the token may do. */
extern const struct command tokens_create_command; /* tokens.c: tokens, for an operator. */
extern const struct command tokens_list_command;
extern const struct command tokens_revoke_command;
extern const struct command unhide_command;        /* hide.c: shows them again. */
extern const struct command warehouse_off_command; /* warehouses.c: a store's switch. */
extern const struct command warehouse_on_command;
extern const struct command warehouses_command;   /* warehouses.c: warehouses and groups. */
extern const struct command plan_command;         /* plan_command.c: how long a push takes. */
extern const struct command move_receive_command; /* move.c: what came and went. */
extern const struct command move_sell_command;
extern const struct command move_order_command;
extern const struct command move_return_command;
extern const struct command move_correct_command;
extern const struct command move_undo_command;
extern const struct command balance_command; /* balance.c: what the ledger says. */
extern const struct command history_command;
extern const struct command watch_command; /* watch.c: pushes whenever something changes. */

#endif
