/* Which campaigns of a run are sent, told by the option --group, by what the book remembers, or by
 * the server. */
#ifndef CTL_GROUP_CHOICE_H
#define CTL_GROUP_CHOICE_H

#include "book/book.h"
#include "ctl/groups.h"

/* Decides for options->campaigns, and says of each that is not sent why. A server that does not let
 * us see warehouses leaves each campaign in no group, and that is said. Another code than CTL_DONE:
 * the run ends, why was said. */
enum ctl_exit group_choice_make(const struct options *options, struct book *book,
                                struct groups *groups);

#endif
