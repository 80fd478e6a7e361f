/* Orders stand in a table of buckets by the hash of their name, in one of two lists (open, oldest
 * first; over, first finished first), and those that expire also in a heap by that moment. Each is
 * one piece of memory. */
#include "ledger/order_book.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "ledger/order_book_internal.h"
#include "ledger/shelf_internal.h"

enum { BUCKETS_MIN = 16 };
#define EXPIRY_NONE UINT32_MAX

struct order_book *order_book_create(struct shelf *shelf)
{
    struct order_book *book = calloc(1, sizeof(*book));
    if (book != NULL)
        book->shelf = shelf;
    return book;
}

static void list_destroy(struct order_list *list)
{
    while (list->first != NULL) {
        struct order *order = list->first;
        list->first = order->list_next;
        order_destroy(order);
    }
}

void order_book_destroy(struct order_book *book)
{
    if (book == NULL)
        return;
    list_destroy(&book->open);
    list_destroy(&book->over);
    free(book->buckets);
    free(book->expiring);
    free(book);
}

static uint64_t hash_of(int64_t campaign_id, struct bytes id)
{
    return bytes_hash(id) + (uint64_t)campaign_id * UINT64_C(0x9E3779B97F4A7C15);
}

static struct order **bucket_of(const struct order_book *book, uint64_t hash)
{
    return &book->buckets[hash & (book->buckets_count - 1)];
}

struct order *order_book_find(const struct order_book *book, int64_t campaign_id, struct bytes id)
{
    if (book->buckets_count == 0)
        return NULL;
    const uint64_t hash = hash_of(campaign_id, id);
    struct order *order = *bucket_of(book, hash);
    while (order != NULL && (order->hash != hash || order->campaign_id != campaign_id ||
                             !bytes_equal(order->id, id)))
        order = order->chain_next;
    return order;
}

struct order *order_create(int64_t campaign_id, struct bytes id, const struct order_line *lines,
                           uint32_t lines_count)
{
    ASSERT(id.size >= 1 && id.size <= ORDER_ID_BYTES_MAX);
    ASSERT(lines_count >= 1 && lines_count <= ORDER_ITEMS_MAX);
    const size_t lines_bytes = lines_count * sizeof(*lines);
    struct order *order = malloc(sizeof(*order) + lines_bytes + id.size);
    if (order == NULL)
        return NULL;
    uint8_t *kept_id = (uint8_t *)order->lines + lines_bytes;
    *order = (struct order){
        .campaign_id = campaign_id,
        .id = {kept_id, id.size},
        .lines_count = lines_count,
        .expiry_index = EXPIRY_NONE,
        .hash = hash_of(campaign_id, id),
    };
    memcpy(order->lines, lines, lines_bytes);
    memcpy(kept_id, id.data, id.size);
    return order;
}

void order_destroy(struct order *order)
{
    free(order);
}

static int compare_cells(const void *left, const void *right)
{
    const uint32_t left_cell = ((const struct order_line *)left)->cell;
    const uint32_t right_cell = ((const struct order_line *)right)->cell;
    return (left_cell > right_cell) - (left_cell < right_cell);
}

static void lines_sort(const struct order_line *lines, uint32_t lines_count,
                       struct order_line sorted[ORDER_ITEMS_MAX])
{
    ASSERT(lines_count <= ORDER_ITEMS_MAX);
    memcpy(sorted, lines, lines_count * sizeof(*lines));
    qsort(sorted, lines_count, sizeof(*lines), compare_cells);
}

bool order_lines_are_distinct(const struct order_line *lines, uint32_t lines_count)
{
    struct order_line sorted[ORDER_ITEMS_MAX];
    lines_sort(lines, lines_count, sorted);
    for (uint32_t i = 1; i < lines_count; i++) {
        if (sorted[i - 1].cell == sorted[i].cell)
            return false;
    }
    return true;
}

bool order_has_lines(const struct order *order, const struct order_line *lines,
                     uint32_t lines_count)
{
    struct order_line left[ORDER_ITEMS_MAX];
    struct order_line right[ORDER_ITEMS_MAX];
    if (lines_count != order->lines_count)
        return false;
    lines_sort(order->lines, lines_count, left);
    lines_sort(lines, lines_count, right);
    for (uint32_t i = 0; i < lines_count; i++) {
        if (left[i].cell != right[i].cell || left[i].count != right[i].count)
            return false;
    }
    return true;
}

static enum err reserve_expiring(struct order_book *book)
{
    if (book->expiring_count < book->expiring_max)
        return OK;
    const uint32_t expiring_max =
        book->expiring_max == 0 ? (uint32_t)BUCKETS_MIN : book->expiring_max * 2;
    struct order **expiring = realloc(book->expiring, expiring_max * sizeof(struct order *));
    if (expiring == NULL)
        return ERR_MEMORY;
    book->expiring = expiring;
    book->expiring_max = expiring_max;
    return OK;
}

static void bucket_add(struct order_book *book, struct order *order)
{
    struct order **bucket = bucket_of(book, order->hash);
    order->chain_next = *bucket;
    *bucket = order;
}

static void buckets_fill(struct order_book *book, const struct order_list *list)
{
    for (struct order *order = list->first; order != NULL; order = order->list_next)
        bucket_add(book, order);
}

static enum err reserve_buckets(struct order_book *book)
{
    if (order_book_count(book) < book->buckets_count)
        return OK;
    const uint32_t buckets_count =
        book->buckets_count == 0 ? (uint32_t)BUCKETS_MIN : book->buckets_count * 2;
    struct order **buckets = calloc(buckets_count, sizeof(struct order *));
    if (buckets == NULL)
        return ERR_MEMORY;
    free(book->buckets);
    book->buckets = buckets;
    book->buckets_count = buckets_count;
    buckets_fill(book, &book->open);
    buckets_fill(book, &book->over);
    return OK;
}

enum err order_book_reserve_order(struct order_book *book)
{
    const enum err error = reserve_expiring(book);
    return error == OK ? reserve_buckets(book) : error;
}

enum err order_book_reserve(struct order_book *book)
{
    if (book->open.count >= ORDERS_OPEN_MAX)
        return ERR_FULL;
    const enum err error = order_book_reserve_order(book);
    return error == OK ? shelf_reserve_details(book->shelf, ORDER_ITEMS_MAX) : error;
}

static void list_add(struct order_list *list, struct order *order)
{
    order->list_prev = list->last;
    order->list_next = NULL;
    if (list->last == NULL)
        list->first = order;
    else
        list->last->list_next = order;
    list->last = order;
    list->count++;
}

static void list_remove(struct order_list *list, struct order *order)
{
    if (order->list_prev == NULL)
        list->first = order->list_next;
    else
        order->list_prev->list_next = order->list_next;
    if (order->list_next == NULL)
        list->last = order->list_prev;
    else
        order->list_next->list_prev = order->list_prev;
    list->count--;
}

static void expiring_put(struct order_book *book, uint32_t index, struct order *order)
{
    book->expiring[index] = order;
    order->expiry_index = index;
}

/* Puts an order where it belongs, from an empty place at `index` upwards. */
static void expiring_rise(struct order_book *book, uint32_t index, struct order *order)
{
    while (index > 0) {
        struct order *parent = book->expiring[(index - 1) / 2];
        if (parent->expires_at_ms <= order->expires_at_ms)
            break;
        expiring_put(book, index, parent);
        index = (index - 1) / 2;
    }
    expiring_put(book, index, order);
}

/* The same, downwards. */
static void expiring_sink(struct order_book *book, uint32_t index, struct order *order)
{
    for (;;) {
        uint32_t child = 2 * index + 1;
        if (child >= book->expiring_count)
            break;
        if (child + 1 < book->expiring_count &&
            book->expiring[child + 1]->expires_at_ms < book->expiring[child]->expires_at_ms)
            child++;
        if (order->expires_at_ms <= book->expiring[child]->expires_at_ms)
            break;
        expiring_put(book, index, book->expiring[child]);
        index = child;
    }
    expiring_put(book, index, order);
}

static void expiring_add(struct order_book *book, struct order *order)
{
    ASSERT(book->expiring_count < book->expiring_max);
    expiring_rise(book, book->expiring_count++, order);
}

/* The last one comes into its place, and from there up or down. */
static void expiring_remove(struct order_book *book, struct order *order)
{
    const uint32_t index = order->expiry_index;
    ASSERT(book->expiring[index] == order);
    order->expiry_index = EXPIRY_NONE;
    struct order *last = book->expiring[--book->expiring_count];
    if (last == order)
        return;
    if (index > 0 && last->expires_at_ms < book->expiring[(index - 1) / 2]->expires_at_ms)
        expiring_rise(book, index, last);
    else
        expiring_sink(book, index, last);
}

/* The order is about to change, or to leave its list. */
static void keep(const struct order_book *book, struct order *order)
{
    if (__builtin_expect(book->shelf->image != NULL, 0))
        shelf_image_keep_order(book->shelf->image, order);
}

/* Forgets what was over first. */
static void forget_first(struct order_book *book)
{
    struct order *order = book->over.first;
    keep(book, order);
    ASSERT(book->over.first == order);
    ASSERT(order->list_prev == NULL);
    struct order **link = bucket_of(book, order->hash);
    while (*link != order)
        link = &(*link)->chain_next;
    *link = order->chain_next;
    list_remove(&book->over, order);
    order_destroy(order);
}

/* Forgets what was over long before, and what is too much. */
static void forget_old(struct order_book *book, int64_t now_ms)
{
    while (book->over.first != NULL &&
           (book->over.first->changed_at_ms <= now_ms - ORDERS_KEPT_MS ||
            book->over.count > ORDERS_FINISHED_MAX))
        forget_first(book);
}

void order_book_put(struct order_book *book, struct order *order)
{
    order->image_number = book->image_number; /* One that is being taken began before. */
    bucket_add(book, order);
    list_add(order_state_is_open(order->state) ? &book->open : &book->over, order);
    if (order->state == ORDER_RESERVED && order->expires_at_ms != 0)
        expiring_add(book, order);
}

void order_book_add(struct order_book *book, struct order *order, int64_t now_ms,
                    int64_t expires_at_ms)
{
    ASSERT(order_book_count(book) < book->buckets_count);
    ASSERT(order_book_find(book, order->campaign_id, order->id) == NULL);
    forget_old(book, now_ms);
    order->state = ORDER_RESERVED;
    order->created_at_ms = now_ms;
    order->changed_at_ms = now_ms;
    order->expires_at_ms = expires_at_ms;
    order->place = book->place_next++;
    for (uint32_t i = 0; i < order->lines_count; i++)
        shelf_take(book->shelf, order->lines[i].cell, order->lines[i].count);
    order_book_put(book, order);
}

bool order_may_become(enum order_state from, enum order_state to)
{
    static const uint8_t allowed[ORDER_STATES_COUNT] = {
        [ORDER_RESERVED] =
            1 << ORDER_PACKED | 1 << ORDER_SHIPPED | 1 << ORDER_CANCELLED | 1 << ORDER_EXPIRED,
        [ORDER_PACKED] = 1 << ORDER_SHIPPED | 1 << ORDER_CANCELLED,
    };
    return (allowed[from] >> to & 1) != 0;
}

/* What a change of state does to the units of the order. */
static void move_units(struct shelf *shelf, const struct order *order, enum order_state state,
                       int64_t now_ms)
{
    const bool unpacked = order->state == ORDER_RESERVED;
    const bool again_available = state == ORDER_EXPIRED || (state == ORDER_CANCELLED && unpacked);
    for (uint32_t i = 0; i < order->lines_count; i++) {
        const struct order_line *line = &order->lines[i];
        if (again_available)
            shelf_give_back(shelf, line->cell, line->count);
        else if (state != ORDER_PACKED)
            shelf_release(shelf, line->cell, line->count, state == ORDER_SHIPPED, now_ms);
    }
}

void order_book_change(struct order_book *book, struct order *order, enum order_state state,
                       int64_t now_ms)
{
    ASSERT(order_may_become(order->state, state));
    keep(book, order);
    move_units(book->shelf, order, state, now_ms);
    if (order->expiry_index != EXPIRY_NONE)
        expiring_remove(book, order);
    if (state != ORDER_PACKED) {
        list_remove(&book->open, order);
        order->place = book->place_next++;
        list_add(&book->over, order);
    }
    order->state = state;
    order->changed_at_ms = now_ms;
}

struct order *order_book_first_to_expire(const struct order_book *book)
{
    return book->expiring_count == 0 ? NULL : book->expiring[0];
}

uint32_t order_book_open_count(const struct order_book *book, int64_t campaign_id)
{
    if (campaign_id == 0)
        return book->open.count;
    uint32_t count = 0;
    for (const struct order *order = book->open.first; order != NULL; order = order->list_next)
        count += order->campaign_id == campaign_id;
    return count;
}

uint32_t order_book_count(const struct order_book *book)
{
    return book->open.count + book->over.count;
}

uint32_t order_book_chains_count(const struct order_book *book)
{
    return book->buckets_count;
}

const struct order *order_book_chain(const struct order_book *book, uint32_t index)
{
    ASSERT(index < book->buckets_count);
    return book->buckets[index];
}

static int compare_places(const void *left, const void *right)
{
    const uint64_t left_place = (*(struct order *const *)left)->place;
    const uint64_t right_place = (*(struct order *const *)right)->place;
    return (left_place > right_place) - (left_place < right_place);
}

/* The order in which orders come into their lists: by the moment of that, then by name. */
static int compare_moments(const void *left, const void *right)
{
    const struct order *one = *(struct order *const *)left;
    const struct order *other = *(struct order *const *)right;
    const bool open = order_state_is_open(one->state); /* Both are in one list. */
    const int64_t moment = open ? one->created_at_ms : one->changed_at_ms;
    const int64_t other_moment = open ? other->created_at_ms : other->changed_at_ms;
    if (moment != other_moment)
        return moment < other_moment ? -1 : 1;
    if (one->campaign_id != other->campaign_id)
        return one->campaign_id < other->campaign_id ? -1 : 1;
    const size_t size = one->id.size < other->id.size ? one->id.size : other->id.size;
    const int order = memcmp(one->id.data, other->id.data, size);
    return order != 0 ? order : (one->id.size > other->id.size) - (one->id.size < other->id.size);
}

/* Fills the list from its orders in another order, which get new places from *place_next on. */
static void list_fill(struct order_list *list, struct order *const *orders, uint32_t count,
                      uint64_t *place_next)
{
    *list = (struct order_list){NULL, NULL, 0};
    for (uint32_t i = 0; i < count; i++) {
        orders[i]->place = (*place_next)++;
        list_add(list, orders[i]);
    }
}

static enum err list_sort(struct order_list *list, int (*compare)(const void *, const void *),
                          uint64_t *place_next)
{
    const uint32_t count = list->count;
    if (count == 0)
        return OK;
    struct order **orders = malloc(count * sizeof(struct order *));
    if (orders == NULL)
        return ERR_MEMORY;
    uint32_t filled = 0;
    for (struct order *order = list->first; order != NULL; order = order->list_next)
        orders[filled++] = order;
    qsort(orders, count, sizeof(struct order *), compare);
    bool distinct = true;
    for (uint32_t i = 1; i < count; i++)
        distinct = distinct && compare(&orders[i - 1], &orders[i]) < 0;
    list_fill(list, orders, count, place_next);
    free(orders);
    return distinct ? OK : ERR_CORRUPT;
}

static enum err sort(struct order_book *book, int (*compare)(const void *, const void *))
{
    book->place_next = 0;
    const enum err error = list_sort(&book->open, compare, &book->place_next);
    return error == OK ? list_sort(&book->over, compare, &book->place_next) : error;
}

enum err order_book_sort(struct order_book *book)
{
    return sort(book, compare_places);
}

enum err order_book_sort_by_moment(struct order_book *book)
{
    return sort(book, compare_moments);
}
