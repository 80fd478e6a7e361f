/* Histories of the store on PostgreSQL: why something is written goes with each command, functions
 * of the database write it down (pg_schema_history.c), and here it is read back.
 *
 * A position names a row by its place and its writer, and in it the last SKU to look at: a row may
 * tell several things of one SKU. */
#include <string.h>

#include "base/date.h"
#include "base/put.h"
#include "store/store_pg_internal.h"

enum {
    LOOKED_ROWS = 2000, /* By one call. Unpacking the largest takes 0.1 ms. */
    DAYS_AT_ONCE = 64,  /* Made or removed by one call. */
    POSITION_BYTES_MAX = 3 * INT64_TEXT_BYTES_MAX,
    US_PER_MS = 1000,
};

#define DAY_MS   (INT64_C(24) * 60 * 60 * 1000)
#define SLACK_US (HISTORY_CLOCK_SLACK_MS * US_PER_MS)

/* Behind every moment there is. */
#define PLACE_US_MAX ((DATE_MS_MAX + 1) * US_PER_MS)

enum {
    COLUMN_WHAT,
    COLUMN_KIND,
    COLUMN_SOURCE,
    COLUMN_PLACE,
    COLUMN_AT_MS,
    COLUMN_WRITER,
    COLUMN_BY,
    COLUMN_REQUEST,
    COLUMN_CAMPAIGN,
    COLUMN_ORDER,
    COLUMN_AVAILABLE,
    COLUMN_RESERVED,
    COLUMN_COUNT,
    COLUMN_UPDATED_MS,
    COLUMN_TYPE,
    COLUMN_INDEX,
    COLUMN_MARKS_SET,
    COLUMN_MARKS_CLEAR,
};

/* --- Writing. --- */

/* As a text of the database, which has no NUL, and nothing but UTF-8. */
static struct bytes plain_name(struct bytes by)
{
    const struct bytes valid = {by.data, bytes_utf8_prefix(by)};
    const struct bytes name = bytes_clip(valid, STOCK_CAUSE_BY_BYTES_MAX);
    const uint8_t *nul = name.size == 0 ? NULL : memchr(name.data, 0, name.size);
    return nul == NULL ? name : (struct bytes){name.data, (size_t)(nul - name.data)};
}

void pg_write_cause(const struct store_pg *pg, struct pg_writer *writer,
                    const struct stock_cause *cause)
{
    pg_write_int4(writer, pg->history_days > 0 ? (int32_t)cause->source : STOCK_SOURCE_NONE);
    pg_write_int8(writer, cause->at_ms);
    pg_write_bytes(writer, plain_name(cause->by));
    pg_write_int8(writer, (int64_t)cause->request_id);
}

/* --- Days. --- */

enum err pg_history_days(struct store_pg *pg)
{
    int64_t done = 1;
    for (int i = 0; i < DAYS_AT_ONCE && done > 0; i++) {
        struct arena arena;
        struct pg_request request = {.statement = PG_HISTORY_DAYS};
        struct pg_result *result = NULL;
        arena_init(&arena);
        struct pg_writer writer = pg_write_begin(&request, &arena);
        pg_write_int8(&writer, pg->history_days);
        const bool answered =
            !writer.failed && pg_pool_call(pg->pool, &request, &result) == PG_DONE;
        done = answered && pg_result_rows(result) == 1 ? pg_result_int8(result, 0, 0) : 0;
        pg_result_free(result);
        arena_deinit(&arena);
        if (!answered)
            return ERR_IO;
    }
    return OK;
}

/* --- Reading. --- */

/* Where a page starts. */
struct place {
    int64_t us;
    int64_t writer;
    int64_t index;
};

/* A number of 0…max, and what is behind it and the dot that ends it. */
static bool take_number(struct bytes *text, int64_t max, int64_t *number)
{
    const uint8_t *dot = text->size == 0 ? NULL : memchr(text->data, '.', text->size);
    const size_t size = dot == NULL ? text->size : (size_t)(dot - text->data);
    const size_t passed = dot == NULL ? size : size + 1;
    if (!bytes_to_int64((struct bytes){text->data, size}, number) || *number < 0 || *number > max)
        return false;
    *text = (struct bytes){text->data + passed, text->size - passed};
    return true;
}

/* False: no page gave it. */
static bool place_decode(struct bytes position, struct place *place)
{
    *place = (struct place){PLACE_US_MAX, INT32_MAX, INT32_MAX};
    if (position.size == 0)
        return true;
    return position.size <= POSITION_BYTES_MAX &&
           take_number(&position, PLACE_US_MAX, &place->us) &&
           take_number(&position, INT32_MAX, &place->writer) &&
           take_number(&position, INT32_MAX, &place->index) && position.size == 0;
}

/* False: no memory. */
static bool place_encode(const struct place *place, struct arena *arena, struct bytes *position)
{
    uint8_t *data = arena_allocate(arena, POSITION_BYTES_MAX);
    if (data == NULL)
        return false;
    uint8_t *at = int64_put(data, place->us);
    *at++ = '.';
    at = int64_put(at, place->writer);
    *at++ = '.';
    at = int64_put(at, place->index);
    *position = (struct bytes){data, (size_t)(at - data)};
    return true;
}

static struct place place_of_row(const struct pg_result *result, uint32_t row)
{
    return (struct place){pg_result_int8(result, row, COLUMN_PLACE),
                          pg_result_int8(result, row, COLUMN_WRITER),
                          pg_result_int8(result, row, COLUMN_INDEX)};
}

/* NULL is what nobody knows. */
static int64_t units_of(const struct pg_result *result, uint32_t row, uint32_t column)
{
    return pg_result_is_null(result, row, column) ? STOCK_NOT_KNOWN
                                                  : pg_result_int8(result, row, column);
}

static bool is_ours(const struct pg_result *result, uint32_t row)
{
    const int64_t kind = pg_result_int8(result, row, COLUMN_KIND);
    const int64_t source = pg_result_int8(result, row, COLUMN_SOURCE);
    const int64_t type = pg_result_int8(result, row, COLUMN_TYPE);
    return kind >= 0 && kind < STOCK_EVENT_KINDS_COUNT && source >= 0 &&
           source < STOCK_SOURCES_COUNT && type >= 0 && type < STOCK_TYPES_COUNT;
}

/* False: no memory. */
static bool take_event(const struct pg_result *result, uint32_t row, struct arena *arena,
                       struct stock_event *event)
{
    *event = (struct stock_event){
        .kind = (enum stock_event_kind)pg_result_int8(result, row, COLUMN_KIND),
        .cause = {.source = (enum stock_source)pg_result_int8(result, row, COLUMN_SOURCE),
                  .at_ms = pg_result_int8(result, row, COLUMN_AT_MS),
                  .by = pg_result_bytes(result, row, COLUMN_BY),
                  .request_id = (uint64_t)pg_result_int8(result, row, COLUMN_REQUEST)},
        .available = units_of(result, row, COLUMN_AVAILABLE),
        .reserved = units_of(result, row, COLUMN_RESERVED),
        .type = (enum stock_type)pg_result_int8(result, row, COLUMN_TYPE),
        .count = pg_result_int8(result, row, COLUMN_COUNT),
        .updated_at_ms = pg_result_int8(result, row, COLUMN_UPDATED_MS),
        .marks_set = (uint32_t)pg_result_int8(result, row, COLUMN_MARKS_SET),
        .marks_clear = (uint32_t)pg_result_int8(result, row, COLUMN_MARKS_CLEAR),
        .campaign_id = pg_result_int8(result, row, COLUMN_CAMPAIGN),
        .order_id = pg_result_bytes(result, row, COLUMN_ORDER),
    };
    return pg_keep_bytes(arena, &event->cause.by) && pg_keep_bytes(arena, &event->order_id);
}

/* The event behind the last one of the page, or the row that the look ended with, is where the next
 * page starts. */
static enum err take_rows(struct store_history *history, const struct pg_result *result)
{
    const uint32_t rows = pg_result_rows(result);
    history->events = arena_allocate(history->arena, history->limit * sizeof(*history->events));
    if (history->events == NULL)
        return ERR_MEMORY;
    for (uint32_t row = 0; row < rows; row++) {
        const bool is_event = pg_result_int8(result, row, COLUMN_WHAT) == PG_ROW_EVENT;
        if (!is_event || history->events_count == history->limit) {
            const struct place next = place_of_row(result, row);
            return place_encode(&next, history->arena, &history->next) ? OK : ERR_MEMORY;
        }
        if (!is_ours(result, row))
            return ERR_IO;
        if (!take_event(result, row, history->arena, &history->events[history->events_count]))
            return ERR_MEMORY;
        history->events_count++;
    }
    return OK;
}

/* A moment in the database's unit, within the calendar. */
static int64_t us_of(int64_t ms)
{
    if (ms < 0)
        return 0;
    return ms > DATE_MS_MAX ? PLACE_US_MAX : ms * US_PER_MS;
}

/* What was asked for at one moment was written at another one, by another clock: some more rows are
 * looked at than those of the time that is asked for. */
static void write_values(struct pg_writer *writer, const struct store_history *history,
                         int64_t from_ms, const struct place *place)
{
    const int64_t until_us = us_of(history->until_ms) + SLACK_US;
    pg_write_int8(writer, history->shelf_id);
    pg_write_bytes(writer, history->key.sku);
    pg_write_int8(writer, us_of(from_ms) - SLACK_US);
    pg_write_int8(writer, place->us < until_us ? place->us + 1 : until_us);
    pg_write_int8(writer, place->us);
    pg_write_int4(writer, (int32_t)place->writer);
    pg_write_int4(writer, LOOKED_ROWS);
    pg_write_int4(writer, (int32_t)history->limit + 1);
    pg_write_int4(writer, (int32_t)place->index);
    pg_write_int8(writer, from_ms);
    pg_write_int8(writer, history->until_ms);
}

enum err pg_history(struct store *store, struct store_history *history)
{
    struct store_pg *pg = pg_of(store);
    struct pg_request request = {.statement = PG_HISTORY};
    struct pg_result *result = NULL;
    struct place place;
    ASSERT(history->limit >= 1 && history->limit <= STORE_HISTORY_EVENTS_MAX);
    history->events = NULL;
    history->events_count = 0;
    history->next = (struct bytes){NULL, 0};
    if (pg->history_days == 0)
        return ERR_UNSUPPORTED;
    if (!place_decode(history->position, &place))
        return ERR_INVALID;
    const int64_t kept_ms = pg->os->now_ms(pg->os) - pg->history_days * DAY_MS;
    struct pg_writer writer = pg_write_begin(&request, history->arena);
    write_values(&writer, history, history->from_ms > kept_ms ? history->from_ms : kept_ms, &place);
    if (writer.failed)
        return ERR_MEMORY;
    enum err error = ERR_IO;
    if (pg_pool_call(pg->pool, &request, &result) == PG_DONE)
        error = take_rows(history, result);
    pg_result_free(result);
    return error;
}
