/* The owners of the store's documents (DESIGN §2) brought together: the registry, the file that it
 * was read from, and push. */
#ifndef SERVER_DOCUMENTS_H
#define SERVER_DOCUMENTS_H

#include <pthread.h>

#include "push/push.h"
#include "server/registry_file.h"

struct documents {
    struct registry *registry;
    struct registry_file registry_file;
    struct push *push;
    struct registry_keeper *keeper; /* Set once there is a store; until then nothing is given. */

    pthread_mutex_t lock; /* Guards `woken`. */
    pthread_cond_t wake;
    bool woken; /* Whoever follows other nodes is to look at once. */
};

/* Makes the owners; documents_deinit() follows in any case. False: no memory. */
MUST_USE bool documents_init(struct documents *documents);

/* Ends them but for the keeper. */
void documents_deinit(struct documents *documents);

/* Holds back whatever would add documents, until the release: all of it waits meanwhile. With the
 * keeper. */
void documents_hold(struct documents *documents);
void documents_release(struct documents *documents);

/* Ends a wait that is under way, or else the next one; the store does it when this node missed a
 * document. Any thread; does not block. */
void documents_wake(struct documents *documents);

/* Returns when it is woken, or when the machine's uptime has come that far. One thread. */
void documents_wait(struct documents *documents, int64_t until_us);

/* What the store has to know of them. Documents are taken before requests are served, or with all
 * held. */
struct store_documents documents_of(struct documents *documents);

#endif
