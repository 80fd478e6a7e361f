/* Reads what a seller has, row by row, into the cells of a campaign: each row is checked and
 * becomes what is wanted, unless the campaign was told just that. */
#ifndef CTL_INTAKE_H
#define CTL_INTAKE_H

#include "ctl/campaign.h"
#include "ctl/source_options.h"
#include "sheet/hygiene.h"

struct intake {
    struct campaign *campaign;
    struct row_source *source;
    bool send_all;  /* What is known does not matter. */
    bool stamp_now; /* All rows have the moment of the start. */

    /* What there was. */
    int64_t wanted;
    int64_t unchanged;
    int64_t stale; /* Of them, those older than what the campaign was told. */
    int64_t bad;
    int64_t skipped;
    int64_t nameless; /* Of the bad ones, those that do not even say whose count it is. */
    bool is_cut;      /* The rest could not be read. */

    struct hygiene *hygiene;
    struct buffer place;
};

/* Opens what the options and `file` (NULL: none was given) say. CTL_DONE, or an exit code: said
 * why. Both are ended by their owners, row_source_close() and source_choice_end(), in any case. */
MUST_USE enum ctl_exit intake_open(const struct options *options, const char *file,
                                   struct source_choice *choice, struct row_source **source);

/* Reads all rows; bad ones are said, and in the end in a few lines what else a person should know
 * of them. The members behind the blank line start as zeros. Ended by
 * intake_deinit(). */
void intake_read(struct intake *intake);
void intake_deinit(struct intake *intake);

#endif
