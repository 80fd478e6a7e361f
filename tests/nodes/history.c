/* Reading a history. */
#include "history.h"

#include <stdlib.h>

static const char *const states[ORDER_STATES_COUNT] = {"RESERVED", "PACKED", "SHIPPED", "CANCELLED",
                                                       "EXPIRED"};

/* A line that is read; `failed`: something in it is not as it should be. */
struct words {
    struct bytes rest;
    struct arena *memory;
    bool failed;
};

static void *grown(void *items, uint32_t count, uint32_t *max, size_t item_bytes)
{
    if (count < *max)
        return items;
    *max = *max * 2 + 8;
    void *grown_items = realloc(items, *max * item_bytes);
    ASSERT(grown_items != NULL);
    return grown_items;
}

static struct bytes word(struct words *words)
{
    struct bytes head;
    words->rest = bytes_split(words->rest, ' ', &head);
    words->failed |= head.size == 0;
    return head;
}

static int64_t number(struct words *words)
{
    int64_t value = 0;
    words->failed |= !bytes_to_int64(word(words), &value);
    return value;
}

static bool is_next(const struct words *words, const char *text)
{
    struct bytes head;
    (void)bytes_split(words->rest, ' ', &head);
    return bytes_equal(head, bytes_from_text(text));
}

/* Takes the word if it is this one. */
static bool take(struct words *words, const char *text)
{
    const bool found = is_next(words, text);
    if (found)
        (void)word(words);
    return found;
}

static enum order_state order_state(struct words *words)
{
    for (int state = 0; state < ORDER_STATES_COUNT; state++) {
        if (take(words, states[state]))
            return (enum order_state)state;
    }
    words->failed = true;
    return ORDER_RESERVED;
}

static bool ends_items(const struct words *words)
{
    return words->rest.size == 0 || is_next(words, "=") || is_next(words, "short") ||
           is_next(words, "exists");
}

static void *allocate(const struct words *words, size_t bytes)
{
    void *memory = arena_allocate(words->memory, bytes);
    ASSERT(memory != NULL);
    return memory;
}

/* Of a put, a mark or an order. */
static void read_items(struct words *words, struct deed *deed, bool counted, bool dated)
{
    struct deed_item items[PUT_SKUS_MAX];
    while (!words->failed && !ends_items(words) && deed->items_count < PUT_SKUS_MAX) {
        struct deed_item *item = &items[deed->items_count++];
        *item = (struct deed_item){.sku = word(words)};
        item->count = counted ? number(words) : 0;
        item->moment_ms = dated ? number(words) : 0;
    }
    const size_t bytes = deed->items_count * sizeof(items[0]);
    words->failed |= deed->items_count == 0;
    if (!words->failed)
        deed->items = memcpy(allocate(words, bytes), items, bytes);
}

enum columns { COLUMNS_CELL, COLUMNS_HIDDEN, COLUMNS_ITEM, COLUMNS_SHORTAGE };

static void read_seen(struct words *words, struct event *event, enum columns columns)
{
    struct seen rows[PUT_SKUS_MAX];
    while (!words->failed && words->rest.size > 0 && event->seen_count < PUT_SKUS_MAX) {
        struct seen *row = &rows[event->seen_count++];
        *row = (struct seen){.sku = word(words)};
        switch (columns) {
        case COLUMNS_CELL:
            row->fit = number(words);
            row->freeze = number(words);
            row->available = number(words);
            row->moment_ms = number(words);
            break;
        case COLUMNS_HIDDEN:
            row->hidden = number(words) != 0;
            break;
        case COLUMNS_ITEM:
            row->count = number(words);
            break;
        case COLUMNS_SHORTAGE:
            row->count = number(words);
            row->available = number(words);
            break;
        }
    }
    const size_t bytes = event->seen_count * sizeof(rows[0]);
    words->failed |= event->seen_count == 0;
    if (!words->failed)
        event->seen = memcpy(allocate(words, bytes), rows, bytes);
}

static void read_answer(struct words *words, struct event *event)
{
    event->verdict = VERDICT_OK;
    if (take(words, "=")) {
        event->state = order_state(words);
        read_seen(words, event, COLUMNS_ITEM);
    } else if (take(words, "short")) {
        event->verdict = VERDICT_SHORTAGE;
        read_seen(words, event, COLUMNS_SHORTAGE);
    } else if (take(words, "exists")) {
        event->verdict = VERDICT_ORDER_EXISTS;
    } else if (take(words, "missing")) {
        event->verdict = VERDICT_ORDER_UNKNOWN;
    } else if (take(words, "refused")) {
        event->verdict = VERDICT_ORDER_STATE;
        event->state = order_state(words);
    } else {
        words->failed = true;
    }
}

static void read_order(struct words *words, struct event *event, enum order_action action)
{
    event->deed.kind = DEED_ORDER;
    event->deed.action = action;
    event->deed.id = word(words);
    if (action == ORDER_RESERVE) {
        event->deed.expires_at_ms = number(words);
        read_items(words, &event->deed, true, false);
    }
    if (event->must)
        read_answer(words, event);
}

static void read_mark(struct words *words, struct event *event, bool hide)
{
    event->deed.kind = DEED_MARK;
    event->deed.set = hide ? STOCK_HIDDEN : 0;
    event->deed.clear = hide ? 0 : STOCK_HIDDEN;
    read_items(words, &event->deed, false, false);
}

static void read_what(struct words *words, struct event *event)
{
    static const struct {
        const char *name;
        enum order_action action;
    } actions[] = {{"reserve", ORDER_RESERVE},
                   {"pack", ORDER_PACK},
                   {"ship", ORDER_SHIP},
                   {"cancel", ORDER_CANCEL},
                   {"read", ORDER_READ}};
    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
        if (take(words, actions[i].name)) {
            read_order(words, event, actions[i].action);
            return;
        }
    }
    if (take(words, "put")) {
        event->deed.kind = DEED_PUT;
        read_items(words, &event->deed, true, true);
    } else if (is_next(words, "hide") || is_next(words, "show")) {
        read_mark(words, event, bytes_equal(word(words), BYTES("hide")));
    } else if (take(words, "expire")) {
        event->kind = EVENT_EXPIRE;
        event->deed.kind = DEED_EXPIRE;
        event->deed.id = word(words);
    } else if (take(words, "list")) {
        event->kind = EVENT_LIST;
        read_seen(words, event, COLUMNS_CELL);
    } else if (take(words, "hidden")) {
        event->kind = EVENT_HIDDEN;
        read_seen(words, event, COLUMNS_HIDDEN);
    } else {
        words->failed = true;
    }
}

static void read_event(struct words *words, struct event *event)
{
    event->begin = number(words);
    event->end = take(words, "-") ? INT64_MAX : number(words);
    event->must = is_next(words, "must");
    words->failed |= !take(words, "must") && !take(words, "may");
    read_what(words, event);
    words->failed |= words->rest.size > 0 || event->end < event->begin;
}

static void add_shelf(struct history *history, struct bytes name)
{
    history->shelves = grown(history->shelves, history->shelves_count, &history->shelves_max,
                             sizeof(history->shelves[0]));
    history->shelves[history->shelves_count++] = (struct history_shelf){.name = name};
}

static bool read_line(struct history *history, struct words *words, uint32_t line)
{
    if (take(words, "stamped_from")) {
        history->stamped_from_ms = number(words);
    } else if (take(words, "shelf")) {
        add_shelf(history, word(words));
    } else if (history->shelves_count == 0) {
        return false;
    } else {
        struct history_shelf *shelf = &history->shelves[history->shelves_count - 1];
        struct event event = {.line = line};
        read_event(words, &event);
        shelf->events =
            grown(shelf->events, shelf->events_count, &shelf->events_max, sizeof(shelf->events[0]));
        shelf->events[shelf->events_count++] = event;
    }
    return !words->failed;
}

bool history_read(struct history *history, struct bytes text, uint32_t *line)
{
    *history = (struct history){.stamped_from_ms = INT64_MAX};
    arena_init(&history->memory);
    for (*line = 1; text.size > 0; ++*line) {
        struct words words = {.memory = &history->memory};
        text = bytes_split(text, '\n', &words.rest);
        if (words.rest.size > 0 && !read_line(history, &words, *line))
            return false;
    }
    return true;
}

void history_deinit(struct history *history)
{
    for (uint32_t i = 0; i < history->shelves_count; i++)
        free(history->shelves[i].events);
    free(history->shelves);
    arena_deinit(&history->memory);
}
