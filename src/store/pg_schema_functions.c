/* Functions in the database that write cells: put, mark, count, as store_local_write.c and
 * ledger/shelf_rules.c do; and what the turnover of goods in the Market's warehouses is computed
 * from, as in ledger/turnover.c. Each enters the shelf first, which a fence may forbid, and locks
 * the rows that it needs in the order of its arrays.
 *
 * They run at READ COMMITTED: each statement of a function sees what others committed before it
 * began, and one that waited for a row sees what that row became. */
#include <assert.h>
#include <stddef.h>

#include "base/limits.h"
#include "base/stock.h"
#include "store/pg_schema_text.h"
#include "store/pg_statement.h"
#include "store/store.h"

/* Numbers that the texts have written out. */
static_assert(STORE_UNKNOWN_CREATE == 0 && STORE_UNKNOWN_IGNORE == 1 && STORE_UNKNOWN_REJECT == 2,
              "p_policy of stockd_put_each()");
static_assert(STOCK_FIT == 0 && STOCK_AVAILABLE == 2 && STOCK_QUARANTINE == 3 &&
                  STOCK_DEFECT == 4 && STOCK_EXPIRED == 5 && STOCK_UTILIZATION == 6,
              "p_types of stockd_count()");
static_assert(STOCK_DELETED == 2 && STOCK_PLACED == 16, "marks");
static_assert(PG_CODE_FENCED == 8, "codes");
static_assert(STOCK_EVENT_WRITE == 0 && STOCK_EVENT_COUNT == 1 && STOCK_EVENT_MARK == 2,
              "p_kind of stockd_note()");

/* clang-format off */

/* The units that lay there until a moment join the days that they lay there in; days before the
 * window go. Gives the moment up to which all is accounted for. */
#define ADVANCE \
    PG_FUNCTION("stockd_advance(p_shelf bigint, p_sku text, p_from bigint, p_units bigint," \
                " p_moment bigint) RETURNS bigint") \
    "DECLARE\n" \
    "  from_day integer := (p_from + 62167219200000) / 86400000;\n" \
    "  to_day integer := (p_moment + 62167219200000) / 86400000;\n" \
    "BEGIN\n" \
    "  IF p_from IS NULL THEN RETURN p_moment; END IF;\n" \
    "  IF p_moment <= p_from THEN RETURN p_from; END IF;\n" \
    "  IF p_units > 0 THEN\n" \
    "    INSERT INTO turnover AS t (shelf_id, sku, day, unit_ms, sold)\n" \
    "    SELECT h.shelf_id, p_sku, d, p_units *\n" \
    "      (least(p_moment, (d + 1) * 86400000::bigint - 62167219200000)\n" \
    "       - greatest(p_from, d * 86400000::bigint - 62167219200000)), 0\n" \
    "    FROM shelf h, generate_series(greatest(from_day, to_day - 60), to_day) AS d\n" \
    "    WHERE h.shelf_id = p_shelf\n" \
    "    ON CONFLICT (shelf_id, sku, day) DO UPDATE SET unit_ms = t.unit_ms + excluded.unit_ms;\n" \
    "  END IF;\n" \
    "  IF from_day < to_day THEN\n" \
    "    DELETE FROM turnover WHERE shelf_id = p_shelf AND sku = p_sku AND day < to_day - 60;\n" \
    "  END IF;\n" \
    "  RETURN p_moment;\n" \
    "END $$"

/* Units were sold at the moment of the last change. */
#define SELL \
    PG_FUNCTION("stockd_sell(p_shelf bigint, p_sku text, p_at bigint, p_units bigint)" \
                " RETURNS void") \
    "BEGIN\n" \
    "  INSERT INTO turnover AS t (shelf_id, sku, day, unit_ms, sold)\n" \
    "  VALUES (p_shelf, p_sku, (p_at + 62167219200000) / 86400000, 0, p_units)\n" \
    "  ON CONFLICT (shelf_id, sku, day)\n" \
    "  DO UPDATE SET sold = least(t.sold + excluded.sold, 1000000000000);\n" \
    "END $$"

/* turnover_tenths(): touches no table, so that it may stand in any statement. */
#define TENTHS \
    "CREATE OR REPLACE FUNCTION stockd_tenths(p_units bigint, p_from bigint, p_now bigint," \
    " p_days integer[], p_unit_ms bigint[], p_sold bigint[])" \
    " RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS $$\n" \
    "DECLARE\n" \
    "  moment bigint := greatest(p_from, p_now);\n" \
    "  today integer := (moment + 62167219200000) / 86400000;\n" \
    "  start_ms bigint; part_ms bigint; i integer; day_ms bigint; day_sold bigint;\n" \
    "  unit_s bigint := 0; rest_ms bigint := 0; sold_s bigint := 0;\n" \
    "BEGIN\n" \
    "  IF p_days IS NULL OR NOT (0 < ANY (p_sold)) THEN RETURN -1; END IF;\n" \
    "  FOR d IN today - 60 .. today LOOP\n" \
    "    start_ms := d * 86400000::bigint - 62167219200000;\n" \
    "    i := array_position(p_days, d);\n" \
    "    day_ms := coalesce(p_unit_ms[i], 0) + p_units *\n" \
    "      greatest(0, least(moment, start_ms + 86400000) - greatest(p_from, start_ms));\n" \
    "    day_sold := coalesce(p_sold[i], 0);\n" \
    "    IF d = today - 60 THEN\n" \
    "      part_ms := 61 * 86400000::bigint + start_ms - moment;\n" \
    "      rest_ms := day_ms / 86400000 * part_ms + day_ms % 86400000 * part_ms / 86400000;\n" \
    "      sold_s := day_sold * (part_ms / 1000);\n" \
    "    ELSE\n" \
    "      unit_s := unit_s + day_ms / 1000;\n" \
    "      rest_ms := rest_ms + day_ms % 1000;\n" \
    "      sold_s := sold_s + day_sold * 86400;\n" \
    "    END IF;\n" \
    "  END LOOP;\n" \
    "  unit_s := unit_s + rest_ms / 1000;\n" \
    "  IF sold_s = 0 THEN RETURN -1; END IF;\n" \
    "  RETURN div(20 * unit_s::numeric + sold_s, 2 * sold_s::numeric);\n" \
    "END $$"

/* Whether a node that has taken documents up to that number may write to the shelf. If so, it stays
 * so until the end of the transaction: whoever fences the shelf (PG_FENCE, PG_DRAIN) waits for it.
 * The lock is one that a fence passes by, so that a stream of writers cannot hold it up; it is
 * looked for again behind the lock, by what is there then. Makes the shelf. */
#define ENTER \
    PG_FUNCTION("stockd_enter(p_shelf bigint, p_epoch bigint) RETURNS boolean") \
    "BEGIN\n" \
    "  PERFORM 1 FROM shelf h WHERE h.shelf_id = p_shelf AND h.fence <= p_epoch\n" \
    "  FOR KEY SHARE;\n" \
    "  IF NOT FOUND THEN\n" \
    "    INSERT INTO shelf (shelf_id) VALUES (p_shelf) ON CONFLICT (shelf_id) DO NOTHING;\n" \
    "    PERFORM 1 FROM shelf h WHERE h.shelf_id = p_shelf AND h.fence <= p_epoch\n" \
    "    FOR KEY SHARE;\n" \
    "    IF NOT FOUND THEN RETURN false; END IF;\n" \
    "  END IF;\n" \
    "  RETURN EXISTS (SELECT FROM shelf h WHERE h.shelf_id = p_shelf AND h.fence <= p_epoch);\n" \
    "END $$"

/* A batch, in one statement. It goes through `shelf`, without which Citus would pull the rows to
 * its coordinator. A repeat is stale where orders moved units since (`written`), and a number
 * brings back a cell that was marked as deleted (2). */
#define PUT_ALL \
    "INSERT INTO stock AS s (shelf_id, sku, available, updated_ms)\n" \
    "    SELECT h.shelf_id, v.sku, v.units, v.moment\n" \
    "    FROM shelf h, unnest(p_skus, p_counts, p_updated) AS v (sku, units, moment)\n" \
    "    WHERE h.shelf_id = p_shelf AND h.fence <= p_epoch\n" \
    "    ON CONFLICT (shelf_id, sku) DO UPDATE SET available = excluded.available,\n" \
    "      updated_ms = excluded.updated_ms, marks = s.marks & ~2, written = NULL\n" \
    "    WHERE s.updated_ms < excluded.updated_ms OR (s.updated_ms = excluded.updated_ms\n" \
    "      AND (s.written IS DISTINCT FROM excluded.available OR s.marks & 2 <> 0))"

/* The same, and which were applied, in their order. A function of its own, as nothing else hands on
 * what a statement gives that writes: with a loop over its rows it takes a fifth longer. */
#define PUT_ROWS \
    PG_FUNCTION("stockd_put_rows(p_shelf bigint, p_skus text[], p_counts bigint[]," \
                " p_updated bigint[], p_epoch bigint)" \
                " RETURNS TABLE (sku text, units bigint, moment bigint, held bigint)") \
    "BEGIN\n" \
    "  RETURN QUERY " PUT_ALL "\n" \
    "    RETURNING s.sku, s.available, s.updated_ms, s.reserved;\n" \
    "END $$"

/* Which of them a put of this transaction applied, found afterwards: it holds the locks of all. */
#define PUT_FOUND \
    PG_FUNCTION("stockd_put_found(p_shelf bigint, p_skus text[], p_updated bigint[])" \
                " RETURNS TABLE (sku text, units bigint, moment bigint, held bigint)") \
    "BEGIN\n" \
    "  RETURN QUERY SELECT s.sku, s.available, s.updated_ms, s.reserved\n" \
    "  FROM unnest(p_skus, p_updated) WITH ORDINALITY AS v (sku, moment, place)\n" \
    "  CROSS JOIN LATERAL (SELECT * FROM stock c WHERE c.shelf_id = p_shelf AND c.sku = v.sku\n" \
    "    AND c.updated_ms = v.moment AND c.written IS NULL OFFSET 0) s ORDER BY v.place;\n" \
    "END $$"

/* Whether orders hold anything on the shelf; and whether some of the batch look stale. */
#define HAS_ORDERS \
    "EXISTS (SELECT FROM orders o WHERE o.shelf_id = p_shelf AND o.state <= 1)"
#define LOOKS_STALE \
    "EXISTS (SELECT FROM generate_series(1, n, n / 8 + 1) AS i CROSS JOIN LATERAL\n" \
    "      (SELECT 1 FROM stock c WHERE c.shelf_id = p_shelf AND c.sku = p_skus[i]\n" \
    "      AND c.updated_ms >= p_updated[i] OFFSET 0) x)"
#define NOTE_PUT(skus, counts, helds, moments) \
    "PERFORM stockd_note(p_shelf, p_source, p_at, p_by, p_request, 0, NULL, NULL, NULL,\n" \
    "          NULL, " skus ", " counts ", " helds ", NULL, " moments ", NULL);\n"

/* The same of one SKU, as it would be written there: to hand so much on took as long as the row. */
#define NOTE_ONE \
    "INSERT INTO stock_history (shelf_id, place_us, writer, kind, source, at_ms, by_name,\n" \
    "          request_id, sku_first, sku_last, skus, available, reserved, updated_ms)\n" \
    "        VALUES (p_shelf, stockd_clock_us(), pg_backend_pid(), 0, p_source, p_at, p_by,\n" \
    "          p_request, p_skus[1], p_skus[1], p_skus, p_counts,\n" \
    "          CASE WHEN held <> 0 THEN ARRAY[held] END, p_updated)\n" \
    "        ON CONFLICT DO NOTHING;\n"

/* It is nearly all of the traffic, so it enters by itself, in one look less; and what it did is
 * mostly what it was asked for, so that this alone is written down. Where that is not so, having
 * each row given costs a tenth of the time, and finding out afterwards twice that, so a sample of
 * the batch decides. Orders are looked for once more behind the locks, where it is sure. */
#define PUT \
    PG_FUNCTION("stockd_put(p_shelf bigint, p_skus text[], p_counts bigint[]," \
                " p_updated bigint[]," PG_WHY ")" \
                " RETURNS TABLE (code integer, applied bigint)") \
    "DECLARE n integer := cardinality(p_skus); held bigint; done record;\n" \
    "BEGIN\n" \
    "  code := 8; applied := 0;\n" \
    "  PERFORM 1 FROM shelf h WHERE h.shelf_id = p_shelf AND h.fence <= p_epoch\n" \
    "  FOR KEY SHARE;\n" \
    "  IF FOUND OR stockd_enter(p_shelf, p_epoch) THEN\n" \
    "    IF n = 1 THEN\n" \
    "      " PUT_ALL " RETURNING s.reserved INTO held;\n" \
    "      GET DIAGNOSTICS applied = ROW_COUNT;\n" \
    "      IF p_source <> 0 AND applied = 1 THEN\n" \
    "        " NOTE_ONE \
    "      END IF;\n" \
    "    ELSIF p_source = 0 OR NOT (" HAS_ORDERS "\n" \
    "        OR " LOOKS_STALE ") THEN\n" \
    "      " PUT_ALL ";\n" \
    "      GET DIAGNOSTICS applied = ROW_COUNT;\n" \
    "      IF p_source <> 0 AND applied = n AND NOT " HAS_ORDERS " THEN\n" \
    "        " NOTE_PUT("p_skus", "p_counts", "NULL", "p_updated") \
    "      ELSIF p_source <> 0 AND applied > 0 THEN\n" \
    "        SELECT array_agg(r.sku) AS skus, array_agg(r.units) AS counts,\n" \
    "          array_agg(r.held) AS helds, array_agg(r.moment) AS moments INTO done\n" \
    "        FROM stockd_put_found(p_shelf, p_skus, p_updated) r;\n" \
    "        " NOTE_PUT("done.skus", "done.counts", "done.helds", "done.moments") \
    "      END IF;\n" \
    "    ELSE\n" \
    "      SELECT count(*) AS n, array_agg(r.sku) AS skus, array_agg(r.units) AS counts,\n" \
    "        array_agg(r.held) AS helds, array_agg(r.moment) AS moments INTO done\n" \
    "      FROM stockd_put_rows(p_shelf, p_skus, p_counts, p_updated, p_epoch) r;\n" \
    "      applied := done.n;\n" \
    "      IF applied > 0 THEN\n" \
    "        " NOTE_PUT("done.skus", "done.counts", "done.helds", "done.moments") \
    "      END IF;\n" \
    "    END IF;\n" \
    "    IF applied > 0 OR stockd_enter(p_shelf, p_epoch) THEN code := 0; END IF;\n" \
    "  END IF;\n" \
    "  RETURN NEXT;\n" \
    "END $$"

/* Where the shelf is fenced the answer is a code alone. */
#define ENTER_OR(leave) \
    "  IF NOT stockd_enter(p_shelf, p_epoch) THEN " leave "RETURN; END IF;\n"

/* Any put, see local_put(): a rejected one changes nothing. */
#define PUT_EACH \
    PG_FUNCTION("stockd_put_each(p_shelf bigint, p_skus text[], p_counts bigint[]," \
                " p_updated bigint[], p_places integer[], p_policy integer," PG_WHY ")" \
                " RETURNS TABLE (code integer, place integer, applied bigint, stale bigint)") \
    "DECLARE\n" \
    "  cell record;\n" \
    "  skus text[]; counts bigint[]; moments bigint[]; helds bigint[];\n" \
    "BEGIN\n" \
    ENTER_OR("code := 8; RETURN NEXT; ") \
    "  code := 0; applied := 0; stale := 0;\n" \
    "  IF p_policy = 2 THEN\n" \
    "    FOR i IN 1 .. cardinality(p_skus) LOOP\n" \
    "      PERFORM 1 FROM stock WHERE shelf_id = p_shelf AND sku = p_skus[i] FOR UPDATE;\n" \
    "      IF NOT FOUND THEN code := 1; place := least(place, p_places[i]); END IF;\n" \
    "    END LOOP;\n" \
    "    IF code <> 0 THEN RETURN NEXT; RETURN; END IF;\n" \
    "  END IF;\n" \
    "  FOR i IN 1 .. cardinality(p_skus) LOOP\n" \
    "    IF p_policy = 0 THEN\n" \
    "      INSERT INTO stock (shelf_id, sku) VALUES (p_shelf, p_skus[i])\n" \
    "      ON CONFLICT (shelf_id, sku) DO NOTHING;\n" \
    "    END IF;\n" \
    "    SELECT s.available + s.reserved AS units, s.updated_ms, s.written, s.marks,\n" \
    "      s.history_ms, s.reserved INTO cell\n" \
    "    FROM stock s WHERE s.shelf_id = p_shelf AND s.sku = p_skus[i] FOR UPDATE;\n" \
    "    CONTINUE WHEN NOT FOUND;\n" \
    "    IF p_updated[i] < cell.updated_ms OR (p_updated[i] = cell.updated_ms\n" \
    "        AND cell.written IS NOT DISTINCT FROM p_counts[i] AND cell.marks & 2 = 0) THEN\n" \
    "      stale := stale + 1;\n" \
    "      CONTINUE;\n" \
    "    END IF;\n" \
    "    IF p_shelf >> 32 <> 0 THEN\n" \
    "      cell.history_ms := stockd_advance(p_shelf, p_skus[i], cell.history_ms, cell.units,\n" \
    "        p_updated[i]);\n" \
    "    END IF;\n" \
    "    UPDATE stock AS s SET available = p_counts[i], updated_ms = p_updated[i],\n" \
    "      marks = s.marks & ~2, written = NULL, history_ms = cell.history_ms\n" \
    "    WHERE s.shelf_id = p_shelf AND s.sku = p_skus[i];\n" \
    "    applied := applied + 1;\n" \
    "    skus[applied] := p_skus[i]; counts[applied] := p_counts[i];\n" \
    "    moments[applied] := p_updated[i]; helds[applied] := cell.reserved;\n" \
    "  END LOOP;\n" \
    "  IF p_source <> 0 AND applied > 0 THEN\n" \
    "    PERFORM stockd_note(p_shelf, p_source, p_at, p_by, p_request, 0, NULL, NULL, NULL,\n" \
    "      NULL, skus, counts, helds, NULL, moments, NULL);\n" \
    "  END IF;\n" \
    "  RETURN NEXT;\n" \
    "END $$"

/* Where nothing changes, nothing is written; but the row is locked all the same, or of two requests
 * at once about the same SKUs each could have its way with some. */
#define MARK \
    PG_FUNCTION("stockd_mark(p_shelf bigint, p_skus text[], p_set integer, p_clear integer," \
                " p_create boolean," PG_WHY ")" \
                " RETURNS TABLE (code integer, changed bigint)") \
    "DECLARE was integer; held bigint; skus text[]; helds bigint[];\n" \
    "BEGIN\n" \
    ENTER_OR("code := 8; RETURN NEXT; ") \
    "  code := 0; changed := 0;\n" \
    "  FOR i IN 1 .. cardinality(p_skus) LOOP\n" \
    "    IF p_create THEN\n" \
    "      INSERT INTO stock (shelf_id, sku, marks) VALUES (p_shelf, p_skus[i], p_set)\n" \
    "      ON CONFLICT (shelf_id, sku) DO NOTHING;\n" \
    "      IF FOUND THEN\n" \
    "        changed := changed + 1;\n" \
    "        skus[changed] := p_skus[i]; helds[changed] := 0;\n" \
    "        CONTINUE;\n" \
    "      END IF;\n" \
    "    END IF;\n" \
    "    SELECT s.marks, s.reserved INTO was, held FROM stock s\n" \
    "    WHERE s.shelf_id = p_shelf AND s.sku = p_skus[i] FOR UPDATE;\n" \
    "    IF was <> (was & ~p_clear | p_set) THEN\n" \
    "      UPDATE stock AS s SET marks = s.marks & ~p_clear | p_set\n" \
    "      WHERE s.shelf_id = p_shelf AND s.sku = p_skus[i];\n" \
    "      changed := changed + 1;\n" \
    "      skus[changed] := p_skus[i]; helds[changed] := held;\n" \
    "    END IF;\n" \
    "  END LOOP;\n" \
    "  IF p_source <> 0 AND changed > 0 THEN\n" \
    "    PERFORM stockd_note(p_shelf, p_source, p_at, p_by, p_request, 2, NULL, NULL, p_set,\n" \
    "      p_clear, skus, NULL, helds, NULL, NULL, NULL);\n" \
    "  END IF;\n" \
    "  RETURN NEXT;\n" \
    "END $$"

/* Two rounds, see local_count(). In the first one rows are locked, those that are missing are made,
 * and what orders do not leave room for is found; then those that were made go again. In the second
 * one the items of a SKU come one after the other into a row that is written once. */
#define COUNT \
    PG_FUNCTION("stockd_count(p_shelf bigint, p_skus text[], p_types integer[]," \
                " p_counts bigint[], p_updated bigint[], p_places integer[], p_least boolean," \
                PG_WHY ")" \
                " RETURNS TABLE (code integer, place integer, held bigint)") \
    "DECLARE\n" \
    "  cell stock%ROWTYPE; made text[] := '{}'; n integer := cardinality(p_skus);\n" \
    "  taken integer := 0; skus text[]; lefts bigint[]; helds bigint[]; counts bigint[];\n" \
    "  moments bigint[]; types integer[];\n" \
    "BEGIN\n" \
    ENTER_OR("code := 8; RETURN NEXT; ") \
    "  code := 0;\n" \
    "  FOR i IN 1 .. n LOOP\n" \
    "    IF p_skus[i] IS DISTINCT FROM p_skus[i - 1] THEN\n" \
    "      INSERT INTO stock (shelf_id, sku) VALUES (p_shelf, p_skus[i])\n" \
    "      ON CONFLICT (shelf_id, sku) DO NOTHING;\n" \
    "      IF FOUND THEN made := array_append(made, p_skus[i]); END IF;\n" \
    "      SELECT s.* INTO cell FROM stock s WHERE s.shelf_id = p_shelf AND s.sku = p_skus[i]\n" \
    "      FOR UPDATE;\n" \
    "    END IF;\n" \
    "    IF p_types[i] = 0 AND p_updated[i] >= cell.updated_ms AND p_counts[i] < cell.reserved\n" \
    "        AND (code = 0 OR p_places[i] < place) THEN\n" \
    "      code := 2; place := p_places[i]; held := cell.reserved;\n" \
    "    END IF;\n" \
    "  END LOOP;\n" \
    "  IF code <> 0 THEN\n" \
    "    DELETE FROM stock WHERE shelf_id = p_shelf AND sku = ANY (made);\n" \
    "    RETURN NEXT; RETURN;\n" \
    "  END IF;\n" \
    "  FOR i IN 1 .. n LOOP\n" \
    "    IF p_skus[i] IS DISTINCT FROM p_skus[i - 1] THEN\n" \
    "      SELECT s.* INTO cell FROM stock s WHERE s.shelf_id = p_shelf AND s.sku = p_skus[i];\n" \
    "    END IF;\n" \
    "    IF p_updated[i] >= cell.updated_ms THEN\n" \
    "      IF p_types[i] IN (0, 2) AND p_shelf >> 32 <> 0 THEN\n" \
    "        cell.history_ms := stockd_advance(p_shelf, p_skus[i], cell.history_ms,\n" \
    "          cell.available + cell.reserved, p_updated[i]);\n" \
    "      END IF;\n" \
    "      CASE p_types[i]\n" \
    "      WHEN 0 THEN cell.available := p_counts[i] - cell.reserved; cell.written := NULL;\n" \
    "      WHEN 2 THEN\n" \
    "        cell.available := CASE WHEN p_least AND p_updated[i] = cell.updated_ms\n" \
    "          THEN least(cell.available, p_counts[i]) ELSE p_counts[i] END;\n" \
    "        cell.written := NULL;\n" \
    "      WHEN 3 THEN cell.quarantine := nullif(p_counts[i], 0);\n" \
    "      WHEN 4 THEN cell.defect := nullif(p_counts[i], 0);\n" \
    "      WHEN 5 THEN cell.expired := nullif(p_counts[i], 0);\n" \
    "      WHEN 6 THEN cell.utilization := nullif(p_counts[i], 0);\n" \
    "      END CASE;\n" \
    "      cell.updated_ms := p_updated[i];\n" \
    "      taken := taken + 1; skus[taken] := p_skus[i]; types[taken] := p_types[i];\n" \
    "      moments[taken] := p_updated[i]; helds[taken] := cell.reserved;\n" \
    "      lefts[taken] := CASE WHEN p_types[i] IN (0, 2) THEN cell.available END;\n" \
    "      counts[taken] := CASE p_types[i] WHEN 2 THEN cell.available ELSE p_counts[i] END;\n" \
    "    END IF;\n" \
    "    IF p_skus[i] IS DISTINCT FROM p_skus[i + 1] THEN\n" \
    "      UPDATE stock AS s SET available = cell.available, updated_ms = cell.updated_ms,\n" \
    "        written = cell.written, quarantine = cell.quarantine, defect = cell.defect,\n" \
    "        expired = cell.expired, utilization = cell.utilization,\n" \
    "        history_ms = cell.history_ms\n" \
    "      WHERE s.shelf_id = p_shelf AND s.sku = p_skus[i];\n" \
    "    END IF;\n" \
    "  END LOOP;\n" \
    "  IF p_source <> 0 AND taken > 0 THEN\n" \
    "    PERFORM stockd_note(p_shelf, p_source, p_at, p_by, p_request, 1, NULL, NULL, NULL,\n" \
    "      NULL, skus, lefts, helds, counts, moments, types);\n" \
    "  END IF;\n" \
    "  RETURN NEXT;\n" \
    "END $$"

/* clang-format on */

const char *const pg_schema_functions[] = {ADVANCE, SELL,     TENTHS, ENTER, PUT_ROWS, PUT_FOUND,
                                           PUT,     PUT_EACH, MARK,   COUNT, NULL};
