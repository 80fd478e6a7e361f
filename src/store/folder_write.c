/* Shelves as they come, then the documents, which the local store writes first and takes at any
 * place. An image needs no lock here, as nobody else knows the shelf, and is taken to its end at
 * once. */
#include "store/folder_write.h"

#include <stdio.h>
#include <stdlib.h>

#include "journal/new_folder.h"
#include "journal/unfinished.h"
#include "store/part.h"

enum { PATH_BYTES_MAX = 4096, ENTRIES_BYTES = CHECKPOINT_ENTRIES_BYTES };

struct folder_write {
    struct os *os;
    struct os_file *lock;
    struct new_folder *folder;
    struct buffer documents; /* Encoded. */
    struct buffer payload;   /* Of the next part. */
};

/* As a stockd that has the folder open does. */
static enum err take_lock(struct folder_write *write, const char *path)
{
    struct os *os = write->os;
    char lock_path[PATH_BYTES_MAX];
    (void)snprintf(lock_path, sizeof(lock_path), "%s/lock", path);
    const enum err error = os->open(os, lock_path, OS_OPEN_CREATE, &write->lock);
    return error == OK ? os->lock(os, write->lock) : error;
}

enum err folder_write_begin(struct os *os, const char *path, struct folder_write **begun,
                            char problem[STORE_PROBLEM_BYTES])
{
    struct folder_write *write = calloc(1, sizeof(*write));
    (void)snprintf(problem, STORE_PROBLEM_BYTES, "out of memory");
    if (write == NULL)
        return ERR_MEMORY;
    write->os = os;
    buffer_init(&write->documents);
    buffer_init(&write->payload);
    enum err error = unfinished_make_folder(os, path, problem);
    if (error == OK) {
        error = take_lock(write, path);
        (void)snprintf(problem, STORE_PROBLEM_BYTES, "cannot be locked: %s", err_text(error));
    }
    if (error == OK)
        error = new_folder_begin(os, path, &write->folder, problem);
    if (error != OK) {
        folder_write_close(write);
        return error;
    }
    *begun = write;
    return OK;
}

void folder_write_close(struct folder_write *write)
{
    if (write == NULL)
        return;
    new_folder_close(write->folder);
    write->os->close(write->os, write->lock);
    buffer_deinit(&write->documents);
    buffer_deinit(&write->payload);
    free(write);
}

enum err folder_write_document(struct folder_write *write, struct bytes name, struct bytes content)
{
    part_document_encode(&write->documents, name, content);
    if (write->documents.failed)
        return ERR_MEMORY;
    return write->documents.size > (size_t)STORE_GIVEN_BYTES_MAX ? ERR_FULL : OK;
}

static enum err append(struct folder_write *write, enum part_kind kind, int64_t key,
                       struct bytes payload)
{
    const struct checkpoint_part part = {.kind = kind, .key = key, .payload = payload};
    return new_folder_append(write->folder, &part);
}

static enum err append_payload(struct folder_write *write, enum part_kind kind, int64_t key)
{
    const enum err error = write->payload.failed
                               ? ERR_MEMORY
                               : append(write, kind, key, buffer_bytes(&write->payload));
    buffer_clear(&write->payload);
    return error;
}

/* The entries of an image that began. */
static enum err append_entries(struct folder_write *write, struct shelf_image *image,
                               int64_t shelf_id, uint64_t *entries_bytes)
{
    struct buffer *entries = &write->payload;
    bool done = false;
    enum err error = OK;
    while (error == OK && !done) {
        error = shelf_image_read(image, ENTRIES_BYTES - entries->size, entries, &done);
        if (error != OK || entries->size == 0 || (entries->size < ENTRIES_BYTES && !done))
            continue;
        *entries_bytes += entries->size;
        error = append_payload(write, PART_ENTRIES, shelf_id);
    }
    return error;
}

static enum err append_image(struct folder_write *write, struct shelf_image *image,
                             int64_t shelf_id)
{
    const struct shelf_image_sizes sizes = shelf_image_sizes(image);
    uint64_t entries_bytes = 0;
    buffer_clear(&write->payload);
    part_shelf_encode(&write->payload, &sizes);
    enum err error = append_payload(write, PART_SHELF, shelf_id);
    if (error == OK)
        error = append_entries(write, image, shelf_id, &entries_bytes);
    if (error != OK)
        return error;
    part_shelf_end_encode(&write->payload, entries_bytes);
    return append_payload(write, PART_SHELF_END, shelf_id);
}

enum err folder_write_shelf(struct folder_write *write, const struct store_shelf *shelf)
{
    struct shelf_image *image = shelf_image_create(shelf_cells_count(shelf->shelf));
    if (image == NULL)
        return ERR_MEMORY;
    enum err error = shelf_image_begin(image, shelf->shelf, shelf->orders);
    if (error == OK) {
        error = append_image(write, image, shelf->id);
        shelf_image_end(image);
    }
    shelf_image_destroy(image);
    return error;
}

/* In pieces, as a part has a largest size; each says how much is still to come. */
static enum err append_documents(struct folder_write *write)
{
    struct cursor cursor = cursor_begin(buffer_bytes(&write->documents));
    enum err error = write->documents.failed ? ERR_MEMORY : OK;
    do {
        const size_t left = cursor_left(&cursor);
        const struct bytes piece =
            cursor_bytes(&cursor, left < ENTRIES_BYTES ? left : ENTRIES_BYTES);
        if (error == OK)
            error = append(write, PART_DOCUMENTS, (int64_t)cursor_left(&cursor), piece);
    } while (error == OK && cursor_left(&cursor) > 0);
    return error;
}

enum err folder_write_seal(struct folder_write *write)
{
    const enum err error = append_documents(write);
    return error == OK ? new_folder_seal(write->folder) : error;
}

enum err folder_write_finish(struct os *os, const char *path, char problem[STORE_PROBLEM_BYTES])
{
    return new_folder_finish(os, path, problem);
}
