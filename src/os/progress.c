/* A bar is redrawn in place a few times a second. A pipe gets a line for each tenth of the work, or
 * one a second while nobody knows how much there is, and never more than one a second. */
#include "os/progress.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "os/terminal.h"

enum {
    BAR_EVERY_MS = 200,
    LINE_EVERY_MS = 1000,
    LINE_PARTS = 10, /* Lines for the whole work. */
    BAR_COLUMNS = 30,
    TEXT_COLUMNS = 48, /* About what stands behind the bar. */
    MS_PER_SECOND = 1000,
    SECONDS_PER_MINUTE = 60,
    SECONDS_PER_HOUR = 3600,
};

static int64_t uptime_ms(const struct progress *progress)
{
    return progress->os->uptime_us(progress->os) / 1000;
}

void progress_init(struct progress *progress, struct os *os, const char *program, const char *unit,
                   int64_t whole_part, bool quiet)
{
    *progress = (struct progress){
        .os = os,
        .program = program,
        .state = {.unit = unit, .whole_part = whole_part},
        .terminal = terminal_is(STDERR_FILENO),
        .colour = terminal_has_colour(STDERR_FILENO),
        .quiet = quiet,
    };
    progress->started_ms = uptime_ms(progress);
    progress->shown_ms = progress->started_ms;
    progress->part_ms = progress->started_ms;
}

void progress_next(struct progress *progress, int64_t whole_part)
{
    progress->state.done = 0;
    progress->state.done_part = 0;
    progress->state.whole_part = whole_part;
    progress->shown_part = 0;
    progress->part_ms = uptime_ms(progress);
}

int64_t progress_elapsed_ms(const struct progress *progress)
{
    return uptime_ms(progress) - progress->started_ms;
}

static void format_duration(struct buffer *text, int64_t seconds)
{
    if (seconds >= SECONDS_PER_HOUR) {
        buffer_append_format(text, "%" PRId64 ":%02" PRId64, seconds / SECONDS_PER_HOUR,
                             seconds % SECONDS_PER_HOUR / SECONDS_PER_MINUTE);
    } else {
        buffer_append_format(text, "%" PRId64, seconds / SECONDS_PER_MINUTE);
    }
    buffer_append_format(text, ":%02" PRId64, seconds % SECONDS_PER_MINUTE);
}

/* What is done of 1000, or -1. */
static int64_t permille(const struct progress_state *state)
{
    if (state->whole_part <= 0)
        return -1;
    const int64_t whole = state->whole_part;
    const int64_t done = state->done_part < whole ? state->done_part : whole;
    return whole < INT64_MAX / 1000 ? done * 1000 / whole : done / (whole / 1000);
}

void progress_format(struct buffer *text, const struct progress_state *state)
{
    buffer_append_format(text, "%" PRId64 " %s", state->done, state->unit);
    if (state->elapsed_ms >= MS_PER_SECOND && state->done > 0)
        buffer_append_format(text, ", %" PRId64 "/s",
                             state->done * MS_PER_SECOND / state->elapsed_ms);
    const int64_t done_permille = permille(state);
    if (done_permille < 0)
        return;
    buffer_append_format(text, ", %" PRId64 "%%", done_permille / 10);
    if (done_permille == 0 || done_permille == 1000 || state->elapsed_ms < MS_PER_SECOND)
        return;
    buffer_append_text(text, ", ");
    format_duration(text,
                    state->elapsed_ms * (1000 - done_permille) / done_permille / MS_PER_SECOND);
    buffer_append_text(text, " left");
}

void progress_format_bar(struct buffer *text, const struct progress_state *state, int64_t columns)
{
    const int64_t done_permille = permille(state);
    if (done_permille < 0)
        return;
    buffer_append_text(text, "[");
    for (int64_t i = 0; i < columns; i++)
        buffer_append_text(text, i * 1000 < done_permille * columns ? "#" : "-");
    buffer_append_text(text, "] ");
}

/* One call, so that lines never mix with those of others. */
static void write_text(struct buffer *text)
{
    if (text->failed)
        return;
    (void)fwrite(text->data, 1, text->size, stderr);
    (void)fflush(stderr);
}

/* The bar has the room that the text leaves: a line that wraps cannot be drawn again. */
static int64_t bar_columns(void)
{
    const int64_t columns = terminal_columns(STDERR_FILENO);
    if (columns == 0 || columns >= TEXT_COLUMNS + BAR_COLUMNS)
        return BAR_COLUMNS;
    return columns > TEXT_COLUMNS ? columns - TEXT_COLUMNS : 0;
}

static void show(struct progress *progress)
{
    struct buffer text;
    buffer_init(&text);
    progress->state.elapsed_ms = uptime_ms(progress) - progress->part_ms;
    if (progress->terminal) {
        buffer_append_text(&text, "\r\033[K");
        if (progress->colour)
            buffer_append_text(&text, "\033[36m");
        progress_format_bar(&text, &progress->state, bar_columns());
        if (progress->colour)
            buffer_append_text(&text, "\033[0m");
        progress_format(&text, &progress->state);
        progress->bar_is_shown = true;
    } else {
        buffer_append_format(&text, "%s: ", progress->program);
        progress_format(&text, &progress->state);
        buffer_append_text(&text, "\n");
    }
    write_text(&text);
    buffer_deinit(&text);
    progress->shown_ms = uptime_ms(progress);
    progress->shown_part = progress->state.done_part;
}

void progress_update(struct progress *progress, int64_t done, int64_t done_part)
{
    progress->state.done = done;
    progress->state.done_part = done_part;
    if (progress->quiet || progress->terminal ||
        uptime_ms(progress) - progress->shown_ms < LINE_EVERY_MS)
        return;
    const int64_t step = progress->state.whole_part / LINE_PARTS;
    if (done_part - progress->shown_part >= step)
        show(progress);
}

void progress_tick(struct progress *progress)
{
    if (!progress->quiet && progress->terminal &&
        uptime_ms(progress) - progress->shown_ms >= BAR_EVERY_MS)
        show(progress);
}

void progress_end(struct progress *progress)
{
    if (!progress->bar_is_shown)
        return;
    (void)fputs("\r\033[K", stderr);
    progress->bar_is_shown = false;
}

PRINTF(3, 0)
static void say(struct progress *progress, bool named, const char *format, va_list arguments)
{
    struct buffer text;
    buffer_init(&text);
    if (progress->bar_is_shown)
        buffer_append_text(&text, "\r\033[K");
    progress->bar_is_shown = false;
    if (named)
        buffer_append_format(&text, "%s: ", progress->program);
    char *message = NULL;
    if (vasprintf(&message, format, arguments) >= 0)
        buffer_append_text(&text, message);
    free(message);
    buffer_append_text(&text, "\n");
    write_text(&text);
    buffer_deinit(&text);
}

void progress_say(struct progress *progress, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(progress, true, format, arguments);
    va_end(arguments);
}

void progress_say_place(struct progress *progress, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(progress, false, format, arguments);
    va_end(arguments);
}
