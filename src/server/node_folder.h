/* The data folder of a node whose store is elsewhere. It holds what is this node's own, and is
 * locked as the local store locks its own. A file in it says what it is, so that a start without
 * --store does not take it for that of a store which lost everything. */
#ifndef SERVER_NODE_FOLDER_H
#define SERVER_NODE_FOLDER_H

#include "os/os.h"

enum { NODE_FOLDER_PROBLEM_BYTES = 512 };

struct node_folder {
    struct os *os;
    struct os_file *lock; /* NULL: not open. */
};

/* Makes the folder if need be, and locks it. False: `problem` says why not. node_folder_close()
 * follows in any case. */
MUST_USE bool node_folder_open(struct node_folder *folder, struct os *os, const char *path,
                               char problem[NODE_FOLDER_PROBLEM_BYTES]);
void node_folder_close(struct node_folder *folder);

/* Whether a node with a store elsewhere used the folder. */
bool node_folder_is_there(struct os *os, const char *path);

/* Whether a local store did. */
bool node_folder_has_journal(struct os *os, const char *path);

#endif
