/* The way of a request: a slot is given out, SKUs are read from the store, the shop is asked. The
 * store may complete a command later; then the transfer waits and the thread goes on with others,
 * so neither a slow shop nor a slow disk holds up anybody else. ending.c has the rest of the way.
 */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

#include "base/hash.h"
#include "push/push_internal.h"
#include "wire/push_stocks.h"

enum {
    US_PER_MS = 1000,
    /* Connections that are made at once: each costs milliseconds of reading certificates, and all
     * have to stand within the second that they are given. */
    CONNECTING_MAX = 64,
};

/* A free transfer; NULL: none, or no memory. */
static struct transfer *transfer_take(struct push *push)
{
    if (push->transfers_busy == PUSH_TRANSFERS_MAX)
        return NULL;
    uint32_t index = 0;
    while (push->transfers[index] != NULL && push->transfers[index]->state != TRANSFER_FREE)
        index++;
    ASSERT(index < PUSH_TRANSFERS_MAX);
    if (push->transfers[index] == NULL)
        push->transfers[index] = transfer_create(push);
    return push->transfers[index];
}

static void on_wake(struct store_command *command)
{
    struct transfer *transfer =
        (struct transfer *)(void *)((char *)command - offsetof(struct transfer, command));
    struct push *push = transfer->push;
    pthread_mutex_lock(&push->wake_lock);
    transfer->woken_next = push->woken;
    push->woken = transfer;
    /* Within the lock: the thread may end, and the client with it, when it has seen this one. */
    client_wake(push->client);
    pthread_mutex_unlock(&push->wake_lock);
}

/* Submits the command; a write only while the shelf is the campaign's own. */
static bool submit(struct push *push, struct transfer *transfer)
{
    const struct push_source *source = &push->settings.source;
    struct store_command *command = &transfer->command;
    if (command->kind != STORE_PUT || source->enter == NULL)
        return store_submit(push->settings.store, command);
    if (!source->enter(source->context, transfer->shop->campaign_id, command->shelf_id)) {
        command->verdict = VERDICT_NO_ROOM;
        return true;
    }
    const bool complete = store_submit(push->settings.store, command);
    source->leave(source->context);
    return complete;
}

bool asking_run(struct push *push, struct transfer *transfer)
{
    if (submit(push, transfer))
        return true;
    store_await(push->settings.store, &transfer->command, on_wake);
    return false;
}

/* Sends what was read. */
static void ask(struct push *push, struct transfer *transfer)
{
    struct exchange *exchange = &transfer->exchange;
    uint64_t sku_bytes = 0;
    buffer_clear(&exchange->body);
    push_stocks_encode_begin(&exchange->body, transfer->shop->warehouse_id);
    for (uint32_t i = 0; i < transfer->keys_count; i++) {
        push_stocks_encode_sku(&exchange->body, transfer->keys[i].sku);
        sku_bytes += transfer->keys[i].sku.size;
    }
    push_stocks_encode_end(&exchange->body);
    /* Every character of a SKU may be escaped, with six bytes for one at worst; the rest of an
     * element has 120 bytes, and four times that when it is laid out for people. */
    exchange->answer_bytes_max = 4096 + 6 * sku_bytes + (size_t)512 * transfer->keys_count;
    const enum err error = client_begin(push->client, transfer);
    if (error == OK) {
        transfer->state = TRANSFER_SENT;
        metric_add(&push->metrics.requests, 1);
    } else if (error == ERR_INVALID) {
        ending_badly(push, transfer, PUSH_HTTP, "the token holds what cannot be sent");
    } else {
        ending_in_trouble(push, transfer);
    }
}

/* Takes the SKUs of a page, which stay in the arena; those that were taken out of the campaign are
 * not asked for. */
static void take_page(struct transfer *transfer)
{
    const struct store_command *command = &transfer->command;
    const uint32_t keys_max = transfer->batch.is_check ? 1 : (uint32_t)PUSH_SKUS_MAX;
    for (uint32_t i = 0; i < command->views_count && transfer->keys_count < keys_max; i++) {
        const struct stock_view *view = &command->views[i];
        if ((view->marks & STOCK_DELETED) != 0)
            continue;
        transfer->keys[transfer->keys_count++] =
            (struct stock_key){view->sku, bytes_hash(view->sku)};
    }
    transfer->cells_read += command->views_count;
}

/* Whether the batch needs no further page. */
static bool is_read(const struct transfer *transfer)
{
    if (transfer->command.page.next.size == 0)
        return true;
    return transfer->batch.is_check ? transfer->keys_count > 0
                                    : transfer->cells_read >= transfer->batch.cells_count;
}

/* All SKUs of the batch are known. */
static void end_reading(struct push *push, struct transfer *transfer)
{
    struct shop *shop = transfer->shop;
    if (transfer->batch.is_fresh) {
        transfer->batch.cells_count = transfer->cells_read;
        shop_move(shop, &transfer->batch, transfer->command.page.next);
    }
    if (transfer->keys_count > 0) {
        ask(push, transfer);
        return;
    }
    if (transfer->batch.is_check)
        shop->is_read_whole = true; /* An empty shelf: there is nothing to check with, or to ask. */
    ending_well(push, transfer);
}

/* Reads pages until the batch is whole or the store lets it wait. */
static void read_pages(struct push *push, struct transfer *transfer, bool complete)
{
    while (complete) {
        if (transfer->shop == NULL) {
            ending_well(push, transfer);
            return;
        }
        if (transfer->command.verdict != VERDICT_OK) {
            ending_in_trouble(push, transfer);
            return;
        }
        take_page(transfer);
        if (is_read(transfer)) {
            end_reading(push, transfer);
            return;
        }
        buffer_clear(&transfer->position);
        buffer_append(&transfer->position, transfer->command.page.next);
        if (transfer->position.failed) {
            ending_in_trouble(push, transfer);
            return;
        }
        if (transfer->keys_count == 0) /* A check may go over many pages. */
            arena_reset(&transfer->arena);
        const uint32_t left = transfer->batch.cells_count - transfer->cells_read;
        transfer->command.page.position = buffer_bytes(&transfer->position);
        transfer->command.page.limit =
            left < PAGE_LIMIT_MAX && !transfer->batch.is_check ? left : (uint32_t)PAGE_LIMIT_MAX;
        complete = asking_run(push, transfer);
    }
}

/* Begins with the next batch of a shop. False: it has none, or there is no slot for it. */
static bool begin_one(struct push *push, struct shop *shop)
{
    struct transfer *transfer = transfer_take(push);
    if (transfer == NULL || !shop_take_batch(shop, &transfer->batch))
        return false;
    push->transfers_busy++;
    transfer->state = TRANSFER_READS;
    transfer->shop = shop;
    transfer->keys_count = 0;
    transfer->cells_read = 0;
    const uint32_t wanted = transfer->batch.cells_count;
    /* All SKUs, also those without a number: this is how the first one comes. */
    transfer->command = (struct store_command){
        .kind = STORE_PAGE,
        .shelf_id = shop->shelf_id,
        .arena = &transfer->arena,
        .page = {.position = buffer_bytes(&transfer->batch.position),
                 .limit = wanted < PAGE_LIMIT_MAX ? wanted : (uint32_t)PAGE_LIMIT_MAX,
                 .filter = {.never_updated = true}},
    };
    read_pages(push, transfer, asking_run(push, transfer));
    return true;
}

static uint32_t connecting_count(const struct push *push)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < PUSH_TRANSFERS_MAX && push->transfers[i] != NULL; i++) {
        const struct transfer *transfer = push->transfers[i];
        count += transfer->state == TRANSFER_SENT && transfer->exchange.sent_us == 0;
    }
    return count;
}

/* Slots that are taken, and one for each shop that is being asked and has none: it may be between
 * two requests, and slots that others got meanwhile would add up. */
static uint32_t spoken_for(const struct push *push)
{
    uint32_t count = push->transfers_busy;
    for (uint32_t i = 0; i < push->shops_count; i++) {
        const struct shop *shop = push->shops[i];
        count += shop->schedule.phase == SCHEDULE_ASKS && shop->transfers_count == 0;
    }
    return count;
}

/* Slots are given out one a shop and a turn, and the next turn begins where this one ended. A shop
 * gets a second one only of the first half. */
void asking_begin(struct push *push)
{
    const int64_t now_us = push_now_us(push);
    for (uint32_t i = 0; i < push->shops_count; i++) {
        shop_begin(push->shops[i], now_us);
        ending_settle(push, push->shops[i]);
    }
    uint32_t taken = spoken_for(push);
    uint32_t connecting = connecting_count(push);
    uint32_t idle = 0; /* Shops in a row that got nothing. */
    while (idle < push->shops_count && connecting < CONNECTING_MAX) {
        push->shops_rotor = (push->shops_rotor + 1) % push->shops_count;
        struct shop *shop = push->shops[push->shops_rotor];
        const bool is_more = shop->transfers_count > 0;
        if ((!is_more || taken < PUSH_TRANSFERS_MAX / 2) && begin_one(push, shop)) {
            idle = 0;
            connecting++;
            taken += is_more;
        } else {
            idle++;
        }
    }
}

void asking_take_woken(struct push *push)
{
    pthread_mutex_lock(&push->wake_lock);
    struct transfer *transfer = push->woken;
    push->woken = NULL;
    pthread_mutex_unlock(&push->wake_lock);
    while (transfer != NULL) {
        struct transfer *next = transfer->woken_next;
        if (transfer->state == TRANSFER_STORES)
            ending_stored(push, transfer);
        else
            read_pages(push, transfer, true);
        transfer = next;
    }
}

/* When the shop has to have answered; 0: the request did not go out yet. */
static int64_t deadline_us(const struct push *push, const struct transfer *transfer)
{
    if (transfer->state != TRANSFER_SENT || transfer->exchange.sent_us == 0)
        return 0;
    return transfer->exchange.sent_us + push->settings.answer_timeout_ms * US_PER_MS;
}

void asking_take_replies(struct push *push)
{
    struct push_reply reply;
    for (struct transfer *transfer = client_end_one(push->client, &reply); transfer != NULL;
         transfer = client_end_one(push->client, &reply))
        ending_take_reply(push, transfer, &reply);
    const int64_t now_us = push_now_us(push);
    for (uint32_t i = 0; i < PUSH_TRANSFERS_MAX && push->transfers[i] != NULL; i++) {
        struct transfer *transfer = push->transfers[i];
        const int64_t due_us = deadline_us(push, transfer);
        if (due_us == 0 || due_us > now_us)
            continue;
        client_cancel(push->client, transfer);
        char message[PUSH_MESSAGE_BYTES];
        (void)snprintf(message, sizeof(message), "no whole answer within %" PRId64 " ms",
                       push->settings.answer_timeout_ms);
        ending_badly(push, transfer, PUSH_READ_TIMED_OUT, message);
    }
}

void asking_cancel(struct push *push, const struct shop *shop)
{
    for (uint32_t i = 0; i < PUSH_TRANSFERS_MAX && push->transfers[i] != NULL; i++) {
        struct transfer *transfer = push->transfers[i];
        if (transfer->shop == NULL || (shop != NULL && transfer->shop != shop))
            continue;
        transfer->shop->transfers_count--;
        transfer->shop = NULL;
        if (transfer->state != TRANSFER_SENT)
            continue; /* The store has it; its end comes by itself. */
        client_cancel(push->client, transfer);
        ending_well(push, transfer);
    }
}

int64_t asking_wait_us(const struct push *push, int64_t most_us)
{
    const int64_t now_us = push_now_us(push);
    int64_t due_us = now_us + most_us;
    for (uint32_t i = 0; i < push->shops_count; i++) {
        const struct schedule *schedule = &push->shops[i]->schedule;
        if (schedule->phase == SCHEDULE_WAITS && schedule->due_us < due_us)
            due_us = schedule->due_us;
    }
    for (uint32_t i = 0; i < PUSH_TRANSFERS_MAX && push->transfers[i] != NULL; i++) {
        const int64_t deadline = deadline_us(push, push->transfers[i]);
        if (deadline != 0 && deadline < due_us)
            due_us = deadline;
    }
    return due_us > now_us ? due_us - now_us : 0;
}
