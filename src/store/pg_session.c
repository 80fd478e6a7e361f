/* A connection, waited for. */
#include "store/pg_session.h"

#include <stdio.h>
#include <stdlib.h>

enum { US_PER_MS = 1000, SQLSTATE_BYTES = 6 };

struct pg_session {
    struct os *os;
    struct pg_address address;
    struct pg_connection connection;
    int64_t deadline_ms;
    char problem[PG_PROBLEM_BYTES];
    char sqlstate[SQLSTATE_BYTES];
};

enum err pg_session_open(struct os *os, const char *url, int64_t deadline_ms,
                         struct pg_session **session, char *problem, size_t problem_bytes)
{
    struct pg_session *opened = calloc(1, sizeof(*opened));
    (void)snprintf(problem, problem_bytes, "%s", err_text(ERR_MEMORY));
    if (opened == NULL)
        return ERR_MEMORY;
    opened->os = os;
    opened->deadline_ms = deadline_ms;
    pg_connection_init(&opened->connection, &opened->address, NULL);
    enum err error = pg_address_init(&opened->address, url, problem, problem_bytes);
    if (error == OK) {
        error = pg_connection_open(&opened->connection, os);
        (void)snprintf(problem, problem_bytes, "%s", opened->connection.problem);
    }
    if (error != OK) {
        pg_session_close(opened);
        return error;
    }
    *session = opened;
    return OK;
}

/* Waits for what was sent. Gives its result, if it succeeded. */
static enum err await(struct pg_session *session, struct pg_result **result)
{
    struct pg_connection *connection = &session->connection;
    struct os *os = session->os;
    pg_connection_wait(connection, os, os->uptime_us(os) + session->deadline_ms * US_PER_MS);
    const bool succeeded = pg_connection_succeeded(connection);
    struct pg_result *taken = pg_connection_take(connection);
    session->problem[0] = '\0';
    session->sqlstate[0] = '\0';
    if (succeeded && result != NULL) {
        *result = taken;
        return OK;
    }
    if (!succeeded) {
        const bool is_lost = taken == NULL || connection->phase == PG_PHASE_CLOSED;
        const char *words = taken == NULL ? connection->problem : pg_result_words(taken);
        const char *state = is_lost ? "" : pg_result_sqlstate(taken);
        pg_plain_line(words, session->problem, sizeof(session->problem));
        (void)snprintf(session->sqlstate, sizeof(session->sqlstate), "%s", state);
    }
    pg_result_free(taken);
    return succeeded ? OK : ERR_IO;
}

/* Whether the connection is still there to be used. */
static bool is_open(struct pg_session *session)
{
    if (session->connection.phase == PG_PHASE_READY)
        return true;
    pg_plain_line(session->connection.problem, session->problem, sizeof(session->problem));
    session->sqlstate[0] = '\0';
    return false;
}

enum err pg_session_run(struct pg_session *session, const char *text, const struct pg_value *values,
                        uint32_t values_count, struct pg_result **result)
{
    if (!is_open(session))
        return ERR_IO;
    pg_connection_send_text(&session->connection, text, values, values_count);
    return await(session, result);
}

enum err pg_session_script(struct pg_session *session, const char *text)
{
    if (!is_open(session))
        return ERR_IO;
    pg_connection_send_script(&session->connection, text);
    return await(session, NULL);
}

const char *pg_session_problem(const struct pg_session *session)
{
    return session->problem;
}

const char *pg_session_sqlstate(const struct pg_session *session)
{
    return session->sqlstate;
}

void pg_session_close(struct pg_session *session)
{
    if (session == NULL)
        return;
    pg_connection_deinit(&session->connection);
    pg_address_deinit(&session->address);
    free(session);
}
