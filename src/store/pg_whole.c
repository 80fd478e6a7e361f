/* Opening, the locks, the state of the schema, and the two ends. */
#include "store/pg_whole.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/pg_statement.h"
#include "store/pg_whole_internal.h"

/* Of a statement: counting rows of a large cluster takes a while. A server that is gone is noticed
 * before, by the connection. */
#define DEADLINE_MS (INT64_C(24) * 60 * 60 * 1000)

/* Connections of a node that has just ended go within moments. */
#define LOCK_TEXT                                                                                  \
    "SET lock_timeout = '5s'; SELECT pg_advisory_lock(" PG_SCHEMA_LOCK ");"                        \
    " SELECT pg_advisory_lock(" PG_WHOLE_LOCK "); SET lock_timeout = '60s'"

/* Pieces are read along primary keys, whatever statistics say of tables that were just filled. */
#define SETTINGS_TEXT                                                                              \
    "SET search_path = public; SET synchronous_commit = on; SET jit = off;"                        \
    " SET default_transaction_isolation = 'read committed'; SET statement_timeout = 0;"            \
    " SET idle_in_transaction_session_timeout = 0; SET enable_seqscan = off;"                      \
    " SET enable_bitmapscan = off; SET max_parallel_workers_per_gather = 0"

/* Who looks for what a node waits for sees it; a name in the URL stays. */
#define NAME_TEXT                                                                                  \
    "SELECT set_config('application_name', 'stockctl admin copy', false)"                          \
    " WHERE current_setting('application_name') = 'stockd'"

#define IS_THERE_TEXT "SELECT to_regclass('public.stockd_schema') IS NOT NULL"
#define VERSION_TEXT  "SELECT version::int8 FROM stockd_schema"
#define BEGIN_TEXT    "UPDATE stockd_schema SET version = -abs(version)"
#define FINISH_TEXT   "UPDATE stockd_schema SET version = abs(version)"

enum err pg_whole_say(struct pg_whole *whole, enum err error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(whole->problem, sizeof(whole->problem), format, arguments);
    va_end(arguments);
    return error;
}

enum err pg_whole_failed(struct pg_whole *whole, const char *doing)
{
    static const struct {
        const char *state; /* Its beginning. */
        enum err error;
        const char *words;
    } rows[] = {
        {"42501", ERR_DENIED, "a right is missing, the role should own its database"},
        {"42P01", ERR_UNSUPPORTED, "a table is missing: run stockd migrate"},
        {"25006", ERR_UNSUPPORTED, "this server only reads, name the primary"},
        {"53100", ERR_FULL, "its disk is full"},
        {"53", ERR_FULL, "it has no room"},
        {"57", ERR_IO, "it was stopped"},
        {"22", ERR_CORRUPT, "it cannot hold what came"},
        {"23", ERR_CORRUPT, "it cannot hold what came"},
    };
    const char *state = pg_session_sqlstate(whole->session);
    const char *message = pg_session_problem(whole->session);
    if (state[0] == '\0')
        return pg_whole_say(whole, ERR_IO, "the connection was lost: %s", message);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strncmp(state, rows[i].state, strlen(rows[i].state)) == 0)
            return pg_whole_say(whole, rows[i].error, "%s: %s", rows[i].words, message);
    }
    return pg_whole_say(whole, ERR_UNSUPPORTED, "it refuses to %s (%s): %s", doing, state, message);
}

enum err pg_whole_script(struct pg_whole *whole, const char *text, const char *doing)
{
    const enum err error = pg_session_script(whole->session, text);
    return error == OK ? OK : pg_whole_failed(whole, doing);
}

enum err pg_whole_run(struct pg_whole *whole, enum pg_moving statement,
                      const struct pg_writer *values, struct pg_result **result)
{
    const struct pg_statement_row *row = &pg_moving_rows[statement];
    struct pg_result *rows = NULL;
    if (values->failed)
        return pg_whole_say(whole, ERR_MEMORY, "out of memory");
    if (pg_session_run(whole->session, row->text, values->request->values,
                       values->request->values_count, &rows) != OK)
        return pg_whole_failed(whole, row->columns[0] == '\0' ? "add rows" : "give rows");
    if (row->columns[0] != '\0' && !pg_result_is_shaped(rows, row->columns)) {
        pg_result_free(rows);
        return pg_whole_say(whole, ERR_UNSUPPORTED, "a column of %s has another type", row->name);
    }
    if (result != NULL)
        *result = rows;
    else
        pg_result_free(rows);
    return OK;
}

enum err pg_whole_ask(struct pg_whole *whole, const char *text, int64_t *number)
{
    struct pg_result *rows = NULL;
    if (pg_session_run(whole->session, text, NULL, 0, &rows) != OK)
        return pg_whole_failed(whole, "tell what there is");
    *number = pg_result_rows(rows) == 1 ? pg_result_int8(rows, 0, 0) : 0;
    pg_result_free(rows);
    return OK;
}

void pg_whole_set_watch(struct pg_whole *whole, const struct pg_whole_watch *watch)
{
    whole->watch = *watch;
}

enum err pg_whole_tell(struct pg_whole *whole, uint64_t cells_count)
{
    const struct pg_whole_watch *watch = &whole->watch;
    if (watch->go_on == NULL || watch->go_on(watch->context, cells_count))
        return OK;
    return pg_whole_say(whole, ERR_BUSY, "it was interrupted");
}

/* --- Opening. --- */

static enum err connect_to(struct pg_whole *whole, const char *url)
{
    char words[PG_PROBLEM_BYTES];
    const enum err error =
        pg_session_open(whole->os, url, DEADLINE_MS, &whole->session, words, sizeof(words));
    if (error == OK)
        return OK;
    const bool is_refused = strstr(words, "authentication failed") != NULL ||
                            strstr(words, "wants a password") != NULL ||
                            strstr(words, "pg_hba.conf") != NULL ||
                            strstr(words, "permission denied") != NULL;
    return pg_whole_say(whole, error == ERR_IO && is_refused ? ERR_DENIED : error, "%s", words);
}

/* Who holds the lock that was not to be had. */
static enum err tell_holders(struct pg_whole *whole)
{
    int64_t count = 0;
    const enum err error =
        pg_whole_ask(whole,
                     "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"
                     " AND classid = 0 AND objid IN (" PG_SCHEMA_LOCK ", " PG_WHOLE_LOCK ")"
                     " AND pid <> pg_backend_pid() AND database ="
                     " (SELECT oid FROM pg_database WHERE datname = current_database())",
                     &count);
    return error != OK ? error
                       : pg_whole_say(whole, ERR_BUSY,
                                      "%" PRId64 " connections of stockd work on it; stop every "
                                      "node, and whatever migrates or copies it",
                                      count);
}

static enum err take_locks(struct pg_whole *whole)
{
    enum err error = pg_whole_script(whole, SETTINGS_TEXT, "set what a copy needs");
    if (error == OK)
        error = pg_whole_script(whole, NAME_TEXT, "take a name");
    if (error != OK || pg_session_script(whole->session, LOCK_TEXT) == OK)
        return error;
    return strcmp(pg_session_sqlstate(whole->session), "55P03") == 0
               ? tell_holders(whole)
               : pg_whole_failed(whole, "be locked");
}

static enum err check_tables(struct pg_whole *whole)
{
    struct pg_result *rows = NULL;
    if (pg_session_run(whole->session, pg_statements.problems_text, NULL, 0, &rows) != OK)
        return pg_whole_failed(whole, "tell of its tables");
    enum err error = OK;
    if (pg_result_rows(rows) > 0) {
        const struct bytes first = pg_result_bytes(rows, 0, 0);
        error = pg_whole_say(whole, ERR_UNSUPPORTED, "%.*s", BYTES_ARG(first));
    }
    pg_result_free(rows);
    return error;
}

/* Gives whether it is what an unfinished copy left. */
static enum err check_schema(struct pg_whole *whole, enum pg_whole_use use, bool *unfinished)
{
    int64_t is_there = 0;
    int64_t version = 0;
    enum err error = pg_whole_ask(whole, IS_THERE_TEXT, &is_there);
    if (error == OK && is_there != 0)
        error = pg_whole_ask(whole, VERSION_TEXT, &version);
    if (error != OK)
        return error;
    *unfinished = version < 0;
    if (*unfinished && use == PG_WHOLE_READ)
        return pg_whole_say(whole, ERR_UNSUPPORTED, PG_UNFINISHED_COPY);
    if (*unfinished)
        version = -version;
    if (version == 0)
        return pg_whole_say(whole, ERR_UNSUPPORTED,
                            "there are no tables of stockd in it; make them with stockd migrate");
    if (version != PG_SCHEMA_VERSION)
        return pg_whole_say(whole, ERR_UNSUPPORTED,
                            "its tables have version %" PRId64 ", and this program works with "
                            "version %d only; %s",
                            version, (int)PG_SCHEMA_VERSION,
                            version < PG_SCHEMA_VERSION ? "bring them there with stockd migrate"
                                                        : "use a newer one");
    return check_tables(whole);
}

static enum err check_empty(struct pg_whole *whole)
{
    enum err error = OK;
    for (int i = PG_MOVING_COUNT_SHELVES; i <= PG_MOVING_COUNT_DOCUMENTS && error == OK; i++) {
        int64_t count = 0;
        error = pg_whole_ask(whole, pg_moving_rows[i].text, &count);
        if (error == OK && count != 0)
            error = pg_whole_say(whole, ERR_BUSY,
                                 "is not empty: there are %" PRId64 " rows in table %s; name a "
                                 "database of its own, made by stockd migrate",
                                 count, pg_moving_rows[i].name);
    }
    return error;
}

static enum err clean(struct pg_whole *whole)
{
    enum err error = OK;
    for (const char *const *text = pg_moving_clean; *text != NULL && error == OK; text++)
        error = pg_whole_script(whole, *text, "let go of what an unfinished copy left");
    whole->cleaned = error == OK;
    return error;
}

static enum err begin_use(struct pg_whole *whole, enum pg_whole_use use)
{
    bool unfinished = false;
    enum err error = take_locks(whole);
    if (error == OK)
        error = check_schema(whole, use, &unfinished);
    if (error != OK || use == PG_WHOLE_READ)
        return error;
    if (unfinished)
        return clean(whole);
    error = check_empty(whole);
    return error == OK ? pg_whole_script(whole, BEGIN_TEXT, "be marked as unfinished") : error;
}

enum err pg_whole_open(struct os *os, const char *url, enum pg_whole_use use,
                       struct pg_whole **opened, char problem[PG_WHOLE_PROBLEM_BYTES])
{
    struct pg_whole *whole = calloc(1, sizeof(*whole));
    (void)snprintf(problem, PG_WHOLE_PROBLEM_BYTES, "out of memory");
    if (whole == NULL)
        return ERR_MEMORY;
    whole->os = os;
    arena_init(&whole->arena);
    enum err error = connect_to(whole, url);
    if (error == OK)
        error = begin_use(whole, use);
    if (error != OK) {
        (void)snprintf(problem, PG_WHOLE_PROBLEM_BYTES, "%s", whole->problem);
        pg_whole_close(whole);
        return error;
    }
    *opened = whole;
    return OK;
}

bool pg_whole_was_cleaned(const struct pg_whole *whole)
{
    return whole->cleaned;
}

const char *pg_whole_problem(const struct pg_whole *whole)
{
    return whole->problem;
}

void pg_whole_close(struct pg_whole *whole)
{
    if (whole == NULL)
        return;
    pg_whole_drop_shelf(whole);
    pg_result_free(whole->shelves);
    pg_session_close(whole->session); /* And with it the locks, and what was not committed. */
    arena_deinit(&whole->arena);
    free(whole);
}

enum err pg_whole_finish(struct pg_whole *whole)
{
    return pg_whole_script(whole, FINISH_TEXT, "be marked as finished");
}
