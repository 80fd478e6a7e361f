/* Two slots, so that one is filled with what is read and verified while the other is being applied.
 * A reader fills slots and hands them on, a taker gets them in the same order, one at a time. With
 * a second thread the reader runs there; without one it calls the taker, and one slot is enough. */
#ifndef JOURNAL_PIPELINE_H
#define JOURNAL_PIPELINE_H

#include <pthread.h>

#include "journal/checkpoint_format.h"
#include "journal/format.h"
#include "journal/window.h"

/* A slot is handed on when it holds so much. */
#define SLOT_BYTES_WANTED (UINT64_C(8) * 1024 * 1024)
#define SLOT_ITEMS_MAX    4096

static_assert(PART_BYTES_MAX <= FRAME_BYTES_MAX, "a window takes a frame, so it takes a part");

enum slot_kind { SLOT_PARTS, SLOT_FRAMES };

/* Parts of a checkpoint or frames of a segment, side by side in a window. */
struct slot {
    struct window window;
    enum slot_kind kind;
    uint64_t number; /* Of the checkpoint or the segment. */
    uint64_t start;  /* Where they begin and end in the file. */
    uint64_t end;
    size_t count;
    uint64_t *offsets; /* Of each of them in the file. */
    struct checkpoint_part *parts;
    struct frame *frames;
};

struct pipeline;

/* Reads until everything is read, or something is wrong. */
typedef enum err pipeline_read(struct pipeline *pipeline, void *context);

/* Any error ends the reading. The slot is the reader's again when it returns. */
typedef enum err pipeline_take(void *context, const struct slot *slot);

/* `lock` guards what stands below it. */
struct pipeline {
    struct slot slots[2];
    struct slot *filling; /* The reader's. */
    pipeline_read *read;
    void *read_context;
    pipeline_take *take;
    void *take_context;
    bool threaded;

    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct slot *full;   /* The taker's. */
    enum err take_error; /* Ends the reader. */
    enum err read_error;
    bool finished; /* The reader is. */
};

/* ERR_MEMORY. Ended by pipeline_deinit() in any case. */
MUST_USE enum err pipeline_init(struct pipeline *pipeline, struct os *os);
void pipeline_deinit(struct pipeline *pipeline);

/* Runs reader and taker to their end. Returns the taker's error, or else the reader's; of the
 * taker's, pipeline->take_error tells. Without a second thread the reader does not run ahead. */
MUST_USE enum err pipeline_run(struct pipeline *pipeline, bool threaded);

/* The reader's: empties the slot that is being filled and makes it ready for another file or
 * another place in this one. What was in it must have been handed on. */
void pipeline_begin_slot(struct pipeline *pipeline, enum slot_kind kind, uint64_t number,
                         struct os_file *file, uint64_t offset);

/* The reader's: hands the slot on, if anything is in it, and goes on behind it with an empty one.
 */
MUST_USE enum err pipeline_hand_on(struct pipeline *pipeline);

/* The reader's: makes `size` bytes at `offset` readable in the slot, or less at the file's end.
 * When they do not fit in beside what is there, that is handed on. */
MUST_USE enum err pipeline_reach(struct pipeline *pipeline, uint64_t offset, size_t size,
                                 struct bytes *bytes);

/* The reader's: counts an item of so many bytes at `offset`, which was put into the slot. */
void pipeline_keep(struct pipeline *pipeline, uint64_t offset, size_t size);

#endif
