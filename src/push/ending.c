/* How requests end: the answer is judged and stored, the batch is dropped or comes again, and when
 * nothing of a shop is under way any more, its round ends, or rests until what failed is repeated.
 */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

#include "os/log.h"
#include "push/push_internal.h"
#include "wire/push_stocks.h"

enum {
    TROUBLE_US = 1000 * 1000, /* The pause after trouble of our own. */
    LOGGED_URL_BYTES_MAX = 200,
};

static void transfer_release(struct push *push, struct transfer *transfer)
{
    transfer->state = TRANSFER_FREE;
    transfer->shop = NULL;
    arena_reset(&transfer->arena);
    ASSERT(push->transfers_busy > 0);
    push->transfers_busy--;
}

static void switch_off(struct push *push, struct shop *shop)
{
    log_line(LOG_ERROR,
             "event=push_off campaign=%" PRId64 " failures=%" PRIu32 " code=%s reason=%s "
             "action='mend the shop, then POST /api/v1/campaigns/%" PRId64 "/push/enable'",
             shop->campaign_id, shop->schedule.failures,
             push_reason_code(shop->last_failure.reason),
             push_reason_text(shop->last_failure.reason), shop->campaign_id);
    shop_restart(shop, false, push_now_us(push));
    shop->schedule.failures = push->rules.failures_max;
    shop->off_unkept = true;
}

/* Ends the wave of a shop, and perhaps its round, when nothing of it is under way. */
void ending_settle(struct push *push, struct shop *shop)
{
    if (!shop_wave_is_over(shop))
        return;
    const int64_t now_us = push_now_us(push);
    const uint32_t failures = shop_failures(shop);
    if (failures > 0) {
        if (!schedule_end_wave(&shop->schedule, now_us, failures, &push->rules))
            switch_off(push, shop);
    } else if (shop->is_in_trouble) {
        schedule_pause(&shop->schedule, now_us + TROUBLE_US);
    } else {
        if (shop->has_answered)
            shop->last_success_ms = push_now_ms(push);
        schedule_end_round(&shop->schedule, now_us, shop->period_us);
    }
}

/* The batch was asked for, or had nothing to ask for. */
void ending_well(struct push *push, struct transfer *transfer)
{
    struct shop *shop = transfer->shop;
    if (shop == NULL) {
        buffer_deinit(&transfer->batch.position);
        transfer_release(push, transfer);
        return;
    }
    shop_drop_batch(shop, &transfer->batch);
    transfer_release(push, transfer);
    ending_settle(push, shop);
}

/* Trouble of our own: the batch comes again, and nobody is blamed. */
void ending_in_trouble(struct push *push, struct transfer *transfer)
{
    struct shop *shop = transfer->shop;
    if (shop == NULL) {
        ending_well(push, transfer);
        return;
    }
    if (!shop->is_in_trouble)
        log_line(LOG_WARN, "event=push_paused campaign=%" PRId64 " problem='no room or no memory'",
                 shop->campaign_id);
    shop->is_in_trouble = true;
    shop->is_halted = true;
    shop_return_batch(shop, &transfer->batch);
    transfer_release(push, transfer);
    ending_settle(push, shop);
}

/* Whether a message has words of the shop: its token may be among them, or a quotation mark, and
 * neither belongs in a log. */
static bool quotes_the_shop(enum push_reason reason)
{
    return reason == PUSH_UNSUPPORTED_MEDIA_TYPE || reason == PUSH_CANT_PARSE_RESPONSE ||
           reason == PUSH_INVALID_DATA;
}

/* Tells the first failure of each wave, so that a shop that is down does not fill the log. */
static void tell_failure(struct shop *shop, uint32_t attempts)
{
    if (shop->failure_told)
        return;
    shop->failure_told = true;
    const struct push_failure *failure = &shop->last_failure;
    const char *words =
        quotes_the_shop(failure->reason) ? "GET /api/v1/push has its words" : failure->message;
    const struct bytes url = bytes_clip(buffer_bytes(&shop->url), LOGGED_URL_BYTES_MAX);
    log_line(LOG_WARN,
             "event=push_failed campaign=%" PRId64 " code=%s reason=%s attempt=%" PRIu32
             " url=%.*s problem=\"%s\"",
             shop->campaign_id, push_reason_code(failure->reason),
             push_reason_text(failure->reason), attempts, BYTES_ARG(url), words);
}

/* The shop did not answer well: the batch comes again. When it could not be reached at all, nothing
 * else is tried before. */
void ending_badly(struct push *push, struct transfer *transfer, enum push_reason reason,
                  const char *message)
{
    struct shop *shop = transfer->shop;
    ASSERT(shop != NULL);
    metric_add(&push->metrics.failures[reason], 1);
    shop->last_failure.reason = reason;
    shop->last_failure.at_ms = push_now_ms(push);
    const struct bytes text = bytes_from_text(message);
    const struct bytes clipped = bytes_clip(text, PUSH_MESSAGE_BYTES - 1);
    (void)snprintf(shop->last_failure.message, PUSH_MESSAGE_BYTES, "%.*s", BYTES_ARG(clipped));
    transfer->batch.attempts++;
    tell_failure(shop, transfer->batch.attempts);
    if (reason < PUSH_CANT_PARSE_RESPONSE)
        shop->is_halted = true;
    shop_return_batch(shop, &transfer->batch);
    transfer_release(push, transfer);
    ending_settle(push, shop);
}

/* The answer is durable, or was not taken. */
void ending_stored(struct push *push, struct transfer *transfer)
{
    const struct store_command *command = &transfer->command;
    if (command->verdict != VERDICT_OK) {
        ending_in_trouble(push, transfer);
        return;
    }
    metric_add(&push->metrics.skus_stored, command->put.applied_count);
    metric_add(&push->metrics.skus_stale, command->put.stale_count);
    if (transfer->shop != NULL) {
        transfer->shop->has_answered = true;
        update_counts_add(push->settings.update_counts, transfer->shop->campaign_id,
                          command->put.applied_count, push_now_ms(push));
    }
    ending_well(push, transfer);
}

static void store(struct push *push, struct transfer *transfer,
                  const struct push_stocks_answer *answer)
{
    metric_add(&push->metrics.skus_dropped, answer->dropped_count);
    if (answer->items_count == 0) {
        transfer->shop->has_answered = true;
        ending_well(push, transfer);
        return;
    }
    transfer->state = TRANSFER_STORES;
    transfer->command = (struct store_command){
        .kind = STORE_PUT,
        .shelf_id = transfer->shop->shelf_id,
        .arena = &transfer->arena,
        .put = {.items = answer->items,
                .items_count = answer->items_count,
                .unknown_policy = STORE_UNKNOWN_CREATE},
        .cause = {.source = STOCK_SOURCE_PUSH, .at_ms = push_now_ms(push)},
    };
    if (asking_run(push, transfer))
        ending_stored(push, transfer);
}

static void first_error(const struct error_list *errors, char message[PUSH_MESSAGE_BYTES])
{
    const struct bytes text = {errors->text.data, errors->ends[0]};
    const struct bytes clipped = bytes_clip(text, PUSH_MESSAGE_BYTES - 1);
    (void)snprintf(message, PUSH_MESSAGE_BYTES, "%.*s", BYTES_ARG(clipped));
}

/* Decodes an answer with status 200 and stores it. */
static void take_answer(struct push *push, struct transfer *transfer)
{
    struct buffer *text = &transfer->exchange.answer;
    const size_t size = text->size;
    struct json_value root;
    struct json_failure failure = {.problem = "empty"};
    char message[PUSH_MESSAGE_BYTES];
    buffer_append_zeros(text, JSON_PADDING_BYTES);
    enum json_outcome outcome = JSON_NO_MEMORY;
    if (!text->failed)
        outcome = json_parse(push->parser, (struct bytes){text->data, size}, &root, &failure);
    if (outcome == JSON_NO_MEMORY) {
        ending_in_trouble(push, transfer);
        return;
    }
    if (outcome != JSON_OK) {
        (void)snprintf(message, sizeof(message), "not JSON: %s at byte %zu of %zu",
                       outcome == JSON_MALFORMED ? failure.problem : "it ends, or is not UTF-8,",
                       failure.offset, size);
        ending_badly(push, transfer, PUSH_CANT_PARSE_RESPONSE, message);
        return;
    }
    const struct push_stocks_rules rules = {
        .asked = transfer->keys,
        .asked_count = transfer->keys_count,
        .warehouse_id = transfer->shop->warehouse_id,
        .now_ms = push_now_ms(push),
        .future_tolerance_ms = push->settings.future_tolerance_ms,
        .past_tolerance_ms = push->settings.past_tolerance_ms,
    };
    struct push_stocks_answer answer;
    error_list_clear(&push->errors);
    if (push_stocks_answer_decode(root, &rules, &transfer->arena, &answer, &push->errors)) {
        store(push, transfer, &answer);
        return;
    }
    if (push->errors.count == 0 || push->errors.text.failed) {
        ending_in_trouble(push, transfer);
        return;
    }
    first_error(&push->errors, message);
    ending_badly(push, transfer, PUSH_INVALID_DATA, message);
}

void ending_take_reply(struct push *push, struct transfer *transfer, const struct push_reply *reply)
{
    const bool is_check = transfer->batch.is_check;
    const enum push_reason reason =
        is_check ? push_reply_judge_refusal(reply) : push_reply_judge(reply);
    if (reason == PUSH_FINE && is_check) {
        transfer->shop->checked = true;
        ending_well(push, transfer);
        return;
    }
    if (reason == PUSH_FINE) {
        take_answer(push, transfer);
        return;
    }
    char message[PUSH_MESSAGE_BYTES];
    (void)snprintf(message, sizeof(message), "status %ld%s, content type %.80s", reply->status,
                   is_check ? " where a wrong token needs 403" : "",
                   reply->content_type == NULL ? "unknown" : reply->content_type);
    const char *problem = transfer->exchange.problem;
    ending_badly(push, transfer, reason, problem[0] == '\0' ? message : problem);
}
