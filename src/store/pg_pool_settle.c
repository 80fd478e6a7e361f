/* What becomes of a request, and of the connection it was on: done, sent again, or given up, as
 * pg_sqlstate.h advises. Log lines of a kind come once in a while, however many connections break.
 */
#include <inttypes.h>

#include "os/log.h"
#include "store/pg_pool_internal.h"
#include "store/pg_sqlstate.h"

enum {
    US_PER_MS = 1000,
    NOTICE_EVERY_US = 10 * 1000 * 1000,

    CONFLICTS_MAX = 3, /* A statement is sent again so often when it lost against another one, */
    CONFLICT_PAUSE_US = 10 * 1000,
    LOSSES_MAX = 5, /* and when its connection broke: it may be the one that breaks them. */
    LOSS_PAUSE_US = 50 * 1000,
    LOSS_PAUSE_US_MAX = 1000 * 1000,
    CONNECT_PAUSE_US = 50 * 1000,
    CONNECT_PAUSE_US_MAX = 1000 * 1000,
};

/* Whether a line of that kind is due; then it says how many of its kind were left out before. */
static bool notice_is_due(struct pg_notice *notice, int64_t now_us, uint64_t *untold_count)
{
    if (notice->told_us != 0 && now_us - notice->told_us < NOTICE_EVERY_US) {
        notice->untold_count++;
        return false;
    }
    *untold_count = notice->untold_count;
    *notice = (struct pg_notice){.told_us = now_us};
    return true;
}

/* So many microseconds, doubled `times` times but never above `us_max`, less up to a half of that
 * by chance, so that not all come again together. */
static int64_t pause_us(struct pg_pool *pool, int64_t us, uint32_t times, int64_t us_max)
{
    uint32_t chance = 0;
    for (uint32_t i = 0; i < times && us < us_max; i++)
        us *= 2;
    if (us > us_max)
        us = us_max;
    pool->settings.os->random(pool->settings.os, &chance, sizeof(chance));
    return us - us / 2 * (int64_t)(chance & 0xFFFF) / 0x10000;
}

void pg_pool_finish(struct pg_pool *pool, struct pg_request *request, enum pg_outcome outcome,
                    struct pg_result *result)
{
    /* After the call the request may be another one already. */
    const bool is_given = request->done == pg_call_done && outcome == PG_DONE;
    if (outcome == PG_UNAVAILABLE)
        metric_add(&pool->unavailable, 1);
    else if (outcome == PG_BROKEN)
        metric_add(&pool->broken, 1);
    request->done(request, outcome, outcome == PG_DONE ? result : NULL);
    if (!is_given)
        pg_result_free(result);
}

static const char *name_of(const struct pg_pool *pool, const struct pg_request *request)
{
    return pool->settings.statements->rows[request->statement].name;
}

void pg_pool_finish_late(struct pg_pool *pool, struct pg_request *request, int64_t now_us)
{
    uint64_t more = 0;
    metric_add(&pool->deadlines, 1);
    if (notice_is_due(&pool->deadline_notice, now_us, &more)) {
        log_line(LOG_WARN,
                 "event=database_late statement=%s waited_ms=%" PRId64 " answer=503 more=%" PRIu64,
                 name_of(pool, request), (now_us - request->began_us) / US_PER_MS, more);
    }
    pg_pool_finish(pool, request, PG_UNAVAILABLE, NULL);
}

/* Notes from when to when no connection can be used. */
static void note_reach(struct pg_pool *pool, int64_t now_us)
{
    bool can_be_used = false;
    for (uint32_t i = 0; i < pool->slots_count && !can_be_used; i++) {
        const enum pg_phase phase = pool->slots[i].connection.phase;
        can_be_used = phase >= PG_PHASE_READY;
    }
    if (can_be_used && pool->unreachable_at_us != 0) {
        if (pool->is_trouble_told) {
            log_line(LOG_INFO, "event=database_reachable away_ms=%" PRId64,
                     (now_us - pool->unreachable_at_us) / US_PER_MS);
        }
        pool->is_trouble_told = false;
        pool->unreachable_at_us = 0;
    } else if (!can_be_used && pool->unreachable_at_us == 0) {
        pool->unreachable_at_us = now_us;
    }
}

static void note_connected(struct pg_pool *pool, struct pg_slot *slot, int64_t now_us)
{
    slot->was_ready = true;
    slot->since_us = now_us;
    pool->failures_count = 0;
    metric_add(&pool->connects, 1);
    note_reach(pool, now_us);
}

static void tell_trouble(struct pg_pool *pool, struct pg_notice *notice, const char *event,
                         const struct pg_slot *slot, int64_t now_us)
{
    uint64_t more = 0;
    char words[PG_PROBLEM_BYTES];
    if (!notice_is_due(notice, now_us, &more))
        return;
    pool->is_trouble_told = true;
    pg_one_line(slot->connection.problem, words, sizeof(words));
    log_line(LOG_WARN, "event=%s problem=\"%s\" more=%" PRIu64, event, words, more);
}

/* An attempt to connect failed: the next one comes later, and to the next host. Of several that
 * were begun together the first one decides. */
static void note_not_connected(struct pg_pool *pool, struct pg_slot *slot, int64_t now_us)
{
    if (now_us >= pool->connect_at_us) {
        pool->connect_at_us =
            now_us + pause_us(pool, CONNECT_PAUSE_US, pool->failures_count, CONNECT_PAUSE_US_MAX);
        pool->failures_count++;
        pool->target_next = (slot->connection.target + 1) % pool->address.targets_count;
    }
    metric_add(&pool->connect_failures, 1);
    tell_trouble(pool, &pool->connect_notice, "database_not_connected", slot, now_us);
    note_reach(pool, now_us);
}

/* A connection that was good is none any more. The pause keeps from a circle one that is always let
 * in and put out again. */
static void note_lost(struct pg_pool *pool, struct pg_slot *slot, int64_t now_us)
{
    slot->was_ready = false;
    pool->connect_at_us = now_us + pause_us(pool, CONNECT_PAUSE_US, 0, CONNECT_PAUSE_US);
    tell_trouble(pool, &pool->loss_notice, "database_connection_lost", slot, now_us);
    note_reach(pool, now_us);
}

static void tell_refused(struct pg_pool *pool, struct pg_notice *notice, const char *event,
                         const struct pg_request *request, const struct pg_result *result)
{
    uint64_t more = 0;
    char words[PG_PROBLEM_BYTES];
    struct os *os = pool->settings.os;
    if (!notice_is_due(notice, os->uptime_us(os), &more))
        return;
    const char *told = pg_result_words(result);
    pg_one_line(told[0] == '\0' ? "the result has other columns" : told, words, sizeof(words));
    log_line(LOG_ERROR, "event=%s statement=%s sqlstate=%s problem=\"%s\" answer=503 more=%" PRIu64,
             event, name_of(pool, request), pg_result_sqlstate(result), words, more);
}

/* The statement failed, with a result that says why, or with its connection. Takes the result. */
static void judge_failure(struct pg_pool *pool, struct pg_request *request, enum pg_advice advice,
                          struct pg_result *result, int64_t now_us)
{
    enum pg_outcome outcome = PG_UNAVAILABLE;
    int64_t again_us = now_us;
    bool is_over = true;
    switch (advice) {
    case PG_ADVICE_AGAIN:
        is_over = request->conflicts_count >= CONFLICTS_MAX;
        if (is_over)
            break;
        metric_add(&pool->conflicts, 1);
        again_us += pause_us(pool, CONFLICT_PAUSE_US, request->conflicts_count, LOSS_PAUSE_US_MAX);
        request->conflicts_count++;
        break;
    case PG_ADVICE_ELSEWHERE:
        is_over = request->losses_count >= LOSSES_MAX;
        if (is_over)
            break;
        metric_add(&pool->losses, 1);
        if (request->losses_count > 0)
            again_us += pause_us(pool, LOSS_PAUSE_US, request->losses_count - 1, LOSS_PAUSE_US_MAX);
        request->losses_count++;
        break;
    case PG_ADVICE_LATER:
        break;
    case PG_ADVICE_ALARM:
        tell_refused(pool, &pool->alarm_notice, "database_alarm", request, result);
        break;
    case PG_ADVICE_NEVER:
        tell_refused(pool, &pool->broken_notice, "statement_refused", request, result);
        outcome = PG_BROKEN;
        break;
    }
    if (is_over) {
        pg_pool_finish(pool, request, outcome, result);
        return;
    }
    request->again_us = again_us;
    pg_queue_add(&pool->paused, request);
    pg_result_free(result);
}

/* A statement was answered, or its connection ended. */
static void take_answer(struct pg_pool *pool, struct pg_slot *slot, int64_t now_us)
{
    struct pg_connection *connection = &slot->connection;
    struct pg_request *request = slot->request;
    const struct pg_statement_row *row = &pool->settings.statements->rows[request->statement];
    const bool succeeded = pg_connection_succeeded(connection);
    struct pg_result *result = pg_connection_take(connection);
    slot->request = NULL;
    if (connection->phase == PG_PHASE_READY)
        metric_observe(&pool->round_trip_us, (uint64_t)(now_us - slot->since_us));

    enum pg_advice advice = PG_ADVICE_NEVER;
    const char *state = result == NULL ? "" : pg_result_sqlstate(result);
    if (!succeeded)
        advice = pg_sqlstate_advice(state, connection->phase == PG_PHASE_READY);
    if (advice == PG_ADVICE_ELSEWHERE && connection->phase != PG_PHASE_CLOSED) {
        pg_plain_line(pg_result_words(result), connection->problem, sizeof(connection->problem));
        pg_connection_close(connection);
    }
    if (connection->phase == PG_PHASE_CLOSED)
        note_lost(pool, slot, now_us);
    if (row->is_once && !pg_sqlstate_is_undone(state) &&
        (advice == PG_ADVICE_AGAIN || advice == PG_ADVICE_ELSEWHERE))
        advice = PG_ADVICE_LATER;
    if (succeeded && pg_result_is_shaped(result, row->columns)) {
        request->result = result;
        pg_queue_add(&pool->succeeded, request);
    } else {
        judge_failure(pool, request, advice, result, now_us);
    }
}

void pg_pool_settle(struct pg_pool *pool, struct pg_slot *slot, int64_t now_us)
{
    switch (slot->connection.phase) {
    case PG_PHASE_CONNECTING:
    case PG_PHASE_SETTING:
    case PG_PHASE_PREPARING:
    case PG_PHASE_BUSY:
        break;
    case PG_PHASE_READY:
        if (!slot->was_ready)
            note_connected(pool, slot, now_us);
        break;
    case PG_PHASE_ANSWERED:
        take_answer(pool, slot, now_us);
        break;
    case PG_PHASE_CLOSED:
        if (slot->request != NULL)
            take_answer(pool, slot, now_us);
        else if (slot->was_ready)
            note_lost(pool, slot, now_us);
        else
            note_not_connected(pool, slot, now_us);
        break;
    }
}

void pg_pool_settle_late(struct pg_pool *pool, struct pg_slot *slot, int64_t now_us)
{
    struct pg_request *request = slot->request;
    slot->request = NULL;
    pg_connection_close(&slot->connection);
    pg_plain_line("the server did not answer in time", slot->connection.problem,
                  sizeof(slot->connection.problem));
    pg_result_free(pg_connection_take(&slot->connection));
    if (request == NULL) {
        note_not_connected(pool, slot, now_us);
        return;
    }
    note_lost(pool, slot, now_us);
    pg_pool_finish_late(pool, request, now_us);
}
