/* The table of options of the service itself; option_table.c reads it. */
#include "server/options.h"

#include <stddef.h>
#include <string.h>

#include "base/limits.h"
#include "server/option_table.h"
#include "server/tool.h"

#define AT(member) offsetof(struct options, member)

/* clang-format off */
static const struct option_row rows[] = {
    {"--data", OPTION_TEXT, AT(data), "DIR", "data", 0, 0, 0, {{NULL, 0}},
     "Data folder; created if need be. One stockd has it open at a time. With --store it holds "
     "what is this node's own: the operator's token and the query log."},
    {"--store", OPTION_TEXT, AT(store), "URL", NULL, 0, 0, 0, {{NULL, 0}},
     "Keep balances, orders and registry in this PostgreSQL, postgresql://USER@HOST/DATABASE, "
     "instead of the data folder (docs/scale.md); stockd migrate prepares it. A password goes "
     "better into --store-file."},
    {"--store-file", OPTION_TEXT, AT(store_file), "FILE", NULL, 0, 0, 0, {{NULL, 0}},
     "File whose first line is that URL, closed to others on this machine (chmod o-rwx) where a "
     "password is in it."},
    {"--store-connections", OPTION_NUMBER, AT(store_connections), "N", NULL, 8, 1, 256,
     {{NULL, 0}},
     "Connections to the PostgreSQL; some for each of its processors, over all nodes, are enough."},
    {"--store-timeout", OPTION_NUMBER, AT(store_timeout_s), "SECONDS", NULL, 5, 1, 300,
     {{NULL, 0}},
     "How long a request is tried while the PostgreSQL is not reached, until it is answered 503."},
    {"--registry", OPTION_TEXT, AT(registry), "FILE", NULL, 0, 0, 0, {{NULL, 0}},
     "Businesses, campaigns, warehouses, groups and tokens (JSON, docs/formats.md). "
     "Entries replace those of the same id; the result is kept in the data folder."},
    {"--listen", OPTION_TEXT, AT(listen), "ADDR:PORT", "127.0.0.1:8080", 0, 0, 0, {{NULL, 0}},
     "Address of the public API; port 0 takes a free one."},
    {"--operator-listen", OPTION_TEXT, AT(operator_listen), "ADDR:PORT", "127.0.0.1:8081", 0, 0, 0,
     {{NULL, 0}}, "Address of the operator: /healthz, /readyz, /metrics, and /api/v1."},
    {"--operator-token-file", OPTION_TEXT, AT(operator_token_file), "FILE", NULL, 0, 0, 0,
     {{NULL, 0}},
     "File whose first line opens /api/v1; else operator.token in the data folder, made if need "
     "be."},
    {"--operator-host", OPTION_TEXT, AT(operator_hosts), "NAMES", NULL, 0, 0, 0, {{NULL, 0}},
     "Names, with commas between, that requests to the operator's listener may call it by; "
     "localhost and numeric addresses are always fine."},
    {"--public-url", OPTION_TEXT, AT(public_url), "URL", NULL, 0, 0, 0, {{NULL, 0}},
     "Where browsers reach the public API, for the cabinet's console, when that is not --listen: "
     "https://api.example."},
    {"--cabinet-origin", OPTION_TEXT, AT(cabinet_origins), "URLS", NULL, 0, 0, 0, {{NULL, 0}},
     "Where browsers open the cabinet, behind a proxy, say: https://stock.example, several with "
     "commas between. Addresses of --operator-listen and names of --operator-host are always "
     "fine."},
    {"--tls-cert", OPTION_TEXT, AT(tls_cert), "FILE", NULL, 0, 0, 0, {{NULL, 0}},
     "Certificate of the public API (PEM, its chain behind it): HTTPS instead of HTTP. SIGHUP "
     "reads it again."},
    {"--tls-key", OPTION_TEXT, AT(tls_key), "FILE", NULL, 0, 0, 0, {{NULL, 0}},
     "Its key (PEM, no passphrase), closed to others on this machine (chmod o-rwx)."},
    {"--operator-tls-cert", OPTION_TEXT, AT(operator_tls_cert), "FILE", NULL, 0, 0, 0,
     {{NULL, 0}}, "The same for the operator's listener; may be the same file."},
    {"--operator-tls-key", OPTION_TEXT, AT(operator_tls_key), "FILE", NULL, 0, 0, 0,
     {{NULL, 0}}, "Its key."},
    {"--edition", OPTION_CHOICE, AT(edition), "YEAR", NULL, 2025, 0, 0,
     {{"2025", 2025}, {"2026", 2026}},
     "Edition of the documentation that answers follow (docs/contract.md)."},
    {"--tariff", OPTION_CHOICE, AT(tariff), "NAME", NULL, 0, 0, 0,
     {{"none", 0}, {"medium", 1}},
     "Subscription of the sellers, which some rate limits of edition 2026 depend on."},
    {"--unknown-sku", OPTION_CHOICE, AT(unknown_sku), "POLICY", NULL, 0, 0, 0,
     {{"create", 0}, {"ignore", 1}, {"reject", 2}},
     "What a write does with a SKU that the warehouse never had."},
    {"--api-key-shape", OPTION_CHOICE, AT(api_key_shape), "RULE", NULL, 0, 0, 0,
     {{"any", 0}, {"documented", 1}},
     "documented: an unknown key is told what is wrong with its prefix, length or format."},
    {"--future-tolerance", OPTION_NUMBER, AT(future_tolerance_s), "SECONDS", NULL, 60, 0, 86400,
     {{NULL, 0}}, "How far an updatedAt may lie ahead of our clock."},
    {"--parallel", OPTION_NUMBER, AT(parallel), "N", NULL, 0, 0, 10000, {{NULL, 0}},
     "Requests of one campaign at once; 0: 2 in edition 2025, 4 in 2026."},
    {"--no-limits", OPTION_FLAG, AT(no_limits), NULL, NULL, 0, 0, 0, {{NULL, 0}},
     "Lift the rate and parallel limits, for load tests."},
    {"--threads", OPTION_NUMBER, AT(threads), "N", NULL, 0, 0, 256, {{NULL, 0}},
     "Threads that answer requests; 0: one for each processor."},
    {"--connections", OPTION_NUMBER, AT(connections), "N", NULL, 1000, 1, 100000, {{NULL, 0}},
     "Open connections of the public API; one more is answered 503."},
    {"--request-memory-mb", OPTION_NUMBER, AT(request_memory_mb), "MIB", NULL, 256, 16, 1048576,
     {{NULL, 0}},
     "Memory for bodies and answers of all requests; past it those over 64 KB are answered 503."},
    {"--request-timeout", OPTION_NUMBER, AT(request_timeout_s), "SECONDS", NULL, 10, 1, 3600,
     {{NULL, 0}},
     "Time for sending a head that has begun, for sending a body, and for taking the answer."},
    {"--idle-timeout", OPTION_NUMBER, AT(idle_timeout_s), "SECONDS", NULL, 60, 1, 3600,
     {{NULL, 0}}, "Time that a connection may say nothing between two requests."},
    {"--request-log-days", OPTION_NUMBER, AT(request_log_days), "DAYS", NULL, 10, 1, 3650,
     {{NULL, 0}}, "How long the log of public requests is kept, at least."},
    {"--request-log-mb", OPTION_NUMBER, AT(request_log_mb), "MIB", NULL, 1024, 0, 1048576,
     {{NULL, 0}}, "How large it may grow, 16 or more: the oldest goes first; 0: none is kept."},
    {"--history-days", OPTION_NUMBER, AT(history_days), "DAYS", NULL, HISTORY_DAYS_DEFAULT, 0,
     HISTORY_DAYS_MAX, {{NULL, 0}},
     "How long it is known what happened to a SKU, and why; 0: it is not kept."},
    {"--history-mb", OPTION_NUMBER, AT(history_mb), "MIB", NULL, HISTORY_MB_DEFAULT, 1, 16777216,
     {{NULL, 0}}, "How much disk that may take behind the journal: the oldest goes first."},
    {"--checkpoint-mb", OPTION_NUMBER, AT(checkpoint_mb), "MIB", NULL,
     CHECKPOINT_JOURNAL_BYTES_DEFAULT / (INT64_C(1024) * 1024), 0, 1048576, {{NULL, 0}},
     "So much journal since the last checkpoint, and no less than that one takes, makes the next "
     "one: a start reads it again. 0: only POST /api/v1/checkpoint makes one."},
    {"--push-ca", OPTION_TEXT, AT(push_ca), "FILE", NULL, 0, 0, 0, {{NULL, 0}},
     "Certificates (PEM) to trust in shops that are asked for their stock; else the system's."},
    {"--push-connect-timeout-ms", OPTION_NUMBER, AT(push_connect_timeout_ms), "MS", NULL, 1000, 1,
     60000, {{NULL, 0}}, "Time for connecting to a shop."},
    {"--push-answer-timeout-ms", OPTION_NUMBER, AT(push_answer_timeout_ms), "MS", NULL, 27000, 1,
     600000, {{NULL, 0}}, "Time for a shop's whole answer."},
    {"--push-retry-ms", OPTION_NUMBER, AT(push_retry_ms), "MS", NULL, 60000, 1, 3600000,
     {{NULL, 0}}, "A failed request to a shop is sent again at once, after this, twice this, and "
                  "four times this."},
    {"--push-failures", OPTION_NUMBER, AT(push_failures), "N", NULL, 5, 1, 1000, {{NULL, 0}},
     "Failures in a row that switch asking a shop off."},
    {"--core-dumps", OPTION_FLAG, AT(core_dumps), NULL, NULL, 0, 0, 0, {{NULL, 0}},
     "Let a crash write a core file, and debuggers attach; keys and balances are in it."},
    {"--log-level", OPTION_CHOICE, AT(log_level), "LEVEL", NULL, 2, 0, 0,
     {{"error", 0}, {"warn", 1}, {"info", 2}, {"debug", 3}}, "How much is logged."},
};
/* clang-format on */

static const struct option_table table = {"stockd", rows, sizeof(rows) / sizeof(rows[0]),
                                          sizeof(struct options)};

static void print_help(void)
{
    (void)puts(
        "Usage: stockd [OPTION]...\n"
        "       stockd check|backup|restore|migrate ...\n"
        "The stock side of a marketplace: answers the stock methods of the Partner API and keeps\n"
        "balances, durably, in a data folder or, with --store, in a PostgreSQL. What else it does\n"
        "with them:\n");
    tool_print_list();
    (void)puts("\nTry it:  stockd --registry demo/registry.json\n");
    option_table_print_help(&table);
    (void)puts(
        "  --help, --version, --help-markdown\n      This text, the version, the options for the "
        "docs.\n\n"
        "SIGTERM or SIGINT finishes what is under way and exits 0; SIGHUP reads the certificates\n"
        "again. Exit 2: wrong options, 1: "
        "could\n"
        "not start, 74: the journal could not be written and acknowledged data would be at risk.");
}

static void print_markdown(void)
{
    (void)puts("# Options of stockd\n\nMade by `stockd --help-markdown`; the tables are in "
               "`src/server/options.c` and `src/server/tool.c`.\n");
    option_table_print_markdown(&table);
    tool_print_markdown();
}

static bool answer_question(const char *argument)
{
    if (strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0)
        print_help();
    else if (strcmp(argument, "--version") == 0)
        (void)puts("stockd " STOCKD_VERSION);
    else if (strcmp(argument, "--help-markdown") == 0)
        print_markdown();
    else
        return false;
    return true;
}

enum options_outcome options_parse(int argc, char **argv, struct options *options)
{
    option_table_set_defaults(&table, options);
    for (int i = 1; i < argc; i++) {
        if (answer_question(argv[i]))
            return OPTIONS_DONE;
        if (!option_table_read(&table, argv, &i, options))
            return OPTIONS_WRONG;
    }
    return OPTIONS_RUN;
}
