/* What pg_migrate() runs: statements without values, in lists that end with NULL. Tables come in
 * steps, one per version, each run once; everything else may be run again at any time, and is. */
#ifndef STORE_PG_SCHEMA_TEXT_H
#define STORE_PG_SCHEMA_TEXT_H

/* Number of the advisory lock of whoever makes or removes days of the history. */
#define PG_HISTORY_LOCK "786255"

/* Step 1 is the first; as many as PG_SCHEMA_VERSION. A step never takes anything away. */
extern const char *const *const pg_schema_steps[];

/* How a function begins: its name, parameters and result; then its text, up to "END $$". */
#define PG_FUNCTION(head)                                                                          \
    "CREATE OR REPLACE FUNCTION " head " LANGUAGE plpgsql AS $$\n#variable_conflict use_column\n"

/* The last parameters of whatever writes for a command: what the sender knows, and why it is
 * written (struct stock_cause); with source 0 nothing of that is kept. */
#define PG_WHY       " p_epoch bigint, p_source integer, p_at bigint, p_by text, p_request bigint"
#define PG_WHY_TYPES "bigint,integer,bigint,text,bigint"

/* Functions that decide row by row. */
extern const char *const pg_schema_functions[];
extern const char *const pg_schema_order_functions[];
extern const char *const pg_schema_rate_functions[];
extern const char *const pg_schema_history_functions[];

/* Makes the days of the history that are missing; gives 1 until none is. */
#define PG_SCHEMA_DAYS "SELECT stockd_history_days(-1)"

/* Where the Citus extension is present: tables are distributed by their shelf, unless they are, or
 * copied to each node; then the functions run where their shelf lies. */
extern const char *const pg_schema_citus_tables[];
extern const char *const pg_schema_citus_functions[];

#endif
