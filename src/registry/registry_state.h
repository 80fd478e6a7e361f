/* Everything that is known at one time, or would be, and what a campaign sells from by it. For the
 * files of this folder. */
#ifndef REGISTRY_REGISTRY_STATE_H
#define REGISTRY_REGISTRY_STATE_H

#include <pthread.h>

#include "registry/registry.h"
#include "registry/registry_index.h"
#include "registry/registry_texts.h"

/* Invariants, once it is complete: 1. `document` passed registry_check().
 *             2. Every warehouse and group has a shelf of its own number, for ever, and so has
 *                every campaign that sells from the Market's warehouses, but for those of documents
 *                that an older stockd kept. */
struct registry_state {
    struct arena tables; /* Lists of the document, arrays of the index. */
    struct registry_document document;
    struct registry_index index;
    struct map token_by_hash; /* First bytes of the hash → index. */
};

/* Highest numbers that were given out. */
struct registry_numbers {
    int64_t shelf_id_last;
    int64_t market_number_last;
};

/* What a change keeps others from doing on a shelf: the value in `closed`, a set. */
enum { CLOSED_FOR_ALL = 1 << 0, CLOSED_FOR_COMMON_MARKS = 1 << 1 };

/* Two documents that lead to a change with moves from nothing: everything before it, and itself. */
struct registry_way {
    struct buffer before;
    struct buffer change;
};

/* A registry that was prepared and not yet committed. */
struct registry_candidate {
    struct registry_state *state;
    struct registry_numbers numbers;
    struct map closed; /* Shelf → set of CLOSED_*. */
    struct registry_text_block *texts;
    const struct registry_move *moves; /* Among the tables of `state`. */
    uint32_t moves_count;
    struct registry_way way; /* Where there are moves. */
};

/* In their order: whoever holds `known` takes no other. */
struct registry_locks {
    pthread_rwlock_t gate;  /* Read: commands on their way into the store. Write: a change begins
                               or takes effect. */
    pthread_rwlock_t known; /* Guards known, numbers, closed and version of the registry. */
};

struct registry {
    struct registry_locks *locks; /* Beside it, as a look-up changes nothing else. */
    struct registry_state *known;
    struct registry_numbers numbers;
    struct map closed;
    uint64_t version;
    /* The changer's alone. */
    struct registry_texts texts;
    struct registry_candidate *candidate; /* NULL: nothing is prepared. */
    const struct registry_move *moves;    /* Of the last change, while it is not finished. */
    uint32_t moves_count;
    struct registry_way way; /* To that change. */
};

/* NULL: no memory. */
MUST_USE struct registry_state *registry_state_create(void);
void registry_state_destroy(struct registry_state *state);

/* For a look-up; `registry` does not change until it is unlocked. */
void registry_lock(const struct registry *registry);
void registry_unlock(const struct registry *registry);

/* The campaign's warehouse; NULL: it has none. */
const struct registry_warehouse *campaign_warehouse(const struct registry_state *state,
                                                    const struct registry_campaign *campaign);

/* The group of a warehouse; NULL: it is in none. */
const struct registry_group *warehouse_group(const struct registry_state *state,
                                             const struct registry_warehouse *warehouse);

/* What a campaign sells from, and the shelf that is its own; 0: it has no number yet. */
int64_t campaign_stock_shelf(const struct registry_state *state,
                             const struct registry_campaign *campaign);
int64_t campaign_own_shelf(const struct registry_state *state,
                           const struct registry_campaign *campaign);

/* Key of a token in token_by_hash. */
int64_t token_key(const struct sha256 *hash);

/* Entries by id; NULL: there is none. */
const struct registry_campaign *state_campaign(const struct registry_state *state, int64_t id);
const struct registry_warehouse *state_warehouse(const struct registry_state *state, int64_t id);
const struct registry_market_warehouse *state_market_warehouse(const struct registry_state *state,
                                                               int64_t id);

#endif
