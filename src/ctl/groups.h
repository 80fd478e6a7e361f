/* Which campaigns of a profile are sent: of those whose warehouses are in one group only the first,
 * as a group has one stock and the others follow by themselves (CONTRACT §11). Pure. */
#ifndef CTL_GROUPS_H
#define CTL_GROUPS_H

#include "base/buffer.h"
#include "ctl/command.h"

enum { GROUP_NAME_BYTES_MAX = 100 };

struct group_member {
    int64_t campaign_id;
    int64_t business_id;  /* 0: not known. */
    int64_t group_id;     /* 0: in none. Negative: of the option --group. */
    int64_t sent_instead; /* The campaign that is sent for it; 0: it is sent itself. */
    char name[GROUP_NAME_BYTES_MAX + 1]; /* Of the group; may be empty. */
};

struct groups {
    struct group_member members[CTL_CAMPAIGNS_MAX];
    size_t count;
};

/* Each campaign in no group. */
void groups_init(struct groups *groups, const struct number_list *campaigns);

/* Reads `10003+10004 10007+10008`, or `none`. False: *problem says what is wrong. */
MUST_USE bool groups_parse(struct groups *groups, const char *text, struct buffer *problem);

/* Notes that a campaign is in a group; one that is not of the profile is passed over. */
void groups_note(struct groups *groups, int64_t campaign_id, int64_t group_id, struct bytes name);

/* Decides which are sent. Returns how many. */
size_t groups_settle(struct groups *groups);

/* Appends a line on why a member is not sent; nothing when it is. */
void groups_explain(const struct group_member *member, struct buffer *text);

#endif
