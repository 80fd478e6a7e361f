/* Tables of the PostgreSQL store. Every one that belongs to shelves has the shelf in its primary
 * key, by which Citus distributes it, and refers to no other table: what belongs together is
 * written by one statement or one function. */
#include "store/pg_schema_text.h"

#include <assert.h>
#include <stddef.h>

#include "store/pg_statement.h"

/* clang-format off */

/* Cells. The moment of one that was never updated is the least number there is. `written` is the
 * number that orders began to move, if they did; unfit units are NULL where there are none; history
 * is accounted for up to history_ms, on shelves in the Market's warehouses. Updates stay on their
 * page where there is room, as no index has what they change. */
#define STOCK_TABLE \
    "CREATE TABLE stock (\n" \
    "  shelf_id bigint NOT NULL,\n" \
    "  available bigint NOT NULL DEFAULT 0 CHECK (available >= 0),\n" \
    "  reserved bigint NOT NULL DEFAULT 0 CHECK (reserved >= 0),\n" \
    "  updated_ms bigint NOT NULL DEFAULT '-9223372036854775808',\n" \
    "  written bigint,\n" \
    "  quarantine bigint, defect bigint, expired bigint, utilization bigint,\n" \
    "  history_ms bigint,\n" \
    "  marks integer NOT NULL DEFAULT 0,\n" \
    "  sku text COLLATE \"C\" NOT NULL,\n" \
    "  PRIMARY KEY (shelf_id, sku)\n" \
    ") WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05,\n" \
    "  autovacuum_analyze_scale_factor = 0.02)"

/* Days are counted from the first one of the year 0. */
#define TURNOVER_TABLE \
    "CREATE TABLE turnover (\n" \
    "  shelf_id bigint NOT NULL,\n" \
    "  unit_ms bigint NOT NULL,\n" \
    "  sold bigint NOT NULL,\n" \
    "  day integer NOT NULL,\n" \
    "  sku text COLLATE \"C\" NOT NULL,\n" \
    "  PRIMARY KEY (shelf_id, sku, day)\n" \
    ")"

#define ORDERS_TABLE \
    "CREATE TABLE orders (\n" \
    "  shelf_id bigint NOT NULL,\n" \
    "  campaign_id bigint NOT NULL,\n" \
    "  created_ms bigint NOT NULL,\n" \
    "  changed_ms bigint NOT NULL,\n" \
    "  expires_ms bigint NOT NULL,\n" \
    "  state smallint NOT NULL CHECK (state BETWEEN 0 AND 4),\n" \
    "  order_id text COLLATE \"C\" NOT NULL,\n" \
    "  PRIMARY KEY (shelf_id, campaign_id, order_id)\n" \
    ")"

#define ORDER_ITEMS_TABLE \
    "CREATE TABLE order_items (\n" \
    "  shelf_id bigint NOT NULL,\n" \
    "  campaign_id bigint NOT NULL,\n" \
    "  units bigint NOT NULL CHECK (units > 0),\n" \
    "  place integer NOT NULL,\n" \
    "  order_id text COLLATE \"C\" NOT NULL,\n" \
    "  sku text COLLATE \"C\" NOT NULL,\n" \
    "  PRIMARY KEY (shelf_id, campaign_id, order_id, sku)\n" \
    ")"

/* Who is just looking for an order on several shelves, to make it on one: the last that looked at
 * this one. A claim is a moment in microseconds, or more; two of one moment differ by the key. */
#define ORDER_CLAIM_TABLE \
    "CREATE TABLE order_claim (\n" \
    "  shelf_id bigint NOT NULL,\n" \
    "  campaign_id bigint NOT NULL,\n" \
    "  claim bigint NOT NULL,\n" \
    "  claim_key bigint NOT NULL,\n" \
    "  order_id text COLLATE \"C\" NOT NULL,\n" \
    "  PRIMARY KEY (shelf_id, campaign_id, order_id)\n" \
    ")"

/* What entities spent of their rate limits, a row a window: then versions of one row that nothing
 * can remove yet, because of a long transaction elsewhere, are those of one window at most. It is
 * forgotten when the database crashes, so that nobody waits for a disk; windows are short. On Citus
 * it stays where it is made, on the coordinator: all nodes count by its clock. */
#define RATE_WINDOW_TABLE \
    "CREATE UNLOGGED TABLE rate_window (\n" \
    "  ends_ms bigint NOT NULL,\n" \
    "  entity bigint NOT NULL,\n" \
    "  used bigint NOT NULL CHECK (used >= 0),\n" \
    "  method integer NOT NULL,\n" \
    "  PRIMARY KEY (ends_ms, entity, method)\n" \
    ") WITH (fillfactor = 50)"

/* What requests did to cells, a row each. `writer` tells two rows of one moment apart. What a row
 * says of each SKU stands in arrays, which are compressed: a row for each SKU would cost the writes
 * a third of their speed. A day is a table (pg_schema_history.c). */
#define HISTORY_TABLE \
    "CREATE TABLE stock_history (\n" \
    "  shelf_id bigint NOT NULL,\n" \
    "  place_us bigint NOT NULL,\n" \
    "  at_ms bigint NOT NULL,\n" \
    "  request_id bigint NOT NULL,\n" \
    "  campaign_id bigint,\n" \
    "  writer integer NOT NULL,\n" \
    "  marks_set integer,\n" \
    "  marks_clear integer,\n" \
    "  kind smallint NOT NULL,\n" \
    "  source smallint NOT NULL,\n" \
    "  sku_first text COLLATE \"C\" NOT NULL,\n" \
    "  sku_last text COLLATE \"C\" NOT NULL,\n" \
    "  by_name text NOT NULL,\n" \
    "  order_id text,\n" \
    "  skus text[] COLLATE \"C\" NOT NULL,\n" \
    "  available bigint[], reserved bigint[], counts bigint[], updated_ms bigint[],\n" \
    "  types integer[],\n" \
    "  PRIMARY KEY (shelf_id, place_us, writer)\n" \
    ") PARTITION BY RANGE (place_us)"

/* Not every server is built with it, or knows it: then its own way to compress will do. */
#define HISTORY_COMPRESSION \
    "DO $$ BEGIN\n" \
    "  EXECUTE 'ALTER TABLE stock_history ALTER skus SET COMPRESSION lz4,\n" \
    "    ALTER available SET COMPRESSION lz4, ALTER reserved SET COMPRESSION lz4,\n" \
    "    ALTER counts SET COMPRESSION lz4, ALTER updated_ms SET COMPRESSION lz4,\n" \
    "    ALTER types SET COMPRESSION lz4';\n" \
    "EXCEPTION WHEN feature_not_supported OR syntax_error OR undefined_object\n" \
    "  OR invalid_parameter_value THEN NULL;\n" \
    "END $$"

/* Documents are numbered by hand, under a lock on the last number, so that they become visible in
 * the order of their numbers. The version is 0 until everything was made; `tables` counts the steps
 * of tables alone. */
static const char *const step_1[] = {
    "CREATE TABLE stockd_schema (\n"
    "  one boolean PRIMARY KEY DEFAULT true CHECK (one),\n"
    "  version integer NOT NULL,\n"
    "  tables integer NOT NULL\n"
    ")",
    "INSERT INTO stockd_schema (version, tables) VALUES (0, 0)",
    "CREATE TABLE shelf (shelf_id bigint PRIMARY KEY)",
    STOCK_TABLE,
    "CREATE INDEX stock_marked ON stock (shelf_id, sku) WHERE marks <> 0",
    TURNOVER_TABLE,
    ORDERS_TABLE,
    "CREATE INDEX orders_expiring ON orders (expires_ms, shelf_id) WHERE state = 0\n"
    "  AND expires_ms <> 0",
    "CREATE INDEX orders_open ON orders (shelf_id, campaign_id) WHERE state <= 1",
    "CREATE INDEX orders_over ON orders (shelf_id, changed_ms) WHERE state >= 2",
    ORDER_ITEMS_TABLE,
    "CREATE TABLE document (\n"
    "  document_id bigint PRIMARY KEY,\n"
    "  send_key bigint NOT NULL UNIQUE,\n"
    "  name text NOT NULL,\n"
    "  content bytea NOT NULL\n"
    ")",
    "CREATE TABLE document_last (\n"
    "  one boolean PRIMARY KEY DEFAULT true CHECK (one),\n"
    "  document_id bigint NOT NULL\n"
    ")",
    "INSERT INTO document_last (document_id) VALUES (0)",
    NULL,
};

/* Several nodes. A shelf has the number of the document that a node has to have taken before it
 * writes there. Functions that did not ask for it go: nothing of this version calls them. A summary
 * leads to what all documents up to its number lead to. */
static const char *const step_2[] = {
    "ALTER TABLE shelf ADD COLUMN fence bigint NOT NULL DEFAULT 0",
    ORDER_CLAIM_TABLE,
    "CREATE INDEX order_claim_age ON order_claim (shelf_id, claim)",
    "CREATE TABLE document_summary (\n"
    "  place integer PRIMARY KEY,\n"
    "  summary_id bigint NOT NULL,\n"
    "  name text NOT NULL,\n"
    "  content text NOT NULL\n"
    ")",
    "ALTER TABLE document_last ADD COLUMN summary_id bigint NOT NULL DEFAULT 0",
    "DROP FUNCTION IF EXISTS"
    " stockd_put_each(bigint, text[], bigint[], bigint[], integer[], integer),"
    " stockd_mark(bigint, text[], integer, integer, boolean),"
    " stockd_count(bigint, text[], integer[], bigint[], bigint[], integer[], boolean),"
    " stockd_reserve(bigint, bigint, text, text[], bigint[], integer[], bigint, bigint),"
    " stockd_order(bigint, bigint, text, integer, bigint)",
    NULL,
};

static const char *const step_3[] = {RATE_WINDOW_TABLE, NULL};

/* Histories; and orders in the order in which they are listed. Functions that were not told why go.
 */
static const char *const step_4[] = {
    HISTORY_TABLE,
    HISTORY_COMPRESSION,
    "CREATE TABLE stock_history_rest PARTITION OF stock_history DEFAULT",
    "CREATE INDEX stock_history_rest_place ON stock_history_rest (place_us)",
    "CREATE INDEX orders_listed ON orders (shelf_id, campaign_id, state, created_ms, order_id)",
    "DROP FUNCTION IF EXISTS"
    " stockd_put(bigint, text[], bigint[], bigint[], bigint),"
    " stockd_put_each(bigint, text[], bigint[], bigint[], integer[], integer, bigint),"
    " stockd_mark(bigint, text[], integer, integer, boolean, bigint),"
    " stockd_count(bigint, text[], integer[], bigint[], bigint[], integer[], boolean, bigint),"
    " stockd_reserve(bigint, bigint, text, text[], bigint[], integer[], bigint, bigint, bigint,"
    " bigint, bigint),"
    " stockd_order_claim(bigint, bigint, text, bigint, bigint, bigint),"
    " stockd_order(bigint, bigint, text, integer, bigint, bigint),"
    " stockd_expire(bigint, bigint, integer)",
    NULL,
};

const char *const *const pg_schema_steps[] = {step_1, step_2, step_3, step_4};
static_assert(sizeof(pg_schema_steps) / sizeof(pg_schema_steps[0]) == PG_SCHEMA_VERSION,
              "each version has a step");

#define UNLESS_DISTRIBUTED(table) \
    " WHERE NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = '" table "'::regclass)"
#define DISTRIBUTE(table, with) \
    "SELECT create_distributed_table('" table "', 'shelf_id', colocate_with => '" with "')" \
    UNLESS_DISTRIBUTED(table)
#define REFERENCE(table) "SELECT create_reference_table('" table "')" UNLESS_DISTRIBUTED(table)

/* Planning a batch costs some for each shard: 32 are enough for as many workers. */
const char *const pg_schema_citus_tables[] = {
    "SET citus.shard_count = 32",
    DISTRIBUTE("shelf", "none"),
    DISTRIBUTE("stock", "shelf"),
    DISTRIBUTE("turnover", "shelf"),
    DISTRIBUTE("orders", "shelf"),
    DISTRIBUTE("order_items", "shelf"),
    DISTRIBUTE("order_claim", "shelf"),
    DISTRIBUTE("stock_history", "shelf"),
    REFERENCE("document"),
    REFERENCE("document_summary"),
    REFERENCE("document_last"),
    REFERENCE("stockd_schema"),
    NULL,
};

#define EVERYWHERE(function) "SELECT create_distributed_function('" function "')"
#define BY_SHELF(function) \
    "SELECT create_distributed_function('" function "', distribution_arg_name := 'p_shelf'," \
    " colocate_with := 'stock')"

const char *const pg_schema_citus_functions[] = {
    EVERYWHERE("stockd_tenths(bigint,bigint,bigint,integer[],bigint[],bigint[])"),
    EVERYWHERE("stockd_advance(bigint,text,bigint,bigint,bigint)"),
    EVERYWHERE("stockd_sell(bigint,text,bigint,bigint)"),
    EVERYWHERE("stockd_order_rows(bigint,bigint,text,integer)"),
    EVERYWHERE("stockd_enter(bigint,bigint)"),
    EVERYWHERE("stockd_put_rows(bigint,text[],bigint[],bigint[],bigint)"),
    EVERYWHERE("stockd_put_found(bigint,text[],bigint[])"),
    EVERYWHERE("stockd_clock_us()"),
    EVERYWHERE("stockd_note(bigint,integer,bigint,text,bigint,integer,bigint,text,integer,"
               "integer,text[],bigint[],bigint[],bigint[],bigint[],integer[])"),
    BY_SHELF("stockd_put(bigint,text[],bigint[],bigint[]," PG_WHY_TYPES ")"),
    BY_SHELF("stockd_put_each(bigint,text[],bigint[],bigint[],integer[],integer,"
             PG_WHY_TYPES ")"),
    BY_SHELF("stockd_mark(bigint,text[],integer,integer,boolean," PG_WHY_TYPES ")"),
    BY_SHELF("stockd_count(bigint,text[],integer[],bigint[],bigint[],integer[],boolean,"
             PG_WHY_TYPES ")"),
    BY_SHELF("stockd_reserve(bigint,bigint,text,text[],bigint[],integer[],bigint,bigint,bigint,"
             "bigint," PG_WHY_TYPES ")"),
    BY_SHELF("stockd_order_claim(bigint,bigint,text,bigint,bigint," PG_WHY_TYPES ")"),
    BY_SHELF("stockd_order(bigint,bigint,text,integer,bigint," PG_WHY_TYPES ")"),
    BY_SHELF("stockd_expire(bigint,bigint,integer,integer)"),
    NULL,
};

/* clang-format on */
