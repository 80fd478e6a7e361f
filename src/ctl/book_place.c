/* The state folder is that of the XDG Base Directory Specification. */
#include "ctl/book_place.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool book_place_is_kept(const struct options *options)
{
    return !options->no_book && (options->book == NULL || strcmp(options->book, "none") != 0);
}

/* False: there is no place for it. */
static bool standard_place(struct buffer *path)
{
    const char *state = getenv("XDG_STATE_HOME");
    const char *home = getenv("HOME");
    if (state != NULL && state[0] == '/')
        buffer_append_text(path, state);
    else if (home != NULL && home[0] == '/')
        buffer_append_format(path, "%s/.local/state", home);
    else
        return false;
    buffer_append_text(path, "/stockctl/book.sqlite");
    return true;
}

bool book_place_open(const struct options *options, struct book **book)
{
    struct buffer path;
    struct buffer problem;
    buffer_init(&path);
    buffer_init(&problem);
    bool good = true;
    if (book_place_is_kept(options)) {
        if (options->book != NULL)
            buffer_append_text(&path, options->book);
        else
            good = standard_place(&path);
    }
    if (!good)
        buffer_append_text(&problem, "no place for the book, neither XDG_STATE_HOME nor HOME is "
                                     "set: give --book FILE, or --no-book");
    else if (path.failed)
        buffer_append_text(&problem, "out of memory");
    else
        good = book_open(path.size > 0 ? buffer_text(&path) : NULL, &problem, book) == OK;
    if (!good || path.failed)
        (void)fprintf(stderr, "stockctl: %s\n", buffer_text(&problem));
    const bool opened = good && !path.failed;
    buffer_deinit(&problem);
    buffer_deinit(&path);
    return opened;
}
