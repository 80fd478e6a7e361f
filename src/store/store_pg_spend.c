/* Windows of rate limits in the database, which counts them for all nodes: a command that takes,
 * what other commands pay in front of their own statement, and taking or giving back that nobody
 * waits for. */
#include <stdlib.h>

#include "store/store_pg_internal.h"

enum { COLUMN_GRANTED, COLUMN_SPENT, COLUMN_AT, COLUMN_UNTIL };

static void write_spend(struct pg_writer *writer, const struct store_spend *spend)
{
    ASSERT(spend->cost >= 0);
    ASSERT(spend->amount >= 1 && spend->period_ms >= 1);
    pg_write_int8(writer, spend->entity);
    pg_write_int4(writer, spend->method);
    pg_write_int8(writer, spend->cost);
    pg_write_int8(writer, spend->amount);
    pg_write_int8(writer, spend->period_ms);
    writer->request->statement = PG_SPEND;
}

static enum verdict take_spend(struct pg_command *pending, const struct pg_result *result)
{
    struct store_spend *spend = pending->command->pays;
    if (pg_result_rows(result) != 1)
        return pg_command_is_odd(pending);
    const int64_t left = spend->amount - pg_result_int8(result, 0, COLUMN_SPENT);
    spend->remaining = left > 0 ? left : 0; /* Other nodes may have a larger amount. */
    spend->at_ms = pg_result_int8(result, 0, COLUMN_AT);
    spend->until_ms = pg_result_int8(result, 0, COLUMN_UNTIL);
    spend->granted = pg_result_int8(result, 0, COLUMN_GRANTED) != 0;
    return spend->granted ? VERDICT_OK : VERDICT_LIMIT;
}

bool pg_spend(struct pg_command *pending, struct pg_writer *writer)
{
    write_spend(writer, pending->command->pays);
    pending->take = take_spend;
    return true;
}

/* The payment of a command; the other request is begun when it is granted. */
struct pg_payment {
    struct pg_request request; /* First. */
    struct pg_command *pending;
};

static void payment_done(struct pg_request *request, enum pg_outcome outcome,
                         const struct pg_result *result)
{
    struct pg_command *pending = ((struct pg_payment *)(void *)request)->pending;
    const enum verdict verdict = outcome == PG_DONE ? take_spend(pending, result) : VERDICT_NO_ROOM;
    if (verdict == VERDICT_OK)
        pg_pool_begin(pending->pg->pool, &pending->request);
    else
        pg_command_complete(pending, verdict);
}

bool pg_payment_prepare(struct pg_command *pending)
{
    struct store_command *command = pending->command;
    struct pg_payment *payment = arena_allocate(command->arena, sizeof(*payment));
    if (payment == NULL)
        return false;
    *payment = (struct pg_payment){.request = {.done = payment_done}, .pending = pending};
    struct pg_writer writer = pg_write_begin(&payment->request, command->arena);
    write_spend(&writer, command->pays);
    pending->payment = payment;
    return !writer.failed;
}

void pg_payment_begin(struct pg_command *pending)
{
    pg_pool_begin(pending->pg->pool, &pending->payment->request);
}

/* Aside: it has its own memory, and frees it. */
struct aside {
    struct pg_request request; /* First. */
    struct arena arena;
};

static void aside_free(struct aside *aside)
{
    arena_deinit(&aside->arena);
    free(aside);
}

static void aside_done(struct pg_request *request, enum pg_outcome outcome,
                       const struct pg_result *result)
{
    (void)outcome;
    (void)result;
    aside_free((struct aside *)(void *)request);
}

void pg_spend_aside(struct store *store, const struct store_spend *spend)
{
    struct aside *aside = calloc(1, sizeof(*aside));
    if (aside == NULL)
        return;
    arena_init(&aside->arena);
    struct pg_writer writer = pg_write_begin(&aside->request, &aside->arena);
    if (spend->cost < 0) {
        pg_write_int8(&writer, spend->until_ms);
        pg_write_int8(&writer, spend->entity);
        pg_write_int4(&writer, spend->method);
        pg_write_int8(&writer, -spend->cost);
        aside->request.statement = PG_SPEND_BACK;
    } else {
        write_spend(&writer, spend);
    }
    aside->request.done = aside_done;
    if (writer.failed)
        aside_free(aside);
    else
        pg_pool_begin(pg_of(store)->pool, &aside->request);
}
