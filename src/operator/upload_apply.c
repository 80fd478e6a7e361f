/* Batches of as many SKUs as a request of the public API may have, one after another: each is all
 * or nothing, so whenever this ends the store has whole batches, and the same file sends the rest.
 * A number that came to the store after the file did is newer, and stays. The campaign is looked up
 * for each batch: what it sells from may change meanwhile. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "call/command_wait.h"
#include "operator/upload.h"
#include "os/log.h"

enum {
    PATIENCE_TRIES = 60,   /* Of a store that has no room, */
    TRY_PAUSE_US = 500000, /* and how long between two. */
    REFUSED_TEXT_BYTES = 100,
};

/* A batch on its way. */
struct batch {
    struct store_command command;
    struct arena arena;         /* SKUs, */
    struct arena command_arena; /* and what commands give. */
    struct stock_write items[PUT_SKUS_MAX];
    struct stock_key keys[PUT_SKUS_MAX];
    uint32_t items_count;
    uint32_t taken_count; /* Changes that it stands for; of them, items_count are left. */
    uint64_t position_behind;
    struct stock_cause cause;
};

static bool is_stopped(struct upload *upload)
{
    pthread_mutex_lock(&upload->lock);
    const bool stopped = upload->is_stopped;
    pthread_mutex_unlock(&upload->lock);
    return stopped;
}

/* Takes the next changes from the plan. */
static enum err batch_fill(struct batch *batch, struct upload_walk *walk)
{
    batch->items_count = 0;
    arena_reset(&batch->arena);
    while (batch->items_count < PUT_SKUS_MAX && !upload_walk_is_over(walk)) {
        struct upload_change change;
        const enum err error = upload_walk_next(walk, &change);
        if (error != OK)
            return error;
        uint8_t *copy = arena_allocate(&batch->arena, change.sku.size);
        if (copy == NULL)
            return ERR_MEMORY;
        memcpy(copy, change.sku.data, change.sku.size);
        const struct bytes sku = {copy, change.sku.size};
        const struct stock_key key = {sku, bytes_hash(sku)};
        batch->items[batch->items_count++] =
            (struct stock_write){key, change.after, change.updated_at_ms};
    }
    batch->taken_count = batch->items_count;
    batch->position_behind = walk->position;
    return OK;
}

/* Runs a command until the store had room for it. False: it had none for too long, or the upload
 * was stopped. */
static bool run(struct upload *upload, struct batch *batch, const struct store_command *command)
{
    const struct upload_settings *settings = upload->settings;
    for (int tries = 0; tries < PATIENCE_TRIES; tries++) {
        if (is_stopped(upload))
            break;
        if (tries > 0)
            settings->os->pause(settings->os, TRY_PAUSE_US);
        arena_reset(&batch->command_arena);
        batch->command = *command;
        batch->command.arena = &batch->command_arena;
        batch->command.cause = batch->cause;
        command_wait_changing(settings->store, settings->registry, upload->campaign_id,
                              &batch->command);
        if (batch->command.verdict != VERDICT_NO_ROOM)
            return true;
    }
    return false;
}

/* A number brings back what was deleted from the campaign. The store sees to it on the shelf that
 * is written; the mark of a member of a group stands on its own. It comes first: what the number
 * would not change any more is not sent again. */
static bool bring_back(struct upload *upload, struct batch *batch,
                       const struct campaign_facts *campaign)
{
    if (campaign->own_shelf_id == campaign->shelf_id)
        return true;
    for (uint32_t i = 0; i < batch->items_count; i++)
        batch->keys[i] = batch->items[i].key;
    const struct store_command command = {
        .kind = STORE_MARK,
        .shelf_id = campaign->own_shelf_id,
        .mark = {.keys = batch->keys, .keys_count = batch->items_count, .clear = STOCK_DELETED},
    };
    return run(upload, batch, &command);
}

/* The store does not know a SKU any more, and takes none that it does not know: leaves it out. */
static void item_refuse(struct upload *upload, struct batch *batch, struct bytes sku,
                        int64_t warehouse_id)
{
    char text[REFUSED_TEXT_BYTES];
    (void)snprintf(text, sizeof(text), "Unknown shop-sku for warehouse '%" PRId64 "'",
                   warehouse_id);
    uint32_t at = 0;
    while (at < batch->items_count && !bytes_equal(batch->items[at].key.sku, sku))
        at++;
    ASSERT(at < batch->items_count);
    pthread_mutex_lock(&upload->lock);
    if (upload->refused_count++ < UPLOAD_REFUSED_SHOWN)
        upload_refused_encode(&upload->refused, sku, text);
    pthread_mutex_unlock(&upload->lock);
    batch->items[at] = batch->items[--batch->items_count];
}

static bool put(struct upload *upload, struct batch *batch, const struct campaign_facts *campaign)
{
    while (batch->items_count > 0) {
        const struct store_command command = {
            .kind = STORE_PUT,
            .shelf_id = campaign->shelf_id,
            .put = {.items = batch->items,
                    .items_count = batch->items_count,
                    .unknown_policy = upload->settings->unknown_sku},
        };
        if (!run(upload, batch, &command))
            return false;
        const struct store_command *done = &batch->command;
        if (done->verdict == VERDICT_OK)
            return true;
        ASSERT(done->verdict == VERDICT_UNKNOWN_SKU);
        item_refuse(upload, batch, done->put.unknown, campaign->warehouse_id);
    }
    batch->command.put.stale_count = 0;
    return true;
}

/* The whole batch is in the store. */
static void batch_count(struct upload *upload, const struct batch *batch)
{
    pthread_mutex_lock(&upload->lock);
    upload->done += batch->taken_count;
    upload->stale += batch->command.put.stale_count;
    upload->position = batch->position_behind;
    pthread_mutex_unlock(&upload->lock);
}

/* Sends a batch. NULL, or why it was not sent. */
static const char *batch_send(struct upload *upload, struct batch *batch)
{
    struct campaign_facts campaign;
    if (is_stopped(upload))
        return "it was stopped";
    if (!registry_find_campaign(upload->settings->registry, upload->campaign_id, &campaign))
        return "the campaign was removed";
    if ((PLACEMENTS_OF_SELLERS & 1U << campaign.placement) == 0)
        return "the campaign sells from the Market's warehouses now";
    batch->cause.at_ms = upload->settings->os->now_ms(upload->settings->os);
    if (bring_back(upload, batch, &campaign) && put(upload, batch, &campaign)) {
        batch_count(upload, batch);
        return NULL;
    }
    return "the store has no room, or what the campaign sells from is being moved; what was done "
           "stays, and applying again goes on there";
}

/* NULL, or why not all of it was sent. */
static const char *apply_rest(struct upload *upload, struct batch *batch)
{
    struct upload_walk walk;
    const char *problem = NULL;
    enum err error = upload_walk_begin(&walk, &upload->plan, upload->position) ? OK : ERR_CORRUPT;
    while (error == OK && problem == NULL && !upload_walk_is_over(&walk)) {
        error = batch_fill(batch, &walk);
        if (error == OK)
            problem = batch_send(upload, batch);
    }
    upload_walk_end(&walk);
    if (error == OK)
        return problem;
    return error == ERR_MEMORY ? "out of memory" : "what was kept of the file cannot be read";
}

/* Says how it ended, and from then on it may be applied again. */
static void end(struct upload *upload, const char *problem, int64_t took_us)
{
    pthread_mutex_lock(&upload->lock);
    upload->state = problem == NULL ? UPLOAD_DONE : UPLOAD_FAILED;
    if (problem != NULL)
        (void)snprintf(upload->problem, sizeof(upload->problem), "%s", problem);
    log_line(LOG_INFO,
             "event=upload_applied campaign=%" PRId64 " state=%s changes=%" PRId64 " stale=%" PRId64
             " refused=%" PRId64 " took_ms=%" PRId64,
             upload->campaign_id, problem == NULL ? "done" : "failed", upload->done, upload->stale,
             upload->refused_count, took_us / 1000);
    pthread_mutex_unlock(&upload->lock);
}

void upload_apply(struct upload *upload)
{
    struct os *os = upload->settings->os;
    const int64_t began_us = os->uptime_us(os);
    struct batch *batch = calloc(1, sizeof(*batch));
    struct buffer by;
    buffer_init(&by);
    buffer_append_format(&by, "upload %s", upload->name);
    const char *problem = "out of memory";
    if (batch != NULL && !by.failed) {
        batch->cause =
            (struct stock_cause){.source = STOCK_SOURCE_OPERATOR, .by = buffer_bytes(&by)};
        arena_init(&batch->arena);
        arena_init(&batch->command_arena);
        problem = apply_rest(upload, batch);
        arena_deinit(&batch->arena);
        arena_deinit(&batch->command_arena);
    }
    free(batch);
    buffer_deinit(&by);
    end(upload, problem, os->uptime_us(os) - began_us);
}
