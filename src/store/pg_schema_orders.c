/* Functions in the database for orders, as store_local_order.c and ledger/order_book.c do, and for
 * documents. Rows are locked in one order, so that nobody waits in a circle: the order, where it is
 * known, then cells by their SKUs. A new order becomes a row after its cells were locked: until
 * then nobody knows it. */
#include <assert.h>
#include <stddef.h>

#include "base/limits.h"
#include "base/stock.h"
#include "store/pg_schema_text.h"
#include "store/pg_statement.h"

/* Numbers that the texts have written out. */
static_assert(ORDER_RESERVED == 0 && ORDER_PACKED == 1 && ORDER_SHIPPED == 2 &&
                  ORDER_CANCELLED == 3 && ORDER_EXPIRED == 4,
              "states of an order");
static_assert(PG_CODE_SHORTAGE == 3 && PG_CODE_ORDER_EXISTS == 4 && PG_CODE_ORDER_UNKNOWN == 5 &&
                  PG_CODE_ORDER_STATE == 6 && PG_CODE_BEHIND == 7 && PG_CODE_FENCED == 8 &&
                  PG_CODE_CLAIMED == 9 && PG_ROW_ITEM == 104 && PG_ROW_SHORTAGE == 105,
              "kinds of rows");
static_assert(STOCK_EVENT_RESERVE == 3 + ORDER_RESERVED && STOCK_EVENT_PACK == 3 + ORDER_PACKED &&
                  STOCK_EVENT_SHIP == 3 + ORDER_SHIPPED &&
                  STOCK_EVENT_CANCEL == 3 + ORDER_CANCELLED &&
                  STOCK_EVENT_EXPIRE == 3 + ORDER_EXPIRED,
              "p_kind of stockd_note()");
static_assert(STOCK_COUNT_MAX == 2000000000 && ORDERS_KEPT_MS == 2592000000, "limits");

/* clang-format off */

#define ORDER_COLUMNS \
    " RETURNS TABLE (kind integer, sku text, units bigint, available bigint, state integer," \
    " created_ms bigint, changed_ms bigint, expires_ms bigint)"
#define OF_ORDER(t) \
    t ".shelf_id = p_shelf AND " t ".campaign_id = p_campaign AND " t ".order_id = p_id"

/* The order as it is, behind a code, as of one moment. One that was forgotten since the caller saw
 * it: the caller begins anew. */
#define ORDER_ROWS \
    PG_FUNCTION("stockd_order_rows(p_shelf bigint, p_campaign bigint, p_id text, p_code integer)" \
                ORDER_COLUMNS) \
    "BEGIN\n" \
    "  RETURN QUERY SELECT r.kind, r.sku, r.units, NULL::bigint, r.state, r.created_ms,\n" \
    "    r.changed_ms, r.expires_ms\n" \
    "  FROM (SELECT p_code AS kind, NULL::text AS sku, NULL::bigint AS units,\n" \
    "      o.state::integer AS state, o.created_ms, o.changed_ms, o.expires_ms, 0 AS place\n" \
    "    FROM orders o WHERE " OF_ORDER("o") "\n" \
    "    UNION ALL SELECT 104, i.sku, i.units, NULL, NULL, NULL, NULL, i.place\n" \
    "    FROM order_items i WHERE " OF_ORDER("i") ") r\n" \
    "  ORDER BY r.kind, r.place;\n" \
    "  IF NOT FOUND THEN\n" \
    "    RAISE EXCEPTION 'the order was forgotten meanwhile' USING ERRCODE = '40001';\n" \
    "  END IF;\n" \
    "END $$"

/* All items or none. An order that is there already has to be the same; one may have come while
 * this one waited for its cells, perhaps by the same request, so it is looked for again before
 * anything is refused. Orders that were over long ago are forgotten, some at a time. */
#define RESERVE \
    PG_FUNCTION("stockd_reserve(p_shelf bigint, p_campaign bigint, p_id text, p_skus text[]," \
                " p_counts bigint[], p_places integer[], p_now bigint, p_expires bigint," \
                " p_claim bigint, p_key bigint," PG_WHY ")" ORDER_COLUMNS) \
    "DECLARE\n" \
    "  known boolean; short boolean := false; can bigint; cans bigint[]; held bigint;\n" \
    "  helds bigint[];\n" \
    "  gone record; code integer;\n" \
    "BEGIN\n" \
    "  IF NOT stockd_enter(p_shelf, p_epoch) THEN kind := 8; RETURN NEXT; RETURN; END IF;\n" \
    "  known := EXISTS (SELECT FROM orders o WHERE " OF_ORDER("o") ");\n" \
    "  IF NOT known AND p_claim <> 0 THEN\n" \
    "    PERFORM 1 FROM order_claim c WHERE " OF_ORDER("c") " AND c.claim = p_claim\n" \
    "      AND c.claim_key = p_key FOR UPDATE;\n" \
    "    IF NOT FOUND THEN kind := 9; RETURN NEXT; RETURN; END IF;\n" \
    "  END IF;\n" \
    "  IF NOT known THEN\n" \
    "    FOR i IN 1 .. cardinality(p_skus) LOOP\n" \
    "      SELECT least(s.available, 2000000000 - s.reserved) INTO can FROM stock s\n" \
    "      WHERE s.shelf_id = p_shelf AND s.sku = p_skus[i] FOR UPDATE;\n" \
    "      cans[i] := coalesce(can, 0);\n" \
    "      short := short OR cans[i] < p_counts[i];\n" \
    "    END LOOP;\n" \
    "    IF short THEN\n" \
    "      known := EXISTS (SELECT FROM orders o WHERE " OF_ORDER("o") ");\n" \
    "    ELSE\n" \
    "      INSERT INTO orders (shelf_id, campaign_id, order_id, state, created_ms, changed_ms,\n" \
    "        expires_ms)\n" \
    "      VALUES (p_shelf, p_campaign, p_id, 0, p_now, p_now, p_expires)\n" \
    "      ON CONFLICT (shelf_id, campaign_id, order_id) DO NOTHING;\n" \
    "      known := NOT FOUND;\n" \
    "    END IF;\n" \
    "  END IF;\n" \
    "  IF known THEN\n" \
    "    SELECT CASE WHEN array_agg(i.sku ORDER BY i.sku) = p_skus\n" \
    "      AND array_agg(i.units ORDER BY i.sku) = p_counts THEN 0 ELSE 4 END\n" \
    "    INTO code FROM order_items i WHERE " OF_ORDER("i") ";\n" \
    "  ELSIF short THEN\n" \
    "    kind := 3;\n" \
    "    RETURN NEXT;\n" \
    "    RETURN QUERY SELECT 105, v.sku, v.units, v.can, NULL::integer, NULL::bigint,\n" \
    "      NULL::bigint, NULL::bigint\n" \
    "    FROM unnest(p_skus, p_counts, cans, p_places) AS v (sku, units, can, place)\n" \
    "    WHERE v.can < v.units ORDER BY v.place;\n" \
    "    RETURN;\n" \
    "  ELSE\n" \
    "    FOR i IN 1 .. cardinality(p_skus) LOOP\n" \
    "      UPDATE stock AS s SET available = s.available - p_counts[i],\n" \
    "        reserved = s.reserved + p_counts[i], written = coalesce(s.written, s.available)\n" \
    "      WHERE s.shelf_id = p_shelf AND s.sku = p_skus[i]\n" \
    "      RETURNING s.available, s.reserved INTO can, held;\n" \
    "      cans[i] := can; helds[i] := held;\n" \
    "    END LOOP;\n" \
    "    IF p_source <> 0 THEN\n" \
    "      PERFORM stockd_note(p_shelf, p_source, p_at, p_by, p_request, 3, p_campaign, p_id,\n" \
    "        NULL, NULL, p_skus, cans, helds, p_counts, NULL, NULL);\n" \
    "    END IF;\n" \
    "    INSERT INTO order_items (shelf_id, campaign_id, order_id, place, sku, units)\n" \
    "    SELECT h.shelf_id, p_campaign, p_id, v.place, v.sku, v.units FROM shelf h,\n" \
    "      unnest(p_skus, p_counts, p_places) AS v (sku, units, place)\n" \
    "    WHERE h.shelf_id = p_shelf;\n" \
    "    FOR gone IN SELECT o.campaign_id, o.order_id FROM orders o WHERE o.shelf_id = p_shelf\n" \
    "        AND o.state >= 2 AND o.changed_ms <= p_now - 2592000000\n" \
    "        ORDER BY o.changed_ms LIMIT 16 FOR UPDATE SKIP LOCKED LOOP\n" \
    "      DELETE FROM order_items WHERE shelf_id = p_shelf AND campaign_id = gone.campaign_id\n" \
    "        AND order_id = gone.order_id;\n" \
    "      DELETE FROM orders WHERE shelf_id = p_shelf AND campaign_id = gone.campaign_id\n" \
    "        AND order_id = gone.order_id;\n" \
    "    END LOOP;\n" \
    "    code := 0;\n" \
    "  END IF;\n" \
    "  RETURN QUERY SELECT * FROM stockd_order_rows(p_shelf, p_campaign, p_id, code);\n" \
    "END $$"

/* An order comes into a state, is in it already, or may not come into it (order_may_become()). What
 * was reserved and is cancelled becomes available again; other units leave (move_units()). */
#define ORDER \
    PG_FUNCTION("stockd_order(p_shelf bigint, p_campaign bigint, p_id text, p_to integer," \
                " p_now bigint," PG_WHY ")" ORDER_COLUMNS) \
    "DECLARE\n" \
    "  was integer; item record; cell record; code integer := 0; n integer := 0;\n" \
    "  skus text[]; counts bigint[]; cans bigint[]; helds bigint[];\n" \
    "BEGIN\n" \
    "  IF p_to < 0 THEN\n" \
    "    SELECT o.state INTO was FROM orders o WHERE " OF_ORDER("o") ";\n" \
    "  ELSIF NOT stockd_enter(p_shelf, p_epoch) THEN\n" \
    "    kind := 8;\n" \
    "    RETURN NEXT;\n" \
    "    RETURN;\n" \
    "  ELSE\n" \
    "    SELECT o.state INTO was FROM orders o WHERE " OF_ORDER("o") " FOR UPDATE;\n" \
    "  END IF;\n" \
    "  IF was IS NULL THEN kind := 5; RETURN NEXT; RETURN; END IF;\n" \
    "  IF p_to >= 0 AND p_to <> was THEN\n" \
    "    IF NOT (was = 0 AND p_to IN (1, 2, 3) OR was = 1 AND p_to IN (2, 3)) THEN\n" \
    "      RETURN QUERY SELECT * FROM stockd_order_rows(p_shelf, p_campaign, p_id, 6);\n" \
    "      RETURN;\n" \
    "    END IF;\n" \
    "    FOR item IN SELECT i.sku, i.units FROM order_items i WHERE " OF_ORDER("i") "\n" \
    "        AND (p_to <> 1 OR p_source <> 0) ORDER BY i.sku LOOP\n" \
    "      n := n + 1; skus[n] := item.sku; counts[n] := item.units;\n" \
    "      IF was = 0 AND p_to = 3 THEN\n" \
    "        UPDATE stock AS s SET available = s.available + item.units,\n" \
    "          reserved = s.reserved - item.units\n" \
    "        WHERE s.shelf_id = p_shelf AND s.sku = item.sku\n" \
    "        RETURNING s.available, s.reserved INTO cell;\n" \
    "        cans[n] := cell.available; helds[n] := cell.reserved;\n" \
    "        CONTINUE;\n" \
    "      END IF;\n" \
    "      SELECT s.available + s.reserved AS units, s.history_ms, s.available, s.reserved\n" \
    "      INTO cell FROM stock s\n" \
    "      WHERE s.shelf_id = p_shelf AND s.sku = item.sku FOR UPDATE;\n" \
    "      cans[n] := cell.available; helds[n] := cell.reserved;\n" \
    "      CONTINUE WHEN p_to = 1;\n" \
    "      helds[n] := cell.reserved - item.units;\n" \
    "      IF p_shelf >> 32 <> 0 THEN\n" \
    "        cell.history_ms := stockd_advance(p_shelf, item.sku, cell.history_ms, cell.units,\n" \
    "          p_now);\n" \
    "        IF p_to = 2 THEN\n" \
    "          PERFORM stockd_sell(p_shelf, item.sku, cell.history_ms, item.units);\n" \
    "        END IF;\n" \
    "      END IF;\n" \
    "      UPDATE stock AS s SET reserved = s.reserved - item.units,\n" \
    "        history_ms = cell.history_ms WHERE s.shelf_id = p_shelf AND s.sku = item.sku;\n" \
    "    END LOOP;\n" \
    "    UPDATE orders AS o SET state = p_to, changed_ms = p_now\n" \
    "    WHERE " OF_ORDER("o") ";\n" \
    "    IF p_source <> 0 THEN\n" \
    "      PERFORM stockd_note(p_shelf, p_source, p_at, p_by, p_request, 3 + p_to, p_campaign,\n" \
    "        p_id, NULL, NULL, skus, cans, helds, counts, NULL, NULL);\n" \
    "    END IF;\n" \
    "  END IF;\n" \
    "  RETURN QUERY SELECT * FROM stockd_order_rows(p_shelf, p_campaign, p_id, code);\n" \
    "END $$"

/* Who makes an order on one of several shelves looks at all of them before, by this, each time with
 * the same claim; and makes it (stockd_reserve) only where his claim is still the last. Of two that
 * make the same order one meets the higher claim of the other, or finds the order, whichever comes
 * in between. Claims of long ago are forgotten: without one nothing is made, so that is harmless at
 * any time. */
#define ORDER_CLAIM \
    PG_FUNCTION("stockd_order_claim(p_shelf bigint, p_campaign bigint, p_id text, p_claim bigint," \
                " p_key bigint," PG_WHY ")" ORDER_COLUMNS) \
    "DECLARE gone record;\n" \
    "BEGIN\n" \
    "  IF NOT stockd_enter(p_shelf, p_epoch) THEN kind := 8; RETURN NEXT; RETURN; END IF;\n" \
    "  INSERT INTO order_claim AS c (shelf_id, campaign_id, order_id, claim, claim_key)\n" \
    "  VALUES (p_shelf, p_campaign, p_id, p_claim, p_key)\n" \
    "  ON CONFLICT (shelf_id, campaign_id, order_id) DO UPDATE SET claim = excluded.claim,\n" \
    "    claim_key = excluded.claim_key\n" \
    "  WHERE c.claim < excluded.claim\n" \
    "    OR (c.claim = excluded.claim AND c.claim_key <= excluded.claim_key);\n" \
    "  IF NOT FOUND THEN\n" \
    "    kind := 9;\n" \
    "    SELECT c.claim INTO created_ms FROM order_claim c WHERE " OF_ORDER("c") ";\n" \
    "    RETURN NEXT;\n" \
    "    RETURN;\n" \
    "  END IF;\n" \
    "  FOR gone IN SELECT c.campaign_id, c.order_id FROM order_claim c\n" \
    "      WHERE c.shelf_id = p_shelf AND c.claim < p_claim - 3600000000\n" \
    "      ORDER BY c.claim LIMIT 4 FOR UPDATE SKIP LOCKED LOOP\n" \
    "    DELETE FROM order_claim WHERE shelf_id = p_shelf AND campaign_id = gone.campaign_id\n" \
    "      AND order_id = gone.order_id;\n" \
    "  END LOOP;\n" \
    "  IF NOT EXISTS (SELECT FROM orders o WHERE " OF_ORDER("o") ") THEN\n" \
    "    kind := 5;\n" \
    "    RETURN NEXT;\n" \
    "    RETURN;\n" \
    "  END IF;\n" \
    "  RETURN QUERY SELECT * FROM stockd_order_rows(p_shelf, p_campaign, p_id, 0);\n" \
    "END $$"

/* Some orders that are due, in one go: of all their items those of one cell come together, so that
 * cells are locked in the order of their SKUs. The history tells of one order after the other: what
 * a cell had behind one lacks what those behind it gave back. */
#define EXPIRE \
    PG_FUNCTION("stockd_expire(p_shelf bigint, p_now bigint, p_limit integer, p_source integer," \
                " OUT expired bigint)") \
    "DECLARE\n" \
    "  due record; skus text[] := '{}'; counts bigint[] := '{}'; places integer[] := '{}';\n" \
    "  item record; campaigns bigint[]; ids text[];\n" \
    "BEGIN\n" \
    "  expired := 0;\n" \
    "  FOR due IN SELECT o.campaign_id, o.order_id FROM orders o WHERE o.shelf_id = p_shelf\n" \
    "      AND o.state = 0 AND o.expires_ms <> 0 AND o.expires_ms <= p_now\n" \
    "      ORDER BY o.expires_ms LIMIT p_limit FOR UPDATE SKIP LOCKED LOOP\n" \
    "    UPDATE orders SET state = 4, changed_ms = p_now WHERE shelf_id = p_shelf\n" \
    "      AND campaign_id = due.campaign_id AND order_id = due.order_id;\n" \
    "    expired := expired + 1;\n" \
    "    campaigns[expired] := due.campaign_id; ids[expired] := due.order_id;\n" \
    "    SELECT skus || array_agg(i.sku), counts || array_agg(i.units),\n" \
    "      places || array_agg(expired::integer) INTO skus, counts, places\n" \
    "    FROM order_items i WHERE i.shelf_id = p_shelf AND i.campaign_id = due.campaign_id\n" \
    "      AND i.order_id = due.order_id;\n" \
    "  END LOOP;\n" \
    "  FOR item IN SELECT v.sku, sum(v.units)::bigint AS units\n" \
    "      FROM unnest(skus, counts) AS v (sku, units)\n" \
    "      GROUP BY v.sku ORDER BY v.sku COLLATE \"C\" LOOP\n" \
    "    UPDATE stock AS s SET available = s.available + item.units,\n" \
    "      reserved = s.reserved - item.units\n" \
    "    WHERE s.shelf_id = p_shelf AND s.sku = item.sku;\n" \
    "  END LOOP;\n" \
    "  IF p_source = 0 THEN RETURN; END IF;\n" \
    "  FOR item IN SELECT v.place, array_agg(v.sku ORDER BY v.sku COLLATE \"C\") AS skus,\n" \
    "      array_agg(v.units ORDER BY v.sku COLLATE \"C\") AS counts,\n" \
    "      array_agg(s.available - v.later ORDER BY v.sku COLLATE \"C\") AS cans,\n" \
    "      array_agg(s.reserved + v.later ORDER BY v.sku COLLATE \"C\") AS helds\n" \
    "    FROM (SELECT u.place, u.sku, u.units, coalesce(sum(u.units) OVER (PARTITION BY u.sku\n" \
    "        ORDER BY u.place ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING), 0)::bigint\n" \
    "        AS later FROM unnest(places, skus, counts) AS u (place, sku, units)) v\n" \
    "    CROSS JOIN LATERAL (SELECT c.available, c.reserved FROM stock c\n" \
    "      WHERE c.shelf_id = p_shelf AND c.sku = v.sku OFFSET 0) s\n" \
    "    GROUP BY v.place ORDER BY v.place LOOP\n" \
    "    PERFORM stockd_note(p_shelf, p_source, p_now, '', 0, 7, campaigns[item.place],\n" \
    "      ids[item.place], NULL, NULL, item.skus, item.cans, item.helds, item.counts, NULL,\n" \
    "      NULL);\n" \
    "  END LOOP;\n" \
    "END $$"

/* Whoever adds a document holds the row of the last number until it is visible. One that is sent
 * again finds itself. */
#define DOCUMENT_ADD \
    PG_FUNCTION("stockd_document_add(p_name text, p_content bytea, p_key bigint," \
                " p_expected bigint) RETURNS TABLE (code integer, number bigint)") \
    "DECLARE last bigint;\n" \
    "BEGIN\n" \
    "  SELECT l.document_id INTO last FROM document_last l WHERE l.one FOR UPDATE;\n" \
    "  SELECT d.document_id INTO number FROM document d WHERE d.send_key = p_key;\n" \
    "  code := 0;\n" \
    "  IF number IS NULL AND p_expected <> -1 AND p_expected <> last THEN\n" \
    "    code := 7; number := last;\n" \
    "  ELSIF number IS NULL THEN\n" \
    "    number := last + 1;\n" \
    "    INSERT INTO document (document_id, send_key, name, content)\n" \
    "    VALUES (last + 1, p_key, p_name, p_content);\n" \
    "    UPDATE document_last SET document_id = last + 1 WHERE one;\n" \
    "  END IF;\n" \
    "  RETURN NEXT;\n" \
    "END $$"

/* A summary takes the place of the one before it, and of the documents that that one covers. The
 * last of these stays, as a node that has taken no more is known by it, and those behind it, for
 * nodes that have not taken them yet. */
#define SUMMARIZE \
    PG_FUNCTION("stockd_summarize(p_number bigint, p_names text[], p_contents text[])" \
                " RETURNS TABLE (code integer)") \
    "DECLARE last bigint; covered bigint;\n" \
    "BEGIN\n" \
    "  SELECT l.document_id, l.summary_id INTO last, covered FROM document_last l WHERE l.one\n" \
    "  FOR UPDATE;\n" \
    "  code := CASE WHEN last = p_number THEN 0 ELSE 7 END;\n" \
    "  IF last = p_number AND covered <> p_number THEN\n" \
    "    DELETE FROM document d WHERE d.document_id < covered;\n" \
    "    DELETE FROM document_summary;\n" \
    "    INSERT INTO document_summary (place, summary_id, name, content)\n" \
    "    SELECT v.place::integer, p_number, v.name, v.content\n" \
    "    FROM unnest(p_names, p_contents) WITH ORDINALITY AS v (name, content, place);\n" \
    "    UPDATE document_last SET summary_id = p_number WHERE one;\n" \
    "  END IF;\n" \
    "  RETURN NEXT;\n" \
    "END $$"

/* clang-format on */

const char *const pg_schema_order_functions[] = {ORDER_ROWS, RESERVE,      ORDER,     ORDER_CLAIM,
                                                 EXPIRE,     DOCUMENT_ADD, SUMMARIZE, NULL};
