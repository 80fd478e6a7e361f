/* The table of tools, and reading their command lines. */
#include "server/tool.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "server/option_table.h"
#include "server/tool_internal.h"

struct tool_row {
    struct option_table table; /* Its command is the tool's name. */
    const char *word;
    const char *argument;
    const char *usage;
    const char *summary;
    const char *description;
    enum tool_exit (*run)(struct tool *tool);
};

#define AT(member) offsetof(struct tool_options, member)
#define COMMON_ROWS                                                                                \
    {"--output",                                                                                   \
     OPTION_CHOICE,                                                                                \
     AT(output),                                                                                   \
     "FORM",                                                                                       \
     NULL,                                                                                         \
     TOOL_TEXT,                                                                                    \
     0,                                                                                            \
     0,                                                                                            \
     {{"text", TOOL_TEXT}, {"json", TOOL_JSON}},                                                   \
     "What the result is written as, on standard "                                                 \
     "output."},                                                                                   \
    {                                                                                              \
        "--quiet", OPTION_FLAG, AT(quiet), NULL, NULL, 0, 0, 0, {{NULL, 0}},                       \
            "Say nothing about the progress."                                                      \
    }

/* clang-format off */
static const struct option_row check_rows[] = {
    COMMON_ROWS,
};
static const struct option_row backup_rows[] = {
    {"--data", OPTION_TEXT, AT(data), "DIR", "data", 0, 0, 0, {{NULL, 0}},
     "Data folder to copy; a stockd may be using it."},
    COMMON_ROWS,
};
static const struct option_row restore_rows[] = {
    {"--data", OPTION_TEXT, AT(data), "DIR", "data", 0, 0, 0, {{NULL, 0}},
     "Data folder to make; it must not exist, or be empty."},
    COMMON_ROWS,
};
static const struct option_row migrate_rows[] = {
    {"--store", OPTION_TEXT, AT(store), "URL", NULL, 0, 0, 0, {{NULL, 0}},
     "The PostgreSQL: postgresql://USER@HOST/DATABASE. A password goes better into --store-file."},
    {"--store-file", OPTION_TEXT, AT(store_file), "FILE", NULL, 0, 0, 0, {{NULL, 0}},
     "File whose first line is that URL, closed to others on this machine where a password is in "
     "it."},
    {"--output", OPTION_CHOICE, AT(output), "FORM", NULL, TOOL_TEXT, 0, 0,
     {{"text", TOOL_TEXT}, {"json", TOOL_JSON}},
     "What the result is written as, on standard output."},
};
#define TABLE(name, rows)                                                                          \
    {name, rows, sizeof(rows) / sizeof((rows)[0]), sizeof(struct tool_options)}
static const struct tool_row tools[] = {
    {TABLE("stockd check", check_rows), "check", "DIR", "stockd check [OPTION]... DIR",
     "read a whole data folder and say whether it is whole",
     "Reads everything in the folder as a start does, computes once more whatever follows from\n"
     "something else, changes nothing, and says how much there is and whether it is whole, or\n"
     "what is wrong and where. It takes as much memory as a stockd with that folder. One that a\n"
     "stockd has open is refused: make a backup, which is checked.\n\n"
     "Exit 0: whole. 1: damaged, or it could not be read. 2: wrong options.",
     tool_check},
    {TABLE("stockd backup", backup_rows), "backup", "TO", "stockd backup [OPTION]... --data DIR TO",
     "copy a data folder, of a running stockd too",
     "Copies the newest checkpoint and the journal behind it, verified on the way, and the\n"
     "operator's token, but not the query log; then reads the copy as `stockd check` does. All\n"
     "that was acknowledged before the call is in it. The copy is a data folder: stockd can be\n"
     "started on it. TO must not exist, or be empty; the folder it stands in must exist.\n\n"
     "Exit 0: the copy is whole. 1: it failed, what lies in TO is no backup. 2: wrong options.",
     tool_backup},
    {TABLE("stockd restore", restore_rows), "restore", "FROM",
     "stockd restore [OPTION]... FROM --data DIR", "make a data folder from a backup",
     "Reads the backup as `stockd check` does, and copies it where it is whole. What happened\n"
     "after the backup is not in it, and clients do not know: let sellers push all their\n"
     "leftovers.\n\n"
     "Exit 0: stockd can be started. 1: it failed; a damaged backup left DIR untouched.\n"
     "2: wrong options.",
     tool_restore},
    {TABLE("stockd migrate", migrate_rows), "migrate", NULL,
     "stockd migrate [OPTION]... --store URL",
     "make or bring up to date the tables of a store in a PostgreSQL",
     "Makes the tables and functions that a stockd of this version needs, in an empty database or\n"
     "in one of an older version, and distributes them where the extension citus is there. It\n"
     "removes nothing and may be repeated; of two at once the second waits. Its user has to be\n"
     "allowed to make tables; a stockd that serves only reads and writes them. Stop the nodes of\n"
     "the older version before: they refuse newer tables.\n\n"
     "Exit 0: the tables are as they have to be. 1: it failed. 2: wrong options.",
     tool_migrate},
};
/* clang-format on */

enum { TOOLS_COUNT = sizeof(tools) / sizeof(tools[0]) };

static const struct tool_row *find_tool(const char *word)
{
    for (size_t i = 0; i < TOOLS_COUNT; i++) {
        if (strcmp(tools[i].word, word) == 0)
            return &tools[i];
    }
    return NULL;
}

bool tool_is_named(const char *argument)
{
    return find_tool(argument) != NULL;
}

static void print_help(const struct tool_row *row)
{
    (void)printf("Usage: %s\n%s\n\n", row->usage, row->description);
    option_table_print_help(&row->table);
    (void)puts("  --help\n      This text.");
}

void tool_print_list(void)
{
    for (size_t i = 0; i < TOOLS_COUNT; i++)
        (void)printf("  stockd %-8s %s; `stockd %s --help`\n", tools[i].word, tools[i].summary,
                     tools[i].word);
}

void tool_print_markdown(void)
{
    for (size_t i = 0; i < TOOLS_COUNT; i++) {
        (void)printf("\n## %s\n\n`%s`\n\n%s\n\n", tools[i].table.command, tools[i].usage,
                     tools[i].description);
        option_table_print_markdown(&tools[i].table);
    }
}

/* What a command line asks for. */
enum reading { READING_RUN, READING_HELP, READING_WRONG };

/* The folders' tools and a URL: a database has tools of its own. */
static bool is_store(const char *argument)
{
    return strncmp(argument, "--store", strlen("--store")) == 0 || strstr(argument, "://") != NULL;
}

/* False: it was told why not. Never says a URL. */
static bool takes_argument(const struct tool_row *row, const struct tool_options *options,
                           const char *argument)
{
    const char *command = row->table.command;
    if (row->argument == NULL)
        (void)fprintf(stderr, "%s: takes options only; %s --help lists them\n", command, command);
    else if (options->argument != NULL || argument[0] == '\0')
        (void)fprintf(stderr, "%s: takes one %s, and '%s' is one more; %s --help says how\n",
                      command, row->argument, argument, command);
    else
        return true;
    return false;
}

static enum reading read_arguments(const struct tool_row *row, char **argv,
                                   struct tool_options *options)
{
    option_table_set_defaults(&row->table, options);
    for (int i = 2; argv[i] != NULL; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return READING_HELP;
        if (row->argument != NULL && is_store(argv[i])) {
            (void)fprintf(stderr,
                          "%s: is for data folders; a PostgreSQL is looked after with its own "
                          "tools, as pg_dump and pg_basebackup (docs/scale.md)\n",
                          row->table.command);
            return READING_WRONG;
        }
        if (argv[i][0] == '-') {
            if (!option_table_read(&row->table, argv, &i, options))
                return READING_WRONG;
        } else if (!takes_argument(row, options, argv[i])) {
            return READING_WRONG;
        } else {
            options->argument = argv[i];
        }
    }
    if (options->argument == NULL && row->argument != NULL) {
        (void)fprintf(stderr, "%s: %s is missing: %s\n", row->table.command, row->argument,
                      row->usage);
        return READING_WRONG;
    }
    return READING_RUN;
}

enum tool_exit tool_run(char **argv)
{
    const struct tool_row *row = find_tool(argv[1]);
    ASSERT(row != NULL);
    struct tool tool = {.name = row->table.command, .os = os_real(), .argv = argv};
    uint64_t seed = 0;
    switch (read_arguments(row, argv, &tool.options)) {
    case READING_RUN:
        break;
    case READING_HELP:
        print_help(row);
        return TOOL_DONE;
    case READING_WRONG:
        return TOOL_USAGE;
    }
    tool.os->random(tool.os, &seed, sizeof(seed));
    hash_seed_set(seed);
    return row->run(&tool);
}
