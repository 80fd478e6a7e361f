/* What a database answers, as a source of rows. */
#ifndef CTL_SOURCE_QUERY_H
#define CTL_SOURCE_QUERY_H

#include "sheet/row_source.h"

/* Asks settings->database settings->text and gives the answer as a CSV with a header, once all of
 * it is there. Returns what source_command() does; ERR_INVALID: the database refused. No password
 * is in *problem. */
MUST_USE enum err source_query(const struct row_source_settings *settings, int *fd,
                               struct buffer *problem);

#endif
