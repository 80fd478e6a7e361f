/* The thread: follows the source, begins what is due, takes what has ended, and waits for sockets,
 * for the store, or for the next moment. It holds the lock but while it waits, or keeps a switch.
 */
#include "push/push.h"

#include <inttypes.h>
#include <stdlib.h>

#include "os/log.h"
#include "push/push_internal.h"

enum { TICK_US = 500 * 1000, US_PER_MS = 1000 };

struct push *push_create(void)
{
    struct push *push = calloc(1, sizeof(*push));
    if (push == NULL)
        return NULL;
    pthread_mutex_init(&push->switch_lock, NULL);
    pthread_mutex_init(&push->lock, NULL);
    pthread_mutex_init(&push->wake_lock, NULL);
    map_init(&push->shop_by_campaign);
    map_init(&push->off);
    error_list_init(&push->errors);
    return push;
}

/* Whether the store still has commands of ours, which it will wake. */
static bool store_is_busy(const struct push *push)
{
    return push->transfers_busy > 0;
}

static void *push_run(void *context)
{
    struct push *push = context;
    pthread_mutex_lock(&push->lock);
    while (!push->stopping || store_is_busy(push)) {
        client_work(push->client);
        asking_take_replies(push);
        asking_take_woken(push);
        shops_keep_off(push); /* Before a shop may be removed. */
        if (push->stopping) {
            asking_cancel(push, NULL);
        } else {
            shops_follow(push);
            asking_begin(push); /* Last, as what has ended may let others begin. */
        }
        const int64_t wait_us = asking_wait_us(push, TICK_US);
        pthread_mutex_unlock(&push->lock);
        client_wait(push->client, wait_us);
        pthread_mutex_lock(&push->lock);
    }
    shops_keep_off(push);
    pthread_mutex_unlock(&push->lock);
    return NULL;
}

enum err push_start(struct push *push, const struct push_settings *settings)
{
    ASSERT(!push->running && settings->failures_max > 0);
    push->settings = *settings;
    push->rules = (struct schedule_rules){
        .retry_us = settings->retry_ms * US_PER_MS,
        .failures_max = settings->failures_max,
    };
    push->parser = json_parser_create();
    push->client = client_create(&push->settings);
    if (push->parser == NULL || push->client == NULL ||
        pthread_create(&push->thread, NULL, push_run, push) != 0)
        return ERR_MEMORY;
    push->running = true;
    return OK;
}

void push_destroy(struct push *push)
{
    if (push == NULL)
        return;
    if (push->running) {
        pthread_mutex_lock(&push->lock);
        push->stopping = true;
        client_wake(push->client);
        pthread_mutex_unlock(&push->lock);
        (void)pthread_join(push->thread, NULL);
    }
    pthread_mutex_lock(&push->wake_lock); /* Whoever woke the thread last is done with it. */
    pthread_mutex_unlock(&push->wake_lock);
    for (uint32_t i = 0; i < PUSH_TRANSFERS_MAX; i++)
        transfer_destroy(push->transfers[i]);
    client_destroy(push->client);
    shops_destroy(push);
    map_deinit(&push->off);
    json_parser_destroy(push->parser);
    error_list_deinit(&push->errors);
    pthread_mutex_destroy(&push->wake_lock);
    pthread_mutex_destroy(&push->lock);
    pthread_mutex_destroy(&push->switch_lock);
    free(push);
}

enum err push_enable(void *context, int64_t campaign_id)
{
    struct push *push = context;
    const enum err error = shops_enable(push, campaign_id);
    if (error == OK)
        client_wake(push->client);
    return error;
}

enum err push_ask(void *context, int64_t campaign_id)
{
    struct push *push = context;
    enum err error = OK;
    pthread_mutex_lock(&push->lock);
    struct shop *shop = shops_find(push, campaign_id);
    if (shop == NULL)
        error = ERR_NOT_FOUND;
    else if (shop->schedule.phase == SCHEDULE_OFF)
        error = ERR_DENIED;
    if (error == OK) {
        schedule_hurry(&shop->schedule, push_now_us(push));
        client_wake(push->client);
    }
    pthread_mutex_unlock(&push->lock);
    return error;
}
