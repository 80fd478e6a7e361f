/* Listing orders of the local store. The book has them by name alone: a list is a walk over all of
 * them, some at a time with the shelf locked, that keeps the newest as many as are wanted. What it
 * keeps is names, as orders may change or be forgotten meanwhile; in the end each is looked up. */
#include <stdlib.h>
#include <string.h>

#include "store/store_local_internal.h"

enum {
    STEP_CHAINS = 512, /* About as many orders; some 0.1 ms. */
    CHAINS_AHEAD = 16, /* Orders are strewn over memory: those of later chains are asked for. */
};

/* Where an order stands in the list. */
struct place {
    int64_t created_at_ms;
    size_t id_size;
    uint8_t id[ORDER_ID_BYTES_MAX];
};

/* Invariant: `newest` is sorted, the newest first; its members are distinct pieces of memory, of
 * which count are used. */
struct listing {
    struct store_orders *orders;
    struct place *newest[STORE_ORDERS_MAX + 1]; /* One more says that there are more. */
    uint32_t newest_max;
    uint32_t count;
};

static int compare_bytes(struct bytes left, struct bytes right)
{
    const size_t size = left.size < right.size ? left.size : right.size;
    const int order = size == 0 ? 0 : memcmp(left.data, right.data, size);
    return order != 0 ? order : (left.size > right.size) - (left.size < right.size);
}

/* Whether an order stands behind a place. */
static bool is_behind(const struct order *order, int64_t moment_ms, struct bytes id)
{
    if (order->created_at_ms != moment_ms)
        return order->created_at_ms < moment_ms;
    return compare_bytes(order->id, id) < 0;
}

static bool is_wanted(const struct store_orders *orders, const struct order *order)
{
    return order->campaign_id == orders->campaign_id && (orders->states >> order->state & 1) != 0 &&
           is_behind(order, orders->before_ms, orders->before_id);
}

static struct bytes id_of(const struct place *place)
{
    return (struct bytes){place->id, place->id_size};
}

/* Where in the list the order belongs. */
static uint32_t index_of(const struct listing *listing, const struct order *order)
{
    uint32_t low = 0;
    uint32_t high = listing->count;
    while (low < high) {
        const uint32_t middle = (low + high) / 2;
        const struct place *place = listing->newest[middle];
        if (is_behind(order, place->created_at_ms, id_of(place)))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Keeps the order's place if it is among the newest; the last one makes room for it. */
static void take(struct listing *listing, const struct order *order)
{
    const uint32_t index = index_of(listing, order);
    if (index == listing->newest_max)
        return;
    if (listing->count < listing->newest_max)
        listing->count++;
    struct place *place = listing->newest[listing->count - 1];
    memmove(&listing->newest[index + 1], &listing->newest[index],
            (listing->count - 1 - index) * sizeof(struct place *));
    listing->newest[index] = place;
    ASSERT(order->id.size <= sizeof(place->id));
    place->created_at_ms = order->created_at_ms;
    place->id_size = order->id.size;
    memcpy(place->id, order->id.data, order->id.size);
}

/* Has the beginning of a chain brought near. */
static void prefetch(const struct order_book *book, uint32_t index, uint32_t until)
{
    const struct order *order = index < until ? order_book_chain(book, index) : NULL;
    if (order == NULL)
        return;
    __builtin_prefetch(order);
    __builtin_prefetch(&order->chain_next);
}

/* Looks at some chains. */
static void take_chains(struct listing *listing, const struct order_book *book, uint32_t from,
                        uint32_t until)
{
    for (uint32_t i = from; i < until; i++) {
        prefetch(book, i + CHAINS_AHEAD, until);
        for (const struct order *order = order_book_chain(book, i); order != NULL;
             order = order->chain_next) {
            if (is_wanted(listing->orders, order))
                take(listing, order);
        }
    }
}

/* Looks at all chains. When their number changes, which it does only by doubling, it begins anew.
 * Orders that come or go meanwhile are in the list or not. */
static void take_all(struct listing *listing, struct local_shelf *shelf)
{
    uint32_t chains_count = 0;
    uint32_t next = 0;
    do {
        pthread_mutex_lock(&shelf->lock);
        if (order_book_chains_count(shelf->orders) != chains_count) {
            chains_count = order_book_chains_count(shelf->orders);
            next = 0;
            listing->count = 0;
        }
        const uint32_t left = chains_count - next;
        const uint32_t until = next + (left < STEP_CHAINS ? left : (uint32_t)STEP_CHAINS);
        take_chains(listing, shelf->orders, next, until);
        next = until;
        pthread_mutex_unlock(&shelf->lock);
    } while (next < chains_count);
}

/* Shows one order of the list, unless it is gone or has another state now. ERR_MEMORY. */
static enum err show(struct store_orders *orders, struct local_shelf *shelf,
                     const struct place *place, struct order_view *view)
{
    enum err error = OK;
    pthread_mutex_lock(&shelf->lock);
    const struct order *order = order_book_find(shelf->orders, orders->campaign_id, id_of(place));
    if (order != NULL && is_wanted(orders, order)) {
        struct stock_order_item *items =
            arena_allocate(orders->arena, order->lines_count * sizeof(*items));
        view->id = id_of(place);
        if (items == NULL) {
            error = ERR_MEMORY;
        } else {
            local_order_show(shelf, order, items, view);
            orders->orders_count++;
        }
    }
    pthread_mutex_unlock(&shelf->lock);
    return error;
}

/* Shows what was kept. ERR_MEMORY. */
static enum err show_all(const struct listing *listing, struct local_shelf *shelf)
{
    struct store_orders *orders = listing->orders;
    orders->more = listing->count > orders->limit;
    const uint32_t count = orders->more ? orders->limit : listing->count;
    enum err error = OK;
    for (uint32_t i = 0; i < count && error == OK; i++)
        error = show(orders, shelf, listing->newest[i], &orders->orders[orders->orders_count]);
    if (orders->more) {
        orders->last_ms = listing->newest[count - 1]->created_at_ms;
        orders->last_id = id_of(listing->newest[count - 1]);
    }
    return error;
}

enum err local_orders(struct store *store, struct store_orders *orders)
{
    struct store_local *local = local_of(store);
    struct local_shelf *shelf = local_shelf_find(local, orders->shelf_id);
    ASSERT(orders->limit >= 1 && orders->limit <= STORE_ORDERS_MAX);
    orders->orders_count = 0;
    orders->more = false;
    if (shelf == NULL)
        return OK;
    struct listing listing = {.orders = orders, .newest_max = orders->limit + 1};
    struct place *places = arena_allocate(orders->arena, listing.newest_max * sizeof(struct place));
    orders->orders = arena_allocate(orders->arena, orders->limit * sizeof(*orders->orders));
    if (places == NULL || orders->orders == NULL)
        return ERR_MEMORY;
    for (uint32_t i = 0; i < listing.newest_max; i++)
        listing.newest[i] = &places[i];
    take_all(&listing, shelf);
    const enum err error = show_all(&listing, shelf);
    pthread_mutex_lock(&shelf->lock);
    const uint64_t seq = shelf->seq_last;
    pthread_mutex_unlock(&shelf->lock);
    return error == OK ? local_wait_until_durable(local, seq) : error;
}
