/* A batch takes a slot of its shop from the moment it is taken to the moment it is dropped,
 * whether it is under way or waits: that bounds both. */
#include "push/shop.h"

#include <stdlib.h>
#include <string.h>

enum { US_PER_MS = 1000 };

struct shop *shop_create(int64_t campaign_id)
{
    struct shop *shop = calloc(1, sizeof(*shop));
    if (shop != NULL)
        shop->campaign_id = campaign_id;
    return shop;
}

static void token_wipe(struct buffer *token)
{
    if (token->data != NULL)
        explicit_bzero(token->data, token->capacity);
    buffer_deinit(token);
}

static void batches_clear(struct shop *shop)
{
    for (uint32_t i = 0; i < shop->waiting_count; i++)
        buffer_deinit(&shop->waiting[i].position);
    shop->waiting_count = 0;
}

void shop_destroy(struct shop *shop)
{
    if (shop == NULL)
        return;
    ASSERT(shop->transfers_count == 0);
    batches_clear(shop);
    buffer_deinit(&shop->url);
    buffer_deinit(&shop->cursor);
    token_wipe(&shop->token);
    free(shop);
}

/* The address of POST /stocks below a base. */
static void url_append(struct buffer *url, struct bytes base)
{
    while (base.size > 0 && base.data[base.size - 1] == '/')
        base.size--;
    buffer_append(url, base);
    buffer_append(url, BYTES("/stocks"));
}

enum err shop_set(struct shop *shop, const struct push_shop *settings, bool *moved)
{
    struct buffer url;
    struct buffer token;
    buffer_init(&url);
    buffer_init(&token);
    url_append(&url, settings->url);
    if (url.failed || buffer_reserve(&token, settings->token.size + 1) != OK) {
        buffer_deinit(&url);
        return ERR_MEMORY;
    }
    buffer_append(&token, settings->token);
    *moved = shop->warehouse_id != settings->warehouse_id || shop->shelf_id != settings->shelf_id ||
             shop->token_in_query != settings->token_in_query ||
             !bytes_equal(buffer_bytes(&shop->url), buffer_bytes(&url)) ||
             !bytes_equal(buffer_bytes(&shop->token), buffer_bytes(&token));
    buffer_deinit(&shop->url);
    token_wipe(&shop->token);
    shop->url = url;
    shop->token = token;
    shop->warehouse_id = settings->warehouse_id;
    shop->shelf_id = settings->shelf_id;
    shop->period_us = settings->period_ms * US_PER_MS;
    shop->token_in_query = settings->token_in_query;
    return OK;
}

static void round_clear(struct shop *shop)
{
    batches_clear(shop);
    buffer_clear(&shop->cursor);
    shop->is_reading = false;
    shop->is_read_whole = false;
    shop->has_answered = false;
}

static void wave_clear(struct shop *shop)
{
    shop->is_halted = false;
    shop->is_in_trouble = false;
    shop->failure_told = false;
}

void shop_restart(struct shop *shop, bool on, int64_t now_us)
{
    ASSERT(shop->transfers_count == 0);
    round_clear(shop);
    wave_clear(shop);
    shop->checked = false;
    schedule_init(&shop->schedule, on, now_us);
}

void shop_begin(struct shop *shop, int64_t now_us)
{
    bool fresh = false;
    if (!schedule_begin(&shop->schedule, now_us, &fresh))
        return;
    if (fresh)
        round_clear(shop);
    wave_clear(shop);
    for (uint32_t i = 0; i < shop->waiting_count; i++)
        shop->waiting[i].is_due = true;
}

/* The first waiting batch that is due; waiting_count: none is. */
static uint32_t due_find(const struct shop *shop)
{
    uint32_t index = 0;
    while (index < shop->waiting_count && !shop->waiting[index].is_due)
        index++;
    return index;
}

/* Whether a batch that was not tried yet could be taken now. */
static bool has_new_batch(const struct shop *shop)
{
    if (shop->is_read_whole || shop->is_reading)
        return false;
    const uint32_t taken = shop->transfers_count + shop->waiting_count;
    return shop->checked ? taken < PUSH_TRANSFERS_PER_SHOP_MAX : taken == 0;
}

bool shop_take_batch(struct shop *shop, struct batch *batch)
{
    if (shop->schedule.phase != SCHEDULE_ASKS || shop->is_halted)
        return false;
    const uint32_t due = due_find(shop);
    if (due < shop->waiting_count) {
        *batch = shop->waiting[due];
        shop->waiting[due] = shop->waiting[--shop->waiting_count];
        shop->transfers_count++;
        return true;
    }
    if (!has_new_batch(shop))
        return false;
    *batch = (struct batch){
        .cells_count = PUSH_SKUS_MAX,
        .is_check = !shop->checked,
        .is_fresh = shop->checked,
    };
    buffer_init(&batch->position);
    if (shop->checked)
        buffer_append(&batch->position, buffer_bytes(&shop->cursor));
    if (batch->position.failed) {
        buffer_deinit(&batch->position);
        shop->is_halted = true;
        shop->is_in_trouble = true;
        return false;
    }
    shop->is_reading = shop->checked;
    shop->transfers_count++;
    return true;
}

void shop_move(struct shop *shop, struct batch *batch, struct bytes next)
{
    ASSERT(shop->is_reading && batch->is_fresh);
    batch->is_fresh = false;
    shop->is_reading = false;
    shop->is_read_whole = next.size == 0;
    buffer_clear(&shop->cursor);
    buffer_append(&shop->cursor, next);
    if (!shop->cursor.failed)
        return;
    shop->is_read_whole = true; /* No memory: the rest is asked for in the next period. */
    buffer_clear(&shop->cursor);
}

void shop_drop_batch(struct shop *shop, struct batch *batch)
{
    ASSERT(shop->transfers_count > 0);
    shop->transfers_count--;
    buffer_deinit(&batch->position);
}

void shop_return_batch(struct shop *shop, struct batch *batch)
{
    if (batch->is_fresh) { /* The cursor still stands where it begins. */
        shop->is_reading = false;
        shop_drop_batch(shop, batch);
        return;
    }
    ASSERT(shop->transfers_count > 0);
    shop->transfers_count--;
    batch->is_due = false;
    shop->waiting[shop->waiting_count++] = *batch;
    ASSERT(shop->transfers_count + shop->waiting_count <= PUSH_TRANSFERS_PER_SHOP_MAX);
}

bool shop_wave_is_over(const struct shop *shop)
{
    if (shop->schedule.phase != SCHEDULE_ASKS || shop->transfers_count > 0)
        return false;
    return shop->is_halted || (due_find(shop) == shop->waiting_count && !has_new_batch(shop));
}

uint32_t shop_failures(const struct shop *shop)
{
    uint32_t most = 0;
    for (uint32_t i = 0; i < shop->waiting_count; i++) {
        if (shop->waiting[i].attempts > most)
            most = shop->waiting[i].attempts;
    }
    return most;
}
