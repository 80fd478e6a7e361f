/* The first shelf tells the offers, in views that live as long as the call. Their SKUs are hashed
 * only where another shelf is asked for them. */
#include "api/offer_read.h"

#include "base/hash.h"
#include "call/view_match.h"

static void add_shelf(struct offer_read *read, enum offer_shelf_kind kind, int64_t warehouse_id,
                      int64_t shelf_id)
{
    ASSERT(read->shelves_count < OFFER_SHELVES_MAX);
    read->shelves[read->shelves_count++] = (struct offer_shelf){kind, warehouse_id, shelf_id, NULL};
}

bool offer_read_begin(struct offer_read *read, const struct registry *registry,
                      const struct campaign_facts *campaign, int64_t warehouse_id)
{
    *read = (struct offer_read){.shelves_count = 0};
    struct market_place places[REGISTRY_MARKET_WAREHOUSES_MAX];
    const uint32_t places_count = registry_campaign_market_warehouses(
        registry, campaign->id, places, REGISTRY_MARKET_WAREHOUSES_MAX);
    const bool stock = warehouse_id == 0 || warehouse_id == campaign->warehouse_id;
    for (uint32_t i = 0; i < places_count && !stock; i++) {
        if (places[i].warehouse_id == warehouse_id)
            add_shelf(read, OFFER_SHELF_MARKET, warehouse_id, places[i].shelf_id);
    }
    if (!stock && read->shelves_count == 0)
        return false;
    add_shelf(read, OFFER_SHELF_STOCK, stock ? campaign->warehouse_id : 0, campaign->shelf_id);
    if (campaign->own_shelf_id != campaign->shelf_id)
        add_shelf(read, OFFER_SHELF_OWN, 0, campaign->own_shelf_id);
    for (uint32_t i = 0; i < places_count && warehouse_id == 0; i++)
        add_shelf(read, OFFER_SHELF_MARKET, places[i].warehouse_id, places[i].shelf_id);
    return true;
}

void offer_read_page(struct offer_read *read, struct store_command *command,
                     const struct query_page *page, uint32_t limit,
                     const struct store_filter *filter)
{
    *command = (struct store_command){
        .kind = STORE_PAGE,
        .shelf_id = read->shelves[0].shelf_id,
        .page = {.position = page->position,
                 .backward = page->backward,
                 .limit = limit,
                 .filter = *filter,
                 .turnover_at_ms = read->turnover_at_ms},
    };
}

void offer_read_list(struct offer_read *read, struct store_command *command,
                     const struct stock_key *keys, uint32_t keys_count)
{
    *command = (struct store_command){
        .kind = STORE_LIST,
        .shelf_id = read->shelves[read->at].shelf_id,
        .list = {.keys = keys, .keys_count = keys_count, .turnover_at_ms = read->turnover_at_ms},
    };
}

/* The first shelf says which offers there are. */
static bool take_offers(struct offer_read *read, const struct store_command *command)
{
    read->offers = command->views;
    read->offers_count = command->views_count;
    if (command->kind == STORE_PAGE) {
        read->next = command->page.next;
        read->prev = command->page.prev;
    }
    if (read->offers_count == 0)
        read->shelves_count = 1; /* Nobody has to be asked about nothing. */
    read->marks = arena_allocate(command->arena, read->offers_count * sizeof(*read->marks));
    if (read->marks == NULL)
        return false;
    for (uint32_t i = 0; i < read->offers_count; i++)
        read->marks[i] = 0;
    if (read->shelves_count == 1)
        return true;
    read->keys = arena_allocate(command->arena, read->offers_count * sizeof(*read->keys));
    for (uint32_t i = 0; read->keys != NULL && i < read->offers_count; i++) {
        const struct bytes sku = read->offers[i].sku;
        read->keys[i] = (struct stock_key){sku, bytes_hash(sku)};
    }
    return read->keys != NULL;
}

static bool take_views(struct offer_read *read, const struct store_command *command)
{
    const struct stock_view **views =
        arena_allocate(command->arena, read->offers_count * sizeof(struct stock_view *));
    if (views == NULL)
        return false;
    struct view_match match = {command->views, command->views_count, 0};
    for (uint32_t i = 0; i < read->offers_count; i++) {
        /* The first shelf's are the offers themselves. */
        views[i] = read->at == 0 ? &match.views[match.taken++]
                                 : view_match_next(&match, read->offers[i].sku);
        read->marks[i] |= views[i] == NULL ? 0 : views[i]->marks;
    }
    view_match_end(&match);
    read->shelves[read->at].views = views;
    return true;
}

bool offer_read_proceed(struct api_call *call, struct offer_read *read,
                        bool (*done)(struct api_call *call))
{
    struct store_command *command = &call->call.command;
    if (command->verdict == VERDICT_BAD_POSITION) {
        refuse_page_token(call);
        return false;
    }
    if ((read->at == 0 && !take_offers(read, command)) || !take_views(read, command)) {
        refuse_unavailable(&call->call);
        return false;
    }
    if (++read->at == read->shelves_count)
        return done(call);
    offer_read_list(read, command, read->keys, read->offers_count);
    return true;
}

int64_t offer_read_available(const struct offer_read *read, uint32_t offer)
{
    int64_t available = 0;
    for (uint32_t i = 0; i < read->shelves_count; i++) {
        const struct offer_shelf *shelf = &read->shelves[i];
        if (shelf->kind != OFFER_SHELF_OWN && shelf->views[offer] != NULL)
            available += shelf->views[offer]->available;
    }
    return available;
}
