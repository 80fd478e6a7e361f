/* What lies on many shelves, for whoever shows them: counted in the database, piece by piece, and
 * said again for a while. Counting a million cells takes a fifth of a second there; so a call
 * counts for a tenth of a second, a piece of each shelf first, lest a large one keep the others
 * waiting, and what is not finished goes on with the next call. How long a figure is kept grows
 * with what it cost: whoever looks all the time has a shelf counted for a twentieth of that at
 * most. */
#include <stdlib.h>
#include <string.h>

#include "store/store_pg_internal.h"

enum {
    PIECE_CELLS = 1 << 16,
    KEPT_US = 5 * 1000 * 1000,
    KEPT_US_A_CELL = 4, /* Which is 20 times what counting one takes. */
    CALL_US = 100 * 1000,
    COUNT_US_MAX = 600 * 1000 * 1000, /* A count that nobody went on with for so long is stale. */
};

/* One shelf. */
struct pg_survey {
    struct shelf_survey last; /* As it was counted. */
    int64_t counted_at_us;
    bool is_listed; /* As due, in the call at hand. */
    int64_t begun_at_us;
    struct shelf_survey now; /* What was counted so far of the count that is under way, */
    uint8_t *position;       /* and the SKU that it has come to; NULL: none is under way. */
    size_t position_bytes;
};

enum {
    COLUMN_CELLS,
    COLUMN_AVAILABLE,
    COLUMN_RESERVED,
    COLUMN_UNFIT,
    COLUMN_HIDDEN,
    COLUMN_UPDATED,
    COLUMN_SKU,
};

void pg_surveys_init(struct store_pg *pg)
{
    pthread_mutex_init(&pg->surveys.lock, NULL);
    map_init(&pg->surveys.by_shelf);
}

void pg_surveys_deinit(struct store_pg *pg)
{
    struct pg_surveys *surveys = &pg->surveys;
    for (uint32_t i = 0; i < surveys->surveys_count; i++)
        free(surveys->surveys[i].position);
    free(surveys->surveys);
    map_deinit(&surveys->by_shelf);
    pthread_mutex_destroy(&surveys->lock);
}

/* Sees to it that a shelf has an entry. */
static enum err open_entry(struct pg_surveys *surveys, int64_t shelf_id)
{
    if (map_get(&surveys->by_shelf, shelf_id) != MAP_ABSENT)
        return OK;
    if (surveys->surveys_count == surveys->surveys_max) {
        const uint32_t max = surveys->surveys_max == 0 ? 64 : surveys->surveys_max * 2;
        struct pg_survey *larger = realloc(surveys->surveys, max * sizeof(*larger));
        if (larger == NULL)
            return ERR_MEMORY;
        surveys->surveys = larger;
        surveys->surveys_max = max;
    }
    const enum err error = map_set(&surveys->by_shelf, shelf_id, surveys->surveys_count);
    if (error == OK)
        surveys->surveys[surveys->surveys_count++] =
            (struct pg_survey){.last = {.shelf_id = shelf_id}};
    return error;
}

static struct pg_survey *entry_of(const struct pg_surveys *surveys, int64_t shelf_id)
{
    return &surveys->surveys[map_get(&surveys->by_shelf, shelf_id)];
}

static bool is_due(const struct pg_survey *survey, int64_t now_us)
{
    return !survey->last.counted ||
           now_us - survey->counted_at_us >=
               KEPT_US + (int64_t)survey->last.cells_count * KEPT_US_A_CELL;
}

/* Forgets how far a count has come. */
static void begin_anew(struct pg_survey *survey, int64_t now_us)
{
    survey->begun_at_us = now_us;
    free(survey->position);
    survey->position = NULL;
    survey->position_bytes = 0;
    survey->now = (struct shelf_survey){.shelf_id = survey->last.shelf_id,
                                        .updated_at_ms = STOCK_NEVER_UPDATED};
}

/* Adds what a statement counted. ERR_MEMORY: nothing changed. */
static enum err add_piece(struct store_pg *pg, struct pg_survey *survey,
                          const struct pg_result *result)
{
    struct shelf_survey *now = &survey->now;
    const int64_t cells = pg_result_int8(result, 0, COLUMN_CELLS);
    const struct bytes sku = pg_result_bytes(result, 0, COLUMN_SKU);
    uint8_t *position = NULL;
    if (cells == PIECE_CELLS) {
        position = malloc(sku.size + 1);
        if (position == NULL)
            return ERR_MEMORY;
        memcpy(position, sku.data, sku.size);
    }
    now->cells_count += (uint64_t)cells;
    now->available += (uint64_t)pg_result_int8(result, 0, COLUMN_AVAILABLE);
    now->reserved += (uint64_t)pg_result_int8(result, 0, COLUMN_RESERVED);
    now->unfit += (uint64_t)pg_result_int8(result, 0, COLUMN_UNFIT);
    now->hidden_count += (uint64_t)pg_result_int8(result, 0, COLUMN_HIDDEN);
    if (pg_result_int8(result, 0, COLUMN_UPDATED) > now->updated_at_ms)
        now->updated_at_ms = pg_result_int8(result, 0, COLUMN_UPDATED);
    free(survey->position);
    survey->position = position;
    survey->position_bytes = sku.size;
    if (position != NULL)
        return OK;
    survey->last = *now;
    survey->last.counted = true;
    survey->last.counted_at_ms = pg->os->now_ms(pg->os);
    survey->counted_at_us = pg->os->uptime_us(pg->os);
    return OK;
}

/* Counts on, for one statement. */
static enum err count_piece(struct store_pg *pg, struct pg_survey *survey)
{
    struct arena arena;
    struct pg_request request = {.statement = PG_SURVEY};
    struct pg_result *result = NULL;
    const int64_t now_us = pg->os->uptime_us(pg->os);
    if (survey->position == NULL || now_us - survey->begun_at_us > COUNT_US_MAX)
        begin_anew(survey, now_us);
    arena_init(&arena);
    struct pg_writer writer = pg_write_begin(&request, &arena);
    pg_write_int8(&writer, survey->last.shelf_id);
    pg_write_bytes(&writer, (struct bytes){survey->position, survey->position_bytes});
    pg_write_int4(&writer, PIECE_CELLS);
    enum err error = writer.failed ? ERR_MEMORY : ERR_IO;
    if (!writer.failed && pg_pool_call(pg->pool, &request, &result) == PG_DONE &&
        pg_result_rows(result) == 1)
        error = add_piece(pg, survey, result);
    pg_result_free(result);
    arena_deinit(&arena);
    return error;
}

/* What nobody began to count comes first, then what was never counted, then the oldest figures. */
static int compare_ages(const void *left, const void *right)
{
    const struct pg_survey *a = *(const struct pg_survey *const *)left;
    const struct pg_survey *b = *(const struct pg_survey *const *)right;
    if (a->last.counted != b->last.counted)
        return a->last.counted ? 1 : -1;
    if (!a->last.counted && (a->position == NULL) != (b->position == NULL))
        return a->position == NULL ? -1 : 1;
    return (a->counted_at_us > b->counted_at_us) - (a->counted_at_us < b->counted_at_us);
}

/* Counts what is due, for as long as a call may take: a piece of each, then each to its end. */
static enum err count_due(struct store_pg *pg, struct pg_survey **due, uint32_t due_count)
{
    const int64_t until_us = pg->os->uptime_us(pg->os) + CALL_US;
    qsort(due, due_count, sizeof(struct pg_survey *), compare_ages);
    for (uint32_t i = 0; i < due_count; i++) {
        const enum err error = count_piece(pg, due[i]);
        if (error != OK || pg->os->uptime_us(pg->os) >= until_us)
            return error;
    }
    for (uint32_t i = 0; i < due_count; i++) {
        while (due[i]->position != NULL) {
            const enum err error = count_piece(pg, due[i]);
            if (error != OK || pg->os->uptime_us(pg->os) >= until_us)
                return error;
        }
    }
    return OK;
}

static enum err survey_locked(struct store_pg *pg, struct shelf_survey *shelves,
                              uint32_t shelves_count, struct pg_survey **due)
{
    struct pg_surveys *surveys = &pg->surveys;
    const int64_t now_us = pg->os->uptime_us(pg->os);
    enum err error = OK;
    for (uint32_t i = 0; i < shelves_count && error == OK; i++)
        error = open_entry(surveys, shelves[i].shelf_id);
    if (error != OK)
        return error;
    uint32_t due_count = 0;
    for (uint32_t i = 0; i < shelves_count; i++) {
        struct pg_survey *survey = entry_of(surveys, shelves[i].shelf_id);
        if (survey->is_listed || !is_due(survey, now_us))
            continue;
        survey->is_listed = true;
        due[due_count++] = survey;
    }
    error = count_due(pg, due, due_count);
    for (uint32_t i = 0; i < due_count; i++)
        due[i]->is_listed = false;
    for (uint32_t i = 0; i < shelves_count; i++)
        shelves[i] = entry_of(surveys, shelves[i].shelf_id)->last;
    return error;
}

enum err pg_survey(struct store *store, struct shelf_survey *shelves, uint32_t shelves_count)
{
    struct store_pg *pg = pg_of(store);
    struct pg_survey **due = calloc((size_t)shelves_count + 1, sizeof(*due));
    if (due == NULL)
        return ERR_MEMORY;
    pthread_mutex_lock(&pg->surveys.lock);
    const enum err error = survey_locked(pg, shelves, shelves_count, due);
    pthread_mutex_unlock(&pg->surveys.lock);
    free(due);
    return error;
}
