/* What the tests of the SQL ask of the C side: the statements as they are sent, a migration, and
 * the local store as the model of what they have to mean.
 *
 *     driver statements        one per line: name, types of its values, columns, text
 *     driver schema            everything that a migration may run, each ended by a line with a dot
 *     driver migrate URL       "from to citus", or what is wrong and exit status 1
 *     driver local FOLDER      a store in an empty folder; reads a command per line, answers it
 *
 * Fields of a command are parted by tabs, bytes that would be in the way are %XX. Answers end with
 * a line with a dot:
 *     put SHELF POLICY (SKU COUNT MS)…         verdict applied stale unknown
 *     mark SHELF CREATE SET CLEAR SKU…         verdict
 *     count SHELF LEAST (SKU TYPE COUNT MS)…   verdict sku held
 *     order SHELF ACTION CAMPAIGN ID NOW EXPIRES (SKU COUNT)…
 *           verdict state created changed expires, then items, then shortages
 *     page SHELF PRESENCE MASK WANTED NEVER AT    all cells that fit, by pages of three
 *     list SHELF AT SKU…                       cells
 *     totals SHELF CAMPAIGN                    five numbers
 *     expire NOW                               nothing */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "os/os.h"
#include "store/pg_moving.h"
#include "store/pg_schema.h"
#include "store/pg_schema_text.h"
#include "store/pg_statement.h"
#include "store/store_local.h"

enum { FIELDS_MAX = 10000, PAGE_CELLS = 3 };

static int64_t now_ms;

static int64_t clock_ms(struct os *os)
{
    (void)os;
    return now_ms;
}

static struct arena arena;
static struct store *store;
static char *fields[FIELDS_MAX];
static int fields_count;

static void *must_allocate(size_t size)
{
    void *data = arena_allocate(&arena, size);
    if (data == NULL)
        abort();
    return data;
}

static int64_t number(int index)
{
    return index < fields_count ? strtoll(fields[index], NULL, 10) : 0;
}

static uint8_t hex(char digit)
{
    const char *digits = "0123456789ABCDEF";
    return (uint8_t)(strchr(digits, digit) - digits);
}

static struct bytes text(int index)
{
    const char *from = fields[index];
    uint8_t *made = must_allocate(strlen(from) + 1);
    size_t size = 0;
    while (*from != '\0') {
        if (*from == '%') {
            made[size++] = (uint8_t)(hex(from[1]) << 4 | hex(from[2]));
            from += 3;
        } else {
            made[size++] = (uint8_t)*from++;
        }
    }
    return (struct bytes){made, size};
}

static struct stock_key key(int index)
{
    const struct bytes sku = text(index);
    return (struct stock_key){sku, bytes_hash(sku)};
}

static void print_bytes(struct bytes bytes)
{
    for (size_t i = 0; i < bytes.size; i++) {
        const uint8_t byte = bytes.data[i];
        if (byte <= ' ' || byte >= 0x7F || byte == '%')
            (void)printf("%%%02X", byte);
        else
            (void)putchar(byte);
    }
}

static void woken(struct store_command *command)
{
    (void)command;
}

static void run(struct store_command *command)
{
    command->arena = &arena;
    command->shelf_id = number(1);
    if (store_submit(store, command))
        return;
    store_await(store, command, woken);
    if (store_local_commit(store) != OK)
        abort();
}

static void print_views(const struct store_command *command)
{
    for (uint32_t i = 0; i < command->views_count; i++) {
        const struct stock_view *view = &command->views[i];
        const struct stock_details none = {{0}, -1};
        const struct stock_details *details = view->details == NULL ? &none : view->details;
        print_bytes(view->sku);
        (void)printf("\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%" PRIu32, view->available,
                     view->reserved, view->updated_at_ms, view->marks);
        for (int unfit = 0; unfit < STOCK_UNFIT_COUNT; unfit++)
            (void)printf("\t%" PRId64, details->unfit[unfit]);
        (void)printf("\t%" PRId64 "\n", details->turnover_tenths);
    }
}

static void do_put(void)
{
    const uint32_t count = (uint32_t)(fields_count - 3) / 3;
    struct stock_write *items = must_allocate(count * sizeof(*items));
    for (uint32_t i = 0; i < count; i++) {
        const int at = 3 + 3 * (int)i;
        items[i] = (struct stock_write){key(at), number(at + 1), number(at + 2)};
    }
    struct store_command command = {
        .kind = STORE_PUT,
        .put = {.items = items,
                .items_count = count,
                .unknown_policy = (enum store_unknown)number(2)},
    };
    run(&command);
    (void)printf("%d\t%" PRIu32 "\t%" PRIu32 "\t", (int)command.verdict, command.put.applied_count,
                 command.put.stale_count);
    if (command.verdict == VERDICT_UNKNOWN_SKU)
        print_bytes(command.put.unknown);
    (void)printf("\n");
}

static void do_mark(void)
{
    const uint32_t count = (uint32_t)fields_count - 5;
    struct stock_key *keys = must_allocate(count * sizeof(*keys));
    for (uint32_t i = 0; i < count; i++)
        keys[i] = key(5 + (int)i);
    struct store_command command = {
        .kind = STORE_MARK,
        .mark = {.keys = keys,
                 .keys_count = count,
                 .set = (uint32_t)number(3),
                 .clear = (uint32_t)number(4),
                 .create_unknown = number(2) != 0},
    };
    run(&command);
    (void)printf("%d\n", (int)command.verdict);
}

static void do_count(void)
{
    const uint32_t count = (uint32_t)(fields_count - 3) / 4;
    struct stock_count *items = must_allocate(count * sizeof(*items));
    for (uint32_t i = 0; i < count; i++) {
        const int at = 3 + 4 * (int)i;
        items[i] = (struct stock_count){key(at), (enum stock_type)number(at + 1), number(at + 2),
                                        number(at + 3)};
    }
    struct store_command command = {
        .kind = STORE_COUNT,
        .count = {.ties = number(2) != 0 ? STORE_TIES_LEAST : STORE_TIES_LAST,
                  .items = items,
                  .items_count = count},
    };
    run(&command);
    (void)printf("%d\t", (int)command.verdict);
    if (command.verdict == VERDICT_BELOW_RESERVED) {
        print_bytes(command.count.sku);
        (void)printf("\t%" PRId64, command.count.reserved);
    }
    (void)printf("\n");
}

static void do_order(void)
{
    const uint32_t count = (uint32_t)(fields_count - 7) / 2;
    struct stock_order_item *items = must_allocate((count + 1) * sizeof(*items));
    for (uint32_t i = 0; i < count; i++)
        items[i] = (struct stock_order_item){key(7 + 2 * (int)i), number(8 + 2 * (int)i)};
    struct store_command command = {
        .kind = STORE_ORDER,
        .order = {.action = (enum order_action)number(2),
                  .campaign_id = number(3),
                  .id = text(4),
                  .now_ms = number(5),
                  .expires_at_ms = number(6),
                  .items = items,
                  .items_count = count},
    };
    run(&command);
    const struct order_view *order = &command.order.order;
    (void)printf("%d\t%d\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\n", (int)command.verdict,
                 (int)order->state, order->created_at_ms, order->changed_at_ms,
                 order->expires_at_ms);
    for (uint32_t i = 0; i < order->items_count; i++) {
        print_bytes(order->items[i].key.sku);
        (void)printf("\t%" PRId64 "\n", order->items[i].count);
    }
    for (uint32_t i = 0; i < command.order.shortages_count; i++) {
        const struct order_shortage *shortage = &command.order.shortages[i];
        print_bytes(shortage->sku);
        (void)printf("\t%" PRId64 "\t%" PRId64 "\n", shortage->requested, shortage->available);
    }
}

static void do_page(void)
{
    struct store_command command = {
        .kind = STORE_PAGE,
        .page = {.limit = PAGE_CELLS,
                 .filter = {(enum store_presence)number(2), (uint32_t)number(3),
                            (uint32_t)number(4), number(5) != 0},
                 .turnover_at_ms = number(6)},
    };
    do {
        command.page.position = command.page.next;
        run(&command);
        print_views(&command);
    } while (command.page.next.size > 0);
}

static void do_list(void)
{
    const uint32_t count = (uint32_t)fields_count - 3;
    struct stock_key *keys = must_allocate(count * sizeof(*keys));
    for (uint32_t i = 0; i < count; i++)
        keys[i] = key(3 + (int)i);
    struct store_command command = {
        .kind = STORE_LIST,
        .list = {.keys = keys, .keys_count = count, .turnover_at_ms = number(2)},
    };
    run(&command);
    print_views(&command);
}

static void do_totals(void)
{
    struct shelf_totals totals;
    if (store_totals(store, number(1), number(2), &totals) != OK)
        abort();
    (void)printf("%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu32 "\n",
                 totals.cells_count, totals.available, totals.reserved, totals.unfit,
                 totals.orders_count);
}

static void do_expire(void)
{
    now_ms = number(1);
    if (store_local_expire_due(store) != OK || store_local_commit(store) != OK)
        abort();
}

static const struct {
    const char *name;
    void (*run)(void);
} verbs[] = {{"put", do_put},   {"mark", do_mark}, {"count", do_count},   {"order", do_order},
             {"page", do_page}, {"list", do_list}, {"totals", do_totals}, {"expire", do_expire}};

/* Parts a line into its fields and answers it. */
static void answer(char *line)
{
    fields_count = 0;
    char *rest = NULL;
    for (char *field = strtok_r(line, "\t\n", &rest); field != NULL && fields_count < FIELDS_MAX;
         field = strtok_r(NULL, "\t\n", &rest))
        fields[fields_count++] = field;
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        if (fields_count > 0 && strcmp(verbs[i].name, fields[0]) == 0)
            verbs[i].run();
    }
    (void)printf(".\n");
    (void)fflush(stdout);
}

static int run_local(const char *folder)
{
    struct os os = *os_real();
    os.now_ms = clock_ms;
    const struct store_local_settings settings = {.os = &os, .folder = folder};
    struct store_opening opening;
    if (store_local_open(&settings, &opening, &store) != OK) {
        (void)fprintf(stderr, "%s\n", opening.problem);
        return 1;
    }
    char *line = NULL;
    size_t line_bytes = 0;
    arena_init(&arena);
    while (getline(&line, &line_bytes, stdin) > 0) {
        arena_reset(&arena);
        answer(line);
    }
    arena_deinit(&arena);
    free(line);
    store_close(store);
    return 0;
}

static int print_statements(void)
{
    for (uint32_t i = 0; i < pg_statements.rows_count; i++) {
        const struct pg_statement_row *row = &pg_statements.rows[i];
        (void)printf("%s\t", row->name);
        for (uint32_t value = 0; value < row->values_count; value++)
            (void)printf("%s%" PRIu32, value == 0 ? "" : ",", row->types[value]);
        (void)printf("\t%s\t%s\n", row->columns, row->text);
    }
    for (int i = 0; i < PG_MOVING_STATEMENTS_COUNT; i++)
        (void)printf("moving %s\t\t%s\t%s\n", pg_moving_rows[i].name, pg_moving_rows[i].columns,
                     pg_moving_rows[i].text);
    (void)printf("SESSION\t\t\t%s\nVERSION\t\t\t%s\nPROBLEMS\t\t\t%s\n", pg_statements.session_text,
                 pg_statements.version_text, pg_statements.problems_text);
    return 0;
}

static void print_texts(const char *const *texts)
{
    for (; *texts != NULL; texts++)
        (void)printf("%s\n.\n", *texts);
}

static int print_schema(void)
{
    for (size_t step = 0; step < PG_SCHEMA_VERSION; step++)
        print_texts(pg_schema_steps[step]);
    print_texts(pg_schema_citus_tables);
    print_texts(pg_schema_functions);
    print_texts(pg_schema_order_functions);
    print_texts(pg_schema_rate_functions);
    print_texts(pg_schema_citus_functions);
    return 0;
}

static int run_migrate(const char *url)
{
    struct pg_migration done;
    char problem[PG_MIGRATION_PROBLEM_BYTES];
    const enum err error = pg_migrate(os_real(), url, &done, problem);
    if (error != OK) {
        (void)printf("%s: %s\n", err_text(error), problem);
        return 1;
    }
    (void)printf("%" PRId32 " %" PRId32 " %d\n", done.version_from, done.version_to,
                 (int)done.is_citus);
    return 0;
}

int main(int count, char **words)
{
    if (count == 2 && strcmp(words[1], "statements") == 0)
        return print_statements();
    if (count == 2 && strcmp(words[1], "schema") == 0)
        return print_schema();
    if (count == 3 && strcmp(words[1], "migrate") == 0)
        return run_migrate(words[2]);
    if (count == 3 && strcmp(words[1], "local") == 0)
        return run_local(words[2]);
    (void)fprintf(stderr, "usage: driver statements | schema | migrate URL | local FOLDER\n");
    return 2;
}
