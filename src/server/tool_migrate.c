/* `stockd migrate`: the tables of a store in a PostgreSQL. */
#include <inttypes.h>
#include <stdio.h>

#include "server/tool_internal.h"
#include "store/pg_schema.h"
#include "store/pg_url.h"
#include "wire/json.h"

/* What came of one run. */
struct outcome {
    const char *store; /* Hosts, ports and database. */
    struct pg_migration done;
    const char *problem; /* NULL: it is done. */
};

static void write_json(struct buffer *text, const struct outcome *outcome)
{
    buffer_append_text(text, "{\"store\":");
    json_write_string(text, bytes_from_text(outcome->store));
    if (outcome->problem == NULL) {
        buffer_append_format(text,
                             ",\"done\":true,\"versionFrom\":%" PRId32 ",\"versionTo\":%" PRId32
                             ",\"citus\":%s}\n",
                             outcome->done.version_from, outcome->done.version_to,
                             outcome->done.is_citus ? "true" : "false");
        return;
    }
    buffer_append_text(text, ",\"done\":false,\"problem\":");
    json_write_string(text, bytes_from_text(outcome->problem));
    buffer_append_text(text, "}\n");
}

static void write_text(struct buffer *text, const struct outcome *outcome)
{
    const int32_t from = outcome->done.version_from;
    const int32_t to = outcome->done.version_to;
    buffer_append_text(text, outcome->store);
    if (from == to)
        buffer_append_format(text, ": nothing to do, the tables are of version %" PRId32, to);
    else if (from == 0)
        buffer_append_format(text, ": tables of version %" PRId32 " were made", to);
    else
        buffer_append_format(
            text, ": the tables were of version %" PRId32 ", and are of version %" PRId32 " now",
            from, to);
    buffer_append_text(text, outcome->done.is_citus ? ", distributed by Citus\n" : "\n");
}

static enum tool_exit report(const struct tool *tool, const struct outcome *outcome)
{
    struct buffer text;
    buffer_init(&text);
    if (tool->options.output == TOOL_JSON)
        write_json(&text, outcome);
    else if (outcome->problem == NULL)
        write_text(&text, outcome);
    if (outcome->problem != NULL)
        (void)fprintf(stderr, "%s: %s: %s\n", tool->name, outcome->store, outcome->problem);
    const bool written = tool_print(tool, &text);
    buffer_deinit(&text);
    return outcome->problem == NULL && written ? TOOL_DONE : TOOL_FAILED;
}

enum tool_exit tool_migrate(struct tool *tool)
{
    struct pg_url url;
    char problem[PG_MIGRATION_PROBLEM_BYTES] = "";
    const struct pg_place place = {"--store", tool->options.store, tool->options.store_file};
    if (place.url == NULL && place.file == NULL) {
        (void)fprintf(stderr, "%s: --store or --store-file is missing\n", tool->name);
        return TOOL_USAGE;
    }
    if (!pg_url_take(&place, tool->name, tool->argv, &url))
        return TOOL_USAGE;
    struct outcome outcome = {.store = url.shown};
    if (pg_migrate(tool->os, url.text, &outcome.done, problem) != OK)
        outcome.problem = problem;
    const enum tool_exit ended = report(tool, &outcome);
    pg_url_forget(&url);
    return ended;
}
