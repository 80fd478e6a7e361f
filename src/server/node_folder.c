/* The lock is that of the local store, so that the two never use one folder at a time. */
#include "server/node_folder.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { PATH_BYTES_MAX = 4096 };

#define LOCK_FILE "lock"
#define NODE_FILE "node"
#define NODE_TEXT "The store of this node is elsewhere: stockd is started with --store here.\n"

static bool say(char problem[NODE_FOLDER_PROBLEM_BYTES], const char *format, ...) PRINTF(2, 3);

static bool say(char problem[NODE_FOLDER_PROBLEM_BYTES], const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(problem, NODE_FOLDER_PROBLEM_BYTES, format, arguments);
    va_end(arguments);
    return false;
}

/* False: the path is too long. */
static bool path_of(char path[PATH_BYTES_MAX], const char *folder, const char *name)
{
    const int length = snprintf(path, PATH_BYTES_MAX, "%s/%s", folder, name);
    return length > 0 && length < PATH_BYTES_MAX;
}

static bool is_there(struct os *os, const char *folder, const char *name)
{
    char path[PATH_BYTES_MAX];
    struct os_file *file = NULL;
    if (!path_of(path, folder, name) || os->open(os, path, OS_OPEN_READ, &file) != OK)
        return false;
    os->close(os, file);
    return true;
}

bool node_folder_is_there(struct os *os, const char *path)
{
    return is_there(os, path, NODE_FILE);
}

static void note_name(void *context, const char *name)
{
    bool *found = context;
    (void)name;
    *found = true;
}

bool node_folder_has_journal(struct os *os, const char *path)
{
    char journal[PATH_BYTES_MAX];
    bool found = false;
    return path_of(journal, path, "journal") &&
           os->list_folder(os, journal, note_name, &found) == OK && found;
}

/* Opens a file that may be there. */
static enum err open_file(struct os *os, const char *folder, const char *name,
                          struct os_file **file)
{
    char path[PATH_BYTES_MAX];
    if (!path_of(path, folder, name))
        return ERR_INVALID;
    const enum err error = os->open(os, path, OS_OPEN_CREATE, file);
    return error == ERR_BUSY ? os->open(os, path, OS_OPEN_WRITE, file) : error;
}

static enum err write_note(struct os *os, const char *folder)
{
    struct os_file *file = NULL;
    if (node_folder_is_there(os, folder))
        return OK;
    enum err error = open_file(os, folder, NODE_FILE, &file);
    if (error != OK)
        return error;
    error = os->write(os, file, 0, BYTES(NODE_TEXT));
    if (error == OK)
        error = os->sync(os, file);
    os->close(os, file);
    return error == OK ? os->sync_folder(os, folder) : error;
}

bool node_folder_open(struct node_folder *folder, struct os *os, const char *path,
                      char problem[NODE_FOLDER_PROBLEM_BYTES])
{
    *folder = (struct node_folder){.os = os};
    enum err error = os_make_folder_synced(os, path);
    if (error != OK) {
        return say(problem, "cannot create the data folder %s: %s", path,
                   error == ERR_NOT_FOUND ? "the folder it would stand in does not exist"
                                          : err_text(error));
    }
    error = open_file(os, path, LOCK_FILE, &folder->lock);
    if (error != OK)
        return say(problem, "cannot open %s/" LOCK_FILE ": %s", path, err_text(error));
    if (os->lock(os, folder->lock) != OK)
        return say(problem,
                   "another stockd has the data folder %s open; each node has its own: name "
                   "another one with --data",
                   path);
    error = write_note(os, path);
    return error == OK || say(problem, "cannot write %s/" NODE_FILE ": %s", path, err_text(error));
}

void node_folder_close(struct node_folder *folder)
{
    if (folder->lock != NULL)
        folder->os->close(folder->os, folder->lock);
    folder->lock = NULL;
}
