/* Bytes of a source, from a file, a pipe or memory: their beginning can be looked at before they
 * are read. One thread. */
#ifndef SHEET_INPUT_H
#define SHEET_INPUT_H

#include "base/buffer.h"

enum { INPUT_HEAD_BYTES = 512 };

struct input {
    int fd;              /* -1: memory. */
    bool fd_is_ours;     /* Closed at the end. */
    bool is_file;        /* It can be read from any place, and never waits. */
    struct bytes memory; /* What is left of it. */
    int64_t bytes;       /* 0: nobody knows. */
    int64_t done_bytes;  /* What input_read() gave. */
    uint8_t head[INPUT_HEAD_BYTES];
    size_t head_bytes;
    size_t head_taken;
    bool (*is_stopped)(void); /* NULL: never. */
};

/* Nothing yet: only input_close() is good for it. */
void input_init(struct input *input, bool (*is_stopped)(void));

/* Opens a path, `-` standard input. ERR_NOT_FOUND, ERR_IO: *problem says why. */
MUST_USE enum err input_open(struct input *input, const char *path, struct buffer *problem);

/* Lends `memory` until input_close(). */
void input_open_memory(struct input *input, struct bytes memory);

/* Takes over an open plain file, to be read from its beginning. ERR_IO with errno set. */
MUST_USE enum err input_open_file(struct input *input, int fd);
void input_close(struct input *input);

/* Gives the first bytes, INPUT_HEAD_BYTES of them where there are so many; nothing was read before.
 * Returns what input_read() does. */
MUST_USE enum err input_peek(struct input *input, struct bytes *head);

/* Reads up to `size` bytes; *got is 0 at the end. ERR_IO with errno set; ERR_BUSY: stopped. */
MUST_USE enum err input_read(struct input *input, uint8_t *data, size_t size, size_t *got);

#endif
