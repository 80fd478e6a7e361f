/* Functions in the database for histories: one writes down what a request did, one makes the days
 * that this is kept in, and takes old ones away; and the clock that both go by.
 *
 * What a function of pg_schema_functions.c or pg_schema_orders.c did is one row, whatever the
 * number of SKUs, in the same transaction. Its place is the moment at which it is written, behind
 * the locks of the rows that were changed: so places of one SKU stand in the order in which it was
 * changed, whichever nodes were asked, and whatever their clocks say. */
#include <assert.h>
#include <stddef.h>

#include "base/stock.h"
#include "store/pg_schema_text.h"

static_assert(STOCK_SOURCE_NONE == 0, "p_source of whoever keeps no history");

/* clang-format off */

/* In microseconds. Tests put one of their own in its place. */
#define CLOCK \
    "CREATE OR REPLACE FUNCTION stockd_clock_us() RETURNS bigint LANGUAGE sql AS $$\n" \
    "  SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint\n" \
    "$$"

/* Arrays go by the SKUs, which are sorted; those that say nothing are NULL, and so is `reserved`
 * where nothing is. No write fails for its history: two rows of one place and writer are none that
 * a clock that only goes on can make. */
#define NOTE \
    PG_FUNCTION("stockd_note(p_shelf bigint, p_source integer, p_at bigint, p_by text," \
                " p_request bigint, p_kind integer, p_campaign bigint, p_order text," \
                " p_set integer, p_clear integer, p_skus text[], p_available bigint[]," \
                " p_reserved bigint[], p_counts bigint[], p_updated bigint[], p_types integer[])" \
                " RETURNS void") \
    "DECLARE\n" \
    "  place bigint := stockd_clock_us();\n" \
    "  held bigint[] := CASE WHEN 0 = ALL (p_reserved) THEN NULL ELSE p_reserved END;\n" \
    "BEGIN\n" \
    "  INSERT INTO stock_history (shelf_id, place_us, writer, kind, source, at_ms, by_name,\n" \
    "    request_id, campaign_id, order_id, marks_set, marks_clear, sku_first, sku_last, skus,\n" \
    "    available, reserved, counts, updated_ms, types)\n" \
    "  VALUES (p_shelf, place, pg_backend_pid(), p_kind, p_source, p_at, p_by,\n" \
    "    p_request, p_campaign, p_order, p_set, p_clear, p_skus[1],\n" \
    "    p_skus[cardinality(p_skus)], p_skus, p_available, held, p_counts, p_updated, p_types)\n" \
    "  ON CONFLICT DO NOTHING;\n" \
    "END $$"

/* A day is a table. One is made for today and each of the next seven, so that none is missing; a
 * row whose day is missing all the same goes to stock_history_rest, and such a day stays there.
 * Days that ended more than p_days ago go as a whole (-1: none). Whoever serves need not own the
 * tables, so it runs with the rights of who made it, and asks for that of removing rows.
 *
 * Does one thing at a time, and gives 1 if it did one: call it again. Writers wait for it while it
 * has a lock, so it waits for none itself for longer than a moment: what cannot be had now is left
 * for the next time. */
#define DAYS \
    "CREATE OR REPLACE FUNCTION stockd_history_days(p_days bigint) RETURNS bigint\n" \
    "LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp\n" \
    "SET lock_timeout = '100ms' AS $$\n" \
    "DECLARE\n" \
    "  day_us constant bigint := 86400000000;\n" \
    "  now_us bigint := stockd_clock_us(); today bigint := now_us / day_us;\n" \
    "  least_us bigint := (today - p_days) * day_us; name text; gone bigint;\n" \
    "BEGIN\n" \
    "  IF NOT has_table_privilege(session_user, 'stock_history', 'DELETE') THEN\n" \
    "    RAISE EXCEPTION 'role % may not delete in table stock_history', session_user\n" \
    "    USING ERRCODE = '42501';\n" \
    "  END IF;\n" \
    "  IF NOT pg_try_advisory_xact_lock(" PG_HISTORY_LOCK ") THEN RETURN 0; END IF;\n" \
    "  FOR day IN today .. today + 7 LOOP\n" \
    "    name := to_char(to_timestamp(day * 86400) AT TIME ZONE 'UTC'," \
    " '\"stock_history_\"YYYYMMDD');\n" \
    "    CONTINUE WHEN p_days = 0 OR to_regclass(name) IS NOT NULL OR EXISTS (SELECT\n" \
    "      FROM stock_history_rest r WHERE r.place_us >= day * day_us\n" \
    "      AND r.place_us < (day + 1) * day_us);\n" \
    "    BEGIN\n" \
    "      EXECUTE format('CREATE TABLE %I (LIKE stock_history INCLUDING ALL)" \
    " WITH (autovacuum_enabled = false, toast.autovacuum_enabled = false)', name);\n" \
    "      EXECUTE format('ALTER TABLE stock_history ATTACH PARTITION %I FOR VALUES" \
    " FROM (%s) TO (%s)', name, day * day_us, (day + 1) * day_us);\n" \
    "      RETURN 1;\n" \
    "    EXCEPTION WHEN lock_not_available OR deadlock_detected OR check_violation THEN\n" \
    "      RETURN 0;\n" \
    "    END;\n" \
    "  END LOOP;\n" \
    "  IF p_days < 0 THEN RETURN 0; END IF;\n" \
    "  SELECT c.relname INTO name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid\n" \
    "  WHERE i.inhparent = 'stock_history'::regclass\n" \
    "    AND c.relname ~ '^stock_history_[0-9]{8}$'\n" \
    "    AND c.relname < to_char(to_timestamp(least_us / 1000000) AT TIME ZONE 'UTC'," \
    " '\"stock_history_\"YYYYMMDD')\n" \
    "  ORDER BY c.relname LIMIT 1;\n" \
    "  IF FOUND THEN\n" \
    "    BEGIN\n" \
    "      EXECUTE format('DROP TABLE %I', name);\n" \
    "      RETURN 1;\n" \
    "    EXCEPTION WHEN lock_not_available OR deadlock_detected THEN\n" \
    "      RETURN 0;\n" \
    "    END;\n" \
    "  END IF;\n" \
    "  DELETE FROM stock_history_rest r WHERE r.place_us < least(least_us,\n" \
    "    (SELECT min(o.place_us) FROM stock_history_rest o) + day_us / 24);\n" \
    "  GET DIAGNOSTICS gone = ROW_COUNT;\n" \
    "  RETURN least(gone, 1);\n" \
    "END $$"

const char *const pg_schema_history_functions[] = {CLOCK, NOTE, DAYS, NULL};

/* clang-format on */
