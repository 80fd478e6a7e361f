/* The HTTP client that carries transfers: the only user of libcurl here, with failure.c. All of it
 * belongs to the thread of push, but for client_wake(). */
#ifndef PUSH_CLIENT_H
#define PUSH_CLIENT_H

#include "push/transfer.h"

struct client;

/* NULL: no memory. */
MUST_USE struct client *client_create(const struct push_settings *settings);
void client_destroy(struct client *client);

/* Sends exchange.body to the shop, with its token or with a wrong one. ERR_INVALID: the token
 * cannot be sent; ERR_MEMORY. */
MUST_USE enum err client_begin(struct client *client, struct transfer *transfer);

/* Takes a transfer back before its end. */
void client_cancel(struct client *client, struct transfer *transfer);

/* Ends the exchange for ever. Not while it is with the client. */
void client_forget(struct exchange *exchange);

/* Lets all transfers do what they can without waiting. */
void client_work(struct client *client);

/* Gives a transfer that has ended, and how; NULL: no further one has. */
struct transfer *client_end_one(struct client *client, struct push_reply *reply);

/* Waits until a transfer can go on, or client_wake(), or for `wait_us`. */
void client_wait(struct client *client, int64_t wait_us);

/* Ends the wait, or the next one. Any thread; does not block. */
void client_wake(struct client *client);

#endif
