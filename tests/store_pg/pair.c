/* The local store has no threads: whoever waits for a command commits. Its pages come in the order
 * in which cells appeared, so they are sorted before they are compared. */
#include "pair.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "store/command.h"

enum { CONNECTIONS = 3, DEADLINE_MS = 20000 };

void pair_differ(const struct pair *pair, const char *format, ...)
{
    va_list arguments;
    (void)fprintf(stderr, "conformance: step %" PRIu64 " (%s): ", pair->step, pair->doing);
    va_start(arguments, format);
    (void)vfprintf(stderr, format, arguments);
    va_end(arguments);
    (void)fprintf(stderr, "; the seed is above, TEST_SEED replays it\n");
    exit(1);
}

/* --- Opening. --- */

static int64_t pair_now_ms(struct os *os)
{
    return ((struct pair_os *)(void *)os)->now_ms;
}

static void run_script(struct pair *pair, const char *text)
{
    if (pg_session_script(pair->session, text) != OK)
        pair_differ(pair, "%s", pg_session_problem(pair->session));
}

void pair_set_now(struct pair *pair, int64_t now_ms)
{
    char text[80];
    pair->os.now_ms = now_ms;
    os_sim_set_now(pair->sim, now_ms);
    (void)snprintf(text, sizeof(text), "UPDATE test_clock SET us = %" PRId64, now_ms * 1000);
    run_script(pair, text);
}

/* One for the database, too, that only the test moves. */
static void make_clock(struct pair *pair)
{
    char problem[PG_PROBLEM_BYTES];
    if (pg_session_open(&pair->os.os, pair->url, DEADLINE_MS, &pair->session, problem,
                        sizeof(problem)) != OK)
        pair_differ(pair, "%s", problem);
    run_script(pair, "CREATE TABLE test_clock (us bigint); INSERT INTO test_clock VALUES (0);"
                     " CREATE SEQUENCE test_tick;"
                     " CREATE OR REPLACE FUNCTION stockd_clock_us() RETURNS bigint LANGUAGE sql AS"
                     " $$ SELECT us + nextval('test_tick') FROM test_clock $$");
}

static uint64_t sum_of(struct bytes name, struct bytes content)
{
    return bytes_checksum(content, bytes_checksum(name, 0));
}

static enum err take_document(void *context, struct bytes name, struct bytes content)
{
    struct pair *pair = context;
    if (pair->documents_taken == pair->documents_count)
        pair_differ(pair, "more documents came back than were added");
    if (pair->sums[pair->documents_taken++] != sum_of(name, content))
        pair_differ(pair, "document %" PRIu64 " came back as another", pair->documents_taken);
    return OK;
}

static enum err take_nothing(void *context, struct bytes name, struct bytes content)
{
    (void)context;
    (void)name;
    (void)content;
    return OK;
}

static void open_pg(struct pair *pair)
{
    char problem[STORE_PG_PROBLEM_BYTES];
    const struct store_pg_settings settings = {
        .os = &pair->os.os,
        .url = pair->url,
        .connections_count = CONNECTIONS,
        .deadline_ms = DEADLINE_MS,
        .history_days = PAIR_HISTORY_DAYS,
        .documents = {.context = pair, .take = take_document},
    };
    pair->documents_taken = 0;
    if (store_pg_open(&settings, problem, &pair->pg) != OK)
        pair_differ(pair, "cannot open: %s", problem);
    if (pair->documents_taken != pair->documents_count)
        pair_differ(pair, "%" PRIu64 " of %" PRIu64 " documents came back", pair->documents_taken,
                    pair->documents_count);
}

void pair_open(struct pair *pair, const char *url, int64_t now_ms)
{
    *pair = (struct pair){.url = url, .doing = "opening", .sim = os_sim_create(1)};
    pair->os.os = *os_real();
    pair->os.os.now_ms = pair_now_ms;
    make_clock(pair);
    pair_set_now(pair, now_ms);
    arena_init(&pair->local_arena);
    arena_init(&pair->pg_arena);
    struct store_opening opening;
    const struct store_local_settings settings = {.os = os_sim_os(pair->sim),
                                                  .folder = "data",
                                                  .history_days = PAIR_HISTORY_DAYS,
                                                  .history_bytes_max = INT64_C(1) << 30,
                                                  .documents = {.take = take_nothing}};
    if (store_local_open(&settings, &opening, &pair->local) != OK)
        pair_differ(pair, "%s", opening.problem);
    open_pg(pair);
}

void pair_close(struct pair *pair)
{
    store_close(pair->pg);
    store_close(pair->local);
    pg_session_close(pair->session);
    os_sim_destroy(pair->sim);
    arena_deinit(&pair->local_arena);
    arena_deinit(&pair->pg_arena);
}

void pair_reopen_pg(struct pair *pair)
{
    char text[80];
    store_close(pair->pg);
    (void)snprintf(text, sizeof(text), "SELECT stockd_history_days(%d) FROM generate_series(1, 30)",
                   (int)PAIR_HISTORY_DAYS);
    run_script(pair, text);
    open_pg(pair);
}

/* --- Running a command. --- */

/* The local store has no threads: whoever waits commits. */
static void run_on(struct pair *pair, struct store *store, struct store_command *command)
{
    if (store != pair->local)
        (void)command_run(store, command);
    else if (!store_submit(store, command) && store_local_commit(store) != OK)
        pair_differ(pair, "the local store cannot commit");
}

static void same_number(const struct pair *pair, const char *what, int64_t local, int64_t pg)
{
    if (local != pg)
        pair_differ(pair, "%s is %" PRId64 " and should be %" PRId64, what, pg, local);
}

static void same_text(const struct pair *pair, const char *what, struct bytes local,
                      struct bytes pg)
{
    if (!bytes_equal(local, pg))
        pair_differ(pair, "%s is '%.*s' and should be '%.*s'", what, BYTES_ARG(pg),
                    BYTES_ARG(local));
}

/* A cell without details has none of them. */
static void same_view(struct pair *pair, const struct stock_view *local,
                      const struct stock_view *pg)
{
    static const struct stock_details none = {.turnover_tenths = -1};
    const struct stock_details *left = local->details == NULL ? &none : local->details;
    const struct stock_details *right = pg->details == NULL ? &none : pg->details;
    char what[64];
    same_text(pair, "a SKU", local->sku, pg->sku);
    (void)snprintf(what, sizeof(what), "'%.*s'", BYTES_ARG(bytes_clip(local->sku, 20)));
    const int64_t numbers[][2] = {
        {local->available, pg->available},
        {local->reserved, pg->reserved},
        {local->updated_at_ms, pg->updated_at_ms},
        {local->marks, pg->marks},
        {left->turnover_tenths < 0 ? -1 : left->turnover_tenths,
         right->turnover_tenths < 0 ? -1 : right->turnover_tenths},
        {left->unfit[0], right->unfit[0]},
        {left->unfit[1], right->unfit[1]},
        {left->unfit[2], right->unfit[2]},
        {left->unfit[3], right->unfit[3]},
    };
    static const char *const names[] = {"available", "reserved", "updated",
                                        "marks",     "turnover", "quarantine",
                                        "defect",    "expired",  "utilization"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (numbers[i][0] != numbers[i][1])
            pair_differ(pair, "%s of %s is %" PRId64 " and should be %" PRId64, names[i], what,
                        numbers[i][1], numbers[i][0]);
    }
    pair->turnovers_count += left->turnover_tenths >= 0;
}

static void same_views(struct pair *pair, const struct store_command *local,
                       const struct store_command *pg)
{
    same_number(pair, "the number of views", local->views_count, pg->views_count);
    for (uint32_t i = 0; i < local->views_count; i++)
        same_view(pair, &local->views[i], &pg->views[i]);
}

static void same_order_view(const struct pair *pair, const struct order_view *left,
                            const struct order_view *right)
{
    same_text(pair, "the order's id", left->id, right->id);
    same_number(pair, "the campaign", left->campaign_id, right->campaign_id);
    same_number(pair, "the state", left->state, right->state);
    same_number(pair, "created", left->created_at_ms, right->created_at_ms);
    same_number(pair, "changed", left->changed_at_ms, right->changed_at_ms);
    same_number(pair, "expires", left->expires_at_ms, right->expires_at_ms);
    same_number(pair, "the number of items", left->items_count, right->items_count);
    for (uint32_t i = 0; i < left->items_count; i++) {
        same_text(pair, "an item", left->items[i].key.sku, right->items[i].key.sku);
        same_number(pair, "its units", left->items[i].count, right->items[i].count);
        same_number(pair, "its hash", (int64_t)left->items[i].key.hash,
                    (int64_t)right->items[i].key.hash);
    }
}

static void same_order(const struct pair *pair, const struct store_order *local,
                       const struct store_order *pg)
{
    same_order_view(pair, &local->order, &pg->order);
    same_number(pair, "the number of shortages", local->shortages_count, pg->shortages_count);
    for (uint32_t i = 0; i < local->shortages_count; i++) {
        same_text(pair, "what is short", local->shortages[i].sku, pg->shortages[i].sku);
        same_number(pair, "requested", local->shortages[i].requested, pg->shortages[i].requested);
        same_number(pair, "available", local->shortages[i].available, pg->shortages[i].available);
    }
}

static void same_results(struct pair *pair, const struct store_command *local,
                         const struct store_command *pg)
{
    same_number(pair, "the verdict", local->verdict, pg->verdict);
    pair->verdicts[local->verdict]++;
    switch (local->kind) {
    case STORE_PUT:
        same_number(pair, "applied", local->put.applied_count, pg->put.applied_count);
        same_number(pair, "stale", local->put.stale_count, pg->put.stale_count);
        pair->stale_count += local->put.stale_count;
        if (local->verdict == VERDICT_UNKNOWN_SKU)
            same_text(pair, "the unknown SKU", local->put.unknown, pg->put.unknown);
        return;
    case STORE_COUNT:
        if (local->verdict == VERDICT_BELOW_RESERVED) {
            same_text(pair, "the SKU below", local->count.sku, pg->count.sku);
            same_number(pair, "what is held", local->count.reserved, pg->count.reserved);
        }
        return;
    case STORE_LIST:
        same_views(pair, local, pg);
        return;
    case STORE_ORDER:
        same_order(pair, &local->order, &pg->order);
        return;
    case STORE_MARK:
    case STORE_PAGE:
    case STORE_SPEND:
        return;
    }
}

void pair_run(struct pair *pair, struct store_command *command)
{
    ASSERT(command->kind != STORE_PAGE);
    pair_give_cause(pair, &command->cause);
    struct store_command other = *command;
    arena_reset(&pair->local_arena);
    arena_reset(&pair->pg_arena);
    command->arena = &pair->local_arena;
    other.arena = &pair->pg_arena;
    run_on(pair, pair->local, command);
    run_on(pair, pair->pg, &other);
    same_results(pair, command, &other);
}

/* --- Pages. --- */

static int compare_views(const void *left, const void *right)
{
    const struct bytes a = ((const struct stock_view *)left)->sku;
    const struct bytes b = ((const struct stock_view *)right)->sku;
    const int order = memcmp(a.data, b.data, a.size < b.size ? a.size : b.size);
    return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

/* All cells that fit, page by page, in the store's order. */
static struct stock_view *walk(struct pair *pair, struct store *store, struct arena *arena,
                               int64_t shelf_id, struct store_page page, uint32_t *count)
{
    enum { VIEWS_MAX = 8192 };
    struct stock_view *all = arena_allocate(arena, VIEWS_MAX * sizeof(*all));
    ASSERT(all != NULL);
    *count = 0;
    page.position = (struct bytes){NULL, 0};
    page.backward = false;
    do {
        struct store_command command = {
            .kind = STORE_PAGE, .shelf_id = shelf_id, .arena = arena, .page = page};
        run_on(pair, store, &command);
        same_number(pair, "the verdict of a page", VERDICT_OK, command.verdict);
        ASSERT(*count + command.views_count <= VIEWS_MAX);
        for (uint32_t i = 0; i < command.views_count; i++)
            all[(*count)++] = command.views[i];
        page.position = command.page.next;
    } while (page.position.size > 0);
    return all;
}

const struct stock_view *pair_walk(struct pair *pair, int64_t shelf_id, struct store_page page,
                                   uint32_t *count)
{
    uint32_t pg_count = 0;
    arena_reset(&pair->local_arena);
    arena_reset(&pair->pg_arena);
    struct stock_view *local = walk(pair, pair->local, &pair->local_arena, shelf_id, page, count);
    const struct stock_view *pg = walk(pair, pair->pg, &pair->pg_arena, shelf_id, page, &pg_count);
    same_number(pair, "the number of cells", *count, pg_count);
    qsort(local, *count, sizeof(*local), compare_views);
    for (uint32_t i = 0; i < pg_count; i++)
        same_view(pair, &local[i], &pg[i]);
    return local;
}

/* The first cell at or behind a position. */
static uint32_t place_of(const struct stock_view *all, uint32_t count, struct bytes position)
{
    const struct stock_view wanted = {.sku = position};
    uint32_t place = 0;
    while (position.size > 0 && place < count && compare_views(&all[place], &wanted) < 0)
        place++;
    return place;
}

void pair_page(struct pair *pair, int64_t shelf_id, const struct store_page *page,
               const struct stock_view *all, uint32_t all_count)
{
    const uint32_t place = place_of(all, all_count, page->position);
    uint32_t low = place;
    uint32_t high = place;
    if (page->backward)
        low = place > page->limit ? place - page->limit : 0;
    else
        high = all_count - place > page->limit ? place + page->limit : all_count;
    struct store_command command = {
        .kind = STORE_PAGE, .shelf_id = shelf_id, .arena = &pair->pg_arena, .page = *page};
    run_on(pair, pair->pg, &command);
    same_number(pair, "the verdict of the page", VERDICT_OK, command.verdict);
    same_number(pair, "the number of cells of the page", high - low, command.views_count);
    for (uint32_t i = low; i < high; i++)
        same_view(pair, &all[i], &command.views[i - low]);
    same_number(pair, "whether a page follows", high<all_count, command.page.next.size> 0);
    same_number(pair, "whether a page is before", low > 0, command.page.prev.size > 0);
    if (high < all_count)
        same_number(pair, "where it begins", high, place_of(all, all_count, command.page.next));
    if (low > 0)
        same_number(pair, "where it ends", low, place_of(all, all_count, command.page.prev));
}

/* --- The rest. --- */

void pair_tell(const struct pair *pair)
{
    static const enum verdict wanted[] = {
        VERDICT_OK,           VERDICT_UNKNOWN_SKU,   VERDICT_BELOW_RESERVED, VERDICT_SHORTAGE,
        VERDICT_ORDER_EXISTS, VERDICT_ORDER_UNKNOWN, VERDICT_ORDER_STATE,
    };
    (void)printf("# verdicts:");
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
        (void)printf(" %" PRIu64, pair->verdicts[wanted[i]]);
    (void)printf("; stale %" PRIu64 ", turnovers %" PRIu64 "\n", pair->stale_count,
                 pair->turnovers_count);
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        if (pair->verdicts[wanted[i]] == 0)
            pair_differ(pair, "verdict %d never came", (int)wanted[i]);
    }
    if (pair->stale_count == 0 || pair->turnovers_count == 0 || pair->listed_count == 0)
        pair_differ(pair, "nothing was stale, or sold, or listed");
    (void)printf("# events:");
    for (size_t i = 0; i < STOCK_EVENT_KINDS_COUNT; i++) {
        (void)printf(" %" PRIu64, pair->events[i]);
        if (pair->events[i] == 0)
            pair_differ(pair, "no event was of kind %zu", i);
    }
    (void)printf("\n");
}

void pair_totals(struct pair *pair, int64_t shelf_id, int64_t campaign_id)
{
    struct shelf_totals local;
    struct shelf_totals pg;
    if (store_totals(pair->local, shelf_id, campaign_id, &local) != OK ||
        store_totals(pair->pg, shelf_id, campaign_id, &pg) != OK)
        pair_differ(pair, "totals cannot be told");
    same_number(pair, "cells in all", (int64_t)local.cells_count, (int64_t)pg.cells_count);
    same_number(pair, "available in all", (int64_t)local.available, (int64_t)pg.available);
    same_number(pair, "reserved in all", (int64_t)local.reserved, (int64_t)pg.reserved);
    same_number(pair, "unfit in all", (int64_t)local.unfit, (int64_t)pg.unfit);
    same_number(pair, "open orders", local.orders_count, pg.orders_count);
}

void pair_orders(struct pair *pair, int64_t shelf_id, int64_t campaign_id, uint32_t states,
                 uint32_t limit)
{
    arena_reset(&pair->local_arena);
    arena_reset(&pair->pg_arena);
    struct store_orders local = {.shelf_id = shelf_id,
                                 .campaign_id = campaign_id,
                                 .states = states,
                                 .before_ms = INT64_MAX,
                                 .limit = limit,
                                 .arena = &pair->local_arena};
    struct store_orders pg = local;
    pg.arena = &pair->pg_arena;
    do {
        if (store_orders(pair->local, &local) != OK || store_orders(pair->pg, &pg) != OK)
            pair_differ(pair, "orders cannot be listed");
        same_number(pair, "orders on a page", local.orders_count, pg.orders_count);
        for (uint32_t i = 0; i < local.orders_count; i++)
            same_order_view(pair, &local.orders[i], &pg.orders[i]);
        same_number(pair, "more orders", local.more, pg.more);
        pair->listed_count += local.orders_count;
        local.before_ms = pg.before_ms = local.last_ms;
        local.before_id = pg.before_id = local.last_id; /* Both live in the arenas. */
    } while (local.more);
}

void pair_survey(struct pair *pair, const int64_t *shelf_ids, uint32_t shelves_count)
{
    for (uint32_t i = 0; i < shelves_count; i++) {
        struct shelf_survey local = {.shelf_id = shelf_ids[i]};
        struct shelf_survey pg = local;
        if (store_survey(pair->local, &local, 1) != OK || store_survey(pair->pg, &pg, 1) != OK)
            pair_differ(pair, "a shelf cannot be surveyed");
        same_number(pair, "whether it was counted", local.counted, pg.counted);
        same_number(pair, "cells", (int64_t)local.cells_count, (int64_t)pg.cells_count);
        same_number(pair, "available", (int64_t)local.available, (int64_t)pg.available);
        same_number(pair, "reserved", (int64_t)local.reserved, (int64_t)pg.reserved);
        same_number(pair, "unfit", (int64_t)local.unfit, (int64_t)pg.unfit);
        same_number(pair, "hidden", (int64_t)local.hidden_count, (int64_t)pg.hidden_count);
        same_number(pair, "the newest", local.updated_at_ms, pg.updated_at_ms);
    }
}

void pair_copy(struct pair *pair, int64_t from_id, int64_t to_id, bool numbers,
               enum store_ties ties)
{
    struct store *stores[] = {pair->local, pair->pg};
    for (size_t i = 0; i < 2; i++) {
        const enum err error = numbers ? store_copy_shelf(stores[i], from_id, to_id, ties)
                                       : store_copy_marks(stores[i], from_id, to_id);
        if (error != OK)
            pair_differ(pair, "a shelf cannot be copied: %s", err_text(error));
    }
}

void pair_expire(struct pair *pair)
{
    if (store_local_expire_due(pair->local) != OK || store_local_commit(pair->local) != OK ||
        store_pg_expire_due(pair->pg) != OK)
        pair_differ(pair, "what is due cannot be released");
}

void pair_add_document(struct pair *pair, struct bytes name, struct bytes content)
{
    if (pair->documents_count == PAIR_DOCUMENTS_MAX)
        return;
    const enum err error = store_add_document(pair->pg, name, content);
    if (error != OK)
        pair_differ(pair, "a document cannot be added: %s", err_text(error));
    pair->sums[pair->documents_count++] = sum_of(name, content);
}
