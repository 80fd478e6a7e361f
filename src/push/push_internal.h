/* What the files of this folder share. */
#ifndef PUSH_PUSH_INTERNAL_H
#define PUSH_PUSH_INTERNAL_H

#include <pthread.h>

#include "base/map.h"
#include "base/metric.h"
#include "push/client.h"
#include "push/push.h"
#include "push/shop.h"
#include "push/transfer.h"
#include "wire/json.h"
#include "wire/reply.h"

struct push_metrics {
    struct metric_counter requests;
    struct metric_counter failures[PUSH_REASONS_COUNT];
    struct metric_counter skus_stored;
    struct metric_counter skus_stale;
    struct metric_counter skus_dropped;
};

/* `switch_lock` is held while a switch is kept, which is a commit, so that switches are kept in the
 * order in which they are decided, and while they are given; it comes first of all here, behind the
 * registry keeper's. `lock` guards everything from there to
 * `wake_lock`; the thread holds it but while it waits for sockets, or keeps a switch; it comes
 * before the locks of the store and of the source. `wake_lock` guards what is behind it, is taken
 * last of all locks and held for a moment only: the store's thread takes it. */
struct push {
    pthread_mutex_t switch_lock;

    pthread_mutex_t lock;
    struct push_settings settings;
    struct schedule_rules rules;
    struct client *client;
    struct shop **shops;
    uint32_t shops_count;
    uint32_t shops_max;
    uint32_t shops_rotor; /* Who is first when slots are given out. */
    struct map shop_by_campaign;
    struct map off; /* Campaigns that are switched off, also without a shop. */
    uint64_t version;
    bool version_known;
    struct transfer *transfers[PUSH_TRANSFERS_MAX]; /* Created when they are needed. */
    uint32_t transfers_busy;
    struct json_parser *parser;
    struct error_list errors;
    struct push_metrics metrics;
    pthread_t thread;
    bool running;
    bool stopping;

    pthread_mutex_t wake_lock;
    struct transfer *woken;
};

static inline int64_t push_now_us(const struct push *push)
{
    return push->settings.os->uptime_us(push->settings.os);
}

static inline int64_t push_now_ms(const struct push *push)
{
    return push->settings.os->now_ms(push->settings.os);
}

/* shops.c: brings the shops in line with the source when that has changed. */
void shops_follow(struct push *push);
void shops_destroy(struct push *push);
/* NULL: none. */
struct shop *shops_find(const struct push *push, int64_t campaign_id);
/* Keeps those that were switched off. The thread's; with the lock, which is let go meanwhile. */
void shops_keep_off(struct push *push);
/* The operator's: a shop is on again, durable when this returns; one that is on is hurried. Without
 * a lock. ERR_NOT_FOUND; ERR_FULL, ERR_MEMORY: the store has no room. */
MUST_USE enum err shops_enable(struct push *push, int64_t campaign_id);

/* asking.c: begins what can begin. */
void asking_begin(struct push *push);
/* Goes on with what the store has completed. */
void asking_take_woken(struct push *push);
/* Ends the transfers that the client is done with, and those that took too long. */
void asking_take_replies(struct push *push);
/* Breaks off what is under way for a shop, or for all (NULL). */
void asking_cancel(struct push *push, const struct shop *shop);
/* Microseconds until the thread has something to do by itself, at most `most_us`. */
int64_t asking_wait_us(const struct push *push, int64_t most_us);

/* Submits the transfer's command. False: it is not complete, and asking_take_woken() gets it. */
MUST_USE bool asking_run(struct push *push, struct transfer *transfer);

/* ending.c. Each but ending_settle() ends the transfer, and perhaps the wave of its shop. */

/* The batch was asked for, or had nothing to ask for. */
void ending_well(struct push *push, struct transfer *transfer);
/* Trouble of our own: the batch comes again, and nobody is blamed. */
void ending_in_trouble(struct push *push, struct transfer *transfer);
/* The shop did not answer well: the batch comes again. */
void ending_badly(struct push *push, struct transfer *transfer, enum push_reason reason,
                  const char *message);
/* The client is done with it; an answer is judged and stored, which may take longer. */
void ending_take_reply(struct push *push, struct transfer *transfer,
                       const struct push_reply *reply);
/* The store has completed the write of the answer. */
void ending_stored(struct push *push, struct transfer *transfer);
/* Ends the wave of a shop, and perhaps its round, when nothing of it is under way. */
void ending_settle(struct push *push, struct shop *shop);

#endif
