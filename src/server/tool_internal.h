/* What the files of the tools share. */
#ifndef SERVER_TOOL_INTERNAL_H
#define SERVER_TOOL_INTERNAL_H

#include "base/buffer.h"
#include "os/os.h"
#include "os/progress.h"
#include "server/tool.h"
#include "store/store_local.h"

enum tool_output { TOOL_TEXT, TOOL_JSON };

/* What the command line said; texts lend from it. */
struct tool_options {
    const char *argument; /* DIR, TO or FROM; NULL where the tool takes none. */
    const char *data;
    const char *store;
    const char *store_file;
    int64_t output; /* enum tool_output */
    bool quiet;
};

/* One run. */
struct tool {
    const char *name; /* `stockd check` */
    struct os *os;
    char **argv;
    struct tool_options options;
    struct progress progress;
};

/* tool_check.c */
enum tool_exit tool_check(struct tool *tool);

/* Reads a whole data folder, with progress. The error's words are in check->problem. */
MUST_USE enum err tool_read_folder(struct tool *tool, const char *folder,
                                   struct store_check *check);

/* The result on standard output, as text or JSON; a problem on standard error, too. */
enum tool_exit tool_report(struct tool *tool, const char *folder, const struct store_check *check,
                           enum err error);

/* Writes the result to stdout. False: it could not, and stderr says why. */
MUST_USE bool tool_print(const struct tool *tool, const struct buffer *text);

/* tool_copy.c */
enum tool_exit tool_backup(struct tool *tool);
enum tool_exit tool_restore(struct tool *tool);

/* tool_migrate.c */
enum tool_exit tool_migrate(struct tool *tool);

#endif
