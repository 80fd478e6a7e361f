/* A side in a data folder. Reading takes the whole of it into memory, as a stockd does that starts
 * on it; writing goes shelf by shelf. */
#include <assert.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin/side.h"
#include "store/folder_write.h"
#include "store/part.h"

struct folder {
    struct side side; /* First. */
    struct side_settings settings;
    const char *path;

    /* Reading. */
    struct store *store; /* NULL: nothing is read. */
    struct buffer documents;
    struct store_shelf *shelves; /* In the order of their numbers. */
    uint32_t shelves_count;
    uint32_t shelves_at;

    struct folder_write *write; /* NULL: it was sealed, or is a source. */
};

static struct folder *folder_of(struct side *side)
{
    static_assert(offsetof(struct folder, side) == 0, "the side is the first member");
    return (struct folder *)(void *)side;
}

static enum err say(struct folder *folder, enum err error, const char *words)
{
    (void)snprintf(folder->side.problem, SIDE_PROBLEM_BYTES, "%s", words);
    return error;
}

/* --- Reading. --- */

static enum err keep_document(void *context, struct bytes name, struct bytes content)
{
    struct folder *folder = context;
    part_document_encode(&folder->documents, name, content);
    return folder->documents.failed ? ERR_MEMORY : OK;
}

static int compare_shelves(const void *left, const void *right)
{
    const int64_t one = ((const struct store_shelf *)left)->id;
    const int64_t other = ((const struct store_shelf *)right)->id;
    return (one > other) - (one < other);
}

static enum err list_shelves(struct folder *folder, uint64_t count)
{
    folder->shelves = calloc(count + 1, sizeof(*folder->shelves));
    if (folder->shelves == NULL)
        return say(folder, ERR_MEMORY, "out of memory");
    uint32_t filled = 0;
    while (filled < count && store_local_shelf(folder->store, filled, &folder->shelves[filled]))
        filled++;
    ASSERT(filled == count);
    if (count > 0)
        qsort(folder->shelves, count, sizeof(*folder->shelves), compare_shelves);
    folder->shelves_count = filled;
    folder->shelves_at = 0;
    return OK;
}

static void folder_end_reading(struct side *side)
{
    struct folder *folder = folder_of(side);
    if (folder->store != NULL)
        store_close(folder->store);
    folder->store = NULL;
    free(folder->shelves);
    folder->shelves = NULL;
    folder->shelves_count = 0;
    buffer_deinit(&folder->documents);
    buffer_init(&folder->documents);
}

/* Most problems name the folder, or a file in it; whoever shows them names it, too. */
static enum err tell_problem(struct folder *folder, enum err error, const char *problem)
{
    const size_t size = strlen(folder->path);
    const bool named = strncmp(problem, folder->path, size) == 0 && problem[size] == ':';
    return say(folder, error, named ? problem + size + 2 : problem);
}

static enum err folder_begin_reading(struct side *side, uint64_t *cells_count)
{
    struct folder *folder = folder_of(side);
    const struct side_settings *settings = &folder->settings;
    const struct store_local_settings reading = {
        .os = settings->os,
        .folder = folder->path,
        .documents = {.context = folder, .take = keep_document},
        .threads_count = os_processors_count(),
        .progress = {settings->watch.context, settings->watch.tell_bytes},
        .unfinished = settings->role == SIDE_TARGET,
    };
    struct store_check check;
    folder_end_reading(side);
    const enum err error = store_local_read(&reading, &check, &folder->store);
    if (error != OK)
        return tell_problem(folder, error, check.problem);
    *cells_count = check.cells_count;
    return list_shelves(folder, check.shelves_count);
}

static enum err folder_read_documents(struct side *side, void *context, side_take_document *take)
{
    struct folder *folder = folder_of(side);
    struct cursor cursor = cursor_begin(buffer_bytes(&folder->documents));
    enum err error = OK;
    while (error == OK && cursor_left(&cursor) > 0) {
        struct bytes name;
        struct bytes content;
        error = part_document_decode(&cursor, &name, &content);
        ASSERT(error == OK); /* keep_document() wrote it. */
        error = take(context, name, content);
    }
    return error;
}

static enum err folder_read_shelf(struct side *side, struct store_shelf *shelf, bool *found)
{
    struct folder *folder = folder_of(side);
    const struct side_watch *watch = &folder->settings.watch;
    *found = folder->shelves_at < folder->shelves_count;
    if (!*found)
        return OK;
    *shelf = folder->shelves[folder->shelves_at++];
    return watch->tell_cells(watch->context, 0) ? OK : say(folder, ERR_BUSY, "it was interrupted");
}

/* --- Writing. --- */

static enum err folder_add_document(struct side *side, struct bytes name, struct bytes content)
{
    struct folder *folder = folder_of(side);
    const enum err error = folder_write_document(folder->write, name, content);
    if (error == ERR_FULL)
        return say(folder, error, "the documents are more than a data folder can hold");
    return error == OK ? OK : say(folder, error, err_text(error));
}

static enum err folder_add_shelf(struct side *side, const struct store_shelf *shelf)
{
    struct folder *folder = folder_of(side);
    const struct side_watch *watch = &folder->settings.watch;
    const enum err error = folder_write_shelf(folder->write, shelf);
    if (error != OK)
        return say(folder, error, error == ERR_FULL ? "the disk is full" : err_text(error));
    return watch->tell_cells(watch->context, shelf_cells_count(shelf->shelf))
               ? OK
               : say(folder, ERR_BUSY, "it was interrupted");
}

/* Whoever reads it takes the lock, so it is given back; nobody else opens what is unfinished. */
static enum err folder_seal(struct side *side)
{
    struct folder *folder = folder_of(side);
    const enum err error = folder_write_seal(folder->write);
    folder_write_close(folder->write);
    folder->write = NULL;
    if (error == OK)
        return OK;
    return say(folder, error, error == ERR_FULL ? "the disk is full" : err_text(error));
}

static enum err folder_finish(struct side *side)
{
    struct folder *folder = folder_of(side);
    char problem[STORE_PROBLEM_BYTES];
    const enum err error = folder_write_finish(folder->settings.os, folder->path, problem);
    return error == OK ? OK : tell_problem(folder, error, problem);
}

static void folder_close(struct side *side)
{
    struct folder *folder = folder_of(side);
    folder_end_reading(side);
    buffer_deinit(&folder->documents);
    folder_write_close(folder->write);
    free(folder);
}

static const struct side_ops ops = {
    .begin_reading = folder_begin_reading,
    .read_documents = folder_read_documents,
    .read_shelf = folder_read_shelf,
    .end_reading = folder_end_reading,
    .add_document = folder_add_document,
    .add_shelf = folder_add_shelf,
    .seal = folder_seal,
    .finish = folder_finish,
    .close = folder_close,
};

enum err side_open_folder(const struct side_settings *settings, const char *path,
                          struct side **side)
{
    struct folder *folder = calloc(1, sizeof(*folder));
    char problem[STORE_PROBLEM_BYTES] = "";
    *side = NULL;
    if (folder == NULL)
        return ERR_MEMORY;
    *side = &folder->side;
    folder->side.ops = &ops;
    folder->settings = *settings;
    folder->path = path;
    buffer_init(&folder->documents);
    if (settings->role == SIDE_SOURCE)
        return OK;
    const enum err error = folder_write_begin(settings->os, path, &folder->write, problem);
    return error == OK ? OK : tell_problem(folder, error, problem);
}
