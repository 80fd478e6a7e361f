/* The search of Wing and Gong, with the states that led nowhere remembered (Lowe). What comes next
 * is any event that no other one, not yet explained, ended before. Those that must be come first,
 * the one that ended soonest before all; a read or a refusal that is answered right is taken for
 * good. One that may be is not taken where it would change nothing, or where what follows has
 * nothing to do with it: then it can come later as well. Few of those are needed, so it is tried
 * with none of them first, then with more and more. */
#include "search.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "rules.h"

enum { STATES_MAX = 400000, SLOTS = 1024 * 1024 };
static_assert((SLOTS & (SLOTS - 1)) == 0 && SLOTS > 2 * STATES_MAX, "a table that never fills");

/* How many of those that may be, orders that expire apart. */
static const uint32_t may_counts[] = {0, 1, 2, 3, 4, 6, 8, UINT32_MAX};

/* An event was put behind those of the frames before; what comes next is tried from `next` on. */
struct frame {
    struct model model;
    int64_t begin;          /* The latest one of those events. */
    uint32_t waiting_count; /* The last so many wait for one that has to do with them. */
    uint32_t may_count;     /* Of those events, orders that expire apart. */
    uint32_t place;         /* Of that event. */
    uint32_t next;
};

struct search {
    const struct event **events; /* Those that must be by their ends, then the others. */
    uint64_t *touched;           /* By place: what the event has to do with, see touched_by(). */
    uint32_t events_count;
    uint32_t must_count;
    uint8_t *done; /* By place. */
    uint32_t must_done;
    struct frame *frames;
    uint32_t depth;
    uint64_t *states; /* A table of hashes; 0: free. */
    uint32_t states_count;
    uint32_t may_max;
    int64_t stamped_from_ms;
    struct arena memory;
    struct report *report;
};

static int compare_events(const void *left, const void *right)
{
    const struct event *a = *(const struct event *const *)left;
    const struct event *b = *(const struct event *const *)right;
    if (a->must != b->must)
        return a->must ? -1 : 1;
    if (a->end != b->end)
        return a->end < b->end ? -1 : 1;
    return a->line < b->line ? -1 : 1;
}

static uint64_t bit_of(struct bytes name, uint32_t first, uint32_t count)
{
    return UINT64_C(1) << (first + bytes_checksum(name, 0) % count);
}

/* Bits for numbers of SKUs, their marks, and orders; different ones may share a bit. */
static uint64_t touched_by(const struct event *event)
{
    enum { MARKS = 20, ORDERS = 40, END = 64 };
    const struct deed *deed = &event->deed;
    const bool marks = event->kind == EVENT_HIDDEN || deed->kind == DEED_MARK;
    uint64_t touched = 0;
    for (uint32_t i = 0; i < deed->items_count; i++)
        touched |= bit_of(deed->items[i].sku, marks ? MARKS : 0, ORDERS - MARKS);
    for (uint32_t i = 0; i < event->seen_count; i++)
        touched |= bit_of(event->seen[i].sku, marks ? MARKS : 0, ORDERS - MARKS);
    if (deed->id.size > 0)
        touched |= bit_of(deed->id, ORDERS, END - ORDERS);
    return touched;
}

/* Ends of orders move the units of their items. */
static void touch_items(struct search *search)
{
    for (uint32_t place = 0; place < search->events_count; place++) {
        const struct event *event = search->events[place];
        const bool ends = event->kind == EVENT_EXPIRE || event->deed.action == ORDER_SHIP ||
                          event->deed.action == ORDER_CANCEL;
        for (uint32_t i = 0; ends && event->deed.id.size > 0 && i < search->events_count; i++) {
            const struct deed *other = &search->events[i]->deed;
            if (other->items_count > 0 && bytes_equal(other->id, event->deed.id))
                search->touched[place] |= search->touched[i];
        }
    }
}

static void search_begin(struct search *search, const struct history_shelf *shelf)
{
    const uint32_t count = shelf->events_count;
    search->events = calloc(count + 1, sizeof(search->events[0]));
    search->touched = calloc(count + 1, sizeof(search->touched[0]));
    search->done = calloc(count + 1, 1);
    search->frames = calloc(count + 2, sizeof(search->frames[0]));
    ASSERT(search->events != NULL && search->touched != NULL && search->done != NULL &&
           search->frames != NULL);
    search->events_count = count;
    for (uint32_t i = 0; i < count; i++) {
        search->events[i] = &shelf->events[i];
        search->must_count += shelf->events[i].must;
    }
    qsort(search->events, count, sizeof(search->events[0]), compare_events);
    for (uint32_t place = 0; place < count; place++)
        search->touched[place] = touched_by(search->events[place]);
    touch_items(search);
    arena_init(&search->memory);
    model_init(&search->frames[0].model, &search->memory);
    search->frames[0].begin = INT64_MIN;
    search->report->must_count = search->must_count;
}

static void search_end(struct search *search)
{
    model_deinit(&search->frames[0].model);
    arena_deinit(&search->memory);
    free(search->events);
    free(search->touched);
    free(search->done);
    free(search->frames);
}

/* Nothing that began later can come before what must be and ended by then. */
static int64_t horizon(const struct search *search)
{
    for (uint32_t place = 0; place < search->must_count; place++) {
        if (!search->done[place])
            return search->events[place]->end;
    }
    return INT64_MAX;
}

/* False: it was here before, with the same events behind it, and the same ones waiting. */
static bool is_new_state(struct search *search, const struct frame *frame)
{
    const struct bytes done = {search->done, search->events_count};
    uint64_t hash = bytes_checksum(done, rules_hash(&frame->model));
    for (uint32_t i = 0; i < frame->waiting_count; i++)
        hash += (frame[-(int64_t)i].place + UINT64_C(1)) * UINT64_C(0x9E3779B97F4A7C15);
    hash |= 1;
    uint64_t slot = hash & (SLOTS - 1);
    while (search->states[slot] != 0 && search->states[slot] != hash)
        slot = (slot + 1) & (SLOTS - 1);
    if (search->states[slot] == hash)
        return false;
    search->states[slot] = hash;
    search->states_count++;
    return true;
}

/* Each of those that wait has to do with one that follows it. False: this one could come before. */
static bool is_awaited(const struct search *search, uint32_t place)
{
    const struct frame *frame = &search->frames[search->depth];
    uint64_t followed = search->touched[place];
    for (uint32_t i = 0; i < frame->waiting_count; i++) {
        const uint32_t before = frame[-(int64_t)i].place;
        const bool can_be_later = search->events[before]->end >= search->events[place]->begin;
        if (can_be_later && (search->touched[before] & followed) == 0)
            return false;
        followed |= search->touched[before];
    }
    return true;
}

/* What changes nothing now could change something later, and be answered the same. */
static bool writes_anew(const struct event *event)
{
    return event->deed.kind == DEED_MARK ||
           (event->kind == EVENT_DEED && event->deed.kind == DEED_PUT);
}

/* Puts the event behind the others. False: it cannot stand here, or need not. */
static bool advance(struct search *search, uint32_t place)
{
    const struct event *event = search->events[place];
    const bool counts = !event->must && event->kind != EVENT_EXPIRE;
    if (event->must ? !is_awaited(search, place)
                    : counts && search->frames[search->depth].may_count == search->may_max)
        return false;
    struct frame *frame = &search->frames[search->depth];
    struct frame *after = &search->frames[search->depth + 1];
    struct complaint complaint;
    bool changed = false;
    model_copy(&after->model, &frame->model);
    bool taken = rules_do(&after->model, event, search->stamped_from_ms, &changed, &complaint);
    taken = taken && (changed || event->must);
    after->place = place;
    after->may_count = frame->may_count + counts;
    after->waiting_count = event->must ? 0 : frame->waiting_count + 1;
    if (taken) {
        search->done[place] = 1;
        taken = is_new_state(search, after);
        search->done[place] = taken;
    }
    if (!taken) {
        model_deinit(&after->model);
        return false;
    }
    if (!changed && !writes_anew(event))
        frame->next = search->events_count; /* What else could come here can come behind it. */
    search->must_done += event->must;
    after->begin = event->begin > frame->begin ? event->begin : frame->begin;
    after->next = 0;
    search->depth++;
    return true;
}

static void retreat(struct search *search)
{
    const uint32_t place = search->frames[search->depth].place;
    model_deinit(&search->frames[search->depth].model);
    search->done[place] = 0;
    search->must_done -= search->events[place]->must;
    search->depth--;
}

/* So far no attempt came: what might come next, and why it cannot. */
static void write_down(struct search *search)
{
    struct report *report = search->report;
    const int64_t until = horizon(search);
    size_t used = 0;
    report->explained_count = search->must_done;
    report->text[0] = '\0';
    for (uint32_t place = 0; place < search->must_count; place++) {
        const struct event *event = search->events[place];
        struct complaint complaint = {.text = ""};
        struct model model;
        bool changed = false;
        if (search->done[place] || event->begin > until || used >= sizeof(report->text))
            continue;
        model_copy(&model, &search->frames[search->depth].model);
        const bool fits = rules_do(&model, event, search->stamped_from_ms, &changed, &complaint);
        model_deinit(&model);
        const int written =
            snprintf(report->text + used, sizeof(report->text) - used, "  line %u: %s\n",
                     event->line, fits ? "it could, and then nothing goes on" : complaint.text);
        used += written > 0 ? (size_t)written : 0;
    }
}

/* Takes the next event that fits. False: none is left here. */
static bool step(struct search *search)
{
    const int64_t until = horizon(search);
    struct frame *frame = &search->frames[search->depth];
    const bool is_fresh = frame->next == 0;
    while (frame->next < search->events_count) {
        const uint32_t place = frame->next++;
        const struct event *event = search->events[place];
        if (!search->done[place] && event->begin <= until && event->end >= frame->begin &&
            advance(search, place))
            return true;
    }
    if (is_fresh &&
        (search->report->text[0] == '\0' || search->must_done > search->report->explained_count))
        write_down(search);
    return false;
}

static enum finding look(struct search *search)
{
    while (search->must_done < search->must_count) {
        if (search->states_count >= STATES_MAX)
            return FINDING_TOO_HARD;
        if (step(search))
            continue;
        if (search->depth == 0)
            return FINDING_UNEXPLAINED;
        retreat(search);
    }
    return FINDING_SOUND;
}

/* From the beginning, with so many of those that may be. */
static enum finding look_with(struct search *search, uint32_t may_max)
{
    search->may_max = may_max;
    search->states_count = 0;
    search->states = calloc(SLOTS, sizeof(search->states[0]));
    ASSERT(search->states != NULL);
    search->frames[0].next = 0;
    const enum finding finding = look(search);
    while (search->depth > 0)
        retreat(search);
    free(search->states);
    search->report->states_count += search->states_count;
    return finding;
}

enum finding search_shelf(const struct history_shelf *shelf, int64_t stamped_from_ms,
                          struct report *report)
{
    struct search search = {.stamped_from_ms = stamped_from_ms, .report = report};
    *report = (struct report){.states_count = 0};
    search_begin(&search, shelf);
    enum finding finding = FINDING_UNEXPLAINED;
    const size_t tries = sizeof(may_counts) / sizeof(may_counts[0]);
    for (size_t i = 0; i < tries && finding == FINDING_UNEXPLAINED; i++)
        finding = look_with(&search, may_counts[i]);
    search_end(&search);
    return finding;
}
