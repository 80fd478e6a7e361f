/* The order of the steps is what a power cut is survived by: the file is durable before anything
 * else is written, and goes when everything else is. */
#include "journal/unfinished.h"

#include <stdio.h>
#include <string.h>

enum { NAME_BYTES_MAX = 64 };

/* Notes that there is something, and one name of it. */
static void visit_name(void *context, const char *name)
{
    (void)snprintf(context, NAME_BYTES_MAX, "%s", name);
}

static bool has_marker(struct os *os, const char *path)
{
    struct data_folder folder;
    struct os_file *file = NULL;
    char marker[JOURNAL_PATH_BYTES_MAX];
    data_folder_init(&folder, os, path, FOLDER_READ);
    unfinished_copy_path(folder.segments_path, marker);
    const bool found = os->open(os, marker, OS_OPEN_READ, &file) == OK;
    if (found)
        os->close(os, file);
    return found;
}

enum err unfinished_make_folder(struct os *os, const char *path, char *problem)
{
    char name[NAME_BYTES_MAX] = "";
    if (strlen(path) >= FOLDER_BYTES_MAX)
        return refusal(problem, ERR_INVALID, "the path is too long");
    enum err error = os->list_folder(os, path, visit_name, name);
    if (error == OK && name[0] != '\0' && has_marker(os, path))
        return refusal(problem, ERR_BUSY,
                       "holds a copy that was never finished; remove the folder and begin again");
    if (error == OK && name[0] != '\0')
        return refusal(problem, ERR_BUSY,
                       "is not empty: there is %s in it; name a folder that does not exist", name);
    if (error != ERR_NOT_FOUND)
        return error == OK ? OK : refusal(problem, error, "cannot be read: %s", err_text(error));
    error = os_make_folder_synced(os, path);
    if (error == ERR_NOT_FOUND)
        return refusal(problem, error,
                       "cannot be made: the folder it would stand in does not exist");
    if (error == OK) /* What is there and no folder was not found above. */
        error = os->list_folder(os, path, visit_name, name);
    return error == OK ? OK : refusal(problem, error, "cannot be made: %s", err_text(error));
}

static enum err fail(char *problem, const char *path, enum err error)
{
    return refusal(problem, error, "%.180s: %s", path, err_text(error));
}

enum err unfinished_begin(struct data_folder *to, const char *path, char *problem)
{
    struct os *os = to->os;
    char marker[JOURNAL_PATH_BYTES_MAX];
    enum err error = data_folder_list_checkpoints(to, problem);
    if (error == OK)
        error = data_folder_list_segments(to, problem);
    if (error != OK)
        return error;
    if (to->segments_count > 0 || to->checkpoints_count > 0)
        return refusal(problem, ERR_BUSY, "%.200s: holds a journal already", path);
    error = os->make_folder(os, to->segments_path);
    if (error == OK)
        error = os->make_folder(os, to->checkpoints_path);
    if (error != OK)
        return fail(problem, path, error);
    struct os_file *file = NULL;
    unfinished_copy_path(to->segments_path, marker);
    error = os->open(os, marker, OS_OPEN_CREATE, &file);
    if (error != OK)
        return fail(problem, marker, error);
    os->close(os, file);
    error = os->sync_folder(os, to->segments_path);
    if (error == OK)
        error = os->sync_folder(os, path);
    return error == OK ? OK : fail(problem, path, error);
}

enum err unfinished_sync(struct data_folder *to, char *problem)
{
    struct os *os = to->os;
    enum err error = os->sync_folder(os, to->checkpoints_path);
    if (error == OK)
        error = os->sync_folder(os, to->segments_path);
    return error == OK ? OK : fail(problem, to->segments_path, error);
}

enum err unfinished_end(struct os *os, const char *segments_path, char *problem)
{
    char marker[JOURNAL_PATH_BYTES_MAX];
    unfinished_copy_path(segments_path, marker);
    enum err error = os->remove(os, marker);
    if (error == OK)
        error = os->sync_folder(os, segments_path);
    return error == OK ? OK : fail(problem, segments_path, error);
}
