/* Migration: one connection, one lock, and everything that is missing.
 *
 * Each step of tables is a transaction. What follows can be done twice: tables are distributed that
 * are not yet, functions are replaced, and the version is written last, so that no node takes a
 * schema for whole that is not. On Citus the distribution of tables and functions cannot share a
 * transaction, so this is how it is done everywhere. */
#include "store/pg_schema.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "store/pg_schema_text.h"
#include "store/pg_session.h"
#include "store/pg_statement.h"

enum { SERVER_VERSION_MIN = 120000 };

/* Of a statement. Another one may migrate for long, and tables that were filled before Citus came
 * take hours to be distributed, so the deadline, a day, is for what would never end. A server that
 * is gone is noticed before, by the connection. */
#define DEADLINE_MS (INT64_C(24) * 60 * 60 * 1000)

#define LOCK_TEXT "SELECT pg_advisory_lock(" PG_SCHEMA_LOCK ")"

/* Who looks for what the others wait for sees it; a name in the URL stays. */
#define NAME_TEXT                                                                                  \
    "SELECT set_config('application_name', 'stockd migrate', false)"                               \
    " WHERE current_setting('application_name') = 'stockd'"

/* Connections of nodes, unless the URL has a name of its own; and some time for those of nodes that
 * have just ended. */
#define OF_NODES                                                                                   \
    " FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"        \
    " AND application_name = 'stockd'"
#define COUNT_NODES_TEXT "SELECT count(*)" OF_NODES
#define WAIT_NODES_TEXT                                                                            \
    "DO $$ BEGIN FOR i IN 1 .. 30 LOOP EXIT WHEN NOT EXISTS (SELECT" OF_NODES ");"                 \
    " PERFORM pg_sleep(0.1); PERFORM pg_stat_clear_snapshot(); END LOOP; END $$"

struct migration {
    struct pg_session *session;
    struct pg_migration *done;
    char *problem;
    int64_t version;
    int64_t tables;
};

/* Says what is wrong: our words, and those of the session. */
static void tell(struct migration *migration, const char *words, const char *session_words)
{
    const char *separator = words[0] == '\0' || session_words[0] == '\0' ? "" : ": ";
    (void)snprintf(migration->problem, PG_MIGRATION_PROBLEM_BYTES, "%.200s%s%s", words, separator,
                   session_words);
}

static enum err connect_to(struct migration *migration, struct os *os, const char *url)
{
    char words[PG_PROBLEM_BYTES];
    const enum err error =
        pg_session_open(os, url, DEADLINE_MS, &migration->session, words, sizeof(words));
    if (error == ERR_UNSUPPORTED) {
        tell(migration,
             "another encoding than UTF8 is of no use, make a database with ENCODING 'UTF8'",
             words);
    } else if (error == ERR_IO && strstr(words, "session is read-only") != NULL) {
        tell(migration, "this server only reads, name the primary", words);
        return ERR_UNSUPPORTED;
    } else if (error != OK) {
        tell(migration, "", words);
    }
    return error;
}

/* What a refusal of the server means, by its class and code. */
static enum err refused(struct migration *migration, const char *doing)
{
    const char *state = pg_session_sqlstate(migration->session);
    const char *message = pg_session_problem(migration->session);
    if (state[0] == '\0') {
        tell(migration, "the connection was lost, run it again", message);
        return ERR_IO;
    }
    if (strcmp(state, "42501") == 0) {
        tell(migration, "a right is missing, the role should own its database", message);
        return ERR_DENIED;
    }
    if (strcmp(state, "42P07") == 0 || strcmp(state, "42710") == 0) {
        tell(migration, "stockd did not make this, give it a database of its own", message);
        return ERR_BUSY;
    }
    if (strcmp(state, "25006") == 0) {
        tell(migration, "this server only reads, name the primary", message);
        return ERR_UNSUPPORTED;
    }
    char words[160];
    (void)snprintf(words, sizeof(words), "the database refuses to %s (%s)", doing, state);
    tell(migration, words, message);
    return ERR_INVALID;
}

static enum err run(struct migration *migration, const char *text, const char *doing)
{
    const enum err error = pg_session_script(migration->session, text);
    return error == OK ? OK : refused(migration, doing);
}

/* Runs one statement that tells something. Gives its rows, to be freed by pg_result_free(). */
static enum err look(struct migration *migration, const char *text, struct pg_result **rows)
{
    const enum err error = pg_session_run(migration->session, text, NULL, 0, rows);
    return error == OK ? OK : refused(migration, "tell what there is");
}

static enum err run_all(struct migration *migration, const char *const *texts, const char *doing)
{
    enum err error = OK;
    for (; *texts != NULL && error == OK; texts++)
        error = run(migration, *texts, doing);
    return error;
}

/* Asks for one number; 0 where there is no row. */
static enum err ask(struct migration *migration, const char *text, int64_t *number)
{
    struct pg_result *rows = NULL;
    const enum err error = look(migration, text, &rows);
    if (error != OK)
        return error;
    *number = pg_result_rows(rows) == 1 ? pg_result_int8(rows, 0, 0) : 0;
    pg_result_free(rows);
    return OK;
}

/* What no statement would tell in time. */
static enum err check_server(struct migration *migration)
{
    int64_t version = 0;
    const enum err error =
        ask(migration, "SELECT current_setting('server_version_num')::int8", &version);
    if (error != OK || version >= SERVER_VERSION_MIN)
        return error;
    tell(migration, "PostgreSQL is too old, 12 or newer is needed", "");
    return ERR_UNSUPPORTED;
}

/* Reads which version there is. */
static enum err read_version(struct migration *migration)
{
    int64_t is_there = 0;
    enum err error =
        ask(migration, "SELECT to_regclass('public.stockd_schema') IS NOT NULL", &is_there);
    if (error == OK && is_there != 0) {
        error = ask(migration, "SELECT version::int8 FROM stockd_schema", &migration->version);
        if (error == OK)
            error = ask(migration, "SELECT tables::int8 FROM stockd_schema", &migration->tables);
    }
    int64_t citus = 0;
    if (error == OK)
        error = ask(migration, "SELECT 1 FROM pg_extension WHERE extname = 'citus'", &citus);
    migration->done->version_from = (int32_t)migration->version;
    migration->done->version_to = (int32_t)migration->version;
    migration->done->is_citus = citus != 0;
    if (error == OK && migration->version < 0) {
        tell(migration, PG_UNFINISHED_COPY, "");
        return ERR_BUSY;
    }
    if (error != OK ||
        (migration->version <= PG_SCHEMA_VERSION && migration->tables <= PG_SCHEMA_VERSION))
        return error;
    char words[160];
    const int64_t newer =
        migration->version > migration->tables ? migration->version : migration->tables;
    (void)snprintf(words, sizeof(words),
                   "the schema has version %" PRId64 ", this stockd knows versions up to %d:"
                   " run a newer stockd",
                   newer, (int)PG_SCHEMA_VERSION);
    tell(migration, words, "");
    return ERR_UNSUPPORTED;
}

/* A node of an older version would go on with what it had prepared, past the rules of the new one.
 */
static enum err check_nodes(struct migration *migration)
{
    int64_t count = 0;
    if (migration->version <= 0 || migration->version == PG_SCHEMA_VERSION)
        return OK;
    enum err error = run(migration, WAIT_NODES_TEXT, "tell who works on it");
    if (error == OK)
        error = ask(migration, COUNT_NODES_TEXT, &count);
    if (error != OK || count == 0)
        return error;
    char words[160];
    (void)snprintf(words, sizeof(words),
                   "%" PRId64 " connections of nodes work on tables of version %" PRId64
                   ": stop every node before",
                   count, migration->version);
    tell(migration, words, "");
    return ERR_BUSY;
}

/* One step of tables, all of it or nothing. */
static enum err make_step(struct migration *migration, int64_t step)
{
    char text[80];
    (void)snprintf(text, sizeof(text), "UPDATE stockd_schema SET tables = %" PRId64, step);
    enum err error = run(migration, "BEGIN", "begin");
    if (error == OK)
        error = run_all(migration, pg_schema_steps[step - 1], "make tables");
    if (error == OK)
        error = run(migration, text, "note what was made");
    return error == OK ? run(migration, "COMMIT", "make tables") : error;
}

/* Everything behind the tables. */
static enum err make_rest(struct migration *migration)
{
    char text[80];
    const bool citus = migration->done->is_citus;
    enum err error = OK;
    if (citus)
        error = run_all(migration, pg_schema_citus_tables, "distribute tables");
    if (error == OK)
        error = run_all(migration, pg_schema_functions, "make functions");
    if (error == OK)
        error = run_all(migration, pg_schema_order_functions, "make functions");
    if (error == OK)
        error = run_all(migration, pg_schema_rate_functions, "make functions");
    if (error == OK)
        error = run_all(migration, pg_schema_history_functions, "make functions");
    if (error == OK && citus)
        error = run_all(migration, pg_schema_citus_functions, "distribute functions");
    for (int64_t made = 1; error == OK && made > 0;)
        error = ask(migration, PG_SCHEMA_DAYS, &made);
    if (error != OK || migration->version == PG_SCHEMA_VERSION)
        return error;
    (void)snprintf(text, sizeof(text), "UPDATE stockd_schema SET version = %d",
                   (int)PG_SCHEMA_VERSION);
    return run(migration, text, "note the version");
}

/* What a node would refuse at its start: a table that was changed by hand. */
static enum err check_tables(struct migration *migration)
{
    struct pg_result *rows = NULL;
    const enum err error = look(migration, pg_statements.problems_text, &rows);
    if (error != OK)
        return error;
    const bool whole = pg_result_rows(rows) == 0;
    if (!whole) {
        char words[PG_PROBLEM_BYTES];
        const struct bytes first = pg_result_bytes(rows, 0, 0);
        (void)snprintf(words, sizeof(words), "%.*s", BYTES_ARG(first));
        tell(migration, "changed by hand, and to be undone by hand", words);
    }
    pg_result_free(rows);
    return whole ? OK : ERR_INVALID;
}

static enum err migrate(struct migration *migration)
{
    static const char *const begin[] = {NAME_TEXT, "SET search_path = public", LOCK_TEXT, NULL};
    enum err error = check_server(migration);
    if (error == OK)
        error = run_all(migration, begin, "wait for its turn");
    if (error == OK)
        error = read_version(migration);
    if (error == OK)
        error = check_nodes(migration);
    while (error == OK && migration->tables < PG_SCHEMA_VERSION) {
        migration->tables++;
        error = make_step(migration, migration->tables);
    }
    if (error == OK)
        error = make_rest(migration);
    if (error == OK)
        error = check_tables(migration);
    if (error == OK)
        migration->done->version_to = PG_SCHEMA_VERSION;
    return error;
}

enum err pg_migrate(struct os *os, const char *url, struct pg_migration *done,
                    char problem[PG_MIGRATION_PROBLEM_BYTES])
{
    *done = (struct pg_migration){0};
    problem[0] = '\0';
    struct migration migration = {.done = done, .problem = problem};
    enum err error = connect_to(&migration, os, url);
    if (error == OK)
        error = migrate(&migration);
    pg_session_close(migration.session); /* Ends a transaction that failed, and the lock. */
    return error;
}
