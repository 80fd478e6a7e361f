/* The bar is taken away before rows are written: both may stand on one terminal. */
#include "ctl/listing.h"

#include <errno.h>
#include <string.h>

#include "ctl/stop.h"

void listing_begin(struct listing *listing, const struct options *options, enum access_place place,
                   const struct table_column *columns, const char *unit)
{
    *listing = (struct listing){.rows = 0};
    table_init(&listing->table, columns, (enum output_form)options->output_form);
    if (place == ACCESS_OPERATOR)
        session_begin_operator(&listing->session, options, unit);
    else
        session_begin(&listing->session, options, unit, 0);
}

void listing_show(struct listing *listing)
{
    struct session *session = &listing->session;
    progress_end(&session->progress);
    const enum err error = table_write(&listing->table);
    if (error == ERR_MEMORY) {
        session_stop_for_memory(session);
    } else if (error != OK) {
        progress_say(&session->progress, "cannot write: %s", strerror(errno));
        session_stop(session, CTL_MACHINE);
    }
}

bool listing_end_row(struct listing *listing)
{
    struct session *session = &listing->session;
    table_end_row(&listing->table);
    listing->rows++;
    progress_update(&session->progress, listing->rows, 0);
    if (table_is_full(&listing->table))
        listing_show(listing);
    const int64_t rows_max = session->options->rows_max;
    return session->exit == CTL_DONE && (rows_max == 0 || listing->rows < rows_max);
}

enum ctl_exit listing_end(struct listing *listing, enum ctl_exit found)
{
    struct session *session = &listing->session;
    const bool is_whole = session->exit == CTL_DONE && stop_signal() == 0;
    if (is_whole || listing->rows > 0)
        listing_show(listing);
    if (stop_signal() != 0)
        progress_say(&session->progress, "interrupted; the rest was not read");
    table_deinit(&listing->table);
    session_end(session);
    return session_exit(session, found);
}
