/* Texts. Reading goes along primary keys, piece by piece; what is added goes through `shelf`, as a
 * bulk PUT does, so that Citus sends it to the node of that shelf. */
#include "store/pg_moving.h"

#include <assert.h>
#include <stddef.h>

#include "store/pg_statement.h"

/* Neither reading nor the comparison at the end misses a table or a column that these texts do not
 * know: who adds one to the schema decides here whether it moves (docs/scale.md §9). */
static_assert(PG_SCHEMA_VERSION == 4, "what a new version of the schema holds moves, or need not");

/* clang-format off */

#define CELLS_TEXT \
    "SELECT s.sku, s.available, s.reserved, s.updated_ms, s.marks, s.written, s.quarantine," \
    " s.defect, s.expired, s.utilization, s.history_ms FROM stock s" \
    " WHERE s.shelf_id = $1 AND s.sku > $2 ORDER BY s.sku LIMIT $3"

#define DAYS_TEXT \
    "SELECT t.sku, t.day, t.unit_ms, t.sold FROM turnover t" \
    " WHERE t.shelf_id = $1 AND t.sku > $2 AND t.sku <= $3 ORDER BY t.sku, t.day"

#define ORDERS_TEXT \
    "SELECT o.campaign_id, o.order_id, o.state::integer, o.created_ms, o.changed_ms," \
    " o.expires_ms FROM orders o" \
    " WHERE o.shelf_id = $1 AND (o.campaign_id, o.order_id) > ($2, $3)" \
    " ORDER BY o.campaign_id, o.order_id LIMIT $4"

#define ITEMS_TEXT \
    "SELECT i.campaign_id, i.order_id, i.sku, i.units FROM order_items i" \
    " WHERE i.shelf_id = $1 AND (i.campaign_id, i.order_id) > ($2, $3)" \
    " AND (i.campaign_id, i.order_id) <= ($4, $5)" \
    " ORDER BY i.campaign_id, i.order_id, i.place"

/* Those of the summary come first, so their numbers are below all others. */
#define DOCUMENTS_TEXT \
    "SELECT d.number, d.name, d.content FROM (" \
    "SELECT s.place::bigint - 4611686018427387904 AS number, s.name," \
    " convert_to(s.content, 'UTF8') AS content" \
    " FROM document_summary s UNION ALL SELECT document_id, name, content FROM document" \
    " WHERE document_id > (SELECT summary_id FROM document_last)) d" \
    " WHERE d.number > $1 ORDER BY d.number LIMIT $2"

#define ADD_CELLS_TEXT \
    "INSERT INTO stock (shelf_id, sku, available, reserved, updated_ms, marks, written," \
    " quarantine, defect, expired, utilization, history_ms)" \
    " SELECT h.shelf_id, v.sku, v.available, v.reserved, v.updated_ms, v.marks::integer," \
    " nullif(v.written, -1), nullif(v.quarantine, 0), nullif(v.defect, 0)," \
    " nullif(v.expired, 0), nullif(v.utilization, 0)," \
    " nullif(v.history_ms, '-9223372036854775808'::bigint)" \
    " FROM shelf h, unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[]," \
    " $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[])" \
    " AS v (sku, available, reserved, updated_ms, marks, written, quarantine, defect, expired," \
    " utilization, history_ms) WHERE h.shelf_id = $1"

#define ADD_DAYS_TEXT \
    "INSERT INTO turnover (shelf_id, sku, day, unit_ms, sold)" \
    " SELECT h.shelf_id, v.sku, v.day::integer, v.unit_ms, v.sold" \
    " FROM shelf h, unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[])" \
    " AS v (sku, day, unit_ms, sold) WHERE h.shelf_id = $1"

#define ADD_ORDERS_TEXT \
    "INSERT INTO orders (shelf_id, campaign_id, order_id, state, created_ms, changed_ms," \
    " expires_ms)" \
    " SELECT h.shelf_id, v.campaign_id, v.order_id, v.state::smallint, v.created_ms," \
    " v.changed_ms, v.expires_ms" \
    " FROM shelf h, unnest($2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[]," \
    " $7::bigint[]) AS v (campaign_id, order_id, state, created_ms, changed_ms, expires_ms)" \
    " WHERE h.shelf_id = $1"

#define ADD_ITEMS_TEXT \
    "INSERT INTO order_items (shelf_id, campaign_id, order_id, place, sku, units)" \
    " SELECT h.shelf_id, v.campaign_id, v.order_id, v.place::integer, v.sku, v.units" \
    " FROM shelf h, unnest($2::bigint[], $3::text[], $4::bigint[], $5::text[], $6::bigint[])" \
    " AS v (campaign_id, order_id, place, sku, units) WHERE h.shelf_id = $1"

#define STATEMENT(name, text, columns) {name, text, 0, {0}, columns, false}

const struct pg_statement_row pg_moving_rows[PG_MOVING_STATEMENTS_COUNT] = {
    [PG_MOVING_SHELVES] = STATEMENT("read_shelves",
        "SELECT shelf_id FROM shelf WHERE shelf_id > $1 ORDER BY shelf_id LIMIT $2", "n"),
    [PG_MOVING_CELLS] = STATEMENT("read_cells", CELLS_TEXT, "tnnninnnnnn"),
    [PG_MOVING_DAYS] = STATEMENT("read_days", DAYS_TEXT, "tinn"),
    [PG_MOVING_ORDERS] = STATEMENT("read_orders", ORDERS_TEXT, "ntinnn"),
    [PG_MOVING_ITEMS] = STATEMENT("read_items", ITEMS_TEXT, "nttn"),
    [PG_MOVING_DOCUMENTS] = STATEMENT("read_documents", DOCUMENTS_TEXT, "ntb"),
    [PG_MOVING_COUNT_SHELVES] = STATEMENT("shelf", "SELECT count(*) FROM shelf", "n"),
    [PG_MOVING_COUNT_CELLS] = STATEMENT("stock", "SELECT count(*) FROM stock", "n"),
    [PG_MOVING_COUNT_DAYS] = STATEMENT("turnover", "SELECT count(*) FROM turnover", "n"),
    [PG_MOVING_COUNT_ORDERS] = STATEMENT("orders", "SELECT count(*) FROM orders", "n"),
    [PG_MOVING_COUNT_ITEMS] = STATEMENT("order_items", "SELECT count(*) FROM order_items", "n"),
    [PG_MOVING_COUNT_SUMMARY] =
        STATEMENT("document_summary", "SELECT count(*) FROM document_summary", "n"),
    [PG_MOVING_COUNT_DOCUMENTS] = STATEMENT("document", "SELECT count(*) FROM document", "n"),
    [PG_MOVING_ADD_SHELF] = STATEMENT("add_shelf",
        "INSERT INTO shelf (shelf_id) VALUES ($1)", ""),
    [PG_MOVING_ADD_CELLS] = STATEMENT("add_cells", ADD_CELLS_TEXT, ""),
    [PG_MOVING_ADD_DAYS] = STATEMENT("add_days", ADD_DAYS_TEXT, ""),
    [PG_MOVING_ADD_ORDERS] = STATEMENT("add_orders", ADD_ORDERS_TEXT, ""),
    [PG_MOVING_ADD_ITEMS] = STATEMENT("add_items", ADD_ITEMS_TEXT, ""),
    [PG_MOVING_ADD_DOCUMENT] = STATEMENT("add_document",
        "INSERT INTO document (document_id, send_key, name, content) VALUES ($1, $2, $3, $4)", ""),
    [PG_MOVING_SET_LAST] = STATEMENT("set_last", "UPDATE document_last SET document_id = $1", ""),
};

const char *const pg_moving_clean[] = {
    "TRUNCATE shelf", "TRUNCATE stock", "TRUNCATE turnover", "TRUNCATE orders",
    "TRUNCATE order_items", "TRUNCATE document", "TRUNCATE document_summary",
    "UPDATE document_last SET document_id = 0, summary_id = 0", NULL,
};

/* clang-format on */
