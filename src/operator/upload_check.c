/* File → rows → hygiene → a batch → what the shelf has → changes. Batches are asked about several
 * at a time; neither rows nor the shelf are in memory. At the end the shelf is gone through where
 * that matters: for what a whole file lacks, and for how much of the stock would be sold out. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "call/command_wait.h"
#include "operator/upload.h"
#include "os/log.h"
#include "sheet/hygiene.h"
#include "sheet/sku_index.h"
#include "wire/field.h"

enum {
    LISTS = 8,             /* Asked for at once. */
    ZERO_PERCENT_MAX = 20, /* As stockctl has it (--max-zero). */
    EXAMPLES_MAX = 10,     /* Of each finding. */
    CHANGES_SHOWN = 100,
};

struct check_row {
    int64_t count;
    int64_t updated_at_ms;
    uint64_t position;
};

/* A batch of rows, and what the shelf has of them. */
struct check_list {
    struct waited_command waited;
    struct arena arena;
    struct stock_key keys[GET_OFFER_IDS_MAX];
    struct check_row rows[GET_OFFER_IDS_MAX];
    uint32_t rows_count;
};

struct check {
    struct upload *upload;
    const struct upload_source *source;
    struct row_source *rows;
    struct hygiene *hygiene;
    struct sku_index *others; /* Of a full file: SKUs of its rows that are bad or have no count. */
    int64_t nameless;         /* Bad rows that do not even say whose count it is. */
    int64_t skus_bytes;
    uint32_t lists_full;
    struct buffer *problem;
    struct check_list lists[LISTS];
};

static enum err too_large(struct check *check, const char *what)
{
    buffer_append_format(check->problem, "%s: %s; a file of that size is for stockctl push",
                         check->upload->name, what);
    return ERR_FULL;
}

static enum err plan_add(struct check *check, const struct upload_change *change)
{
    struct upload *upload = check->upload;
    const enum err error = upload_plan_add(&upload->plan, change, check->problem);
    if (error == ERR_FULL)
        return too_large(check, "these are more changes than can be kept");
    upload->numbers.changes[change->kind]++;
    return error;
}

/* Which change a row is. Gives false for none. */
static bool row_compare(struct upload *upload, const struct check_row *row,
                        const struct stock_view *view, struct upload_change *change)
{
    const bool is_stamped = row->updated_at_ms == upload->at_ms;
    const bool is_there = view != NULL && (view->marks & STOCK_DELETED) == 0 &&
                          view->updated_at_ms != STOCK_NEVER_UPDATED;
    const int64_t units = view == NULL ? 0 : view->available;
    *change = (struct upload_change){
        .before = is_there ? units : STOCK_NOT_KNOWN,
        .after = row->count,
        .updated_at_ms = row->updated_at_ms,
        .kind = UPLOAD_CHANGED,
    };
    if (is_there && units == row->count) {
        upload->numbers.unchanged++;
        return false;
    }
    if (view != NULL && row->updated_at_ms < view->updated_at_ms) {
        if (!is_stamped) {
            upload->numbers.stale++;
            return false;
        }
        change->updated_at_ms = view->updated_at_ms; /* Our clock is behind, or theirs ahead. */
    }
    if (!is_there)
        change->kind = UPLOAD_NEW;
    else if (row->count == 0)
        change->kind = UPLOAD_ZERO;
    upload->numbers.units_after += row->count - units;
    return true;
}

/* The views of a list stand in the order of its keys; those of unknown SKUs are missing. */
static enum err list_compare(struct check *check, const struct check_list *list)
{
    const struct store_command *command = &list->waited.command;
    uint32_t at = 0;
    enum err error = OK;
    for (uint32_t i = 0; i < list->rows_count && error == OK; i++) {
        const struct stock_view *view = NULL;
        if (at < command->views_count && bytes_equal(command->views[at].sku, list->keys[i].sku))
            view = &command->views[at++];
        const struct bytes sku = list->keys[i].sku;
        if (view == NULL && check->upload->settings->unknown_sku != STORE_UNKNOWN_CREATE) {
            hygiene_object(check->hygiene, FINDING_SKU_UNKNOWN, list->rows[i].position, sku);
            continue;
        }
        struct upload_change change;
        if (!row_compare(check->upload, &list->rows[i], view, &change))
            continue;
        change.sku = sku;
        error = plan_add(check, &change);
    }
    ASSERT(error != OK || at == command->views_count);
    return error;
}

/* Asks about the batches that were gathered, and empties them. */
static enum err lists_flush(struct check *check)
{
    const struct upload_settings *settings = check->upload->settings;
    struct waited_command *commands[LISTS];
    uint32_t count = 0;
    for (; count < LISTS && check->lists[count].rows_count > 0; count++) {
        struct check_list *list = &check->lists[count];
        list->waited.command = (struct store_command){
            .kind = STORE_LIST,
            .shelf_id = check->source->campaign->shelf_id,
            .arena = &list->arena,
            .list = {.keys = list->keys, .keys_count = list->rows_count},
        };
        commands[count] = &list->waited;
    }
    enum err error = commands_ask(settings->store, settings->os, commands, count);
    for (uint32_t i = 0; i < count && error == OK; i++)
        error = list_compare(check, &check->lists[i]);
    for (uint32_t i = 0; i < count; i++) {
        arena_reset(&check->lists[i].arena);
        check->lists[i].rows_count = 0;
    }
    check->lists_full = 0;
    return error;
}

static enum err row_gather(struct check *check, const struct leftover *leftover, uint64_t position)
{
    struct check_list *list = &check->lists[check->lists_full];
    uint8_t *copy = arena_allocate(&list->arena, leftover->sku.size);
    if (copy == NULL)
        return ERR_MEMORY;
    memcpy(copy, leftover->sku.data, leftover->sku.size);
    const struct bytes sku = {copy, leftover->sku.size};
    list->keys[list->rows_count] = (struct stock_key){sku, bytes_hash(sku)};
    list->rows[list->rows_count] =
        (struct check_row){leftover->count, leftover->updated_at_ms, position};
    if (++list->rows_count == GET_OFFER_IDS_MAX && ++check->lists_full == LISTS)
        return lists_flush(check);
    return OK;
}

/* A row that is not sent: the file does not lack its SKU, all the same. */
static enum err row_note(struct check *check, struct bytes sku)
{
    struct sku_met met;
    if (!sku_is_valid(sku)) {
        check->nameless++;
        return OK;
    }
    return check->others == NULL ? OK : sku_index_add(check->others, sku, 0, &met);
}

static enum err row_take(struct check *check, const struct row *row)
{
    const int64_t past_ms = check->upload->settings->past_tolerance_ms;
    struct leftover leftover = {.sku = {NULL, 0}};
    enum leftover_kind kind = LEFTOVER_BLANK;
    const enum err error = hygiene_take(check->hygiene, row, &kind, &leftover);
    if (error != OK)
        return error;
    check->skus_bytes += (int64_t)leftover.sku.size;
    if (check->skus_bytes > UPLOAD_SKUS_BYTES_MAX)
        return too_large(check, "its SKUs take more than 128 MB");
    if (hygiene_totals(check->hygiene).rows > UPLOAD_ROWS_MAX)
        return too_large(check, "it has more than 2,000,000 rows");
    if (kind == LEFTOVER_BLANK)
        return OK;
    if (kind != LEFTOVER_SEND)
        return row_note(check, leftover.sku);
    if (past_ms >= 0 && leftover.updated_at_ms < check->upload->at_ms - past_ms) {
        hygiene_object(check->hygiene, FINDING_DATE_OLD, row->position, leftover.sku);
        return OK;
    }
    return row_gather(check, &leftover, row->position);
}

/* What is wrong with the file itself is a refusal; what is wrong with our disk is not. */
static enum err source_failed(enum err error)
{
    return error == ERR_MEMORY || error == ERR_IO || error == ERR_FULL ? error : ERR_INVALID;
}

static enum err rows_open(struct check *check)
{
    const struct upload_source *source = check->source;
    const struct hygiene_settings settings = {
        .rules = {.started_ms = check->upload->at_ms,
                  .stamp_now = source->stamp_now,
                  .buffer = source->buffer},
        .examples_max = EXAMPLES_MAX,
    };
    const enum err error = row_source_open(&source->settings, &check->rows, check->problem);
    if (error != OK)
        return source_failed(error);
    check->hygiene = hygiene_create(&settings, check->rows);
    check->others = check->upload->full ? sku_index_create() : NULL;
    return check->hygiene == NULL || (check->upload->full && check->others == NULL) ? ERR_MEMORY
                                                                                    : OK;
}

static enum err rows_read(struct check *check)
{
    const struct row *row = NULL;
    for (;;) {
        enum err error = row_source_next(check->rows, &row);
        if (error != OK) {
            buffer_append_text(check->problem, row_source_problem(check->rows));
            return source_failed(error);
        }
        if (row == NULL)
            return lists_flush(check);
        error = row_take(check, row);
        if (error != OK)
            return error;
    }
}

/* Whether the file has a row with this SKU, whatever became of it. */
static enum err file_has(struct check *check, struct bytes sku, bool *has)
{
    const enum err error = hygiene_has(check->hygiene, sku, has);
    return error != OK || *has ? error : sku_index_has(check->others, sku, has);
}

/* A cell of the shelf that has units: where the file is all that there is and lacks it, it becomes
 * zero. */
static enum err cell_take(struct check *check, const struct stock_view *view)
{
    struct upload *upload = check->upload;
    bool has = true;
    if (view->available <= 0)
        return OK;
    upload->numbers.in_stock++;
    if (!upload->full)
        return OK;
    const enum err error = file_has(check, view->sku, &has);
    if (error != OK || has)
        return error;
    const struct upload_change change = {
        .sku = view->sku,
        .before = view->available,
        .after = 0,
        .updated_at_ms = view->updated_at_ms < upload->at_ms ? upload->at_ms : view->updated_at_ms,
        .kind = UPLOAD_FULL,
    };
    upload->numbers.units_after -= view->available;
    return plan_add(check, &change);
}

static bool brake_holds(const struct upload_plan_numbers *numbers)
{
    return upload_zeroes_count(numbers) * 100 > ZERO_PERCENT_MAX * numbers->in_stock;
}

/* Reads a page of what has stock, from `position` on, and gives the next one's. */
static enum err page_take(struct check *check, struct buffer *position)
{
    const struct upload_settings *settings = check->upload->settings;
    struct check_list *list = &check->lists[0];
    struct waited_command *waited = &list->waited;
    waited->command = (struct store_command){
        .kind = STORE_PAGE,
        .shelf_id = check->source->campaign->shelf_id,
        .arena = &list->arena,
        .page = {.position = buffer_bytes(position),
                 .limit = STORE_PAGE_CELLS_MAX,
                 .filter = {.presence = STORE_PRESENT, .marks_mask = STOCK_DELETED}},
    };
    enum err error = commands_ask(settings->store, settings->os, &waited, 1);
    const struct store_command *command = &waited->command;
    for (uint32_t i = 0; error == OK && i < command->views_count; i++)
        error = cell_take(check, &command->views[i]);
    buffer_clear(position);
    if (error == OK)
        buffer_append(position, command->page.next);
    arena_reset(&list->arena);
    return position->failed ? ERR_MEMORY : error;
}

/* Goes through what has stock and was not deleted: all of it for a full file, otherwise until the
 * brake surely does not hold. */
static enum err shelf_read(struct check *check)
{
    struct upload_plan_numbers *numbers = &check->upload->numbers;
    const bool full = check->upload->full;
    enum err error = OK;
    if (!full && upload_zeroes_count(numbers) == 0)
        return OK;
    struct buffer position;
    buffer_init(&position);
    do
        error = page_take(check, &position);
    while (error == OK && position.size > 0 && (full || brake_holds(numbers)));
    buffer_deinit(&position);
    numbers->zero_percent_max = ZERO_PERCENT_MAX;
    numbers->is_braked = numbers->in_stock > 0 && brake_holds(numbers);
    return error;
}

static enum err units_read(struct check *check)
{
    struct upload_plan_numbers *numbers = &check->upload->numbers;
    struct shelf_totals totals = {.cells_count = 0};
    const enum err error =
        store_totals(check->upload->settings->store, check->source->campaign->shelf_id, 0, &totals);
    numbers->units_before = (int64_t)totals.available;
    numbers->units_after += numbers->units_before;
    return error == OK || error == ERR_MEMORY ? error : ERR_BUSY;
}

/* The first changes, as the page shows them at once. */
static enum err changes_show(struct check *check, struct buffer *report)
{
    struct upload_walk walk;
    enum err error = upload_walk_begin(&walk, &check->upload->plan, 0) ? OK : ERR_CORRUPT;
    buffer_append_text(report, ",\"changes\":[");
    for (int i = 0; i < CHANGES_SHOWN && error == OK && !upload_walk_is_over(&walk); i++) {
        struct upload_change change;
        error = upload_walk_next(&walk, &change);
        if (error != OK)
            break;
        buffer_append_text(report, i == 0 ? "" : ",");
        upload_change_encode(report, &change);
    }
    buffer_append_text(report, "]");
    upload_walk_end(&walk);
    return error;
}

static enum err report_make(struct check *check)
{
    struct upload *upload = check->upload;
    struct buffer *report = &upload->report;
    const struct hygiene_totals totals = hygiene_totals(check->hygiene);
    struct buffer format;
    buffer_init(&format);
    row_source_describe(check->rows, &format);
    buffer_append_text(report, ",\"format\":");
    json_write_string(report, buffer_bytes(&format));
    buffer_append_format(report,
                         ",\"rows\":%" PRId64 ",\"good\":%" PRId64 ",\"bad\":%" PRId64
                         ",\"skipped\":%" PRId64 ",\"findings\":",
                         totals.rows, totals.good, totals.bad, totals.skipped);
    hygiene_report_json(check->hygiene, report);
    upload_plan_encode(report, &upload->numbers);
    const enum err error = changes_show(check, report);
    if (upload->full && check->nameless > 0)
        upload->obstacle = "each row of a file that is all that there is has to say whose count "
                           "it is, and some have no SKU";
    if (upload->obstacle != NULL) {
        buffer_append_text(report, ",\"obstacle\":");
        json_write_string(report, bytes_from_text(upload->obstacle));
    }
    const bool failed = format.failed || report->failed;
    buffer_deinit(&format);
    return failed ? ERR_MEMORY : error;
}

static enum err check_run(struct check *check)
{
    struct upload *upload = check->upload;
    enum err error = upload_plan_open(&upload->plan, upload->settings->folder, check->problem);
    if (error == OK)
        error = rows_open(check);
    if (error == OK)
        error = rows_read(check);
    if (error == OK)
        error = shelf_read(check);
    if (error == OK)
        error = upload_plan_end(&upload->plan, check->problem);
    if (error == OK)
        error = units_read(check);
    return error == OK ? report_make(check) : error;
}

enum err upload_check(struct upload *upload, const struct upload_source *source,
                      struct buffer *problem)
{
    struct check *check = calloc(1, sizeof(*check));
    if (check == NULL)
        return ERR_MEMORY;
    check->upload = upload;
    check->source = source;
    check->problem = problem;
    for (int i = 0; i < LISTS; i++)
        arena_init(&check->lists[i].arena);
    enum err error = check_run(check);
    if (error == ERR_IO)
        log_line(LOG_ERROR, "event=upload_not_checked problem=\"%.*s\"",
                 BYTES_ARG(buffer_bytes(problem)));
    if (error == OK && problem->failed)
        error = ERR_MEMORY;
    for (int i = 0; i < LISTS; i++)
        arena_deinit(&check->lists[i].arena);
    sku_index_destroy(check->others);
    hygiene_destroy(check->hygiene);
    row_source_close(check->rows);
    free(check);
    return error;
}
