/* `stockd check`: reads a data folder and says what is in it. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "server/documents.h"
#include "server/tool_internal.h"
#include "wire/json.h"

enum { BYTES_PER_MB = 1024 * 1024 };

static void tell(void *context, uint64_t bytes_done, uint64_t bytes_total)
{
    struct progress *progress = context;
    progress->state.whole_part = (int64_t)bytes_total;
    progress_update(progress, (int64_t)(bytes_done / BYTES_PER_MB), (int64_t)bytes_done);
    progress_tick(progress);
}

enum err tool_read_folder(struct tool *tool, const char *folder, struct store_check *check)
{
    struct documents documents;
    progress_init(&tool->progress, tool->os, tool->name, "MiB", 0, tool->options.quiet);
    enum err error = documents_init(&documents) ? OK : ERR_MEMORY;
    *check = (struct store_check){.problem = "out of memory"};
    if (error == OK) {
        const struct store_local_settings settings = {
            .os = tool->os,
            .folder = folder,
            .documents = documents_of(&documents),
            .threads_count = os_processors_count(),
            .progress = {&tool->progress, tell},
        };
        error = store_local_check(&settings, check);
    }
    documents_deinit(&documents);
    progress_end(&tool->progress);
    return error;
}

static void write_member(struct buffer *text, const char *name, uint64_t number)
{
    buffer_append_format(text, ",\"%s\":%" PRIu64, name, number);
}

static void write_json(struct buffer *text, const char *folder, const struct store_check *check,
                       enum err error)
{
    const struct journal_recovery *found = &check->recovery;
    buffer_append_text(text, "{\"folder\":");
    json_write_string(text, bytes_from_text(folder));
    buffer_append_format(text, ",\"whole\":%s", error == OK ? "true" : "false");
    if (error != OK) {
        buffer_append_text(text, ",\"problem\":");
        json_write_string(text, bytes_from_text(check->problem));
        buffer_append_text(text, "}\n");
        return;
    }
    write_member(text, "checkpoint", found->checkpoint_number);
    write_member(text, "checkpointBytes", found->checkpoint_bytes);
    write_member(text, "checkpointRecord", found->checkpoint_seq);
    write_member(text, "segments", found->segments_count);
    write_member(text, "records", found->records_count);
    write_member(text, "lastRecord", found->seq_last);
    write_member(text, "tornBytes", found->torn_bytes);
    write_member(text, "leftovers", found->leftovers_count);
    write_member(text, "shelves", check->shelves_count);
    write_member(text, "cells", check->cells_count);
    write_member(text, "orders", check->orders_count);
    write_member(text, "openOrders", check->orders_open_count);
    write_member(text, "available", check->available);
    write_member(text, "reserved", check->reserved);
    write_member(text, "unfit", check->unfit);
    buffer_append_text(text, "}\n");
}

static void write_text(struct buffer *text, const char *folder, const struct store_check *check)
{
    const struct journal_recovery *found = &check->recovery;
    buffer_append_format(text, "%s: whole\n", folder);
    if (found->checkpoint_number == 0) {
        buffer_append_text(text, "checkpoint  none\n");
    } else {
        buffer_append_format(
            text, "checkpoint  %" PRIu64 " (%" PRIu64 " bytes), up to record %" PRIu64 "\n",
            found->checkpoint_number, found->checkpoint_bytes, found->checkpoint_seq);
    }
    buffer_append_format(text,
                         "journal     %" PRIu64 " segments, %" PRIu64
                         " records to replay, the last is %" PRIu64 "\n",
                         found->segments_count, found->records_count, found->seq_last);
    buffer_append_format(text, "cells       %" PRIu64 " on %" PRIu64 " shelves\n",
                         check->cells_count, check->shelves_count);
    buffer_append_format(text, "orders      %" PRIu64 ", open: %" PRIu64 "\n", check->orders_count,
                         check->orders_open_count);
    buffer_append_format(
        text, "units       %" PRIu64 " available, %" PRIu64 " reserved, %" PRIu64 " unfit\n",
        check->available, check->reserved, check->unfit);
    if (found->torn_bytes > 0) {
        buffer_append_format(text,
                             "torn        %" PRIu64
                             " bytes of a write that nobody was told of; a start cuts them off\n",
                             found->torn_bytes);
    }
    if (found->leftovers_count > 0) {
        buffer_append_format(text, "leftovers   %" PRIu64 " files; a start removes them\n",
                             found->leftovers_count);
    }
}

/* Most problems name the folder, or a file in it. */
static void tell_problem(const struct tool *tool, const char *folder, const char *problem)
{
    const bool named = strstr(problem, folder) != NULL;
    (void)fprintf(stderr, "%s: %s%s%s\n", tool->name, named ? "" : folder, named ? "" : ": ",
                  problem);
}

bool tool_print(const struct tool *tool, const struct buffer *text)
{
    if (text->failed) {
        (void)fprintf(stderr, "%s: the result is not shown: out of memory\n", tool->name);
        return false;
    }
    if (text->size == 0)
        return true;
    if (fwrite(text->data, 1, text->size, stdout) == text->size && fflush(stdout) == 0)
        return true;
    (void)fprintf(stderr, "%s: standard output: %s\n", tool->name, strerror(errno));
    return false;
}

enum tool_exit tool_report(struct tool *tool, const char *folder, const struct store_check *check,
                           enum err error)
{
    struct buffer text;
    buffer_init(&text);
    if (tool->options.output == TOOL_JSON)
        write_json(&text, folder, check, error);
    else if (error == OK)
        write_text(&text, folder, check);
    if (error != OK)
        tell_problem(tool, folder, check->problem);
    const bool written = tool_print(tool, &text);
    buffer_deinit(&text);
    return error == OK && written ? TOOL_DONE : TOOL_FAILED;
}

enum tool_exit tool_check(struct tool *tool)
{
    struct store_check check;
    const enum err error = tool_read_folder(tool, tool->options.argument, &check);
    return tool_report(tool, tool->options.argument, &check, error);
}
