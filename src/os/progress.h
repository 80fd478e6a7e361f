/* What a run says on standard error while it works: messages, and a bar on a terminal or a line now
 * and then in a pipe. One thread. */
#ifndef OS_PROGRESS_H
#define OS_PROGRESS_H

#include "base/buffer.h"
#include "os/os.h"

/* A moment of the work, as the line about it shows it. */
struct progress_state {
    const char *unit;   /* `rows` */
    int64_t done;       /* In units. */
    int64_t done_part;  /* The same in the measure of `whole_part`, for instance bytes of a file. */
    int64_t whole_part; /* 0: nobody knows. */
    int64_t elapsed_ms; /* Of this part of the work. */
};

struct progress {
    struct os *os;
    const char *program;
    struct progress_state state;
    int64_t started_ms;
    int64_t part_ms;    /* When the part of the work at hand began. */
    int64_t shown_ms;   /* When the last line was shown. */
    int64_t shown_part; /* And at which done_part. */
    bool terminal;
    bool colour;
    bool quiet;
    bool bar_is_shown;
};

/* Begins. `whole_part` is 0 when nobody knows. A quiet progress shows messages only. Keeps
 * `program`, which lines begin with, `unit` and `os`. */
void progress_init(struct progress *progress, struct os *os, const char *program, const char *unit,
                   int64_t whole_part, bool quiet);

/* Begins the next part of the work, of which nothing is done yet; `whole_part` as above. */
void progress_next(struct progress *progress, int64_t whole_part);

/* How much is done by now; shown when it is time. */
void progress_update(struct progress *progress, int64_t done, int64_t done_part);

/* Lets a bar's clock run on. */
void progress_tick(struct progress *progress);

/* Writes the program's name and a line, above the bar. */
void progress_say(struct progress *progress, const char *format, ...) PRINTF(2, 3);

/* The same without the name, for lines that begin with FILE:LINE. */
void progress_say_place(struct progress *progress, const char *format, ...) PRINTF(2, 3);

/* Removes the bar. */
void progress_end(struct progress *progress);

/* Milliseconds since the beginning. */
int64_t progress_elapsed_ms(const struct progress *progress);

/* Appends `123456 rows, 20000/s, 42%, 1:05 left`; what is not known is left out. Pure. */
void progress_format(struct buffer *text, const struct progress_state *state);

/* Appends a bar of `columns` characters, `[####------]`. Pure. */
void progress_format_bar(struct buffer *text, const struct progress_state *state, int64_t columns);

#endif
