/* Two stores that are asked the same: the local one, which says what is right, on a simulated disk,
 * and the one on PostgreSQL. A command is run on both, and verdicts, counts, views and orders have
 * to be the same. They share one clock, which only the test moves.
 *
 * What differs is the order of pages, which each store chooses for itself, so pages have a function
 * of their own. A difference ends the program, with the seed and the step. */
#ifndef TESTS_STORE_PG_PAIR_H
#define TESTS_STORE_PG_PAIR_H

#include "os/os_sim.h"
#include "store/pg_session.h"
#include "store/store_local.h"
#include "store/store_pg.h"

/* The machine, with the test's calendar. */
struct pair_os {
    struct os os; /* First. */
    int64_t now_ms;
};

enum { PAIR_HISTORY_DAYS = 300 };
enum { PAIR_DOCUMENTS_MAX = 256, PAIR_VERDICTS = VERDICT_ORDER_STATE + 1 };

struct pair {
    const char *url;
    struct os_sim *sim;
    struct pair_os os;
    struct store *local;
    struct store *pg;
    struct arena local_arena;
    struct arena pg_arena;
    uint64_t step;                     /* For the message. */
    const char *doing;                 /* Likewise. */
    uint64_t documents_count;          /* That were added… */
    uint64_t documents_taken;          /* …and that came back since the store was opened. */
    uint64_t sums[PAIR_DOCUMENTS_MAX]; /* Their checksums. */
    uint64_t verdicts[PAIR_VERDICTS];  /* How often both gave each. */
    uint64_t stale_count;              /* Numbers that both left out, */
    uint64_t turnovers_count;          /* and turnovers that both told. */
    uint64_t listed_count;             /* Orders that both listed. */
    uint64_t causes_count;
    uint64_t events[STOCK_EVENT_KINDS_COUNT]; /* Of histories, that both told. */
    struct pg_session *session;               /* Moves the clock that places go by. */
};

/* Opens both. */
void pair_open(struct pair *pair, const char *url, int64_t now_ms);
void pair_close(struct pair *pair);

/* The store on PostgreSQL as another process would find it. Its documents have come back; and days
 * of histories are made and removed, as its threads would do it. */
void pair_reopen_pg(struct pair *pair);

void pair_set_now(struct pair *pair, int64_t now_ms);

/* Says how often what was told; what never was makes it end the program. */
void pair_tell(const struct pair *pair);

/* Gives a command a cause, runs it on both, compares all that they say, and gives it with the
 * results of the local store, which live until the next call. No pages. */
void pair_run(struct pair *pair, struct store_command *command);

/* All cells of a shelf that fit, by their SKUs' bytes: pages of `limit` cells are read from both
 * stores until the end. They live until the next call. The page's position is not looked at. */
const struct stock_view *pair_walk(struct pair *pair, int64_t shelf_id, struct store_page page,
                                   uint32_t *count);

/* One page of the store on PostgreSQL, held against all cells that fit. */
void pair_page(struct pair *pair, int64_t shelf_id, const struct store_page *page,
               const struct stock_view *all, uint32_t all_count);

void pair_totals(struct pair *pair, int64_t shelf_id, int64_t campaign_id);

/* All orders of these states, `limit` a page. */
void pair_orders(struct pair *pair, int64_t shelf_id, int64_t campaign_id, uint32_t states,
                 uint32_t limit);

/* Of a store on PostgreSQL that was opened anew: later it may say what it counted before. */
void pair_survey(struct pair *pair, const int64_t *shelf_ids, uint32_t shelves_count);
void pair_copy(struct pair *pair, int64_t from_id, int64_t to_id, bool numbers,
               enum store_ties ties);
void pair_expire(struct pair *pair);
void pair_add_document(struct pair *pair, struct bytes name, struct bytes content);

/* All that both tell of a SKU, by pages of the limit. */
void pair_history(struct pair *pair, const struct store_history *history);

/* A cause that no other command has. */
void pair_give_cause(struct pair *pair, struct stock_cause *cause);

/* Says what differs, and ends the program. */
NORETURN void pair_differ(const struct pair *pair, const char *format, ...) PRINTF(2, 3);

#endif
