/* The names in the folders of a data folder. A name that is not one of ours is refused. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "journal/data_folder.h"

/* The number in a name, or 0: the name is not one that we give. */
static uint64_t number_of(const char *name, const char *suffix)
{
    char expected[64];
    char *end = NULL;
    const uint64_t number = strtoull(name, &end, 16);
    (void)snprintf(expected, sizeof(expected), "%016" PRIx64 "%s", number, suffix);
    return strcmp(name, expected) == 0 ? number : 0;
}

/* Makes room for one more item in an array that doubles. NULL: no memory, nothing changed. */
static void *grown(void *items, size_t count, size_t item_bytes)
{
    const bool is_full = (count & (count - 1)) == 0; /* 0, 1, 2, 4, 8… */
    return is_full ? reallocarray(items, count == 0 ? 1 : count * 2, item_bytes) : items;
}

static void remember_stranger(struct data_folder *folder, const char *name)
{
    if (folder->use == FOLDER_UNFINISHED && strcmp(name, UNFINISHED_COPY_NAME) == 0)
        return;
    (void)snprintf(folder->stranger, sizeof(folder->stranger), "%s", name);
}

static void visit_segment(void *context, const char *name)
{
    struct data_folder *folder = context;
    const uint64_t index = number_of(name, ".journal");
    if (index == 0) {
        remember_stranger(folder, name);
        return;
    }
    struct segment_file *segments =
        grown(folder->segments, folder->segments_count, sizeof(*segments));
    if (segments == NULL) {
        folder->listing_error = ERR_MEMORY;
        return;
    }
    folder->segments = segments;
    folder->segments[folder->segments_count++] = (struct segment_file){.index = index};
}

static void visit_checkpoint(void *context, const char *name)
{
    struct data_folder *folder = context;
    const uint64_t number = number_of(name, ".checkpoint");
    if (number == 0) {
        remember_stranger(folder, name);
        return;
    }
    struct checkpoint_file *checkpoints =
        grown(folder->checkpoints, folder->checkpoints_count, sizeof(*checkpoints));
    if (checkpoints == NULL) {
        folder->listing_error = ERR_MEMORY;
        return;
    }
    folder->checkpoints = checkpoints;
    folder->checkpoints[folder->checkpoints_count++] = (struct checkpoint_file){.number = number};
}

static int compare_segments(const void *left, const void *right)
{
    const struct segment_file *one = left;
    const struct segment_file *other = right;
    return one->index < other->index ? -1 : one->index > other->index;
}

static int compare_checkpoints(const void *left, const void *right)
{
    const struct checkpoint_file *one = left;
    const struct checkpoint_file *other = right;
    return one->number < other->number ? -1 : one->number > other->number;
}

static enum err list(struct data_folder *folder, const char *path, os_visit_name *visit,
                     const char *what, char *problem)
{
    enum err error = folder->os->list_folder(folder->os, path, visit, folder);
    if (error == ERR_NOT_FOUND)
        return OK;
    if (error == OK)
        error = folder->listing_error;
    if (error != OK)
        return refusal(problem, error, "%.180s: %s", path, err_text(error));
    if (strcmp(folder->stranger, UNFINISHED_COPY_NAME) == 0)
        return refusal(problem, ERR_CORRUPT,
                       "%.180s: the copy in this folder was never finished; make another one",
                       path);
    if (folder->stranger[0] != '\0')
        return refusal(problem, ERR_CORRUPT, "%.100s/%s is not a %s; move it away", path,
                       folder->stranger, what);
    return OK;
}

enum err data_folder_list_checkpoints(struct data_folder *folder, char *problem)
{
    const enum err error =
        list(folder, folder->checkpoints_path, visit_checkpoint, "checkpoint", problem);
    if (error == OK && folder->checkpoints_count > 0)
        qsort(folder->checkpoints, folder->checkpoints_count, sizeof(folder->checkpoints[0]),
              compare_checkpoints);
    return error;
}

enum err data_folder_list_segments(struct data_folder *folder, char *problem)
{
    const enum err error =
        list(folder, folder->segments_path, visit_segment, "journal segment", problem);
    if (error == OK && folder->segments_count > 0)
        qsort(folder->segments, folder->segments_count, sizeof(folder->segments[0]),
              compare_segments);
    return error;
}
