/* Brings the shops in line with what the source says, keeps their switches, and shows them. A
 * switch is kept by the store as a document, `10003 off` or `10003 on`: the last one of a campaign
 * counts. Nobody is told of one before it is kept, and who only wants to look does not wait. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/log.h"
#include "push/push_internal.h"

enum { SHOPS_MIN = 16, DOCUMENT_BYTES_MAX = 32, US_PER_MS = 1000 };

struct shop *shops_find(const struct push *push, int64_t campaign_id)
{
    const uint32_t index = map_get(&push->shop_by_campaign, campaign_id);
    return index == MAP_ABSENT ? NULL : push->shops[index];
}

static enum err shops_reserve(struct push *push)
{
    if (push->shops_count < push->shops_max)
        return OK;
    const uint32_t shops_max = push->shops_max == 0 ? (uint32_t)SHOPS_MIN : push->shops_max * 2;
    struct shop **shops = realloc(push->shops, shops_max * sizeof(struct shop *));
    if (shops == NULL)
        return ERR_MEMORY;
    push->shops = shops;
    push->shops_max = shops_max;
    return OK;
}

static struct shop *shop_add(struct push *push, int64_t campaign_id)
{
    struct shop *shop = shop_create(campaign_id);
    if (shop == NULL || shops_reserve(push) != OK ||
        map_set(&push->shop_by_campaign, campaign_id, push->shops_count) != OK) {
        shop_destroy(shop);
        return NULL;
    }
    push->shops[push->shops_count++] = shop;
    return shop;
}

static void shop_remove(struct push *push, uint32_t index)
{
    struct shop *shop = push->shops[index];
    struct shop *last = push->shops[--push->shops_count];
    asking_cancel(push, shop);
    push->shops[index] = last;
    if (last != shop) {
        const enum err error = map_set(&push->shop_by_campaign, last->campaign_id, index);
        ASSERT(error == OK); /* It replaces. */
    }
    map_remove(&push->shop_by_campaign, shop->campaign_id);
    shop_destroy(shop);
}

static bool is_off(const struct push *push, int64_t campaign_id)
{
    return map_get(&push->off, campaign_id) != MAP_ABSENT;
}

/* A reading of the source's list. */
struct following {
    struct push *push;
    bool failed; /* No memory. */
};

static void follow_shop(void *taker, const struct push_shop *settings)
{
    struct following *following = taker;
    struct push *push = following->push;
    const int64_t now_us = push_now_us(push);
    struct shop *shop = shops_find(push, settings->campaign_id);
    const bool is_new = shop == NULL;
    if (is_new)
        shop = shop_add(push, settings->campaign_id);
    bool moved = false;
    const int64_t period_us = is_new || shop == NULL ? 0 : shop->period_us;
    if (shop == NULL || shop_set(shop, settings, &moved) != OK) {
        following->failed = true;
        if (shop != NULL)
            shop->is_listed = !is_new; /* A new one without settings goes again. */
        return;
    }
    shop->is_listed = true;
    if (is_new || moved) {
        asking_cancel(push, shop);
        shop_restart(shop, !is_off(push, shop->campaign_id), now_us);
    } else if (shop->is_switched && !shop->off_unkept) {
        asking_cancel(push, shop);
        shop_restart(shop, !is_off(push, shop->campaign_id), now_us);
    } else if (shop->period_us != period_us) {
        schedule_change_period(&shop->schedule, now_us, shop->period_us);
    }
    shop->is_switched = false;
}

void shops_follow(struct push *push)
{
    const struct push_source *source = &push->settings.source;
    const uint64_t version = source->version(source->context);
    if (push->version_known && version == push->version)
        return;
    struct following following = {.push = push};
    const uint32_t count = push->shops_count;
    for (uint32_t i = 0; i < push->shops_count; i++)
        push->shops[i]->is_listed = false;
    source->list(source->context, follow_shop, &following);
    for (uint32_t i = push->shops_count; i > 0; i--) {
        if (!push->shops[i - 1]->is_listed &&
            (!following.failed || push->shops[i - 1]->url.size == 0))
            shop_remove(push, i - 1);
    }
    /* Without memory it is tried again; with it, changes since `version` are seen the next time. */
    push->version = version;
    push->version_known = !following.failed;
    if (following.failed) {
        log_line(LOG_WARN, "event=push_shops count=%" PRIu32 " problem='no memory for all'",
                 push->shops_count);
    } else if (push->shops_count != count) {
        log_line(LOG_INFO, "event=push_shops count=%" PRIu32, push->shops_count);
    }
}

void shops_destroy(struct push *push)
{
    for (uint32_t i = 0; i < push->shops_count; i++)
        shop_destroy(push->shops[i]);
    free(push->shops);
    map_deinit(&push->shop_by_campaign);
}

static enum err switch_set(struct push *push, int64_t campaign_id, bool off)
{
    if (off)
        return map_set(&push->off, campaign_id, 1);
    map_remove(&push->off, campaign_id);
    return OK;
}

static struct bytes switch_text(char text[DOCUMENT_BYTES_MAX], int64_t campaign_id, bool off)
{
    (void)snprintf(text, DOCUMENT_BYTES_MAX, "%" PRId64 " %s", campaign_id, off ? "off" : "on");
    return bytes_from_text(text);
}

/* Durable when this returns. With the switches' lock alone. */
static enum err switch_keep(struct push *push, int64_t campaign_id, bool off)
{
    char text[DOCUMENT_BYTES_MAX];
    return store_add_document(push->settings.store, BYTES(PUSH_DOCUMENT),
                              switch_text(text, campaign_id, off));
}

/* With the lock, which is let go. */
static void keep_off(struct push *push, struct shop *shop)
{
    pthread_mutex_unlock(&push->lock);
    pthread_mutex_lock(&push->switch_lock);
    pthread_mutex_lock(&push->lock);
    const bool unkept = shop->off_unkept; /* Else it was enabled in between. */
    enum err error = map_reserve(&push->off, 1);
    pthread_mutex_unlock(&push->lock);
    if (unkept && error == OK)
        error = switch_keep(push, shop->campaign_id, true);
    pthread_mutex_lock(&push->lock);
    if (unkept && error == OK) {
        error = switch_set(push, shop->campaign_id, true);
        ASSERT(error == OK); /* There is room: what is kept is known. */
    }
    shop->off_unkept = false;
    pthread_mutex_unlock(&push->switch_lock);
    if (error != OK) {
        log_line(LOG_WARN,
                 "event=push_off_not_kept campaign=%" PRId64
                 " problem='%s' meaning='it is on again "
                 "after a restart'",
                 shop->campaign_id, err_text(error));
    }
}

void shops_keep_off(struct push *push)
{
    for (uint32_t i = 0; i < push->shops_count;
         i++) { /* The thread alone adds and removes shops. */
        if (push->shops[i]->off_unkept)
            keep_off(push, push->shops[i]);
    }
}

/* With the lock. ERR_NOT_FOUND; *on: it was, and is hurried. */
static enum err enable_begin(struct push *push, int64_t campaign_id, bool *on)
{
    struct shop *shop = shops_find(push, campaign_id);
    if (shop == NULL)
        return ERR_NOT_FOUND;
    *on = shop->schedule.phase != SCHEDULE_OFF;
    if (*on)
        schedule_hurry(&shop->schedule, push_now_us(push));
    return OK;
}

/* With the lock: the switch is kept. The shop may be gone since. */
static void enable_end(struct push *push, int64_t campaign_id)
{
    const enum err error = switch_set(push, campaign_id, false);
    ASSERT(error == OK); /* It removes. */
    struct shop *shop = shops_find(push, campaign_id);
    if (shop != NULL && shop->schedule.phase == SCHEDULE_OFF) {
        shop->off_unkept = false;
        shop_restart(shop, true, push_now_us(push));
    }
    log_line(LOG_INFO, "event=push_on campaign=%" PRId64, campaign_id);
}

enum err shops_enable(struct push *push, int64_t campaign_id)
{
    bool on = false;
    pthread_mutex_lock(&push->switch_lock);
    pthread_mutex_lock(&push->lock);
    enum err error = enable_begin(push, campaign_id, &on);
    pthread_mutex_unlock(&push->lock);
    if (error == OK && !on)
        error = switch_keep(push, campaign_id, false);
    pthread_mutex_lock(&push->lock);
    if (error == OK && !on)
        enable_end(push, campaign_id);
    pthread_mutex_unlock(&push->lock);
    pthread_mutex_unlock(&push->switch_lock);
    return error;
}

enum err push_take_document(void *context, struct bytes name, struct bytes content)
{
    struct push *push = context;
    if (!bytes_equal(name, BYTES(PUSH_DOCUMENT)))
        return ERR_UNSUPPORTED;
    struct bytes number;
    const struct bytes word = bytes_split(content, ' ', &number);
    int64_t campaign_id = 0;
    const bool off = bytes_equal(word, BYTES("off"));
    if (!bytes_to_int64(number, &campaign_id) || (!off && !bytes_equal(word, BYTES("on"))))
        return ERR_CORRUPT;
    pthread_mutex_lock(&push->lock);
    const enum err error = switch_set(push, campaign_id, off);
    struct shop *shop = shops_find(push, campaign_id);
    if (shop != NULL) {
        shop->is_switched = true;
        push->version_known = false; /* The thread looks at all of them again. */
    }
    pthread_mutex_unlock(&push->lock);
    return error;
}

void push_hold(struct push *push)
{
    pthread_mutex_lock(&push->switch_lock);
}

void push_release(struct push *push)
{
    pthread_mutex_unlock(&push->switch_lock);
}

enum err push_give(struct push *push, const struct store_document_sink *sink)
{
    enum err error = OK;
    uint32_t place = 0;
    int64_t campaign_id = 0;
    pthread_mutex_lock(&push->lock);
    while (error == OK && map_next(&push->off, &place, &campaign_id)) {
        char text[DOCUMENT_BYTES_MAX];
        error =
            sink->take(sink->context, BYTES(PUSH_DOCUMENT), switch_text(text, campaign_id, true));
    }
    pthread_mutex_unlock(&push->lock);
    return error;
}

static int compare_shops(const void *left, const void *right)
{
    const int64_t a = ((const struct push_state *)left)->campaign_id;
    const int64_t b = ((const struct push_state *)right)->campaign_id;
    return (a > b) - (a < b);
}

/* A copy of two texts in the arena; no data when there is no memory. */
static struct bytes copy_texts(struct arena *arena, struct bytes first, struct bytes second)
{
    const size_t size = first.size + second.size;
    struct buffer copy = {arena_allocate(arena, size), 0, size, false};
    if (copy.data == NULL)
        return (struct bytes){NULL, 0};
    buffer_append(&copy, first);
    buffer_append(&copy, second);
    return buffer_bytes(&copy);
}

/* Adds the last failure: the code, and the reason with its words. False: no memory. */
static bool state_add_failure(struct push_state *state, const struct push_failure *failure,
                              struct arena *arena)
{
    if (failure->reason == PUSH_FINE)
        return true;
    char message[2 * PUSH_MESSAGE_BYTES];
    (void)snprintf(message, sizeof(message), "%s: ", push_reason_text(failure->reason));
    state->failed_ms = failure->at_ms;
    state->failure_code = bytes_from_text(push_reason_code(failure->reason));
    state->failure_message =
        copy_texts(arena, bytes_from_text(message), bytes_from_text(failure->message));
    return state->failure_message.data != NULL;
}

/* False: no memory. */
static bool state_of(const struct push *push, const struct shop *shop, struct arena *arena,
                     struct push_state *state)
{
    const struct schedule *schedule = &shop->schedule;
    *state = (struct push_state){
        .campaign_id = shop->campaign_id,
        .warehouse_id = shop->warehouse_id,
        .url = copy_texts(arena, buffer_bytes(&shop->url), (struct bytes){NULL, 0}),
        .on = schedule->phase != SCHEDULE_OFF || shop->off_unkept,
        .failures = schedule->failures,
        .last_success_ms = shop->last_success_ms,
    };
    if (schedule->phase == SCHEDULE_WAITS)
        state->next_ms = push_now_ms(push) + (schedule->due_us - push_now_us(push)) / US_PER_MS;
    return state->url.data != NULL && state_add_failure(state, &shop->last_failure, arena);
}

enum err push_list(void *context, struct arena *arena, struct push_state **shops,
                   uint32_t *shops_count)
{
    struct push *push = context;
    pthread_mutex_lock(&push->lock);
    *shops_count = push->shops_count;
    *shops = arena_allocate(arena, (push->shops_count + 1) * sizeof(**shops));
    bool complete = *shops != NULL;
    for (uint32_t i = 0; complete && i < push->shops_count; i++)
        complete = state_of(push, push->shops[i], arena, &(*shops)[i]);
    pthread_mutex_unlock(&push->lock);
    if (!complete)
        return ERR_MEMORY;
    qsort(*shops, *shops_count, sizeof(**shops), compare_shops);
    return OK;
}
