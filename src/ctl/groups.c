/* The first member in the order of the profile is sent, so it is the same one each time. */
#include "ctl/groups.h"

#include <inttypes.h>

#include "base/printable.h"

void groups_init(struct groups *groups, const struct number_list *campaigns)
{
    *groups = (struct groups){.count = campaigns->count};
    for (size_t i = 0; i < campaigns->count; i++)
        groups->members[i].campaign_id = campaigns->items[i];
}

static struct group_member *member_find(struct groups *groups, int64_t campaign_id)
{
    for (size_t i = 0; i < groups->count; i++) {
        if (groups->members[i].campaign_id == campaign_id)
            return &groups->members[i];
    }
    return NULL;
}

void groups_note(struct groups *groups, int64_t campaign_id, int64_t group_id, struct bytes name)
{
    struct group_member *member = member_find(groups, campaign_id);
    if (member == NULL)
        return;
    member->group_id = group_id;
    const struct bytes clipped =
        bytes_clip(bytes_are_utf8(name) ? name : (struct bytes){NULL, 0}, GROUP_NAME_BYTES_MAX);
    if (clipped.size > 0)
        memcpy(member->name, clipped.data, clipped.size);
    member->name[clipped.size] = '\0';
}

/* Reads `10003+10004`. */
static bool group_parse(struct groups *groups, struct bytes word, int64_t group_id,
                        struct buffer *problem)
{
    struct bytes rest = word;
    while (rest.size > 0) {
        struct bytes text;
        int64_t campaign_id = 0;
        rest = bytes_split(rest, '+', &text);
        const char *wrong = NULL;
        if (!bytes_to_int64(text, &campaign_id) || campaign_id < 1) {
            wrong = "is no campaignId";
        } else {
            const struct group_member *member = member_find(groups, campaign_id);
            if (member != NULL && member->group_id != 0)
                wrong = "stands there twice";
        }
        if (wrong != NULL) {
            buffer_append_text(problem, "group takes campaigns that share their stock, ID+ID, or "
                                        "none: '");
            printable_append(problem, text, GROUP_NAME_BYTES_MAX);
            buffer_append_format(problem, "' %s", wrong);
            return false;
        }
        groups_note(groups, campaign_id, group_id, (struct bytes){NULL, 0});
    }
    return true;
}

bool groups_parse(struct groups *groups, const char *text, struct buffer *problem)
{
    static const char between[] = ", \t\n";
    int64_t group_id = 0;
    if (strcmp(text, "none") == 0)
        return true;
    for (const char *at = text + strspn(text, between); *at != '\0'; at += strspn(at, between)) {
        const struct bytes word = {(const uint8_t *)at, strcspn(at, between)};
        group_id--;
        if (!group_parse(groups, word, group_id, problem))
            return false;
        at += word.size;
    }
    return true;
}

size_t groups_settle(struct groups *groups)
{
    size_t sent = 0;
    for (size_t i = 0; i < groups->count; i++) {
        struct group_member *member = &groups->members[i];
        member->sent_instead = 0;
        for (size_t k = 0; k < i && member->group_id != 0; k++) {
            const struct group_member *earlier = &groups->members[k];
            if (earlier->group_id == member->group_id && earlier->sent_instead == 0)
                member->sent_instead = earlier->campaign_id;
        }
        sent += member->sent_instead == 0;
    }
    return sent;
}

void groups_explain(const struct group_member *member, struct buffer *text)
{
    if (member->sent_instead == 0)
        return;
    buffer_append_format(text,
                         "campaign %" PRId64 " is not sent: it shares its stock with %" PRId64,
                         member->campaign_id, member->sent_instead);
    if (member->name[0] != '\0') {
        buffer_append_text(text, " (group ");
        printable_append(text, bytes_from_text(member->name), GROUP_NAME_BYTES_MAX);
        buffer_append_text(text, ")");
    }
    buffer_append_text(text, ", which is sent, and gets the numbers by itself");
}
