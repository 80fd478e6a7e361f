/* The documents, then each shelf in turn, a few thousand cells at a time, then the wait for what is
 * in it to be durable, and the end. A shelf is locked for a step, never longer; nothing is held
 * between steps. Trouble is never the store's: the checkpoint is abandoned, and everything that was
 * there before still is. */
#include "store/store_local_checkpoint.h"

#include <stdlib.h>

#include "journal/checkpoint.h"
#include "store/part.h"

/* Of a shelf, or of documents, in one part. */
enum { ENTRIES_BYTES = CHECKPOINT_ENTRIES_BYTES };

enum checkpoint_stage { STAGE_DOCUMENTS, STAGE_SHELVES, STAGE_HISTORY, STAGE_FINISH };

struct local_checkpoint {
    struct store_local *local;
    struct checkpoint_writer *writer;
    enum checkpoint_stage stage;
    uint32_t shelf_index;      /* Of the next one. */
    struct local_shelf *shelf; /* Whose image is under way, or NULL. */
    struct shelf_image *image;
    uint64_t shelf_seq;
    uint64_t entries_bytes; /* Of this shelf, so far. */
    struct buffer payload;  /* Of the next part, or all documents. */
    uint64_t documents_seq;
    struct local_checkpoint_figures figures;
    int64_t begun_us;
};

static int64_t now_us(const struct local_checkpoint *checkpoint)
{
    return checkpoint->local->os->uptime_us(checkpoint->local->os);
}

enum err local_checkpoint_begin(struct store_local *local, struct local_checkpoint **begun)
{
    if (local->documents.give == NULL)
        return ERR_UNSUPPORTED;
    struct local_checkpoint *checkpoint = calloc(1, sizeof(*checkpoint));
    if (checkpoint == NULL)
        return ERR_MEMORY;
    checkpoint->local = local;
    checkpoint->begun_us = now_us(checkpoint);
    buffer_init(&checkpoint->payload);
    const enum err error = journal_checkpoint_begin(local->journal, &checkpoint->writer);
    if (error != OK) {
        free(checkpoint);
        return error;
    }
    checkpoint->figures.seq = checkpoint_seq(checkpoint->writer);
    *begun = checkpoint;
    return OK;
}

static enum err append(struct local_checkpoint *checkpoint, enum part_kind kind, int64_t key,
                       uint64_t seq, struct bytes payload)
{
    const struct checkpoint_part part = {kind, key, seq, payload};
    return checkpoint_append(checkpoint->writer, &part);
}

/* --- Documents. --- */

/* The owners are held: what they give has all documents up to now, and no other. */
static void documents_begin(void *context)
{
    struct local_checkpoint *checkpoint = context;
    const uint64_t seq =
        local_documents_seq(checkpoint->local, &checkpoint->figures.documents_count);
    if (seq > checkpoint->documents_seq)
        checkpoint->documents_seq = seq;
}

static enum err documents_take(void *context, struct bytes name, struct bytes content)
{
    struct local_checkpoint *checkpoint = context;
    part_document_encode(&checkpoint->payload, name, content);
    if (checkpoint->payload.failed)
        return ERR_MEMORY;
    return checkpoint->payload.size > (size_t)STORE_GIVEN_BYTES_MAX ? ERR_FULL : OK;
}

/* In pieces, as a part has a largest size. */
static enum err append_documents(struct local_checkpoint *checkpoint)
{
    struct bytes rest = buffer_bytes(&checkpoint->payload);
    enum err error = OK;
    do {
        const size_t size = rest.size < ENTRIES_BYTES ? rest.size : ENTRIES_BYTES;
        const struct bytes piece = {rest.data, size};
        rest = (struct bytes){rest.data + size, rest.size - size};
        error = append(checkpoint, PART_DOCUMENTS, (int64_t)rest.size, checkpoint->documents_seq,
                       piece);
    } while (error == OK && rest.size > 0);
    return error;
}

static enum err write_documents(struct local_checkpoint *checkpoint)
{
    const struct store_documents *owners = &checkpoint->local->documents;
    const struct store_document_sink sink = {checkpoint, documents_begin, documents_take};
    checkpoint->documents_seq = checkpoint->figures.seq;
    enum err error = owners->give(owners->context, &sink);
    if (error == OK)
        error = append_documents(checkpoint);
    buffer_deinit(&checkpoint->payload);
    checkpoint->stage = STAGE_SHELVES;
    return error;
}

/* --- Shelves. --- */

static int64_t lock_shelf(const struct local_checkpoint *checkpoint, struct local_shelf *shelf)
{
    pthread_mutex_lock(&shelf->lock);
    return now_us(checkpoint);
}

static void unlock_shelf(struct local_checkpoint *checkpoint, struct local_shelf *shelf,
                         int64_t locked_us)
{
    const int64_t held_us = now_us(checkpoint) - locked_us;
    pthread_mutex_unlock(&shelf->lock);
    checkpoint->figures.step_us = held_us;
    if (held_us > checkpoint->figures.lock_us_max)
        checkpoint->figures.lock_us_max = held_us;
}

/* Begins the image of the shelf as it is now. ERR_FULL: there are more cells than it has room for.
 * No image: nothing was ever done to the shelf. */
static enum err image_begin_locked(struct local_checkpoint *checkpoint, struct local_shelf *shelf)
{
    const int64_t locked_us = lock_shelf(checkpoint, shelf);
    enum err error = OK;
    checkpoint->shelf_seq = shelf->seq_last;
    if (shelf->seq_last != 0)
        error = shelf_image_begin(checkpoint->image, shelf->shelf, shelf->orders);
    if (shelf->seq_last != 0 && error == OK)
        checkpoint->shelf = shelf;
    unlock_shelf(checkpoint, shelf, locked_us);
    return error;
}

static uint32_t cells_count_of(struct local_shelf *shelf)
{
    pthread_mutex_lock(&shelf->lock);
    const uint32_t cells_count = shelf_cells_count(shelf->shelf);
    pthread_mutex_unlock(&shelf->lock);
    return cells_count;
}

static void drop_image(struct local_checkpoint *checkpoint)
{
    shelf_image_destroy(checkpoint->image);
    checkpoint->image = NULL;
}

static enum err begin_shelf(struct local_checkpoint *checkpoint, struct local_shelf *shelf)
{
    enum err error = ERR_FULL;
    while (error == ERR_FULL) { /* It may grow between the two. */
        drop_image(checkpoint);
        checkpoint->image = shelf_image_create(cells_count_of(shelf));
        error = checkpoint->image == NULL ? ERR_MEMORY : image_begin_locked(checkpoint, shelf);
    }
    if (error != OK || checkpoint->shelf == NULL) {
        drop_image(checkpoint);
        return error;
    }
    const struct shelf_image_sizes sizes = shelf_image_sizes(checkpoint->image);
    checkpoint->figures.shelves_count++;
    checkpoint->figures.cells_count += sizes.cells_count;
    checkpoint->entries_bytes = 0;
    buffer_clear(&checkpoint->payload);
    part_shelf_encode(&checkpoint->payload, &sizes);
    if (buffer_reserve(&checkpoint->payload, ENTRIES_BYTES + SHELF_IMAGE_SLACK_BYTES) != OK)
        return ERR_MEMORY;
    error = append(checkpoint, PART_SHELF, shelf->id, checkpoint->shelf_seq,
                   buffer_bytes(&checkpoint->payload));
    buffer_clear(&checkpoint->payload);
    return error;
}

/* The shelf knows nothing of its image any more. */
static void let_shelf_go(struct local_checkpoint *checkpoint)
{
    if (checkpoint->shelf == NULL)
        return;
    struct local_shelf *shelf = checkpoint->shelf;
    const int64_t locked_us = lock_shelf(checkpoint, shelf);
    shelf_image_end(checkpoint->image);
    unlock_shelf(checkpoint, shelf, locked_us);
    checkpoint->shelf = NULL;
    drop_image(checkpoint);
}

static enum err end_shelf(struct local_checkpoint *checkpoint)
{
    const int64_t shelf_id = checkpoint->shelf->id;
    let_shelf_go(checkpoint);
    buffer_clear(&checkpoint->payload);
    part_shelf_end_encode(&checkpoint->payload, checkpoint->entries_bytes);
    return append(checkpoint, PART_SHELF_END, shelf_id, checkpoint->shelf_seq,
                  buffer_bytes(&checkpoint->payload));
}

/* Reads some entries with the shelf locked, and appends them once they are enough for a part. */
static enum err step_shelf(struct local_checkpoint *checkpoint)
{
    struct local_shelf *shelf = checkpoint->shelf;
    struct buffer *entries = &checkpoint->payload;
    bool done = false;
    const int64_t locked_us = lock_shelf(checkpoint, shelf);
    enum err error =
        shelf_image_read(checkpoint->image, ENTRIES_BYTES - entries->size, entries, &done);
    unlock_shelf(checkpoint, shelf, locked_us);
    if (error != OK)
        return error;
    if (entries->size >= ENTRIES_BYTES || (done && entries->size > 0)) {
        checkpoint->entries_bytes += entries->size;
        error = append(checkpoint, PART_ENTRIES, shelf->id, checkpoint->shelf_seq,
                       buffer_bytes(entries));
        buffer_clear(entries);
    }
    return error == OK && done ? end_shelf(checkpoint) : error;
}

/* Shelves that came meanwhile have records behind the checkpoint only; they are in it all the same.
 */
static enum err next_shelf(struct local_checkpoint *checkpoint)
{
    struct local_shelf *shelf = local_shelf_at(checkpoint->local, checkpoint->shelf_index);
    if (shelf == NULL) {
        checkpoint->stage = STAGE_HISTORY;
        return local_wait_until_durable(checkpoint->local, checkpoint_seq_max(checkpoint->writer));
    }
    checkpoint->shelf_index++;
    return begin_shelf(checkpoint, shelf);
}

/* --- The history of what the checkpoint lets go. --- */

/* Keeps the next piece of it; then the thread pauses for as long as that took. */
static void step_history(struct local_checkpoint *checkpoint)
{
    const int64_t begun_us = now_us(checkpoint);
    if (history_keep_step(checkpoint->local->history, checkpoint->figures.seq))
        checkpoint->stage = STAGE_FINISH;
    else
        checkpoint->figures.step_us = now_us(checkpoint) - begun_us;
}

/* --- The end. --- */

/* Frees it all but the writer, which is gone. */
static void checkpoint_free(struct local_checkpoint *checkpoint)
{
    ASSERT(checkpoint->shelf == NULL);
    drop_image(checkpoint);
    buffer_deinit(&checkpoint->payload);
    free(checkpoint);
}

static enum err finish(struct local_checkpoint *checkpoint)
{
    struct checkpoint_writer *writer = checkpoint->writer;
    checkpoint->writer = NULL;
    return checkpoint_finish(writer);
}

enum err local_checkpoint_step(struct local_checkpoint *checkpoint, bool *done)
{
    *done = false;
    checkpoint->figures.step_us = 0;
    switch (checkpoint->stage) {
    case STAGE_DOCUMENTS:
        return write_documents(checkpoint);
    case STAGE_SHELVES:
        return checkpoint->shelf == NULL ? next_shelf(checkpoint) : step_shelf(checkpoint);
    case STAGE_HISTORY:
        step_history(checkpoint);
        return OK;
    case STAGE_FINISH:
        break;
    }
    const enum err error = finish(checkpoint);
    *done = error == OK;
    return error;
}

const struct local_checkpoint_figures *local_checkpoint_figures(struct local_checkpoint *checkpoint)
{
    checkpoint->figures.took_us = now_us(checkpoint) - checkpoint->begun_us;
    return &checkpoint->figures;
}

void local_checkpoint_end(struct local_checkpoint *checkpoint)
{
    if (checkpoint == NULL)
        return;
    let_shelf_go(checkpoint);
    history_keep_abandon(checkpoint->local->history);
    checkpoint_abandon(checkpoint->writer);
    checkpoint_free(checkpoint);
}
