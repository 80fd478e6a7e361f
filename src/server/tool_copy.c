/* `stockd backup` and `stockd restore`: the same copy in two directions. What is copied is what a
 * start needs: the newest checkpoint, the journal behind it, and the operator's token. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "journal/copy.h"
#include "journal/unfinished.h"
#include "server/tool_internal.h"

enum { PATH_BYTES_MAX = 4096, NAME_BYTES_MAX = 64, TOKEN_BYTES_MAX = 4096 };

#define TOKEN_FILE "operator.token"

/* A copy from one folder to another, and what went wrong. */
struct copying {
    struct tool *tool;
    const char *from;
    const char *to;
    struct store_check check; /* Its problem says it. */
};

static enum err say(struct copying *copying, enum err error, const char *format, ...) PRINTF(3, 4);

static enum err say(struct copying *copying, enum err error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(copying->check.problem, sizeof(copying->check.problem), format, arguments);
    va_end(arguments);
    return error;
}

static void tell(void *context, uint64_t bytes_done, uint64_t bytes_total)
{
    struct progress *progress = context;
    progress->state.whole_part = (int64_t)bytes_total;
    progress_update(progress, (int64_t)(bytes_done >> 20), (int64_t)bytes_done);
    progress_tick(progress);
}

static enum err copy_journal(struct copying *copying)
{
    struct tool *tool = copying->tool;
    const struct journal_copy_progress progress = {&tool->progress, tell};
    progress_init(&tool->progress, tool->os, tool->name, "MiB", 0, tool->options.quiet);
    struct journal_recovery found;
    const enum err error = journal_copy(tool->os, copying->from, copying->to, &progress, &found);
    progress_end(&tool->progress);
    return error == OK ? OK : say(copying, error, "%s", found.problem);
}

static enum err write_token(struct os *os, const char *folder, struct bytes text)
{
    char path[PATH_BYTES_MAX];
    struct os_file *file = NULL;
    (void)snprintf(path, sizeof(path), "%s/" TOKEN_FILE, folder);
    enum err error = os->open(os, path, OS_OPEN_CREATE, &file); /* Mode 0600. */
    if (error != OK)
        return error;
    error = os->write(os, file, 0, text);
    if (error == OK)
        error = os->sync(os, file);
    os->close(os, file);
    return error == OK ? os->sync_folder(os, folder) : error;
}

/* The operator's token, where the folder has one. */
static enum err copy_token(struct copying *copying)
{
    struct os *os = copying->tool->os;
    char path[PATH_BYTES_MAX];
    uint8_t *data = NULL;
    size_t size = 0;
    (void)snprintf(path, sizeof(path), "%s/" TOKEN_FILE, copying->from);
    enum err error = os_read_file(os, path, TOKEN_BYTES_MAX, &data, &size);
    if (error == ERR_NOT_FOUND)
        return OK;
    if (error == OK)
        error = write_token(os, copying->to, (struct bytes){data, size});
    free(data);
    return error == OK ? OK : say(copying, error, TOKEN_FILE ": %s", err_text(error));
}

static enum err copy_folder(struct copying *copying)
{
    char problem[PROBLEM_BYTES];
    if (strlen(copying->from) >= PATH_BYTES_MAX - NAME_BYTES_MAX ||
        strlen(copying->to) >= PATH_BYTES_MAX - NAME_BYTES_MAX)
        return say(copying, ERR_INVALID, "the path is too long");
    if (os_path_is_within(copying->to, copying->from) ||
        os_path_is_within(copying->from, copying->to))
        return say(copying, ERR_INVALID,
                   "one of the two folders is in the other; name one that stands elsewhere");
    enum err error = unfinished_make_folder(copying->tool->os, copying->to, problem);
    if (error != OK)
        return say(copying, error, "%s", problem);
    error = copy_journal(copying);
    if (error == OK)
        error = copy_token(copying);
    return error;
}

enum tool_exit tool_backup(struct tool *tool)
{
    struct copying copying = {
        .tool = tool, .from = tool->options.data, .to = tool->options.argument};
    enum err error = copy_folder(&copying);
    if (error == OK)
        error = tool_read_folder(tool, copying.to, &copying.check);
    return tool_report(tool, copying.to, &copying.check, error);
}

/* What is there must not be touched by a backup that turns out to be none. */
enum tool_exit tool_restore(struct tool *tool)
{
    struct copying copying = {
        .tool = tool, .from = tool->options.argument, .to = tool->options.data};
    enum err error = tool_read_folder(tool, copying.from, &copying.check);
    if (error != OK)
        return tool_report(tool, copying.from, &copying.check, error);
    error = copy_folder(&copying);
    return tool_report(tool, copying.to, &copying.check, error);
}
