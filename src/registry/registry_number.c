/* Numbers count from 1 in the order in which documents name entries: groups, warehouses, campaigns.
 * The Market's warehouses have a count of their own. */
#include "registry/registry_number.h"

#include <string.h>

/* The number of an entry that is known with `known` and was kept with `kept`, if it was. */
static int64_t number_of(int64_t known, int64_t kept, enum registry_origin origin, bool needed,
                         int64_t *last)
{
    int64_t number = origin == REGISTRY_KEPT && kept != 0 ? kept : known;
    if (number == 0 && needed)
        number = *last + 1;
    if (number > *last)
        *last = number;
    return number;
}

static void number_groups(const struct registry_state *known, struct registry_document *document,
                          enum registry_origin origin, int64_t *last)
{
    for (uint32_t i = 0; i < document->groups_count; i++) {
        struct registry_group *group = &document->groups[i];
        const uint32_t at = map_get(&known->index.group_by_id, group->id);
        group->shelf_id = number_of(at == MAP_ABSENT ? 0 : known->document.groups[at].shelf_id,
                                    group->shelf_id, origin, true, last);
    }
}

static void number_warehouses(const struct registry_state *known,
                              struct registry_document *document, enum registry_origin origin,
                              int64_t *last)
{
    for (uint32_t i = 0; i < document->warehouses_count; i++) {
        struct registry_warehouse *warehouse = &document->warehouses[i];
        const struct registry_warehouse *before = state_warehouse(known, warehouse->id);
        warehouse->shelf_id = number_of(before == NULL ? 0 : before->shelf_id, warehouse->shelf_id,
                                        origin, true, last);
    }
}

/* A document that an older stockd kept has no numbers for what follows. They are not given while it
 * is applied again, for later documents were numbered without them; registry_find_unnumbered(). */
static void number_campaigns(const struct registry_state *known, struct registry_document *document,
                             enum registry_origin origin, int64_t *last)
{
    for (uint32_t i = 0; i < document->campaigns_count; i++) {
        struct registry_campaign *campaign = &document->campaigns[i];
        const struct registry_campaign *before = state_campaign(known, campaign->id);
        const bool needed =
            origin == REGISTRY_NEW && !placement_is_sellers_own(campaign->placement);
        campaign->shelf_id = number_of(before == NULL ? 0 : before->shelf_id, campaign->shelf_id,
                                       origin, needed, last);
    }
}

static void number_market_warehouses(const struct registry_state *known,
                                     struct registry_document *document,
                                     enum registry_origin origin, int64_t *last)
{
    for (uint32_t i = 0; i < document->market_warehouses_count; i++) {
        struct registry_market_warehouse *warehouse = &document->market_warehouses[i];
        const struct registry_market_warehouse *before =
            state_market_warehouse(known, warehouse->id);
        warehouse->number = number_of(before == NULL ? 0 : before->number, warehouse->number,
                                      origin, origin == REGISTRY_NEW, last);
    }
}

/* What a whole registry says beside its entries counts when it was kept. */
static void take_last_numbers(struct registry_document *document, enum registry_origin origin,
                              struct registry_numbers *numbers)
{
    if (origin == REGISTRY_NEW) {
        document->shelf_id_last = 0;
        document->market_number_last = 0;
    }
    if (document->shelf_id_last > numbers->shelf_id_last)
        numbers->shelf_id_last = document->shelf_id_last;
    if (document->market_number_last > numbers->market_number_last)
        numbers->market_number_last = document->market_number_last;
}

enum err registry_number_document(const struct registry_state *known,
                                  struct registry_document *document, enum registry_origin origin,
                                  struct registry_numbers *numbers, struct error_list *errors)
{
    number_groups(known, document, origin, &numbers->shelf_id_last);
    number_warehouses(known, document, origin, &numbers->shelf_id_last);
    number_campaigns(known, document, origin, &numbers->shelf_id_last);
    number_market_warehouses(known, document, origin, &numbers->market_number_last);
    take_last_numbers(document, origin, numbers);
    /* A renumbered group may need one more, for each group. */
    if (numbers->shelf_id_last > REGISTRY_SHELF_ID_MAX - known->document.groups_count)
        error_list_add(errors, "no shelf numbers are left");
    if (numbers->market_number_last > REGISTRY_MARKET_NUMBER_MAX)
        error_list_add(errors, "no numbers for market warehouses are left");
    return errors->count == 0 ? OK : ERR_INVALID;
}

/* The document's entry of a group, which it may have to be given, in a list that has room. */
static struct registry_group *entry_of_group(struct registry_document *document,
                                             const struct registry_group *group)
{
    for (uint32_t i = 0; i < document->groups_count; i++) {
        if (document->groups[i].id == group->id)
            return &document->groups[i];
    }
    document->groups[document->groups_count] = *group;
    return &document->groups[document->groups_count++];
}

enum err registry_renumber_groups(const struct registry_state *known,
                                  struct registry_state *candidate,
                                  struct registry_document *document,
                                  struct registry_numbers *numbers)
{
    const struct registry_index *index = &candidate->index;
    bool room_made = false;
    for (uint32_t i = 0; i < candidate->document.groups_count; i++) {
        struct registry_group *group = &candidate->document.groups[i];
        const uint32_t known_at = map_get(&known->index.group_by_id, group->id);
        if (index->group_first_member[i] == MAP_ABSENT || known_at == MAP_ABSENT ||
            known->index.group_first_member[known_at] != MAP_ABSENT)
            continue;
        if (!room_made) {
            const size_t room = (size_t)document->groups_count + candidate->document.groups_count;
            struct registry_group *groups =
                arena_allocate(&candidate->tables, room * sizeof(*groups));
            if (groups == NULL)
                return ERR_MEMORY;
            for (uint32_t at = 0; at < document->groups_count; at++)
                groups[at] = document->groups[at];
            document->groups = groups;
            room_made = true;
        }
        group->shelf_id = ++numbers->shelf_id_last;
        entry_of_group(document, group)->shelf_id = group->shelf_id;
    }
    return OK;
}
