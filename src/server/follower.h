/* Nodes over one database: what others change in the registry, and which shops they switch off or
 * on, this one takes over while it runs, twice a second, and at once when it is woken. The changes
 * come as documents, the same as at a start (documents.h). A change that another node began and
 * does not end, as it died or is stopped, is ended here. */
#ifndef SERVER_FOLLOWER_H
#define SERVER_FOLLOWER_H

#include "server/documents.h"
#include "server/store_kind.h"

struct follower;

struct follower_settings {
    struct os *os;
    struct documents *documents; /* With their keeper. */
    struct store *store;
    const struct store_kind *kind;
    int64_t patience_us; /* How long another node may take for what it began. */
};

/* Starts the thread. What the settings name is lent until follower_stop(). NULL: no memory, or no
 * thread. */
MUST_USE struct follower *follower_start(const struct follower_settings *settings);

/* Ends the thread, which may wait for the database's answer before. NULL is fine. */
void follower_stop(struct follower *follower);

#endif
