/* Hidden and deleted stand on the campaign's own shelf. Where it sells from a group's, what is
 * hidden gets a cell there too, so that the campaign's catalogue has it. */
#include "api/offer_marks.h"

static void plan(struct offer_marks *marks, int64_t shelf_id, const struct store_mark *mark)
{
    if (mark->keys_count == 0)
        return;
    ASSERT(marks->commands_count < OFFER_MARKS_MAX);
    marks->commands[marks->commands_count++] =
        (struct store_command){.kind = STORE_MARK, .shelf_id = shelf_id, .mark = *mark};
}

void offer_marks_hide(struct offer_marks *marks, const struct campaign_facts *campaign,
                      const struct stock_key *keys, uint32_t keys_count)
{
    struct store_mark mark = {.keys = keys, .keys_count = keys_count, .create_unknown = true};
    if (campaign->own_shelf_id != campaign->shelf_id)
        plan(marks, campaign->shelf_id, &mark);
    mark.set = STOCK_HIDDEN;
    plan(marks, campaign->own_shelf_id, &mark);
}

void offer_marks_show(struct offer_marks *marks, const struct campaign_facts *campaign,
                      const struct stock_key *keys, uint32_t keys_count)
{
    const struct store_mark mark = {.keys = keys, .keys_count = keys_count, .clear = STOCK_HIDDEN};
    plan(marks, campaign->own_shelf_id, &mark);
}

void offer_marks_delete(struct offer_marks *marks, const struct campaign_facts *campaign,
                        const struct stock_key *keys, uint32_t keys_count)
{
    const struct store_mark mark = {
        .keys = keys, .keys_count = keys_count, .set = STOCK_DELETED, .create_unknown = true};
    plan(marks, campaign->own_shelf_id, &mark);
}

void offer_marks_bring_back(struct offer_marks *marks, const struct campaign_facts *campaign,
                            const struct stock_key *keys, uint32_t keys_count)
{
    const struct store_mark mark = {.keys = keys, .keys_count = keys_count, .clear = STOCK_DELETED};
    plan(marks, campaign->own_shelf_id, &mark);
}

bool offer_marks_next(struct offer_marks *marks, struct store_command *command)
{
    if (marks->at == marks->commands_count)
        return false;
    *command = marks->commands[marks->at++];
    return true;
}
