/* What happened to a SKU, newest first: the records of the journal that are still there, then what
 * was kept of those before. Each says what it left available; what it left reserved is known
 * from the cell as it is now, and from there on by what orders tell, the newest first.
 *
 * A page is found within a bounded number of bytes; where that is too little it ends early, and its
 * position says where to go on: SEQ.SKIP.RESERVED, the record, how many of its events were shown,
 * and what the cell had reserved behind it (-1: not known). */
#include <inttypes.h>
#include <stdio.h>

#include "store/record_past.h"
#include "store/store_local_internal.h"

enum { POSITION_BYTES_MAX = 80 };

#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)

/* --- What is kept. --- */

static bool sort(struct bytes record, struct history_entry *entry)
{
    struct record_past past;
    if (record_past_decode(record, &past) != RECORD_PAST_TOLD)
        return false;
    *entry = (struct history_entry){past.shelf_id, past.cause.at_ms};
    return true;
}

static bool items(struct bytes record, void *context, void (*visit)(void *context, uint32_t item))
{
    struct record_past past;
    if (record_past_decode(record, &past) != RECORD_PAST_TOLD)
        return false;
    record_past_cells(&past, context, visit);
    return true;
}

struct history_sorter local_history_sorter(void)
{
    return (struct history_sorter){sort, items};
}

void local_history_look(struct store_local *local)
{
    if (!journal_has_room(local->journal))
        (void)history_drop_oldest(local->history);
    history_expire(local->history);
}

/* --- What is asked for. --- */

/* Where a page begins, or goes on. */
struct place {
    uint64_t seq;
    uint32_t skip; /* Events of this record that were shown. */
    int64_t reserved;
};

struct walk {
    struct store_history *history;
    uint32_t cell;
    int64_t from_ms;
    struct place place;
    bool over; /* What comes now is older than what is asked for. */
    enum err error;
};

static bool position_decode(struct bytes position, struct place *place)
{
    struct bytes seq_text;
    struct bytes skip_text;
    const struct bytes reserved_text =
        bytes_split(bytes_split(position, '.', &seq_text), '.', &skip_text);
    int64_t seq = 0;
    int64_t skip = 0;
    if (!bytes_to_int64(seq_text, &seq) || !bytes_to_int64(skip_text, &skip) ||
        !bytes_to_int64(reserved_text, &place->reserved))
        return false;
    place->seq = (uint64_t)seq;
    place->skip = (uint32_t)skip;
    return seq >= 1 && skip >= 0 && skip < RECORD_PAST_EVENTS_MAX &&
           place->reserved >= STOCK_NOT_KNOWN && place->reserved <= CELL_UNITS_MAX;
}

static enum err position_encode(const struct place *place, struct arena *arena,
                                struct bytes *position)
{
    char *text = arena_allocate(arena, POSITION_BYTES_MAX);
    if (text == NULL)
        return ERR_MEMORY;
    const int size = snprintf(text, POSITION_BYTES_MAX, "%" PRIu64 ".%" PRIu32 ".%" PRId64,
                              place->seq, place->skip, place->reserved);
    *position = (struct bytes){(const uint8_t *)text, (size_t)size};
    return OK;
}

static bool copy_text(struct arena *arena, struct bytes *text)
{
    if (text->size == 0)
        return true;
    uint8_t *copy = arena_allocate(arena, text->size);
    if (copy == NULL)
        return false;
    memcpy(copy, text->data, text->size);
    text->data = copy;
    return true;
}

/* Shows an event, if it is of the time that is asked for. False: the page is full, or no memory. */
static bool show(struct walk *walk, const struct stock_event *event)
{
    struct store_history *history = walk->history;
    if (event->cause.at_ms < walk->from_ms || event->cause.at_ms >= history->until_ms)
        return true;
    if (history->events_count == history->limit)
        return false;
    struct stock_event *shown = &history->events[history->events_count];
    *shown = *event;
    if (!copy_text(history->arena, &shown->cause.by) ||
        !copy_text(history->arena, &shown->order_id)) {
        walk->error = ERR_MEMORY;
        return false;
    }
    history->events_count++;
    return true;
}

static bool show_record(struct walk *walk, const struct record_past *past)
{
    struct stock_event events[RECORD_PAST_EVENTS_MAX];
    int64_t reserved = walk->place.reserved;
    const uint32_t count = record_past_events(past, walk->cell, &reserved, events);
    for (uint32_t i = walk->place.skip; i < count; i++) {
        if (!show(walk, &events[i])) {
            walk->place.skip = i;
            return false;
        }
    }
    walk->place.skip = 0;
    walk->place.reserved = reserved;
    return true;
}

static bool take(void *context, const struct journal_record *record)
{
    struct walk *walk = context;
    struct record_past past;
    if (record->payload.size == 0) { /* Some are missing here. */
        walk->place.reserved = STOCK_NOT_KNOWN;
        return true;
    }
    const enum record_past_kind kind = record_past_decode(record->payload, &past);
    if (kind == RECORD_PAST_NOTHING)
        return true;
    if (kind == RECORD_PAST_TOLD && past.cause.at_ms < walk->from_ms - HISTORY_CLOCK_SLACK_MS) {
        walk->over = true;
        return false;
    }
    if (past.shelf_id != walk->history->shelf_id)
        return true;
    if (kind == RECORD_PAST_TOLD)
        return show_record(walk, &past);
    walk->place.reserved = STOCK_NOT_KNOWN;
    return true;
}

/* The cell as it is, in a moment that is durable. False: the shelf knows no such SKU. */
static bool find_cell(struct store_local *local, struct walk *walk)
{
    struct local_shelf *shelf = local_shelf_find(local, walk->history->shelf_id);
    if (shelf == NULL)
        return false;
    pthread_mutex_lock(&shelf->lock);
    shelf_find(shelf->shelf, &walk->history->key, sizeof(walk->history->key), 1, &walk->cell);
    const bool found = walk->cell != CELL_NONE;
    if (found)
        walk->place = (struct place){.seq = shelf->seq_last,
                                     .reserved = shelf_view(shelf->shelf, walk->cell).reserved};
    pthread_mutex_unlock(&shelf->lock);
    return found;
}

/* Shows what there is from the walk's place on. */
static enum err walk_all(struct store_local *local, struct walk *walk)
{
    struct journal_look look = {.context = walk,
                                .take = take,
                                .seq = walk->place.seq,
                                .bytes_left = (size_t)HISTORY_LOOK_BYTES_MAX};
    const struct history_wanted wanted = {walk->history->shelf_id, walk->cell,
                                          walk->from_ms - HISTORY_CLOCK_SLACK_MS};
    enum err error = journal_look_back(local->journal, &look);
    if (error == ERR_NOT_FOUND)
        error = history_look_back(local->history, &wanted, &look);
    walk->place.seq = look.seq;
    if (walk->error != OK)
        return walk->error;
    if (error == ERR_NOT_FOUND)
        walk->over = true;
    return error == ERR_NOT_FOUND ? OK : error;
}

static int64_t oldest_kept_ms(const struct store_local *local)
{
    return local->os->now_ms(local->os) - local->history_settings.days * DAY_MS;
}

enum err local_history(struct store *store, struct store_history *history)
{
    struct store_local *local = local_of(store);
    ASSERT(history->limit >= 1 && history->limit <= STORE_HISTORY_EVENTS_MAX);
    history->events_count = 0;
    history->next = (struct bytes){NULL, 0};
    if (!local->keeps_history)
        return ERR_UNSUPPORTED;
    struct walk walk = {.history = history, .from_ms = oldest_kept_ms(local)};
    struct place begin = {0};
    if (history->from_ms > walk.from_ms)
        walk.from_ms = history->from_ms;
    if (history->position.size > 0 && !position_decode(history->position, &begin))
        return ERR_INVALID;
    if (!find_cell(local, &walk))
        return OK;
    if (begin.seq > walk.place.seq)
        return ERR_INVALID;
    history->events = arena_allocate(history->arena, history->limit * sizeof(*history->events));
    if (history->events == NULL)
        return ERR_MEMORY;
    enum err error = local_wait_until_durable(local, walk.place.seq);
    if (begin.seq != 0)
        walk.place = begin;
    if (error == OK)
        error = walk_all(local, &walk);
    if (error == OK && !walk.over)
        error = position_encode(&walk.place, history->arena, &history->next);
    return error;
}
