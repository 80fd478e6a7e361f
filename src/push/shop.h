/* One shop: where it is, when it is asked, and which part of its SKUs comes next. The SKUs of a
 * round are asked for in batches, each named by the place on the shelf where it begins; what failed
 * waits as such a name and is read again, so that a shop of a million SKUs costs no memory. */
#ifndef PUSH_SHOP_H
#define PUSH_SHOP_H

#include "base/buffer.h"
#include "base/limits.h"
#include "push/failure.h"
#include "push/push.h"
#include "push/schedule.h"

enum { PUSH_MESSAGE_BYTES = 200 };

struct push_failure {
    enum push_reason reason; /* PUSH_FINE: there was none. */
    int64_t at_ms;
    char message[PUSH_MESSAGE_BYTES]; /* For people. No token in it. */
};

/* A part of the SKUs of a shop. Whoever holds it owns its position. */
struct batch {
    struct buffer position; /* Of the store; nothing: the start of the shelf. */
    uint32_t cells_count;   /* From there on. */
    uint32_t attempts;      /* That failed, in a row. */
    bool is_check;          /* One SKU, with a wrong token. */
    bool is_fresh;          /* Until its SKUs are read: its end is where the next one begins. */
    bool is_due;            /* While it waits: it may be tried in this wave. */
};

/* Invariant: transfers_count + waiting_count <= PUSH_TRANSFERS_PER_SHOP_MAX. */
struct shop {
    int64_t campaign_id;
    int64_t warehouse_id;
    int64_t shelf_id;
    int64_t period_us;
    struct buffer url; /* Of POST /stocks, without a token. */
    struct buffer token;
    bool token_in_query;
    bool is_listed; /* While the list of shops is read: it is still there. */

    struct schedule schedule;
    bool checked;         /* It refused a wrong token. */
    struct buffer cursor; /* Where the next fresh batch begins. */
    bool is_reading;      /* A fresh batch reads its SKUs: the cursor is about to move. */
    bool is_read_whole;   /* There is no next batch. */
    bool is_halted;       /* Nothing begins in the rest of this wave. */
    bool is_in_trouble;   /* Of our own: the store did not take or give. */
    bool has_answered;    /* A request of this round was answered well. */
    struct batch waiting[PUSH_TRANSFERS_PER_SHOP_MAX];
    uint32_t waiting_count;
    uint32_t transfers_count; /* Under way. */

    int64_t last_success_ms; /* 0: never. */
    struct push_failure last_failure;
    bool failure_told; /* In this wave. */
    bool off_unkept;   /* It was switched off, and the store does not know yet. */
    bool is_switched;  /* Another node switched it, and it was not brought in line yet. */
};

/* A shop without settings; NULL: no memory. */
MUST_USE struct shop *shop_create(int64_t campaign_id);
void shop_destroy(struct shop *shop);

/* Takes over settings. *moved: the shop has to be asked anew, from the check on. ERR_MEMORY. */
MUST_USE enum err shop_set(struct shop *shop, const struct push_shop *settings, bool *moved);

/* Forgets the round that is under way; its transfers are no longer the shop's. */
void shop_restart(struct shop *shop, bool on, int64_t now_us);

/* Begins a round or its next wave when its time has come. */
void shop_begin(struct shop *shop, int64_t now_us);

/* Gives the next batch that can be asked for now, and counts it as under way. False: there is none,
 * or no memory for it, which is trouble of our own. */
MUST_USE bool shop_take_batch(struct shop *shop, struct batch *batch);

/* A fresh batch knows where it ends: there the next one begins. No bytes: there is none. */
void shop_move(struct shop *shop, struct batch *batch, struct bytes next);

/* A batch is no longer under way, and does not come again. */
void shop_drop_batch(struct shop *shop, struct batch *batch);

/* A batch is no longer under way, and is repeated in the next wave. */
void shop_return_batch(struct shop *shop, struct batch *batch);

/* The wave is over: nothing is under way, and nothing can begin before the next one. */
bool shop_wave_is_over(const struct shop *shop);

/* Failures in a row of the batch that waits and has most of them; 0: none waits. */
uint32_t shop_failures(const struct shop *shop);

#endif
