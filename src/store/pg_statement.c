/* Texts of the statements. Those that decide something row by row are functions in the database
 * (pg_schema_functions.c, pg_schema_orders.c); here are the others.
 *
 * A plan must not change with statistics, so that a request costs what it did yesterday: tables
 * are probed by their primary keys, and the session forbids what would be tempting instead. */
#include "store/pg_statement.h"

#include <assert.h>

/* clang-format off */

/* Columns of a cell behind its kind; `at` is the moment of the turnover. */
#define CELL_COLUMNS(at) \
    "s.sku, s.available, s.reserved, s.updated_ms, s.marks," \
    " s.quarantine, s.defect, s.expired, s.utilization," \
    " CASE WHEN " at " <> 0 AND s.history_ms IS NOT NULL THEN" \
    " (SELECT stockd_tenths(s.available + s.reserved, s.history_ms, " at "," \
    " array_agg(t.day), array_agg(t.unit_ms), array_agg(t.sold))" \
    " FROM turnover t WHERE t.shelf_id = $1 AND t.sku = s.sku) END AS turnover"

/* Each SKU is a probe: what is joined cannot be folded into another plan. */
#define LIST_TEXT \
    "SELECT v.place::integer, " CELL_COLUMNS("$3") \
    " FROM unnest($2::text[]) WITH ORDINALITY AS v (sku, place)" \
    " CROSS JOIN LATERAL (SELECT * FROM stock c WHERE c.shelf_id = $1 AND c.sku = v.sku" \
    " OFFSET 0) s ORDER BY v.place"

/* filter_fits() of the local store. */
#define FILTER \
    "(s.marks & $5) = $6" \
    " AND ($7 OR s.updated_ms <> '-9223372036854775808'::bigint OR s.marks & 16 <> 0)" \
    " AND ($4 = 0 OR (s.available + s.reserved > 0) = ($4 = 1))"

/* Cells on one side of the position. A page looks at so many at most, in either direction, and
 * says where it ended: on a large shelf what fits may lie far away. */
#define SCAN_CELLS      "262144"
#define SCAN_CELLS_LESS "262143"
#define SIDE(columns, marked, compare, order) \
    "SELECT " columns " FROM stock s WHERE s.shelf_id = $1 AND s.sku " compare " $2" marked \
    " ORDER BY s.sku" order
#define SCAN(columns, marked, compare, order) \
    " FROM (" SIDE(columns, marked, compare, order) " LIMIT " SCAN_CELLS ") s" \
    " WHERE " FILTER " ORDER BY s.sku" order

/* Where the scan ended that found fewer rows than it could have. */
#define SCAN_END(kind, marked, compare, order, rows, limit) \
    " UNION ALL SELECT " kind ", e.sku, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL" \
    " FROM (" SIDE("s.sku", \
                   marked " AND (SELECT count(*) FROM " rows ") " limit, compare, order) \
    " OFFSET " SCAN_CELLS_LESS " LIMIT 1) e"

#define PAGE_TEXT(marked, compare, order, other_compare, other_order) \
    "WITH page AS MATERIALIZED (SELECT " CELL_COLUMNS("$8") \
    SCAN("*", marked, compare, order) " LIMIT $3 + 1)," \
    " other AS MATERIALIZED (SELECT s.sku" \
    SCAN("*", marked, other_compare, other_order) " LIMIT 1)" \
    " SELECT 100 AS kind, page.* FROM page" \
    " UNION ALL SELECT 101, other.sku," \
    " NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM other" \
    SCAN_END("102", marked, compare, order, "page", "<= $3") \
    SCAN_END("103", marked, other_compare, other_order, "other", "= 0") \
    " ORDER BY kind, sku" order

#define MARKED " AND s.marks <> 0"

/* Small letters as base/fold.h has them. What is all ASCII, as most is, needs one walk. */
#define CAPITALS \
    "ЀЁЂЃЄЅІЇЈЉЊЋЌЍЎЏАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ"
#define SMALLS \
    "ѐёђѓєѕіїјљњћќѝўџабвгдежзийклмнопрстуфхцчшщъыьэюя"
#define FOLDED(text) \
    "CASE WHEN octet_length(" text ") = length(" text ") THEN lower(" text ")" \
    " ELSE translate(lower(" text "), '" CAPITALS "', '" SMALLS "') END"

/* search_fits() of the local store; of the cells from the position on, as many as that one looks
 * at, and none where the prefix ends. */
#define SEARCH_CELLS      "131072"
#define SEARCH_CELLS_LESS "131071"
#define SEARCH_SIDE(columns, marked) \
    "SELECT " columns " FROM stock s WHERE s.shelf_id = $1 AND s.sku >= $2 AND s.sku < $9" marked \
    " ORDER BY s.sku"
#define SEARCH_FILTER \
    FILTER " AND ($11 = 0 OR (s.available > 0) = ($11 = 1))" \
    " AND ($12 = 0 OR s.updated_ms < $12 AND s.updated_ms <> '-9223372036854775808'::bigint)" \
    " AND ($10 = '' OR position($10 in " FOLDED("s.sku") ") > 0)"
#define SEARCH_TEXT(marked) \
    "WITH page AS MATERIALIZED (SELECT " CELL_COLUMNS("$8") \
    " FROM (" SEARCH_SIDE("*", marked) " LIMIT " SEARCH_CELLS ") s" \
    " WHERE " SEARCH_FILTER " ORDER BY s.sku LIMIT $3 + 1)" \
    " SELECT 100 AS kind, page.* FROM page" \
    " UNION ALL SELECT 102, e.sku, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL" \
    " FROM (" SEARCH_SIDE("s.sku", marked " AND (SELECT count(*) FROM page) <= $3") \
    " OFFSET " SEARCH_CELLS_LESS " LIMIT 1) e ORDER BY kind, sku"

#define TOTALS_TEXT \
    "SELECT count(*), coalesce(sum(s.available), 0)::bigint," \
    " coalesce(sum(s.reserved), 0)::bigint," \
    " coalesce(sum(coalesce(s.quarantine, 0) + coalesce(s.defect, 0) + coalesce(s.expired, 0)" \
    " + coalesce(s.utilization, 0)), 0)::bigint," \
    " (SELECT count(*) FROM orders o WHERE o.shelf_id = $1 AND o.state <= 1" \
    " AND ($2 = 0 OR o.campaign_id = $2))" \
    " FROM stock s WHERE s.shelf_id = $1"

/* A count of all cells in one statement would take as long as it takes. */
#define SURVEY_TEXT \
    "SELECT count(*), coalesce(sum(c.available), 0)::bigint," \
    " coalesce(sum(c.reserved), 0)::bigint," \
    " coalesce(sum(coalesce(c.quarantine, 0) + coalesce(c.defect, 0) + coalesce(c.expired, 0)" \
    " + coalesce(c.utilization, 0)), 0)::bigint," \
    " count(*) FILTER (WHERE c.marks & 1 <> 0)," \
    " coalesce(max(c.updated_ms), '-9223372036854775808'::bigint)," \
    " coalesce(max(c.sku), '')" \
    " FROM (SELECT * FROM stock s WHERE s.shelf_id = $1 AND s.sku > $2 ORDER BY s.sku LIMIT $3) c"

#define FIGURES_TEXT \
    "SELECT count(*), coalesce(max(shelf_id & 4294967295), 0) FROM shelf"

#define CELLS_TEXT \
    "SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = 'stock'::regclass"

#define EXPIRING_TEXT \
    "SELECT shelf_id, min(expires_ms) FROM orders" \
    " WHERE state = 0 AND expires_ms <> 0 AND expires_ms <= $1" \
    " GROUP BY shelf_id ORDER BY min(expires_ms) LIMIT 256"

/* Rows of the shelf from a place on, the newest first, so many at most; those that speak of the
 * SKU, which stands in a row once for each type that was counted; and where the next look begins,
 * if there may be more. Arrays are unpacked for rows that may have it, and once. */
#define HISTORY_TEXT \
    "WITH looked AS MATERIALIZED (SELECT * FROM stock_history h WHERE h.shelf_id = $1" \
    " AND h.place_us >= $3 AND h.place_us < $4 AND (h.place_us, h.writer) <= ($5, $6)" \
    " ORDER BY h.place_us DESC, h.writer DESC LIMIT $7)," \
    " found AS (SELECT l.*, i FROM looked l, unnest(array_positions(l.skus, $2)) AS i" \
    " WHERE l.sku_first <= $2 AND l.sku_last >= $2" \
    " AND (l.place_us <> $5 OR l.writer <> $6 OR i <= $9)" \
    " AND l.at_ms >= $10 AND l.at_ms < $11" \
    " ORDER BY l.place_us DESC, l.writer DESC, i DESC LIMIT $8)" \
    " SELECT 106 AS what, f.kind::integer, f.source::integer, f.place_us, f.at_ms, f.writer," \
    " f.by_name, f.request_id, f.campaign_id, f.order_id, f.available[f.i]," \
    " CASE WHEN f.reserved IS NULL THEN 0 ELSE f.reserved[f.i] END AS held, f.counts[f.i]," \
    " f.updated_ms[f.i], f.types[f.i], f.i, f.marks_set, f.marks_clear FROM found f" \
    " UNION ALL SELECT 107, NULL, NULL, e.place_us, NULL, e.writer - 1, NULL, NULL, NULL, NULL," \
    " NULL, NULL, NULL, NULL, NULL, 2147483647, NULL, NULL FROM (SELECT l.place_us, l.writer" \
    " FROM looked l ORDER BY l.place_us, l.writer OFFSET 0 LIMIT 1) e" \
    " WHERE (SELECT count(*) FROM looked) = $7" \
    " ORDER BY what, place_us DESC, writer DESC, i DESC"

/* Orders of each state that is wanted, along an index, as many as may be needed of that one. */
#define ORDER_LIST_TEXT \
    "SELECT p.order_id, p.state::integer, p.created_ms, p.changed_ms, p.expires_ms," \
    " i.sku, i.units FROM (SELECT o.* FROM generate_series(0, 4) AS s (state), LATERAL (" \
    "SELECT l.order_id, l.state, l.created_ms, l.changed_ms, l.expires_ms FROM orders l" \
    " WHERE l.shelf_id = $1 AND l.campaign_id = $2 AND l.state = s.state" \
    " AND (l.created_ms, l.order_id) < ($4, $5)" \
    " ORDER BY l.created_ms DESC, l.order_id DESC LIMIT $6) o" \
    " WHERE ($3 >> s.state) & 1 = 1 ORDER BY o.created_ms DESC, o.order_id DESC LIMIT $6) p" \
    " JOIN order_items i ON i.shelf_id = $1 AND i.campaign_id = $2 AND i.order_id = p.order_id" \
    " ORDER BY p.created_ms DESC, p.order_id DESC, i.place"

/* A number that comes in front of all tells of a database that has lost what was read. */
#define DOCUMENTS_TEXT \
    "(SELECT document_id, name, content, send_key FROM document WHERE document_id > $1" \
    " ORDER BY document_id LIMIT $2) UNION ALL SELECT 0, '', '', 0 WHERE $1 <> 0" \
    " AND NOT EXISTS (SELECT FROM document WHERE document_id = $1 AND send_key = $3)" \
    " ORDER BY 1"

#define INT8    PG_OID_INT8
#define INT4    PG_OID_INT4
#define BOOL    PG_OID_BOOL
#define TEXT    PG_OID_TEXT
#define BYTEA   PG_OID_BYTEA
#define TEXTS   PG_OID_TEXT_ARRAY
#define INT8S   PG_OID_INT8_ARRAY
#define INT4S   PG_OID_INT4_ARRAY

/* Whether it may be carried out twice (pg_prepared.h). */
#define AGAIN false
#define ONCE  true

/* What goes with a write: the epoch, and the cause. */
#define WHY INT8, INT4, INT8, TEXT, INT8

#define CELL_TYPES  "itnnninnnnn"
#define ORDER_TYPES "itnninnn"
#define PAGE(text_name, marked, compare, order, other_compare, other_order) \
    {text_name, PAGE_TEXT(marked, compare, order, other_compare, other_order), 8, \
     {INT8, TEXT, INT4, INT4, INT4, INT4, BOOL, INT8}, CELL_TYPES, AGAIN}
#define SEARCH(text_name, marked) \
    {text_name, SEARCH_TEXT(marked), 12, \
     {INT8, TEXT, INT4, INT4, INT4, INT4, BOOL, INT8, TEXT, TEXT, INT4, INT8}, CELL_TYPES, AGAIN}

static const struct pg_statement_row rows[PG_STATEMENTS_COUNT] = {
    [PG_PUT] = {"put",
        "SELECT code, applied FROM stockd_put($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        9, {INT8, TEXTS, INT8S, INT8S, WHY}, "in", AGAIN},
    [PG_PUT_EACH] = {"put_each",
        "SELECT code, place, applied, stale"
        " FROM stockd_put_each($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        11, {INT8, TEXTS, INT8S, INT8S, INT4S, INT4, WHY}, "iinn", AGAIN},
    [PG_MARK] = {"mark",
        "SELECT code, changed FROM stockd_mark($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        10, {INT8, TEXTS, INT4, INT4, BOOL, WHY}, "in", AGAIN},
    [PG_COUNT] = {"count",
        "SELECT code, place, held"
        " FROM stockd_count($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        12, {INT8, TEXTS, INT4S, INT8S, INT8S, INT4S, BOOL, WHY}, "iin", ONCE},
    [PG_RESERVE] = {"reserve",
        "SELECT kind, sku, units, available, state, created_ms, changed_ms, expires_ms"
        " FROM stockd_reserve($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        15, {INT8, INT8, TEXT, TEXTS, INT8S, INT4S, INT8, INT8, INT8, INT8, WHY}, ORDER_TYPES,
        AGAIN},
    [PG_ORDER] = {"order",
        "SELECT kind, sku, units, available, state, created_ms, changed_ms, expires_ms"
        " FROM stockd_order($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        10, {INT8, INT8, TEXT, INT4, INT8, WHY}, ORDER_TYPES, AGAIN},
    [PG_LIST] = {"list", LIST_TEXT, 3, {INT8, TEXTS, INT8}, CELL_TYPES, AGAIN},
    [PG_PAGE_NEXT] = PAGE("page_next", "", ">=", "", "<", " DESC"),
    [PG_PAGE_PREV] = PAGE("page_prev", "", "<", " DESC", ">=", ""),
    [PG_MARKED_NEXT] = PAGE("marked_next", MARKED, ">=", "", "<", " DESC"),
    [PG_MARKED_PREV] = PAGE("marked_prev", MARKED, "<", " DESC", ">=", ""),
    [PG_TOTALS] = {"totals", TOTALS_TEXT, 2, {INT8, INT8}, "nnnnn", AGAIN},
    [PG_FIGURES] = {"figures", FIGURES_TEXT, 0, {0}, "nn", AGAIN},
    [PG_CELLS] = {"cells", CELLS_TEXT, 0, {0}, "n", AGAIN},
    [PG_EXPIRING] = {"expiring", EXPIRING_TEXT, 1, {INT8}, "nn", AGAIN},
    [PG_EXPIRE] = {"expire",
        "SELECT expired FROM stockd_expire($1, $2, $3, $4)", 4, {INT8, INT8, INT4, INT4}, "n",
        AGAIN},
    [PG_DOCUMENT_ADD] = {"document_add",
        "SELECT code, number FROM stockd_document_add($1, $2, $3, $4)",
        4, {TEXT, BYTEA, INT8, INT8}, "in", AGAIN},
    [PG_DOCUMENTS] = {"documents", DOCUMENTS_TEXT, 3, {INT8, INT4, INT8}, "ntbn", AGAIN},
    [PG_FENCE] = {"fence",
        "INSERT INTO shelf AS h (shelf_id, fence) VALUES ($1, $2)"
        " ON CONFLICT (shelf_id) DO UPDATE SET fence = excluded.fence"
        " WHERE h.fence < excluded.fence",
        2, {INT8, INT8}, "", AGAIN},
    [PG_DRAIN] = {"drain",
        "SELECT h.shelf_id FROM shelf h WHERE h.shelf_id = $1 FOR UPDATE", 1, {INT8}, "n", AGAIN},
    [PG_SUMMARY] = {"summary",
        "SELECT s.summary_id, s.name, s.content, d.send_key FROM document_summary s"
        " JOIN document d ON d.document_id = s.summary_id ORDER BY s.place", 0, {0}, "nttn",
        AGAIN},
    [PG_DOCUMENT_LAST] = {"document_last",
        "SELECT document_id, summary_id FROM document_last", 0, {0}, "nn",
        AGAIN},
    [PG_SUMMARIZE] = {"summarize",
        "SELECT code FROM stockd_summarize($1, $2, $3)", 3, {INT8, TEXTS, TEXTS}, "i", AGAIN},
    [PG_ORDER_CLAIM] = {"order_claim",
        "SELECT kind, sku, units, available, state, created_ms, changed_ms, expires_ms"
        " FROM stockd_order_claim($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        10, {INT8, INT8, TEXT, INT8, INT8, WHY}, ORDER_TYPES, AGAIN},
    [PG_SPEND] = {"spend",
        "SELECT granted, spent, at_ms, until_ms FROM stockd_spend($1, $2, $3, $4, $5)",
        5, {INT8, INT4, INT8, INT8, INT8}, "onnn", AGAIN},
    [PG_SPEND_BACK] = {"spend_back",
        "UPDATE rate_window SET used = used - $4"
        " WHERE ends_ms = $1 AND entity = $2 AND method = $3 AND used >= $4",
        4, {INT8, INT8, INT4, INT8}, "", ONCE},
    [PG_WINDOWS_END] = {"windows_end",
        "DELETE FROM rate_window WHERE ends_ms < (SELECT stockd_clock_ms()) - 60000",
        0, {0}, "", AGAIN},
    [PG_SEARCH] = SEARCH("search", ""),
    [PG_SEARCH_MARKED] = SEARCH("search_marked", MARKED),
    [PG_HISTORY] = {"history", HISTORY_TEXT, 11,
        {INT8, TEXT, INT8, INT8, INT8, INT4, INT4, INT4, INT4, INT8, INT8},
        "iiinnitnntnnnniiii", AGAIN},
    [PG_HISTORY_DAYS] = {"history_days", "SELECT stockd_history_days($1)", 1, {INT8}, "n", AGAIN},
    [PG_ORDER_LIST] = {"order_list", ORDER_LIST_TEXT, 6, {INT8, INT8, INT4, INT8, TEXT, INT4},
        "tinnntn", AGAIN},
    [PG_SURVEY] = {"survey", SURVEY_TEXT, 3, {INT8, TEXT, INT4}, "nnnnnnt", AGAIN},
};

/* While a store is copied as a whole (pg_whole.h) no node works on it. */
#define LOCK_TEXT \
    "DO $$ BEGIN IF NOT pg_try_advisory_lock_shared(" PG_WHOLE_LOCK ") THEN" \
    " RAISE EXCEPTION 'a store is being copied from or to this database; wait for its end'" \
    " USING ERRCODE = '55006'; END IF; END $$; "

/* Other plans than probes and walks along an index are forbidden, as far as the database can do
 * without; a plan is made once. Nothing is acknowledged that a crash could take back. */
#define SESSION_TEXT \
    LOCK_TEXT "SET search_path = public; SET synchronous_commit = on;" \
    " SET default_transaction_isolation = 'read committed';" \
    " SET plan_cache_mode = force_generic_plan; SET jit = off;" \
    " SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_hashjoin = off;" \
    " SET enable_mergejoin = off; SET max_parallel_workers_per_gather = 0"

/* What changed by hand, or may not be done: tables by their columns and keys, then rights. */
#define PROBLEMS_TEXT \
    "WITH wanted AS (SELECT w[1] AS name, w[2] AS key, w[3] AS columns FROM (" \
    " SELECT string_to_array(line, '|') AS w FROM unnest(ARRAY[" \
    " 'shelf|shelf_id|shelf_id bigint,fence bigint'," \
    " 'stock|shelf_id,sku|shelf_id bigint,sku text,available bigint,reserved bigint,updated_ms" \
    " bigint,marks integer,written bigint,quarantine bigint,defect bigint,expired bigint," \
    "utilization bigint,history_ms bigint'," \
    " 'turnover|shelf_id,sku,day|shelf_id bigint,sku text,day integer,unit_ms bigint," \
    "sold bigint'," \
    " 'orders|shelf_id,campaign_id,order_id|shelf_id bigint,campaign_id bigint,order_id text," \
    "state smallint,created_ms bigint,changed_ms bigint,expires_ms bigint'," \
    " 'order_items|shelf_id,campaign_id,order_id,sku|shelf_id bigint,campaign_id bigint,order_id" \
    " text,place integer,sku text,units bigint'," \
    " 'order_claim|shelf_id,campaign_id,order_id|shelf_id bigint,campaign_id bigint,order_id" \
    " text,claim bigint,claim_key bigint'," \
    " 'document|document_id|document_id bigint,send_key bigint,name text,content bytea'," \
    " 'document_summary|place|place integer,summary_id bigint,name text,content text'," \
    " 'document_last|one|one boolean,document_id bigint,summary_id bigint'," \
    " 'rate_window|ends_ms,entity,method|ends_ms bigint,entity bigint,method integer," \
    "used bigint'," \
    " 'stock_history|shelf_id,place_us,writer|shelf_id bigint,place_us bigint,writer integer," \
    "at_ms bigint,request_id bigint,campaign_id bigint,order_id text,marks_set integer," \
    "marks_clear integer,kind smallint,source smallint,sku_first text,sku_last text,by_name text'" \
    "]) AS line) lines)" \
    " SELECT 'table ' || name || ' is not as stockd made it: '" \
    " || CASE WHEN to_regclass(name) IS NULL THEN 'it is missing'" \
    " ELSE 'column ' || split_part(c, ' ', 1) || ' is missing or not '" \
    " || split_part(c, ' ', 2) END" \
    " FROM wanted, unnest(string_to_array(columns, ',')) AS c WHERE NOT EXISTS (" \
    " SELECT 1 FROM pg_attribute a WHERE a.attrelid = to_regclass(name) AND NOT a.attisdropped" \
    " AND a.attname = split_part(c, ' ', 1)" \
    " AND format_type(a.atttypid, NULL) = split_part(c, ' ', 2))" \
    " UNION ALL SELECT 'table ' || name || ' is not as stockd made it: its primary key is not ('" \
    " || key || ')' FROM wanted WHERE to_regclass(name) IS NOT NULL AND NOT EXISTS (" \
    " SELECT 1 FROM pg_index i WHERE i.indrelid = to_regclass(name) AND i.indisprimary" \
    " AND key = (SELECT string_agg(a.attname, ',' ORDER BY k.place)" \
    " FROM unnest(i.indkey::smallint[]) WITH ORDINALITY AS k (number, place)" \
    " JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number))" \
    " UNION ALL SELECT 'role ' || current_user || ' may not ' || lower(p) || ' in table ' || name" \
    " FROM wanted, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS p" \
    " WHERE to_regclass(name) IS NOT NULL AND NOT has_table_privilege(to_regclass(name), p)" \
    " UNION ALL SELECT 'role ' || current_user || ' may not execute function ' || proname" \
    " FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proname LIKE 'stockd\\_%'" \
    " AND NOT has_function_privilege(oid, 'EXECUTE')"

/* clang-format on */

static_assert(sizeof(PROBLEMS_TEXT) <= 4096, "a literal that every compiler takes");

const struct pg_statement_set pg_statements = {
    .rows = rows,
    .rows_count = PG_STATEMENTS_COUNT,
    .schema_version = PG_SCHEMA_VERSION,
    .session_text = SESSION_TEXT,
    .version_text = "SELECT version FROM public.stockd_schema",
    .problems_text = PROBLEMS_TEXT,
};
