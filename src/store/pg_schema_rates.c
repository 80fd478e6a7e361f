/* Functions in the database for rate limits: one takes from a window, one is the clock that says
 * which window that is. The row of a window is locked for as long as the function runs: nobody
 * waits for a disk meanwhile, as the table is not logged (pg_schema_tables.c). */
#include <stddef.h>

#include "store/pg_schema_text.h"

/* clang-format off */

/* One for all nodes. Tests put one of their own in its place. */
#define CLOCK \
    "CREATE OR REPLACE FUNCTION stockd_clock_ms() RETURNS bigint LANGUAGE sql AS $$\n" \
    "  SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint\n" \
    "$$"

/* A cost of 0 is refused where nothing remains, as a cost of 1 is. */
#define SPEND \
    PG_FUNCTION("stockd_spend(p_entity bigint, p_method integer, p_cost bigint, p_amount bigint," \
                " p_period bigint, OUT granted boolean, OUT spent bigint, OUT at_ms bigint," \
                " OUT until_ms bigint)") \
    "BEGIN\n" \
    "  at_ms := stockd_clock_ms();\n" \
    "  until_ms := (at_ms / p_period + 1) * p_period;\n" \
    "  IF p_cost <= p_amount THEN\n" \
    "    INSERT INTO rate_window AS w (ends_ms, entity, method, used)\n" \
    "    VALUES (until_ms, p_entity, p_method, p_cost)\n" \
    "    ON CONFLICT (ends_ms, entity, method) DO UPDATE SET used = w.used + excluded.used\n" \
    "    WHERE w.used <= p_amount - greatest(p_cost, 1)\n" \
    "    RETURNING used INTO spent;\n" \
    "  END IF;\n" \
    "  granted := spent IS NOT NULL;\n" \
    "  IF granted THEN RETURN; END IF;\n" \
    "  SELECT used INTO spent FROM rate_window\n" \
    "  WHERE ends_ms = until_ms AND entity = p_entity AND method = p_method;\n" \
    "  spent := coalesce(spent, 0);\n" \
    "END $$"

const char *const pg_schema_rate_functions[] = {CLOCK, SPEND, NULL};

/* clang-format on */
