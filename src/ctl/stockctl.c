/* main() of stockctl and the tables everything follows from: subcommands, their options, their
 * help. A new subcommand is a row, a new option is a row. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "ctl/options.h"
#include "ctl/pull.h"
#include "ctl/push.h"
#include "ctl/serve.h"
#include "ctl/stop.h"

#define MEMBER(name) .offset = offsetof(struct options, name)

/* clang-format off */
static const struct option_row common_options[] = {
    {.name = "campaign", .value_name = "ID", .kind = OPTION_NUMBER, .min = 1, .max = INT64_MAX,
     .required = true, MEMBER(campaign_id), .help = "campaignId of the store"},
    {.name = "url", .value_name = "URL", .kind = OPTION_TEXT, MEMBER(url),
     .standard = "http://127.0.0.1:8080", .environment = "STOCKCTL_URL",
     .help = "where the API is"},
    {.name = "token-file", .value_name = "FILE", .kind = OPTION_TEXT, MEMBER(token_file),
     .help = "holds the token; or STOCKCTL_TOKEN is the token itself"},
    {.name = "auth", .value_name = "api-key|oauth", .kind = OPTION_CHOICE, MEMBER(auth),
     .standard = "api-key", .help = "how the token is sent"},
    {.name = "retries", .value_name = "N", .kind = OPTION_NUMBER, .min = 0, .max = 1000,
     MEMBER(retries_max), .standard = "10", .help = "attempts after a failed one, in a row"},
    {.name = "timeout", .value_name = "SECONDS", .kind = OPTION_NUMBER, .min = 1, .max = 3600,
     MEMBER(timeout_s), .standard = "30", .help = "for one attempt"},
    {.name = "output", .value_name = "text|json", .kind = OPTION_CHOICE, MEMBER(output_form),
     .standard = "text", .help = "form of the last line"},
    {.name = "quiet", .letter = 'q', .kind = OPTION_FLAG, MEMBER(quiet),
     .help = "no progress; troubles are still told"},
    {.name = "help", .letter = 'h', .kind = OPTION_FLAG, MEMBER(help), .help = "this text"},
    {.name = NULL},
};

static const struct option_row push_options[] = {
    {.name = "now", .kind = OPTION_FLAG, MEMBER(stamp_now),
     .help = "take the start of the push for every updatedAt"},
    {.name = NULL},
};

static const struct option_row pull_options[] = {
    {.name = "output-file", .letter = 'o', .value_name = "FILE", .kind = OPTION_TEXT,
     MEMBER(output_path), .help = "appears when it is complete; standard output otherwise"},
    {.name = "warehouse", .value_name = "ID", .kind = OPTION_NUMBER, .min = 1, .max = INT64_MAX,
     MEMBER(warehouse_id), .help = "only what lies there"},
    {.name = NULL},
};

static const struct option_row serve_options[] = {
    {.name = "leftovers", .value_name = "FILE", .kind = OPTION_TEXT, .required = true,
     MEMBER(leftovers), .help = "the CSV file to answer from"},
    {.name = "listen", .value_name = "ADDRESS:PORT", .kind = OPTION_TEXT, MEMBER(listen),
     .standard = "127.0.0.1:8090", .help = "where to be asked; port 0: any free one"},
    {.name = "base-path", .value_name = "PATH", .kind = OPTION_TEXT, MEMBER(base_path),
     .help = "what stands before /stocks, for instance /market/api"},
    {.name = "token-file", .value_name = "FILE", .kind = OPTION_TEXT, MEMBER(token_file),
     .help = "holds the token that the Market sends; without it anybody may ask"},
    {.name = "tls-certificate", .value_name = "FILE", .kind = OPTION_TEXT, MEMBER(tls_certificate),
     .help = "PEM, with its chain: HTTPS instead of HTTP"},
    {.name = "tls-key", .value_name = "FILE", .kind = OPTION_TEXT, MEMBER(tls_key),
     .help = "its key, PEM"},
    {.name = "timeout", .value_name = "SECONDS", .kind = OPTION_NUMBER, .min = 1, .max = 3600,
     MEMBER(timeout_s), .standard = "60",
     .help = "for a request to be whole; its connection is closed then"},
    {.name = "help", .letter = 'h', .kind = OPTION_FLAG, MEMBER(help), .help = "this text"},
    {.name = NULL},
};

static const struct option_row no_options[] = {{.name = NULL}};

static const struct command commands[] = {
    {
        .name = "push",
        .summary = "send a CSV file of leftovers to a store",
        .argument = "FILE",
        .description =
            "Sends the rows of FILE (- is standard input) to the store. The first row names the\n"
            "columns sku, count and, if there is one, updatedAt, in any order; others are\n"
            "ignored. The separator is ; , or TAB, the encoding UTF-8. A row with an empty count\n"
            "is skipped. A row without updatedAt gets the moment the push started. A bad row is\n"
            "reported as FILE:LINE: reason, the others are sent; of rows with the same SKU\n"
            "anywhere in the file the first is kept and the others are bad.\n"
            "\n"
            "Prints sent=N refused=N bad=N skipped=N seconds=S.\n"
            "A row older than what the server has is accepted and changes nothing; --now stamps\n"
            "all rows with the moment the push started.\n"
            "\n"
            "Exit status: 0 all sent, 1 some rows bad or refused, 2 usage, or a file that cannot\n"
            "be opened or has no header, 3 server not reached, 4 not allowed or no such store,\n"
            "5 a file failed half-way or no memory, 130 interrupted.\n",
        .examples =
            "  stockctl push leftovers.csv --campaign 10003 --token-file token\n"
            "  zcat leftovers.csv.gz | stockctl push - --campaign 10003 --output json\n"
            "  stockctl push backup.csv --campaign 10003 --now\n",
        .options = push_options,
        .run = push_run,
    },
    {
        .name = "pull",
        .summary = "write all stock of a store as CSV",
        .description =
            "Writes sku,count,reserved,updatedAt of every SKU of the store; count is what can be\n"
            "ordered. The file can be given to push as it is.\n"
            "\n"
            "Prints pulled=N seconds=S on standard error.\n"
            "Exit status: 0 all pulled, 1 the server refused, 2 usage, or a file that cannot be\n"
            "opened, 3 server not reached, 4 not allowed or no such store, 5 the file cannot be\n"
            "written or no memory, 130 interrupted.\n",
        .examples =
            "  stockctl pull --campaign 10003 -o leftovers.csv --token-file token\n"
            "  stockctl pull --campaign 10003 --url https://api.partner.market.yandex.ru | wc -l\n",
        .options = pull_options,
        .run = pull_run,
    },
    {
        .name = "serve",
        .summary = "be a shop that the Market asks for its stock",
        .description =
            "Answers POST /stocks from a CSV file of leftovers, which looks as for push. Every\n"
            "SKU that is asked for is answered: one that the file does not name, or names\n"
            "without a count, with 0. updatedAt is the column of that name or else the moment the\n"
            "file was changed; for a SKU that is not in the file, now.\n"
            "\n"
            "The file is read again when it changes. One with a bad row is not taken: the\n"
            "numbers before stay in force, and FILE:LINE: reason is said. Replace it by rename,\n"
            "or have it written within 0.2 s. A request may have 4194304 bytes, the file\n"
            "10000000 rows.\n"
            "\n"
            "Prints event=ready listen=ADDRESS:PORT skus=N when it can be asked, and\n"
            "answered=N refused=N at the end, which SIGTERM or Ctrl-C bring.\n"
            "Exit status: 0 stopped, 2 usage, or a file that cannot be read, 5 the address is\n"
            "taken, or no memory.\n",
        .examples =
            "  stockctl serve --leftovers leftovers.csv --token-file token\n"
            "  stockctl serve --leftovers stock.csv --token-file token --base-path /market/api\n"
            "  stockctl serve --leftovers leftovers.csv --token-file token \\\n"
            "      --listen 0.0.0.0:443 --tls-certificate chain.pem --tls-key key.pem\n",
        .options = serve_options,
        .has_own_options = true,
        .run = serve_run,
    },
};
/* clang-format on */

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static void print_usage(FILE *to)
{
    (void)fputs("Usage: stockctl SUBCOMMAND …\n\n", to);
    for (int i = 0; i < COMMANDS; i++)
        (void)fprintf(to, "  %-8s%s\n", commands[i].name, commands[i].summary);
    (void)fputs("\nstockctl SUBCOMMAND --help tells more; stockctl --version the version.\n", to);
}

static const struct command *command_find(const char *name)
{
    for (int i = 0; i < COMMANDS; i++) {
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    }
    return NULL;
}

static enum ctl_exit command_run(const struct command *command, char *const *words)
{
    const struct option_row *common = command->has_own_options ? no_options : common_options;
    struct options options;
    struct buffer text;
    buffer_init(&text);
    const bool good = options_read(command, common, words, &options, &text);
    if (!good)
        (void)fprintf(stderr, "stockctl %s: %s; stockctl %s --help tells more\n", command->name,
                      buffer_text(&text), command->name);
    if (good && options.help) {
        options_help(command, common, &text);
        (void)fputs(buffer_text(&text), stdout);
    }
    buffer_deinit(&text);
    if (!good)
        return CTL_USAGE;
    return options.help ? CTL_DONE : command->run(&options);
}

int main(int argc, char **argv)
{
    const char *first = argc > 1 ? argv[1] : "";
    if (strcmp(first, "--version") == 0) {
        (void)puts("stockctl " STOCKD_VERSION);
        return CTL_DONE;
    }
    if (strcmp(first, "--help") == 0 || strcmp(first, "-h") == 0) {
        print_usage(stdout);
        return CTL_DONE;
    }
    const struct command *command = command_find(first);
    if (command == NULL) {
        if (argc > 1)
            (void)fprintf(stderr, "stockctl: no subcommand '%s'\n\n", first);
        print_usage(stderr);
        return CTL_USAGE;
    }
    stop_install();
    return (int)command_run(command, argv + 2);
}
