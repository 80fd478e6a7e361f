/* Push, the Market's side (CONTRACT §3): asks shops for their stock, each once a period, and puts
 * what they answer into the store. A shop is asked for all SKUs of its shelf, also those that have
 * no number yet or are archived, and answers 0 for what it does not have (C28). Only cells that are
 * marked as deleted are left out: where a shelf is a group's, it has no such mark (C125). One
 * thread of its own does it all; the functions here may be called from any thread, but for create,
 * start and destroy, which are the creator's. */
#ifndef PUSH_PUSH_H
#define PUSH_PUSH_H

#include "base/arena.h"
#include "base/buffer.h"
#include "call/update_counts.h"
#include "store/store.h"
#include "wire/push_state.h"

struct push;

/* A shop that is to be asked. */
struct push_shop {
    int64_t campaign_id;
    int64_t warehouse_id; /* What requests and answers name. */
    int64_t shelf_id;     /* All its SKUs are asked for, and there the answers go. */
    int64_t period_ms;
    struct bytes url; /* Without the /stocks at its end. */
    struct bytes token;
    bool token_in_query; /* ?auth-token=… instead of the header Authorization. */
};

/* Takes one shop; lends for the call. */
typedef void push_take_shop(void *taker, const struct push_shop *shop);

/* Who knows the shops. All functions are called from the thread of push with its lock held, so
 * they may not call push. */
struct push_source {
    void *context;
    /* Another number whenever list() would say something else. Asked twice a second. */
    uint64_t (*version)(void *context);
    /* Calls `take` for each shop that is to be asked now; campaigns are distinct. */
    void (*list)(void *context, push_take_shop *take, void *taker);
    /* Asked before a write of this campaign is submitted: whether the shelf is still its own. True:
     * leave() follows at once, and until then it stays so. NULL: it always is. */
    bool (*enter)(void *context, int64_t campaign_id, int64_t shelf_id);
    void (*leave)(void *context);
};

struct push_settings {
    struct os *os;
    struct store *store;
    struct push_source source;
    struct update_counts *update_counts; /* Hears of each update; NULL: nobody does. */
    const char *ca_file;                 /* Certificates to trust, PEM; NULL: the system's. */
    int64_t connect_timeout_ms;          /* 1000 */
    int64_t answer_timeout_ms;           /* 27000, from the moment the request went out. */
    int64_t retry_ms;            /* 60000: waits are none, this, twice this, four times this. */
    uint32_t failures_max;       /* 5 */
    int64_t future_tolerance_ms; /* C10, C30. */
    int64_t past_tolerance_ms;   /* C30; negative: no bound. */
};

/* A push that does not run yet, so that documents can be taken before. NULL: no memory. */
MUST_USE struct push *push_create(void);

/* Takes a kept document of that name (struct store_documents). Before the start, or while switches
 * are held. */
#define PUSH_DOCUMENT "push"
MUST_USE enum err push_take_document(void *context, struct bytes name, struct bytes content);

/* Holds switches back until the release, and gives them in between. Whoever switches a shop waits
 * meanwhile, whoever only asks does not. The error is the sink's. */
void push_hold(struct push *push);
void push_release(struct push *push);
MUST_USE enum err push_give(struct push *push, const struct store_document_sink *sink);

/* Starts the thread. Texts and what the settings point to are lent for push's life. ERR_MEMORY. */
MUST_USE enum err push_start(struct push *push, const struct push_settings *settings);

/* Breaks off what is under way, ends the thread if it was started, and frees. Before the store is
 * closed. */
void push_destroy(struct push *push);

/* Switches a shop on again and asks it at once; durable when this returns. Blocks for a commit.
 * ERR_NOT_FOUND: push does not know the campaign; ERR_FULL, ERR_MEMORY: the store has no room. The
 * `context` of this and the following functions is the push. */
MUST_USE enum err push_enable(void *context, int64_t campaign_id);

/* Asks a shop at once. ERR_NOT_FOUND; ERR_DENIED: it is off. */
MUST_USE enum err push_ask(void *context, int64_t campaign_id);

/* Gives the state of all shops, by campaign. last_success_ms is that of a whole round, and begins
 * anew with each start; next_ms is 0 while a shop is being asked. Off is told once it is kept. Does
 * not wait for the disk. In the arena. ERR_MEMORY. */
MUST_USE enum err push_list(void *context, struct arena *arena, struct push_state **shops,
                            uint32_t *shops_count);

/* Writes push's figures for /metrics. */
void push_write_metrics(void *context, struct buffer *page);

#endif
