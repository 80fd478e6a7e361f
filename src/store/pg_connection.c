/* What libpq wants of a caller that does not wait: after each readiness consume what came, and send
 * on; never ask for a result that is not complete. While it prepares, a connection is in pipeline
 * mode, one statement behind the other and one Sync; then each statement has its own Sync, as
 * several under one are not one transaction on Citus. */
#include "store/pg_connection.h"

#include <assert.h>
#include <inttypes.h>
#include <poll.h>
#include <postgresql/libpq-fe.h>
#include <stdio.h>

#include "os/os.h"

/* Results that are awaited while PREPARING, in order; statements of the set follow. */
enum { STEP_SETTINGS, STEP_VERSION, STEP_PROBLEMS, STEP_STATEMENTS };

enum { BINARY = 1, US_PER_MS = 1000 };

/* What an answer relies on: durable when it is given; no transaction sees anything but what is
 * committed; a statement whose client is gone stops to wait for locks. Names that a server does not
 * know are left out. */
static const char settings_text[] =
    "SELECT pg_catalog.set_config(s.name, w.wanted, false)"
    " FROM pg_catalog.pg_settings AS s, (VALUES"
    " ('synchronous_commit', 'off', 'on'),"
    " ('default_transaction_isolation', NULL, 'read committed'),"
    " ('client_connection_check_interval', '0', '1000')"
    ") AS w(name, unwanted, wanted)"
    " WHERE s.name = w.name AND s.setting = coalesce(w.unwanted, s.setting)";

static const char nothing_text[] = "SELECT ''::text WHERE false";

static const char no_schema[] = "there is no schema of stockd; make it with stockd migrate";

/* libpq: notices of the server would go to standard error. */
static void ignore_notice(void *context, const PGresult *notice)
{
    (void)context;
    (void)notice;
}

void pg_connection_init(struct pg_connection *connection, const struct pg_address *address,
                        const struct pg_statement_set *statements)
{
    *connection = (struct pg_connection){.address = address, .statements = statements};
}

void pg_connection_close(struct pg_connection *connection)
{
    PQfinish(connection->handle);
    connection->handle = NULL;
    connection->phase = PG_PHASE_CLOSED;
}

void pg_connection_deinit(struct pg_connection *connection)
{
    pg_connection_close(connection);
    pg_result_free(connection->result);
    connection->result = NULL;
}

/* The connection is over, for a reason. The first one that is told stays. */
static void fail(struct pg_connection *connection, enum err error, const char *words)
{
    pg_plain_line(words, connection->problem, sizeof(connection->problem));
    connection->error = error;
    pg_connection_close(connection);
}

static void fail_as_told(struct pg_connection *connection)
{
    const char *words = PQerrorMessage(connection->handle);
    fail(connection, ERR_IO, words[0] == '\0' ? "the connection broke" : words);
}

/* Something else than the protocol wants, or no memory for it. */
static void fail_out_of_turn(struct pg_connection *connection)
{
    fail(connection, ERR_IO, "the server answers out of turn");
}

void pg_connection_begin(struct pg_connection *connection, uint32_t target)
{
    const char *names[PG_ADDRESS_PAIRS_MAX];
    const char *values[PG_ADDRESS_PAIRS_MAX];
    ASSERT(connection->phase == PG_PHASE_CLOSED);
    pg_result_free(connection->result);
    connection->result = NULL;
    connection->error = OK;
    connection->problem[0] = '\0';
    connection->target = target;
    connection->wants_write = true;
    pg_address_pairs(connection->address, target, names, values);
    connection->handle = PQconnectStartParams(names, values, 1);
    connection->phase = PG_PHASE_CONNECTING;
    if (connection->handle == NULL) {
        fail(connection, ERR_MEMORY, err_text(ERR_MEMORY));
        return;
    }
    (void)PQsetNoticeReceiver(connection->handle, ignore_notice, NULL);
    if (PQstatus(connection->handle) == CONNECTION_BAD)
        fail_as_told(connection);
}

int pg_connection_socket(const struct pg_connection *connection)
{
    return connection->handle == NULL ? -1 : PQsocket(connection->handle);
}

short pg_connection_events(const struct pg_connection *connection)
{
    if (!connection->wants_write)
        return POLLIN;
    return connection->phase == PG_PHASE_CONNECTING ? POLLOUT : (short)(POLLIN | POLLOUT);
}

/* Sends what libpq has not sent yet. False: the connection is over. */
static bool flush(struct pg_connection *connection)
{
    const int left = PQflush(connection->handle);
    connection->wants_write = left == 1;
    if (left < 0)
        fail_as_told(connection);
    return left >= 0;
}

static const struct pg_statement_row *statement_at(const struct pg_connection *connection,
                                                   uint32_t step)
{
    return &connection->statements->rows[step - STEP_STATEMENTS];
}

static bool send_question(PGconn *handle, const char *text)
{
    return PQsendQueryParams(handle, text, 0, NULL, NULL, NULL, NULL, BINARY) == 1;
}

/* Everything behind one Sync. */
static void prepare(struct pg_connection *connection)
{
    const struct pg_statement_set *set = connection->statements;
    PGconn *handle = connection->handle;
    connection->phase = PG_PHASE_PREPARING;
    connection->step = 0;
    bool sent = PQenterPipelineMode(handle) == 1 && send_question(handle, settings_text);
    if (set != NULL) {
        const char *problems = set->problems_text == NULL ? nothing_text : set->problems_text;
        sent = sent && send_question(handle, set->version_text) && send_question(handle, problems);
    }
    for (uint32_t i = 0; set != NULL && i < set->rows_count; i++) {
        const struct pg_statement_row *row = &set->rows[i];
        ASSERT(row->values_count <= PG_VALUES_MAX);
        sent = sent &&
               PQsendPrepare(handle, row->name, row->text, (int)row->values_count, row->types) == 1;
    }
    if (!sent || PQpipelineSync(handle) != 1)
        fail_as_told(connection);
    else
        (void)flush(connection);
}

/* Connected: the session's settings as text, or at once what comes behind them. */
static void greet(struct pg_connection *connection)
{
    PGconn *handle = connection->handle;
    const char *encoding = PQparameterStatus(handle, "server_encoding");
    if (encoding == NULL || strcmp(encoding, "UTF8") != 0) {
        fail(connection, ERR_UNSUPPORTED, "the encoding of the database is not UTF8");
    } else if (PQsetnonblocking(handle, 1) != 0) {
        fail_as_told(connection);
    } else if (connection->statements == NULL || connection->statements->session_text == NULL) {
        prepare(connection);
    } else {
        connection->phase = PG_PHASE_SETTING;
        if (PQsendQuery(handle, connection->statements->session_text) != 1)
            fail_as_told(connection);
        else
            (void)flush(connection);
    }
}

static void connect_on(struct pg_connection *connection)
{
    char words[PG_PROBLEM_BYTES];
    switch (PQconnectPoll(connection->handle)) {
    case PGRES_POLLING_READING:
        connection->wants_write = false;
        break;
    case PGRES_POLLING_WRITING:
        connection->wants_write = true;
        break;
    case PGRES_POLLING_OK:
        greet(connection);
        break;
    case PGRES_POLLING_FAILED:
    case PGRES_POLLING_ACTIVE:
        (void)snprintf(words, sizeof(words), "%s%s",
                       PQconnectionNeedsPassword(connection->handle)
                           ? "the server wants a password and the URL has none: "
                           : "",
                       PQerrorMessage(connection->handle));
        fail(connection, ERR_IO, words);
        break;
    }
}

static bool is_success(const struct pg_result *result)
{
    const ExecStatusType status = PQresultStatus(result);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

/* A step that the server refused. */
static void fail_step(struct pg_connection *connection, const struct pg_result *result)
{
    char words[PG_PROBLEM_BYTES];
    const char *state = pg_result_sqlstate(result);
    const bool is_missing = strcmp(state, "42P01") == 0 || strcmp(state, "3F000") == 0;
    if (state[0] == '\0') {
        fail_as_told(connection);
    } else if (connection->phase == PG_PHASE_PREPARING && connection->step == STEP_VERSION &&
               is_missing) {
        fail(connection, ERR_UNSUPPORTED, no_schema);
    } else {
        const bool is_statement =
            connection->phase == PG_PHASE_PREPARING && connection->step >= STEP_STATEMENTS;
        const bool is_class_42 = strncmp(state, "42", 2) == 0 && strcmp(state, "42501") != 0;
        const char *name = is_statement ? statement_at(connection, connection->step)->name : "";
        (void)snprintf(words, sizeof(words), "%s%s%s%s (SQLSTATE %s)",
                       is_statement ? "statement " : "", name, is_statement ? ": " : "",
                       pg_result_words(result), state);
        const enum err refused = strcmp(state, "42501") == 0 ? ERR_DENIED : ERR_IO;
        fail(connection, is_class_42 ? ERR_UNSUPPORTED : refused, words);
    }
}

static void judge_version(struct pg_connection *connection, const struct pg_result *result)
{
    char words[PG_PROBLEM_BYTES];
    const int64_t wanted = connection->statements->schema_version;
    if (PQnfields(result) != 1 || PQntuples(result) != 1 || pg_result_is_null(result, 0, 0)) {
        fail(connection, ERR_UNSUPPORTED, no_schema);
        return;
    }
    const int64_t found = pg_result_int8(result, 0, 0);
    if (found == wanted)
        return;
    if (found < 0) {
        fail(connection, ERR_UNSUPPORTED, PG_UNFINISHED_COPY);
        return;
    }
    (void)snprintf(words, sizeof(words),
                   "the schema has version %" PRId64 ", this stockd works on version %" PRId64
                   " only; %s",
                   found, wanted,
                   found < wanted ? "bring it there with stockd migrate" : "use a newer stockd");
    fail(connection, ERR_UNSUPPORTED, words);
}

static void judge_problems(struct pg_connection *connection, const struct pg_result *result)
{
    char words[PG_PROBLEM_BYTES];
    if (PQntuples(result) == 0)
        return;
    const struct bytes first = pg_result_bytes(result, 0, 0);
    (void)snprintf(words, sizeof(words), "%.*s", BYTES_ARG(first));
    fail(connection, ERR_DENIED, words);
}

/* A result of a step; the connection may be over then. */
static void judge_step(struct pg_connection *connection, const struct pg_result *result)
{
    if (!is_success(result))
        fail_step(connection, result);
    else if (connection->step == STEP_VERSION)
        judge_version(connection, result);
    else if (connection->step == STEP_PROBLEMS)
        judge_problems(connection, result);
}

/* The last Sync was answered. */
static void end_preparing(struct pg_connection *connection, uint32_t steps_count)
{
    if (connection->step != steps_count || PQexitPipelineMode(connection->handle) != 1)
        fail_out_of_turn(connection);
    else
        connection->phase = PG_PHASE_READY;
}

static void prepare_on(struct pg_connection *connection)
{
    const struct pg_statement_set *set = connection->statements;
    const uint32_t steps_count = set == NULL ? STEP_VERSION : STEP_STATEMENTS + set->rows_count;
    while (connection->phase == PG_PHASE_PREPARING && !PQisBusy(connection->handle)) {
        PGresult *result = PQgetResult(connection->handle);
        if (result == NULL)
            connection->step++; /* No more of that step. */
        else if (PQresultStatus(result) == PGRES_PIPELINE_SYNC)
            end_preparing(connection, steps_count);
        else if (connection->step < steps_count)
            judge_step(connection, result);
        else
            fail_as_told(connection);
        PQclear(result);
        if (connection->step > steps_count)
            fail_out_of_turn(connection);
    }
}

static void set_on(struct pg_connection *connection)
{
    while (connection->phase == PG_PHASE_SETTING && !PQisBusy(connection->handle)) {
        PGresult *result = PQgetResult(connection->handle);
        if (result == NULL)
            prepare(connection);
        else if (!is_success(result))
            fail_step(connection, result);
        PQclear(result);
    }
}

/* Of several results the last one counts; a failure stays. */
static void keep_result(struct pg_connection *connection, PGresult *result)
{
    if (connection->result != NULL && !is_success(connection->result)) {
        PQclear(result);
        return;
    }
    PQclear(connection->result);
    connection->result = result;
}

static void answer_on(struct pg_connection *connection)
{
    while (connection->phase == PG_PHASE_BUSY && !PQisBusy(connection->handle)) {
        PGresult *result = PQgetResult(connection->handle);
        if (result == NULL) {
            connection->phase = PG_PHASE_ANSWERED;
            break;
        }
        const ExecStatusType status = PQresultStatus(result);
        const bool is_copy =
            status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH;
        keep_result(connection, result);
        if (is_copy) /* It would come again for ever. */
            fail_out_of_turn(connection);
    }
    if (connection->phase != PG_PHASE_CLOSED && !pg_connection_succeeded(connection) &&
        PQstatus(connection->handle) == CONNECTION_BAD)
        fail_as_told(connection);
}

void pg_connection_work(struct pg_connection *connection)
{
    if (connection->phase == PG_PHASE_CLOSED)
        return;
    if (connection->phase == PG_PHASE_CONNECTING) {
        connect_on(connection);
        return;
    }
    const bool is_broken = PQconsumeInput(connection->handle) != 1;
    if (!is_broken && connection->wants_write && !flush(connection))
        return;
    if (connection->phase == PG_PHASE_SETTING)
        set_on(connection);
    else if (connection->phase == PG_PHASE_PREPARING)
        prepare_on(connection);
    else if (connection->phase == PG_PHASE_BUSY)
        answer_on(connection);
    /* What was done is done, though the connection ended behind it. */
    if (is_broken && connection->phase != PG_PHASE_CLOSED && !pg_connection_succeeded(connection))
        fail_as_told(connection);
}

static void begin_statement(struct pg_connection *connection)
{
    ASSERT(connection->phase == PG_PHASE_READY);
    pg_result_free(connection->result);
    connection->result = NULL;
    connection->phase = PG_PHASE_BUSY;
}

static void split_values(const struct pg_value *values, uint32_t values_count,
                         const char *data[static PG_VALUES_MAX], int bytes[static PG_VALUES_MAX])
{
    ASSERT(values_count <= PG_VALUES_MAX);
    for (uint32_t i = 0; i < values_count; i++) {
        data[i] = values[i].data;
        bytes[i] = values[i].bytes;
    }
}

static const int all_binary[] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
static_assert(sizeof(all_binary) / sizeof(all_binary[0]) == PG_VALUES_MAX, "one for each value");

void pg_connection_send(struct pg_connection *connection, uint32_t statement,
                        const struct pg_value *values)
{
    const char *data[PG_VALUES_MAX];
    int bytes[PG_VALUES_MAX];
    ASSERT(statement < connection->statements->rows_count);
    const struct pg_statement_row *row = &connection->statements->rows[statement];
    begin_statement(connection);
    split_values(values, row->values_count, data, bytes);
    if (PQsendQueryPrepared(connection->handle, row->name, (int)row->values_count, data, bytes,
                            all_binary, BINARY) != 1)
        fail_as_told(connection);
    else
        (void)flush(connection);
}

void pg_connection_send_text(struct pg_connection *connection, const char *text,
                             const struct pg_value *values, uint32_t values_count)
{
    const char *data[PG_VALUES_MAX];
    int bytes[PG_VALUES_MAX];
    begin_statement(connection);
    split_values(values, values_count, data, bytes);
    if (PQsendQueryParams(connection->handle, text, (int)values_count, NULL, data, bytes,
                          all_binary, BINARY) != 1)
        fail_as_told(connection);
    else
        (void)flush(connection);
}

void pg_connection_send_script(struct pg_connection *connection, const char *text)
{
    begin_statement(connection);
    if (PQsendQuery(connection->handle, text) != 1)
        fail_as_told(connection);
    else
        (void)flush(connection);
}

bool pg_connection_succeeded(const struct pg_connection *connection)
{
    return connection->phase == PG_PHASE_ANSWERED && connection->result != NULL &&
           is_success(connection->result);
}

struct pg_result *pg_connection_take(struct pg_connection *connection)
{
    struct pg_result *result = connection->result;
    connection->result = NULL;
    if (connection->phase != PG_PHASE_ANSWERED)
        return result;
    connection->phase = PG_PHASE_READY;
    if (PQstatus(connection->handle) == CONNECTION_BAD)
        fail_as_told(connection);
    else if (connection->statements != NULL &&
             PQtransactionStatus(connection->handle) != PQTRANS_IDLE)
        fail_out_of_turn(connection);
    return result;
}

void pg_connection_wait(struct pg_connection *connection, struct os *os, int64_t until_us)
{
    char words[PG_PROBLEM_BYTES];
    const int64_t began_us = os->uptime_us(os);
    while (connection->phase != PG_PHASE_CLOSED && connection->phase != PG_PHASE_READY &&
           connection->phase != PG_PHASE_ANSWERED) {
        const int64_t left_us = until_us - os->uptime_us(os);
        struct pollfd ready = {.fd = pg_connection_socket(connection),
                               .events = pg_connection_events(connection)};
        if (left_us <= 0) {
            (void)snprintf(words, sizeof(words), "the server does not answer within %" PRId64 " ms",
                           (until_us - began_us) / US_PER_MS);
            fail(connection, ERR_IO, words);
        } else if (poll(&ready, 1, (int)(left_us / US_PER_MS) + 1) > 0) {
            pg_connection_work(connection);
        }
    }
}

enum err pg_connection_open(struct pg_connection *connection, struct os *os)
{
    for (uint32_t i = 0; i < connection->address->targets_count; i++) {
        pg_connection_begin(connection, i);
        pg_connection_wait(connection, os, os->uptime_us(os) + PG_CONNECT_US);
        if (connection->phase == PG_PHASE_READY)
            return OK;
        if (connection->error != ERR_IO)
            break; /* What this host tells, the others would. */
    }
    return connection->error;
}
