/* The table of options, and the three that read it: parser, --help, and the page for the docs. */
#include "server/options.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "base/bytes.h"

enum option_kind { OPTION_TEXT, OPTION_NUMBER, OPTION_CHOICE, OPTION_FLAG };

enum { CHOICES_MAX = 4 };

struct choice {
    const char *name;
    int64_t value;
};

struct option_row {
    const char *name;
    enum option_kind kind;
    size_t offset; /* Into struct options. */
    const char *value_name;
    const char *text_default;
    int64_t number_default;
    int64_t min;
    int64_t max;
    struct choice choices[CHOICES_MAX];
    const char *help;
};

#define AT(member) offsetof(struct options, member)

/* clang-format off */
static const struct option_row rows[] = {
    {"--data", OPTION_TEXT, AT(data), "DIR", "data", 0, 0, 0, {{NULL, 0}},
     "Data folder; created if need be. One stockd has it open at a time."},
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
    {"--request-timeout", OPTION_NUMBER, AT(request_timeout_s), "SECONDS", NULL, 10, 1, 3600,
     {{NULL, 0}},
     "Time for sending a head that has begun, for sending a body, and for taking the answer."},
    {"--idle-timeout", OPTION_NUMBER, AT(idle_timeout_s), "SECONDS", NULL, 60, 1, 3600,
     {{NULL, 0}}, "Time that a connection may say nothing between two requests."},
    {"--request-log-days", OPTION_NUMBER, AT(request_log_days), "DAYS", NULL, 10, 1, 3650,
     {{NULL, 0}}, "How long the log of public requests is kept, at least."},
    {"--request-log-mb", OPTION_NUMBER, AT(request_log_mb), "MIB", NULL, 1024, 0, 1048576,
     {{NULL, 0}}, "How large it may grow, 16 or more: the oldest goes first; 0: none is kept."},
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
    {"--log-level", OPTION_CHOICE, AT(log_level), "LEVEL", NULL, 2, 0, 0,
     {{"error", 0}, {"warn", 1}, {"info", 2}, {"debug", 3}}, "How much is logged."},
};
/* clang-format on */

enum { ROWS_COUNT = sizeof(rows) / sizeof(rows[0]) };

static void *target_of(struct options *options, const struct option_row *row)
{
    return (uint8_t *)options + row->offset;
}

static void set_defaults(struct options *options)
{
    for (size_t i = 0; i < ROWS_COUNT; i++) {
        void *target = target_of(options, &rows[i]);
        switch (rows[i].kind) {
        case OPTION_TEXT:
            *(const char **)target = rows[i].text_default;
            break;
        case OPTION_NUMBER:
        case OPTION_CHOICE:
            *(int64_t *)target = rows[i].number_default;
            break;
        case OPTION_FLAG:
            *(bool *)target = false;
            break;
        }
    }
}

static bool set_number(const struct option_row *row, const char *value, int64_t *target)
{
    int64_t number = 0;
    if (bytes_to_int64(bytes_from_text(value), &number) && number >= row->min &&
        number <= row->max) {
        *target = number;
        return true;
    }
    (void)fprintf(stderr,
                  "stockd: %s takes a whole number from %" PRId64 " to %" PRId64 ", not '%s'\n",
                  row->name, row->min, row->max, value);
    return false;
}

static void print_choices(FILE *file, const struct option_row *row)
{
    for (int i = 0; i < CHOICES_MAX && row->choices[i].name != NULL; i++)
        (void)fprintf(file, "%s%s", i == 0 ? "" : ", ", row->choices[i].name);
}

static bool set_choice(const struct option_row *row, const char *value, int64_t *target)
{
    for (int i = 0; i < CHOICES_MAX && row->choices[i].name != NULL; i++) {
        if (strcmp(row->choices[i].name, value) == 0) {
            *target = row->choices[i].value;
            return true;
        }
    }
    (void)fprintf(stderr, "stockd: %s takes one of: ", row->name);
    print_choices(stderr, row);
    (void)fprintf(stderr, "; not '%s'\n", value);
    return false;
}

static bool set_value(const struct option_row *row, const char *value, struct options *options)
{
    void *target = target_of(options, row);
    switch (row->kind) {
    case OPTION_TEXT:
        *(const char **)target = value;
        if (value[0] == '\0')
            (void)fprintf(stderr, "stockd: %s must not be empty\n", row->name);
        return value[0] != '\0';
    case OPTION_NUMBER:
        return set_number(row, value, target);
    case OPTION_CHOICE:
        return set_choice(row, value, target);
    case OPTION_FLAG:
        break;
    }
    (void)fprintf(stderr, "stockd: %s takes no value\n", row->name);
    return false;
}

/* What stands behind the name where nothing was given. */
static void print_default(FILE *file, const struct option_row *row)
{
    if (row->kind == OPTION_TEXT)
        (void)fputs(row->text_default == NULL ? "none" : row->text_default, file);
    else if (row->kind == OPTION_NUMBER)
        (void)fprintf(file, "%" PRId64, row->number_default);
    else if (row->kind == OPTION_FLAG)
        (void)fputs("off", file);
    for (int i = 0; i < CHOICES_MAX && row->choices[i].name != NULL; i++) {
        if (row->choices[i].value == row->number_default)
            (void)fputs(row->choices[i].name, file);
    }
}

static void print_help(void)
{
    (void)puts(
        "Usage: stockd [OPTION]...\n"
        "The stock side of a marketplace: answers the stock methods of the Partner API and keeps\n"
        "balances, durably, in a data folder.\n\n"
        "Try it:  stockd --registry demo/registry.json\n");
    for (size_t i = 0; i < ROWS_COUNT; i++) {
        const struct option_row *row = &rows[i];
        (void)printf("  %s%s%s\n      %s\n      ", row->name, row->value_name == NULL ? "" : " ",
                     row->value_name == NULL ? "" : row->value_name, row->help);
        if (row->kind == OPTION_CHOICE) {
            (void)printf("One of: ");
            print_choices(stdout, row);
            (void)printf(". ");
        } else if (row->kind == OPTION_NUMBER) {
            (void)printf("From %" PRId64 " to %" PRId64 ". ", row->min, row->max);
        }
        (void)printf("Default: ");
        print_default(stdout, row);
        (void)puts(".");
    }
    (void)puts(
        "  --help, --version, --help-markdown\n      This text, the version, the options for the "
        "docs.\n\n"
        "SIGTERM or SIGINT finishes what is under way and exits 0. Exit 2: wrong options, 1: "
        "could\n"
        "not start, 74: the journal could not be written and acknowledged data would be at risk.");
}

static void print_markdown(void)
{
    (void)puts(
        "# Options of stockd\n\nMade by `stockd --help-markdown`; the table is in "
        "`src/server/options.c`.\n\n| Option | Values | Default | Meaning |\n|---|---|---|---|");
    for (size_t i = 0; i < ROWS_COUNT; i++) {
        const struct option_row *row = &rows[i];
        (void)printf("| `%s` | ", row->name);
        if (row->kind == OPTION_CHOICE)
            print_choices(stdout, row);
        else if (row->kind == OPTION_NUMBER)
            (void)printf("%s, %" PRId64 "…%" PRId64, row->value_name, row->min, row->max);
        else
            (void)fputs(row->value_name == NULL ? "" : row->value_name, stdout);
        (void)printf(" | ");
        print_default(stdout, row);
        (void)printf(" | %s |\n", row->help);
    }
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

/* The row whose name is `argument`, or stands before its `=`; *value is what follows it. */
static const struct option_row *find_row(const char *argument, const char **value)
{
    const char *equals = strchr(argument, '=');
    const size_t name_bytes = equals == NULL ? strlen(argument) : (size_t)(equals - argument);
    *value = equals == NULL ? NULL : equals + 1;
    for (size_t i = 0; i < ROWS_COUNT; i++) {
        if (strlen(rows[i].name) == name_bytes && strncmp(rows[i].name, argument, name_bytes) == 0)
            return &rows[i];
    }
    return NULL;
}

enum options_outcome options_parse(int argc, char **argv, struct options *options)
{
    set_defaults(options);
    for (int i = 1; i < argc; i++) {
        if (answer_question(argv[i]))
            return OPTIONS_DONE;
        const char *value = NULL;
        const struct option_row *row = find_row(argv[i], &value);
        if (row == NULL) {
            (void)fprintf(stderr, "stockd: there is no option '%s'; stockd --help lists them\n",
                          argv[i]);
            return OPTIONS_WRONG;
        }
        if (row->kind == OPTION_FLAG && value == NULL) {
            *(bool *)target_of(options, row) = true;
            continue;
        }
        if (value == NULL && i + 1 < argc)
            value = argv[++i];
        if (value == NULL) {
            (void)fprintf(stderr, "stockd: %s needs a value: %s\n", row->name, row->value_name);
            return OPTIONS_WRONG;
        }
        if (!set_value(row, value, options))
            return OPTIONS_WRONG;
    }
    return OPTIONS_RUN;
}
