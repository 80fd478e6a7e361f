/* The database writes the answer as a CSV itself (COPY), row by row, so that memory holds one row.
 * Transactions of the connection only read. A database that cannot be reached is given up after ten
 * seconds; a query takes as long as it takes. The only user of libpq here. */
#include "ctl/source_query.h"

#include <errno.h>
#include <poll.h>
#include <postgresql/libpq-fe.h>
#include <string.h>
#include <unistd.h>

#include "base/printable.h"
#include "sheet/spool.h"

enum { WAIT_MS = 100, CONNECT_WAITS = 100, WAITS_UNLIMITED = -1, MESSAGE_BYTES_MAX = 300 };

/* An answer on its way into the file. */
struct asking {
    PGconn *connection;
    bool (*is_stopped)(void);
    int waits_left; /* Before it is given up. */
    int spool;
    uint64_t bytes;
    struct buffer *problem;
};

/* Appends the first line of what libpq says. */
static enum err refuse(struct asking *asking, const char *what)
{
    struct bytes line;
    (void)bytes_split(bytes_from_text(PQerrorMessage(asking->connection)), '\n', &line);
    buffer_append_format(asking->problem, "%s: ", what);
    printable_append(asking->problem, bytes_trim(line), MESSAGE_BYTES_MAX);
    return ERR_INVALID;
}

/* Waits for the socket. ERR_BUSY: stopped; ERR_IO: for too long. */
static enum err socket_wait(struct asking *asking, short events)
{
    for (;;) {
        struct pollfd poll_fd = {.fd = PQsocket(asking->connection), .events = events};
        if (asking->is_stopped != NULL && asking->is_stopped())
            return ERR_BUSY;
        if (poll(&poll_fd, 1, WAIT_MS) > 0)
            return OK;
        if (asking->waits_left == 0) {
            buffer_append_text(asking->problem, "the database does not answer");
            return ERR_IO;
        }
        asking->waits_left -= asking->waits_left > 0;
    }
}

/* What is easily a part of a password that was not escaped must not get into a message of libpq. */
static bool url_is_sound(const char *database, struct buffer *problem)
{
    bool sound = strncmp(database, "postgresql://", strlen("postgresql://")) == 0 ||
                 strncmp(database, "postgres://", strlen("postgres://")) == 0;
    PQconninfoOption *options = sound ? PQconninfoParse(database, NULL) : NULL;
    sound = options != NULL;
    for (PQconninfoOption *at = options; at != NULL && at->keyword != NULL; at++) {
        if (at->val != NULL && strcmp(at->keyword, "password") != 0 &&
            strcmp(at->keyword, "user") != 0 && strpbrk(at->val, "@") != NULL)
            sound = false;
    }
    PQconninfoFree(options);
    if (!sound)
        buffer_append_text(problem, "the URL of the database is none, or its password is not "
                                    "escaped (@ as %40, / as %2F)");
    return sound;
}

static enum err connect_to(struct asking *asking, const char *database)
{
    /* What the URL says comes last and wins. */
    static const char *const names[] = {"application_name", "client_encoding", "options", "dbname",
                                        NULL};
    const char *const values[] = {"stockctl", "UTF8", "-c default_transaction_read_only=on",
                                  database, NULL};
    if (!url_is_sound(database, asking->problem))
        return ERR_INVALID;
    asking->connection = PQconnectStartParams(names, values, 1);
    if (asking->connection == NULL)
        return ERR_MEMORY;
    PostgresPollingStatusType status = PGRES_POLLING_WRITING;
    asking->waits_left = CONNECT_WAITS;
    while (PQstatus(asking->connection) != CONNECTION_BAD && status != PGRES_POLLING_OK &&
           status != PGRES_POLLING_FAILED) {
        const enum err error =
            socket_wait(asking, status == PGRES_POLLING_READING ? POLLIN : POLLOUT);
        if (error != OK)
            return error;
        status = PQconnectPoll(asking->connection);
    }
    asking->waits_left = WAITS_UNLIMITED;
    if (PQstatus(asking->connection) == CONNECTION_OK)
        return OK;
    (void)refuse(asking, "cannot connect to the database");
    return ERR_IO;
}

/* The statement that makes the database write the answer. A semicolon would end it early. */
static void copy_text(const char *query, struct buffer *text)
{
    struct bytes bytes = bytes_trim(bytes_from_text(query));
    while (bytes.size > 0 && bytes.data[bytes.size - 1] == ';') {
        bytes.size--;
        bytes = bytes_trim(bytes);
    }
    buffer_append_text(text, "COPY (\n");
    buffer_append(text, bytes);
    buffer_append_text(text, "\n) TO STDOUT WITH (FORMAT csv, HEADER)");
}

/* Takes rows until there are no more. */
static enum err rows_take(struct asking *asking)
{
    for (;;) {
        char *row = NULL;
        const int size = PQgetCopyData(asking->connection, &row, 1);
        if (size > 0) {
            const struct bytes bytes = {(const uint8_t *)row, (size_t)size};
            const enum err error =
                spool_write(asking->spool, bytes, &asking->bytes, asking->problem);
            PQfreemem(row);
            if (error != OK)
                return error;
            continue;
        }
        if (size == -1)
            return OK;
        if (size == -2)
            return refuse(asking, "the query failed");
        const enum err error = socket_wait(asking, POLLIN);
        if (error != OK)
            return error;
        if (PQconsumeInput(asking->connection) == 0)
            return refuse(asking, "the database went away");
    }
}

/* The next result of the statement. */
static enum err result_take(struct asking *asking, PGresult **result)
{
    while (PQisBusy(asking->connection) != 0) {
        const enum err error = socket_wait(asking, POLLIN);
        if (error != OK)
            return error;
        if (PQconsumeInput(asking->connection) == 0)
            return refuse(asking, "the database went away");
    }
    *result = PQgetResult(asking->connection);
    return OK;
}

/* Expects a result of that kind. */
static enum err result_expect(struct asking *asking, ExecStatusType wanted)
{
    PGresult *result = NULL;
    enum err error = result_take(asking, &result);
    if (error == OK && PQresultStatus(result) != wanted)
        error = refuse(asking, "the query failed");
    PQclear(result);
    return error;
}

static enum err ask(struct asking *asking, const char *query)
{
    struct buffer text;
    buffer_init(&text);
    copy_text(query, &text);
    enum err error = text.failed ? ERR_MEMORY : OK;
    if (error == OK && PQsendQuery(asking->connection, buffer_text(&text)) == 0)
        error = refuse(asking, "the query failed");
    buffer_deinit(&text);
    if (error == OK)
        error = result_expect(asking, PGRES_COPY_OUT);
    if (error == OK)
        error = rows_take(asking);
    /* Whether it went well is known at the end alone. */
    return error == OK ? result_expect(asking, PGRES_COMMAND_OK) : error;
}

enum err source_query(const struct row_source_settings *settings, int *fd, struct buffer *problem)
{
    struct asking asking = {
        .is_stopped = settings->is_stopped, .waits_left = WAITS_UNLIMITED, .problem = problem};
    enum err error = spool_open(NULL, &asking.spool, problem);
    if (error != OK)
        return error;
    error = connect_to(&asking, settings->database);
    if (error == OK)
        error = ask(&asking, settings->text);
    PQfinish(asking.connection);
    if (error == OK)
        *fd = asking.spool;
    else
        (void)close(asking.spool);
    return error;
}
