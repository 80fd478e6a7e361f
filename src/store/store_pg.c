/* The store on PostgreSQL. This file opens and closes it, and holds what every command goes
 * through: encoded in the caller's thread, sent when it is awaited, completed in the pool's. A
 * command that the pool could not carry out is VERDICT_NO_ROOM, and so is one that met a fence. */
#include "store/store_pg.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/put.h"
#include "os/log.h"
#include "store/command.h"
#include "store/store_pg_internal.h"

struct store_pg *pg_of(struct store *store)
{
    static_assert(offsetof(struct store_pg, store) == 0, "the store is the first member");
    return (struct store_pg *)(void *)store;
}

struct pg_command *pg_command_of(struct pg_request *request)
{
    static_assert(offsetof(struct pg_command, request) == 0, "the request is the first member");
    return (struct pg_command *)(void *)request;
}

/* --- Commands. --- */

static bool encode(struct pg_command *pending, struct pg_writer *writer)
{
    switch (pending->command->kind) {
    case STORE_PUT:
        return pg_put(pending, writer);
    case STORE_PAGE:
        return pg_page(pending, writer);
    case STORE_LIST:
        return pg_list(pending, writer);
    case STORE_MARK:
        return pg_mark(pending, writer);
    case STORE_COUNT:
        return pg_count(pending, writer);
    case STORE_ORDER:
        return pg_order(pending, writer);
    case STORE_SPEND:
        return pg_spend(pending, writer);
    }
    return false;
}

/* A command that changes something is of what this node knows by now: whoever submits it keeps the
 * registry from changing meanwhile (registry_enter), so it is that of his look-up, or older. */
static void add_why(struct pg_command *pending, struct pg_writer *writer)
{
    struct store_pg *pg = pending->pg;
    const int64_t low = shelf_id_low(pending->command->shelf_id);
    pthread_mutex_lock(&pg->lock);
    pending->epoch = pg->document_last;
    if (low > pg->figures.shelf_id_max)
        pg->figures.shelf_id_max = low;
    pthread_mutex_unlock(&pg->lock);
    pg_write_int8(writer, pending->epoch);
    pg_write_cause(pg, writer, &pending->command->cause);
}

static bool pg_submit(struct store *store, struct store_command *command)
{
    command->verdict = VERDICT_NO_ROOM;
    command->views = NULL;
    command->views_count = 0;
    command->pending = arena_allocate(command->arena, sizeof(*command->pending));
    if (command->pending == NULL)
        return true;
    struct pg_command *pending = command->pending;
    *pending = (struct pg_command){
        .request = {.done = pg_command_done}, .pg = pg_of(store), .command = command};
    struct pg_writer writer = pg_write_begin(&pending->request, command->arena);
    const bool encoded = encode(pending, &writer);
    if (encoded && (command_changes(command) || command->kind == STORE_ORDER))
        add_why(pending, &writer);
    if (!encoded || writer.failed)
        return true;
    return command->pays != NULL && command->kind != STORE_SPEND && !pg_payment_prepare(pending);
}

static void pg_await(struct store *store, struct store_command *command)
{
    struct pg_command *pending = command->pending;
    if (pending->payment != NULL)
        pg_payment_begin(pending);
    else
        pg_pool_begin(pg_of(store)->pool, &pending->request);
}

void pg_command_complete(struct pg_command *pending, enum verdict verdict)
{
    struct store_command *command = pending->command;
    command->verdict = verdict;
    command->wake(command);
}

/* Whether a command met a fence. The owners of the documents are told by the first one that does at
 * what this node knows. */
static bool is_fenced(struct pg_command *pending, const struct pg_result *result)
{
    struct store_pg *pg = pending->pg;
    if (!command_changes(pending->command) || pg_result_rows(result) == 0 ||
        pg_result_int8(result, 0, 0) != PG_CODE_FENCED)
        return false;
    pending->fenced = true;
    pthread_mutex_lock(&pg->lock);
    const bool is_news = pending->epoch > pg->fenced_epoch;
    if (is_news)
        pg->fenced_epoch = pending->epoch;
    pthread_mutex_unlock(&pg->lock);
    if (is_news && pg->documents.missed != NULL)
        pg->documents.missed(pg->documents.context);
    return true;
}

void pg_command_done(struct pg_request *request, enum pg_outcome outcome,
                     const struct pg_result *result)
{
    struct pg_command *pending = pg_command_of(request);
    enum verdict verdict = VERDICT_NO_ROOM;
    if (outcome == PG_DONE && !is_fenced(pending, result))
        verdict = pending->take(pending, result);
    pg_command_complete(pending, verdict);
}

enum verdict pg_command_is_odd(const struct pg_command *pending)
{
    log_line(LOG_ERROR,
             "event=pg_result_odd statement=%s action=\"look whether the schema was changed by "
             "hand\"",
             pg_statements.rows[pending->request.statement].name);
    return VERDICT_NO_ROOM;
}

bool pg_keep_bytes(struct arena *arena, struct bytes *bytes)
{
    uint8_t *copy = arena_allocate(arena, bytes->size + 1);
    if (copy == NULL)
        return false;
    (void)bytes_put(copy, *bytes);
    bytes->data = copy;
    return true;
}

/* --- Figures. --- */

/* Asks for some numbers that have no values. ERR_IO. */
static enum err ask_for_numbers(struct store_pg *pg, enum pg_statement statement, uint32_t count,
                                int64_t *numbers)
{
    struct pg_request request = {.statement = statement};
    struct pg_result *result = NULL;
    if (pg_pool_call(pg->pool, &request, &result) != PG_DONE)
        return ERR_IO;
    const bool given = pg_result_rows(result) == 1;
    for (uint32_t i = 0; i < count && given; i++)
        numbers[i] = pg_result_int8(result, 0, i);
    pg_result_free(result);
    return given ? OK : ERR_IO;
}

enum err pg_figures_renew(struct store_pg *pg)
{
    int64_t shelves[2] = {0, 0}; /* How many, and the highest number. */
    int64_t cells = 0;
    enum err error = ask_for_numbers(pg, PG_FIGURES, 2, shelves);
    if (error == OK)
        error = ask_for_numbers(pg, PG_CELLS, 1, &cells);
    if (error != OK)
        return error;
    pthread_mutex_lock(&pg->lock);
    pg->figures.shelves_count = (uint64_t)shelves[0];
    pg->figures.cells_count = (uint64_t)cells;
    if (shelves[1] > pg->figures.shelf_id_max)
        pg->figures.shelf_id_max = shelves[1];
    pthread_mutex_unlock(&pg->lock);
    return OK;
}

static void pg_metrics(struct store *store, struct store_metrics *metrics)
{
    struct store_pg *pg = pg_of(store);
    *metrics = (struct store_metrics){.ready_for_writes = pg_pool_is_reachable(pg->pool)};
    pthread_mutex_lock(&pg->lock);
    metrics->cells_count = pg->figures.cells_count;
    metrics->shelves_count = pg->figures.shelves_count;
    metrics->shelf_id_max = pg->figures.shelf_id_max;
    pthread_mutex_unlock(&pg->lock);
}

void store_pg_write_metrics(void *store, struct buffer *page)
{
    pg_pool_write_metrics(pg_of(store)->pool, page);
}

/* --- Opening and closing. --- */

static enum err pg_request_checkpoint(struct store *store)
{
    (void)store;
    return ERR_UNSUPPORTED;
}

static void pg_close(struct store *store)
{
    struct store_pg *pg = pg_of(store);
    pg_expiry_end(pg);
    pg_pool_close(pg->pool);
    pg_surveys_deinit(pg);
    pg_expiry_deinit(pg);
    pthread_mutex_destroy(&pg->lock);
    free(pg);
}

static const struct store_ops ops = {
    .submit = pg_submit,
    .await = pg_await,
    .add_document = pg_add_document,
    .fence = pg_fence,
    .add_fenced = pg_add_fenced,
    .confirm = pg_confirm,
    .copy_shelf = pg_copy_shelf,
    .copy_marks = pg_copy_marks,
    .totals = pg_totals,
    .orders = pg_orders,
    .survey = pg_survey,
    .spend_aside = pg_spend_aside,
    .history = pg_history,
    .metrics = pg_metrics,
    .request_checkpoint = pg_request_checkpoint,
    .close = pg_close,
};

static struct store_pg *pg_create(const struct store_pg_settings *settings)
{
    struct store_pg *pg = calloc(1, sizeof(*pg));
    if (pg == NULL)
        return NULL;
    pg->store.ops = &ops;
    pg->os = settings->os;
    pg->documents = settings->documents;
    pg->history_days = settings->history_days;
    pg->fenced_epoch = -1;
    pthread_mutex_init(&pg->lock, NULL);
    pg_surveys_init(pg);
    pg_expiry_init(pg);
    return pg;
}

static enum err open_pool(struct store_pg *pg, const struct store_pg_settings *settings,
                          char problem[STORE_PG_PROBLEM_BYTES])
{
    const struct pg_pool_settings pool = {
        .os = settings->os,
        .url = settings->url,
        .connections_count = settings->connections_count,
        .deadline_ms = settings->deadline_ms,
        .statements = &pg_statements,
    };
    return pg_pool_open(&pool, &pg->pool, problem, STORE_PG_PROBLEM_BYTES);
}

/* What other nodes left there. */
static enum err read_database(struct store_pg *pg, char problem[STORE_PG_PROBLEM_BYTES])
{
    enum err error = pg_figures_renew(pg);
    if (error == OK)
        error = pg_documents_take(pg);
    if (error != OK) {
        (void)snprintf(problem, STORE_PG_PROBLEM_BYTES,
                       "cannot take the documents that are kept in the database: %s",
                       error == ERR_IO ? "it does not answer" : err_text(error));
    }
    return error;
}

enum err store_pg_open(const struct store_pg_settings *settings,
                       char problem[STORE_PG_PROBLEM_BYTES], struct store **store)
{
    problem[0] = '\0';
    struct store_pg *pg = pg_create(settings);
    if (pg == NULL) {
        (void)snprintf(problem, STORE_PG_PROBLEM_BYTES, "out of memory");
        return ERR_MEMORY;
    }
    enum err error = open_pool(pg, settings, problem);
    if (error == OK)
        error = read_database(pg, problem);
    if (error != OK) {
        pg_close(&pg->store);
        return error;
    }
    *store = &pg->store;
    return OK;
}

enum err store_pg_start(struct store *store)
{
    (void)pg_history_days(pg_of(store)); /* If it fails the thread tries again. */
    const enum err error = store_pg_expire_due(store);
    return error == OK ? pg_expiry_begin(pg_of(store)) : error;
}
