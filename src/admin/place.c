/* A value that begins like a URL of a database is one; anything else is a path. */
#include "admin/place.h"

#include <stdio.h>
#include <string.h>

/* Another scheme is a mistake rather than the name of a folder. */
static bool is_url(const char *value)
{
    return strstr(value, "://") != NULL;
}

bool place_take(const struct place_words *words, const char *program, char *const *argv,
                struct pg_url *url, struct copy_place *place)
{
    const bool named = words->value != NULL;
    *url = (struct pg_url){.was_in_sight = false};
    *place = (struct copy_place){.folder = NULL};
    if (!named && words->file == NULL) {
        (void)fprintf(stderr, "%s: %s or %s-file is missing\n", program, words->option,
                      words->option);
        return false;
    }
    if (named && words->file == NULL && !is_url(words->value)) {
        place->folder = words->value;
        return true;
    }
    const struct pg_place database = {words->option, words->value, words->file};
    if (!pg_url_take(&database, program, argv, url))
        return false;
    if (url->was_in_sight)
        (void)fprintf(stderr,
                      "%s: %s: warning: the password stood on the command line, where everybody "
                      "on this machine could read it; a file with %s-file keeps it out of sight\n",
                      program, words->option, words->option);
    place->url = url->text;
    place->shown = url->shown;
    return true;
}
